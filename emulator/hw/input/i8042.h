/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keyboard controller with keyboard and mouse. Regions: 0 port 0x60, 1 port 0x64. Driven lines:
 * 0 IRQ 1, 1 IRQ 12, 2 the A20 gate.
 */
#ifndef EMU_HW_INPUT_I8042_H
#define EMU_HW_INPUT_I8042_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_i8042_class;

#define EMU_I8042_LEFT   1u
#define EMU_I8042_RIGHT  2u
#define EMU_I8042_MIDDLE 4u
#define EMU_I8042_SIDE   8u
#define EMU_I8042_EXTRA  16u

/* A key went down (again: repeats) or up; code as in linux/input-event-codes.h. Loop thread. */
void emu_i8042_key(struct emu_device *device, unsigned code, bool down);
/* The mouse moved by dx (right) and dy (down), its wheel by dz (towards the user), and these
 * buttons are down now. Loop thread. */
void emu_i8042_mouse(struct emu_device *device, int dx, int dy, int dz, unsigned buttons);
/* Bit 0 scroll, 1 num, 2 caps lock. Any thread. */
unsigned emu_i8042_leds(struct emu_device *device);

#endif
