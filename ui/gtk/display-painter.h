/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a display view draws: the guest's picture at its place, scaled where it has to be, and the
 * ground beside it. Everything in device pixels. Main thread.
 */
#ifndef LATHE_GTK_DISPLAY_PAINTER_H
#define LATHE_GTK_DISPLAY_PAINTER_H

#include <cairo.h>

#include "display/core/geometry.h"

struct lathe_painter;

struct lathe_painter *lathe_painter_new(void);
void lathe_painter_free(struct lathe_painter *painter);

/* The picture or its place is another one: the surface is borrowed until the next call. */
void lathe_painter_set(struct lathe_painter *painter, const struct emu_surface *surface,
                       const struct disp_placement *placement);
/* A rectangle of the surface has changed. */
void lathe_painter_damage(struct lathe_painter *painter, const struct emu_rect *rect);
/* The whole view of that size; the context's unit is a device pixel. */
void lathe_painter_draw(struct lathe_painter *painter, cairo_t *cr, struct disp_size view);
/* The guest's pointer in front of it, its hot spot at the middle of a pixel. */
void lathe_painter_draw_cursor(struct lathe_painter *painter, cairo_t *cr,
                               const struct emu_cursor *cursor);
/* Where that was drawn. */
struct disp_rect lathe_painter_cursor_place(struct lathe_painter *painter,
                                            const struct emu_cursor *cursor);
/* The cursor's image for the host's pointer, as large as the picture's scale makes it. */
cairo_surface_t *lathe_painter_cursor_image(struct lathe_painter *painter,
                                            const struct emu_cursor *cursor);

#endif
