/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to isa/x86: control transfer and the flag unit, for the integer forms. */
#ifndef EMU_ISA_X86_CONTROL_H
#define EMU_ISA_X86_CONTROL_H

#include "emulator/isa/x86/lift.h"

/* The size of the instruction pointer that a near transfer loads and pushes. */
static inline unsigned x86_lift_branch_size(const struct x86_lift *l)
{
    return x86_lift_code64(l) ? 8 : l->osize;
}

/* Calls a helper marked J: it ends the block. */
void x86_lift_call_jump(struct x86_lift *l, enum x86_helper helper, uint16_t a, uint16_t b,
                        uint16_t c);
/* Ends the block: execution goes on at the block's pc plus delta, without a jump of the guest. */
void x86_lift_go_on(struct x86_lift *l, int64_t delta);
/* The block's pc plus delta, cut to the instruction pointer's size. */
uint16_t x86_lift_pc(struct x86_lift *l, int64_t delta);

/* Runs the instruction again unless the slot is 0: portions of string instructions. */
void x86_lift_again(struct x86_lift *l, uint16_t slot);

/* Goes on behind the instruction if the slot is 0, else with what is lifted next of it. Not in
 * X86_MODE_SHADOW and X86_MODE_STEP. */
void x86_lift_done_if_zero(struct x86_lift *l, uint16_t slot);

/* Replaces the flags in mask by a slot's bits; all flags; a condition as 0 or 1. */
void x86_lift_put_flags(struct x86_lift *l, uint16_t slot, uint32_t mask);
uint16_t x86_lift_get_flags(struct x86_lift *l);
uint16_t x86_lift_condition(struct x86_lift *l, enum ir_cond cond);

/* An op of the shape "da". */
static inline struct ir_insn *x86_lift_unary(struct x86_lift *l, enum ir_op op, enum ir_width width,
                                             uint16_t dst, uint16_t a)
{
    struct ir_insn *insn = ir_emit(l->b, op, width);
    insn->dst = dst;
    insn->a = a;
    return insn;
}

/* The effective address of memory operand i in `size` bytes, zero-extended, in dst: LEA. */
void x86_lift_effective_to(struct x86_lift *l, unsigned i, unsigned size, uint16_t dst);
/* The segment that an implied memory operand uses: an override, or this. */
enum x86_seg_name x86_lift_implied_segment(const struct x86_lift *l, enum x86_seg_name seg);

#endif
