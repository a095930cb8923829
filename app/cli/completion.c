/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the completions of all shells are made of. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/completion.h"
#include "app/cli/tool.h"
#include "emulator/api/host.h"

/* Words that the emulator knows; NULL: they are in the table. */
static char *completion_known(const char *words)
{
    if (g_strcmp0(words, "@cpu") == 0)
        return g_strjoinv(" ", (char **)emu_cpu_models());
    if (g_strcmp0(words, "@board") == 0)
        return g_strjoinv(" ", (char **)emu_boards());
    if (g_strcmp0(words, "@engine") == 0)
        return g_strdup("auto kvm jit interp");
    return NULL;
}

void lathe_completion_verb(GString *out, const struct lathe_verb *verb, lathe_completion_put *put,
                           const void *opaque)
{
    for (const struct lathe_option *row = lathe_options; row->name != NULL; row++) {
        g_autofree char *known = completion_known(row->words);
        const struct lathe_completion option = {row->name, row->argument,
                                                known != NULL ? known : row->words, row->help,
                                                (row->flags & OPTION_REPEATS) != 0};

        if (lathe_option_fits(row, verb))
            put(out, &option, opaque);
    }
}

void lathe_completion_command(GString *out, const struct lathe_tool *tool, unsigned command,
                              lathe_completion_put *put, const void *opaque)
{
    for (const struct lathe_tool_option *row = tool->options; row->name != NULL; row++) {
        const struct lathe_completion option = {row->name, row->argument, row->words, row->help,
                                                true};

        if (lathe_tool_option_fits(tool, row, &tool->commands[command]))
            put(out, &option, opaque);
    }
}

char *lathe_completion_brief(const char *help)
{
    static const char *const ends[] = {" (", ": ", "; ", ". "};
    size_t length = strlen(help);

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *end = strstr(help, ends[i]);
        if (end != NULL && end != help)
            length = MIN(length, (size_t)(end - help));
    }
    return g_strndup(help, length);
}

bool lathe_completion_takes_machine(const struct lathe_verb *verb)
{
    return g_str_has_prefix(verb->operands, "NAME") && strcmp(verb->name, "create") != 0;
}

bool lathe_completion_takes_file(const struct lathe_verb *verb)
{
    return !lathe_completion_takes_machine(verb) || strstr(verb->operands, "FILE") != NULL;
}
