/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a network cable (net.h): frames from the back end wait in a ring until a command in
 * the machine's queue hands them to the adapter. The lock here is behind the adapter's.
 */
#include "emulator/net/net.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "emulator/api/net.h"
#include "emulator/core/clock.h"
#include "emulator/core/machine.h"
#include "emulator/core/queue.h"
#include "emulator/net/frames.h"
#include "emulator/net/merge.h"
#include "emulator/net/segment.h"

#define NET_RING (4u << 20) /* bytes that wait for the guest at most */

struct emu_net {
    struct emu_queue *queue;
    const struct emu_clock *clock;
    struct emu_net_backend backend;
    const struct emu_net_port *port; /* loop thread */
    void *port_opaque;
    pthread_mutex_t *port_lock;
    atomic_bool link;

    pthread_mutex_t lock;
    struct emu_frames frames;
    bool posted;                   /* a delivery is in the queue */
    bool starved;                  /* the adapter refused the first frame */
    bool refused;                  /* the back end waits for room */
    struct emu_counters *counters; /* NULL: nobody counts */

    struct emu_net_merge merge; /* loop thread */
};

struct emu_net *emu_net_new(struct emu_queue *queue, const struct emu_clock *clock,
                            const struct emu_net_backend *backend, struct emu_error *err)
{
    struct emu_net *net = calloc(1, sizeof(*net));
    struct emu_net_backend refused = *backend;

    if (net == NULL || !emu_frames_init(&net->frames, NET_RING)) {
        free(net);
        emu_net_backend_close(&refused);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&net->lock, NULL);
    net->queue = queue;
    net->clock = clock;
    net->backend = *backend;
    atomic_init(&net->link, backend->ops != NULL);
    if (backend->ops != NULL && backend->ops->open != NULL)
        backend->ops->open(backend->opaque, net);
    return net;
}

void emu_net_free(struct emu_net *net)
{
    if (net == NULL)
        return;
    emu_net_backend_close(&net->backend);
    pthread_mutex_destroy(&net->lock);
    emu_frames_finish(&net->frames);
    free(net);
}

void emu_net_attach(struct emu_net *net, const struct emu_net_port *port, void *opaque,
                    pthread_mutex_t *lock)
{
    net->port = port;
    net->port_opaque = opaque;
    net->port_lock = lock;
    emu_net_drained(net);
}

/* ---- towards the guest ---- */

/* Only the loop thread drops frames, so the first stays where it is while the adapter copies it. */
static const uint8_t *net_first(struct emu_net *net, size_t *length)
{
    const uint8_t *frame;

    pthread_mutex_lock(&net->lock);
    frame = emu_frames_first(&net->frames, length);
    pthread_mutex_unlock(&net->lock);
    return frame;
}

static const uint8_t *net_next(struct emu_net *net, const uint8_t *frame, size_t *length)
{
    pthread_mutex_lock(&net->lock);
    frame = emu_frames_next(&net->frames, frame, length);
    pthread_mutex_unlock(&net->lock);
    return frame;
}

static void net_drop(struct emu_net *net, unsigned count)
{
    pthread_mutex_lock(&net->lock);
    while (count-- != 0)
        emu_frames_drop(&net->frames);
    pthread_mutex_unlock(&net->lock);
}

static void net_starve(struct emu_net *net)
{
    pthread_mutex_lock(&net->lock);
    net->starved = true;
    pthread_mutex_unlock(&net->lock);
}

/* Gathers what may come in one with the first frame; false: nothing, or the adapter wants none. */
static bool net_merge(struct emu_net *net, const uint8_t *frame, size_t length)
{
    struct emu_net_merge *merge = &net->merge;

    if (net->port->receive_segments == NULL || !emu_net_merge_begin(merge, frame, length) ||
        !net->port->takes_segments(net->port_opaque, merge->bytes[merge->segments.ip] >> 4 == 6))
        return false;
    while (!merge->closed && (frame = net_next(net, frame, &length)) != NULL)
        if (!emu_net_merge_add(merge, frame, length))
            break;
    if (merge->count == 1)
        return false;
    emu_net_merge_end(merge);
    return true;
}

/* Returns how many frames the adapter took. An adapter that has no memory for many may have it for
 * one. */
static unsigned net_hand_first_locked(struct emu_net *net, const uint8_t *frame, size_t length)
{
    struct emu_net_merge *merge = &net->merge;

    if (!emu_net_link(net))
        return 1;
    if (net_merge(net, frame, length) &&
        net->port->receive_segments(net->port_opaque, merge->bytes, merge->length,
                                    &merge->segments))
        return merge->count;
    return net->port->receive(net->port_opaque, frame, length) ? 1 : 0;
}

/* Adapter's lock held. */
static void net_hand_over_locked(struct emu_net *net)
{
    const uint8_t *frame;
    size_t length;

    while ((frame = net_first(net, &length)) != NULL) {
        unsigned taken = net_hand_first_locked(net, frame, length);

        if (taken == 0) {
            net_starve(net);
            break;
        }
        net_drop(net, taken);
    }
    net->port->received(net->port_opaque);
}

static bool net_take_refused(struct emu_net *net)
{
    bool tell;

    pthread_mutex_lock(&net->lock);
    tell = net->refused && !net->starved;
    net->refused &= !tell;
    pthread_mutex_unlock(&net->lock);
    return tell && net->backend.ops->room != NULL;
}

static void net_deliver(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_net *net = opaque;

    pthread_mutex_lock(&net->lock);
    net->posted = false;
    pthread_mutex_unlock(&net->lock);
    if (net->port == NULL)
        return;
    pthread_mutex_lock(net->port_lock);
    net_hand_over_locked(net);
    pthread_mutex_unlock(net->port_lock);
    if (net_take_refused(net))
        net->backend.ops->room(net->backend.opaque);
}

static void net_post_locked(struct emu_net *net)
{
    if (!net->posted && !net->starved)
        net->posted = emu_queue_post(net->queue, net_deliver, net, NULL, 0);
}

bool emu_net_input_later(struct emu_net *net, const uint8_t *frame, size_t length)
{
    bool taken;

    if (length < EMU_NET_HEADER || length > EMU_NET_FRAME)
        return false;
    pthread_mutex_lock(&net->lock);
    taken = emu_frames_put(&net->frames, frame, length);
    net->refused |= !taken;
    pthread_mutex_unlock(&net->lock);
    if (taken && net->counters != NULL)
        emu_count(&net->counters->net_received, length);
    return taken;
}

void emu_net_input_now(struct emu_net *net)
{
    pthread_mutex_lock(&net->lock);
    if (net->frames.count != 0)
        net_post_locked(net);
    pthread_mutex_unlock(&net->lock);
}

bool emu_net_input(struct emu_net *net, const uint8_t *frame, size_t length)
{
    bool taken = emu_net_input_later(net, frame, length);

    emu_net_input_now(net);
    return taken;
}

void emu_net_drained(struct emu_net *net)
{
    if (net == NULL)
        return;
    pthread_mutex_lock(&net->lock);
    net->starved = false;
    if (net->frames.count != 0)
        net_post_locked(net);
    pthread_mutex_unlock(&net->lock);
}

emu_ns emu_net_now(const struct emu_net *net)
{
    return emu_clock_now(net->clock);
}

/* ---- towards the back end ---- */

static void net_count_sent(struct emu_net *net, size_t length)
{
    if (net->counters != NULL)
        emu_count(&net->counters->net_sent, length);
}

void emu_net_send(struct emu_net *net, const uint8_t *frame, size_t length)
{
    if (!emu_net_link(net) || length < EMU_NET_HEADER || length > EMU_NET_FRAME)
        return;
    net_count_sent(net, length);
    if (net->backend.ops->send != NULL)
        net->backend.ops->send(net->backend.opaque, frame, length);
}

static void net_send_piece(void *opaque, const uint8_t *frame, size_t length)
{
    emu_net_send(opaque, frame, length);
}

void emu_net_send_segments(struct emu_net *net, uint8_t *frame, size_t length,
                           const struct emu_net_segments *segments)
{
    if (!emu_net_link(net) || net->backend.ops->send == NULL ||
        !emu_net_segments_check(frame, length, segments))
        return;
    if (net->backend.ops->large && emu_net_segments_join(frame, length, segments)) {
        net_count_sent(net, length);
        net->backend.ops->send(net->backend.opaque, frame, length);
        return;
    }
    emu_net_segments_cut(frame, length, segments, net_send_piece, net);
}

/* ---- the cable ---- */

bool emu_net_link(const struct emu_net *net)
{
    return net != NULL && atomic_load_explicit(&net->link, memory_order_relaxed);
}

static void net_tell_link(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_net *net = opaque;

    if (net->port == NULL)
        return;
    pthread_mutex_lock(net->port_lock);
    net->port->link_changed(net->port_opaque, emu_net_link(net));
    pthread_mutex_unlock(net->port_lock);
}

void emu_net_set_link(struct emu_net *net, bool up)
{
    if (net->backend.ops != NULL && atomic_exchange(&net->link, up) != up)
        emu_queue_post(net->queue, net_tell_link, net, NULL, 0);
}

/* ---- forwards ---- */

bool emu_net_add_forward(struct emu_net *net, const struct emu_net_forward *forward,
                         struct emu_error *err)
{
    const struct emu_net_ops *ops = net->backend.ops;

    if (ops == NULL || ops->add_forward == NULL)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "this network forwards no ports; only --net user does");
    return ops->add_forward(net->backend.opaque, forward, err);
}

bool emu_net_remove_forward(struct emu_net *net, const struct emu_net_forward *forward,
                            struct emu_error *err)
{
    const struct emu_net_ops *ops = net->backend.ops;

    if (ops == NULL || ops->remove_forward == NULL)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "this network forwards no ports; only --net user does");
    return ops->remove_forward(net->backend.opaque, forward, err);
}

/* ---- in a machine ---- */

/* The loop thread, between two deliveries. */
static void net_part_reset(void *object)
{
    struct emu_net *net = object;

    pthread_mutex_lock(&net->lock);
    emu_frames_clear(&net->frames);
    net->starved = false;
    pthread_mutex_unlock(&net->lock);
}

static void net_part_free(void *object)
{
    emu_net_free(object);
}

bool emu_machine_add_net(struct emu_machine *machine, struct emu_net *net, struct emu_error *err)
{
    static const struct emu_machine_part part = {.reset = net_part_reset, .free = net_part_free};

    net->counters = &machine->counters;
    return emu_machine_add_part(machine, &part, net, err);
}
