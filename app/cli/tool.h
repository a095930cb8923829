/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verbs with commands of their own ("lathe firmware list"), which the wizards give at link time, so
 * that nothing here knows a wizard. Parsing, help, man page and completion come from their tables.
 * Main thread only.
 */
#ifndef LATHE_CLI_TOOL_H
#define LATHE_CLI_TOOL_H

#include <glib.h>
#include <stdbool.h>

struct lathe_tool;
struct lathe_tool_line;

struct lathe_tool_command {
    const char *name, *operands, *summary;
    /* Returns an enum lathe_exit; with *error set it is printed. */
    int (*run)(const struct lathe_tool_line *line, GError **error);
};

struct lathe_tool_option {
    const char *name, *argument; /* argument NULL: it takes none */
    unsigned commands;           /* a mask by the command's index */
    const char *words;           /* for completion: words, or @file; NULL: nothing to offer */
    const char *help;
};

/* Tables are ended by a row without a name. */
struct lathe_tool {
    const char *verb;
    const struct lathe_tool_command *commands;
    const struct lathe_tool_option *options;
};

/* An option as it was given. */
struct lathe_tool_given {
    const struct lathe_tool_option *option;
    const char *value; /* NULL: the option takes none */
};

/* A parsed line; options stand in the order in which they were given, and may repeat. */
struct lathe_tool_line {
    const struct lathe_tool *tool;
    const struct lathe_tool_command *command;
    GPtrArray *operands; /* of const char * */
    GArray *options;     /* of struct lathe_tool_given */
};

/* Ended by a row without a verb. */
extern const struct lathe_tool *const lathe_tools[];

/* NULL: no tool of that name. */
const struct lathe_tool *lathe_tool_find(const char *verb);
bool lathe_tool_option_fits(const struct lathe_tool *tool, const struct lathe_tool_option *option,
                            const struct lathe_tool_command *command);

/* Was the option given? */
bool lathe_tool_has(const struct lathe_tool_line *line, const char *name);
/* The value that was given last; NULL: none. */
const char *lathe_tool_value(const struct lathe_tool_line *line, const char *name);

/* The help of one command, or, with command NULL, of all. g_free. */
char *lathe_tool_help(const struct lathe_tool *tool, const struct lathe_tool_command *command);
/* What the man page says of a tool; appended. */
void lathe_tool_man(GString *out, const struct lathe_tool *tool,
                    void (*put_text)(GString *out, const char *text));

/* Parses the words behind the verb and runs the command. Returns the exit status. */
int lathe_tool_run(const struct lathe_tool *tool, char *const *words, guint count);

#endif
