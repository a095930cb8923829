/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe stop|pause|resume|reset|suspend|discard NAME...": what is said to running machines over
 * their control sockets, and what became of those that were suspended. */
#include "app/actions/several.h"
#include "app/cli/machines.h"

struct control_run {
    GMainLoop *loop;
    int status;
};

static void control_on_done(gpointer opaque, const struct lathe_several *several)
{
    struct control_run *run = opaque;

    if (several->why != NULL)
        run->status = lathe_cli_fail(LATHE_EXIT_USAGE, several->why);
    g_main_loop_quit(run->loop);
}

/* All at the same time: each may take its while to be written to the disk. */
static int control_say(struct lathe_cli *cli, enum lathe_action_id id)
{
    struct control_run run = {NULL, LATHE_EXIT_OK};
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GPtrArray) machines = lathe_machines_find(library, cli, &run.status);

    if (machines->len == 0)
        return run.status;
    run.loop = g_main_loop_new(NULL, FALSE);
    lathe_several_perform(&lathe_actions[id], library, machines, NULL, control_on_done, &run);
    g_main_loop_run(run.loop);
    g_main_loop_unref(run.loop);
    return run.status;
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
