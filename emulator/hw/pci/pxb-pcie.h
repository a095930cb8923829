/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PCI Express expander bus (1b36:000b): a function of bus 0 that stands for another root bus of
 * the same root complex. No regions; the root bus is member "bus" of struct emu_pci_device.
 * Property "bus": its number. Firmware is told of such buses by fw_cfg (etc/extra-pci-roots).
 */
#ifndef EMU_HW_PCI_PXB_PCIE_H
#define EMU_HW_PCI_PXB_PCIE_H

#include "emulator/hw/pci/pci-bus.h"

extern const struct emu_device_class emu_pxb_pcie_class;

/* The host bridge whose INTx router and spaces the bus has. Before realize. */
void emu_pxb_pcie_set_host(struct emu_device *pxb, struct emu_device *host);

#endif
