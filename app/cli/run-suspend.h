/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Suspending a machine of the library to its folder, and going on from there. Main thread.
 */
#ifndef LATHE_CLI_RUN_SUSPEND_H
#define LATHE_CLI_RUN_SUSPEND_H

#include "app/cli/cli.h"
#include "app/session/session.h"

struct lathe_saved;
struct lathe_run_suspend;

/* The state of the machine, if it is suspended, whose drives become what they were then. *saved
 * NULL: it starts afresh. False with *error: the state does not fit any more, and how to go on. */
bool lathe_run_resume_prepare(struct lathe_cli *cli, struct lathe_saved **saved, GError **error);
/* Makes a built session's machine go on from there; from then on it is not suspended. */
bool lathe_run_resume(struct lathe_cli *cli, LatheSession *session, struct lathe_saved *saved,
                      GError **error);

/* Lets the session be suspended, if its machine is kept. ended: the state is written, and the run
 * is to end. NULL: the machine is not kept. */
struct lathe_run_suspend *lathe_run_suspend_new(struct lathe_cli *cli, LatheSession *session,
                                                void (*ended)(void *opaque), void *opaque);
/* After the session was closed: what was written becomes the machine's state, if the run ended by
 * that. False with *error. Frees it; NULL is legal. */
bool lathe_run_suspend_finish(struct lathe_run_suspend *suspend, GError **error);

#endif
