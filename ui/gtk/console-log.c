/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list whose rows are numbers only, of lines or of 16 bytes each; what a row shows is made when
 * it is drawn. While the last row is seen the list follows what comes.
 */
#include "ui/gtk/console-log.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/console/lines.h"
#include "app/console/patterns.h"

#define VIEW_UPDATE_MS 100
#define VIEW_HEX_ROW   16u
#define VIEW_FOUND_MAX 100000u

struct _LatheConsoleLogView {
    GtkBox parent;
    const struct lathe_console_record *record;
    struct lathe_console_lines *lines;
    GPtrArray *patterns; /* borrowed */
    GtkListStore *store; /* of guint64: a line's number, or a row of bytes */
    GtkTreeView *tree;
    GtkTreeViewColumn *time_column;
    GtkScrolledWindow *scroller;
    GtkSearchEntry *entry;
    GtkToggleButton *case_check, *regex_check, *only_check;
    GtkLabel *found_label;
    GRegex *search; /* NULL: nothing is searched for */
    guint64 shown;  /* lines, or rows of bytes, up to which the store has them */
    gboolean hex;
    guint update;
};

G_DEFINE_FINAL_TYPE(LatheConsoleLogView, lathe_console_log_view, GTK_TYPE_BOX)

static const struct lathe_console_log *view_log(LatheConsoleLogView *view)
{
    return lathe_console_record_get_log(view->record);
}

/* ---- what a row shows ---- */

static guint64 view_row(LatheConsoleLogView *view, GtkTreeIter *iter)
{
    guint64 number;

    gtk_tree_model_get(GTK_TREE_MODEL(view->store), iter, 0, &number, -1);
    return number;
}

static char *view_hex_text(LatheConsoleLogView *view, guint64 row)
{
    const struct lathe_console_log *log = view_log(view);
    guint64 start = lathe_console_log_start(log), end = lathe_console_log_end(log);
    guint64 from = MAX(row * VIEW_HEX_ROW, start), to = MIN((row + 1) * VIEW_HEX_ROW, end);

    if (from >= to)
        return g_strdup("");
    return lathe_console_hex_row(from, lathe_console_log_bytes(log) + (from - start), to - from);
}

/* NULL: the line is gone. */
static const struct lathe_console_line *view_line(LatheConsoleLogView *view, guint64 number)
{
    if (number < lathe_console_lines_start(view->lines) ||
        number >= lathe_console_lines_end(view->lines))
        return NULL;
    return lathe_console_lines_get(view->lines, number);
}

static char *view_line_text(LatheConsoleLogView *view, guint64 number)
{
    const struct lathe_console_line *line = view_line(view, number);

    if (line == NULL)
        return g_strdup("");
    if (line->reset)
        return g_strdup_printf("\342\200\224 %s \342\200\224", _("the machine was reset here"));
    if (line->lost)
        return g_strdup_printf("\342\200\224 %s \342\200\224", _("something is missing here"));
    return lathe_console_lines_dup_text(view->lines, number);
}

static char *view_row_text(LatheConsoleLogView *view, guint64 row)
{
    return view->hex ? view_hex_text(view, row) : view_line_text(view, row);
}

static void view_insert(PangoAttrList *list, PangoAttribute *mark, int start, int end)
{
    mark->start_index = (guint)start;
    mark->end_index = (guint)end;
    pango_attr_list_insert(list, mark);
}

static void view_mark_pattern(PangoAttrList *list, const char *color, int start, int end)
{
    PangoColor parsed;

    if (pango_color_parse(&parsed, color))
        view_insert(list, pango_attr_foreground_new(parsed.red, parsed.green, parsed.blue), start,
                    end);
    view_insert(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD), start, end);
}

static void view_mark_found(PangoAttrList *list, int start, int end)
{
    view_insert(list, pango_attr_background_new(0xf5f5, 0xd7d7, 0x6e6e), start, end);
    view_insert(list, pango_attr_foreground_new(0, 0, 0), start, end);
}

/* color NULL: what is searched for. */
static void view_mark(PangoAttrList *list, GRegex *regex, const char *text, const char *color)
{
    g_autoptr(GMatchInfo) match = NULL;
    int start, end;

    g_regex_match(regex, text, 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_match_info_fetch_pos(match, 0, &start, &end);
        if (color != NULL)
            view_mark_pattern(list, color, start, end);
        else
            view_mark_found(list, start, end);
    }
}

/* Patterns in their colours and bold, what is searched for on yellow. */
static PangoAttrList *view_attributes(LatheConsoleLogView *view, const char *text)
{
    PangoAttrList *list = pango_attr_list_new();

    for (guint i = 0; view->patterns != NULL && i < view->patterns->len; i++) {
        const struct lathe_pattern *pattern = view->patterns->pdata[i];
        if (pattern->use == LATHE_PATTERN_HIGHLIGHT)
            view_mark(list, pattern->regex, text, pattern->color);
    }
    if (view->search != NULL)
        view_mark(list, view->search, text, NULL);
    return list;
}

static void view_show_text(GtkTreeViewColumn *column, GtkCellRenderer *cell, GtkTreeModel *model,
                           GtkTreeIter *iter, gpointer data)
{
    LatheConsoleLogView *view = data;
    guint64 row = view_row(view, iter);
    g_autofree char *text = view_row_text(view, row);
    const struct lathe_console_line *line = view->hex ? NULL : view_line(view, row);
    PangoAttrList *list = view->hex ? NULL : view_attributes(view, text);

    g_object_set(cell, "text", text, "attributes", list, "weight",
                 line != NULL && (line->reset || line->lost) ? PANGO_WEIGHT_BOLD
                                                             : PANGO_WEIGHT_NORMAL,
                 NULL);
    if (list != NULL)
        pango_attr_list_unref(list);
}

static void view_show_time(GtkTreeViewColumn *column, GtkCellRenderer *cell, GtkTreeModel *model,
                           GtkTreeIter *iter, gpointer data)
{
    LatheConsoleLogView *view = data;
    guint64 row = view_row(view, iter);
    const struct lathe_console_line *line = view->hex ? NULL : view_line(view, row);
    gint64 time = view->hex ? lathe_console_log_time(view_log(view), row * VIEW_HEX_ROW)
                  : line    ? line->time
                            : 0;
    g_autofree char *text = time != 0 ? lathe_console_format_time(time) : NULL;

    g_object_set(cell, "text", text != NULL ? text : "", NULL);
}

/* ---- rows ---- */

/* Is a line shown? */
static gboolean view_has_line(LatheConsoleLogView *view, guint64 number)
{
    const struct lathe_console_line *line = lathe_console_lines_get(view->lines, number);
    gboolean only = gtk_toggle_button_get_active(view->only_check) && view->search != NULL;

    if (line->reset || line->lost)
        return TRUE;
    g_autofree char *text = lathe_console_lines_dup_text(view->lines, number);
    if (view->patterns != NULL && !lathe_patterns_show(view->patterns, text))
        return FALSE;
    return !only || g_regex_match(view->search, text, 0, NULL);
}

static void view_append(LatheConsoleLogView *view, guint64 from, guint64 to)
{
    for (guint64 number = from; number < to; number++) {
        if (view->hex || view_has_line(view, number))
            gtk_list_store_insert_with_values(view->store, NULL, -1, 0, number, -1);
    }
    view->shown = to;
}

static guint64 view_first(LatheConsoleLogView *view)
{
    return view->hex ? lathe_console_log_start(view_log(view)) / VIEW_HEX_ROW
                     : lathe_console_lines_start(view->lines);
}

static guint64 view_end(LatheConsoleLogView *view)
{
    return view->hex ? (lathe_console_log_end(view_log(view)) + VIEW_HEX_ROW - 1) / VIEW_HEX_ROW
                     : lathe_console_lines_end(view->lines);
}

/* Rows whose bytes the log dropped. */
static void view_drop_first(LatheConsoleLogView *view)
{
    GtkTreeModel *model = GTK_TREE_MODEL(view->store);
    guint64 first = view_first(view);
    GtkTreeIter iter;

    while (gtk_tree_model_get_iter_first(model, &iter) && view_row(view, &iter) < first)
        gtk_list_store_remove(view->store, &iter);
}

/* Rows from this number on are made anew. */
static void view_drop_last(LatheConsoleLogView *view, guint64 from)
{
    GtkTreeModel *model = GTK_TREE_MODEL(view->store);
    GtkTreeIter iter;
    int count;

    while ((count = gtk_tree_model_iter_n_children(model, NULL)) > 0 &&
           gtk_tree_model_iter_nth_child(model, &iter, NULL, count - 1) &&
           view_row(view, &iter) >= from)
        gtk_list_store_remove(view->store, &iter);
}

static gboolean view_is_at_end(LatheConsoleLogView *view)
{
    GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(view->scroller);
    double end = gtk_adjustment_get_upper(adjustment) - gtk_adjustment_get_page_size(adjustment);

    return gtk_adjustment_get_value(adjustment) >= end - 40;
}

static void view_scroll_to(LatheConsoleLogView *view, int row)
{
    GtkTreePath *path = gtk_tree_path_new_from_indices(row, -1);

    gtk_tree_view_scroll_to_cell(view->tree, path, NULL, FALSE, 0, 0);
    gtk_tree_path_free(path);
}

static void view_refresh(LatheConsoleLogView *view)
{
    gboolean follow = view_is_at_end(view);
    guint64 changed = lathe_console_lines_update(view->lines);

    if (view->hex)
        changed = view->shown > 0 ? view->shown - 1 : 0;
    changed = MIN(changed, view->shown);
    view_drop_first(view);
    view_drop_last(view, changed);
    view_append(view, MAX(changed, view_first(view)), view_end(view));
    int count = gtk_tree_model_iter_n_children(GTK_TREE_MODEL(view->store), NULL);
    if (follow && count > 0)
        view_scroll_to(view, count - 1);
}

/* All rows anew: what is shown, or how, is another. */
static void view_rebuild(LatheConsoleLogView *view)
{
    gtk_tree_view_set_model(view->tree, NULL);
    gtk_list_store_clear(view->store);
    lathe_console_lines_update(view->lines);
    view_append(view, view_first(view), view_end(view));
    gtk_tree_view_set_model(view->tree, GTK_TREE_MODEL(view->store));
    int count = gtk_tree_model_iter_n_children(GTK_TREE_MODEL(view->store), NULL);
    if (count > 0)
        view_scroll_to(view, count - 1);
}

static gboolean view_on_update(gpointer data)
{
    LatheConsoleLogView *view = data;

    view->update = 0;
    view_refresh(view);
    return G_SOURCE_REMOVE;
}

void lathe_console_log_view_update(LatheConsoleLogView *view)
{
    if (view->update == 0 && gtk_widget_get_mapped(GTK_WIDGET(view)))
        view->update = g_timeout_add(VIEW_UPDATE_MS, view_on_update, view);
}

static void view_on_map(GtkWidget *widget)
{
    view_refresh(LATHE_CONSOLE_LOG_VIEW(widget));
}

/* ---- searching ---- */

static void view_select(LatheConsoleLogView *view, int row)
{
    GtkTreePath *path = gtk_tree_path_new_from_indices(row, -1);

    gtk_tree_view_set_cursor(view->tree, path, NULL, FALSE);
    gtk_tree_view_scroll_to_cell(view->tree, path, NULL, TRUE, 0.4f, 0);
    gtk_tree_path_free(path);
}

/* The row with the cursor; -1: none. */
static int view_cursor(LatheConsoleLogView *view)
{
    GtkTreePath *path;
    int row = -1;

    gtk_tree_view_get_cursor(view->tree, &path, NULL);
    if (path != NULL)
        row = gtk_tree_path_get_indices(path)[0];
    gtk_tree_path_free(path);
    return row;
}

typedef gboolean view_match(LatheConsoleLogView *view, guint64 row);

/* The next row behind (or before) the cursor that matches, and around the end if it may. */
static gboolean view_go(LatheConsoleLogView *view, view_match *matches, gboolean next,
                        gboolean around)
{
    GtkTreeModel *model = GTK_TREE_MODEL(view->store);
    int count = gtk_tree_model_iter_n_children(model, NULL), row = view_cursor(view);
    int step = next ? 1 : -1;

    if (row < 0)
        row = next ? -1 : count;
    for (int i = 0; i < count; i++) {
        GtkTreeIter iter;
        row += step;
        if (!around && (row < 0 || row >= count))
            return FALSE;
        row = (row + count) % count;
        gtk_tree_model_iter_nth_child(model, &iter, NULL, row);
        if (!matches(view, view_row(view, &iter)))
            continue;
        view_select(view, row);
        return TRUE;
    }
    return FALSE;
}

static gboolean view_matches_search(LatheConsoleLogView *view, guint64 row)
{
    g_autofree char *text = view_row_text(view, row);

    return view->search != NULL && g_regex_match(view->search, text, 0, NULL);
}

static gboolean view_is_boot(LatheConsoleLogView *view, guint64 row)
{
    const struct lathe_console_line *line = view->hex ? NULL : view_line(view, row);

    return line != NULL && line->reset;
}

gboolean lathe_console_log_view_go_to_boot(LatheConsoleLogView *view, gboolean next)
{
    return view_go(view, view_is_boot, next, FALSE);
}

static void view_show_found(LatheConsoleLogView *view)
{
    g_autofree char *text = NULL;
    guint count = 0;

    lathe_console_lines_update(view->lines);
    for (guint64 i = lathe_console_lines_start(view->lines);
         view->search != NULL && i < lathe_console_lines_end(view->lines) && count < VIEW_FOUND_MAX;
         i++) {
        g_autofree char *line = lathe_console_lines_dup_text(view->lines, i);
        count += g_regex_match(view->search, line, 0, NULL) ? 1 : 0;
    }
    if (view->search != NULL)
        text = g_strdup_printf(ngettext("%u line", "%u lines", count), count);
    gtk_label_set_text(view->found_label, text != NULL ? text : "");
}

static void view_on_search(LatheConsoleLogView *view)
{
    const char *text = gtk_entry_get_text(GTK_ENTRY(view->entry));
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(view->entry));
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&view->search, g_regex_unref);
    gtk_style_context_remove_class(style, GTK_STYLE_CLASS_ERROR);
    if (*text != '\0')
        view->search =
            lathe_pattern_compile(text, gtk_toggle_button_get_active(view->regex_check),
                                  gtk_toggle_button_get_active(view->case_check), &error);
    view_show_found(view);
    if (error != NULL) {
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_ERROR);
        gtk_label_set_text(view->found_label, error->message);
    }
    if (gtk_toggle_button_get_active(view->only_check))
        view_rebuild(view);
    gtk_widget_queue_draw(GTK_WIDGET(view->tree));
}

static void view_on_next(LatheConsoleLogView *view)
{
    if (!view_go(view, view_matches_search, TRUE, TRUE))
        gtk_widget_error_bell(GTK_WIDGET(view));
}

static void view_on_previous(LatheConsoleLogView *view)
{
    if (!view_go(view, view_matches_search, FALSE, TRUE))
        gtk_widget_error_bell(GTK_WIDGET(view));
}

void lathe_console_log_view_search(LatheConsoleLogView *view)
{
    gtk_widget_grab_focus(GTK_WIDGET(view->entry));
}

/* ---- the rest ---- */

void lathe_console_log_view_set_patterns(LatheConsoleLogView *view, GPtrArray *patterns)
{
    view->patterns = patterns;
    view_rebuild(view);
}

void lathe_console_log_view_set_hex(LatheConsoleLogView *view, gboolean hex)
{
    if (view->hex == hex)
        return;
    view->hex = hex;
    view_rebuild(view);
}

void lathe_console_log_view_set_times(LatheConsoleLogView *view, gboolean times)
{
    gtk_tree_view_column_set_visible(view->time_column, times);
}

void lathe_console_log_view_copy(LatheConsoleLogView *view)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(view->tree);
    GList *rows = gtk_tree_selection_get_selected_rows(selection, NULL);
    g_autoptr(GString) text = g_string_new(NULL);

    for (GList *row = rows; row != NULL; row = row->next) {
        GtkTreeIter iter;
        gtk_tree_model_get_iter(GTK_TREE_MODEL(view->store), &iter, row->data);
        g_autofree char *line = view_row_text(view, view_row(view, &iter));
        g_string_append_printf(text, "%s\n", line);
    }
    g_list_free_full(rows, (GDestroyNotify)gtk_tree_path_free);
    if (text->len != 0)
        gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), text->str, -1);
}

/* ---- making it ---- */

static GtkWidget *view_add_button(LatheConsoleLogView *view, GtkWidget *box, const char *icon,
                                  const char *name, GCallback pressed)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);

    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    g_signal_connect_swapped(button, "clicked", pressed, view);
    gtk_container_add(GTK_CONTAINER(box), button);
    return button;
}

static GtkToggleButton *view_add_check(LatheConsoleLogView *view, GtkWidget *box, const char *label,
                                       GCallback toggled)
{
    GtkWidget *check = gtk_check_button_new_with_mnemonic(label);

    g_signal_connect_swapped(check, "toggled", toggled, view);
    gtk_container_add(GTK_CONTAINER(box), check);
    return GTK_TOGGLE_BUTTON(check);
}

static void view_on_only(LatheConsoleLogView *view)
{
    view_rebuild(view);
}

static void view_make_bar(LatheConsoleLogView *view)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    gtk_container_set_border_width(GTK_CONTAINER(bar), 6);
    view->entry = GTK_SEARCH_ENTRY(gtk_search_entry_new());
    gtk_entry_set_placeholder_text(GTK_ENTRY(view->entry), _("Search the whole log"));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(view->entry)),
                        _("Search the whole log"));
    gtk_entry_set_width_chars(GTK_ENTRY(view->entry), 22);
    gtk_container_add(GTK_CONTAINER(bar), GTK_WIDGET(view->entry));
    g_signal_connect_swapped(view->entry, "search-changed", G_CALLBACK(view_on_search), view);
    g_signal_connect_swapped(view->entry, "activate", G_CALLBACK(view_on_previous), view);
    g_signal_connect_swapped(view->entry, "previous-match", G_CALLBACK(view_on_previous), view);
    g_signal_connect_swapped(view->entry, "next-match", G_CALLBACK(view_on_next), view);
    view_add_button(view, bar, "go-up-symbolic", _("Previous match"), G_CALLBACK(view_on_previous));
    view_add_button(view, bar, "go-down-symbolic", _("Next match"), G_CALLBACK(view_on_next));
    view->case_check = view_add_check(view, bar, _("_Case"), G_CALLBACK(view_on_search));
    view->regex_check = view_add_check(view, bar, _("_Expression"), G_CALLBACK(view_on_search));
    view->only_check = view_add_check(view, bar, _("_Only These"), G_CALLBACK(view_on_only));
    view->found_label = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_ellipsize(view->found_label, PANGO_ELLIPSIZE_END);
    gtk_container_add(GTK_CONTAINER(bar), GTK_WIDGET(view->found_label));
    gtk_container_add(GTK_CONTAINER(view), bar);
}

static GtkTreeViewColumn *view_add_column(LatheConsoleLogView *view, GtkTreeCellDataFunc show,
                                          int width)
{
    GtkCellRenderer *cell = gtk_cell_renderer_text_new();
    GtkTreeViewColumn *column = gtk_tree_view_column_new();

    g_object_set(cell, "family", "monospace", "single-paragraph-mode", TRUE, "ypad", 0, NULL);
    gtk_tree_view_column_pack_start(column, cell, TRUE);
    gtk_tree_view_column_set_cell_data_func(column, cell, show, view, NULL);
    gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_fixed_width(column, width);
    gtk_tree_view_append_column(view->tree, column);
    return column;
}

static void view_make_tree(LatheConsoleLogView *view)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);

    view->scroller = GTK_SCROLLED_WINDOW(scroller);
    view->store = gtk_list_store_new(1, G_TYPE_UINT64);
    view->tree = GTK_TREE_VIEW(gtk_tree_view_new_with_model(GTK_TREE_MODEL(view->store)));
    view->time_column = view_add_column(view, view_show_time, 200);
    view_add_column(view, view_show_text, 2000);
    gtk_tree_view_set_headers_visible(view->tree, FALSE);
    gtk_tree_view_set_enable_search(view->tree, FALSE);
    gtk_tree_view_set_fixed_height_mode(view->tree, TRUE);
    /* Times and what a guest says read from left to right in each language. */
    gtk_widget_set_direction(GTK_WIDGET(view->tree), GTK_TEXT_DIR_LTR);
    gtk_tree_selection_set_mode(gtk_tree_view_get_selection(view->tree), GTK_SELECTION_MULTIPLE);
    gtk_container_add(GTK_CONTAINER(scroller), GTK_WIDGET(view->tree));
    gtk_box_pack_start(GTK_BOX(view), scroller, TRUE, TRUE, 0);
}

GtkWidget *lathe_console_log_view_new(const struct lathe_console_record *record, const char *title)
{
    LatheConsoleLogView *view =
        g_object_new(LATHE_TYPE_CONSOLE_LOG_VIEW, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
    /* Translators: the name of a list for screen readers: "Log of Debian, Serial 1" */
    g_autofree char *name = g_strdup_printf(_("Log of %s"), title);

    view->record = record;
    view->lines = lathe_console_lines_new(view_log(view));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(view->tree)), name);
    return GTK_WIDGET(view);
}

static void lathe_console_log_view_dispose(GObject *object)
{
    g_clear_handle_id(&LATHE_CONSOLE_LOG_VIEW(object)->update, g_source_remove);
    G_OBJECT_CLASS(lathe_console_log_view_parent_class)->dispose(object);
}

static void lathe_console_log_view_finalize(GObject *object)
{
    LatheConsoleLogView *view = LATHE_CONSOLE_LOG_VIEW(object);

    g_clear_object(&view->store);
    g_clear_pointer(&view->search, g_regex_unref);
    lathe_console_lines_free(view->lines);
    G_OBJECT_CLASS(lathe_console_log_view_parent_class)->finalize(object);
}

static void lathe_console_log_view_init(LatheConsoleLogView *view)
{
    view_make_bar(view);
    view_make_tree(view);
    g_signal_connect(view, "map", G_CALLBACK(view_on_map), NULL);
    gtk_widget_show_all(GTK_WIDGET(view));
}

static void lathe_console_log_view_class_init(LatheConsoleLogViewClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_console_log_view_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_console_log_view_finalize;
}
