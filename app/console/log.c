/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes are one buffer. Marks say when: one for each batch in which a line began, and one for
 * each reset, so that there are never more marks than batches; they are bounded, too.
 */
#include "app/console/log.h"

#include <string.h>

#define LOG_MARKS_MAX 131072u

struct log_mark {
    guint64 offset;
    gint64 time;
    gboolean reset;
};

struct lathe_console_log {
    gsize keep;
    GByteArray *bytes;
    guint64 start; /* offset of bytes[0] */
    GArray *marks; /* of struct log_mark, rising */
    guint64 first; /* the number of marks[0] among all marks that ever were */
    bool line_over;
};

static const struct log_mark *log_mark(const struct lathe_console_log *log, guint number)
{
    return &g_array_index(log->marks, struct log_mark, number);
}

/* ---- writing ---- */

/* The first byte at or behind the offset that begins a line; the end if there is none. */
static gsize log_line_start(const struct lathe_console_log *log, const guint8 *data, gsize length)
{
    const guint8 *feed;

    if (log->line_over)
        return 0;
    feed = memchr(data, '\n', length);
    return feed != NULL ? (gsize)(feed + 1 - data) : length;
}

static void log_add_mark(struct lathe_console_log *log, guint64 offset, gint64 time, gboolean reset)
{
    const struct log_mark mark = {offset, time, reset};

    g_array_append_val(log->marks, mark);
}

/* Drops marks that say nothing about what is kept; but the last before the start tells its time. */
static void log_trim_marks(struct lathe_console_log *log, guint most)
{
    guint gone = log->marks->len > most ? log->marks->len - most : 0;

    while (gone + 1 < log->marks->len && log_mark(log, gone + 1)->offset <= log->start)
        gone++;
    if (gone == 0)
        return;
    g_array_remove_range(log->marks, 0, gone);
    log->first += gone;
}

static void log_drop(struct lathe_console_log *log, gsize length)
{
    g_byte_array_remove_range(log->bytes, 0, (guint)length);
    log->start += length;
    log_trim_marks(log, LOG_MARKS_MAX);
}

static void log_trim(struct lathe_console_log *log)
{
    if (log->bytes->len > 2 * log->keep)
        log_drop(log, log->bytes->len - log->keep);
    if (log->marks->len > LOG_MARKS_MAX)
        log_trim_marks(log, LOG_MARKS_MAX / 2);
}

void lathe_console_log_append(struct lathe_console_log *log, const void *data, gsize length,
                              gint64 time)
{
    guint64 end = lathe_console_log_end(log);
    gsize line = log_line_start(log, data, length);

    if (length == 0)
        return;
    if (line < length)
        log_add_mark(log, end + line, time, FALSE);
    g_byte_array_append(log->bytes, data, (guint)length);
    log->line_over = ((const guint8 *)data)[length - 1] == '\n';
    log_trim(log);
}

void lathe_console_log_reset(struct lathe_console_log *log, gint64 time)
{
    log_add_mark(log, lathe_console_log_end(log), time, TRUE);
    log->line_over = true;
    log_trim(log);
}

void lathe_console_log_clear(struct lathe_console_log *log)
{
    log_drop(log, log->bytes->len);
}

/* ---- looking ---- */

guint64 lathe_console_log_start(const struct lathe_console_log *log)
{
    return log->start;
}

guint64 lathe_console_log_end(const struct lathe_console_log *log)
{
    return log->start + log->bytes->len;
}

const guint8 *lathe_console_log_bytes(const struct lathe_console_log *log)
{
    return log->bytes->data;
}

/* How many marks are at or before the offset. */
static guint log_marks_until(const struct lathe_console_log *log, guint64 offset)
{
    guint low = 0, high = log->marks->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (log_mark(log, middle)->offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

gint64 lathe_console_log_time(const struct lathe_console_log *log, guint64 offset)
{
    guint until = log_marks_until(log, offset);

    return until != 0 ? log_mark(log, until - 1)->time : 0;
}

guint lathe_console_log_count_resets(const struct lathe_console_log *log)
{
    guint count = 0;

    for (guint i = 0; i < log->marks->len; i++)
        count += log_mark(log, i)->reset ? 1 : 0;
    return count;
}

guint64 lathe_console_log_get_reset(const struct lathe_console_log *log, guint number, gint64 *time)
{
    for (guint i = 0; i < log->marks->len; i++) {
        if (!log_mark(log, i)->reset || number-- != 0)
            continue;
        *time = log_mark(log, i)->time;
        return log_mark(log, i)->offset;
    }
    *time = 0;
    return log->start;
}

/* ---- reading along ---- */

/* Moves over what is gone. True: something was. */
static bool log_catch_up(const struct lathe_console_log *log, struct lathe_console_cursor *cursor,
                         struct lathe_console_piece *out)
{
    cursor->mark = MAX(cursor->mark, log->first);
    if (cursor->offset >= log->start)
        return false;
    *out = (struct lathe_console_piece){LATHE_CONSOLE_LOST, NULL, log->start - cursor->offset, 0};
    cursor->offset = log->start;
    return true;
}

/* Passes the marks at the cursor. True: one of them is a reset. */
static bool log_pass_marks(const struct lathe_console_log *log, struct lathe_console_cursor *cursor,
                           struct lathe_console_piece *out)
{
    while (cursor->mark - log->first < log->marks->len) {
        const struct log_mark *mark = log_mark(log, (guint)(cursor->mark - log->first));
        if (mark->offset > cursor->offset)
            return false;
        cursor->mark++;
        if (!mark->reset || mark->offset < log->start)
            continue;
        *out = (struct lathe_console_piece){LATHE_CONSOLE_RESET, NULL, 0, mark->time};
        return true;
    }
    return false;
}

bool lathe_console_log_next(const struct lathe_console_log *log,
                            struct lathe_console_cursor *cursor, gsize most,
                            struct lathe_console_piece *out)
{
    guint64 end = lathe_console_log_end(log);

    if (log_catch_up(log, cursor, out) || log_pass_marks(log, cursor, out))
        return true;
    if (cursor->offset >= end || most == 0)
        return false;
    guint at = (guint)(cursor->mark - log->first);
    guint64 until = at < log->marks->len ? MIN(end, log_mark(log, at)->offset) : end;
    gsize length = MIN(most, until - cursor->offset);
    *out = (struct lathe_console_piece){LATHE_CONSOLE_BYTES,
                                        log->bytes->data + (cursor->offset - log->start), length,
                                        at > 0 ? log_mark(log, at - 1)->time : 0};
    cursor->offset += length;
    return true;
}

/* ---- life ---- */

struct lathe_console_log *lathe_console_log_new(gsize keep)
{
    struct lathe_console_log *log = g_new0(struct lathe_console_log, 1);

    log->keep = keep;
    log->bytes = g_byte_array_new();
    log->marks = g_array_new(FALSE, FALSE, sizeof(struct log_mark));
    log->line_over = true;
    return log;
}

void lathe_console_log_free(struct lathe_console_log *log)
{
    if (log == NULL)
        return;
    g_byte_array_unref(log->bytes);
    g_array_unref(log->marks);
    g_free(log);
}
