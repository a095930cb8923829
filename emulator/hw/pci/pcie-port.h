/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports of PCI Express with a hot-plug slot. No regions of their own. What is behind one is device
 * 0 of its secondary bus. Properties: "slot", the number on the case; "secondary" and
 * "subordinate", bus numbers after a reset, 0: firmware gives them; and pcie-port (8086:2940 and
 * its like, of an ICH9): "function", which port of the chip set it is. pcie-root-port (1b36:000c),
 * xio3130-downstream (104c:8233, of a switch): "fixed", nothing comes or goes there.
 *
 * Unplugging takes turns: emu_pcie_port_ask presses the slot's attention button; the guest lets go
 * of the function and switches the slot's power off; then the port asks for the function to be
 * taken away by the callback of emu_pcie_port_on_eject. A guest that does not listen to the button
 * is not asked.
 */
#ifndef EMU_HW_PCI_PCIE_PORT_H
#define EMU_HW_PCI_PCIE_PORT_H

#include "emulator/hw/pci/pci-bus.h"

extern const struct emu_device_class emu_pcie_port_class;
extern const struct emu_device_class emu_pcie_root_port_class;
extern const struct emu_device_class emu_xio3130_downstream_class;

/* Any thread, port's lock held; may only post to a queue. */
typedef void emu_pcie_port_eject_fn(void *opaque, struct emu_device *port);

/* Before the machine runs. */
void emu_pcie_port_on_eject(struct emu_device *port, emu_pcie_port_eject_fn *eject, void *opaque);
/* Puts a realized and reset function behind a port that is on its bus; the guest is told. No vcpu
 * runs. False with *err: the slot is taken. */
bool emu_pcie_port_plug(struct emu_device *port, struct emu_pci_device *function,
                        struct emu_error *err);
/* Takes the function away, whatever the guest thinks of it: its regions and its interrupt go, and
 * the guest is told. No vcpu runs. */
void emu_pcie_port_unplug(struct emu_device *port);
/* Presses the button. Any thread that holds no device's lock. */
void emu_pcie_port_ask(struct emu_device *port);
/* What is behind it; NULL: nothing. While no vcpu runs, or on the thread that plugs. */
struct emu_pci_device *emu_pcie_port_function(const struct emu_device *port);

#endif
