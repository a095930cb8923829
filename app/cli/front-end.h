/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a front end (a window over a session) offers the command line. Each is a module of the name
 * that --display has, so that nothing here knows a toolkit, and none is loaded without a window.
 */
#ifndef LATHE_CLI_FRONT_END_H
#define LATHE_CLI_FRONT_END_H

#include <stdbool.h>

#include "app/session/session.h"

/* What lathe_console_show takes; the last has no machine. */
struct lathe_console_target {
    const char *machine, *port;
};

/* An assistant and what is answered: of wizards/, which is above this. */
struct lathe_wizard;
struct lathe_answers;

struct lathe_front_end {
    /* Shows the session and runs the default main context until the window is closed or quit is
     * called. FALSE with *error: it could not open. */
    gboolean (*run)(LatheSession *session, GError **error);
    /* The window without a machine, which starts others; service: it waits for D-Bus to ask.
     * Returns when it is closed. FALSE with *error: it could not open. */
    gboolean (*start)(gboolean service, GError **error);
    void (*quit)(void); /* ends run */
    /* A window of the UEFI variable store in this file. Returns when it is closed. FALSE with
     * *error: it could not open. */
    gboolean (*show_store)(const char *path, GError **error);
    /* A window to leaf through a recording of screens. Returns when it is closed. FALSE with
     * *error: it could not open, or the file is none. */
    gboolean (*show_recording)(const char *path, GError **error);
    /* A window of serial consoles, none: it asks which. Returns when all are closed. FALSE with
     * *error: it could not open. */
    gboolean (*show_consoles)(const struct lathe_console_target *targets, GError **error);
    /* Shows an assistant over these answers until it is closed; *done: its user came to the end and
     * did not just leave; done may be NULL. FALSE with *error: it could not open. */
    gboolean (*ask)(const struct lathe_wizard *wizard, struct lathe_answers *answers,
                    gboolean *done, GError **error);
};

/* The front end for this value of --display, or "tui" (only start and ask), loaded now; "sdl" has
 * only run and quit. NULL with *error: it cannot be loaded. */
const struct lathe_front_end *lathe_front_end_find(const char *display, GError **error);
/* Does the environment name a desktop's display? */
bool lathe_front_end_have_display(void);

#endif
