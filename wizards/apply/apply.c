/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of what can be applied, and the way through app/settings' edit, which knows locks. */
#include "wizards/apply/apply.h"

#include <string.h>

#include "app/config/write.h"
#include "app/library/library.h"
#include "app/plan/error.h"
#include "app/settings/edit.h"
#include "wizards/choice/choice.h"
#include "wizards/topology/topology.h"

static const struct apply_row {
    const struct lathe_flow *flow;
    /* False with *error: it has no place in a machine. */
    bool (*apply)(const struct lathe_answers *answers, struct lathe_definition *definition,
                  GError **error);
    void (*take)(struct lathe_answers *answers, const struct lathe_definition *definition);
    /* What is to be known of the change; NULL: nothing. */
    char *(*tell)(const struct lathe_definition *before, const struct lathe_definition *after);
    uint64_t areas; /* LATHE_AREA_... that are changed */
} apply_rows[] = {
    {&lathe_topology_flow, lathe_topology_apply, lathe_topology_take, NULL,
     LATHE_AREA_TOPOLOGY | LATHE_AREA_MEMORY | LATHE_AREA_CELLS | LATHE_AREA_CONTROLLERS |
         LATHE_AREA_PLACES},
    {&lathe_firmware_flow, lathe_firmware_apply, lathe_firmware_take, lathe_firmware_tell,
     LATHE_AREA_FIRMWARE},
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

void lathe_applied_free(struct lathe_applied *applied)
{
    if (applied == NULL)
        return;
    g_free(applied->machine);
    g_free(applied->note);
    g_free(applied->before);
    g_free(applied->after);
    g_free(applied);
}

/* A change while it is made. */
struct apply_work {
    const struct apply_row *row;
    const struct lathe_answers *answers;
    const struct lathe_definition *before;
    struct lathe_applied *applied;
};

static bool apply_change(struct lathe_definition *definition, const void *opaque, GError **error)
{
    const struct apply_work *work = opaque;

    if (definition->home == NULL)
        definition->home = g_strdup(work->applied->machine);
    if (!work->row->apply(work->answers, definition, error))
        return false;
    work->applied->note =
        work->row->tell != NULL ? work->row->tell(work->before, definition) : g_strdup("");
    return true;
}

/* As it is in the file: names of the machine's own files are relative there. */
static char *apply_read(const char *machine, GError **error)
{
    g_autoptr(lathe_edit) edit = lathe_edit_open(machine, error);

    return edit != NULL ? lathe_edit_get_xml(edit) : NULL;
}

static bool apply_make(struct lathe_edit *edit, const struct apply_work *work, GError **error)
{
    work->applied->machine = g_strdup(lathe_edit_machine(edit)->folder);
    work->applied->before = lathe_edit_get_xml(edit);
    if (work->before == NULL)
        return lathe_error_input(error, "%s", lathe_edit_problem(edit));
    if (!lathe_edit_change(edit, work->row->areas, apply_change, work, error) ||
        !lathe_edit_apply(edit, error))
        return false;
    work->applied->after = apply_read(work->applied->machine, error);
    return work->applied->after != NULL;
}

struct lathe_applied *lathe_apply_to(const struct lathe_answers *answers, const char *machine,
                                     GError **error)
{
    const struct apply_row *row = apply_find(lathe_answers_flow(answers));
    g_autoptr(lathe_edit) edit = NULL;

    if (row == NULL)
        lathe_error_input(error, "this assistant changes no machine");
    else if (apply_is_whole(answers, error))
        edit = lathe_edit_open(machine, error);
    if (edit == NULL)
        return NULL;
    g_autoptr(lathe_applied) applied = g_new0(struct lathe_applied, 1);
    const struct apply_work work = {row, answers, lathe_edit_definition(edit), applied};
    return apply_make(edit, &work, error) ? g_steal_pointer(&applied) : NULL;
}

bool lathe_apply_undo(const struct lathe_applied *applied, GError **error)
{
    g_autoptr(lathe_edit) edit = lathe_edit_open(applied->machine, error);
    g_autofree char *now = edit != NULL ? lathe_edit_get_xml(edit) : NULL;

    if (edit == NULL)
        return false;
    if (strcmp(now, applied->after) != 0)
        return lathe_error_input(error, "the machine was changed since");
    return lathe_edit_set_xml(edit, applied->before, error) && lathe_edit_apply(edit, error);
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

char *lathe_apply_name(const char *machine)
{
    g_autoptr(lathe_edit) edit = lathe_edit_open(machine, NULL);

    return edit != NULL ? g_strdup(lathe_edit_machine(edit)->name) : NULL;
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
