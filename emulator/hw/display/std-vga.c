/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The standard VGA and the bochs-display (1234:1111, as QEMU docs/specs/standard-vga.rst has them):
 * BAR 0 is the video memory, BAR 2 has the EDID, the VGA's and the extension's registers. The
 * second is no VGA: it has no legacy ports and no window, and shows only what the extension sets.
 * The register that swaps the bytes of pixels always reads little-endian.
 */
#include "emulator/hw/display/std-vga.h"

#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/display/edid.h"
#include "emulator/hw/display/vga.h"
#include "emulator/hw/pci/pci.h"

#define STD_VGA_REGISTERS_SIZE 0x1000u
#define STD_VGA_WIDTH          1280u /* before a viewer says what it likes */
#define STD_VGA_HEIGHT         800u

/* Where in BAR 2. */
#define AREA_PORTS      0x400u /* from 0x3c0 */
#define AREA_PORTS_SIZE 0x20u
#define AREA_VBE        0x500u
#define AREA_VBE_SIZE   (2u * VGA_VBE_COUNT)
#define AREA_MORE       0x600u /* its own size, and the order of bytes */
#define AREA_MORE_SIZE  8u
#define MORE_LITTLE     0x1e1e1e1eu

struct std_vga {
    struct emu_pci_device pci;
    struct vga vga;
    uint64_t memory; /* bytes */
    char *romfile;   /* NULL: none */
    bool legacy;
    struct emu_region registers;
    uint8_t edid[EMU_EDID_SIZE];
};

static struct std_vga *std_vga_of(void *device)
{
    return device;
}

/* ---- BAR 2 ---- */

static bool std_vga_is_in(uint64_t offset, unsigned start, unsigned size)
{
    return offset >= start && offset < start + size;
}

static uint8_t std_vga_read_byte(struct std_vga *std, unsigned offset)
{
    const uint32_t more[] = {AREA_MORE_SIZE, MORE_LITTLE};
    unsigned within = offset - AREA_MORE;

    if (offset < EMU_EDID_SIZE)
        return std->edid[offset];
    if (std_vga_is_in(offset, AREA_MORE, AREA_MORE_SIZE))
        return (uint8_t)(more[within / 4] >> 8 * (within & 3));
    if (std_vga_is_in(offset, AREA_PORTS, AREA_PORTS_SIZE) && std->legacy)
        return vga_port_read(&std->vga, 0x10 + (offset - AREA_PORTS));
    return 0;
}

static uint64_t std_vga_read(void *opaque, uint64_t offset, unsigned size)
{
    struct std_vga *std = opaque;
    unsigned at = (unsigned)offset;

    if (std_vga_is_in(offset, AREA_VBE, AREA_VBE_SIZE))
        return (uint64_t)vga_vbe_read(&std->vga, (at - AREA_VBE) / 2) >> 8 * (at & 1);
    if (size == 1)
        return std_vga_read_byte(std, at);
    return std_vga_read_byte(std, at) | (uint64_t)std_vga_read_byte(std, at + 1) << 8;
}

static void std_vga_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct std_vga *std = opaque;
    unsigned at = (unsigned)offset;

    if (std_vga_is_in(offset, AREA_VBE, AREA_VBE_SIZE)) {
        if (size == 2)
            vga_vbe_write(&std->vga, (at - AREA_VBE) / 2, (uint16_t)value);
        return;
    }
    if (!std_vga_is_in(offset, AREA_PORTS, AREA_PORTS_SIZE) || !std->legacy)
        return;
    for (unsigned i = 0; i < size; i++)
        vga_port_write(&std->vga, 0x10 + (at + i - AREA_PORTS), (uint8_t)(value >> 8 * i));
}

static const struct emu_region_ops std_vga_ops = {std_vga_read, std_vga_write, .valid_max = 4,
                                                  .impl_max = 2};

/* ---- the screen ---- */

static void std_vga_update(void *opaque, struct emu_surface *surface,
                           struct emu_display_update *update)
{
    vga_update(&std_vga_of(opaque)->vga, surface, update);
}

static char *std_vga_text(void *opaque)
{
    return vga_text(&std_vga_of(opaque)->vga);
}

static void std_vga_prefer_size(void *opaque, unsigned width, unsigned height)
{
    struct std_vga *std = opaque;

    /* VBE has no other widths, and firmware takes what it set for what there is. */
    width &= ~7u;
    pthread_mutex_lock(&std->pci.device.lock);
    emu_edid_make(std->edid, width != 0 ? width : STD_VGA_WIDTH,
                  height != 0 ? height : STD_VGA_HEIGHT);
    pthread_mutex_unlock(&std->pci.device.lock);
}

static const struct emu_display_ops std_vga_display_ops = {
    .update = std_vga_update, .text = std_vga_text, .prefer_size = std_vga_prefer_size};

void emu_std_vga_show(struct emu_device *device, unsigned width, unsigned height)
{
    struct vga *vga = &std_vga_of(device)->vga;

    pthread_mutex_lock(&device->lock);
    vga_vbe_write(vga, VGA_VBE_ENABLE, 0);
    vga_vbe_write(vga, VGA_VBE_WIDTH, (uint16_t)width);
    vga_vbe_write(vga, VGA_VBE_HEIGHT, (uint16_t)height);
    vga_vbe_write(vga, VGA_VBE_BPP, 32);
    vga_vbe_write(vga, VGA_VBE_ENABLE, VGA_VBE_ON | VGA_VBE_LINEAR);
    vga->registers.misc |= VGA_MISC_COLOR;
    vga->registers.ac_index = VGA_AC_INDEX_SHOW;
    pthread_mutex_unlock(&device->lock);
}

/* ---- the device ---- */

static void std_vga_set_regions(struct std_vga *std)
{
    struct emu_device *device = &std->pci.device;

    emu_region_init_io(&std->registers, "vga-registers", &std_vga_ops, std, &device->lock,
                       STD_VGA_REGISTERS_SIZE);
    emu_pci_add_bar(&std->pci, 0, EMU_PCI_BAR_MEMORY32_PREFETCH, &std->vga.memory);
    emu_pci_add_bar(&std->pci, 2, EMU_PCI_BAR_MEMORY32, &std->registers);
    device->regions[EMU_STD_VGA_MEMORY] = &std->vga.memory;
    device->regions[EMU_STD_VGA_REGISTERS] = &std->registers;
    if (!std->legacy)
        return;
    device->regions[EMU_STD_VGA_WINDOW] = &std->vga.window;
    device->regions[EMU_STD_VGA_PORTS] = &std->vga.ports;
    device->regions[EMU_STD_VGA_VBE_PORTS] = &std->vga.vbe_ports;
}

static bool std_vga_realize_as(struct emu_device *device, bool legacy, struct emu_error *err)
{
    const struct emu_pci_identity identity = {
        .vendor = 0x1234,
        .device = 0x1111,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = legacy ? 0x030000 : 0x038000,
        .revision = 2,
    };
    struct std_vga *std = std_vga_of(device);

    std->legacy = legacy;
    emu_pci_init(&std->pci, &identity);
    if (!emu_pci_add_rom(&std->pci, std->romfile, err) ||
        !vga_init(&std->vga, device, std->memory, err))
        return false;
    std_vga_set_regions(std);
    emu_edid_make(std->edid, STD_VGA_WIDTH, STD_VGA_HEIGHT);
    std->vga.display =
        (struct emu_display){.name = device->id, .ops = &std_vga_display_ops, .opaque = std};
    emu_displays_add(device->displays, &std->vga.display);
    return true;
}

static bool std_vga_realize(struct emu_device *device, struct emu_error *err)
{
    return std_vga_realize_as(device, true, err);
}

static bool bochs_display_realize(struct emu_device *device, struct emu_error *err)
{
    return std_vga_realize_as(device, false, err);
}

static void std_vga_unrealize(struct emu_device *device)
{
    emu_pci_finish((struct emu_pci_device *)device);
    vga_finish(&std_vga_of(device)->vga);
}

static void std_vga_reset(struct emu_device *device)
{
    struct std_vga *std = std_vga_of(device);

    emu_pci_reset(&std->pci);
    vga_reset(&std->vga);
    if (!std->legacy)
        std->vga.registers.ac_index = VGA_AC_INDEX_SHOW;
}

static void std_vga_save(struct emu_device *device, struct emu_writer *out)
{
    emu_pci_save((struct emu_pci_device *)device, out);
    vga_save(&std_vga_of(device)->vga, out);
}

static bool std_vga_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_pci_load((struct emu_pci_device *)device, in, err) &&
           vga_load(&std_vga_of(device)->vga, in, err);
}

static const struct emu_property std_vga_properties[] = {
    {"memory", "video memory, a power of two", EMU_PROPERTY_SIZE, offsetof(struct std_vga, memory),
     VGA_MIN_MEMORY, VGA_MAX_MEMORY, "16M"},
    {"romfile", "VGA BIOS, a file", EMU_PROPERTY_STRING, offsetof(struct std_vga, romfile), 0, 0,
     NULL},
    {NULL},
};

const struct emu_device_class emu_std_vga_class = {
    .name = "std-vga",
    .description = "standard VGA with Bochs's VBE extension",
    .size = sizeof(struct std_vga),
    .properties = std_vga_properties,
    .realize = std_vga_realize,
    .unrealize = std_vga_unrealize,
    .reset = std_vga_reset,
    .save = std_vga_save,
    .load = std_vga_load,
};

const struct emu_device_class emu_bochs_display_class = {
    .name = "bochs-display",
    .description = "linear frame buffer of Bochs, without VGA",
    .size = sizeof(struct std_vga),
    .properties = std_vga_properties,
    .realize = bochs_display_realize,
    .unrealize = std_vga_unrealize,
    .reset = std_vga_reset,
    .save = std_vga_save,
    .load = std_vga_load,
};
