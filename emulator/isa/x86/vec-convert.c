/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector conversions and rounding (SDM volume 2; volume 1, 4.8.4 and 11.5). What goes to integers,
 * to integral values or to half precision is done on the bits: flags are exact on every host.
 * Tininess is detected after rounding, as x86 does.
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-fp.h"

/* ---- numbers taken apart ---- */

enum { ROUND_NEAREST, ROUND_DOWN, ROUND_UP, ROUND_ZERO };

/* sig * 2^exponent; sig has at most 53 bits. */
struct number {
    bool minus, finite, signaling;
    int exponent;
    uint64_t sig;
};

static inline struct number number_of_u32(uint32_t bits)
{
    uint32_t field = bits >> 23 & 0xff, fraction = bits & 0x7fffff;
    return (struct number){bits >> 31, field != 0xff, is_signaling_u32(bits),
                           (field ? (int)field : 1) - 150, fraction | (field ? 1u << 23 : 0)};
}
static inline struct number number_of_u64(uint64_t bits)
{
    uint64_t field = bits >> 52 & 0x7ff, fraction = bits & 0xfffffffffffffu;
    return (struct number){bits >> 63, field != 0x7ff, is_signaling_u64(bits),
                           (field ? (int)field : 1) - 1075, fraction | (field ? 1ull << 52 : 0)};
}

static inline bool rounds_up(uint64_t whole, uint64_t rest, uint64_t half, unsigned mode,
                             bool minus)
{
    switch (mode) {
    case ROUND_NEAREST:
        return rest > half || (rest == half && (whole & 1));
    case ROUND_DOWN:
        return minus && rest;
    case ROUND_UP:
        return !minus && rest;
    default:
        return false;
    }
}

/* sig / 2^shift, rounded. */
static inline uint64_t round_right(uint64_t sig, unsigned shift, unsigned mode, bool minus,
                                   bool *inexact)
{
    if (shift > 55) { /* less than a quarter is left of 53 bits: any such value does */
        sig = sig != 0;
        shift = 2;
    }
    uint64_t half = shift ? 1ull << (shift - 1) : 0;
    uint64_t whole = sig >> shift, rest = sig & ((1ull << shift) - 1);
    *inexact = rest != 0;
    return whole + rounds_up(whole, rest, half, mode, minus);
}

/* ---- to integers ---- */

/* The integer, two's complement in `bits` bits; out of range: the lowest, and invalid. */
static inline uint64_t number_to_integer(const struct number *n, unsigned bits, unsigned mode,
                                         uint32_t *flags)
{
    uint64_t lowest = 1ull << (bits - 1), whole;
    bool inexact = false;
    int up = n->exponent;
    if (!n->finite || up > 63 || (up > 0 && n->sig >> (64 - up))) {
        *flags |= X86_MXCSR_IE;
        return lowest;
    }
    whole = up >= 0 ? n->sig << up : round_right(n->sig, (unsigned)-up, mode, n->minus, &inexact);
    if (whole > lowest - !n->minus) {
        *flags |= X86_MXCSR_IE;
        return lowest;
    }
    *flags |= inexact ? X86_MXCSR_PE : 0;
    return n->minus ? 0 - whole : whole;
}

static inline uint64_t u32_to_integer(const struct vec_call *v, uint32_t value, unsigned bits,
                                      unsigned mode, uint32_t *flags)
{
    struct number n = number_of_u32(vec_mxcsr(v) & X86_MXCSR_DAZ ? flush_u32(value) : value);
    return number_to_integer(&n, bits, mode, flags);
}
static inline uint64_t u64_to_integer(const struct vec_call *v, uint64_t value, unsigned bits,
                                      unsigned mode, uint32_t *flags)
{
    struct number n = number_of_u64(vec_mxcsr(v) & X86_MXCSR_DAZ ? flush_u64(value) : value);
    return number_to_integer(&n, bits, mode, flags);
}

static inline unsigned current_rounding(const struct vec_call *v)
{
    return x86_mxcsr_rounding(x86_cpu_of(v->env));
}

/* `lanes` elements of b to 32-bit integers; the rest of d is zero. */
#define TO_I32(name, from, lanes, mode)                                                            \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d = {{0}};                                                                \
        uint32_t flags = 0;                                                                        \
        vec_get(&y, v->b, (unsigned)((lanes) * sizeof(y.from[0])));                                \
        for (unsigned i = 0; i < (lanes); i++)                                                     \
            d.u32[i] = (uint32_t)from##_to_integer(v, y.from[i], 32, mode, &flags);                \
        vec_raise(v, flags);                                                                       \
        vec_put(v->d, &d, width);                                                                  \
    }
TO_I32(cvtps2dq, u32, width / 4, current_rounding(v))
TO_I32(cvttps2dq, u32, width / 4, ROUND_ZERO)
TO_I32(cvtpd2dq, u64, width / 8, current_rounding(v))
TO_I32(cvttpd2dq, u64, width / 8, ROUND_ZERO)
TO_I32(cvtps2pi, u32, 2u, current_rounding(v))
TO_I32(cvttps2pi, u32, 2u, ROUND_ZERO)
TO_I32(cvtpd2pi, u64, 2u, current_rounding(v))
TO_I32(cvttpd2pi, u64, 2u, ROUND_ZERO)

#define TO_GPR(name, from, bits, mode)                                                             \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y;                                                                           \
        uint32_t flags = 0;                                                                        \
        vec_get(&y, v->b, sizeof(y.from[0]));                                                      \
        uint64_t value = from##_to_integer(v, y.from[0], bits, mode, &flags);                      \
        vec_raise(v, flags);                                                                       \
        vec_put_u64(v->d, (bits) == 32 ? (uint32_t)value : value);                                 \
    }
TO_GPR(cvtss2si_32, u32, 32, current_rounding(v))
TO_GPR(cvtss2si_64, u32, 64, current_rounding(v))
TO_GPR(cvttss2si_32, u32, 32, ROUND_ZERO)
TO_GPR(cvttss2si_64, u32, 64, ROUND_ZERO)
TO_GPR(cvtsd2si_32, u64, 32, current_rounding(v))
TO_GPR(cvtsd2si_64, u64, 64, current_rounding(v))
TO_GPR(cvttsd2si_32, u64, 32, ROUND_ZERO)
TO_GPR(cvttsd2si_64, u64, 64, ROUND_ZERO)

/* ---- from integers: the host rounds ---- */

#define FROM_I32(name, to, lanes, bytes)                                                           \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d;                                                                        \
        vec_get(&y, v->b, 4 * (lanes));                                                            \
        for (unsigned i = 0; i < (lanes); i++)                                                     \
            d.to[i] = (__typeof__(d.to[0]))y.i32[i];                                               \
        vec_put(v->d, &d, bytes);                                                                  \
    }
FROM_I32(cvtdq2ps, f32, width / 4, width)
FROM_I32(cvtdq2pd, f64, width / 8, width)
FROM_I32(cvtpi2pd, f64, 2u, 16)

VEC_INLINE void body_cvtpi2ps(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&y, v->b, width);
    vec_get(&d, v->a, 16);
    for (unsigned i = 0; i < 2; i++)
        d.f32[i] = (float)y.i32[i];
    vec_put(v->d, &d, 16);
}

#define FROM_GPR(name, from, to)                                                                   \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        __typeof__(((union x86_vec *)0)->from[0]) y;                                               \
        memcpy(&y, v->b, sizeof(y));                                                               \
        __typeof__(((union x86_vec *)0)->to[0]) r = (__typeof__(r))y;                              \
        VEC_PUT_SCALAR(v, r, width);                                                               \
    }
FROM_GPR(cvtsi2ss_32, i32, f32)
FROM_GPR(cvtsi2ss_64, i64, f32)
FROM_GPR(cvtsi2sd_32, i32, f64)
FROM_GPR(cvtsi2sd_64, i64, f64)

/* ---- between single and double precision: the host rounds, the NaNs are made here ---- */

/* The compiler must have computed it by now, for its exceptions, though a NaN takes its place: it
 * may otherwise move the conversion to where it is wanted. */
#if defined(__x86_64__)
#define CONVERTED(value) __asm__ volatile("" : "+x"(value))
#else
#define CONVERTED(value) __asm__ volatile("" : "+m"(value))
#endif

static inline double widen(float value)
{
    uint64_t bits = bits_f32(value);
    double wide = (double)value;
    CONVERTED(wide);
    if (__builtin_expect(is_nan_u32((uint32_t)bits), 0))
        wide = f64_of((bits & F32_SIGN) << 32 | F64_INF | F64_QUIET | (bits & 0x7fffff) << 29);
    return wide;
}
static inline float narrow(double value)
{
    uint64_t bits = bits_f64(value);
    float slim = (float)value;
    CONVERTED(slim);
    if (__builtin_expect(is_nan_u64(bits), 0))
        slim = f32_of((uint32_t)(bits >> 32 & F32_SIGN) | F32_INF | F32_QUIET |
                      ((uint32_t)(bits >> 29) & 0x7fffff));
    return slim;
}

VEC_INLINE void body_cvtps2pd(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&y, v->b, width / 2);
    for (unsigned i = 0; i < width / 8; i++)
        d.f64[i] = widen(y.f32[i]);
    vec_put(v->d, &d, width);
}
VEC_INLINE void body_cvtpd2ps(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d = {{0}};
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 8; i++)
        d.f32[i] = narrow(y.f64[i]);
    vec_put(v->d, &d, width);
}
VEC_INLINE void body_cvtss2sd(const struct vec_call *v, unsigned width)
{
    float y;
    memcpy(&y, v->b, sizeof(y));
    double r = widen(y);
    VEC_PUT_SCALAR(v, r, width);
}
VEC_INLINE void body_cvtsd2ss(const struct vec_call *v, unsigned width)
{
    double y;
    memcpy(&y, v->b, sizeof(y));
    float r = narrow(y);
    VEC_PUT_SCALAR(v, r, width);
}

/* ---- half precision: always exact one way; DAZ of MXCSR counts, FTZ does not ---- */

static uint32_t half_to_single(uint16_t half, uint32_t *flags)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, field = half >> 10 & 31;
    uint32_t fraction = half & 0x3ff;
    if (field == 31) {
        bool signaling = fraction && !(fraction & 0x200);
        *flags |= signaling ? X86_MXCSR_IE : 0;
        return sign | F32_INF | fraction << 13 | (fraction ? F32_QUIET : 0);
    }
    if (!field && !fraction)
        return sign;
    for (; !field && !(fraction & 0x400); fraction <<= 1)
        sign -= 1u << 23; /* each step left halves what the exponent is to say */
    return sign + (((field ? field : 1) + 112) << 23) + ((fraction & 0x3ff) << 13);
}

VEC_INLINE void body_vcvtph2ps(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    uint32_t flags = 0;
    vec_get(&y, v->b, width / 2);
    for (unsigned i = 0; i < width / 4; i++)
        d.u32[i] = half_to_single(y.u16[i], &flags);
    vec_raise(v, flags);
    vec_put(v->d, &d, width);
}

static uint16_t half_overflow(bool minus, unsigned mode, uint32_t *flags)
{
    bool to_infinity = mode == ROUND_NEAREST || mode == (minus ? ROUND_DOWN : ROUND_UP);
    *flags |= X86_MXCSR_OE | X86_MXCSR_PE;
    return to_infinity ? 0x7c00 : 0x7bff;
}

/* A finite single without its sign. */
static uint16_t half_of_number(const struct number *n, unsigned mode, uint32_t *flags)
{
    int low = n->exponent < -37 ? -37 - n->exponent : 0; /* places below 2^-14's last one */
    bool inexact, unlimited;
    uint64_t whole = round_right(n->sig, 13 + (unsigned)low, mode, n->minus, &inexact);
    bool tiny = low && n->sig &&
                !(low == 1 && round_right(n->sig, 13, mode, n->minus, &unlimited) == 0x800);
    uint32_t half = (uint32_t)whole;
    if (!low)
        half += (uint32_t)(n->exponent + 37) << 10;
    if (half >= 0x7c00)
        return half_overflow(n->minus, mode, flags);
    *flags |= inexact ? X86_MXCSR_PE | (tiny ? X86_MXCSR_UE : 0) : 0;
    return (uint16_t)half;
}

static uint16_t single_to_half(uint32_t bits, unsigned mode, uint32_t mxcsr, uint32_t *flags)
{
    if (mxcsr & X86_MXCSR_DAZ)
        bits = flush_u32(bits);
    struct number n = number_of_u32(bits);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    if (n.finite) {
        *flags |= is_denormal_u32(bits) ? X86_MXCSR_DE : 0;
        return sign | half_of_number(&n, mode, flags);
    }
    *flags |= n.signaling ? X86_MXCSR_IE : 0;
    return (uint16_t)(sign | 0x7c00 | (is_nan_u32(bits) ? 0x200 : 0) | (bits >> 13 & 0x3ff));
}

/* An exact tiny result underflows when the guest unmasked that. */
static uint32_t half_exact_underflow(uint16_t half, uint32_t mxcsr)
{
    bool unmasked = !(mxcsr & X86_MXCSR_UE << X86_MXCSR_MASK_BIT);
    return unmasked && !(half & 0x7c00) && (half & 0x3ff) ? X86_MXCSR_UE : 0;
}

VEC_INLINE void body_vcvtps2ph(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d = {{0}};
    uint32_t flags = 0;
    unsigned mode = v->imm & 4 ? current_rounding(v) : v->imm & 3;
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 4; i++) {
        d.u16[i] = single_to_half(y.u32[i], mode, vec_mxcsr(v), &flags);
        flags |= half_exact_underflow(d.u16[i], vec_mxcsr(v));
    }
    vec_raise(v, flags);
    vec_put(v->d, &d, width);
}

/* ---- rounding to integral values; imm bits 0..1: mode, 2: as MXCSR says, 3: no PE ---- */

static uint32_t round_u32(uint32_t bits, unsigned mode, uint32_t *flags)
{
    struct number n = number_of_u32(bits);
    bool inexact;
    *flags |= n.signaling ? X86_MXCSR_IE : 0;
    if (!n.finite || n.exponent >= 0)
        return is_nan_u32(bits) ? bits | F32_QUIET : bits;
    uint64_t whole = round_right(n.sig, (unsigned)-n.exponent, mode, n.minus, &inexact);
    *flags |= inexact ? X86_MXCSR_PE : 0;
    return (bits & F32_SIGN) | bits_f32((float)(int32_t)whole);
}
static uint64_t round_u64(uint64_t bits, unsigned mode, uint32_t *flags)
{
    struct number n = number_of_u64(bits);
    bool inexact;
    *flags |= n.signaling ? X86_MXCSR_IE : 0;
    if (!n.finite || n.exponent >= 0)
        return is_nan_u64(bits) ? bits | F64_QUIET : bits;
    uint64_t whole = round_right(n.sig, (unsigned)-n.exponent, mode, n.minus, &inexact);
    *flags |= inexact ? X86_MXCSR_PE : 0;
    return (bits & F64_SIGN) | bits_f64((double)(int64_t)whole);
}

#define ROUND_LANES(field, lanes, d, y)                                                            \
    uint32_t flags = 0;                                                                            \
    unsigned mode = v->imm & 4 ? current_rounding(v) : v->imm & 3;                                 \
    bool daz = vec_mxcsr(v) & X86_MXCSR_DAZ;                                                       \
    for (unsigned i = 0; i < (lanes); i++)                                                         \
        d.field[i] = round_##field(daz ? flush_##field(y.field[i]) : y.field[i], mode, &flags);    \
    vec_raise(v, v->imm & 8 ? flags & ~X86_MXCSR_PE : flags)

#define ROUND_PACKED(name, field)                                                                  \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d;                                                                        \
        vec_get(&y, v->b, width);                                                                  \
        ROUND_LANES(field, VEC_LANES(width, field), d, y);                                         \
        vec_put(v->d, &d, width);                                                                  \
    }
ROUND_PACKED(roundps, u32)
ROUND_PACKED(roundpd, u64)

#define ROUND_SCALAR(name, field)                                                                  \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y;                                                                           \
        vec_get(&y, v->b, sizeof(y.field[0]));                                                     \
        ROUND_LANES(field, 1u, y, y);                                                              \
        VEC_PUT_SCALAR(v, y.field[0], width);                                                      \
    }
ROUND_SCALAR(roundss, u32)
ROUND_SCALAR(roundsd, u64)

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-convert.inc"
