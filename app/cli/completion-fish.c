/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion for fish: a line for each verb and option, with the condition under which it
 * counts. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/completion.h"
#include "app/cli/tool.h"

static void fish_quoted(GString *out, const char *text)
{
    g_string_append_c(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '\'');
}

static void fish_open(GString *out, const char *condition)
{
    g_string_append(out, "complete -c lathe -n ");
    fish_quoted(out, condition);
}

static void fish_brief(GString *out, const char *help)
{
    g_autofree char *brief = lathe_completion_brief(help);

    g_string_append(out, " -d ");
    fish_quoted(out, brief);
}

static void fish_word(GString *out, const char *condition, const char *word, const char *summary)
{
    fish_open(out, condition);
    g_string_append_printf(out, " -a %s", word);
    fish_brief(out, summary);
    g_string_append_c(out, '\n');
}

/* opaque: the condition. */
static void fish_option(GString *out, const struct lathe_completion *option, const void *opaque)
{
    fish_open(out, opaque);
    g_string_append_printf(out, " -l %s", option->name);
    fish_brief(out, option->help);
    if (option->argument != NULL) {
        if (option->words != NULL && strcmp(option->words, "@file") == 0) {
            g_string_append(out, " -r -F");
        } else {
            g_string_append(out, " -x");
            if (option->words != NULL) {
                g_string_append(out, " -a ");
                fish_quoted(out, option->words);
            }
        }
    }
    g_string_append_c(out, '\n');
}

static void fish_tool(GString *out, const struct lathe_tool *tool)
{
    const char *seen = "__fish_seen_subcommand_from";
    g_autoptr(GString) none = g_string_new(NULL);

    g_string_append_printf(none, "%s %s; and not %s", seen, tool->verb, seen);
    for (unsigned i = 0; tool->commands[i].name != NULL; i++)
        g_string_append_printf(none, " %s", tool->commands[i].name);
    for (unsigned i = 0; tool->commands[i].name != NULL; i++) {
        const struct lathe_tool_command *command = &tool->commands[i];
        g_autofree char *condition =
            g_strdup_printf("%s %s; and %s %s", seen, tool->verb, seen, command->name);
        fish_word(out, none->str, command->name, command->summary);
        lathe_completion_command(out, tool, i, fish_option, condition);
    }
}

static void fish_verb(GString *out, const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = lathe_tool_find(verb->name);
    g_autofree char *condition = g_strdup_printf("__fish_seen_subcommand_from %s", verb->name);

    fish_word(out, "__fish_use_subcommand", verb->name, verb->summary);
    if (lathe_completion_takes_machine(verb)) {
        fish_open(out, condition);
        g_string_append_printf(out, "%s -a '(lathe list --names 2>/dev/null)' -d machine\n",
                               lathe_completion_takes_file(verb) ? "" : " -f");
    }
    if (tool != NULL)
        fish_tool(out, tool);
    else
        lathe_completion_verb(out, verb, fish_option, condition);
}

char *lathe_completion_fish(void)
{
    GString *out = g_string_new("# fish completion for lathe, made from its option table\n");

    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        fish_verb(out, verb);
    return g_string_free(out, FALSE);
}
