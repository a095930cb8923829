/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ports of this computer that lead to the guest, in a dialog of the machine's window. */
#ifndef LATHE_GTK_FORWARDS_H
#define LATHE_GTK_FORWARDS_H

#include "ui/gtk/window.h"

/* Adds the action "win.forwards"; a machine without network has it disabled. Main thread. */
void lathe_window_install_forwards(LatheWindow *window);

#endif
