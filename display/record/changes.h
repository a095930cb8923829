/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a picture really changed: a display tells in which rectangles it may have. Any thread. */
#ifndef DISP_RECORD_CHANGES_H
#define DISP_RECORD_CHANGES_H

#include <glib.h>

#include "emulator/api/display.h"

/*
 * Puts the pixels of a rectangle (rows without gaps) into a picture and appends struct emu_rect to
 * changes: bands of some rows, each as narrow as what differs in it.
 */
void disp_changes_take(uint32_t *picture, unsigned width, const struct emu_rect *rect,
                       const uint32_t *pixels, GArray *changes);
/* Around all of them; all 0 without one. */
struct emu_rect disp_changes_box(const GArray *changes);

#endif
