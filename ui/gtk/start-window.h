/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheStartWindow: the window without a machine: a place to drop files on, a button to choose one,
 * what was used lately. It hands files to g_application_open. Main thread.
 */
#ifndef LATHE_GTK_START_WINDOW_H
#define LATHE_GTK_START_WINDOW_H

#include <gtk/gtk.h>

#define LATHE_TYPE_START_WINDOW lathe_start_window_get_type()
G_DECLARE_FINAL_TYPE(LatheStartWindow, lathe_start_window, LATHE, START_WINDOW,
                     GtkApplicationWindow)

GtkWidget *lathe_start_window_new(GtkApplication *application);
/* A sentence about what could not be opened, until the next try. */
void lathe_start_window_show_error(LatheStartWindow *window, const char *text);

/* Remembers a file among the desktop's recently used ones, as ours. */
void lathe_start_window_note_use(GFile *file);

#endif
