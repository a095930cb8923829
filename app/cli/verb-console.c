/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe console NAME [PORT]": this terminal becomes the serial console of a running machine. */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/front-end.h"
#include "app/cli/terminal.h"
#include "app/plan/error.h"

struct console_run {
    GMainLoop *loop;
    const char *end; /* a sentence for standard error; NULL: the user left */
    int status;
};

static void console_end(struct console_run *run, const char *end, int status)
{
    run->end = end;
    run->status = status;
    g_main_loop_quit(run->loop);
}

static void console_on_leave(void *opaque)
{
    console_end(opaque, NULL, LATHE_EXIT_OK);
}

static gboolean console_on_signal(gpointer data)
{
    console_end(data, NULL, LATHE_EXIT_OK);
    return G_SOURCE_CONTINUE;
}

static void console_on_changed(LatheConsole *console, struct console_run *run)
{
    bool closed = lathe_console_get_state(console) == LATHE_CONSOLE_CLOSED;

    console_end(run, lathe_console_get_reason(console), closed ? LATHE_EXIT_USAGE : LATHE_EXIT_OK);
}

static bool console_is_address(const char *operand)
{
    return g_str_has_prefix(operand, "unix:") || g_str_has_prefix(operand, "pty:") ||
           *operand == '/';
}

static LatheConsole *console_open(const struct lathe_cli *cli, GError **error)
{
    const char *name = cli->operands->len > 0 ? cli->operands->pdata[0] : NULL;
    const char *port = cli->operands->len > 1 ? cli->operands->pdata[1] : NULL;

    if (name == NULL || cli->operands->len > 2 || (port != NULL && console_is_address(name))) {
        lathe_error_input(error, "lathe console takes a machine's NAME and a PORT, or an address");
        return NULL;
    }
    return console_is_address(name) ? lathe_console_open(name, error)
                                    : lathe_console_attach(name, port, error);
}

static int console_run(LatheConsole *console)
{
    struct console_run run = {.loop = g_main_loop_new(NULL, FALSE)};
    guint signals[] = {g_unix_signal_add(SIGTERM, console_on_signal, &run),
                       g_unix_signal_add(SIGHUP, console_on_signal, &run),
                       g_unix_signal_add(SIGINT, console_on_signal, &run)};

    signal(SIGPIPE, SIG_IGN);
    g_signal_connect(console, "changed", G_CALLBACK(console_on_changed), &run);
    struct lathe_terminal *terminal =
        lathe_terminal_new(console, _("serial console; Ctrl-] leaves"), console_on_leave, &run);
    g_main_loop_run(run.loop);
    lathe_terminal_free(terminal);
    if (run.end != NULL)
        lathe_cli_fail(run.status, run.end);
    lathe_console_close(console);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    g_main_loop_unref(run.loop);
    return run.status;
}

/* "2", "serial1" or "console0" behind a machine's name is its port. */
static bool console_is_port(const char *word)
{
    static const char *const kinds[] = {"serial", "console", "channel"};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_has_prefix(word, kinds[i])) {
            word += strlen(kinds[i]);
            break;
        }
    }
    return *word != '\0' && word[strspn(word, "0123456789")] == '\0';
}

static struct lathe_console_target *console_targets(const GPtrArray *operands)
{
    struct lathe_console_target *targets = g_new0(struct lathe_console_target, operands->len + 1);
    guint count = 0;

    for (guint i = 0; i < operands->len; i++) {
        const char *word = operands->pdata[i];
        if (count > 0 && targets[count - 1].port == NULL && console_is_port(word))
            targets[count - 1].port = word;
        else
            targets[count++].machine = word;
    }
    return targets;
}

static int console_show(const struct lathe_cli *cli, GError **error)
{
    g_autofree struct lathe_console_target *targets = console_targets(cli->operands);
    const struct lathe_front_end *front_end = lathe_front_end_find("gtk", error);

    if (front_end == NULL || !front_end->show_consoles(targets, error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, (*error)->message);
    return LATHE_EXIT_OK;
}

int lathe_verb_console(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    if (cli->keep.window)
        return console_show(cli, &error);
    g_autoptr(LatheConsole) console = console_open(cli, &error);

    if (console == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return console_run(console);
}
