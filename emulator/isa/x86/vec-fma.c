/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fused multiply and add (SDM volume 1, 14.5.2; volume 2). The forms 132, 213 and 231 name which
 * operands are multiplied and which one is added: operand 1 is the destination, 2 is a, 3 is b.
 */
#include "emulator/isa/x86/vec.h"

#include <math.h>

#include "emulator/isa/x86/vec-fp.h"

/* x * y + z with the signs of the product and of z flipped as told. */
#define FUSED(type, tag, bits_field, function)                                                     \
    static __attribute__((noinline))                                                               \
    type fused_##tag(type x, type y, type z, bool minus_product, bool minus_z)                     \
    {                                                                                              \
        __typeof__(bits_##tag(x)) bx = bits_##tag(x), by = bits_##tag(y), bz = bits_##tag(z);      \
        type sum = function(tag##_of(bx ^ (minus_product ? bits_field##_SIGN : 0)), y,             \
                            tag##_of(bz ^ (minus_z ? bits_field##_SIGN : 0)));                     \
        if (__builtin_expect(!is_nan_##bits_field(bits_##tag(sum)), 1))                            \
            return sum;                                                                            \
        if (is_nan_##bits_field(bx))                                                               \
            return tag##_of(bx | bits_field##_QUIET);                                              \
        return tag##_of(pick_nan_##bits_field(by, bz));                                            \
    }
FUSED(float, f32, u32, fmaf)
FUSED(double, f64, u64, fma)

#define X_132 p
#define Y_132 r
#define Z_132 q
#define X_213 q
#define Y_213 p
#define Z_213 r
#define X_231 q
#define Y_231 r
#define Z_231 p

/* Lanes from `lanes` on keep operand 1; minus_product and minus_z are expressions in i. */
#define FMA_BODY(name, order, field, lanes, minus_product, minus_z)                                \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec v1, v2, v3;                                                                  \
        vec_get(&v1, v->d, width);                                                                 \
        vec_get(&v2, v->a, (unsigned)((lanes) * sizeof(v1.field[0])));                             \
        vec_get(&v3, v->b, (unsigned)((lanes) * sizeof(v1.field[0])));                             \
        for (unsigned i = 0; i < (lanes); i++) {                                                   \
            __typeof__(v1.field[0]) p = v1.field[i], q = v2.field[i], r = v3.field[i];             \
            v1.field[i] = fused_##field(X_##order, Y_##order, Z_##order, minus_product, minus_z);  \
        }                                                                                          \
        vec_put(v->d, &v1, width);                                                                 \
    }
#define FMA_PACKED(name, order, minus_product, minus_z)                                            \
    FMA_BODY(name##order##ps, order, f32, width / 4, minus_product, minus_z)                       \
    FMA_BODY(name##order##pd, order, f64, width / 8, minus_product, minus_z)
#define FMA_ALL(name, order, minus_product, minus_z)                                               \
    FMA_PACKED(name, order, minus_product, minus_z)                                                \
    FMA_BODY(name##order##ss, order, f32, 1u, minus_product, minus_z)                              \
    FMA_BODY(name##order##sd, order, f64, 1u, minus_product, minus_z)
#define ORDERS(kind, name, minus_product, minus_z)                                                 \
    kind(name, 132, minus_product, minus_z) kind(name, 213, minus_product, minus_z)                \
        kind(name, 231, minus_product, minus_z)
ORDERS(FMA_ALL, vfmadd, false, false)
ORDERS(FMA_ALL, vfmsub, false, true)
ORDERS(FMA_ALL, vfnmadd, true, false)
ORDERS(FMA_ALL, vfnmsub, true, true)
ORDERS(FMA_PACKED, vfmaddsub, false, !(i & 1))
ORDERS(FMA_PACKED, vfmsubadd, false, i & 1)

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-fma.inc"
