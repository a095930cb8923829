/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of one machine, in a column beside the list. */
#ifndef LATHE_TUI_DETAILS_H
#define LATHE_TUI_DETAILS_H

#include "ui/tui/tui.h"

struct lathe_watched;
struct tui_details;

struct tui_details *tui_details_new(struct tui *tui);
void tui_details_free(struct tui_details *details);
/* Of this machine from now on, until the next call or it is removed; NULL: none. */
void tui_details_show(struct tui_details *details, struct lathe_watched *watched);
void tui_details_draw(struct tui_details *details, struct tui_area area);

#endif
