/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PCI bus: the functions on it, where their BARs lie and where their interrupts go. The host
 * bridge has one, and so has each bridge, port and expander (member "bus" of struct
 * emu_pci_device). Buses are built from the host down, while no vcpu runs.
 */
#ifndef EMU_HW_PCI_PCI_BUS_H
#define EMU_HW_PCI_PCI_BUS_H

#include "emulator/hw/pci/pci.h"

#define EMU_PCI_SLOTS       32u
#define EMU_PCI_BUS_BRIDGES 64u

enum emu_pci_bus_kind {
    EMU_PCI_BUS_ROOT,         /* of the root complex */
    EMU_PCI_BUS_LINK,         /* behind a port: device 0 only */
    EMU_PCI_BUS_SWITCH,       /* inside of a switch */
    EMU_PCI_BUS_CONVENTIONAL, /* PCI without Express; device 0 is the bridge's own */
};

struct emu_pci_bus {
    enum emu_pci_bus_kind kind;
    struct emu_pci_device *functions[256]; /* by slot and function */
    struct emu_pci_device *bridges[EMU_PCI_BUS_BRIDGES];
    unsigned bridge_count;
    uint8_t number;    /* of a root bus */
    uint32_t reserved; /* slots that are kept for those who ask for them: a bit each */
    struct emu_region *memory_root, *io_root;
    /* Where the pin (0: INTA) of a slot goes to. */
    struct emu_irq (*wire)(void *owner, unsigned slot, unsigned pin);
    void *owner;
};

/* Puts a realized function on the bus. Before the machine runs, or while no vcpu does. False with
 * *err: the place is taken, the bus has no such slot, or too many bridges. */
bool emu_pci_bus_add(struct emu_pci_bus *bus, uint8_t devfn, struct emu_pci_device *function,
                     struct emu_error *err);
/* Takes it away again. No vcpu runs, no lock held. */
void emu_pci_bus_remove(struct emu_pci_bus *bus, struct emu_pci_device *function);
/* The first slot from `slot` on that nobody has or is to have; EMU_PCI_SLOTS: none. */
unsigned emu_pci_bus_free_slot(const struct emu_pci_bus *bus, unsigned slot);
/* The function at a place of bus `number`, which is reached by one of this bus's bridges; NULL:
 * none. Any thread. */
struct emu_pci_device *emu_pci_bus_search(struct emu_pci_bus *bus, unsigned number, unsigned devfn);
/* Tells where software has put what is on the bus and behind it: ports or memory, first and last
 * address. Any thread, takes the functions' locks; of closed windows nothing. */
typedef void emu_pci_range_fn(void *opaque, bool ports, uint64_t first, uint64_t last);
void emu_pci_bus_ranges(struct emu_pci_bus *bus, emu_pci_range_fn *take, void *opaque);
/* Resets what is on the bus and behind it. The bridge's lock is held, of what is on it none. */
void emu_pci_bus_reset(struct emu_pci_bus *bus);

#endif
