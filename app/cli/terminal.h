/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process's own terminal (or pipes) as a serial console: raw while it lasts, given back as it
 * was in every case, and Ctrl-] leaves. Main thread; one at a time in a process.
 */
#ifndef LATHE_CLI_TERMINAL_H
#define LATHE_CLI_TERMINAL_H

#include "app/console/console.h"

struct lathe_terminal;

/* greeting: a line for who sits at a terminal. on_leave: the user pressed Ctrl-], or standard
 * output is gone. */
struct lathe_terminal *lathe_terminal_new(LatheConsole *console, const char *greeting,
                                          void (*on_leave)(void *opaque), void *opaque);
/* Writes what is left, gives the terminal back. NULL is legal. */
void lathe_terminal_free(struct lathe_terminal *terminal);

#endif
