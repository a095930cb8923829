/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form that asks what an installation without a question needs. */
#ifndef LATHE_TUI_CREATE_EXPRESS_H
#define LATHE_TUI_CREATE_EXPRESS_H

#include "app/plan/definition.h"
#include "app/watch/watch.h"
#include "ui/tui/tui.h"
#include "wizards/flow/answers.h"

/* Takes the machine's definition and the answers that are proposed; makes the machine when all is
 * answered, and starts it if that is wished. */
void tui_create_express_open(struct tui *tui, LatheWatch *watch,
                             struct lathe_definition *definition, struct lathe_answers *answers,
                             bool start);

#endif
