/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen of a fake machine: commands of its script draw on it. What a person does with keys and
 * pointer is told as lines of text.
 */
#ifndef LATHE_TESTS_FAKE_DISPLAY_H
#define LATHE_TESTS_FAKE_DISPLAY_H

#include "emulator/api/display.h"
#include "emulator/api/input.h"

/* Plugged in. NULL: the script does not begin with "screen" or "screens", so there is none. */
struct emu_display *fake_display_new(const char *script);
void fake_display_free(struct emu_display *display);
/* "mode W H", "film", "still", "text LINE", "dark", "cursor W": true if it was one of these. */
bool fake_display_command(struct emu_display *display, const char *word, const char *rest);
/* The size that a viewer asked for last, "800x600". */
void fake_display_preferred(struct emu_display *display, char *text, size_t size);
/* Whether it is a monitor that is plugged in, as viewers have it. */
bool fake_display_connected(struct emu_display *display);
/* How often a viewer looked, and found a change. */
void fake_display_looks(struct emu_display *display, unsigned *looks, unsigned *changes);

#endif
