/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pango lays the text out, for every script; SDL shows it as a texture. */
#include "ui/sdl/overlay.h"

#include <glib.h>
#include <pango/pangocairo.h>

#define OVERLAY_FONT   "Sans 11"
#define OVERLAY_EDGE   18 /* of the desktop's pixels, around the text */
#define OVERLAY_COLUMN 190
#define OVERLAY_WIDTH  620 /* of a text, where it is broken */
#define OVERLAY_DIM    110 /* of 255 */

struct lathe_sdl_overlay {
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* NULL: to be made */
    int width, height;    /* of it */
    double scale;
    char *text; /* NULL: none */
};

struct lathe_sdl_overlay *lathe_sdl_overlay_new(SDL_Renderer *renderer)
{
    struct lathe_sdl_overlay *overlay = g_new0(struct lathe_sdl_overlay, 1);

    overlay->renderer = renderer;
    return overlay;
}

void lathe_sdl_overlay_forget(struct lathe_sdl_overlay *overlay)
{
    if (overlay->texture != NULL)
        SDL_DestroyTexture(overlay->texture);
    overlay->texture = NULL;
}

void lathe_sdl_overlay_free(struct lathe_sdl_overlay *overlay)
{
    if (overlay == NULL)
        return;
    lathe_sdl_overlay_forget(overlay);
    g_free(overlay->text);
    g_free(overlay);
}

bool lathe_sdl_overlay_set(struct lathe_sdl_overlay *overlay, const char *text, double scale)
{
    const char *wanted = text != NULL && *text != '\0' ? text : NULL;

    if (g_strcmp0(wanted, overlay->text) == 0 && scale == overlay->scale)
        return false;
    g_free(overlay->text);
    overlay->text = g_strdup(wanted);
    overlay->scale = scale;
    lathe_sdl_overlay_forget(overlay);
    return true;
}

/* ---- the texture ---- */

static PangoLayout *overlay_layout(const struct lathe_sdl_overlay *overlay, cairo_t *cr)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_from_string(OVERLAY_FONT);
    PangoTabArray *tabs = pango_tab_array_new_with_positions(
        1, TRUE, PANGO_TAB_LEFT, (int)(OVERLAY_COLUMN * overlay->scale));

    pango_font_description_set_size(font,
                                    (int)(pango_font_description_get_size(font) * overlay->scale));
    pango_layout_set_font_description(layout, font);
    pango_layout_set_tabs(layout, tabs);
    pango_layout_set_width(layout, (int)(OVERLAY_WIDTH * overlay->scale * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, overlay->text, -1);
    pango_font_description_free(font);
    pango_tab_array_free(tabs);
    return layout;
}

static void overlay_paint(cairo_t *cr, PangoLayout *layout, int edge, int left)
{
    cairo_set_source_rgb(cr, 0.13, 0.13, 0.15);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, edge - left, edge);
    pango_cairo_show_layout(cr, layout);
}

/* The image of the text and its ground. */
static cairo_surface_t *overlay_image(const struct lathe_sdl_overlay *overlay)
{
    cairo_surface_t *scratch = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1), *image;
    cairo_t *cr = cairo_create(scratch);
    PangoLayout *layout = overlay_layout(overlay, cr);
    PangoRectangle extents;
    int edge = (int)(OVERLAY_EDGE * overlay->scale);

    pango_layout_get_pixel_extents(layout, NULL, &extents);
    cairo_destroy(cr);
    cairo_surface_destroy(scratch);
    image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, extents.width + 2 * edge,
                                       extents.height + 2 * edge);
    cr = cairo_create(image);
    overlay_paint(cr, layout, edge, extents.x);
    cairo_destroy(cr);
    cairo_surface_flush(image);
    g_object_unref(layout);
    return image;
}

static void overlay_make(struct lathe_sdl_overlay *overlay)
{
    cairo_surface_t *image = overlay_image(overlay);

    overlay->width = cairo_image_surface_get_width(image);
    overlay->height = cairo_image_surface_get_height(image);
    overlay->texture = SDL_CreateTexture(overlay->renderer, SDL_PIXELFORMAT_RGB888,
                                         SDL_TEXTUREACCESS_STATIC, overlay->width, overlay->height);
    if (overlay->texture != NULL)
        SDL_UpdateTexture(overlay->texture, NULL, cairo_image_surface_get_data(image),
                          cairo_image_surface_get_stride(image));
    cairo_surface_destroy(image);
}

void lathe_sdl_overlay_draw(struct lathe_sdl_overlay *overlay, int width, int height)
{
    if (overlay->text == NULL)
        return;
    if (overlay->texture == NULL)
        overlay_make(overlay);
    SDL_SetRenderDrawBlendMode(overlay->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(overlay->renderer, 0, 0, 0, OVERLAY_DIM);
    SDL_RenderFillRect(overlay->renderer, NULL);
    const SDL_Rect place = {(width - overlay->width) / 2, (height - overlay->height) / 2,
                            overlay->width, overlay->height};
    if (overlay->texture != NULL)
        SDL_RenderCopy(overlay->renderer, overlay->texture, NULL, &place);
}
