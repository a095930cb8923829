/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to firmware/: the tables as they are laid out, and the board in AML. */
#ifndef EMU_FIRMWARE_ACPI_PRIVATE_H
#define EMU_FIRMWARE_ACPI_PRIVATE_H

#include "emulator/firmware/acpi.h"
#include "emulator/firmware/aml.h"

#define ACPI_RSDP         36u /* bytes */
#define ACPI_MAX_POINTERS 32
#define ACPI_MAX_TABLES   12

struct acpi_pointer {
    size_t at;
    unsigned bytes;
    const char *file; /* that it points into, of those that firmware places */
};

struct acpi_table {
    size_t at, length;
};

struct acpi_layout {
    struct aml out; /* the bytes so far */
    uint64_t base;
    uint64_t tables[ACPI_MAX_TABLES]; /* addresses for the XSDT */
    unsigned count;
    /* What depends on base: pointers, and the tables whose checksums cover them. */
    struct acpi_pointer pointers[ACPI_MAX_POINTERS];
    unsigned pointer_count;
    struct acpi_table sums[ACPI_MAX_TABLES + 1];
    unsigned sum_count;
};

/* Appends a number, little endian. */
void acpi_put(struct acpi_layout *layout, uint64_t value, unsigned bytes);
/* Begins a table; returns its offset for acpi_end. */
size_t acpi_begin(struct acpi_layout *layout, const char *signature, uint8_t revision);
/* Ends a table: length and checksum; returns its guest-physical address. */
uint64_t acpi_end(struct acpi_layout *layout, size_t at);
/* It is one of those that the XSDT lists. */
void acpi_list(struct acpi_layout *layout, uint64_t address);
/* The tables of nodes, if there are any. */
void acpi_add_numa(struct acpi_layout *layout, const struct emu_acpi_board *board);

/* Appends all tables but the RSDP; returns the XSDT's address. */
uint64_t emu_acpi_tables(struct acpi_layout *layout, const struct emu_acpi_board *board);
/* Fills the ACPI_RSDP bytes of an RSDP, checksums included. */
void emu_acpi_fill_rsdp(uint8_t *rsdp, uint64_t xsdt);

/* A part of the first root's windows, without what the others have of it. */
void emu_acpi_ports(struct aml *aml, const struct emu_acpi_board *board, uint64_t first,
                    uint64_t last);
void emu_acpi_memory(struct aml *aml, const struct emu_acpi_board *board, uint64_t first,
                     uint64_t last);
/* The other roots, after the first one. */
void emu_acpi_roots(struct aml *aml, const struct emu_acpi_board *board);
/* The method by which a system asks for control of the PCI root. */
void emu_acpi_osc(struct aml *aml);
/* The TPM, with the physical presence interface where firmware carries it out. */
void emu_acpi_tpm(struct aml *aml, const struct emu_acpi_board *board);
/* Appends the body of the DSDT, without the table's header. The 4 bytes at ACPI_DSDT_VMGENID of it
 * are the address of the VM generation id's page. */
#define ACPI_DSDT_VMGENID 6u
void emu_acpi_dsdt(struct aml *aml, const struct emu_acpi_board *board);

#endif
