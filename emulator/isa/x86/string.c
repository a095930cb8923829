/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * String instructions and port input and output (SDM volume 1, 7.3.9 and 7.3.10). A helper runs up
 * to a bounded number of iterations; while some are left the instruction jumps to itself, which is
 * where requests are seen. A single MOVS, LODS or STOS is a load and a store.
 */
#include "emulator/cpu/x86/ops.h"
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

/* parameter: helper | element size << 8. */
static int64_t string_argument(const struct x86_lift *l)
{
    enum x86_helper helper = (enum x86_helper)(l->parameter & 0xff);
    bool compares = helper == X86_HELPER_cmps || helper == X86_HELPER_scas;
    struct x86_string s = {
        .size = (unsigned)l->parameter >> 8,
        .address_size = l->asize,
        .segment = x86_lift_implied_segment(l, X86_DS),
        .rep = !l->rep          ? X86_REP_NONE
               : !compares      ? X86_REP_ALWAYS
               : l->rep == 0xf3 ? X86_REP_EQUAL
                                : X86_REP_NOT_EQUAL,
        .single = l->mode & (X86_MODE_STEP | X86_MODE_SHADOW),
        .code64 = x86_lift_code64(l),
    };
    return x86_string_pack(&s);
}

/* ---- one element, without a prefix ---- */

static uint16_t string_offset(struct x86_lift *l, enum x86_gpr reg)
{
    uint16_t offset;

    if (l->asize == 8)
        return X86_SLOT_GPR(reg);
    offset = ir_temp(l->b);
    ir_mov(l->b, x86_lift_width(l->asize), offset, X86_SLOT_GPR(reg));
    return offset;
}

static void string_load(struct x86_lift *l, unsigned size, uint16_t value)
{
    enum x86_seg_name segment = x86_lift_implied_segment(l, X86_DS);
    struct ir_address m =
        x86_lift_segment_address(l, segment, string_offset(l, X86_RSI), size, X86_LIFT_READ);

    ir_load(l->b, x86_lift_width(size), value, &m);
}

static void string_store(struct x86_lift *l, unsigned size, uint16_t value)
{
    struct ir_address m =
        x86_lift_segment_address(l, X86_ES, string_offset(l, X86_RDI), size, X86_LIFT_WRITE);

    ir_store(l->b, x86_lift_width(size), &m, value);
}

/* Twice the element's size if the direction flag is set, else 0. */
static uint16_t string_back(struct x86_lift *l, unsigned size)
{
    uint16_t back = ir_temp(l->b);

    ir_alui(l->b, IR_shr, IR_64, back, X86_SLOT_EFLAGS,
            __builtin_ctz(X86_FLAG_DF) - __builtin_ctz(2 * size));
    ir_alui(l->b, IR_and, IR_64, back, back, 2 * (int64_t)size);
    return back;
}

static void string_advance(struct x86_lift *l, enum x86_gpr reg, unsigned size, uint16_t back)
{
    enum ir_width width = x86_lift_width(l->asize);
    uint16_t to = l->asize == 2 ? ir_temp(l->b) : X86_SLOT_GPR(reg);

    ir_alui(l->b, IR_add, width, to, X86_SLOT_GPR(reg), size);
    ir_alu(l->b, IR_sub, width, to, to, back);
    if (l->asize == 2)
        x86_lift_write_gpr(l, reg, 2, to);
}

/* False: not one of the three. */
static bool string_single(struct x86_lift *l, enum x86_helper helper, unsigned size)
{
    bool loads = helper == X86_HELPER_movs || helper == X86_HELPER_lods;
    bool stores = helper == X86_HELPER_movs || helper == X86_HELPER_stos;
    uint16_t value = X86_SLOT_GPR(X86_RAX), back;

    if (!loads && !stores)
        return false;
    if (loads) {
        value = ir_temp(l->b);
        string_load(l, size, value);
    }
    if (stores)
        string_store(l, size, value);
    else
        x86_lift_write_gpr(l, X86_RAX, size, value);
    back = string_back(l, size);
    if (loads)
        string_advance(l, X86_RSI, size, back);
    if (stores)
        string_advance(l, X86_RDI, size, back);
    return true;
}

bool x86_lift_string(struct x86_lift *l)
{
    if (l->insn->operand_count_visible >= 2 && (x86_lift_is_vec(l, 0) || x86_lift_is_vec(l, 1)))
        return false; /* MOVSD and CMPSD of SSE2 */
    unsigned helper = (unsigned)l->parameter & 0xff;
    if (!l->rep && string_single(l, (enum x86_helper)helper, (unsigned)l->parameter >> 8))
        return true;
    uint16_t argument = x86_lift_const(l, string_argument(l));
    if (!l->rep) {
        ir_call(l->b, helper, IR_SLOT_SINK, argument, IR_SLOT_ZERO, IR_SLOT_ZERO);
        return true;
    }
    uint16_t again = ir_temp(l->b);
    ir_call(l->b, helper, again, argument, IR_SLOT_ZERO, IR_SLOT_ZERO);
    x86_lift_again(l, again);
    return true;
}

/* ---- IN and OUT ---- */

static uint16_t port_number(struct x86_lift *l, unsigned i)
{
    if (x86_lift_is_imm(l, i))
        return x86_lift_const(l, x86_lift_imm(l, i) & 0xff);
    uint16_t port = ir_temp(l->b);
    ir_mov(l->b, IR_16, port, X86_SLOT_GPR(X86_RDX));
    return port;
}

bool x86_lift_in(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    uint16_t port = port_number(l, 1), bytes = x86_lift_const(l, size);
    x86_lift_write(l, 0, x86_lift_call_slots(l, X86_HELPER_in, port, bytes, IR_SLOT_ZERO));
    return true;
}

bool x86_lift_out(struct x86_lift *l)
{
    uint16_t port = port_number(l, 0), bytes = x86_lift_const(l, x86_lift_size(l, 1));
    uint16_t value = x86_lift_read_zx(l, 1);
    ir_call(l->b, X86_HELPER_out, IR_SLOT_SINK, port, bytes, value);
    return true;
}
