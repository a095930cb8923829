/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion for bash: two case statements made from the tables. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/tool.h"
#include "emulator/api/host.h"

static void completion_strings(GString *out, const char *const *strings)
{
    for (size_t i = 0; strings[i] != NULL; i++)
        g_string_append_printf(out, "%s%s", i != 0 ? " " : "", strings[i]);
}

static void completion_words(GString *out, const struct lathe_option *option)
{
    if (strcmp(option->words, "@cpu") == 0)
        completion_strings(out, emu_cpu_models());
    else if (strcmp(option->words, "@board") == 0)
        completion_strings(out, emu_boards());
    else if (strcmp(option->words, "@engine") == 0)
        g_string_append(out, "auto kvm jit interp");
    else
        g_string_append(out, option->words);
}

static void completion_value(GString *out, const struct lathe_option *option)
{
    if (option->argument == NULL)
        return;
    g_string_append_printf(out, "    --%s)\n        ", option->name);
    if (option->words == NULL) {
        g_string_append(out, "COMPREPLY=()");
    } else if (strcmp(option->words, "@file") == 0) {
        g_string_append(out, "COMPREPLY=($(compgen -f -- \"$word\"))");
    } else {
        g_string_append(out, "COMPREPLY=($(compgen -W \"");
        completion_words(out, option);
        g_string_append(out, "\" -- \"$word\"))");
    }
    g_string_append(out, "\n        return ;;\n");
}

static void completion_verb(GString *out, const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = lathe_tool_find(verb->name);

    if (tool != NULL) {
        lathe_tool_completion(out, tool);
        return;
    }
    g_string_append_printf(out, "    %s) words=\"", verb->name);
    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++) {
        if (lathe_option_fits(option, verb))
            g_string_append_printf(out, "--%s ", option->name);
    }
    g_string_append(out, "\" ;;\n");
}

char *lathe_bash_completion(void)
{
    GString *out = g_string_new("# bash completion for lathe, made from its option table\n"
                                "_lathe() {\n"
                                "    local word=${COMP_WORDS[COMP_CWORD]} words\n"
                                "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                                "    case $before in\n");

    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++)
        completion_value(out, option);
    g_string_append(out, "    esac\n    case ${COMP_WORDS[1]} in\n");
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        completion_verb(out, verb);
    g_string_append(out, "    esac\n    [ \"$COMP_CWORD\" = 1 ] && words=\"");
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        g_string_append_printf(out, "%s ", verb->name);
    g_string_append(out, "\"\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                         "    [ ${#COMPREPLY[@]} = 0 ] && "
                         "COMPREPLY=($(compgen -f -- \"$word\"))\n"
                         "}\ncomplete -o filenames -F _lathe lathe\n");
    return g_string_free(out, FALSE);
}
