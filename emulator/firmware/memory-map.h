/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The physical memory map of the PC board, as E820 and Multiboot tell it, and the fixed addresses
 * that boards, ACPI and boot loaders agree on.
 */
#ifndef EMU_FIRMWARE_MEMORY_MAP_H
#define EMU_FIRMWARE_MEMORY_MAP_H

#include "emulator/api/types.h"

enum emu_map_type {
    EMU_MAP_RAM = 1, /* the values are E820's */
    EMU_MAP_RESERVED = 2,
    EMU_MAP_ACPI = 3,
    EMU_MAP_NVS = 4,
};

struct emu_map_entry {
    uint64_t address, size;
    enum emu_map_type type;
};

#define EMU_MAP_MAX 16

struct emu_memory_map {
    uint64_t low;                            /* bytes of RAM from address 0 */
    uint64_t high;                           /* bytes of RAM from 4 GiB */
    struct emu_map_entry entry[EMU_MAP_MAX]; /* ascending, not overlapping */
    unsigned count;
};

#define EMU_PC_EBDA        0x0009fc00u
#define EMU_PC_TABLES      0x000e0000u /* ACPI, then SMBIOS, up to 1 MiB: reserved in the map */
#define EMU_PC_SMBIOS      0x000f0000u
#define EMU_PC_VMGENID     0x000ff000u /* a page, without firmware */
#define EMU_PC_TABLES_END  0x00100000u
#define EMU_PC_ECAM        0xb0000000u
#define EMU_PC_ECAM_SIZE   0x10000000u
#define EMU_PC_MMIO        0xc0000000u /* 32-bit PCI window, up to the IOAPIC */
#define EMU_PC_IOAPIC      0xfec00000u
#define EMU_PC_HPET        0xfed00000u
#define EMU_PC_RCBA        0xfed1c000u
#define EMU_PC_TPM         0xfed40000u
#define EMU_PC_TPM_PPI     0xfed45000u /* requests to firmware */
#define EMU_PC_LAPIC       0xfee00000u
#define EMU_PC_PMBASE      0x600u
#define EMU_PC_SCI         9u
#define EMU_PC_GPE_INPUT   0x1du /* keyboard or mouse, to wake */
#define EMU_PC_GPE_VMGENID 0x05u /* the VM generation id is another one */
#define EMU_PC_PVPANIC     0x505u
#define EMU_PC_FW_CFG      0x510u /* selector and data, and DMA at 0x514 */
#define EMU_PC_MAX_LOW     0xb0000000u /* RAM below 4 GiB if all of it fits, */
#define EMU_PC_SPLIT       0x80000000u /* or up to here with the rest above 4 GiB */
#define EMU_PC_HIGH        0x100000000ull
#define EMU_PC_MMIO64      0x8000000000ull /* 64-bit PCI window */
#define EMU_PC_MMIO64_SIZE 0x4000000000ull

/* ram: bytes, a multiple of 4 KiB, at least 1 MiB. */
void emu_memory_map_init(struct emu_memory_map *map, uint64_t ram);
/* Is all of the range RAM that the map gives to the guest? */
bool emu_memory_map_is_ram(const struct emu_memory_map *map, uint64_t address, uint64_t size);
/* Writes the entries as boot protocols want them, stride bytes apart: address and size of 64 bits,
 * type of 32, little endian. out has map->count * stride bytes. */
void emu_memory_map_put(const struct emu_memory_map *map, uint8_t *out, size_t stride);

#endif
