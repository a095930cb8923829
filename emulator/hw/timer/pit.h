/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 8254 timer. Regions: 0 counters (ports 0x40 to 0x43), 1 port 0x61. Driven line 0: IRQ 0.
 */
#ifndef EMU_HW_TIMER_PIT_H
#define EMU_HW_TIMER_PIT_H

#include "emulator/core/device.h"

#define EMU_PIT_HZ 1193182u

extern const struct emu_device_class emu_pit_class;

#endif
