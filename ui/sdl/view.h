/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A window that shows one screen of a machine: the picture at its place, the guest's pointer, an
 * overlay. Main thread.
 */
#ifndef LATHE_SDL_VIEW_H
#define LATHE_SDL_VIEW_H

#include <SDL.h>

#include "app/preferences/display.h"
#include "app/session/session.h"
#include "display/core/screen.h"

struct lathe_sdl_view;

/* Both borrowed. NULL with *error: the desktop gives no window. It is not shown yet. */
struct lathe_sdl_view *lathe_sdl_view_new(LatheSession *session, struct disp_screen *screen,
                                          GError **error);
void lathe_sdl_view_free(struct lathe_sdl_view *view); /* NULL is legal */

SDL_Window *lathe_sdl_view_get_window(const struct lathe_sdl_view *view);
struct disp_screen *lathe_sdl_view_get_screen(const struct lathe_sdl_view *view);
gboolean lathe_sdl_view_is_shown(const struct lathe_sdl_view *view);
gboolean lathe_sdl_view_is_fullscreen(const struct lathe_sdl_view *view);

/* Shows the window, or hides it. */
void lathe_sdl_view_show(struct lathe_sdl_view *view, gboolean show);
void lathe_sdl_view_set_fullscreen(struct lathe_sdl_view *view, gboolean fullscreen);
void lathe_sdl_view_apply(struct lathe_sdl_view *view,
                          const struct lathe_display_preferences *preferences);
void lathe_sdl_view_set_title(struct lathe_sdl_view *view, const char *title);
/* Over the picture; NULL: nothing. See lathe_sdl_overlay_set. */
void lathe_sdl_view_set_overlay(struct lathe_sdl_view *view, const char *text);
/* A red mark in the corner: what the guest shows is recorded. */
void lathe_sdl_view_set_recording(struct lathe_sdl_view *view, gboolean recording);
/* What the pointer is may have changed: the guest listens otherwise, or it was captured. */
void lathe_sdl_view_update_pointer(struct lathe_sdl_view *view);

/* For its own window's events. */
void lathe_sdl_view_event(struct lathe_sdl_view *view, const SDL_WindowEvent *event);
/* The renderer's textures are gone. */
void lathe_sdl_view_reset(struct lathe_sdl_view *view);
/* Where a point of the window, in SDL's units, is on the guest's screen, 0 to EMU_POINTER_MAX.
 * FALSE: there is no picture. */
gboolean lathe_sdl_view_locate(struct lathe_sdl_view *view, int x, int y, int *guest_x,
                               int *guest_y);

#endif
