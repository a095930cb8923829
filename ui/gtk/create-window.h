/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window in which machines are made. Main thread. */
#ifndef LATHE_GTK_CREATE_WINDOW_H
#define LATHE_GTK_CREATE_WINDOW_H

#include <gtk/gtk.h>

/*
 * Opens a window that makes a machine; parent may be NULL. path: what to make it of, a disc or disk
 * image or a kernel; NULL: chosen there. The machine is started, edited or only tried as the user
 * says; the window closes by itself.
 */
void lathe_create_show(GtkApplication *application, GtkWindow *parent, const char *path);

#endif
