/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keyboard controller with keyboard and mouse. Regions: 0 port 0x60, 1 port 0x64. Driven lines:
 * 0 IRQ 1, 1 IRQ 12, 2 the A20 gate.
 */
#ifndef EMU_HW_INPUT_I8042_H
#define EMU_HW_INPUT_I8042_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_i8042_class;

#endif
