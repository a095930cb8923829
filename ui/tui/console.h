/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial consoles of all running machines: a list with one of them beside it, or one on all rows.
 */
#ifndef LATHE_TUI_CONSOLE_H
#define LATHE_TUI_CONSOLE_H

#include "app/watch/watch.h"
#include "ui/tui/tui.h"

/* Opens over the other views, at the first port of this machine, which gets the keys. Says why not
 * where no machine has a port that answers. */
void tui_console_open(struct tui *tui, LatheWatch *watch, const struct lathe_watched *watched);

#endif
