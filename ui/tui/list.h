/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which row of a list is selected and which are in view. Pure but for the mark of a longer list. */
#ifndef LATHE_TUI_LIST_H
#define LATHE_TUI_LIST_H

#include "ui/tui/tui.h"

struct tui_list {
    int count, selected, first; /* selected: 0 where there is nothing, too */
    struct tui_area area;       /* where it was drawn last */
};

/* Does the selection stay where it can be? Call it after count or selected changed. */
void tui_list_settle(struct tui_list *list);
/* Arrows, pages, ends. Was it one of them? */
bool tui_list_key(struct tui_list *list, int key);
/* The wheel, and presses on a row. True: a row was pressed and is selected now. */
bool tui_list_mouse(struct tui_list *list, const struct tui_mouse *mouse);
/* Takes the area's last column for marks that the list goes on; returns the rows' area. */
struct tui_area tui_list_begin(struct tui_list *list, struct tui_area area);

#endif
