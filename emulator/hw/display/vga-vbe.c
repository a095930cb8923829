/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VBE extension of Bochs and QEMU: sixteen-bit registers behind an index at ports 0x1ce and
 * 0x1cf, for resolutions, depths and banks (Bochs's VBE DISPI interface, 0xb0c5).
 */
#include "emulator/hw/display/vga.h"

#include <string.h>

#include "emulator/util/shared-memory.h"

#define VBE_ID_MIN     0xb0c0u
#define VBE_ID         0xb0c5u
#define VBE_MAX_WIDTH  16000u
#define VBE_MAX_HEIGHT 12000u
#define VBE_MAX_BPP    32u

void vga_vbe_reset(struct vga *vga)
{
    struct vga_registers *r = &vga->registers;

    memset(r->vbe, 0, sizeof(r->vbe));
    r->vbe_index = 0;
    r->vbe[VGA_VBE_ID] = VBE_ID;
    r->vbe[VGA_VBE_MEMORY] = (uint16_t)(vga->size / VGA_BANK);
}

uint16_t vga_vbe_read(const struct vga *vga, unsigned index)
{
    const struct vga_registers *r = &vga->registers;

    if (index >= VGA_VBE_COUNT)
        return 0;
    if (r->vbe[VGA_VBE_ENABLE] & VGA_VBE_LIMITS) {
        switch (index) {
        case VGA_VBE_WIDTH:
            return VBE_MAX_WIDTH;
        case VGA_VBE_HEIGHT:
            return VBE_MAX_HEIGHT;
        case VGA_VBE_BPP:
            return VBE_MAX_BPP;
        }
    }
    return r->vbe[index];
}

/* ---- what fits ---- */

static uint16_t vbe_clamp(uint32_t value, uint32_t most)
{
    return (uint16_t)(value < most ? value : most);
}

/* Bits of memory for a pixel. */
static unsigned vbe_bits(const struct vga_registers *r)
{
    return r->vbe[VGA_VBE_BPP] == 15 ? 16 : r->vbe[VGA_VBE_BPP];
}

static bool vbe_is_depth(uint16_t value)
{
    return value == 4 || value == 8 || value == 15 || value == 16 || value == 24 || value == 32;
}

/* A picture may begin anywhere in a row and go on in the next one, if there is a row left: Linux's
 * driver puts each of its pictures where a page of the memory begins. */
static void vbe_limit_start(uint16_t *vbe)
{
    uint32_t rows = vbe[VGA_VBE_VIRTUAL_HEIGHT] - (uint32_t)vbe[VGA_VBE_HEIGHT];
    uint32_t width = vbe[VGA_VBE_VIRTUAL_WIDTH];
    uint32_t within = width - vbe[VGA_VBE_WIDTH]; /* so far every row is whole */

    vbe[VGA_VBE_X] = vbe_clamp(vbe[VGA_VBE_X], rows > 0 ? width - 1 : within);
    vbe[VGA_VBE_Y] = vbe_clamp(vbe[VGA_VBE_Y], rows - (vbe[VGA_VBE_X] > within));
}

/* The picture lies within the memory, or the extension is off. */
void vga_vbe_limit(struct vga *vga)
{
    struct vga_registers *r = &vga->registers;
    uint16_t *vbe = r->vbe;
    uint32_t row;

    if (!vga_vbe_is_on(r))
        return;
    if (!vbe_is_depth(vbe[VGA_VBE_BPP]))
        vbe[VGA_VBE_BPP] = 8;
    vbe[VGA_VBE_WIDTH] = vbe_clamp(vbe[VGA_VBE_WIDTH] & ~7u, VBE_MAX_WIDTH);
    vbe[VGA_VBE_HEIGHT] = vbe_clamp(vbe[VGA_VBE_HEIGHT], VBE_MAX_HEIGHT);
    if (vbe[VGA_VBE_VIRTUAL_WIDTH] < vbe[VGA_VBE_WIDTH])
        vbe[VGA_VBE_VIRTUAL_WIDTH] = vbe[VGA_VBE_WIDTH];
    vbe[VGA_VBE_VIRTUAL_WIDTH] = vbe_clamp(vbe[VGA_VBE_VIRTUAL_WIDTH] & ~7u, VBE_MAX_WIDTH);
    row = vbe[VGA_VBE_VIRTUAL_WIDTH] * vbe_bits(r) / 8;
    if (row == 0 || vbe[VGA_VBE_HEIGHT] == 0) {
        vbe[VGA_VBE_ENABLE] &= (uint16_t)~VGA_VBE_ON;
        return;
    }
    vbe[VGA_VBE_VIRTUAL_HEIGHT] = vbe_clamp(vga->size / row, UINT16_MAX);
    vbe[VGA_VBE_HEIGHT] = vbe_clamp(vbe[VGA_VBE_HEIGHT], vbe[VGA_VBE_VIRTUAL_HEIGHT]);
    vbe_limit_start(vbe);
}

/* ---- writing ---- */

static void vbe_clear(struct vga *vga)
{
    const struct vga_registers *r = &vga->registers;
    uint64_t row = r->vbe[VGA_VBE_VIRTUAL_WIDTH] * vbe_bits(r) / 8;

    emu_shared_fill(vga->bytes, 0, (size_t)(row * r->vbe[VGA_VBE_HEIGHT]));
}

/* Colours keep their meaning when the DAC's width changes. */
static void vbe_widen_dac(struct vga_registers *r, bool wide)
{
    for (size_t i = 0; i < sizeof(r->dac); i++)
        r->dac[i] = (uint8_t)(wide ? r->dac[i] << 2 | r->dac[i] >> 4 : r->dac[i] >> 2);
}

static void vbe_enable(struct vga *vga, uint16_t value)
{
    struct vga_registers *r = &vga->registers;
    uint16_t old = r->vbe[VGA_VBE_ENABLE];

    r->vbe[VGA_VBE_ENABLE] = value;
    if ((value ^ old) & VGA_VBE_DAC_8)
        vbe_widen_dac(r, value & VGA_VBE_DAC_8);
    if (!(value & VGA_VBE_ON) || (old & VGA_VBE_ON))
        return;
    r->vbe[VGA_VBE_VIRTUAL_WIDTH] = 0;
    r->vbe[VGA_VBE_X] = r->vbe[VGA_VBE_Y] = 0;
    r->vbe[VGA_VBE_BANK] = 0;
    vga_vbe_limit(vga);
    if (vga_vbe_is_on(r) && !(value & VGA_VBE_NO_CLEAR))
        vbe_clear(vga);
}

static void vbe_set_bank(struct vga *vga, uint16_t value)
{
    vga->registers.vbe[VGA_VBE_BANK] = (uint16_t)(value & (vga->size / VGA_BANK - 1));
}

void vga_vbe_write(struct vga *vga, unsigned index, uint16_t value)
{
    struct vga_registers *r = &vga->registers;

    switch (index) {
    case VGA_VBE_ID:
        if (value >= VBE_ID_MIN && value <= VBE_ID)
            r->vbe[index] = value;
        return;
    case VGA_VBE_BPP:
        r->vbe[index] = value == 0 ? 8 : value;
        break;
    case VGA_VBE_ENABLE:
        vbe_enable(vga, value);
        break;
    case VGA_VBE_BANK:
        vbe_set_bank(vga, value);
        break;
    case VGA_VBE_WIDTH:
    case VGA_VBE_HEIGHT:
    case VGA_VBE_VIRTUAL_WIDTH:
    case VGA_VBE_X:
    case VGA_VBE_Y:
        r->vbe[index] = value;
        break;
    default:
        return;
    }
    vga_vbe_limit(vga);
    vga_update_window(vga);
}

/* ---- the ports ---- */

static uint64_t vbe_port_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct vga *vga = opaque;

    return offset == 0 ? vga->registers.vbe_index : vga_vbe_read(vga, vga->registers.vbe_index);
}

/* The data register is a word at an odd port. */
static void vbe_port_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct vga *vga = opaque;

    if (offset == 0)
        vga->registers.vbe_index = (uint16_t)value;
    else
        vga_vbe_write(vga, vga->registers.vbe_index, (uint16_t)value);
}

const struct emu_region_ops vga_vbe_ops = {vbe_port_read, vbe_port_write, .valid_min = 2,
                                           .valid_max = 2, .unaligned = true};
