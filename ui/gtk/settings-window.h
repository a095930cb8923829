/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of a machine's settings. Main thread. */
#ifndef LATHE_GTK_SETTINGS_WINDOW_H
#define LATHE_GTK_SETTINGS_WINDOW_H

#include <gtk/gtk.h>

/*
 * Opens the settings of a machine of the library, given by its folder or its name, or shows the
 * window that has them already; parent may be NULL. What cannot be opened is said in a dialog.
 */
void lathe_settings_show(GtkApplication *application, GtkWindow *parent, const char *machine);

#endif
