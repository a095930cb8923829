/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The back ends of api/chardev.h over descriptors: a file, a pseudo-terminal, a unix socket, the
 * caller's own descriptors. Each only makes the descriptors; stream.c moves the bytes.
 */
#include "emulator/api/chardev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "emulator/chardev/stream.h"

/* A terminal that is full blocks in a longer write, though poll said that it has room. */
#define BACKENDS_TTY_PIECE 64

/* Ends a constructor: adds the worker and fills *out, or frees all. */
static bool backends_finish(struct stream *stream, bool reads, bool writes,
                            struct emu_chardev_backend *out, struct emu_error *err)
{
    if (!emu_stream_add_worker(stream, reads, writes, err)) {
        emu_stream_free(stream);
        return false;
    }
    out->ops = &emu_stream_ops;
    out->opaque = stream;
    return true;
}

/* ---- file ---- */

bool emu_chardev_file(const char *path, struct emu_chardev_backend *out, struct emu_error *err)
{
    struct stream *stream = emu_stream_new(err);

    if (stream == NULL)
        return false;
    stream->own = true;
    /* O_NONBLOCK: a fifo that nobody reads is refused instead of waited for. */
    stream->out =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (stream->out < 0) {
        emu_error_set(err, EMU_ERROR_INPUT, "cannot write to '%s': %s", path, strerror(errno));
        emu_stream_free(stream);
        return false;
    }
    return backends_finish(stream, false, true, out, err);
}

/* ---- pseudo-terminal ---- */

static bool backends_make_raw(int fd)
{
    struct termios mode;

    if (tcgetattr(fd, &mode) != 0)
        return false;
    cfmakeraw(&mode);
    return tcsetattr(fd, TCSANOW, &mode) == 0;
}

/* The other side is held open, so that a program that leaves it is no hang-up. */
static bool backends_open_pty(struct stream *stream, char *name, size_t size)
{
    stream->own = true;
    stream->in = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    stream->out = stream->in;
    if (stream->in < 0 || grantpt(stream->in) != 0 || unlockpt(stream->in) != 0)
        return false;
    errno = ptsname_r(stream->in, name, size);
    if (errno != 0)
        return false;
    stream->held = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return stream->held >= 0 && backends_make_raw(stream->held);
}

bool emu_chardev_pty(struct emu_chardev_backend *out, char **name, struct emu_error *err)
{
    struct stream *stream = emu_stream_new(err);
    char path[128];

    if (stream == NULL)
        return false;
    if (!backends_open_pty(stream, path, sizeof(path))) {
        emu_error_set(err, EMU_ERROR_HOST, "cannot make a pseudo-terminal: %s", strerror(errno));
        emu_stream_free(stream);
        return false;
    }
    *name = strdup(path);
    if (*name == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        emu_stream_free(stream);
        return false;
    }
    if (backends_finish(stream, true, true, out, err))
        return true;
    free(*name);
    *name = NULL;
    return false;
}

/* ---- unix socket ---- */

static bool backends_fill_address(const char *path, struct sockaddr_un *address,
                                  struct emu_error *err)
{
    size_t length = strlen(path);

    if (length == 0 || length >= sizeof(address->sun_path))
        return emu_error_set(err, EMU_ERROR_INPUT, "socket path '%s' is %s: give 1 to %zu bytes",
                             path, length == 0 ? "empty" : "too long",
                             sizeof(address->sun_path) - 1);
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length + 1);
    return true;
}

/* bind creates the socket with the mode of the descriptor, so nobody else can come in between. */
static bool backends_listen(struct stream *stream, const char *path, struct emu_error *err)
{
    struct sockaddr_un address;

    if (!backends_fill_address(path, &address, err))
        return false;
    stream->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (stream->listening < 0 || fchmod(stream->listening, 0600) != 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot make a socket: %s", strerror(errno));
    if (bind(stream->listening, (struct sockaddr *)&address, sizeof(address)) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot make the socket '%s': %s", path,
                             errno == EADDRINUSE ? "it exists; remove it or give another path"
                                                 : strerror(errno));
    stream->unlink_path = strdup(path);
    if (chmod(path, 0600) != 0 || listen(stream->listening, 4) != 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot listen on '%s': %s", path,
                             strerror(errno));
    return true;
}

bool emu_chardev_unix(const char *path, struct emu_chardev_backend *out, struct emu_error *err)
{
    struct stream *stream = emu_stream_new(err);

    if (stream == NULL)
        return false;
    stream->own = true;
    stream->is_socket = true;
    if (!backends_listen(stream, path, err)) {
        emu_stream_free(stream);
        return false;
    }
    return backends_finish(stream, true, true, out, err);
}

/* ---- the caller's descriptors ---- */

static bool backends_usable(int fd, struct emu_error *err)
{
    return fd < 0 || fcntl(fd, F_GETFL) >= 0 ||
           emu_error_set(err, EMU_ERROR_INPUT, "descriptor %d is not open", fd);
}

bool emu_chardev_fds(int in, int out_fd, struct emu_chardev_backend *out, struct emu_error *err)
{
    struct stream *stream;

    if (!backends_usable(in, err) || !backends_usable(out_fd, err))
        return false;
    stream = emu_stream_new(err);
    if (stream == NULL)
        return false;
    stream->in = in;
    stream->out = out_fd;
    if (out_fd >= 0 && isatty(out_fd))
        stream->piece = BACKENDS_TTY_PIECE;
    if (out_fd >= 0 && !emu_stream_add_worker(stream, false, true, err)) {
        emu_stream_free(stream);
        return false;
    }
    return backends_finish(stream, true, false, out, err);
}
