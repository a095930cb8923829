/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of what can be applied, and the way through app/settings' edit, which knows locks. */
#include "wizards/apply/apply.h"

#include "app/config/write.h"
#include "app/library/library.h"
#include "app/plan/error.h"
#include "app/settings/edit.h"
#include "wizards/topology/topology.h"

static const struct apply_row {
    const struct lathe_flow *flow;
    /* False with *error: it has no place in a machine. */
    bool (*apply)(const struct lathe_answers *answers, struct lathe_definition *definition,
                  GError **error);
    void (*take)(struct lathe_answers *answers, const struct lathe_definition *definition);
    uint64_t areas; /* LATHE_AREA_... that are changed */
} apply_rows[] = {
    {&lathe_topology_flow, lathe_topology_apply, lathe_topology_take,
     LATHE_AREA_TOPOLOGY | LATHE_AREA_MEMORY | LATHE_AREA_CELLS},
};

static const struct apply_row *apply_find(const struct lathe_flow *flow)
{
    for (gsize i = 0; i < G_N_ELEMENTS(apply_rows); i++) {
        if (apply_rows[i].flow == flow)
            return &apply_rows[i];
    }
    return NULL;
}

bool lathe_apply_can(const struct lathe_flow *flow)
{
    return apply_find(flow) != NULL;
}

/* The first thing that is left to do, as an error. */
static bool apply_is_whole(const struct lathe_answers *answers, GError **error)
{
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);
    bool whole = !lathe_problems_fatal(problems);

    for (guint i = 0; !whole && i < problems->found->len; i++) {
        const struct lathe_problem *problem = problems->found->pdata[i];
        if (problem->warning)
            continue;
        lathe_error_input(error, "%s: %s",
                          problem->question != NULL ? problem->question->id : problem->step->id,
                          problem->sentence);
        break;
    }
    lathe_problems_free(problems);
    return whole;
}

static bool apply_change(struct lathe_definition *definition, const void *opaque, GError **error)
{
    const struct lathe_answers *answers = opaque;

    return apply_find(lathe_answers_flow(answers))->apply(answers, definition, error);
}

bool lathe_apply_to(const struct lathe_answers *answers, const char *machine, GError **error)
{
    const struct apply_row *row = apply_find(lathe_answers_flow(answers));

    if (row == NULL)
        return lathe_error_input(error, "this assistant changes no machine");
    if (!apply_is_whole(answers, error))
        return false;
    g_autoptr(lathe_edit) edit = lathe_edit_open(machine, error);
    return edit != NULL && lathe_edit_change(edit, row->areas, apply_change, answers, error) &&
           lathe_edit_apply(edit, error);
}

struct lathe_answers *lathe_apply_from(const struct lathe_flow *flow, const char *machine,
                                       GError **error)
{
    const struct apply_row *row = apply_find(flow);
    g_autoptr(lathe_edit) edit = lathe_edit_open(machine, error);
    const struct lathe_definition *definition = edit ? lathe_edit_definition(edit) : NULL;

    if (edit != NULL && definition == NULL)
        lathe_error_input(error, "%s", lathe_edit_problem(edit));
    if (definition == NULL)
        return NULL;
    struct lathe_answers *answers = lathe_answers_new(flow);
    if (row != NULL)
        row->take(answers, definition);
    return answers;
}

char **lathe_apply_machines(void)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GPtrArray) machines = lathe_library_list(library, NULL);
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; machines != NULL && i < machines->len; i++)
        g_ptr_array_add(names, g_strdup(((struct lathe_machine *)machines->pdata[i])->name));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
