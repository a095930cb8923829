/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kinds of LatheConsole implement, and what they tell by. Main thread. */
#ifndef LATHE_CONSOLE_CONSOLE_CLASS_H
#define LATHE_CONSOLE_CONSOLE_CLASS_H

#include "app/console/console.h"

struct _LatheConsoleClass {
    GObjectClass parent;
    gsize (*send)(LatheConsole *console, const void *data, gsize length);
    gsize (*get_waiting)(LatheConsole *console);
    void (*send_break)(LatheConsole *console);
    void (*resize)(LatheConsole *console, guint columns, guint rows); /* NULL: nobody is told */
    char *(*dup_location)(LatheConsole *console); /* NULL: it leads nowhere else */
    void (*close)(LatheConsole *console); /* called once at most while it is used, and at the end */
};

/* The names are copied. */
void lathe_console_set_names(LatheConsole *console, const char *title, const char *machine);
/* Emits "changed" if it is another; reason "" for open. */
void lathe_console_set_state(LatheConsole *console, LatheConsoleState state, const char *reason);

void lathe_console_emit_output(LatheConsole *console, const void *data, gsize length, gint64 time);
void lathe_console_emit_reset(LatheConsole *console, gint64 time);
void lathe_console_emit_lost(LatheConsole *console, guint64 bytes);
void lathe_console_emit_replayed(LatheConsole *console);
void lathe_console_emit_drained(LatheConsole *console);

#endif
