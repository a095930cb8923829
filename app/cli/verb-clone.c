/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe clone NAME NEW": a machine made after another one. */
#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/machines.h"
#include "app/cli/task.h"
#include "app/library/clone.h"
#include "app/plan/error.h"

int lathe_verb_clone(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    struct lathe_task task;

    if (cli->operands->len != 2)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe clone takes a NAME and the new machine's"));
    g_autoptr(lathe_machine) source = lathe_library_find(library, cli->operands->pdata[0], &error);
    if (source == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    lathe_cli_task_begin(&task);
    const struct lathe_clone_options options = {
        .name = cli->operands->pdata[1],
        .linked = cli->keep.linked,
        .progress = task.step,
        .opaque = task.opaque,
    };
    g_autoptr(lathe_machine) machine = lathe_library_clone(library, source, &options, &error);
    if (lathe_cli_task_end(machine != NULL ? LATHE_EXIT_OK : LATHE_EXIT_USAGE) != LATHE_EXIT_OK)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    printf(_("'%s' was made in %s\n"), machine->name, machine->folder);
    return LATHE_EXIT_OK;
}
