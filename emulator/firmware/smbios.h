/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMBIOS 3.1 tables (DSP0134): BIOS, system, board, chassis, processors, memory, OEM strings. */
#ifndef EMU_FIRMWARE_SMBIOS_H
#define EMU_FIRMWARE_SMBIOS_H

#include "emulator/api/error.h"
#include "emulator/api/told.h"
#include "emulator/firmware/memory-map.h"

struct emu_smbios_board {
    const struct emu_memory_map *map;
    unsigned sockets, cores, threads; /* cores and threads of one socket */
    bool uefi;                            /* of the firmware */
    uint32_t cpu_signature, cpu_features; /* CPUID 1: eax, edx */
    const char *cpu_maker, *cpu_name;     /* its vendor and brand; not empty */
    const struct emu_told *told;          /* texts of the owner's; NULL: none */
};

#define EMU_SMBIOS_ANCHOR 24u /* bytes of the entry point, */
#define EMU_SMBIOS_TABLES 32u /* and where the structures begin */

/*
 * The entry point (24 bytes, padded to 32) and the structures behind it, for guest-physical address
 * base. Returns malloc'ed bytes, *length of them, at most limit; NULL with *err filled.
 */
uint8_t *emu_smbios_build(const struct emu_smbios_board *board, uint64_t base, size_t limit,
                          size_t *length, struct emu_error *err);

#endif
