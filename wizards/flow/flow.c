/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows: looking questions up, asking the rules, and putting the outcome together. */
#include "wizards/flow/flow.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/flow/answers.h"

static const struct lathe_question *step_find(const struct lathe_step *step, const char *id)
{
    for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
         row++) {
        if (strcmp(row->id, id) == 0)
            return row;
    }
    return NULL;
}

const struct lathe_question *lathe_flow_find(const struct lathe_flow *flow, const char *id,
                                             const struct lathe_step **step)
{
    for (const struct lathe_step *row = flow->steps; row->id != NULL; row++) {
        const struct lathe_question *question = step_find(row, id);
        if (question != NULL && step != NULL)
            *step = row;
        if (question != NULL)
            return question;
    }
    return NULL;
}

char *lathe_step_tell(const struct lathe_step *step, const struct lathe_answers *answers)
{
    char *text = step->enter != NULL ? step->enter(answers) : NULL;

    for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
         row++) {
        if (lathe_answers_asked(answers, row))
            return text;
    }
    return text != NULL ? text : g_strdup(_("With the other answers, nothing is asked here."));
}

/* ---- one answer ---- */

static bool check_number(const struct lathe_question *question, const char *text, GError **error)
{
    gint64 number = 0;

    if (g_ascii_string_to_signed(text, 10, question->low, question->high, &number, NULL))
        return true;
    return lathe_error_input(error, "'%s' is no number from %lld to %lld", text,
                             (long long)question->low, (long long)question->high);
}

static bool check_choice(const struct lathe_answers *answers, const struct lathe_question *question,
                         const char *text, GError **error)
{
    g_autoptr(GString) ids = g_string_new(NULL);

    for (const struct lathe_choice *row = question->choices; row->id != NULL; row++) {
        if (row->possible != NULL && !row->possible(answers))
            continue;
        if (strcmp(row->id, text) == 0)
            return true;
        g_string_append_printf(ids, "%s%s", ids->len != 0 ? ", " : "", row->id);
    }
    return lathe_error_input(error, "'%s' is no choice here; there are: %s", text, ids->str);
}

static bool check_lines(const struct lathe_question *question, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (*g_strstrip(*line) != '\0' && !question->check(*line, error))
            return false;
    }
    return true;
}

bool lathe_question_check(const struct lathe_answers *answers,
                          const struct lathe_question *question, const char *text, GError **error)
{
    g_autofree char *trimmed = g_strdup(text);

    if (question->kind != LATHE_QUESTION_SECRET)
        g_strstrip(trimmed);
    if (*trimmed == '\0')
        return !question->required || lathe_error_input(error, "this has to be answered");
    if (question->kind == LATHE_QUESTION_NUMBER && !check_number(question, trimmed, error))
        return false;
    if (question->kind == LATHE_QUESTION_CHOICE && !check_choice(answers, question, trimmed, error))
        return false;
    if (question->kind == LATHE_QUESTION_SWITCH && strcmp(trimmed, "yes") != 0 &&
        strcmp(trimmed, "no") != 0)
        return lathe_error_input(error, "'%s' is neither yes nor no", trimmed);
    if (question->check == NULL)
        return true;
    if (question->kind == LATHE_QUESTION_LIST)
        return check_lines(question, trimmed, error);
    return question->check(trimmed, error);
}

/* ---- problems ---- */

static void problem_free(gpointer data)
{
    struct lathe_problem *problem = data;

    g_free(problem->sentence);
    g_free(problem);
}

static void problem_take(struct lathe_problems *problems, const char *id, bool warning,
                         char *sentence)
{
    struct lathe_problem *problem = g_new0(struct lathe_problem, 1);

    problem->step = problems->step;
    problem->question = id != NULL ? step_find(problems->step, id) : NULL;
    problem->warning = warning;
    problem->sentence = sentence;
    g_ptr_array_add(problems->found, problem);
}

void lathe_problem_add(struct lathe_problems *problems, const char *id, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problem_take(problems, id, false, g_strdup_vprintf(gettext(format), arguments));
    va_end(arguments);
}

void lathe_problem_warn(struct lathe_problems *problems, const char *id, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problem_take(problems, id, true, g_strdup_vprintf(gettext(format), arguments));
    va_end(arguments);
}

static void check_step(const struct lathe_answers *answers, const struct lathe_step *step,
                       struct lathe_problems *problems)
{
    problems->step = step;
    for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
         row++) {
        g_autoptr(GError) error = NULL;
        if (lathe_answers_asked(answers, row) &&
            !lathe_question_check(answers, row, lathe_answers_value(answers, row->id), &error))
            problem_take(problems, row->id, false, g_strdup(error->message));
    }
    if (step->validate != NULL)
        step->validate(answers, problems);
}

struct lathe_problems *lathe_flow_check(const struct lathe_answers *answers,
                                        const struct lathe_step *step)
{
    struct lathe_problems *problems = g_new0(struct lathe_problems, 1);

    problems->flow = lathe_answers_flow(answers);
    problems->found = g_ptr_array_new_with_free_func(problem_free);
    for (const struct lathe_step *row = problems->flow->steps; row->id != NULL; row++) {
        if (step == NULL || step == row)
            check_step(answers, row, problems);
    }
    return problems;
}

void lathe_problems_free(struct lathe_problems *problems)
{
    if (problems == NULL)
        return;
    g_ptr_array_unref(problems->found);
    g_free(problems);
}

bool lathe_problems_fatal(const struct lathe_problems *problems)
{
    for (guint i = 0; i < problems->found->len; i++) {
        if (!((const struct lathe_problem *)problems->found->pdata[i])->warning)
            return true;
    }
    return false;
}

/* ---- outcome ---- */

static void output_free(gpointer data)
{
    struct lathe_output *output = data;

    g_free(output->name);
    g_string_free(output->text, TRUE);
    g_free(output);
}

struct lathe_outcome *lathe_flow_compose(const struct lathe_answers *answers, bool masked)
{
    struct lathe_outcome *outcome = g_new0(struct lathe_outcome, 1);
    struct lathe_answers *hidden = masked ? lathe_answers_mask(answers) : NULL;

    outcome->outputs = g_ptr_array_new_with_free_func(output_free);
    outcome->notes = g_ptr_array_new_with_free_func(g_free);
    for (const struct lathe_step *row = lathe_answers_flow(answers)->steps; row->id != NULL;
         row++) {
        if (row->apply != NULL)
            row->apply(masked ? hidden : answers, outcome);
    }
    lathe_answers_free(hidden);
    return outcome;
}

struct lathe_outcome *lathe_flow_finish(struct lathe_answers *answers)
{
    const struct lathe_flow *flow = lathe_answers_flow(answers);

    if (flow->complete != NULL)
        flow->complete(answers);
    return lathe_flow_compose(answers, false);
}

void lathe_outcome_free(struct lathe_outcome *outcome)
{
    if (outcome == NULL)
        return;
    g_ptr_array_unref(outcome->outputs);
    g_ptr_array_unref(outcome->notes);
    g_free(outcome);
}

static struct lathe_output *outcome_need(struct lathe_outcome *outcome, const char *name)
{
    for (guint i = 0; i < outcome->outputs->len; i++) {
        struct lathe_output *output = outcome->outputs->pdata[i];
        if (strcmp(output->name, name) == 0)
            return output;
    }
    struct lathe_output *output = g_new0(struct lathe_output, 1);
    output->name = g_strdup(name);
    output->text = g_string_new(NULL);
    g_ptr_array_add(outcome->outputs, output);
    return output;
}

GString *lathe_outcome_file(struct lathe_outcome *outcome, const char *name)
{
    return outcome_need(outcome, name)->text;
}

GString *lathe_outcome_bytes(struct lathe_outcome *outcome, const char *name)
{
    struct lathe_output *output = outcome_need(outcome, name);

    output->binary = true;
    return output->text;
}

void lathe_outcome_note(struct lathe_outcome *outcome, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(outcome->notes, g_strdup_vprintf(gettext(format), arguments));
    va_end(arguments);
}
