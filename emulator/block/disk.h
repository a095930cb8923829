/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk's middle: a controller on one side, a back end (api/ops/block.h) on the other. Requests
 * are done by worker threads of the disk's own, several at once and in any order; what is finished
 * comes back through the machine's command queue, on the loop thread, with the controller's lock.
 * Short reads that the host need not wait for may be done where they are submitted.
 */
#ifndef EMU_BLOCK_DISK_H
#define EMU_BLOCK_DISK_H

#include <pthread.h>

#include "emulator/api/ops/block.h"

struct emu_disk;
struct emu_machine;
struct emu_memory;
struct emu_queue;

enum emu_disk_op {
    EMU_DISK_READ,
    EMU_DISK_WRITE,
    EMU_DISK_FLUSH,
    EMU_DISK_DISCARD,
    EMU_DISK_ZERO,
};

/* A piece of guest memory. */
struct emu_disk_segment {
    emu_gpa address;
    uint64_t length;
};

/* The controller owns it and what it points to; nobody touches it between submit and done. */
struct emu_disk_request {
    enum emu_disk_op op;
    uint64_t offset, length;                 /* bytes on the disk */
    const struct emu_disk_segment *segments; /* READ, WRITE: at least length bytes of memory */
    unsigned segment_count;
    void *buffer; /* READ, WRITE: length bytes of the controller's own memory instead; or NULL */
    bool unmap;   /* ZERO: the space may be given back */
    bool durable; /* WRITE, ZERO: on stable storage when done */
    int error;    /* out: 0 or an errno value; ECANCELED: see emu_disk_cancel_locked */
    /* Loop thread (or who cancels or delivers), controller's lock held. May submit. */
    void (*done)(struct emu_disk_request *request);
    struct emu_disk_request *next; /* the disk's */
};

/*
 * Takes the back end, which is closed also on failure. memory: what the segments' addresses are in.
 * Both must outlive the disk. Any thread.
 */
struct emu_disk *emu_disk_new(struct emu_queue *queue, struct emu_memory *memory,
                              const struct emu_block_backend *backend, struct emu_error *err);
/* Waits for the workers, writes back, closes. NULL is legal. */
void emu_disk_free(struct emu_disk *disk);
/* The controller's lock, held around done; NULL parts them, after emu_disk_cancel_locked. Before
 * the machine runs or while no vcpu does. */
void emu_disk_attach(struct emu_disk *disk, pthread_mutex_t *lock);

/*
 * From here on a request that the host's storage has no room for (ENOSPC, EDQUOT) is kept, and full
 * is called with the place that is full (NULL: not known): worker thread, no lock held. Before the
 * machine runs.
 */
typedef void emu_disk_full_fn(void *opaque, const char *location);
void emu_disk_on_full(struct emu_disk *disk, emu_disk_full_fn *full, void *opaque);
/* Those that were kept are tried again. Any thread. */
void emu_disk_retry(struct emu_disk *disk);

/* Any thread; constant while the same medium is in. disk may be NULL: 0, true. */
uint64_t emu_disk_size(const struct emu_disk *disk);
bool emu_disk_read_only(const struct emu_disk *disk);

/* Any thread, controller's lock held. What lies beyond the disk's end fails with EINVAL. */
void emu_disk_submit(struct emu_disk *disk, struct emu_disk_request *request);
/*
 * The same, but what the host has at hand is read before this returns, on this thread; done is
 * called by emu_disk_deliver_locked, which the controller has to call before it lets go of its lock.
 */
void emu_disk_submit_now(struct emu_disk *disk, struct emu_disk_request *request);
/* Calls done for all that is finished; true: there was something. Any thread, controller's lock
 * held; also from done. disk may be NULL. */
bool emu_disk_deliver_locked(struct emu_disk *disk);
/*
 * Waits for those requests that workers are at, drops the others, and calls done for all with the
 * error ECANCELED: the controller was reset and lets go of them. Controller's lock held. disk may
 * be NULL.
 */
void emu_disk_cancel_locked(struct emu_disk *disk);
/*
 * Another medium, once no worker is at the old one, which is returned. Loop thread, controller's
 * lock held.
 */
struct emu_block_backend emu_disk_change_locked(struct emu_disk *disk,
                                                const struct emu_block_backend *medium);
/* Waits until all requests are done and delivered, those that were kept with their error. Loop
 * thread, vcpus stand still, no lock held. */
void emu_disk_settle(struct emu_disk *disk);

/* The machine owns the disk from here on, also on failure. */
bool emu_machine_add_disk(struct emu_machine *machine, struct emu_disk *disk,
                          struct emu_error *err);

#endif
