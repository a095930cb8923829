/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local APIC. A device without regions: its processor reaches it by emu_lapic_ops, whose object is
 * the struct emu_device. Incoming lines: 0 LINT0 (the 8259's INTR), 1 LINT1 (NMI).
 */
#ifndef EMU_HW_INTC_LAPIC_H
#define EMU_HW_INTC_LAPIC_H

#include "emulator/core/apic.h"
#include "emulator/hw/intc/apic-bus.h"

extern const struct emu_device_class emu_lapic_class;
extern const struct emu_apic_ops emu_lapic_ops;

/*
 * Gives the APIC its powers, before realize: the bus, the processor (copied) and its id, which is
 * unique and below EMU_APIC_MAX_ID. bootstrap: this is the BSP.
 */
void emu_lapic_join(struct emu_device *lapic, struct emu_apic_bus *bus,
                    const struct emu_apic_cpu *cpu, uint32_t id, bool bootstrap);
/* Where the vector of an ExtINT comes from, before realize: emu_pic_acknowledge and the pic. */
void emu_lapic_set_pic(struct emu_device *lapic, int (*acknowledge)(void *pic), void *pic);

#endif
