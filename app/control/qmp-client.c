/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading stops while a command is under way or answers pile up, so a client that floods fills its
 * own socket; one that does not read what it is told is cut off.
 */
#include "app/control/qmp-client.h"

#define CLIENT_READ       4096u
#define CLIENT_FULL       (64u << 10) /* bytes of output, above which nothing is read */
#define CLIENT_MAX_OUTPUT (1u << 20)  /* bytes, above which the client is cut off */

struct qmp_client {
    GSocket *socket;
    struct qmp_monitor *monitor;
    GSource *reader, *writer;
    guint ending; /* idle source */
    void (*gone)(struct qmp_client *client, void *opaque);
    void *opaque;
};

static void client_drop_source(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

/* ---- the end ---- */

static gboolean client_on_end(gpointer data)
{
    struct qmp_client *client = data;

    client->ending = 0;
    client->gone(client, client->opaque);
    return G_SOURCE_REMOVE;
}

/* Whoever is in a call of ours must come back first; new clients wait for the room. */
static void client_end(struct qmp_client *client)
{
    client_drop_source(&client->reader);
    client_drop_source(&client->writer);
    g_string_truncate(qmp_monitor_output(client->monitor), 0);
    if (client->ending == 0)
        client->ending = g_idle_add_full(G_PRIORITY_HIGH, client_on_end, client, NULL);
}

/* ---- output ---- */

static void client_send(struct qmp_client *client)
{
    GString *output = qmp_monitor_output(client->monitor);
    g_autoptr(GError) error = NULL;

    while (output->len > 0 && error == NULL) {
        gssize sent = g_socket_send(client->socket, output->str, output->len, NULL, &error);
        if (sent > 0)
            g_string_erase(output, 0, sent);
    }
    if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        client_end(client);
    else if (output->len > CLIENT_MAX_OUTPUT)
        client_end(client);
}

static void client_update(struct qmp_client *client);

static gboolean client_on_writable(GSocket *socket, GIOCondition condition, gpointer data)
{
    client_update(data);
    return G_SOURCE_CONTINUE;
}

/* ---- input ---- */

static gboolean client_on_readable(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct qmp_client *client = data;
    char bytes[CLIENT_READ];
    g_autoptr(GError) error = NULL;
    gssize length = g_socket_receive(client->socket, bytes, sizeof(bytes), NULL, &error);

    if (length > 0)
        qmp_monitor_input(client->monitor, bytes, (size_t)length);
    if (length == 0 ||
        (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
        client_end(client);
    else
        client_update(client);
    return G_SOURCE_CONTINUE;
}

/* ---- both ---- */

static GSource *client_watch(struct qmp_client *client, GIOCondition condition,
                             GSourceFunc function)
{
    GSource *source = g_socket_create_source(client->socket, condition, NULL);

    g_source_set_callback(source, function, client, NULL);
    g_source_attach(source, NULL);
    return source;
}

static void client_set(struct qmp_client *client, GSource **source, bool wanted,
                       GIOCondition condition, GSourceFunc function)
{
    if (!wanted)
        client_drop_source(source);
    else if (*source == NULL)
        *source = client_watch(client, condition, function);
}

/* Sends what can be sent, and watches the socket for what may come next. */
static void client_update(struct qmp_client *client)
{
    size_t left;

    if (client->ending != 0)
        return;
    client_send(client);
    if (client->ending != 0)
        return;
    left = qmp_monitor_output(client->monitor)->len;
    client_set(client, &client->writer, left > 0, G_IO_OUT, G_SOURCE_FUNC(client_on_writable));
    client_set(client, &client->reader,
               left <= CLIENT_FULL && !qmp_monitor_is_busy(client->monitor), G_IO_IN,
               G_SOURCE_FUNC(client_on_readable));
}

static void client_on_wake(void *opaque)
{
    client_update(opaque);
}

void qmp_client_event(struct qmp_client *client, const char *line)
{
    if (client->ending == 0)
        qmp_monitor_event(client->monitor, line);
}

struct qmp_client *qmp_client_new(GSocket *socket, const qmp_handler *handlers, void *target,
                                  void (*gone)(struct qmp_client *client, void *opaque),
                                  void *opaque)
{
    struct qmp_client *client = g_new0(struct qmp_client, 1);

    client->socket = g_object_ref(socket);
    client->gone = gone;
    client->opaque = opaque;
    client->monitor =
        qmp_monitor_new(handlers, target, "Lathe " LATHE_VERSION, client_on_wake, client);
    client_update(client);
    return client;
}

void qmp_client_free(struct qmp_client *client)
{
    if (client == NULL)
        return;
    if (client->ending == 0)
        client_update(client);
    client_drop_source(&client->reader);
    client_drop_source(&client->writer);
    g_clear_handle_id(&client->ending, g_source_remove);
    qmp_monitor_free(client->monitor);
    g_object_unref(client->socket);
    g_free(client);
}
