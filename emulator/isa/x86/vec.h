/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vector operations of x86: C semantics for MMX, SSE and AVX instructions, as vec ops of the IR
 * (struct ir_vec). The rows are in vec-ops.inc. An operation has up to four widths; each pair that
 * exists has an index into x86_vecs:
 *   X86_VEC_paddb_M  8 bytes, MMX          X86_VEC_paddb_X  16 bytes, keeps bits 128..255 of d
 *   X86_VEC_paddb_Z  16 bytes, VEX: zeroes bits 128..255    X86_VEC_paddb_Y  32 bytes
 * x86_vec_index finds it for an operation and a width that are known at run time only.
 */
#ifndef EMU_ISA_X86_VEC_H
#define EMU_ISA_X86_VEC_H

#include "emulator/ir/env.h"

/* By value: d may be the same slot as a, b or c. Slots are 8-byte aligned only. */
union x86_vec {
    uint8_t u8[32];
    int8_t i8[32];
    uint16_t u16[16];
    int16_t i16[16];
    uint32_t u32[8];
    int32_t i32[8];
    uint64_t u64[4];
    int64_t i64[4];
    float f32[8];
    double f64[4];
};

enum x86_vec_op {
#define VEC(name, widths, kind, shape, reads_d, d, a, b, c) X86_VOP_##name,
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC
    X86_VOP_COUNT
};

enum x86_vec_width { X86_VEC_M, X86_VEC_X, X86_VEC_Z, X86_VEC_Y, X86_VEC_WIDTHS };

/*
 * WIDTHS_<set>(F, ...) expands F(M, 8, ...), F(X, 16, ...), F(Z, 16, ...) and F(Y, 32, ...) for the
 * widths in the set.
 */
#define X86_WIDTHS_M(F, ...)    F(M, 8, __VA_ARGS__)
#define X86_WIDTHS_X(F, ...)    F(X, 16, __VA_ARGS__)
#define X86_WIDTHS_Z(F, ...)    F(Z, 16, __VA_ARGS__)
#define X86_WIDTHS_Y(F, ...)    F(Y, 32, __VA_ARGS__)
#define X86_WIDTHS_XY(F, ...)   X86_WIDTHS_X(F, __VA_ARGS__) X86_WIDTHS_Y(F, __VA_ARGS__)
#define X86_WIDTHS_XZ(F, ...)   X86_WIDTHS_X(F, __VA_ARGS__) X86_WIDTHS_Z(F, __VA_ARGS__)
#define X86_WIDTHS_ZY(F, ...)   X86_WIDTHS_Z(F, __VA_ARGS__) X86_WIDTHS_Y(F, __VA_ARGS__)
#define X86_WIDTHS_MX(F, ...)   X86_WIDTHS_M(F, __VA_ARGS__) X86_WIDTHS_X(F, __VA_ARGS__)
#define X86_WIDTHS_MXY(F, ...)  X86_WIDTHS_MX(F, __VA_ARGS__) X86_WIDTHS_Y(F, __VA_ARGS__)
#define X86_WIDTHS_MXZ(F, ...)  X86_WIDTHS_MX(F, __VA_ARGS__) X86_WIDTHS_Z(F, __VA_ARGS__)
#define X86_WIDTHS_XZY(F, ...)  X86_WIDTHS_XZ(F, __VA_ARGS__) X86_WIDTHS_Y(F, __VA_ARGS__)
#define X86_WIDTHS_MXZY(F, ...) X86_WIDTHS_MX(F, __VA_ARGS__) X86_WIDTHS_ZY(F, __VA_ARGS__)

enum x86_vec_number {
#define NUMBER(width, bytes, name)                          X86_VEC_##name##_##width,
#define VEC(name, widths, kind, shape, reads_d, d, a, b, c) X86_WIDTHS_##widths(NUMBER, name)
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC
#undef NUMBER
    X86_VEC_COUNT
};

/* Size columns of the rows: bytes, or one of these, relative to the width. */
#define X86_VEC_F 0x80 /* all of it */
#define X86_VEC_H 0x81 /* half */
#define X86_VEC_Q 0x82 /* a quarter */
#define X86_VEC_E 0x83 /* an eighth */
#define X86_VEC_N 0x84 /* all, but at most 16: a shift count */
#define X86_VEC_D 0x85 /* MOVDDUP's source: half of 16, all of 32 */
#define X86_VEC_SIZE(column, bytes)                                                                \
    ((column) == X86_VEC_N   ? ((bytes) > 16 ? 16 : (bytes))                                       \
     : (column) == X86_VEC_D ? ((bytes) > 16 ? (bytes) : 8)                                        \
     : (column) >= X86_VEC_F ? (bytes) >> ((column)&7)                                             \
                             : (column))

extern const struct ir_vec x86_vecs[X86_VEC_COUNT];
/* The same as instructions of an x86-64 host, where there is one; the second for other operands. */
extern const struct ir_host_op x86_vec_hosts[X86_VEC_COUNT][2];

/*
 * How an operation maps to an instruction: one letter for each operand in Intel's order.
 *   d vector destination (legacy SSE: also a)    a b c vector sources; b may be memory
 *   g general register, destination              r general register or memory, source (slot b)
 *   f no operand: flags, written to slot d       i immediate byte
 */
const char *x86_vec_shape(enum x86_vec_op op);
const char *x86_vec_name(enum x86_vec_op op);
/* The index of an operation at a width, or -1 where there is none. */
int x86_vec_index(enum x86_vec_op op, enum x86_vec_width width);

#endif
