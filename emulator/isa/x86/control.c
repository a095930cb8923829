/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Helper calls, exceptions, and the ways out of a block: jumps, side exits, back to the run loop.
 * In X86_MODE_SHADOW and X86_MODE_STEP every way out first calls end_shadow and trap.
 */
#include "emulator/isa/x86/lift.h"
#include "emulator/isa/x86/control.h"

/* ---- calls ---- */

uint16_t x86_lift_call_slots(struct x86_lift *l, enum x86_helper helper, uint16_t a, uint16_t b,
                             uint16_t c)
{
    uint16_t result = ir_temp(l->b);
    ir_call(l->b, helper, result, a, b, c);
    return result;
}

uint16_t x86_lift_call(struct x86_lift *l, enum x86_helper helper, int64_t a, int64_t b, int64_t c)
{
    uint16_t slot_a = x86_lift_const(l, a), slot_b = x86_lift_const(l, b);
    return x86_lift_call_slots(l, helper, slot_a, slot_b, x86_lift_const(l, c));
}

static bool vector_has_error(enum x86_vector vector)
{
    return vector == X86_DF || (vector >= X86_TS && vector <= X86_PF) || vector == X86_AC;
}

bool x86_lift_raise(struct x86_lift *l, enum x86_vector vector)
{
    x86_lift_call(l, X86_HELPER_raise, vector, 0, vector_has_error(vector));
    x86_lift_jumped(l);
    return true;
}

bool x86_lift_privileged(struct x86_lift *l)
{
    if (x86_lift_cpl(l) == 0)
        return true;
    x86_lift_raise(l, X86_GP);
    return false;
}

/* ---- the end of a block ---- */

static bool control_single(const struct x86_lift *l)
{
    return l->mode & (X86_MODE_SHADOW | X86_MODE_STEP);
}

static void control_end_shadow(struct x86_lift *l)
{
    if (l->mode & X86_MODE_SHADOW)
        ir_call(l->b, X86_HELPER_end_shadow, IR_SLOT_SINK, IR_SLOT_ZERO, IR_SLOT_ZERO,
                IR_SLOT_ZERO);
}

/* pc plus the slot's value is where the next instruction is. */
static void control_trap(struct x86_lift *l, uint16_t delta)
{
    if (l->mode & X86_MODE_STEP)
        ir_call(l->b, X86_HELPER_trap, IR_SLOT_SINK, delta, IR_SLOT_ZERO, IR_SLOT_ZERO);
}

static void control_last(struct x86_lift *l, enum ir_op op, int64_t delta, uint8_t hint)
{
    struct ir_insn *insn = ir_emit(l->b, op, IR_64);
    insn->imm = delta;
    insn->flags = hint;
    l->ended = true;
}

void x86_lift_jumped(struct x86_lift *l)
{
    control_last(l, IR_leave, l->offset, 0);
}

void x86_lift_call_jump(struct x86_lift *l, enum x86_helper helper, uint16_t a, uint16_t b,
                        uint16_t c)
{
    control_end_shadow(l);
    ir_call(l->b, helper, IR_SLOT_SINK, a, b, c);
    x86_lift_jumped(l);
}

static void control_leave(struct x86_lift *l, int64_t delta)
{
    control_end_shadow(l);
    if (l->mode & X86_MODE_STEP)
        control_trap(l, x86_lift_const(l, delta));
    control_last(l, IR_leave, delta, 0);
}

void x86_lift_leave(struct x86_lift *l)
{
    control_leave(l, l->offset + l->length);
}

void x86_lift_go_on(struct x86_lift *l, int64_t delta)
{
    if (control_single(l))
        control_leave(l, delta);
    else
        control_last(l, IR_jmp, delta, 0);
}

/* ---- jumps ---- */

/* The width of the instruction pointer for near transfers: in 64-bit code always 64. */
static enum ir_width control_pc_width(const struct x86_lift *l)
{
    return x86_lift_width(x86_lift_branch_size(l));
}

uint16_t x86_lift_pc(struct x86_lift *l, int64_t delta)
{
    uint16_t slot = ir_temp(l->b);
    struct ir_insn *insn = ir_emit(l->b, IR_pcrel, control_pc_width(l));
    insn->dst = slot;
    insn->imm = delta;
    return slot;
}

/*
 * Must the new pc be cut to 16 or 32 bits? The ops for direct jumps do not do that. A block may run
 * again at another pc, but then both differ by whole pages (the base of CS is in the mode key), and
 * what does not jump far does not wrap at one place and stay inside at the other.
 */
static bool control_wraps(const struct x86_lift *l, int64_t delta)
{
    const int64_t far = 16 << 20;
    if (x86_lift_code64(l))
        return false;
    if (l->osize == 2)
        return (l->mode & X86_MODE_CODE32) || ((l->pc + (uint64_t)delta) >> 16) != 0;
    return ((l->pc + (uint64_t)delta) >> 32) != 0 || delta > far || delta < -far;
}

void x86_lift_jump_slot(struct x86_lift *l, uint16_t target, uint8_t hint)
{
    control_end_shadow(l);
    if (l->mode & X86_MODE_STEP) {
        uint16_t delta = ir_temp(l->b), here = ir_temp(l->b);
        ir_emit(l->b, IR_pcrel, IR_64)->dst = here;
        ir_alu(l->b, IR_sub, IR_64, delta, target, here);
        control_trap(l, delta);
    }
    control_last(l, IR_jmpi, 0, hint);
    l->b->insn[l->b->count - 1].a = target;
}

void x86_lift_jump(struct x86_lift *l, int64_t delta, uint8_t hint)
{
    if (control_wraps(l, delta) || control_single(l))
        x86_lift_jump_slot(l, x86_lift_pc(l, delta), hint);
    else
        control_last(l, IR_jmp, delta, hint);
}

/* The pc after this instruction: what goes on there never wraps at 16 bits. */
static uint16_t control_next(struct x86_lift *l)
{
    uint16_t slot = ir_temp(l->b);
    struct ir_insn *insn = ir_emit(l->b, IR_pcrel, x86_lift_code64(l) ? IR_64 : IR_32);
    insn->dst = slot;
    insn->imm = l->offset + l->length;
    return slot;
}

/* Ends the block: goes on at the target if the condition holds, else behind the instruction. */
static uint16_t control_choose(struct x86_lift *l, enum ir_cond cond, uint16_t target)
{
    uint16_t next = control_next(l), slot = ir_temp(l->b);
    ir_alu(l->b, IR_select, IR_64, slot, next, target)->cond = cond;
    return slot;
}

/* The same by whether a slot is 0; the flags stay. */
static void control_choose_zero(struct x86_lift *l, enum ir_width width, uint16_t slot,
                                bool not_zero, uint16_t target)
{
    uint16_t flags = x86_lift_get_flags(l);
    ir_alu(l->b, IR_and, width, IR_SLOT_SINK, slot, slot)->flags |= IR_SETF;
    target = control_choose(l, not_zero ? IR_COND_NZ : IR_COND_Z, target);
    x86_lift_put_flags(l, flags, IR_F_ALL);
    x86_lift_jump_slot(l, target, 0);
}

void x86_lift_branch(struct x86_lift *l, enum ir_cond cond, int64_t delta)
{
    if (control_single(l) || control_wraps(l, delta)) {
        uint16_t target = x86_lift_pc(l, delta);
        x86_lift_jump_slot(l, control_choose(l, cond, target), 0);
        return;
    }
    struct ir_insn *insn = ir_emit(l->b, IR_br, IR_64);
    insn->cond = cond;
    insn->imm = delta;
}

void x86_lift_branch_zero(struct x86_lift *l, enum ir_width width, uint16_t slot, bool not_zero,
                          int64_t delta)
{
    if (control_single(l) || control_wraps(l, delta)) {
        control_choose_zero(l, width, slot, not_zero, x86_lift_pc(l, delta));
        return;
    }
    struct ir_insn *insn = ir_emit(l->b, not_zero ? IR_brnz : IR_brz, width);
    insn->a = slot;
    insn->imm = delta;
}

void x86_lift_again(struct x86_lift *l, uint16_t slot)
{
    if (control_single(l)) {
        uint16_t here = ir_temp(l->b);
        struct ir_insn *insn = ir_emit(l->b, IR_pcrel, IR_64);
        insn->dst = here;
        insn->imm = l->offset;
        control_choose_zero(l, IR_64, slot, true, here);
        return;
    }
    struct ir_insn *insn = ir_emit(l->b, IR_brnz, IR_64);
    insn->a = slot;
    insn->imm = l->offset;
}

void x86_lift_done_if_zero(struct x86_lift *l, uint16_t slot)
{
    struct ir_insn *insn = ir_emit(l->b, IR_brz, IR_64);
    insn->a = slot;
    insn->imm = l->offset + l->length;
}

/* ---- the flag unit ---- */

void x86_lift_put_flags(struct x86_lift *l, uint16_t slot, uint32_t mask)
{
    struct ir_insn *insn = ir_emit(l->b, IR_putf, IR_64);
    insn->b = slot;
    insn->imm = mask;
}

uint16_t x86_lift_get_flags(struct x86_lift *l)
{
    uint16_t slot = ir_temp(l->b);
    ir_emit(l->b, IR_getf, IR_64)->dst = slot;
    return slot;
}

uint16_t x86_lift_condition(struct x86_lift *l, enum ir_cond cond)
{
    uint16_t slot = ir_temp(l->b);
    struct ir_insn *insn = ir_emit(l->b, IR_setcc, IR_8);
    insn->dst = slot;
    insn->cond = cond;
    return slot;
}
