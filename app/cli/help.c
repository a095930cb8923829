/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help and the man page, both made from the verb and option tables. */
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/tool.h"

#define HELP_WIDTH  79
#define HELP_INDENT 8
#define MAN_WORD    30 /* letters: longer ones may be broken */

/* ---- plain text ---- */

void lathe_help_wrap(GString *out, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    size_t column = 0;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (column != 0 && column + 1 + strlen(words[i]) > HELP_WIDTH) {
            g_string_append_c(out, '\n');
            column = 0;
        }
        if (column == 0)
            g_string_append_printf(out, "%*s", HELP_INDENT, "");
        else
            g_string_append_c(out, ' ');
        column += (column == 0 ? HELP_INDENT : 1) + strlen(words[i]);
        g_string_append(out, words[i]);
    }
    g_string_append_c(out, '\n');
}

static void help_option(GString *out, const struct lathe_option *option)
{
    g_string_append_printf(out, "  --%s%s%s%s\n", option->name, option->argument ? " " : "",
                           option->argument ? option->argument : "",
                           (option->flags & OPTION_REPEATS) != 0 ? "  (repeatable)" : "");
    lathe_help_wrap(out, option->help);
}

static char *help_overview(void)
{
    GString *out = g_string_new("Lathe, a workstation for virtual machines\n\n"
                                "Usage: lathe                     a window to drop discs and disk "
                                "images on,\n"
                                "                                 or the library in a terminal "
                                "without a desktop\n"
                                "       lathe FILE...             a machine for each, which saves "
                                "nothing\n"
                                "       lathe COMMAND [options]\n\nCommands:\n");

    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        g_string_append_printf(out, "  %-8s %s\n", verb->name, verb->summary);
    g_string_append(out, "\nlathe help COMMAND shows what a command takes.\n");
    return g_string_free(out, FALSE);
}

static const char help_exit[] =
    "Exit status: 0 the guest powered off, or --expect-serial matched; 2 bad usage or bad input; "
    "3 an internal error; 4 the guest reset with --no-reboot, or triple-faulted; 124 the time ran "
    "out.";

static char *help_of_verb(const struct lathe_verb *verb)
{
    GString *out = g_string_new(NULL);
    bool is_run = strcmp(verb->name, "run") == 0;

    g_string_append_printf(out, "lathe %s: %s\n\nUsage: lathe %s%s%s [options]\n", verb->name,
                           verb->summary, verb->name, *verb->operands ? " " : "", verb->operands);
    if (is_run)
        g_string_append(out, "       lathe run --kernel FILE [options]\n");
    g_string_append(out, "\nOptions:\n");
    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++) {
        if (lathe_option_fits(option, verb))
            help_option(out, option);
    }
    if (is_run) {
        g_string_append(out, "\nSizes understand K, M, G and T.\n");
        g_string_append_printf(out, "%s\n", help_exit);
    }
    return g_string_free(out, FALSE);
}

char *lathe_help_text(const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = verb != NULL ? lathe_tool_find(verb->name) : NULL;

    if (tool != NULL)
        return lathe_tool_help(tool, NULL);
    return verb == NULL ? help_overview() : help_of_verb(verb);
}

/* ---- troff ---- */

/* Dashes and backslashes mean something to troff, and so does a line's first dot or quote. A long
 * word that is made of parts may be broken behind one of them. */
static void man_text(GString *out, const char *text)
{
    const char *word = text;

    if (*text == '.' || *text == '\'')
        g_string_append(out, "\\&");
    for (; *text != '\0'; text++) {
        word = *text == ' ' ? text + 1 : word;
        if (*text == '-' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
        if (*text == '\\')
            g_string_append_c(out, 'e');
        if (strchr(",|=:", *text) != NULL && strcspn(word, " ") > MAN_WORD)
            g_string_append(out, "\\:");
    }
}

static void man_option(GString *out, const struct lathe_option *option)
{
    g_string_append(out, ".TP\n.B ");
    man_text(out, "--");
    man_text(out, option->name);
    if (option->argument != NULL) {
        g_string_append(out, " \\fI");
        man_text(out, option->argument);
        g_string_append(out, "\\fR");
    }
    g_string_append_c(out, '\n');
    man_text(out, option->help);
    g_string_append(out, (option->flags & OPTION_REPEATS) != 0 ? ". Repeatable.\n" : ".\n");
}

static void man_verb(GString *out, const struct lathe_verb *verb)
{
    const struct lathe_tool *tool = lathe_tool_find(verb->name);

    if (tool != NULL) {
        lathe_tool_man(out, tool, man_text);
        return;
    }
    g_string_append(out, ".SS lathe ");
    man_text(out, verb->name);
    g_string_append_printf(out, " %s\n", verb->operands);
    man_text(out, verb->summary);
    g_string_append(out, ".\n");
    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++) {
        if (lathe_option_fits(option, verb) && !lathe_option_fits(option, NULL))
            man_option(out, option);
    }
}

char *lathe_man_page(void)
{
    GString *out =
        g_string_new(".TH LATHE 1 " LATHE_DATE " \"Lathe " LATHE_VERSION "\"\n.ad l\n"
                     ".SH NAME\nlathe \\- a workstation for virtual machines\n"
                     ".SH SYNOPSIS\n.B lathe\n.I COMMAND\n[options]\n.br\n"
                     ".B lathe\n.I FILE ...\n.br\n.B lathe\n"
                     ".SH DESCRIPTION\nWithout arguments it opens a window to drop disc "
                     "and disk images on; where there is no desktop, it shows the "
                     "library in the terminal. A FILE starts in a machine of its own that "
                     "saves nothing.\n.SH COMMANDS\n");

    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++)
        man_verb(out, verb);
    g_string_append(out, ".SH COMMON OPTIONS\n");
    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++) {
        if (lathe_option_fits(option, NULL))
            man_option(out, option);
    }
    g_string_append(out, ".SH EXIT STATUS\n");
    man_text(out, help_exit + strlen("Exit status: "));
    g_string_append(out, "\nWith \\-\\-debug\\-exit the guest chooses it.\n");
    return g_string_free(out, FALSE);
}
