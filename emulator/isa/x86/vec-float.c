/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector floating-point arithmetic and comparisons (SDM volume 1, 11.5 and 14.5). The host computes
 * with the guest's rounding and raises the flags; which NaN comes out is decided here, for a
 * compiler may swap operands and hosts differ. Compiled with -frounding-math -ftrapping-math.
 */
#include "emulator/isa/x86/vec.h"

#include <math.h>

#include "emulator/isa/x86/vec-fp.h"

/* ---- operations with one or two operands ---- */

/* Puts the right NaNs where the result has any. x: bits of a, y: bits of b. */
#define FIX_NANS(bits_field, lanes, pick)                                                          \
    do {                                                                                           \
        unsigned nans_ = 0;                                                                        \
        for (unsigned i = 0; i < (lanes); i++)                                                     \
            nans_ |= is_nan_##bits_field(vd.bits_field[i]);                                        \
        for (unsigned i = 0; __builtin_expect(nans_, 0) && i < (lanes); i++)                       \
            if (is_nan_##bits_field(vd.bits_field[i]))                                             \
                vd.bits_field[i] = pick;                                                           \
    } while (0)

#define FLOAT_BODY(name, field, bits_field, lanes, expression, pick)                               \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, (unsigned)((lanes) * sizeof(va.field[0])));                             \
        vd = va;                                                                                   \
        for (unsigned i = 0; i < (lanes); i++) {                                                   \
            __typeof__(va.field[0]) x = va.field[i], y = vb.field[i];                              \
            vd.field[i] = expression;                                                              \
        }                                                                                          \
        FIX_NANS(bits_field, lanes, pick);                                                         \
        vec_put(v->d, &vd, width);                                                                 \
    }
/* Lane 0 alone: where d is a, the rest is not touched. */
#define SCALAR_BODY(name, field, bits_field, expression, pick)                                     \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        __typeof__(((union x86_vec *)0)->field[0]) x, y, r;                                        \
        memcpy(&x, v->a, sizeof(x));                                                               \
        memcpy(&y, v->b, sizeof(y));                                                               \
        r = expression;                                                                            \
        if (__builtin_expect(is_nan_##bits_field(bits_##field(r)), 0))                             \
            r = field##_of(pick_nan_##bits_field(bits_##field(pick), bits_##field(y)));            \
        VEC_PUT_SCALAR(v, r, width);                                                               \
    }
/* The same for operations without a. */
#define FLOAT_BODY1(name, field, bits_field, lanes, expression)                                    \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec vb, vd;                                                                      \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned i = 0; i < (lanes); i++) {                                                   \
            __typeof__(vb.field[0]) y = vb.field[i];                                               \
            vd.field[i] = expression;                                                              \
        }                                                                                          \
        FIX_NANS(bits_field, lanes, pick_nan_##bits_field(vb.bits_field[i], vb.bits_field[i]));    \
        vec_put(v->d, &vd, width);                                                                 \
    }
#define PICK2(bits_field) pick_nan_##bits_field(va.bits_field[i], vb.bits_field[i])

#define ARITHMETIC(operation, expression)                                                          \
    FLOAT_BODY(operation##ps, f32, u32, width / 4, expression, PICK2(u32))                         \
    FLOAT_BODY(operation##pd, f64, u64, width / 8, expression, PICK2(u64))                         \
    SCALAR_BODY(operation##ss, f32, u32, expression, x)                                            \
    SCALAR_BODY(operation##sd, f64, u64, expression, x)
ARITHMETIC(add, x + y)
ARITHMETIC(sub, x - y)
ARITHMETIC(mul, x *y)
ARITHMETIC(div, x / y)

FLOAT_BODY1(sqrtps, f32, u32, width / 4, __builtin_sqrtf(y))
FLOAT_BODY1(sqrtpd, f64, u64, width / 8, __builtin_sqrt(y))
SCALAR_BODY(sqrtss, f32, u32, __builtin_sqrtf(y), y)
SCALAR_BODY(sqrtsd, f64, u64, __builtin_sqrt(y), y)

/* ---- smaller and larger: b when either is a NaN or both are zeros ---- */

#define FLUSH_BOTH(bits_field, lanes)                                                              \
    for (unsigned i = 0; __builtin_expect(vec_mxcsr(v) & X86_MXCSR_DAZ, 0) && i < (lanes); i++) {  \
        va.bits_field[i] = flush_##bits_field(va.bits_field[i]);                                   \
        vb.bits_field[i] = flush_##bits_field(vb.bits_field[i]);                                   \
    }
/* The C operators that are invalid for quiet NaNs may be compiled to ones that are not. */
#define RAISE_IF_NAN(bits_field, lanes)                                                            \
    do {                                                                                           \
        unsigned nans_ = 0;                                                                        \
        for (unsigned i = 0; i < (lanes); i++)                                                     \
            nans_ |=                                                                               \
                is_nan_##bits_field(va.bits_field[i]) | is_nan_##bits_field(vb.bits_field[i]);     \
        if (__builtin_expect(nans_, 0))                                                            \
            vec_raise(v, X86_MXCSR_IE);                                                            \
    } while (0)
#define CHOOSE_BODY(name, field, bits_field, lanes, relation)                                      \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, (unsigned)((lanes) * sizeof(va.field[0])));                             \
        vd = va;                                                                                   \
        FLUSH_BOTH(bits_field, lanes)                                                              \
        for (unsigned i = 0; i < (lanes); i++)                                                     \
            vd.bits_field[i] =                                                                     \
                va.field[i] relation vb.field[i] ? va.bits_field[i] : vb.bits_field[i];            \
        RAISE_IF_NAN(bits_field, lanes);                                                           \
        vec_put(v->d, &vd, width);                                                                 \
    }
#define CHOOSE_SCALAR(name, field, bits_field, relation)                                           \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        __typeof__(((union x86_vec *)0)->bits_field[0]) x, y, r;                                   \
        memcpy(&x, v->a, sizeof(x));                                                               \
        memcpy(&y, v->b, sizeof(y));                                                               \
        if (__builtin_expect(vec_mxcsr(v) & X86_MXCSR_DAZ, 0)) {                                   \
            x = flush_##bits_field(x);                                                             \
            y = flush_##bits_field(y);                                                             \
        }                                                                                          \
        if (__builtin_expect(is_nan_##bits_field(x) | is_nan_##bits_field(y), 0))                  \
            vec_raise(v, X86_MXCSR_IE);                                                            \
        r = field##_of(x) relation field##_of(y) ? x : y;                                          \
        VEC_PUT_SCALAR(v, r, width);                                                               \
    }
#define CHOOSE(operation, relation)                                                                \
    CHOOSE_BODY(operation##ps, f32, u32, width / 4, relation)                                      \
    CHOOSE_BODY(operation##pd, f64, u64, width / 8, relation)                                      \
    CHOOSE_SCALAR(operation##ss, f32, u32, relation)                                               \
    CHOOSE_SCALAR(operation##sd, f64, u64, relation)
CHOOSE(min, <)
CHOOSE(max, >)

/* ---- sums across lanes ---- */

#define SCALAR(type, tag, bits_field)                                                              \
    static inline type add_##tag(type x, type y)                                                   \
    {                                                                                              \
        type sum = x + y;                                                                          \
        if (__builtin_expect(is_nan_##bits_field(bits_##tag(sum)), 0))                             \
            sum = tag##_of(pick_nan_##bits_field(bits_##tag(x), bits_##tag(y)));                   \
        return sum;                                                                                \
    }                                                                                              \
    static inline type sub_##tag(type x, type y)                                                   \
    {                                                                                              \
        type sum = x - y;                                                                          \
        if (__builtin_expect(is_nan_##bits_field(bits_##tag(sum)), 0))                             \
            sum = tag##_of(pick_nan_##bits_field(bits_##tag(x), bits_##tag(y)));                   \
        return sum;                                                                                \
    }                                                                                              \
    static inline type mul_##tag(type x, type y)                                                   \
    {                                                                                              \
        type product = x * y;                                                                      \
        if (__builtin_expect(is_nan_##bits_field(bits_##tag(product)), 0))                         \
            product = tag##_of(pick_nan_##bits_field(bits_##tag(x), bits_##tag(y)));               \
        return product;                                                                            \
    }
SCALAR(float, f32, u32)
SCALAR(double, f64, u64)

/*
 * Even lanes are subtracted, odd ones added. As a sum with signs flipped, because a compiler may
 * turn the mixture into both operations on all lanes, and raise what neither should.
 */
#define ADD_SUB(name, field, bits_field)                                                           \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd, flipped;                                                         \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            flipped.bits_field[i] = vb.bits_field[i] ^ (i & 1 ? 0 : bits_field##_SIGN);            \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            vd.field[i] = va.field[i] + flipped.field[i];                                          \
        FIX_NANS(bits_field, VEC_LANES(width, field), PICK2(bits_field));                          \
        vec_put(v->d, &vd, width);                                                                 \
    }
ADD_SUB(addsubps, f32, u32)
ADD_SUB(addsubpd, f64, u64)

/* Neighbours in each lane of 16 bytes: those of a below, those of b above. */
#define HORIZONTAL(name, field, operation)                                                         \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        unsigned lane = (unsigned)VEC_LANES(16, field);                                            \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned base = 0; base < VEC_LANES(width, field); base += lane) {                    \
            for (unsigned i = 0; i < lane; i++) {                                                  \
                const union x86_vec *from = i < lane / 2 ? &va : &vb;                              \
                unsigned at = base + 2 * (i % (lane / 2));                                         \
                vd.field[base + i] = operation(from->field[at], from->field[at + 1]);              \
            }                                                                                      \
        }                                                                                          \
        vec_put(v->d, &vd, width);                                                                 \
    }
HORIZONTAL(haddps, f32, add_f32)
HORIZONTAL(haddpd, f64, add_f64)
HORIZONTAL(hsubps, f32, sub_f32)
HORIZONTAL(hsubpd, f64, sub_f64)

/*
 * Dot products: imm bits 4..: products that count; bits 0..: lanes of d that get the sum. Products,
 * sums of pairs and their sum are three steps, so that unmasked exceptions come step by step.
 */
VEC_INLINE void dpps_multiply(const struct vec_call *v, unsigned width)
{
    union x86_vec va, vb, vd = {{0}};
    vec_get(&va, v->a, width);
    vec_get(&vb, v->b, width);
    for (unsigned i = 0; i < width / 4; i++)
        if (v->imm >> (4 + (i & 3)) & 1)
            vd.f32[i] = mul_f32(va.f32[i], vb.f32[i]);
    vec_put(v->d, &vd, width);
}
VEC_INLINE void dpps_add_pairs(const struct vec_call *v, unsigned width)
{
    union x86_vec vd;
    vec_get(&vd, v->d, width);
    for (unsigned i = 0; i < width / 4; i += 2) {
        vd.f32[i] = add_f32(vd.f32[i], vd.f32[i + 1]);
        vd.f32[i + 1] = 0;
    }
    vec_put(v->d, &vd, width);
}
VEC_INLINE void dpps_add(const struct vec_call *v, unsigned width)
{
    union x86_vec vd;
    vec_get(&vd, v->d, width);
    for (unsigned base = 0; base < width / 4; base += 4) {
        float sum = add_f32(vd.f32[base], vd.f32[base + 2]);
        for (unsigned i = 0; i < 4; i++)
            vd.f32[base + i] = v->imm >> i & 1 ? sum : 0;
    }
    vec_put(v->d, &vd, width);
}
VEC_INLINE void dppd_multiply(const struct vec_call *v, unsigned width)
{
    union x86_vec va, vb, vd = {{0}};
    vec_get(&va, v->a, width);
    vec_get(&vb, v->b, width);
    for (unsigned i = 0; i < 2; i++)
        if (v->imm >> (4 + i) & 1)
            vd.f64[i] = mul_f64(va.f64[i], vb.f64[i]);
    vec_put(v->d, &vd, width);
}
VEC_INLINE void dppd_add(const struct vec_call *v, unsigned width)
{
    union x86_vec vd;
    vec_get(&vd, v->d, width);
    double sum = add_f64(vd.f64[0], vd.f64[1]);
    for (unsigned i = 0; i < 2; i++)
        vd.f64[i] = v->imm >> i & 1 ? sum : 0;
    vec_put(v->d, &vd, width);
}

struct dot_product {
    vec_body_fn *step[3];
    enum vec_kind kind;
};

/* With exceptions unmasked; the destination is written when the last step is done. */
static enum ir_status dot_product_trap(const struct vec_call *v, const struct dot_product *how,
                                       unsigned width)
{
    union x86_vec work = {{0}};
    struct vec_call copy = *v;
    copy.d = &work;
    for (unsigned i = 0; i < 3 && how->step[i]; i++) {
        enum ir_status status = vec_trap(&copy, how->step[i], how->kind, width, width);
        if (status != IR_OK)
            return status;
    }
    vec_put(v->d, &work, width);
    return IR_OK;
}

#define DOT_STEP(step, bytes)                                                                      \
    static void step##_##bytes(const struct vec_call *v)                                           \
    {                                                                                              \
        step(v, bytes);                                                                            \
    }
DOT_STEP(dpps_multiply, 16)
DOT_STEP(dpps_add_pairs, 16)
DOT_STEP(dpps_add, 16)
DOT_STEP(dpps_multiply, 32)
DOT_STEP(dpps_add_pairs, 32)
DOT_STEP(dpps_add, 32)
DOT_STEP(dppd_multiply, 16)
DOT_STEP(dppd_add, 16)

static const struct dot_product dpps_16 = {{dpps_multiply_16, dpps_add_pairs_16, dpps_add_16},
                                           VEC_KIND_PS};
static const struct dot_product dpps_32 = {{dpps_multiply_32, dpps_add_pairs_32, dpps_add_32},
                                           VEC_KIND_PS};
static const struct dot_product dppd_16 = {{dppd_multiply_16, dppd_add_16}, VEC_KIND_PD};

/* Not by VEC_FAULTING, for the steps' sake. */
static enum ir_status dot_product(const struct vec_call *v, const struct dot_product *how,
                                  unsigned width)
{
    union x86_vec work;
    struct vec_call copy = *v;
    if (x86_mxcsr_unmasked(x86_cpu_of(v->env)))
        return dot_product_trap(v, how, width);
    copy.d = &work;
    for (unsigned i = 0; i < 3 && how->step[i]; i++)
        how->step[i](&copy);
    vec_put(v->d, &work, width);
    return IR_OK;
}

#define DOT_PRODUCT(w, bytes, name)                                                                \
    enum ir_status x86_vec_##name##_##w(VEC_ARGUMENTS)                                             \
    {                                                                                              \
        struct vec_call v = {env, d, a, b, c, imm};                                                \
        enum ir_status status = dot_product(&v, &name##_##bytes, bytes);                           \
        if (status != IR_OK)                                                                       \
            return status;                                                                         \
        VEC_REST_##w(d) return IR_OK;                                                              \
    }

/* ---- estimates: the host's own, so that native code and this agree ---- */

#if defined(__x86_64__)

static inline float estimate_reciprocal(float x)
{
    float result;
    __asm__("rcpss %1, %0" : "=x"(result) : "x"(x));
    return result;
}
static inline float estimate_rsqrt(float x)
{
    float result;
    __asm__("rsqrtss %1, %0" : "=x"(result) : "x"(x));
    return result;
}

#else

#include <fenv.h>

/* Closer than an estimate need be; denormals count as zeros, tiny results become zeros. */
static float estimate_reciprocal(float x)
{
    fenv_t saved;
    uint32_t bits = flush_u32(bits_f32(x));
    if (is_nan_u32(bits))
        return f32_of(bits | F32_QUIET);
    feholdexcept(&saved);
    bits = flush_u32(bits_f32(1.0f / f32_of(bits)));
    fesetenv(&saved);
    return f32_of(bits);
}
static float estimate_rsqrt(float x)
{
    fenv_t saved;
    uint32_t bits = flush_u32(bits_f32(x));
    if (is_nan_u32(bits))
        return f32_of(bits | F32_QUIET);
    if (bits > F32_SIGN)
        return f32_of(F32_NAN);
    feholdexcept(&saved);
    bits = bits_f32(1.0f / __builtin_sqrtf(f32_of(bits)));
    fesetenv(&saved);
    return f32_of(bits);
}

#endif

VEC_MAP1(rcpps, f32, estimate_reciprocal(y))
VEC_MAP1(rsqrtps, f32, estimate_rsqrt(y))

VEC_INLINE void estimate_scalar(const struct vec_call *v, unsigned width, float (*estimate)(float))
{
    float y;
    memcpy(&y, v->b, sizeof(y));
    y = estimate(y);
    VEC_PUT_SCALAR(v, y, width);
}
VEC_INLINE void body_rcpss(const struct vec_call *v, unsigned width)
{
    estimate_scalar(v, width, estimate_reciprocal);
}
VEC_INLINE void body_rsqrtss(const struct vec_call *v, unsigned width)
{
    estimate_scalar(v, width, estimate_rsqrt);
}

/* ---- comparisons ---- */

enum { LESS = 1, EQUAL = 2, GREATER = 4, UNORDERED = 8 };

/* The relations for which predicates 0..15 are true; 16..31 are the same in the other temper. */
static const uint8_t predicate_true[16] = {
    EQUAL,                       /* EQ_OQ */
    LESS,                        /* LT_OS */
    LESS | EQUAL,                /* LE_OS */
    UNORDERED,                   /* UNORD_Q */
    LESS | GREATER | UNORDERED,  /* NEQ_UQ */
    EQUAL | GREATER | UNORDERED, /* NLT_US */
    GREATER | UNORDERED,         /* NLE_US */
    LESS | EQUAL | GREATER,      /* ORD_Q */
    EQUAL | UNORDERED,           /* EQ_UQ */
    LESS | UNORDERED,            /* NGE_US */
    LESS | EQUAL | UNORDERED,    /* NGT_US */
    0,                           /* FALSE_OQ */
    LESS | GREATER,              /* NEQ_OQ */
    EQUAL | GREATER,             /* GE_OS */
    GREATER,                     /* GT_OS */
    15,                          /* TRUE_UQ */
};
/* Predicates that raise invalid for quiet NaNs too. */
#define PREDICATE_SIGNALS(n) ((0x6666u >> ((n)&15) & 1) ^ ((n) >> 4 & 1))

/*
 * On the bits, with flags and all: compilers take the quiet and the signaling comparison for the
 * same where they vectorise. signals: quiet NaNs are invalid too.
 */
#define RELATION(tag, bits_field, integer)                                                         \
    static inline integer order_##tag(__typeof__(bits_##tag(0)) bits)                              \
    {                                                                                              \
        integer size = (integer)(bits & ~bits_field##_SIGN);                                       \
        return bits & bits_field##_SIGN ? -size : size;                                            \
    }                                                                                              \
    static inline unsigned relation_##tag(const struct vec_call *v, __typeof__(bits_##tag(0)) x,   \
                                          __typeof__(bits_##tag(0)) y, bool signals)               \
    {                                                                                              \
        if (__builtin_expect(is_nan_##bits_field(x) | is_nan_##bits_field(y), 0)) {                \
            if (signals | is_signaling_##bits_field(x) | is_signaling_##bits_field(y))             \
                vec_raise(v, X86_MXCSR_IE);                                                        \
            return UNORDERED;                                                                      \
        }                                                                                          \
        if (__builtin_expect(is_denormal_##bits_field(x) | is_denormal_##bits_field(y), 0)) {      \
            if (vec_mxcsr(v) & X86_MXCSR_DAZ) {                                                    \
                x = flush_##bits_field(x);                                                         \
                y = flush_##bits_field(y);                                                         \
            } else {                                                                               \
                vec_raise(v, X86_MXCSR_DE);                                                        \
            }                                                                                      \
        }                                                                                          \
        integer left = order_##tag(x), right = order_##tag(y);                                     \
        return left < right ? LESS : left > right ? GREATER : EQUAL;                               \
    }
RELATION(f32, u32, int32_t)
RELATION(f64, u64, int64_t)

#define ALL_ONES_IF(bits_field, truth) ((truth) ? ~(__typeof__(va.bits_field[0]))0 : 0)
#define COMPARE_LANES(field, bits_field, lanes, expression)                                        \
    for (unsigned i = 0; i < (lanes); i++) {                                                       \
        __typeof__(va.field[0]) x = va.field[i], y = vb.field[i];                                  \
        vd.bits_field[i] = ALL_ONES_IF(bits_field, expression);                                    \
    }                                                                                              \
    break
#define COMPARE_BODY(name, field, bits_field, lanes)                                               \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        unsigned predicate = v->imm & 31;                                                          \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, (unsigned)((lanes) * sizeof(va.field[0])));                             \
        vd = va;                                                                                   \
        switch (predicate) {                                                                       \
        case 0:                                                                                    \
            COMPARE_LANES(field, bits_field, lanes, x == y);                                       \
        case 1:                                                                                    \
            COMPARE_LANES(field, bits_field, lanes, x < y);                                        \
        case 2:                                                                                    \
            COMPARE_LANES(field, bits_field, lanes, x <= y);                                       \
        case 4:                                                                                    \
            COMPARE_LANES(field, bits_field, lanes, x != y);                                       \
        default:                                                                                   \
            for (unsigned i = 0; i < (lanes); i++)                                                 \
                vd.bits_field[i] = ALL_ONES_IF(                                                    \
                    bits_field, predicate_true[predicate & 15] &                                   \
                                    relation_##field(v, va.bits_field[i], vb.bits_field[i],        \
                                                     PREDICATE_SIGNALS(predicate)));               \
        }                                                                                          \
        if (predicate == 1 || predicate == 2)                                                      \
            RAISE_IF_NAN(bits_field, lanes);                                                       \
        vec_put(v->d, &vd, width);                                                                 \
    }
COMPARE_BODY(cmpps, f32, u32, width / 4)
COMPARE_BODY(cmppd, f64, u64, width / 8)

#define COMPARE_SCALAR(name, field, bits_field)                                                    \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        __typeof__(((union x86_vec *)0)->bits_field[0]) x, y, r;                                   \
        unsigned predicate = v->imm & 31;                                                          \
        memcpy(&x, v->a, sizeof(x));                                                               \
        memcpy(&y, v->b, sizeof(y));                                                               \
        unsigned is = relation_##field(v, x, y, PREDICATE_SIGNALS(predicate));                     \
        r = predicate_true[predicate & 15] & is ? ~(__typeof__(r))0 : 0;                           \
        VEC_PUT_SCALAR(v, r, width);                                                               \
    }
COMPARE_SCALAR(cmpss, f32, u32)
COMPARE_SCALAR(cmpsd, f64, u64)

VEC_INLINE uint64_t relation_flags(unsigned relation)
{
    return (relation & (EQUAL | UNORDERED) ? IR_F_Z : 0) | (relation & UNORDERED ? IR_F_P : 0) |
           (relation & (LESS | UNORDERED) ? IR_F_C : 0);
}
#define COMPARE_FLAGS(name, field, bits_field, signals)                                            \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec x, y;                                                                        \
        vec_get(&x, v->a, sizeof(x.field[0]));                                                     \
        vec_get(&y, v->b, sizeof(y.field[0]));                                                     \
        vec_put_u64(                                                                               \
            v->d, relation_flags(relation_##field(v, x.bits_field[0], y.bits_field[0], signals))); \
    }
COMPARE_FLAGS(comiss, f32, u32, true)
COMPARE_FLAGS(comisd, f64, u64, true)
COMPARE_FLAGS(ucomiss, f32, u32, false)
COMPARE_FLAGS(ucomisd, f64, u64, false)

#define VEC_INSTANCES_DP(name, widths, kind, d) X86_WIDTHS_##widths(DOT_PRODUCT, name)
#define VEC                                     VEC_INSTANCES
#include "emulator/isa/x86/vec-float.inc"
