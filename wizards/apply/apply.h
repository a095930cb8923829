/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes of an assistant's answers, put into a machine of the library; and a machine of the
 * library as answers. They block; any thread, an object belongs to one at a time.
 */
#ifndef LATHE_WIZARDS_APPLY_H
#define LATHE_WIZARDS_APPLY_H

#include "wizards/flow/answers.h"

/* Has what comes of the flow a place in a machine? */
bool lathe_apply_can(const struct lathe_flow *flow);
/*
 * Changes the definition of the machine of this name or folder in one step; the old one stays
 * until the new one is whole. False with *error: there is an answer missing or wrong, the machine
 * cannot be had, or it has no such thing.
 */
bool lathe_apply_to(const struct lathe_answers *answers, const char *machine, GError **error);
/* What the machine has now, as answers; new ones. NULL with *error. */
struct lathe_answers *lathe_apply_from(const struct lathe_flow *flow, const char *machine,
                                       GError **error);
/* The names of the library's machines, NULL at the end; g_strfreev. */
char **lathe_apply_machines(void);

#endif
