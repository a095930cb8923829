/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A console's log and files of it. A file is written from the log, by readers of it. */
#include "app/console/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct record_file {
    FILE *stream; /* NULL: none */
    struct lathe_console_cursor cursor;
    gboolean timestamps;
    gboolean line_over;
};

struct lathe_console_record {
    LatheConsole *console;
    gulong handlers[2];
    struct lathe_console_log *log;
    struct record_file file;
};

char *lathe_console_format_time(gint64 time)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_local(time / G_USEC_PER_SEC);
    g_autofree char *text =
        seconds != NULL ? g_date_time_format(seconds, "%Y-%m-%d %H:%M:%S") : NULL;

    return g_strdup_printf("%s.%03u", text != NULL ? text : "?",
                           (unsigned)(time % G_USEC_PER_SEC / 1000));
}

/* ---- files ---- */

static void file_write_time(struct record_file *file, gint64 time)
{
    g_autofree char *text = lathe_console_format_time(time);

    fprintf(file->stream, "[%s] ", text);
}

static void file_write_line(struct record_file *file, const guint8 *data, gsize length, gint64 time)
{
    if (file->timestamps && file->line_over)
        file_write_time(file, time);
    fwrite(data, 1, length, file->stream);
    file->line_over = data[length - 1] == '\n';
}

static void file_write_piece(struct record_file *file, const struct lathe_console_piece *piece)
{
    gsize at = 0;

    while (piece->kind == LATHE_CONSOLE_BYTES && at < piece->length) {
        const guint8 *data = piece->data + at;
        const guint8 *feed = memchr(data, '\n', piece->length - at);
        gsize length = feed != NULL ? (gsize)(feed + 1 - data) : piece->length - at;
        file_write_line(file, data, length, piece->time);
        at += length;
    }
}

static void file_write(struct record_file *file, const struct lathe_console_log *log)
{
    struct lathe_console_piece piece;

    while (lathe_console_log_next(log, &file->cursor, G_MAXSIZE, &piece))
        file_write_piece(file, &piece);
    fflush(file->stream);
}

static gboolean file_fail(const char *path, GError **error)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
                g_strerror(errno));
    return FALSE;
}

static gboolean file_open(struct record_file *file, const struct lathe_console_log *log,
                          const char *path, gboolean timestamps, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    *file = (struct record_file){fd >= 0 ? fdopen(fd, "w") : NULL, {0}, timestamps, TRUE};
    file->cursor.offset = lathe_console_log_start(log);
    if (file->stream != NULL)
        return TRUE;
    file_fail(path, error);
    if (fd >= 0)
        close(fd);
    return FALSE;
}

gboolean lathe_console_record_start(struct lathe_console_record *record, const char *path,
                                    gboolean timestamps, GError **error)
{
    struct record_file file;

    if (!file_open(&file, record->log, path, timestamps, error))
        return FALSE;
    lathe_console_record_stop(record);
    record->file = file;
    file_write(&record->file, record->log);
    return TRUE;
}

void lathe_console_record_stop(struct lathe_console_record *record)
{
    g_clear_pointer(&record->file.stream, fclose);
}

gboolean lathe_console_record_is_writing(const struct lathe_console_record *record)
{
    return record->file.stream != NULL;
}

gboolean lathe_console_record_export(const struct lathe_console_record *record, const char *path,
                                     gboolean timestamps, GError **error)
{
    struct record_file file;

    if (!file_open(&file, record->log, path, timestamps, error))
        return FALSE;
    file_write(&file, record->log);
    gboolean good = ferror(file.stream) == 0;
    good = fclose(file.stream) == 0 && good;
    return good || file_fail(path, error);
}

/* ---- the log ---- */

static void record_on_output(LatheConsole *console, GBytes *bytes, gint64 time,
                             struct lathe_console_record *record)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    lathe_console_log_append(record->log, data, length, time);
    if (record->file.stream != NULL)
        file_write(&record->file, record->log);
}

static void record_on_reset(LatheConsole *console, gint64 time, struct lathe_console_record *record)
{
    lathe_console_log_reset(record->log, time);
}

const struct lathe_console_log *
lathe_console_record_get_log(const struct lathe_console_record *record)
{
    return record->log;
}

void lathe_console_record_clear(struct lathe_console_record *record)
{
    lathe_console_log_clear(record->log);
}

struct lathe_console_record *lathe_console_record_new(LatheConsole *console)
{
    struct lathe_console_record *record = g_new0(struct lathe_console_record, 1);

    record->console = g_object_ref(console);
    record->log = lathe_console_log_new(LATHE_CONSOLE_RECORD_KEEP);
    record->handlers[0] = g_signal_connect(console, "output", G_CALLBACK(record_on_output), record);
    record->handlers[1] = g_signal_connect(console, "reset", G_CALLBACK(record_on_reset), record);
    return record;
}

void lathe_console_record_free(struct lathe_console_record *record)
{
    if (record == NULL)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(record->handlers); i++)
        g_signal_handler_disconnect(record->console, record->handlers[i]);
    lathe_console_record_stop(record);
    lathe_console_log_free(record->log);
    g_object_unref(record->console);
    g_free(record);
}
