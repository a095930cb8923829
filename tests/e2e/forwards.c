/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * forwards KERNEL INITRD APPEND NET: a session with one network adapter whose first serial port
 * goes to standard output. Lines of standard input change its network: "add F", "remove F", "link
 * up", "link down", "list"; each is answered by a line on standard error.
 */
#include <stdio.h>
#include <string.h>

#include "app/plan/definition.h"
#include "app/session/session.h"

struct forwards {
    LatheSession *session;
    GMainLoop *loop;
};

static gboolean forwards_do(LatheSession *session, const char *line, GError **error)
{
    if (g_str_has_prefix(line, "add "))
        return lathe_session_add_forward(session, 0, line + 4, error);
    if (g_str_has_prefix(line, "remove "))
        return lathe_session_remove_forward(session, 0, line + 7, error);
    return lathe_session_set_link(session, 0, strcmp(line, "link up") == 0, error);
}

static gboolean forwards_on_line(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    struct forwards *forwards = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *line = NULL;

    if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(forwards->loop);
        return G_SOURCE_REMOVE;
    }
    g_strchomp(line);
    if (strcmp(line, "list") == 0) {
        g_auto(GStrv) list = lathe_session_list_forwards(forwards->session, 0);
        g_autofree char *text = g_strjoinv(" ", list);
        fprintf(stderr, "%s\n", text);
        return G_SOURCE_CONTINUE;
    }
    fprintf(stderr, "%s\n", forwards_do(forwards->session, line, &error) ? "done" : error->message);
    return G_SOURCE_CONTINUE;
}

static LatheSession *forwards_build(char **argv, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();

    definition->kernel = g_strdup(argv[1]);
    definition->initrd = g_strdup(argv[2]);
    definition->append = g_strdup(argv[3]);
    definition->memory = UINT64_C(512) << 20;
    definition->no_reboot = true;
    if (!lathe_definition_add_net(definition, argv[4], error) ||
        !lathe_definition_add_serial(definition, "file:/dev/stdout", error) ||
        !lathe_definition_complete(definition, false, error)) {
        lathe_definition_free(definition);
        return NULL;
    }
    LatheSession *session = lathe_session_new(definition);
    if (lathe_session_build(session, error))
        return session;
    g_object_unref(session);
    return NULL;
}

int main(int argc, char **argv)
{
    struct forwards forwards = {NULL, g_main_loop_new(NULL, FALSE)};
    g_autoptr(GError) error = NULL;

    if (argc == 5)
        forwards.session = forwards_build(argv, &error);
    if (forwards.session == NULL) {
        fprintf(stderr, "%s\n", error != NULL ? error->message : "four arguments");
        return 2;
    }
    GIOChannel *input = g_io_channel_unix_new(0);
    g_io_add_watch(input, G_IO_IN | G_IO_HUP, forwards_on_line, &forwards);
    g_signal_connect_swapped(forwards.session, "stopped", G_CALLBACK(g_main_loop_quit),
                             forwards.loop);
    lathe_session_start(forwards.session);
    g_main_loop_run(forwards.loop);
    lathe_session_close(forwards.session);
    g_object_unref(forwards.session);
    g_io_channel_unref(input);
    g_main_loop_unref(forwards.loop);
    return 0;
}
