/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of machines, narrowed by what is searched for, and beside it, where there is room, what
 * is known of the selected one.
 */
#include "ui/tui/library.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "app/library/library.h"
#include "app/plan/size.h"
#include "app/watch/watch.h"
#include "ui/tui/details.h"
#include "ui/tui/entry.h"
#include "ui/tui/leave.h"
#include "ui/tui/list.h"
#include "ui/tui/machine-actions.h"
#include "ui/tui/wizard.h"

#define LIBRARY_DETAILS_FROM 100 /* columns of the terminal */
#define LIBRARY_DETAILS      40

struct library {
    struct tui_view view;
    LatheWatch *watch;
    struct tui_actions *actions;
    struct tui_details *details;
    GPtrArray *shown;               /* of struct lathe_watched *: those that match */
    struct lathe_watched *selected; /* NULL: none */
    GHashTable *marked;             /* of struct lathe_watched *: for actions with several */
    struct tui_list list;
    struct tui_entry search;
    bool searching; /* the search has the keys */
    bool stale;     /* shown is to be made anew */
};

/* ---- which are shown ---- */

static bool library_text_matches(const char *text, const char *wanted)
{
    g_autofree char *folded = text != NULL ? g_utf8_casefold(text, -1) : NULL;

    return folded != NULL && strstr(folded, wanted) != NULL;
}

static bool library_matches(const struct lathe_watched *watched, const char *wanted)
{
    const struct lathe_machine *machine = watched->machine;

    return *wanted == '\0' || library_text_matches(machine->name, wanted) ||
           library_text_matches(machine->title, wanted) ||
           library_text_matches(machine->group, wanted) ||
           library_text_matches(lathe_watch_state_label(watched->state), wanted);
}

/* The selection stays with its machine. */
static void library_narrow(struct library *library)
{
    g_autofree char *wanted = g_utf8_casefold(library->search.text->str, -1);
    guint index;

    if (!library->stale)
        return;
    library->stale = false;
    g_ptr_array_set_size(library->shown, 0);
    for (unsigned i = 0; i < lathe_watch_get_count(library->watch); i++) {
        struct lathe_watched *watched = lathe_watch_get(library->watch, i);
        if (library_matches(watched, wanted))
            g_ptr_array_add(library->shown, watched);
    }
    library->list.count = (int)library->shown->len;
    if (library->selected != NULL && g_ptr_array_find(library->shown, library->selected, &index))
        library->list.selected = (int)index;
    tui_list_settle(&library->list);
}

static void library_note_selected(struct library *library)
{
    library->selected =
        library->shown->len != 0 ? library->shown->pdata[library->list.selected] : NULL;
}

static void library_refresh(struct library *library)
{
    library->stale = true;
    tui_redraw(library->view.tui);
}

/* ---- which are marked ---- */

/* Those that are shown and marked; none is: the selected one. g_ptr_array_unref. */
static GPtrArray *library_chosen(struct library *library)
{
    GPtrArray *chosen = g_ptr_array_new();

    for (guint i = 0; i < library->shown->len; i++) {
        if (g_hash_table_contains(library->marked, library->shown->pdata[i]))
            g_ptr_array_add(chosen, library->shown->pdata[i]);
    }
    if (chosen->len == 0 && library->selected != NULL)
        g_ptr_array_add(chosen, library->selected);
    return chosen;
}

static void library_toggle(struct library *library, struct lathe_watched *watched)
{
    if (!g_hash_table_remove(library->marked, watched))
        g_hash_table_add(library->marked, watched);
}

static void library_mark(struct tui_view *view)
{
    struct library *library = (struct library *)view;

    if (library->selected == NULL)
        return;
    library_toggle(library, library->selected);
    tui_list_key(&library->list, TUI_SPECIAL(KEY_DOWN));
    library_note_selected(library);
    tui_redraw(view->tui);
}

static void library_mark_all(struct tui_view *view)
{
    struct library *library = (struct library *)view;

    for (guint i = 0; i < library->shown->len; i++)
        g_hash_table_add(library->marked, library->shown->pdata[i]);
    tui_redraw(view->tui);
}

/* ---- what happens ---- */

static void library_changed(LatheWatch *watch, guint index, gpointer data)
{
    library_refresh(data);
}

static void library_reordered(LatheWatch *watch, gpointer data)
{
    library_refresh(data);
}

static void library_removed(LatheWatch *watch, guint index, gpointer watched, gpointer data)
{
    struct library *library = data;

    g_ptr_array_remove(library->shown, watched);
    g_hash_table_remove(library->marked, watched);
    library->list.count = (int)library->shown->len;
    tui_list_settle(&library->list);
    if (library->selected == watched)
        library_note_selected(library);
    library_refresh(library);
}

/* ---- drawing ---- */

struct library_column {
    const char *label; /* translatable */
    int width;         /* 0: what is left */
    bool right;
};

enum { COLUMN_NAME, COLUMN_STATE, COLUMN_MEMORY, COLUMN_CPUS, COLUMN_DISK, COLUMN_GROUP, COLUMNS };

static const struct library_column library_columns[COLUMNS] = {
    [COLUMN_NAME] = {N_("Name"), 0, false},    [COLUMN_STATE] = {N_("State"), 10, false},
    [COLUMN_MEMORY] = {N_("Memory"), 9, true}, [COLUMN_CPUS] = {N_("CPUs"), 5, true},
    [COLUMN_DISK] = {N_("Disk"), 10, true},    [COLUMN_GROUP] = {N_("Group"), 12, false},
};

/* What has no room goes, from the right; the name has 16 at least. */
static void library_measure(int columns, int *widths)
{
    int left = columns;

    memset(widths, 0, COLUMNS * sizeof(*widths));
    for (int i = COLUMN_STATE; i < COLUMNS; i++) {
        int width = library_columns[i].width + 1;
        if (left - width < 16)
            break;
        widths[i] = width - 1;
        left -= width;
    }
    widths[COLUMN_NAME] = left - 1;
}

static void library_draw_cell(int column, int row, int at, int width, enum tui_style style,
                              const char *text)
{
    if (library_columns[column].right)
        tui_put_right(row, at, width, style, text);
    else
        tui_put(row, at, width, style, text);
}

static enum tui_style library_state_style(enum lathe_watch_state state)
{
    switch (state) {
    case LATHE_WATCH_RUNNING:
    case LATHE_WATCH_STARTING:
        return TUI_GOOD;
    case LATHE_WATCH_PAUSED:
    case LATHE_WATCH_STOPPED:
    case LATHE_WATCH_SUSPENDED:
        return TUI_WARNING;
    case LATHE_WATCH_CRASHED:
    case LATHE_WATCH_BROKEN:
        return TUI_BAD;
    default:
        return TUI_PLAIN;
    }
}

static char *library_cell_text(const struct lathe_watched *watched, int column)
{
    const struct lathe_machine *machine = watched->machine;

    switch (column) {
    case COLUMN_NAME:
        return g_strdup(machine->name);
    case COLUMN_STATE:
        return g_strdup(lathe_watch_state_label(watched->state));
    case COLUMN_MEMORY:
        return machine->memory != 0 ? lathe_size_format(machine->memory) : g_strdup("");
    case COLUMN_CPUS:
        return machine->cpus != 0 ? g_strdup_printf("%u", machine->cpus) : g_strdup("");
    case COLUMN_DISK:
        return watched->read ? lathe_size_format(watched->disk_use) : g_strdup("");
    default:
        return g_strdup(machine->group != NULL ? machine->group : "");
    }
}

static void library_draw_machine(const struct lathe_watched *watched, int row, struct tui_area area,
                                 const int *widths, bool selected, bool marked)
{
    int at = area.column + 1;

    tui_put(row, area.column, area.columns, selected ? TUI_SELECTED : TUI_STRONG,
            marked ? "*" : "");
    for (int i = 0; i < COLUMNS; i++) {
        g_autofree char *text = library_cell_text(watched, i);
        enum tui_style style = i == COLUMN_STATE ? library_state_style(watched->state) : TUI_PLAIN;
        if (widths[i] != 0)
            library_draw_cell(i, row, at, widths[i], selected ? TUI_SELECTED : style, text);
        at += widths[i] + 1;
    }
}

static void library_draw_list(struct library *library, struct tui_area area)
{
    int widths[COLUMNS], at = area.column + 1;

    library_measure(area.columns - 2, widths);
    for (int i = 0; i < COLUMNS; i++) {
        library_draw_cell(i, area.row, at, widths[i], TUI_STRONG, _(library_columns[i].label));
        at += widths[i] + 1;
    }
    area.row++;
    area.rows--;
    area = tui_list_begin(&library->list, area);
    library_note_selected(library);
    for (int i = 0; i < area.rows && library->list.first + i < library->list.count; i++) {
        int number = library->list.first + i;
        library_draw_machine(library->shown->pdata[number], area.row + i, area, widths,
                             number == library->list.selected,
                             g_hash_table_contains(library->marked, library->shown->pdata[number]));
    }
}

/* An empty library invites. */
static void library_draw_empty(struct library *library, struct tui_area area)
{
    bool none = lathe_watch_get_count(library->watch) == 0;
    const char *lines[] = {
        none ? _("There are no machines yet.") : _("No machine is called so."),
        none ? _("n makes one, of a disc, a disk image or an empty disk.")
             : _("Esc shows all of them again."),
    };

    for (int i = 0; i < 2; i++) {
        int width = MIN(tui_width(lines[i]), area.columns);
        tui_put(area.row + area.rows / 2 - 1 + i, area.column + (area.columns - width) / 2, width,
                i == 0 ? TUI_STRONG : TUI_PLAIN, lines[i]);
    }
}

static void library_draw_bar(struct library *library, struct tui_area area)
{
    unsigned count = lathe_watch_get_count(library->watch), live = 0;

    for (unsigned i = 0; i < count; i++)
        live += lathe_watch_state_is_live(lathe_watch_get(library->watch, i)->state);
    g_autofree char *number = g_strdup_printf(ngettext("%u machine", "%u machines", count), count);
    /* Translators: how many machines run; it stands behind "3 machines" */
    g_autofree char *running = g_strdup_printf(_("%u running"), live);
    unsigned chosen = g_hash_table_size(library->marked);
    /* Translators: how many machines are marked, behind "3 machines, 1 running"; with the comma */
    g_autofree char *marked =
        chosen != 0 ? g_strdup_printf(_(", %u marked"), chosen) : g_strdup("");
    g_autofree char *all = g_strdup_printf(" Lathe   %s, %s%s", number, running, marked);

    tui_put(area.row, area.column, area.columns, TUI_BAR, all);
    if (!library->searching && library->search.text->len == 0)
        return;
    int width = MIN(30, area.columns / 3), at = area.column + area.columns - width - 1;
    tui_put(area.row, at - 2, 2, TUI_BAR, "/ ");
    tui_entry_draw(&library->search, area.row, at, width, library->searching);
}

static void library_draw(struct tui_view *view, struct tui_area area)
{
    struct library *library = (struct library *)view;
    struct tui_area list = area;
    bool wide = area.columns >= LIBRARY_DETAILS_FROM;

    library_narrow(library);
    list.row++;
    list.rows--;
    if (wide)
        list.columns -= LIBRARY_DETAILS + 1;
    if (library->shown->len == 0)
        library_draw_empty(library, list);
    else
        library_draw_list(library, list);
    library_note_selected(library);
    tui_details_show(library->details, library->selected);
    if (wide) {
        struct tui_area side = list;
        side.column += list.columns;
        for (int row = 0; row < side.rows; row++)
            tui_put_mark(side.row + row, side.column, TUI_FAINT, TUI_MARK_VERTICAL);
        side.column += 2;
        side.columns = area.columns - side.column - 1;
        tui_details_draw(library->details, side);
    }
    library_draw_bar(library, area); /* last: the search's cursor stays */
}

/* ---- keys ---- */

static void library_search(struct tui_view *view)
{
    struct library *library = (struct library *)view;

    library->searching = true;
    library_refresh(library);
}

static void library_search_end(struct library *library, bool keep)
{
    library->searching = false;
    if (!keep)
        tui_entry_set(&library->search, "");
    library_refresh(library);
}

static void library_search_key(struct library *library, int key)
{
    if (key == TUI_ESCAPE || key == '\r' || key == '\n') {
        library_search_end(library, key != TUI_ESCAPE);
    } else if (key == TUI_SPECIAL(KEY_UP) || key == TUI_SPECIAL(KEY_DOWN)) {
        tui_list_key(&library->list, key);
        library_note_selected(library);
    } else if (tui_entry_key(&library->search, key)) {
        library_refresh(library);
    }
}

static void library_menu(struct tui_view *view)
{
    struct library *library = (struct library *)view;

    g_autoptr(GPtrArray) chosen = library_chosen(library);

    tui_actions_open_menu(library->actions, chosen);
}

static void library_quit(struct tui_view *view)
{
    tui_leave(view->tui, ((struct library *)view)->watch);
}

static const struct tui_binding library_bindings[] = {
    {TUI_SPECIAL(KEY_F(1)), "F1 ?", N_("show the keys"), N_("Keys"), tui_show_help},
    {'?', "?", NULL, NULL, tui_show_help},
    {'\r', "Enter", N_("show what can be done with the machine"), N_("Actions"), library_menu},
    {TUI_SPECIAL(KEY_F(10)), "F10", N_("the same"), NULL, library_menu},
    {'/', "/", N_("search: names, groups and states, narrowed with each letter"), N_("Search"),
     library_search},
    {' ', "Space",
     N_("mark the machine, or no longer: actions are with all that are marked; Esc ends "
        "that"),
     NULL, library_mark},
    {TUI_SPECIAL(KEY_IC), "Ins", N_("the same"), NULL, library_mark},
    {'*', "*", N_("mark all that are shown"), NULL, library_mark_all},
    /* Actions have their help from their own table. */
    {'n', "n", NULL, N_("New"), NULL},
    {'s', "s", NULL, N_("Start"), NULL},
    {'o', "o", NULL, N_("Console"), NULL},
    {'w', "w", N_("open an assistant: topology, parameters of installers, ..."), NULL,
     tui_wizard_choose},
    {'q', "q", N_("leave; what becomes of running machines is asked, or chosen with L"),
     N_("Leave"), library_quit},
    {0, NULL, NULL, NULL, NULL},
};

static void library_key(struct tui_view *view, int key)
{
    struct library *library = (struct library *)view;

    if (library->searching) {
        library_search_key(library, key);
        return;
    }
    if (tui_list_key(&library->list, key)) {
        library_note_selected(library);
    } else if (key == TUI_ESCAPE) {
        g_hash_table_remove_all(library->marked);
        library_search_end(library, false);
    } else {
        g_autoptr(GPtrArray) chosen = library_chosen(library);
        tui_actions_key(library->actions, chosen, key);
    }
}

static bool library_takes_all(const struct tui_view *view)
{
    return ((const struct library *)view)->searching;
}

static void library_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct library *library = (struct library *)view;

    if (!tui_list_mouse(&library->list, mouse))
        return;
    library_note_selected(library);
    tui_redraw(view->tui);
    if (mouse->kind != TUI_MOUSE_PRESS)
        library_menu(view);
}

static void library_help(struct tui_view *view, GString *lines)
{
    tui_actions_help(lines);
}

static void library_free(struct tui_view *view)
{
    struct library *library = (struct library *)view;

    g_signal_handlers_disconnect_by_data(library->watch, library);
    tui_actions_free(library->actions);
    tui_details_free(library->details);
    g_object_unref(library->watch);
    g_ptr_array_unref(library->shown);
    g_hash_table_unref(library->marked);
    tui_entry_finish(&library->search);
    g_free(library);
}

static const struct tui_view_class library_class = {
    .bindings = library_bindings,
    .draw = library_draw,
    .key = library_key,
    .mouse = library_mouse,
    .help = library_help,
    .free = library_free,
    .takes_all = library_takes_all,
    .whole = true,
};

struct tui_view *tui_library_new(struct tui *tui, void *opaque, GError **error)
{
    struct library *library = g_new0(struct library, 1);

    library->view.class = &library_class;
    library->view.tui = tui;
    library->watch = lathe_watch_new(NULL);
    library->actions = tui_actions_new(tui, library->watch);
    library->details = tui_details_new(tui);
    library->shown = g_ptr_array_new();
    library->marked = g_hash_table_new(NULL, NULL);
    library->stale = true;
    tui_entry_init(&library->search, "");
    g_signal_connect(library->watch, "added", G_CALLBACK(library_changed), library);
    g_signal_connect(library->watch, "changed", G_CALLBACK(library_changed), library);
    g_signal_connect(library->watch, "removed", G_CALLBACK(library_removed), library);
    g_signal_connect(library->watch, "reordered", G_CALLBACK(library_reordered), library);
    return &library->view;
}
