/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the local APICs that an interrupt message addresses and delivers it (Intel SDM volume 3,
 * 11.6.2 and 11.11). Messages to one processor by physical id, which is what most are, take one
 * look into a table. Interrupt remapping and extended destination ids are left out.
 */
#include "emulator/hw/intc/lapic-internal.h"

#include <stdlib.h>

#include "emulator/api/error.h"

#define APIC_BUS_MAX_EOI 8
#define APIC_MSI_SIZE    (1u << 20)

struct apic_eoi_listener {
    emu_apic_eoi_fn *fn;
    void *opaque;
};

struct emu_apic_bus {
    struct lapic *by_id[EMU_APIC_MAX_ID];
    struct lapic *list[EMU_APIC_MAX_ID]; /* those that exist, in the order of joining */
    unsigned count;
    struct apic_eoi_listener listeners[APIC_BUS_MAX_EOI];
    unsigned listener_count;
    _Atomic unsigned turn; /* where the next search for the lowest priority starts */
    struct emu_region msi;
};

static uint64_t apic_msi_read(void *opaque, uint64_t offset, unsigned size)
{
    return 0;
}

static void apic_msi_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    if (size == 4)
        emu_apic_bus_msi(opaque, offset, (uint32_t)value);
}

static const struct emu_region_ops apic_msi_ops = {
    .read = apic_msi_read,
    .write = apic_msi_write,
    .valid_min = 4,
    .valid_max = 4,
    .impl_min = 4,
};

struct emu_apic_bus *emu_apic_bus_new(struct emu_error *err)
{
    struct emu_apic_bus *bus = calloc(1, sizeof(*bus));

    if (bus == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "no memory for the APIC bus");
        return NULL;
    }
    emu_region_init_io(&bus->msi, "msi", &apic_msi_ops, bus, NULL, APIC_MSI_SIZE);
    return bus;
}

void emu_apic_bus_free(struct emu_apic_bus *bus)
{
    free(bus);
}

struct emu_region *emu_apic_bus_msi_region(struct emu_apic_bus *bus)
{
    return &bus->msi;
}

bool apic_bus_attach(struct emu_apic_bus *bus, struct lapic *lapic, struct emu_error *err)
{
    if (lapic->id >= EMU_APIC_MAX_ID || bus->by_id[lapic->id] != NULL)
        return emu_error_set(err, EMU_ERROR_INTERNAL, "APIC id %u is taken or too large",
                             (unsigned)lapic->id);
    bus->by_id[lapic->id] = lapic;
    bus->list[bus->count++] = lapic;
    return true;
}

void emu_apic_bus_on_eoi(struct emu_apic_bus *bus, emu_apic_eoi_fn *fn, void *opaque)
{
    if (bus->listener_count < APIC_BUS_MAX_EOI)
        bus->listeners[bus->listener_count++] = (struct apic_eoi_listener){fn, opaque};
}

void apic_bus_eoi(struct emu_apic_bus *bus, uint8_t vector)
{
    for (unsigned i = 0; i < bus->listener_count; i++)
        bus->listeners[i].fn(bus->listeners[i].opaque, vector);
}

/* xAPIC logical destination: flat, or clusters of four. */
static bool apic_matches_logical8(const struct lapic *lapic, uint8_t wanted)
{
    uint8_t own = (uint8_t)(atomic_load_explicit(&lapic->ldr, memory_order_relaxed) >> 24);

    if (atomic_load_explicit(&lapic->dfr, memory_order_relaxed) >> 28 == 0xf)
        return (own & wanted) != 0;
    return (wanted >> 4 == 0xf || wanted >> 4 == own >> 4) && (own & wanted & 0xf) != 0;
}

static bool apic_matches_logical(const struct lapic *lapic, uint32_t wanted)
{
    if (!lapic_in_x2apic(lapic))
        return wanted == EMU_APIC_BROADCAST ||
               (wanted <= 0xff && apic_matches_logical8(lapic, (uint8_t)wanted));
    if (wanted == EMU_APIC_BROADCAST)
        return true;
    return wanted >> 16 == lapic->id >> 4 && (wanted & 0xffff & (1u << (lapic->id & 15))) != 0;
}

static bool apic_matches(const struct lapic *lapic, const struct emu_apic_message *message)
{
    if (!(atomic_load_explicit(&lapic->base, memory_order_relaxed) & LAPIC_BASE_ENABLE))
        return false;
    if (message->logical)
        return apic_matches_logical(lapic, message->destination);
    return message->destination == EMU_APIC_BROADCAST || message->destination == lapic->id;
}

/* Among those addressed the one whose task priority is lowest; equals take turns. */
static void apic_bus_send_lowest(struct emu_apic_bus *bus, const struct emu_apic_message *message)
{
    unsigned start = atomic_fetch_add_explicit(&bus->turn, 1, memory_order_relaxed);
    struct lapic *best = NULL;
    uint32_t best_priority = UINT32_MAX;

    for (unsigned i = 0; i < bus->count; i++) {
        struct lapic *lapic = bus->list[(start + i) % bus->count];
        uint32_t priority = atomic_load_explicit(&lapic->tpr, memory_order_relaxed) >> 4;
        bool enabled = atomic_load_explicit(&lapic->svr, memory_order_relaxed) & LAPIC_SVR_ENABLE;

        if (!enabled || priority >= best_priority || !apic_matches(lapic, message))
            continue;
        best = lapic;
        best_priority = priority;
    }
    if (best != NULL)
        lapic_deliver(best, EMU_APIC_FIXED, message->vector, message->level);
}

void emu_apic_bus_send(struct emu_apic_bus *bus, const struct emu_apic_message *message)
{
    if (!message->logical && message->destination < EMU_APIC_MAX_ID) {
        struct lapic *lapic = bus->by_id[message->destination];
        uint8_t delivery =
            message->delivery == EMU_APIC_LOWEST ? EMU_APIC_FIXED : message->delivery;

        if (lapic != NULL && apic_matches(lapic, message))
            lapic_deliver(lapic, delivery, message->vector, message->level);
        return;
    }
    if (message->delivery == EMU_APIC_LOWEST) {
        apic_bus_send_lowest(bus, message);
        return;
    }
    for (unsigned i = 0; i < bus->count; i++)
        if (apic_matches(bus->list[i], message))
            lapic_deliver(bus->list[i], message->delivery, message->vector, message->level);
}

void apic_bus_send_all(struct emu_apic_bus *bus, const struct lapic *but,
                       const struct emu_apic_message *message)
{
    for (unsigned i = 0; i < bus->count; i++) {
        struct lapic *lapic = bus->list[i];

        if (lapic != but && apic_matches(lapic, message))
            lapic_deliver(lapic, message->delivery, message->vector, message->level);
    }
}

void emu_apic_bus_msi(struct emu_apic_bus *bus, uint64_t address, uint32_t data)
{
    struct emu_apic_message message = {
        .destination = address >> 12 & 0xff,
        .logical = (address & 4) != 0,
        .level = (data & 0xc000) == 0xc000, /* level triggered and asserted */
        .delivery = data >> 8 & 7,
        .vector = (uint8_t)data,
    };

    if (!message.logical && message.destination == 0xff)
        message.destination = EMU_APIC_BROADCAST;
    emu_apic_bus_send(bus, &message);
}
