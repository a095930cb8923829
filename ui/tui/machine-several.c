/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions with the machines that are marked: one question for all of them, and how it went. */
#include <glib/gi18n.h>

#include "app/actions/several.h"
#include "ui/tui/choice.h"
#include "ui/tui/form.h"
#include "ui/tui/machine-actions-private.h"

#define SEVERAL_LINES 12 /* of a question's text, which stands on the smallest terminal */

/* What is asked about, or being done. */
struct several_job {
    struct tui_actions *actions;
    const struct lathe_action *action;
    GPtrArray *ids;   /* of char *: the machines' folders */
    GPtrArray *names; /* of char *: of those that it is done with */
};

static struct several_job *several_job_new(struct tui_actions *actions,
                                           const struct lathe_action *action)
{
    struct several_job *job = g_new0(struct several_job, 1);

    job->actions = tui_actions_ref(actions);
    job->action = action;
    job->ids = g_ptr_array_new_with_free_func(g_free);
    job->names = g_ptr_array_new_with_free_func(g_free);
    return job;
}

static void several_job_free(gpointer data)
{
    struct several_job *job = data;

    tui_actions_unref(job->actions);
    g_ptr_array_unref(job->ids);
    g_ptr_array_unref(job->names);
    g_free(job);
}

unsigned tui_several_states(const GPtrArray *machines)
{
    unsigned states = 0;

    for (guint i = 0; i < machines->len; i++)
        states |= 1u << ((const struct lathe_watched *)machines->pdata[i])->state;
    return states;
}

/* Those where it is possible now: they may have gone, or have another state, while somebody thought
 * about it. Of struct lathe_machine *, borrowed. */
static GPtrArray *several_find(const struct several_job *job)
{
    GPtrArray *machines = g_ptr_array_new();

    for (guint i = 0; i < job->ids->len; i++) {
        const struct lathe_watched *watched =
            lathe_watch_find(job->actions->watch, job->ids->pdata[i], NULL);
        if (watched != NULL && lathe_action_is_possible(job->action, watched->state))
            g_ptr_array_add(machines, watched->machine);
    }
    return machines;
}

/* ---- doing ---- */

/* Those that went, for u. */
static void several_keep_deleted(struct several_job *job, const struct lathe_several *several)
{
    GPtrArray *deleted = g_ptr_array_new_with_free_func(g_free);

    for (unsigned i = 0; i < several->count; i++) {
        if (several->texts[i] != NULL)
            g_ptr_array_add(deleted, g_strdup(job->names->pdata[i]));
    }
    g_clear_pointer(&job->actions->deleted, g_ptr_array_unref);
    job->actions->deleted = deleted;
}

static void several_done(gpointer opaque, const struct lathe_several *several)
{
    struct several_job *job = opaque;
    struct tui *tui = job->actions->tui;
    bool deleted = job->action->id == LATHE_ACTION_DELETE && several->failed < several->count;

    if (deleted)
        several_keep_deleted(job, several);
    if (tui != NULL && several->why != NULL) {
        tui_say(tui, TUI_BAD, "%s", several->why);
    } else if (tui != NULL && deleted) {
        g_autofree char *text = lathe_several_describe_deleted(several);
        tui_say(tui, TUI_GOOD, _("%s u brings it back."), text);
    }
    lathe_watch_look(job->actions->watch, NULL);
    several_job_free(job);
}

/* The job is taken. */
static void several_perform(struct several_job *job, const char *argument)
{
    g_autoptr(GPtrArray) machines = several_find(job);

    for (guint i = 0; i < machines->len; i++)
        g_ptr_array_add(job->names,
                        g_strdup(((const struct lathe_machine *)machines->pdata[i])->name));
    lathe_several_perform(job->action, lathe_watch_get_library(job->actions->watch), machines,
                          argument, several_done, job);
}

static struct several_job *several_job_copy(const struct several_job *job)
{
    struct several_job *copy = several_job_new(job->actions, job->action);

    for (guint i = 0; i < job->ids->len; i++)
        g_ptr_array_add(copy->ids, g_strdup(job->ids->pdata[i]));
    return copy;
}

/* ---- asking before ---- */

static void several_answered(struct tui *tui, int chosen, void *opaque)
{
    if (chosen == 1)
        several_perform(several_job_copy(opaque), NULL);
}

/* The first lines of a long text, and how many more there are; g_free. */
static char *several_shorten(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(lines);

    if (count <= SEVERAL_LINES)
        return g_strdup(text);
    g_autofree char *rest = g_strdup_printf(
        ngettext("… and %u line more", "… and %u lines more", count - SEVERAL_LINES + 1),
        count - SEVERAL_LINES + 1);
    g_free(lines[SEVERAL_LINES - 1]);
    lines[SEVERAL_LINES - 1] = NULL;
    for (guint i = SEVERAL_LINES; i < count; i++)
        g_clear_pointer(&lines[i], g_free);
    g_autofree char *first = g_strjoinv("\n", lines);
    return g_strconcat(first, "\n", rest, NULL);
}

static void several_ask(struct several_job *job, const char *question, const GPtrArray *machines)
{
    g_autofree char *label = lathe_action_plain_label(_(job->action->label));
    g_autofree char *all = lathe_several_details(job->action, machines);
    g_autofree char *details = several_shorten(all);
    g_autofree char *text = g_strdup_printf("%s\n%s", details, _(job->action->help));
    struct tui_choice *choice =
        tui_choice_new(question, text, several_answered, job, several_job_free);

    tui_choice_add(choice, 0, NULL, _("Cancel"));
    tui_choice_add(choice, 0, NULL, label);
    tui_push(job->actions->tui, tui_choice_view(choice));
}

static bool several_named(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    several_perform(several_job_copy(opaque), tui_form_get(form, 0));
    return true;
}

/* The group of all of them, or none. */
static const char *several_group(const GPtrArray *machines)
{
    const struct lathe_machine *first = machines->pdata[0];

    for (guint i = 1; i < machines->len; i++) {
        if (g_strcmp0(((const struct lathe_machine *)machines->pdata[i])->group, first->group) != 0)
            return "";
    }
    return first->group != NULL ? first->group : "";
}

static void several_ask_group(struct several_job *job, const GPtrArray *machines)
{
    g_autofree char *label = lathe_action_plain_label(_(job->action->label));
    g_autofree char *number =
        g_strdup_printf(ngettext("%u machine", "%u machines", machines->len), machines->len);
    g_autofree char *title = g_strdup_printf("%s: %s", number, label);
    struct tui_form *form = tui_form_new(title, _("Accept"), several_named, job, several_job_free);

    tui_form_add(form, TUI_FIELD_TEXT, _("Group"), _(job->action->help), several_group(machines));
    tui_push(job->actions->tui, tui_form_view(form));
}

void tui_several_do(struct tui_actions *actions, enum lathe_action_id id, const GPtrArray *machines)
{
    struct several_job *job = several_job_new(actions, &lathe_actions[id]);

    for (guint i = 0; i < machines->len; i++)
        g_ptr_array_add(job->ids,
                        g_strdup(((const struct lathe_watched *)machines->pdata[i])->machine->id));
    g_autoptr(GPtrArray) possible = several_find(job);
    g_autofree char *question = lathe_several_question(job->action, possible);
    if ((job->action->flags & LATHE_ACTION_TAKES_NAME) != 0)
        several_ask_group(job, possible);
    else if (question != NULL)
        several_ask(job, question, possible);
    else
        several_perform(job, NULL);
}

/* ---- bringing back ---- */

static void several_undone(gpointer opaque, const struct lathe_several *several)
{
    struct tui_actions *actions = opaque;
    unsigned count = several->count - several->failed;

    if (actions->tui != NULL && several->why != NULL)
        tui_say(actions->tui, TUI_BAD, "%s", several->why);
    else if (actions->tui != NULL)
        tui_say(actions->tui, TUI_GOOD,
                ngettext("%u machine is back.", "%u machines are back.", count), count);
    lathe_watch_look(actions->watch, NULL);
    tui_actions_unref(actions);
}

void tui_several_undo(struct tui_actions *actions)
{
    g_autoptr(GPtrArray) names = g_steal_pointer(&actions->deleted);

    lathe_several_undelete(lathe_watch_get_library(actions->watch), names, several_undone,
                           tui_actions_ref(actions));
}
