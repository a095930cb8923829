/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting a machine: "lathe run" in a session of its own, so that it outlives who started it. What
 * it says goes to the machine's log; what kills it, too, as long as somebody is there to see it.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/actions/actions-private.h"
#include "app/library/last-words.h"
#include "app/plan/error.h"

/* The word that means this machine and no other one: its name, or its folder's. */
static char *start_word(const struct action_call *call)
{
    g_autoptr(lathe_machine) found = lathe_library_find(call->library, call->machine->name, NULL);
    bool good = found != NULL && strcmp(found->id, call->machine->id) == 0;

    return g_strdup(good ? call->machine->name : call->machine->id);
}

static int start_open_log(const struct lathe_machine *machine)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_LOG);

    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* In the child, between fork and exec. */
static void start_on_child(gpointer data)
{
    setsid();
}

/* Not by those that ask a process to end, which it does in order. */
static void start_on_end(GPid pid, int status, gpointer data)
{
    struct lathe_machine *machine = data;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (number != 0)
        lathe_last_words_killed(machine, number);
    g_spawn_close_pid(pid);
}

static void start_free_machine(gpointer machine)
{
    lathe_machine_free(machine);
}

static bool start_spawn(const struct action_call *call, const char *word, int log, GError **error)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    const char *words[] = {program != NULL ? program : "lathe", "run", "--", word, NULL};
    g_autoptr(GError) found = NULL;
    GPid pid;

    if (!g_spawn_async_with_pipes_and_fds(
            "/", words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
            start_on_child, NULL, -1, -1, log, NULL, NULL, 0, &pid, NULL, NULL, NULL, &found)) {
        g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST, "%s", found->message);
        return false;
    }
    g_child_watch_add_full(G_PRIORITY_DEFAULT, pid, start_on_end, lathe_machine_copy(call->machine),
                           start_free_machine);
    return true;
}

char *action_start(const struct action_call *call, GError **error)
{
    g_autofree char *word = start_word(call);
    int log = start_open_log(call->machine);
    bool started = start_spawn(call, word, log, error);

    if (log >= 0)
        close(log);
    return started ? g_strdup("") : NULL;
}
