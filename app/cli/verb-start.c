/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "lathe start NAME...": machines as processes of their own, as the library's window starts them.
 * It waits until each answers on its control socket, or has told its log why it does not.
 */
#include <string.h>

#include "app/actions/actions.h"
#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/library/last-words.h"
#include "app/plan/error.h"

#define START_STEP_US 20000
#define START_STEPS   1500 /* half a minute */
#define START_ANSWER  1000 /* ms */

/* What a machine's log has more than before. */
struct start_log {
    char *path;
    gsize before;
};

static char *start_read_log(const struct start_log *log)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(log->path, &text, &length, NULL) || length < log->before)
        return g_strdup("");
    return g_strdup(text + log->before);
}

static bool start_answers(pid_t pid)
{
    g_autofree char *path = lathe_control_path(pid);
    struct lathe_control *control = lathe_control_connect(path, START_ANSWER, NULL);

    lathe_control_free(control);
    return control != NULL;
}

/* Its log says why it ended, and it is not that it has only just begun. */
static bool start_has_failed(const struct lathe_machine *machine, const struct start_log *log,
                             char **words)
{
    g_autofree char *more = start_read_log(log);

    if (!lathe_last_words_parse(more, words))
        return false;
    if (lathe_lock_look(machine->folder, NULL) == LATHE_LOCK_FREE)
        return true;
    g_clear_pointer(words, g_free);
    return false;
}

/* A machine that ran and ended in order before it was asked has been started, too. */
static bool start_await(const struct lathe_machine *machine, const struct start_log *log,
                        GError **error)
{
    g_autofree char *words = NULL;
    bool ran = false;

    for (unsigned i = 0; i < START_STEPS; i++) {
        pid_t pid = 0;
        bool runs = lathe_lock_look(machine->folder, &pid) == LATHE_LOCK_RUN;
        if (runs && pid != 0 && start_answers(pid))
            return true;
        if (!runs && start_has_failed(machine, log, &words))
            return lathe_error_input(error, "'%s': %s", machine->name, words);
        if (!runs && ran)
            return true;
        ran = runs;
        g_usleep(START_STEP_US);
    }
    return lathe_error_input(error, "'%s' does not answer; its log may say why", machine->name);
}

static bool start_one(struct lathe_library *library, const struct lathe_cli *cli, const char *name,
                      GError **error)
{
    g_autoptr(lathe_machine) machine = lathe_library_find(library, name, error);

    if (machine == NULL)
        return false;
    if (machine->use != LATHE_LOCK_FREE)
        return lathe_error_input(error, "'%s' is in use by process %d", machine->name,
                                 (int)machine->pid);
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_LOG), *old = NULL;
    struct start_log log = {path, 0};
    g_file_get_contents(path, &old, &log.before, NULL);
    g_autofree char *said =
        lathe_action_do(&lathe_actions[LATHE_ACTION_START], library, machine, NULL, error);
    return said != NULL && start_await(machine, &log, error);
}

int lathe_verb_start(struct lathe_cli *cli)
{
    return lathe_machines_each(cli, start_one);
}
