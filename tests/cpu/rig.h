/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A processor on a bench: 16 MiB of RAM at 0, a register page at 0xf0000000, page tables and
 * descriptor tables that a test fills in. No lifter, no machine: tests call the processor's
 * functions directly.
 */
#ifndef TESTS_CPU_RIG_H
#define TESTS_CPU_RIG_H

#include "emulator/core/device.h"
#include "emulator/core/region.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/cpu/x86/segment.h"
#include "tests/test.h"

#define RIG_RAM_SIZE  0x1000000u
#define RIG_REGISTERS 0xf0000000u
#define RIG_TABLES    0x100000u /* page tables are made from here on; CR3 */
#define RIG_GDT       0x80000u
#define RIG_IDT       0x81000u
#define RIG_LDT       0x82000u
#define RIG_TSS       0x83000u

#define PTE_P  1ull
#define PTE_W  2ull
#define PTE_U  4ull
#define PTE_A  0x20ull
#define PTE_D  0x40ull
#define PTE_PS 0x80ull
#define PTE_G  0x100ull
#define PTE_NX (1ull << 63)

struct rig {
    struct emu_memory *memory, *io;
    struct emu_ram *ram;
    struct emu_region ram_region, register_region, port_region;
    uint8_t *host; /* of RAM */
    struct x86_cpu *cpu;
    struct x86_cpu_model *model;
    struct emu_power power;
    unsigned shutdowns;
    emu_gpa next_table;

    uint64_t register_value; /* what the register page reads as */
    uint64_t written_offset, written_value;
    unsigned written_size, writes;
};

struct rig *rig_new(void);
void rig_free(struct rig *rig);

uint64_t rig_read(const struct rig *rig, emu_gpa address, unsigned size);
void rig_write(struct rig *rig, emu_gpa address, unsigned size, uint64_t value);

/* ---- modes: paging formats with flat segments (selectors below), CPL 0 ---- */

enum rig_mode { RIG_REAL, RIG_PROTECTED, RIG_PAGING32, RIG_PAE, RIG_LONG };
void rig_set_mode(struct rig *rig, enum rig_mode mode);
/* CPL 0 or 3 with flat segments of that ring. */
void rig_set_cpl(struct rig *rig, unsigned cpl);

/* Maps a page in the tables of the mode; flags go into the last entry, W and U above are set.
 * level 1: 4 KiB, 2: 2 or 4 MiB, 3: 1 GiB. Returns the physical address of the last entry. */
emu_gpa rig_map(struct rig *rig, emu_gva va, uint64_t entry, int level);
/* Identity map of RAM's first 4 MiB for the supervisor in any paging mode. */
void rig_map_low(struct rig *rig);

/* ---- descriptors ---- */

#define RIG_CODE0        0x08
#define RIG_DATA0        0x10
#define RIG_CODE3        0x1b
#define RIG_DATA3        0x23
#define RIG_CODE64       0x28 /* ring 0 */
#define RIG_USER64       0x33 /* ring 3 */
#define RIG_TSS_SELECTOR 0x40 /* two slots */
#define RIG_FREE         0x50 /* for tests from here on */

/* attr as X86_ATTR_..., limit in the descriptor's units. */
uint64_t rig_descriptor(uint32_t base, uint32_t limit, uint32_t attr);
void rig_set_gdt(struct rig *rig, uint16_t selector, uint64_t descriptor);
/* An interrupt gate; in long mode of 16 bytes. type: X86_TYPE_...; ist only in long mode. */
void rig_set_gate(struct rig *rig, unsigned vector, uint16_t selector, uint64_t offset,
                  unsigned type, unsigned dpl, unsigned ist);

/* ---- faults ---- */

/* Checks that a fault was raised, which one, and takes it back. */
#define CHECK_FAULT(rig, status, vector_, error_)                                                  \
    do {                                                                                           \
        CHECK_EQ((status), IR_FAULT);                                                              \
        CHECK((rig)->cpu->exception_pending);                                                      \
        CHECK_EQ((rig)->cpu->exception.vector, (vector_));                                         \
        CHECK_EQ((rig)->cpu->exception.error, (error_));                                           \
        (rig)->cpu->exception_pending = false;                                                     \
    } while (0)

#define CHECK_PAGE_FAULT(rig, status, address, error_)                                             \
    do {                                                                                           \
        CHECK_FAULT(rig, status, X86_PF, error_);                                                  \
        CHECK_EQ((rig)->cpu->exception.cr2, (address));                                            \
    } while (0)

#endif
