/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the VGA's registers mean for a picture: its size and colours, and the way that the CRT
 * controller takes through the memory, with panning, split screen and doubled lines.
 */
#include "emulator/hw/display/vga-frame.h"

#include <string.h>

#include "emulator/util/shared-memory.h"

#define FRAME_BLINK_TIME  228000000u /* ns: 16 pictures of 70 a second; the cursor half of that */
#define FRAME_HASH_FACTOR 0x9e3779b97f4a7c15ull

bool vga_frame_is_on(const struct vga_registers *r)
{
    return (r->ac_index & VGA_AC_INDEX_SHOW) &&
           (vga_vbe_is_packed(r) || (r->crtc[VGA_CRTC_MODE] & VGA_CRTC_SYNC)) &&
           !(r->seq[VGA_SEQ_CLOCK] & VGA_SEQ_SCREEN_OFF);
}

/* ---- colours ---- */

static uint32_t frame_dac(const struct vga_registers *r, uint8_t index)
{
    const uint8_t *dac = &r->dac[(index & r->dac_mask) * 3];
    uint32_t color = (uint32_t)dac[0] << 16 | (uint32_t)dac[1] << 8 | dac[2];

    if (r->vbe[VGA_VBE_ENABLE] & VGA_VBE_DAC_8)
        return color;
    return color << 2 | (color >> 4 & 0x030303);
}

/* Sixteen colours go through the attribute controller's palette, which has 64, or 16 of 256. */
static uint8_t frame_attribute(const struct vga_registers *r, unsigned color)
{
    uint8_t index = r->ac[color & r->ac[VGA_AC_PLANES]];

    if (r->ac[VGA_AC_MODE] & VGA_AC_PALETTE_54)
        index = (uint8_t)((index & 0x0f) | (r->ac[VGA_AC_COLOR] & 3) << 4);
    return (uint8_t)((index & 0x3f) | (r->ac[VGA_AC_COLOR] & 0x0c) << 4);
}

static void frame_set_colors(struct vga_frame *frame)
{
    const struct vga_registers *r = &frame->r;

    for (unsigned i = 0; i < 256; i++)
        frame->colors[i] =
            frame_dac(r, frame->kind == VGA_FRAME_BYTES ? (uint8_t)i : frame_attribute(r, i & 15));
}

/* ---- fonts ---- */

/* Which of eight fonts in plane 2, by the sequencer's three bits. */
static unsigned frame_font_at(unsigned low, unsigned high)
{
    return (low & 3) * 0x4000 + (high & 1) * 0x2000;
}

static void frame_load_font(struct vga_frame *frame, unsigned font, unsigned at)
{
    for (unsigned i = 0; i < VGA_FONT_SIZE; i++)
        frame->fonts[font][i] = emu_shared_get_8(frame->bytes + (size_t)(at + i) * 4 + 2);
}

static void frame_load_fonts(struct vga_frame *frame)
{
    uint8_t select = frame->r.seq[VGA_SEQ_FONT];
    unsigned plain = frame_font_at(select, select >> 4),
             bright = frame_font_at(select >> 2, select >> 5);

    frame_load_font(frame, 0, plain);
    if (bright == plain)
        memcpy(frame->fonts[1], frame->fonts[0], VGA_FONT_SIZE);
    else
        frame_load_font(frame, 1, bright);
}

/* ---- size ---- */

static enum vga_frame_kind frame_kind(const struct vga_registers *r)
{
    if (!vga_vbe_is_on(r) && !(r->gc[VGA_GC_MISC] & VGA_GC_GRAPHICS))
        return VGA_FRAME_TEXT;
    if (r->gc[VGA_GC_MODE] & VGA_GC_COLORS_256)
        return VGA_FRAME_BYTES;
    return r->gc[VGA_GC_MODE] & VGA_GC_INTERLEAVE ? VGA_FRAME_INTERLEAVE : VGA_FRAME_PLANES;
}

static void frame_set_size(struct vga_frame *frame)
{
    const struct vga_registers *r = &frame->r;
    uint8_t max_row = r->crtc[VGA_CRTC_MAX_ROW], clock = r->seq[VGA_SEQ_CLOCK];

    frame->cells = r->crtc[VGA_CRTC_H_SHOWN] + 1u;
    frame->dots = 8;
    frame->scale = clock & VGA_SEQ_HALF_CLOCK ? 2 : 1;
    if (frame->kind == VGA_FRAME_BYTES) { /* a pixel lasts two dots */
        frame->dots = 4;
        frame->scale *= 2;
    } else if (frame->kind == VGA_FRAME_TEXT && !(clock & VGA_SEQ_DOTS_8)) {
        frame->dots = 9;
    }
    frame->lines = vga_lines_shown(r);
    frame->rows = (max_row & 31) + 1u;
    frame->doubled = max_row & VGA_CRTC_DOUBLE;
    frame->offset = r->crtc[VGA_CRTC_OFFSET] * 2u;
    frame->split = r->crtc[VGA_CRTC_LINE_COMPARE] | (r->crtc[VGA_CRTC_OVERFLOW] & 0x10u) << 4 |
                   (max_row & 0x40u) << 3;
}

/* Sixteen colours in a size of the extension's. */
static void frame_set_vbe_size(struct vga_frame *frame)
{
    const struct vga_registers *r = &frame->r;

    frame->kind = VGA_FRAME_PLANES;
    frame->cells = r->vbe[VGA_VBE_WIDTH] / 8u;
    frame->dots = 8;
    frame->scale = 1;
    frame->lines = r->vbe[VGA_VBE_HEIGHT];
    frame->rows = 1;
    frame->doubled = false;
    frame->offset = r->vbe[VGA_VBE_VIRTUAL_WIDTH] / 8u;
    frame->split = UINT32_MAX;
}

/* ---- all ---- */

static uint64_t frame_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * FRAME_HASH_FACTOR;
    return hash ^ hash >> 29;
}

uint64_t vga_hash(uint64_t hash, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint64_t word;

    for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        hash = frame_mix(hash, word);
    }
    word = length;
    for (; length != 0; length--)
        word = word << 8 | *bytes++;
    return frame_mix(hash, word);
}

static void frame_sign(struct vga_frame *frame)
{
    uint64_t shape = frame->kind | frame->dots << 8 | frame->scale << 16 |
                     (uint64_t)frame->r.ac[VGA_AC_MODE] << 32;

    frame->signature = vga_hash(shape, frame->colors, sizeof(frame->colors));
    if (frame->kind == VGA_FRAME_TEXT)
        frame->signature = vga_hash(frame->signature, frame->fonts, sizeof(frame->fonts));
}

void vga_frame_init(struct vga_frame *frame, const struct vga *vga, emu_ns now)
{
    frame->bytes = vga->bytes;
    frame->kind = frame_kind(&frame->r);
    frame->planes = vga_vbe_is_on(&frame->r) ? vga->size / 4 : VGA_BANK;
    if (vga_vbe_is_on(&frame->r))
        frame_set_vbe_size(frame);
    else
        frame_set_size(frame);
    frame->blink_on = now / FRAME_BLINK_TIME % 2 == 0;
    frame->cursor_on = now / (FRAME_BLINK_TIME / 2) % 2 == 0;
    frame_set_colors(frame);
    if (frame->kind == VGA_FRAME_TEXT)
        frame_load_fonts(frame);
    frame_sign(frame);
}

/* ---- the way through the memory ---- */

static unsigned scan_pan(const struct vga_frame *frame)
{
    unsigned pan = frame->r.ac[VGA_AC_PAN];

    if (frame->kind == VGA_FRAME_BYTES)
        return (pan & 7) / 2;
    if (frame->dots == 9)
        return pan >= 8 ? 0 : pan + 1;
    return pan & 7;
}

struct vga_scan vga_scan_first(const struct vga_frame *frame)
{
    const struct vga_registers *r = &frame->r;
    struct vga_scan scan = {.line = 0};

    if (vga_vbe_is_on(r)) {
        scan.address = r->vbe[VGA_VBE_Y] * frame->offset + r->vbe[VGA_VBE_X] / 8u;
        scan.pan = r->vbe[VGA_VBE_X] & 7;
        return scan;
    }
    scan.address = r->crtc[VGA_CRTC_START_HIGH] << 8 | r->crtc[VGA_CRTC_START_LOW];
    scan.address += r->crtc[VGA_CRTC_PRESET_ROW] >> 5 & 3;
    scan.row = r->crtc[VGA_CRTC_PRESET_ROW] & 31;
    scan.pan = scan_pan(frame);
    return scan;
}

void vga_scan_next(const struct vga_frame *frame, struct vga_scan *scan)
{
    if (scan->line++ == frame->split) {
        scan->address = scan->row = 0;
        scan->again = false;
        if (frame->r.ac[VGA_AC_MODE] & VGA_AC_PAN_TOP)
            scan->pan = 0;
        return;
    }
    scan->again = frame->doubled && !scan->again;
    if (scan->again)
        return;
    if (++scan->row == frame->rows) {
        scan->row = 0;
        scan->address += frame->offset;
    }
    scan->row &= 31;
}

/* The address lines, by the counter: shifted for words, with the row in two of them for the CGA's
 * and Hercules's modes. Double words are packed, as chain 4 is (vga-memory.c). */
static unsigned frame_map_address(const struct vga_frame *frame, unsigned counter, unsigned row)
{
    const struct vga_registers *r = &frame->r;
    uint8_t mode = r->crtc[VGA_CRTC_MODE];
    bool dwords = r->crtc[VGA_CRTC_UNDERLINE] & VGA_CRTC_DWORDS;
    unsigned address = counter;

    if (vga_vbe_is_on(r))
        return counter;
    if (!dwords && !(mode & VGA_CRTC_BYTES))
        address = counter << 1 | (counter >> (mode & VGA_CRTC_WRAP_15 ? 15 : 13) & 1);
    if (!(mode & VGA_CRTC_ROW0_OFF))
        address = (address & ~0x2000u) | (row & 1) << 13;
    if (!(mode & VGA_CRTC_ROW1_OFF))
        address = (address & ~0x4000u) | (row >> 1 & 1) << 14;
    return address;
}

/* ---- text ---- */

static bool frame_in_cursor(const struct vga_frame *frame, unsigned counter, unsigned row)
{
    const uint8_t *crtc = frame->r.crtc;
    unsigned place = (unsigned)crtc[VGA_CRTC_CURSOR_HIGH] << 8 | crtc[VGA_CRTC_CURSOR_LOW];

    place += crtc[VGA_CRTC_CURSOR_END] >> 5 & 3; /* skew */
    return frame->cursor_on && !(crtc[VGA_CRTC_CURSOR_START] & 0x20) && counter == place &&
           row >= (crtc[VGA_CRTC_CURSOR_START] & 31u) && row <= (crtc[VGA_CRTC_CURSOR_END] & 31u);
}

static bool frame_is_underlined(const struct vga_frame *frame, uint8_t attribute, unsigned row)
{
    return (attribute & 0x77) == 1 && row == (frame->r.crtc[VGA_CRTC_UNDERLINE] & 31u);
}

static uint32_t frame_make_cell(const struct vga_frame *frame, uint32_t group, unsigned counter,
                                unsigned row)
{
    uint8_t letter = (uint8_t)group, attribute = (uint8_t)(group >> 8);
    unsigned fore = attribute & 15, back = attribute >> 4;
    uint32_t cell;

    if (frame->r.ac[VGA_AC_MODE] & VGA_AC_BLINK) {
        if ((back & 8) && !frame->blink_on)
            fore = back & 7;
        back &= 7;
    }
    cell = VGA_CELL(letter, attribute >> 3 & 1, fore, back);
    if (frame_in_cursor(frame, counter, row) || frame_is_underlined(frame, attribute, row))
        cell |= VGA_CELL_SOLID;
    return cell;
}

void vga_frame_fetch(const struct vga_frame *frame, const struct vga_scan *scan, uint32_t *groups,
                     unsigned count)
{
    unsigned mask = frame->planes == VGA_BANK ? 0xffff : UINT32_MAX;

    for (unsigned i = 0; i < count; i++) {
        unsigned counter = (scan->address + i) & mask;
        unsigned address = frame_map_address(frame, counter, scan->row) & (frame->planes - 1);
        uint32_t group = emu_shared_get_32(frame->bytes + (size_t)address * 4);

        groups[i] = frame->kind == VGA_FRAME_TEXT
                        ? frame_make_cell(frame, group, counter, scan->row)
                        : group;
    }
}
