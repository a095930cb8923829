/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ACPI tables of the PC board (ACPI 6.5): RSDP, XSDT, FADT, FACS, MADT, HPET, MCFG, DSDT, built
 * from a description of the board, for direct boot without firmware.
 */
#ifndef EMU_FIRMWARE_ACPI_H
#define EMU_FIRMWARE_ACPI_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

struct emu_acpi_board {
    const uint32_t *apic_ids; /* one a processor */
    unsigned cpus;
    unsigned serial_ports; /* 0..4 */
    uint64_t mmio64;       /* start of the 64-bit PCI window */
    uint64_t mmio64_size;
};

/*
 * Lays the tables out for guest-physical address base (16-byte aligned); the RSDP is first.
 * Returns malloc'ed bytes and their number in *length, at most limit; NULL with *err filled.
 */
uint8_t *emu_acpi_build(const struct emu_acpi_board *board, uint64_t base, size_t limit,
                        size_t *length, struct emu_error *err);

/* Ports of the serial lines and their interrupts, COM1 first. */
extern const uint16_t emu_pc_serial_ports[4];
extern const uint8_t emu_pc_serial_irqs[4];

#endif
