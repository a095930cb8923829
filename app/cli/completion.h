/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What shells complete, made from the tables of verbs, options and tools: a writer for each shell,
 * and what they share. Main thread only.
 */
#ifndef LATHE_CLI_COMPLETION_H
#define LATHE_CLI_COMPLETION_H

#include <glib.h>
#include <stdbool.h>

struct lathe_tool;
struct lathe_verb;

/* An option as a shell sees it, of a verb or of a tool's command. */
struct lathe_completion {
    const char *name, *argument; /* argument NULL: it takes none */
    const char *words;           /* the values, "@file" for files; NULL: nothing to offer */
    const char *help;
    bool repeats;
};

/* Called for each option. */
typedef void lathe_completion_put(GString *out, const struct lathe_completion *option,
                                  const void *opaque);

/* The options of a verb that is no tool. */
void lathe_completion_verb(GString *out, const struct lathe_verb *verb, lathe_completion_put *put,
                           const void *opaque);
/* The options of a tool's command, by its index. */
void lathe_completion_command(GString *out, const struct lathe_tool *tool, unsigned command,
                              lathe_completion_put *put, const void *opaque);
/* Does it take the name of a machine that there is, which "lathe list --names" tells? Or a file's
 * name, too? */
bool lathe_completion_takes_machine(const struct lathe_verb *verb);
bool lathe_completion_takes_file(const struct lathe_verb *verb);
/* Help's first words, which fit beside a name in a list. g_free. */
char *lathe_completion_brief(const char *help);

/* The scripts: g_free. */
char *lathe_completion_bash(void);
char *lathe_completion_zsh(void);
char *lathe_completion_fish(void);

#endif
