/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ports' logs are what viewers are fed from: a slow one lags behind and at last loses what the
 * log has dropped, and nothing grows with it. What a viewer types waits in its socket while the
 * guest takes nothing.
 */
#include "app/console/server.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/console/link.h"
#include "app/console/log.h"
#include "app/plan/error.h"

#define SERVER_VIEWERS  32u
#define SERVER_BACKLOG  64
#define SERVER_PIECE    16384u       /* of the log, in one frame */
#define SERVER_AHEAD    (128u << 10) /* bytes given to a viewer's socket before it took them */
#define SERVER_TYPED    (64u << 10)  /* bytes that wait for the guest, above which none is read */
#define SERVER_INPUT    16384u /* in one frame: all viewers' fit into the serial port's room */
#define SERVER_SILENT_S 10     /* for a viewer that asks for nothing */

struct server_port {
    LatheSerial *serial;
    char *name;
    struct lathe_console_log *log;
    gulong handlers[3];
    struct lathe_console_server *server;
};

struct server_viewer {
    struct lathe_console_server *server;
    struct console_link *link;
    struct server_port *port; /* NULL: not attached */
    struct lathe_console_cursor cursor;
    guint64 replay_end; /* offset; G_MAXUINT64: it was told */
    guint silence;      /* timer */
};

struct lathe_console_server {
    LatheSession *session;
    GPtrArray *ports, *viewers;
    char *path;
    int fd;
    guint source;
};

/* ---- what a viewer is told ---- */

static void viewer_send_piece(struct server_viewer *viewer, const struct lathe_console_piece *piece)
{
    if (piece->kind == LATHE_CONSOLE_BYTES)
        console_link_send_stamped(viewer->link, CONSOLE_OUTPUT, (guint64)piece->time, piece->data,
                                  piece->length);
    else if (piece->kind == LATHE_CONSOLE_RESET)
        console_link_send_stamped(viewer->link, CONSOLE_RESET, (guint64)piece->time, NULL, 0);
    else
        console_link_send_stamped(viewer->link, CONSOLE_LOST, piece->length, NULL, 0);
}

static void viewer_tell_replayed(struct server_viewer *viewer)
{
    if (viewer->cursor.offset < viewer->replay_end || viewer->replay_end == G_MAXUINT64)
        return;
    viewer->replay_end = G_MAXUINT64;
    console_link_send(viewer->link, CONSOLE_REPLAYED, NULL, 0);
}

/* As much of the log as the viewer takes. */
static void viewer_feed(struct server_viewer *viewer)
{
    struct lathe_console_piece piece;

    while (viewer->port != NULL && console_link_waiting(viewer->link) < SERVER_AHEAD &&
           lathe_console_log_next(viewer->port->log, &viewer->cursor, SERVER_PIECE, &piece)) {
        viewer_send_piece(viewer, &piece);
        viewer_tell_replayed(viewer);
    }
    if (viewer->port != NULL)
        viewer_tell_replayed(viewer);
}

static void viewer_refuse(struct server_viewer *viewer, const char *text)
{
    console_link_send(viewer->link, CONSOLE_ERROR, text, strlen(text));
    console_link_end(viewer->link, text);
}

/* ---- what a viewer says ---- */

static struct server_port *server_find_port(struct lathe_console_server *server, const guint8 *name,
                                            gsize length)
{
    for (guint i = 0; i < server->ports->len; i++) {
        struct server_port *port = server->ports->pdata[i];
        if (strlen(port->name) == length && memcmp(port->name, name, length) == 0)
            return port;
    }
    return NULL;
}

static void viewer_attach(struct server_viewer *viewer, const guint8 *name, gsize length)
{
    viewer->port = server_find_port(viewer->server, name, length);
    viewer->cursor = (struct lathe_console_cursor){0};
    if (viewer->port == NULL) {
        viewer_refuse(viewer, "there is no such port");
        return;
    }
    lathe_serial_flush(viewer->port->serial);
    viewer->cursor.offset = lathe_console_log_start(viewer->port->log);
    viewer->replay_end = lathe_console_log_end(viewer->port->log);
    viewer_feed(viewer);
}

static void viewer_list(struct server_viewer *viewer)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < viewer->server->ports->len; i++) {
        const struct server_port *port = viewer->server->ports->pdata[i];
        g_autofree char *location = lathe_serial_dup_location(port->serial);
        g_autofree char *clean =
            g_strdelimit(g_strdup(location != NULL ? location : ""), "\t\n", '?');
        g_string_append_printf(text, "%s\t%s\t%s\n", port->name,
                               lathe_serial_get_title(port->serial), clean);
    }
    g_string_truncate(text, MIN(text->len, CONSOLE_FRAME_MAX));
    console_link_send(viewer->link, CONSOLE_PORTS, text->str, text->len);
}

static void viewer_type(struct server_viewer *viewer, const guint8 *data, gsize length)
{
    LatheSerial *serial = viewer->port->serial;

    lathe_serial_send(serial, data, length);
    if (lathe_serial_get_waiting(serial) > SERVER_TYPED)
        console_link_hold(viewer->link, true);
}

static bool viewer_resize(struct server_viewer *viewer, const guint8 *data, gsize length)
{
    if (length != 4)
        return false;
    lathe_serial_resize(viewer->port->serial, (guint)(data[0] | data[1] << 8),
                        (guint)(data[2] | data[3] << 8));
    return true;
}

static bool viewer_on_frame(void *opaque, enum console_kind kind, const guint8 *data, gsize length)
{
    struct server_viewer *viewer = opaque;

    /* Questions that pile up without their answers being read are no viewer's. */
    if (console_link_waiting(viewer->link) > 2 * SERVER_AHEAD)
        return false;
    g_clear_handle_id(&viewer->silence, g_source_remove);
    if (kind == CONSOLE_LIST)
        viewer_list(viewer);
    else if (kind == CONSOLE_ATTACH && viewer->port == NULL)
        viewer_attach(viewer, data, length);
    else if (kind == CONSOLE_INPUT && viewer->port != NULL && length <= SERVER_INPUT)
        viewer_type(viewer, data, length);
    else if (kind == CONSOLE_SIZE && viewer->port != NULL)
        return viewer_resize(viewer, data, length);
    else if (kind == CONSOLE_BREAK && viewer->port != NULL)
        lathe_serial_send_break(viewer->port->serial);
    else
        return false;
    return true;
}

/* ---- viewers come and go ---- */

static void viewer_free(gpointer data)
{
    struct server_viewer *viewer = data;

    g_clear_handle_id(&viewer->silence, g_source_remove);
    console_link_free(viewer->link);
    g_free(viewer);
}

static void server_watch(struct lathe_console_server *server);

static void viewer_on_gone(void *opaque, const char *why)
{
    struct server_viewer *viewer = opaque;
    struct lathe_console_server *server = viewer->server;

    g_ptr_array_remove(server->viewers, viewer); /* which frees it */
    server_watch(server);
}

static void viewer_on_room(void *opaque)
{
    viewer_feed(opaque);
}

static const struct console_link_ops viewer_ops = {viewer_on_frame, viewer_on_room, viewer_on_gone};

static gboolean viewer_on_silence(gpointer data)
{
    struct server_viewer *viewer = data;

    viewer->silence = 0;
    console_link_end(viewer->link, "it asks for nothing");
    return G_SOURCE_REMOVE;
}

static void server_add_viewer(struct lathe_console_server *server, int fd)
{
    struct server_viewer *viewer = g_new0(struct server_viewer, 1);
    const guint8 version = CONSOLE_VERSION;

    viewer->server = server;
    viewer->replay_end = G_MAXUINT64;
    viewer->link = console_link_new(fd, &viewer_ops, viewer);
    viewer->silence = g_timeout_add_seconds(SERVER_SILENT_S, viewer_on_silence, viewer);
    g_ptr_array_add(server->viewers, viewer);
    console_link_send(viewer->link, CONSOLE_HELLO, &version, 1);
}

static gboolean server_on_connection(gint listener, GIOCondition condition, gpointer data)
{
    struct lathe_console_server *server = data;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0)
        server_add_viewer(server, fd);
    if (server->viewers->len < SERVER_VIEWERS)
        return G_SOURCE_CONTINUE;
    server->source = 0;
    return G_SOURCE_REMOVE;
}

/* Who finds no room waits where the kernel keeps it. */
static void server_watch(struct lathe_console_server *server)
{
    if (server->source == 0 && server->viewers->len < SERVER_VIEWERS)
        server->source = g_unix_fd_add(server->fd, G_IO_IN, server_on_connection, server);
}

/* ---- ports ---- */

static void port_feed(struct server_port *port)
{
    GPtrArray *viewers = port->server->viewers;

    for (guint i = 0; i < viewers->len; i++) {
        struct server_viewer *viewer = viewers->pdata[i];
        if (viewer->port == port)
            viewer_feed(viewer);
    }
}

static void port_on_output(LatheSerial *serial, GBytes *bytes, struct server_port *port)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    lathe_console_log_append(port->log, data, length, g_get_real_time());
    port_feed(port);
}

static void port_on_reset(LatheSerial *serial, struct server_port *port)
{
    lathe_console_log_reset(port->log, g_get_real_time());
    port_feed(port);
}

static void port_on_drained(LatheSerial *serial, struct server_port *port)
{
    GPtrArray *viewers = port->server->viewers;

    for (guint i = 0; i < viewers->len; i++) {
        struct server_viewer *viewer = viewers->pdata[i];
        if (viewer->port == port)
            console_link_hold(viewer->link, false);
    }
}

static void port_free(gpointer data)
{
    struct server_port *port = data;

    for (unsigned i = 0; i < G_N_ELEMENTS(port->handlers); i++)
        g_signal_handler_disconnect(port->serial, port->handlers[i]);
    g_object_unref(port->serial);
    lathe_console_log_free(port->log);
    g_free(port->name);
    g_free(port);
}

static void server_add_port(struct lathe_console_server *server, LatheSerial *serial)
{
    struct server_port *port = g_new0(struct server_port, 1);

    port->server = server;
    port->serial = g_object_ref(serial);
    port->name = g_strdup(lathe_serial_get_name(serial));
    port->log = lathe_console_log_new(LATHE_CONSOLE_KEEP);
    port->handlers[0] = g_signal_connect(serial, "output", G_CALLBACK(port_on_output), port);
    port->handlers[1] = g_signal_connect(serial, "reset", G_CALLBACK(port_on_reset), port);
    port->handlers[2] = g_signal_connect(serial, "drained", G_CALLBACK(port_on_drained), port);
    g_ptr_array_add(server->ports, port);
}

static void server_add_ports(struct lathe_console_server *server)
{
    GPtrArray *serials = lathe_session_get_serials(server->session);

    for (guint i = 0; i < serials->len; i++) {
        if (lathe_serial_is_visible(serials->pdata[i]))
            server_add_port(server, serials->pdata[i]);
    }
}

/* ---- the socket ---- */

/* A socket's own mode, set before it is bound, becomes that of its file. */
static bool server_listen(struct lathe_console_server *server, const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;

    if (strlen(path) >= sizeof(address.sun_path))
        return lathe_error_input(error, "the socket path '%s' is too long", path);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0 || fchmod(server->fd, 0600) != 0)
        return lathe_error_input(error, "cannot listen at %s: %s", path, g_strerror(errno));
    if (connect(server->fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
        errno == ECONNREFUSED && lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        unlink(path); /* of a process that was killed */
    if (bind(server->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return lathe_error_input(error, "cannot listen at %s: %s", path, g_strerror(errno));
    server->path = g_strdup(path);
    if (listen(server->fd, SERVER_BACKLOG) != 0)
        return lathe_error_input(error, "cannot listen at %s: %s", path, g_strerror(errno));
    server_watch(server);
    return true;
}

/* ---- life ---- */

struct lathe_console_server *lathe_console_server_start(LatheSession *session, const char *path,
                                                        GError **error)
{
    struct lathe_console_server *server = g_new0(struct lathe_console_server, 1);

    server->fd = -1;
    server->session = g_object_ref(session);
    server->ports = g_ptr_array_new_with_free_func(port_free);
    server->viewers = g_ptr_array_new_with_free_func(viewer_free);
    server_add_ports(server);
    if (server_listen(server, path, error))
        return server;
    lathe_console_server_stop(server);
    return NULL;
}

void lathe_console_server_stop(struct lathe_console_server *server)
{
    if (server == NULL)
        return;
    g_ptr_array_unref(server->viewers);
    g_ptr_array_unref(server->ports);
    g_clear_handle_id(&server->source, g_source_remove);
    if (server->fd >= 0)
        close(server->fd);
    if (server->path != NULL)
        unlink(server->path);
    g_free(server->path);
    g_object_unref(server->session);
    g_free(server);
}
