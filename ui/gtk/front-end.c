/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front ends that are built into the program. */
#include "app/cli/front-end.h"

#include "ui/gtk/application.h"

const struct lathe_front_end lathe_front_ends[] = {
    {"gtk", lathe_gtk_run, lathe_gtk_start, lathe_gtk_quit},
    {NULL, NULL, NULL, NULL},
};
