/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: parses the line and runs its verb. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/cli/completion.h"
#include "app/cli/front-end.h"
#include "app/modules/module.h"
#include "app/plan/error.h"
#include "app/search/provider.h"

#define PROGRAM_SEARCH_IDLE 30u /* seconds */

int lathe_cli_fail(int status, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    fflush(stdout);
    for (size_t i = 0; lines[i] != NULL; i++)
        fprintf(stderr, "lathe: %s\n", lines[i]);
    return status;
}

const struct lathe_front_end *lathe_front_end_find(const char *display, GError **error)
{
    g_autoptr(GError) why = NULL;
    const struct lathe_front_end *front_end = lathe_module_find(display, &why);

    if (front_end == NULL)
        g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST,
                    strcmp(display, "tui") == 0 ? _("the terminal interface cannot be loaded: %s")
                                                : _("the window cannot be loaded: %s"),
                    why->message);
    return front_end;
}

bool lathe_front_end_have_display(void)
{
    const char *wayland = g_getenv("WAYLAND_DISPLAY"), *x11 = g_getenv("DISPLAY");

    return (wayland != NULL && *wayland != '\0') || (x11 != NULL && *x11 != '\0');
}

/* What the build asks for: texts made from the tables. False: nothing of that kind. */
static bool program_generate(int argc, char **argv)
{
    static const struct {
        const char *option;
        char *(*text)(void);
    } rows[] = {
        {"--man", lathe_man_page},
        {"--completion=bash", lathe_completion_bash},
        {"--completion=zsh", lathe_completion_zsh},
        {"--completion=fish", lathe_completion_fish},
    };

    for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(argv[1], rows[i].option) == 0) {
            g_autofree char *text = rows[i].text();
            fputs(text, stdout);
            return true;
        }
    }
    return false;
}

/* The library, in a window or in the terminal. */
static int program_start(bool service)
{
    g_autoptr(GError) error = NULL;
    bool window = lathe_front_end_have_display();

    if (!window && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("there is no desktop for the window: start a machine with "
                                "lathe run FILE; lathe help shows more"));
    const struct lathe_front_end *front_end = lathe_front_end_find(window ? "gtk" : "tui", &error);
    if (front_end == NULL || !front_end->start(service, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}

/* For the desktop's search: D-Bus starts it, and it ends when nobody asks. */
static int program_search(void)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_search_provider_run(PROGRAM_SEARCH_IDLE, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}

static int program_dispatch(struct lathe_cli *cli)
{
    if (cli->version) {
        puts("lathe " LATHE_VERSION);
        return LATHE_EXIT_OK;
    }
    if (cli->help) {
        g_autofree char *text = lathe_help_text(cli->verb);
        fputs(text, stdout);
        return LATHE_EXIT_OK;
    }
    if (cli->verb == NULL)
        return program_start(false);
    return cli->verb->run(cli);
}

int lathe_cli_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    g_set_prgname("lathe");
    if (program_generate(argc, argv))
        return LATHE_EXIT_OK;
    if (argc == 2 && strcmp(argv[1], "--gapplication-service") == 0) /* D-Bus activation */
        return program_start(true);
    if (argc == 2 && strcmp(argv[1], "--search-provider") == 0)
        return program_search();
    struct lathe_cli *cli = lathe_cli_parse(argc, argv, &error);
    if (cli == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    int status = program_dispatch(cli);
    lathe_cli_free(cli);
    return status;
}
