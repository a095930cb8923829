/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VGA's registers at ports 0x3b0 to 0x3df (IBM PS/2 Hardware Interface Technical Reference,
 * Video Subsystem). The retrace bits follow the time that the set mode takes on a screen.
 * Interrupts at the vertical retrace, the light pen and the feature connector are left out.
 */
#include "emulator/hw/display/vga.h"

/* As offsets from VGA_PORTS. */
enum vga_port {
    PORT_CRTC_INDEX_MONO = 0x04,
    PORT_CRTC_DATA_MONO = 0x05,
    PORT_STATUS_1_MONO = 0x0a,
    PORT_AC = 0x10,
    PORT_AC_READ = 0x11,
    PORT_MISC = 0x12, /* reads as input status 0 */
    PORT_ENABLE = 0x13,
    PORT_SEQ_INDEX = 0x14,
    PORT_SEQ_DATA = 0x15,
    PORT_DAC_MASK = 0x16,
    PORT_DAC_READ = 0x17,
    PORT_DAC_WRITE = 0x18,
    PORT_DAC_DATA = 0x19,
    PORT_FEATURE_READ = 0x1a,
    PORT_MISC_READ = 0x1c,
    PORT_GC_INDEX = 0x1e,
    PORT_GC_DATA = 0x1f,
    PORT_CRTC_INDEX = 0x24,
    PORT_CRTC_DATA = 0x25,
    PORT_STATUS_1 = 0x2a,
};

#define PORT_MONO_TO_COLOR 0x20u
#define PORT_NOTHING       0xffu

#define STATUS_0_SWITCH    0x10u /* the monitor that is connected is a colour one */
#define STATUS_1_BLANK     0x01u
#define STATUS_1_V_RETRACE 0x08u

/* ---- what the screen does now ---- */

static unsigned ports_bits(const struct vga_registers *r, unsigned low, unsigned bit8,
                           unsigned bit9)
{
    unsigned overflow = r->crtc[VGA_CRTC_OVERFLOW];

    return r->crtc[low] | (overflow >> bit8 & 1) << 8 | (overflow >> bit9 & 1) << 9;
}

unsigned vga_lines_shown(const struct vga_registers *r)
{
    return ports_bits(r, VGA_CRTC_V_SHOWN, 1, 6) + 1;
}

/* Nanoseconds that a line takes; modes that no monitor shows are taken for 640 by 480. */
static uint64_t ports_line_time(const struct vga_registers *r)
{
    uint64_t khz = r->misc & VGA_MISC_CLOCK_28 ? 28322 : 25175;
    uint64_t dots =
        (r->crtc[VGA_CRTC_H_TOTAL] + 5u) * (r->seq[VGA_SEQ_CLOCK] & VGA_SEQ_DOTS_8 ? 8 : 9);
    uint64_t time;

    if (r->seq[VGA_SEQ_CLOCK] & VGA_SEQ_HALF_CLOCK)
        dots *= 2;
    time = dots * 1000000 / khz;
    return time >= 10000 && time <= 100000 ? time : 31778;
}

static uint8_t ports_status_1(struct vga *vga)
{
    const struct vga_registers *r = &vga->registers;
    uint64_t line_time = ports_line_time(r);
    unsigned total = ports_bits(r, VGA_CRTC_V_TOTAL, 0, 5) + 2;
    unsigned sync = ports_bits(r, VGA_CRTC_V_SYNC_START, 2, 7);
    unsigned length = (r->crtc[VGA_CRTC_V_SYNC_END] - sync) & 15;
    uint64_t now = emu_clock_now(vga->device->clock) % (line_time * total);
    unsigned line = (unsigned)(now / line_time);
    uint64_t chars = now % line_time * (r->crtc[VGA_CRTC_H_TOTAL] + 5u) / line_time;
    uint8_t status = 0;

    if (line >= vga_lines_shown(r) || chars > r->crtc[VGA_CRTC_H_SHOWN])
        status |= STATUS_1_BLANK;
    if (line >= sync && line < sync + length)
        status |= STATUS_1_V_RETRACE | STATUS_1_BLANK;
    return status;
}

/* ---- the DAC ---- */

static uint8_t ports_dac_get(struct vga_registers *r)
{
    uint8_t value = r->dac[r->dac_read * 3 + r->dac_part];

    if (++r->dac_part == 3) {
        r->dac_part = 0;
        r->dac_read++;
    }
    return value;
}

/* A colour counts once its three parts are there. */
static void ports_dac_put(struct vga_registers *r, uint8_t value)
{
    bool wide = r->vbe[VGA_VBE_ENABLE] & VGA_VBE_DAC_8;

    r->dac_next[r->dac_part] = wide ? value : value & 0x3f;
    if (++r->dac_part < 3)
        return;
    for (unsigned i = 0; i < 3; i++)
        r->dac[r->dac_write * 3 + i] = r->dac_next[i];
    r->dac_part = 0;
    r->dac_write++;
}

static void ports_dac_select(struct vga_registers *r, uint8_t index, bool reading)
{
    r->dac_reading = reading;
    r->dac_part = 0;
    if (reading)
        r->dac_read = index;
    else
        r->dac_write = index;
}

/* ---- reading ---- */

/* The colour and the monochrome ports are the same registers, of which one set answers. */
static unsigned ports_settle(const struct vga_registers *r, unsigned offset)
{
    bool mono = offset<PORT_AC, color = offset> PORT_GC_DATA;

    if ((mono && (r->misc & VGA_MISC_COLOR)) || (color && !(r->misc & VGA_MISC_COLOR)))
        return PORT_NOTHING;
    return mono ? offset + PORT_MONO_TO_COLOR : offset;
}

uint8_t vga_port_read(struct vga *vga, unsigned offset)
{
    struct vga_registers *r = &vga->registers;

    switch (ports_settle(r, offset)) {
    case PORT_AC:
        return r->ac_data ? 0 : r->ac_index;
    case PORT_AC_READ:
        return r->ac[r->ac_index & 31];
    case PORT_MISC:
        return STATUS_0_SWITCH;
    case PORT_ENABLE:
        return 1;
    case PORT_SEQ_INDEX:
        return r->seq_index;
    case PORT_SEQ_DATA:
        return r->seq[r->seq_index & 7];
    case PORT_DAC_MASK:
        return r->dac_mask;
    case PORT_DAC_READ:
        return r->dac_reading ? 3 : 0;
    case PORT_DAC_WRITE:
        return r->dac_write;
    case PORT_DAC_DATA:
        return ports_dac_get(r);
    case PORT_FEATURE_READ:
        return r->feature;
    case PORT_MISC_READ:
        return r->misc;
    case PORT_GC_INDEX:
        return r->gc_index;
    case PORT_GC_DATA:
        return r->gc[r->gc_index & 15];
    case PORT_CRTC_INDEX:
        return r->crtc_index;
    case PORT_CRTC_DATA:
        return r->crtc_index < VGA_CRTC_COUNT ? r->crtc[r->crtc_index] : 0;
    case PORT_STATUS_1:
        r->ac_data = false;
        return ports_status_1(vga);
    default:
        return 0xff;
    }
}

/* ---- writing ---- */

static void ports_write_ac(struct vga_registers *r, uint8_t value)
{
    static const uint8_t masks[] = {0xef, 0xff, 0x3f, 0x0f, 0x0f}; /* from MODE */
    unsigned index = r->ac_index & 31;

    if (!r->ac_data)
        r->ac_index = value & 0x3f;
    else if (index < VGA_AC_MODE) {
        if (!(r->ac_index & VGA_AC_INDEX_SHOW))
            r->ac[index] = value & 0x3f;
    } else if (index < VGA_AC_COUNT) {
        r->ac[index] = value & masks[index - VGA_AC_MODE];
    }
    r->ac_data = !r->ac_data;
}

static void ports_write_seq(struct vga *vga, uint8_t value)
{
    static const uint8_t masks[8] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e, 0, 0, 0xff};
    struct vga_registers *r = &vga->registers;
    unsigned index = r->seq_index & 7;

    r->seq[index] = value & masks[index];
    vga_update_window(vga);
}

static void ports_write_gc(struct vga *vga, uint8_t value)
{
    static const uint8_t masks[16] = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff};
    struct vga_registers *r = &vga->registers;
    unsigned index = r->gc_index & 15;

    r->gc[index] = value & masks[index];
    vga_update_window(vga);
}

/* The lock keeps the horizontal timing, but for the line compare's bit in OVERFLOW. */
static void ports_write_crtc(struct vga_registers *r, uint8_t value)
{
    uint8_t *overflow = &r->crtc[VGA_CRTC_OVERFLOW];

    if (r->crtc_index >= VGA_CRTC_COUNT)
        return;
    if (r->crtc_index > VGA_CRTC_OVERFLOW || !(r->crtc[VGA_CRTC_V_SYNC_END] & VGA_CRTC_LOCK))
        r->crtc[r->crtc_index] = value;
    else if (r->crtc_index == VGA_CRTC_OVERFLOW)
        *overflow = (uint8_t)((*overflow & ~0x10) | (value & 0x10));
}

void vga_port_write(struct vga *vga, unsigned offset, uint8_t value)
{
    struct vga_registers *r = &vga->registers;

    switch (ports_settle(r, offset)) {
    case PORT_AC:
        ports_write_ac(r, value);
        break;
    case PORT_MISC:
        r->misc = value & 0xef;
        break;
    case PORT_SEQ_INDEX:
        r->seq_index = value & 7;
        break;
    case PORT_SEQ_DATA:
        ports_write_seq(vga, value);
        break;
    case PORT_DAC_MASK:
        r->dac_mask = value;
        break;
    case PORT_DAC_READ:
        ports_dac_select(r, value, true);
        break;
    case PORT_DAC_WRITE:
        ports_dac_select(r, value, false);
        break;
    case PORT_DAC_DATA:
        ports_dac_put(r, value);
        break;
    case PORT_GC_INDEX:
        r->gc_index = value & 15;
        break;
    case PORT_GC_DATA:
        ports_write_gc(vga, value);
        break;
    case PORT_CRTC_INDEX:
        r->crtc_index = value;
        break;
    case PORT_CRTC_DATA:
        ports_write_crtc(r, value);
        break;
    case PORT_STATUS_1: /* which writes as the feature control */
        r->feature = value & 0x10;
        break;
    default:
        break;
    }
}

static uint64_t ports_read(void *opaque, uint64_t offset, unsigned size)
{
    return vga_port_read(opaque, (unsigned)offset);
}

static void ports_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    vga_port_write(opaque, (unsigned)offset, (uint8_t)value);
}

const struct emu_region_ops vga_port_ops = {ports_read, ports_write, .valid_max = 4, .impl_max = 1};
