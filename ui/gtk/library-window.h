/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheLibraryWindow: the window of "lathe" without arguments: the machines that are kept, what can
 * be done with them, and a place to drop files on. It hands files to g_application_open. Machines
 * run on when it closes. Main thread.
 */
#ifndef LATHE_GTK_LIBRARY_WINDOW_H
#define LATHE_GTK_LIBRARY_WINDOW_H

#include <gtk/gtk.h>

#define LATHE_TYPE_LIBRARY_WINDOW lathe_library_window_get_type()
G_DECLARE_FINAL_TYPE(LatheLibraryWindow, lathe_library_window, LATHE, LIBRARY_WINDOW,
                     GtkApplicationWindow)

GtkWidget *lathe_library_window_new(GtkApplication *application);
/* A sentence about what could not be done, until it is closed or the next one. */
void lathe_library_window_show_error(LatheLibraryWindow *window, const char *text);
/* Selects the machine in the folder of this name, when it is there. */
void lathe_library_window_select(LatheLibraryWindow *window, const char *id);

#endif
