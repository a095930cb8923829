/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ACPI tables of the PC board (ACPI 6.5): RSDP, XSDT, FADT, FACS, MADT, HPET, MCFG, SRAT, SLIT,
 * HMAT, DSDT, built from a description of the board: at fixed addresses for direct boot, or as the
 * three files by which firmware places them itself (QEMU's table loader, docs/specs and
 * hw/acpi/bios-linker).
 */
#ifndef EMU_FIRMWARE_ACPI_H
#define EMU_FIRMWARE_ACPI_H

#include "emulator/api/error.h"
#include "emulator/api/numa.h"
#include "emulator/api/types.h"

#define EMU_ACPI_ROOTS  16 /* beside the first */
#define EMU_ACPI_RANGES 16 /* of each kind */

struct emu_acpi_range {
    uint64_t first, last;
};

/* Another PCI root bus: its numbers up to the next one's, its node of memory (-1: none), and what
 * of the windows it has. */
struct emu_acpi_root {
    unsigned bus, last;
    int node;
    struct emu_acpi_range ports[EMU_ACPI_RANGES], memory[EMU_ACPI_RANGES];
    unsigned port_count, memory_count;
};

/* Adds a range to the others, together with those that it touches. One too many is left out. */
void emu_acpi_root_add(struct emu_acpi_root *root, bool ports, uint64_t first, uint64_t last);

struct emu_acpi_board {
    const uint32_t *apic_ids; /* one a processor */
    unsigned cpus;
    unsigned serial_ports; /* 0..4 */
    unsigned floppies;     /* drives; 0: no controller for them */
    bool tpm;              /* there is a TPM 2.0, */
    bool tpm_log;          /* and firmware logs what it measures, and takes requests */
    uint64_t low;          /* end of the RAM below 4 GiB */
    uint64_t vmgenid;      /* where its page is; 0: where firmware puts the file */
    uint64_t ecam;         /* PCI Express configuration, 256 MiB below 4 GiB; 0: none */
    uint64_t mmio64;       /* start of the 64-bit PCI window */
    uint64_t mmio64_size;
    const struct emu_numa *numa; /* nodes, checked; NULL: none */
    const struct emu_acpi_root *roots;
    unsigned root_count;
};

/* What firmware reads as etc/acpi/rsdp, etc/acpi/tables and etc/table-loader. */
#define EMU_ACPI_RSDP_FILE   "etc/acpi/rsdp"
#define EMU_ACPI_TABLES_FILE "etc/acpi/tables"
#define EMU_ACPI_LOADER_FILE "etc/table-loader"

/* Where firmware without UEFI logs what it measures into the TPM, and bytes of that. */
#define EMU_ACPI_TPM_LOG_FILE "etc/tpm/log"
#define EMU_ACPI_TPM_LOG      0x10000u

/* The VM generation id lies in a page of its own, whose address firmware tells in the second file.
 */
#define EMU_ACPI_VMGENID_NAME    "etc/vmgenid_guid"
#define EMU_ACPI_VMGENID_ADDRESS "etc/vmgenid_addr"
#define EMU_ACPI_VMGENID_FILE    4096u /* bytes of the page, */
#define EMU_ACPI_VMGENID_AT      40u   /* where it is in there, */
#define EMU_ACPI_VMGENID_SIZE    16u   /* and its size */

struct emu_acpi_files {
    uint8_t *rsdp, *tables, *loader;
    size_t rsdp_size, tables_size, loader_size;
};

/*
 * Makes the three files. The script has always the same size. The tables' file is padded to
 * tables_size bytes, or with 0 to a size that is enough for all values of low, ecam and mmio64:
 * they may change between the reading of its size and of its bytes. False with *err: out of memory,
 * or too small a size. The bytes are freed by emu_acpi_files_free.
 */
bool emu_acpi_build_files(const struct emu_acpi_board *board, size_t tables_size,
                          struct emu_acpi_files *files, struct emu_error *err);
void emu_acpi_files_free(struct emu_acpi_files *files);

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
