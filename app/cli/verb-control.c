/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe stop|pause|resume|reset NAME": what is said to a running machine over its control socket.
 */
#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/plan/error.h"

#define CONTROL_PATIENCE 10000 /* ms; an answer comes at once unless the machine hangs */

static struct lathe_control *control_connect(const struct lathe_machine *machine, GError **error)
{
    g_autofree char *path = lathe_machines_control_path(machine->pid);

    if (machine->use == LATHE_LOCK_RUN && machine->pid != 0)
        return lathe_control_connect(path, CONTROL_PATIENCE, error);
    lathe_error_input(error, "'%s' does not run; lathe run '%s' starts it", machine->name,
                      machine->name);
    return NULL;
}

static bool control_call(const struct lathe_machine *machine, const char *command, GError **error)
{
    struct lathe_control *control = control_connect(machine, error);
    JsonNode *answer = control != NULL ? lathe_control_call(control, command, NULL, error) : NULL;
    bool done = answer != NULL;

    g_clear_pointer(&answer, json_node_unref);
    lathe_control_free(control);
    return done;
}

static int control_say(const struct lathe_cli *cli, const char *command)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_machine) machine = lathe_machines_take(library, cli, &error);

    if (machine == NULL || !control_call(machine, command, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}

/* The power button, which the guest may not heed; --force is the plug. */
int lathe_verb_stop(struct lathe_cli *cli)
{
    return control_say(cli, cli->keep.force ? "quit" : "system_powerdown");
}

int lathe_verb_pause(struct lathe_cli *cli)
{
    return control_say(cli, "stop");
}

int lathe_verb_resume(struct lathe_cli *cli)
{
    return control_say(cli, "cont");
}

int lathe_verb_reset(struct lathe_cli *cli)
{
    return control_say(cli, "system_reset");
}
