/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where gdb connects: a socket that only the user can reach (mode 0600, or the loopback address),
 * and at most one client at a time; further ones are closed at once.
 */
#include "app/control/gdb.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "app/control/gdb-client.h"
#include "app/plan/error.h"

struct lathe_gdb {
    LatheSession *session;
    GSocket *socket;
    GSource *source;
    char *path; /* of a Unix socket that we made */
    struct gdb_client *client;
};

/* ---- addresses ---- */

static GSocketAddress *server_unix_address(const char *path, GError **error)
{
    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        lathe_error_input(error, "the socket path '%s' is too long", path);
        return NULL;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
        lathe_error_input(error, "'%s' exists already: remove it or choose another path", path);
        return NULL;
    }
    return g_unix_socket_address_new(path);
}

/* PORT of "tcp:127.0.0.1:PORT"; other hosts are refused, because gdb may do all that we may. */
static GSocketAddress *server_tcp_address(const char *text, GError **error)
{
    const char *colon = strrchr(text, ':');
    guint64 port;

    if (!g_str_has_prefix(text, "tcp:127.0.0.1:") && !g_str_has_prefix(text, "tcp:localhost:")) {
        lathe_error_input(error, "'%s' is no address: use unix:PATH or tcp:127.0.0.1:PORT", text);
        return NULL;
    }
    if (!g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL)) {
        lathe_error_input(error, "'%s' is no port: a number from 1 to 65535", colon + 1);
        return NULL;
    }
    return g_inet_socket_address_new_from_string("127.0.0.1", (guint)port);
}

static GSocketAddress *server_address(const char *text, GError **error)
{
    if (g_str_has_prefix(text, "unix:") && text[strlen("unix:")] != '\0')
        return server_unix_address(text + strlen("unix:"), error);
    return server_tcp_address(text, error);
}

/* ---- the socket ---- */

static bool server_fail(const char *text, const GError *found, GError **error)
{
    return lathe_error_input(error, "cannot serve gdb at %s: %s", text, found->message);
}

/* A socket's own mode, set before it is bound, becomes that of its file. */
static bool server_bind(struct lathe_gdb *gdb, GSocketAddress *address, GError **error)
{
    GSocketFamily family = g_socket_address_get_family(address);

    gdb->socket = g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
    if (gdb->socket == NULL)
        return false;
    if (family == G_SOCKET_FAMILY_UNIX)
        fchmod(g_socket_get_fd(gdb->socket), 0600);
    g_socket_set_blocking(gdb->socket, FALSE);
    g_socket_set_listen_backlog(gdb->socket, 1);
    if (!g_socket_bind(gdb->socket, address, TRUE, error))
        return false;
    if (family == G_SOCKET_FAMILY_UNIX)
        gdb->path = g_strdup(g_unix_socket_address_get_path(G_UNIX_SOCKET_ADDRESS(address)));
    return g_socket_listen(gdb->socket, error);
}

static void server_on_gone(void *opaque)
{
    struct lathe_gdb *gdb = opaque;

    g_clear_pointer(&gdb->client, gdb_client_free);
}

static gboolean server_on_connection(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct lathe_gdb *gdb = data;
    g_autoptr(GSocket) connection = g_socket_accept(socket, NULL, NULL);

    if (connection != NULL && gdb->client == NULL)
        gdb->client = gdb_client_new(gdb->session, connection, server_on_gone, gdb);
    return G_SOURCE_CONTINUE; /* a connection that nobody took is closed */
}

static void server_watch(struct lathe_gdb *gdb)
{
    gdb->source = g_socket_create_source(gdb->socket, G_IO_IN, NULL);
    g_source_set_callback(gdb->source, G_SOURCE_FUNC(server_on_connection), gdb, NULL);
    g_source_attach(gdb->source, NULL);
}

/* ---- life ---- */

struct lathe_gdb *lathe_gdb_start(LatheSession *session, const char *address, GError **error)
{
    g_autoptr(GSocketAddress) where = server_address(address, error);
    g_autoptr(GError) found = NULL;

    if (where == NULL)
        return NULL;
    struct lathe_gdb *gdb = g_new0(struct lathe_gdb, 1);
    gdb->session = session;
    if (!server_bind(gdb, where, &found)) {
        server_fail(address, found, error);
        lathe_gdb_stop(gdb);
        return NULL;
    }
    server_watch(gdb);
    return gdb;
}

void lathe_gdb_stop(struct lathe_gdb *gdb)
{
    if (gdb == NULL)
        return;
    gdb_client_free(gdb->client);
    if (gdb->source != NULL)
        g_source_destroy(gdb->source);
    g_clear_pointer(&gdb->source, g_source_unref);
    g_clear_object(&gdb->socket);
    if (gdb->path != NULL)
        g_unlink(gdb->path);
    g_free(gdb->path);
    g_free(gdb);
}
