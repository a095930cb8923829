/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vector ops that lifted SSE, AVX and MMX code names: X86_VEC_name is the index for the op
 * `vec`, x86_vecs the table for struct ir_guest. Rows of the tables begin with the op's name: the
 * rest is between them and the file that defines x86_vecs.
 */
#ifndef EMU_ISA_X86_VEC_H
#define EMU_ISA_X86_VEC_H

#include "emulator/ir/env.h"

enum x86_vec {
#define VEC(name, ...) X86_VEC_##name,
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC
    X86_VEC_COUNT
};

extern const struct ir_vec x86_vecs[X86_VEC_COUNT + 1];

#endif
