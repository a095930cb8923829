/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs about machines of the library share. Main thread. */
#ifndef LATHE_CLI_MACHINES_H
#define LATHE_CLI_MACHINES_H

#include "app/cli/cli.h"
#include "app/config/config.h"
#include "app/library/library.h"

/*
 * A NAME or a FILE? What has a '/' is a file; then a machine of this name counts more than a file.
 * *machine: NULL for a file. False with *error: neither.
 */
bool lathe_machines_resolve(const char *operand, struct lathe_machine **machine, GError **error);
/* The only operand, a machine's name. NULL with *error. */
struct lathe_machine *lathe_machines_take(struct lathe_library *library,
                                          const struct lathe_cli *cli, GError **error);
/* Of a NAME or a FILE, the names of files in it whole. NULL with *error. */
struct lathe_config *lathe_machines_read(const char *operand, GError **error);

/* Was the option given? */
bool lathe_cli_given(const struct lathe_cli *cli, const char *option);
/* What of a machine the options of the line set: LATHE_AREA_... (app/config/write.h). */
unsigned lathe_machines_areas(const struct lathe_cli *cli);

/* A text for a terminal: nothing of it moves the cursor; g_free. */
char *lathe_machines_shown(const char *text);

#endif
