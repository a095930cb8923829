/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware vars": a variable store shown and changed. */
#include <stdio.h>

#include "app/cli/front-end.h"
#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/cli/vars-edit.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-diff.h"
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

static void vars_print_store(const struct lathe_store *store)
{
    printf("\nSecure Boot is %s\n", lathe_secure_boot_state(store->variables));
    printf("%zu of %zu bytes used\n", lathe_store_used(store), lathe_store_room(store));
    if (store->blank)
        puts("firmware has not formatted it yet");
    if (store->pending != NULL)
        printf("it cannot be changed now: %s\n", store->pending);
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
        vars_print_store(store);
    return true;
}

/* ---- differences ---- */

static const char *vars_change_sign(const struct lathe_variable_change *change)
{
    if (change->before == NULL)
        return "new";
    return change->after == NULL ? "gone" : "changed";
}

static void vars_print_change(const struct lathe_variable_change *change)
{
    const struct lathe_variable *any = change->before != NULL ? change->before : change->after;
    g_auto(GStrv) details = lathe_variable_change_details(change);
    g_autofree char *owner = lathe_guid_describe(&any->guid);

    printf("%-8s %s (%s)\n", vars_change_sign(change), any->name, owner);
    for (size_t i = 0; details[i] != NULL; i++)
        printf("    %s\n", details[i]);
}

static void vars_json_change(JsonBuilder *builder, const struct lathe_variable_change *change)
{
    const struct lathe_variable *any = change->before != NULL ? change->before : change->after;
    g_auto(GStrv) details = lathe_variable_change_details(change);
    char guid[LATHE_GUID_TEXT];

    lathe_guid_format(&any->guid, guid);
    json_builder_begin_object(builder);
    lathe_json_text(builder, "name", any->name);
    lathe_json_text(builder, "guid", guid);
    lathe_json_text(builder, "change", vars_change_sign(change));
    lathe_json_texts(builder, "details", (const char *const *)details);
    json_builder_end_object(builder);
}

static void vars_print_diff(const struct lathe_tool_line *line, const GPtrArray *before,
                            const GPtrArray *after)
{
    g_autoptr(GArray) changes = lathe_variables_diff(before, after);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    bool json = lathe_tool_has(line, "json");

    json_builder_begin_array(builder);
    for (guint i = 0; i < changes->len; i++) {
        const struct lathe_variable_change *change =
            &g_array_index(changes, struct lathe_variable_change, i);
        if (json)
            vars_json_change(builder, change);
        else
            vars_print_change(change);
    }
    json_builder_end_array(builder);
    if (json)
        lathe_json_print(builder);
    else if (changes->len == 0)
        puts("nothing differs");
}

/* FILE is what it was, the other what it became. */
static bool vars_diff(const struct lathe_tool_line *line, const struct lathe_store *store,
                      GError **error)
{
    g_autoptr(lathe_store_file) other =
        lathe_store_file_open(lathe_tool_value(line, "diff"), false, error);

    if (other == NULL)
        return false;
    vars_print_diff(line, store->variables, other->store->variables);
    return true;
}

/* ---- certificates to files ---- */

static bool vars_extract_from(const struct lathe_variable *variable, const char *folder,
                              GError **error)
{
    const struct lathe_known_variable *known =
        lathe_known_variable(variable->name, &variable->guid);
    bool holds = known != NULL && known->kind == LATHE_VARIABLE_SIGNATURES;
    g_autoptr(GPtrArray) signatures =
        holds ? lathe_signatures_parse(lathe_bytes_of(variable->data), NULL) : NULL;

    return signatures == NULL || lathe_firmware_extract(signatures, folder, variable->name, error);
}

static bool vars_extract(const struct lathe_store *store, const char *folder, GError **error)
{
    for (guint i = 0; i < store->variables->len; i++) {
        if (!vars_extract_from(store->variables->pdata[i], folder, error))
            return false;
    }
    return true;
}

/* ---- the command ---- */

static bool vars_look(const struct lathe_tool_line *line, const struct lathe_store *store,
                      GError **error)
{
    if (lathe_tool_has(line, "diff"))
        return vars_diff(line, store, error);
    if (lathe_tool_has(line, "extract"))
        return vars_extract(store, lathe_tool_value(line, "extract"), error);
    return vars_show(line, store, error);
}

/* Says what changed; writes it unless --dry-run. */
static bool vars_change(const struct lathe_tool_line *line, struct lathe_store_file *file,
                        GError **error)
{
    g_autoptr(GPtrArray) before = lathe_variables_copy(file->store->variables);
    bool dry = lathe_tool_has(line, "dry-run");

    if (!lathe_vars_edit(line, file->store, error))
        return false;
    if (!dry && !lathe_store_file_save(file, lathe_tool_value(line, "output"), error))
        return false;
    if (dry || lathe_tool_has(line, "verbose") || lathe_tool_has(line, "json"))
        vars_print_diff(line, before, file->store->variables);
    return true;
}

static bool vars_create(const struct lathe_tool_line *line, const char *path, GError **error)
{
    struct lathe_store_file file = {.path = (char *)path, .fd = -1};

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return lathe_error_input(error, "%s: is there already", path);
    file.store = lathe_store_new(lathe_tool_value(line, "create"), error);
    file.qcow2 = lathe_tool_has(line, "qcow2");
    if (file.store == NULL)
        return false;
    bool good = lathe_vars_edit(line, file.store, error) &&
                (lathe_tool_has(line, "dry-run") || lathe_store_file_save(&file, path, error));
    lathe_store_free(file.store);
    return good;
}

static bool vars_window(const char *path, GError **error)
{
    const struct lathe_front_end *front_end = lathe_front_end_find("gtk", error);

    return front_end != NULL && front_end->show_store(path, error);
}

static bool vars_run(const struct lathe_tool_line *line, const char *path, GError **error)
{
    bool output = lathe_tool_has(line, "output"), dry = lathe_tool_has(line, "dry-run");
    bool change = lathe_vars_edit_asked(line) || output;

    if (lathe_tool_has(line, "create"))
        return vars_create(line, path, error);
    if (lathe_tool_has(line, "window"))
        return vars_window(path, error);
    g_autoptr(lathe_store_file) file =
        lathe_store_file_open(path, change && !output && !dry, error);
    if (file == NULL)
        return false;
    return change ? vars_change(line, file, error) : vars_look(line, file->store, error);
}

int lathe_firmware_vars(const struct lathe_tool_line *line, GError **error)
{
    const char *path = lathe_firmware_operand(line, error);

    return path != NULL && vars_run(line, path, error) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}
