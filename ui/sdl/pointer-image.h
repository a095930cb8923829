/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's pointer: as the host's, where the guest listens to positions, or drawn into the
 * picture where the pointer is captured. Main thread.
 */
#ifndef LATHE_SDL_POINTER_IMAGE_H
#define LATHE_SDL_POINTER_IMAGE_H

#include <SDL.h>

#include "display/core/presenter.h"

struct lathe_sdl_pointer_image;

/* The renderer is borrowed. */
struct lathe_sdl_pointer_image *lathe_sdl_pointer_image_new(SDL_Renderer *renderer);
void lathe_sdl_pointer_image_free(struct lathe_sdl_pointer_image *image);

/* The host's pointer becomes the guest's, so much larger; a cursor that is not visible hides it
 * (the guest draws its own); NULL: it is the desktop's. */
void lathe_sdl_pointer_image_show(struct lathe_sdl_pointer_image *image,
                                  const struct emu_cursor *cursor, double scale);
/* Into the renderer's output, its left and top there. */
void lathe_sdl_pointer_image_draw(struct lathe_sdl_pointer_image *image,
                                  const struct emu_cursor *cursor, int x, int y, double scale);
/* The renderer's textures are lost. */
void lathe_sdl_pointer_image_forget(struct lathe_sdl_pointer_image *image);

#endif
