/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program's GSettings, of the schema in assets/. Where the schema is not installed it is taken
 * from beside the program, as in a build folder; where there is none at all the program goes on
 * with the defaults that its callers have, and keeps nothing. Main thread.
 */
#ifndef LATHE_GTK_STORE_H
#define LATHE_GTK_STORE_H

#include <gtk/gtk.h>

/* Borrowed, the same for the whole process; NULL: there is no schema. */
GSettings *lathe_store_get(void);

/* One key, which the schema has; or the fallback. */
gboolean lathe_store_get_boolean(const char *key, gboolean fallback);
/* The window gets the size that it had the last time, and its size is kept from now on. */
void lathe_store_keep_window(GtkWindow *window);

#endif
