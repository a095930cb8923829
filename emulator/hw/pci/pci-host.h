/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI host bridge with bus 0. Regions: 0 address (ports 0xcf8 to 0xcfb), 1 data (0xcfc to 0xcff),
 * 2 ECAM (256 MiB; see q35-mch). Driven lines 0 to 7: PIRQA to PIRQH.
 */
#ifndef EMU_HW_PCI_PCI_HOST_H
#define EMU_HW_PCI_PCI_HOST_H

#include "emulator/api/pci.h"
#include "emulator/hw/pci/pci-bus.h"

#define EMU_PCI_ECAM_SIZE (256ull << 20)

extern const struct emu_device_class emu_pci_host_class;

/* Where BARs are mapped: the roots of the memory and of the port space. Before any function. */
void emu_pci_host_set_spaces(struct emu_device *host, struct emu_region *memory,
                             struct emu_region *io);
/* Bus 0; the host's spaces are known. */
struct emu_pci_bus *emu_pci_host_bus(struct emu_device *host);
/* emu_pci_bus_add and emu_pci_bus_free_slot of bus 0. */
bool emu_pci_host_add(struct emu_device *host, uint8_t devfn, struct emu_pci_device *function,
                      struct emu_error *err);
unsigned emu_pci_host_free_slot(struct emu_device *host, unsigned slot);
/* Byte accesses to port 0xcf9, in the middle of the address register, go to this region (that of a
 * reset-control, not mapped itself). Before the machine runs. */
void emu_pci_host_set_reset_port(struct emu_device *host, struct emu_region *port);
/* Every function, as emu_machine_list_pci says. Loop thread, takes the functions' locks. */
size_t emu_pci_host_list(struct emu_device *host, struct emu_pci_function *out, size_t max);
/* The PIRQ (0 to 7) that a slot's pin (1 to 4) is wired to, for the DSDT's _PRT. */
unsigned emu_pci_host_pirq(unsigned slot, unsigned pin);

#endif
