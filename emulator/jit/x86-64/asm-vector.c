/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assembler's vector instructions: legacy prefixes or VEX (Intel SDM volume 2, 2.1 and 2.3). */
#include "emulator/jit/x86-64/asm.h"

/* Bits 3 of reg, index and base, in the places of REX.R, X and B. */
static unsigned vector_high_bits(unsigned reg, struct asm_rm rm)
{
    unsigned bits = reg & 8 ? 4u : 0u;

    if (rm.memory && rm.index != ASM_NONE && (rm.index & 8))
        bits |= 2;
    if ((!rm.memory || rm.reg != ASM_NONE) && (rm.reg & 8))
        bits |= 1;
    return bits;
}

static void vector_legacy(struct asm_buf *b, const struct ir_host_op *op, unsigned reg,
                          struct asm_rm rm)
{
    unsigned rex = vector_high_bits(reg, rm) | (op->flags & IR_HOST_W ? 8u : 0u);

    if (op->prefix)
        asm_8(b, op->prefix);
    if (rex)
        asm_8(b, 0x40 | rex);
    asm_8(b, 0x0f);
    if (op->map != IR_HOST_0F)
        asm_8(b, op->map == IR_HOST_0F38 ? 0x38 : 0x3a);
}

static unsigned vector_pp(unsigned prefix)
{
    return prefix == 0x66 ? 1 : prefix == 0xf3 ? 2 : prefix == 0xf2 ? 3 : 0;
}

/* All register bits are inverted here. */
static void vector_vex(struct asm_buf *b, const struct ir_host_op *op, unsigned reg, unsigned vvvv,
                       struct asm_rm rm)
{
    unsigned high = vector_high_bits(reg, rm) ^ 7, wide = op->flags & IR_HOST_W ? 0x80 : 0;
    unsigned last =
        (~vvvv & 15) << 3 | (op->encoding == IR_HOST_VEX256 ? 4u : 0u) | vector_pp(op->prefix);

    if ((high & 3) == 3 && !wide && op->map == IR_HOST_0F) {
        asm_8(b, 0xc5);
        asm_8(b, (high & 4) << 5 | last);
    } else {
        asm_8(b, 0xc4);
        asm_8(b, high << 5 | op->map);
        asm_8(b, wide | last);
    }
}

void asm_vector(struct asm_buf *b, const struct ir_host_op *op, unsigned reg, unsigned vvvv,
                struct asm_rm rm)
{
    if (op->encoding == IR_HOST_LEGACY)
        vector_legacy(b, op, reg, rm);
    else
        vector_vex(b, op, reg, vvvv, rm);
    asm_8(b, op->opcode);
    if (op->form != IR_HOST_ALL)
        asm_modrm(b, reg, rm);
}
