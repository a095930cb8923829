/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot entries and their order. */
#include "wizards/firmware/boot.h"

#include <stdio.h>

#include "app/plan/error.h"
#include "wizards/firmware/device-path.h"

#define ENTRY_HEADER 6u /* attributes, the path's length */
#define ENTRY_NAME   9u /* "Boot0000" */

/* ---- one ---- */

bool lathe_boot_entry_read(struct lathe_bytes data, struct lathe_boot_entry *entry)
{
    struct lathe_bytes rest = lathe_bytes_skip(data, ENTRY_HEADER);
    gsize title = lathe_ucs2_length(rest);

    *entry = (struct lathe_boot_entry){0};
    if (data.size < ENTRY_HEADER || title + 2 > rest.size)
        return false;
    guint16 length = lathe_le16(data.data + 4);
    if (!lathe_bytes_cut(rest, title + 2, length, &entry->path))
        return false;
    entry->attributes = lathe_le32(data.data);
    entry->title = lathe_ucs2_text((struct lathe_bytes){rest.data, title});
    entry->optional = lathe_bytes_skip(rest, title + 2 + length);
    return true;
}

void lathe_boot_entry_clear(struct lathe_boot_entry *entry)
{
    g_clear_pointer(&entry->title, g_free);
}

GBytes *lathe_boot_entry_build(const char *title, GBytes *path, struct lathe_bytes optional)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    if (g_bytes_get_size(path) > G_MAXUINT16)
        return NULL;
    lathe_put_le(out, LATHE_BOOT_ACTIVE, 4);
    lathe_put_le(out, g_bytes_get_size(path), 2);
    if (!lathe_put_ucs2(out, title, false))
        return NULL;
    lathe_put_le(out, 0, 2);
    lathe_put(out, lathe_bytes_of(path));
    lathe_put(out, optional);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

/* ---- the order ---- */

static struct lathe_guid boot_guid(void)
{
    return lathe_guid_of(LATHE_GUID_GLOBAL);
}

static struct lathe_variable *boot_find(const GPtrArray *variables, const char *name)
{
    struct lathe_guid guid = boot_guid();

    return lathe_variables_find(variables, name, &guid);
}

static void boot_set(GPtrArray *variables, const char *name, GBytes *data)
{
    struct lathe_guid guid = boot_guid();

    lathe_variables_set(variables, name, &guid, data);
}

GArray *lathe_boot_order(const GPtrArray *variables)
{
    const struct lathe_variable *variable = boot_find(variables, "BootOrder");
    GArray *order = g_array_new(FALSE, FALSE, sizeof(guint16));

    if (variable == NULL)
        return order;
    struct lathe_bytes data = lathe_bytes_of(variable->data);
    for (gsize at = 0; at + 2 <= data.size; at += 2) {
        guint16 number = lathe_le16(data.data + at);
        g_array_append_val(order, number);
    }
    return order;
}

static void boot_set_order(GPtrArray *variables, const GArray *order)
{
    GByteArray *data = g_byte_array_new();

    for (guint i = 0; i < order->len; i++)
        lathe_put_le(data, g_array_index(order, guint16, i), 2);
    boot_set(variables, "BootOrder", g_byte_array_free_to_bytes(data));
}

static bool boot_order_has(const GArray *order, guint16 number)
{
    for (guint i = 0; i < order->len; i++) {
        if (g_array_index(order, guint16, i) == number)
            return true;
    }
    return false;
}

static void boot_name(guint16 number, char name[ENTRY_NAME])
{
    snprintf(name, ENTRY_NAME, "Boot%04X", number);
}

/* "0003", "3" or "Boot0003"; it must be there. */
static bool boot_parse(const GPtrArray *variables, const char *text, guint16 *number,
                       GError **error)
{
    const char *digits = g_str_has_prefix(text, "Boot") ? text + 4 : text;
    char name[ENTRY_NAME], *end;
    guint64 value = g_ascii_strtoull(digits, &end, 16);

    *number = 0;
    if (!g_ascii_isxdigit(*digits) || *end != '\0' || value > G_MAXUINT16)
        return lathe_error_input(error, "'%s' is no boot entry: write its number, as 0003", text);
    *number = (guint16)value;
    boot_name(*number, name);
    return boot_find(variables, name) != NULL ||
           lathe_error_input(error, "there is no boot entry %s", name);
}

bool lathe_boot_reorder(GPtrArray *variables, const char *text, GError **error)
{
    g_autoptr(GArray) old = lathe_boot_order(variables);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint16));
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    guint16 number;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (!boot_parse(variables, words[i], &number, error))
            return false;
        if (boot_order_has(order, number))
            return lathe_error_input(error, "the boot entry %04X is given twice", number);
        g_array_append_val(order, number);
    }
    for (guint i = 0; i < old->len; i++) {
        number = g_array_index(old, guint16, i);
        if (!boot_order_has(order, number))
            g_array_append_val(order, number);
    }
    boot_set_order(variables, order);
    return true;
}

static void boot_put_next(GPtrArray *variables, guint16 number)
{
    GByteArray *data = g_byte_array_new();

    lathe_put_le(data, number, 2);
    boot_set(variables, "BootNext", g_byte_array_free_to_bytes(data));
}

bool lathe_boot_set_next(GPtrArray *variables, const char *text, GError **error)
{
    guint16 number;

    if (!boot_parse(variables, text, &number, error))
        return false;
    boot_put_next(variables, number);
    return true;
}

/* BootNext must not name what is gone. */
static void boot_forget_next(GPtrArray *variables, guint16 number)
{
    const struct lathe_variable *next = boot_find(variables, "BootNext");
    struct lathe_guid guid = boot_guid();

    if (next != NULL && g_bytes_get_size(next->data) == 2 &&
        lathe_le16(lathe_bytes_of(next->data).data) == number)
        lathe_variables_remove(variables, "BootNext", &guid);
}

bool lathe_boot_delete(GPtrArray *variables, const char *text, GError **error)
{
    g_autoptr(GArray) order = lathe_boot_order(variables);
    struct lathe_guid guid = boot_guid();
    char name[ENTRY_NAME];
    guint16 number;

    if (!boot_parse(variables, text, &number, error))
        return false;
    boot_name(number, name);
    lathe_variables_remove(variables, name, &guid);
    boot_forget_next(variables, number);
    if (!boot_order_has(order, number))
        return true;
    for (guint i = order->len; i-- > 0;) {
        if (g_array_index(order, guint16, i) == number)
            g_array_remove_index(order, i);
    }
    boot_set_order(variables, order);
    return true;
}

/* ---- new entries ---- */

static bool boot_free_number(const GPtrArray *variables, guint16 *number)
{
    char name[ENTRY_NAME];

    for (guint i = 0; i <= G_MAXUINT16; i++) {
        boot_name((guint16)i, name);
        *number = (guint16)i;
        if (boot_find(variables, name) == NULL)
            return true;
    }
    return false;
}

static bool boot_put_entry(GPtrArray *variables, guint16 number, const char *title, GBytes *path,
                           struct lathe_bytes optional, GError **error)
{
    GBytes *data = path != NULL ? lathe_boot_entry_build(title, path, optional) : NULL;
    char name[ENTRY_NAME];

    if (data == NULL)
        return lathe_error_input(error,
                                 "a boot entry cannot name '%s': it is empty, too long, or "
                                 "no UTF-8",
                                 title);
    boot_name(number, name);
    boot_set(variables, name, data);
    return true;
}

static void boot_insert(GPtrArray *variables, guint16 number, bool first)
{
    g_autoptr(GArray) order = lathe_boot_order(variables);

    if (first)
        g_array_prepend_val(order, number);
    else
        g_array_append_val(order, number);
    boot_set_order(variables, order);
}

bool lathe_boot_add_file(GPtrArray *variables, const char *title, const char *text, bool first,
                         GError **error)
{
    const char *blank = strchr(text, ' ');
    g_autofree char *file = blank ? g_strndup(text, (gsize)(blank - text)) : g_strdup(text);
    g_autoptr(GBytes) path = lathe_device_path_of_file(file);
    g_autoptr(GByteArray) optional = g_byte_array_new();
    guint16 number;

    if (!boot_free_number(variables, &number))
        return lathe_error_input(error, "there is no number left for a boot entry");
    if (blank != NULL && !lathe_put_ucs2(optional, blank + 1, false))
        return lathe_error_input(error, "the options of '%s' are no UTF-8", file);
    if (blank != NULL)
        lathe_put_le(optional, 0, 2);
    if (!boot_put_entry(variables, number, title != NULL ? title : file, path,
                        (struct lathe_bytes){optional->data, optional->len}, error))
        return false;
    boot_insert(variables, number, first);
    return true;
}

bool lathe_boot_set_uri(GPtrArray *variables, const char *uri, GError **error)
{
    g_autoptr(GBytes) path = lathe_device_path_of_uri(uri);

    if (!boot_put_entry(variables, LATHE_BOOT_URI_ENTRY, uri, path, (struct lathe_bytes){NULL, 0},
                        error))
        return false;
    boot_put_next(variables, LATHE_BOOT_URI_ENTRY);
    return true;
}
