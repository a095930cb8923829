/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server of http.h: one thread that polls its connections and sends files by sendfile. It
 * shares nothing with the rest but the files, which do not change.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "emulator/net/http.h"
#include "emulator/util/thread.h"

#define HTTP_IDLE  60000u     /* milliseconds that a connection may be silent */
#define HTTP_CHUNK (1u << 20) /* bytes of one sendfile */
#define HTTP_REPLY 512u

struct http_connection {
    int fd;      /* -1: free */
    emu_ns last; /* when something went through */
    char request[EMU_HTTP_HEAD_MAX];
    size_t got;
    /* The answer that goes out. */
    bool answering;
    char reply[HTTP_REPLY];
    size_t reply_size, reply_sent;
    struct emu_bootfile file;
    uint64_t at, left, count;
    bool close;
    enum emu_netboot_outcome outcome;
    emu_ns started;
    char shown[EMU_BOOT_NAME_MAX];
};

struct emu_http {
    const struct emu_bootfiles *files;
    void (*tell)(void *opaque, const struct emu_netboot_event *event);
    emu_ns (*now)(void *opaque);
    void *opaque;
    int listener, place, wake; /* place: the socket's file, whose name is gone */
    char path[32];
    pthread_t thread;
    bool started;
    struct http_connection connections[EMU_HTTP_CONNECTIONS];
};

/* ---- answers ---- */

static void http_tell(struct emu_http *http, const struct http_connection *connection,
                      enum emu_netboot_outcome outcome)
{
    const struct emu_netboot_event event = {
        .protocol = EMU_NETBOOT_HTTP_GET,
        .outcome = outcome,
        .name = connection->shown,
        .why = "",
        .size = connection->file.size,
        .sent = connection->count - connection->left,
        .time = http->now(http->opaque) - connection->started,
    };

    http->tell(http->opaque, &event);
}

static const char *http_reason(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 206:
        return "Partial Content";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 416:
        return "Range Not Satisfiable";
    case 431:
        return "Request Header Fields Too Large";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Internal Server Error";
    }
}

static void http_add(struct http_connection *connection, const char *text)
{
    size_t length = strlen(text);

    if (length > HTTP_REPLY - connection->reply_size)
        return; /* none is: the lines below are short */
    memcpy(connection->reply + connection->reply_size, text, length);
    connection->reply_size += length;
}

static void http_begin_reply(struct http_connection *connection, unsigned status)
{
    char line[64];

    connection->reply_size = connection->reply_sent = 0;
    snprintf(line, sizeof(line), "HTTP/1.1 %u %s\r\n", status, http_reason(status));
    http_add(connection, line);
    if (status == 405)
        http_add(connection, "Allow: GET, HEAD\r\n");
    http_add(connection,
             connection->close ? "Connection: close\r\n" : "Connection: keep-alive\r\n");
}

static void http_end_reply(struct http_connection *connection, const char *type, uint64_t length)
{
    char line[128];

    snprintf(line, sizeof(line), "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n\r\n", type,
             length);
    http_add(connection, line);
    connection->answering = true;
}

static void http_refuse(struct http_connection *connection, unsigned status)
{
    connection->close |= status != 404 && status != 416;
    connection->outcome = status == 404                    ? EMU_NETBOOT_ABSENT
                          : status == 403 || status == 405 ? EMU_NETBOOT_DENIED
                          : status >= 500 && status != 505 ? EMU_NETBOOT_FAILED
                                                           : EMU_NETBOOT_BAD;
    http_begin_reply(connection, status);
    http_end_reply(connection, "text/plain", 0);
}

static void http_give(struct http_connection *connection, const struct emu_http_request *request)
{
    bool partly = request->range != EMU_HTTP_WHOLE;
    uint64_t size = connection->file.size, count;
    char line[128];

    if (!emu_http_cut(request, size, &connection->at, &count)) {
        http_refuse(connection, 416);
        return;
    }
    connection->outcome = request->head ? EMU_NETBOOT_ASKED : EMU_NETBOOT_DONE;
    connection->left = connection->count = request->head ? 0 : count;
    http_begin_reply(connection, partly ? 206 : 200);
    http_add(connection, "Accept-Ranges: bytes\r\n");
    if (partly) {
        snprintf(line, sizeof(line), "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                 connection->at, connection->at + count - 1, size);
        http_add(connection, line);
    }
    http_end_reply(connection, emu_http_type(request->name), count);
}

static unsigned http_status(enum emu_netboot_outcome outcome)
{
    switch (outcome) {
    case EMU_NETBOOT_ABSENT:
        return 404;
    case EMU_NETBOOT_DENIED:
        return 403;
    default:
        return 500;
    }
}

static void http_answer(struct emu_http *http, struct http_connection *connection,
                        const struct emu_http_request *request)
{
    enum emu_netboot_outcome opened;

    connection->started = http->now(http->opaque);
    connection->close = request->close;
    connection->left = connection->count = 0;
    connection->file = (struct emu_bootfile){.fd = -1};
    memcpy(connection->shown, request->shown, sizeof(connection->shown));
    if (request->status != 0) {
        http_refuse(connection, request->status);
        return;
    }
    opened = emu_bootfile_open(http->files, request->name, &connection->file);
    if (opened == EMU_NETBOOT_DONE)
        http_give(connection, request);
    else
        http_refuse(connection, http_status(opened));
}

/* ---- connections ---- */

static void http_close_file(struct http_connection *connection)
{
    if (connection->file.fd >= 0)
        close(connection->file.fd);
    connection->file.fd = -1;
}

static void http_hang_up(struct emu_http *http, struct http_connection *connection)
{
    if (connection->answering)
        http_tell(http, connection, EMU_NETBOOT_BROKEN);
    http_close_file(connection);
    close(connection->fd);
    connection->fd = -1;
    connection->answering = false;
}

/* Takes the next request from what was received, if it is whole. */
static void http_next(struct emu_http *http, struct http_connection *connection)
{
    struct emu_http_request request;
    size_t used = emu_http_parse(connection->request, connection->got, &request);

    if (used == 0)
        return;
    memmove(connection->request, connection->request + used, connection->got - used);
    connection->got -= used;
    http_answer(http, connection, &request);
}

static void http_receive(struct emu_http *http, struct http_connection *connection)
{
    ssize_t got = recv(connection->fd, connection->request + connection->got,
                       EMU_HTTP_HEAD_MAX - connection->got, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        http_hang_up(http, connection);
        return;
    }
    connection->got += (size_t)got;
    http_next(http, connection);
}

static ssize_t http_send_some(struct http_connection *connection)
{
    off_t at = (off_t)connection->at;
    ssize_t sent;

    if (connection->reply_sent < connection->reply_size) {
        sent = send(connection->fd, connection->reply + connection->reply_sent,
                    connection->reply_size - connection->reply_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            connection->reply_sent += (size_t)sent;
        return sent;
    }
    sent = sendfile(connection->fd, connection->file.fd, &at,
                    connection->left < HTTP_CHUNK ? (size_t)connection->left : HTTP_CHUNK);
    if (sent > 0) {
        connection->at += (uint64_t)sent;
        connection->left -= (uint64_t)sent;
    }
    return sent;
}

static void http_done(struct emu_http *http, struct http_connection *connection)
{
    http_tell(http, connection, connection->outcome);
    http_close_file(connection);
    connection->answering = false;
    if (connection->close)
        http_hang_up(http, connection);
    else
        http_next(http, connection);
}

static bool http_sent(const struct http_connection *connection)
{
    return connection->reply_sent == connection->reply_size && connection->left == 0;
}

/* 0 of sendfile: the file was cut meanwhile, so the promised length cannot be kept. */
static void http_send(struct emu_http *http, struct http_connection *connection)
{
    ssize_t sent = http_send_some(connection);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent <= 0)
        http_hang_up(http, connection);
    else if (http_sent(connection))
        http_done(http, connection);
}

static void http_accept(struct emu_http *http)
{
    int fd = accept4(http->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS; i++) {
        struct http_connection *connection = &http->connections[i];

        if (connection->fd < 0) {
            connection->fd = fd;
            connection->got = 0;
            connection->last = http->now(http->opaque);
            return;
        }
    }
    close(fd); /* the guest has enough of them */
}

/* ---- the thread ---- */

static void http_fill_polls(struct emu_http *http, struct pollfd *polls)
{
    polls[0] = (struct pollfd){http->wake, POLLIN, 0};
    polls[1] = (struct pollfd){http->listener, POLLIN, 0};
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS; i++) {
        const struct http_connection *connection = &http->connections[i];

        polls[2 + i] = (struct pollfd){connection->fd, connection->answering ? POLLOUT : POLLIN, 0};
    }
}

static void http_serve(struct emu_http *http, struct http_connection *connection, short seen)
{
    emu_ns now = http->now(http->opaque);

    if (connection->fd < 0)
        return;
    if (seen == 0) {
        if (now - connection->last > HTTP_IDLE * 1000000ull)
            http_hang_up(http, connection);
        return;
    }
    connection->last = now;
    if (connection->answering)
        http_send(http, connection);
    else
        http_receive(http, connection);
}

static void *http_thread(void *opaque)
{
    struct pollfd polls[2 + EMU_HTTP_CONNECTIONS];
    struct emu_http *http = opaque;

    for (;;) {
        http_fill_polls(http, polls);
        if (poll(polls, 2 + EMU_HTTP_CONNECTIONS, (int)HTTP_IDLE) < 0)
            continue;
        if (polls[0].revents != 0)
            return NULL;
        for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS; i++)
            http_serve(http, &http->connections[i], polls[2 + i].revents);
        if (polls[1].revents != 0)
            http_accept(http);
    }
}

/* ---- making one ---- */

/* Where no other program of another user can look, and this one's folders are. */
static bool http_bind(struct emu_http *http, const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool bound;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/http", folder);
    http->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bound = http->listener >= 0 &&
            bind(http->listener, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (bound)
        http->place = open(address.sun_path, O_PATH | O_CLOEXEC);
    unlink(address.sun_path);
    return bound && http->place >= 0 && listen(http->listener, SOMAXCONN) == 0;
}

/*
 * A socket that has no name any more is still found through /proc by the file that it had, by who
 * has that open: this process. Nothing stays on the host, also where the process is killed.
 */
static bool http_listen(struct emu_http *http)
{
    char folder[] = "/tmp/lathe-boot-XXXXXX";
    bool good;

    if (mkdtemp(folder) == NULL)
        return false;
    good = http_bind(http, folder);
    rmdir(folder);
    snprintf(http->path, sizeof(http->path), "/proc/self/fd/%d", http->place);
    return good;
}

static bool http_start(struct emu_http *http)
{
    http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (http->wake < 0 || !http_listen(http))
        return false;
    http->started = emu_thread_create(&http->thread, "boot-http", http_thread, http) == 0;
    return http->started;
}

struct emu_http *emu_http_new(const struct emu_bootfiles *files,
                              void (*tell)(void *opaque, const struct emu_netboot_event *event),
                              emu_ns (*now)(void *opaque), void *opaque, struct emu_error *err)
{
    struct emu_http *http = calloc(1, sizeof(*http));

    if (http == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    http->files = files;
    http->tell = tell;
    http->now = now;
    http->opaque = opaque;
    http->listener = http->place = http->wake = -1;
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS; i++)
        http->connections[i].fd = http->connections[i].file.fd = -1;
    if (http_start(http))
        return http;
    emu_error_set(err, EMU_ERROR_HOST, "cannot make the boot service's HTTP server: %s",
                  strerror(errno));
    emu_http_free(http);
    return NULL;
}

const char *emu_http_path(const struct emu_http *http)
{
    return http->path;
}

static void http_close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void emu_http_free(struct emu_http *http)
{
    uint64_t one = 1;

    if (http == NULL)
        return;
    if (http->started && write(http->wake, &one, sizeof(one)) == sizeof(one))
        pthread_join(http->thread, NULL);
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS; i++) {
        http_close_file(&http->connections[i]);
        http_close_fd(http->connections[i].fd);
    }
    http_close_fd(http->listener);
    http_close_fd(http->place);
    http_close_fd(http->wake);
    free(http);
}
