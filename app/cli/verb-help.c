/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe help [COMMAND]". */
#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/cli.h"

static int help_unknown(const char *name)
{
    g_autofree char *later = lathe_later_verb(name);
    g_autofree char *text =
        later ? g_steal_pointer(&later)
              : g_strdup_printf("there is no command '%s'; lathe help lists them", name);

    return lathe_cli_fail(LATHE_EXIT_USAGE, text);
}

int lathe_verb_help(struct lathe_cli *cli)
{
    const struct lathe_verb *verb = NULL;

    if (cli->operands->len > 1)
        return lathe_cli_fail(LATHE_EXIT_USAGE, _("lathe help takes one command at most"));
    if (cli->operands->len == 1) {
        verb = lathe_verb_find(cli->operands->pdata[0]);
        if (verb == NULL)
            return help_unknown(cli->operands->pdata[0]);
    }
    g_autofree char *text = lathe_help_text(verb);
    fputs(text, stdout);
    return LATHE_EXIT_OK;
}
