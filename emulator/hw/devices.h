/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device table: every class that a board can make, one row each in devices.inc. Read by
 * boards, help and the generic device test.
 */
#ifndef EMU_HW_DEVICES_H
#define EMU_HW_DEVICES_H

#include "emulator/core/device.h"

/* In the order of devices.inc, ends with NULL. */
extern const struct emu_device_class *const emu_device_classes[];

#define DEVICE(symbol) extern const struct emu_device_class symbol;
#include "emulator/hw/devices.inc"
#undef DEVICE

/* The class of that name, or NULL. Any thread. */
const struct emu_device_class *emu_device_class_find(const char *name);

#endif
