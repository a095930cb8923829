/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps what a serial port wrote lately, with the time each line began, and writes it and what
 * follows to a file. Main thread. The serial port is referenced.
 */
#ifndef LATHE_SESSION_SERIAL_LOG_H
#define LATHE_SESSION_SERIAL_LOG_H

#include "app/session/serial.h"

struct lathe_serial_log;

/* How much is kept in memory, at least and in bytes; twice as much at most. */
#define LATHE_SERIAL_LOG_KEEP (2u << 20)

struct lathe_serial_log *lathe_serial_log_new(LatheSerial *serial);
void lathe_serial_log_free(struct lathe_serial_log *log);

/*
 * Replaces the file (mode 0600) by what is kept, and goes on writing to it until stopped; with
 * timestamps each line begins with "[2026-01-31 13:45:10.123] ". FALSE with *error.
 */
gboolean lathe_serial_log_start(struct lathe_serial_log *log, const char *path, gboolean timestamps,
                                GError **error);
void lathe_serial_log_stop(struct lathe_serial_log *log);
gboolean lathe_serial_log_is_writing(const struct lathe_serial_log *log);
/* Forgets what is kept. */
void lathe_serial_log_clear(struct lathe_serial_log *log);

#endif
