/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest's picture as large as a view shows it: the surface's own pixels at 1:1, else a scaled
 * copy of which only what changed is made again. Every front end draws these pixels, so that all
 * show the same. One thread at a time.
 */
#ifndef DISP_CORE_PRESENTER_H
#define DISP_CORE_PRESENTER_H

#include "display/core/geometry.h"

struct disp_presenter;

struct disp_presenter *disp_presenter_new(void);
void disp_presenter_free(struct disp_presenter *presenter); /* NULL is legal */

/* The picture or its place is another one; the surface is borrowed until the next call. */
void disp_presenter_set(struct disp_presenter *presenter, const struct emu_surface *surface,
                        const struct disp_placement *placement);
/* A rectangle of the surface has changed: which pixels have, from the picture's left and top. */
struct disp_rect disp_presenter_damage(struct disp_presenter *presenter,
                                       const struct emu_rect *rect);

/* Of the placement's size, 0x00RRGGBB, rows from the top without gaps; borrowed, another address
 * after each set and damage. NULL: there is no picture, or no memory for one. */
const uint32_t *disp_presenter_get_pixels(const struct disp_presenter *presenter);
const struct disp_placement *disp_presenter_get_placement(const struct disp_presenter *presenter);

/* Where the guest's pointer is drawn in the view, its hot spot at the middle of a pixel. */
struct disp_rect disp_presenter_place_cursor(const struct disp_presenter *presenter,
                                             const struct emu_cursor *cursor);

#endif
