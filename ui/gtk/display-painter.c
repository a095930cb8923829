/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture at 1:1 is drawn from the surface itself; any other is kept scaled, and only what
 * changed is scaled again.
 */
#include "ui/gtk/display-painter.h"

#include <glib.h>
#include <math.h>

#include "display/core/scaler.h"

#define PAINTER_GROUND 0.08 /* beside the picture: nearly black */

struct lathe_painter {
    const struct emu_surface *surface;
    struct disp_placement placement;
    struct disp_scaler *scaler; /* NULL: the surface as it is */
    uint32_t *scaled;
    cairo_surface_t *image; /* of the surface or of scaled; NULL: there is no picture */
    const uint32_t *wrapped; /* the pixels that image is of */
};

struct lathe_painter *lathe_painter_new(void)
{
    return g_new0(struct lathe_painter, 1);
}

static void painter_clear(struct lathe_painter *painter)
{
    g_clear_pointer(&painter->image, cairo_surface_destroy);
    g_clear_pointer(&painter->scaler, disp_scaler_free);
    g_clear_pointer(&painter->scaled, g_free);
}

void lathe_painter_free(struct lathe_painter *painter)
{
    painter_clear(painter);
    g_free(painter);
}

static void painter_wrap(struct lathe_painter *painter, const uint32_t *pixels)
{
    const struct disp_rect *place = &painter->placement.place;

    g_clear_pointer(&painter->image, cairo_surface_destroy);
    painter->image = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, CAIRO_FORMAT_RGB24, (int)place->width, (int)place->height,
        (int)place->width * 4);
    painter->wrapped = pixels;
}

static void painter_scale(struct lathe_painter *painter, const struct disp_rect *rect)
{
    const struct emu_surface *surface = painter->surface;

    disp_scaler_run(painter->scaler, surface->pixels, surface->width, painter->scaled,
                    painter->placement.place.width, rect);
}

static void painter_set_scaled(struct lathe_painter *painter, struct disp_size size)
{
    const struct disp_rect all = {0, 0, size.width, size.height};

    painter->scaler = disp_scaler_new(painter->placement.guest, size);
    painter->scaled = g_try_new(uint32_t, (gsize)size.width * size.height);
    if (painter->scaler == NULL || painter->scaled == NULL) {
        painter_clear(painter);
        return;
    }
    painter_scale(painter, &all);
    painter_wrap(painter, painter->scaled);
}

void lathe_painter_set(struct lathe_painter *painter, const struct emu_surface *surface,
                       const struct disp_placement *placement)
{
    const struct disp_size size = {placement->place.width, placement->place.height};

    painter_clear(painter);
    painter->surface = surface;
    painter->placement = *placement;
    if (size.width == 0)
        return;
    if (size.width == surface->width && size.height == surface->height)
        painter_wrap(painter, surface->pixels);
    else
        painter_set_scaled(painter, size);
}

void lathe_painter_damage(struct lathe_painter *painter, const struct emu_rect *rect)
{
    struct disp_rect cover = disp_placement_cover(&painter->placement, rect);

    if (painter->image == NULL)
        return;
    cover.x -= painter->placement.place.x;
    cover.y -= painter->placement.place.y;
    if (painter->scaler == NULL && painter->wrapped != painter->surface->pixels)
        painter_wrap(painter, painter->surface->pixels);
    cairo_surface_flush(painter->image);
    if (painter->scaler != NULL)
        painter_scale(painter, &cover);
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
        place = &painter->placement.place;
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
    double scale = disp_placement_get_scale(&painter->placement);

    return (struct disp_rect){
        painter->placement.place.x + (int)floor((cursor->x - (int)cursor->hot_x) * scale),
        painter->placement.place.y + (int)floor((cursor->y - (int)cursor->hot_y) * scale),
        (unsigned)ceil(cursor->width * scale) + 1, (unsigned)ceil(cursor->height * scale) + 1};
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
    painter_paint_cursor(cr, cursor, disp_placement_get_scale(&painter->placement));
    cairo_restore(cr);
}

cairo_surface_t *lathe_painter_cursor_image(struct lathe_painter *painter,
                                            const struct emu_cursor *cursor)
{
    double scale = disp_placement_get_scale(&painter->placement);
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX(1, (int)ceil(cursor->width * scale)),
                                   MAX(1, (int)ceil(cursor->height * scale)));
    cairo_t *cr = cairo_create(image);

    painter_paint_cursor(cr, cursor, scale);
    cairo_destroy(cr);
    return image;
}
