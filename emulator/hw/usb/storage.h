/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB disk or CD drive; device.disk is what is in it. */
#ifndef EMU_HW_USB_STORAGE_H
#define EMU_HW_USB_STORAGE_H

#include "emulator/hw/usb/usb.h"

extern const struct emu_device_class emu_usb_storage_class;

/* The CD drive has another medium, or none. Loop thread. */
void emu_usb_storage_medium_changed(struct emu_device *device);
/* The CD drive's eject button, for a guest that locked it. Loop thread. */
void emu_usb_storage_press_eject(struct emu_device *device);

#endif
