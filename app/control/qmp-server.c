/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where QMP's clients connect: a socket that only the user can reach, as clients may do all we may.
 */
#include "app/control/qmp.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "app/control/qmp-client.h"
#include "app/control/qmp-private.h"
#include "app/plan/error.h"

#define SERVER_MAX_CLIENTS 16
#define SERVER_BACKLOG     128 /* that wait for room; one that does not block is refused behind them \
                                */

/* ---- clients ---- */

void qmp_emit(struct lathe_qmp *qmp, enum qmp_event_id id, JsonObject *data)
{
    g_autofree char *line = qmp_event_format(id, data);

    for (guint i = 0; i < qmp->clients->len; i++)
        qmp_client_event(qmp->clients->pdata[i], line);
}

static gboolean server_on_tray_time(gpointer data)
{
    qmp_events_look_at_trays(data);
    return G_SOURCE_CONTINUE;
}

#define SERVER_TRAY_MS 500

/* Nothing else tells when a guest moves its tray; with nobody to tell it costs nothing. */
static void server_watch_trays(struct lathe_qmp *qmp)
{
    if (qmp->clients->len == 0) {
        g_clear_handle_id(&qmp->tray_timer, g_source_remove);
    } else if (qmp->tray_timer == 0) {
        qmp_events_look_at_trays(qmp);
        qmp->tray_timer = g_timeout_add(SERVER_TRAY_MS, server_on_tray_time, qmp);
    }
}

static gboolean server_on_connection(GSocket *socket, GIOCondition condition, gpointer data);

/* New clients are taken while there is room; else they wait where the kernel keeps them. */
static void server_watch_socket(struct lathe_qmp *qmp)
{
    bool room = qmp->clients->len < SERVER_MAX_CLIENTS;

    if (room && qmp->source == NULL) {
        qmp->source = g_socket_create_source(qmp->socket, G_IO_IN, NULL);
        g_source_set_callback(qmp->source, G_SOURCE_FUNC(server_on_connection), qmp, NULL);
        g_source_attach(qmp->source, NULL);
    } else if (!room && qmp->source != NULL) {
        g_source_destroy(qmp->source);
        g_clear_pointer(&qmp->source, g_source_unref);
    }
}

static void server_on_gone(struct qmp_client *client, void *opaque)
{
    struct lathe_qmp *qmp = opaque;

    g_ptr_array_remove(qmp->clients, client); /* which frees it */
    server_watch_trays(qmp);
    server_watch_socket(qmp);
}

static gboolean server_on_connection(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct lathe_qmp *qmp = data;
    g_autoptr(GSocket) connection = g_socket_accept(socket, NULL, NULL);

    if (connection == NULL)
        return G_SOURCE_CONTINUE;
    g_socket_set_blocking(connection, FALSE);
    g_ptr_array_add(qmp->clients,
                    qmp_client_new(connection, qmp_handlers, qmp, server_on_gone, qmp));
    server_watch_trays(qmp);
    server_watch_socket(qmp);
    return G_SOURCE_CONTINUE;
}

/* ---- the socket ---- */

/* PATH of "unix:PATH". */
static const char *server_path(const char *address, GError **error)
{
    const char *path = address + strlen("unix:");

    if (!g_str_has_prefix(address, "unix:") || *path == '\0') {
        lathe_error_input(error, "'%s' is no address: use unix:PATH", address);
        return NULL;
    }
    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        lathe_error_input(error, "the socket path '%s' is too long", path);
        return NULL;
    }
    return path;
}

/* Is there a socket that a process left behind, which nobody answers? */
static bool server_is_stale(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;
    int fd;

    if (lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return false;
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool refused = connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 &&
                   errno == ECONNREFUSED;
    g_close(fd, NULL);
    return refused;
}

static bool server_make_room(const char *path, GError **error)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return true;
    if (server_is_stale(path) && g_unlink(path) == 0)
        return true;
    return lathe_error_input(error, "'%s' exists already: remove it or choose another path", path);
}

/* A socket's own mode, set before it is bound, becomes that of its file. */
static bool server_bind(struct lathe_qmp *qmp, const char *path, GError **error)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);

    qmp->socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
    if (qmp->socket == NULL)
        return false;
    fchmod(g_socket_get_fd(qmp->socket), 0600);
    g_socket_set_blocking(qmp->socket, FALSE);
    g_socket_set_listen_backlog(qmp->socket, SERVER_BACKLOG);
    if (!g_socket_bind(qmp->socket, address, TRUE, error))
        return false;
    qmp->path = g_strdup(path);
    return g_socket_listen(qmp->socket, error);
}

static bool server_listen(struct lathe_qmp *qmp, const char *address, GError **error)
{
    g_autoptr(GError) found = NULL;
    const char *path = server_path(address, error);

    if (path == NULL || !server_make_room(path, error))
        return false;
    if (!server_bind(qmp, path, &found))
        return lathe_error_input(error, "cannot listen at %s: %s", address, found->message);
    server_watch_socket(qmp);
    return true;
}

/* ---- life ---- */

static void server_free_client(gpointer client)
{
    qmp_client_free(client);
}

struct lathe_qmp *lathe_qmp_start(LatheSession *session, const char *address,
                                  void (*quit)(void *opaque), void *opaque, GError **error)
{
    struct lathe_qmp *qmp = g_new0(struct lathe_qmp, 1);

    qmp->session = g_object_ref(session);
    qmp->typist = lathe_typist_new(session);
    qmp->clients = g_ptr_array_new_with_free_func(server_free_client);
    qmp->quit = quit;
    qmp->opaque = opaque;
    qmp_devices_start(qmp);
    qmp_chardevs_start(qmp);
    qmp_events_start(qmp);
    if (server_listen(qmp, address, error))
        return qmp;
    lathe_qmp_stop(qmp);
    return NULL;
}

void lathe_qmp_stop(struct lathe_qmp *qmp)
{
    if (qmp == NULL)
        return;
    qmp_events_stop(qmp);
    g_clear_handle_id(&qmp->tray_timer, g_source_remove);
    g_ptr_array_unref(qmp->clients);
    qmp_devices_stop(qmp);
    qmp_chardevs_stop(qmp);
    if (qmp->source != NULL)
        g_source_destroy(qmp->source);
    g_clear_pointer(&qmp->source, g_source_unref);
    g_clear_object(&qmp->socket);
    if (qmp->path != NULL)
        g_unlink(qmp->path);
    g_free(qmp->path);
    lathe_typist_stop(qmp->typist);
    g_object_unref(qmp->typist);
    g_object_unref(qmp->session);
    g_free(qmp);
}
