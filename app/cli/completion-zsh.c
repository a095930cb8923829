/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion for zsh: a case for the verb, with _arguments for its options. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/completion.h"
#include "app/cli/tool.h"

/* Text within a quoted specification: what means something to the shell or to _arguments is
 * escaped. */
static void zsh_put(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            g_string_append(out, "'\\'");
        else if (strchr(":[]\\", *text) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static void zsh_option(GString *out, const struct lathe_completion *option, const void *opaque)
{
    g_autofree char *brief = lathe_completion_brief(option->help);

    g_string_append_printf(out, " \\\n            '%s--%s[", option->repeats ? "*" : "",
                           option->name);
    zsh_put(out, brief);
    g_string_append_c(out, ']');
    if (option->argument != NULL) {
        g_string_append_printf(out, ":value:");
        if (option->words != NULL && strcmp(option->words, "@file") == 0) {
            g_string_append(out, "_files");
        } else if (option->words != NULL) {
            g_string_append_c(out, '(');
            zsh_put(out, option->words);
            g_string_append_c(out, ')');
        }
    }
    g_string_append_c(out, '\'');
}

/* An entry of the array that _describe shows. */
static void zsh_name(GString *out, const char *name, const char *summary)
{
    g_autofree char *brief = lathe_completion_brief(summary);

    g_string_append_printf(out, " '%s:", name);
    zsh_put(out, brief);
    g_string_append_c(out, '\'');
}

static void zsh_tool(GString *out, const struct lathe_tool *tool)
{
    g_string_append_printf(out, "    %s)\n        if (( CURRENT == 3 )); then\n            names=(",
                           tool->verb);
    for (unsigned i = 0; tool->commands[i].name != NULL; i++)
        zsh_name(out, tool->commands[i].name, tool->commands[i].summary);
    g_string_append(out, ")\n            _describe -t commands command names\n            return\n"
                         "        fi\n        shift 2 words; (( CURRENT -= 2 ))\n"
                         "        case $words[1] in\n");
    for (unsigned i = 0; tool->commands[i].name != NULL; i++) {
        g_string_append_printf(out, "        %s)\n            _arguments", tool->commands[i].name);
        lathe_completion_command(out, tool, i, zsh_option, NULL);
        g_string_append(out, " \\\n            '*:file:_files' ;;\n");
    }
    g_string_append(out, "        esac ;;\n");
}

static void zsh_verb(GString *out, const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = lathe_tool_find(verb->name);

    if (tool != NULL) {
        zsh_tool(out, tool);
        return;
    }
    g_string_append_printf(out, "    %s)\n        shift words; (( CURRENT-- ))\n        _arguments",
                           verb->name);
    lathe_completion_verb(out, verb, zsh_option, NULL);
    if (lathe_completion_takes_machine(verb))
        g_string_append_printf(out, " \\\n            '*:machine:%s' ;;\n",
                               lathe_completion_takes_file(verb) ? "_lathe_machines_files"
                                                                 : "_lathe_machines");
    else
        g_string_append(out, " \\\n            '*:file:_files' ;;\n");
}

char *lathe_completion_zsh(void)
{
    GString *out = g_string_new("#compdef lathe\n"
                                "# zsh completion for lathe, made from its option table\n"
                                "_lathe_machines() {\n"
                                "    local -a names\n"
                                "    names=(${(f)\"$(lathe list --names 2>/dev/null)\"})\n"
                                "    compadd -a names\n"
                                "}\n"
                                "_lathe_machines_files() { _lathe_machines; _files }\n"
                                "_lathe() {\n"
                                "    local -a names\n"
                                "    if (( CURRENT == 2 )); then\n"
                                "        names=(");

    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        zsh_name(out, verb->name, verb->summary);
    g_string_append(out, ")\n        _describe -t commands command names\n        _files\n"
                         "        return\n    fi\n    case $words[2] in\n");
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        zsh_verb(out, verb);
    g_string_append(out, "    *) _files ;;\n    esac\n}\n_lathe \"$@\"\n");
    return g_string_free(out, FALSE);
}
