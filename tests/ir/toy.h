/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A made-up guest for the tests of ir/: 16 registers, 4 vector registers, 1 MiB of flat memory, and
 * four-byte instructions {op, x, y, imm}.
 */
#ifndef LATHE_TESTS_IR_TOY_H
#define LATHE_TESTS_IR_TOY_H

#include "emulator/ir/exec.h"

#define TOY_RAM  (1u << 20)
#define TOY_REGS 0xf0000u /* a page of registers: always the slow path; reads give the address */
#define TOY_HIGH 0x7fff00000000ull /* a second window on the same RAM, to have other pcs */

enum toy_op {
    TOY_STOP, /* back to the run loop; pc stays */
    TOY_MOVI, /* x = imm */
    TOY_ADD,  /* x += y, flags */
    TOY_ADDI, /* x += signed imm, flags */
    TOY_DEC,  /* x -= 1, flags */
    TOY_JNZ,  /* to the next instruction + 4 * signed imm */
    TOY_JMP,  /* same */
    TOY_JMPI, /* to x */
    TOY_LD,   /* x = 64 bits at y + imm */
    TOY_ST,   /* 64 bits at y + imm = x */
    TOY_ST8,  /* 8 bits */
    TOY_CALL, /* helper imm with x, y */
    TOY_SHL,  /* x <<= imm */
};

enum toy_helper {
    TOY_H_NOTE,
    TOY_H_FAULT,
    TOY_H_JUMP,
    TOY_H_FLUSH,
    TOY_H_FLAGS,
    TOY_H_MODE,
    TOY_HELPERS
};
enum toy_vec { TOY_V_ADD, TOY_V_FAULT, TOY_V_LOW, TOY_VECS };

struct toy {
    struct ir_env env;
    uint64_t r[16];
    _Alignas(32) uint64_t v[4][4];
    uint64_t end; /* last slot */

    struct ir_tlb tlb;
    uint8_t *ram;
    bool own_ram;
    uint64_t fault_va; /* of the last fault */
    unsigned fault_access;
    uint64_t seen_pc, seen_flags; /* by a helper */
    unsigned lifts, slow_loads, slow_stores, alone, notes;
    uint8_t bounce[64];
    uint64_t bounce_va;
    unsigned bounce_size;
};

extern const struct ir_guest toy_guest;

#define TOY_R(n) IR_SLOT(struct toy, r[n])
#define TOY_V(n) IR_SLOT(struct toy, v[n])

/* A processor; ram NULL: memory of its own. blocks NULL: a table of its own. Ends the test program
 * when there is no memory. */
struct toy *toy_new(uint8_t *ram, struct ir_blocks *blocks);
void toy_free(struct toy *toy, bool also_blocks);
/* Empties the soft TLB. */
void toy_flush(struct toy *toy);
/* Writes an instruction into RAM. */
void toy_put(struct toy *toy, uint64_t address, enum toy_op op, int x, int y, int imm);
/* Runs until the run loop gets control back. */
enum ir_status toy_run(struct toy *toy, uint64_t pc);

#endif
