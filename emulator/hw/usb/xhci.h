/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB host controller (xHCI 1.0, function 1b36:000d). Region 0: its registers. It has eight
 * sockets, each a USB 2 and a USB 3 root port; a device takes the one that is its speed's.
 */
#ifndef EMU_HW_USB_XHCI_H
#define EMU_HW_USB_XHCI_H

#include "emulator/hw/usb/usb.h"

extern const struct emu_device_class emu_xhci_class;

#define EMU_XHCI_SOCKETS 8

/* The root port of a socket (from 0) for a device of that type; NULL: there is no such socket, or
 * it is taken. Realized; before the machine runs, or on the loop thread. */
struct emu_usb_port *emu_xhci_port(struct emu_device *device, unsigned socket,
                                   const struct emu_usb_device *usb);

#endif
