/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the terminal is known. By itself in a file, since <term.h> takes many short names. */
#include "ui/tui/screen-private.h"

#include <term.h>
#include <unistd.h>

bool tui_terminfo_open(void)
{
    int found;

    return setupterm(NULL, STDOUT_FILENO, &found) == OK;
}
