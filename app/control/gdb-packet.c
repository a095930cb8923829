/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Framing of gdb's remote protocol. Run-length encoding is neither made nor taken: gdb does not
 * send it. A '$' inside of a packet begins another one, so that a lost end costs one packet only.
 */
#include "app/control/gdb-packet.h"

#include <string.h>

#define GDB_ESCAPE 0x20 /* an escaped character has this bit flipped */

/* ---- in ---- */

static void parser_begin(struct gdb_parser *parser)
{
    parser->state = GDB_PARSE_DATA;
    parser->sum = 0;
    parser->length = 0;
    parser->bad = false;
}

static void parser_keep(struct gdb_parser *parser, uint8_t byte)
{
    if (parser->length < GDB_PACKET_MAX)
        parser->data[parser->length++] = (char)byte;
    else
        parser->length = GDB_PACKET_MAX + 1;
}

static enum gdb_input parser_idle(struct gdb_parser *parser, uint8_t byte)
{
    switch (byte) {
    case '$':
        parser_begin(parser);
        return GDB_INPUT_NONE;
    case '+':
        return GDB_INPUT_ACK;
    case '-':
        return GDB_INPUT_NAK;
    case 0x03:
        return GDB_INPUT_INTERRUPT;
    default:
        return GDB_INPUT_NONE;
    }
}

/* A byte of a packet; an end straight after an escape character makes it a bad one. */
static void parser_data(struct gdb_parser *parser, uint8_t byte)
{
    bool escaped = parser->state == GDB_PARSE_ESCAPE;

    if (byte == '$') {
        parser_begin(parser);
        return;
    }
    if (byte == '#') {
        parser->bad = escaped;
        parser->state = GDB_PARSE_SUM1;
        return;
    }
    parser->sum += byte;
    parser->state = !escaped && byte == '}' ? GDB_PARSE_ESCAPE : GDB_PARSE_DATA;
    if (parser->state == GDB_PARSE_DATA)
        parser_keep(parser, escaped ? byte ^ GDB_ESCAPE : byte);
}

static enum gdb_input parser_end(struct gdb_parser *parser)
{
    parser->state = GDB_PARSE_IDLE;
    if (parser->bad || parser->wanted != parser->sum)
        return GDB_INPUT_BAD;
    if (parser->length > GDB_PACKET_MAX)
        return GDB_INPUT_TOO_LONG;
    parser->data[parser->length] = '\0';
    return GDB_INPUT_PACKET;
}

static enum gdb_input parser_sum(struct gdb_parser *parser, uint8_t byte)
{
    int digit = g_ascii_xdigit_value((char)byte);

    parser->bad |= digit < 0;
    parser->wanted = (uint8_t)(parser->wanted << 4 | (digit & 0xf));
    if (parser->state == GDB_PARSE_SUM2)
        return parser_end(parser);
    parser->state = GDB_PARSE_SUM2;
    return GDB_INPUT_NONE;
}

static enum gdb_input parser_byte(struct gdb_parser *parser, uint8_t byte)
{
    switch (parser->state) {
    case GDB_PARSE_IDLE:
        return parser_idle(parser, byte);
    case GDB_PARSE_DATA:
    case GDB_PARSE_ESCAPE:
        parser_data(parser, byte);
        return GDB_INPUT_NONE;
    default:
        return parser_sum(parser, byte);
    }
}

enum gdb_input gdb_parser_feed(struct gdb_parser *parser, const uint8_t **data, size_t *length)
{
    while (*length != 0) {
        enum gdb_input event = parser_byte(parser, *(*data)++);

        (*length)--;
        if (event != GDB_INPUT_NONE)
            return event;
    }
    return GDB_INPUT_NONE;
}

/* ---- out ---- */

static void packet_append_byte(GByteArray *out, uint8_t *sum, uint8_t byte)
{
    *sum += byte;
    g_byte_array_append(out, &byte, 1);
}

void gdb_packet_append(GByteArray *out, const char *payload, size_t length)
{
    char end[4];
    uint8_t sum = 0;

    g_byte_array_append(out, (const guint8 *)"$", 1);
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)payload[i];
        bool escape = byte == '$' || byte == '#' || byte == '}' || byte == '*';
        if (escape)
            packet_append_byte(out, &sum, '}');
        packet_append_byte(out, &sum, escape ? byte ^ GDB_ESCAPE : byte);
    }
    g_snprintf(end, sizeof(end), "#%02x", sum);
    g_byte_array_append(out, (const guint8 *)end, 3);
}

/* ---- hexadecimal ---- */

void gdb_hex_append(GString *out, const void *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < length; i++) {
        g_string_append_c(out, digits[bytes[i] >> 4]);
        g_string_append_c(out, digits[bytes[i] & 0xf]);
    }
}

bool gdb_hex_decode(const char *text, void *out, size_t length)
{
    uint8_t *bytes = out;

    for (size_t i = 0; i < length; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool gdb_take_number(const char **cursor, uint64_t *number)
{
    const char *from = *cursor;
    int digit;

    *number = 0;
    while ((digit = g_ascii_xdigit_value(**cursor)) >= 0) {
        if (*number >> 60 != 0)
            return false;
        *number = *number << 4 | (unsigned)digit;
        (*cursor)++;
    }
    return *cursor != from;
}

bool gdb_take_char(const char **cursor, char wanted)
{
    if (**cursor != wanted || wanted == '\0')
        return false;
    (*cursor)++;
    return true;
}
