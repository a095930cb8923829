/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text mode says, as UTF-8: the letters of code page 437, whatever the font makes of them.
 */
#include <stdlib.h>

#include "emulator/hw/display/vga-frame.h"

static const uint16_t text_letters[256] = {
#include "emulator/hw/display/cp437.inc"
};

#define TEXT_MAX_BYTES 3 /* of a letter of the table */

static char *text_put(char *out, unsigned letter)
{
    if (letter < 0x80) {
        *out++ = (char)letter;
    } else if (letter < 0x800) {
        *out++ = (char)(0xc0 | letter >> 6);
        *out++ = (char)(0x80 | (letter & 0x3f));
    } else {
        *out++ = (char)(0xe0 | letter >> 12);
        *out++ = (char)(0x80 | (letter >> 6 & 0x3f));
        *out++ = (char)(0x80 | (letter & 0x3f));
    }
    return out;
}

/* Without the spaces at its end. */
static char *text_put_row(const struct vga_frame *frame, const struct vga_scan *scan, char *out)
{
    uint32_t cells[VGA_FRAME_MAX_CELLS];
    unsigned count = frame->cells;

    vga_frame_fetch(frame, scan, cells, count);
    while (count != 0 && text_letters[cells[count - 1] & 0xff] == ' ')
        count--;
    for (unsigned i = 0; i < count; i++)
        out = text_put(out, text_letters[cells[i] & 0xff]);
    *out++ = '\n';
    return out;
}

/* A row is where its first whole line is; what a split screen shows follows. */
static char *text_make(const struct vga_frame *frame)
{
    size_t rows = frame->lines / frame->rows + 2;
    char *text = malloc(rows * (frame->cells * (size_t)TEXT_MAX_BYTES + 1) + 1), *end = text;
    struct vga_scan scan = vga_scan_first(frame);

    if (text == NULL)
        return NULL;
    for (; scan.line < frame->lines && rows > 0; vga_scan_next(frame, &scan)) {
        if (scan.row != 0 || scan.again)
            continue;
        end = text_put_row(frame, &scan, end);
        rows--;
    }
    *end = '\0';
    return text;
}

char *vga_text(struct vga *vga)
{
    struct vga_frame frame;

    pthread_mutex_lock(&vga->device->lock);
    frame.r = vga->registers;
    pthread_mutex_unlock(&vga->device->lock);
    if (!vga_frame_is_on(&frame.r))
        return NULL;
    vga_frame_init(&frame, vga, 0);
    return frame.kind == VGA_FRAME_TEXT ? text_make(&frame) : NULL;
}
