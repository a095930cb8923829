/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window to leaf through a recording of screens (app/flipbook). Main thread. */
#ifndef LATHE_GTK_FLIPBOOK_WINDOW_H
#define LATHE_GTK_FLIPBOOK_WINDOW_H

#include <gtk/gtk.h>

#include "app/flipbook/flipbook.h"

/* Reads the recording in a thread, and shows its window, or a dialog that says why there is none.
 * Adds an application's window. */
void lathe_flipbook_show(GtkApplication *application, const char *path);
/* Shows this one, which it takes. */
void lathe_flipbook_present(GtkApplication *application, struct lathe_flipbook *book);
/* Asks for a recording and shows it. */
void lathe_flipbook_ask(GtkApplication *application, GtkWindow *parent);

#endif
