/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to vec-float.c and vec-convert.c: NaNs and denormals by their bits. A comparison such as
 * x != x would raise the denormal flag, so classes are told by integers.
 */
#ifndef EMU_ISA_X86_VEC_FP_H
#define EMU_ISA_X86_VEC_FP_H

#include "emulator/isa/x86/vec-template.h"

#define F32_SIGN  0x80000000u
#define F32_INF   0x7f800000u
#define F32_QUIET 0x00400000u
#define F32_NAN   0xffc00000u /* what an invalid operation gives */
#define F64_SIGN  0x8000000000000000u
#define F64_INF   0x7ff0000000000000u
#define F64_QUIET 0x0008000000000000u
#define F64_NAN   0xfff8000000000000u

#define u32_SIGN  F32_SIGN
#define u32_INF   F32_INF
#define u32_QUIET F32_QUIET
#define u32_NAN   F32_NAN
#define u64_SIGN  F64_SIGN
#define u64_INF   F64_INF
#define u64_QUIET F64_QUIET
#define u64_NAN   F64_NAN

static inline uint32_t bits_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}
static inline float f32_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}
static inline uint64_t bits_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}
static inline double f64_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

VEC_INLINE unsigned is_nan_u32(uint32_t bits)
{
    return (bits & ~F32_SIGN) > F32_INF;
}
VEC_INLINE unsigned is_nan_u64(uint64_t bits)
{
    return (bits & ~F64_SIGN) > F64_INF;
}
VEC_INLINE unsigned is_signaling_u32(uint32_t bits)
{
    return is_nan_u32(bits) && !(bits & F32_QUIET);
}
VEC_INLINE unsigned is_signaling_u64(uint64_t bits)
{
    return is_nan_u64(bits) && !(bits & F64_QUIET);
}
VEC_INLINE unsigned is_denormal_u32(uint32_t bits)
{
    return !(bits & F32_INF) && (bits & ~F32_SIGN);
}
VEC_INLINE unsigned is_denormal_u64(uint64_t bits)
{
    return !(bits & F64_INF) && (bits & ~F64_SIGN);
}
/* What DAZ makes of an operand. */
VEC_INLINE uint32_t flush_u32(uint32_t bits)
{
    return bits & F32_INF ? bits : bits & F32_SIGN;
}
VEC_INLINE uint64_t flush_u64(uint64_t bits)
{
    return bits & F64_INF ? bits : bits & F64_SIGN;
}

/* The NaN that an operation gives: the first of its operands that is one, quiet; else a new one. */
VEC_INLINE uint32_t pick_nan_u32(uint32_t x, uint32_t y)
{
    return is_nan_u32(x) ? x | F32_QUIET : is_nan_u32(y) ? y | F32_QUIET : F32_NAN;
}
VEC_INLINE uint64_t pick_nan_u64(uint64_t x, uint64_t y)
{
    return is_nan_u64(x) ? x | F64_QUIET : is_nan_u64(y) ? y | F64_QUIET : F64_NAN;
}

VEC_INLINE uint32_t vec_mxcsr(const struct vec_call *v)
{
    return x86_cpu_of(v->env)->mxcsr;
}
/* Raises flags found by integer arithmetic. */
VEC_INLINE void vec_raise(const struct vec_call *v, uint32_t flags)
{
    x86_cpu_of(v->env)->mxcsr |= flags;
}

#endif
