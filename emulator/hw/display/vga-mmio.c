/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VGA's registers in memory, as QEMU docs/specs/standard-vga.rst has them: the EDID, the ports
 * from 0x3c0, the extension's registers. The one that swaps the bytes of pixels always reads
 * little-endian.
 */
#include "emulator/hw/display/vga.h"

/* Where they are. */
#define AREA_PORTS      0x400u /* from 0x3c0 */
#define AREA_PORTS_SIZE 0x20u
#define AREA_VBE        0x500u
#define AREA_VBE_SIZE   (2u * VGA_VBE_COUNT)
#define AREA_MORE       0x600u /* its own size, and the order of bytes */
#define AREA_MORE_SIZE  8u
#define MORE_LITTLE     0x1e1e1e1eu

static bool mmio_is_in(uint64_t offset, unsigned start, unsigned size)
{
    return offset >= start && offset < start + size;
}

static uint8_t mmio_read_byte(struct vga *vga, unsigned offset)
{
    const uint32_t more[] = {AREA_MORE_SIZE, MORE_LITTLE};
    unsigned within = offset - AREA_MORE;

    if (offset < EMU_EDID_SIZE)
        return vga->edid[offset];
    if (mmio_is_in(offset, AREA_MORE, AREA_MORE_SIZE))
        return (uint8_t)(more[within / 4] >> 8 * (within & 3));
    if (mmio_is_in(offset, AREA_PORTS, AREA_PORTS_SIZE) && vga->legacy)
        return vga_port_read(vga, 0x10 + (offset - AREA_PORTS));
    return 0;
}

static uint64_t mmio_read(void *opaque, uint64_t offset, unsigned size)
{
    struct vga *vga = opaque;
    unsigned at = (unsigned)offset;

    if (mmio_is_in(offset, AREA_VBE, AREA_VBE_SIZE))
        return (uint64_t)vga_vbe_read(vga, (at - AREA_VBE) / 2) >> 8 * (at & 1);
    if (size == 1)
        return mmio_read_byte(vga, at);
    return mmio_read_byte(vga, at) | (uint64_t)mmio_read_byte(vga, at + 1) << 8;
}

static void mmio_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct vga *vga = opaque;
    unsigned at = (unsigned)offset;

    if (mmio_is_in(offset, AREA_VBE, AREA_VBE_SIZE)) {
        if (size == 2)
            vga_vbe_write(vga, (at - AREA_VBE) / 2, (uint16_t)value);
        return;
    }
    if (!mmio_is_in(offset, AREA_PORTS, AREA_PORTS_SIZE) || !vga->legacy)
        return;
    for (unsigned i = 0; i < size; i++)
        vga_port_write(vga, 0x10 + (at + i - AREA_PORTS), (uint8_t)(value >> 8 * i));
}

const struct emu_region_ops vga_mmio_ops = {mmio_read, mmio_write, .valid_max = 4, .impl_max = 2};
