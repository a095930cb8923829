/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GUIDs: the mixed byte order, and the table of names. */
#include "wizards/firmware/guid.h"

#include <string.h>

static const struct {
    const char *name, *text;
} guid_rows[] = {
#define GUID(id, name, text) {name, text},
#include "wizards/firmware/guid-names.inc"
#undef GUID
};

/* Where the digits of each byte stand in the text. */
static const guint8 guid_places[16] = {6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};

static bool guid_parse_digits(const char *text, struct lathe_guid *out)
{
    if (strlen(text) != LATHE_GUID_TEXT - 1)
        return false;
    for (unsigned i = 8; i <= 23; i += 5) {
        if (text[i] != '-')
            return false;
    }
    for (unsigned i = 0; i < 16; i++) {
        const char *digits = text + guid_places[i];
        if (!g_ascii_isxdigit(digits[0]) || !g_ascii_isxdigit(digits[1]))
            return false;
        out->bytes[i] =
            (guint8)(g_ascii_xdigit_value(digits[0]) << 4 | g_ascii_xdigit_value(digits[1]));
    }
    return true;
}

bool lathe_guid_parse(const char *text, struct lathe_guid *out)
{
    for (unsigned i = 0; i < LATHE_GUID_COUNT; i++) {
        if (g_ascii_strcasecmp(guid_rows[i].name, text) == 0)
            return guid_parse_digits(guid_rows[i].text, out);
    }
    return guid_parse_digits(text, out);
}

struct lathe_guid lathe_guid_of(enum lathe_guid_id id)
{
    struct lathe_guid guid = {{0}};

    guid_parse_digits(guid_rows[id].text, &guid);
    return guid;
}

struct lathe_guid lathe_guid_read(const void *at)
{
    struct lathe_guid guid;

    memcpy(guid.bytes, at, sizeof(guid.bytes));
    return guid;
}

bool lathe_guid_equal(const struct lathe_guid *left, const struct lathe_guid *right)
{
    return memcmp(left->bytes, right->bytes, sizeof(left->bytes)) == 0;
}

bool lathe_guid_is(const struct lathe_guid *guid, enum lathe_guid_id id)
{
    struct lathe_guid other = lathe_guid_of(id);

    return lathe_guid_equal(guid, &other);
}

void lathe_guid_format(const struct lathe_guid *guid, char text[LATHE_GUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    memset(text, '-', LATHE_GUID_TEXT - 1);
    text[LATHE_GUID_TEXT - 1] = '\0';
    for (unsigned i = 0; i < 16; i++) {
        text[guid_places[i]] = digits[guid->bytes[i] >> 4];
        text[guid_places[i] + 1] = digits[guid->bytes[i] & 15];
    }
}

const char *lathe_guid_name(const struct lathe_guid *guid)
{
    for (unsigned i = 0; i < LATHE_GUID_COUNT; i++) {
        if (lathe_guid_is(guid, i))
            return guid_rows[i].name;
    }
    return NULL;
}

char *lathe_guid_describe(const struct lathe_guid *guid)
{
    const char *name = lathe_guid_name(guid);
    char *text;

    if (name != NULL)
        return g_strdup(name);
    text = g_malloc(LATHE_GUID_TEXT);
    lathe_guid_format(guid, text);
    return text;
}
