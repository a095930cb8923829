/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDL's pictures are not premultiplied as the guest's pointer is. */
#include "ui/sdl/pointer-image.h"

#include <glib.h>
#include <math.h>

struct lathe_sdl_pointer_image {
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    SDL_Cursor *cursor;
    uint64_t drawn, shown; /* serials of the images that those two are of */
    double scale;          /* that the cursor has */
    enum { POINTER_DESKTOPS, POINTER_HIDDEN, POINTER_GUESTS } kind;
};

struct lathe_sdl_pointer_image *lathe_sdl_pointer_image_new(SDL_Renderer *renderer)
{
    struct lathe_sdl_pointer_image *image = g_new0(struct lathe_sdl_pointer_image, 1);

    image->renderer = renderer;
    return image;
}

void lathe_sdl_pointer_image_forget(struct lathe_sdl_pointer_image *image)
{
    if (image->texture != NULL)
        SDL_DestroyTexture(image->texture);
    image->texture = NULL;
}

void lathe_sdl_pointer_image_free(struct lathe_sdl_pointer_image *image)
{
    lathe_sdl_pointer_image_forget(image);
    if (image->kind == POINTER_GUESTS)
        SDL_SetCursor(SDL_GetDefaultCursor());
    if (image->cursor != NULL)
        SDL_FreeCursor(image->cursor);
    g_free(image);
}

static uint32_t image_straight(uint32_t pixel)
{
    unsigned alpha = pixel >> 24, all = alpha << 24;

    for (unsigned shift = 0; shift < 24 && alpha != 0; shift += 8)
        all |= MIN((pixel >> shift & 0xff) * 255 / alpha, 255) << shift;
    return all;
}

/* NULL: no memory. */
static SDL_Surface *image_surface(const struct emu_cursor *cursor)
{
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(
        0, (int)cursor->width, (int)cursor->height, 32, SDL_PIXELFORMAT_ARGB8888);

    for (unsigned y = 0; surface != NULL && y < cursor->height; y++) {
        uint32_t *row = (uint32_t *)((char *)surface->pixels + (size_t)y * (size_t)surface->pitch);
        for (unsigned x = 0; x < cursor->width; x++)
            row[x] = image_straight(cursor->pixels[y * cursor->width + x]);
    }
    return surface;
}

static SDL_Surface *image_scaled(const struct emu_cursor *cursor, double scale)
{
    SDL_Surface *small = image_surface(cursor), *large;

    if (small == NULL || (scale > 0.99 && scale < 1.01))
        return small;
    large = SDL_CreateRGBSurfaceWithFormat(0, MAX(1, (int)ceil(cursor->width * scale)),
                                           MAX(1, (int)ceil(cursor->height * scale)), 32,
                                           SDL_PIXELFORMAT_ARGB8888);
    SDL_SetSurfaceBlendMode(small, SDL_BLENDMODE_NONE);
    if (large != NULL)
        SDL_BlitScaled(small, NULL, large, NULL);
    SDL_FreeSurface(small);
    return large;
}

static void image_make_cursor(struct lathe_sdl_pointer_image *image,
                              const struct emu_cursor *cursor, double scale)
{
    SDL_Cursor *before = image->cursor;
    SDL_Surface *surface = image_scaled(cursor, scale);

    image->cursor = surface != NULL ? SDL_CreateColorCursor(surface, (int)(cursor->hot_x * scale),
                                                            (int)(cursor->hot_y * scale))
                                    : NULL;
    SDL_FreeSurface(surface);
    image->shown = cursor->serial;
    image->scale = scale;
    if (image->cursor != NULL)
        SDL_SetCursor(image->cursor);
    if (before != NULL)
        SDL_FreeCursor(before);
}

void lathe_sdl_pointer_image_show(struct lathe_sdl_pointer_image *image,
                                  const struct emu_cursor *cursor, double scale)
{
    gboolean hidden = cursor != NULL && (!cursor->visible || cursor->width == 0);

    image->kind = cursor == NULL ? POINTER_DESKTOPS : hidden ? POINTER_HIDDEN : POINTER_GUESTS;
    if (image->kind != POINTER_GUESTS)
        SDL_SetCursor(SDL_GetDefaultCursor());
    else if (image->cursor == NULL || image->shown != cursor->serial || image->scale != scale)
        image_make_cursor(image, cursor, scale);
    else
        SDL_SetCursor(image->cursor);
    SDL_ShowCursor(hidden ? SDL_DISABLE : SDL_ENABLE);
}

static void image_make_texture(struct lathe_sdl_pointer_image *image,
                               const struct emu_cursor *cursor)
{
    SDL_Surface *surface = image_surface(cursor);

    lathe_sdl_pointer_image_forget(image);
    if (surface == NULL)
        return;
    image->texture = SDL_CreateTextureFromSurface(image->renderer, surface);
    image->drawn = cursor->serial;
    SDL_FreeSurface(surface);
}

void lathe_sdl_pointer_image_draw(struct lathe_sdl_pointer_image *image,
                                  const struct emu_cursor *cursor, int x, int y, double scale)
{
    const SDL_Rect place = {x, y, (int)ceil(cursor->width * scale),
                            (int)ceil(cursor->height * scale)};

    if (cursor->width == 0 || cursor->height == 0)
        return;
    if (image->texture == NULL || image->drawn != cursor->serial)
        image_make_texture(image, cursor);
    if (image->texture != NULL)
        SDL_RenderCopy(image->renderer, image->texture, NULL, &place);
}
