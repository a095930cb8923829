/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port's log: the bytes in one buffer, the line beginnings in another. When the buffer is
 * twice as long as promised its first half goes.
 */
#include "app/session/serial-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct log_line {
    gsize offset; /* in the buffer */
    gint64 time;  /* microseconds since 1970 */
};

struct lathe_serial_log {
    LatheSerial *serial;
    gulong handler;
    GByteArray *bytes;
    GArray *lines; /* of struct log_line, rising */
    gboolean line_over;
    FILE *file; /* NULL: not writing */
    gboolean timestamps;
};

static void log_write_time(FILE *file, gint64 time)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_local(time / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(seconds, "%Y-%m-%d %H:%M:%S");

    fprintf(file, "[%s.%03u] ", text, (unsigned)(time % G_USEC_PER_SEC / 1000));
}

/* Writes the buffer from offset to its end; line is the first one that begins there or later. */
static void log_write_from(struct lathe_serial_log *log, gsize offset, guint line)
{
    while (log->timestamps && line < log->lines->len) {
        const struct log_line *next = &g_array_index(log->lines, struct log_line, line++);
        fwrite(log->bytes->data + offset, 1, next->offset - offset, log->file);
        log_write_time(log->file, next->time);
        offset = next->offset;
    }
    if (log->bytes->len > offset)
        fwrite(log->bytes->data + offset, 1, log->bytes->len - offset, log->file);
    fflush(log->file);
}

static void log_note_lines(struct lathe_serial_log *log, gsize offset)
{
    gint64 now = g_get_real_time();

    for (gsize i = offset; i < log->bytes->len; i++) {
        struct log_line line = {i, now};
        if (log->line_over)
            g_array_append_val(log->lines, line);
        log->line_over = log->bytes->data[i] == '\n';
    }
}

/* Drops whole lines until no more than promised is left; a line without an end loses its head. */
static void log_trim(struct lathe_serial_log *log)
{
    guint kept = 0;
    gsize cut = log->bytes->len - LATHE_SERIAL_LOG_KEEP;

    while (kept < log->lines->len && g_array_index(log->lines, struct log_line, kept).offset < cut)
        kept++;
    if (kept < log->lines->len)
        cut = g_array_index(log->lines, struct log_line, kept).offset;
    g_array_remove_range(log->lines, 0, kept);
    g_byte_array_remove_range(log->bytes, 0, (guint)cut);
    for (guint i = 0; i < log->lines->len; i++)
        g_array_index(log->lines, struct log_line, i).offset -= cut;
}

static void log_output(LatheSerial *serial, GBytes *bytes, gpointer data)
{
    struct lathe_serial_log *log = data;
    gsize length, offset = log->bytes->len;
    guint line = log->lines->len;
    const guint8 *text = g_bytes_get_data(bytes, &length);

    g_byte_array_append(log->bytes, text, (guint)length);
    log_note_lines(log, offset);
    if (log->file != NULL)
        log_write_from(log, offset, line);
    if (log->bytes->len > 2 * LATHE_SERIAL_LOG_KEEP)
        log_trim(log);
}

gboolean lathe_serial_log_start(struct lathe_serial_log *log, const char *path, gboolean timestamps,
                                GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (file == NULL) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return FALSE;
    }
    lathe_serial_log_stop(log);
    log->file = file;
    log->timestamps = timestamps;
    log_write_from(log, 0, 0);
    return TRUE;
}

void lathe_serial_log_stop(struct lathe_serial_log *log)
{
    g_clear_pointer(&log->file, fclose);
}

gboolean lathe_serial_log_is_writing(const struct lathe_serial_log *log)
{
    return log->file != NULL;
}

void lathe_serial_log_clear(struct lathe_serial_log *log)
{
    g_byte_array_set_size(log->bytes, 0);
    g_array_set_size(log->lines, 0);
}

struct lathe_serial_log *lathe_serial_log_new(LatheSerial *serial)
{
    struct lathe_serial_log *log = g_new0(struct lathe_serial_log, 1);

    log->serial = g_object_ref(serial);
    log->bytes = g_byte_array_new();
    log->lines = g_array_new(FALSE, FALSE, sizeof(struct log_line));
    log->line_over = TRUE;
    log->handler = g_signal_connect(serial, "output", G_CALLBACK(log_output), log);
    return log;
}

void lathe_serial_log_free(struct lathe_serial_log *log)
{
    if (log == NULL)
        return;
    g_signal_handler_disconnect(log->serial, log->handler);
    lathe_serial_log_stop(log);
    g_object_unref(log->serial);
    g_byte_array_unref(log->bytes);
    g_array_unref(log->lines);
    g_free(log);
}
