/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command prints of a flow: its questions, and an outcome as JSON. */
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "app/cli/cli.h"
#include "wizards/cli/firmware.h"
#include "wizards/cli/wizard.h"

static const char *const kinds[] = {
    [LATHE_QUESTION_TEXT] = "text",     [LATHE_QUESTION_NUMBER] = "number",
    [LATHE_QUESTION_CHOICE] = "choice", [LATHE_QUESTION_SWITCH] = "yes or no",
    [LATHE_QUESTION_LIST] = "list",     [LATHE_QUESTION_SECRET] = "secret",
    [LATHE_QUESTION_FILE] = "file",
};

static void list_question(const struct lathe_question *question)
{
    g_autoptr(GString) text = g_string_new(NULL);

    printf("  %-16s %s (%s", question->id, gettext(question->label), kinds[question->kind]);
    if (question->kind == LATHE_QUESTION_NUMBER)
        printf(" %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, question->low, question->high);
    if (question->initial != NULL)
        printf(", %s", question->initial);
    printf(")\n");
    lathe_help_wrap(text, gettext(question->help));
    fputs(text->str, stdout);
    for (const struct lathe_choice *row = question->choices; row != NULL && row->id != NULL; row++)
        printf("          %-14s %s\n", row->id, gettext(row->label));
}

void lathe_wizard_list(const struct lathe_flow *flow)
{
    for (const struct lathe_step *step = flow->steps; step->id != NULL; step++) {
        if (step->questions != NULL)
            printf("%s\n", gettext(step->title));
        for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
             row++)
            list_question(row);
    }
}

/* ---- JSON ---- */

static void json_choices(JsonBuilder *builder, const struct lathe_question *question,
                         const struct lathe_answers *answers)
{
    json_builder_set_member_name(builder, "choices");
    json_builder_begin_array(builder);
    for (const struct lathe_choice *row = question->choices; row->id != NULL; row++) {
        json_builder_begin_object(builder);
        lathe_json_text(builder, "id", row->id);
        lathe_json_text(builder, "label", gettext(row->label));
        lathe_json_truth(builder, "possible", row->possible == NULL || row->possible(answers));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void json_question(JsonBuilder *builder, const struct lathe_question *question,
                          const struct lathe_answers *answers)
{
    json_builder_begin_object(builder);
    lathe_json_text(builder, "id", question->id);
    lathe_json_text(builder, "label", gettext(question->label));
    lathe_json_text(builder, "help", question->help != NULL ? gettext(question->help) : NULL);
    lathe_json_text(builder, "kind", kinds[question->kind]);
    lathe_json_truth(builder, "asked", lathe_answers_asked(answers, question));
    lathe_json_truth(builder, "required", question->required);
    lathe_json_text(builder, "value",
                    question->kind == LATHE_QUESTION_SECRET &&
                            lathe_answers_on(answers, question->id)
                        ? LATHE_SECRET_MASK
                        : lathe_answers_value(answers, question->id));
    if (question->kind == LATHE_QUESTION_NUMBER) {
        lathe_json_number(builder, "low", question->low);
        lathe_json_number(builder, "high", question->high);
    }
    if (question->choices != NULL)
        json_choices(builder, question, answers);
    json_builder_end_object(builder);
}

void lathe_wizard_list_json(const struct lathe_answers *answers)
{
    const struct lathe_flow *flow = lathe_answers_flow(answers);
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_array(builder);
    for (const struct lathe_step *step = flow->steps; step->id != NULL; step++) {
        json_builder_begin_object(builder);
        lathe_json_text(builder, "id", step->id);
        lathe_json_text(builder, "title", gettext(step->title));
        json_builder_set_member_name(builder, "questions");
        json_builder_begin_array(builder);
        for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
             row++)
            json_question(builder, row, answers);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    lathe_json_print(builder);
}

static void json_problem(JsonBuilder *builder, const struct lathe_problem *problem)
{
    json_builder_begin_object(builder);
    lathe_json_text(builder, "step", problem->step->id);
    lathe_json_text(builder, "question", problem->question != NULL ? problem->question->id : NULL);
    lathe_json_truth(builder, "warning", problem->warning);
    lathe_json_text(builder, "sentence", problem->sentence);
    json_builder_end_object(builder);
}

static void json_files(JsonBuilder *builder, const struct lathe_outcome *outcome)
{
    json_builder_set_member_name(builder, "files");
    json_builder_begin_array(builder);
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        json_builder_begin_object(builder);
        lathe_json_text(builder, "name", output->name);
        lathe_json_text(builder, "text", output->text->str);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

void lathe_wizard_print_json(const struct lathe_outcome *outcome,
                             const struct lathe_problems *problems)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_files(builder, outcome);
    json_builder_set_member_name(builder, "notes");
    json_builder_begin_array(builder);
    for (guint i = 0; i < outcome->notes->len; i++)
        json_builder_add_string_value(builder, outcome->notes->pdata[i]);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "problems");
    json_builder_begin_array(builder);
    for (guint i = 0; i < problems->found->len; i++)
        json_problem(builder, problems->found->pdata[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    lathe_json_print(builder);
}
