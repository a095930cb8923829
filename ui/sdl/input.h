/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys and pointer from SDL's windows to the machine. A captured pointer is relative, for guests
 * that do not listen to positions; what is sent down is sent up, whatever becomes of the focus.
 * Main thread.
 */
#ifndef LATHE_SDL_INPUT_H
#define LATHE_SDL_INPUT_H

#include "ui/sdl/view.h"

struct lathe_sdl_input_owner {
    LatheSession *session;
    /* A key with the modifiers of the release combination, by its Linux key code; TRUE: it was a
     * hot key, and is not the guest's. */
    gboolean (*hot_key)(void *opaque, unsigned code);
    void (*capture_changed)(void *opaque);
    void *opaque;
};

struct lathe_sdl_input;

struct lathe_sdl_input *lathe_sdl_input_new(const struct lathe_sdl_input_owner *owner,
                                            const struct disp_chord *release);
void lathe_sdl_input_free(struct lathe_sdl_input *input); /* NULL is legal */

/* Of that view's window. */
void lathe_sdl_input_key(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                         const SDL_KeyboardEvent *event);
void lathe_sdl_input_motion(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                            const SDL_MouseMotionEvent *event);
void lathe_sdl_input_button(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                            const SDL_MouseButtonEvent *event);
void lathe_sdl_input_wheel(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                           const SDL_MouseWheelEvent *event);
/* The focus came, or went: then nothing is captured any more, and all keys go up. */
void lathe_sdl_input_focus(struct lathe_sdl_input *input, gboolean focused);

/* The keyboard, and the pointer where the guest listens to ways only. */
void lathe_sdl_input_set_captured(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                                  gboolean captured);
gboolean lathe_sdl_input_is_captured(const struct lathe_sdl_input *input);
/* The machine's state or what it listens to has changed. */
void lathe_sdl_input_update(struct lathe_sdl_input *input);
/* All keys and buttons go up. */
void lathe_sdl_input_release(struct lathe_sdl_input *input);
/* Presses the keys of "Ctrl+Alt+Delete". */
void lathe_sdl_input_press(struct lathe_sdl_input *input, const char *chord);

#endif
