/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of PCIe: what may be plugged where, slots and functions, chassis, bus numbers. QEMU lets
 * much of this pass, and the guest does not see the device then.
 */
#include <string.h>

#include "wizards/topology/model.h"

enum verdict { GOOD, WARNED, BAD };

/* By the device's kind and the bus that it is on. */
static const guint8 placement[][BUS_NONE] = {
    /*                  root    expander port    switch  PCI */
    [KIND_ROOT_PORT] = {GOOD, GOOD, BAD, BAD, BAD}, [KIND_UPSTREAM] = {BAD, BAD, GOOD, BAD, BAD},
    [KIND_DOWNSTREAM] = {BAD, BAD, BAD, GOOD, BAD}, [KIND_PCIE_PCI] = {GOOD, GOOD, GOOD, BAD, BAD},
    [KIND_PCI_BRIDGE] = {BAD, BAD, BAD, BAD, GOOD}, [KIND_DMI_BRIDGE] = {GOOD, GOOD, BAD, BAD, BAD},
    [KIND_EXPANDER] = {GOOD, BAD, BAD, BAD, BAD},   [KIND_PCIE] = {GOOD, BAD, GOOD, BAD, BAD},
    [KIND_PCI] = {GOOD, BAD, WARNED, BAD, GOOD},
};

static const char *const homes[] = {
    [KIND_ROOT_PORT] = "pcie.0 or a pxb-pcie",
    [KIND_UPSTREAM] = "a root port or a downstream port",
    [KIND_DOWNSTREAM] = "an upstream port",
    [KIND_PCIE_PCI] = "pcie.0, a pxb-pcie, a root port or a downstream port",
    [KIND_PCI_BRIDGE] = "a pcie-pci-bridge or another bridge to PCI",
    [KIND_DMI_BRIDGE] = "pcie.0 or a pxb-pcie",
    [KIND_EXPANDER] = "pcie.0",
    [KIND_PCIE] = "pcie.0, a root port or a downstream port",
    [KIND_PCI] = "pcie.0 or a bridge to PCI",
};

/* Its id, or its model where it has none. */
static const char *called(const struct topology_device *device)
{
    return *device->id != '\0' ? device->id : device->name;
}

static void check_place(const struct topology_device *device, struct lathe_problems *problems)
{
    enum topology_bus bus = topology_bus_of(device->parent);
    enum verdict verdict = bus < BUS_NONE ? placement[device->model->kind][bus] : BAD;

    if (device->lost)
        lathe_problem_add(problems, "devices",
                          "%s: there is no bus '%s' before it; a bus has its device's id",
                          called(device), device->bus);
    else if (verdict == BAD)
        lathe_problem_add(problems, "devices", "%s: %s goes on %s, not on '%s'", called(device),
                          device->name, homes[device->model->kind],
                          device->parent != NULL ? device->bus : "pcie.0");
    else if (verdict == WARNED)
        lathe_problem_warn(problems, "devices",
                           "%s: %s is a device of PCI; behind a port of PCIe some guests do not "
                           "find its interrupt",
                           called(device), device->name);
}

/* ---- slots ---- */

static const char *reserved_for(const struct topology *topology,
                                const struct topology_device *device)
{
    bool q35 = strcmp(topology->machine, "q35") == 0;

    if (device->parent == NULL && device->slot == 0)
        return "the host bridge";
    if (device->parent == NULL && device->slot == 31 && q35)
        return "the ICH9";
    return NULL;
}

static void check_slot(const struct topology *topology, const struct topology_device *device,
                       struct lathe_problems *problems)
{
    const char *owner = reserved_for(topology, device);

    if (device->slot < 0)
        lathe_problem_add(problems, "devices", "%s: no slot of its bus is free", called(device));
    else if (owner != NULL)
        lathe_problem_add(problems, "devices", "%s: the slot %02x of pcie.0 is that of %s",
                          called(device), (unsigned)device->slot, owner);
    else if (topology_bus_of(device->parent) == BUS_PORT && device->slot != 0)
        lathe_problem_add(problems, "devices", "%s: behind a port there is the slot 0 alone",
                          called(device));
    else if (topology_bus_of(device->parent) == BUS_PCI && device->slot == 0 &&
             device->parent->model->kind != KIND_DMI_BRIDGE)
        lathe_problem_add(problems, "devices",
                          "%s: the slot 0 behind a bridge to PCI is the bridge's own",
                          called(device));
}

/* The other device there; NULL: none. */
static const struct topology_device *device_at(const struct topology *topology,
                                               const struct topology_device *like, int function)
{
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *other = topology->devices->pdata[i];
        if (other != like && !other->lost && other->parent == like->parent &&
            other->slot == like->slot && other->function == function)
            return other;
    }
    return NULL;
}

static bool stands_before(const struct topology *topology, const struct topology_device *left,
                          const struct topology_device *right)
{
    for (guint i = 0; i < topology->devices->len; i++) {
        if (topology->devices->pdata[i] == left)
            return true;
        if (topology->devices->pdata[i] == right)
            return false;
    }
    return false;
}

static void check_function(const struct topology *topology, const struct topology_device *device,
                           struct lathe_problems *problems)
{
    const struct topology_device *twin = device_at(topology, device, device->function);
    const struct topology_device *first = device_at(topology, device, 0);

    if (device->slot < 0 || device->lost)
        return;
    if (twin != NULL && stands_before(topology, twin, device))
        lathe_problem_add(problems, "devices", "%s: %s is at the same address %02x.%d",
                          called(device), called(twin), (unsigned)device->slot, device->function);
    if (device->function == 0)
        return;
    if (first == NULL)
        lathe_problem_add(problems, "devices",
                          "%s: the guest looks for function %d only if there is a function 0",
                          called(device), device->function);
    else if (!first->multifunction)
        lathe_problem_add(problems, "devices", "%s: %s in function 0 needs multifunction=on",
                          called(device), called(first));
}

/* ---- numbers ---- */

static void check_chassis(const struct topology *topology, const struct topology_device *device,
                          struct lathe_problems *problems)
{
    if (device->model->kind == KIND_PCI_BRIDGE && device->chassis_nr == 0)
        lathe_problem_add(problems, "devices", "%s: a pci-bridge needs a chassis_nr above 0",
                          called(device));
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *other = topology->devices->pdata[i];
        if (other == device)
            return;
        bool ports = topology_is_port(device) && topology_is_port(other);
        bool bridges =
            device->model->kind == KIND_PCI_BRIDGE && other->model->kind == KIND_PCI_BRIDGE;
        if (ports && MAX(device->chassis, 0) == MAX(other->chassis, 0) &&
            MAX(device->port, 0) == MAX(other->port, 0))
            lathe_problem_add(
                problems, "devices",
                "%s: it has chassis %d and slot %d, which %s has; each port needs its "
                "own",
                called(device), MAX(device->chassis, 0), MAX(device->port, 0), called(other));
        if (bridges && device->chassis_nr != 0 && device->chassis_nr == other->chassis_nr)
            lathe_problem_add(problems, "devices", "%s: %s has the chassis_nr %d too",
                              called(device), called(other), device->chassis_nr);
        if (*device->id != '\0' && strcmp(device->id, other->id) == 0)
            lathe_problem_add(problems, "devices", "%s: this id is there twice", device->id);
    }
}

static bool node_exists(const struct topology *topology, int id)
{
    for (guint i = 0; i < topology->nodes->len; i++) {
        if ((int)topology_node_at(topology, i)->id == id)
            return true;
    }
    return false;
}

/* The first bus of the next expander; 256 if there is none behind it. */
static unsigned next_expander(const struct topology *topology, const struct topology_device *device)
{
    unsigned next = TOPOLOGY_BUSES;

    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *other = topology->devices->pdata[i];
        if (other->model->kind == KIND_EXPANDER && other->own > device->own)
            next = MIN(next, other->own);
    }
    return next;
}

static void check_expander(const struct topology *topology, const struct topology_device *device,
                           struct lathe_problems *problems)
{
    unsigned next = next_expander(topology, device);

    if (device->bus_nr < 1)
        lathe_problem_add(problems, "devices", "%s: a pxb-pcie needs a bus_nr from 1 to 255",
                          called(device));
    else if (device->last >= next)
        lathe_problem_add(problems, "devices",
                          "%s: its buses are %02x to %02x, and the next ones begin at %02x",
                          called(device), device->own, device->last, next);
    if (device->numa_node >= 0 && !node_exists(topology, device->numa_node))
        lathe_problem_add(problems, "devices", "%s: there is no node %d", called(device),
                          device->numa_node);
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *other = topology->devices->pdata[i];
        if (other == device)
            return;
        if (other->model->kind == KIND_EXPANDER && other->bus_nr == device->bus_nr)
            lathe_problem_add(problems, "devices", "%s: %s has the bus_nr %d too", called(device),
                              called(other), device->bus_nr);
    }
}

/* The last bus behind pcie.0. */
static unsigned root_last(const struct topology *topology)
{
    unsigned last = 0;

    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *device = topology->devices->pdata[i];
        if (device->parent == NULL && device->model->kind != KIND_EXPANDER)
            last = MAX(last, device->last);
    }
    return last;
}

static void check_buses(const struct topology *topology, struct lathe_problems *problems)
{
    unsigned last = root_last(topology), ports = 0, first = TOPOLOGY_BUSES;

    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *device = topology->devices->pdata[i];
        ports += topology_is_port(device);
        if (device->model->kind == KIND_EXPANDER && device->bus_nr > 0)
            first = MIN(first, device->own);
    }
    if (topology->too_many)
        lathe_problem_add(problems, "devices", "there are more than 256 buses");
    else if (last >= first)
        lathe_problem_add(
            problems, "devices",
            "the buses behind pcie.0 are 01 to %02x, and those of a pxb-pcie begin at "
            "%02x",
            last, first);
    if (ports > 10)
        lathe_problem_warn(problems, "devices",
                           "of %u ports some get no window of I/O addresses: there is room for ten",
                           ports);
}

void topology_check_devices(const struct topology *topology, struct lathe_problems *problems)
{
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *device = topology->devices->pdata[i];
        check_place(device, problems);
        if (!device->lost) {
            check_slot(topology, device, problems);
            check_function(topology, device, problems);
        }
        check_chassis(topology, device, problems);
        if (device->model->kind == KIND_EXPANDER)
            check_expander(topology, device, problems);
    }
    check_buses(topology, problems);
}
