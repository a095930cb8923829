/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who ends "lathe run", and with which status: the machine, --expect-serial, --timeout, a signal,
 * Ctrl-] or the window. The first one decides. Main thread.
 */
#ifndef LATHE_CLI_RUN_CONTROL_H
#define LATHE_CLI_RUN_CONTROL_H

#include "app/cli/cli.h"
#include "app/cli/front-end.h"

struct lathe_definition;

/* The verbs reach it there. Where there is no place for the socket it runs all the same. */
void lathe_run_choose_socket(struct lathe_definition *definition);

/* Runs a built session until something ends it; front_end NULL: without a window. Returns the exit
 * status; what there is to say is on standard error then. */
int lathe_run_control(struct lathe_cli *cli, LatheSession *session,
                      const struct lathe_front_end *front_end);

#endif
