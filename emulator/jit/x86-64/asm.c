/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assembler: prefixes, ModRM and SIB bytes, and the few instructions made from them. */
#include "emulator/jit/x86-64/asm.h"

#include <string.h>

void asm_bytes(struct asm_buf *b, const void *bytes, unsigned count)
{
    if (b->end - b->at < (ptrdiff_t)count) {
        b->overflow = true;
        return;
    }
    memcpy(b->at, bytes, count);
    b->at += count;
}

void asm_8(struct asm_buf *b, unsigned value)
{
    asm_bytes(b, &(uint8_t){(uint8_t)value}, 1);
}

void asm_32(struct asm_buf *b, uint32_t value)
{
    asm_bytes(b, &value, 4);
}

void asm_64(struct asm_buf *b, uint64_t value)
{
    asm_bytes(b, &value, 8);
}

/* In instructions of up to four bytes: nop with prefixes. */
void asm_align(struct asm_buf *b, unsigned alignment, unsigned ahead)
{
    while ((asm_pos(b) + ahead) % alignment != 0) {
        unsigned left = alignment - (asm_pos(b) + ahead) % alignment;

        for (unsigned n = 1; n < left && n < 4; n++)
            asm_8(b, 0x66);
        asm_8(b, 0x90);
        if (b->overflow)
            return;
    }
}

static bool asm_short(int32_t value)
{
    return value >= -128 && value <= 127;
}

static void asm_disp(struct asm_buf *b, unsigned mod, int32_t disp)
{
    if (mod == 1)
        asm_8(b, (uint8_t)disp);
    else if (mod == 2)
        asm_32(b, (uint32_t)disp);
}

/* No base: mod 0 with base 5 in a SIB byte and 32 bits of displacement. */
static void asm_modrm_memory(struct asm_buf *b, unsigned reg, struct asm_rm rm)
{
    bool based = rm.reg != ASM_NONE, indexed = rm.index != ASM_NONE;
    unsigned base = based ? rm.reg & 7u : 5u;
    unsigned mod = !based ? 0 : rm.disp == 0 && base != 5 ? 0 : asm_short(rm.disp) ? 1 : 2;

    if (indexed || !based || base == 4) {
        asm_8(b, mod << 6 | (reg & 7) << 3 | 4);
        asm_8(b, (unsigned)rm.scale << 6 | (indexed ? rm.index & 7u : 4u) << 3 | base);
    } else {
        asm_8(b, mod << 6 | (reg & 7) << 3 | base);
    }
    if (!based)
        asm_32(b, (uint32_t)rm.disp);
    else
        asm_disp(b, mod, rm.disp);
}

void asm_modrm(struct asm_buf *b, unsigned reg, struct asm_rm rm)
{
    if (rm.memory)
        asm_modrm_memory(b, reg, rm);
    else
        asm_8(b, 0xc0 | (reg & 7) << 3 | (rm.reg & 7u));
}

static void asm_emit(struct asm_buf *b, unsigned width, unsigned opcode, unsigned reg,
                     struct asm_rm rm, bool force)
{
    unsigned rex = (width == IR_64 ? 8u : 0u) | (reg & 8 ? 4u : 0u);

    if (rm.memory)
        rex |= (rm.index != ASM_NONE && (rm.index & 8) ? 2u : 0u) |
               (rm.reg != ASM_NONE && (rm.reg & 8) ? 1u : 0u);
    else
        rex |= rm.reg & 8 ? 1u : 0u;
    if (width == IR_16)
        asm_8(b, 0x66);
    if (rex || force)
        asm_8(b, 0x40 | rex);
    if (opcode > 0xff)
        asm_8(b, opcode >> 8);
    asm_8(b, opcode);
    asm_modrm(b, reg, rm);
}

void asm_op(struct asm_buf *b, unsigned width, unsigned opcode, unsigned reg, struct asm_rm rm)
{
    asm_emit(b, width, opcode, reg, rm, width == IR_8);
}

void asm_op_byte(struct asm_buf *b, unsigned width, unsigned opcode, unsigned reg, struct asm_rm rm)
{
    asm_emit(b, width, opcode, reg, rm, true);
}

void asm_op_prefix(struct asm_buf *b, unsigned prefix, unsigned width, unsigned opcode,
                   unsigned reg, struct asm_rm rm)
{
    if (prefix)
        asm_8(b, prefix);
    asm_emit(b, width, opcode, reg, rm, false);
}

void asm_load(struct asm_buf *b, unsigned width, unsigned reg, struct asm_rm from)
{
    if (width == IR_8)
        asm_op_byte(b, IR_32, 0x0fb6, reg, from);
    else if (width == IR_16)
        asm_op(b, IR_32, 0x0fb7, reg, from);
    else if (width == IR_32 || from.memory || from.reg != reg)
        asm_op(b, width, 0x8b, reg, from);
}

void asm_load_signed(struct asm_buf *b, unsigned width, unsigned to, unsigned reg,
                     struct asm_rm from)
{
    unsigned wide = to == IR_64 ? IR_64 : IR_32;

    if (width == to)
        asm_load(b, width, reg, from);
    else if (width == IR_8)
        asm_op_byte(b, wide, 0x0fbe, reg, from);
    else if (width == IR_16)
        asm_op(b, wide, 0x0fbf, reg, from);
    else
        asm_op(b, IR_64, 0x63, reg, from);
    if (to == IR_16 && width == IR_8)
        asm_load(b, IR_16, reg, asm_r(reg));
}

void asm_store(struct asm_buf *b, unsigned width, struct asm_rm to, unsigned reg)
{
    asm_op(b, width, width == IR_8 ? 0x88 : 0x89, reg, to);
}

void asm_imm(struct asm_buf *b, unsigned reg, uint64_t value)
{
    if (value <= UINT32_MAX) {
        if (reg & 8)
            asm_8(b, 0x41);
        asm_8(b, 0xb8 | (reg & 7));
        asm_32(b, (uint32_t)value);
    } else if ((int64_t)value == (int32_t)value) {
        asm_op(b, IR_64, 0xc7, 0, asm_r(reg));
        asm_32(b, (uint32_t)value);
    } else {
        asm_8(b, 0x48 | (reg & 8 ? 1 : 0));
        asm_8(b, 0xb8 | (reg & 7));
        asm_64(b, value);
    }
}

void asm_lea(struct asm_buf *b, unsigned width, unsigned reg, struct asm_rm m)
{
    asm_op(b, width, 0x8d, reg, m);
}

void asm_alu(struct asm_buf *b, unsigned width, enum asm_alu op, unsigned reg, struct asm_rm rm)
{
    asm_op(b, width, (unsigned)op << 3 | (width == IR_8 ? 2 : 3), reg, rm);
}

void asm_alu_imm(struct asm_buf *b, unsigned width, enum asm_alu op, struct asm_rm rm, int32_t imm)
{
    if (width == IR_8) {
        asm_op(b, IR_8, 0x80, op, rm);
        asm_8(b, (uint8_t)imm);
    } else if (asm_short(imm)) {
        asm_op(b, width, 0x83, op, rm);
        asm_8(b, (uint8_t)imm);
    } else {
        asm_op(b, width, 0x81, op, rm);
        asm_bytes(b, &imm, width == IR_16 ? 2 : 4);
    }
}

void asm_shifted(struct asm_buf *b, unsigned to, unsigned from, unsigned count)
{
    if (__builtin_cpu_supports("bmi2")) { /* rorx */
        asm_8(b, 0xc4);
        asm_8(b, (to & 8 ? 0u : 0x80u) | 0x40 | (from & 8 ? 0u : 0x20u) | 3);
        asm_8(b, 0xfb);
        asm_8(b, 0xf0);
        asm_8(b, 0xc0 | (to & 7) << 3 | (from & 7));
    } else {
        asm_mov(b, to, from);
        asm_op(b, IR_64, 0xc1, 5, asm_r(to)); /* shr */
    }
    asm_8(b, count);
}

uint32_t asm_jcc(struct asm_buf *b, unsigned cc)
{
    asm_8(b, 0x0f);
    asm_8(b, 0x80 | cc);
    asm_32(b, 0);
    return asm_pos(b) - 4;
}

uint32_t asm_jmp(struct asm_buf *b)
{
    asm_8(b, 0xe9);
    asm_32(b, 0);
    return asm_pos(b) - 4;
}

uint32_t asm_call(struct asm_buf *b)
{
    asm_8(b, 0xe8);
    asm_32(b, 0);
    return asm_pos(b) - 4;
}

void asm_ret(struct asm_buf *b)
{
    asm_8(b, 0xc3);
}

static void asm_stack(struct asm_buf *b, unsigned opcode, unsigned reg)
{
    if (reg & 8)
        asm_8(b, 0x41);
    asm_8(b, opcode | (reg & 7));
}

void asm_push(struct asm_buf *b, unsigned reg)
{
    asm_stack(b, 0x50, reg);
}

void asm_pop(struct asm_buf *b, unsigned reg)
{
    asm_stack(b, 0x58, reg);
}

/* A ModRM byte with base 5 and no displacement in mod counts from the next instruction. */
uint32_t asm_lea_code(struct asm_buf *b, unsigned reg)
{
    asm_8(b, 0x48 | (reg & 8 ? 4 : 0));
    asm_8(b, 0x8d);
    asm_8(b, (reg & 7) << 3 | 5);
    asm_32(b, 0);
    return asm_pos(b) - 4;
}

void asm_here(struct asm_buf *b, uint32_t distance)
{
    uint32_t value = asm_pos(b) - (distance + 4);

    if (!b->overflow)
        memcpy(b->start + distance, &value, 4);
}

void asm_jmp_back(struct asm_buf *b, uint32_t to)
{
    asm_8(b, 0xe9);
    asm_32(b, to - (asm_pos(b) + 4));
}

void asm_setcc(struct asm_buf *b, unsigned cc, unsigned reg)
{
    asm_op_byte(b, IR_32, 0x0f90 | cc, 0, asm_r(reg));
    asm_load(b, IR_8, reg, asm_r(reg));
}
