/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the schema, and what their values may be (schema.h). */
#include "app/config/schema.h"

#include <string.h>

static const struct lathe_schema_row schema_rows[] = {
#define ROW(path, content, words, use, flags, note)                                                \
    {path, LATHE_CONTENT_##content, words, LATHE_USE_##use, flags, note},
#include "app/config/schema.inc"
#undef ROW
    {NULL, LATHE_CONTENT_GROUP, NULL, LATHE_USE_WORKS, 0, NULL},
};

const struct lathe_schema_row *lathe_schema_rows(void)
{
    return schema_rows;
}

static const struct lathe_schema_row *schema_find_exact(const char *path)
{
    for (const struct lathe_schema_row *row = schema_rows; row->path != NULL; row++) {
        if (strcmp(row->path, path) == 0)
            return row;
    }
    return NULL;
}

/* What any device may have: "devices/disk/address" is "+address". */
static const struct lathe_schema_row *schema_find_common(const char *path)
{
    const char *inner;

    if (!g_str_has_prefix(path, "devices/"))
        return NULL;
    inner = strchr(path + strlen("devices/"), '/');
    if (inner == NULL || strchr(inner + 1, '/') != NULL)
        return NULL;
    g_autofree char *common = g_strconcat("+", inner + 1, NULL);
    return schema_find_exact(common);
}

const struct lathe_schema_row *lathe_schema_find(const char *path)
{
    const struct lathe_schema_row *row = schema_find_exact(path);

    return row != NULL ? row : schema_find_common(path);
}

/* ---- values ---- */

/* The groups of words are kept apart by '|': works, later, blocks. */
static bool schema_check_words(const struct lathe_schema_row *row, const char *text,
                               enum lathe_schema_use *use, char **why)
{
    static const enum lathe_schema_use uses[] = {LATHE_USE_WORKS, LATHE_USE_LATER,
                                                 LATHE_USE_BLOCKS};
    g_auto(GStrv) words = g_strsplit(row->words, " ", -1);
    g_autoptr(GString) known = g_string_new(NULL);
    size_t group = 0;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (words[i][0] == '|') {
            group = MIN(group + strlen(words[i]), G_N_ELEMENTS(uses) - 1);
            continue;
        }
        if (strcmp(words[i], text) == 0) {
            *use = MAX(uses[group], row->use);
            return true;
        }
        g_string_append_printf(known, "%s%s", known->len != 0 ? ", " : "", words[i]);
    }
    *why = g_strdup_printf("is none of %s", known->str);
    return false;
}

static bool schema_check_number(const struct lathe_schema_row *row, const char *text, char **why)
{
    guint64 value, least, most;
    char *end;

    least = g_ascii_strtoull(row->words, &end, 10);
    most = g_ascii_strtoull(end, NULL, 10);
    if (g_ascii_string_to_unsigned(text, 10, least, most, &value, NULL))
        return true;
    *why = g_strdup_printf("is no number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, least,
                           most);
    return false;
}

static bool schema_check_hex(const struct lathe_schema_row *row, const char *text, char **why)
{
    bool hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    guint64 value, least, most;
    char *end;

    least = g_ascii_strtoull(row->words, &end, 10);
    most = g_ascii_strtoull(end, NULL, 10);
    if (g_ascii_string_to_unsigned(text + 2 * hex, hex ? 16 : 10, least, most, &value, NULL))
        return true;
    *why = g_strdup_printf(
        "is no number from 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER "x", least, most);
    return false;
}

static bool schema_check_size(const char *text, char **why)
{
    guint64 value;

    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL))
        return true;
    *why = g_strdup("is no whole number; its unit belongs into unit=, as in unit='MiB'");
    return false;
}

/* The other contents: what they look like, and what to say of those that do not. */
static const struct {
    enum lathe_schema_content content;
    const char *pattern, *why;
} schema_patterns[] = {
    {LATHE_CONTENT_NAME, "^[^\\n]+$", "must be one line that is not empty"},
    {LATHE_CONTENT_YESNO, "^(yes|no)$", "is neither yes nor no"},
    {LATHE_CONTENT_ONOFF, "^(on|off)$", "is neither on nor off"},
    {LATHE_CONTENT_UUID,
     "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
     ")$",
     "is no uuid: 32 hexadecimal digits, as in 6f2c7f0e-3c1d-4d5e-9d7a-0123456789ab"},
    {LATHE_CONTENT_MAC, "^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$",
     "is no adapter's address: six bytes, the first one even, as in 52:54:00:12:34:56"},
};

static bool schema_check_pattern(enum lathe_schema_content content, const char *text, char **why)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schema_patterns); i++) {
        if (schema_patterns[i].content != content ||
            g_regex_match_simple(schema_patterns[i].pattern, text, G_REGEX_DOLLAR_ENDONLY, 0))
            continue;
        *why = g_strdup(schema_patterns[i].why);
        return false;
    }
    return true;
}

bool lathe_schema_check_value(const struct lathe_schema_row *row, const char *text,
                              enum lathe_schema_use *use, char **why)
{
    *use = row->use;
    switch (row->content) {
    case LATHE_CONTENT_WORDS:
        return schema_check_words(row, text, use, why);
    case LATHE_CONTENT_NUMBER:
        return schema_check_number(row, text, why);
    case LATHE_CONTENT_HEX:
        return schema_check_hex(row, text, why);
    case LATHE_CONTENT_SIZE:
        return schema_check_size(text, why);
    default:
        return schema_check_pattern(row->content, text, why);
    }
}

/* libvirt's units: "k", "K", "KiB" are powers of 1024, "KB" of 1000; without one it is KiB. */
static bool schema_unit(const char *unit, uint64_t *factor)
{
    static const char letters[] = "KMGTPE";
    const char *letter;

    *factor = 1;
    if (g_ascii_strcasecmp(unit, "b") == 0 || g_ascii_strcasecmp(unit, "byte") == 0 ||
        g_ascii_strcasecmp(unit, "bytes") == 0)
        return true;
    letter = unit[0] != '\0' ? strchr(letters, g_ascii_toupper(unit[0])) : NULL;
    if (letter == NULL)
        return false;
    bool decimal = g_ascii_strcasecmp(unit + 1, "b") == 0;
    if (!decimal && unit[1] != '\0' && g_ascii_strcasecmp(unit + 1, "ib") != 0)
        return false;
    for (ptrdiff_t i = letter - letters; i >= 0; i--)
        *factor *= decimal ? 1000 : 1024;
    return true;
}

bool lathe_schema_size(const char *number, const char *unit, uint64_t *bytes)
{
    guint64 value;
    uint64_t factor;

    if (!g_ascii_string_to_unsigned(number, 10, 0, G_MAXUINT64, &value, NULL) ||
        !schema_unit(unit != NULL ? unit : "KiB", &factor) || value > (UINT64_C(1) << 62) / factor)
        return false;
    *bytes = value * factor;
    return true;
}
