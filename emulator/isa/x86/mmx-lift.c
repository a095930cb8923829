/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MMX (SDM volume 1 chapter 9), and what SSE, SSE2 and SSSE3 added to it. The work is done by the
 * 8-byte vector operations; the registers are the significands of the x87's, and each instruction
 * first puts the x87 into its MMX state.
 */
#include "emulator/isa/x86/lift.h"

#include "emulator/cpu/x86/x87.h"
#include "emulator/isa/x86/vec.h"

static uint16_t mmx_slot(const struct x86_lift *l, unsigned i)
{
    return X86_SLOT_MMX(x86_lift_reg(l, i) & 7);
}

/* EM: #UD, TS: #NM. True: raised. */
static bool mmx_unavailable(struct x86_lift *l)
{
    if (l->mode & X86_MODE_EM)
        return x86_lift_raise(l, X86_UD);
    if (l->mode & X86_MODE_TS)
        return x86_lift_raise(l, X86_NM);
    return false;
}

/* After all that can fault: into MMX state; operand `written` (or -1) is an MMX destination. */
static void mmx_begin(struct x86_lift *l, int written)
{
    int64_t mask = written >= 0 ? 1 << (x86_lift_reg(l, (unsigned)written) & 7) : 0;

    x86_lift_call(l, X86_HELPER_mmx_begin, mask, 0, 0);
}

/* Operand i, a register or size bytes of memory, as a vector slot. */
static uint16_t mmx_source(struct x86_lift *l, unsigned i, unsigned size)
{
    struct ir_address m;
    uint16_t slot;

    if (x86_lift_is_mmx(l, i))
        return mmx_slot(l, i);
    if (x86_lift_is_vec(l, i))
        return x86_lift_vec_slot(l, i);
    m = x86_lift_address(l, i, size, X86_LIFT_READ);
    slot = ir_vtemp(l->b);
    struct ir_insn *load = ir_load(l->b, x86_lift_width(size), slot, &m);
    if (size == 16)
        load->flags |= IR_ALIGNED;
    return slot;
}

static void mmx_vec(struct x86_lift *l, int index, uint16_t d, uint16_t a, uint16_t b, uint8_t imm)
{
    struct ir_insn *insn = ir_emit(l->b, IR_vec, IR_64);

    insn->dst = d;
    insn->a = a;
    insn->b = b;
    insn->c = IR_SLOT_ZERO;
    insn->imm = (int64_t)index << 8 | imm;
}

static uint8_t mmx_immediate(const struct x86_lift *l)
{
    unsigned last = l->insn->operand_count_visible - 1u;

    return x86_lift_is_imm(l, last) ? (uint8_t)x86_lift_imm(l, last) : 0;
}

static int mmx_index(const struct x86_lift *l)
{
    return x86_vec_index((enum x86_vec_op)l->parameter, X86_VEC_M);
}

/* mm, mm/m64 and perhaps an immediate. Interleaving of low halves reads 4 bytes of memory. */
bool x86_lift_mmx_op(struct x86_lift *l)
{
    uint16_t b;

    if (!x86_lift_is_mmx(l, 0))
        return false;
    if (mmx_unavailable(l))
        return true;
    b = mmx_source(l, 1, x86_lift_is_mem(l, 1) ? x86_lift_size(l, 1) : 8);
    mmx_begin(l, 0);
    mmx_vec(l, mmx_index(l), mmx_slot(l, 0), mmx_slot(l, 0), b, mmx_immediate(l));
    return true;
}

/* The forms with an immediate count are operations of their own. */
static enum x86_vec_op mmx_immediate_shift(enum x86_vec_op op)
{
    static const enum x86_vec_op pairs[][2] = {
        {X86_VOP_psllw, X86_VOP_psllwi}, {X86_VOP_pslld, X86_VOP_pslldi},
        {X86_VOP_psllq, X86_VOP_psllqi}, {X86_VOP_psrlw, X86_VOP_psrlwi},
        {X86_VOP_psrld, X86_VOP_psrldi}, {X86_VOP_psrlq, X86_VOP_psrlqi},
        {X86_VOP_psraw, X86_VOP_psrawi}, {X86_VOP_psrad, X86_VOP_psradi},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][0] == op)
            return pairs[i][1];
    }
    return op;
}

bool x86_lift_mmx_shift(struct x86_lift *l)
{
    if (!x86_lift_is_mmx(l, 0))
        return false;
    if (!x86_lift_is_imm(l, 1))
        return x86_lift_mmx_op(l);
    if (mmx_unavailable(l))
        return true;
    mmx_begin(l, 0);
    mmx_vec(l, x86_vec_index(mmx_immediate_shift((enum x86_vec_op)l->parameter), X86_VEC_M),
            mmx_slot(l, 0), IR_SLOT_ZERO, mmx_slot(l, 0), mmx_immediate(l));
    return true;
}

/* PINSRW: mm, r32/m16, immediate. */
bool x86_lift_mmx_insert(struct x86_lift *l)
{
    uint16_t value;

    if (!x86_lift_is_mmx(l, 0))
        return false;
    if (mmx_unavailable(l))
        return true;
    value = x86_lift_read_zx(l, 1);
    mmx_begin(l, 0);
    mmx_vec(l, mmx_index(l), mmx_slot(l, 0), mmx_slot(l, 0), value, mmx_immediate(l));
    return true;
}

/* PMOVMSKB and PEXTRW: a general register from an MMX one. */
bool x86_lift_mmx_to_gpr(struct x86_lift *l)
{
    uint16_t value;

    if (!x86_lift_is_mmx(l, 1))
        return false;
    if (mmx_unavailable(l))
        return true;
    mmx_begin(l, -1);
    value = ir_temp(l->b);
    mmx_vec(l, mmx_index(l), value, IR_SLOT_ZERO, mmx_slot(l, 1), mmx_immediate(l));
    x86_lift_write_gpr(l, x86_lift_reg(l, 0), x86_lift_size(l, 0), value);
    return true;
}

/* To memory: the store comes before the state changes. A pending #MF is seen first all the same. */
static bool mmx_store(struct x86_lift *l, unsigned size)
{
    struct ir_address m;

    x86_lift_call(l, X86_HELPER_x87_wait, 0, 0, 0);
    m = x86_lift_address(l, 0, size, X86_LIFT_WRITE);
    ir_store(l->b, x86_lift_width(size), &m, mmx_slot(l, 1));
    mmx_begin(l, -1);
    return true;
}

/* MOVD, MOVQ and MOVNTQ between MMX, general registers and memory. A size of 4 with REX.W is 8. */
bool x86_lift_mmx_move(struct x86_lift *l)
{
    unsigned size = (unsigned)l->parameter;
    uint16_t value;

    if (!x86_lift_is_mmx(l, 0) && !x86_lift_is_mmx(l, 1))
        return false;
    if (mmx_unavailable(l))
        return true;
    if (x86_lift_is_mem(l, 0))
        return mmx_store(l, x86_lift_size(l, 0));
    if (x86_lift_is_gpr(l, 0)) {
        mmx_begin(l, -1);
        x86_lift_write_gpr(l, x86_lift_reg(l, 0), x86_lift_size(l, 0), mmx_slot(l, 1));
        return true;
    }
    if (x86_lift_is_gpr(l, 1))
        size = x86_lift_size(l, 1);
    value = x86_lift_is_gpr(l, 1)
                ? x86_lift_read(l, 1)
                : mmx_source(l, 1, x86_lift_is_mem(l, 1) ? x86_lift_size(l, 1) : 8);
    mmx_begin(l, 0);
    ir_mov(l->b, x86_lift_width(size), mmx_slot(l, 0), value);
    return true;
}

/* MOVQ2DQ: the low half of an XMM register, the rest of it zero. */
bool x86_lift_mmx_to_vec(struct x86_lift *l)
{
    uint16_t d;

    if (!x86_lift_is_vec(l, 0) || !x86_lift_is_mmx(l, 1))
        return false;
    if (!(l->mode & X86_MODE_SSE))
        return x86_lift_raise(l, X86_UD);
    if (mmx_unavailable(l))
        return true;
    d = x86_lift_vec_slot(l, 0);
    mmx_begin(l, -1);
    ir_mov(l->b, IR_64, d, mmx_slot(l, 1));
    ir_movi(l->b, IR_64, (uint16_t)(d + 1), 0);
    return true;
}

bool x86_lift_mmx_from_vec(struct x86_lift *l)
{
    if (!x86_lift_is_mmx(l, 0) || !x86_lift_is_vec(l, 1))
        return false;
    if (!(l->mode & X86_MODE_SSE))
        return x86_lift_raise(l, X86_UD);
    if (mmx_unavailable(l))
        return true;
    mmx_begin(l, 0);
    ir_mov(l->b, IR_64, mmx_slot(l, 0), x86_lift_vec_slot(l, 1));
    return true;
}

/* CVTPI2PS and CVTPI2PD: the MMX state is entered only when the source is a register. */
bool x86_lift_mmx_convert(struct x86_lift *l)
{
    uint16_t d, b;

    if (!(l->mode & X86_MODE_SSE))
        return x86_lift_raise(l, X86_UD);
    if (mmx_unavailable(l))
        return true;
    d = x86_lift_vec_slot(l, 0);
    b = mmx_source(l, 1, 8);
    if (x86_lift_is_mmx(l, 1))
        mmx_begin(l, -1);
    mmx_vec(l, mmx_index(l), d, d, b, 0);
    return true;
}

/* CVTPS2PI and its kin: an MMX register from an XMM one or memory. */
bool x86_lift_mmx_convert_to(struct x86_lift *l)
{
    uint16_t b, value;

    if (!(l->mode & X86_MODE_SSE))
        return x86_lift_raise(l, X86_UD);
    if (mmx_unavailable(l))
        return true;
    b = mmx_source(l, 1, x86_lift_is_mem(l, 1) ? x86_lift_size(l, 1) : 8);
    value = ir_vtemp(l->b);
    x86_lift_call(l, X86_HELPER_x87_wait, 0, 0, 0);
    mmx_vec(l, mmx_index(l), value, IR_SLOT_ZERO, b, 0);
    mmx_begin(l, 0);
    ir_mov(l->b, IR_64, mmx_slot(l, 0), value);
    return true;
}

/* MASKMOVQ: bytes of op 0 whose mask byte in op 1 has its top bit set, to DS:rDI. */
bool x86_lift_mmx_mask_store(struct x86_lift *l)
{
    uint16_t address;

    if (mmx_unavailable(l))
        return true;
    address = x86_lift_linear(l, l->insn->operand_count_visible, 8, X86_LIFT_WRITE);
    x86_lift_call_slots(l, X86_HELPER_mmx_mask_store, address, mmx_slot(l, 0), mmx_slot(l, 1));
    return true;
}
