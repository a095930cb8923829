/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Foreign bytes: a borrowed piece of memory that is only ever cut smaller, little-endian numbers,
 * and UEFI's UCS-2 text. Every parser of this folder reads through it. Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_BYTES_H
#define LATHE_WIZARDS_FIRMWARE_BYTES_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "app/plan/numbers.h"

/* size bytes that somebody else owns. */
struct lathe_bytes {
    const guint8 *data;
    gsize size;
};

static inline struct lathe_bytes lathe_bytes_of(GBytes *bytes)
{
    struct lathe_bytes all = {NULL, 0};

    all.data = g_bytes_get_data(bytes, &all.size);
    return all;
}

static inline bool lathe_bytes_has(struct lathe_bytes from, guint64 offset, guint64 length)
{
    return offset <= from.size && length <= from.size - offset;
}

/* The piece of it; false: not all of that lies within. */
static inline bool lathe_bytes_cut(struct lathe_bytes from, guint64 offset, guint64 length,
                                   struct lathe_bytes *out)
{
    if (!lathe_bytes_has(from, offset, length))
        return false;
    *out = (struct lathe_bytes){from.data + offset, (gsize)length};
    return true;
}

/* What follows the first offset bytes, which may be none. */
static inline struct lathe_bytes lathe_bytes_skip(struct lathe_bytes from, gsize offset)
{
    offset = MIN(offset, from.size);
    return (struct lathe_bytes){from.data + offset, from.size - offset};
}

static inline bool lathe_bytes_equal(struct lathe_bytes left, struct lathe_bytes right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

/* Are there only bytes of this value? */
static inline bool lathe_bytes_are(struct lathe_bytes bytes, guint8 value)
{
    for (gsize i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != value)
            return false;
    }
    return true;
}

/* Appends the value's lowest size bytes, little-endian. */
void lathe_put_le(GByteArray *out, guint64 value, unsigned size);
void lathe_put(GByteArray *out, struct lathe_bytes bytes);
/* Appends bytes of one value up to this length; longer ones stay. */
void lathe_put_fill(GByteArray *out, gsize length, guint8 value);

/* The bytes of UCS-2 text before its NUL; all, if there is none. */
gsize lathe_ucs2_length(struct lathe_bytes bytes);
/* For people: control characters and broken pairs become U+FFFD. g_free. */
char *lathe_ucs2_text(struct lathe_bytes bytes);
/*
 * For names that are written back: whatever a terminal should not see, and the backslash itself, is
 * "\uXXXX", so that no two texts have the same name. g_free.
 */
char *lathe_ucs2_name(struct lathe_bytes bytes);
/* Appends the text without a NUL; escapes: "\uXXXX" is the number it says. False: no UTF-8. */
bool lathe_put_ucs2(GByteArray *out, const char *text, bool escapes);

/* Any bytes as one line of UTF-8 that a terminal may see; the text ends at the first NUL. g_free.
 */
char *lathe_text_clean(const void *data, gsize size);

/* "00ff..." both ways; NULL: an odd number of digits, or something that is none. */
char *lathe_hex_text(struct lathe_bytes bytes);
GBytes *lathe_hex_parse(const char *text);

#endif
