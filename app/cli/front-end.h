/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a front end (a window over a session) offers the command line. The table of front ends is
 * given at link time by ui/, so that nothing here knows a toolkit.
 */
#ifndef LATHE_CLI_FRONT_END_H
#define LATHE_CLI_FRONT_END_H

#include "app/session/session.h"

struct lathe_front_end {
    const char *display; /* "gtk": the value of --display */
    /* Shows the session and runs the default main context until the window is closed or quit is
     * called. FALSE with *error: it could not open. */
    gboolean (*run)(LatheSession *session, GError **error);
    void (*quit)(void);
};

/* Ended by a row without a display. */
extern const struct lathe_front_end lathe_front_ends[];

const struct lathe_front_end *lathe_front_end_find(const char *display);

#endif
