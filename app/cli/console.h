/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process's own terminal (or pipes) as a serial console: raw while it lasts, given back as it
 * was in every case, and Ctrl-] leaves. Main thread; one at a time in a process.
 */
#ifndef LATHE_CLI_CONSOLE_H
#define LATHE_CLI_CONSOLE_H

#include "app/session/serial.h"

struct lathe_console;

/* on_leave: the user pressed Ctrl-], or standard output is gone. */
struct lathe_console *lathe_console_new(LatheSerial *serial, void (*on_leave)(void *opaque),
                                        void *opaque);
/* Writes what is left, gives the terminal back. NULL is legal. */
void lathe_console_free(struct lathe_console *console);

#endif
