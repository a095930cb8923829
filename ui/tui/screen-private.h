/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ncurses for the two files that draw with it, screen.c and text.c. Nobody else includes it. */
#ifndef LATHE_TUI_SCREEN_PRIVATE_H
#define LATHE_TUI_SCREEN_PRIVATE_H

#include <ncurses.h>

#include "ui/tui/screen.h"

/* Reads what is known of the terminal TERM; false: nothing. */
bool tui_terminfo_open(void);
/* Chooses what the styles look like on the terminal that was opened. */
void tui_styles_init(void);

#endif
