/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An assistant on the whole terminal: any flow of wizards/flow, without knowing which. */
#ifndef LATHE_TUI_WIZARD_H
#define LATHE_TUI_WIZARD_H

#include "ui/tui/tui.h"
#include "wizards/cli/wizards.h"

/*
 * The view of an assistant. answers: what is answered already, which stays the caller's; NULL:
 * nothing. done: set when its user comes to the end, and the terminal interface ends with the view;
 * NULL: it lies over other views.
 */
struct tui_view *tui_wizard_new(struct tui *tui, const struct lathe_wizard *wizard,
                                struct lathe_answers *answers, gboolean *done);
/* Asks which assistant, and opens it. */
void tui_wizard_choose(struct tui_view *view);

#endif
