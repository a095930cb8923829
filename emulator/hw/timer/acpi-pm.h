/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI power management of an ICH9. Regions: 0 the PM block, 128 bytes, at PMBASE (0x600), 1 ports
 * 0xb2 and 0xb3. Driven lines: 0 SCI (level), 1 SMI (pulse). Incoming lines 0 to 31: general
 * purpose events, whose status is latched while the line is high; 32: while it is high, the guest
 * cannot turn SMIs on or off (SMI_LOCK); 33: the clock's alarm; 34: the watchdog does not reset.
 */
#ifndef EMU_HW_TIMER_ACPI_PM_H
#define EMU_HW_TIMER_ACPI_PM_H

#include "emulator/core/device.h"

/* Offsets in the PM block, for the FADT. */
#define EMU_ACPI_PM_EVENT      0x00 /* PM1a status and enable, 4 bytes */
#define EMU_ACPI_PM_CONTROL    0x04 /* PM1a control, 2 bytes */
#define EMU_ACPI_PM_TIMER      0x08 /* 4 bytes */
#define EMU_ACPI_PM_GPE0       0x20 /* status and enable, 4 bytes each used, 8 apart: 16 bytes */
#define EMU_ACPI_PM_GPE0_BYTES 16
/* Written to the SMI command port. */
#define EMU_ACPI_PM_SMI_CMD     0xb2
#define EMU_ACPI_PM_CMD_ENABLE  0x02
#define EMU_ACPI_PM_CMD_DISABLE 0x03
/* Values of SLP_TYP, for the DSDT's _S3 and _S5. */
#define EMU_ACPI_PM_SLEEP_S5 0
#define EMU_ACPI_PM_SLEEP_S3 1
#define EMU_ACPI_PM_SLEEP_S4 2

#define EMU_ACPI_PM_SMI_LOCK  32 /* incoming lines */
#define EMU_ACPI_PM_ALARM     33
#define EMU_ACPI_PM_NO_REBOOT 34

extern const struct emu_device_class emu_acpi_pm_class;

/* Presses the power button. Loop thread or any that holds no device lock. */
void emu_acpi_pm_power_button(struct emu_device *pm);
/* Was the last reset the watchdog's? Any thread that does not hold the device's lock. */
bool emu_acpi_pm_was_watchdog(struct emu_device *pm);
/*
 * The machine sleeps (S3). From now on the power button and what the guest has enabled, the alarm
 * and general purpose events, ask for EMU_POWER_WAKE, at once if one is pending. The reset that
 * follows sets WAK_STS and keeps what woke the machine. Loop thread.
 */
void emu_acpi_pm_fell_asleep(struct emu_device *pm);

#endif
