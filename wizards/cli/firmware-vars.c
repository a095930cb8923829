/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware vars": a variable store shown and changed. */
#include <stdio.h>

#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/store-file.h"
#include "wizards/firmware/store-json.h"

#define HEX_SHOWN 256u
#define HEX_LINE  16u

static void vars_print_hex(struct lathe_bytes data)
{
    for (gsize at = 0; at < MIN(data.size, HEX_SHOWN); at += HEX_LINE) {
        struct lathe_bytes row = lathe_bytes_skip(data, at);
        row.size = MIN(row.size, HEX_LINE);
        printf("    %04zx ", at);
        for (gsize i = 0; i < row.size; i++)
            printf(" %02x", row.data[i]);
        printf("%*s  ", (int)(3 * (HEX_LINE - row.size)), "");
        for (gsize i = 0; i < row.size; i++)
            putchar(g_ascii_isprint(row.data[i]) ? row.data[i] : '.');
        putchar('\n');
    }
}

static void vars_print_head(const struct lathe_variable *variable)
{
    g_autofree char *owner = lathe_guid_describe(&variable->guid);
    g_autofree char *attributes = lathe_attributes_format(variable->attributes);
    g_autofree char *time = lathe_efi_time_format(variable->time);

    printf("    %s, %s, %zu bytes%s%s\n", owner, attributes, g_bytes_get_size(variable->data),
           *time ? ", signed " : "", time);
}

static void vars_print_variable(const struct lathe_variable *variable, bool verbose, bool hex)
{
    g_autofree char *text = lathe_variable_describe(variable);
    g_auto(GStrv) details = verbose ? lathe_variable_details(variable) : NULL;

    printf("%-22s %s\n", variable->name, text);
    if (verbose)
        vars_print_head(variable);
    for (size_t i = 0; details != NULL && details[i] != NULL; i++)
        printf("    %s\n", details[i]);
    if (hex)
        vars_print_hex(lathe_bytes_of(variable->data));
}

/* Those that --var names, or all. NULL with *error: there is none of that name. */
static GPtrArray *vars_select(const struct lathe_store *store, const char *text, GError **error)
{
    GPtrArray *selected = g_ptr_array_new();
    g_autofree char *name = NULL;
    struct lathe_guid guid;

    for (guint i = 0; text == NULL && i < store->variables->len; i++)
        g_ptr_array_add(selected, store->variables->pdata[i]);
    if (text == NULL)
        return selected;
    if (lathe_variables_resolve(store->variables, text, &name, &guid, error)) {
        struct lathe_variable *variable = lathe_variables_find(store->variables, name, &guid);
        if (variable != NULL) {
            g_ptr_array_add(selected, variable);
            return selected;
        }
        lathe_error_input(error, "there is no variable '%s' in it", text);
    }
    g_ptr_array_unref(selected);
    return NULL;
}

static bool vars_show(const struct lathe_tool_line *line, const struct lathe_store *store,
                      GError **error)
{
    const char *name = lathe_tool_value(line, "var");
    g_autoptr(GPtrArray) selected = vars_select(store, name, error);
    bool verbose = lathe_tool_has(line, "verbose"), hex = lathe_tool_has(line, "hex");

    if (selected == NULL)
        return false;
    if (lathe_tool_has(line, "json")) {
        g_autofree char *text = lathe_variables_to_json(selected);
        puts(text);
        return true;
    }
    for (guint i = 0; i < selected->len; i++)
        vars_print_variable(selected->pdata[i], verbose, hex);
    if (name == NULL && verbose)
        printf("%zu of %zu bytes used%s%s\n", lathe_store_used(store), lathe_store_room(store),
               store->pending != NULL ? "; " : "", store->pending != NULL ? store->pending : "");
    return true;
}

int lathe_firmware_vars(const struct lathe_tool_line *line, GError **error)
{
    const char *path = lathe_firmware_operand(line, error);
    g_autoptr(lathe_store_file) file =
        path != NULL ? lathe_store_file_open(path, false, error) : NULL;

    return file != NULL && vars_show(line, file->store, error) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}
