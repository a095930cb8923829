/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheConsoleWindow: serial consoles in tabs, of any machines and devices. A tab that is dragged
 * out, or detached by its action, gets a window of its own. Main thread.
 */
#ifndef LATHE_GTK_CONSOLE_WINDOW_H
#define LATHE_GTK_CONSOLE_WINDOW_H

#include "ui/gtk/console-page.h"

#define LATHE_TYPE_CONSOLE_WINDOW lathe_console_window_get_type()
G_DECLARE_FINAL_TYPE(LatheConsoleWindow, lathe_console_window, LATHE, CONSOLE_WINDOW,
                     GtkApplicationWindow)

/* Shows a port of a machine of the library ("serial0", "1"; NULL: the first) in the window of
 * consoles that was used last, or a new one; a tab that has it already comes in front. machine may
 * also be an address of app/console/console.h ("unix:PATH"). NULL asks what to open. */
void lathe_console_show(GtkApplication *application, const char *machine, const char *port);

#endif
