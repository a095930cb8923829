/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An assembler for the x86-64 instructions that the translator uses (Intel SDM volume 2). */
#ifndef EMU_JIT_X86_64_ASM_H
#define EMU_JIT_X86_64_ASM_H

#include "emulator/ir/ir.h"

enum asm_reg {
    ASM_RAX,
    ASM_RCX,
    ASM_RDX,
    ASM_RBX,
    ASM_RSP,
    ASM_RBP,
    ASM_RSI,
    ASM_RDI,
    ASM_R8,
    ASM_R9,
    ASM_R10,
    ASM_R11,
    ASM_R12,
    ASM_R13,
    ASM_R14,
    ASM_R15,
    ASM_NONE = 0xff,
};

struct asm_buf {
    uint8_t *start, *at, *end;
    bool overflow;
};

/* A register, or memory at base + (index << scale) + disp. */
struct asm_rm {
    bool memory;
    uint8_t reg; /* or the base */
    uint8_t index, scale;
    int32_t disp;
};
static inline struct asm_rm asm_r(unsigned reg)
{
    return (struct asm_rm){.reg = (uint8_t)reg};
}
static inline struct asm_rm asm_m(unsigned base, int32_t disp)
{
    return (struct asm_rm){.memory = true, .reg = (uint8_t)base, .index = ASM_NONE, .disp = disp};
}
static inline struct asm_rm asm_mx(unsigned base, unsigned index, unsigned scale, int32_t disp)
{
    return (struct asm_rm){.memory = true,
                           .reg = (uint8_t)base,
                           .index = (uint8_t)index,
                           .scale = (uint8_t)scale,
                           .disp = disp};
}

static inline uint32_t asm_pos(const struct asm_buf *b)
{
    return (uint32_t)(b->at - b->start);
}

void asm_bytes(struct asm_buf *b, const void *bytes, unsigned count);
void asm_8(struct asm_buf *b, unsigned value);
void asm_32(struct asm_buf *b, uint32_t value);
void asm_64(struct asm_buf *b, uint64_t value);

/* Nothing, until what is `ahead` bytes from here is aligned. */
void asm_align(struct asm_buf *b, unsigned alignment, unsigned ahead);

/*
 * The general instruction: opcode is one byte, or 0x0fxx; width is IR_8..IR_64 and chooses the
 * prefixes (the opcode of the 8-bit form is the caller's matter). reg may be an opcode extension.
 */
void asm_op(struct asm_buf *b, unsigned width, unsigned opcode, unsigned reg, struct asm_rm rm);
/* The same with a byte register as rm, whatever the width: movzx, movsx, setcc. */
void asm_op_byte(struct asm_buf *b, unsigned width, unsigned opcode, unsigned reg,
                 struct asm_rm rm);
/* With a prefix byte (f3, f2 or 66) before all else; 0: none. */
void asm_op_prefix(struct asm_buf *b, unsigned prefix, unsigned width, unsigned opcode,
                   unsigned reg, struct asm_rm rm);

/* The bytes behind an opcode that name its operands, with the low 3 bits of registers. */
void asm_modrm(struct asm_buf *b, unsigned reg, struct asm_rm rm);
/* A vector instruction; vvvv: its other source, if it has one. Immediates are the caller's. */
void asm_vector(struct asm_buf *b, const struct ir_host_op *op, unsigned reg, unsigned vvvv,
                struct asm_rm rm);

/* Moves; none changes flags. Loads of 8 and 16 bits zero-extend. */
void asm_load(struct asm_buf *b, unsigned width, unsigned reg, struct asm_rm from);
void asm_load_signed(struct asm_buf *b, unsigned width, unsigned to, unsigned reg,
                     struct asm_rm from);
void asm_store(struct asm_buf *b, unsigned width, struct asm_rm to, unsigned reg);
void asm_imm(struct asm_buf *b, unsigned reg, uint64_t value);
static inline void asm_mov(struct asm_buf *b, unsigned to, unsigned from)
{
    if (to != from)
        asm_op(b, IR_64, 0x8b, to, asm_r(from));
}
void asm_lea(struct asm_buf *b, unsigned width, unsigned reg, struct asm_rm m);

/* One of the eight: add or adc sbb and sub xor cmp, with rm or an immediate of 32 bits. */
enum asm_alu { ASM_ADD, ASM_OR, ASM_ADC, ASM_SBB, ASM_AND, ASM_SUB, ASM_XOR, ASM_CMP };
void asm_alu(struct asm_buf *b, unsigned width, enum asm_alu op, unsigned reg, struct asm_rm rm);
void asm_alu_imm(struct asm_buf *b, unsigned width, enum asm_alu op, struct asm_rm rm, int32_t imm);

/* to = from >> count, or from rotated: its upper `count` bits may be anything. */
void asm_shifted(struct asm_buf *b, unsigned to, unsigned from, unsigned count);

/* Jumps with a 32-bit distance; they return where the distance is, for asm_here. cc: as IR_COND. */
uint32_t asm_jcc(struct asm_buf *b, unsigned cc);
uint32_t asm_jmp(struct asm_buf *b);
void asm_here(struct asm_buf *b, uint32_t distance);
void asm_jmp_back(struct asm_buf *b, uint32_t to);
uint32_t asm_call(struct asm_buf *b);
void asm_ret(struct asm_buf *b);
void asm_push(struct asm_buf *b, unsigned reg);
void asm_pop(struct asm_buf *b, unsigned reg);
/* reg = the address of a place in the code; as jumps. */
uint32_t asm_lea_code(struct asm_buf *b, unsigned reg);
void asm_setcc(struct asm_buf *b, unsigned cc, unsigned reg); /* zero-extended; keeps flags */

#endif
