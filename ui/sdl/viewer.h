/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The viewer of one machine: a window for each of its screens, hot keys, and what there is to say,
 * as an overlay. Main thread.
 */
#ifndef LATHE_SDL_VIEWER_H
#define LATHE_SDL_VIEWER_H

#include "ui/sdl/input.h"
#include "ui/sdl/view.h"

struct lathe_sdl_viewer;

/* Shows the first screen's window. NULL with *error: the machine has none, or the desktop. */
struct lathe_sdl_viewer *lathe_sdl_viewer_new(LatheSession *session, GError **error);
void lathe_sdl_viewer_free(struct lathe_sdl_viewer *viewer);
/* Runs the default main context until it is closed, or until quit. */
void lathe_sdl_viewer_run(struct lathe_sdl_viewer *viewer);
void lathe_sdl_viewer_quit(struct lathe_sdl_viewer *viewer);

/* ---- for its parts ---- */

/* What the hot keys work on. */
struct lathe_sdl_viewer {
    LatheSession *session;
    GPtrArray *views;            /* of struct lathe_sdl_view *, by screen */
    struct lathe_sdl_view *view; /* that has the focus, or had it last */
    struct lathe_sdl_input *input;
    struct lathe_sdl_events *events;
    struct lathe_display_preferences preferences;
    GMainLoop *loop;
    gboolean helps, asks; /* the hot keys are shown; whether to close is asked */
    char *notice;         /* a sentence that goes by itself; NULL: none */
    guint notice_timer;
};

/* The key of this code with the release combination; FALSE: it is none. */
gboolean lathe_sdl_hot_key(struct lathe_sdl_viewer *viewer, unsigned code);
/* What they are, a line each, for people; g_free. */
char *lathe_sdl_hot_keys_text(struct lathe_sdl_viewer *viewer);
/* "Ctrl+Alt+Q", of the key's name; g_free. */
char *lathe_sdl_hot_key_name(struct lathe_sdl_viewer *viewer, const char *key);

/* The overlay and the titles say what is so now. */
void lathe_sdl_viewer_update(struct lathe_sdl_viewer *viewer);
/* Says a sentence for a moment. */
void lathe_sdl_viewer_say(struct lathe_sdl_viewer *viewer, const char *sentence);
/* Closes it, after a question if the machine is not off. */
void lathe_sdl_viewer_close(struct lathe_sdl_viewer *viewer);

#endif
