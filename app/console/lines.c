/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines are found once, as they come: the last one may still grow. Escape sequences are those of
 * ECMA-48: CSI, and strings that BEL or ST ends. */
#include "app/console/lines.h"

#include <string.h>

#define LINES_TAB 8u

struct lathe_console_lines {
    const struct lathe_console_log *log;
    struct lathe_console_cursor cursor;
    GArray *lines;  /* of struct lathe_console_line */
    guint64 first;  /* number of lines[0] */
    bool line_open; /* the last one has no end yet */
};

/* ---- plain text ---- */

/* Behind the sequence that begins at data (an ESC). */
static const guint8 *plain_skip(const guint8 *at, const guint8 *end)
{
    if (++at == end)
        return end;
    if (*at == '[') {
        do
            at++;
        while (at < end && !(*at >= 0x40 && *at <= 0x7e));
        return at < end ? at + 1 : end;
    }
    if (strchr("]P_^X", *at) != NULL) {
        while (at < end && *at != '\a' && *at != 0x1b)
            at++;
        return at < end && *at == '\a' ? at + 1 : at;
    }
    while (at < end && *at >= 0x20 && *at <= 0x2f)
        at++;
    return at < end ? at + 1 : end;
}

static void plain_backspace(GString *text)
{
    while (text->len > 0 && ((guchar)text->str[text->len - 1] & 0xc0) == 0x80)
        g_string_truncate(text, text->len - 1);
    if (text->len > 0)
        g_string_truncate(text, text->len - 1);
}

static void plain_put(GString *text, guint8 byte)
{
    if (byte == '\b')
        plain_backspace(text);
    else if (byte == '\t')
        do
            g_string_append_c(text, ' ');
        while (text->len % LINES_TAB != 0);
    else if (byte >= 0x20 && byte != 0x7f)
        g_string_append_c(text, (char)byte);
}

char *lathe_console_plain_text(const guint8 *data, gsize length)
{
    const guint8 *at = data, *end = data + length;
    g_autoptr(GString) text = g_string_new(NULL);

    while (at < end) {
        if (*at == 0x1b) {
            at = plain_skip(at, end);
            continue;
        }
        if (*at == '\r' && at + 1 < end && at[1] != '\r') /* what follows is written over it */
            g_string_truncate(text, 0);
        plain_put(text, *at++);
    }
    return g_utf8_make_valid(text->str, (gssize)text->len);
}

char *lathe_console_hex_row(guint64 offset, const guint8 *data, gsize length)
{
    GString *row = g_string_new(NULL);

    g_string_append_printf(row, "%08" G_GINT64_MODIFIER "x ", offset);
    for (gsize i = 0; i < 16; i++) {
        g_string_append(row, i % 8 == 0 ? " " : "");
        if (i < length)
            g_string_append_printf(row, "%02x ", data[i]);
        else
            g_string_append(row, "   ");
    }
    g_string_append(row, " |");
    for (gsize i = 0; i < length; i++)
        g_string_append_c(row, g_ascii_isprint(data[i]) ? (char)data[i] : '.');
    return g_string_free(g_string_append_c(row, '|'), FALSE);
}

/* ---- lines ---- */

static struct lathe_console_line *lines_last(struct lathe_console_lines *lines)
{
    return &g_array_index(lines->lines, struct lathe_console_line, lines->lines->len - 1);
}

static void lines_add(struct lathe_console_lines *lines, guint64 offset, gint64 time, bool reset,
                      bool lost)
{
    const struct lathe_console_line line = {offset, time, 0, reset, lost};

    g_array_append_val(lines->lines, line);
}

/* Bytes up to a line's end belong to the last line; those behind begin others. */
static void lines_add_bytes(struct lathe_console_lines *lines, guint64 offset,
                            const struct lathe_console_piece *piece)
{
    for (gsize at = 0; at < piece->length;) {
        const guint8 *data = piece->data + at;
        if (!lines->line_open || lines_last(lines)->length >= LATHE_CONSOLE_LINE_MAX)
            lines_add(lines, offset + at, piece->time, false, false);
        struct lathe_console_line *line = lines_last(lines);
        gsize room = LATHE_CONSOLE_LINE_MAX - line->length;
        gsize most = MIN(piece->length - at, room);
        const guint8 *feed = memchr(data, '\n', most);
        gsize length = feed != NULL ? (gsize)(feed - data) : most;
        line->length += (guint32)length;
        lines->line_open = feed == NULL;
        at += length + (feed != NULL ? 1 : 0);
    }
}

static void lines_add_piece(struct lathe_console_lines *lines,
                            const struct lathe_console_piece *piece)
{
    guint64 offset = lines->cursor.offset;

    if (piece->kind == LATHE_CONSOLE_BYTES) {
        lines_add_bytes(lines, offset - piece->length, piece);
        return;
    }
    lines_add(lines, offset, piece->time, piece->kind == LATHE_CONSOLE_RESET,
              piece->kind == LATHE_CONSOLE_LOST);
    lines->line_open = false;
}

/* Lines whose bytes are gone. */
static void lines_drop(struct lathe_console_lines *lines)
{
    guint64 start = lathe_console_log_start(lines->log);
    guint gone = 0;

    while (gone < lines->lines->len &&
           g_array_index(lines->lines, struct lathe_console_line, gone).offset < start)
        gone++;
    if (gone == lines->lines->len)
        lines->line_open = false;
    g_array_remove_range(lines->lines, 0, gone);
    lines->first += gone;
}

guint64 lathe_console_lines_update(struct lathe_console_lines *lines)
{
    struct lathe_console_piece piece;
    guint64 changed = lathe_console_lines_end(lines) - (lines->line_open ? 1 : 0);

    while (lathe_console_log_next(lines->log, &lines->cursor, G_MAXSIZE, &piece))
        lines_add_piece(lines, &piece);
    lines_drop(lines);
    return MAX(changed, lines->first);
}

guint64 lathe_console_lines_start(const struct lathe_console_lines *lines)
{
    return lines->first;
}

guint64 lathe_console_lines_end(const struct lathe_console_lines *lines)
{
    return lines->first + lines->lines->len;
}

const struct lathe_console_line *lathe_console_lines_get(const struct lathe_console_lines *lines,
                                                         guint64 number)
{
    return &g_array_index(lines->lines, struct lathe_console_line, number - lines->first);
}

char *lathe_console_lines_dup_text(const struct lathe_console_lines *lines, guint64 number)
{
    const struct lathe_console_line *line = lathe_console_lines_get(lines, number);
    guint64 start = lathe_console_log_start(lines->log);

    if (line->length == 0 || line->offset < start)
        return g_strdup("");
    return lathe_console_plain_text(lathe_console_log_bytes(lines->log) + (line->offset - start),
                                    line->length);
}

struct lathe_console_lines *lathe_console_lines_new(const struct lathe_console_log *log)
{
    struct lathe_console_lines *lines = g_new0(struct lathe_console_lines, 1);

    lines->log = log;
    lines->cursor.offset = lathe_console_log_start(log);
    lines->lines = g_array_new(FALSE, FALSE, sizeof(struct lathe_console_line));
    return lines;
}

void lathe_console_lines_free(struct lathe_console_lines *lines)
{
    if (lines == NULL)
        return;
    g_array_unref(lines->lines);
    g_free(lines);
}
