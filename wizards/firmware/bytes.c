/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, hexadecimal digits and UCS-2 text. */
#include "wizards/firmware/bytes.h"

#define TEXT_UNKNOWN 0xfffd /* U+FFFD, the replacement character */

void lathe_put_le(GByteArray *out, guint64 value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        guint8 byte = (guint8)(value >> 8 * i);
        g_byte_array_append(out, &byte, 1);
    }
}

void lathe_put(GByteArray *out, struct lathe_bytes bytes)
{
    if (bytes.size != 0)
        g_byte_array_append(out, bytes.data, (guint)bytes.size);
}

void lathe_put_fill(GByteArray *out, gsize length, guint8 value)
{
    guint before = out->len;

    if (length <= before)
        return;
    g_byte_array_set_size(out, (guint)length);
    memset(out->data + before, value, length - before);
}

/* ---- UCS-2 ---- */

gsize lathe_ucs2_length(struct lathe_bytes bytes)
{
    gsize at = 0;

    while (at + 2 <= bytes.size && lathe_le16(bytes.data + at) != 0)
        at += 2;
    return at;
}

/* The character at *at, which moves on; a broken pair is its first half. */
static gunichar ucs2_next(struct lathe_bytes bytes, gsize *at)
{
    gunichar first = lathe_le16(bytes.data + *at);
    gunichar second = *at + 4 <= bytes.size ? lathe_le16(bytes.data + *at + 2) : 0;

    *at += 2;
    if (first < 0xd800 || first > 0xdbff || second < 0xdc00 || second > 0xdfff)
        return first;
    *at += 2;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static bool text_is_printable(gunichar c)
{
    return g_unichar_validate(c) && !g_unichar_iscntrl(c) &&
           g_unichar_type(c) != G_UNICODE_FORMAT; /* which turns the direction of text */
}

char *lathe_ucs2_text(struct lathe_bytes bytes)
{
    gsize length = lathe_ucs2_length(bytes), at = 0;
    GString *out = g_string_new(NULL);

    while (at + 2 <= length) {
        gunichar c = ucs2_next((struct lathe_bytes){bytes.data, length}, &at);
        g_string_append_unichar(out, text_is_printable(c) ? c : TEXT_UNKNOWN);
    }
    return g_string_free(out, FALSE);
}

char *lathe_ucs2_name(struct lathe_bytes bytes)
{
    gsize length = lathe_ucs2_length(bytes), at = 0;
    GString *out = g_string_new(NULL);

    while (at + 2 <= length) {
        gsize before = at;
        gunichar c = ucs2_next((struct lathe_bytes){bytes.data, length}, &at);
        if (text_is_printable(c) && c != '\\') {
            g_string_append_unichar(out, c);
            continue;
        }
        for (; before < at; before += 2)
            g_string_append_printf(out, "\\u%04x", lathe_le16(bytes.data + before));
    }
    return g_string_free(out, FALSE);
}

/* "\uXXXX": its number; 0: that is none. */
static guint16 ucs2_escape(const char *text)
{
    guint value = 0;

    if (text[0] != '\\' || text[1] != 'u')
        return 0;
    for (unsigned i = 2; i < 6; i++) {
        if (!g_ascii_isxdigit(text[i]))
            return 0;
        value = value << 4 | (guint)g_ascii_xdigit_value(text[i]);
    }
    return (guint16)value;
}

static void ucs2_put(GByteArray *out, gunichar c)
{
    if (c < 0x10000) {
        lathe_put_le(out, c, 2);
        return;
    }
    lathe_put_le(out, 0xd800 + ((c - 0x10000) >> 10), 2);
    lathe_put_le(out, 0xdc00 + ((c - 0x10000) & 0x3ff), 2);
}

bool lathe_put_ucs2(GByteArray *out, const char *text, bool escapes)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    while (*text != '\0') {
        guint16 escaped = escapes ? ucs2_escape(text) : 0;
        ucs2_put(out, escaped != 0 ? escaped : g_utf8_get_char(text));
        text = escaped != 0 ? text + 6 : g_utf8_next_char(text);
    }
    return true;
}

/* ---- other text ---- */

char *lathe_text_clean(const void *data, gsize size)
{
    const char *end = size != 0 ? memchr(data, '\0', size) : NULL;
    gsize length = end != NULL ? (gsize)(end - (const char *)data) : size;
    g_autofree char *valid = g_utf8_make_valid(length != 0 ? data : "", (gssize)length);
    GString *out = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(out, text_is_printable(c) ? c : TEXT_UNKNOWN);
    }
    return g_string_free(out, FALSE);
}

char *lathe_hex_text(struct lathe_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = g_malloc(2 * bytes.size + 1);

    for (gsize i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    text[2 * bytes.size] = '\0';
    return text;
}

static bool hex_is(const char *text)
{
    gsize length = strspn(text, "0123456789abcdefABCDEF");

    return text[length] == '\0' && length % 2 == 0;
}

GBytes *lathe_hex_parse(const char *text)
{
    gsize size = strlen(text) / 2;
    guint8 *data;

    if (!hex_is(text))
        return NULL;
    data = g_malloc(size + 1);
    for (gsize i = 0; i < size; i++)
        data[i] = (guint8)(g_ascii_xdigit_value(text[2 * i]) << 4 |
                           g_ascii_xdigit_value(text[2 * i + 1]));
    return g_bytes_new_take(data, size);
}
