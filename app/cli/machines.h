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
/*
 * Machines of the library, one for each operand, each once; of struct lathe_machine *, to be freed
 * with g_ptr_array_unref. What there is not is told on standard error, and *status becomes that of
 * the program; without an operand, too.
 */
GPtrArray *lathe_machines_find(struct lathe_library *library, const struct lathe_cli *cli,
                               int *status);
/* Does one thing with each NAME in turn; what fails is told, the others are done. The program's
 * status. */
typedef bool lathe_machines_do(struct lathe_library *library, const struct lathe_cli *cli,
                               const char *name, GError **error);
int lathe_machines_each(const struct lathe_cli *cli, lathe_machines_do *one);
/* Of a NAME or a FILE, the names of files in it whole. NULL with *error. */
struct lathe_config *lathe_machines_read(const char *operand, GError **error);

/* Was the option given? */
bool lathe_cli_given(const struct lathe_cli *cli, const char *option);
/* What of a machine the options of the line set: LATHE_AREA_... (app/config/write.h). */
uint64_t lathe_machines_areas(const struct lathe_cli *cli);

/* A text for a terminal: nothing of it moves the cursor; g_free. */
char *lathe_machines_shown(const char *text);

#endif
