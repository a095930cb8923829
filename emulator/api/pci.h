/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on a machine's PCI buses, for those who look from outside. */
#ifndef EMU_API_PCI_H
#define EMU_API_PCI_H

#include "emulator/api/machine.h"

#define EMU_PCI_WINDOWS 7 /* base addresses 0 to 5, and the expansion ROM's */

/* A window of a PCI function into memory or ports. */
struct emu_pci_window {
    uint64_t size;              /* 0: there is none */
    uint64_t address;           /* UINT64_MAX: it is nowhere now */
    bool ports, prefetch, wide; /* wide: an address of 64 bits */
};

/* A function on the machine's PCI buses, as software has set it up. */
struct emu_pci_function {
    char id[32]; /* of its device */
    unsigned bus, slot, function;
    uint16_t vendor, device, subsystem_vendor, subsystem; /* a bridge has no subsystem: 0 */
    uint32_t class_code;                                  /* class << 16 | subclass << 8 | ... */
    uint8_t pin, line;                                    /* INTA is 1, 0: none; line: for BIOSes */
    bool bridge;
    unsigned secondary, subordinate; /* of a bridge: the buses behind it */
    struct emu_pci_window windows[EMU_PCI_WINDOWS];
    struct emu_pci_window behind[3]; /* of a bridge: ports, memory, prefetchable memory */
};

/* All functions, bus by bus; at most max are filled. Returns how many there are. Waits for the
 * loop thread, but for no processor; not on the machine's own threads. */
size_t emu_machine_list_pci(struct emu_machine *machine, struct emu_pci_function *out, size_t max);

#endif
