/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of answers, opened and saved, and what comes of them: looked at, and written. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/tui/choice.h"
#include "ui/tui/form.h"
#include "ui/tui/pager.h"
#include "ui/tui/wizard-private.h"
#include "wizards/apply/apply.h"
#include "wizards/flow/files.h"

/* A form with the name of one file. */
static void files_ask(struct tui_view *view, const char *title, const char *accept,
                      const char *name, const char *help, tui_form_done *done)
{
    struct tui_form *form = tui_form_new(title, accept, done, view, NULL);

    tui_form_add(form, TUI_FIELD_FILE, _("File"), help, name);
    tui_push(view->tui, tui_form_view(form));
}

/* The name that is in the form; false with *error: none. */
static bool files_name(struct tui_form *form, const char **name, GError **error)
{
    *name = tui_form_get(form, 0);
    if (**name != '\0')
        return true;
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("A name is missing."));
    return false;
}

/* ---- answers ---- */

static void files_take(struct wizard *wizard, struct lathe_answers *answers)
{
    lathe_answers_take(wizard->answers, answers);
    wizard->changed = false;
    wizard->seen = G_MAXUINT64; /* what is wrong in a file is said */
    tui_wizard_fill(wizard);
}

static bool files_open(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct wizard *wizard = opaque;
    struct lathe_answers *answers = lathe_answers_new(wizard->row->flow);
    const char *name;

    if (!files_name(form, &name, error) || !lathe_answers_load(answers, name, error)) {
        lathe_answers_free(answers);
        return false;
    }
    files_take(wizard, answers);
    return true;
}

void tui_wizard_open_answers(struct tui_view *view)
{
    files_ask(view, _("Open Answers"), _("Open"), "",
              _("What was answered here is replaced by what is in the file."), files_open);
}

static bool files_read(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct wizard *wizard = opaque;
    const char *name;
    gsize length = 0;

    if (!files_name(form, &name, error))
        return false;
    g_autofree char *text = lathe_file_load(name, LATHE_ANSWERS_MAX, &length, error);
    struct lathe_answers *answers = text != NULL ? wizard->row->read(text, length, error) : NULL;
    if (answers != NULL)
        files_take(wizard, answers);
    return answers != NULL;
}

void tui_wizard_read_other(struct tui_view *view)
{
    files_ask(view, _("Take Over What There Is"), _("Open"), "",
              _("A file of parameters, arguments of QEMU, or what else this assistant makes."),
              files_read);
}

static bool files_save(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct wizard *wizard = opaque;
    const char *name;

    if (!files_name(form, &name, error) || !lathe_answers_save(wizard->answers, name, error))
        return false;
    wizard->changed = false;
    tui_say(tui, TUI_GOOD, _("Saved in %s."), name);
    return true;
}

void tui_wizard_save_answers(struct tui_view *view)
{
    const struct wizard *wizard = (struct wizard *)view;
    g_autofree char *name = g_strconcat(wizard->row->flow->id, ".json", NULL);

    files_ask(view, _("Save Answers"), _("Save"), name,
              _("Secrets are written too: the file is for you alone."), files_save);
}

/* ---- what comes of them ---- */

static bool files_save_all(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct wizard *wizard = opaque;
    const char *name;

    if (!files_name(form, &name, error))
        return false;
    struct lathe_outcome *outcome = lathe_flow_finish(wizard->answers);
    bool good = lathe_outcome_save(outcome, name, NULL, error);
    lathe_outcome_free(outcome);
    bool draft = lathe_problems_fatal(wizard->problems);
    if (good)
        tui_say(tui, draft ? TUI_WARNING : TUI_GOOD,
                draft ? _("Saved as a draft in %s: the page “Result” says what is left to do.")
                      : _("Saved in %s."),
                name);
    return good;
}

void tui_wizard_save_all(struct tui_view *view)
{
    const struct wizard *wizard = (struct wizard *)view;

    files_ask(view, _("Save All Files in a Folder"), _("Save"), wizard->row->flow->id,
              _("Secrets are written too: the files are for you alone."), files_save_all);
}

/* ---- machines ---- */

struct files_machines {
    struct wizard *wizard;
    char **names;
};

static void machines_free(gpointer data)
{
    struct files_machines *machines = data;

    g_strfreev(machines->names);
    g_free(machines);
}

static void machines_chosen(struct tui *tui, int chosen, void *opaque)
{
    const struct files_machines *machines = opaque;
    struct wizard *wizard = machines->wizard;
    g_autoptr(GError) error = NULL;

    if (chosen < 0)
        return;
    struct lathe_applied *applied =
        lathe_apply_to(wizard->answers, machines->names[chosen], &error);
    if (applied == NULL) {
        tui_say(tui, TUI_BAD, "%s", error->message);
        return;
    }
    lathe_applied_free(wizard->applied);
    wizard->applied = applied;
    if (*applied->note != '\0')
        tui_say(tui, TUI_GOOD, "%s", applied->note);
    else
        tui_say(tui, TUI_GOOD, _("It is in the definition of %s."), machines->names[chosen]);
}

void tui_wizard_undo(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;
    g_autoptr(lathe_applied) applied = g_steal_pointer(&wizard->applied);
    g_autoptr(GError) error = NULL;

    if (applied == NULL)
        tui_say(view->tui, TUI_WARNING, "%s", _("Nothing was applied to a machine."));
    else if (lathe_apply_undo(applied, &error))
        tui_say(view->tui, TUI_GOOD, "%s", _("The machine is as it was before."));
    else
        tui_say(view->tui, TUI_BAD, "%s", error->message);
}

void tui_wizard_apply(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;
    g_auto(GStrv) names = lathe_apply_machines();

    if (!lathe_apply_can(wizard->row->flow) || names[0] == NULL) {
        tui_say(view->tui, TUI_WARNING, "%s",
                names[0] == NULL ? _("There are no machines yet.")
                                 : _("This assistant changes no machine."));
        return;
    }
    struct files_machines *machines = g_new0(struct files_machines, 1);
    struct tui_choice *choice =
        tui_choice_new(_("Apply to a Machine"), "", machines_chosen, machines, machines_free);
    machines->wizard = wizard;
    for (char **name = names; *name != NULL; name++)
        tui_choice_add(choice, 0, NULL, *name);
    machines->names = g_steal_pointer(&names);
    tui_push(view->tui, tui_choice_view(choice));
}

/* What the step tells, of which its page may have cut the end; unless a file has the same. */
static void wizard_preview_told(const struct wizard *wizard, GString *text)
{
    const struct lathe_step *step = tui_wizard_step(wizard);
    g_autofree char *told =
        step != NULL && step->enter != NULL ? step->enter(wizard->answers) : NULL;

    for (guint i = 0; told != NULL && i < wizard->outcome->outputs->len; i++) {
        const struct lathe_output *output = wizard->outcome->outputs->pdata[i];
        if (!output->binary && strstr(output->text->str, told) != NULL)
            return;
    }
    if (told != NULL)
        g_string_append_printf(text, "%s\n", told);
}

void tui_wizard_preview(struct tui_view *view)
{
    const struct wizard *wizard = (struct wizard *)view;
    const struct wizard_row *row = wizard->in_rows ? tui_wizard_selected(wizard) : NULL;
    const char *one = row != NULL && row->kind == WIZARD_ROW_FILE ? row->label : NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    if (one == NULL)
        wizard_preview_told(wizard, text);
    for (guint i = 0; i < wizard->outcome->outputs->len; i++) {
        const struct lathe_output *output = wizard->outcome->outputs->pdata[i];
        if (one != NULL && strcmp(one, output->name) != 0)
            continue;
        g_string_append_printf(text, "%s==> %s <==\n", text->len != 0 ? "\n" : "", output->name);
        if (output->binary)
            g_string_append_printf(text, _("(%zu bytes of data)\n"), output->text->len);
        else
            g_string_append_printf(text, "%s\n", output->text->str);
    }
    tui_push(view->tui, tui_pager_new(_("Preview"), text->str, TUI_PAGER_TEXT));
}
