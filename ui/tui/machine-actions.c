/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of actions, and what they ask before and say afterwards. */
#include "ui/tui/machine-actions-private.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "app/actions/several.h"
#include "app/library/library.h"
#include "app/settings/make.h"
#include "ui/tui/choice.h"
#include "ui/tui/console.h"
#include "ui/tui/create-form.h"
#include "ui/tui/form.h"
#include "ui/tui/leave.h"
#include "ui/tui/pager.h"
#include "ui/tui/settings.h"

struct actions_row {
    int key;
    const char *shown;
    const char *label; /* translatable; of the actions of app/actions: NULL */
    enum lathe_action_id id;
    bool alone; /* needs no machine */
    bool live;  /* only of one that has a process */
    void (*run)(struct tui_actions *actions, struct lathe_watched *watched);
};

/* ---- doing ---- */

/* What is being done, until it is. */
struct actions_job {
    struct tui_actions *actions;
    const struct lathe_action *action;
    char *name, *id; /* of the machine and its folder */
    GCancellable *cancellable;
};

static void actions_clear(gpointer data)
{
    struct tui_actions *actions = data;

    g_clear_object(&actions->copying);
    g_clear_pointer(&actions->deleted, g_ptr_array_unref);
    g_object_unref(actions->watch);
}

struct tui_actions *tui_actions_ref(struct tui_actions *actions)
{
    return g_rc_box_acquire(actions);
}

void tui_actions_unref(struct tui_actions *actions)
{
    g_rc_box_release_full(actions, actions_clear);
}

static struct actions_job *actions_job_new(struct tui_actions *actions,
                                           const struct lathe_action *action,
                                           const struct lathe_watched *watched)
{
    struct actions_job *job = g_new0(struct actions_job, 1);

    job->actions = tui_actions_ref(actions);
    job->action = action;
    job->name = g_strdup(watched != NULL ? watched->machine->name : "");
    job->id = g_strdup(watched != NULL ? watched->machine->id : "");
    return job;
}

static void actions_job_free(gpointer data)
{
    struct actions_job *job = data;

    tui_actions_unref(job->actions);
    g_clear_object(&job->cancellable);
    g_free(job->name);
    g_free(job->id);
    g_free(job);
}

static void actions_say_done(const struct actions_job *job, const char *text)
{
    struct tui *tui = job->actions->tui;
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2);

    if (job->action->id == LATHE_ACTION_DELETE) {
        g_clear_pointer(&job->actions->deleted, g_ptr_array_unref);
        tui_say(tui, TUI_GOOD, _("%s u brings it back."), lines[0] != NULL ? lines[0] : "");
    } else if ((job->action->flags & LATHE_ACTION_GIVES_TEXT) != 0 && *text == '\0') {
        tui_say(tui, TUI_PLAIN, _("There is nothing to show of %s."), job->name);
    } else if ((job->action->flags & LATHE_ACTION_GIVES_TEXT) != 0) {
        tui_push(tui, tui_pager_new(job->name, text,
                                    job->action->id == LATHE_ACTION_LOG ? TUI_PAGER_END
                                                                        : TUI_PAGER_TEXT));
    }
}

static void actions_done(GObject *source, GAsyncResult *result, gpointer data)
{
    struct actions_job *job = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_action_finish(result, &error);

    if (job->cancellable != NULL && job->cancellable == job->actions->copying)
        g_clear_object(&job->actions->copying);
    if (job->actions->tui != NULL && text == NULL)
        tui_say(job->actions->tui, TUI_BAD, "%s", error->message);
    else if (job->actions->tui != NULL)
        actions_say_done(job, text);
    lathe_watch_look(job->actions->watch, NULL);
    actions_job_free(job);
}

static void actions_told(gpointer data, double share)
{
    struct actions_job *job = data;

    if (job->actions->tui != NULL) /* Translators: a machine's name; K is a key */
        tui_say(job->actions->tui, TUI_PLAIN, _("Cloning %s: %d %%. K stops it."), job->name,
                (int)(share * 100));
}

static void actions_perform_watched(struct actions_job *job, const struct lathe_watched *watched,
                                    const char *argument)
{
    struct tui_actions *actions = job->actions;

    job->cancellable = g_cancellable_new();
    g_set_object(&actions->copying, job->cancellable);
    lathe_action_perform_watched(job->action, lathe_watch_get_library(actions->watch),
                                 watched->machine, argument, job->cancellable, actions_told,
                                 actions_done, job);
}

static void actions_stop_copying(struct tui_actions *actions, struct lathe_watched *watched)
{
    if (actions->copying != NULL)
        g_cancellable_cancel(actions->copying);
}

static void actions_perform(struct tui_actions *actions, const struct lathe_action *action,
                            struct lathe_watched *watched, const char *argument)
{
    struct actions_job *job = actions_job_new(actions, action, watched);

    if ((action->flags & LATHE_ACTION_TAKES_WHILE) != 0)
        actions_perform_watched(job, watched, argument);
    else
        lathe_action_perform(action, lathe_watch_get_library(actions->watch), watched->machine,
                             argument, actions_done, job);
}

/* The machine may have gone, or have another state, while somebody thought about it. */
static struct lathe_watched *actions_job_find(const struct actions_job *job)
{
    struct lathe_watched *watched = lathe_watch_find(job->actions->watch, job->id, NULL);

    return watched != NULL && lathe_action_is_possible(job->action, watched->state) ? watched
                                                                                    : NULL;
}

/* ---- asking before ---- */

static void actions_answered(struct tui *tui, int chosen, void *opaque)
{
    struct actions_job *job = opaque;
    struct lathe_watched *watched = actions_job_find(job);

    if (chosen == 1 && watched != NULL)
        actions_perform(job->actions, job->action, watched, NULL);
}

static void actions_ask(struct tui_actions *actions, const struct lathe_action *action,
                        struct lathe_watched *watched)
{
    g_autofree char *label = lathe_action_plain_label(_(action->label));
    struct tui_choice *choice =
        tui_choice_new(watched->machine->name, _(action->help), actions_answered,
                       actions_job_new(actions, action, watched), actions_job_free);

    tui_choice_add(choice, 0, NULL, _("Cancel"));
    tui_choice_add(choice, 0, NULL, label);
    tui_push(actions->tui, tui_choice_view(choice));
}

static bool actions_named(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct actions_job *job = opaque;
    struct lathe_watched *watched = actions_job_find(job);

    if (watched != NULL)
        actions_perform(job->actions, job->action, watched, tui_form_get(form, 0));
    return true;
}

/* What the field says at first; g_free. */
static char *actions_propose_name(struct tui_actions *actions, const struct lathe_action *action,
                                  const struct lathe_machine *machine)
{
    switch (action->id) {
    case LATHE_ACTION_CLONE:
    case LATHE_ACTION_LINK_CLONE:
        return lathe_make_free_name(lathe_watch_get_library(actions->watch), machine->name);
    case LATHE_ACTION_GROUP:
        return g_strdup(machine->group != NULL ? machine->group : "");
    default:
        return g_strdup(machine->name);
    }
}

static void actions_ask_name(struct tui_actions *actions, const struct lathe_action *action,
                             struct lathe_watched *watched)
{
    g_autofree char *label = lathe_action_plain_label(_(action->label));
    g_autofree char *title = g_strdup_printf("%s: %s", watched->machine->name, label);
    g_autofree char *name = actions_propose_name(actions, action, watched->machine);
    struct tui_form *form =
        tui_form_new(title, _("Accept"), actions_named, actions_job_new(actions, action, watched),
                     actions_job_free);

    tui_form_add(form, TUI_FIELD_TEXT,
                 action->id == LATHE_ACTION_GROUP ? _("Group") : _("New name"), _(action->help),
                 name);
    tui_push(actions->tui, tui_form_view(form));
}

static void actions_do(struct tui_actions *actions, enum lathe_action_id id,
                       struct lathe_watched *watched)
{
    const struct lathe_action *action = &lathe_actions[id];

    if ((action->flags & LATHE_ACTION_TAKES_NAME) != 0)
        actions_ask_name(actions, action, watched);
    else if ((action->flags & LATHE_ACTION_DANGEROUS) != 0)
        actions_ask(actions, action, watched);
    else
        actions_perform(actions, action, watched, NULL);
}

/* ---- what is the terminal interface's own ---- */

static void actions_open_console(struct tui_actions *actions, struct lathe_watched *watched)
{
    tui_console_open(actions->tui, actions->watch, watched);
}

static void actions_open_settings(struct tui_actions *actions, struct lathe_watched *watched)
{
    tui_settings_open(actions->tui, watched->machine);
}

static void actions_create(struct tui_actions *actions, struct lathe_watched *watched)
{
    tui_create_open(actions->tui, actions->watch);
}

static void actions_undone(GObject *source, GAsyncResult *result, gpointer data)
{
    struct tui_actions *actions = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = lathe_action_finish(result, &error);

    g_autoptr(lathe_machine) machine =
        id != NULL ? lathe_library_find(lathe_watch_get_library(actions->watch), id, NULL) : NULL;

    if (actions->tui != NULL && id == NULL)
        tui_say(actions->tui, TUI_BAD, "%s", error->message);
    else if (actions->tui != NULL)
        tui_say(actions->tui, TUI_GOOD, _("%s is back."), machine != NULL ? machine->name : id);
    lathe_watch_look(actions->watch, NULL);
    tui_actions_unref(actions);
}

static void actions_undo(struct tui_actions *actions, struct lathe_watched *watched)
{
    if (actions->deleted != NULL)
        tui_several_undo(actions);
    else
        lathe_action_undelete(lathe_watch_get_library(actions->watch), NULL, actions_undone,
                              tui_actions_ref(actions));
}

static void actions_choose_leave(struct tui_actions *actions, struct lathe_watched *watched)
{
    tui_leave_choose(actions->tui);
}

/* ---- the list ---- */

#define ACTION(key, shown, id)                                                                     \
    {                                                                                              \
        key, shown, NULL, LATHE_ACTION_##id, false, false, NULL                                    \
    }
#define OWN(key, shown, label, run)                                                                \
    {                                                                                              \
        key, shown, label, LATHE_ACTIONS, false, false, run                                        \
    }

static const struct actions_row actions_rows[] = {
    ACTION('s', "s", START),
    ACTION('p', "p", RESUME),
    {'o', "o", N_("Serial console"), LATHE_ACTIONS, false, true, actions_open_console},
    ACTION('p', "p", PAUSE),
    ACTION('z', "z", SUSPEND),
    ACTION('t', "t", STOP),
    ACTION('R', "R", RESET),
    ACTION('x', "x", FORCE_OFF),
    ACTION('a', "a", SEEN),
    ACTION('F', "F", START_AFRESH),
    ACTION('D', "D", DISCARD),
    OWN('e', "e", N_("Settings"), actions_open_settings),
    ACTION('r', "r", RENAME),
    ACTION('g', "g", GROUP),
    ACTION('c', "c", CLONE),
    ACTION('C', "C", LINK_CLONE),
    ACTION('T', "T", TEMPLATE),
    ACTION('T', "T", UNTEMPLATE),
    ACTION('l', "l", LOG),
    ACTION('X', "X", XML),
    ACTION('Q', "Q", QEMU),
    ACTION('d', "d", DELETE),
    {'n', "n", N_("New machine"), LATHE_ACTIONS, true, false, actions_create},
    {'u', "u", N_("Bring back what was deleted last"), LATHE_ACTIONS, true, false, actions_undo},
    {'K', "K", N_("Stop the clone that is being made"), LATHE_ACTIONS, true, false,
     actions_stop_copying},
    {'L', "L", N_("What becomes of running machines when the library is left"), LATHE_ACTIONS, true,
     false, actions_choose_leave},
};
#undef ACTION
#undef OWN

static char *actions_label(const struct actions_row *row)
{
    return row->label != NULL ? g_strdup(_(row->label))
                              : lathe_action_plain_label(_(lathe_actions[row->id].label));
}

/* Can it be done with these? */
static bool actions_fit(const struct actions_row *row, const GPtrArray *machines)
{
    if (row->alone)
        return true;
    if (row->label == NULL)
        return lathe_several_is_possible(&lathe_actions[row->id], tui_several_states(machines),
                                         machines->len);
    return machines->len == 1 &&
           (!row->live ||
            lathe_watch_state_is_live(((const struct lathe_watched *)machines->pdata[0])->state));
}

static void actions_run(struct tui_actions *actions, const struct actions_row *row,
                        const GPtrArray *machines)
{
    struct lathe_watched *first = machines->len != 0 ? machines->pdata[0] : NULL;

    if (row->run != NULL)
        row->run(actions, first);
    else if (machines->len > 1)
        tui_several_do(actions, row->id, machines);
    else
        actions_do(actions, row->id, first);
}

/* Says why nothing happens, where the key is one. */
static void actions_refuse(struct tui_actions *actions, const struct actions_row *row,
                           const GPtrArray *machines)
{
    g_autofree char *label = actions_label(row);

    if (machines->len == 1) {
        const struct lathe_watched *watched = machines->pdata[0];
        /* Translators: an action, a machine's name, its state */
        tui_say(actions->tui, TUI_WARNING, _("%s: not possible while %s is: %s"), label,
                watched->machine->name, lathe_watch_state_label(watched->state));
    } else if (machines->len > 1) { /* Translators: an action */
        tui_say(actions->tui, TUI_WARNING, _("%s: not possible with all that are marked"), label);
    }
}

bool tui_actions_key(struct tui_actions *actions, const GPtrArray *machines, int key)
{
    const struct actions_row *refused = NULL;

    if (key == TUI_SPECIAL(KEY_DC))
        key = 'd';
    for (size_t i = 0; i < G_N_ELEMENTS(actions_rows); i++) {
        const struct actions_row *row = &actions_rows[i];
        if (row->key != key)
            continue;
        if (actions_fit(row, machines)) {
            actions_run(actions, row, machines);
            return true;
        }
        refused = row;
    }
    if (refused != NULL)
        actions_refuse(actions, refused, machines);
    return refused != NULL;
}

void tui_actions_help(GString *lines)
{
    for (size_t i = 0; i < G_N_ELEMENTS(actions_rows); i++) {
        const struct actions_row *row = &actions_rows[i];
        g_autofree char *label = actions_label(row);
        const char *help = row->label == NULL ? _(lathe_actions[row->id].help) : "";
        g_string_append_printf(lines, "%s\t%s%s%s\n", row->shown, label, *help != '\0' ? ": " : "",
                               help);
    }
}

/* ---- the menu ---- */

struct actions_menu {
    struct tui_actions *actions;
    GPtrArray *ids; /* of char *: the machines' folders */
    const struct actions_row *rows[G_N_ELEMENTS(actions_rows)];
    int count;
};

static void actions_menu_free(gpointer data)
{
    struct actions_menu *menu = data;

    g_ptr_array_unref(menu->ids);
    g_free(menu);
}

/* Machines may have gone meanwhile. */
static void actions_menu_done(struct tui *tui, int chosen, void *opaque)
{
    struct actions_menu *menu = opaque;
    g_autoptr(GPtrArray) machines = g_ptr_array_new();

    for (guint i = 0; i < menu->ids->len; i++) {
        struct lathe_watched *watched =
            lathe_watch_find(menu->actions->watch, menu->ids->pdata[i], NULL);
        if (watched != NULL)
            g_ptr_array_add(machines, watched);
    }
    if (chosen >= 0 && chosen < menu->count && actions_fit(menu->rows[chosen], machines))
        actions_run(menu->actions, menu->rows[chosen], machines);
}

/* g_free. */
static char *actions_menu_title(const GPtrArray *machines)
{
    if (machines->len == 0)
        return g_strdup(_("Library"));
    if (machines->len == 1)
        return g_strdup(((const struct lathe_watched *)machines->pdata[0])->machine->name);
    return g_strdup_printf(ngettext("%u machine", "%u machines", machines->len), machines->len);
}

void tui_actions_open_menu(struct tui_actions *actions, const GPtrArray *machines)
{
    struct actions_menu *menu = g_new0(struct actions_menu, 1);
    g_autofree char *title = actions_menu_title(machines);
    struct tui_choice *choice =
        tui_choice_new(title, "", actions_menu_done, menu, actions_menu_free);

    menu->actions = actions;
    menu->ids = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < machines->len; i++)
        g_ptr_array_add(menu->ids,
                        g_strdup(((const struct lathe_watched *)machines->pdata[i])->machine->id));
    for (size_t i = 0; i < G_N_ELEMENTS(actions_rows); i++) {
        const struct actions_row *row = &actions_rows[i];
        g_autofree char *label = actions_label(row);
        if (!actions_fit(row, machines))
            continue;
        menu->rows[menu->count++] = row;
        tui_choice_add(choice, row->key, row->shown, label);
    }
    tui_push(actions->tui, tui_choice_view(choice));
}

/* ---- life ---- */

struct tui_actions *tui_actions_new(struct tui *tui, LatheWatch *watch)
{
    struct tui_actions *actions = g_rc_box_new0(struct tui_actions);

    actions->tui = tui;
    actions->watch = g_object_ref(watch);
    return actions;
}

void tui_actions_free(struct tui_actions *actions)
{
    actions->tui = NULL;
    tui_actions_unref(actions);
}
