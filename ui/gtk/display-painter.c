/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pixels of a presenter, as cairo knows pictures. */
#include "ui/gtk/display-painter.h"

#include <glib.h>
#include <math.h>

#include "display/core/presenter.h"

#define PAINTER_GROUND 0.08 /* beside the picture: nearly black */

struct lathe_painter {
    struct disp_presenter *presenter;
    cairo_surface_t *image;  /* of the presenter's pixels; NULL: there is no picture */
    const uint32_t *wrapped; /* the pixels that image is of */
};

struct lathe_painter *lathe_painter_new(void)
{
    struct lathe_painter *painter = g_new0(struct lathe_painter, 1);

    painter->presenter = disp_presenter_new();
    return painter;
}

void lathe_painter_free(struct lathe_painter *painter)
{
    g_clear_pointer(&painter->image, cairo_surface_destroy);
    disp_presenter_free(painter->presenter);
    g_free(painter);
}

static const struct disp_rect *painter_place(const struct lathe_painter *painter)
{
    return &disp_presenter_get_placement(painter->presenter)->place;
}

static void painter_wrap(struct lathe_painter *painter)
{
    const struct disp_rect *place = painter_place(painter);
    const uint32_t *pixels = disp_presenter_get_pixels(painter->presenter);

    g_clear_pointer(&painter->image, cairo_surface_destroy);
    painter->wrapped = pixels;
    if (pixels != NULL)
        painter->image = cairo_image_surface_create_for_data(
            (unsigned char *)pixels, CAIRO_FORMAT_RGB24, (int)place->width, (int)place->height,
            (int)place->width * 4);
}

void lathe_painter_set(struct lathe_painter *painter, const struct emu_surface *surface,
                       const struct disp_placement *placement)
{
    disp_presenter_set(painter->presenter, surface, placement);
    painter_wrap(painter);
}

void lathe_painter_damage(struct lathe_painter *painter, const struct emu_rect *rect)
{
    if (painter->image == NULL)
        return;
    cairo_surface_flush(painter->image);
    struct disp_rect cover = disp_presenter_damage(painter->presenter, rect);
    if (painter->wrapped != disp_presenter_get_pixels(painter->presenter))
        painter_wrap(painter);
    cairo_surface_mark_dirty_rectangle(painter->image, cover.x, cover.y, (int)cover.width,
                                       (int)cover.height);
}

static void painter_draw_ground(cairo_t *cr, const struct disp_rect *place, struct disp_size view)
{
    cairo_set_source_rgb(cr, PAINTER_GROUND, PAINTER_GROUND, PAINTER_GROUND);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_rectangle(cr, 0, 0, view.width, view.height);
    cairo_rectangle(cr, place->x, place->y, place->width, place->height);
    cairo_fill(cr);
}

void lathe_painter_draw(struct lathe_painter *painter, cairo_t *cr, struct disp_size view)
{
    const struct disp_rect none = {0}, *place = &none;

    if (painter->image != NULL) {
        place = painter_place(painter);
        cairo_set_source_surface(cr, painter->image, place->x, place->y);
        cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
        cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
        cairo_rectangle(cr, place->x, place->y, place->width, place->height);
        cairo_fill(cr);
        cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
    }
    painter_draw_ground(cr, place, view);
}

/* ---- the guest's pointer ---- */

struct disp_rect lathe_painter_cursor_place(struct lathe_painter *painter,
                                            const struct emu_cursor *cursor)
{
    return disp_presenter_place_cursor(painter->presenter, cursor);
}

static double painter_scale(const struct lathe_painter *painter)
{
    return disp_placement_get_scale(disp_presenter_get_placement(painter->presenter));
}

static cairo_surface_t *painter_wrap_cursor(const struct emu_cursor *cursor)
{
    return cairo_image_surface_create_for_data((unsigned char *)cursor->pixels, CAIRO_FORMAT_ARGB32,
                                               (int)cursor->width, (int)cursor->height,
                                               (int)cursor->width * 4);
}

static void painter_paint_cursor(cairo_t *cr, const struct emu_cursor *cursor, double scale)
{
    cairo_surface_t *image = painter_wrap_cursor(cursor);

    cairo_scale(cr, scale, scale);
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_paint(cr);
    cairo_surface_destroy(image);
}

void lathe_painter_draw_cursor(struct lathe_painter *painter, cairo_t *cr,
                               const struct emu_cursor *cursor)
{
    struct disp_rect place = lathe_painter_cursor_place(painter, cursor);

    cairo_save(cr);
    cairo_translate(cr, place.x, place.y);
    painter_paint_cursor(cr, cursor, painter_scale(painter));
    cairo_restore(cr);
}

cairo_surface_t *lathe_painter_cursor_image(struct lathe_painter *painter,
                                            const struct emu_cursor *cursor)
{
    double scale = painter_scale(painter);
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX(1, (int)ceil(cursor->width * scale)),
                                   MAX(1, (int)ceil(cursor->height * scale)));
    cairo_t *cr = cairo_create(image);

    painter_paint_cursor(cr, cursor, scale);
    cairo_destroy(cr);
    return image;
}
