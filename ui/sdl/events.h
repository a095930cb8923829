/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SDL's events in GLib's main loop, without polling where the desktop's connection can be waited
 * for (X11, Wayland). Main thread.
 */
#ifndef LATHE_SDL_EVENTS_H
#define LATHE_SDL_EVENTS_H

#include <SDL.h>
#include <glib.h>

typedef void lathe_sdl_event_fn(void *opaque, const SDL_Event *event);

struct lathe_sdl_events;

/* window: any of the program's, for its connection. */
struct lathe_sdl_events *lathe_sdl_events_new(SDL_Window *window, lathe_sdl_event_fn *function,
                                              void *opaque);
void lathe_sdl_events_free(struct lathe_sdl_events *events); /* NULL is legal */

#endif
