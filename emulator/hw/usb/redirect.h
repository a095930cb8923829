/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A USB device that is elsewhere: what the guest asks of it goes out of a character device and what
 * it answers comes in, as the USB network redirection protocol has it. It is in no port until the
 * far end says what it is, and goes when the far end does. Without isochronous endpoints.
 */
#ifndef EMU_HW_USB_REDIRECT_H
#define EMU_HW_USB_REDIRECT_H

#include "emulator/chardev/chardev.h"
#include "emulator/hw/usb/usb.h"

extern const struct emu_device_class emu_usb_redirect_class;

/* A free port for the device, which knows its speeds by then; NULL: there is none. Loop thread. */
typedef struct emu_usb_port *(*emu_usb_redirect_find)(void *opaque,
                                                      const struct emu_usb_device *usb);

/* Joins it to its far end. The chardev and opaque must outlive it. Once, before it is realized. */
void emu_usb_redirect_set(struct emu_device *device, struct emu_chardev *chardev,
                          emu_usb_redirect_find find, void *opaque);

#endif
