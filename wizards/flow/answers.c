/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as they were typed, and what counts of them. */
#include "wizards/flow/answers.h"

#include <string.h>

#include "app/plan/error.h"

struct answer {
    char *typed, *trimmed;
};

struct lathe_answers {
    const struct lathe_flow *flow;
    GHashTable *given; /* of struct answer, by the question's id */
    bool masked;
};

static void answer_free(gpointer data)
{
    struct answer *answer = data;

    g_free(answer->typed);
    g_free(answer->trimmed);
    g_free(answer);
}

struct lathe_answers *lathe_answers_new(const struct lathe_flow *flow)
{
    struct lathe_answers *answers = g_new0(struct lathe_answers, 1);

    answers->flow = flow;
    answers->given = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, answer_free);
    return answers;
}

void lathe_answers_free(struct lathe_answers *answers)
{
    if (answers == NULL)
        return;
    g_hash_table_unref(answers->given);
    g_free(answers);
}

void lathe_answers_take(struct lathe_answers *answers, struct lathe_answers *from)
{
    g_hash_table_unref(answers->given);
    answers->given = g_hash_table_ref(from->given);
    lathe_answers_free(from);
}

const struct lathe_flow *lathe_answers_flow(const struct lathe_answers *answers)
{
    return answers->flow;
}

static void answers_put(struct lathe_answers *answers, const struct lathe_question *question,
                        const char *typed)
{
    struct answer *answer = g_new0(struct answer, 1);

    answer->typed = g_strdup(typed);
    answer->trimmed = g_strdup(typed);
    if (question->kind != LATHE_QUESTION_SECRET)
        g_strstrip(answer->trimmed);
    g_hash_table_replace(answers->given, (gpointer)question->id, answer);
}

/* Only lists have lines. */
static bool answers_typable(const struct lathe_question *question, const char *typed,
                            GError **error)
{
    if (strlen(typed) > LATHE_ANSWER_MAX)
        return lathe_error_input(error, "the answer to '%s' is longer than 64 KiB", question->id);
    if (!g_utf8_validate(typed, -1, NULL))
        return lathe_error_input(error, "the answer to '%s' is not in UTF-8", question->id);
    for (const char *at = typed; *at != '\0'; at++) {
        bool line_end = *at == '\n' && question->kind == LATHE_QUESTION_LIST;
        if (!line_end && g_ascii_iscntrl(*at))
            return lathe_error_input(error, "the answer to '%s' has a control character in it",
                                     question->id);
    }
    return true;
}

bool lathe_answers_set(struct lathe_answers *answers, const char *id, const char *typed,
                       GError **error)
{
    const struct lathe_question *question = lathe_flow_find(answers->flow, id, NULL);

    if (question == NULL)
        return lathe_error_input(
            error, "there is no question '%s'; lathe wizard %s --questions lists them", id,
            answers->flow->id);
    if (typed == NULL) {
        g_hash_table_remove(answers->given, id);
        return true;
    }
    if (!answers_typable(question, typed, error))
        return false;
    answers_put(answers, question, typed);
    return true;
}

const char *lathe_answers_typed(const struct lathe_answers *answers, const char *id)
{
    const struct answer *answer = g_hash_table_lookup(answers->given, id);

    return answer != NULL ? answer->typed : NULL;
}

bool lathe_answers_add_line(struct lathe_answers *answers, const char *id, const char *line,
                            GError **error)
{
    const char *before = lathe_answers_typed(answers, id);
    g_autofree char *lines =
        before != NULL ? g_strconcat(before, "\n", line, NULL) : g_strdup(line);

    return lathe_answers_set(answers, id, lines, error);
}

bool lathe_answers_asked(const struct lathe_answers *answers, const struct lathe_question *question)
{
    return question->asked == NULL || question->asked(answers);
}

const char *lathe_answers_value(const struct lathe_answers *answers, const char *id)
{
    const struct lathe_question *question = lathe_flow_find(answers->flow, id, NULL);
    const struct answer *answer = g_hash_table_lookup(answers->given, id);
    const char *value = NULL;

    if (question == NULL || !lathe_answers_asked(answers, question))
        return "";
    if (answer != NULL && *answer->trimmed != '\0')
        value = answer->trimmed;
    else
        value = question->propose != NULL ? question->propose(answers) : question->initial;
    if (value != NULL && *value != '\0' && answers->masked &&
        question->kind == LATHE_QUESTION_SECRET)
        return LATHE_SECRET_MASK;
    return value != NULL ? value : "";
}

bool lathe_answers_is(const struct lathe_answers *answers, const char *id, const char *text)
{
    return strcmp(lathe_answers_value(answers, id), text) == 0;
}

bool lathe_answers_on(const struct lathe_answers *answers, const char *id)
{
    const char *value = lathe_answers_value(answers, id);

    return *value != '\0' && strcmp(value, "no") != 0;
}

gint64 lathe_answers_number(const struct lathe_answers *answers, const char *id)
{
    gint64 number = 0;

    if (!g_ascii_string_to_signed(lathe_answers_value(answers, id), 10, G_MININT64, G_MAXINT64,
                                  &number, NULL))
        return 0;
    return number;
}

char **lathe_answers_list(const struct lathe_answers *answers, const char *id)
{
    g_auto(GStrv) lines = g_strsplit(lathe_answers_value(answers, id), "\n", -1);
    GPtrArray *list = g_ptr_array_new();

    for (char **line = lines; *line != NULL; line++) {
        if (*g_strstrip(*line) != '\0')
            g_ptr_array_add(list, g_strdup(*line));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

struct lathe_answers *lathe_answers_copy(const struct lathe_answers *answers)
{
    struct lathe_answers *copy = lathe_answers_new(answers->flow);
    GHashTableIter iter;
    gpointer id, answer;

    g_hash_table_iter_init(&iter, answers->given);
    while (g_hash_table_iter_next(&iter, &id, &answer))
        answers_put(copy, lathe_flow_find(copy->flow, id, NULL), ((struct answer *)answer)->typed);
    return copy;
}

struct lathe_answers *lathe_answers_mask(const struct lathe_answers *answers)
{
    struct lathe_answers *copy = lathe_answers_copy(answers);

    copy->masked = true;
    return copy;
}

bool lathe_answers_masked(const struct lathe_answers *answers)
{
    return answers->masked;
}
