/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 and the FXSAVE and XSAVE families (SDM volume 1 chapters 8, 10.5 and 13). Memory operands are
 * loaded and stored here, so that they fault first; the rest is helpers with packed arguments.
 */
#include "emulator/isa/x86/control.h"

#include "emulator/cpu/x86/x87.h"

/* Parameters of the forms: the operation, and how many registers it pops. */
#define P_OP(parameter)   ((parameter)&0xff)
#define P_POPS(parameter) ((parameter) >> 8 & 3)

/* CR0.EM or TS: #NM. True: raised. */
static bool x87_unavailable(struct x86_lift *l)
{
    if (!(l->mode & (X86_MODE_EM | X86_MODE_TS)))
        return false;
    x86_lift_raise(l, X86_NM);
    return true;
}

static uint64_t x87_arg(const struct x86_lift *l, enum x87_format format, unsigned dst,
                        unsigned src)
{
    return X87_ARG(P_OP(l->parameter), format, dst, src, P_POPS(l->parameter));
}

static enum x87_format x87_memory_format(const struct x86_lift *l, bool integer)
{
    switch (x86_lift_size(l, 0)) {
    case 2:
        return X87_I16;
    case 4:
        return integer ? X87_I32 : X87_F32;
    case 8:
        return integer ? X87_I64 : X87_F64;
    default:
        return X87_F80;
    }
}

/* Loads memory operand 0: its low 8 bytes, and *high what is left of 10. */
static uint16_t x87_load_operand(struct x86_lift *l, uint16_t *high)
{
    unsigned size = x86_lift_size(l, 0), low_size = size > 8 ? 8 : size;
    struct ir_address m = x86_lift_address(l, 0, size, X86_LIFT_READ);
    uint16_t low = ir_temp(l->b);

    ir_load(l->b, x86_lift_width(low_size), low, &m);
    *high = IR_SLOT_ZERO;
    if (size == 10) {
        m.disp += 8;
        *high = ir_temp(l->b);
        ir_load(l->b, IR_16, *high, &m);
    }
    return low;
}

static void x87_call(struct x86_lift *l, enum x86_helper helper, uint64_t a, uint16_t b, uint16_t c)
{
    x86_lift_call_slots(l, helper, x86_lift_const(l, (int64_t)a), b, c);
}

/* What the instruction leaves in the saved pointers if it is executed: in argument a. */
static uint64_t x87_pointers(struct x86_lift *l)
{
    const ZydisDecodedInstruction *insn = l->insn;
    unsigned modrm = insn->raw.modrm.mod << 6 | insn->raw.modrm.reg << 3 | insn->raw.modrm.rm;
    uint64_t a = (uint64_t)((insn->opcode & 7u) << 8 | modrm) << X87_ARG_OPCODE_SHIFT;

    if (insn->operand_count_visible == 0 || !x86_lift_is_mem(l, 0))
        return a;
    x86_lift_effective_to(l, 0, 8, X86_SLOT_X87_OPERAND);
    return a | X87_ARG_MEMORY | (uint64_t)x86_lift_segment(l, 0) << X87_ARG_SEGMENT_SHIFT;
}

/* A call of what is not a control instruction. */
static void x87_compute(struct x86_lift *l, enum x86_helper helper, uint64_t a, uint16_t b,
                        uint16_t c)
{
    x87_call(l, helper, a | x87_pointers(l), b, c);
}

/* A register or memory operand for arithmetic, comparisons and loads; dst for registers is 0. */
static void x87_with_operand(struct x86_lift *l, enum x86_helper helper, bool integer,
                             uint64_t extra)
{
    if (x86_lift_is_mem(l, 0)) {
        uint16_t high, low = x87_load_operand(l, &high);
        enum x87_format format = x87_memory_format(l, integer);
        x87_compute(l, helper, x87_arg(l, format, 0, 0) | extra, low, high);
        return;
    }
    x87_compute(l, helper, x87_arg(l, X87_REG, 0, x86_lift_reg(l, 0)) | extra, IR_SLOT_ZERO,
                IR_SLOT_ZERO);
}

/* FADD and its kin: one memory operand, or two registers of which the first is written. */
static bool x87_arithmetic(struct x86_lift *l, bool integer)
{
    if (x87_unavailable(l))
        return true;
    if (x86_lift_is_mem(l, 0))
        x87_with_operand(l, X86_HELPER_x87_arith, integer, 0);
    else
        x87_compute(l, X86_HELPER_x87_arith,
                    x87_arg(l, X87_REG, x86_lift_reg(l, 0), x86_lift_reg(l, 1)), IR_SLOT_ZERO,
                    IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_arith(struct x86_lift *l)
{
    return x87_arithmetic(l, false);
}

bool x86_lift_x87_arith_int(struct x86_lift *l)
{
    return x87_arithmetic(l, true);
}

/* The compared register is the last visible operand (FCOMI names ST(0) too), or ST(1). */
static bool x87_comparison(struct x86_lift *l, enum x86_helper helper, bool integer, uint64_t extra)
{
    unsigned visible = l->insn->operand_count_visible;
    unsigned src = 1;

    if (x87_unavailable(l))
        return true;
    if (visible > 0 && x86_lift_is_mem(l, 0)) {
        x87_with_operand(l, helper, integer, extra);
        return true;
    }
    if (visible > 0)
        src = x86_lift_reg(l, visible - 1);
    x87_compute(l, helper, x87_arg(l, X87_REG, 0, src) | extra, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_com(struct x86_lift *l)
{
    return x87_comparison(l, X86_HELPER_x87_compare, false, 0);
}

bool x86_lift_x87_com_int(struct x86_lift *l)
{
    return x87_comparison(l, X86_HELPER_x87_compare, true, 0);
}

bool x86_lift_x87_ucom(struct x86_lift *l)
{
    return x87_comparison(l, X86_HELPER_x87_compare, false, X87_ARG_UNORDERED);
}

bool x86_lift_x87_comi(struct x86_lift *l)
{
    return x87_comparison(l, X86_HELPER_x87_compare_i, false, X87_ARG_EFLAGS);
}

bool x86_lift_x87_ucomi(struct x86_lift *l)
{
    return x87_comparison(l, X86_HELPER_x87_compare_i, false, X87_ARG_EFLAGS | X87_ARG_UNORDERED);
}

bool x86_lift_x87_unary(struct x86_lift *l)
{
    if (!x87_unavailable(l))
        x87_compute(l, X86_HELPER_x87_unary, x87_arg(l, X87_REG, 0, 0), IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_constant(struct x86_lift *l)
{
    if (!x87_unavailable(l))
        x87_compute(l, X86_HELPER_x87_load, x87_arg(l, X87_REG, 0, 0), IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

/* The operation in the argument of a load is that of no constant. */
bool x86_lift_x87_load(struct x86_lift *l)
{
    if (!x87_unavailable(l))
        x87_with_operand(l, X86_HELPER_x87_load, false, 0);
    return true;
}

bool x86_lift_x87_load_int(struct x86_lift *l)
{
    if (!x87_unavailable(l))
        x87_with_operand(l, X86_HELPER_x87_load, true, 0);
    return true;
}

/* Ten packed decimal digits become an integer in a helper's scratch: it is small enough for I64. */
bool x86_lift_x87_load_bcd(struct x86_lift *l)
{
    uint16_t low, high;

    if (x87_unavailable(l))
        return true;
    low = x87_load_operand(l, &high);
    x87_compute(l, X86_HELPER_x87_load, x87_arg(l, X87_BCD, 0, 0), low, high);
    return true;
}

/* ---- stores ---- */

static bool x87_store(struct x86_lift *l, enum x87_format format, uint64_t extra)
{
    uint16_t address = x86_lift_linear(l, 0, x86_lift_size(l, 0), X86_LIFT_WRITE);

    if (x86_lift_segment(l, 0) == X86_SS)
        extra |= X87_ARG_STACK;
    x87_compute(l, X86_HELPER_x87_store, x87_arg(l, format, 0, 0) | extra, address, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_store(struct x86_lift *l)
{
    if (x87_unavailable(l))
        return true;
    if (!x86_lift_is_mem(l, 0)) {
        x87_compute(l, X86_HELPER_x87_move, x87_arg(l, X87_REG, x86_lift_reg(l, 0), 0),
                    IR_SLOT_ZERO, IR_SLOT_ZERO);
        return true;
    }
    return x87_store(l, x87_memory_format(l, false), 0);
}

bool x86_lift_x87_store_int(struct x86_lift *l)
{
    return x87_unavailable(l) || x87_store(l, x87_memory_format(l, true), 0);
}

bool x86_lift_x87_store_truncated(struct x86_lift *l)
{
    return x87_unavailable(l) || x87_store(l, x87_memory_format(l, true), X87_ARG_TRUNCATE);
}

bool x86_lift_x87_store_bcd(struct x86_lift *l)
{
    return x87_unavailable(l) || x87_store(l, X87_BCD, 0);
}

/* ---- moves ---- */

bool x86_lift_x87_move(struct x86_lift *l)
{
    unsigned reg = l->insn->operand_count_visible > 0 ? x86_lift_reg(l, 0) : 0;

    if (!x87_unavailable(l))
        x87_compute(l, X86_HELPER_x87_move, x87_arg(l, X87_REG, reg, reg), IR_SLOT_ZERO,
                    IR_SLOT_ZERO);
    return true;
}

/* The parameter is the condition. */
bool x86_lift_x87_cmov(struct x86_lift *l)
{
    uint16_t taken;

    if (x87_unavailable(l))
        return true;
    taken = ir_temp(l->b);
    struct ir_insn *set = ir_emit(l->b, IR_setcc, IR_64);
    set->dst = taken;
    set->cond = (uint8_t)l->parameter;
    x87_compute(l, X86_HELPER_x87_cmov, X87_ARG(0, X87_REG, 0, x86_lift_reg(l, 1), 0), taken,
                IR_SLOT_ZERO);
    return true;
}

/* ---- control ---- */

/* Parameter: 1 for what older units had, which does not wait for exceptions. */
bool x86_lift_x87_nop(struct x86_lift *l)
{
    if (!x87_unavailable(l) && !l->parameter)
        x87_call(l, X86_HELPER_x87_wait, 0, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

/* WAIT is #NM only when both MP and TS are set. */
bool x86_lift_x87_wait(struct x86_lift *l)
{
    if ((l->mode & (X86_MODE_MP | X86_MODE_TS)) == (X86_MODE_MP | X86_MODE_TS))
        return x86_lift_raise(l, X86_NM);
    x87_call(l, X86_HELPER_x87_wait, 0, IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_control(struct x86_lift *l)
{
    if (!x87_unavailable(l))
        x87_call(l, X86_HELPER_x87_control, x87_arg(l, X87_REG, 0, 0), IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_load_control(struct x86_lift *l)
{
    uint16_t high, value;

    if (x87_unavailable(l))
        return true;
    value = x87_load_operand(l, &high);
    x87_call(l, X86_HELPER_x87_control, x87_arg(l, X87_REG, 0, 0), value, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_x87_store_control(struct x86_lift *l)
{
    uint16_t value;

    if (x87_unavailable(l))
        return true;
    value = x86_lift_call(l, X86_HELPER_x87_control, (int64_t)x87_arg(l, X87_REG, 0, 0), 0, 0);
    x86_lift_write(l, 0, value);
    return true;
}

bool x86_lift_x87_environment(struct x86_lift *l)
{
    bool real = !x86_lift_protected(l), writes;
    unsigned width = l->osize == 2 ? 2 : 4;
    uint16_t address;

    if (x87_unavailable(l))
        return true;
    writes = l->parameter == X87_STENV || l->parameter == X87_SAVE;
    address = x86_lift_linear(l, 0, x86_lift_size(l, 0), writes ? X86_LIFT_WRITE : X86_LIFT_READ);
    x87_call(l, X86_HELPER_x87_environment, x87_arg(l, X87_REG, 0, 0), address,
             x86_lift_const(l, width | real << 8));
    return true;
}

bool x86_lift_x87_emms(struct x86_lift *l)
{
    if (l->mode & X86_MODE_EM)
        return x86_lift_raise(l, X86_UD);
    if (!x87_unavailable(l))
        x86_lift_call(l, X86_HELPER_emms, 0, 0, 0);
    return true;
}

/* ---- FXSAVE and XSAVE: the parameter is that of the helper, times 4, plus which helper ---- */

enum { AREA_FXSAVE, AREA_FXRSTOR, AREA_XSAVE, AREA_XRSTOR };

static const enum x86_helper x87_area_helpers[] = {
    [AREA_FXSAVE] = X86_HELPER_fxsave,
    [AREA_FXRSTOR] = X86_HELPER_fxrstor,
    [AREA_XSAVE] = X86_HELPER_xsave,
    [AREA_XRSTOR] = X86_HELPER_xrstor,
};

static bool x87_area(struct x86_lift *l)
{
    unsigned kind = (unsigned)l->parameter & 3;
    bool writes = kind == AREA_FXSAVE || kind == AREA_XSAVE;
    unsigned wide = l->insn->attributes & ZYDIS_ATTRIB_HAS_REX && l->insn->raw.rex.W ? 8 : 4;
    uint16_t address = x86_lift_linear(l, 0, kind <= AREA_FXRSTOR ? 512 : 576,
                                       writes ? X86_LIFT_WRITE : X86_LIFT_READ);

    x86_lift_call_slots(l, x87_area_helpers[kind], x86_lift_const(l, l->parameter >> 2), address,
                        x86_lift_const(l, wide));
    return true;
}

bool x86_lift_x87_fxsave(struct x86_lift *l)
{
    return x87_unavailable(l) || x87_area(l);
}

/* That CR4.OSXSAVE is set is for the helper to see. */
bool x86_lift_x87_xsave(struct x86_lift *l)
{
    if (l->mode & X86_MODE_TS)
        return x86_lift_raise(l, X86_NM);
    return x87_area(l);
}
