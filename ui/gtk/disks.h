/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that are plugged into a running machine and taken out: a menu of its window, and messages
 * about them. Main thread.
 */
#ifndef LATHE_GTK_DISKS_H
#define LATHE_GTK_DISKS_H

#include "ui/gtk/window.h"

/* Once, when the window has its session and its message bar. */
void lathe_window_install_disks(LatheWindow *window);

#endif
