/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text before the picture of a window: what the machine does, what was asked, the hot keys.
 * Main thread.
 */
#ifndef LATHE_SDL_OVERLAY_H
#define LATHE_SDL_OVERLAY_H

#include <SDL.h>
#include <stdbool.h>

struct lathe_sdl_overlay;

/* The renderer is borrowed. */
struct lathe_sdl_overlay *lathe_sdl_overlay_new(SDL_Renderer *renderer);
void lathe_sdl_overlay_free(struct lathe_sdl_overlay *overlay); /* NULL is legal */

/* Lines of UTF-8, a tab in each where its second column begins; NULL or "": nothing. scale: device
 * pixels for each of the desktop's. False: it says that already. */
bool lathe_sdl_overlay_set(struct lathe_sdl_overlay *overlay, const char *text, double scale);
/* The textures of the renderer are lost: it is drawn anew. */
void lathe_sdl_overlay_forget(struct lathe_sdl_overlay *overlay);
/* In the middle of the renderer's output of this size, and the picture behind it dimmed. */
void lathe_sdl_overlay_draw(struct lathe_sdl_overlay *overlay, int width, int height);

#endif
