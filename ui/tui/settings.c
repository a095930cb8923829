/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine's settings: pages beside their rows. Each change is checked at once and can be undone;
 * nothing is written before it is applied.
 */
#include "ui/tui/settings.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "app/actions/actions.h"
#include "app/config/write.h"
#include "app/settings/edit.h"
#include "ui/tui/choice.h"
#include "ui/tui/settings-drives.h"
#include "ui/tui/settings-private.h"
#include "ui/tui/settings-shares.h"

#define SETTINGS_PAGES 22 /* columns of the list of pages */
#define SETTINGS_HELP  3  /* rows below the settings */

/* ---- the rows of a page ---- */

static void row_clear(gpointer data)
{
    struct settings_row *row = data;

    g_free(row->label);
    g_free(row->value);
    g_free(row->dev);
    g_free(row->told);
}

void tui_settings_add_row(struct settings *settings, const struct settings_row *row)
{
    g_array_append_val(settings->rows, *row);
}

/* What people read for a value: one line. */
static char *settings_shown(struct settings *settings, const struct lathe_setting *setting)
{
    g_autofree char *value = lathe_edit_get(settings->edit, setting);

    if (setting->kind == LATHE_SETTING_BOOL)
        return g_strdup(strcmp(value, "yes") == 0 ? "[x]" : "[ ]");
    if (setting->kind == LATHE_SETTING_CHOICE) {
        g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(setting);
        for (int i = 0; choices[i].word != NULL; i++) {
            if (strcmp(choices[i].word, value) == 0 && choices[i].label != NULL)
                return g_strdup(_(choices[i].label));
        }
    }
    return g_strdelimit(g_steal_pointer(&value), "\n", ';');
}

static void settings_add_setting(struct settings *settings, const struct lathe_setting *setting)
{
    const struct settings_row row = {
        .setting = setting,
        .label = lathe_action_plain_label(_(setting->label)),
        .value = settings_shown(settings, setting),
    };

    tui_settings_add_row(settings, &row);
}

static const struct lathe_setting_page *settings_page(const struct settings *settings)
{
    return &lathe_setting_pages()[settings->pages.selected];
}

void tui_settings_fill(struct settings *settings)
{
    const char *page = settings_page(settings)->id;

    g_array_set_size(settings->rows, 0);
    for (const struct lathe_setting *row = lathe_settings(); row->name != NULL; row++) {
        if (strcmp(row->page, page) == 0 && row->kind != LATHE_SETTING_DRIVE &&
            row->area != LATHE_AREA_SHARES)
            settings_add_setting(settings, row);
    }
    if (strcmp(page, "disks") == 0)
        tui_settings_add_drives(settings);
    if (strcmp(page, "shares") == 0)
        tui_settings_add_shares(settings);
    settings->list.count = (int)settings->rows->len;
    tui_list_settle(&settings->list);
    tui_redraw(settings->view.tui);
}

struct settings_row *tui_settings_selected(struct settings *settings)
{
    int number = settings->list.selected;

    return number < (int)settings->rows->len
               ? &g_array_index(settings->rows, struct settings_row, number)
               : NULL;
}

/* ---- drawing ---- */

static void settings_draw_pages(struct settings *settings, struct tui_area area)
{
    area = tui_list_begin(&settings->pages, area);
    for (int i = 0; i < area.rows && settings->pages.first + i < settings->pages.count; i++) {
        int number = settings->pages.first + i;
        enum tui_style style = number != settings->pages.selected ? TUI_PLAIN
                               : settings->in_rows                ? TUI_MARKED
                                                                  : TUI_SELECTED;
        tui_put(area.row + i, area.column, 1, style, "");
        tui_put(area.row + i, area.column + 1, area.columns - 1, style,
                _(lathe_setting_pages()[number].label));
    }
}

static int settings_label_width(const struct settings *settings, int columns)
{
    int width = 8;

    for (guint i = 0; i < settings->rows->len; i++)
        width = MAX(width, tui_width(g_array_index(settings->rows, struct settings_row, i).label));
    return MIN(width, columns / 2);
}

static void settings_draw_rows(struct settings *settings, struct tui_area area)
{
    int label = settings_label_width(settings, area.columns);

    area = tui_list_begin(&settings->list, area);
    for (int i = 0; i < area.rows && settings->list.first + i < settings->list.count; i++) {
        int number = settings->list.first + i;
        const struct settings_row *row =
            &g_array_index(settings->rows, struct settings_row, number);
        bool selected = settings->in_rows && number == settings->list.selected;
        enum tui_style style = selected ? TUI_SELECTED : TUI_PLAIN;
        tui_put(area.row + i, area.column, area.columns, style, "");
        tui_put(area.row + i, area.column + 1, label, style, row->label);
        tui_put(area.row + i, area.column + label + 3, area.columns - label - 4, style, row->value);
    }
}

static void settings_draw_help(struct settings *settings, struct tui_area area)
{
    const struct settings_row *row = tui_settings_selected(settings);

    if (!settings->in_rows || row == NULL)
        return;
    const char *help = row->setting != NULL ? _(row->setting->help)
                       : row->told != NULL  ? row->told
                                            : row->help;
    tui_put_wrapped(area.row, area.rows - (row->setting != NULL), area, TUI_FAINT, help);
    if (row->setting != NULL && lathe_edit_is_running(settings->edit))
        tui_put(area.row + area.rows - 1, area.column, area.columns, TUI_FAINT,
                (row->setting->flags & LATHE_SETTING_LIVE) != 0
                    ? _("It counts at once.")
                    : _("It counts when the machine starts again."));
}

static void settings_draw_bar(struct settings *settings, struct tui_area area)
{
    const char *name = lathe_edit_machine(settings->edit)->name;
    g_autofree char *title = g_strdup_printf(_(" Settings of %s"), name);

    tui_put(area.row, area.column, area.columns, TUI_BAR, title);
    if (lathe_edit_is_changed(settings->edit))
        tui_put_right(area.row, area.column + area.columns / 2, area.columns / 2 - 1, TUI_BAR,
                      _("changed, not applied"));
}

static void settings_draw(struct tui_view *view, struct tui_area area)
{
    struct settings *settings = (struct settings *)view;
    struct tui_area pages = area, rows, help;

    settings_draw_bar(settings, area);
    pages.row++;
    pages.rows--;
    rows = pages;
    pages.columns = SETTINGS_PAGES;
    rows.column += SETTINGS_PAGES + 1;
    rows.columns -= SETTINGS_PAGES + 1;
    help = rows;
    rows.rows = MAX(rows.rows - SETTINGS_HELP - 1, 1);
    help.row += rows.rows + 1;
    help.rows = SETTINGS_HELP;
    help.column++;
    help.columns -= 2;
    for (int row = 0; row < pages.rows; row++)
        tui_put_mark(pages.row + row, SETTINGS_PAGES, TUI_FAINT, TUI_MARK_VERTICAL);
    settings_draw_pages(settings, pages);
    settings_draw_rows(settings, rows);
    settings_draw_help(settings, help);
}

/* ---- changing ---- */

bool tui_settings_set(struct settings *settings, const struct lathe_setting *setting,
                      const char *value, GError **error)
{
    g_autoptr(GError) found = NULL;
    bool good = lathe_edit_set(settings->edit, setting, value, &found);

    tui_settings_fill(settings);
    if (good)
        return true;
    g_autofree char *sentence = lathe_setting_sentence(found->message);
    g_set_error_literal(error, found->domain, found->code, sentence);
    return false;
}

static void settings_set_or_say(struct settings *settings, const struct lathe_setting *setting,
                                const char *value)
{
    g_autoptr(GError) error = NULL;

    if (!tui_settings_set(settings, setting, value, &error))
        tui_say(settings->view.tui, TUI_BAD, "%s", error->message);
}

static void settings_toggle(struct settings *settings, const struct lathe_setting *setting)
{
    g_autofree char *value = lathe_edit_get(settings->edit, setting);

    settings_set_or_say(settings, setting, strcmp(value, "yes") == 0 ? "no" : "yes");
}

static void settings_edit(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;
    struct settings_row *row = settings->in_rows ? tui_settings_selected(settings) : NULL;

    if (!settings->in_rows)
        settings->in_rows = settings->list.count != 0;
    else if (row != NULL && row->run != NULL)
        row->run(settings, row);
    else if (row != NULL && row->setting->kind == LATHE_SETTING_BOOL)
        settings_toggle(settings, row->setting);
    else if (row != NULL)
        tui_settings_edit_value(settings, row->setting);
}

/* ---- applying and leaving ---- */

static bool settings_write(struct settings *settings)
{
    g_autoptr(GError) error = NULL;

    if (lathe_edit_apply(settings->edit, &error)) {
        tui_say(settings->view.tui, TUI_GOOD,
                lathe_edit_is_running(settings->edit)
                    ? _("The settings are written; most count when the machine starts again.")
                    : _("The settings are written."));
        tui_settings_fill(settings);
        return true;
    }
    g_autofree char *sentence = lathe_setting_sentence(error->message);
    tui_say(settings->view.tui, TUI_BAD, "%s", sentence);
    return false;
}

static void settings_apply(struct tui_view *view)
{
    settings_write((struct settings *)view);
}

static void settings_undo(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;

    if (lathe_edit_can_undo(settings->edit))
        lathe_edit_undo(settings->edit);
    tui_settings_fill(settings);
}

static void settings_redo(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;

    if (lathe_edit_can_redo(settings->edit))
        lathe_edit_redo(settings->edit);
    tui_settings_fill(settings);
}

static void settings_leave_answered(struct tui *tui, int chosen, void *opaque)
{
    struct settings *settings = opaque;

    if (chosen == 1 || (chosen == 0 && settings_write(settings)))
        tui_close(&settings->view);
}

static void settings_leave(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;

    if (!lathe_edit_is_changed(settings->edit)) {
        tui_close(view);
        return;
    }
    struct tui_choice *choice =
        tui_choice_new(lathe_edit_machine(settings->edit)->name, _("The changes are not applied."),
                       settings_leave_answered, settings, NULL);
    tui_choice_add(choice, 'a', "a", _("Apply"));
    tui_choice_add(choice, 'd', "d", _("Discard"));
    tui_choice_add(choice, 0, NULL, _("Go on editing"));
    tui_push(view->tui, tui_choice_view(choice));
}

static void settings_back(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;

    if (settings->in_rows)
        settings->in_rows = false;
    else
        settings_leave(view);
}

/* ---- the view ---- */

static void settings_turn(struct settings *settings)
{
    settings->list.selected = 0;
    tui_settings_fill(settings);
}

static void settings_key(struct tui_view *view, int key)
{
    struct settings *settings = (struct settings *)view;
    struct settings_row *row = tui_settings_selected(settings);

    if (key == TUI_SPECIAL(KEY_RIGHT))
        settings->in_rows = settings->list.count != 0;
    else if (key == TUI_SPECIAL(KEY_LEFT))
        settings->in_rows = false;
    else if (key == '\t')
        settings->in_rows = !settings->in_rows && settings->list.count != 0;
    else if ((key == 'd' || key == TUI_SPECIAL(KEY_DC)) && settings->in_rows && row != NULL &&
             row->dev != NULL) {
        if (!tui_settings_remove_share(settings, row->dev))
            tui_settings_remove_drive(settings, row->dev);
    } else if (settings->in_rows)
        tui_list_key(&settings->list, key);
    else if (tui_list_key(&settings->pages, key))
        settings_turn(settings);
}

static void settings_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct settings *settings = (struct settings *)view;
    bool in_rows = mouse->column > SETTINGS_PAGES;

    settings->in_rows = in_rows && settings->list.count != 0;
    if (in_rows) {
        int before = settings->list.selected;
        if (tui_list_mouse(&settings->list, mouse) && settings->list.selected == before)
            settings_edit(view);
    } else {
        tui_list_mouse(&settings->pages, mouse);
        settings_turn(settings);
    }
}

static void settings_free(struct tui_view *view)
{
    struct settings *settings = (struct settings *)view;

    lathe_edit_free(settings->edit);
    g_array_unref(settings->rows);
    g_free(settings);
}

static const struct tui_binding settings_bindings[] = {
    {TUI_SPECIAL(KEY_F(1)), "F1 ?", N_("show the keys"), N_("Keys"), tui_show_help},
    {'?', "?", NULL, NULL, tui_show_help},
    {'\r', "Enter", N_("go to the page's settings; change what is selected"), N_("Change"),
     settings_edit},
    {' ', "Space", N_("the same"), NULL, settings_edit},
    {TUI_SPECIAL(KEY_F(2)), "F2 s", N_("apply: write all changes"), N_("Apply"), settings_apply},
    {'s', "s", NULL, NULL, settings_apply},
    {'u', "u", N_("undo the last change"), N_("Undo"), settings_undo},
    {TUI_CTRL('R'), "Ctrl-R", N_("do it again"), NULL, settings_redo},
    {0, "d", N_("take a drive or a shared folder out of the machine"), NULL, NULL},
    {TUI_ESCAPE, "Esc", N_("back to the pages, and to the library"), N_("Back"), settings_back},
    {'q', "q", N_("to the library"), NULL, settings_leave},
    {0, NULL, NULL, NULL, NULL},
};

static const struct tui_view_class settings_class = {
    .bindings = settings_bindings,
    .draw = settings_draw,
    .key = settings_key,
    .mouse = settings_mouse,
    .free = settings_free,
    .whole = true,
};

void tui_settings_open(struct tui *tui, const struct lathe_machine *machine)
{
    g_autoptr(GError) error = NULL;
    struct lathe_edit *edit = lathe_edit_open(machine->folder, &error);

    if (edit == NULL) {
        tui_say(tui, TUI_BAD, "%s", error->message);
        return;
    }
    struct settings *settings = g_new0(struct settings, 1);
    settings->view.class = &settings_class;
    settings->view.tui = tui;
    settings->edit = edit;
    settings->rows = g_array_new(FALSE, FALSE, sizeof(struct settings_row));
    g_array_set_clear_func(settings->rows, row_clear);
    while (lathe_setting_pages()[settings->pages.count].id != NULL)
        settings->pages.count++;
    tui_settings_fill(settings);
    tui_push(tui, &settings->view);
}
