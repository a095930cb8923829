/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MC146818 clock with 128 bytes of CMOS. Region 0: ports 0x70, 0x71. Driven lines: 0 IRQ 8, 1 NMI,
 * 2 the alarm's interrupt (which is part of IRQ 8). Incoming line 0: an NMI source, passed on to
 * line 1 unless bit 7 of port 0x70 masks it.
 */
#ifndef EMU_HW_TIMER_RTC_CMOS_H
#define EMU_HW_TIMER_RTC_CMOS_H

#include "emulator/core/device.h"

#define EMU_RTC_CMOS_CENTURY 0x32 /* index of the century byte, for the FADT */
#define EMU_RTC_CMOS_RESET   0x0f /* index of the reset's reason; 0xfe: it wakes from S3 */

extern const struct emu_device_class emu_rtc_cmos_class;

/* Sets a byte of the battery-backed memory (0x0e to 0x7f) that resets keep. Any thread. */
void emu_rtc_cmos_set(struct emu_device *rtc, unsigned index, uint8_t value);
/* Sets the bytes that tell firmware the RAM's size: bytes below and from 4 GiB. */
void emu_rtc_cmos_set_memory(struct emu_device *rtc, uint64_t below_4g, uint64_t above_4g);

#endif
