/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs with commands of their own: parsing their lines, and the texts made from their tables. */
#include "app/cli/tool.h"

#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/plan/error.h"

const struct lathe_tool *lathe_tool_find(const char *verb)
{
    for (size_t i = 0; lathe_tools[i] != NULL; i++) {
        if (strcmp(lathe_tools[i]->verb, verb) == 0)
            return lathe_tools[i];
    }
    return NULL;
}

bool lathe_tool_option_fits(const struct lathe_tool *tool, const struct lathe_tool_option *option,
                            const struct lathe_tool_command *command)
{
    return (option->commands & (1u << (command - tool->commands))) != 0;
}

/* ---- parsed lines ---- */

const char *lathe_tool_value(const struct lathe_tool_line *line, const char *name)
{
    const char *value = NULL;

    for (guint i = 0; i < line->options->len; i++) {
        const struct lathe_tool_given *given =
            &g_array_index(line->options, struct lathe_tool_given, i);
        if (strcmp(given->option->name, name) == 0)
            value = given->value;
    }
    return value;
}

bool lathe_tool_has(const struct lathe_tool_line *line, const char *name)
{
    for (guint i = 0; i < line->options->len; i++) {
        if (strcmp(g_array_index(line->options, struct lathe_tool_given, i).option->name, name) ==
            0)
            return true;
    }
    return false;
}

static const struct lathe_tool_command *tool_command(const struct lathe_tool *tool,
                                                     const char *name)
{
    for (const struct lathe_tool_command *row = tool->commands; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static const struct lathe_tool_option *tool_option(const struct lathe_tool_line *line,
                                                   const char *name)
{
    for (const struct lathe_tool_option *row = line->tool->options; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0 && lathe_tool_option_fits(line->tool, row, line->command))
            return row;
    }
    return NULL;
}

/* words[*at] is "--name" or "--name=value"; the value may be the word behind it. */
static bool tool_take_option(struct lathe_tool_line *line, char *const *words, guint count,
                             guint *at, GError **error)
{
    const char *word = words[*at] + 2, *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word, (gsize)(equals - word)) : g_strdup(word);
    struct lathe_tool_given given = {tool_option(line, name), equals ? equals + 1 : NULL};

    if (given.option == NULL)
        return lathe_error_input(error,
                                 "lathe %s %s has no option --%s; lathe %s %s --help lists "
                                 "them",
                                 line->tool->verb, line->command->name, name, line->tool->verb,
                                 line->command->name);
    if (given.option->argument == NULL && given.value != NULL)
        return lathe_error_input(error, "--%s takes no value", name);
    if (given.option->argument != NULL && given.value == NULL && *at + 1 < count)
        given.value = words[++*at];
    if (given.option->argument != NULL && (given.value == NULL || *given.value == '\0'))
        return lathe_error_input(error, "--%s needs a value: %s", name, given.option->argument);
    g_array_append_val(line->options, given);
    return true;
}

static bool tool_parse(struct lathe_tool_line *line, char *const *words, guint count,
                       GError **error)
{
    bool over = false;

    for (guint i = 0; i < count; i++) {
        if (over || words[i][0] != '-' || words[i][1] == '\0')
            g_ptr_array_add(line->operands, words[i]);
        else if (strcmp(words[i], "--") == 0)
            over = true;
        else if (words[i][1] != '-')
            return lathe_error_input(error, "unknown option %s: options begin with two dashes",
                                     words[i]);
        else if (!tool_take_option(line, words, count, &i, error))
            return false;
    }
    return true;
}

static bool tool_asks_help(char *const *words, guint count)
{
    for (guint i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    }
    return false;
}

static int tool_run_line(struct lathe_tool_line *line, char *const *words, guint count,
                         GError **error)
{
    line->operands = g_ptr_array_new();
    line->options = g_array_new(FALSE, FALSE, sizeof(struct lathe_tool_given));
    int status =
        tool_parse(line, words, count, error) ? line->command->run(line, error) : LATHE_EXIT_USAGE;
    g_ptr_array_unref(line->operands);
    g_array_unref(line->options);
    return status;
}

int lathe_tool_run(const struct lathe_tool *tool, char *const *words, guint count)
{
    struct lathe_tool_line line = {.tool = tool};
    g_autoptr(GError) error = NULL;

    line.command = count != 0 ? tool_command(tool, words[0]) : NULL;
    if (tool_asks_help(words, count)) {
        g_autofree char *text = lathe_tool_help(tool, line.command);
        fputs(text, stdout);
        return LATHE_EXIT_OK;
    }
    if (line.command == NULL) {
        g_autofree char *text =
            g_strdup_printf("lathe %s needs a command%s%s%s; lathe help %s lists them", tool->verb,
                            count != 0 ? ", and '" : "", count != 0 ? words[0] : "",
                            count != 0 ? "' is none" : "", tool->verb);
        return lathe_cli_fail(LATHE_EXIT_USAGE, text);
    }
    int status = tool_run_line(&line, words + 1, count - 1, &error);
    return error != NULL ? lathe_cli_fail(status, error->message) : status;
}

/* ---- texts ---- */

static void tool_help_command(GString *out, const struct lathe_tool *tool,
                              const struct lathe_tool_command *command)
{
    g_string_append_printf(out, "lathe %s %s %s\n", tool->verb, command->name, command->operands);
    lathe_help_wrap(out, command->summary);
    for (const struct lathe_tool_option *row = tool->options; row->name != NULL; row++) {
        if (!lathe_tool_option_fits(tool, row, command))
            continue;
        g_string_append_printf(out, "  --%s%s%s\n", row->name, row->argument ? " " : "",
                               row->argument ? row->argument : "");
        lathe_help_wrap(out, row->help);
    }
}

char *lathe_tool_help(const struct lathe_tool *tool, const struct lathe_tool_command *command)
{
    GString *out = g_string_new(NULL);

    if (command != NULL)
        tool_help_command(out, tool, command);
    for (const struct lathe_tool_command *row = tool->commands; command == NULL && row->name; row++)
        tool_help_command(out, tool, row);
    return g_string_free(out, FALSE);
}

void lathe_tool_man(GString *out, const struct lathe_tool *tool,
                    void (*put_text)(GString *out, const char *text))
{
    for (const struct lathe_tool_command *command = tool->commands; command->name; command++) {
        g_string_append_printf(out, ".SS lathe %s %s ", tool->verb, command->name);
        put_text(out, command->operands);
        g_string_append_c(out, '\n');
        put_text(out, command->summary);
        g_string_append(out, ".\n");
        for (const struct lathe_tool_option *row = tool->options; row->name != NULL; row++) {
            if (!lathe_tool_option_fits(tool, row, command))
                continue;
            g_string_append(out, ".TP\n.B \\-\\-");
            put_text(out, row->name);
            if (row->argument != NULL) {
                g_string_append(out, " \\fI");
                put_text(out, row->argument);
                g_string_append(out, "\\fR");
            }
            g_string_append_c(out, '\n');
            put_text(out, row->help);
            g_string_append(out, ".\n");
        }
    }
}
