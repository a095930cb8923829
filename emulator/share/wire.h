/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of 9P messages: little-endian numbers and counted strings in a buffer with an end. A
 * reader that has come to the end gives zeroes and remembers it, a writer drops and remembers.
 */
#ifndef EMU_SHARE_WIRE_H
#define EMU_SHARE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARE_STRING 4096u /* bytes of a string, at most, with the NUL */

struct share_in {
    const uint8_t *at, *end;
    bool short_of; /* something was not there, or was no string */
};

struct share_out {
    uint8_t *at, *end;
    bool full;
};

uint8_t share_get8(struct share_in *in);
uint16_t share_get16(struct share_in *in);
uint32_t share_get32(struct share_in *in);
uint64_t share_get64(struct share_in *in);
/* With a NUL behind it; one that is longer, or has a NUL in it, is none. "" then. */
void share_get_string(struct share_in *in, char text[SHARE_STRING]);

void share_put8(struct share_out *out, uint8_t value);
void share_put16(struct share_out *out, uint16_t value);
void share_put32(struct share_out *out, uint32_t value);
void share_put64(struct share_out *out, uint64_t value);
void share_put_string(struct share_out *out, const char *text, size_t length);

#endif
