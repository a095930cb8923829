/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flag liveness, backwards over a block, and the pass that uses it: IR_SETF goes where nobody looks
 * at any flag that the op defines, and an op left without any effect goes as well.
 */
#include "emulator/ir/flags.h"

static bool shift_count_known(const struct ir_insn *i)
{
    unsigned mask = i->width == IR_64 ? 63 : 31;

    return (i->flags & IR_IMM) && ((uint64_t)i->imm & mask) != 0 && i->op != IR_rcl &&
           i->op != IR_rcr;
}

/* Bits that the op certainly replaces. */
static unsigned flags_killed(const struct ir_insn *i)
{
    const struct ir_op_info *info = &ir_op_table[i->op];

    if (i->op == IR_putf)
        return (unsigned)i->imm & IR_F_ALL;
    if (!(i->flags & IR_SETF) || ((info->attributes & IR_A_SHIFT) && !shift_count_known(i)))
        return 0;
    return info->defines;
}

/* Bits that the op looks at to do its work; what a shift may leave alone is not looked at. */
unsigned ir_flags_used(const struct ir_insn *i)
{
    switch (i->op) {
    case IR_setcc:
    case IR_select:
    case IR_br:
        return ir_cond_uses[i->cond & 15];
    case IR_rcl:
    case IR_rcr:
    case IR_mrcl:
    case IR_mrcr:
        return IR_F_C;
    case IR_putf:
        return 0;
    default:
        return ir_op_table[i->op].attributes & IR_A_SHIFT ? 0 : ir_op_table[i->op].uses;
    }
}

static bool may_leave(const struct ir_insn *i, const struct ir_guest *guest)
{
    unsigned attributes = ir_op_table[i->op].attributes;

    if (attributes & IR_A_VEC) {
        uint64_t index = (uint64_t)i->imm >> 8;
        return !guest || index >= guest->vec_count || guest->vecs[index].faults;
    }
    return attributes & (IR_A_MEM | IR_A_CALL | IR_A_EXIT);
}

unsigned ir_flags_live_before(const struct ir_insn *i, const struct ir_guest *guest, unsigned after)
{
    return may_leave(i, guest) ? IR_F_ALL : (after & ~flags_killed(i)) | ir_flags_used(i);
}

void ir_flags_live(const struct ir_builder *builder, const struct ir_guest *guest, uint16_t *live)
{
    unsigned now = IR_F_ALL;

    for (unsigned n = builder->count; n-- > 0;) {
        const struct ir_insn *i = &builder->insn[n];

        live[n] = (uint16_t)now;
        now = ir_flags_live_before(i, guest, now);
    }
}

static bool without_effect(const struct ir_insn *i)
{
    unsigned attributes = ir_op_table[i->op].attributes;

    if (i->op == IR_insn || (i->flags & IR_SETF) || i->op == IR_bt)
        return i->op == IR_bt && !(i->flags & IR_SETF);
    if (attributes & (IR_A_MEM | IR_A_CALL | IR_A_VEC | IR_A_EXIT | IR_A_FLAGS))
        return false;
    return i->dst == IR_SLOT_SINK && i->op != IR_umulw && i->op != IR_smulw;
}

void ir_pass_flags(struct ir_builder *builder, const struct ir_guest *guest)
{
    uint16_t live[IR_MAX_INSNS];
    unsigned kept = 0;

    ir_flags_live(builder, guest, live);
    for (unsigned n = 0; n < builder->count; n++) {
        struct ir_insn *i = &builder->insn[n];

        if ((i->flags & IR_SETF) && !(ir_op_table[i->op].defines & live[n]))
            i->flags &= (uint8_t)~IR_SETF;
        if (!without_effect(i))
            builder->insn[kept++] = *i;
    }
    builder->count = kept;
}
