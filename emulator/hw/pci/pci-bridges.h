/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bridges without a hot-plug slot, as definitions name them. No regions; the bus behind is member
 * "bus" of struct emu_pci_device. Properties of all: "secondary" and "subordinate", bus numbers
 * after a reset, 0: firmware gives them.
 *  x3130-upstream (104c:8232): the upper end of a switch, behind a port. On its bus are
 *   xio3130-downstream (pcie-port.h).
 *  pcie-pci-bridge (1b36:000e): from PCI Express to a PCI bus.
 *  pci-bridge (1b36:0001): from a PCI bus to another. Property "chassis": its number.
 *  dmi-bridge (8086:244e): from a root bus to a PCI bus, the ICH9's i82801b11.
 */
#ifndef EMU_HW_PCI_PCI_BRIDGES_H
#define EMU_HW_PCI_PCI_BRIDGES_H

#include "emulator/hw/pci/pci-bus.h"

extern const struct emu_device_class emu_x3130_upstream_class;
extern const struct emu_device_class emu_pcie_pci_bridge_class;
extern const struct emu_device_class emu_pci_bridge_class;
extern const struct emu_device_class emu_dmi_bridge_class;

#endif
