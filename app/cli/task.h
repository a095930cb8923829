/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long work of a verb in the terminal: its progress in percent, where standard error is one, and
 * Ctrl-C, which ends the work before it ends the process, so that nothing half is left. Main
 * thread, one piece of work at a time.
 */
#ifndef LATHE_CLI_TASK_H
#define LATHE_CLI_TASK_H

#include "app/images/task.h"

/* From here on signals stop the work. */
void lathe_cli_task_begin(struct lathe_task *task);
/* The work is over and has cleaned up: ends the process if a signal came that stopped it, else
 * returns status. */
int lathe_cli_task_end(int status);

#endif
