/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI tables: headers, checksums and layout, and the fixed tables. Offsets in the comments are
 * those of ACPI 6.5 chapter 5; HPET and MCFG are Intel's and the PCI SIG's.
 */
#include "emulator/firmware/acpi.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/memory-map.h"

/* FADT flags */
#define FADT_WBINVD       (1u << 0)
#define FADT_PROC_C1      (1u << 2)
#define FADT_SLEEP_BUTTON (1u << 5) /* none as fixed hardware */
#define FADT_RESET        (1u << 10)
/* IA-PC boot flags: legacy devices, 8042 */
#define FADT_BOOT_ARCH 0x0003u

void acpi_put(struct acpi_layout *layout, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        aml_byte(&layout->out, (uint8_t)(value >> (8 * i)));
}

static void acpi_note_pointer(struct acpi_layout *layout, size_t at, unsigned bytes,
                              const char *file)
{
    if (layout->pointer_count < ACPI_MAX_POINTERS)
        layout->pointers[layout->pointer_count++] = (struct acpi_pointer){at, bytes, file};
}

/* The address of a table. */
static void acpi_put_pointer(struct acpi_layout *layout, uint64_t address, unsigned bytes)
{
    acpi_note_pointer(layout, layout->out.length, bytes, EMU_ACPI_TABLES_FILE);
    acpi_put(layout, address, bytes);
}

static void acpi_zeros(struct acpi_layout *layout, size_t count)
{
    while (count-- > 0)
        aml_byte(&layout->out, 0);
}

static void acpi_align(struct acpi_layout *layout, size_t to)
{
    while (!layout->out.failed && layout->out.length % to != 0)
        aml_byte(&layout->out, 0);
}

size_t acpi_begin(struct acpi_layout *layout, const char *signature, uint8_t revision)
{
    size_t at;

    acpi_align(layout, 16);
    at = layout->out.length;
    aml_bytes(&layout->out, signature, 4);
    acpi_put(layout, 0, 4); /* length, checksum: at the end */
    aml_byte(&layout->out, revision);
    aml_byte(&layout->out, 0);
    aml_bytes(&layout->out, "LATHE ", 6);
    aml_bytes(&layout->out, "LATHEPC ", 8);
    acpi_put(layout, 1, 4);
    aml_bytes(&layout->out, "LATH", 4);
    acpi_put(layout, 1, 4);
    return at;
}

static uint8_t acpi_checksum(const uint8_t *data, size_t length)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + data[i]);
    return (uint8_t)-sum;
}

uint64_t acpi_end(struct acpi_layout *layout, size_t at)
{
    uint8_t *data = layout->out.data;
    size_t length = layout->out.length - at;

    if (layout->out.failed)
        return 0;
    for (unsigned i = 0; i < 4; i++)
        data[at + 4 + i] = (uint8_t)(length >> (8 * i));
    data[at + 9] = acpi_checksum(data + at, length);
    if (layout->sum_count <= ACPI_MAX_TABLES)
        layout->sums[layout->sum_count++] = (struct acpi_table){at, length};
    return layout->base + at;
}

void acpi_list(struct acpi_layout *layout, uint64_t address)
{
    layout->tables[layout->count++] = address;
}

/* A generic address structure; width in bits; space 0 memory, 1 ports. */
static void acpi_gas(struct acpi_layout *layout, uint8_t space, uint8_t width, uint8_t access,
                     uint64_t address)
{
    aml_byte(&layout->out, space);
    aml_byte(&layout->out, width);
    aml_byte(&layout->out, 0);
    aml_byte(&layout->out, access);
    acpi_put(layout, address, 8);
}

static uint64_t acpi_dsdt(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    size_t at = acpi_begin(layout, "DSDT", 2);

    /* Package lengths are inserted within the body only, so it is written on its own. */
    struct aml body;
    aml_init(&body);
    emu_acpi_dsdt(&body, board);
    if (board->vmgenid == 0)
        acpi_note_pointer(layout, layout->out.length + ACPI_DSDT_VMGENID, 4, EMU_ACPI_VMGENID_NAME);
    aml_bytes(&layout->out, body.data, body.length);
    layout->out.failed |= body.failed;
    aml_finish(&body);
    return acpi_end(layout, at);
}

static uint64_t acpi_facs(struct acpi_layout *layout)
{
    size_t at;

    acpi_align(layout, 64);
    at = layout->out.length;
    aml_bytes(&layout->out, "FACS", 4);
    acpi_put(layout, 64, 4);
    acpi_zeros(layout, 24);
    aml_byte(&layout->out, 2); /* version */
    acpi_zeros(layout, 31);
    return layout->base + at;
}

static void acpi_fadt_ports(struct acpi_layout *layout)
{
    acpi_put(layout, EMU_PC_PMBASE, 4);        /* 56: PM1a event */
    acpi_put(layout, 0, 4);                    /* 60 */
    acpi_put(layout, EMU_PC_PMBASE + 4, 4);    /* 64: PM1a control */
    acpi_put(layout, 0, 8);                    /* 68 */
    acpi_put(layout, EMU_PC_PMBASE + 8, 4);    /* 76: PM timer */
    acpi_put(layout, EMU_PC_PMBASE + 0x20, 4); /* 80: GPE0 */
    acpi_put(layout, 0, 4);                    /* 84 */
    acpi_put(layout, 4, 1);                    /* 88: lengths: PM1 event, control, PM2, timer, */
    acpi_put(layout, 2, 1);
    acpi_put(layout, 0, 1);
    acpi_put(layout, 4, 1);
    acpi_put(layout, 16, 1); /* 92: GPE0, GPE1, base, _CST */
    acpi_put(layout, 0, 3);
}

static void acpi_fadt_wide(struct acpi_layout *layout, uint64_t facs, uint64_t dsdt)
{
    acpi_put_pointer(layout, facs, 8);                 /* 132 */
    acpi_put_pointer(layout, dsdt, 8);                 /* 140 */
    acpi_gas(layout, 1, 32, 2, EMU_PC_PMBASE);         /* 148: PM1a event */
    acpi_zeros(layout, 12);                            /* 160 */
    acpi_gas(layout, 1, 16, 2, EMU_PC_PMBASE + 4);     /* 172: PM1a control */
    acpi_zeros(layout, 24);                            /* 184 */
    acpi_gas(layout, 1, 32, 3, EMU_PC_PMBASE + 8);     /* 208: PM timer */
    acpi_gas(layout, 1, 128, 1, EMU_PC_PMBASE + 0x20); /* 220: GPE0 */
    acpi_zeros(layout, 12);                            /* 232: GPE1 */
    acpi_zeros(layout, 24);                            /* 244: sleep registers */
    aml_bytes(&layout->out, "Lathe\0\0\0", 8);         /* 268: hypervisor vendor */
}

static uint64_t acpi_fadt(struct acpi_layout *layout, uint64_t facs, uint64_t dsdt)
{
    size_t at = acpi_begin(layout, "FACP", 6);

    acpi_put_pointer(layout, facs, 4);   /* 36 */
    acpi_put_pointer(layout, dsdt, 4);   /* 40 */
    acpi_put(layout, 0, 1);              /* 44 */
    acpi_put(layout, 0, 1);              /* 45: no preferred power profile */
    acpi_put(layout, EMU_PC_SCI, 2);     /* 46 */
    acpi_put(layout, 0xb2, 4);           /* 48: SMI command port */
    acpi_put(layout, 2, 1);              /* 52: ACPI enable */
    acpi_put(layout, 3, 1);              /* 53: ACPI disable */
    acpi_put(layout, 0, 2);              /* 54: S4BIOS, P-states */
    acpi_fadt_ports(layout);             /* 56 */
    acpi_put(layout, 0x0fff, 2);         /* 96: C2 latency: not supported */
    acpi_put(layout, 0x0fff, 2);         /* 98: C3 latency */
    acpi_zeros(layout, 8);               /* 100 */
    acpi_put(layout, 0x32, 1);           /* 108: CMOS century */
    acpi_put(layout, FADT_BOOT_ARCH, 2); /* 109 */
    acpi_put(layout, 0, 1);              /* 111 */
    acpi_put(layout, FADT_WBINVD | FADT_PROC_C1 | FADT_SLEEP_BUTTON | FADT_RESET, 4); /* 112 */
    acpi_gas(layout, 1, 8, 1, 0xcf9); /* 116: reset register */
    acpi_put(layout, 0x0f, 1);        /* 128: and what to write */
    acpi_put(layout, 0, 2);           /* 129 */
    acpi_put(layout, 5, 1);           /* 131: minor version */
    acpi_fadt_wide(layout, facs, dsdt);
    return acpi_end(layout, at);
}

static void acpi_madt_processor(struct acpi_layout *layout, uint32_t uid, uint32_t apic_id)
{
    if (apic_id < 255) {
        acpi_put(layout, 0x0800, 2); /* local APIC, 8 bytes */
        acpi_put(layout, uid, 1);
        acpi_put(layout, apic_id, 1);
        acpi_put(layout, 1, 4); /* enabled */
        return;
    }
    acpi_put(layout, 0x1009, 2); /* local x2APIC, 16 bytes */
    acpi_put(layout, 0, 2);
    acpi_put(layout, apic_id, 4);
    acpi_put(layout, 1, 4);
    acpi_put(layout, uid, 4);
}

/* ISA interrupt irq arrives at gsi; flags: 0 as the bus, 0xd level and high. */
static void acpi_madt_override(struct acpi_layout *layout, uint8_t irq, uint32_t gsi,
                               uint16_t flags)
{
    acpi_put(layout, 0x0a02, 2);
    acpi_put(layout, 0, 1);
    acpi_put(layout, irq, 1);
    acpi_put(layout, gsi, 4);
    acpi_put(layout, flags, 2);
}

static uint64_t acpi_madt(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    size_t at = acpi_begin(layout, "APIC", 5);

    acpi_put(layout, EMU_PC_LAPIC, 4);
    acpi_put(layout, 1, 4); /* PCAT_COMPAT: there are 8259s too */
    for (unsigned i = 0; i < board->cpus; i++)
        acpi_madt_processor(layout, i, board->apic_ids[i]);
    acpi_put(layout, 0x0c01, 2); /* IOAPIC */
    acpi_put(layout, 0, 2);      /* id 0 */
    acpi_put(layout, EMU_PC_IOAPIC, 4);
    acpi_put(layout, 0, 4); /* first GSI */
    acpi_madt_override(layout, 0, 2, 0);
    acpi_madt_override(layout, EMU_PC_SCI, EMU_PC_SCI, 0xd);
    acpi_put(layout, 0x0604, 2); /* local APIC NMI */
    acpi_put(layout, 0xff, 1);   /* of all processors */
    acpi_put(layout, 0, 2);
    acpi_put(layout, 1, 1); /* LINT1 */
    return acpi_end(layout, at);
}

static uint64_t acpi_hpet(struct acpi_layout *layout)
{
    size_t at = acpi_begin(layout, "HPET", 1);

    acpi_put(layout, 0x8086a201, 4); /* as the capability register says */
    acpi_gas(layout, 0, 0, 0, EMU_PC_HPET);
    acpi_put(layout, 0, 1);   /* number */
    acpi_put(layout, 100, 2); /* minimum tick */
    acpi_put(layout, 0, 1);
    return acpi_end(layout, at);
}

static uint64_t acpi_mcfg(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    size_t at = acpi_begin(layout, "MCFG", 1);

    acpi_zeros(layout, 8);
    acpi_put(layout, board->ecam, 8);
    acpi_put(layout, 0, 2); /* segment */
    acpi_put(layout, 0, 1); /* first and last bus */
    acpi_put(layout, 255, 1);
    acpi_put(layout, 0, 4);
    return acpi_end(layout, at);
}

/* TCG ACPI Specification 1.3, 8: the control area by its address. */
static uint64_t acpi_tpm2(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    size_t at = acpi_begin(layout, "TPM2", 4);

    acpi_put(layout, 0, 4); /* a client */
    acpi_put(layout, EMU_PC_TPM + 0x40, 8);
    acpi_put(layout, 7, 4); /* command response buffer */
    if (board->tpm_log) {
        acpi_zeros(layout, 12);
        acpi_put(layout, EMU_ACPI_TPM_LOG, 4);
        acpi_note_pointer(layout, layout->out.length, 8, EMU_ACPI_TPM_LOG_FILE);
        acpi_put(layout, 0, 8);
    }
    return acpi_end(layout, at);
}

static uint64_t acpi_xsdt(struct acpi_layout *layout)
{
    size_t at = acpi_begin(layout, "XSDT", 1);

    for (unsigned i = 0; i < layout->count; i++)
        acpi_put_pointer(layout, layout->tables[i], 8);
    return acpi_end(layout, at);
}

/* Revision 2: no RSDT, for which nothing of the last two decades asks. */
void emu_acpi_fill_rsdp(uint8_t *rsdp, uint64_t xsdt)
{
    memset(rsdp, 0, ACPI_RSDP);
    memcpy(rsdp, "RSD PTR ", 8);
    memcpy(rsdp + 9, "LATHE ", 6);
    rsdp[15] = 2;
    rsdp[20] = ACPI_RSDP;
    for (unsigned i = 0; i < 8; i++)
        rsdp[24 + i] = (uint8_t)(xsdt >> (8 * i));
    rsdp[8] = acpi_checksum(rsdp, 20);
    rsdp[32] = acpi_checksum(rsdp, ACPI_RSDP);
}

uint64_t emu_acpi_tables(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    uint64_t dsdt = acpi_dsdt(layout, board);
    uint64_t facs = acpi_facs(layout);

    acpi_list(layout, acpi_fadt(layout, facs, dsdt));
    acpi_list(layout, acpi_madt(layout, board));
    acpi_list(layout, acpi_hpet(layout));
    if (board->ecam != 0)
        acpi_list(layout, acpi_mcfg(layout, board));
    if (board->tpm)
        acpi_list(layout, acpi_tpm2(layout, board));
    acpi_add_numa(layout, board);
    return acpi_xsdt(layout);
}

uint8_t *emu_acpi_build(const struct emu_acpi_board *board, uint64_t base, size_t limit,
                        size_t *length, struct emu_error *err)
{
    struct acpi_layout layout = {.base = base};
    uint64_t xsdt;

    aml_init(&layout.out);
    acpi_zeros(&layout, ACPI_RSDP);
    xsdt = emu_acpi_tables(&layout, board);
    if (layout.out.failed || layout.out.length > limit) {
        emu_error_set(err, EMU_ERROR_INTERNAL,
                      layout.out.failed ? "out of memory for ACPI tables"
                                        : "the ACPI tables do not fit below 1 MiB");
        aml_finish(&layout.out);
        return NULL;
    }
    emu_acpi_fill_rsdp(layout.out.data, xsdt);
    *length = layout.out.length;
    return layout.out.data;
}
