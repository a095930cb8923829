/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * String instructions and port input and output (SDM volume 1, 7.3.9 and 7.3.10). A helper runs up
 * to a bounded number of iterations; while some are left the instruction jumps to itself, which is
 * where requests are seen.
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

bool x86_lift_string(struct x86_lift *l)
{
    if (l->insn->operand_count_visible >= 2 && (x86_lift_is_vec(l, 0) || x86_lift_is_vec(l, 1)))
        return false; /* MOVSD and CMPSD of SSE2 */
    unsigned helper = (unsigned)l->parameter & 0xff;
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
