/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands and events about viewers elsewhere. */
#include <string.h>
#include <sys/socket.h>

#include "app/control/qmp-private.h"
#include "app/plan/definition.h"
#include "app/session/remote.h"

/* ---- addresses ---- */

static const char *spice_family(int family)
{
    switch (family) {
    case AF_UNIX:
        return "unix";
    case AF_INET:
        return "ipv4";
    case AF_INET6:
        return "ipv6";
    default:
        return "unknown";
    }
}

static JsonObject *spice_address(const char *host, const char *port, const char *family)
{
    JsonObject *address = json_object_new();

    json_object_set_string_member(address, "host", host);
    json_object_set_string_member(address, "port", port);
    json_object_set_string_member(address, "family", family);
    return address;
}

static const char *spice_auth(const struct lathe_remote *remote)
{
    return lathe_remote_asks_ticket(remote) ? "spice" : "none";
}

/* Where the server listens. */
static JsonObject *spice_server(LatheSession *session)
{
    const struct lathe_spice_definition *spice = lathe_session_get_definition(session)->spice;

    if (spice->path != NULL)
        return spice_address(spice->path, "", "unix");
    g_autofree char *port = g_strdup_printf("%u", spice->port);
    return spice_address(spice->host, port, strchr(spice->host, ':') != NULL ? "ipv6" : "ipv4");
}

static JsonObject *spice_client(const struct disp_spice_channel *channel)
{
    return spice_address(channel->host, channel->port, spice_family(channel->family));
}

static JsonObject *spice_channel(const struct disp_spice_channel *channel)
{
    JsonObject *object = spice_client(channel);

    json_object_set_int_member(object, "connection-id", channel->connection);
    json_object_set_int_member(object, "channel-type", channel->type);
    json_object_set_int_member(object, "channel-id", channel->id);
    json_object_set_boolean_member(object, "tls", channel->tls);
    return object;
}

/* ---- query-spice ---- */

static JsonArray *spice_channels(const struct lathe_remote *remote)
{
    JsonArray *list = json_array_new();
    const struct disp_spice_channel *channel;

    for (unsigned i = 0; (channel = lathe_remote_get_channel(remote, i)) != NULL; i++) {
        if (channel->ready)
            json_array_add_object_element(list, spice_channel(channel));
    }
    return list;
}

static void spice_describe(JsonObject *info, LatheSession *session,
                           const struct lathe_remote *remote)
{
    const struct lathe_spice_definition *spice = lathe_session_get_definition(session)->spice;

    if (spice->host != NULL) {
        json_object_set_string_member(info, "host", spice->host);
        json_object_set_int_member(info, spice->tls != NULL ? "tls-port" : "port", spice->port);
    }
    json_object_set_string_member(info, "auth", spice_auth(remote));
    json_object_set_string_member(info, "mouse-mode",
                                  lathe_remote_is_absolute(remote) ? "client" : "server");
    json_object_set_array_member(info, "channels", spice_channels(remote));
}

void qmp_do_query_spice(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const struct lathe_remote *remote = lathe_remote_get(qmp->session);
    JsonObject *info = json_object_new();

    json_object_set_boolean_member(info, "enabled", remote != NULL);
    json_object_set_boolean_member(info, "migrated", FALSE);
    if (remote != NULL) {
        spice_describe(info, qmp->session, remote);
    } else {
        json_object_set_string_member(info, "auth", "none");
        json_object_set_string_member(info, "mouse-mode", "unknown");
    }
    qmp_return_object(call, info);
}

/* ---- tickets ---- */

/* NULL: refused, since nobody is let in by a ticket; the call is over. */
static struct lathe_remote *spice_find_ticketed(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct lathe_remote *remote = lathe_remote_get(qmp->session);

    if (remote == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "No SPICE display is present");
    else if (!lathe_remote_asks_ticket(remote))
        qmp_fail(call, QMP_GENERIC_ERROR,
                 "SPICE asks for no ticket: start the machine with ticket= or ticket-file=");
    else
        return remote;
    return NULL;
}

void qmp_do_set_password(struct qmp_call *call)
{
    struct lathe_remote *remote = spice_find_ticketed(call);

    if (remote == NULL)
        return;
    const char *connected = qmp_argument_string(call, "connected");

    if (g_strcmp0(connected, "fail") == 0 && lathe_remote_get_channel(remote, 0) != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "A viewer is connected");
    else if (!lathe_remote_set_ticket(remote, qmp_argument_string(call, "password"),
                                      g_strcmp0(connected, "disconnect") == 0))
        qmp_fail(call, QMP_GENERIC_ERROR, "A SPICE ticket has 1 to %d characters",
                 DISP_SPICE_TICKET_MAX);
    else
        qmp_return(call, NULL);
}

/* "now", "never", "+SECONDS" from now, or seconds since 1970. */
static bool spice_parse_time(const char *text, gint64 *time)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    guint64 seconds;
    bool after = *text == '+';

    if (strcmp(text, "now") == 0)
        *time = now;
    else if (strcmp(text, "never") == 0)
        *time = LATHE_REMOTE_NEVER;
    else if (g_ascii_string_to_unsigned(text + after, 10, 0, G_MAXUINT32, &seconds, NULL))
        *time = (after ? now : 0) + (gint64)seconds;
    else
        return false;
    return true;
}

void qmp_do_expire_password(struct qmp_call *call)
{
    struct lathe_remote *remote = spice_find_ticketed(call);
    gint64 time;

    if (remote == NULL)
        return;
    const char *text = qmp_argument_string(call, "time");

    if (!spice_parse_time(text, &time))
        qmp_fail(call, QMP_GENERIC_ERROR,
                 "'%s' is no time: now, never, +SECONDS, or seconds since 1970", text);
    else if (!lathe_remote_set_expiry(remote, time))
        qmp_fail(call, QMP_GENERIC_ERROR, "The ticket's time could not be set");
    else
        qmp_return(call, NULL);
}

/* ---- events ---- */

void qmp_spice_on_viewer(LatheSession *session, gpointer argument, gpointer data)
{
    const struct lathe_remote_event *viewer = argument;
    JsonObject *event = json_object_new(), *server = spice_server(session);
    const struct lathe_remote *remote = lathe_remote_get(session);
    bool initialized = viewer->event == DISP_SPICE_INITIALIZED;

    if (initialized && remote != NULL)
        json_object_set_string_member(server, "auth", spice_auth(remote));
    json_object_set_object_member(event, "server", server);
    json_object_set_object_member(event, "client",
                                  initialized ? spice_channel(viewer->channel)
                                              : spice_client(viewer->channel));
    qmp_emit(data,
             initialized                             ? QMP_EVENT_spice_initialized
             : viewer->event == DISP_SPICE_CONNECTED ? QMP_EVENT_spice_connected
                                                     : QMP_EVENT_spice_disconnected,
             event);
}
