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

/* All but V from what is stored as it is; V is cleared. */
void jit_flags_raw_again(struct jit_translation *t)
{
    struct asm_buf *b = &t->b;

    asm_load(b, IR_64, ASM_RAX, ENV(flags.result));
    asm_8(b, 0x88); /* mov ah, al */
    asm_8(b, 0xc4);
    asm_op(b, IR_32, 0x85, ASM_RAX, asm_r(ASM_RAX));
    asm_8(b, 0x9e); /* sahf */
    t->host = IR_F_ALL & ~IR_F_V;
}

/* Tries to bring the flags in `need` into the host's register. */
static bool flags_bring(struct jit_translation *t, unsigned need)
{
    unsigned operation = t->kind & ~3u, width = t->kind & 3;

    if ((t->host & need) == need)
        return true;
    if (t->kind >= IR_K_END || (operation == IR_K_RAW && (need & IR_F_V)))
        return false;
    if (operation == IR_K_RAW) {
        jit_flags_raw_again(t);
    } else if (operation == IR_K_SUB || operation == IR_K_ADD) {
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

/* flags.b = operand B, cut; through rcx */
void jit_flags_store_b(struct jit_translation *t, const struct ir_insn *i, unsigned slot)
{
    struct asm_buf *b = &t->b;

    if ((i->flags & IR_IMM) && jit_cut(i->imm, i->width) <= INT32_MAX) {
        asm_op(b, IR_64, 0xc7, 0, ENV(flags.b));
        asm_32(b, (uint32_t)jit_cut(i->imm, i->width));
    } else if (i->flags & IR_IMM) {
        asm_imm(b, ASM_RCX, jit_cut(i->imm, i->width));
        asm_store(b, IR_64, ENV(flags.b), ASM_RCX);
    } else if (i->width == IR_64 && jit_in_reg(t, slot)) {
        asm_store(b, IR_64, ENV(flags.b), t->reg[slot & 4095]);
    } else {
        asm_load(b, i->width, ASM_RCX, jit_slot(t, slot));
        asm_store(b, IR_64, ENV(flags.b), ASM_RCX);
    }
}

/* ---- flags that only a fault would show ---- */

static bool defer_is_sum(const struct ir_insn *i)
{
    return i->op == IR_add || i->op == IR_sub || i->op == IR_and || i->op == IR_or ||
           i->op == IR_xor;
}

/* The result and operand B are in registers or constant, and B is not the result. */
static bool defer_can(const struct jit_translation *t, const struct ir_insn *i)
{
    return defer_is_sum(i) && i->width >= IR_32 && i->width <= IR_64 && jit_in_reg(t, i->dst) &&
           ((i->flags & IR_IMM) || (i->b != i->dst && jit_in_reg(t, i->b)));
}

/* Does op k look at flags, or go where somebody may, other than by a fault of a plain access? */
static bool defer_looked_at(const struct jit_translation *t, const struct ir_insn *k)
{
    const struct ir_op_info *info = &ir_op_table[k->op];
    bool access = k->op == IR_ld || k->op == IR_lds || k->op == IR_st;

    if (info->attributes & (IR_A_EXIT | IR_A_CALL | IR_A_FLAGS))
        return true;
    if ((info->attributes & IR_A_VEC) && t->vector_faults)
        return true;
    if ((info->attributes & IR_A_MEM) && !access)
        return true;
    if ((info->attributes & IR_A_SHIFT) && !(k->flags & IR_SETF))
        return k->op == IR_rcl || k->op == IR_rcr;
    return info->uses != 0 || ((k->flags & IR_SETF) && !defer_is_sum(k));
}

static bool defer_overwrites(const struct ir_insn *k, const struct ir_insn *i)
{
    bool wide = k->op == IR_umulw || k->op == IR_smulw;
    bool writes = k->op != IR_st && k->op != IR_insn && k->op != IR_bt;
    bool b = !(i->flags & IR_IMM);

    return (writes && (k->dst == i->dst || (b && k->dst == i->b))) ||
           (wide && (k->c == i->dst || (b && k->c == i->b)));
}

bool jit_flags_defer(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned n = t->op + 1;

    if (!defer_can(t, i))
        return false;
    for (;; n++) {
        const struct ir_insn *k = &t->builder->insn[n];

        if (n >= t->builder->count || defer_looked_at(t, k))
            return false;
        if (k->flags & IR_SETF)
            break;
        if (defer_overwrites(k, i))
            return false;
    }
    t->deferred[t->deferreds++] = (struct deferred){.op = (uint16_t)t->op, .until = (uint16_t)n};
    t->kind = IR_K_END;
    return true;
}

void jit_flags_deferred(struct jit_translation *t, const struct ir_insn *i)
{
    if (i->op == IR_add || i->op == IR_sub)
        jit_flags_store_b(t, i, i->b);
    asm_store(&t->b, IR_64, ENV(flags.result), t->reg[i->dst & 4095]);
    asm_op(&t->b, IR_32, 0xc7, 0, ENV(flags.kind));
    asm_32(&t->b, ir_x_kind_after(i, IR_K_END));
}
