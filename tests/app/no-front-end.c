/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For programs that test the command line without a toolkit: no front ends. */
#include "app/cli/front-end.h"

const struct lathe_front_end lathe_front_ends[] = {{NULL, NULL, NULL}};
