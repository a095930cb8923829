/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe record NAME FILE": the machine's own process writes; this one begins it, waits for its
 * time, a signal or the machine's end, and says what came of it. */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

#include "app/actions/actions.h"
#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/plan/error.h"
#include "app/session/recording.h"

#define RECORD_PATIENCE 30000 /* ms */
#define RECORD_LOOK     250   /* ms between two looks whether it goes on */

struct record_run {
    struct lathe_control *control;
    GMainLoop *loop;
    bool stopping, gone;
    struct lathe_recording_status status;
    char *why;
};

/* False: the machine has gone, or refused; *error may be NULL. */
static bool record_say(struct record_run *run, const char *command, JsonObject *arguments,
                       GError **error)
{
    g_autoptr(JsonNode) answer = lathe_control_call(run->control, command, arguments, error);
    JsonObject *info = answer != NULL ? json_node_get_object(answer) : NULL;

    if (info == NULL)
        return false;
    run->status = (struct lathe_recording_status){
        .active = json_object_get_boolean_member(info, "recording"),
        .time = (guint64)json_object_get_int_member(info, "time"),
        .frames = (guint64)json_object_get_int_member(info, "frames"),
        .merged = (guint64)json_object_get_int_member(info, "merged"),
        .size = (guint64)json_object_get_int_member(info, "size"),
    };
    g_free(run->why);
    run->why = g_strdup(json_object_get_string_member_with_default(info, "reason", NULL));
    run->status.why = run->why;
    return true;
}

static gboolean record_look(gpointer data)
{
    struct record_run *run = data;

    run->gone = !record_say(run, "__org.lathe_vm_query-record", NULL, NULL);
    if (run->gone || !run->status.active)
        g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean record_stop(gpointer data)
{
    struct record_run *run = data;

    if (!run->stopping && !record_say(run, "__org.lathe_vm_record-stop", NULL, NULL)) {
        run->gone = true;
        g_main_loop_quit(run->loop);
    }
    run->stopping = true;
    return G_SOURCE_CONTINUE;
}

static gboolean record_on_time(gpointer data)
{
    record_stop(data);
    return G_SOURCE_REMOVE;
}

static void record_wait(struct record_run *run, double seconds)
{
    guint sources[] = {
        g_unix_signal_add(SIGINT, record_stop, run), g_unix_signal_add(SIGTERM, record_stop, run),
        g_unix_signal_add(SIGHUP, record_stop, run), g_timeout_add(RECORD_LOOK, record_look, run)};

    if (seconds > 0)
        g_timeout_add((guint)(seconds * 1000), record_on_time, run);
    run->loop = g_main_loop_new(NULL, FALSE);
    g_main_loop_run(run->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    g_main_loop_unref(run->loop);
}

static bool record_begin(struct record_run *run, const struct lathe_cli *cli, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    JsonObject *arguments = json_object_new();

    g_autoptr(lathe_machine) machine = lathe_library_find(library, cli->operands->pdata[0], error);
    g_autofree char *path = g_canonicalize_filename(cli->operands->pdata[1], NULL);
    json_object_set_string_member(arguments, "filename", path);
    run->control = machine != NULL ? lathe_action_connect(machine, RECORD_PATIENCE, error) : NULL;
    if (run->control != NULL)
        return record_say(run, "__org.lathe_vm_record-start", arguments, error);
    json_object_unref(arguments);
    return false;
}

static int record_end(const struct record_run *run)
{
    g_autofree char *text = lathe_recording_describe(&run->status);

    if (run->gone)
        return lathe_cli_fail(LATHE_EXIT_OK, _("the machine has ended, and the recording with it"));
    if (run->why != NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, text);
    puts(text);
    return LATHE_EXIT_OK;
}

int lathe_verb_record(struct lathe_cli *cli)
{
    struct record_run run = {0};
    g_autoptr(GError) error = NULL;
    int status;

    if (cli->operands->len != 2)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe record takes a machine's NAME and a FILE"));
    if (record_begin(&run, cli, &error)) {
        record_wait(&run, cli->seconds);
        status = record_end(&run);
    } else {
        status = lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    }
    lathe_control_free(run.control);
    g_free(run.why);
    return status;
}
