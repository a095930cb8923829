/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion for bash: one case for the word before the cursor, one for the verb. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/completion.h"
#include "app/cli/tool.h"

static void bash_name(GString *out, const struct lathe_completion *option, const void *opaque)
{
    g_string_append_printf(out, "--%s ", option->name);
}

/* "NAME) words="--a --b"", indented for its case. */
static void bash_open(GString *out, const char *indent, const char *name)
{
    g_string_append_printf(out, "%s%s) words=\"", indent, name);
}

static void bash_tool(GString *out, const struct lathe_tool *tool)
{
    g_string_append_printf(out, "    %s)\n        case ${COMP_WORDS[2]} in\n", tool->verb);
    for (unsigned i = 0; tool->commands[i].name != NULL; i++) {
        bash_open(out, "        ", tool->commands[i].name);
        lathe_completion_command(out, tool, i, bash_name, NULL);
        g_string_append(out, "\" ;;\n");
    }
    bash_open(out, "        ", "*");
    for (unsigned i = 0; tool->commands[i].name != NULL; i++)
        g_string_append_printf(out, "%s ", tool->commands[i].name);
    g_string_append(out, "\" ;;\n        esac ;;\n");
}

static void bash_verb(GString *out, const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = lathe_tool_find(verb->name);

    if (tool != NULL) {
        bash_tool(out, tool);
        return;
    }
    bash_open(out, "    ", verb->name);
    lathe_completion_verb(out, verb, bash_name, NULL);
    g_string_append(out, lathe_completion_takes_machine(verb) ? "\"; machines=1" : "\"");
    g_string_append(out, lathe_completion_takes_file(verb) ? " ;;\n" : "; files= ;;\n");
}

/* A case for the option before the cursor, once for each name. opaque: the names that are done. */
static void bash_value(GString *out, const struct lathe_completion *option, const void *opaque)
{
    GHashTable *done = (GHashTable *)opaque;

    if (option->argument == NULL || !g_hash_table_add(done, g_strdup(option->name)))
        return;
    g_string_append_printf(out, "    --%s)\n        COMPREPLY=(", option->name);
    if (option->words != NULL && strcmp(option->words, "@file") == 0)
        g_string_append(out, "$(compgen -f -- \"$word\")");
    else if (option->words != NULL)
        g_string_append_printf(out, "$(compgen -W \"%s\" -- \"$word\")", option->words);
    g_string_append(out, ")\n        return ;;\n");
}

static void bash_values(GString *out)
{
    g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++) {
        const struct lathe_tool *tool = lathe_tool_find(verb->name);
        if (tool == NULL)
            lathe_completion_verb(out, verb, bash_value, done);
        else
            for (unsigned i = 0; tool->commands[i].name != NULL; i++)
                lathe_completion_command(out, tool, i, bash_value, done);
    }
}

char *lathe_completion_bash(void)
{
    GString *out =
        g_string_new("# bash completion for lathe, made from its option table\n"
                     "_lathe_machines() {\n"
                     "    local name\n"
                     "    while IFS= read -r name; do\n"
                     "        [[ $name == \"${1//\\\\/}\"* ]] && COMPREPLY+=(\"$name\")\n"
                     "    done < <(\"${COMP_WORDS[0]}\" list --names 2>/dev/null)\n"
                     "}\n"
                     "_lathe() {\n"
                     "    local word=${COMP_WORDS[COMP_CWORD]} words machines files=1\n"
                     "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "    case $before in\n");

    bash_values(out);
    g_string_append(out, "    esac\n    case ${COMP_WORDS[1]} in\n");
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        bash_verb(out, verb);
    g_string_append(out, "    esac\n    [ \"$COMP_CWORD\" = 1 ] && words=\"");
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        g_string_append_printf(out, "%s ", verb->name);
    g_string_append(out,
                    "\"\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                    "    [ -n \"$machines\" ] && [[ $word != -* ]] && _lathe_machines \"$word\"\n"
                    "    [[ -n $files && ( -n $machines || ${#COMPREPLY[@]} = 0 ) ]] && "
                    "COMPREPLY+=($(compgen -f -- \"$word\"))\n"
                    "}\ncomplete -o filenames -F _lathe lathe\n");
    return g_string_free(out, FALSE);
}
