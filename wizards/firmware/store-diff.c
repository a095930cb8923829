/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing stores. */
#include "wizards/firmware/store-diff.h"

#include "wizards/firmware/describe.h"

GArray *lathe_variables_diff(const GPtrArray *before, const GPtrArray *after)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct lathe_variable_change));
    struct lathe_variable_change change;

    for (guint i = 0; i < before->len; i++) {
        change.before = before->pdata[i];
        change.after = lathe_variables_find(after, change.before->name, &change.before->guid);
        if (change.after == NULL || !lathe_variable_equal(change.before, change.after))
            g_array_append_val(changes, change);
    }
    change.before = NULL;
    for (guint i = 0; i < after->len; i++) {
        change.after = after->pdata[i];
        if (lathe_variables_find(before, change.after->name, &change.after->guid) == NULL)
            g_array_append_val(changes, change);
    }
    return changes;
}

/* The value, what is in it, and the rest. */
static char **diff_lines(const struct lathe_variable *variable)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    if (variable == NULL)
        return g_strv_builder_end(out);
    g_autofree char *value = lathe_variable_describe(variable);
    g_auto(GStrv) details = lathe_variable_details(variable);
    g_autofree char *attributes = lathe_attributes_format(variable->attributes);
    g_autofree char *time = lathe_efi_time_format(variable->time);
    g_autofree char *rest = g_strdup_printf("%s%s%s", attributes, *time ? ", signed " : "", time);
    g_strv_builder_add(out, value);
    g_strv_builder_addv(out, (const char **)details);
    g_strv_builder_add(out, rest);
    return g_strv_builder_end(out);
}

/* Were there any? */
static bool diff_put_missing(GStrvBuilder *out, const char *sign, char *const *lines,
                             char *const *others)
{
    bool any = false;

    for (size_t i = 0; lines[i] != NULL; i++) {
        if (g_strv_contains((const char *const *)others, lines[i]))
            continue;
        g_autofree char *line = g_strconcat(sign, lines[i], NULL);
        g_strv_builder_add(out, line);
        any = true;
    }
    return any;
}

/* Where the bytes of two variables begin to differ. */
static gsize diff_offset(const struct lathe_variable_change *change)
{
    struct lathe_bytes before = lathe_bytes_of(change->before->data);
    struct lathe_bytes after = lathe_bytes_of(change->after->data);
    gsize at = 0;

    while (at < before.size && at < after.size && before.data[at] == after.data[at])
        at++;
    return at;
}

char **lathe_variable_change_details(const struct lathe_variable_change *change)
{
    g_auto(GStrv) before = diff_lines(change->before), after = diff_lines(change->after);
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    bool gone = diff_put_missing(out, "- ", before, after);
    bool came = diff_put_missing(out, "+ ", after, before);
    if (!gone && !came) {
        g_autofree char *line =
            g_strdup_printf("~ the bytes differ from offset %zu on", diff_offset(change));
        g_strv_builder_add(out, line);
    }
    return g_strv_builder_end(out);
}
