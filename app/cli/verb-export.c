/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe export FILE.xml": a definition for other programs, on standard output. */
#include <stdio.h>

#include "app/cli/cli.h"
#include "app/config/config.h"

int lathe_verb_export(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 1 || cli->format == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, "lathe export takes one FILE.xml and --format");
    g_autoptr(lathe_config) config = lathe_config_read(cli->operands->pdata[0], &error);
    if (config == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    g_autofree char *text = lathe_config_format(config);
    fputs(text, stdout);
    return LATHE_EXIT_OK;
}
