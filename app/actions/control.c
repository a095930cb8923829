/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to a running machine, over its control socket. */
#include "app/actions/actions-private.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/plan/error.h"

#define SAY_PATIENCE 10000 /* ms; an answer comes at once unless the machine hangs */

static struct lathe_control *say_connect(const struct lathe_machine *machine, GError **error)
{
    pid_t pid = 0;
    bool runs = lathe_lock_look(machine->folder, &pid) == LATHE_LOCK_RUN && pid != 0;
    g_autofree char *path = lathe_control_path(pid);

    if (runs)
        return lathe_control_connect(path, SAY_PATIENCE, error);
    lathe_error_input(error, "'%s' does not run; lathe run '%s' starts it", machine->name,
                      machine->name);
    return NULL;
}

char *action_say(const struct action_call *call, const char *command, GError **error)
{
    struct lathe_control *control = say_connect(call->machine, error);
    g_autoptr(JsonNode) answer =
        control != NULL ? lathe_control_call(control, command, NULL, error) : NULL;

    lathe_control_free(control);
    return answer != NULL ? g_strdup("") : NULL;
}
