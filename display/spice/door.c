/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where clients come in: our own listening socket, whose connections the library takes over. It has
 * no patience of its own, so whoever connects and does not say who they are is put out here after a
 * while, and only so many may be at it at once.
 */
#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "display/spice/spice-private.h"

#define DOOR_BACKLOG  64
#define DOOR_VISITORS 32u /* that were not let in yet */
#define DOOR_PATIENCE 10u /* seconds for that */

/* Somebody who connected. The descriptor is the library's. */
struct door_visitor {
    struct spice_door *door;
    int fd;
    SpiceWatchFunc first; /* what the library waited with at first */
    guint timer;
};

struct spice_door {
    struct disp_spice *spice;
    GSocket *socket;
    GSource *source;
    char *path; /* ours, to be removed */
    bool tls;
    SpiceWatchFunc linking; /* what the library waits with for words of a visitor */
    GPtrArray *visitors;
};

/* ---- those who stand in the door ---- */

/* The library waits for what it always waits for before it lets somebody in. */
static bool visitor_is_waiting(const struct door_visitor *visitor)
{
    SpiceWatchFunc now = spice_loop_find(visitor->fd);

    return now != NULL && (now == visitor->first || now == visitor->door->linking);
}

static void visitor_free(gpointer data)
{
    struct door_visitor *visitor = data;

    g_source_remove(visitor->timer);
    g_free(visitor);
}

/* Whoever is waited for has the descriptor open: it can be no other's. */
static gboolean visitor_on_time(gpointer data)
{
    struct door_visitor *visitor = data;

    if (visitor_is_waiting(visitor))
        shutdown(visitor->fd, SHUT_RDWR);
    g_ptr_array_remove(visitor->door->visitors, visitor); /* which removes the timer */
    return G_SOURCE_CONTINUE;
}

/* Forgets those who were let in, and who left. */
static unsigned door_count_visitors(struct spice_door *door)
{
    for (guint i = door->visitors->len; i-- > 0;) {
        if (!visitor_is_waiting(door->visitors->pdata[i]))
            g_ptr_array_remove_index_fast(door->visitors, i);
    }
    return door->visitors->len;
}

static void door_watch_visitor(struct spice_door *door, int fd)
{
    struct door_visitor *visitor = g_new0(struct door_visitor, 1);

    visitor->door = door;
    visitor->fd = fd;
    visitor->first = spice_loop_find(fd);
    visitor->timer = g_timeout_add_seconds(DOOR_PATIENCE, visitor_on_time, visitor);
    g_ptr_array_add(door->visitors, visitor);
}

/* The library takes the descriptor if it succeeds. */
static bool door_hand_over(struct spice_door *door, int fd)
{
    return (door->tls ? spice_server_add_ssl_client(door->spice->server, fd, FALSE)
                      : spice_server_add_client(door->spice->server, fd, FALSE)) == 0;
}

static gboolean door_on_connection(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct spice_door *door = data;
    int fd = accept4(g_socket_get_fd(socket), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return G_SOURCE_CONTINUE;
    if (door_count_visitors(door) >= DOOR_VISITORS || !door_hand_over(door, fd))
        close(fd);
    else if (spice_loop_find(fd) != NULL)
        door_watch_visitor(door, fd);
    return G_SOURCE_CONTINUE;
}

/* A visitor of our own, who says nothing and leaves, shows how the library waits for words. */
static void door_learn(struct spice_door *door)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return;
    if (spice_server_add_client(door->spice->server, pair[0], FALSE) == 0)
        door->linking = spice_loop_find(pair[0]);
    else
        close(pair[0]);
    close(pair[1]);
}

/* ---- the socket ---- */

static bool door_error(GError **error, const char *text, const char *what)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, text, what);
    return false;
}

/* Is there a socket that a process left behind, which nobody answers? */
static bool door_is_stale(const char *path)
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
    close(fd);
    return refused;
}

static GSocketAddress *door_unix_address(const char *path, GError **error)
{
    struct stat status;

    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        door_error(error, _("the socket path '%s' is too long"), path);
        return NULL;
    }
    if (lstat(path, &status) == 0 && (!door_is_stale(path) || g_unlink(path) != 0)) {
        door_error(error, _("'%s' exists already: remove it or choose another path"), path);
        return NULL;
    }
    return g_unix_socket_address_new(path);
}

static GSocketAddress *door_internet_address(const char *host, unsigned port, GError **error)
{
    g_autoptr(GInetAddress) address =
        g_inet_address_new_from_string(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host);

    if (address == NULL) {
        door_error(error, _("'%s' is no address of this host: write it in numbers"), host);
        return NULL;
    }
    return g_inet_socket_address_new(address, (guint16)port);
}

/* A socket's own mode, set before it is bound, becomes that of its file. */
static bool door_listen(struct spice_door *door, const struct disp_spice_options *options,
                        GError **error)
{
    g_autoptr(GSocketAddress) address =
        options->path != NULL ? door_unix_address(options->path, error)
                              : door_internet_address(options->host, options->port, error);

    if (address == NULL)
        return false;
    door->socket = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
                                G_SOCKET_PROTOCOL_DEFAULT, error);
    if (door->socket == NULL)
        return false;
    fchmod(g_socket_get_fd(door->socket), 0600);
    g_socket_set_blocking(door->socket, FALSE);
    g_socket_set_listen_backlog(door->socket, DOOR_BACKLOG);
    if (!g_socket_bind(door->socket, address, TRUE, error))
        return false;
    door->path = g_strdup(options->path);
    return g_socket_listen(door->socket, error);
}

struct spice_door *spice_door_open(struct disp_spice *spice,
                                   const struct disp_spice_options *options, GError **error)
{
    struct spice_door *door = g_new0(struct spice_door, 1);

    door->spice = spice;
    door->tls = options->tls != NULL;
    door->visitors = g_ptr_array_new_with_free_func(visitor_free);
    if (!door_listen(door, options, error)) {
        spice_door_close(door);
        return NULL;
    }
    door_learn(door);
    door->source = g_socket_create_source(door->socket, G_IO_IN, NULL);
    g_source_set_callback(door->source, G_SOURCE_FUNC(door_on_connection), door, NULL);
    g_source_attach(door->source, NULL);
    return door;
}

void spice_door_close(struct spice_door *door)
{
    if (door == NULL)
        return;
    g_ptr_array_unref(door->visitors);
    if (door->source != NULL)
        g_source_destroy(door->source);
    g_clear_pointer(&door->source, g_source_unref);
    g_clear_object(&door->socket);
    if (door->path != NULL)
        g_unlink(door->path);
    g_free(door->path);
    g_free(door);
}

unsigned spice_door_get_port(const struct spice_door *door)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(door->socket, NULL);

    return G_IS_INET_SOCKET_ADDRESS(address)
               ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address))
               : 0;
}
