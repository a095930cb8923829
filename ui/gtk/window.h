/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LatheWindow: the window of one machine. Main thread. */
#ifndef LATHE_GTK_WINDOW_H
#define LATHE_GTK_WINDOW_H

#include <gtk/gtk.h>

#include "app/session/session.h"

#define LATHE_TYPE_WINDOW lathe_window_get_type()
G_DECLARE_FINAL_TYPE(LatheWindow, lathe_window, LATHE, WINDOW, GtkApplicationWindow)

GtkWidget *lathe_window_new(GtkApplication *application, LatheSession *session);
/* The keys of the window's actions; once for an application. */
void lathe_window_install_accels(GtkApplication *application);

#endif
