/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates are tried on a copy of the answers: what the rules say of it decides. */
#include "wizards/flow/repair.h"

#include <glib/gi18n.h>
#include <string.h>

struct lathe_repairs {
    const struct lathe_answers *answers;
    const struct lathe_problem *problem;
    guint faults;              /* that there are now */
    struct lathe_repair *best; /* NULL: none yet */
    unsigned cost;             /* of the best */
};

static void repair_free(gpointer data)
{
    struct lathe_repair *repair = data;

    if (repair == NULL)
        return;
    g_free(repair->problem);
    g_free(repair->typed);
    g_free(repair->sentence);
    g_free(repair);
}

static guint repair_count(const struct lathe_problems *problems, const struct lathe_problem *wanted)
{
    guint count = 0;

    for (guint i = 0; i < problems->found->len; i++) {
        const struct lathe_problem *problem = problems->found->pdata[i];
        bool same = wanted == NULL || (problem->question == wanted->question &&
                                       strcmp(problem->sentence, wanted->sentence) == 0);
        count += same && !problem->warning;
    }
    return count;
}

/* Is the problem gone then, and are there fewer than now? */
static bool repair_mends(const struct lathe_repairs *repairs, const char *id, const char *typed)
{
    struct lathe_answers *copy = lathe_answers_copy(repairs->answers);
    bool mends = false;

    if (lathe_answers_set(copy, id, typed, NULL)) {
        struct lathe_problems *after = lathe_flow_check(copy, NULL);
        mends = repair_count(after, NULL) < repairs->faults &&
                repair_count(after, repairs->problem) == 0;
        lathe_problems_free(after);
    }
    lathe_answers_free(copy);
    return mends;
}

void lathe_repair_try(struct lathe_repairs *repairs, const char *id, const char *typed,
                      unsigned cost, const char *format, ...)
{
    const struct lathe_flow *flow = lathe_answers_flow(repairs->answers);
    va_list arguments;

    if ((repairs->best != NULL && repairs->cost <= cost) || !repair_mends(repairs, id, typed))
        return;
    repair_free(repairs->best);
    repairs->cost = cost;
    repairs->best = g_new0(struct lathe_repair, 1);
    repairs->best->step = repairs->problem->step;
    repairs->best->question = lathe_flow_find(flow, id, NULL);
    repairs->best->problem = g_strdup(repairs->problem->sentence);
    repairs->best->typed = g_strdup(typed);
    va_start(arguments, format);
    repairs->best->sentence = g_strdup_vprintf(gettext(format), arguments);
    va_end(arguments);
}

GPtrArray *lathe_flow_repair(const struct lathe_answers *answers)
{
    const struct lathe_flow *flow = lathe_answers_flow(answers);
    GPtrArray *found = g_ptr_array_new_with_free_func(repair_free);
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);

    for (guint i = 0; flow->repair != NULL && i < problems->found->len; i++) {
        struct lathe_repairs repairs = {answers, problems->found->pdata[i],
                                        repair_count(problems, NULL), NULL, 0};
        if (!repairs.problem->warning)
            flow->repair(answers, repairs.problem, &repairs);
        if (repairs.best != NULL)
            g_ptr_array_add(found, repairs.best);
    }
    lathe_problems_free(problems);
    return found;
}

bool lathe_repair_make(struct lathe_answers *answers, const struct lathe_repair *repair,
                       GError **error)
{
    return lathe_answers_set(answers, repair->question->id, repair->typed, error);
}
