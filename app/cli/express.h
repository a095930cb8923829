/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "lathe create --express", which the wizards give at link time, so that nothing here knows one.
 * Main thread.
 */
#ifndef LATHE_CLI_EXPRESS_H
#define LATHE_CLI_EXPRESS_H

#include "app/library/library.h"
#include "app/plan/definition.h"

/*
 * As lathe_make_machine (app/settings/make.h), for a machine that installs its system when it runs
 * first. how: "ask" on this terminal, or a file of answers. NULL with *error.
 */
struct lathe_machine *lathe_cli_make_express(struct lathe_library *library,
                                             struct lathe_definition *definition, uint64_t areas,
                                             const char *how, GError **error);

#endif
