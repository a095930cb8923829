/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VGA core's life: its regions, reset, and what a saved machine keeps of it. */
#include "emulator/hw/display/vga.h"

#include <string.h>

#include "emulator/hw/save.h"

static void vga_init_regions(struct vga *vga)
{
    pthread_mutex_t *lock = &vga->device->lock;

    emu_region_init_container(&vga->window, "vga-window", VGA_WINDOW_SIZE);
    emu_region_init_io(&vga->planes, "vga-planes", &vga_plane_ops, vga, lock, VGA_WINDOW_SIZE);
    emu_region_add(&vga->window, 0, &vga->planes, 0);
    vga->direct_at = UINT32_MAX;
    emu_region_init_io(&vga->ports, "vga", &vga_port_ops, vga, lock, VGA_PORT_COUNT);
    emu_region_init_io(&vga->vbe_ports, "vga-vbe", &vga_vbe_ops, vga, lock, VGA_VBE_PORT_COUNT);
    emu_region_init_io(&vga->registers_region, "vga-registers", &vga_mmio_ops, vga, lock,
                       VGA_MMIO_SIZE);
    emu_region_init_ram(&vga->memory, "vga-memory", vga->ram, 0, vga->size);
}

bool vga_init(struct vga *vga, struct emu_device *device, uint64_t size, struct emu_error *err)
{
    if (size < VGA_MIN_MEMORY || size > VGA_MAX_MEMORY || (size & (size - 1)) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s: video memory is a power of two from 1 to 256 MiB", device->id);
    vga->device = device;
    vga->size = (uint32_t)size;
    vga->ram = emu_ram_new("vga", size, err);
    if (vga->ram == NULL)
        return false;
    vga->bytes = emu_ram_host(vga->ram);
    vga_init_regions(vga);
    return true;
}

void vga_finish(struct vga *vga)
{
    emu_ram_free(vga->ram);
    vga->ram = NULL;
}

/* As after power on: no mode is set, the screen is dark. */
void vga_reset(struct vga *vga)
{
    vga->registers = (struct vga_registers){.misc = 0, .dac_mask = 0xff};
    vga->latch = 0;
    vga_vbe_reset(vga);
    emu_ram_zero(vga->ram);
    vga_update_window(vga);
}

void vga_show(struct vga *vga, unsigned width, unsigned height)
{
    pthread_mutex_lock(&vga->device->lock);
    vga_vbe_write(vga, VGA_VBE_ENABLE, 0);
    vga_vbe_write(vga, VGA_VBE_WIDTH, (uint16_t)width);
    vga_vbe_write(vga, VGA_VBE_HEIGHT, (uint16_t)height);
    vga_vbe_write(vga, VGA_VBE_BPP, 32);
    vga_vbe_write(vga, VGA_VBE_ENABLE, VGA_VBE_ON | VGA_VBE_LINEAR);
    vga->registers.misc |= VGA_MISC_COLOR;
    vga->registers.ac_index = VGA_AC_INDEX_SHOW;
    pthread_mutex_unlock(&vga->device->lock);
}

static const struct emu_field vga_fields[] = {
    EMU_FIELD(struct vga, latch),
    EMU_FIELD(struct vga, registers.misc),
    EMU_FIELD(struct vga, registers.feature),
    EMU_FIELD(struct vga, registers.seq_index),
    EMU_FIELD(struct vga, registers.crtc_index),
    EMU_FIELD(struct vga, registers.gc_index),
    EMU_FIELD(struct vga, registers.ac_index),
    EMU_FIELD(struct vga, registers.ac_data),
    EMU_FIELD_ARRAY(struct vga, registers.seq),
    EMU_FIELD_ARRAY(struct vga, registers.crtc),
    EMU_FIELD_ARRAY(struct vga, registers.gc),
    EMU_FIELD_ARRAY(struct vga, registers.ac),
    EMU_FIELD_ARRAY(struct vga, registers.dac),
    EMU_FIELD(struct vga, registers.dac_mask),
    EMU_FIELD(struct vga, registers.dac_read),
    EMU_FIELD(struct vga, registers.dac_write),
    EMU_FIELD(struct vga, registers.dac_part),
    EMU_FIELD_ARRAY(struct vga, registers.dac_next),
    EMU_FIELD(struct vga, registers.dac_reading),
    EMU_FIELD(struct vga, registers.vbe_index),
    EMU_FIELD_ARRAY(struct vga, registers.vbe),
    EMU_FIELD_END,
};

void vga_save(struct vga *vga, struct emu_writer *out)
{
    emu_hw_save(out, "vga", vga, vga_fields);
    emu_ram_save(vga->ram, out);
}

bool vga_load(struct vga *vga, struct emu_reader *in, struct emu_error *err)
{
    struct vga_registers *r = &vga->registers;

    if (!emu_hw_load(in, "vga", vga, vga_fields, err))
        return false;
    if (r->dac_part > 2)
        return emu_hw_load_bad("vga", "the DAC's part", err);
    vga_vbe_limit(vga);
    r->vbe[VGA_VBE_BANK] &= (uint16_t)(vga->size / VGA_BANK - 1);
    vga_update_window(vga);
    return emu_ram_load(vga->ram, in, err);
}
