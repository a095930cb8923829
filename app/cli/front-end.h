/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a front end (a window over a session) offers the command line. The table of front ends is
 * given at link time by ui/, so that nothing here knows a toolkit.
 */
#ifndef LATHE_CLI_FRONT_END_H
#define LATHE_CLI_FRONT_END_H

#include <stdbool.h>

#include "app/session/session.h"

struct lathe_front_end {
    const char *display; /* "gtk": the value of --display */
    /* Shows the session and runs the default main context until the window is closed or quit is
     * called. FALSE with *error: it could not open. */
    gboolean (*run)(LatheSession *session, GError **error);
    /* The window without a machine, which starts others; service: it waits for D-Bus to ask.
     * Returns when it is closed. FALSE with *error: it could not open. */
    gboolean (*start)(gboolean service, GError **error);
    void (*quit)(void); /* ends run */
};

/* Ended by a row without a display. */
extern const struct lathe_front_end lathe_front_ends[];

const struct lathe_front_end *lathe_front_end_find(const char *display);
/* Does the environment name a desktop's display? */
bool lathe_front_end_have_display(void);

#endif
