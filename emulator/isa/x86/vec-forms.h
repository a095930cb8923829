/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How rows of forms-vector.inc pack their parameter, and what vec-lift*.c share. */
#ifndef EMU_ISA_X86_VEC_FORMS_H
#define EMU_ISA_X86_VEC_FORMS_H

#include "emulator/isa/x86/lift.h"
#include "emulator/isa/x86/vec.h"

/* An operation; one for a register count and one for an immediate; flags. */
#define V(op)            X86_VOP_##op
#define V2(op, imm)      (X86_VOP_##op | X86_VOP_##imm << VEC_SECOND_SHIFT)
#define VEC_FIRST(p)     ((enum x86_vec_op)((p)&0x3ff))
#define VEC_SECOND(p)    ((enum x86_vec_op)((p) >> VEC_SECOND_SHIFT & 0x3ff))
#define VEC_SECOND_SHIFT 10
#define VEC_AVX2_Y       (1 << 20) /* 256 bits need AVX2 */
#define VEC_AVX2_REG     (1 << 21) /* a register as source needs AVX2 */
#define VEC_UNALIGNED    (1 << 22) /* the legacy form takes any address */

/* Whole-register moves: a 16- or 32-byte operand must be aligned. */
#define VEC_MUST_ALIGN 1
/* Masked moves: bytes of an element. Gathers: those of an index and of an element. */
#define VEC_GATHER(index, data) ((index) | (data) << 8)

/* The state allows the instruction. Otherwise raises; the form's function then returns true. */
bool x86_vec_usable(struct x86_lift *l);
static inline bool x86_vec_is_vex(const struct x86_lift *l)
{
    return l->insn->encoding == ZYDIS_INSTRUCTION_ENCODING_VEX;
}

/* One vector operation in the making. */
struct x86_vec_use {
    uint16_t d, a, b, c;
    unsigned imm;
};
/* The width by encoding and operands: X, Z or Y. */
enum x86_vec_width x86_vec_width_of(const struct x86_lift *l);
/* Appends it; false: there is no such width. */
bool x86_vec_emit(struct x86_lift *l, enum x86_vec_op op, enum x86_vec_width width,
                  const struct x86_vec_use *use);
/* Vector operand i of which `bytes` are used: the register's slot, or loaded from memory. */
uint16_t x86_vec_source(struct x86_lift *l, unsigned i, unsigned bytes, bool aligned);
/* Stores bytes of a slot to memory operand i. */
void x86_vec_store(struct x86_lift *l, unsigned i, unsigned bytes, uint16_t slot, bool aligned);

#endif
