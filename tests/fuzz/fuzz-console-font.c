/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The font that is looked for in a guest's memory, and the pictures that are read with it: the
 * first bytes are the picture's size, the next ones its pixels in a few colours, the rest is the
 * font.
 */
#include <glib.h>
#include <string.h>

#include "display/core/console-font.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_HEAD   2
#define FUZZ_PIXELS 64 /* bytes, which go on from the start */
#define FUZZ_RECORD 22

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < FUZZ_HEAD + FUZZ_PIXELS)
        return 0;
    struct emu_surface surface = {.width = 1u + data[0], .height = 1u + data[1]};
    size_t pixels = (size_t)surface.width * surface.height;
    struct disp_console_font *font =
        disp_console_font_new(data + FUZZ_HEAD + FUZZ_PIXELS, size - FUZZ_HEAD - FUZZ_PIXELS);

    if (font == NULL)
        return 0;
    surface.pixels = g_new(uint32_t, pixels);
    for (size_t i = 0; i < pixels; i++)
        surface.pixels[i] = data[FUZZ_HEAD + i * 7 / 5 % FUZZ_PIXELS] & 3u;
    g_autofree char *text = disp_console_font_read(font, &surface);
    if (text != NULL && !g_utf8_validate(text, -1, NULL))
        __builtin_trap();
    g_free(surface.pixels);
    disp_console_font_free(font);
    return 0;
}

/* ---- seeds ---- */

/* All of printable ASCII; each glyph is its code in stripes. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t limit)
{
    uint8_t *record = out + FUZZ_HEAD + FUZZ_PIXELS;
    size_t length = FUZZ_HEAD + FUZZ_PIXELS + ('~' - ' ' + 1) * FUZZ_RECORD;

    if (index > 2 || length > limit)
        return 0;
    memset(out, 0, length);
    out[0] = out[1] = (uint8_t)(40u << index);
    for (unsigned character = ' '; character <= '~'; character++, record += FUZZ_RECORD) {
        record[0] = (uint8_t)character;
        memset(record + 3, character == ' ' ? 0 : (int)character, FUZZ_RECORD - 3);
    }
    return length;
}
