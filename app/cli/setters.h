/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The setters of the option table: each checks one value and puts it into the parsed line. */
#ifndef LATHE_CLI_SETTERS_H
#define LATHE_CLI_SETTERS_H

#include "app/cli/cli.h"

/* value is NULL for an option without an argument. False with *error: one line. */
#define OPTION(id, name, argument, verbs, flags, words, help)                                      \
    bool lathe_set_##id(struct lathe_cli *cli, const char *value, GError **error);
#define LATER_OPTION(name, argument, accepted, verbs)
#include "app/cli/options.inc"
#undef OPTION
#undef LATER_OPTION

#endif
