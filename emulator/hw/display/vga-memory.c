/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VGA's window at 0xa0000: the four planes with their latches and write modes, odd/even and
 * chain 4 addressing. Chain 4 packs bytes, as on adapters with linear memory, and where nothing
 * changes them on their way the window is plain memory.
 */
#include "emulator/hw/display/vga.h"

#include <string.h>

#include "emulator/util/shared-memory.h"

/* Where the window shows something, by bits 2 and 3 of the graphics controller's MISC. */
static const struct {
    uint32_t start, size;
} memory_maps[4] = {{0, 0x20000}, {0, 0x10000}, {0x10000, 0x8000}, {0x18000, 0x8000}};

/* A byte for each plane of the mask. */
static uint32_t memory_spread(uint8_t planes)
{
    uint32_t bits = (planes & 1u) | (planes & 2u) << 7 | (planes & 4u) << 14 | (planes & 8u) << 21;

    return bits * 0xff;
}

static uint32_t memory_repeat(uint8_t byte)
{
    return byte * 0x01010101u;
}

/* ---- addresses ---- */

/* One access: the four bytes that it reaches, and which of the planes it writes or reads. */
struct memory_place {
    uint8_t *group; /* four bytes, one a plane; NULL: nothing is there */
    uint8_t planes;
    unsigned plane;
};

static unsigned memory_map(const struct vga_registers *r)
{
    return r->gc[VGA_GC_MISC] >> 2 & 3;
}

static uint32_t memory_bank(const struct vga *vga)
{
    return vga_vbe_is_on(&vga->registers) ? vga->registers.vbe[VGA_VBE_BANK] * VGA_BANK : 0;
}

/* Without the extension a plane has 64 KiB. */
static uint8_t *memory_group(const struct vga *vga, uint32_t at)
{
    uint32_t planes = vga_vbe_is_on(&vga->registers) ? vga->size / 4 : VGA_BANK;

    return vga->bytes + (size_t)(at & (planes - 1)) * 4;
}

static struct memory_place memory_find(const struct vga *vga, uint32_t offset, bool odd_even)
{
    const struct vga_registers *r = &vga->registers;
    unsigned map = memory_map(r);
    struct memory_place place = {.planes = 15, .plane = r->gc[VGA_GC_READ_MAP] & 3u};
    uint32_t at = offset - memory_maps[map].start;

    if (at >= memory_maps[map].size)
        return place;
    at += memory_bank(vga);
    if (r->seq[VGA_SEQ_MEMORY] & VGA_SEQ_CHAIN_4) {
        place.plane = at & 3;
        place.planes = (uint8_t)(1u << place.plane);
        at >>= 2;
    } else if (odd_even) {
        place.plane = (place.plane & 2) | (at & 1);
        place.planes = at & 1 ? 10 : 5;
        at &= ~1u;
    }
    place.group = memory_group(vga, at);
    return place;
}

/* ---- reading ---- */

/* Read mode 1: the bits whose colour is the one looked for. */
static uint8_t memory_compare(const struct vga_registers *r, uint32_t latch)
{
    uint32_t differs = (latch ^ memory_spread(r->gc[VGA_GC_COLOR_COMPARE])) &
                       memory_spread(r->gc[VGA_GC_COLOR_CARE]);

    differs |= differs >> 16;
    return (uint8_t) ~(differs | differs >> 8);
}

static uint8_t memory_read(struct vga *vga, uint32_t offset)
{
    const struct vga_registers *r = &vga->registers;
    struct memory_place place = memory_find(vga, offset, r->gc[VGA_GC_MODE] & VGA_GC_ODD_EVEN);

    if (place.group == NULL)
        return 0xff;
    vga->latch = emu_shared_get_32(place.group);
    if (r->gc[VGA_GC_MODE] & VGA_GC_READ_MODE)
        return memory_compare(r, vga->latch);
    return (uint8_t)(vga->latch >> 8 * place.plane);
}

/* ---- writing ---- */

static uint32_t memory_combine(const struct vga *vga, uint32_t value)
{
    switch (vga->registers.gc[VGA_GC_ROTATE] >> 3 & 3) {
    case 1:
        return value & vga->latch;
    case 2:
        return value | vga->latch;
    case 3:
        return value ^ vga->latch;
    default:
        return value;
    }
}

static uint8_t memory_rotate(const struct vga_registers *r, uint8_t value)
{
    unsigned count = r->gc[VGA_GC_ROTATE] & 7;

    return (uint8_t)(value >> count | value << (8 - count));
}

/* What the four planes get by the write mode. */
static uint32_t memory_data(const struct vga *vga, uint8_t value)
{
    const struct vga_registers *r = &vga->registers;
    uint32_t set = memory_spread(r->gc[VGA_GC_SET_RESET]), mask;
    uint32_t bits = memory_repeat(r->gc[VGA_GC_BIT_MASK]), data;

    switch (r->gc[VGA_GC_MODE] & 3) {
    case 1:
        return vga->latch;
    case 2:
        data = memory_combine(vga, memory_spread(value & 15));
        break;
    case 3:
        bits &= memory_repeat(memory_rotate(r, value));
        data = set;
        break;
    default:
        mask = memory_spread(r->gc[VGA_GC_ENABLE_SET_RESET]);
        data = memory_repeat(memory_rotate(r, value));
        data = memory_combine(vga, (data & ~mask) | (set & mask));
        break;
    }
    return (data & bits) | (vga->latch & ~bits);
}

static void memory_write(struct vga *vga, uint32_t offset, uint8_t value)
{
    const struct vga_registers *r = &vga->registers;
    bool odd_even = !(r->seq[VGA_SEQ_MEMORY] & VGA_SEQ_SEQUENTIAL);
    struct memory_place place = memory_find(vga, offset, odd_even);
    uint32_t mask = memory_spread(r->seq[VGA_SEQ_MAP_MASK] & place.planes);

    if (place.group == NULL)
        return;
    emu_shared_put_32(place.group,
                      (emu_shared_get_32(place.group) & ~mask) | (memory_data(vga, value) & mask));
}

static uint64_t memory_op_read(void *opaque, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)memory_read(opaque, (uint32_t)offset + i) << 8 * i;
    return value;
}

static void memory_op_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        memory_write(opaque, (uint32_t)offset + i, (uint8_t)(value >> 8 * i));
}

const struct emu_region_ops vga_plane_ops = {memory_op_read, memory_op_write, .impl_max = 8};

/* ---- the window as plain memory ---- */

/* All bytes go to their place as they are, and come back so. */
static bool memory_is_plain(const struct vga_registers *r)
{
    return vga_vbe_is_packed(r) ||
           ((r->seq[VGA_SEQ_MEMORY] & VGA_SEQ_CHAIN_4) && r->seq[VGA_SEQ_MAP_MASK] == 15 &&
            r->gc[VGA_GC_ENABLE_SET_RESET] == 0 && r->gc[VGA_GC_ROTATE] == 0 &&
            (r->gc[VGA_GC_MODE] & (3 | VGA_GC_READ_MODE)) == 0 && r->gc[VGA_GC_BIT_MASK] == 0xff);
}

static uint32_t memory_direct(const struct vga *vga)
{
    const struct vga_registers *r = &vga->registers;

    if (memory_map(r) != 1 || !memory_is_plain(r))
        return UINT32_MAX;
    return memory_bank(vga) & (vga->size - 1);
}

/* The map is made anew, which costs all processors their look-ups: only if it changes. */
void vga_update_window(struct vga *vga)
{
    uint32_t at = memory_direct(vga);

    if (at == vga->direct_at)
        return;
    if (vga->device->dma != NULL)
        emu_memory_begin(vga->device->dma);
    if (vga->direct_at != UINT32_MAX)
        emu_region_remove(&vga->direct);
    if (at != UINT32_MAX) {
        emu_region_init_ram(&vga->direct, "vga-window-memory", vga->ram, at, VGA_BANK);
        emu_region_add(&vga->window, 0, &vga->direct, 1);
    }
    vga->direct_at = at;
    if (vga->device->dma != NULL)
        emu_memory_commit(vga->device->dma);
}
