/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flags. An op that sets them leaves them in the host's register and is noted as pending: its
 * operands tell what they are. Stored they are only where the state must have them: at exits that
 * leave the translation, for helpers, and behind the main line where an access faults.
 */
#include "emulator/jit/x86-64/translate.h"

enum flags_how {
    FLAGS_NEVER,   /* the op stores them itself */
    FLAGS_RESULT,  /* from the result, and operand B */
    FLAGS_COMPARE, /* from both operands of a sub or and without a result */
    FLAGS_REDO,    /* by doing the op again */
};

/* ---- what can be pending ---- */

static bool flags_is_logic(const struct ir_insn *i)
{
    return i->op == IR_and || i->op == IR_or || i->op == IR_xor;
}

/* Operand B is a slot that the op overwrites, and not operand a, of which a copy is kept. */
static bool flags_loses_b(const struct ir_insn *i)
{
    bool wide = i->op == IR_umulw || i->op == IR_smulw;

    if ((i->flags & IR_IMM) || i->b == i->a)
        return false;
    return i->b == i->dst || (wide && i->b == i->c);
}

static enum flags_how flags_how_sum(const struct ir_insn *i)
{
    if (i->dst == IR_SLOT_SINK)
        return i->op == IR_sub || i->op == IR_and ? FLAGS_COMPARE : FLAGS_REDO;
    if (flags_is_logic(i) || (i->flags & IR_IMM) || i->b != i->dst)
        return FLAGS_RESULT;
    return flags_loses_b(i) ? FLAGS_NEVER : FLAGS_REDO;
}

static enum flags_how flags_how(const struct jit_translation *t, unsigned op)
{
    const struct ir_insn *i = jit_op(t, op);

    switch (i->op) {
    case IR_add:
    case IR_sub:
    case IR_and:
    case IR_or:
    case IR_xor:
        return flags_how_sum(i);
    case IR_inc:
    case IR_dec:
        return t->region.live[op] & IR_F_C ? FLAGS_NEVER : FLAGS_RESULT;
    case IR_shl:
    case IR_shr:
    case IR_sar:
    case IR_rol:
    case IR_ror:
    case IR_mul:
    case IR_umulw:
    case IR_smulw:
    case IR_bt:
    case IR_bts:
    case IR_btr:
    case IR_btc:
    case IR_bsf:
    case IR_bsr:
    case IR_tzcnt:
    case IR_lzcnt:
    case IR_popcnt:
        return flags_loses_b(i) ? FLAGS_NEVER : FLAGS_REDO;
    default:
        return FLAGS_NEVER;
    }
}

/* Does it replace all flags, so that those before do not matter? */
static bool flags_replaces(const struct jit_translation *t, const struct ir_insn *i)
{
    return i->op == IR_inc || i->op == IR_dec || ir_flags_live_before(i, t->guest, IR_F_ALL) == 0;
}

static bool flags_writes_a(const struct ir_insn *i)
{
    bool wide = i->op == IR_umulw || i->op == IR_smulw;

    return i->op != IR_bt && (i->dst == i->a || (wide && i->c == i->a));
}

bool jit_flags_begin(struct jit_translation *t, const struct ir_insn *i)
{
    enum flags_how how = flags_how(t, t->op);
    uint16_t slot = IR_SLOT_KEPT(t->next_kept);
    unsigned reg;

    t->keeping = 0;
    if (how == FLAGS_NEVER)
        return false;
    if (!flags_replaces(t, i) && t->pending.count == MAX_PENDING)
        jit_flags_flush(t);
    if (how != FLAGS_REDO || !flags_writes_a(i))
        return true;
    reg = jit_target(t, i->a, ASM_RCX);
    asm_load(&t->b, IR_64, reg, jit_slot(t, i->a));
    asm_store(&t->b, IR_64, jit_env_slot(slot), reg);
    t->keeping = slot;
    t->next_kept = (t->next_kept + 1) % IR_KEPT;
    return true;
}

void jit_flags_end(struct jit_translation *t, const struct ir_insn *i, unsigned host)
{
    struct pending *p = &t->pending;

    if (flags_replaces(t, i))
        p->count = 0;
    p->op[p->count] = (uint16_t)t->op;
    p->kept[p->count++] = t->keeping;
    t->kind = IR_K_END;
    t->host_next = (uint16_t)host;
}

/* ---- operands that are about to go ---- */

static bool flags_writes(const struct ir_insn *i, unsigned slot)
{
    const char *operands = ir_op_table[i->op].operands;

    return ((operands[0] == 'd' || operands[0] == 'D') && i->dst == slot) ||
           (operands[0] == 'd' && operands[1] == 'e' && i->c == slot);
}

static bool flags_needs(const struct jit_translation *t, const struct ir_insn *writer, unsigned n)
{
    const struct ir_insn *i = jit_op(t, t->pending.op[n]);
    bool b = !(i->flags & IR_IMM) && i->op != IR_inc && i->op != IR_dec;

    switch (flags_how(t, t->pending.op[n])) {
    case FLAGS_RESULT:
        return flags_writes(writer, i->dst) ||
               (b && !flags_is_logic(i) && flags_writes(writer, i->b));
    case FLAGS_COMPARE:
        return flags_writes(writer, i->a) || (b && flags_writes(writer, i->b));
    default:
        return (t->pending.kept[n] == 0 && flags_writes(writer, i->a)) ||
               (b && flags_writes(writer, i->b));
    }
}

void jit_flags_guard(struct jit_translation *t, const struct ir_insn *i)
{
    for (unsigned n = 0; n < t->pending.count; n++) {
        if (!flags_needs(t, i, n))
            continue;
        if (t->op == 0 || t->region.live[t->op - 1] != 0) {
            if (!jit_flags_flush_quietly(t))
                jit_flags_flush(t);
        } else {
            t->pending.count = 0;
        }
        return;
    }
}

/* ---- storing ---- */

void jit_flags_kind(struct jit_translation *t, uint32_t kind)
{
    if (t->kind != kind || t->pending.count != 0) {
        asm_op(&t->b, IR_32, 0xc7, 0, ENV(flags.kind));
        asm_32(&t->b, kind);
    }
    t->kind = kind;
    t->pending.count = 0;
}

void jit_flags_result(struct jit_translation *t, unsigned reg, uint32_t kind)
{
    asm_store(&t->b, IR_64, ENV(flags.result), reg);
    jit_flags_kind(t, kind);
}

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

/* By moves alone. */
static void flags_store_result(struct jit_translation *t, const struct ir_insn *i, unsigned slot)
{
    unsigned reg = jit_target(t, slot, ASM_RCX);

    if (slot != i->dst || !jit_in_reg(t, slot)) { /* an operand: its upper bits may be anything */
        reg = ASM_RCX;
        asm_load(&t->b, i->width, reg, jit_slot(t, slot));
    }
    asm_store(&t->b, IR_64, ENV(flags.result), reg);
    if (i->op == IR_add || i->op == IR_sub)
        jit_flags_store_b(t, i, i->b);
    if (i->op == IR_inc || i->op == IR_dec) {
        asm_op(&t->b, IR_64, 0xc7, 0, ENV(flags.carry_in));
        asm_32(&t->b, 0);
    }
    jit_flags_kind(t, ir_x_kind_after(i, IR_K_END));
}

static bool flags_is_test(const struct ir_insn *i)
{
    return i->op == IR_and && !(i->flags & IR_IMM) && i->a == i->b;
}

bool jit_flags_flush_quietly(struct jit_translation *t)
{
    const struct ir_insn *i;
    enum flags_how how;

    if (t->pending.count == 0)
        return true;
    i = jit_op(t, t->pending.op[0]);
    how = flags_how(t, t->pending.op[0]);
    if (t->pending.count > 1 || how == FLAGS_REDO || (how == FLAGS_COMPARE && !flags_is_test(i)))
        return false;
    flags_store_result(t, i, how == FLAGS_COMPARE ? i->a : i->dst);
    return true;
}

/* a op B in rax; the host's flags are those of the op. */
static void flags_operate(struct jit_translation *t, const struct ir_insn *i)
{
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    jit_alu_apply(t, i, i->op == IR_sub ? ASM_SUB : ASM_AND, ASM_RAX);
}

static void flags_flush_compare(struct jit_translation *t, const struct ir_insn *i)
{
    flags_operate(t, i);
    if (i->width < IR_32)
        asm_load(&t->b, i->width, ASM_RAX, asm_r(ASM_RAX));
    if (i->op == IR_sub)
        jit_flags_store_b(t, i, i->b);
    jit_flags_result(t, ASM_RAX, ir_x_kind_after(i, IR_K_END));
    t->host = i->op == IR_sub ? IR_F_ALL : IR_F_ALL & ~IR_F_A;
}

void jit_flags_flush(struct jit_translation *t)
{
    const struct ir_insn *i;

    if (jit_flags_flush_quietly(t))
        return;
    i = jit_op(t, t->pending.op[0]);
    if (t->pending.count == 1 && flags_how(t, t->pending.op[0]) == FLAGS_COMPARE) {
        flags_flush_compare(t, i);
    } else if (t->pending.count == 1 && jit_shift_again(t, i, t->pending.kept[0])) {
        t->host = 0;
    } else {
        jit_emit_pending(t);
        t->host = 0;
    }
}

/* What kind it defines, also where a repeated op has lost its IR_SETF again. */
static uint32_t flags_kind_of(const struct ir_insn *i)
{
    struct ir_insn sets = *i;

    sets.flags |= IR_SETF;
    return ir_x_kind_after(&sets, IR_K_END);
}

static struct ir_xinsn flags_redo_lazy(const struct ir_insn *i, enum flags_how how)
{
    struct ir_xinsn x = {.d = i->dst, .a = i->a, .b = i->b, .imm = i->imm};

    x.fn = how == FLAGS_RESULT ? jit_redo_result : i->op == IR_sub ? jit_redo_sub : jit_redo_and;
    x.scale = i->flags & IR_IMM ? 1 : 0;
    x.cond = (uint8_t)flags_kind_of(i);
    x.cut = (uint8_t)(64 - (8u << i->width));
    return x;
}

struct ir_xinsn jit_flags_redo(const struct jit_translation *t, const struct pending *pending,
                               unsigned n)
{
    const struct ir_insn *i = jit_op(t, pending->op[n]);
    enum flags_how how = flags_how(t, pending->op[n]);
    struct ir_xinsn x = t->x[pending->op[n]];

    if (how != FLAGS_REDO)
        return flags_redo_lazy(i, how);
    x.d = IR_SLOT_SINK;
    if (i->op == IR_umulw || i->op == IR_smulw)
        x.c = IR_SLOT_SINK;
    if (pending->kept[n] == 0)
        return x;
    x.a = pending->kept[n];
    if (!(i->flags & IR_IMM) && i->b == i->a)
        x.b = pending->kept[n];
    return x;
}

/* ---- looking at them ---- */

/* Does the operation again that the result and B are of: all flags of a sum or difference. */
static void flags_again(struct jit_translation *t, unsigned width, bool add, struct asm_rm result,
                        struct asm_rm b)
{
    asm_load(&t->b, IR_64, ASM_RAX, result);
    asm_alu(&t->b, IR_64, add ? ASM_SUB : ASM_ADD, ASM_RAX, b);
    asm_alu(&t->b, width, add ? ASM_ADD : ASM_CMP, ASM_RAX, b);
    t->host = IR_F_ALL;
}

static void flags_step_again(struct jit_translation *t, unsigned width, bool inc,
                             struct asm_rm result)
{
    struct asm_buf *b = &t->b;

    asm_load(b, IR_64, ASM_RAX, result);
    asm_alu_imm(b, IR_64, inc ? ASM_SUB : ASM_ADD, asm_r(ASM_RAX), 1);
    asm_alu_imm(b, width, inc ? ASM_ADD : ASM_SUB, asm_r(ASM_RAX), 1);
    t->host = IR_F_ALL & ~IR_F_C;
}

/* From a result, and operand B where it was kept. */
static bool flags_from(struct jit_translation *t, uint32_t kind, unsigned need,
                       struct asm_rm result, struct asm_rm b)
{
    unsigned operation = kind & ~3u, width = kind & 3;

    if (kind >= IR_K_END || operation == IR_K_RAW)
        return false;
    if (operation == IR_K_LOGIC || !(need & ~(unsigned)(IR_F_Z | IR_F_N | IR_F_P))) {
        asm_alu_imm(&t->b, width, ASM_CMP, result, 0);
        t->host = operation == IR_K_LOGIC ? IR_F_ALL & ~IR_F_A : IR_F_Z | IR_F_N | IR_F_P;
    } else if (operation == IR_K_SUB || operation == IR_K_ADD) {
        flags_again(t, width, operation == IR_K_ADD, result, b);
    } else if ((operation == IR_K_INC || operation == IR_K_DEC) && !(need & IR_F_C)) {
        flags_step_again(t, width, operation == IR_K_INC, result);
    } else {
        return false;
    }
    return true;
}

/* rcx holds B where it is a constant */
static bool flags_from_result(struct jit_translation *t, const struct ir_insn *i, unsigned need)
{
    struct asm_rm b = asm_r(ASM_RCX);

    if (i->op == IR_add || i->op == IR_sub) {
        if (i->flags & IR_IMM)
            asm_imm(&t->b, ASM_RCX, jit_cut(i->imm, i->width));
        else
            b = jit_slot(t, i->b);
    }
    return flags_from(t, ir_x_kind_after(i, IR_K_END), need, jit_slot(t, i->dst), b);
}

static bool flags_from_pending(struct jit_translation *t, unsigned need)
{
    const struct ir_insn *i = jit_op(t, t->pending.op[0]);
    enum flags_how how = flags_how(t, t->pending.op[0]);

    if (t->pending.count != 1 || how == FLAGS_REDO)
        return false;
    if (how == FLAGS_RESULT)
        return flags_from_result(t, i, need);
    flags_operate(t, i);
    t->host = i->op == IR_sub ? IR_F_ALL : IR_F_ALL & ~IR_F_A;
    return true;
}

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

bool jit_flags_bring(struct jit_translation *t, unsigned need)
{
    if ((t->host & need) == need)
        return true;
    if (t->pending.count != 0 && flags_from_pending(t, need))
        return true;
    jit_flags_flush(t);
    if ((t->kind & ~3u) == IR_K_RAW && !(need & IR_F_V)) {
        jit_flags_raw_again(t);
        return true;
    }
    return flags_from(t, t->kind, need, ENV(flags.result), ENV(flags.b));
}

unsigned jit_flags_cond(struct jit_translation *t, unsigned cond)
{
    if (jit_flags_bring(t, ir_cond_uses[cond & 15]))
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
    unsigned operation;

    if (jit_flags_bring(t, IR_F_C))
        return;
    operation = t->kind & ~3u;
    t->host = 0;
    if (operation == IR_K_MIXED) {
        flags_carry_bit(t, ENV(flags.b));
    } else if (operation == IR_K_INC || operation == IR_K_DEC) {
        flags_carry_bit(t, ENV(flags.carry_in));
    } else if (operation == IR_K_RAW && t->kind < IR_K_END) {
        flags_carry_bit(t, ENV(flags.result));
    } else {
        jit_call_stub(t, t->stubs->carry);
        asm_op(&t->b, IR_32, 0xf7, 3, asm_r(ASM_RAX)); /* neg eax */
    }
}

bool jit_flags_has_carry(const struct jit_translation *t)
{
    unsigned operation = t->kind & ~3u;

    return t->pending.count == 0 && (operation == IR_K_INC || operation == IR_K_DEC);
}

void jit_flags_keep_carry(struct jit_translation *t, struct asm_rm place)
{
    if (jit_flags_has_carry(t))
        return;
    if (t->pending.count == 0 && (t->kind & ~3u) == IR_K_LOGIC) {
        asm_op(&t->b, IR_64, 0xc7, 0, place);
        asm_32(&t->b, 0);
        return;
    }
    jit_flags_carry(t);
    asm_setcc(&t->b, IR_COND_C, ASM_RAX);
    asm_store(&t->b, IR_64, place, ASM_RAX);
}
