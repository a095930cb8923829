/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe stop|pause|resume|reset|suspend|discard NAME": what is said to a running machine over its
 * control socket, and what became of one that was suspended. */
#include "app/actions/actions.h"
#include "app/cli/machines.h"

static int control_say(const struct lathe_cli *cli, enum lathe_action_id id)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_machine) machine = lathe_machines_take(library, cli, &error);
    g_autofree char *done =
        machine != NULL ? lathe_action_do(&lathe_actions[id], library, machine, NULL, &error)
                        : NULL;

    return done != NULL ? LATHE_EXIT_OK : lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
}

/* The power button, which the guest may not heed; --force is the plug. */
int lathe_verb_stop(struct lathe_cli *cli)
{
    return control_say(cli, cli->keep.force ? LATHE_ACTION_FORCE_OFF : LATHE_ACTION_STOP);
}

int lathe_verb_pause(struct lathe_cli *cli)
{
    return control_say(cli, LATHE_ACTION_PAUSE);
}

int lathe_verb_resume(struct lathe_cli *cli)
{
    return control_say(cli, LATHE_ACTION_RESUME);
}

int lathe_verb_reset(struct lathe_cli *cli)
{
    return control_say(cli, LATHE_ACTION_RESET);
}

int lathe_verb_suspend(struct lathe_cli *cli)
{
    return control_say(cli, LATHE_ACTION_SUSPEND);
}

int lathe_verb_discard(struct lathe_cli *cli)
{
    return control_say(cli, LATHE_ACTION_DISCARD);
}
