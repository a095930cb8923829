/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the desktop asks of the program from outside, as actions of the application over D-Bus:
 * those of the desktop file, what the search provider found, and help. Main thread.
 */
#ifndef LATHE_GTK_DESKTOP_ACTIONS_H
#define LATHE_GTK_DESKTOP_ACTIONS_H

#include <gtk/gtk.h>

/*
 * "new-machine" and "try-disc" bring up the first window and do its action of the same name;
 * "open-machine" (s, a machine's name or its folder's) does the window's, or else starts the
 * machine. Before the application runs.
 */
void lathe_desktop_actions_install(GApplication *application);

/* "help", with F1 in the first window and Ctrl+Shift+F1 where F1 is the guest's; in "startup". */
void lathe_help_install(GtkApplication *application);

#endif
