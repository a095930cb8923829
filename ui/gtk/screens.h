/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The monitors of a machine that has several, in its window. Main thread. */
#ifndef LATHE_GTK_SCREENS_H
#define LATHE_GTK_SCREENS_H

#include "ui/gtk/window.h"

/* Adds the menu, where there is something to choose; the pages are there already. */
void lathe_window_install_screens(LatheWindow *window);

#endif
