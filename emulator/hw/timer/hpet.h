/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPET. Region 0: registers, 1 KiB, at 0xfed00000. Driven lines: 0 to 23 the IOAPIC's inputs, 24
 * legacy IRQ 0, 25 legacy IRQ 8. Incoming lines: 0 the PIT's IRQ 0, 1 the RTC's IRQ 8, which are
 * passed on to 24 and 25 unless legacy replacement is on. Properties "timers", "period" (fs).
 */
#ifndef EMU_HW_TIMER_HPET_H
#define EMU_HW_TIMER_HPET_H

#include "emulator/core/device.h"

#define EMU_HPET_LINE_PIT 24
#define EMU_HPET_LINE_RTC 25
/* The lines that comparators may be routed to, as in the timers' capabilities. */
#define EMU_HPET_ROUTES 0x00f00104u

extern const struct emu_device_class emu_hpet_class;

/* The first dword of the capabilities register, for the ACPI table. Realized only. */
uint32_t emu_hpet_block_id(struct emu_device *hpet);

#endif
