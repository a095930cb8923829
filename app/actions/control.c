/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to a running machine, over its control socket. */
#include "app/actions/actions-private.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/library/saved.h"
#include "app/plan/error.h"

#define SAY_PATIENCE     10000  /* ms; an answer comes at once unless the machine hangs */
#define SUSPEND_PATIENCE 600000 /* ms; memory is written to a disk that may be slow */
#define SUSPEND_STEP_US  20000  /* between two looks whether its process has gone */
#define SUSPEND_STEPS    1500

struct lathe_control *lathe_action_connect(const struct lathe_machine *machine, guint patience,
                                           GError **error)
{
    pid_t pid = 0;
    bool runs = lathe_lock_look(machine->folder, &pid) == LATHE_LOCK_RUN && pid != 0;
    g_autofree char *path = lathe_control_path(pid);

    if (runs)
        return lathe_control_connect(path, patience, error);
    lathe_error_input(error, "'%s' does not run; lathe run '%s' starts it", machine->name,
                      machine->name);
    return NULL;
}

static char *say_within(const struct action_call *call, const char *command, int patience,
                        GError **error)
{
    struct lathe_control *control = lathe_action_connect(call->machine, (guint)patience, error);
    g_autoptr(JsonNode) answer =
        control != NULL ? lathe_control_call(control, command, NULL, error) : NULL;

    lathe_control_free(control);
    return answer != NULL ? g_strdup("") : NULL;
}

char *action_say(const struct action_call *call, const char *command, GError **error)
{
    return say_within(call, command, SAY_PATIENCE, error);
}

/* ---- suspending ---- */

/* It is suspended when its process has closed the disks, and has gone. */
static bool suspend_await(const struct lathe_machine *machine)
{
    for (unsigned i = 0; i < SUSPEND_STEPS; i++) {
        if (lathe_lock_look(machine->folder, NULL) != LATHE_LOCK_RUN)
            break;
        g_usleep(SUSPEND_STEP_US);
    }
    return lathe_saved_exists(machine);
}

char *action_suspend(const struct action_call *call, GError **error)
{
    g_autofree char *said = say_within(call, "__org.lathe_vm_suspend", SUSPEND_PATIENCE, error);

    if (said == NULL)
        return NULL;
    if (suspend_await(call->machine))
        return g_steal_pointer(&said);
    lathe_error_input(error, "'%s' could not be suspended; its log says why", call->machine->name);
    return NULL;
}

char *action_discard(const struct action_call *call, GError **error)
{
    const struct lathe_machine *machine = call->machine;
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, error);

    if (lock == NULL)
        return NULL;
    if (!lathe_saved_exists(machine)) {
        lathe_error_input(error, "'%s' is not suspended", machine->name);
        return NULL;
    }
    return lathe_saved_discard(machine, error) ? g_strdup("") : NULL;
}

char *action_start_afresh(const struct action_call *call, GError **error)
{
    g_autofree char *done = action_discard(call, error);

    return done != NULL ? action_start(call, error) : NULL;
}
