/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe FILE FILE...": a machine for each, every one a process of its own. Main thread. */
#ifndef LATHE_CLI_RUN_FILES_H
#define LATHE_CLI_RUN_FILES_H

#include <glib.h>

/* Waits for all of them; returns the first exit status that is not 0. paths: of char *. */
int lathe_run_files(const GPtrArray *paths);

#endif
