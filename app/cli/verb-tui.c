/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe tui": the library in this terminal, by a module of the program. */
#include "app/cli/cli.h"
#include "app/cli/front-end.h"

int lathe_verb_tui(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 0)
        return lathe_cli_fail(LATHE_EXIT_USAGE, "lathe tui takes no operands");
    const struct lathe_front_end *front_end = lathe_front_end_find("tui", &error);
    if (front_end == NULL || !front_end->start(FALSE, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}
