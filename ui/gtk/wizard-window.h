/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of an assistant: any flow of wizards/flow, without knowing which. Main thread. */
#ifndef LATHE_GTK_WIZARD_WINDOW_H
#define LATHE_GTK_WIZARD_WINDOW_H

#include <gtk/gtk.h>

#include "wizards/cli/wizards.h"

/*
 * Opens an assistant's window. answers: what is answered already, which stays the caller's and
 * outlives the window; NULL: nothing. parent may be NULL. Returns the window.
 */
GtkWindow *lathe_wizard_show(GtkApplication *application, GtkWindow *parent,
                             const struct lathe_wizard *wizard, struct lathe_answers *answers);

/* The application's action "wizard" (ss, a flow's id, and a machine whose parts are its answers at
 * first, "": none), which opens one. */
void lathe_wizard_install(GtkApplication *application);
/* A menu of all assistants, or, with a machine's folder or name, of those that change it; by that
 * action. The caller owns it. */
GMenuModel *lathe_wizard_menu(const char *machine);

#endif
