/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Menus and questions in the middle of the screen. */
#include "ui/tui/choice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/tui/list.h"

struct choice_row {
    int key;
    char *shown, *label;
};

struct tui_choice {
    struct tui_view view;
    struct tui_list list;
    char *title;
    char **text;  /* lines */
    GArray *rows; /* of struct choice_row */
    void (*done)(struct tui *tui, int chosen, void *opaque);
    void *opaque;
    GDestroyNotify free;
};

static const struct choice_row *choice_row(const struct tui_choice *choice, int number)
{
    return &g_array_index(choice->rows, struct choice_row, number);
}

/* ---- drawing ---- */

static int choice_width(const struct tui_choice *choice)
{
    int width = tui_width(choice->title) + 6;

    for (char **line = choice->text; *line != NULL; line++)
        width = MAX(width, tui_width(*line) + 4);
    for (int i = 0; i < choice->list.count; i++) {
        const struct choice_row *row = choice_row(choice, i);
        width = MAX(width, tui_width(row->label) + tui_width(row->shown) + 9);
    }
    return width;
}

static void choice_draw_row(struct tui_choice *choice, int number, int row, struct tui_area area)
{
    const struct choice_row *shown = choice_row(choice, number);
    enum tui_style style = number == choice->list.selected ? TUI_SELECTED : TUI_PLAIN;

    tui_put(row, area.column, area.columns, style, "");
    tui_put(row, area.column + 1, area.columns - 2, style, shown->label);
    tui_put_right(row, area.column, area.columns - 1, style == TUI_PLAIN ? TUI_KEY : style,
                  shown->shown);
}

static void choice_draw(struct tui_view *view, struct tui_area area)
{
    struct tui_choice *choice = (struct tui_choice *)view;
    int lines = (int)g_strv_length(choice->text);
    int gap = lines != 0 ? 1 : 0;
    int columns = MIN(choice_width(choice), area.columns);
    int rows = MIN(lines + gap + choice->list.count + 2, area.rows);
    struct tui_area inner =
        tui_frame((struct tui_area){area.row + (area.rows - rows) / 2,
                                    area.column + (area.columns - columns) / 2, rows, columns},
                  choice->title);

    lines = MIN(lines, MAX(inner.rows - choice->list.count, 0));
    for (int i = 0; i < lines; i++)
        tui_put(inner.row + i, inner.column, inner.columns, TUI_PLAIN, choice->text[i]);
    inner.row += lines + gap;
    inner.rows = MAX(inner.rows - lines - gap, 1);
    inner.columns++; /* the list's marks stand beside it */
    inner = tui_list_begin(&choice->list, inner);
    for (int i = 0; i < inner.rows && choice->list.first + i < choice->list.count; i++)
        choice_draw_row(choice, choice->list.first + i, inner.row + i, inner);
}

/* ---- choosing ---- */

static void choice_end(struct tui_choice *choice, int chosen)
{
    tui_close(&choice->view);
    choice->done(choice->view.tui, chosen, choice->opaque);
}

static void choice_key(struct tui_view *view, int key)
{
    struct tui_choice *choice = (struct tui_choice *)view;

    for (int i = 0; i < choice->list.count; i++) {
        if (choice_row(choice, i)->key != 0 && choice_row(choice, i)->key == key) {
            choice_end(choice, i);
            return;
        }
    }
    if (tui_list_key(&choice->list, key))
        return;
    if (key == TUI_ESCAPE || key == 'q')
        choice_end(choice, -1);
    else if ((key == '\r' || key == '\n') && choice->list.count != 0)
        choice_end(choice, choice->list.selected);
}

static void choice_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct tui_choice *choice = (struct tui_choice *)view;

    if (tui_list_mouse(&choice->list, mouse))
        choice_end(choice, choice->list.selected);
    else if (mouse->kind == TUI_MOUSE_MENU)
        choice_end(choice, -1);
}

static void choice_free(struct tui_view *view)
{
    struct tui_choice *choice = (struct tui_choice *)view;

    if (choice->free != NULL)
        choice->free(choice->opaque);
    g_array_unref(choice->rows);
    g_strfreev(choice->text);
    g_free(choice->title);
    g_free(choice);
}

static const struct tui_binding choice_bindings[] = {
    {'\r', "Enter", N_("choose what is selected"), N_("Choose"), NULL},
    {TUI_ESCAPE, "Esc", N_("go back"), N_("Cancel"), NULL},
    {0, NULL, NULL, NULL, NULL},
};

static void choice_help(struct tui_view *view, GString *lines)
{
    struct tui_choice *choice = (struct tui_choice *)view;

    for (int i = 0; i < choice->list.count; i++) {
        const struct choice_row *row = choice_row(choice, i);
        if (*row->shown != '\0')
            g_string_append_printf(lines, "%s\t%s\n", row->shown, row->label);
    }
}

static const struct tui_view_class choice_class = {
    .bindings = choice_bindings,
    .draw = choice_draw,
    .key = choice_key,
    .mouse = choice_mouse,
    .help = choice_help,
    .free = choice_free,
};

static void choice_row_clear(gpointer data)
{
    struct choice_row *row = data;

    g_free(row->shown);
    g_free(row->label);
}

struct tui_choice *tui_choice_new(const char *title, const char *text,
                                  void (*done)(struct tui *tui, int chosen, void *opaque),
                                  void *opaque, GDestroyNotify free)
{
    struct tui_choice *choice = g_new0(struct tui_choice, 1);

    choice->view.class = &choice_class;
    choice->title = g_strdup(title);
    choice->text = g_strsplit(text, "\n", -1);
    choice->rows = g_array_new(FALSE, FALSE, sizeof(struct choice_row));
    g_array_set_clear_func(choice->rows, choice_row_clear);
    choice->done = done;
    choice->opaque = opaque;
    choice->free = free;
    return choice;
}

void tui_choice_add(struct tui_choice *choice, int key, const char *shown, const char *label)
{
    struct choice_row row = {key, g_strdup(shown != NULL ? shown : ""), g_strdup(label)};

    g_array_append_val(choice->rows, row);
    choice->list.count = (int)choice->rows->len;
}

void tui_choice_select(struct tui_choice *choice, int number)
{
    choice->list.selected = number;
}

struct tui_view *tui_choice_view(struct tui_choice *choice)
{
    return &choice->view;
}
