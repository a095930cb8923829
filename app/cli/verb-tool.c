/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs whose commands are tools that the wizards bring along. */
#include "app/cli/cli.h"

#include <glib/gi18n.h>

#include "app/cli/tool.h"

static int tool_run_verb(const char *verb, const struct lathe_cli *cli)
{
    const struct lathe_tool *tool = lathe_tool_find(verb);

    if (tool == NULL)
        return lathe_cli_fail(LATHE_EXIT_INTERNAL, _("this program was built without its wizards"));
    return lathe_tool_run(tool, (char *const *)cli->operands->pdata, cli->operands->len);
}

int lathe_verb_firmware(struct lathe_cli *cli)
{
    return tool_run_verb("firmware", cli);
}

int lathe_verb_recording(struct lathe_cli *cli)
{
    return tool_run_verb("recording", cli);
}

int lathe_verb_seed(struct lathe_cli *cli)
{
    return tool_run_verb("seed", cli);
}

int lathe_verb_wizard(struct lathe_cli *cli)
{
    return tool_run_verb("wizard", cli);
}
