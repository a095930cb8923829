/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floppy drives of a machine's window: a menu to change and eject what is in them. Main thread.
 */
#ifndef LATHE_GTK_FLOPPIES_H
#define LATHE_GTK_FLOPPIES_H

#include "ui/gtk/window.h"

/* Once, when the window has its session and its message bar. */
void lathe_window_install_floppies(LatheWindow *window);
/* Puts an image of a floppy's size into the first drive; FALSE: it is none, or there is no drive. */
gboolean lathe_window_take_floppy(LatheWindow *window, const char *path);

#endif
