/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread of a virtio graphics adapter: takes commands from the queues, runs them without the
 * device's lock, and gives back what is done. What a guest fenced waits in a list until the back
 * end says so, each context and ring in its own order (Virtio 1.2, 5.7.6.7).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/util/thread.h"

#define GPU_QUEUE_CONTROL 0u
#define GPU_QUEUE_CURSOR  1u
#define GPU_POLL_NS       1000000u
#define GPU_REST_NS       2000000000u /* a fence that is not done by then is given back all the same */
#define GPU_3D_COMMANDS   0x200u

static pthread_mutex_t *gpu_lock(struct virtio_gpu *gpu)
{
    return &gpu->virtio.pci.device.lock;
}

static struct timespec gpu_deadline(uint64_t ns)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    ns += (uint64_t)at.tv_nsec;
    at.tv_sec += (time_t)(ns / 1000000000u);
    at.tv_nsec = (long)(ns % 1000000000u);
    return at;
}

/* ---- jobs ---- */

static void gpu_free_job(struct gpu_job *job)
{
    free(job->data);
    free(job);
}

static bool gpu_read_job(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct emu_virtio_chain *chain = &job->chain;
    uint64_t length;

    emu_virtio_take(&gpu->virtio, chain, &job->header, sizeof(job->header));
    length = emu_virtio_length(chain->segments, chain->out_count);
    if (length > GPU_MAX_COMMAND)
        return false;
    job->data = malloc((size_t)length + 1);
    if (job->data == NULL)
        return false;
    job->length = emu_virtio_take(&gpu->virtio, chain, job->data, (size_t)length);
    return true;
}

/* The pointer goes first: it moves while the guest draws. */
static struct gpu_job *gpu_take_locked(struct virtio_gpu *gpu)
{
    struct gpu_job *job = malloc(sizeof(*job));

    if (job == NULL)
        return NULL;
    job->next = NULL;
    job->data = NULL;
    job->header = (struct gpu_header){0};
    job->length = job->more_length = 0;
    job->answer = GPU_OK;
    job->epoch = gpu->epoch;
    job->ticket = 0;
    job->queue = GPU_QUEUE_CURSOR;
    if (!emu_virtio_pop(&gpu->virtio, GPU_QUEUE_CURSOR, &job->chain)) {
        job->queue = GPU_QUEUE_CONTROL;
        if (!emu_virtio_pop(&gpu->virtio, GPU_QUEUE_CONTROL, &job->chain)) {
            free(job);
            return NULL;
        }
    }
    if (!gpu_read_job(gpu, job))
        job->answer = GPU_NO_MEMORY;
    return job;
}

/* Of the answers only a fence's number is copied from what was asked. */
static void gpu_answer_locked(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct gpu_header header = {.type = job->answer};
    uint8_t bytes[sizeof(header) + sizeof(job->more)];
    size_t length = sizeof(header) + job->more_length;

    if (job->header.flags & GPU_HEADER_FENCE) {
        header.flags = job->header.flags & (GPU_HEADER_FENCE | GPU_HEADER_RING);
        header.fence = job->header.fence;
        header.context = job->header.context;
        header.ring = job->header.ring;
    }
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), job->more, job->more_length);
    length = job->queue == GPU_QUEUE_CURSOR
                 ? 0
                 : emu_virtio_give(&gpu->virtio, &job->chain, bytes, length);
    emu_virtio_push(&gpu->virtio, job->queue, job->chain.head, (uint32_t)length);
    gpu_free_job(job);
}

/* ---- fences ---- */

static bool gpu_same_line(const struct gpu_job *job, uint32_t context, uint32_t ring)
{
    return job->fence_ring == ring && (ring == EMU_GPU_NO_RING || job->fence_context == context);
}

static void gpu_answer_done_locked(struct virtio_gpu *gpu, uint32_t context, uint32_t ring,
                                   uint64_t ticket)
{
    struct gpu_job **at = &gpu->waiting;

    while (*at != NULL) {
        struct gpu_job *job = *at;

        if (!gpu_same_line(job, context, ring) || job->ticket > ticket) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        gpu_answer_locked(gpu, job);
    }
    gpu->waiting_end = at;
    if (gpu->waiting == NULL)
        pthread_cond_broadcast(&gpu->rest);
}

static void gpu_fence_done(struct emu_gpu_device *handle, uint32_t context, uint32_t ring,
                           uint64_t ticket)
{
    struct virtio_gpu *gpu = ((struct gpu_handle *)handle)->gpu;

    pthread_mutex_lock(gpu_lock(gpu));
    gpu_answer_done_locked(gpu, context, ring, ticket);
    pthread_mutex_unlock(gpu_lock(gpu));
}

static bool gpu_line_waits_locked(const struct virtio_gpu *gpu, const struct gpu_job *job)
{
    for (const struct gpu_job *other = gpu->waiting; other != NULL; other = other->next)
        if (gpu_same_line(other, job->fence_context, job->fence_ring))
            return true;
    return false;
}

/* What did not concern the back end is done, unless something of its line is not: drivers take a
 * fence as the end of all before it. */
static bool gpu_must_wait_locked(struct virtio_gpu *gpu, struct gpu_job *job)
{
    bool by_ring = (job->header.flags & GPU_HEADER_RING) != 0;

    if (!gpu->rendering || job->queue != GPU_QUEUE_CONTROL ||
        !(job->header.flags & GPU_HEADER_FENCE))
        return false;
    job->fence_context = job->header.context;
    job->fence_ring = by_ring ? job->header.ring : EMU_GPU_NO_RING;
    return gpu_line_waits_locked(gpu, job) ||
           (job->answer < GPU_UNSPECIFIED && job->header.type >= GPU_3D_COMMANDS);
}

static void gpu_wait_locked(struct virtio_gpu *gpu, struct gpu_job *job)
{
    uint32_t context = job->fence_context, ring = job->fence_ring;
    uint64_t ticket = ++gpu->tickets;
    bool under_way;

    job->ticket = ticket;
    *gpu->waiting_end = job;
    gpu->waiting_end = &job->next;
    pthread_mutex_unlock(gpu_lock(gpu));
    under_way = gpu->backend.ops->fence(gpu->backend.opaque, context, ring, ticket);
    pthread_mutex_lock(gpu_lock(gpu));
    if (!under_way)
        gpu_answer_done_locked(gpu, context, ring, ticket);
}

/* ---- the thread; the device's lock is held but while it works ---- */

static void gpu_work_on_locked(struct virtio_gpu *gpu, struct gpu_job *job)
{
    pthread_mutex_unlock(gpu_lock(gpu));
    if (job->answer == GPU_OK) {
        if (job->queue == GPU_QUEUE_CURSOR)
            gpu_run_cursor(gpu, job);
        else
            gpu_run(gpu, job);
    }
    pthread_mutex_lock(gpu_lock(gpu));
    if (job->epoch != gpu->epoch)
        gpu_free_job(job);
    else if (gpu_must_wait_locked(gpu, job))
        gpu_wait_locked(gpu, job);
    else
        gpu_answer_locked(gpu, job);
}

static void gpu_clear_now_locked(struct virtio_gpu *gpu)
{
    gpu->clear = false;
    pthread_mutex_unlock(gpu_lock(gpu));
    gpu_clear(gpu);
    pthread_mutex_lock(gpu_lock(gpu));
}

static void gpu_call_now_locked(struct virtio_gpu *gpu)
{
    pthread_mutex_unlock(gpu_lock(gpu));
    gpu->call(gpu, gpu->call_opaque);
    pthread_mutex_lock(gpu_lock(gpu));
    gpu->call = NULL;
}

static void gpu_refresh_now_locked(struct virtio_gpu *gpu)
{
    pthread_mutex_unlock(gpu_lock(gpu));
    gpu_refresh(gpu);
    pthread_mutex_lock(gpu_lock(gpu));
}

static void gpu_sleep_locked(struct virtio_gpu *gpu)
{
    struct timespec soon;

    gpu->busy = false;
    pthread_cond_broadcast(&gpu->rest);
    if (gpu->waiting == NULL || gpu->backend.ops->poll == NULL) {
        pthread_cond_wait(&gpu->work, gpu_lock(gpu));
        gpu->busy = true;
        return;
    }
    soon = gpu_deadline(GPU_POLL_NS);
    pthread_cond_timedwait(&gpu->work, gpu_lock(gpu), &soon);
    gpu->busy = true;
    pthread_mutex_unlock(gpu_lock(gpu));
    gpu->backend.ops->poll(gpu->backend.opaque);
    pthread_mutex_lock(gpu_lock(gpu));
}

static void gpu_turn_locked(struct virtio_gpu *gpu)
{
    struct gpu_job *job;

    if (gpu->clear) {
        gpu_clear_now_locked(gpu);
        return;
    }
    if (gpu->call != NULL) {
        gpu_call_now_locked(gpu);
        return;
    }
    if (atomic_exchange(&gpu->refresh, false)) {
        gpu_refresh_now_locked(gpu);
        return;
    }
    job = gpu->resting || !gpu->rung ? NULL : gpu_take_locked(gpu);
    if (job != NULL) {
        gpu_work_on_locked(gpu, job);
        return;
    }
    if (!gpu->resting)
        gpu->rung = false;
    gpu_sleep_locked(gpu);
}

static void gpu_start_backend(struct virtio_gpu *gpu)
{
    const struct emu_gpu_ops *ops = gpu->backend.ops;
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_gpu_capset set;

    if (ops == NULL)
        return;
    gpu->handle = (struct gpu_handle){{gpu_fence_done}, gpu};
    gpu->rendering = ops->start(gpu->backend.opaque, &gpu->handle.device, &err);
    if (!gpu->rendering)
        return;
    while (gpu->capset_count < 8 && ops->get_capset(gpu->backend.opaque, gpu->capset_count, &set))
        gpu->capset_count++;
}

static void *gpu_work(void *opaque)
{
    struct virtio_gpu *gpu = opaque;

    gpu_start_backend(gpu);
    pthread_mutex_lock(gpu_lock(gpu));
    gpu->ready = gpu->busy = true;
    pthread_cond_broadcast(&gpu->rest);
    while (!gpu->quit)
        gpu_turn_locked(gpu);
    gpu->busy = false;
    pthread_mutex_unlock(gpu_lock(gpu));
    gpu_clear(gpu);
    if (gpu->backend.ops != NULL)
        gpu->backend.ops->stop(gpu->backend.opaque);
    return NULL;
}

/* ---- for others ---- */

bool gpu_thread_start(struct virtio_gpu *gpu, struct emu_error *err)
{
    pthread_condattr_t monotonic;
    int error;

    gpu->waiting_end = &gpu->waiting;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&gpu->work, &monotonic);
    pthread_cond_init(&gpu->rest, &monotonic);
    pthread_condattr_destroy(&monotonic);
    error = emu_thread_create(&gpu->thread, "gpu", gpu_work, gpu);
    gpu->started = error == 0;
    if (!gpu->started)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot start a thread: %s", strerror(error));
    pthread_mutex_lock(gpu_lock(gpu));
    while (!gpu->ready)
        pthread_cond_wait(&gpu->rest, gpu_lock(gpu));
    pthread_mutex_unlock(gpu_lock(gpu));
    return true;
}

static void gpu_drop_waiting_locked(struct virtio_gpu *gpu)
{
    while (gpu->waiting != NULL) {
        struct gpu_job *job = gpu->waiting;

        gpu->waiting = job->next;
        gpu_free_job(job);
    }
    gpu->waiting_end = &gpu->waiting;
}

void gpu_thread_stop(struct virtio_gpu *gpu)
{
    if (!gpu->started)
        return;
    pthread_mutex_lock(gpu_lock(gpu));
    gpu->quit = true;
    pthread_cond_signal(&gpu->work);
    pthread_mutex_unlock(gpu_lock(gpu));
    pthread_join(gpu->thread, NULL);
    pthread_mutex_lock(gpu_lock(gpu));
    gpu_drop_waiting_locked(gpu);
    pthread_mutex_unlock(gpu_lock(gpu));
    pthread_cond_destroy(&gpu->work);
    pthread_cond_destroy(&gpu->rest);
    gpu->started = false;
}

void gpu_ring_locked(struct virtio_gpu *gpu)
{
    gpu->rung = true;
    pthread_cond_signal(&gpu->work);
}

void gpu_forget_locked(struct virtio_gpu *gpu)
{
    gpu->epoch++;
    gpu->clear = true;
    gpu_drop_waiting_locked(gpu);
    gpu_screen_hide_all(gpu);
    pthread_cond_signal(&gpu->work);
}

void gpu_rest_locked(struct virtio_gpu *gpu)
{
    struct timespec end = gpu_deadline(GPU_REST_NS);
    int error = 0;

    gpu->resting = true;
    while (gpu->busy || gpu->clear || (gpu->waiting != NULL && error == 0)) {
        pthread_cond_signal(&gpu->work);
        if (error == 0)
            error = pthread_cond_timedwait(&gpu->rest, gpu_lock(gpu), &end);
        else
            pthread_cond_wait(&gpu->rest, gpu_lock(gpu));
    }
    while (gpu->waiting != NULL) {
        struct gpu_job *job = gpu->waiting;

        gpu->waiting = job->next;
        gpu_answer_locked(gpu, job);
    }
    gpu->waiting_end = &gpu->waiting;
}

void gpu_call_locked(struct virtio_gpu *gpu, void (*fn)(struct virtio_gpu *gpu, void *opaque),
                     void *opaque)
{
    gpu->call = fn;
    gpu->call_opaque = opaque;
    while (gpu->call != NULL || gpu->busy) {
        pthread_cond_signal(&gpu->work);
        pthread_cond_wait(&gpu->rest, gpu_lock(gpu));
    }
}

void gpu_wake_locked(struct virtio_gpu *gpu)
{
    gpu->resting = false;
    gpu_ring_locked(gpu);
}

void emu_virtio_gpu_settle(struct emu_device *device)
{
    struct virtio_gpu *gpu = (struct virtio_gpu *)device;

    pthread_mutex_lock(&device->lock);
    while (gpu->busy || gpu->rung || gpu->clear || atomic_load(&gpu->refresh)) {
        pthread_cond_signal(&gpu->work);
        pthread_cond_wait(&gpu->rest, &device->lock);
    }
    pthread_mutex_unlock(&device->lock);
}
