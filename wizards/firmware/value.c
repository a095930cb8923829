/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: by their prefix, or by the kind of the variable. */
#include "wizards/firmware/value.h"

#include <errno.h>

#include "app/plan/error.h"

static GBytes *value_number(const char *text, unsigned size, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    char *end;

    errno = 0;
    guint64 value = g_ascii_strtoull(text, &end, 0);
    if (!g_ascii_isdigit(*text) || *end != '\0' || errno != 0 || value >> (8 * size - 1) > 1) {
        lathe_error_input(error, "'%s' is no number of %u bits", text, 8 * size);
        return NULL;
    }
    lathe_put_le(out, value, size);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static GBytes *value_hex(const char *text, unsigned size, GError **error)
{
    GBytes *bytes = lathe_hex_parse(text);

    if (bytes == NULL)
        lathe_error_input(error, "'%s' is not hexadecimal", text);
    return bytes;
}

static GBytes *value_ascii(const char *text, unsigned size, GError **error)
{
    if (g_str_is_ascii(text))
        return g_bytes_new(text, strlen(text) + 1);
    lathe_error_input(error, "'%s' is no ASCII", text);
    return NULL;
}

static GBytes *value_ucs2(const char *text, unsigned size, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    if (!lathe_put_ucs2(out, text, false)) {
        lathe_error_input(error, "'%s' is no UTF-8", text);
        return NULL;
    }
    lathe_put_le(out, 0, 2);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static GBytes *value_boot_list(const char *text, unsigned size, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_auto(GStrv) words = g_strsplit(text, ",", -1);

    for (size_t i = 0; words[i] != NULL; i++) {
        char *end;
        guint64 number = g_ascii_strtoull(words[i], &end, 16);
        if (!g_ascii_isxdigit(*words[i]) || *end != '\0' || number > G_MAXUINT16) {
            lathe_error_input(error, "'%s' is no number of a boot entry", words[i]);
            return NULL;
        }
        lathe_put_le(out, number, 2);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static const struct value_row {
    const char *prefix;
    enum lathe_variable_kind kind; /* what takes it without the prefix */
    unsigned size;
    GBytes *(*parse)(const char *text, unsigned size, GError **error);
} value_rows[] = {
    {"u8:", LATHE_VARIABLE_U8, 1, value_number},
    {"u16:", LATHE_VARIABLE_U16, 2, value_number},
    {"u32:", LATHE_VARIABLE_U32, 4, value_number},
    {"ascii:", LATHE_VARIABLE_ASCII, 0, value_ascii},
    {"ucs2:", LATHE_VARIABLE_UCS2, 0, value_ucs2},
    {"boot:", LATHE_VARIABLE_BOOT_LIST, 0, value_boot_list},
    {"hex:", LATHE_VARIABLE_BYTES, 0, value_hex},
};

/* "on" and "off" have the width of the variable. */
static const char *value_switch(const char *text, enum lathe_variable_kind kind)
{
    bool number =
        kind == LATHE_VARIABLE_U8 || kind == LATHE_VARIABLE_U16 || kind == LATHE_VARIABLE_U32;
    bool on = strcmp(text, "on") == 0 || strcmp(text, "true") == 0;
    bool off = strcmp(text, "off") == 0 || strcmp(text, "false") == 0;

    if (!on && !off)
        return text;
    if (number)
        return on ? "1" : "0";
    return on ? "u8:1" : "u8:0";
}

GBytes *lathe_value_parse(const char *text, enum lathe_variable_kind kind, GError **error)
{
    text = value_switch(text, kind);
    for (size_t i = 0; i < G_N_ELEMENTS(value_rows); i++) {
        const struct value_row *row = &value_rows[i];
        if (g_str_has_prefix(text, row->prefix))
            return row->parse(text + strlen(row->prefix), row->size, error);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(value_rows); i++) {
        const struct value_row *row = &value_rows[i];
        if (row->kind == kind && kind != LATHE_VARIABLE_BYTES)
            return row->parse(text, row->size, error);
    }
    lathe_error_input(error,
                      "'%s' does not say what it is: write hex:, ascii:, ucs2:, u8:, u16:, "
                      "u32: or file: before it",
                      text);
    return NULL;
}

bool lathe_value_assign(GPtrArray *variables, const char *name, const char *value, GError **error)
{
    g_autofree char *plain = NULL;
    struct lathe_guid guid;

    if (!lathe_variables_resolve(variables, name, &plain, &guid, error))
        return false;
    const struct lathe_known_variable *known = lathe_known_variable(plain, &guid);
    GBytes *data =
        lathe_value_parse(value, known != NULL ? known->kind : LATHE_VARIABLE_BYTES, error);
    if (data != NULL)
        lathe_variables_set(variables, plain, &guid, data);
    return data != NULL;
}
