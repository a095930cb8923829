/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PCI tree of a definition as the emulator takes it: controllers become bridges, addresses
 * become places, and what cannot be is said in notes and left to the board. Pure; any thread.
 */
#ifndef LATHE_PLAN_BUSES_H
#define LATHE_PLAN_BUSES_H

#include "app/plan/definition.h"

struct lathe_buses {
    struct emu_buses emu; /* its bridges are in the array of the same name */
    struct emu_pci_place drives[EMU_MAX_DRIVES], nics[EMU_MAX_NICS]; /* in the definition's order */
    GArray *bridges;  /* of struct emu_bridge; those on its way stand before each */
    GArray *entries;  /* of struct lathe_bus_entry, as the guest sees them: depth first */
    GPtrArray *notes; /* of char *: sentences */
};

/* Something that is placed. Numbers of buses are those that firmware will give. */
struct lathe_bus_entry {
    char *name;           /* "pcie-root-port (pci 1)", "disk 1" */
    unsigned parent, own; /* 0: the root bus; n: behind bridge n; own 0: it has no bus */
    unsigned slot, function, depth;
    unsigned on, first, last; /* the bus that it is on; those behind it */
};

struct lathe_buses *lathe_buses_new(const struct lathe_definition *definition);
void lathe_buses_free(struct lathe_buses *buses);
/* "  pcie-root-port (pci 1) -> [01-03]"; g_free. */
char *lathe_bus_entry_format(const struct lathe_bus_entry *entry);

#endif
