/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of control sockets: "PROCESS.control". */
#include "app/control/control-path.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_SUFFIX         ".control"
#define PATH_CONSOLE_SUFFIX ".console" /* app/console */

char *lathe_control_folder(void)
{
    return g_build_filename(g_get_user_runtime_dir(), "lathe", NULL);
}

char *lathe_control_path(pid_t pid)
{
    g_autofree char *folder = lathe_control_folder();
    g_autofree char *name = g_strdup_printf("%d" PATH_SUFFIX, (int)pid);

    return g_build_filename(folder, name, NULL);
}

pid_t lathe_control_process(const char *name)
{
    return g_str_has_suffix(name, PATH_SUFFIX) ? (pid_t)MAX(atoi(name), 0) : 0;
}

static bool path_is_socket(const char *name)
{
    return g_str_has_suffix(name, PATH_SUFFIX) || g_str_has_suffix(name, PATH_CONSOLE_SUFFIX);
}

void lathe_control_sweep(void)
{
    g_autofree char *folder = lathe_control_folder();
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        int pid = path_is_socket(name) ? atoi(name) : 0;
        if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
            unlink(path);
    }
}
