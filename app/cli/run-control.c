/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of one run between the built session and the exit status. */
#include "app/cli/run-control.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/run-keep.h"
#include "app/cli/run-suspend.h"
#include "app/cli/terminal.h"
#include "app/console/server.h"
#include "app/control/control-path.h"
#include "app/control/gdb.h"
#include "app/control/qmp.h"
#include "app/library/library.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/expect.h"
#include "app/session/recording.h"
#include "app/session/remote.h"

struct run_control {
    struct lathe_cli *cli;
    LatheSession *session;
    const struct lathe_front_end *front_end;
    GMainLoop *loop; /* without a front end */
    struct lathe_terminal *terminal;
    struct lathe_console_server *ports;
    struct lathe_expect *expect;
    struct lathe_run_suspend *suspend;
    struct lathe_run_keep *keep;
    struct lathe_qmp *qmp;
    guint timer, retry, signals[3];
    bool ended;
    bool held; /* once, at least */
    int status;
    char *message; /* for standard error, once the terminal is given back */
};

static void run_end(struct run_control *control, int status, char *message)
{
    if (control->ended) {
        g_free(message);
        return;
    }
    control->ended = true;
    control->status = status;
    control->message = message;
    if (control->front_end != NULL)
        control->front_end->quit();
    else if (control->loop != NULL)
        g_main_loop_quit(control->loop);
}

/* ---- what ends a run ---- */

static void run_on_leave(void *opaque)
{
    run_end(opaque, LATHE_EXIT_OK, NULL);
}

static void run_on_match(void *opaque)
{
    run_end(opaque, LATHE_EXIT_OK, NULL);
}

static gboolean run_on_timeout(gpointer data)
{
    struct run_control *control = data;

    control->timer = 0;
    run_end(control, LATHE_EXIT_TIMEOUT,
            g_strdup_printf(_("the time ran out after %g s"), control->cli->timeout));
    return G_SOURCE_REMOVE;
}

static gboolean run_on_signal(struct run_control *control, int number)
{
    run_end(control, 128 + number, g_strdup_printf(_("ended by signal %d"), number));
    return G_SOURCE_CONTINUE;
}

static gboolean run_on_sigint(gpointer data)
{
    return run_on_signal(data, SIGINT);
}

static gboolean run_on_sigterm(gpointer data)
{
    return run_on_signal(data, SIGTERM);
}

static gboolean run_on_sighup(gpointer data)
{
    return run_on_signal(data, SIGHUP);
}

/* A window stays to say what happened, unless a script waits or the guest ended the process. */
static bool run_outlives_machine(const struct run_control *control)
{
    if (control->cli->restarts &&
        lathe_session_get_exit_status(control->session) == LATHE_EXIT_RESET)
        return false;
    return control->front_end != NULL && control->cli->expect == NULL &&
           control->cli->timeout == 0 && !lathe_session_stop_is_debug_exit(control->session);
}

static char *run_stop_message(const struct run_control *control)
{
    int status = lathe_session_get_exit_status(control->session);

    if (status == LATHE_EXIT_RESET && control->cli->restarts)
        return NULL;
    if (status == LATHE_EXIT_INTERNAL || status == LATHE_EXIT_RESET)
        return g_strdup(lathe_session_get_stop_text(control->session));
    if (status == LATHE_EXIT_OK && control->cli->expect != NULL)
        return g_strdup(_("the guest powered off before its text matched"));
    return NULL;
}

static void run_on_stopped(LatheSession *session, gpointer data)
{
    struct run_control *control = data;

    if (!run_outlives_machine(control))
        run_end(control, lathe_session_get_exit_status(session), run_stop_message(control));
}

/* ---- a machine that holds ---- */

#define RUN_RETRY_S 2

static gboolean run_on_retry(gpointer data)
{
    struct run_control *control = data;

    control->retry = 0;
    lathe_session_start(control->session);
    return G_SOURCE_REMOVE;
}

/* A window asks; without one it is tried again by itself, and said once. */
static void run_on_held(LatheSession *session, gpointer data)
{
    struct run_control *control = data;

    if (control->front_end != NULL)
        return;
    if (!control->held)
        fprintf(stderr, "lathe: %s: %s\r\n", _("paused"), lathe_session_get_hold_text(session));
    control->held = true;
    if (control->retry == 0)
        control->retry = g_timeout_add_seconds(RUN_RETRY_S, run_on_retry, control);
}

static void run_on_warning(LatheSession *session, const char *sentence, gpointer data)
{
    fprintf(stderr, "lathe: %s\r\n", sentence);
}

static void run_on_recording(LatheSession *session, gpointer data)
{
    struct lathe_recording_status status;

    if (!lathe_recording_get(session, &status) || status.active || status.why == NULL)
        return;
    g_autofree char *text = lathe_recording_describe(&status);
    fprintf(stderr, "lathe: %s: %s\r\n", status.path, text);
}

static void run_on_request(LatheSession *session, gpointer data)
{
    GPtrArray *requests = lathe_session_get_requests(session);
    const struct lathe_session_request *request = requests->pdata[requests->len - 1];

    fprintf(stderr, "lathe: %s\r\n", request->sentence);
}

/* ---- the run ---- */

static void run_say_serial(unsigned number, const char *path)
{
    g_autofree char *text = g_strdup_printf(_("serial port %u is %s"), number, path);

    fprintf(stderr, "lathe: %s\n", text);
}

static struct lathe_terminal *run_open_terminal(struct run_control *control, LatheSerial *serial)
{
    g_autoptr(LatheConsole) console = lathe_console_new_serial(serial);

    return lathe_terminal_new(console, _("serial console; Ctrl-] ends the machine"), run_on_leave,
                              control);
}

static void run_connect_serials(struct run_control *control)
{
    GPtrArray *serials = lathe_session_get_serials(control->session);

    for (unsigned i = 0; i < serials->len; i++) {
        g_autofree char *location = lathe_serial_dup_location(serials->pdata[i]);
        if (lathe_serial_is_stdio(serials->pdata[i]))
            control->terminal = run_open_terminal(control, serials->pdata[i]);
        else if (location != NULL && g_str_has_prefix(location, "pty:"))
            run_say_serial(i + 1, location + strlen("pty:"));
    }
    if (control->cli->expect != NULL && serials->len > 0)
        control->expect =
            lathe_expect_new(serials->pdata[0], control->cli->expect, run_on_match, control);
}

static void run_begin(struct run_control *control)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is an error of write(), not our end */
    signal(SIGXFSZ, SIG_IGN); /* as is a limit on files' sizes */
    control->signals[0] = g_unix_signal_add(SIGINT, run_on_sigint, control);
    control->signals[1] = g_unix_signal_add(SIGTERM, run_on_sigterm, control);
    control->signals[2] = g_unix_signal_add(SIGHUP, run_on_sighup, control);
    run_connect_serials(control);
    control->suspend = lathe_run_suspend_new(control->cli, control->session, run_on_leave, control);
    g_signal_connect(control->session, "stopped", G_CALLBACK(run_on_stopped), control);
    g_signal_connect(control->session, "held", G_CALLBACK(run_on_held), control);
    g_signal_connect(control->session, "warning", G_CALLBACK(run_on_warning), control);
    g_signal_connect(control->session, "recording-changed", G_CALLBACK(run_on_recording), control);
    g_signal_connect(control->session, "network-request", G_CALLBACK(run_on_request), control);
    if (control->cli->timeout > 0)
        control->timer =
            g_timeout_add((guint)(control->cli->timeout * 1000), run_on_timeout, control);
}

/* The disks are closed: the machine is suspended now, if that was wanted. */
static void run_finish_suspend(struct run_control *control)
{
    g_autoptr(GError) error = NULL;

    if (lathe_run_suspend_finish(control->suspend, &error))
        return;
    g_free(control->message);
    control->message = g_strdup(error->message);
    control->status = LATHE_EXIT_INTERNAL;
}

static void run_finish(struct run_control *control)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(control->signals); i++)
        g_source_remove(control->signals[i]);
    g_clear_handle_id(&control->timer, g_source_remove);
    g_clear_handle_id(&control->retry, g_source_remove);
    lathe_expect_free(control->expect);
    lathe_terminal_free(control->terminal);
    g_signal_handlers_disconnect_by_data(control->session, control);
    lathe_session_close(control->session);
    run_finish_suspend(control);
    lathe_run_keep_free(control->keep);
    if (control->message != NULL)
        lathe_cli_fail(control->status, control->message);
    g_free(control->message);
}

static bool run_loop(struct run_control *control, GError **error)
{
    if (control->front_end != NULL)
        return control->ended || control->front_end->run(control->session, error);
    control->loop = g_main_loop_new(NULL, FALSE);
    if (!control->ended)
        g_main_loop_run(control->loop);
    g_clear_pointer(&control->loop, g_main_loop_unref);
    return true;
}

#ifdef LATHE_HAVE_GDB
static void run_say_gdb(const char *address)
{
    g_autofree char *text = g_strdup_printf(_("the machine waits for gdb at %s"), address);

    fprintf(stderr, "lathe: %s\n", text);
}
#endif

/* With gdb the machine waits until gdb lets it go. */
static bool run_start(struct run_control *control, struct lathe_gdb **gdb, GError **error)
{
    const char *address = control->cli->definition->gdb;

    *gdb = NULL;
#ifdef LATHE_HAVE_GDB
    if (address != NULL) {
        *gdb = lathe_gdb_start(control->session, address, error);
        if (*gdb != NULL)
            run_say_gdb(address);
        return *gdb != NULL;
    }
#else
    if (address != NULL)
        return lathe_error_input(error, "this version was built without --gdb");
#endif
    lathe_session_start(control->session);
    return true;
}

/* From the machine's first moment on. */
static bool run_record(const struct run_control *control, GError **error)
{
    return control->cli->record == NULL ||
           lathe_recording_start(control->session, control->cli->record, error);
}

#ifdef LATHE_HAVE_GDB
static void run_on_quit(void *opaque)
{
    run_end(opaque, LATHE_EXIT_OK, NULL);
}
#endif

/* Before the machine starts, so that a client sees all of it. */
static bool run_serve(struct run_control *control, GError **error)
{
    const char *address = lathe_session_get_definition(control->session)->control;

    if (address == NULL || control->qmp != NULL)
        return true;
#ifdef LATHE_HAVE_GDB
    control->qmp = lathe_qmp_start(control->session, address, run_on_quit, control, error);
    return control->qmp != NULL;
#else
    return lathe_error_input(error, "this version was built without --control");
#endif
}

static void run_say_remote(const struct lathe_remote *remote)
{
    g_autofree char *uri = lathe_remote_dup_uri(remote);
    g_autofree char *text = g_strdup_printf(_("viewers may come: remote-viewer '%s'"), uri);

    fprintf(stderr, "lathe: %s\n", text);
}

/* Viewers elsewhere, if they may come. */
static bool run_open_remote(struct run_control *control, struct lathe_remote **remote,
                            GError **error)
{
    g_autoptr(GError) found = NULL;

    *remote = lathe_remote_start(control->session, &found);
    if (*remote != NULL)
        run_say_remote(*remote);
    if (found == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&found));
    return false;
}

#define RUN_SOCKET_MAX 100 /* bytes of its name that the host has room for, and some */

void lathe_run_choose_socket(struct lathe_definition *definition)
{
    g_autofree char *path = lathe_control_path(getpid());
    g_autofree char *folder = lathe_control_folder();

    if (definition->control != NULL || strlen(path) >= RUN_SOCKET_MAX ||
        g_mkdir_with_parents(folder, 0700) != 0)
        return;
    lathe_control_sweep();
    definition->control = g_strconcat("unix:", path, NULL);
}

/* The ports of a machine that is kept are for "lathe console"; it runs without them, too. */
static void run_offer_ports(struct run_control *control)
{
    g_autofree char *path = lathe_console_socket_path((int)getpid());
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    if (control->cli->machine == NULL || g_mkdir_with_parents(folder, 0700) != 0)
        return;
    control->ports = lathe_console_server_start(control->session, path, &error);
    if (control->ports == NULL)
        lathe_machine_log(control->cli->machine, "%s", error->message);
}

/* The trial is a machine of the library now, and has what those have. */
static void run_on_kept(void *opaque)
{
    struct run_control *control = opaque;
    g_autoptr(GError) error = NULL;

    lathe_run_choose_socket(lathe_session_get_definition(control->session));
    if (!run_serve(control, &error))
        lathe_machine_log(control->cli->machine, "%s", error->message);
    run_offer_ports(control);
    control->suspend = lathe_run_suspend_new(control->cli, control->session, run_on_leave, control);
}

int lathe_run_control(struct lathe_cli *cli, LatheSession *session,
                      const struct lathe_front_end *front_end)
{
    struct run_control control = {.cli = cli, .session = session, .front_end = front_end};
    struct lathe_gdb *gdb = NULL;
    struct lathe_remote *remote = NULL;
    g_autoptr(GError) error = NULL;

    run_begin(&control);
    run_offer_ports(&control);
    control.keep = lathe_run_keep_new(cli, session, run_on_kept, &control);
    if (!run_open_remote(&control, &remote, &error) || !run_serve(&control, &error) ||
        !run_record(&control, &error) || !run_start(&control, &gdb, &error) ||
        !run_loop(&control, &error))
        run_end(&control, LATHE_EXIT_USAGE, g_strdup(error->message));
    else if (!control.ended) /* the window was closed */
        control.status = lathe_session_get_exit_status(session);
#ifdef LATHE_HAVE_GDB
    lathe_qmp_stop(control.qmp);
    lathe_gdb_stop(gdb);
#endif
    lathe_console_server_stop(control.ports);
    lathe_remote_stop(remote);
    run_finish(&control);
    return control.status;
}
