/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen as those who show it see it: it keeps a copy of the picture, looks for changes as often
 * as it is worth while, and tells its listeners what changed. It outlives the emulator's display,
 * so that a machine that starts again shows in the same place. All functions and calls of
 * listeners: the thread of the main context that was the default one at disp_screen_new.
 */
#ifndef DISP_CORE_SCREEN_H
#define DISP_CORE_SCREEN_H

#include <glib.h>

#include "emulator/api/display.h"

struct disp_screen;

struct disp_listener {
    /* The surface has changed as update says; or, with update NULL, the display went or came. */
    void (*changed)(void *opaque, const struct emu_display_update *update);
    void *opaque;
};

struct disp_screen *disp_screen_new(void);
void disp_screen_free(struct disp_screen *screen); /* NULL is legal; no listener is left by then */

/* Which display this is now, for the owner of the machine; NULL before the display is freed. The
 * last picture stays. */
void disp_screen_connect(struct disp_screen *screen, struct emu_display *display);
/* Whether the machine runs: a paused one is looked at rarely. */
void disp_screen_set_running(struct disp_screen *screen, bool running);

void disp_screen_add_listener(struct disp_screen *screen, const struct disp_listener *listener);
/* By its opaque. */
void disp_screen_remove_listener(struct disp_screen *screen, const void *opaque);
/* Somebody sees the screen, or no longer: each call with true is undone by one with false. What
 * nobody sees is not looked at. */
void disp_screen_watch(struct disp_screen *screen, bool watch);
/* A person did something: looks at full speed for a moment. */
void disp_screen_wake(struct disp_screen *screen);
/* Looks now, also unwatched: for a screenshot. */
void disp_screen_refresh(struct disp_screen *screen);

/* The picture, borrowed and for reading until the next return to the main loop. */
const struct emu_surface *disp_screen_get_surface(const struct disp_screen *screen);
/* At the last look; EMU_DISPLAY_OFF without a display. */
enum emu_display_state disp_screen_get_state(const struct disp_screen *screen);
/* False: no pointer for the viewer to draw. */
bool disp_screen_get_cursor(struct disp_screen *screen, struct emu_cursor *cursor);
/* What a text mode shows now, UTF-8; NULL in other modes. g_free. */
char *disp_screen_dup_text(struct disp_screen *screen);
/* Whether it is a monitor that is connected, as the guest sees it; it is until this says otherwise,
 * and stays so for the next machine. No effect where the adapter has only one. */
void disp_screen_set_connected(struct disp_screen *screen, bool connected);
bool disp_screen_is_connected(const struct disp_screen *screen);
/* How many pictures the viewers of this machine's screen were given, and what that cost the host;
 * zeroes where the adapter does not count. */
void disp_screen_get_stats(const struct disp_screen *screen, struct emu_display_stats *out);
/* What the guest should make its mode, in its pixels; kept for the next machine too. */
void disp_screen_prefer_size(struct disp_screen *screen, unsigned width, unsigned height);

#endif
