/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form that makes a machine. */
#ifndef LATHE_TUI_CREATE_FORM_H
#define LATHE_TUI_CREATE_FORM_H

#include "app/library/library.h"
#include "app/watch/watch.h"
#include "ui/tui/tui.h"

void tui_create_open(struct tui *tui, LatheWatch *watch);

/* Says that the machine was made, and starts it. */
void tui_create_tell(struct tui *tui, LatheWatch *watch, const struct lathe_machine *machine,
                     bool start);

#endif
