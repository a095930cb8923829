/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Split virtqueues: descriptor chains in, used elements out (Virtio 1.2, 2.7). */
#include <string.h>

#include "emulator/hw/virtio/virtio.h"

/* A descriptor. */
#define DESC_SIZE      16
#define DESC_LENGTH    8
#define DESC_FLAGS     12
#define DESC_NEXT      14
#define DESC_F_NEXT    1u
#define DESC_F_WRITE   2u
#define DESC_F_TABLE   4u /* indirect: the buffer is a table of descriptors */
#define DESC_MAX_TABLE EMU_VIRTIO_MAX_SEGMENTS

/* The rings: flags, index, elements, and an event index behind them. */
#define RING_INDEX         2
#define RING_ELEMENTS      4
#define RING_NO_INTERRUPT  1u
#define RING_USED_ELEMENT  8
#define VIRTIO_NEEDS_RESET 0x40
#define VIRTIO_DRIVER_OK   0x04
#define VIRTIO_ISR_QUEUE   1
#define VIRTIO_ISR_CONFIG  2

static bool queue_read(struct emu_virtio *virtio, emu_gpa address, void *buffer, size_t length)
{
    if (emu_memory_read(virtio->pci.device.dma, address, buffer, length))
        return true;
    emu_virtio_break(virtio);
    return false;
}

static uint16_t queue_read16(struct emu_virtio *virtio, emu_gpa address)
{
    uint16_t value = 0;

    queue_read(virtio, address, &value, sizeof(value));
    return value;
}

static void queue_write(struct emu_virtio *virtio, emu_gpa address, const void *data, size_t length)
{
    if (!emu_memory_write(virtio->pci.device.dma, address, data, length))
        emu_virtio_break(virtio);
}

void emu_virtio_break(struct emu_virtio *virtio)
{
    if (virtio->status & VIRTIO_NEEDS_RESET)
        return;
    virtio->status |= VIRTIO_NEEDS_RESET;
    if (virtio->status & VIRTIO_DRIVER_OK)
        virtio_interrupt(virtio, virtio->config_vector, VIRTIO_ISR_CONFIG);
}

bool emu_virtio_running(const struct emu_virtio *virtio)
{
    return (virtio->status & (VIRTIO_DRIVER_OK | VIRTIO_NEEDS_RESET)) == VIRTIO_DRIVER_OK &&
           (emu_pci_get(&virtio->pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER);
}

/* ---- taking chains ---- */

/* A table of descriptors that is being followed. */
struct queue_table {
    emu_gpa address;
    unsigned size;
    unsigned seen; /* a chain that is longer than its table is a circle */
};

static bool queue_add(struct emu_virtio_chain *chain, const uint8_t *descriptor)
{
    unsigned count = chain->out_count + chain->in_count;
    struct emu_disk_segment segment;
    uint32_t length;
    uint16_t flags;

    memcpy(&segment.address, descriptor, 8);
    memcpy(&length, descriptor + DESC_LENGTH, 4);
    memcpy(&flags, descriptor + DESC_FLAGS, 2);
    segment.length = length;
    if (length == 0)
        return true;
    if (count == EMU_VIRTIO_MAX_SEGMENTS)
        return false;
    if (flags & DESC_F_WRITE)
        chain->in_count++;
    else if (chain->in_count != 0)
        return false; /* what is written to comes last */
    else
        chain->out_count++;
    chain->segments[count] = segment;
    return true;
}

/* Into an indirect table; only from the queue's own, and to its end. */
static bool queue_enter(const struct emu_virtio *virtio, const uint8_t *descriptor,
                        struct queue_table *table, bool *indirect)
{
    uint32_t length;

    memcpy(&table->address, descriptor, 8);
    memcpy(&length, descriptor + DESC_LENGTH, 4);
    if (*indirect || !(virtio->accepted & EMU_VIRTIO_F_INDIRECT) || length == 0 ||
        length % DESC_SIZE != 0 || length / DESC_SIZE > DESC_MAX_TABLE)
        return false;
    table->size = length / DESC_SIZE;
    table->seen = 0;
    *indirect = true;
    return true;
}

static bool queue_follow(struct emu_virtio *virtio, const struct emu_virtio_queue *queue,
                         struct emu_virtio_chain *chain)
{
    struct queue_table table = {queue->descriptors, queue->size, 0};
    uint16_t index = chain->head, flags;
    bool indirect = false;

    for (;;) {
        uint8_t descriptor[DESC_SIZE];

        if (index >= table.size || table.seen++ == table.size ||
            !queue_read(virtio, table.address + (uint64_t)index * DESC_SIZE, descriptor,
                        sizeof(descriptor)))
            return false;
        memcpy(&flags, descriptor + DESC_FLAGS, 2);
        memcpy(&index, descriptor + DESC_NEXT, 2);
        if (flags & DESC_F_TABLE) {
            if ((flags & DESC_F_NEXT) || !queue_enter(virtio, descriptor, &table, &indirect))
                return false;
            index = 0;
            continue;
        }
        if (!queue_add(chain, descriptor))
            return false;
        if (!(flags & DESC_F_NEXT))
            return true;
    }
}

/* Tells the driver from which element on it should ring again. */
static void queue_want_bell(struct emu_virtio *virtio, const struct emu_virtio_queue *queue)
{
    emu_gpa event = queue->device + RING_ELEMENTS + (uint64_t)queue->size * RING_USED_ELEMENT;

    if (virtio->accepted & EMU_VIRTIO_F_EVENT)
        queue_write(virtio, event, &queue->next_available, 2);
}

static bool queue_has_more(struct emu_virtio *virtio, const struct emu_virtio_queue *queue)
{
    uint16_t index = queue_read16(virtio, queue->driver + RING_INDEX);

    if ((uint16_t)(index - queue->next_available) > queue->size)
        emu_virtio_break(virtio);
    return index != queue->next_available;
}

bool emu_virtio_pop(struct emu_virtio *virtio, unsigned number, struct emu_virtio_chain *chain)
{
    struct emu_virtio_queue *queue = &virtio->queues[number];

    if (!queue->enabled || !emu_virtio_running(virtio))
        return false;
    if (!queue_has_more(virtio, queue)) {
        queue_want_bell(virtio, queue);
        __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the driver adds, then looks at the event */
        if (!queue_has_more(virtio, queue))
            return false;
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the index before the element */
    chain->head = queue_read16(virtio, queue->driver + RING_ELEMENTS +
                                           2u * (queue->next_available & (queue->size - 1u)));
    chain->out_count = chain->in_count = 0;
    queue->next_available++;
    if (!emu_virtio_running(virtio))
        return false;
    if (!queue_follow(virtio, queue, chain)) {
        emu_virtio_break(virtio);
        return false;
    }
    return true;
}

/* ---- giving them back ---- */

/* The driver asked for one at an element that went by since the last decision. */
static bool queue_wants_interrupt(struct emu_virtio *virtio, const struct emu_virtio_queue *queue)
{
    uint16_t wanted, since;

    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the driver sets it, then looks at the ring */
    if (!(virtio->accepted & EMU_VIRTIO_F_EVENT))
        return !(queue_read16(virtio, queue->driver) & RING_NO_INTERRUPT);
    wanted = queue_read16(virtio, queue->driver + RING_ELEMENTS + 2u * queue->size);
    since = (uint16_t)(queue->next_used - queue->next_signal);
    return (uint16_t)(queue->next_used - wanted - 1) < since;
}

void emu_virtio_fill(struct emu_virtio *virtio, unsigned number, unsigned ahead, uint16_t head,
                     uint32_t written)
{
    struct emu_virtio_queue *queue = &virtio->queues[number];
    uint32_t element[2] = {head, written};
    emu_gpa slot = queue->device + RING_ELEMENTS +
                   RING_USED_ELEMENT * (uint64_t)((queue->next_used + ahead) & (queue->size - 1u));

    if (queue->enabled && emu_virtio_running(virtio))
        queue_write(virtio, slot, element, sizeof(element));
}

void emu_virtio_publish(struct emu_virtio *virtio, unsigned number, unsigned count)
{
    struct emu_virtio_queue *queue = &virtio->queues[number];

    if (!queue->enabled || !emu_virtio_running(virtio))
        return;
    queue->next_used = (uint16_t)(queue->next_used + count);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* the elements before the index */
    queue_write(virtio, queue->device + RING_INDEX, &queue->next_used, 2);
}

void emu_virtio_signal(struct emu_virtio *virtio, unsigned number)
{
    struct emu_virtio_queue *queue = &virtio->queues[number];

    if (!queue->enabled || !emu_virtio_running(virtio) || queue->next_signal == queue->next_used)
        return;
    if (queue_wants_interrupt(virtio, queue))
        virtio_interrupt(virtio, queue->vector, VIRTIO_ISR_QUEUE);
    queue->next_signal = queue->next_used;
}

void emu_virtio_push(struct emu_virtio *virtio, unsigned number, uint16_t head, uint32_t written)
{
    emu_virtio_fill(virtio, number, 0, head, written);
    emu_virtio_publish(virtio, number, 1);
    emu_virtio_signal(virtio, number);
}

void emu_virtio_unpop(struct emu_virtio *virtio, unsigned number, unsigned count)
{
    struct emu_virtio_queue *queue = &virtio->queues[number];

    queue->next_available = (uint16_t)(queue->next_available - count);
}

/* ---- memory of a chain ---- */

uint64_t emu_virtio_length(const struct emu_disk_segment *segments, unsigned count)
{
    uint64_t length = 0;

    for (unsigned i = 0; i < count; i++)
        length += segments[i].length;
    return length;
}

size_t emu_virtio_take(struct emu_virtio *virtio, struct emu_virtio_chain *chain, void *buffer,
                       size_t length)
{
    struct emu_disk_segment *segment = chain->segments;
    size_t taken = 0;

    while (taken < length && chain->out_count != 0) {
        size_t part = length - taken < segment->length ? length - taken : (size_t)segment->length;

        if (!queue_read(virtio, segment->address, (uint8_t *)buffer + taken, part))
            return taken;
        taken += part;
        segment->address += part;
        segment->length -= part;
        if (segment->length != 0)
            break;
        chain->out_count--;
        memmove(segment, segment + 1, (chain->out_count + chain->in_count) * sizeof(*segment));
    }
    return taken;
}

size_t emu_virtio_give(struct emu_virtio *virtio, const struct emu_virtio_chain *chain,
                       const void *buffer, size_t length)
{
    const struct emu_disk_segment *segment = chain->segments + chain->out_count;
    size_t given = 0;

    for (unsigned i = 0; i < chain->in_count && given < length; i++, segment++) {
        size_t part = length - given < segment->length ? length - given : (size_t)segment->length;

        queue_write(virtio, segment->address, (const uint8_t *)buffer + given, part);
        given += part;
    }
    return given;
}

size_t emu_virtio_cut_first(struct emu_virtio_chain *chain, size_t length)
{
    struct emu_disk_segment *segment = chain->segments + chain->out_count;
    size_t cut = 0;

    while (cut < length && chain->in_count != 0) {
        size_t part = length - cut < segment->length ? length - cut : (size_t)segment->length;

        cut += part;
        segment->address += part;
        segment->length -= part;
        if (segment->length != 0)
            break;
        chain->in_count--;
        memmove(segment, segment + 1, chain->in_count * sizeof(*segment));
    }
    return cut;
}

bool emu_virtio_cut_last(struct emu_virtio_chain *chain, emu_gpa *address)
{
    struct emu_disk_segment *last = &chain->segments[chain->out_count + chain->in_count - 1];

    if (chain->in_count == 0)
        return false;
    last->length--;
    *address = last->address + last->length;
    if (last->length == 0)
        chain->in_count--;
    return true;
}
