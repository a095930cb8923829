/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where devices are: parents by the names of buses, the first free slot as QEMU takes it, and bus
 * numbers depth first as the firmware gives them.
 */
#include <string.h>

#include "wizards/topology/model.h"

enum topology_bus topology_bus_of(const struct topology_device *device)
{
    if (device == NULL)
        return BUS_ROOT;
    switch (device->model->kind) {
    case KIND_ROOT_PORT:
    case KIND_DOWNSTREAM:
        return BUS_PORT;
    case KIND_UPSTREAM:
        return BUS_SWITCH;
    case KIND_PCIE_PCI:
    case KIND_PCI_BRIDGE:
    case KIND_DMI_BRIDGE:
        return BUS_PCI;
    case KIND_EXPANDER:
        return BUS_EXPANDER;
    default:
        return BUS_NONE;
    }
}

bool topology_is_port(const struct topology_device *device)
{
    return topology_bus_of(device) == BUS_PORT && device != NULL;
}

/* A bus is named by its device, which stands before those that are on it. */
static void place_parent(struct topology *topology, guint index)
{
    struct topology_device *device = topology->devices->pdata[index];

    if (*device->bus == '\0' || strcmp(device->bus, "pcie.0") == 0)
        return;
    for (guint i = 0; i < index; i++) {
        struct topology_device *other = topology->devices->pdata[i];
        if (strcmp(other->id, device->bus) == 0) {
            device->parent = other;
            return;
        }
    }
    device->lost = true;
}

/* Slots that the machine's own devices have, or that are of no use: a bit each. */
static guint32 place_taken(const struct topology *topology, const struct topology_device *parent)
{
    bool q35 = strcmp(topology->machine, "q35") == 0;

    if (parent == NULL)
        return q35 ? 1u << 31 | 1 : 1;
    return parent->model->kind == KIND_PCIE_PCI || parent->model->kind == KIND_PCI_BRIDGE ? 1 : 0;
}

static void place_slot(struct topology *topology, struct topology_device *device)
{
    guint32 taken = place_taken(topology, device->parent);

    if (device->slot >= 0 || device->lost)
        return;
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *other = topology->devices->pdata[i];
        if (other->parent == device->parent && other->slot >= 0 && !other->lost)
            taken |= 1u << other->slot;
    }
    for (int slot = 0; slot < 32 && device->slot < 0; slot++) {
        if ((taken >> slot & 1) == 0)
            device->slot = slot;
    }
}

/* The device on this bus that comes behind (slot, function) of after; NULL: none. */
static struct topology_device *place_next(const struct topology *topology,
                                          const struct topology_device *parent,
                                          const struct topology_device *after)
{
    struct topology_device *best = NULL;
    int least = after != NULL ? after->slot * 8 + after->function : -1;

    for (guint i = 0; i < topology->devices->len; i++) {
        struct topology_device *device = topology->devices->pdata[i];
        int address = device->slot * 8 + device->function;
        if (device->lost || device->slot < 0 || device->parent != parent || address <= least)
            continue;
        if (best == NULL || address < best->slot * 8 + best->function)
            best = device;
    }
    return best;
}

/* Numbers the buses behind this one, which has the number on; returns the last one. */
static unsigned place_buses(struct topology *topology, const struct topology_device *parent,
                            unsigned on)
{
    unsigned last = on;

    for (struct topology_device *device = place_next(topology, parent, NULL); device != NULL;
         device = place_next(topology, parent, device)) {
        device->on = on;
        if (topology_bus_of(device) == BUS_NONE || device->model->kind == KIND_EXPANDER)
            continue;
        device->own = ++last;
        last = place_buses(topology, device, device->own);
        device->last = last;
    }
    topology->too_many = topology->too_many || last >= TOPOLOGY_BUSES;
    return last;
}

void topology_place(struct topology *topology)
{
    for (guint i = 0; i < topology->devices->len; i++)
        place_parent(topology, i);
    for (guint i = 0; i < topology->devices->len; i++)
        place_slot(topology, topology->devices->pdata[i]);
    place_buses(topology, NULL, 0);
    for (guint i = 0; i < topology->devices->len; i++) {
        struct topology_device *device = topology->devices->pdata[i];
        if (device->model->kind != KIND_EXPANDER)
            continue;
        device->own = (unsigned)MAX(device->bus_nr, 0);
        device->last = place_buses(topology, device, device->own);
    }
}
