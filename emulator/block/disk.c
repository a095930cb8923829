/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a disk: a list of requests, up to DISK_WORKERS threads that do them, started as
 * they are needed, and a list of what is done. Data pass through a buffer of each worker, so that
 * no request of a guest's can ask for much memory of the host's.
 */
#include "emulator/block/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/block.h"
#include "emulator/core/machine.h"
#include "emulator/util/thread.h"

#define DISK_WORKERS 4
#define DISK_BUFFER  (256u << 10)
#define DISK_NOW     (64u << 10) /* the longest that is read at once, while the guest waits */

struct disk_list {
    struct emu_disk_request *first, **last;
};

struct emu_disk {
    struct emu_queue *queue;
    struct emu_memory *memory;
    struct emu_block_backend backend;
    pthread_mutex_t *controller; /* whose lock is held around done */

    pthread_mutex_t lock; /* behind the controller's */
    pthread_cond_t work, idle;
    struct disk_list waiting, finished;
    struct disk_list kept; /* the host has no room for them now */
    emu_disk_full_fn *full;
    void *full_opaque;
    struct emu_counters *counters; /* NULL: nobody counts */
    unsigned active;               /* requests that workers are at */
    unsigned resting;              /* workers without one */
    unsigned workers;
    pthread_t threads[DISK_WORKERS];
    uint8_t *now; /* a buffer of DISK_NOW bytes, under the controller's lock; NULL: not used yet */
    bool posted;  /* a delivery is in the machine's queue */
    bool quit;
};

static void disk_list_init(struct disk_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void disk_list_add(struct disk_list *list, struct emu_disk_request *request)
{
    request->next = NULL;
    *list->last = request;
    list->last = &request->next;
}

static struct emu_disk_request *disk_list_take(struct disk_list *list)
{
    struct emu_disk_request *request = list->first;

    if (request != NULL) {
        list->first = request->next;
        if (list->first == NULL)
            list->last = &list->first;
    }
    return request;
}

/* ---- doing a request; worker, no lock ---- */

/* Where in the request's memory the transfer is. */
struct disk_cursor {
    const struct emu_disk_request *request;
    unsigned segment;
    uint64_t within;
};

static int disk_copy(struct emu_memory *memory, struct disk_cursor *at, uint8_t *buffer,
                     size_t length, bool to_guest)
{
    while (length != 0) {
        const struct emu_disk_segment *segment;
        size_t part;
        bool good;

        if (at->segment == at->request->segment_count)
            return EFAULT;
        segment = &at->request->segments[at->segment];
        part =
            segment->length - at->within < length ? (size_t)(segment->length - at->within) : length;
        good = to_guest ? emu_memory_write(memory, segment->address + at->within, buffer, part)
                        : emu_memory_read(memory, segment->address + at->within, buffer, part);
        if (!good)
            return EFAULT;
        buffer += part;
        length -= part;
        at->within += part;
        if (at->within == segment->length) {
            at->segment++;
            at->within = 0;
        }
    }
    return 0;
}

static int disk_transfer(struct emu_disk *disk, const struct emu_disk_request *request,
                         uint8_t *buffer)
{
    const struct emu_block_ops *ops = disk->backend.ops;
    struct disk_cursor cursor = {.request = request};
    uint64_t done = 0;
    int error = 0;

    while (done < request->length && error == 0) {
        uint64_t left = request->length - done, offset = request->offset + done;
        size_t part = left < DISK_BUFFER ? (size_t)left : DISK_BUFFER;

        if (request->op == EMU_DISK_READ) {
            error = ops->read(disk->backend.opaque, offset, buffer, part);
            if (error == 0)
                error = disk_copy(disk->memory, &cursor, buffer, part, true);
        } else {
            error = disk_copy(disk->memory, &cursor, buffer, part, false);
            if (error == 0)
                error = ops->write(disk->backend.opaque, offset, buffer, part);
        }
        done += part;
    }
    return error;
}

/* The controller's own memory needs no copy on the way. */
static int disk_transfer_own(struct emu_disk *disk, const struct emu_disk_request *request)
{
    const struct emu_block_ops *ops = disk->backend.ops;
    size_t length = (size_t)request->length;

    return request->op == EMU_DISK_READ
               ? ops->read(disk->backend.opaque, request->offset, request->buffer, length)
               : ops->write(disk->backend.opaque, request->offset, request->buffer, length);
}

static int disk_do(struct emu_disk *disk, const struct emu_disk_request *request, uint8_t *buffer)
{
    const struct emu_block_backend *backend = &disk->backend;
    uint64_t size = emu_disk_size(disk);
    int error = 0;

    if (backend->ops == NULL)
        return ENOMEDIUM;
    if (request->op != EMU_DISK_FLUSH &&
        (request->offset > size || request->length > size - request->offset))
        return EINVAL;
    if (request->op > EMU_DISK_FLUSH && backend->read_only)
        return EROFS;
    switch (request->op) {
    case EMU_DISK_READ:
    case EMU_DISK_WRITE:
        error = request->buffer != NULL ? disk_transfer_own(disk, request)
                                        : disk_transfer(disk, request, buffer);
        break;
    case EMU_DISK_FLUSH:
        return backend->ops->flush(backend->opaque);
    case EMU_DISK_DISCARD:
        return backend->ops->discard(backend->opaque, request->offset, request->length);
    case EMU_DISK_ZERO:
        error =
            backend->ops->zero(backend->opaque, request->offset, request->length, request->unmap);
        break;
    }
    if (error == 0 && request->durable)
        error = backend->ops->flush(backend->opaque);
    return error;
}

/* ---- delivering ---- */

bool emu_disk_deliver_locked(struct emu_disk *disk)
{
    for (bool some = false;; some = true) {
        struct emu_disk_request *request;

        if (disk == NULL)
            return false;
        pthread_mutex_lock(&disk->lock);
        request = disk_list_take(&disk->finished);
        pthread_mutex_unlock(&disk->lock);
        if (request == NULL)
            return some;
        request->done(request);
    }
}

static void disk_deliver(struct emu_disk *disk)
{
    pthread_mutex_lock(disk->controller);
    emu_disk_deliver_locked(disk);
    pthread_mutex_unlock(disk->controller);
}

static void disk_deliver_command(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_disk *disk = opaque;

    pthread_mutex_lock(&disk->lock);
    disk->posted = false;
    pthread_mutex_unlock(&disk->lock);
    if (disk->controller != NULL)
        disk_deliver(disk);
}

static void disk_count(struct emu_disk *disk, const struct emu_disk_request *request)
{
    emu_count(&disk->counters->disk_requests, 1);
    if (request->op == EMU_DISK_READ)
        emu_count(&disk->counters->disk_read, request->length);
    else if (request->op == EMU_DISK_WRITE)
        emu_count(&disk->counters->disk_written, request->length);
}

/* Disk's lock held. */
static void disk_finish(struct emu_disk *disk, struct emu_disk_request *request, int error)
{
    request->error = error;
    if (error == 0 && disk->counters != NULL)
        disk_count(disk, request);
    disk_list_add(&disk->finished, request);
    if (!disk->posted)
        disk->posted = emu_queue_post(disk->queue, disk_deliver_command, disk, NULL, 0);
}

/* ---- a full host ---- */

void emu_disk_on_full(struct emu_disk *disk, emu_disk_full_fn *full, void *opaque)
{
    disk->full = full;
    disk->full_opaque = opaque;
}

static bool disk_keeps(const struct emu_disk *disk, const struct emu_disk_request *request,
                       int error)
{
    return disk->full != NULL && request->op != EMU_DISK_READ &&
           (error == ENOSPC || error == EDQUOT);
}

/* Disk's lock held. */
static void disk_keep(struct emu_disk *disk, struct emu_disk_request *request, int error)
{
    request->error = error;
    disk_list_add(&disk->kept, request);
}

/* Disk's lock held, dropped meanwhile. The request is kept by now: whoever retries finds it. */
static void disk_tell_full(struct emu_disk *disk)
{
    const struct emu_block_backend *backend = &disk->backend;
    const char *location = NULL;

    if (backend->ops != NULL && backend->ops->location != NULL)
        location = backend->ops->location(backend->opaque);
    pthread_mutex_unlock(&disk->lock);
    disk->full(disk->full_opaque, location);
    pthread_mutex_lock(&disk->lock);
}

/* ---- workers ---- */

static void *disk_work(void *opaque)
{
    struct emu_disk *disk = opaque;
    uint8_t *buffer = malloc(DISK_BUFFER);

    pthread_mutex_lock(&disk->lock);
    while (!disk->quit) {
        struct emu_disk_request *request = disk_list_take(&disk->waiting);
        int error;
        bool keeps;

        if (request == NULL) {
            disk->resting++;
            pthread_cond_wait(&disk->work, &disk->lock);
            disk->resting--;
            continue;
        }
        disk->active++;
        pthread_mutex_unlock(&disk->lock);
        error = buffer != NULL ? disk_do(disk, request, buffer) : ENOMEM;
        keeps = disk_keeps(disk, request, error);
        pthread_mutex_lock(&disk->lock);
        disk->active--;
        if (keeps)
            disk_keep(disk, request, error);
        else
            disk_finish(disk, request, error);
        pthread_cond_broadcast(&disk->idle);
        if (keeps)
            disk_tell_full(disk);
    }
    pthread_mutex_unlock(&disk->lock);
    free(buffer);
    return NULL;
}

/* Disk's lock held: somebody must come for what waits. */
static bool disk_call_worker(struct emu_disk *disk)
{
    if (disk->resting == 0 && disk->workers < DISK_WORKERS &&
        emu_thread_create(&disk->threads[disk->workers], "disk", disk_work, disk) == 0)
        disk->workers++;
    pthread_cond_signal(&disk->work);
    return disk->workers != 0;
}

void emu_disk_retry(struct emu_disk *disk)
{
    struct emu_disk_request *request;

    pthread_mutex_lock(&disk->lock);
    while ((request = disk_list_take(&disk->kept)) != NULL) {
        disk_list_add(&disk->waiting, request);
        disk_call_worker(disk);
    }
    pthread_mutex_unlock(&disk->lock);
}

void emu_disk_submit(struct emu_disk *disk, struct emu_disk_request *request)
{
    pthread_mutex_lock(&disk->lock);
    if (disk_call_worker(disk))
        disk_list_add(&disk->waiting, request);
    else
        disk_finish(disk, request, EAGAIN); /* the host has no thread for it */
    pthread_mutex_unlock(&disk->lock);
}

/* ---- reading at once ---- */

/* A buffer for the request, or NULL. */
static uint8_t *disk_now_buffer(struct emu_disk *disk, const struct emu_disk_request *request)
{
    if (request->buffer != NULL)
        return request->buffer;
    if (disk->now == NULL)
        disk->now = malloc(DISK_NOW);
    return disk->now;
}

/* False: it takes a worker. Controller's lock held, which keeps the medium in. */
static bool disk_read_now(struct emu_disk *disk, const struct emu_disk_request *request, int *error)
{
    const struct emu_block_backend *backend = &disk->backend;
    struct disk_cursor cursor = {.request = request};
    uint64_t size = emu_disk_size(disk);
    size_t length = (size_t)request->length;
    uint8_t *buffer;

    if (request->op != EMU_DISK_READ || backend->ops == NULL || backend->ops->read_now == NULL ||
        request->length > DISK_NOW || request->offset > size ||
        request->length > size - request->offset)
        return false;
    buffer = disk_now_buffer(disk, request);
    if (buffer == NULL || backend->ops->read_now(backend->opaque, request->offset, buffer, length))
        return false;
    *error = request->buffer != NULL ? 0 : disk_copy(disk->memory, &cursor, buffer, length, true);
    return true;
}

void emu_disk_submit_now(struct emu_disk *disk, struct emu_disk_request *request)
{
    int error;

    if (!disk_read_now(disk, request, &error)) {
        emu_disk_submit(disk, request);
        return;
    }
    request->error = error;
    pthread_mutex_lock(&disk->lock);
    disk_list_add(&disk->finished, request);
    pthread_mutex_unlock(&disk->lock);
}

/* ---- waiting ---- */

void emu_disk_cancel_locked(struct emu_disk *disk)
{
    struct disk_list dropped;
    struct emu_disk_request *request;

    if (disk == NULL)
        return;
    disk_list_init(&dropped);
    pthread_mutex_lock(&disk->lock);
    while ((request = disk_list_take(&disk->waiting)) != NULL)
        disk_list_add(&dropped, request);
    while (disk->active != 0)
        pthread_cond_wait(&disk->idle, &disk->lock);
    while ((request = disk_list_take(&disk->kept)) != NULL)
        disk_list_add(&dropped, request);
    while ((request = disk_list_take(&disk->finished)) != NULL)
        disk_list_add(&dropped, request);
    pthread_mutex_unlock(&disk->lock);
    while ((request = disk_list_take(&dropped)) != NULL) {
        request->error = ECANCELED;
        request->done(request);
    }
}

struct emu_block_backend emu_disk_change_locked(struct emu_disk *disk,
                                                const struct emu_block_backend *medium)
{
    struct emu_block_backend old;

    pthread_mutex_lock(&disk->lock);
    while (disk->active != 0 || disk->waiting.first != NULL)
        pthread_cond_wait(&disk->idle, &disk->lock);
    old = disk->backend;
    disk->backend = *medium;
    pthread_mutex_unlock(&disk->lock);
    return old;
}

/* A request that is delivered may lead to another. */
void emu_disk_settle(struct emu_disk *disk)
{
    struct emu_disk_request *request;
    bool busy = true;

    while (busy && disk->controller != NULL) {
        pthread_mutex_lock(&disk->lock);
        while (disk->active != 0 || disk->waiting.first != NULL)
            pthread_cond_wait(&disk->idle, &disk->lock);
        while ((request = disk_list_take(&disk->kept)) != NULL)
            disk_finish(disk, request, request->error);
        busy = disk->finished.first != NULL;
        pthread_mutex_unlock(&disk->lock);
        if (busy)
            disk_deliver(disk);
    }
}

/* ---- life ---- */

struct emu_disk *emu_disk_new(struct emu_queue *queue, struct emu_memory *memory,
                              const struct emu_block_backend *backend, struct emu_error *err)
{
    struct emu_disk *disk = calloc(1, sizeof(*disk));
    struct emu_block_backend refused = *backend;

    if (disk == NULL) {
        emu_block_backend_close(&refused);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    disk->queue = queue;
    disk->memory = memory;
    disk->backend = *backend;
    pthread_mutex_init(&disk->lock, NULL);
    pthread_cond_init(&disk->work, NULL);
    pthread_cond_init(&disk->idle, NULL);
    disk_list_init(&disk->waiting);
    disk_list_init(&disk->finished);
    disk_list_init(&disk->kept);
    return disk;
}

void emu_disk_free(struct emu_disk *disk)
{
    if (disk == NULL)
        return;
    pthread_mutex_lock(&disk->lock);
    disk->quit = true;
    pthread_cond_broadcast(&disk->work);
    pthread_mutex_unlock(&disk->lock);
    for (unsigned i = 0; i < disk->workers; i++)
        pthread_join(disk->threads[i], NULL);
    emu_block_backend_close(&disk->backend);
    pthread_cond_destroy(&disk->work);
    pthread_cond_destroy(&disk->idle);
    pthread_mutex_destroy(&disk->lock);
    free(disk->now);
    free(disk);
}

void emu_disk_attach(struct emu_disk *disk, pthread_mutex_t *lock)
{
    disk->controller = lock;
}

uint64_t emu_disk_size(const struct emu_disk *disk)
{
    if (disk == NULL || disk->backend.ops == NULL)
        return 0;
    return disk->backend.ops->size(disk->backend.opaque);
}

bool emu_disk_read_only(const struct emu_disk *disk)
{
    return disk == NULL || disk->backend.read_only;
}

/* ---- in a machine ---- */

static void disk_part_settle(void *object)
{
    emu_disk_settle(object);
}

/* Twice: what the first flush released of an image is written by the second. */
static bool disk_part_sync(void *object, struct emu_error *err)
{
    struct emu_block_backend *backend = &((struct emu_disk *)object)->backend;
    int error = 0;

    for (unsigned i = 0; i < 2 && error == 0; i++)
        if (backend->ops != NULL && !backend->read_only)
            error = backend->ops->flush(backend->opaque);
    return error == 0 ||
           emu_error_set(err, EMU_ERROR_HOST, "cannot write what the guest wrote to a disk: %s",
                         strerror(error));
}

static void disk_part_resume(void *object)
{
    emu_disk_retry(object);
}

/* Worker thread. */
static void disk_part_full(void *opaque, const char *location)
{
    emu_machine_hold(opaque,
                     "There is no room left on the host for what the guest writes: free some space "
                     "and go on, nothing is lost yet (%s)",
                     location != NULL ? location : "its disk");
}

static void disk_part_free(void *object)
{
    emu_disk_free(object);
}

bool emu_machine_add_disk(struct emu_machine *machine, struct emu_disk *disk, struct emu_error *err)
{
    static const struct emu_machine_part part = {
        .settle = disk_part_settle,
        .sync = disk_part_sync,
        .resume = disk_part_resume,
        .free = disk_part_free,
    };

    emu_disk_on_full(disk, disk_part_full, machine);
    disk->counters = &machine->counters;
    return emu_machine_add_part(machine, &part, disk, err);
}
