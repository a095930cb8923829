/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables, lists of them, the table of known ones, and EFI's times. */
#include "wizards/firmware/variable.h"

#include "app/plan/error.h"

/* ---- the table ---- */

static const struct lathe_known_variable variable_rows[] = {
#define KNOWN(name, guid, kind, attributes)                                                        \
    {name, LATHE_GUID_##guid, LATHE_VARIABLE_##kind, attributes},
#include "wizards/firmware/known-variables.inc"
#undef KNOWN
};

static bool variable_name_fits(const char *pattern, const char *name)
{
    for (; *pattern != '\0' && *name != '\0'; pattern++, name++) {
        bool digit = g_ascii_isdigit(*name) || (*name >= 'A' && *name <= 'F');
        if (*pattern == '#' ? !digit : *pattern != *name)
            return false;
    }
    return *pattern == *name;
}

const struct lathe_known_variable *lathe_known_variable(const char *name,
                                                        const struct lathe_guid *guid)
{
    for (size_t i = 0; i < G_N_ELEMENTS(variable_rows); i++) {
        const struct lathe_known_variable *row = &variable_rows[i];
        if (variable_name_fits(row->name, name) && (guid == NULL || lathe_guid_is(guid, row->guid)))
            return row;
    }
    return NULL;
}

/* ---- one ---- */

struct lathe_variable *lathe_variable_new(const char *name, const struct lathe_guid *guid,
                                          guint32 attributes, GBytes *data)
{
    struct lathe_variable *variable = g_new0(struct lathe_variable, 1);

    variable->name = g_strdup(name);
    variable->guid = *guid;
    variable->attributes = attributes;
    variable->data = data;
    return variable;
}

struct lathe_variable *lathe_variable_copy(const struct lathe_variable *variable)
{
    struct lathe_variable *copy = g_memdup2(variable, sizeof(*variable));

    copy->name = g_strdup(variable->name);
    g_bytes_ref(copy->data);
    return copy;
}

void lathe_variable_free(struct lathe_variable *variable)
{
    if (variable == NULL)
        return;
    g_free(variable->name);
    g_bytes_unref(variable->data);
    g_free(variable);
}

bool lathe_variable_equal(const struct lathe_variable *left, const struct lathe_variable *right)
{
    return strcmp(left->name, right->name) == 0 && lathe_guid_equal(&left->guid, &right->guid) &&
           left->attributes == right->attributes &&
           memcmp(left->time, right->time, sizeof(left->time)) == 0 &&
           g_bytes_equal(left->data, right->data);
}

/* ---- lists ---- */

static void variable_destroy(gpointer variable)
{
    lathe_variable_free(variable);
}

GPtrArray *lathe_variables_new(void)
{
    return g_ptr_array_new_with_free_func(variable_destroy);
}

GPtrArray *lathe_variables_copy(const GPtrArray *list)
{
    GPtrArray *copy = lathe_variables_new();

    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(copy, lathe_variable_copy(list->pdata[i]));
    return copy;
}

struct lathe_variable *lathe_variables_find(const GPtrArray *list, const char *name,
                                            const struct lathe_guid *guid)
{
    for (guint i = 0; i < list->len; i++) {
        struct lathe_variable *variable = list->pdata[i];
        if (strcmp(variable->name, name) == 0 &&
            (guid == NULL || lathe_guid_equal(&variable->guid, guid)))
            return variable;
    }
    return NULL;
}

struct lathe_variable *lathe_variables_set(GPtrArray *list, const char *name,
                                           const struct lathe_guid *guid, GBytes *data)
{
    struct lathe_variable *variable = lathe_variables_find(list, name, guid);
    const struct lathe_known_variable *known = lathe_known_variable(name, guid);

    if (variable != NULL) {
        g_bytes_unref(variable->data);
        variable->data = data;
        return variable;
    }
    variable =
        lathe_variable_new(name, guid, known ? known->attributes : LATHE_VARIABLE_NV_BS_RT, data);
    g_ptr_array_add(list, variable);
    return variable;
}

bool lathe_variables_remove(GPtrArray *list, const char *name, const struct lathe_guid *guid)
{
    struct lathe_variable *variable = lathe_variables_find(list, name, guid);

    return variable != NULL && g_ptr_array_remove(list, variable);
}

bool lathe_variables_resolve(const GPtrArray *list, const char *text, char **name,
                             struct lathe_guid *guid, GError **error)
{
    const char *at = strrchr(text, '@');
    const struct lathe_variable *variable;
    const struct lathe_known_variable *known;

    if (at != NULL && !lathe_guid_parse(at + 1, guid))
        return lathe_error_input(error, "'%s' is no GUID, and none has that name", at + 1);
    *name = at != NULL ? g_strndup(text, (gsize)(at - text)) : g_strdup(text);
    if (at != NULL && **name != '\0')
        return true;
    variable = lathe_variables_find(list, *name, NULL);
    known = lathe_known_variable(*name, NULL);
    if (variable != NULL)
        *guid = variable->guid;
    else if (known != NULL)
        *guid = lathe_guid_of(known->guid);
    if (variable != NULL || known != NULL)
        return true;
    lathe_error_input(error, "there is no variable '%s'; a new one is written NAME@GUID", *name);
    g_clear_pointer(name, g_free);
    return false;
}

/* ---- attributes and times ---- */

char *lathe_attributes_format(guint32 attributes)
{
    static const char *const names[] = {"NV", "BS", "RT", "HW", "COUNT", "TIME", "APPEND"};
    GString *out = g_string_new(NULL);
    guint32 others = attributes >> G_N_ELEMENTS(names) << G_N_ELEMENTS(names);

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((attributes >> i & 1) != 0)
            g_string_append_printf(out, "%s%s", out->len != 0 ? "+" : "", names[i]);
    }
    if (others != 0 || attributes == 0)
        g_string_append_printf(out, "%s0x%x", out->len != 0 ? "+" : "", others);
    return g_string_free(out, FALSE);
}

char *lathe_efi_time_format(const guint8 time[LATHE_EFI_TIME])
{
    if (lathe_bytes_are((struct lathe_bytes){time, LATHE_EFI_TIME}, 0))
        return g_strdup("");
    return g_strdup_printf("%04u-%02u-%02u %02u:%02u:%02u", lathe_le16(time), time[2], time[3],
                           time[4], time[5], time[6]);
}

void lathe_efi_time_set(guint8 time[LATHE_EFI_TIME], gint64 seconds)
{
    const gint64 last = G_GINT64_CONSTANT(253402300799); /* of 9999 */
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(CLAMP(seconds, 0, last));
    int year = g_date_time_get_year(date);

    memset(time, 0, LATHE_EFI_TIME);
    time[0] = (guint8)year;
    time[1] = (guint8)(year >> 8);
    time[2] = (guint8)g_date_time_get_month(date);
    time[3] = (guint8)g_date_time_get_day_of_month(date);
    time[4] = (guint8)g_date_time_get_hour(date);
    time[5] = (guint8)g_date_time_get_minute(date);
    time[6] = (guint8)g_date_time_get_second(date);
}

int lathe_efi_time_compare(const guint8 left[LATHE_EFI_TIME], const guint8 right[LATHE_EFI_TIME])
{
    int years = lathe_le16(left) - lathe_le16(right);

    return years != 0 ? years : memcmp(left + 2, right + 2, 5);
}
