/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps what a console wrote in a log, and writes it and what follows to a file. Main thread. The
 * console is referenced.
 */
#ifndef LATHE_CONSOLE_RECORD_H
#define LATHE_CONSOLE_RECORD_H

#include "app/console/console.h"
#include "app/console/log.h"

struct lathe_console_record;

/* How much of a console a viewer keeps, at least and in bytes; twice as much at most. */
#define LATHE_CONSOLE_RECORD_KEEP (4u << 20)

/* Connects before whoever comes later: its log has what they are told. */
struct lathe_console_record *lathe_console_record_new(LatheConsole *console);
void lathe_console_record_free(struct lathe_console_record *record); /* NULL is legal */
/* Borrowed. */
const struct lathe_console_log *
lathe_console_record_get_log(const struct lathe_console_record *record);

/*
 * Replaces the file (mode 0600) by what is kept, and goes on writing to it until stopped; with
 * timestamps each line begins with "[2026-01-31 13:45:10.123] ". FALSE with *error.
 */
gboolean lathe_console_record_start(struct lathe_console_record *record, const char *path,
                                    gboolean timestamps, GError **error);
void lathe_console_record_stop(struct lathe_console_record *record);
gboolean lathe_console_record_is_writing(const struct lathe_console_record *record);
/* Writes what is kept to another file, and no more. FALSE with *error: it is not whole. */
gboolean lathe_console_record_export(const struct lathe_console_record *record, const char *path,
                                     gboolean timestamps, GError **error);
/* Forgets what is kept. */
void lathe_console_record_clear(struct lathe_console_record *record);

/* "2026-01-31 13:45:10.123", local; g_free. */
char *lathe_console_format_time(gint64 time);

#endif
