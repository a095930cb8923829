/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Framing of gdb's remote protocol (gdb manual, appendix E): packets "$data#checksum" with escapes,
 * acknowledgements, the interrupt byte; and the hexadecimal numbers inside of packets. No I/O.
 */
#ifndef LATHE_CONTROL_GDB_PACKET_H
#define LATHE_CONTROL_GDB_PACKET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The most that a packet carries, either way; what is longer is refused. */
#define GDB_PACKET_MAX 65536u

enum gdb_input {
    GDB_INPUT_NONE,      /* all bytes are consumed */
    GDB_INPUT_PACKET,    /* parser->data has it, without escapes, and a NUL after it */
    GDB_INPUT_BAD,       /* a packet whose checksum is wrong */
    GDB_INPUT_TOO_LONG,  /* a packet of more than GDB_PACKET_MAX bytes */
    GDB_INPUT_INTERRUPT, /* ctrl-C */
    GDB_INPUT_ACK,
    GDB_INPUT_NAK, /* the last packet sent is wanted again */
};

/* All zero is the initial state. */
struct gdb_parser {
    enum { GDB_PARSE_IDLE, GDB_PARSE_DATA, GDB_PARSE_ESCAPE, GDB_PARSE_SUM1, GDB_PARSE_SUM2 } state;
    uint8_t sum, wanted; /* of the bytes as they came; what the packet claims */
    bool bad;
    size_t length; /* may exceed GDB_PACKET_MAX: then only that much was kept */
    char data[GDB_PACKET_MAX + 1];
};

/* Reads up to the next event, moving *data and *length on. After NONE nothing is left. */
enum gdb_input gdb_parser_feed(struct gdb_parser *parser, const uint8_t **data, size_t *length);

/* Appends "$payload#checksum". */
void gdb_packet_append(GByteArray *out, const char *payload, size_t length);

void gdb_hex_append(GString *out, const void *data, size_t length);
/* Decodes length bytes from 2 * length digits. False: other characters are there. */
bool gdb_hex_decode(const char *text, void *out, size_t length);

/* The parts of a packet's text. Each moves *cursor past what it took; false: it is not there. */
bool gdb_take_number(const char **cursor, uint64_t *number); /* hexadecimal, at most 64 bits */
bool gdb_take_char(const char **cursor, char wanted);

#endif
