/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command ring, slots and their contexts (xHCI 1.0: 4.5, 4.6, 6.2). Contexts have 32 bytes. A
 * context that asks for an isochronous endpoint is refused for lack of bandwidth.
 */
#include "emulator/hw/usb/xhci-internal.h"

#include <string.h>

#define COMMAND_RING_CYCLE 0x1u
#define COMMAND_RING_STOP  0x2u
#define COMMAND_RING_ABORT 0x4u
#define COMMAND_RING_FLAGS 0x3full

#define CONTEXT_SIZE  32u
#define CONTEXT_WORDS 8

#define SLOT_STATE_SHIFT  27
#define SLOT_ENTRIES      0xf8000000u /* of word 0 */
#define SLOT_ROUTE        0x000fffffu
#define SLOT_EXIT_LATENCY 0x0000ffffu /* of word 1 */
#define SLOT_INTERRUPTER  0xffc00000u /* of word 2 */

enum slot_state { SLOT_DISABLED, SLOT_DEFAULT, SLOT_ADDRESSED, SLOT_CONFIGURED };

#define ENDPOINT_PACKET_SIZE 0xffff0000u /* of word 1 */

typedef uint32_t command_context[CONTEXT_WORDS];

/* ---- contexts ---- */

static bool command_load_context(struct xhci *xhci, uint64_t base, unsigned index,
                                 command_context out)
{
    return xhci_load_memory(xhci, (base & ~0xfull) + (uint64_t)index * CONTEXT_SIZE, out,
                            CONTEXT_SIZE);
}

static void command_store_context(struct xhci *xhci, uint64_t base, unsigned index,
                                  const command_context context)
{
    xhci_store_memory(xhci, base + (uint64_t)index * CONTEXT_SIZE, context, CONTEXT_SIZE);
}

/* The state that the guest sees, which it may not change. */
static enum slot_state command_slot_state(struct xhci *xhci, const struct xhci_slot *slot)
{
    command_context context;

    if (!slot->addressed || !command_load_context(xhci, slot->context, 0, context))
        return SLOT_DISABLED;
    return (enum slot_state)(context[3] >> SLOT_STATE_SHIFT);
}

static void command_set_slot_state(struct xhci *xhci, const struct xhci_slot *slot,
                                   enum slot_state state, bool keep_address)
{
    command_context context;

    if (!command_load_context(xhci, slot->context, 0, context))
        return;
    context[3] = (uint32_t)state << SLOT_STATE_SHIFT | (keep_address ? context[3] & 0xff : 0);
    command_store_context(xhci, slot->context, 0, context);
}

/* ---- endpoints of a slot ---- */

static void command_disable_endpoint(struct xhci *xhci, struct xhci_slot *slot, unsigned id)
{
    struct xhci_endpoint *endpoint = slot->endpoints[id - 1];

    if (endpoint == NULL)
        return;
    xhci_endpoint_cancel(endpoint, 0);
    xhci_endpoint_set_state(endpoint, ENDPOINT_DISABLED);
    xhci_endpoint_free(endpoint);
    slot->endpoints[id - 1] = NULL;
}

static void command_disable_endpoints(struct xhci *xhci, struct xhci_slot *slot, unsigned first)
{
    for (unsigned id = first; id <= XHCI_ENDPOINTS; id++)
        command_disable_endpoint(xhci, slot, id);
}

static enum xhci_code command_enable_endpoint(struct xhci *xhci, unsigned index, unsigned id,
                                              command_context context)
{
    struct xhci_slot *slot = &xhci->slots[index];
    unsigned type = context[1] >> 3 & 7;
    struct xhci_endpoint *endpoint;

    if (type == ENDPOINT_ISOCH_IN || type == ENDPOINT_ISOCH_OUT)
        return CODE_BANDWIDTH;
    if (type == 0 || (id == 1) != (type == ENDPOINT_CONTROL) ||
        (id > 1 && (id & 1) != (type >= ENDPOINT_CONTROL)))
        return CODE_PARAMETER;
    command_disable_endpoint(xhci, slot, id);
    endpoint = xhci_endpoint_new(xhci, index, id);
    if (endpoint == NULL)
        return CODE_RESOURCE;
    slot->endpoints[id - 1] = endpoint;
    endpoint->type = (uint8_t)type;
    endpoint->state = ENDPOINT_RUNNING;
    endpoint->ring.dequeue = (context[2] & ~0xfu) | (uint64_t)context[3] << 32;
    endpoint->ring.cycle = context[2] & 1;
    context[0] = (context[0] & ~7u) | ENDPOINT_RUNNING;
    command_store_context(xhci, slot->context, id, context);
    return CODE_SUCCESS;
}

/* ---- slots ---- */

static void command_free_slot(struct xhci_slot *slot)
{
    for (unsigned i = 0; i < XHCI_ENDPOINTS; i++)
        xhci_endpoint_free(slot->endpoints[i]);
    *slot = (struct xhci_slot){.enabled = false};
}

void xhci_reset_slots(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        command_free_slot(&xhci->slots[i]);
    xhci->commanding = false;
    xhci->commands = (struct xhci_ring){0};
}

static enum xhci_code command_enable_slot(struct xhci *xhci, unsigned *slot)
{
    unsigned most = xhci->config & 0xff;

    for (unsigned i = 0; i < XHCI_SLOTS && i < most; i++) {
        if (!xhci->slots[i].enabled) {
            xhci->slots[i].enabled = true;
            *slot = i;
            return CODE_SUCCESS;
        }
    }
    return CODE_NO_SLOT;
}

static enum xhci_code command_disable_slot(struct xhci *xhci, struct xhci_slot *slot)
{
    command_disable_endpoints(xhci, slot, 1);
    if (slot->addressed)
        command_set_slot_state(xhci, slot, SLOT_DISABLED, false);
    command_free_slot(slot);
    return CODE_SUCCESS;
}

/* Two slots cannot have one device. */
static bool command_is_taken(const struct xhci *xhci, const struct xhci_slot *slot)
{
    const struct emu_usb_device *usb = xhci_device(xhci, slot);

    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        if (&xhci->slots[i] != slot && xhci->slots[i].enabled &&
            xhci_device(xhci, &xhci->slots[i]) == usb)
            return true;
    return false;
}

static bool command_find_device(struct xhci *xhci, struct xhci_slot *slot, unsigned index,
                                const command_context context)
{
    slot->route = context[0] & SLOT_ROUTE;
    slot->port = context[1] >> 16 & 0xff;
    slot->addressed = xhci_load_memory(xhci, xhci->contexts + 8ull * (index + 1), &slot->context,
                                       sizeof(slot->context));
    slot->context &= ~0x3full;
    slot->lost = false;
    if (xhci_device(xhci, slot) != NULL && !command_is_taken(xhci, slot))
        return true;
    slot->lost = true;
    return false;
}

static enum xhci_code command_address(struct xhci *xhci, unsigned index, const struct xhci_trb *trb)
{
    struct xhci_slot *slot = &xhci->slots[index];
    bool block = trb->control & TRB_BLOCK;
    enum slot_state state = command_slot_state(xhci, slot);
    command_context control, context, endpoint;
    enum xhci_code code;

    if (!command_load_context(xhci, trb->parameter, 0, control) || (control[1] & 3) != 3 ||
        !command_load_context(xhci, trb->parameter, 1, context) ||
        !command_load_context(xhci, trb->parameter, 2, endpoint))
        return CODE_TRB;
    if (state > SLOT_DEFAULT || (block && state == SLOT_DEFAULT && !slot->lost))
        return CODE_STATE;
    command_disable_endpoint(xhci, slot, 1);
    if (!command_find_device(xhci, slot, index, context))
        return CODE_TRANSACTION;
    code = command_enable_endpoint(xhci, index, 1, endpoint);
    if (code != CODE_SUCCESS)
        return code;
    context[3] = block ? (uint32_t)SLOT_DEFAULT << SLOT_STATE_SHIFT
                       : (uint32_t)SLOT_ADDRESSED << SLOT_STATE_SHIFT | (index + 1);
    command_store_context(xhci, slot->context, 0, context);
    return CODE_SUCCESS;
}

/* The slot context follows what the driver knows now, but for the route and the state. */
static void command_update_slot(struct xhci *xhci, const struct xhci_slot *slot,
                                const command_context input)
{
    command_context context;

    if (!command_load_context(xhci, slot->context, 0, context))
        return;
    context[0] = (input[0] & ~SLOT_ROUTE) | (context[0] & SLOT_ROUTE);
    context[1] = (input[1] & ~0x00ff0000u) | (context[1] & 0x00ff0000u);
    context[2] = input[2];
    context[3] = (context[3] & 0xff) | (uint32_t)SLOT_CONFIGURED << SLOT_STATE_SHIFT;
    command_store_context(xhci, slot->context, 0, context);
}

static enum xhci_code command_deconfigure(struct xhci *xhci, struct xhci_slot *slot)
{
    command_disable_endpoints(xhci, slot, 2);
    command_set_slot_state(xhci, slot, SLOT_ADDRESSED, true);
    return CODE_SUCCESS;
}

/* All endpoints that are to be added can be. */
static enum xhci_code command_check_endpoints(struct xhci *xhci, const struct xhci_trb *trb,
                                              uint32_t add)
{
    command_context context;

    for (unsigned id = 2; id <= XHCI_ENDPOINTS; id++) {
        unsigned type;

        if (!(add >> id & 1))
            continue;
        if (!command_load_context(xhci, trb->parameter, id + 1, context))
            return CODE_TRB;
        type = context[1] >> 3 & 7;
        if (type == ENDPOINT_ISOCH_IN || type == ENDPOINT_ISOCH_OUT)
            return CODE_BANDWIDTH;
    }
    return CODE_SUCCESS;
}

static enum xhci_code command_change_endpoints(struct xhci *xhci, unsigned index,
                                               const struct xhci_trb *trb, uint32_t drop,
                                               uint32_t add)
{
    command_context context;
    enum xhci_code code = command_check_endpoints(xhci, trb, add);

    for (unsigned id = 2; id <= XHCI_ENDPOINTS && code == CODE_SUCCESS; id++) {
        if (drop >> id & 1)
            command_disable_endpoint(xhci, &xhci->slots[index], id);
        if (!(add >> id & 1))
            continue;
        code = command_load_context(xhci, trb->parameter, id + 1, context)
                   ? command_enable_endpoint(xhci, index, id, context)
                   : CODE_TRB;
    }
    return code;
}

static enum xhci_code command_configure(struct xhci *xhci, unsigned index,
                                        const struct xhci_trb *trb)
{
    struct xhci_slot *slot = &xhci->slots[index];
    enum slot_state state = command_slot_state(xhci, slot);
    command_context control, context;
    enum xhci_code code;

    if (state != SLOT_ADDRESSED && state != SLOT_CONFIGURED)
        return CODE_STATE;
    if (trb->control & TRB_DECONFIGURE)
        return command_deconfigure(xhci, slot);
    if (!command_load_context(xhci, trb->parameter, 0, control) || (control[0] & 3) ||
        (control[1] & 3) != 1 || !command_load_context(xhci, trb->parameter, 1, context))
        return CODE_TRB;
    code = command_change_endpoints(xhci, index, trb, control[0], control[1]);
    if (code == CODE_SUCCESS)
        command_update_slot(xhci, slot, context);
    return code;
}

static enum xhci_code command_evaluate(struct xhci *xhci, unsigned index,
                                       const struct xhci_trb *trb)
{
    struct xhci_slot *slot = &xhci->slots[index];
    command_context control, input, context;

    if (command_slot_state(xhci, slot) == SLOT_DISABLED)
        return CODE_STATE;
    if (!command_load_context(xhci, trb->parameter, 0, control) || control[0] != 0 ||
        (control[1] & ~3u))
        return CODE_TRB;
    if ((control[1] & 1) && command_load_context(xhci, trb->parameter, 1, input) &&
        command_load_context(xhci, slot->context, 0, context)) {
        context[1] = (context[1] & ~SLOT_EXIT_LATENCY) | (input[1] & SLOT_EXIT_LATENCY);
        context[2] = (context[2] & ~SLOT_INTERRUPTER) | (input[2] & SLOT_INTERRUPTER);
        command_store_context(xhci, slot->context, 0, context);
    }
    if ((control[1] & 2) && command_load_context(xhci, trb->parameter, 2, input) &&
        command_load_context(xhci, slot->context, 1, context)) {
        context[1] = (context[1] & ~ENDPOINT_PACKET_SIZE) | (input[1] & ENDPOINT_PACKET_SIZE);
        command_store_context(xhci, slot->context, 1, context);
    }
    return CODE_SUCCESS;
}

static enum xhci_code command_reset_device(struct xhci *xhci, struct xhci_slot *slot)
{
    if (command_slot_state(xhci, slot) < SLOT_ADDRESSED)
        return CODE_STATE;
    command_disable_endpoints(xhci, slot, 2);
    command_set_slot_state(xhci, slot, SLOT_DEFAULT, false);
    return CODE_SUCCESS;
}

/* ---- commands to an endpoint ---- */

static enum xhci_code command_stop_endpoint(struct xhci_endpoint *endpoint)
{
    if (endpoint->state != ENDPOINT_RUNNING)
        return CODE_STATE;
    xhci_endpoint_cancel(endpoint, CODE_STOPPED);
    xhci_endpoint_set_state(endpoint, ENDPOINT_STOPPED);
    return CODE_SUCCESS;
}

static enum xhci_code command_reset_endpoint(struct xhci_endpoint *endpoint)
{
    if (endpoint->state != ENDPOINT_HALTED)
        return CODE_STATE;
    xhci_endpoint_set_state(endpoint, ENDPOINT_STOPPED);
    return CODE_SUCCESS;
}

static enum xhci_code command_set_dequeue(struct xhci_endpoint *endpoint,
                                          const struct xhci_trb *trb)
{
    if (endpoint->state != ENDPOINT_STOPPED && endpoint->state != ENDPOINT_ERROR)
        return CODE_STATE;
    endpoint->ring.dequeue = trb->parameter & ~0xfull;
    endpoint->ring.cycle = trb->parameter & 1;
    xhci_endpoint_set_state(endpoint, ENDPOINT_STOPPED);
    return CODE_SUCCESS;
}

static enum xhci_code command_endpoint(struct xhci_slot *slot, const struct xhci_trb *trb)
{
    unsigned id = trb->control >> 16 & 0x1f;
    struct xhci_endpoint *endpoint = id != 0 ? slot->endpoints[id - 1] : NULL;

    if (id == 0)
        return CODE_TRB;
    if (endpoint == NULL)
        return CODE_ENDPOINT_OFF;
    switch (xhci_trb_type(trb)) {
    case TRB_STOP_ENDPOINT:
        return command_stop_endpoint(endpoint);
    case TRB_RESET_ENDPOINT:
        return command_reset_endpoint(endpoint);
    default:
        return command_set_dequeue(endpoint, trb);
    }
}

/* ---- the ring ---- */

static enum xhci_code command_slot(struct xhci *xhci, unsigned index, const struct xhci_trb *trb)
{
    struct xhci_slot *slot = &xhci->slots[index];

    if (!slot->enabled)
        return CODE_SLOT_OFF;
    switch (xhci_trb_type(trb)) {
    case TRB_DISABLE_SLOT:
        return command_disable_slot(xhci, slot);
    case TRB_ADDRESS_DEVICE:
        return command_address(xhci, index, trb);
    case TRB_CONFIGURE:
        return command_configure(xhci, index, trb);
    case TRB_EVALUATE:
        return command_evaluate(xhci, index, trb);
    case TRB_RESET_DEVICE:
        return command_reset_device(xhci, slot);
    default:
        return command_endpoint(slot, trb);
    }
}

/* slot: of the command; out: the one that it made. */
static enum xhci_code command_run(struct xhci *xhci, const struct xhci_trb *trb, unsigned *slot)
{
    unsigned type = xhci_trb_type(trb);

    if (type == TRB_ENABLE_SLOT)
        return command_enable_slot(xhci, slot);
    if (type == TRB_NO_OP_COMMAND)
        return CODE_SUCCESS;
    if (type < TRB_DISABLE_SLOT || type > TRB_RESET_DEVICE)
        return CODE_TRB;
    return *slot < XHCI_SLOTS ? command_slot(xhci, *slot, trb) : CODE_SLOT_OFF;
}

static void command_post(struct xhci *xhci, uint64_t address, enum xhci_code code, unsigned slot)
{
    const struct xhci_trb event = {address, (uint32_t)code << 24,
                                   slot << 24 | TRB_COMMAND_EVENT << 10};

    xhci_post(xhci, 0, &event, false);
}

void xhci_run_commands(struct xhci *xhci)
{
    unsigned budget = XHCI_BUDGET;
    struct xhci_step step;

    while (xhci->commanding && xhci_running(xhci) && xhci->waiting_count == 0 &&
           xhci_fetch(xhci, &xhci->commands, &step)) {
        unsigned slot = (step.trb.control >> 24) - 1u; /* 0: none */
        enum xhci_code code = command_run(xhci, &step.trb, &slot);

        command_post(xhci, step.address, code, (slot + 1) & 0xff);
        if (--budget == 0) {
            xhci_continue_later(xhci);
            return;
        }
    }
}

void xhci_write_command_ring(struct xhci *xhci, uint32_t value, bool high)
{
    if (xhci->commanding && !high && (value & (COMMAND_RING_STOP | COMMAND_RING_ABORT))) {
        xhci->commanding = false;
        command_post(xhci, xhci->commands.dequeue, CODE_RING_STOPPED, 0);
    } else if (!xhci->commanding && high) {
        xhci->commands.dequeue = (xhci->commands.dequeue & UINT32_MAX) | (uint64_t)value << 32;
    } else if (!xhci->commanding) {
        xhci->commands.dequeue = (xhci->commands.dequeue & ~(uint64_t)UINT32_MAX) |
                                 (value & ~(uint32_t)COMMAND_RING_FLAGS);
        xhci->commands.cycle = value & COMMAND_RING_CYCLE;
    }
}
