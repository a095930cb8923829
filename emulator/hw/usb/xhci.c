/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB host controller (xHCI 1.0: chapter 5): capability, operational and run-time registers,
 * doorbells, and its place on PCI. Virtualisation, streams and isochronous transfers are left out;
 * state that the driver asks to be saved is not, which a restore reports.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/usb/xhci-internal.h"

#define XHCI_BAR_SIZE 0x4000

/* The parts of the register space. */
#define XHCI_OPERATIONAL     0x0040u
#define XHCI_PORT_SETS       0x0440u
#define XHCI_RUNTIME         0x1000u
#define XHCI_INTERRUPTERS_AT 0x1020u
#define XHCI_DOORBELLS       0x2000u
#define XHCI_CAPABILITIES    0x0020u /* extended ones */

enum xhci_register {
    XHCI_COMMAND = XHCI_OPERATIONAL + 0x00,
    XHCI_STATUS = XHCI_OPERATIONAL + 0x04,
    XHCI_PAGE_SIZE = XHCI_OPERATIONAL + 0x08,
    XHCI_NOTIFICATION = XHCI_OPERATIONAL + 0x14,
    XHCI_COMMAND_RING = XHCI_OPERATIONAL + 0x18,
    XHCI_COMMAND_RING_HIGH = XHCI_OPERATIONAL + 0x1c,
    XHCI_CONTEXTS = XHCI_OPERATIONAL + 0x30,
    XHCI_CONTEXTS_HIGH = XHCI_OPERATIONAL + 0x34,
    XHCI_CONFIG = XHCI_OPERATIONAL + 0x38,
};

#define COMMAND_RUN     XHCI_RUN
#define COMMAND_RESET   0x00000002u
#define COMMAND_LINE    0x00000004u /* interrupts */
#define COMMAND_SAVE    0x00000100u
#define COMMAND_RESTORE 0x00000200u
#define COMMAND_KEPT    0x00000c0du /* run, interrupts, errors, frame counter events */

#define STATUS_HALTED  0x00000001u
#define STATUS_EVENT   0x00000008u
#define STATUS_PORT    0x00000010u
#define STATUS_RESTORE 0x00000400u /* error */
#define STATUS_CLEARED 0x0000041cu /* by writing 1 */

#define RING_RUNNING 0x8u

#define XHCI_MAX_LINKS 32 /* in a row */
#define XHCI_FRAME_NS  125000u
#define XHCI_LATER_NS  100000u

/* Capability registers, then the protocols of the two sets of ports. */
static const uint32_t xhci_capabilities[] = {
    XHCI_OPERATIONAL | 0x0100u << 16,                                 /* length, version */
    XHCI_SLOTS | XHCI_INTERRUPTERS << 8 | (uint32_t)XHCI_PORTS << 24, /* HCSPARAMS1 */
    4u << 4 | 1,                                                      /* 16 event segments */
    0,                                                                /* no latencies */
    (XHCI_CAPABILITIES / 4) << 16 | 1,                                /* 64-bit addresses */
    XHCI_DOORBELLS,
    XHCI_RUNTIME,
    0,
    0x02000402u,
    0x20425355u,
    (1u + EMU_XHCI_SOCKETS) | EMU_XHCI_SOCKETS << 8,
    0, /* "USB " 2.0 */
    0x03000002u,
    0x20425355u,
    1u | EMU_XHCI_SOCKETS << 8,
    0,
};
_Static_assert(sizeof(xhci_capabilities) == XHCI_OPERATIONAL, "they end where the others begin");

static struct xhci *xhci_of(void *device)
{
    return device;
}

/* ---- for the other parts ---- */

bool xhci_running(const struct xhci *xhci)
{
    return (xhci->command & COMMAND_RUN) &&
           (emu_pci_get(&xhci->pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER);
}

bool xhci_load_memory(struct xhci *xhci, uint64_t address, void *out, size_t size)
{
    return emu_memory_read(xhci->pci.device.dma, address, out, size);
}

bool xhci_store_memory(struct xhci *xhci, uint64_t address, const void *data, size_t size)
{
    return emu_memory_write(xhci->pci.device.dma, address, data, size);
}

bool xhci_fetch(struct xhci *xhci, struct xhci_ring *ring, struct xhci_step *out)
{
    for (unsigned i = 0; i < XHCI_MAX_LINKS; i++) {
        if (!xhci_load_memory(xhci, ring->dequeue, &out->trb, sizeof(out->trb)) ||
            (out->trb.control & TRB_CYCLE) != ring->cycle)
            return false;
        if (xhci_trb_type(&out->trb) != TRB_LINK) {
            out->address = ring->dequeue;
            ring->dequeue += XHCI_TRB_SIZE;
            return true;
        }
        ring->dequeue = out->trb.parameter & ~0xfull;
        ring->cycle ^= (out->trb.control & TRB_TOGGLE) != 0;
    }
    return false;
}

void xhci_continue_later(struct xhci *xhci)
{
    if (!emu_timer_armed(&xhci->later))
        emu_timer_arm(&xhci->later, emu_clock_now(xhci->pci.device.clock) + XHCI_LATER_NS);
}

static void xhci_continue(void *opaque)
{
    struct xhci *xhci = opaque;

    xhci_find_lost(xhci);
    xhci_run_commands(xhci);
    xhci_run_all(xhci);
}

/* ---- operational registers ---- */

static void xhci_reset_controller(struct xhci *xhci)
{
    xhci_reset_slots(xhci);
    emu_timer_cancel(&xhci->later);
    xhci->command = 0;
    xhci->status = STATUS_HALTED;
    xhci->notification = xhci->config = 0;
    xhci->contexts = 0;
    xhci_reset_interrupters(xhci);
    xhci_reset_ports(xhci);
}

static void xhci_start(struct xhci *xhci)
{
    xhci->status &= ~STATUS_HALTED;
    xhci->started = emu_clock_now(xhci->pci.device.clock);
    xhci_announce_ports(xhci); /* what happened meanwhile */
    xhci_continue_later(xhci);
}

static void xhci_stop(struct xhci *xhci)
{
    xhci->status |= STATUS_HALTED;
    xhci->commanding = false;
    xhci_cancel_all(xhci);
}

static void xhci_write_command(struct xhci *xhci, uint32_t value)
{
    uint32_t changed = xhci->command ^ value;

    if (value & COMMAND_RESET) {
        xhci_reset_controller(xhci);
        return;
    }
    if (value & COMMAND_SAVE)
        xhci->status &= ~STATUS_RESTORE;
    if (value & COMMAND_RESTORE)
        xhci->status |= STATUS_RESTORE;
    xhci->command = value & COMMAND_KEPT;
    if (changed & value & COMMAND_RUN)
        xhci_start(xhci);
    else if (changed & COMMAND_RUN)
        xhci_stop(xhci);
    xhci_update_line(xhci);
}

static uint32_t xhci_read_operational(const struct xhci *xhci, uint64_t offset)
{
    switch (offset) {
    case XHCI_COMMAND:
        return xhci->command;
    case XHCI_STATUS:
        return xhci->status;
    case XHCI_PAGE_SIZE:
        return 1; /* 4 KiB */
    case XHCI_NOTIFICATION:
        return xhci->notification;
    case XHCI_COMMAND_RING:
        return xhci->commanding ? RING_RUNNING : 0;
    case XHCI_CONTEXTS:
        return (uint32_t)xhci->contexts;
    case XHCI_CONTEXTS_HIGH:
        return (uint32_t)(xhci->contexts >> 32);
    case XHCI_CONFIG:
        return xhci->config;
    default:
        return 0;
    }
}

static void xhci_write_operational(struct xhci *xhci, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case XHCI_COMMAND:
        xhci_write_command(xhci, value);
        break;
    case XHCI_STATUS:
        xhci->status &= ~(value & STATUS_CLEARED);
        break;
    case XHCI_NOTIFICATION:
        xhci->notification = value & 0xffff;
        break;
    case XHCI_COMMAND_RING:
    case XHCI_COMMAND_RING_HIGH:
        xhci_write_command_ring(xhci, value, offset == XHCI_COMMAND_RING_HIGH);
        break;
    case XHCI_CONTEXTS:
        xhci->contexts = (xhci->contexts & ~(uint64_t)UINT32_MAX) | (value & ~0x3fu);
        break;
    case XHCI_CONTEXTS_HIGH:
        xhci->contexts = (xhci->contexts & UINT32_MAX) | (uint64_t)value << 32;
        break;
    case XHCI_CONFIG:
        xhci->config = value & 0xff;
        break;
    default:
        break;
    }
}

/* ---- the others ---- */

static uint32_t xhci_frame(const struct xhci *xhci)
{
    emu_ns passed = emu_clock_now(xhci->pci.device.clock) - xhci->started;

    return xhci->command & COMMAND_RUN ? (uint32_t)(passed / XHCI_FRAME_NS) & 0x3fff : 0;
}

static void xhci_ring_doorbell(struct xhci *xhci, unsigned index, uint32_t value)
{
    unsigned id = value & 0xff;
    struct xhci_endpoint *endpoint;

    if (index == 0 && id == 0 && xhci_running(xhci)) {
        xhci->commanding = true;
        xhci_run_commands(xhci);
    }
    if (index == 0 || index > XHCI_SLOTS || id == 0 || id > XHCI_ENDPOINTS || !xhci_running(xhci))
        return;
    endpoint = xhci->slots[index - 1].endpoints[id - 1];
    if (endpoint == NULL)
        return;
    if (endpoint->state == ENDPOINT_STOPPED)
        xhci_endpoint_set_state(endpoint, ENDPOINT_RUNNING);
    xhci_endpoint_run(endpoint);
}

static uint64_t xhci_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct xhci *xhci = xhci_of(opaque);

    if (offset < XHCI_OPERATIONAL)
        return xhci_capabilities[offset / 4];
    if (offset < XHCI_PORT_SETS)
        return xhci_read_operational(xhci, offset);
    if (offset < XHCI_RUNTIME)
        return xhci_read_port(xhci, (unsigned)(offset - XHCI_PORT_SETS));
    if (offset == XHCI_RUNTIME)
        return xhci_frame(xhci);
    if (offset >= XHCI_INTERRUPTERS_AT && offset < XHCI_DOORBELLS)
        return xhci_read_interrupter(xhci, (unsigned)(offset - XHCI_INTERRUPTERS_AT));
    return 0;
}

static void xhci_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct xhci *xhci = xhci_of(opaque);
    uint32_t word = (uint32_t)value;

    if (size != 4 || offset < XHCI_OPERATIONAL)
        return;
    if (offset < XHCI_PORT_SETS)
        xhci_write_operational(xhci, offset, word);
    else if (offset < XHCI_RUNTIME)
        xhci_write_port(xhci, (unsigned)(offset - XHCI_PORT_SETS), word);
    else if (offset >= XHCI_DOORBELLS)
        xhci_ring_doorbell(xhci, (unsigned)(offset - XHCI_DOORBELLS) / 4, word);
    else if (offset >= XHCI_INTERRUPTERS_AT)
        xhci_write_interrupter(xhci, (unsigned)(offset - XHCI_INTERRUPTERS_AT), word);
}

static const struct emu_region_ops xhci_ops = {xhci_read,      xhci_write,    .valid_min = 1,
                                               .valid_max = 8, .impl_min = 4, .impl_max = 4};

/* ---- the device ---- */

static bool xhci_realize(struct emu_device *device, struct emu_error *err)
{
    struct xhci *xhci = xhci_of(device);
    static const struct emu_pci_identity identity = {
        .vendor = 0x1b36,
        .device = 0x000d,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = 0x0c0330,
        .revision = 1,
        .interrupt_pin = 1,
    };

    emu_pci_init(&xhci->pci, &identity);
    emu_pci_set(&xhci->pci, 0x60, 1, 0x30); /* USB 3.0 */
    emu_pci_set(&xhci->pci, 0x61, 1, 0x20); /* frames of 60000 clocks */
    emu_region_init_io(&xhci->bar, "xhci", &xhci_ops, xhci, &device->lock, XHCI_BAR_SIZE);
    emu_pci_add_bar(&xhci->pci, 0, EMU_PCI_BAR_MEMORY64, &xhci->bar);
    device->regions[0] = &xhci->bar;
    emu_timer_init(&xhci->later, device->clock, &device->lock, xhci_continue, xhci);
    xhci_init_ports(xhci);
    if (!emu_pci_add_msix(&xhci->pci, XHCI_INTERRUPTERS, 4, err))
        return false;
    device->regions[1] = &xhci->pci.msix.region;
    return true;
}

/* What is in its ports was freed before. */
static void xhci_unrealize(struct emu_device *device)
{
    struct xhci *xhci = xhci_of(device);

    pthread_mutex_lock(&device->lock);
    xhci_reset_slots(xhci);
    pthread_mutex_unlock(&device->lock);
    emu_timer_finish(&xhci->later);
    emu_pci_finish(&xhci->pci);
}

static void xhci_reset(struct emu_device *device)
{
    xhci_reset_controller(xhci_of(device));
    emu_pci_reset(&xhci_of(device)->pci);
}

/* ---- its saved form ---- */

static const struct emu_field xhci_fields[] = {
    EMU_FIELD_ARRAY(struct xhci, port_status),
    EMU_FIELD(struct xhci, command),
    EMU_FIELD(struct xhci, status),
    EMU_FIELD(struct xhci, notification),
    EMU_FIELD(struct xhci, config),
    EMU_FIELD(struct xhci, contexts),
    EMU_FIELD(struct xhci, commands.dequeue),
    EMU_FIELD(struct xhci, commands.cycle),
    EMU_FIELD(struct xhci, commanding),
    EMU_FIELD(struct xhci, started),
    EMU_FIELD(struct xhci, waiting_count),
    EMU_FIELD_END,
};

static const struct emu_field xhci_event_fields[] = {
    EMU_FIELD(struct xhci_event, trb.parameter), EMU_FIELD(struct xhci_event, trb.status),
    EMU_FIELD(struct xhci_event, trb.control),   EMU_FIELD(struct xhci_event, interrupter),
    EMU_FIELD(struct xhci_event, quiet),         EMU_FIELD_END,
};

static const struct emu_field xhci_slot_fields[] = {
    EMU_FIELD(struct xhci_slot, enabled),
    EMU_FIELD(struct xhci_slot, addressed),
    EMU_FIELD(struct xhci_slot, lost),
    EMU_FIELD(struct xhci_slot, port),
    EMU_FIELD(struct xhci_slot, route),
    EMU_FIELD(struct xhci_slot, context),
    EMU_FIELD_END,
};

static const struct emu_field xhci_endpoint_fields[] = {
    EMU_FIELD(struct xhci_endpoint, type),
    EMU_FIELD(struct xhci_endpoint, state),
    EMU_FIELD(struct xhci_endpoint, ring.dequeue),
    EMU_FIELD(struct xhci_endpoint, ring.cycle),
    EMU_FIELD_END,
};

/* A transfer under way is in its ring still, and begins anew when it is loaded. */
static void xhci_save_slot(const struct xhci_slot *slot, struct emu_writer *out)
{
    emu_write_fields(out, slot, xhci_slot_fields);
    for (unsigned i = 0; i < XHCI_ENDPOINTS && slot->enabled; i++) {
        emu_write_u64(out, "endpoint", slot->endpoints[i] != NULL);
        if (slot->endpoints[i] != NULL)
            emu_write_fields(out, slot->endpoints[i], xhci_endpoint_fields);
    }
}

static void xhci_save(struct emu_device *device, struct emu_writer *out)
{
    struct xhci *xhci = xhci_of(device);

    emu_pci_save(&xhci->pci, out);
    emu_hw_save(out, "xhci", xhci, xhci_fields);
    for (unsigned i = 0; i < XHCI_INTERRUPTERS; i++)
        emu_write_fields(out, &xhci->interrupters[i], xhci_interrupter_fields);
    for (unsigned i = 0; i < xhci->waiting_count; i++)
        emu_write_fields(out, &xhci->waiting[i], xhci_event_fields);
    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        xhci_save_slot(&xhci->slots[i], out);
}

static bool xhci_load_endpoint(struct xhci *xhci, unsigned slot, unsigned id, struct emu_reader *in,
                               struct emu_error *err)
{
    struct xhci_endpoint *endpoint;
    uint64_t there;

    if (!emu_read_u64(in, "endpoint", &there, err))
        return false;
    if (there == 0)
        return true;
    endpoint = xhci_endpoint_new(xhci, slot, id);
    if (endpoint == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    xhci->slots[slot].endpoints[id - 1] = endpoint;
    if (!emu_read_fields(in, endpoint, xhci_endpoint_fields, err))
        return false;
    if (endpoint->type <= ENDPOINT_INTERRUPT_IN && endpoint->state <= ENDPOINT_ERROR)
        return true;
    endpoint->state = ENDPOINT_ERROR;
    return emu_hw_load_bad("xhci", "an endpoint", err);
}

static bool xhci_load_slot(struct xhci *xhci, unsigned index, struct emu_reader *in,
                           struct emu_error *err)
{
    struct xhci_slot *slot = &xhci->slots[index];
    bool good = emu_read_fields(in, slot, xhci_slot_fields, err);

    for (unsigned id = 1; id <= XHCI_ENDPOINTS && good && slot->enabled; id++)
        good = xhci_load_endpoint(xhci, index, id, in, err);
    return good;
}

static bool xhci_load_events(struct xhci *xhci, struct emu_reader *in, struct emu_error *err)
{
    bool good = true;

    if (xhci->waiting_count > XHCI_WAITING) {
        xhci->waiting_count = 0;
        return emu_hw_load_bad("xhci", "the number of events", err);
    }
    for (unsigned i = 0; i < XHCI_INTERRUPTERS && good; i++)
        good = emu_read_fields(in, &xhci->interrupters[i], xhci_interrupter_fields, err);
    for (unsigned i = 0; i < xhci->waiting_count && good; i++) {
        good = emu_read_fields(in, &xhci->waiting[i], xhci_event_fields, err);
        xhci->waiting[i].interrupter %= XHCI_INTERRUPTERS;
    }
    return good;
}

static bool xhci_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct xhci *xhci = xhci_of(device);
    bool good;

    xhci_reset_slots(xhci);
    good = emu_pci_load(&xhci->pci, in, err) && emu_hw_load(in, "xhci", xhci, xhci_fields, err) &&
           xhci_load_events(xhci, in, err);
    for (unsigned i = 0; i < XHCI_SLOTS && good; i++)
        good = xhci_load_slot(xhci, i, in, err);
    if (!good)
        xhci_reset_controller(xhci);
    else if (xhci_running(xhci))
        xhci_continue_later(xhci);
    return good;
}

const struct emu_device_class emu_xhci_class = {
    .name = "xhci",
    .description = "USB 3 host controller with eight sockets",
    .size = sizeof(struct xhci),
    .realize = xhci_realize,
    .unrealize = xhci_unrealize,
    .reset = xhci_reset,
    .save = xhci_save,
    .load = xhci_load,
};
