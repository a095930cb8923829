/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What joins the local APICs of a machine: a table of them by id. IOAPICs, MSI writes and IPIs
 * send through it (Intel SDM volume 3, chapter 11). The board owns it.
 */
#ifndef EMU_HW_INTC_APIC_BUS_H
#define EMU_HW_INTC_APIC_BUS_H

#include "emulator/core/device.h"

struct emu_apic_bus;

enum emu_apic_delivery {
    EMU_APIC_FIXED = 0,
    EMU_APIC_LOWEST = 1, /* the one with the lowest priority among those addressed */
    EMU_APIC_DELIVER_SMI = 2,
    EMU_APIC_DELIVER_NMI = 4,
    EMU_APIC_DELIVER_INIT = 5,
    EMU_APIC_DELIVER_SIPI = 6,
    EMU_APIC_EXTINT = 7, /* the vector comes from the 8259 */
};

#define EMU_APIC_BROADCAST UINT32_MAX
/* Ids from 0 up to here, exclusive. */
#define EMU_APIC_MAX_ID 4096

struct emu_apic_message {
    uint32_t destination; /* physical: id or EMU_APIC_BROADCAST; logical: see SDM 11.6.2 */
    bool logical;
    bool level;       /* trigger mode, recorded in TMR: the EOI is then told to the IOAPICs */
    uint8_t delivery; /* enum emu_apic_delivery */
    uint8_t vector;
};

struct emu_apic_bus *emu_apic_bus_new(struct emu_error *err);
/* When nothing of the machine runs any more; its APICs may be freed before or after. NULL is
 * legal. */
void emu_apic_bus_free(struct emu_apic_bus *bus);

/* Delivers to all APICs addressed. Any thread, locks may be held; takes none. */
void emu_apic_bus_send(struct emu_apic_bus *bus, const struct emu_apic_message *message);
/* A message signalled interrupt: the write of data to address 0xfee..... As above. */
void emu_apic_bus_msi(struct emu_apic_bus *bus, uint64_t address, uint32_t data);
/* 1 MiB that turns writes into MSIs; the board maps it at 0xfee00000. A processor claims its own
 * APIC's page before it looks at memory. */
struct emu_region *emu_apic_bus_msi_region(struct emu_apic_bus *bus);

/* fn is told each EOI of a level triggered vector, on the vcpu's thread without locks. Before the
 * machine runs; at most 8. */
typedef void emu_apic_eoi_fn(void *opaque, uint8_t vector);
void emu_apic_bus_on_eoi(struct emu_apic_bus *bus, emu_apic_eoi_fn *fn, void *opaque);

#endif
