/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the back ends over file descriptors share: worker threads that poll, a bounded buffer for
 * what the guest wrote, and a way to end. The guest never waits: what does not fit is dropped.
 */
#ifndef EMU_CHARDEV_STREAM_H
#define EMU_CHARDEV_STREAM_H

#include <pthread.h>

#include "emulator/api/error.h"
#include "emulator/api/ops/chardev.h"

#define STREAM_OUT_SIZE  (1u << 20)
#define STREAM_IN_SIZE   4096u
#define STREAM_OUT_PIECE 4096u

struct stream;

/* A thread that polls one or both directions. */
struct stream_worker {
    struct stream *stream;
    bool reads, writes;
    int wake; /* eventfd */
    pthread_t thread;
    bool started;
};

struct stream {
    int in, out;   /* -1: none (now) */
    int listening; /* a socket that gives a new in and out when the last is gone; -1: none */
    int held;      /* kept open until close; -1: none */
    bool own;      /* in and out are closed by us */
    bool is_socket;
    size_t piece; /* the longest write that does not block after POLLOUT */
    char *unlink_path;
    struct stream_worker workers[2];
    struct emu_chardev *chardev; /* set by open, before the workers start */

    uint8_t in_data[STREAM_IN_SIZE]; /* reading worker: read, and not yet taken by the chardev */
    size_t in_start, in_used;

    pthread_mutex_t lock;
    pthread_cond_t drained;
    uint8_t *ring;
    size_t start, used;
    bool closing;
};

/* Without descriptors and workers; NULL with *err: out of memory. */
struct stream *emu_stream_new(struct emu_error *err);
/* Adds a worker, whose thread starts at once if it only writes, else when the machine opens it. */
bool emu_stream_add_worker(struct stream *stream, bool reads, bool writes, struct emu_error *err);
/* Ends the threads, after what was written has gone out if the far end takes it; frees. */
void emu_stream_free(struct stream *stream);
/* Turns the stream into a back end with this name in its ops table. */
extern const struct emu_chardev_ops emu_stream_ops;

#endif
