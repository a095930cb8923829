/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeping a trial: the machine that "lathe run FILE" would throw away becomes one of the library,
 * with the changes of its disks, and runs on. Main thread.
 */
#ifndef LATHE_CLI_RUN_KEEP_H
#define LATHE_CLI_RUN_KEEP_H

#include "app/cli/cli.h"
#include "app/session/session.h"

struct lathe_run_keep;

/* Lets the session be kept, if its machine is a trial. kept: it is cli->machine by now, and this
 * process holds its lock. NULL: it is no trial. */
struct lathe_run_keep *lathe_run_keep_new(struct lathe_cli *cli, LatheSession *session,
                                          void (*kept)(void *opaque), void *opaque);
/* After the session was closed; gives the lock back. NULL is legal. */
void lathe_run_keep_free(struct lathe_run_keep *keep);

#endif
