/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the processes of machines listen, when nothing else was said. Any thread. */
#ifndef LATHE_CONTROL_CONTROL_PATH_H
#define LATHE_CONTROL_CONTROL_PATH_H

#include <glib.h>
#include <sys/types.h>

/* The folder of all of them, $XDG_RUNTIME_DIR/lathe; g_free. */
char *lathe_control_folder(void);
/* The socket of a machine's process; g_free. */
char *lathe_control_path(pid_t pid);
/* The process whose socket has this name in the folder; 0: none. */
pid_t lathe_control_process(const char *name);
/* Removes the sockets of processes that were killed. */
void lathe_control_sweep(void);

#endif
