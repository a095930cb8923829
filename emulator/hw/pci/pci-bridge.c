/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Header type 1 (PCI-to-PCI Bridge Architecture 1.2, chapter 3): bus numbers, windows, the reset of
 * what is behind, and INTx handed on from slot to slot (9.1). Left out: forwarding for VGA, errors.
 */
#include "emulator/hw/pci/pci-bridge.h"

/* Registers of a bridge's header. */
enum bridge_register {
    BRIDGE_PRIMARY = 0x18,
    BRIDGE_IO_BASE = 0x1c,
    BRIDGE_IO_LIMIT = 0x1d,
    BRIDGE_SECONDARY_STATUS = 0x1e,
    BRIDGE_MEMORY_BASE = 0x20,
    BRIDGE_MEMORY_LIMIT = 0x22,
    BRIDGE_PREFETCH_BASE = 0x24,
    BRIDGE_PREFETCH_LIMIT = 0x26,
    BRIDGE_PREFETCH_BASE_HIGH = 0x28,
    BRIDGE_PREFETCH_LIMIT_HIGH = 0x2c,
};

/* ---- windows ---- */

struct bridge_window {
    uint64_t first, last; /* first > last: closed */
};

static struct bridge_window bridge_io_window(const struct emu_pci_device *pci)
{
    if (!(emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_IO))
        return (struct bridge_window){1, 0};
    return (struct bridge_window){(emu_pci_get(pci, BRIDGE_IO_BASE, 1) & 0xf0) << 8,
                                  (emu_pci_get(pci, BRIDGE_IO_LIMIT, 1) & 0xf0) << 8 | 0xfff};
}

/* base and limit: offsets of 16-bit registers; wide: with upper halves. */
static struct bridge_window bridge_memory_window(const struct emu_pci_device *pci, unsigned base,
                                                 unsigned limit, bool wide)
{
    struct bridge_window window;

    if (!(emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MEMORY))
        return (struct bridge_window){1, 0};
    window.first = (uint64_t)(emu_pci_get(pci, base, 2) & 0xfff0) << 16;
    window.last = (uint64_t)(emu_pci_get(pci, limit, 2) & 0xfff0) << 16 | 0xfffff;
    if (wide) {
        window.first |= (uint64_t)emu_pci_get(pci, BRIDGE_PREFETCH_BASE_HIGH, 4) << 32;
        window.last |= (uint64_t)emu_pci_get(pci, BRIDGE_PREFETCH_LIMIT_HIGH, 4) << 32;
    }
    return window;
}

/* A window that reaches to the very end would be all of the address space: nobody wants that. */
static void bridge_place_window(struct pci_bridge *bridge, unsigned index,
                                struct bridge_window window)
{
    struct emu_region *region = &bridge->windows[index];
    bool io = index == 0, open = window.first <= window.last && window.last != UINT64_MAX;
    uint64_t size = open ? window.last - window.first + 1 : 0;
    struct emu_region *root = io ? bridge->pci.io_root : bridge->pci.memory_root;

    if (root == NULL || (size == region->size && (size == 0 || region->address == window.first)))
        return;
    emu_region_remove(region);
    region->size = 0;
    if (!open)
        return;
    emu_region_init_alias(region, io ? "port-io" : "port-memory",
                          io ? &bridge->io_space : &bridge->memory_space, window.first, size);
    emu_region_add(root, window.first, region, 1);
}

void pci_bridge_update_windows(struct pci_bridge *bridge)
{
    const struct emu_pci_device *pci = &bridge->pci;

    bridge_place_window(bridge, 0, bridge_io_window(pci));
    bridge_place_window(bridge, 1,
                        bridge_memory_window(pci, BRIDGE_MEMORY_BASE, BRIDGE_MEMORY_LIMIT, false));
    bridge_place_window(
        bridge, 2, bridge_memory_window(pci, BRIDGE_PREFETCH_BASE, BRIDGE_PREFETCH_LIMIT, true));
}

/* Closed windows, so that both spaces belong to the machine's from the start. */
static void bridge_attached(struct emu_pci_device *pci)
{
    struct pci_bridge *bridge = (struct pci_bridge *)pci;

    for (unsigned i = 0; i < PCI_BRIDGE_WINDOWS; i++) {
        bool io = i == 0;
        struct emu_region *root = io ? pci->io_root : pci->memory_root;

        emu_region_init_alias(&bridge->windows[i], io ? "port-io" : "port-memory",
                              io ? &bridge->io_space : &bridge->memory_space, 0, 0x1000);
        emu_region_set_enabled(&bridge->windows[i], false);
        if (root != NULL)
            emu_region_add(root, 0, &bridge->windows[i], 1);
        emu_region_remove(&bridge->windows[i]);
        bridge->windows[i].size = 0;
    }
}

void pci_bridge_written(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct pci_bridge *bridge = (struct pci_bridge *)pci;
    bool control = offset < PCI_BRIDGE_CONTROL + 2 && PCI_BRIDGE_CONTROL < offset + size;

    pci_bridge_update_windows(bridge);
    if (control && size <= 4 &&
        (emu_pci_get(pci, PCI_BRIDGE_CONTROL, 2) & PCI_BRIDGE_CONTROL_RESET))
        emu_pci_bus_reset(&bridge->bus);
}

/* ---- what is behind it ---- */

struct emu_pci_device *pci_bridge_behind(struct emu_pci_device *pci, unsigned number,
                                         unsigned devfn)
{
    unsigned secondary, subordinate;

    pthread_mutex_lock(&pci->device.lock);
    secondary = pci->config[PCI_BRIDGE_SECONDARY];
    subordinate = pci->config[PCI_BRIDGE_SUBORDINATE];
    pthread_mutex_unlock(&pci->device.lock);
    if (secondary != 0 && number == secondary)
        return pci->bus->functions[devfn];
    return number > secondary && number <= subordinate ? emu_pci_bus_search(pci->bus, number, devfn)
                                                       : NULL;
}

/* INTA of slot 1 is INTB of the bridge. */
static struct emu_irq bridge_wire(void *owner, unsigned slot, unsigned pin)
{
    const struct pci_bridge *bridge = owner;

    return bridge->pci.pins[(slot + pin) & 3];
}

/* ---- setting up ---- */

static void bridge_set_header(struct pci_bridge *bridge)
{
    struct emu_pci_device *pci = &bridge->pci;
    uint64_t last =
        bridge->subordinate > bridge->secondary ? bridge->subordinate : bridge->secondary;

    emu_pci_set(pci, EMU_PCI_HEADER_TYPE, 1, emu_pci_get(pci, EMU_PCI_HEADER_TYPE, 1) | 1);
    emu_pci_set(pci, EMU_PCI_SUBSYSTEM_VENDOR, 4, 0); /* other registers, in this header */
    emu_pci_set(pci, PCI_BRIDGE_SECONDARY, 1, (uint32_t)bridge->secondary);
    emu_pci_set(pci, PCI_BRIDGE_SUBORDINATE, 1, (uint32_t)last);
    emu_pci_allow(pci, BRIDGE_PRIMARY, 4, 0x00ffffff);
    emu_pci_allow(pci, BRIDGE_IO_BASE, 2, 0xf0f0);
    emu_pci_allow(pci, BRIDGE_MEMORY_BASE, 4, 0xfff0fff0);
    emu_pci_set(pci, BRIDGE_PREFETCH_BASE, 4, 0x00010001); /* 64 bits */
    emu_pci_allow(pci, BRIDGE_PREFETCH_BASE, 4, 0xfff0fff0);
    emu_pci_allow(pci, BRIDGE_PREFETCH_BASE_HIGH, 4, UINT32_MAX);
    emu_pci_allow(pci, BRIDGE_PREFETCH_LIMIT_HIGH, 4, UINT32_MAX);
    emu_pci_allow(pci, PCI_BRIDGE_CONTROL, 2, 0x0003 | PCI_BRIDGE_CONTROL_RESET);
    /* Closed. */
    emu_pci_set(pci, BRIDGE_IO_BASE, 1, 0xf0);
    emu_pci_set(pci, BRIDGE_MEMORY_BASE, 2, 0xfff0);
    emu_pci_set(pci, BRIDGE_PREFETCH_BASE, 2, 0xfff1);
    pci->clear_mask[BRIDGE_SECONDARY_STATUS + 1] = 0xf9;
}

void pci_bridge_init(struct pci_bridge *bridge, const struct emu_pci_identity *identity,
                     enum emu_pci_bus_kind kind)
{
    emu_pci_init(&bridge->pci, identity);
    emu_region_init_container(&bridge->memory_space, "port-memory-space", 0);
    emu_region_init_container(&bridge->io_space, "port-io-space", 0x10000);
    bridge->bus.kind = kind;
    bridge->bus.memory_root = &bridge->memory_space;
    bridge->bus.io_root = &bridge->io_space;
    bridge->bus.wire = bridge_wire;
    bridge->bus.owner = bridge;
    bridge->pci.bus = &bridge->bus;
    bridge->pci.behind = pci_bridge_behind;
    bridge->pci.attached = bridge_attached;
    bridge->pci.config_written = pci_bridge_written;
    bridge_set_header(bridge);
}

void pci_bridge_finish(struct pci_bridge *bridge)
{
    for (unsigned i = 0; i < PCI_BRIDGE_WINDOWS; i++)
        emu_region_remove(&bridge->windows[i]);
    emu_pci_finish(&bridge->pci);
}
