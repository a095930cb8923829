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

#define STD_VGA_WIDTH  1280u /* before a viewer says what it likes */
#define STD_VGA_HEIGHT 800u

struct std_vga {
    struct emu_pci_device pci;
    struct vga vga;
    uint64_t memory; /* bytes */
    char *romfile;   /* NULL: none */
    bool legacy;
};

static struct std_vga *std_vga_of(void *device)
{
    return device;
}

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
    emu_edid_make(std->vga.edid, width != 0 ? width : STD_VGA_WIDTH,
                  height != 0 ? height : STD_VGA_HEIGHT);
    pthread_mutex_unlock(&std->pci.device.lock);
}

static const struct emu_display_ops std_vga_display_ops = {
    .update = std_vga_update, .text = std_vga_text, .prefer_size = std_vga_prefer_size};

void emu_std_vga_show(struct emu_device *device, unsigned width, unsigned height)
{
    vga_show(&std_vga_of(device)->vga, width, height);
}

/* ---- the device ---- */

static void std_vga_set_regions(struct std_vga *std)
{
    struct emu_device *device = &std->pci.device;

    emu_pci_add_bar(&std->pci, 0, EMU_PCI_BAR_MEMORY32_PREFETCH, &std->vga.memory);
    emu_pci_add_bar(&std->pci, 2, EMU_PCI_BAR_MEMORY32, &std->vga.registers_region);
    device->regions[EMU_STD_VGA_MEMORY] = &std->vga.memory;
    device->regions[EMU_STD_VGA_REGISTERS] = &std->vga.registers_region;
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

    std->legacy = std->vga.legacy = legacy;
    emu_pci_init(&std->pci, &identity);
    if (!emu_pci_add_rom(&std->pci, std->romfile, err) ||
        !vga_init(&std->vga, device, std->memory, err))
        return false;
    std_vga_set_regions(std);
    emu_edid_make(std->vga.edid, STD_VGA_WIDTH, STD_VGA_HEIGHT);
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
