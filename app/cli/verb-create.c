/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe create NAME": a new machine in the library, made by the options of "run". */
#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/express.h"
#include "app/cli/machines.h"
#include "app/plan/definition.h"
#include "app/settings/inputs.h"
#include "app/settings/make.h"

static void create_describe(struct lathe_cli *cli)
{
    struct lathe_definition *definition = cli->definition;
    const struct lathe_keep *keep = &cli->keep;

    definition->name = g_strdup(cli->operands->pdata[0]);
    definition->title = g_strdup(keep->title);
    definition->description = g_strdup(keep->description);
    definition->group = g_strdup(keep->group);
    if (!cli->memory_given)
        lathe_inputs_settle_memory(definition);
}

int lathe_verb_create(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 1)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe create takes one NAME, the new machine's"));
    create_describe(cli);
    g_autoptr(lathe_machine) machine =
        cli->keep.express != NULL
            ? lathe_cli_make_express(library, cli->definition, lathe_machines_areas(cli),
                                     cli->keep.express, &error)
            : lathe_make_machine(library, cli->definition, lathe_machines_areas(cli), &error);
    if (machine == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    printf(_("'%s' was made in %s\n"), machine->name, machine->folder);
    return LATHE_EXIT_OK;
}
