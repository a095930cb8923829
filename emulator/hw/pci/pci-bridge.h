/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all PCI-to-PCI bridges share: header type 1 with its bus numbers and windows, and the bus
 * behind. A port or bridge embeds struct pci_bridge as its first member. Inside of hw/pci.
 */
#ifndef EMU_HW_PCI_PCI_BRIDGE_H
#define EMU_HW_PCI_PCI_BRIDGE_H

#include "emulator/hw/pci/pci-bus.h"

#define PCI_BRIDGE_SECONDARY     0x19u
#define PCI_BRIDGE_SUBORDINATE   0x1au
#define PCI_BRIDGE_CONTROL       0x3eu
#define PCI_BRIDGE_CONTROL_RESET 0x40u /* of what is behind the bridge */

#define PCI_BRIDGE_WINDOWS 3

struct pci_bridge {
    struct emu_pci_device pci;
    struct emu_pci_bus bus;
    struct emu_region memory_space, io_space;      /* what is behind it lies in */
    struct emu_region windows[PCI_BRIDGE_WINDOWS]; /* of them: I/O, memory, prefetchable */
    uint64_t secondary, subordinate;               /* numbers of the buses after a reset */
};

/* Rows of a property table: without firmware the buses have their numbers from the start. */
#define PCI_BRIDGE_PROPERTIES(type)                                                                \
    {"secondary",                                                                                  \
     "number of the bus behind it after reset, 0: none yet",                                       \
     EMU_PROPERTY_UINT,                                                                            \
     offsetof(type, bridge.secondary),                                                             \
     0,                                                                                            \
     255,                                                                                          \
     "0"},                                                                                         \
    {                                                                                              \
        "subordinate", "number of the last bus behind it after reset, 0: the same",                \
            EMU_PROPERTY_UINT, offsetof(type, bridge.subordinate), 0, 255, "0"                     \
    }

/* In realize, instead of emu_pci_init. */
void pci_bridge_init(struct pci_bridge *bridge, const struct emu_pci_identity *identity,
                     enum emu_pci_bus_kind kind);
/* Registers have changed; lock held. The plain bridges' config_written. */
void pci_bridge_written(struct emu_pci_device *pci, unsigned offset, unsigned size);
void pci_bridge_update_windows(struct pci_bridge *bridge);
/* The plain bridges' behind. Takes the lock. */
struct emu_pci_device *pci_bridge_behind(struct emu_pci_device *pci, unsigned number,
                                         unsigned devfn);
/* In unrealize. */
void pci_bridge_finish(struct pci_bridge *bridge);

#endif
