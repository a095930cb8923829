/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between two lists of variables. Pure; any thread. */
#ifndef LATHE_WIZARDS_FIRMWARE_STORE_DIFF_H
#define LATHE_WIZARDS_FIRMWARE_STORE_DIFF_H

#include "wizards/firmware/variable.h"

struct lathe_variable_change {
    const struct lathe_variable *before, *after; /* NULL: not there; borrowed */
};

/* One change for each variable that is not the same, in the order of before, then of after. */
GArray *lathe_variables_diff(const GPtrArray *before, const GPtrArray *after);

/*
 * One line for each thing that a change takes away ("- ...") and brings ("+ ..."): the value, what
 * is in it, and attributes and time where only they differ. g_strfreev.
 */
char **lathe_variable_change_details(const struct lathe_variable_change *change);

#endif
