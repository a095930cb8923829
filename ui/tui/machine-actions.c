/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of actions, from which menu, keys and help come. */
#include "ui/tui/machine-actions.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/library/library.h"
#include "ui/tui/choice.h"
#include "ui/tui/pager.h"

#define ACTIONS_LOG_MOST (256 * 1024) /* bytes of a log that are shown */

struct tui_actions {
    struct tui *tui;
    LatheWatch *watch;
};

struct actions_row {
    int key;
    const char *shown, *label; /* label: translatable */
    bool alone;                /* needs no machine */
    void (*run)(struct tui_actions *actions, struct lathe_watched *watched);
};

/* ---- the log ---- */

static void actions_show_log(struct tui_actions *actions, struct lathe_watched *watched)
{
    g_autofree char *path = lathe_machine_path(watched->machine, LATHE_MACHINE_LOG);
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, NULL) || length == 0) {
        tui_say(actions->tui, TUI_PLAIN, _("%s has no log yet."), watched->machine->name);
        return;
    }
    const char *end = length > ACTIONS_LOG_MOST ? text + length - ACTIONS_LOG_MOST : text;
    /* Translators: %s is a machine's name */
    g_autofree char *title = g_strdup_printf(_("Log of %s"), watched->machine->name);
    tui_push(actions->tui, tui_pager_new(title, end, TUI_PAGER_END));
}

/* ---- the table ---- */

static const struct actions_row actions_rows[] = {
    {'l', "l", N_("Show the log"), false, actions_show_log},
    {0, NULL, NULL, false, NULL},
};

static bool actions_fit(const struct actions_row *row, const struct lathe_watched *watched)
{
    return row->alone || watched != NULL;
}

bool tui_actions_key(struct tui_actions *actions, struct lathe_watched *watched, int key)
{
    for (const struct actions_row *row = actions_rows; row->label != NULL; row++) {
        if (row->key == key && actions_fit(row, watched)) {
            row->run(actions, watched);
            return true;
        }
    }
    return false;
}

void tui_actions_help(GString *lines)
{
    for (const struct actions_row *row = actions_rows; row->label != NULL; row++)
        g_string_append_printf(lines, "%s\t%s\n", row->shown, _(row->label));
}

/* ---- the menu ---- */

struct actions_menu {
    struct tui_actions *actions;
    char *id; /* of the machine's folder; NULL: none */
    const struct actions_row *rows[G_N_ELEMENTS(actions_rows)];
    int count;
};

static void actions_menu_free(gpointer data)
{
    struct actions_menu *menu = data;

    g_free(menu->id);
    g_free(menu);
}

/* The machine may have gone meanwhile. */
static void actions_menu_done(struct tui *tui, int chosen, void *opaque)
{
    struct actions_menu *menu = opaque;
    struct lathe_watched *watched =
        menu->id != NULL ? lathe_watch_find(menu->actions->watch, menu->id, NULL) : NULL;

    if (chosen >= 0 && chosen < menu->count && actions_fit(menu->rows[chosen], watched))
        menu->rows[chosen]->run(menu->actions, watched);
}

void tui_actions_open_menu(struct tui_actions *actions, struct lathe_watched *watched)
{
    struct actions_menu *menu = g_new0(struct actions_menu, 1);
    const char *title = watched != NULL ? watched->machine->name : _("Library");
    struct tui_choice *choice =
        tui_choice_new(title, "", actions_menu_done, menu, actions_menu_free);

    menu->actions = actions;
    menu->id = watched != NULL ? g_strdup(watched->machine->id) : NULL;
    for (const struct actions_row *row = actions_rows; row->label != NULL; row++) {
        if (!actions_fit(row, watched))
            continue;
        menu->rows[menu->count++] = row;
        tui_choice_add(choice, row->key, row->shown, _(row->label));
    }
    tui_push(actions->tui, tui_choice_view(choice));
}

/* ---- life ---- */

struct tui_actions *tui_actions_new(struct tui *tui, LatheWatch *watch)
{
    struct tui_actions *actions = g_new0(struct tui_actions, 1);

    actions->tui = tui;
    actions->watch = g_object_ref(watch);
    return actions;
}

void tui_actions_free(struct tui_actions *actions)
{
    g_object_unref(actions->watch);
    g_free(actions);
}
