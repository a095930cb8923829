/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts this program again for each file, and waits. */
#include "app/cli/run-files.h"

#include <errno.h>
#include <sys/wait.h>

#include "app/cli/cli.h"

/* 0: it could not be started, and why was said. */
static GPid run_file(const char *program, const char *path)
{
    const char *arguments[] = {program, "run", "--", path, NULL};
    g_autoptr(GError) error = NULL;
    GPid child = 0;

    if (!g_spawn_async(NULL, (char **)arguments, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, &child,
                       &error))
        lathe_cli_fail(0, error->message);
    return child;
}

static int run_wait(GPid child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return LATHE_EXIT_INTERNAL;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lathe_run_files(const GPtrArray *paths)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    GPid *children = g_new0(GPid, paths->len);
    int first = LATHE_EXIT_OK;

    for (guint i = 0; i < paths->len; i++)
        children[i] = run_file(program != NULL ? program : "lathe", paths->pdata[i]);
    for (guint i = 0; i < paths->len; i++) {
        int status = children[i] != 0 ? run_wait(children[i]) : LATHE_EXIT_INTERNAL;
        first = first != LATHE_EXIT_OK ? first : status;
    }
    g_free(children);
    return first;
}
