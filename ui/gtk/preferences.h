/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user chose for terminals, kept in the program's GSettings (store.h). Main thread.
 */
#ifndef LATHE_GTK_PREFERENCES_H
#define LATHE_GTK_PREFERENCES_H

#include <glib.h>

struct lathe_preferences {
    int scrollback;      /* lines; -1: unlimited */
    double zoom;         /* 1: the desktop's monospace font as it is */
    gboolean timestamps; /* in a saved log */
};

/* Without a schema the defaults, and nothing is kept. */
void lathe_preferences_load(struct lathe_preferences *preferences);
void lathe_preferences_save(const struct lathe_preferences *preferences);

#endif
