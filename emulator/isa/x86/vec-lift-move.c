/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifts vector moves: whole registers, their parts, to and from general registers and memory (SDM
 * volume 2). A load of 32 or 64 bits zeroes the rest of its register, a register move does not.
 */
#include "emulator/isa/x86/vec-forms.h"

static bool emit_move(struct x86_lift *l, enum x86_vec_op op, uint16_t d, uint16_t a, uint16_t b)
{
    struct x86_vec_use use = {d, a, b, IR_SLOT_ZERO, 0};
    return x86_vec_emit(l, op, x86_vec_is_vex(l) ? X86_VEC_Z : X86_VEC_X, &use);
}

/* ---- whole registers ---- */

/* The legacy form keeps the upper half. */
static bool load_legacy(struct x86_lift *l, bool aligned)
{
    struct ir_address m = x86_lift_address(l, 1, 16, X86_LIFT_READ);
    struct ir_insn *insn = ir_load(l->b, IR_128, x86_lift_vec_slot(l, 0), &m);
    if (aligned)
        insn->flags |= IR_ALIGNED;
    return true;
}

static bool load_whole(struct x86_lift *l, enum x86_vec_width width, unsigned bytes, bool aligned)
{
    struct x86_vec_use use = {x86_lift_vec_slot(l, 0), IR_SLOT_ZERO, 0, IR_SLOT_ZERO, 0};
    use.b = x86_vec_source(l, 1, bytes, aligned);
    return x86_vec_emit(l, X86_VOP_mov, width, &use);
}

/* Parameter: VEC_MUST_ALIGN or 0. */
bool x86_lift_vec_move(struct x86_lift *l)
{
    enum x86_vec_width width = x86_vec_width_of(l);
    unsigned bytes = width == X86_VEC_Y ? 32 : 16;
    bool aligned = l->parameter & VEC_MUST_ALIGN;
    bool load = x86_lift_is_mem(l, 1), store = x86_lift_is_mem(l, 0);
    if ((!store && !x86_lift_is_vec(l, 0)) || (!load && !x86_lift_is_vec(l, 1)))
        return false;
    if (bytes == 32 && (l->parameter & VEC_AVX2_Y) && !x86_lift_has(l, X86_FEATURE_avx2))
        return false;
    if (!x86_vec_usable(l))
        return true;
    if (load)
        return x86_vec_is_vex(l) ? load_whole(l, width, bytes, aligned) : load_legacy(l, aligned);
    if (store) {
        x86_vec_store(l, 0, bytes, x86_lift_vec_slot(l, 1), aligned);
    } else {
        struct x86_vec_use use = {x86_lift_vec_slot(l, 0), IR_SLOT_ZERO, x86_lift_vec_slot(l, 1),
                                  IR_SLOT_ZERO, 0};
        return x86_vec_emit(l, X86_VOP_mov, width, &use);
    }
    return true;
}

/* ---- MOVD, MOVQ ---- */

static bool move_to_low(struct x86_lift *l, unsigned bytes)
{
    enum x86_vec_op op = bytes == 4 ? X86_VOP_movd : X86_VOP_movq;
    uint16_t from;
    if (x86_lift_is_gpr(l, 1))
        from = X86_SLOT_GPR(x86_lift_reg(l, 1));
    else if (x86_lift_is_mem(l, 1) || x86_lift_is_vec(l, 1))
        from = x86_vec_source(l, 1, bytes, false);
    else
        return false;
    return emit_move(l, op, x86_lift_vec_slot(l, 0), IR_SLOT_ZERO, from);
}

static bool move_from_low(struct x86_lift *l, unsigned bytes)
{
    enum x86_vec_op op = bytes == 4 ? X86_VOP_pextrd : X86_VOP_pextrq;
    if (!x86_lift_is_vec(l, 1))
        return false;
    if (x86_lift_is_mem(l, 0)) {
        x86_vec_store(l, 0, bytes, x86_lift_vec_slot(l, 1), false);
        return true;
    }
    return x86_lift_is_gpr(l, 0) && emit_move(l, op, X86_SLOT_GPR(x86_lift_reg(l, 0)), IR_SLOT_ZERO,
                                              x86_lift_vec_slot(l, 1));
}

/* Parameter: 4 for MOVD (8 where an operand is a 64-bit register), 8 for MOVQ. */
bool x86_lift_vec_move_low(struct x86_lift *l)
{
    unsigned bytes = (unsigned)l->parameter;
    if (x86_lift_is_mmx(l, 0) || x86_lift_is_mmx(l, 1))
        return false;
    for (unsigned i = 0; i < 2; i++)
        if (x86_lift_is_gpr(l, i))
            bytes = x86_lift_size(l, i);
    if (!x86_vec_usable(l))
        return true;
    return x86_lift_is_vec(l, 0) ? move_to_low(l, bytes) : move_from_low(l, bytes);
}

/* ---- MOVSS, MOVSD ---- */

static bool move_scalar_registers(struct x86_lift *l, unsigned bytes)
{
    bool vex = x86_vec_is_vex(l);
    enum x86_vec_op op = bytes == 4 ? X86_VOP_movss : X86_VOP_movsd;
    uint16_t d = x86_lift_vec_slot(l, 0);
    return emit_move(l, op, d, vex ? x86_lift_vec_slot(l, 1) : d,
                     x86_lift_vec_slot(l, vex ? 2 : 1));
}

/* Parameter: bytes. */
bool x86_lift_vec_move_scalar(struct x86_lift *l)
{
    unsigned bytes = (unsigned)l->parameter;
    bool load = x86_lift_is_mem(l, 1), store = x86_lift_is_mem(l, 0);
    if ((!store && !x86_lift_is_vec(l, 0)) || (!load && !x86_lift_is_vec(l, 1)))
        return false;
    if (!x86_vec_usable(l))
        return true;
    if (load)
        return move_to_low(l, bytes);
    if (store)
        return move_from_low(l, bytes);
    return move_scalar_registers(l, bytes);
}

/* ---- MOVLPS, MOVHPS and the like: 64 bits of memory and a half register ---- */

/* Parameter: 0 low, 1 high half. */
bool x86_lift_vec_move_half(struct x86_lift *l)
{
    unsigned high = (unsigned)l->parameter, last = l->insn->operand_count_visible - 1u;
    if (!x86_vec_usable(l))
        return true;
    if (x86_lift_is_mem(l, 0)) {
        x86_vec_store(l, 0, 8, (uint16_t)(x86_lift_vec_slot(l, 1) + high), false);
        return true;
    }
    if (!x86_lift_is_mem(l, last))
        return false;
    uint16_t from = x86_vec_source(l, last, 8, false);
    return emit_move(l, high ? X86_VOP_movhps : X86_VOP_movsd, x86_lift_vec_slot(l, 0),
                     x86_lift_vec_slot(l, x86_vec_is_vex(l) ? 1 : 0), from);
}

/* ---- MOVNTI ---- */

bool x86_lift_vec_movnti(struct x86_lift *l)
{
    x86_lift_write(l, 0, x86_lift_read(l, 1));
    return true;
}
