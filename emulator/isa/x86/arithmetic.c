/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binary arithmetic, logic, comparison, shifts, rotates and the flag control forms (SDM volume 1,
 * 7.3.2 to 7.3.7 and 7.3.14). A memory destination is one read-modify-write op, so that LOCK and
 * faults need no further care.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

/* parameter: the op for registers | that for memory << 16 (forms-integer.inc, OPS). */
static enum ir_op register_op(const struct x86_lift *l)
{
    return (enum ir_op)(l->parameter & 0xffff);
}

static enum ir_op memory_op(const struct x86_lift *l)
{
    return (enum ir_op)(l->parameter >> 16);
}

/* [operand 0] op= value, atomic with LOCK. */
static void modify(struct x86_lift *l, uint16_t value, uint8_t flags)
{
    unsigned size = x86_lift_size(l, 0);
    struct ir_address m = x86_lift_address(l, 0, size, X86_LIFT_WRITE);
    struct ir_insn *insn =
        ir_rmw(l->b, memory_op(l), x86_lift_width(size), IR_SLOT_SINK, &m, value);
    insn->flags |= flags | (l->lock ? IR_LOCK : 0);
}

/* target = operand 0 op operand 1. */
static void binary(struct x86_lift *l, enum ir_op op, uint16_t target)
{
    enum ir_width width = x86_lift_width(x86_lift_size(l, 0));
    uint16_t left = x86_lift_read(l, 0);
    struct ir_insn *insn;
    if (x86_lift_is_imm(l, 1))
        insn = ir_alui(l->b, op, width, target, left, x86_lift_imm(l, 1));
    else
        insn = ir_alu(l->b, op, width, target, left, x86_lift_read(l, 1));
    insn->flags |= IR_SETF;
}

/* ADD, ADC, SUB, SBB, AND, OR, XOR */
bool x86_lift_alu(struct x86_lift *l)
{
    if (x86_lift_is_mem(l, 0)) {
        modify(l, x86_lift_read(l, 1), IR_SETF);
        return true;
    }
    uint16_t target = x86_lift_target(l, 0);
    binary(l, register_op(l), target);
    x86_lift_commit(l, 0, target);
    return true;
}

/* CMP, TEST: parameter: the op. */
bool x86_lift_compare(struct x86_lift *l)
{
    binary(l, register_op(l), IR_SLOT_SINK);
    return true;
}

static bool unary(struct x86_lift *l, uint8_t flags)
{
    if (x86_lift_is_mem(l, 0)) {
        modify(l, IR_SLOT_ZERO, flags);
        return true;
    }
    uint16_t value = x86_lift_read(l, 0), target = x86_lift_target(l, 0);
    x86_lift_unary(l, register_op(l), x86_lift_width(x86_lift_size(l, 0)), target, value)->flags |=
        flags;
    x86_lift_commit(l, 0, target);
    return true;
}

/* INC, DEC, NEG */
bool x86_lift_unary_flags(struct x86_lift *l)
{
    return unary(l, IR_SETF);
}

bool x86_lift_not(struct x86_lift *l)
{
    return unary(l, 0);
}

/* ---- multiplication and division ---- */

/* AX = AL * operand */
static void multiply_byte(struct x86_lift *l, enum ir_op op)
{
    uint16_t low = ir_temp(l->b), high = ir_temp(l->b), value = x86_lift_read(l, 0);
    struct ir_insn *insn = ir_alu(l->b, op, IR_8, low, X86_SLOT_GPR(X86_RAX), value);
    insn->c = high;
    insn->flags |= IR_SETF;
    ir_alui(l->b, IR_shl, IR_32, high, high, 8);
    ir_alu(l->b, IR_or, IR_32, low, low, high);
    x86_lift_write_gpr(l, X86_RAX, 2, low);
}

/* rDX:rAX = rAX * operand; parameter: the wide op. */
static bool multiply_wide(struct x86_lift *l, enum ir_op op)
{
    unsigned size = x86_lift_size(l, 0);
    if (size == 1) {
        multiply_byte(l, op);
        return true;
    }
    uint16_t value = x86_lift_read(l, 0);
    uint16_t low = size == 2 ? ir_temp(l->b) : X86_SLOT_GPR(X86_RAX);
    uint16_t high = size == 2 ? ir_temp(l->b) : X86_SLOT_GPR(X86_RDX);
    struct ir_insn *insn =
        ir_alu(l->b, op, x86_lift_width(size), low, X86_SLOT_GPR(X86_RAX), value);
    insn->c = high;
    insn->flags |= IR_SETF;
    if (size == 2) {
        x86_lift_write_gpr(l, X86_RAX, 2, low);
        x86_lift_write_gpr(l, X86_RDX, 2, high);
    }
    return true;
}

bool x86_lift_mul(struct x86_lift *l)
{
    return multiply_wide(l, IR_umulw);
}

bool x86_lift_imul(struct x86_lift *l)
{
    if (l->insn->operand_count_visible == 1)
        return multiply_wide(l, IR_smulw);
    uint16_t target = x86_lift_target(l, 0);
    enum ir_width width = x86_lift_width(x86_lift_size(l, 0));
    unsigned left = l->insn->operand_count_visible == 2 ? 0 : 1;
    uint16_t value = x86_lift_read(l, left);
    struct ir_insn *insn;
    if (x86_lift_is_imm(l, left + 1))
        insn = ir_alui(l->b, IR_mul, width, target, value, x86_lift_imm(l, left + 1));
    else
        insn = ir_alu(l->b, IR_mul, width, target, value, x86_lift_read(l, left + 1));
    insn->flags |= IR_SETF;
    x86_lift_commit(l, 0, target);
    return true;
}

/* DIV, IDIV: parameter: 1 if signed. */
bool x86_lift_div(struct x86_lift *l)
{
    uint16_t divisor = x86_lift_read_zx(l, 0), size = x86_lift_const(l, x86_lift_size(l, 0));
    ir_call(l->b, X86_HELPER_div, IR_SLOT_SINK, divisor, size, x86_lift_const(l, l->parameter));
    return true;
}

/* ---- decimal adjustment ---- */

/* AAA, AAS, DAA, DAS, AAM, AAD: parameter: the helper; an operand is the base. */
bool x86_lift_decimal(struct x86_lift *l)
{
    int64_t base = x86_lift_is_imm(l, 0) ? x86_lift_imm(l, 0) & 0xff : 0;
    ir_call(l->b, (unsigned)l->parameter, IR_SLOT_SINK, x86_lift_const(l, base), IR_SLOT_ZERO,
            IR_SLOT_ZERO);
    return true;
}

/* ---- shifts and rotates ---- */

static uint16_t shift_count(struct x86_lift *l, unsigned i)
{
    return x86_lift_is_imm(l, i) ? x86_lift_const(l, x86_lift_imm(l, i) & 0xff)
                                 : X86_SLOT_GPR(X86_RCX);
}

bool x86_lift_shift(struct x86_lift *l)
{
    if (x86_lift_is_mem(l, 0)) {
        modify(l, shift_count(l, 1), IR_SETF);
        return true;
    }
    enum ir_width width = x86_lift_width(x86_lift_size(l, 0));
    uint16_t value = x86_lift_read(l, 0), target = x86_lift_target(l, 0);
    struct ir_insn *insn;
    if (x86_lift_is_imm(l, 1))
        insn = ir_alui(l->b, register_op(l), width, target, value, x86_lift_imm(l, 1) & 0xff);
    else
        insn = ir_alu(l->b, register_op(l), width, target, value, X86_SLOT_GPR(X86_RCX));
    insn->flags |= IR_SETF;
    x86_lift_commit(l, 0, target);
    return true;
}

static void shift_double(struct x86_lift *l, uint16_t dst, uint16_t value, uint16_t fill,
                         uint8_t flags)
{
    struct ir_insn *insn =
        ir_alu(l->b, register_op(l), x86_lift_width(x86_lift_size(l, 0)), dst, value, fill);
    insn->flags |= flags;
    if (x86_lift_is_imm(l, 2)) {
        insn->imm = x86_lift_imm(l, 2) & 0xff;
        insn->flags |= IR_IMM;
    } else {
        insn->c = X86_SLOT_GPR(X86_RCX);
    }
}

/* SHLD, SHRD. To memory: the flags follow only when the store is done. */
bool x86_lift_shift_double(struct x86_lift *l)
{
    if (x86_lift_is_mem(l, 0)) /* a page that cannot be written faults as for a store */
        x86_lift_probe(l, 0);
    uint16_t value = x86_lift_read(l, 0), fill = x86_lift_read(l, 1);
    if (x86_lift_is_mem(l, 0)) {
        uint16_t result = ir_temp(l->b);
        shift_double(l, result, value, fill, 0);
        x86_lift_write(l, 0, result);
        shift_double(l, IR_SLOT_SINK, value, fill, IR_SETF);
        return true;
    }
    uint16_t target = x86_lift_target(l, 0);
    shift_double(l, target, value, fill, IR_SETF);
    x86_lift_commit(l, 0, target);
    return true;
}

/* ---- flags ---- */

#define FLAGS_AH (IR_F_ALL & ~IR_F_V)

bool x86_lift_clc(struct x86_lift *l)
{
    x86_lift_put_flags(l, IR_SLOT_ZERO, IR_F_C);
    return true;
}

bool x86_lift_stc(struct x86_lift *l)
{
    x86_lift_put_flags(l, x86_lift_const(l, IR_F_C), IR_F_C);
    return true;
}

bool x86_lift_cmc(struct x86_lift *l)
{
    x86_lift_put_flags(l, x86_lift_condition(l, IR_COND_NC), IR_F_C);
    return true;
}

bool x86_lift_cld(struct x86_lift *l)
{
    ir_alui(l->b, IR_and, IR_64, X86_SLOT_EFLAGS, X86_SLOT_EFLAGS, ~(int64_t)X86_FLAG_DF);
    return true;
}

bool x86_lift_std(struct x86_lift *l)
{
    ir_alui(l->b, IR_or, IR_64, X86_SLOT_EFLAGS, X86_SLOT_EFLAGS, X86_FLAG_DF);
    return true;
}

static bool flags_ah_legal(const struct x86_lift *l)
{
    return !x86_lift_code64(l) || x86_lift_has(l, X86_FEATURE_lahf_lm);
}

bool x86_lift_lahf(struct x86_lift *l)
{
    if (!flags_ah_legal(l))
        return false;
    uint16_t flags = x86_lift_get_flags(l);
    ir_alui(l->b, IR_and, IR_32, flags, flags, FLAGS_AH);
    ir_alui(l->b, IR_or, IR_32, flags, flags, X86_FLAG_FIXED);
    struct ir_insn *insn = ir_emit(l->b, IR_insert, IR_8);
    insn->dst = X86_SLOT_GPR(X86_RAX);
    insn->a = flags;
    insn->imm = 8;
    return true;
}

bool x86_lift_sahf(struct x86_lift *l)
{
    if (!flags_ah_legal(l))
        return false;
    uint16_t flags = ir_temp(l->b);
    x86_lift_unary(l, IR_extract, IR_8, flags, X86_SLOT_GPR(X86_RAX))->imm = 8;
    x86_lift_put_flags(l, flags, FLAGS_AH);
    return true;
}

bool x86_lift_salc(struct x86_lift *l)
{
    uint16_t carry = x86_lift_condition(l, IR_COND_C);
    x86_lift_unary(l, IR_neg, IR_8, carry, carry);
    x86_lift_write_gpr(l, X86_RAX, 1, carry);
    return true;
}
