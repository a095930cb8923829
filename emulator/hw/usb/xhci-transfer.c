/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Endpoints and transfers (xHCI 1.0: 4.8 to 4.11): a transfer descriptor is fetched whole, becomes
 * one packet, and its events follow when that ends. A transfer that is taken back stays in its
 * ring.
 */
#include "emulator/hw/usb/xhci-internal.h"

#include <errno.h>
#include <stdlib.h>

#define TRANSFER_FIRST_ROOM 16u

#define CONTEXT_STATE 0x7u

/* ---- who it is ---- */

struct emu_usb_device *xhci_device(const struct xhci *xhci, const struct xhci_slot *slot)
{
    if (!slot->addressed || slot->lost || slot->port == 0 || slot->port > XHCI_PORTS)
        return NULL;
    return emu_usb_find(&xhci->ports[slot->port - 1], slot->route);
}

static const struct xhci_slot *transfer_slot(const struct xhci_endpoint *endpoint)
{
    return &endpoint->xhci->slots[endpoint->slot];
}

void xhci_endpoint_set_state(struct xhci_endpoint *endpoint, enum xhci_endpoint_state state)
{
    struct xhci *xhci = endpoint->xhci;
    uint64_t at = transfer_slot(endpoint)->context + 32ull * endpoint->id;
    uint64_t dequeue = endpoint->ring.dequeue | endpoint->ring.cycle;
    uint32_t word;

    endpoint->state = (uint8_t)state;
    if (!xhci_load_memory(xhci, at, &word, sizeof(word)))
        return;
    word = (word & ~CONTEXT_STATE) | (uint32_t)state;
    xhci_store_memory(xhci, at, &word, sizeof(word));
    if (state != ENDPOINT_RUNNING)
        xhci_store_memory(xhci, at + 8, &dequeue, sizeof(dequeue));
}

/* ---- events ---- */

struct transfer_report {
    struct xhci_endpoint *endpoint;
    enum xhci_code code; /* of the whole */
    uint32_t left;       /* bytes that went over and are not told of yet */
    uint32_t counted;    /* since the last event data TRB */
    bool is_short, told;
};

static void transfer_post(struct transfer_report *report, const struct xhci_step *step,
                          enum xhci_code code, uint32_t residue)
{
    const struct xhci_endpoint *endpoint = report->endpoint;
    bool data = xhci_trb_type(&step->trb) == TRB_EVENT;
    struct xhci_trb event = {
        .parameter = data ? step->trb.parameter : step->address,
        .status = (uint32_t)code << 24 | (data ? report->counted & 0xffffff : residue),
        .control = (uint32_t)(endpoint->slot + 1) << 24 | (uint32_t)endpoint->id << 16 |
                   TRB_TRANSFER_EVENT << 10 | (data ? TRB_EVENT_DATA : 0),
    };

    if (data)
        report->counted = 0;
    xhci_post(endpoint->xhci, step->trb.status >> 22, &event, step->trb.control & TRB_BEI);
}

/* What this TRB moved of the whole. */
static uint32_t transfer_moved(struct transfer_report *report, const struct xhci_step *step)
{
    uint32_t length = step->trb.status & TRB_LENGTH, moved;

    if (xhci_trb_type(&step->trb) != TRB_NORMAL && xhci_trb_type(&step->trb) != TRB_DATA)
        return 0;
    moved = length < report->left ? length : report->left;
    report->is_short |= moved < length;
    report->left -= moved;
    report->counted += moved;
    return moved;
}

static bool transfer_has_data(const struct xhci_step *step)
{
    unsigned type = xhci_trb_type(&step->trb);

    return type == TRB_NORMAL || type == TRB_DATA;
}

/* One TRB of a transfer that ended well, perhaps before its end. */
static void transfer_tell_good(struct transfer_report *report, const struct xhci_step *step)
{
    uint32_t residue = transfer_has_data(step) ? step->trb.status & TRB_LENGTH : 0;
    uint32_t control = step->trb.control;

    if (xhci_trb_type(&step->trb) == TRB_STATUS)
        report->is_short = report->told = false;
    residue -= transfer_moved(report, step);
    if (xhci_trb_type(&step->trb) == TRB_EVENT)
        report->told = report->told && !(control & TRB_IOC);
    if (report->told || !((control & TRB_IOC) ||
                          (report->is_short && (control & TRB_ISP) && transfer_has_data(step))))
        return;
    transfer_post(report, step, report->is_short ? CODE_SHORT : CODE_SUCCESS, residue);
    report->told = report->is_short;
}

/* The TRB at which it failed: where the data ended, but not the setup, which is always taken. */
static void transfer_tell_bad(struct transfer_report *report)
{
    const struct xhci_endpoint *endpoint = report->endpoint;
    unsigned count = endpoint->step_count;

    for (unsigned i = 0; i < count; i++) {
        const struct xhci_step *step = &endpoint->steps[i];
        uint32_t length = transfer_has_data(step) ? step->trb.status & TRB_LENGTH : 0;
        uint32_t moved = transfer_moved(report, step);

        if (i + 1 == count || (report->left == 0 && xhci_trb_type(&step->trb) != TRB_SETUP &&
                               (moved < length || report->code == CODE_STOPPED))) {
            transfer_post(report, step, report->code, length - moved);
            return;
        }
    }
}

static void transfer_tell(struct xhci_endpoint *endpoint, enum xhci_code code)
{
    struct transfer_report report = {
        .endpoint = endpoint, .code = code, .left = endpoint->packet.actual};

    if (code != CODE_SUCCESS) {
        transfer_tell_bad(&report);
        return;
    }
    for (unsigned i = 0; i < endpoint->step_count; i++)
        transfer_tell_good(&report, &endpoint->steps[i]);
}

/* ---- fetching ---- */

static bool transfer_grow(struct xhci_endpoint *endpoint)
{
    unsigned room = endpoint->room == 0 ? TRANSFER_FIRST_ROOM : 2 * endpoint->room;
    struct xhci_step *steps = realloc(endpoint->steps, room * sizeof(*steps));
    struct emu_disk_segment *segments;

    if (steps == NULL)
        return false;
    endpoint->steps = steps;
    segments = realloc(endpoint->segments, room * sizeof(*segments));
    if (segments == NULL)
        return false;
    endpoint->segments = segments;
    endpoint->room = room;
    return true;
}

enum transfer_fetched { TRANSFER_NONE, TRANSFER_WHOLE, TRANSFER_BAD };

/* Is this the last TRB? A control transfer is as long as its stages. */
static bool transfer_ends(const struct xhci_trb *trb, bool *stages)
{
    if (xhci_trb_type(trb) == TRB_SETUP)
        *stages = true;
    else if (xhci_trb_type(trb) == TRB_STATUS)
        *stages = false;
    return !(trb->control & TRB_CHAIN) && !*stages;
}

static enum transfer_fetched transfer_fetch(struct xhci_endpoint *endpoint)
{
    bool stages = false, end = false;

    endpoint->behind = endpoint->ring;
    endpoint->step_count = 0;
    while (!end) {
        struct xhci_step *step;

        if (endpoint->step_count == XHCI_MAX_TRBS)
            return TRANSFER_BAD;
        if (endpoint->step_count == endpoint->room && !transfer_grow(endpoint))
            return TRANSFER_BAD;
        step = &endpoint->steps[endpoint->step_count];
        if (!xhci_fetch(endpoint->xhci, &endpoint->behind, step))
            return TRANSFER_NONE;
        endpoint->step_count++;
        end = transfer_ends(&step->trb, &stages);
    }
    return TRANSFER_WHOLE;
}

/* ---- a packet ---- */

/* False: no TRB for this kind of endpoint. */
static bool transfer_add(struct xhci_endpoint *endpoint, const struct xhci_step *step)
{
    struct emu_usb_packet *packet = &endpoint->packet;
    uint32_t length = step->trb.status & TRB_LENGTH;
    bool control = endpoint->type == ENDPOINT_CONTROL;
    bool immediate = step->trb.control & TRB_IMMEDIATE;

    switch (xhci_trb_type(&step->trb)) {
    case TRB_SETUP:
        for (unsigned i = 0; i < 8; i++)
            packet->setup[i] = (uint8_t)(step->trb.parameter >> 8 * i);
        return control && immediate && length == 8;
    case TRB_NORMAL:
    case TRB_DATA:
        if (immediate && length > 8)
            return false;
        endpoint->segments[packet->segment_count++] =
            (struct emu_disk_segment){immediate ? step->address : step->trb.parameter, length};
        packet->length += length;
        return true;
    case TRB_STATUS:
        return control;
    case TRB_EVENT:
    case TRB_NO_OP:
        return true;
    default:
        return false;
    }
}

static bool transfer_make_packet(struct xhci_endpoint *endpoint)
{
    bool control = endpoint->type == ENDPOINT_CONTROL;
    bool first_is_setup = xhci_trb_type(&endpoint->steps[0].trb) == TRB_SETUP;

    endpoint->packet.segment_count = 0;
    endpoint->packet.length = endpoint->packet.actual = 0;
    endpoint->packet.segments = endpoint->segments;
    endpoint->packet.memory = endpoint->xhci->pci.device.dma;
    for (unsigned i = 0; i < endpoint->step_count; i++)
        if (!transfer_add(endpoint, &endpoint->steps[i]))
            return false;
    return control == first_is_setup || xhci_trb_type(&endpoint->steps[0].trb) == TRB_NO_OP;
}

static void transfer_end(struct xhci_endpoint *endpoint, enum xhci_code code,
                         enum xhci_endpoint_state state)
{
    endpoint->active = false;
    transfer_tell(endpoint, code);
    if (state == ENDPOINT_RUNNING)
        endpoint->ring = endpoint->behind;
    else
        xhci_endpoint_set_state(endpoint, state);
}

static void transfer_finish(struct xhci_endpoint *endpoint)
{
    switch (endpoint->packet.status) {
    case EMU_USB_STALL:
        transfer_end(endpoint, CODE_STALL, ENDPOINT_HALTED);
        break;
    case EMU_USB_ERROR:
        transfer_end(endpoint, CODE_TRANSACTION, ENDPOINT_HALTED);
        break;
    default:
        transfer_end(endpoint, CODE_SUCCESS, ENDPOINT_RUNNING);
        break;
    }
}

static void transfer_done(struct emu_usb_packet *packet)
{
    struct xhci_endpoint *endpoint = (struct xhci_endpoint *)packet;

    transfer_finish(endpoint);
    xhci_endpoint_run(endpoint);
}

/* False: nothing more to do now. */
static bool transfer_start(struct xhci_endpoint *endpoint)
{
    enum transfer_fetched fetched = transfer_fetch(endpoint);
    struct xhci *xhci = endpoint->xhci;

    if (fetched == TRANSFER_NONE)
        return false;
    if (fetched == TRANSFER_BAD || !transfer_make_packet(endpoint)) {
        endpoint->packet.actual = 0;
        transfer_end(endpoint, CODE_TRB, ENDPOINT_ERROR);
        return false;
    }
    if (xhci_trb_type(&endpoint->steps[0].trb) == TRB_NO_OP) {
        transfer_end(endpoint, CODE_SUCCESS, ENDPOINT_RUNNING);
        return true;
    }
    endpoint->active = true;
    emu_usb_submit(xhci_device(xhci, transfer_slot(endpoint)), &endpoint->packet);
    if (endpoint->packet.status == EMU_USB_PENDING)
        return false;
    transfer_finish(endpoint);
    return true;
}

static bool transfer_may_run(const struct xhci_endpoint *endpoint)
{
    const struct xhci *xhci = endpoint->xhci;

    return endpoint->state == ENDPOINT_RUNNING && !endpoint->active && xhci_running(xhci) &&
           xhci->waiting_count == 0;
}

void xhci_endpoint_run(struct xhci_endpoint *endpoint)
{
    unsigned budget = XHCI_BUDGET;

    if (endpoint == NULL)
        return;
    while (transfer_may_run(endpoint) && transfer_start(endpoint)) {
        if (--budget == 0) {
            xhci_continue_later(endpoint->xhci);
            return;
        }
    }
}

/* ---- endpoints ---- */

struct xhci_endpoint *xhci_endpoint_new(struct xhci *xhci, unsigned slot, unsigned id)
{
    struct xhci_endpoint *endpoint = calloc(1, sizeof(*endpoint));

    if (endpoint == NULL)
        return NULL;
    endpoint->xhci = xhci;
    endpoint->slot = (uint8_t)slot;
    endpoint->id = (uint8_t)id;
    endpoint->packet.done = transfer_done;
    endpoint->packet.endpoint = (uint8_t)(id == 1 ? 0 : id / 2 | (id & 1 ? EMU_USB_IN : 0));
    return endpoint;
}

void xhci_endpoint_cancel(struct xhci_endpoint *endpoint, enum xhci_code code)
{
    if (!endpoint->active)
        return;
    emu_usb_cancel(&endpoint->packet);
    endpoint->active = false;
    endpoint->packet.actual = 0;
    if (code == CODE_STOPPED)
        transfer_tell(endpoint, code);
    else if (code != 0)
        transfer_end(endpoint, code, ENDPOINT_HALTED);
}

void xhci_endpoint_free(struct xhci_endpoint *endpoint)
{
    if (endpoint == NULL)
        return;
    xhci_endpoint_cancel(endpoint, 0);
    free(endpoint->steps);
    free(endpoint->segments);
    free(endpoint);
}

/* ---- all ---- */

void xhci_run_all(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        for (unsigned n = 0; n < XHCI_ENDPOINTS && xhci->slots[i].enabled; n++)
            xhci_endpoint_run(xhci->slots[i].endpoints[n]);
}

static void transfer_cancel_slot(struct xhci_slot *slot, enum xhci_code code)
{
    for (unsigned n = 0; n < XHCI_ENDPOINTS; n++)
        if (slot->endpoints[n] != NULL)
            xhci_endpoint_cancel(slot->endpoints[n], code);
}

void xhci_cancel_all(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        transfer_cancel_slot(&xhci->slots[i], 0);
}

void xhci_lose(struct xhci *xhci, const struct emu_usb_device *usb)
{
    for (unsigned i = 0; i < XHCI_SLOTS; i++) {
        struct xhci_slot *slot = &xhci->slots[i];

        if (xhci_device(xhci, slot) != usb)
            continue;
        slot->lost = true;
        transfer_cancel_slot(slot, CODE_TRANSACTION);
    }
}
