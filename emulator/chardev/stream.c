/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Worker threads of back ends over descriptors (stream.h). One worker does both directions where
 * the descriptors are ours and do not block; descriptors of the caller's may block in write, so
 * there each direction has a worker of its own.
 */
#include "emulator/chardev/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "emulator/util/host-time.h"
#include "emulator/util/thread.h"

/* How long close waits for a far end that takes nothing. */
#define STREAM_CLOSE_PATIENCE (EMU_NS_PER_SECOND / 4)
#define STREAM_GATHER         300000l /* ns */

/* ---- making ---- */

struct stream *emu_stream_new(struct emu_error *err)
{
    struct stream *stream = calloc(1, sizeof(*stream));

    if (stream != NULL)
        stream->ring = malloc(STREAM_OUT_SIZE);
    if (stream == NULL || stream->ring == NULL || emu_cond_init(&stream->drained) != 0) {
        if (stream != NULL)
            free(stream->ring);
        free(stream);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&stream->lock, NULL);
    stream->in = stream->out = stream->listening = stream->held = -1;
    stream->workers[0].wake = stream->workers[1].wake = -1;
    stream->piece = STREAM_OUT_PIECE;
    return stream;
}

/* The counter of an eventfd never gets full this way, so the write does not block. */
static void stream_wake(const struct stream_worker *worker)
{
    uint64_t one = 1;
    ssize_t ignored = worker->wake >= 0 ? write(worker->wake, &one, sizeof(one)) : 0;

    (void)ignored;
}

static void stream_wake_all(struct stream *stream)
{
    stream_wake(&stream->workers[0]);
    stream_wake(&stream->workers[1]);
}

/* ---- what the guest writes ---- */

static void stream_put_locked(struct stream *stream, const uint8_t *data, size_t length)
{
    size_t end = (stream->start + stream->used) % STREAM_OUT_SIZE;
    size_t first;

    if (length > STREAM_OUT_SIZE - stream->used)
        length = STREAM_OUT_SIZE - stream->used;
    first = length < STREAM_OUT_SIZE - end ? length : STREAM_OUT_SIZE - end;
    memcpy(stream->ring + end, data, first);
    memcpy(stream->ring, data + first, length - first);
    stream->used += length;
}

static void stream_write(void *opaque, const uint8_t *data, size_t length)
{
    struct stream *stream = opaque;
    bool tell;

    pthread_mutex_lock(&stream->lock);
    tell = stream->used == 0; /* else the worker knows already */
    if (stream->out >= 0)     /* nobody there: nobody reads it later either */
        stream_put_locked(stream, data, length);
    tell &= stream->used != 0;
    pthread_mutex_unlock(&stream->lock);
    if (tell)
        stream_wake_all(stream);
}

/* A copy of the next bytes to go out, without taking them from the ring. */
static size_t stream_peek(struct stream *stream, uint8_t *piece)
{
    size_t length, first;

    pthread_mutex_lock(&stream->lock);
    length = stream->used < stream->piece ? stream->used : stream->piece;
    first = length < STREAM_OUT_SIZE - stream->start ? length : STREAM_OUT_SIZE - stream->start;
    memcpy(piece, stream->ring + stream->start, first);
    memcpy(piece + first, stream->ring, length - first);
    pthread_mutex_unlock(&stream->lock);
    return length;
}

static void stream_took(struct stream *stream, size_t length)
{
    pthread_mutex_lock(&stream->lock);
    stream->start = (stream->start + length) % STREAM_OUT_SIZE;
    stream->used -= length;
    pthread_cond_broadcast(&stream->drained);
    pthread_mutex_unlock(&stream->lock);
}

static void stream_drop_output(struct stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->used = 0;
    pthread_cond_broadcast(&stream->drained);
    pthread_mutex_unlock(&stream->lock);
}

static bool stream_would_retry(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* Guests write byte by byte: a moment's patience makes one write, and one wake-up, of many. */
static void stream_let_gather(struct stream *stream)
{
    struct timespec moment = {0, STREAM_GATHER};
    bool few;

    pthread_mutex_lock(&stream->lock);
    few = stream->used < STREAM_OUT_PIECE && !stream->closing;
    pthread_mutex_unlock(&stream->lock);
    if (few)
        nanosleep(&moment, NULL);
}

static void stream_send_piece(struct stream *stream)
{
    uint8_t piece[STREAM_OUT_PIECE];
    ssize_t sent;
    size_t length;

    stream_let_gather(stream);
    length = stream_peek(stream, piece);
    if (length == 0)
        return;
    if (stream->is_socket)
        sent = send(stream->out, piece, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        sent = write(stream->out, piece, length);
    if (sent >= 0)
        stream_took(stream, (size_t)sent);
    else if (!stream_would_retry())
        stream_drop_output(stream); /* the far end is gone or full for good */
}

/* ---- what the guest reads ---- */

static void stream_hang_up(struct stream *stream)
{
    int fd = stream->in;

    pthread_mutex_lock(&stream->lock);
    if (stream->out == fd && stream->listening >= 0)
        stream->out = -1;
    stream->in = -1;
    pthread_mutex_unlock(&stream->lock);
    if (stream->own && fd >= 0 && (stream->listening >= 0 || stream->out != fd))
        close(fd);
    if (stream->listening >= 0)
        stream_drop_output(stream);
}

static void stream_receive(struct stream *stream)
{
    ssize_t length = read(stream->in, stream->in_data, sizeof(stream->in_data));

    if (length > 0) {
        stream->in_start = 0;
        stream->in_used = (size_t)length;
    } else if (length == 0 || !stream_would_retry()) {
        stream_hang_up(stream);
    }
}

static void stream_accept(struct stream *stream)
{
    int fd = accept4(stream->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    pthread_mutex_lock(&stream->lock);
    stream->in = stream->out = fd;
    pthread_mutex_unlock(&stream->lock);
}

static void stream_pass_input(struct stream *stream)
{
    size_t taken =
        emu_chardev_input(stream->chardev, stream->in_data + stream->in_start, stream->in_used);

    stream->in_start += taken;
    stream->in_used -= taken;
}

static void stream_room(void *opaque)
{
    stream_wake_all(opaque);
}

/* ---- the workers ---- */

enum stream_slot { STREAM_WAKE, STREAM_READ, STREAM_WRITE, STREAM_LISTEN, STREAM_SLOTS };

static bool stream_is_closing(struct stream *stream)
{
    bool closing;

    pthread_mutex_lock(&stream->lock);
    closing = stream->closing;
    pthread_mutex_unlock(&stream->lock);
    return closing;
}

static bool stream_has_output(struct stream *stream)
{
    bool has;

    pthread_mutex_lock(&stream->lock);
    has = stream->used != 0;
    pthread_mutex_unlock(&stream->lock);
    return has;
}

/* Descriptors of -1 are skipped by poll. */
static void stream_fill_polls(const struct stream_worker *worker, struct pollfd *polls)
{
    struct stream *stream = worker->stream;
    bool reads = worker->reads && stream->in_used == 0;
    bool writes = worker->writes && stream_has_output(stream);

    polls[STREAM_WAKE] = (struct pollfd){worker->wake, POLLIN, 0};
    polls[STREAM_READ] = (struct pollfd){reads ? stream->in : -1, POLLIN, 0};
    polls[STREAM_WRITE] = (struct pollfd){writes ? stream->out : -1, POLLOUT, 0};
    polls[STREAM_LISTEN] =
        (struct pollfd){worker->reads && stream->in < 0 ? stream->listening : -1, POLLIN, 0};
}

static void stream_drain_wake(const struct stream_worker *worker)
{
    uint64_t count;
    ssize_t ignored = read(worker->wake, &count, sizeof(count));

    (void)ignored;
}

static void stream_serve(const struct stream_worker *worker, const struct pollfd *polls)
{
    struct stream *stream = worker->stream;

    if (polls[STREAM_WAKE].revents != 0)
        stream_drain_wake(worker);
    if (polls[STREAM_WRITE].revents != 0)
        stream_send_piece(stream);
    if (polls[STREAM_READ].revents != 0)
        stream_receive(stream);
    if (polls[STREAM_LISTEN].revents != 0)
        stream_accept(stream);
    if (worker->reads && stream->in_used != 0)
        stream_pass_input(stream);
}

static void *stream_thread(void *opaque)
{
    struct stream_worker *worker = opaque;
    struct pollfd polls[STREAM_SLOTS];

    while (!stream_is_closing(worker->stream)) {
        stream_fill_polls(worker, polls);
        if (poll(polls, STREAM_SLOTS, -1) > 0)
            stream_serve(worker, polls);
    }
    return NULL;
}

static bool stream_start(struct stream_worker *worker)
{
    if (!worker->started)
        worker->started = emu_thread_create(&worker->thread, "chardev", stream_thread, worker) == 0;
    return worker->started;
}

bool emu_stream_add_worker(struct stream *stream, bool reads, bool writes, struct emu_error *err)
{
    struct stream_worker *worker = &stream->workers[stream->workers[0].stream != NULL];

    worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->wake < 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot make an eventfd: %s", strerror(errno));
    worker->stream = stream;
    worker->reads = reads;
    worker->writes = writes;
    if (!reads && !stream_start(worker))
        return emu_error_set(err, EMU_ERROR_HOST, "cannot start a thread");
    return true;
}

static void stream_open(void *opaque, struct emu_chardev *chardev)
{
    struct stream *stream = opaque;
    unsigned i;

    stream->chardev = chardev;
    for (i = 0; i < 2; i++) {
        if (stream->workers[i].reads)
            stream_start(&stream->workers[i]);
    }
}

/* ---- the end ---- */

/* Waits while the far end takes something; gives up when it takes nothing for a while. */
static void stream_flush(struct stream *stream)
{
    size_t before;

    pthread_mutex_lock(&stream->lock);
    while (stream->used != 0 && stream->out >= 0) {
        before = stream->used;
        emu_cond_wait(&stream->drained, &stream->lock, STREAM_CLOSE_PATIENCE);
        if (stream->used >= before)
            break;
    }
    pthread_mutex_unlock(&stream->lock);
}

/* A worker that the caller's descriptor blocks in write cannot be woken, only cancelled: write is
 * a cancellation point, and no lock is held there. */
static void stream_join(struct stream_worker *worker)
{
    struct timespec end;

    if (!worker->started)
        return;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec++;
    if (!worker->stream->own && pthread_timedjoin_np(worker->thread, NULL, &end) == 0)
        return;
    if (!worker->stream->own)
        pthread_cancel(worker->thread);
    pthread_join(worker->thread, NULL);
}

static void stream_close_fds(struct stream *stream)
{
    if (stream->own && stream->in >= 0)
        close(stream->in);
    if (stream->own && stream->out >= 0 && stream->out != stream->in)
        close(stream->out);
    if (stream->held >= 0)
        close(stream->held);
    if (stream->listening >= 0)
        close(stream->listening);
    if (stream->unlink_path != NULL)
        unlink(stream->unlink_path);
}

void emu_stream_free(struct stream *stream)
{
    unsigned i;

    if (stream->workers[0].started || stream->workers[1].started)
        stream_flush(stream);
    pthread_mutex_lock(&stream->lock);
    stream->closing = true;
    pthread_mutex_unlock(&stream->lock);
    stream_wake_all(stream);
    for (i = 0; i < 2; i++) {
        stream_join(&stream->workers[i]);
        if (stream->workers[i].wake >= 0)
            close(stream->workers[i].wake);
    }
    stream_close_fds(stream);
    pthread_cond_destroy(&stream->drained);
    pthread_mutex_destroy(&stream->lock);
    free(stream->unlink_path);
    free(stream->ring);
    free(stream);
}

static void stream_close(void *opaque)
{
    emu_stream_free(opaque);
}

const struct emu_chardev_ops emu_stream_ops = {
    .name = "stream",
    .open = stream_open,
    .write = stream_write,
    .room = stream_room,
    .close = stream_close,
};
