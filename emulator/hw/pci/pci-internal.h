/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pci.c, pci-msi.c and pci-host.c offer each other. Device lock held but for pci_attach. */
#ifndef EMU_HW_PCI_PCI_INTERNAL_H
#define EMU_HW_PCI_PCI_INTERNAL_H

#include "emulator/hw/pci/pci.h"

/* The function is on its bus: puts its BARs, disabled, into the address spaces. */
void pci_attach(struct emu_pci_device *pci);
/* And takes them out again, with its interrupt. No vcpu runs, no lock held. */
void pci_detach(struct emu_pci_device *pci);

#define PCI_EXPRESS_LINK_CONTROL 0x10
#define PCI_EXPRESS_LINK_DISABLE 0x0010u
#define PCI_EXPRESS_LINK_STATUS  0x12
#define PCI_EXPRESS_LINK_ACTIVE  0x2000u
/* It is put on bus 0 or behind a port. Not for functions without the capability, and for ports. */
void pci_express_place(struct emu_pci_device *pci, bool behind_port);

void pci_msi_written(struct emu_pci_device *pci, unsigned offset, unsigned size);
void pci_msi_reset(struct emu_pci_device *pci);
void pci_msi_save(struct emu_pci_device *pci, struct emu_writer *out);
bool pci_msi_load(struct emu_pci_device *pci, struct emu_reader *in, struct emu_error *err);

/* The function at a place of the host bridge's buses; NULL: none. vcpus may run. */
struct emu_pci_device *pci_host_function(struct emu_device *host, unsigned bus, unsigned devfn);

void pci_free_rom(struct emu_pci_device *pci);

#endif
