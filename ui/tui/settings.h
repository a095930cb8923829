/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of a machine's settings, made of app/settings' table. */
#ifndef LATHE_TUI_SETTINGS_H
#define LATHE_TUI_SETTINGS_H

#include "app/library/library.h"
#include "ui/tui/tui.h"

/* Opens over the other views; says why not where the definition cannot be read. */
void tui_settings_open(struct tui *tui, const struct lathe_machine *machine);

#endif
