/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child for each machine; its last line on standard error is what went wrong, if it did. */
#include "ui/gtk/launch.h"

#include <signal.h>

#define LAUNCH_OPENS_MS 5000 /* after this it is on its own feet */

struct launch {
    GApplication *application;
    lathe_launch_failed_fn *failed;
    GSubprocess *process;
    GDataInputStream *errors;
    char *last; /* line */
    guint timer;
};

static void launch_let_go(struct launch *launch)
{
    if (launch->timer == 0)
        return;
    g_source_remove(launch->timer);
    launch->timer = 0;
    g_application_release(launch->application);
}

static gboolean launch_on_time(gpointer data)
{
    struct launch *launch = data;

    launch->timer = 0;
    g_application_release(launch->application);
    return G_SOURCE_REMOVE;
}

static void launch_free(struct launch *launch)
{
    launch_let_go(launch);
    g_clear_object(&launch->process);
    g_clear_object(&launch->errors);
    g_object_unref(launch->application);
    g_free(launch->last);
    g_free(launch);
}

/* By bad input, or by a fault of ours; not by somebody's wish. */
static gboolean launch_ended_badly(GSubprocess *process)
{
    if (g_subprocess_get_if_exited(process))
        return g_subprocess_get_exit_status(process) == 2;
    int number = g_subprocess_get_if_signaled(process) ? g_subprocess_get_term_sig(process) : 0;
    return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGILL;
}

static void launch_on_exit(GObject *source, GAsyncResult *result, gpointer data)
{
    struct launch *launch = data;
    const char *text = launch->last != NULL ? launch->last : "The machine ended unexpectedly.";

    g_subprocess_wait_finish(launch->process, result, NULL);
    if (launch_ended_badly(launch->process))
        launch->failed(launch->application,
                       g_str_has_prefix(text, "lathe: ") ? text + strlen("lathe: ") : text);
    launch_free(launch);
}

static void launch_read(struct launch *launch);

static void launch_on_line(GObject *source, GAsyncResult *result, gpointer data)
{
    struct launch *launch = data;
    char *line = g_data_input_stream_read_line_finish_utf8(launch->errors, result, NULL, NULL);

    if (line == NULL) {
        g_subprocess_wait_async(launch->process, NULL, launch_on_exit, launch);
        return;
    }
    g_printerr("%s\n", line);
    g_free(launch->last);
    launch->last = line;
    launch_read(launch);
}

static void launch_read(struct launch *launch)
{
    g_data_input_stream_read_line_async(launch->errors, G_PRIORITY_DEFAULT, NULL, launch_on_line,
                                        launch);
}

void lathe_launch(GApplication *application, const char *path, lathe_launch_failed_fn *failed)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autoptr(GError) error = NULL;
    GSubprocess *process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                                            program != NULL ? program : "lathe", "run", "--display",
                                            "gtk", "--", path, NULL);

    if (process == NULL) {
        failed(application, error->message);
        return;
    }
    struct launch *launch = g_new0(struct launch, 1);
    launch->application = g_object_ref(application);
    launch->failed = failed;
    launch->process = process;
    launch->errors = g_data_input_stream_new(g_subprocess_get_stderr_pipe(process));
    g_application_hold(application);
    launch->timer = g_timeout_add(LAUNCH_OPENS_MS, launch_on_time, launch);
    launch_read(launch);
}
