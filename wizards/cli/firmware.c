/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of "lathe firmware", and what its commands share. */
#include "wizards/cli/firmware.h"

#include <stdio.h>

#include "app/plan/error.h"

enum firmware_command {
#define COMMAND(id, name, operands, summary) COMMAND_##id,
#include "wizards/cli/firmware-commands.inc"
#undef COMMAND
};

static const struct lathe_tool_command firmware_commands[] = {
#define COMMAND(id, name, operands, summary) {name, operands, summary, lathe_firmware_##id},
#include "wizards/cli/firmware-commands.inc"
#undef COMMAND
    {NULL, NULL, NULL, NULL},
};

#define COMMAND_BIT(id) (1u << COMMAND_##id)

static const struct lathe_tool_option firmware_options[] = {
#define OPTION(name, argument, commands, words, help) {name, argument, commands, words, help},
#include "wizards/cli/firmware-options.inc"
#undef OPTION
    {NULL, NULL, 0, NULL, NULL},
};

const struct lathe_tool lathe_firmware_tool = {"firmware", firmware_commands, firmware_options};

const char *lathe_firmware_operand(const struct lathe_tool_line *line, GError **error)
{
    if (line->operands->len == 1)
        return line->operands->pdata[0];
    lathe_error_input(error, "lathe firmware %s needs one FILE", line->command->name);
    return NULL;
}

void lathe_json_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value != NULL)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void lathe_json_number(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

void lathe_json_truth(JsonBuilder *builder, const char *name, gboolean value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void lathe_json_texts(JsonBuilder *builder, const char *name, const char *const *strings)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (size_t i = 0; strings[i] != NULL; i++)
        json_builder_add_string_value(builder, strings[i]);
    json_builder_end_array(builder);
}

void lathe_json_print(JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, TRUE);

    puts(text);
}
