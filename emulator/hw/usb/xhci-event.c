/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Event rings and interrupters (xHCI 1.0: 4.9.4, 4.17, 5.5.2). Events that a full ring has no room
 * for wait, and nothing new is begun until they are out. Moderation is left out: an interrupt comes
 * at once, and not again before the driver has moved the dequeue pointer.
 */
#include "emulator/hw/usb/xhci-internal.h"

#include <string.h>

#define IMAN_PENDING 0x1u
#define IMAN_ENABLE  0x2u
#define ERDP_BUSY    0x8ull /* the driver is handling events */
#define ERDP_FLAGS   0xfull

#define COMMAND_INTERRUPTS 0x4u
#define STATUS_EVENT       0x8u

#define EVENT_MAX_SEGMENTS 16u /* HCSPARAMS2 says so */

enum xhci_interrupter_register {
    INTERRUPTER_MANAGEMENT = 0x00,
    INTERRUPTER_MODERATION = 0x04,
    INTERRUPTER_SEGMENTS = 0x08,
    INTERRUPTER_TABLE = 0x10,
    INTERRUPTER_TABLE_HIGH = 0x14,
    INTERRUPTER_DEQUEUE = 0x18,
    INTERRUPTER_DEQUEUE_HIGH = 0x1c,
};
#define INTERRUPTER_SIZE 0x20u

/* ---- interrupts ---- */

void xhci_update_line(struct xhci *xhci)
{
    bool level = false;

    for (unsigned i = 0; i < XHCI_INTERRUPTERS; i++) {
        struct xhci_interrupter *in = &xhci->interrupters[i];

        if (in->management != (IMAN_PENDING | IMAN_ENABLE) || !(xhci->command & COMMAND_INTERRUPTS))
            continue;
        if (emu_pci_notify(&xhci->pci, i))
            in->management &= ~IMAN_PENDING; /* a message needs no level */
        else
            level = true;
    }
    emu_pci_set_intx(&xhci->pci, level);
}

/* An event waits that nobody was told of: tells, unless the driver is at it. */
static void event_interrupt(struct xhci *xhci, unsigned index)
{
    struct xhci_interrupter *in = &xhci->interrupters[index];

    if (!in->pending || (in->dequeue & ERDP_BUSY))
        return;
    in->pending = false;
    in->dequeue |= ERDP_BUSY;
    in->management |= IMAN_PENDING;
    xhci->status |= STATUS_EVENT;
    xhci_update_line(xhci);
}

/* ---- the ring ---- */

struct event_segment {
    uint64_t base;
    uint32_t size, reserved; /* TRBs */
};

static bool event_segment(struct xhci *xhci, const struct xhci_interrupter *in, uint32_t number,
                          struct event_segment *out)
{
    return xhci_load_memory(xhci, in->table + 16ull * number, out, sizeof(*out)) &&
           (out->size & 0xffff) >= 16;
}

/* The place behind (segment, index). False: there is no ring. */
static bool event_next(struct xhci *xhci, const struct xhci_interrupter *in, uint32_t *segment,
                       uint32_t *index, uint64_t *address)
{
    struct event_segment at;

    if (!event_segment(xhci, in, *segment, &at))
        return false;
    if (++*index >= (at.size & 0xffff)) {
        *index = 0;
        *segment = *segment + 1 < in->segments ? *segment + 1 : 0;
        if (!event_segment(xhci, in, *segment, &at))
            return false;
    }
    *address = (at.base & ~0x3full) + (uint64_t)*index * XHCI_TRB_SIZE;
    return true;
}

/* False: there is no room, or no ring. */
static bool event_put(struct xhci *xhci, const struct xhci_event *event)
{
    struct xhci_interrupter *in = &xhci->interrupters[event->interrupter];
    uint32_t segment = in->segment, index = in->index;
    struct xhci_trb trb = event->trb;
    struct event_segment at;
    uint64_t next;

    if (in->segments == 0 || !event_segment(xhci, in, segment, &at) ||
        !event_next(xhci, in, &segment, &index, &next) || next == (in->dequeue & ~ERDP_FLAGS))
        return false;
    trb.control |= in->cycle ? TRB_CYCLE : 0;
    /* The last word has the cycle bit, by which the driver knows that the others are there. */
    next = (at.base & ~0x3full) + (uint64_t)in->index * XHCI_TRB_SIZE;
    xhci_store_memory(xhci, next, &trb, 12);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    xhci_store_memory(xhci, next + 12, &trb.control, 4);
    if (segment == 0 && index == 0)
        in->cycle = !in->cycle;
    in->segment = segment;
    in->index = index;
    in->pending |= !event->quiet;
    event_interrupt(xhci, event->interrupter);
    return true;
}

void xhci_post(struct xhci *xhci, unsigned interrupter, const struct xhci_trb *trb, bool quiet)
{
    struct xhci_event event = {*trb, (uint8_t)(interrupter % XHCI_INTERRUPTERS), quiet};

    if (xhci->interrupters[event.interrupter].segments == 0 ||
        (xhci->waiting_count == 0 && event_put(xhci, &event)))
        return;
    if (xhci->waiting_count < XHCI_WAITING)
        xhci->waiting[xhci->waiting_count++] = event;
}

/* The driver made room. */
static void event_flush(struct xhci *xhci)
{
    unsigned sent = 0;

    while (sent < xhci->waiting_count && event_put(xhci, &xhci->waiting[sent]))
        sent++;
    if (sent == 0)
        return;
    xhci->waiting_count -= sent;
    memmove(xhci->waiting, xhci->waiting + sent, xhci->waiting_count * sizeof(xhci->waiting[0]));
    if (xhci->waiting_count == 0)
        xhci_continue_later(xhci);
}

/* ---- registers ---- */

/* Is there an event that the driver has not got to? */
static bool event_left(struct xhci *xhci, const struct xhci_interrupter *in)
{
    struct event_segment at;

    return in->segments != 0 && event_segment(xhci, in, in->segment, &at) &&
           (at.base & ~0x3full) + (uint64_t)in->index * XHCI_TRB_SIZE !=
               (in->dequeue & ~ERDP_FLAGS);
}

static void event_write_dequeue(struct xhci *xhci, unsigned index, uint32_t value)
{
    struct xhci_interrupter *in = &xhci->interrupters[index];
    uint64_t busy = value & ERDP_BUSY ? 0 : in->dequeue & ERDP_BUSY; /* writing 1 clears it */

    in->dequeue = (in->dequeue & ~(uint64_t)UINT32_MAX) | (value & ~(uint32_t)ERDP_BUSY) | busy;
    event_flush(xhci);
    if (busy == 0 && event_left(xhci, in))
        in->pending = true;
    event_interrupt(xhci, index);
}

static void event_restart(struct xhci_interrupter *in)
{
    in->segment = in->index = 0;
    in->cycle = true;
    in->pending = false;
}

static void event_write_management(struct xhci *xhci, struct xhci_interrupter *in, uint32_t value)
{
    if (value & IMAN_PENDING)
        in->management &= ~IMAN_PENDING;
    in->management = (in->management & IMAN_PENDING) | (value & IMAN_ENABLE);
    xhci_update_line(xhci);
}

void xhci_write_interrupter(struct xhci *xhci, unsigned offset, uint32_t value)
{
    unsigned index = offset / INTERRUPTER_SIZE;
    struct xhci_interrupter *in = &xhci->interrupters[index % XHCI_INTERRUPTERS];

    if (index >= XHCI_INTERRUPTERS)
        return;
    switch (offset % INTERRUPTER_SIZE) {
    case INTERRUPTER_MANAGEMENT:
        event_write_management(xhci, in, value);
        break;
    case INTERRUPTER_MODERATION:
        in->moderation = value;
        break;
    case INTERRUPTER_SEGMENTS:
        in->segments = value & 0xffff;
        in->segments = in->segments < EVENT_MAX_SEGMENTS ? in->segments : EVENT_MAX_SEGMENTS;
        break;
    case INTERRUPTER_TABLE:
        in->table = (in->table & ~(uint64_t)UINT32_MAX) | (value & ~0x3fu);
        event_restart(in);
        break;
    case INTERRUPTER_TABLE_HIGH:
        in->table = (in->table & UINT32_MAX) | (uint64_t)value << 32;
        event_restart(in);
        break;
    case INTERRUPTER_DEQUEUE:
        event_write_dequeue(xhci, index, value);
        break;
    case INTERRUPTER_DEQUEUE_HIGH:
        in->dequeue = (in->dequeue & UINT32_MAX) | (uint64_t)value << 32;
        event_flush(xhci);
        break;
    default:
        break;
    }
}

uint32_t xhci_read_interrupter(const struct xhci *xhci, unsigned offset)
{
    unsigned index = offset / INTERRUPTER_SIZE;
    const struct xhci_interrupter *in = &xhci->interrupters[index % XHCI_INTERRUPTERS];

    if (index >= XHCI_INTERRUPTERS)
        return 0;
    switch (offset % INTERRUPTER_SIZE) {
    case INTERRUPTER_MANAGEMENT:
        return in->management;
    case INTERRUPTER_MODERATION:
        return in->moderation;
    case INTERRUPTER_SEGMENTS:
        return in->segments;
    case INTERRUPTER_TABLE:
        return (uint32_t)in->table;
    case INTERRUPTER_TABLE_HIGH:
        return (uint32_t)(in->table >> 32);
    case INTERRUPTER_DEQUEUE:
        return (uint32_t)in->dequeue;
    case INTERRUPTER_DEQUEUE_HIGH:
        return (uint32_t)(in->dequeue >> 32);
    default:
        return 0;
    }
}

void xhci_reset_interrupters(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_INTERRUPTERS; i++)
        xhci->interrupters[i] = (struct xhci_interrupter){.moderation = 4000, .cycle = true};
    xhci->waiting_count = 0;
    xhci_update_line(xhci);
}

const struct emu_field xhci_interrupter_fields[] = {
    EMU_FIELD(struct xhci_interrupter, management), EMU_FIELD(struct xhci_interrupter, moderation),
    EMU_FIELD(struct xhci_interrupter, segments),   EMU_FIELD(struct xhci_interrupter, table),
    EMU_FIELD(struct xhci_interrupter, dequeue),    EMU_FIELD(struct xhci_interrupter, segment),
    EMU_FIELD(struct xhci_interrupter, index),      EMU_FIELD(struct xhci_interrupter, cycle),
    EMU_FIELD(struct xhci_interrupter, pending),    EMU_FIELD_END,
};
