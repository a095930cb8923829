/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving the library while machines run. */
#ifndef LATHE_TUI_LEAVE_H
#define LATHE_TUI_LEAVE_H

#include "app/watch/watch.h"
#include "ui/tui/tui.h"

/* Ends the program; where machines run it asks first, or does what was chosen for good. */
void tui_leave(struct tui *tui, LatheWatch *watch);
/* Asks what is to be done from now on. */
void tui_leave_choose(struct tui *tui);

#endif
