/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe clone NAME NEW": a machine made after another one. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/machines.h"
#include "app/library/clone.h"
#include "app/plan/error.h"

static void clone_tell(void *opaque, uint64_t done, uint64_t total)
{
    int *told = opaque;
    int percent = total != 0 ? (int)(MIN(done, total) * 100.0 / (double)total) : 100;

    if (percent == *told)
        return;
    *told = percent;
    fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\r     \r" : "");
}

int lathe_verb_clone(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    int told = -1;

    if (cli->operands->len != 2)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe clone takes a NAME and the new machine's"));
    g_autoptr(lathe_machine) source = lathe_library_find(library, cli->operands->pdata[0], &error);
    if (source == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    const struct lathe_clone_options options = {
        .name = cli->operands->pdata[1],
        .linked = cli->keep.linked,
        .progress = isatty(STDERR_FILENO) ? clone_tell : NULL,
        .opaque = &told,
    };
    g_autoptr(lathe_machine) machine = lathe_library_clone(library, source, &options, &error);
    if (machine == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    printf(_("'%s' was made in %s\n"), machine->name, machine->folder);
    return LATHE_EXIT_OK;
}
