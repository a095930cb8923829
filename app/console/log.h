/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a port wrote, with the times and the machine's resets, bounded: when it is full its older
 * half goes. Offsets count all bytes that ever came, so they stay when the beginning goes. Any
 * thread, one at a time.
 */
#ifndef LATHE_CONSOLE_LOG_H
#define LATHE_CONSOLE_LOG_H

#include <glib.h>
#include <stdbool.h>

struct lathe_console_log;

/* keep: bytes that stay at least, once so many came; twice as much at most. */
struct lathe_console_log *lathe_console_log_new(gsize keep);
void lathe_console_log_free(struct lathe_console_log *log); /* NULL is legal */

/* time: microseconds since 1970. */
void lathe_console_log_append(struct lathe_console_log *log, const void *data, gsize length,
                              gint64 time);
void lathe_console_log_reset(struct lathe_console_log *log, gint64 time);
/* Forgets what is kept; offsets go on. */
void lathe_console_log_clear(struct lathe_console_log *log);

/* Where it begins and ends, and the bytes between: length is end - start. Borrowed until the next
 * append. */
guint64 lathe_console_log_start(const struct lathe_console_log *log);
guint64 lathe_console_log_end(const struct lathe_console_log *log);
const guint8 *lathe_console_log_bytes(const struct lathe_console_log *log);

/* When the line began that the byte at this offset belongs to; 0 if nothing is known. */
gint64 lathe_console_log_time(const struct lathe_console_log *log, guint64 offset);
/* The resets: their count, and where one is and when. */
guint lathe_console_log_count_resets(const struct lathe_console_log *log);
guint64 lathe_console_log_get_reset(const struct lathe_console_log *log, guint number,
                                    gint64 *time);

/* ---- reading along ---- */

/* A reader's place; zero is the beginning. */
struct lathe_console_cursor {
    guint64 offset, mark;
};

enum lathe_console_piece_kind { LATHE_CONSOLE_BYTES, LATHE_CONSOLE_RESET, LATHE_CONSOLE_LOST };

struct lathe_console_piece {
    enum lathe_console_piece_kind kind;
    const guint8 *data; /* of BYTES; borrowed until the next append */
    gsize length;       /* of BYTES and LOST */
    gint64 time;        /* of BYTES and RESET */
};

/* What comes next, at most so many bytes of it, and moves the cursor on. False: all was read. */
bool lathe_console_log_next(const struct lathe_console_log *log,
                            struct lathe_console_cursor *cursor, gsize most,
                            struct lathe_console_piece *out);

#endif
