/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user chose for terminals, kept in $XDG_CONFIG_HOME/lathe/terminal.ini. Main thread.
 */
#ifndef LATHE_GTK_PREFERENCES_H
#define LATHE_GTK_PREFERENCES_H

#include <glib.h>

struct lathe_preferences {
    int scrollback;      /* lines; -1: unlimited */
    double zoom;         /* 1: the desktop's monospace font as it is */
    gboolean timestamps; /* in a saved log */
};

/* A file that is missing or not ours gives the defaults. */
void lathe_preferences_load(struct lathe_preferences *preferences);
void lathe_preferences_save(const struct lathe_preferences *preferences);

#endif
