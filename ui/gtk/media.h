/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The discs of a machine's window: a place to drop them, a menu to change and eject them, messages
 * about them, and what is known of the disc in the status line. Main thread.
 */
#ifndef LATHE_GTK_MEDIA_H
#define LATHE_GTK_MEDIA_H

#include "ui/gtk/window.h"

/* Once, when the window has its session. */
void lathe_window_install_media(LatheWindow *window);

#endif
