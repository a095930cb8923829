/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving in a list that may be longer than its place. */
#include "ui/tui/list.h"

#include <ncurses.h>

void tui_list_settle(struct tui_list *list)
{
    int rows = MAX(list->area.rows, 1);

    list->selected = CLAMP(list->selected, 0, MAX(list->count - 1, 0));
    if (list->selected < list->first)
        list->first = list->selected;
    if (list->selected >= list->first + rows)
        list->first = list->selected - rows + 1;
    list->first = CLAMP(list->first, 0, MAX(list->count - rows, 0));
}

static void list_move(struct tui_list *list, int by)
{
    list->selected += by;
    tui_list_settle(list);
}

bool tui_list_key(struct tui_list *list, int key)
{
    int page = MAX(list->area.rows - 1, 1);

    switch (key) {
    case TUI_SPECIAL(KEY_UP):
    case 'k':
        list_move(list, -1);
        return true;
    case TUI_SPECIAL(KEY_DOWN):
    case 'j':
        list_move(list, 1);
        return true;
    case TUI_SPECIAL(KEY_PPAGE):
        list_move(list, -page);
        return true;
    case TUI_SPECIAL(KEY_NPAGE):
        list_move(list, page);
        return true;
    case TUI_SPECIAL(KEY_HOME):
        list_move(list, -list->count);
        return true;
    case TUI_SPECIAL(KEY_END):
        list_move(list, list->count);
        return true;
    default:
        return false;
    }
}

bool tui_list_mouse(struct tui_list *list, const struct tui_mouse *mouse)
{
    int row = mouse->row - list->area.row, column = mouse->column - list->area.column;

    if (mouse->kind == TUI_MOUSE_UP || mouse->kind == TUI_MOUSE_DOWN) {
        list_move(list, mouse->kind == TUI_MOUSE_UP ? -1 : 1);
        return false;
    }
    if (row < 0 || row >= list->area.rows || row + list->first >= list->count || column < 0 ||
        column >= list->area.columns)
        return false;
    list->selected = list->first + row;
    return true;
}

struct tui_area tui_list_begin(struct tui_list *list, struct tui_area area)
{
    int column = area.column + area.columns - 1;

    list->area = area;
    tui_list_settle(list);
    if (list->first > 0)
        tui_put_mark(area.row, column, TUI_KEY, TUI_MARK_UP);
    if (list->first + area.rows < list->count)
        tui_put_mark(area.row + area.rows - 1, column, TUI_KEY, TUI_MARK_DOWN);
    area.columns--;
    list->area.columns = area.columns;
    return area;
}
