/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flags: stored lazily in the state, and had back for a condition: from the host's flag register
 * while it still holds them, else by doing the operation again, else by a call.
 */
#include "emulator/jit/x86-64/translate.h"

void jit_flags_kind(struct jit_translation *t, uint32_t kind)
{
    if (t->kind == kind)
        return;
    asm_op(&t->b, IR_32, 0xc7, 0, ENV(flags.kind));
    asm_32(&t->b, kind);
    t->kind = kind;
}

void jit_flags_result(struct jit_translation *t, unsigned reg, uint32_t kind)
{
    asm_store(&t->b, IR_64, ENV(flags.result), reg);
    jit_flags_kind(t, kind);
}

/* Does the operation again that the state tells of: all flags of a sum or difference. */
static void flags_again(struct jit_translation *t, unsigned width, bool add)
{
    struct asm_buf *b = &t->b;

    asm_load(b, IR_64, ASM_RAX, ENV(flags.result));
    asm_alu(b, IR_64, add ? ASM_SUB : ASM_ADD, ASM_RAX, ENV(flags.b));
    asm_alu(b, width, add ? ASM_ADD : ASM_CMP, ASM_RAX, ENV(flags.b));
    t->host = IR_F_ALL;
}

static void flags_step_again(struct jit_translation *t, unsigned width, bool inc)
{
    struct asm_buf *b = &t->b;

    asm_load(b, IR_64, ASM_RAX, ENV(flags.result));
    asm_alu_imm(b, IR_64, inc ? ASM_SUB : ASM_ADD, asm_r(ASM_RAX), 1);
    asm_alu_imm(b, width, inc ? ASM_ADD : ASM_SUB, asm_r(ASM_RAX), 1);
    t->host = IR_F_ALL & ~IR_F_C;
}

/* Tries to bring the flags in `need` into the host's register. */
static bool flags_bring(struct jit_translation *t, unsigned need)
{
    unsigned operation = t->kind & ~3u, width = t->kind & 3;

    if ((t->host & need) == need)
        return true;
    if (t->kind >= IR_K_END || operation == IR_K_RAW)
        return false;
    if (operation == IR_K_SUB || operation == IR_K_ADD) {
        flags_again(t, width, operation == IR_K_ADD);
    } else if (operation == IR_K_LOGIC || !(need & ~(unsigned)(IR_F_Z | IR_F_N | IR_F_P))) {
        asm_alu_imm(&t->b, width, ASM_CMP, ENV(flags.result), 0);
        t->host = operation == IR_K_LOGIC ? IR_F_ALL & ~IR_F_A : IR_F_Z | IR_F_N | IR_F_P;
    } else if ((operation == IR_K_INC || operation == IR_K_DEC) && !(need & IR_F_C)) {
        flags_step_again(t, width, operation == IR_K_INC);
    } else {
        return false;
    }
    return true;
}

unsigned jit_flags_cond(struct jit_translation *t, unsigned cond)
{
    if (flags_bring(t, ir_cond_uses[cond & 15]))
        return cond & 15;
    asm_imm(&t->b, ASM_RAX, cond & 15);
    jit_call_stub(t, t->stubs->cond);
    asm_op(&t->b, IR_32, 0x85, ASM_RAX, asm_r(ASM_RAX));
    t->host = 0;
    return IR_COND_NZ;
}

/* C from what is kept of it: bit 0 of a word of the state. */
static void flags_carry_bit(struct jit_translation *t, struct asm_rm word)
{
    asm_load(&t->b, IR_64, ASM_RAX, word);
    asm_op(&t->b, IR_32, 0xd1, 5, asm_r(ASM_RAX)); /* shr eax, 1 */
}

void jit_flags_carry(struct jit_translation *t)
{
    unsigned operation = t->kind & ~3u;

    if (flags_bring(t, IR_F_C))
        return;
    t->host = 0;
    if (operation == IR_K_MIXED) {
        flags_carry_bit(t, ENV(flags.b));
    } else if (operation == IR_K_INC || operation == IR_K_DEC) {
        flags_carry_bit(t, ENV(flags.carry_in));
    } else if (operation == IR_K_RAW) {
        flags_carry_bit(t, ENV(flags.result));
    } else {
        jit_call_stub(t, t->stubs->carry);
        asm_op(&t->b, IR_32, 0xf7, 3, asm_r(ASM_RAX)); /* neg eax */
    }
}

bool jit_flags_has_carry(const struct jit_translation *t)
{
    unsigned operation = t->kind & ~3u;

    return operation == IR_K_INC || operation == IR_K_DEC;
}

void jit_flags_keep_carry(struct jit_translation *t, struct asm_rm place)
{
    unsigned operation = t->kind & ~3u;

    if (jit_flags_has_carry(t))
        return;
    if (operation == IR_K_LOGIC) {
        asm_op(&t->b, IR_64, 0xc7, 0, place);
        asm_32(&t->b, 0);
        return;
    }
    jit_flags_carry(t);
    asm_setcc(&t->b, IR_COND_C, ASM_RAX);
    asm_store(&t->b, IR_64, place, ASM_RAX);
}
