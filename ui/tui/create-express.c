/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field for each question of wizards/express that has a text for an answer. */
#include "ui/tui/create-express.h"

#include <glib/gi18n.h>

#include "app/config/write.h"
#include "app/settings/make.h"
#include "ui/tui/create-form.h"
#include "ui/tui/form.h"
#include "wizards/express/express.h"

struct express {
    LatheWatch *watch;
    struct lathe_definition *definition;
    struct lathe_answers *answers;
    GPtrArray *questions; /* of const struct lathe_question *: a field each */
    bool start;
};

static void express_free(gpointer data)
{
    struct express *express = data;

    lathe_definition_free(express->definition);
    lathe_answers_free(express->answers);
    g_ptr_array_unref(express->questions);
    g_object_unref(express->watch);
    g_free(express);
}

/* False with *error, and the keys go to the field that is wrong. */
static bool express_take(struct express *express, struct tui_form *form, GError **error)
{
    for (guint i = 0; i < express->questions->len; i++) {
        const struct lathe_question *question = express->questions->pdata[i];
        const char *text = tui_form_get(form, (int)i);
        if (!lathe_answers_set(express->answers, question->id, text, error) ||
            !lathe_question_check(express->answers, question, text, error)) {
            tui_form_focus(form, (int)i);
            return false;
        }
    }
    return true;
}

/* The definition is used up by the first try, so what can be wrong is looked at before. */
static bool express_make(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct express *express = opaque;
    const uint64_t areas = LATHE_EXPRESS_AREAS | LATHE_AREA_TPM;

    if (!express_take(express, form, error) ||
        !lathe_express_check(express->answers, express->definition, error))
        return false;
    g_autoptr(lathe_machine) machine =
        lathe_make_machine_with(lathe_watch_get_library(express->watch), express->definition, areas,
                                lathe_express_prepare, express->answers, error);
    if (machine != NULL)
        tui_create_tell(tui, express->watch, machine, express->start);
    return machine != NULL;
}

static void express_add_fields(struct express *express, struct tui_form *form)
{
    const struct lathe_question *question = lathe_express_flow.steps[0].questions;

    for (; question->id != NULL; question++) {
        bool secret = question->kind == LATHE_QUESTION_SECRET;
        if ((question->kind != LATHE_QUESTION_TEXT && !secret) ||
            !lathe_answers_asked(express->answers, question))
            continue;
        g_ptr_array_add(express->questions, (gpointer)question);
        tui_form_add(form, secret ? TUI_FIELD_SECRET : TUI_FIELD_TEXT, gettext(question->label),
                     gettext(question->help), lathe_answers_value(express->answers, question->id));
    }
}

void tui_create_express_open(struct tui *tui, LatheWatch *watch,
                             struct lathe_definition *definition, struct lathe_answers *answers,
                             bool start)
{
    struct express *express = g_new0(struct express, 1);

    express->watch = g_object_ref(watch);
    express->definition = definition;
    express->answers = answers;
    express->questions = g_ptr_array_new();
    express->start = start;
    struct tui_form *form = tui_form_new(_("Install without a question"), _("Create"), express_make,
                                         express, express_free);
    express_add_fields(express, form);
    tui_push(tui, tui_form_view(form));
}
