/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One picture of the VGA while it is made: what the registers come to, and for each scan line the
 * groups of four bytes, one a plane, that the CRT controller fetches for it.
 */
#ifndef EMU_HW_DISPLAY_VGA_FRAME_H
#define EMU_HW_DISPLAY_VGA_FRAME_H

#include "emulator/hw/display/vga.h"

enum vga_frame_kind {
    VGA_FRAME_TEXT,
    VGA_FRAME_PLANES,     /* a colour's bits in the four planes */
    VGA_FRAME_INTERLEAVE, /* pairs of bits, as on the CGA */
    VGA_FRAME_BYTES,      /* 256 colours */
};

#define VGA_FONT_SIZE 8192 /* 256 letters of 32 rows */
/* Letters or groups in a line, and one more for panning. */
#define VGA_FRAME_MAX_CELLS (EMU_DISPLAY_MAX_SIZE / 8 + 1)

struct vga_frame {
    struct vga_registers r;
    const uint8_t *bytes;
    uint32_t planes; /* bytes of each; a power of two */
    enum vga_frame_kind kind;
    unsigned cells; /* groups in a line */
    unsigned dots;  /* of each, before doubling */
    unsigned scale; /* screen dots for one of these, 1 or 2 */
    unsigned lines;
    unsigned rows; /* lines of a letter, or repetitions of a row */
    unsigned offset;
    unsigned split; /* the last line above the split screen */
    bool doubled;   /* each line twice */
    bool blink_on;
    bool cursor_on;
    uint32_t colors[256];
    uint64_t signature;              /* of what all lines hang on */
    uint8_t fonts[2][VGA_FONT_SIZE]; /* of attributes without and with bit 3 */
};

/* Where the CRT controller is. */
struct vga_scan {
    unsigned line;    /* of the screen */
    unsigned address; /* of its memory address counter */
    unsigned row;     /* of the letter */
    unsigned pan;     /* dots that are cut off at the left */
    bool again;       /* the second of a doubled line */
};

/* now: machine time, for what blinks. */
void vga_frame_init(struct vga_frame *frame, const struct vga *vga, emu_ns now);
/* Is there a picture at all? */
bool vga_frame_is_on(const struct vga_registers *r);
/* Mixes bytes into a hash: what differs is told apart, but not by somebody who means harm. */
uint64_t vga_hash(uint64_t hash, const void *data, size_t length);

struct vga_scan vga_scan_first(const struct vga_frame *frame);
void vga_scan_next(const struct vga_frame *frame, struct vga_scan *scan);
/* Reads count groups for a line; of text modes with blinking and the cursor worked in. */
void vga_frame_fetch(const struct vga_frame *frame, const struct vga_scan *scan, uint32_t *groups,
                     unsigned count);

/* A group of a text mode as fetch makes it: letter, font, foreground, background, underline. */
#define VGA_CELL(letter, font, fore, back)                                                         \
    ((uint32_t)(letter) | (uint32_t)(font) << 8 | (uint32_t)(fore) << 16 | (uint32_t)(back) << 24)
#define VGA_CELL_SOLID 0x200u /* all dots are foreground: cursor or underline */

/* Dots of a line, not doubled and not cut off; out has room for count * 9 of them. (vga-draw.c) */
void vga_draw_line(const struct vga_frame *frame, const struct vga_scan *scan,
                   const uint32_t *groups, unsigned count, uint32_t *out);

#endif
