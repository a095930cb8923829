/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a firmware's console in a graphics mode: UEFI's console draws each character as a
 * glyph of 8 by 19 pixels in two colours (UEFI 2.10, 34.3.3 "Simplified Font"), in a grid in the
 * middle of the screen. The glyphs are the firmware's own, found in the guest's memory; no font is
 * carried here. Pure functions; any thread.
 */
#ifndef DISP_CORE_CONSOLE_FONT_H
#define DISP_CORE_CONSOLE_FONT_H

#include "emulator/api/display.h"

struct disp_console_font;

/* How such a font begins: EFI_NARROW_GLYPH of the space, which is empty, and of "!" up to its
 * picture. */
#define DISP_CONSOLE_FONT_MARK_SIZE 25
extern const uint8_t disp_console_font_mark[DISP_CONSOLE_FONT_MARK_SIZE];
/* More than any firmware's font has. */
#define DISP_CONSOLE_FONT_MAX_SIZE 65536

/* From bytes of the guest, which begin with the mark; what follows the font is ignored. NULL: they
 * are no font of printable ASCII. */
struct disp_console_font *disp_console_font_new(const uint8_t *bytes, size_t length);
void disp_console_font_free(struct disp_console_font *font); /* NULL is legal */

/* What a picture says, UTF-8, rows ended by a newline without trailing spaces, without what is
 * empty all around; NULL: nothing of it is written in this font. g_free. */
char *disp_console_font_read(const struct disp_console_font *font,
                             const struct emu_surface *surface);

#endif
