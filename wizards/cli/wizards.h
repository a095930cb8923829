/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assistants that there are, for whoever shows them: a row for each. Constant; any thread. */
#ifndef LATHE_WIZARDS_CLI_WIZARDS_H
#define LATHE_WIZARDS_CLI_WIZARDS_H

#include "wizards/flow/answers.h"

struct lathe_wizard {
    const struct lathe_flow *flow;
    /* What somebody has (a file of parameters, arguments of QEMU) as new answers; NULL with *error.
     */
    struct lathe_answers *(*read)(const char *text, gsize length, GError **error);
    const char *summary; /* not translated: the command line's */
};

/* Ended by a row without a flow. */
extern const struct lathe_wizard lathe_wizards[];

/* By its flow's id; NULL: there is none. */
const struct lathe_wizard *lathe_wizard_find(const char *id);

#endif
