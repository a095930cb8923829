/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System instructions (SDM volume 3, chapter 2, and volume 2): mostly one helper call each. Checked
 * here: the mode and the privilege that the mode key tells; in the helpers: all that needs state.
 */
#include "emulator/isa/x86/system.h"

#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/parameters.h"

/* False: what the row asks for is not given, and the exception is there. */
static bool system_allowed(struct x86_lift *l)
{
    if ((l->parameter & SYS_UD_CPL) && x86_lift_cpl(l) != 0) {
        x86_lift_raise(l, X86_UD);
        return false;
    }
    if ((l->parameter & SYS_PROTECTED) && !x86_lift_protected(l)) {
        x86_lift_raise(l, X86_UD);
        return false;
    }
    if ((l->parameter & SYS_GP_REAL) && !(l->mode & X86_MODE_PE)) {
        x86_lift_raise(l, X86_GP);
        return false;
    }
    return !(l->parameter & SYS_CPL0) || x86_lift_privileged(l);
}

static unsigned system_helper(const struct x86_lift *l)
{
    return (unsigned)l->parameter & 0xff;
}

static uint16_t system_constant(struct x86_lift *l)
{
    return x86_lift_const(l, (l->parameter >> SYS_A_SHIFT) & 0xf);
}

/* No operands: a is a constant of the row, or the operand size. */
bool x86_lift_system(struct x86_lift *l)
{
    if (!system_allowed(l))
        return true;
    uint16_t a =
        l->parameter & SYS_SIZE ? x86_lift_const(l, l->osize == 8 ? 8 : 4) : system_constant(l);
    if (l->parameter & SYS_JUMP) {
        uint16_t next = x86_lift_const(l, l->length);
        x86_lift_call_jump(l, (enum x86_helper)system_helper(l), a, IR_SLOT_ZERO, next);
        return true;
    }
    ir_call(l->b, system_helper(l), IR_SLOT_SINK, a, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_nop(struct x86_lift *l)
{
    return true;
}

/* Caches are not there, but the address has to be one that a byte could be loaded from. */
bool x86_lift_clflush(struct x86_lift *l)
{
    struct ir_address m = x86_lift_address(l, 0, 1, X86_LIFT_READ);

    ir_load(l->b, IR_8, ir_temp(l->b), &m);
    return true;
}

bool x86_lift_undefined(struct x86_lift *l)
{
    return x86_lift_raise(l, X86_UD);
}

/* ---- descriptor tables and segments ---- */

/* LGDT, LIDT, SGDT, SIDT: a: which table. */
bool x86_lift_table(struct x86_lift *l)
{
    bool load = system_helper(l) == X86_HELPER_load_table;
    if (!system_allowed(l))
        return true;
    if (!x86_lift_is_mem(l, 0))
        return false;
    unsigned base = x86_lift_code64(l) ? 8 : l->osize == 2 ? 3 : 4;
    unsigned bytes = base == 8 ? 10 : 6;
    uint16_t linear = x86_lift_linear(l, 0, bytes, load ? X86_LIFT_READ : X86_LIFT_WRITE);
    uint16_t which = system_constant(l);
    ir_call(l->b, system_helper(l), IR_SLOT_SINK, which, linear, x86_lift_const(l, base));
    return true;
}

/* LLDT, LTR, VERR, VERW, LMSW: the helper gets a 16-bit operand. */
bool x86_lift_selector(struct x86_lift *l)
{
    if (!system_allowed(l))
        return true;
    uint16_t value = ir_temp(l->b);
    if (x86_lift_is_mem(l, 0)) {
        struct ir_address m = x86_lift_address(l, 0, 2, X86_LIFT_READ);
        ir_load(l->b, IR_16, value, &m);
    } else {
        ir_mov(l->b, IR_16, value, X86_SLOT_GPR(x86_lift_reg(l, 0)));
    }
    ir_call(l->b, system_helper(l), IR_SLOT_SINK, value, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

/* SLDT, STR, SMSW: 16 bits to memory, the operand size to a register. */
bool x86_lift_store_system(struct x86_lift *l)
{
    if (!system_allowed(l))
        return true;
    uint16_t value = ir_temp(l->b), which = system_constant(l);
    ir_call(l->b, X86_HELPER_store_sys, value, which, IR_SLOT_ZERO, IR_SLOT_ZERO);
    if (x86_lift_is_mem(l, 0)) {
        struct ir_address m = x86_lift_address(l, 0, 2, X86_LIFT_WRITE);
        ir_store(l->b, IR_16, &m, value);
    } else {
        x86_lift_write_gpr(l, x86_lift_reg(l, 0), l->osize, value);
    }
    return true;
}

static uint16_t selector_operand(struct x86_lift *l, unsigned i)
{
    uint16_t value = ir_temp(l->b);
    if (x86_lift_is_mem(l, i)) {
        struct ir_address m = x86_lift_address(l, i, 2, X86_LIFT_READ);
        ir_load(l->b, IR_16, value, &m);
    } else {
        ir_mov(l->b, IR_16, value, X86_SLOT_GPR(x86_lift_reg(l, i)));
    }
    return value;
}

/* LAR, LSL: the destination stays when Z is cleared, which the helper sees to. */
bool x86_lift_descriptor(struct x86_lift *l)
{
    if (!system_allowed(l))
        return true;
    uint16_t selector = selector_operand(l, 1), size = x86_lift_const(l, l->osize);
    uint16_t dst = X86_SLOT_GPR(x86_lift_reg(l, 0)), value = ir_temp(l->b);
    ir_call(l->b, system_helper(l), value, selector, dst, size);
    ir_alu(l->b, IR_select, IR_64, value, dst, value)->cond = IR_COND_Z;
    if (l->osize < 4) {
        x86_lift_write_gpr(l, x86_lift_reg(l, 0), l->osize, value);
        return true;
    }
    ir_mov(l->b, IR_64, dst, value);
    return true;
}

/* ARPL without a flag changed before the store: 1 in `less` if RPL was below. */
bool x86_lift_arpl(struct x86_lift *l)
{
    if (!x86_lift_protected(l))
        return x86_lift_raise(l, X86_UD);
    uint16_t value = x86_lift_read_zx(l, 0), source = x86_lift_read(l, 1);
    uint16_t rise = ir_temp(l->b), less = ir_temp(l->b), old = ir_temp(l->b);
    ir_alui(l->b, IR_and, IR_32, old, value, 3);
    ir_alui(l->b, IR_and, IR_32, rise, source, 3);
    ir_alu(l->b, IR_sub, IR_32, rise, old, rise); /* negative: to be raised */
    ir_alui(l->b, IR_shr, IR_32, less, rise, 31);
    ir_alu(l->b, IR_mul, IR_32, rise, rise, less);
    ir_alu(l->b, IR_sub, IR_32, value, value, rise);
    x86_lift_write(l, 0, value);
    ir_alui(l->b, IR_shl, IR_32, less, less, 6);
    x86_lift_put_flags(l, less, IR_F_Z);
    return true;
}

/* ---- FS and GS bases ---- */

/* RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE: a: the segment. */
bool x86_lift_segment_base(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    uint16_t seg = system_constant(l), bytes = x86_lift_const(l, size);
    if (system_helper(l) == X86_HELPER_get_base) {
        uint16_t value = ir_temp(l->b);
        ir_call(l->b, X86_HELPER_get_base, value, seg, IR_SLOT_ZERO, bytes);
        x86_lift_write(l, 0, value);
        return true;
    }
    ir_call(l->b, X86_HELPER_set_base, IR_SLOT_SINK, seg, x86_lift_read_zx(l, 0), bytes);
    return true;
}

/* ---- control and debug registers ---- */

bool x86_lift_move_to_system(struct x86_lift *l, bool debug)
{
    if (!x86_lift_privileged(l))
        return true;
    uint16_t number = x86_lift_const(l, x86_lift_reg(l, 0)), value = x86_lift_read_zx(l, 1);
    ir_call(l->b, debug ? X86_HELPER_set_dr : X86_HELPER_set_cr, IR_SLOT_SINK, number, value,
            IR_SLOT_ZERO);
    return true;
}

bool x86_lift_move_from_system(struct x86_lift *l, bool debug)
{
    if (!x86_lift_privileged(l))
        return true;
    enum x86_helper helper = debug ? X86_HELPER_get_dr : X86_HELPER_get_cr;
    x86_lift_write(l, 0, x86_lift_call(l, helper, x86_lift_reg(l, 1), 0, 0));
    return true;
}

/* ---- addresses for helpers ---- */

bool x86_lift_invlpg(struct x86_lift *l)
{
    if (!x86_lift_privileged(l))
        return true;
    uint16_t linear = x86_lift_linear(l, 0, 0, X86_LIFT_READ);
    ir_call(l->b, X86_HELPER_invlpg, IR_SLOT_SINK, linear, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_invpcid(struct x86_lift *l)
{
    if (!x86_lift_privileged(l))
        return true;
    uint16_t type = x86_lift_read_zx(l, 0), linear = x86_lift_linear(l, 1, 16, X86_LIFT_READ);
    ir_call(l->b, X86_HELPER_invpcid, IR_SLOT_SINK, type, linear, IR_SLOT_ZERO);
    return true;
}

/* The address is rAX at the address size, in DS or an override. */
bool x86_lift_monitor(struct x86_lift *l)
{
    if (x86_lift_cpl(l) != 0)
        return x86_lift_raise(l, X86_UD);
    uint16_t offset = ir_temp(l->b), linear = ir_temp(l->b);
    ir_mov(l->b, x86_lift_width(l->asize), offset, X86_SLOT_GPR(X86_RAX));
    struct ir_address m =
        x86_lift_segment_address(l, x86_lift_implied_segment(l, X86_DS), offset, 1, X86_LIFT_READ);
    struct ir_insn *lea = x86_lift_unary(l, IR_lea, IR_64, linear, m.base);
    lea->b = m.index;
    lea->flags = m.addr32 ? IR_ADDR32 : 0;
    ir_call(l->b, X86_HELPER_monitor, IR_SLOT_SINK, linear, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_rdpid(struct x86_lift *l)
{
    uint16_t value = x86_lift_call(l, X86_HELPER_rdpid, 0, 0, 0);
    x86_lift_write(l, 0, value);
    return true;
}
