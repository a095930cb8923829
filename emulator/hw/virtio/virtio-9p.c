/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio 9P transport (Virtio 1.2 names it, device 9; its configuration is a counted tag): requests
 * of a queue go to a share (share/share.h), one after the other, on a thread of the device's own.
 * Data of files go between the host's files and the guest's memory without a copy.
 */
#include "emulator/hw/virtio/virtio-9p.h"

#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio.h"
#include "emulator/share/share.h"
#include "emulator/util/thread.h"

#define P9_F_TAG (1ull << 0) /* the configuration has a tag */

struct virtio_9p {
    struct emu_virtio virtio; /* first */
    struct emu_share *share;  /* NULL: nothing is answered */

    /* under the device's lock */
    pthread_cond_t work, idle;
    bool started, quit;
    bool rung; /* there may be something in the queue */
    bool busy; /* the thread is at a request, without the lock */
    bool held; /* it begins no other */

    pthread_t thread;
};

/* A request's memory, in pieces that are in one place of the host's. */
struct p9_request {
    struct emu_virtio_chain chain;
    struct iovec out[EMU_SHARE_SEGMENTS], in[EMU_SHARE_SEGMENTS];
    unsigned out_count, in_count;
};

static struct virtio_9p *p9_of(void *device)
{
    return device;
}

static pthread_mutex_t *p9_lock(struct virtio_9p *p9)
{
    return &p9->virtio.pci.device.lock;
}

/* ---- a request ---- */

/* Appends where the segment lies. False: that is no memory, or there are too many pieces. */
static bool p9_add(struct emu_memory *memory, struct emu_disk_segment segment, bool write,
                   struct iovec *pieces, unsigned *count)
{
    while (segment.length != 0) {
        struct emu_range range = emu_memory_find(memory, segment.address);
        uint64_t part = range.length < segment.length ? range.length : segment.length;

        if (range.host == NULL || (write && !range.writable) || *count == EMU_SHARE_SEGMENTS)
            return false;
        pieces[(*count)++] = (struct iovec){range.host, (size_t)part};
        segment.address += part;
        segment.length -= part;
    }
    return true;
}

static bool p9_find_memory(struct virtio_9p *p9, struct p9_request *request)
{
    const struct emu_virtio_chain *chain = &request->chain;
    struct emu_memory *memory = p9->virtio.pci.device.dma;
    bool good = true;

    request->out_count = request->in_count = 0;
    for (unsigned i = 0; i < chain->out_count && good; i++)
        good = p9_add(memory, chain->segments[i], false, request->out, &request->out_count);
    for (unsigned i = 0; i < chain->in_count && good; i++)
        good = p9_add(memory, chain->segments[chain->out_count + i], true, request->in,
                      &request->in_count);
    return good;
}

/* What was translated from there is stale now. */
static void p9_tell_written(struct virtio_9p *p9, const struct emu_virtio_chain *chain,
                            size_t written)
{
    for (unsigned i = 0; i < chain->in_count && written != 0; i++) {
        const struct emu_disk_segment *segment = &chain->segments[chain->out_count + i];
        size_t part = segment->length < written ? (size_t)segment->length : written;

        emu_memory_written(p9->virtio.pci.device.dma, segment->address, part);
        written -= part;
    }
}

/* Lock held, dropped while the host works. Nothing resets the device meanwhile: who wants to waits
 * until it is idle. */
static void p9_serve(struct virtio_9p *p9, struct p9_request *request)
{
    size_t written;

    if (p9->share == NULL || !p9_find_memory(p9, request)) {
        emu_virtio_break(&p9->virtio);
        return;
    }
    p9->busy = true;
    pthread_mutex_unlock(p9_lock(p9));
    written = emu_share_serve(p9->share, request->out, request->out_count, request->in,
                              request->in_count);
    p9_tell_written(p9, &request->chain, written);
    pthread_mutex_lock(p9_lock(p9));
    p9->busy = false;
    if (written == 0)
        emu_virtio_break(&p9->virtio); /* no message, or no room to say so */
    else
        emu_virtio_push(&p9->virtio, 0, request->chain.head, (uint32_t)written);
}

/* ---- the thread ---- */

static void *p9_work(void *opaque)
{
    struct virtio_9p *p9 = opaque;
    struct p9_request request;

    pthread_mutex_lock(p9_lock(p9));
    while (!p9->quit) {
        if (!p9->rung || p9->held) {
            pthread_cond_broadcast(&p9->idle);
            pthread_cond_wait(&p9->work, p9_lock(p9));
        } else if (emu_virtio_pop(&p9->virtio, 0, &request.chain)) {
            p9_serve(p9, &request);
        } else {
            p9->rung = false;
        }
    }
    pthread_mutex_unlock(p9_lock(p9));
    return NULL;
}

static void p9_ring_locked(struct virtio_9p *p9)
{
    p9->rung = true;
    pthread_cond_signal(&p9->work);
}

static void p9_notified(struct emu_virtio *virtio, unsigned queue)
{
    p9_ring_locked(p9_of(virtio));
}

/* The thread comes to the end of what it is at, and begins nothing until this is over. */
static void p9_virtio_reset(struct emu_virtio *virtio)
{
    struct virtio_9p *p9 = p9_of(virtio);

    p9->held = true;
    while (p9->busy)
        pthread_cond_wait(&p9->idle, p9_lock(p9));
    p9->held = false;
    p9->rung = false;
    if (p9->share != NULL)
        emu_share_reset(p9->share);
}

/* Loop thread, vcpus stand still: all that the guest has asked for is answered. */
static void p9_settle(void *opaque)
{
    struct virtio_9p *p9 = opaque;

    pthread_mutex_lock(p9_lock(p9));
    while (p9->busy || p9->rung)
        pthread_cond_wait(&p9->idle, p9_lock(p9));
    pthread_mutex_unlock(p9_lock(p9));
}

/* ---- the device ---- */

static const struct emu_virtio_type p9_type = {
    .id = 9,
    .class_code = 0x018000,
    .config_size = 2 + EMU_SHARE_TAG,
    .notified = p9_notified,
    .reset = p9_virtio_reset,
};

void emu_virtio_9p_set_share(struct emu_device *device, struct emu_share *share)
{
    p9_of(device)->share = share;
    emu_share_on_settle(share, p9_settle, device);
}

static bool p9_set_tag(struct virtio_9p *p9, struct emu_error *err)
{
    const char *tag = p9->share != NULL ? emu_share_tag(p9->share) : "";
    size_t length = strlen(tag);

    if (length > EMU_SHARE_TAG)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the name '%s' of a shared folder is too long: at most %d bytes", tag,
                             EMU_SHARE_TAG);
    p9->virtio.config_initial[0] = (uint8_t)length;
    memcpy(p9->virtio.config_initial + 2, tag, length);
    return true;
}

static bool p9_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_9p *p9 = p9_of(device);

    p9->virtio.queue_count = 1;
    if (!emu_virtio_init(&p9->virtio, &p9_type, err) || !p9_set_tag(p9, err))
        return false;
    p9->virtio.offered |= P9_F_TAG;
    pthread_cond_init(&p9->work, NULL);
    pthread_cond_init(&p9->idle, NULL);
    p9->started = emu_thread_create(&p9->thread, "share", p9_work, p9) == 0;
    return p9->started ||
           emu_error_set(err, EMU_ERROR_HOST, "the host has no thread for a shared folder");
}

static void p9_unrealize(struct emu_device *device)
{
    struct virtio_9p *p9 = p9_of(device);

    pthread_mutex_lock(p9_lock(p9));
    p9->quit = true;
    pthread_cond_signal(&p9->work);
    pthread_mutex_unlock(p9_lock(p9));
    if (p9->started)
        pthread_join(p9->thread, NULL);
    if (p9->share != NULL)
        emu_share_on_settle(p9->share, NULL, NULL);
    pthread_cond_destroy(&p9->work);
    pthread_cond_destroy(&p9->idle);
    emu_virtio_finish(&p9->virtio);
}

static void p9_reset(struct emu_device *device)
{
    emu_virtio_reset(&p9_of(device)->virtio);
}

static void p9_save(struct emu_device *device, struct emu_writer *out)
{
    struct virtio_9p *p9 = p9_of(device);

    emu_virtio_save(&p9->virtio, out);
    if (p9->share != NULL)
        emu_share_save(p9->share, out);
}

/* The thread is not woken: memory, which has the queue, is loaded after the devices, and before it
 * was saved all that was in the queue was answered (p9_settle). */
static bool p9_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_9p *p9 = p9_of(device);

    return emu_virtio_load(&p9->virtio, in, err) &&
           (p9->share == NULL || emu_share_load(p9->share, in, err));
}

const struct emu_device_class emu_virtio_9p_class = {
    .name = "virtio-9p",
    .description = "virtio folder of the host",
    .size = sizeof(struct virtio_9p),
    .realize = p9_realize,
    .unrealize = p9_unrealize,
    .reset = p9_reset,
    .save = p9_save,
    .load = p9_load,
};
