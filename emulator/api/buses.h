/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PCI tree that a machine is to have: bridges, and places behind them. Plain data. */
#ifndef EMU_API_BUSES_H
#define EMU_API_BUSES_H

#include "emulator/api/types.h"

/*
 * A place on the machine's PCI buses. bus 0 is the root bus, bus n what is behind bridges[n - 1] of
 * the configuration, whatever number the guest gives it.
 */
struct emu_pci_place {
    bool given; /* false: the board chooses; the rest counts for nothing */
    bool multifunction;
    unsigned bus, slot, function;
};

#define EMU_MAX_BRIDGES 64

enum emu_bridge_kind {
    EMU_BRIDGE_ROOT_PORT,  /* 1b36:000c, with a slot */
    EMU_BRIDGE_UPSTREAM,   /* a switch's upper end, 104c:8232, */
    EMU_BRIDGE_DOWNSTREAM, /* and its ports, 104c:8233 */
    EMU_BRIDGE_TO_PCI,     /* from PCI Express to PCI, 1b36:000e */
    EMU_BRIDGE_PCI,        /* from PCI to PCI, 1b36:0001 */
    EMU_BRIDGE_DMI,        /* from the root bus to PCI, 8086:244e */
    EMU_BRIDGE_EXPANDER,   /* another root bus, 1b36:000b */
};

#define EMU_BRIDGE_NO_NODE (-1)

/* A bridge; those on its way to the root bus stand before it. */
struct emu_bridge {
    enum emu_bridge_kind kind;
    struct emu_pci_place place; /* given */
    unsigned number;            /* of a port: its slot's, 0 to 8191; of PCI: its chassis's */
    bool fixed;                 /* ports: nothing comes or goes while the machine runs */
    unsigned bus;               /* of an expander: its root bus's number, 1 to 255 */
    int node;                   /* of an expander: its node of memory; EMU_BRIDGE_NO_NODE: none */
};

/* With bridges the board has no hot-plug slots and no entropy device of its own. */
struct emu_buses {
    const struct emu_bridge *bridges;
    unsigned count;
    struct emu_pci_place gpu, usb, console;
    struct emu_pci_place rng; /* given: there is one */
};

#endif
