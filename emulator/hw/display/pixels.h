/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixels as guests lay them out in memory, turned into those of a surface. */
#ifndef EMU_HW_DISPLAY_PIXELS_H
#define EMU_HW_DISPLAY_PIXELS_H

#include "emulator/core/display.h"

/* Named by what a little-endian number of the pixel's size holds, highest bits first. */
enum emu_pixel_format {
    EMU_PIXEL_INDEX8, /* into a palette */
    EMU_PIXEL_X1R5G5B5,
    EMU_PIXEL_R5G6B5,
    EMU_PIXEL_R8G8B8, /* three bytes */
    EMU_PIXEL_X8R8G8B8,
    EMU_PIXEL_X8B8G8R8,
    EMU_PIXEL_R8G8B8X8,
    EMU_PIXEL_B8G8R8X8,
};

/* Bytes of one pixel. */
unsigned emu_pixel_size(enum emu_pixel_format format);

/* Turns width pixels into 0x00RRGGBB; in may be unaligned. palette: of INDEX8, 256 colours. */
void emu_pixels_convert(uint32_t *out, const uint8_t *in, unsigned width,
                        enum emu_pixel_format format, const uint32_t *palette);

/* A picture in memory that the guest may change at any time. */
struct emu_picture {
    const uint8_t *bytes; /* of the whole memory, */
    uint64_t length;      /* which is as long as this; what lies behind it is black */
    uint64_t start, stride;
    unsigned width, height;
    enum emu_pixel_format format;
    const uint32_t *palette;
};

/* Brings the surface to the picture's size and contents. False: no memory, or a size that no
 * surface has; the surface is as it was. */
bool emu_picture_show(const struct emu_picture *picture, struct emu_surface *surface,
                      struct emu_display_update *update);
/* The same for a screen that shows nothing: the surface, if it has a size, gets black. */
void emu_picture_blank(struct emu_surface *surface, struct emu_display_update *update);

#endif
