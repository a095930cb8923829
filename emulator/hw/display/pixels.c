/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixel formats and pictures in linear memory (pixels.h). */
#include "emulator/hw/display/pixels.h"

#include <string.h>

#include "emulator/util/shared-memory.h"

#define PIXELS_MAX_SIZE 4 /* bytes */

unsigned emu_pixel_size(enum emu_pixel_format format)
{
    switch (format) {
    case EMU_PIXEL_INDEX8:
        return 1;
    case EMU_PIXEL_X1R5G5B5:
    case EMU_PIXEL_R5G6B5:
        return 2;
    case EMU_PIXEL_R8G8B8:
        return 3;
    default:
        return 4;
    }
}

static uint16_t pixels_get16(const uint8_t *in)
{
    uint16_t value;

    memcpy(&value, in, sizeof(value));
    return value;
}

/* The upper bits of a short colour are repeated below it, so that white is white. */
static uint32_t pixels_widen5(uint32_t value)
{
    return value << 3 | value >> 2;
}

static uint32_t pixels_widen6(uint32_t value)
{
    return value << 2 | value >> 4;
}

static void pixels_convert_555(uint32_t *out, const uint8_t *in, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        uint32_t pixel = pixels_get16(in + 2 * i);

        out[i] = pixels_widen5(pixel >> 10 & 31) << 16 | pixels_widen5(pixel >> 5 & 31) << 8 |
                 pixels_widen5(pixel & 31);
    }
}

static void pixels_convert_565(uint32_t *out, const uint8_t *in, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        uint32_t pixel = pixels_get16(in + 2 * i);

        out[i] = pixels_widen5(pixel >> 11) << 16 | pixels_widen6(pixel >> 5 & 63) << 8 |
                 pixels_widen5(pixel & 31);
    }
}

static void pixels_convert_24(uint32_t *out, const uint8_t *in, unsigned width)
{
    for (unsigned i = 0; i < width; i++, in += 3)
        out[i] = in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
}

static void pixels_convert_index(uint32_t *out, const uint8_t *in, unsigned width,
                                 const uint32_t *palette)
{
    for (unsigned i = 0; i < width; i++)
        out[i] = palette[in[i]];
}

static uint32_t pixels_get_32(const uint8_t *in, unsigned i)
{
    uint32_t pixel;

    memcpy(&pixel, in + (size_t)i * 4, sizeof(pixel));
    return pixel;
}

/* Each loop over 32-bit pixels is simple enough for the compiler to use vectors. */
static void pixels_convert_32(uint32_t *out, const uint8_t *in, unsigned width,
                              enum emu_pixel_format format)
{
    switch (format) {
    case EMU_PIXEL_X8B8G8R8:
        for (unsigned i = 0; i < width; i++) {
            uint32_t pixel = pixels_get_32(in, i);
            out[i] = (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >> 16 & 0xff);
        }
        break;
    case EMU_PIXEL_R8G8B8X8:
        for (unsigned i = 0; i < width; i++)
            out[i] = pixels_get_32(in, i) >> 8;
        break;
    case EMU_PIXEL_B8G8R8X8:
        for (unsigned i = 0; i < width; i++) {
            uint32_t pixel = pixels_get_32(in, i);
            out[i] = (pixel >> 8 & 0xff) << 16 | (pixel >> 8 & 0xff00) | pixel >> 24;
        }
        break;
    default:
        for (unsigned i = 0; i < width; i++)
            out[i] = pixels_get_32(in, i) & 0xffffff;
        break;
    }
}

void emu_pixels_convert(uint32_t *out, const uint8_t *in, unsigned width,
                        enum emu_pixel_format format, const uint32_t *palette)
{
    switch (format) {
    case EMU_PIXEL_INDEX8:
        pixels_convert_index(out, in, width, palette);
        break;
    case EMU_PIXEL_X1R5G5B5:
        pixels_convert_555(out, in, width);
        break;
    case EMU_PIXEL_R5G6B5:
        pixels_convert_565(out, in, width);
        break;
    case EMU_PIXEL_R8G8B8:
        pixels_convert_24(out, in, width);
        break;
    default:
        pixels_convert_32(out, in, width, format);
        break;
    }
}

/* ---- pictures ---- */

/* The guest draws meanwhile: the row is copied once, and what is shown is what was copied. */
static void picture_fetch(const struct emu_picture *picture, unsigned y, uint8_t *row,
                          size_t length)
{
    uint64_t at = picture->start + y * picture->stride;
    uint64_t left = at < picture->length ? picture->length - at : 0;
    size_t there = left < length ? (size_t)left : length;

    if (there != 0)
        emu_shared_copy(row, picture->bytes + at, there);
    memset(row + there, 0, length - there);
}

/* The surface may have been drawn by lines before: what its cells say of them is no longer so. */
static void picture_forget(struct emu_surface *surface)
{
    if (surface->cell_count != 0)
        memset(surface->cells, 0, surface->cell_count * sizeof(*surface->cells));
}

bool emu_picture_show(const struct emu_picture *picture, struct emu_surface *surface,
                      struct emu_display_update *update)
{
    uint8_t bytes[EMU_DISPLAY_MAX_SIZE * PIXELS_MAX_SIZE];
    uint32_t row[EMU_DISPLAY_MAX_SIZE];
    size_t length = (size_t)picture->width * emu_pixel_size(picture->format);

    if (!emu_surface_resize(surface, picture->width, picture->height, update))
        return false;
    picture_forget(surface);
    for (unsigned y = 0; y < picture->height; y++) {
        picture_fetch(picture, y, bytes, length);
        emu_pixels_convert(row, bytes, picture->width, picture->format, picture->palette);
        emu_surface_put_row(surface, y, row, update);
    }
    return true;
}

void emu_picture_blank(struct emu_surface *surface, struct emu_display_update *update)
{
    static const uint32_t black[EMU_DISPLAY_MAX_SIZE];

    update->state = EMU_DISPLAY_OFF;
    picture_forget(surface);
    for (unsigned y = 0; y < surface->height; y++)
        emu_surface_put_row(surface, y, black, update);
}
