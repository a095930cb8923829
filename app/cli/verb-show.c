/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe show NAME|FILE.xml": what a definition says, whatever this host is, and what is wrong with
 * it.
 */
#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/machines.h"
#include "app/config/config.h"
#include "app/plan/plan.h"

/* What can be said of one that cannot run: what else of it would not be used. */
static void show_findings(const struct lathe_config *config)
{
    g_autoptr(GArray) findings = lathe_config_check(config);

    for (int kind = LATHE_FINDING_LATER; kind <= LATHE_FINDING_KEPT; kind++) {
        g_autofree char *text =
            lathe_findings_format(config, findings, (enum lathe_finding_kind)kind);
        if (text != NULL)
            puts(text);
    }
}

int lathe_verb_show(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 1)
        return lathe_cli_fail(LATHE_EXIT_USAGE, _("lathe show takes one NAME or FILE.xml"));
    g_autoptr(lathe_config) config = lathe_machines_read(cli->operands->pdata[0], &error);
    if (config == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    if (!lathe_config_fill(config, cli->definition, &error)) {
        show_findings(config);
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    }
    g_autoptr(lathe_plan) plan = lathe_plan_outline(cli->definition);
    g_autofree char *text = lathe_plan_format(plan);
    fputs(text, stdout);
    return LATHE_EXIT_OK;
}
