/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a text: wrapped to the width anew whenever that changes. */
#include "ui/tui/pager.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "ui/tui/entry.h"
#include "ui/tui/list.h"

#define PAGER_KEY_WIDTH 14

struct pager {
    struct tui_view view;
    char *title;
    char **lines;
    enum tui_pager_kind kind;
    GPtrArray *rows; /* of char *: as wrapped */
    int width;       /* that the rows were made for */
    int first, seen; /* row on top, rows in view */
    bool searching;
    struct tui_entry search;
};

/* ---- rows ---- */

static void pager_wrap_line(struct pager *pager, const char *line, int width)
{
    do {
        size_t fits = tui_fit(line, width);
        if (fits == 0 && *line != '\0')
            fits = 1; /* a letter that is wider than all the room */
        if (line[fits] != '\0' && line[fits] != ' ') {
            const char *blank = g_strrstr_len(line, (gssize)fits, " ");
            if (blank != NULL && blank > line)
                fits = (size_t)(blank - line);
        }
        g_ptr_array_add(pager->rows, g_strndup(line, fits));
        line += fits;
        while (*line == ' ')
            line++;
    } while (*line != '\0');
}

/* The first row has the key before a TAB, the others begin with a TAB. */
static void pager_wrap_key(struct pager *pager, const char *line, int width)
{
    const char *tab = strchr(line, '\t');
    guint before = pager->rows->len;

    if (tab == NULL) {
        pager_wrap_line(pager, line, width);
        return;
    }
    pager_wrap_line(pager, tab + 1, MAX(width - PAGER_KEY_WIDTH, 8));
    for (guint i = before; i < pager->rows->len; i++) {
        char *row = pager->rows->pdata[i];
        int length = i == before ? (int)(tab - line) : 0;
        pager->rows->pdata[i] = g_strdup_printf("%.*s\t%s", length, line, row);
        g_free(row);
    }
}

static int pager_count(const struct pager *pager)
{
    return (int)pager->rows->len;
}

static void pager_settle(struct pager *pager)
{
    pager->first = CLAMP(pager->first, 0, MAX(pager_count(pager) - pager->seen, 0));
}

static void pager_wrap(struct pager *pager, int width)
{
    if (pager->width == width)
        return;
    bool at_end = pager->kind == TUI_PAGER_END && pager->width == 0;
    pager->width = width;
    g_ptr_array_set_size(pager->rows, 0);
    for (char **line = pager->lines; *line != NULL; line++) {
        if (pager->kind == TUI_PAGER_KEYS)
            pager_wrap_key(pager, *line, width);
        else
            pager_wrap_line(pager, *line, width);
    }
    if (at_end)
        pager->first = G_MAXINT;
}

/* ---- drawing ---- */

static void pager_draw_row(struct pager *pager, int row, struct tui_area area, const char *text)
{
    const char *tab = strchr(text, '\t');

    if (pager->kind != TUI_PAGER_KEYS || tab == NULL) {
        tui_put(row, area.column, area.columns, TUI_PLAIN, text);
        return;
    }
    g_autofree char *key = g_strndup(text, (gsize)(tab - text));
    tui_put(row, area.column, PAGER_KEY_WIDTH - 1, TUI_KEY, key);
    tui_put(row, area.column + PAGER_KEY_WIDTH, area.columns - PAGER_KEY_WIDTH, TUI_PLAIN, tab + 1);
}

static struct tui_area pager_place(struct pager *pager, struct tui_area area)
{
    if (pager->kind == TUI_PAGER_KEYS && area.columns > 76) {
        area.column += (area.columns - 76) / 2;
        area.columns = 76;
    }
    pager_wrap(pager, MAX(area.columns - 4, 8));
    if (pager->kind == TUI_PAGER_KEYS && pager_count(pager) + 2 < area.rows) {
        area.row += (area.rows - pager_count(pager) - 2) / 2;
        area.rows = pager_count(pager) + 2;
    }
    return area;
}

static void pager_draw(struct tui_view *view, struct tui_area area)
{
    struct pager *pager = (struct pager *)view;
    struct tui_area frame = pager_place(pager, area), inner = tui_frame(frame, pager->title);

    pager->seen = inner.rows;
    pager_settle(pager);
    for (int i = 0; i < inner.rows && pager->first + i < pager_count(pager); i++)
        pager_draw_row(pager, inner.row + i, inner, pager->rows->pdata[pager->first + i]);
    if (pager->first > 0)
        tui_put_mark(frame.row + 1, frame.column + frame.columns - 2, TUI_KEY, TUI_MARK_UP);
    if (pager->first + pager->seen < pager_count(pager))
        tui_put_mark(frame.row + frame.rows - 2, frame.column + frame.columns - 2, TUI_KEY,
                     TUI_MARK_DOWN);
    if (pager->searching) {
        int row = frame.row + frame.rows - 1;
        tui_put(row, frame.column + 2, 1, TUI_KEY, "/");
        tui_entry_draw(&pager->search, row, frame.column + 3, MIN(30, frame.columns - 6), true);
    }
}

/* ---- keys ---- */

static void pager_search_on(struct pager *pager)
{
    g_autofree char *wanted = g_utf8_casefold(pager->search.text->str, -1);

    for (int i = 1; *wanted != '\0' && i <= pager_count(pager); i++) {
        int row = (pager->first + i) % pager_count(pager);
        g_autofree char *text = g_utf8_casefold(pager->rows->pdata[row], -1);
        if (strstr(text, wanted) != NULL) {
            pager->first = row;
            return;
        }
    }
    tui_say(pager->view.tui, TUI_WARNING, _("This text does not have that."));
}

static void pager_search_key(struct pager *pager, int key)
{
    if (key == TUI_ESCAPE || key == '\r' || key == '\n')
        pager->searching = false;
    if (key == '\r' || key == '\n')
        pager_search_on(pager);
    else
        tui_entry_key(&pager->search, key);
}

static void pager_key(struct tui_view *view, int key)
{
    struct pager *pager = (struct pager *)view;
    struct tui_list list = {.count = pager_count(pager), .first = 0};

    if (pager->searching) {
        pager_search_key(pager, key);
        return;
    }
    if (key == TUI_ESCAPE || key == 'q' || key == '\r' || key == '\n') {
        tui_close(view);
    } else if (key == '/') {
        pager->searching = true;
        tui_entry_set(&pager->search, "");
    } else if (key == 'n') {
        pager_search_on(pager);
    } else if (key == ' ') {
        pager->first += pager->seen;
    } else {
        list.area.rows = pager->seen;
        list.selected = pager->first;
        if (tui_list_key(&list, key))
            pager->first = list.selected;
    }
}

static void pager_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct pager *pager = (struct pager *)view;

    if (mouse->kind == TUI_MOUSE_UP || mouse->kind == TUI_MOUSE_DOWN)
        pager->first += mouse->kind == TUI_MOUSE_UP ? -3 : 3;
    else
        tui_close(view);
}

static void pager_free(struct tui_view *view)
{
    struct pager *pager = (struct pager *)view;

    tui_entry_finish(&pager->search);
    g_ptr_array_unref(pager->rows);
    g_strfreev(pager->lines);
    g_free(pager->title);
    g_free(pager);
}

static void pager_leave(struct tui_view *view)
{
    tui_close(view);
}

static const struct tui_binding pager_bindings[] = {
    {0, "Esc q", N_("close the text"), N_("Close"), pager_leave},
    {0, "/", N_("search in the text"), N_("Search"), NULL},
    {0, "n", N_("go to the next place with the word"), NULL, NULL},
    {0, NULL, NULL, NULL, NULL},
};

static bool pager_takes_all(const struct tui_view *view)
{
    return true;
}

static const struct tui_view_class pager_class = {
    .bindings = pager_bindings,
    .draw = pager_draw,
    .key = pager_key,
    .mouse = pager_mouse,
    .free = pager_free,
    .takes_all = pager_takes_all,
};

struct tui_view *tui_pager_new(const char *title, const char *text, enum tui_pager_kind kind)
{
    struct pager *pager = g_new0(struct pager, 1);

    pager->view.class = &pager_class;
    pager->title = g_strdup(title);
    g_autofree char *trimmed = g_strchomp(g_strdup(text));
    pager->lines = g_strsplit(trimmed, "\n", -1);
    pager->kind = kind;
    pager->rows = g_ptr_array_new_with_free_func(g_free);
    tui_entry_init(&pager->search, "");
    return &pager->view;
}
