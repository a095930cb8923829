/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control transfer (SDM volume 1, 7.3.8 and chapter 6; volume 2): near and far jumps, calls and
 * returns, loops, software interrupts. Near branches are 64 bits wide in 64-bit code, whatever the
 * prefixes. Far transfers are helpers.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

static bool is_far(const struct x86_lift *l)
{
    return l->insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

static int64_t next_delta(const struct x86_lift *l)
{
    return l->offset + l->length;
}

static int64_t target_delta(const struct x86_lift *l, unsigned i)
{
    return next_delta(l) + x86_lift_imm(l, i);
}

/* ---- far JMP and CALL ---- */

static uint16_t far_next(struct x86_lift *l, bool call)
{
    return x86_lift_const(l, l->length | (call ? l->osize << 8 : 0));
}

static void far_direct(struct x86_lift *l, enum x86_helper helper)
{
    uint16_t selector = x86_lift_const(l, l->op[0].ptr.segment);
    uint16_t offset = x86_lift_const(l, l->op[0].ptr.offset);
    x86_lift_call_jump(l, helper, selector, offset, far_next(l, helper == X86_HELPER_far_call));
}

static void far_indirect(struct x86_lift *l, enum x86_helper helper)
{
    uint16_t offset = ir_temp(l->b), selector = ir_temp(l->b);
    struct ir_address m = x86_lift_address(l, 0, l->osize, X86_LIFT_READ);
    ir_load(l->b, x86_lift_width(l->osize), offset, &m);
    m = x86_lift_address_at(l, 0, l->osize, 2, X86_LIFT_READ);
    ir_load(l->b, IR_16, selector, &m);
    x86_lift_call_jump(l, helper, selector, offset, far_next(l, helper == X86_HELPER_far_call));
}

static bool far_transfer(struct x86_lift *l, enum x86_helper helper)
{
    if (l->op[0].type == ZYDIS_OPERAND_TYPE_POINTER)
        far_direct(l, helper);
    else if (x86_lift_is_mem(l, 0))
        far_indirect(l, helper);
    else
        return false;
    return true;
}

/* ---- near JMP, CALL, RET ---- */

static uint16_t near_target(struct x86_lift *l)
{
    enum ir_width width = x86_lift_width(x86_lift_branch_size(l));
    if (x86_lift_is_reg(l, 0) && width == IR_64 && x86_lift_reg(l, 0) != X86_RSP)
        return X86_SLOT_GPR(x86_lift_reg(l, 0)); /* a push does not change it */
    uint16_t target = ir_temp(l->b);
    if (x86_lift_is_mem(l, 0)) {
        struct ir_address m = x86_lift_address(l, 0, x86_lift_branch_size(l), X86_LIFT_READ);
        ir_load(l->b, width, target, &m);
    } else {
        ir_mov(l->b, width, target, X86_SLOT_GPR(x86_lift_reg(l, 0)));
    }
    return target;
}

bool x86_lift_jmp(struct x86_lift *l)
{
    if (is_far(l))
        return far_transfer(l, X86_HELPER_far_jmp);
    if (x86_lift_is_imm(l, 0))
        x86_lift_jump(l, target_delta(l, 0), 0);
    else
        x86_lift_jump_slot(l, near_target(l), 0);
    return true;
}

/* The return pc is made first: executors expect it in temporary 0. */
bool x86_lift_call_form(struct x86_lift *l)
{
    if (is_far(l))
        return far_transfer(l, X86_HELPER_far_call);
    uint16_t back = x86_lift_pc(l, next_delta(l));
    if (x86_lift_is_imm(l, 0)) {
        x86_lift_push(l, x86_lift_branch_size(l), back);
        x86_lift_jump(l, target_delta(l, 0), IR_HINT_CALL);
        return true;
    }
    uint16_t target = near_target(l);
    x86_lift_push(l, x86_lift_branch_size(l), back);
    x86_lift_jump_slot(l, target, IR_HINT_CALL);
    return true;
}

bool x86_lift_ret(struct x86_lift *l)
{
    int64_t drop = x86_lift_is_imm(l, 0) ? x86_lift_imm(l, 0) & 0xffff : 0;
    if (is_far(l)) {
        uint16_t size = x86_lift_const(l, l->osize), bytes = x86_lift_const(l, drop);
        x86_lift_call_jump(l, X86_HELPER_far_ret, size, bytes, far_next(l, false));
        return true;
    }
    unsigned size = x86_lift_branch_size(l);
    struct ir_address m = x86_lift_stack(l, 0, size, X86_LIFT_READ);
    uint16_t target = ir_temp(l->b);
    ir_load(l->b, x86_lift_width(size), target, &m);
    x86_lift_stack_move(l, size + drop);
    x86_lift_jump_slot(l, target, IR_HINT_RET);
    return true;
}

/* ---- conditional ---- */

bool x86_lift_jcc(struct x86_lift *l)
{
    x86_lift_branch(l, (enum ir_cond)l->parameter, target_delta(l, 0));
    return true;
}

/* JCXZ, JECXZ, JRCXZ: the address size chooses the register. */
bool x86_lift_jcxz(struct x86_lift *l)
{
    x86_lift_branch_zero(l, x86_lift_width(l->asize), X86_SLOT_GPR(X86_RCX), false,
                         target_delta(l, 0));
    return true;
}

/* rCX -= 1 at the address size. */
static uint16_t loop_count(struct x86_lift *l)
{
    uint16_t rcx = X86_SLOT_GPR(X86_RCX), count = l->asize == 2 ? ir_temp(l->b) : rcx;
    ir_alui(l->b, IR_sub, x86_lift_width(l->asize), count, rcx, 1);
    if (l->asize == 2)
        x86_lift_write_gpr(l, X86_RCX, 2, count);
    return count;
}

/* count is not 0 and the condition holds: 1 or 0, flags untouched. */
static uint16_t loop_condition(struct x86_lift *l, uint16_t count, enum ir_cond cond)
{
    enum ir_width width = x86_lift_width(l->asize);
    uint16_t both = ir_temp(l->b), holds = x86_lift_condition(l, cond);
    x86_lift_unary(l, IR_neg, width, both, count);
    ir_alu(l->b, IR_or, width, both, both, count);
    ir_alui(l->b, IR_shr, width, both, both, 8 * l->asize - 1);
    ir_alu(l->b, IR_and, width, both, both, holds);
    return both;
}

/* LOOP: parameter -1; LOOPE, LOOPNE: the condition. */
bool x86_lift_loop(struct x86_lift *l)
{
    uint16_t count = loop_count(l);
    if (l->parameter >= 0)
        count = loop_condition(l, count, (enum ir_cond)l->parameter);
    x86_lift_branch_zero(l, x86_lift_width(l->asize), count, true, target_delta(l, 0));
    return true;
}

/* ---- interrupts ---- */

/* INT n, INT3, INT1: parameter: kind as the helper soft_int takes it | vector << 8. */
bool x86_lift_int(struct x86_lift *l)
{
    int64_t vector = l->parameter >> 8;
    if (l->insn->operand_count_visible == 1 && x86_lift_is_imm(l, 0))
        vector = x86_lift_imm(l, 0) & 0xff;
    uint16_t a = x86_lift_const(l, vector), kind = x86_lift_const(l, l->parameter & 0xff);
    x86_lift_call_jump(l, X86_HELPER_soft_int, a, kind, x86_lift_const(l, l->length));
    return true;
}

bool x86_lift_into(struct x86_lift *l)
{
    uint16_t next = x86_lift_const(l, l->length);
    ir_call(l->b, X86_HELPER_into, IR_SLOT_SINK, IR_SLOT_ZERO, IR_SLOT_ZERO, next);
    return true;
}

bool x86_lift_iret(struct x86_lift *l)
{
    uint16_t size = x86_lift_const(l, l->osize);
    x86_lift_call_jump(l, X86_HELPER_iret, size, IR_SLOT_ZERO, x86_lift_const(l, l->length));
    return true;
}

bool x86_lift_bound(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    uint16_t linear = x86_lift_linear(l, 1, 2 * size, X86_LIFT_READ);
    ir_call(l->b, X86_HELPER_bound, IR_SLOT_SINK, x86_lift_read(l, 0), linear,
            x86_lift_const(l, size));
    return true;
}
