/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The DSDT: processors, the PCI root with its windows and interrupt routing, the ISA devices, and
 * the sleep states. What hangs on PCI slots is found by enumeration.
 */
#include <stdio.h>

#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/memory-map.h"

const uint16_t emu_pc_serial_ports[4] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
const uint8_t emu_pc_serial_irqs[4] = {4, 3, 4, 3};

static void dsdt_processors(struct aml *aml, const struct emu_acpi_board *board)
{
    for (unsigned i = 0; i < board->cpus; i++) {
        char name[8];
        snprintf(name, sizeof(name), "C%03X", i & 0xfff);
        aml_open_device(aml, name);
        aml_name_string_value(aml, "_HID", "ACPI0007");
        aml_name_integer(aml, "_UID", i);
        aml_close(aml);
    }
}

/* Where a slot's pin arrives, as hw/pci/pci-host.c wires it: PIRQA is GSI 16. */
static unsigned dsdt_pci_gsi(unsigned slot, unsigned pin)
{
    return slot < 25 ? 20 + (slot + pin) % 4 : 16 + pin;
}

static void dsdt_pci_routing(struct aml *aml)
{
    aml_name(aml, "_PRT");
    aml_open_package(aml, 32 * 4);
    for (unsigned slot = 0; slot < 32; slot++) {
        for (unsigned pin = 0; pin < 4; pin++) {
            aml_open_package(aml, 4);
            aml_integer(aml, slot << 16 | 0xffff);
            aml_integer(aml, pin);
            aml_integer(aml, 0);
            aml_integer(aml, dsdt_pci_gsi(slot, pin));
            aml_close(aml);
        }
    }
    aml_close(aml);
}

/* What is left below the IOAPIC: above RAM, around the configuration window. */
static void dsdt_pci_windows32(struct aml *aml, const struct emu_acpi_board *board)
{
    uint64_t ecam = board->ecam, end = board->ecam + EMU_PC_ECAM_SIZE;

    if (ecam > EMU_PC_MMIO) {
        uint64_t first = board->low > EMU_PC_SPLIT ? board->low : EMU_PC_SPLIT;
        emu_acpi_memory(aml, board, first, ecam - 1);
        if (end < EMU_PC_IOAPIC)
            emu_acpi_memory(aml, board, end, EMU_PC_IOAPIC - 1);
        return;
    }
    emu_acpi_memory(aml, board, EMU_PC_MMIO, EMU_PC_IOAPIC - 1);
}

/* Other roots have the buses from their own on. */
static uint16_t dsdt_last_bus(const struct emu_acpi_board *board)
{
    unsigned last = 255;

    for (unsigned i = 0; i < board->root_count; i++)
        last = board->roots[i].bus <= last ? board->roots[i].bus - 1 : last;
    return (uint16_t)last;
}

static void dsdt_pci_windows(struct aml *aml, const struct emu_acpi_board *board)
{
    aml_open_resources(aml, "_CRS");
    aml_resource_bus(aml, 0, dsdt_last_bus(board));
    aml_resource_io(aml, 0xcf8, 8);
    emu_acpi_ports(aml, board, 0x0000, 0x0cf7);
    emu_acpi_ports(aml, board, 0x0d00, 0xffff);
    aml_resource_window32(aml, 0x000a0000, 0x000bffff);
    dsdt_pci_windows32(aml, board);
    if (board->mmio64_size != 0)
        emu_acpi_memory(aml, board, board->mmio64, board->mmio64 + board->mmio64_size - 1);
    aml_close_resources(aml);
}

/* An ISA device with ports and an interrupt. */
struct dsdt_isa {
    const char *name, *id;
    uint16_t port;
    uint8_t length;
    uint16_t port2; /* 0: none */
    int irq;        /* -1: none */
    unsigned wakes; /* by this event; 0: it does not */
};

/* The device wakes the machine from up to S3 by a general purpose event. */
static void dsdt_wake(struct aml *aml, unsigned event)
{
    aml_name(aml, "_PRW");
    aml_open_package(aml, 2);
    aml_integer(aml, event);
    aml_integer(aml, 3);
    aml_close(aml);
}

static void dsdt_isa_device(struct aml *aml, const struct dsdt_isa *isa, unsigned uid)
{
    aml_open_device(aml, isa->name);
    aml_name_eisa_id(aml, "_HID", isa->id);
    if (uid != 0)
        aml_name_integer(aml, "_UID", uid);
    aml_name_integer(aml, "_STA", 0xf);
    aml_open_resources(aml, "_CRS");
    if (isa->length != 0)
        aml_resource_io(aml, isa->port, isa->length);
    if (isa->port2 != 0)
        aml_resource_io(aml, isa->port2, 1);
    if (isa->irq >= 0)
        aml_resource_irq(aml, (unsigned)isa->irq);
    aml_close_resources(aml);
    if (isa->wakes != 0)
        dsdt_wake(aml, isa->wakes);
    aml_close(aml);
}

static void dsdt_dma(struct aml *aml)
{
    aml_open_device(aml, "DMAC");
    aml_name_eisa_id(aml, "_HID", "PNP0200");
    aml_open_resources(aml, "_CRS");
    aml_resource_io(aml, 0x00, 0x10);
    aml_resource_io(aml, 0x80, 0x10);
    aml_resource_io(aml, 0xc0, 0x20);
    aml_resource_dma(aml, 4); /* the second controller's own */
    aml_close_resources(aml);
    aml_close(aml);
}

/* _FDE: which of four drives are there, and that there never is a tape. */
static void dsdt_floppies(struct aml *aml, unsigned count)
{
    const uint32_t drives[5] = {count > 0, count > 1, 0, 0, 2};

    aml_open_device(aml, "FDC0");
    aml_name_eisa_id(aml, "_HID", "PNP0700");
    aml_name_integer(aml, "_STA", 0xf);
    aml_open_resources(aml, "_CRS");
    aml_resource_io(aml, 0x3f2, 4);
    aml_resource_io(aml, 0x3f7, 1);
    aml_resource_irq(aml, 6);
    aml_resource_dma(aml, 2);
    aml_close_resources(aml);
    aml_name(aml, "_FDE");
    aml_buffer(aml, drives, sizeof(drives));
    aml_close(aml);
}

static void dsdt_isa_bus(struct aml *aml, const struct emu_acpi_board *board)
{
    static const struct dsdt_isa fixed[] = {
        {"RTC", "PNP0B00", 0x70, 2, 0, 8, 0},
        {"KBD", "PNP0303", 0x60, 1, 0x64, 1, EMU_PC_GPE_INPUT},
        {"MOU", "PNP0F13", 0, 0, 0, 12, EMU_PC_GPE_INPUT},
        {"TIMR", "PNP0100", 0x40, 4, 0, 0, 0},
        {"SPKR", "PNP0800", 0x61, 1, 0, -1, 0},
    };

    aml_open_device(aml, "ISA");
    aml_name_integer(aml, "_ADR", 0x1f0000);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        dsdt_isa_device(aml, &fixed[i], 0);
    dsdt_dma(aml);
    if (board->floppies != 0)
        dsdt_floppies(aml, board->floppies);
    for (unsigned i = 0; i < board->serial_ports && i < 4; i++) {
        char name[8];
        struct dsdt_isa com = {name, "PNP0501", emu_pc_serial_ports[i], 8, 0, emu_pc_serial_irqs[i],
                               0};
        snprintf(name, sizeof(name), "COM%u", i + 1);
        dsdt_isa_device(aml, &com, i + 1);
    }
    aml_close(aml);
}

static void dsdt_pci_root(struct aml *aml, const struct emu_acpi_board *board)
{
    aml_open_device(aml, "PCI0");
    aml_name_eisa_id(aml, "_HID", "PNP0A08");
    aml_name_eisa_id(aml, "_CID", "PNP0A03");
    aml_name_integer(aml, "_UID", 0);
    aml_name_integer(aml, "_BBN", 0);
    aml_name_integer(aml, "_CCA", 1);
    dsdt_pci_windows(aml, board);
    dsdt_pci_routing(aml);
    emu_acpi_osc(aml);
    dsdt_isa_bus(aml, board);
    aml_close(aml);
}

/* What the PCI window must not be given to: ECAM, and the PM block's ports. */
static void dsdt_motherboard(struct aml *aml, const struct emu_acpi_board *board)
{
    aml_open_device(aml, "MBRD");
    aml_name_eisa_id(aml, "_HID", "PNP0C02");
    aml_name_integer(aml, "_UID", 1);
    aml_open_resources(aml, "_CRS");
    if (board->ecam != 0)
        aml_resource_memory32(aml, (uint32_t)board->ecam, EMU_PC_ECAM_SIZE);
    aml_resource_memory32(aml, EMU_PC_RCBA, 0x4000);
    aml_resource_io(aml, EMU_PC_PMBASE, 0x80);
    aml_resource_io(aml, 0xb2, 2);
    aml_close_resources(aml);
    aml_close(aml);
}

static void dsdt_hpet(struct aml *aml)
{
    aml_open_device(aml, "HPET");
    aml_name_eisa_id(aml, "_HID", "PNP0103");
    aml_name_integer(aml, "_UID", 0);
    aml_open_resources(aml, "_CRS");
    aml_resource_memory32(aml, EMU_PC_HPET, 0x400);
    aml_close_resources(aml);
    aml_close(aml);
}

/* SLP_TYP values for the PM1 control registers a and b, as hw/timer/acpi-pm.c takes them. */
static void dsdt_sleep_state(struct aml *aml, const char *name, unsigned type)
{
    aml_name(aml, name);
    aml_open_package(aml, 4);
    aml_integer(aml, type);
    aml_integer(aml, type);
    aml_integer(aml, 0);
    aml_integer(aml, 0);
    aml_close(aml);
}

/* Name (VGIA, address of the page): the first thing in the table, so that its place is known. */
static void dsdt_vmgenid_page(struct aml *aml, uint64_t address)
{
    aml_name(aml, "VGIA");
    aml_byte(aml, AML_DWORD);
    for (unsigned i = 0; i < 4; i++)
        aml_byte(aml, (uint8_t)(address >> 8 * i));
}

/* Local0 = Package {0, 0}; Local0 [0] = VGIA + 40; return it: the GUID's address in two halves. */
static void dsdt_vmgenid_address(struct aml *aml)
{
    aml_open_method(aml, "ADDR", 0);
    aml_byte(aml, AML_STORE);
    aml_open_package(aml, 2);
    aml_integer(aml, 0);
    aml_integer(aml, 0);
    aml_close(aml);
    aml_byte(aml, AML_LOCAL0);
    aml_byte(aml, AML_ADD);
    aml_name_string(aml, "\\VGIA");
    aml_integer(aml, EMU_ACPI_VMGENID_AT);
    aml_byte(aml, AML_INDEX);
    aml_byte(aml, AML_LOCAL0);
    aml_integer(aml, 0);
    aml_integer(aml, 0); /* no other target */
    aml_return(aml);
    aml_byte(aml, AML_LOCAL0);
    aml_close(aml);
}

static void dsdt_vmgenid(struct aml *aml)
{
    aml_open_device(aml, "VGEN");
    aml_name_string_value(aml, "_HID", "LATH0001"); /* drivers go by the next two */
    aml_name_string_value(aml, "_CID", "VM_Gen_Counter");
    aml_name_string_value(aml, "_DDN", "VM_Gen_Counter");
    dsdt_vmgenid_address(aml);
    aml_close(aml);
}

static void dsdt_events(struct aml *aml)
{
    aml_open_scope(aml, "\\_GPE");
    aml_open_method(aml, "_E05", 0);
    aml_byte(aml, AML_NOTIFY);
    aml_name_string(aml, "\\_SB.VGEN");
    aml_integer(aml, 0x80);
    aml_close(aml);
    aml_close(aml);
}

static void dsdt_pvpanic(struct aml *aml)
{
    aml_open_device(aml, "PEVT");
    aml_name_string_value(aml, "_HID", "QEMU0001");
    aml_name_integer(aml, "_STA", 0xf);
    aml_open_resources(aml, "_CRS");
    aml_resource_io(aml, EMU_PC_PVPANIC, 1);
    aml_close_resources(aml);
    aml_close(aml);
}

/* Where files for the guest's programs lie: a selector, data, and the DMA register. */
static void dsdt_fw_cfg(struct aml *aml)
{
    aml_open_device(aml, "FWCF");
    aml_name_string_value(aml, "_HID", "QEMU0002");
    aml_name_integer(aml, "_STA", 0xb); /* nothing for people to look at */
    aml_open_resources(aml, "_CRS");
    aml_resource_io(aml, EMU_PC_FW_CFG, 12);
    aml_close_resources(aml);
    aml_close(aml);
}

void emu_acpi_dsdt(struct aml *aml, const struct emu_acpi_board *board)
{
    dsdt_vmgenid_page(aml, board->vmgenid);
    aml_open_scope(aml, "\\_SB");
    dsdt_processors(aml, board);
    dsdt_pci_root(aml, board);
    emu_acpi_roots(aml, board);
    dsdt_motherboard(aml, board);
    dsdt_hpet(aml);
    dsdt_vmgenid(aml);
    dsdt_pvpanic(aml);
    dsdt_fw_cfg(aml);
    if (board->tpm)
        emu_acpi_tpm(aml, board);
    aml_close(aml);
    dsdt_events(aml);
    dsdt_sleep_state(aml, "_S0", 5);
    dsdt_sleep_state(aml, "_S3", 1);
    dsdt_sleep_state(aml, "_S4", 2);
    dsdt_sleep_state(aml, "_S5", 0);
}
