/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe wizard": any flow of wizards/, asked on a terminal or fed by a file. Main thread only. */
#ifndef LATHE_WIZARDS_CLI_WIZARD_H
#define LATHE_WIZARDS_CLI_WIZARD_H

#include "app/cli/tool.h"
#include "wizards/flow/answers.h"

extern const struct lathe_tool lathe_wizard_tool;

/* Prints what the flow asks. */
void lathe_wizard_list(const struct lathe_flow *flow);
/* The same as JSON, an object a step: also what counts, which are asked with these answers, and
 * which choices are possible. */
void lathe_wizard_list_json(const struct lathe_answers *answers);
/* Prints files, notes and problems as one object. */
void lathe_wizard_print_json(const struct lathe_outcome *outcome,
                             const struct lathe_problems *problems);

#endif
