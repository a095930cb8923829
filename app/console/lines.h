/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log as lines that can be read: without escape sequences, with the time each began, and a line
 * for each reset. Lines are numbered as they are found; those that the log dropped go, and one that
 * says so stands for what it dropped between two updates. Any thread, one at a time.
 */
#ifndef LATHE_CONSOLE_LINES_H
#define LATHE_CONSOLE_LINES_H

#include "app/console/log.h"

/* A longer line is cut into several. */
#define LATHE_CONSOLE_LINE_MAX 4096u

struct lathe_console_line {
    guint64 offset; /* in the log */
    gint64 time;    /* microseconds since 1970 */
    guint32 length; /* without its end */
    bool reset;     /* the machine was reset here; it has no text */
    bool lost;      /* bytes are missing here; it has no text */
};

struct lathe_console_lines;

/* The log is borrowed and must live longer. */
struct lathe_console_lines *lathe_console_lines_new(const struct lathe_console_log *log);
void lathe_console_lines_free(struct lathe_console_lines *lines); /* NULL is legal */

/* Takes what came to the log since. Returns the number of the first line that is new or other. */
guint64 lathe_console_lines_update(struct lathe_console_lines *lines);
/* Numbers of the first line and of the one behind the last. */
guint64 lathe_console_lines_start(const struct lathe_console_lines *lines);
guint64 lathe_console_lines_end(const struct lathe_console_lines *lines);
/* start <= number < end; borrowed until the next update. */
const struct lathe_console_line *lathe_console_lines_get(const struct lathe_console_lines *lines,
                                                         guint64 number);
/* Its text as it stood on the screen in the end, UTF-8; g_free. "" for a reset. */
char *lathe_console_lines_dup_text(const struct lathe_console_lines *lines, guint64 number);

/* The same for any bytes: no controls, tabs as spaces. g_free. */
char *lathe_console_plain_text(const guint8 *data, gsize length);
/* 16 bytes: "00000010  6c 61 ...  |la...|"; g_free. length <= 16. */
char *lathe_console_hex_row(guint64 offset, const guint8 *data, gsize length);

#endif
