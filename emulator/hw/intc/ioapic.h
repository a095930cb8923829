/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * I/O APIC with 24 pins. Region 0: registers, 4 KiB, at 0xfec00000. Incoming lines: the pins.
 * Property "id".
 */
#ifndef EMU_HW_INTC_IOAPIC_H
#define EMU_HW_INTC_IOAPIC_H

#include "emulator/hw/intc/apic-bus.h"

#define EMU_IOAPIC_PINS 24

extern const struct emu_device_class emu_ioapic_class;

/* Where its messages go; before realize. */
void emu_ioapic_join(struct emu_device *ioapic, struct emu_apic_bus *bus);

#endif
