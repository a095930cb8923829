/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware sigdb": files of EFI signature lists. */
#include <stdio.h>

#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/cli/vars-edit.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/store-file.h"

#define SIGDB_FILE_MAX (16u << 20)

static void sigdb_json_signature(JsonBuilder *builder, const struct lathe_signature *signature)
{
    g_autofree char *type = lathe_guid_describe(&signature->type);
    g_autofree char *hex = lathe_hex_text(lathe_bytes_of(signature->data));
    g_autofree char *text = lathe_signature_describe(signature);
    char owner[LATHE_GUID_TEXT];

    lathe_guid_format(&signature->owner, owner);
    json_builder_begin_object(builder);
    lathe_json_text(builder, "type", type);
    lathe_json_text(builder, "owner", owner);
    lathe_json_text(builder, "text", text);
    lathe_json_text(builder, "data", hex);
    json_builder_end_object(builder);
}

static void sigdb_print_json(const GPtrArray *signatures)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_array(builder);
    for (guint i = 0; i < signatures->len; i++)
        sigdb_json_signature(builder, signatures->pdata[i]);
    json_builder_end_array(builder);
    lathe_json_print(builder);
}

static void sigdb_print(const GPtrArray *signatures)
{
    for (guint i = 0; i < signatures->len; i++) {
        g_autofree char *text = lathe_signature_describe(signatures->pdata[i]);
        puts(text);
    }
    if (signatures->len == 0)
        puts("there are no signatures");
}

/* ---- changes ---- */

static void sigdb_join(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        lathe_signatures_take(to, from->pdata[i]);
}

/* Adds what one option names. */
static bool sigdb_add(GPtrArray *signatures, const struct lathe_tool_given *given, GError **error)
{
    bool hash = strcmp(given->option->name, "add-hash") == 0;
    g_autofree char *text = g_strdup(given->value);
    struct lathe_guid owner;

    if (!lathe_vars_take_owner(text, &owner, error))
        return false;
    g_autoptr(GPtrArray) added = hash ? lathe_vars_read_hash(text, &owner, error)
                                      : lathe_vars_read_signatures(text, &owner, error);
    if (added != NULL)
        sigdb_join(signatures, added);
    return added != NULL;
}

static bool sigdb_edit(GPtrArray *signatures, const struct lathe_tool_line *line, bool *changed,
                       GError **error)
{
    for (guint i = 0; i < line->options->len; i++) {
        const struct lathe_tool_given *given =
            &g_array_index(line->options, struct lathe_tool_given, i);
        if (!g_str_has_prefix(given->option->name, "add"))
            continue;
        *changed = true;
        if (!sigdb_add(signatures, given, error)) {
            g_prefix_error(error, "--%s: ", given->option->name);
            return false;
        }
    }
    return true;
}

/* ---- the command ---- */

/* NULL with *error. --create: an empty list, and the file must not be there. */
static GPtrArray *sigdb_open(const struct lathe_tool_line *line, const char *path, GError **error)
{
    if (lathe_tool_has(line, "create")) {
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            return lathe_signatures_new();
        lathe_error_input(error, "%s: is there already", path);
        return NULL;
    }
    g_autoptr(GBytes) file = lathe_file_read(path, SIGDB_FILE_MAX, error);
    if (file == NULL)
        return NULL;
    GPtrArray *signatures =
        lathe_signatures_parse(lathe_signatures_payload(lathe_bytes_of(file), NULL), error);
    if (signatures == NULL)
        g_prefix_error(error, "%s: ", path);
    return signatures;
}

static bool sigdb_run(const struct lathe_tool_line *line, const char *path, GError **error)
{
    g_autoptr(GPtrArray) signatures = sigdb_open(line, path, error);
    const char *output = lathe_tool_value(line, "output");
    bool changed = lathe_tool_has(line, "create") || output != NULL;

    if (signatures == NULL || !sigdb_edit(signatures, line, &changed, error))
        return false;
    if (lathe_tool_has(line, "extract") &&
        !lathe_firmware_extract(signatures, lathe_tool_value(line, "extract"), "list", error))
        return false;
    if (changed) {
        g_autoptr(GBytes) bytes = lathe_signatures_build(signatures);
        return lathe_file_replace(output != NULL ? output : path, bytes, error);
    }
    if (!lathe_tool_has(line, "extract"))
        (lathe_tool_has(line, "json") ? sigdb_print_json : sigdb_print)(signatures);
    return true;
}

int lathe_firmware_sigdb(const struct lathe_tool_line *line, GError **error)
{
    const char *path = lathe_firmware_operand(line, error);

    return path != NULL && sigdb_run(line, path, error) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}
