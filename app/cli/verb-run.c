/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe run": checks the line against the host, prints the plan or builds and runs the machine. */
#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/settings/inputs.h"
#include "app/cli/machines.h"
#include "app/cli/run-control.h"
#include "app/cli/run-files.h"
#include "app/cli/run-suspend.h"
#include "app/firmware/firmware.h"
#include "app/library/last-words.h"
#include "app/library/library.h"
#include "app/library/saved.h"
#include "app/plan/error.h"
#include "app/plan/plan.h"
#include "app/settings/install.h"
#include "emulator/api/host.h"

static int run_list_cpus(void)
{
    g_autofree char *models = g_strjoinv(" ", (char **)emu_cpu_models());
    g_autofree char *features = g_strjoinv(" ", (char **)emu_cpu_features());

    printf("models:   %s\nfeatures: %s\n", models, features);
    return LATHE_EXIT_OK;
}

static int run_list_traces(void)
{
    const char **events = emu_trace_events();

    for (size_t i = 0; events != NULL && events[i] != NULL; i++)
        puts(events[i]);
    free(events);
    return LATHE_EXIT_OK;
}

/* What the line alone and the files it names can get wrong. */
static bool run_settle(struct lathe_cli *cli, GError **error)
{
    if (cli->operands->len > 1)
        return lathe_error_input(error, "lathe run takes one NAME or FILE, and '%s' is a second",
                                 (const char *)cli->operands->pdata[1]);
    if (cli->operands->len == 1 && !cli->by_definition &&
        !lathe_inputs_take_file(cli->definition, cli->operands->pdata[0], error))
        return false;
    if (cli->operands->len == 1 && !cli->by_definition && !cli->memory_given)
        lathe_inputs_settle_memory(cli->definition);
    if (!lathe_inputs_check(cli->definition, error))
        return false;
    lathe_inputs_look(cli->definition);
    if (cli->dry_run)
        lathe_inputs_identify(cli->definition);
    if (!lathe_firmware_settle(cli->definition, error) ||
        !lathe_definition_complete(cli->definition, lathe_front_end_have_display(), error))
        return false;
    lathe_firmware_find_roms(cli->definition);
    return true;
}

static bool run_print_plan(const struct lathe_cli *cli, const struct lathe_host_facts *facts,
                           GError **error)
{
    g_autofree char *devices = lathe_session_describe(cli->definition, error);

    if (devices == NULL)
        return false;
    g_autoptr(lathe_plan) plan = lathe_plan_new(cli->definition, facts, devices, error);
    if (plan == NULL)
        return false;
    g_autofree char *text = lathe_plan_format(plan);
    fputs(text, stdout);
    return true;
}

static int run_fail(const GError *error)
{
    bool ours = g_error_matches(error, LATHE_ERROR, LATHE_ERROR_INTERNAL);

    return lathe_cli_fail(ours ? LATHE_EXIT_INTERNAL : LATHE_EXIT_USAGE, error->message);
}

/* It came to nothing, and whoever started it from a window reads why in the log. */
static int run_refuse(const struct lathe_cli *cli, const GError *error)
{
    if (cli->machine != NULL && !cli->dry_run)
        lathe_last_words_failed(cli->machine, error->message);
    return run_fail(error);
}

/* The last words, for who looks why it is gone. */
static void run_log_end(const struct lathe_cli *cli, LatheSession *session, int status,
                        const GError *error)
{
    const char *stop = lathe_session_get_stop_text(session);

    if (cli->machine == NULL || (cli->restarts && status == LATHE_EXIT_RESET))
        return;
    if (error != NULL)
        lathe_last_words_failed(cli->machine, error->message);
    else
        lathe_last_words_ended(cli->machine, status, stop);
}

/* ---- an installation ---- */

/* A restart of the guest ends the process while it is installed: what it is started with then may
 * be another. */
static void run_begin_install(struct lathe_cli *cli)
{
    struct lathe_definition *definition = cli->definition;

    cli->restarts = cli->machine != NULL && definition->installing && !definition->no_reboot;
    definition->no_reboot |= cli->restarts;
}

/* Its guest has restarted: the machine goes on by what its definition says now. Returns only if
 * that cannot be. */
static int run_again(GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    gsize length = 0;

    if (!g_file_get_contents("/proc/self/cmdline", &text, &length, error))
        return LATHE_EXIT_INTERNAL;
    for (gsize at = 0; at < length; at += strlen(text + at) + 1)
        g_ptr_array_add(words, text + at);
    g_ptr_array_add(words, NULL);
    execv("/proc/self/exe", (char **)words->pdata);
    lathe_error_input(error, "cannot start again: %s", g_strerror(errno));
    return LATHE_EXIT_INTERNAL;
}

/* Returns whether the machine is to be started again. Whoever ended it in another way goes on with
 * the installation the next time. */
static bool run_end_install(struct lathe_cli *cli, int status, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    bool done = false;

    return cli->restarts && *error == NULL && status == LATHE_EXIT_RESET &&
           lathe_install_settle(library, cli->machine, &done, error);
}

static int run_session(struct lathe_cli *cli, struct lathe_saved *saved, GError **error)
{
    const struct lathe_front_end *front_end = NULL;

    if (lathe_definition_has_window(cli->definition) &&
        (front_end = lathe_front_end_find(lathe_definition_get_display(cli->definition), error)) ==
            NULL)
        return LATHE_EXIT_USAGE;
    run_begin_install(cli);
    LatheSession *session = lathe_session_new(cli->definition);
    int status = LATHE_EXIT_USAGE;
    if (lathe_session_build(session, error) && lathe_run_resume(cli, session, saved, error))
        status = lathe_run_control(cli, session, front_end);
    run_log_end(cli, session, status, *error);
    cli->definition = NULL; /* the session's */
    g_object_unref(session);
    return status;
}

/* Nothing of a definition is left out without a word. */
static void run_tell_gaps(const struct lathe_cli *cli)
{
    guint count = cli->definition->gaps->len;
    const char *path = cli->by_definition ? cli->operands->pdata[0] : "";

    if (count != 0)
        fprintf(stderr,
                g_dngettext(
                    NULL, "lathe: %s: %u of its settings is not used; lathe show '%s' lists them\n",
                    "lathe: %s: %u of its settings are not used; lathe show '%s' lists them\n",
                    count),
                path, count, path);
}

/* A machine that is kept runs once at a time; it is held before anything of it is made. */
static bool run_take_lock(struct lathe_cli *cli, struct lathe_lock **lock, GError **error)
{
    if (cli->dry_run)
        return true;
    if (cli->machine != NULL || (cli->operands->len == 1 && !cli->by_definition))
        lathe_run_choose_socket(cli->definition); /* a trial of a FILE may be kept */
    if (cli->machine == NULL)
        return true;
    if (cli->machine->template)
        return lathe_error_input(error,
                                 "'%s' is a template: lathe clone '%s' NEW makes a machine of it",
                                 cli->machine->name, cli->machine->name);
    *lock = lathe_lock_take(cli->machine->folder, cli->machine->name, LATHE_LOCK_RUN, error);
    return *lock != NULL;
}

int lathe_verb_run(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;
    struct lathe_host_facts facts;
    int status = LATHE_EXIT_OK;

    if (cli->list_cpus)
        return run_list_cpus();
    if (cli->list_traces)
        return run_list_traces();
    if (cli->by_file && cli->operands->len > 1)
        return lathe_run_files(cli->operands);
    g_autoptr(lathe_lock) lock = NULL;
    g_autoptr(lathe_saved) saved = NULL;
    if (!run_take_lock(cli, &lock, &error))
        return run_fail(error);
    if (!lathe_run_resume_prepare(cli, &saved, &error) || !run_settle(cli, &error))
        return run_refuse(cli, error);
    lathe_host_facts_read(&facts);
    g_autoptr(lathe_plan) plan = lathe_plan_new(cli->definition, &facts, NULL, &error);
    if (plan == NULL)
        return run_refuse(cli, error);
    if (cli->dry_run) {
        run_print_plan(cli, &facts, &error);
    } else {
        run_tell_gaps(cli);
        if (cli->machine != NULL)
            lathe_last_words_started(cli->machine, getpid());
        status = run_session(cli, saved, &error);
        if (run_end_install(cli, status, &error)) {
            g_clear_pointer(&lock, lathe_lock_free);
            status = run_again(&error);
        }
    }
    return error != NULL ? run_fail(error) : status;
}
