/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scaler and its picture, where the picture is not shown a pixel for a pixel. */
#include "display/core/presenter.h"

#include <glib.h>
#include <math.h>

#include "display/core/scaler.h"

struct disp_presenter {
    const struct emu_surface *surface;
    struct disp_placement placement; /* its place's width is 0: there is no picture */
    struct disp_scaler *scaler;      /* NULL: the surface as it is */
    uint32_t *scaled;
};

struct disp_presenter *disp_presenter_new(void)
{
    return g_new0(struct disp_presenter, 1);
}

static void presenter_clear(struct disp_presenter *presenter)
{
    g_clear_pointer(&presenter->scaler, disp_scaler_free);
    g_clear_pointer(&presenter->scaled, g_free);
}

void disp_presenter_free(struct disp_presenter *presenter)
{
    if (presenter == NULL)
        return;
    presenter_clear(presenter);
    g_free(presenter);
}

static void presenter_scale(struct disp_presenter *presenter, const struct disp_rect *rect)
{
    const struct emu_surface *surface = presenter->surface;

    disp_scaler_run(presenter->scaler, surface->pixels, surface->width, presenter->scaled,
                    presenter->placement.place.width, rect);
}

static void presenter_set_scaled(struct disp_presenter *presenter, struct disp_size size)
{
    const struct disp_rect all = {0, 0, size.width, size.height};

    presenter->scaler = disp_scaler_new(presenter->placement.guest, size);
    presenter->scaled = g_try_new(uint32_t, (gsize)size.width * size.height);
    if (presenter->scaler != NULL && presenter->scaled != NULL) {
        presenter_scale(presenter, &all);
        return;
    }
    presenter_clear(presenter);
    presenter->placement.place.width = 0;
}

void disp_presenter_set(struct disp_presenter *presenter, const struct emu_surface *surface,
                        const struct disp_placement *placement)
{
    const struct disp_size size = {placement->place.width, placement->place.height};

    presenter_clear(presenter);
    presenter->surface = surface;
    presenter->placement = *placement;
    if (size.width != 0 && (size.width != surface->width || size.height != surface->height))
        presenter_set_scaled(presenter, size);
}

struct disp_rect disp_presenter_damage(struct disp_presenter *presenter,
                                       const struct emu_rect *rect)
{
    struct disp_rect cover = disp_placement_cover(&presenter->placement, rect);

    cover.x -= presenter->placement.place.x;
    cover.y -= presenter->placement.place.y;
    if (presenter->scaler != NULL)
        presenter_scale(presenter, &cover);
    return cover;
}

const uint32_t *disp_presenter_get_pixels(const struct disp_presenter *presenter)
{
    if (presenter->placement.place.width == 0)
        return NULL;
    return presenter->scaler != NULL ? presenter->scaled : presenter->surface->pixels;
}

const struct disp_placement *disp_presenter_get_placement(const struct disp_presenter *presenter)
{
    return &presenter->placement;
}

struct disp_rect disp_presenter_place_cursor(const struct disp_presenter *presenter,
                                             const struct emu_cursor *cursor)
{
    double scale = disp_placement_get_scale(&presenter->placement);

    return (struct disp_rect){
        presenter->placement.place.x + (int)floor((cursor->x - (int)cursor->hot_x) * scale),
        presenter->placement.place.y + (int)floor((cursor->y - (int)cursor->hot_y) * scale),
        (unsigned)ceil(cursor->width * scale) + 1, (unsigned)ceil(cursor->height * scale) + 1};
}
