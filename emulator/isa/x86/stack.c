/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stack and the forms that use it without transferring control (SDM volume 1, chapter 6 and
 * 7.3.1.4): PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE. Memory first, rSP last.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

/* Bytes of the stack pointer. */
static unsigned stack_pointer_size(const struct x86_lift *l)
{
    if (x86_lift_code64(l))
        return 8;
    return l->mode & X86_MODE_STACK32 ? 4 : 2;
}

/* An address in the stack segment, relative to a register. */
static struct ir_address stack_address(struct x86_lift *l, enum x86_gpr reg, int64_t offset,
                                       unsigned size, enum x86_lift_access access)
{
    unsigned width = stack_pointer_size(l);
    struct ir_address m = {.base = X86_SLOT_GPR(reg), .index = IR_SLOT_ZERO, .disp = offset};
    m.stack = true;
    m.addr32 = width == 4;
    if (width == 8 || (width == 4 && (l->mode & X86_MODE_FLAT(X86_SS))))
        return m;
    uint16_t slot = ir_temp(l->b);
    struct ir_insn *insn = ir_emit(l->b, IR_lea, x86_lift_width(width));
    insn->dst = slot;
    insn->a = X86_SLOT_GPR(reg);
    insn->b = IR_SLOT_ZERO;
    insn->imm = offset;
    return x86_lift_segment_address(l, X86_SS, slot, size, access);
}

struct ir_address x86_lift_stack(struct x86_lift *l, int64_t offset, unsigned size,
                                 enum x86_lift_access access)
{
    return stack_address(l, X86_RSP, offset, size, access);
}

/* rSP = reg + delta at the stack's width. */
static void stack_set(struct x86_lift *l, enum x86_gpr reg, int64_t delta)
{
    unsigned width = stack_pointer_size(l);
    uint16_t to = width == 2 ? ir_temp(l->b) : X86_SLOT_GPR(X86_RSP);
    ir_alui(l->b, IR_add, x86_lift_width(width), to, X86_SLOT_GPR(reg), delta);
    if (width == 2)
        x86_lift_write_gpr(l, X86_RSP, 2, to);
}

void x86_lift_stack_move(struct x86_lift *l, int64_t delta)
{
    stack_set(l, X86_RSP, delta);
}

void x86_lift_push(struct x86_lift *l, unsigned size, uint16_t value)
{
    struct ir_address m = x86_lift_stack(l, -(int64_t)size, size, X86_LIFT_WRITE);
    ir_store(l->b, x86_lift_width(size), &m, value);
    x86_lift_stack_move(l, -(int64_t)size);
}

static uint16_t stack_load(struct x86_lift *l, unsigned size)
{
    struct ir_address m = x86_lift_stack(l, 0, size, X86_LIFT_READ);
    uint16_t slot = ir_temp(l->b);
    ir_load(l->b, x86_lift_width(size), slot, &m);
    return slot;
}

/* ---- PUSH ---- */

bool x86_lift_push_form(struct x86_lift *l)
{
    uint16_t value;
    if (x86_lift_is_reg(l, 0) && !x86_lift_is_gpr(l, 0)) {
        value = ir_temp(l->b);
        ir_mov(l->b, IR_16, value, X86_SLOT_SEG(x86_lift_reg(l, 0), selector));
    } else {
        value = x86_lift_read(l, 0);
    }
    x86_lift_push(l, l->ssize, value);
    return true;
}

/* ---- POP ---- */

static void pop_segment(struct x86_lift *l)
{
    uint16_t value = stack_load(l, l->ssize);
    uint16_t seg = x86_lift_const(l, x86_lift_reg(l, 0));
    ir_call(l->b, X86_HELPER_load_seg, IR_SLOT_SINK, seg, value, IR_SLOT_ZERO);
    x86_lift_stack_move(l, l->ssize);
}

/* An address that uses rSP sees it after the pop (SDM volume 2, POP). */
static void pop_memory(struct x86_lift *l)
{
    ZydisRegister base = l->op[0].mem.base;
    bool by_sp = base == ZYDIS_REGISTER_ESP || base == ZYDIS_REGISTER_RSP;
    uint16_t value = stack_load(l, l->ssize);
    struct ir_address m = x86_lift_address_at(l, 0, by_sp ? l->ssize : 0, l->ssize, X86_LIFT_WRITE);
    ir_store(l->b, x86_lift_width(l->ssize), &m, value);
    x86_lift_stack_move(l, l->ssize);
}

/* Straight into the register, but rSP gets what was popped after it has moved. */
static void pop_register(struct x86_lift *l, unsigned reg)
{
    if (l->ssize >= 4 && reg != X86_RSP) {
        struct ir_address m = x86_lift_stack(l, 0, l->ssize, X86_LIFT_READ);
        ir_load(l->b, x86_lift_width(l->ssize), X86_SLOT_GPR(reg), &m);
        x86_lift_stack_move(l, l->ssize);
        return;
    }
    uint16_t value = stack_load(l, l->ssize);
    x86_lift_stack_move(l, l->ssize);
    x86_lift_write_gpr(l, reg, l->ssize, value);
}

bool x86_lift_pop_form(struct x86_lift *l)
{
    if (x86_lift_is_mem(l, 0))
        pop_memory(l);
    else if (!x86_lift_is_gpr(l, 0))
        pop_segment(l);
    else
        pop_register(l, x86_lift_reg(l, 0));
    return true;
}

/* ---- all registers, flags, frames ---- */

static int64_t stack_sizes(const struct x86_lift *l)
{
    return l->ssize | stack_pointer_size(l) << 8;
}

bool x86_lift_push_all(struct x86_lift *l)
{
    x86_lift_call(l, (enum x86_helper)l->parameter, stack_sizes(l), 0, 0);
    return true;
}

bool x86_lift_pushf(struct x86_lift *l)
{
    uint16_t value;
    if (l->mode & X86_MODE_VM86) {
        value = x86_lift_call(l, X86_HELPER_get_eflags, l->ssize, 0, 0);
    } else {
        uint16_t rest = ir_temp(l->b);
        value = x86_lift_get_flags(l);
        ir_alui(l->b, IR_and, IR_64, rest, X86_SLOT_EFLAGS, ~(int64_t)(X86_FLAG_VM | X86_FLAG_RF));
        ir_alu(l->b, IR_or, IR_64, value, value, rest);
    }
    x86_lift_push(l, l->ssize, value);
    return true;
}

/* Flags of which a new value may be denied, or is something to the run loop. */
static int64_t popf_special(const struct x86_lift *l)
{
    int64_t mask = X86_FLAG_TF | X86_FLAG_IF | X86_FLAG_IOPL | X86_FLAG_NT;
    return l->ssize > 2 ? mask | X86_FLAG_AC | X86_FLAG_ID : mask;
}

/* Mostly none of those changes, and then the instruction is done without a helper. */
static void popf_value(struct x86_lift *l, uint16_t value)
{
    uint16_t special = ir_temp(l->b), direction = ir_temp(l->b);
    ir_alu(l->b, IR_xor, IR_64, special, value, X86_SLOT_EFLAGS);
    ir_alui(l->b, IR_and, IR_64, direction, special, X86_FLAG_DF);
    ir_alui(l->b, IR_and, IR_64, special, special, popf_special(l));
    ir_alu(l->b, IR_xor, IR_64, X86_SLOT_EFLAGS, X86_SLOT_EFLAGS, direction);
    x86_lift_put_flags(l, value, IR_F_ALL);
    x86_lift_done_if_zero(l, special);
    ir_call(l->b, X86_HELPER_write_eflags, IR_SLOT_SINK, value, IR_SLOT_ZERO,
            x86_lift_const(l, l->ssize));
}

bool x86_lift_popf(struct x86_lift *l)
{
    uint16_t value = stack_load(l, l->ssize);
    if (!(l->mode & (X86_MODE_VM86 | X86_MODE_SHADOW | X86_MODE_STEP))) {
        x86_lift_stack_move(l, l->ssize);
        popf_value(l, value);
        return true;
    }
    uint16_t size = x86_lift_const(l, l->ssize);
    ir_call(l->b, X86_HELPER_set_eflags, IR_SLOT_SINK, value, IR_SLOT_ZERO, size);
    x86_lift_stack_move(l, l->ssize);
    return true;
}

bool x86_lift_enter(struct x86_lift *l)
{
    x86_lift_call(l, X86_HELPER_enter, stack_sizes(l), x86_lift_imm(l, 0) & 0xffff,
                  x86_lift_imm(l, 1) & 31);
    return true;
}

bool x86_lift_leave_frame(struct x86_lift *l)
{
    struct ir_address m = stack_address(l, X86_RBP, 0, l->ssize, X86_LIFT_READ);
    uint16_t value = ir_temp(l->b);
    ir_load(l->b, x86_lift_width(l->ssize), value, &m);
    stack_set(l, X86_RBP, l->ssize);
    x86_lift_write_gpr(l, X86_RBP, l->ssize, value);
    return true;
}
