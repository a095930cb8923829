/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Integer vector arithmetic, logic and shifts (SDM volume 2). Bodies only: the rows of vec-int.inc
 * make functions of them.
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-template.h"

/* ---- saturation ---- */

VEC_INLINE int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}
VEC_INLINE int8_t saturate_i8(int value)
{
    return (int8_t)clamp(value, INT8_MIN, INT8_MAX);
}
VEC_INLINE uint8_t saturate_u8(int value)
{
    return (uint8_t)clamp(value, 0, UINT8_MAX);
}
VEC_INLINE int16_t saturate_i16(int value)
{
    return (int16_t)clamp(value, INT16_MIN, INT16_MAX);
}
VEC_INLINE uint16_t saturate_u16(int value)
{
    return (uint16_t)clamp(value, 0, UINT16_MAX);
}

/* ---- add, subtract, multiply ---- */

VEC_MAP2(paddb, u8, x + y)
VEC_MAP2(paddw, u16, x + y)
VEC_MAP2(paddd, u32, x + y)
VEC_MAP2(paddq, u64, x + y)
VEC_MAP2(psubb, u8, x - y)
VEC_MAP2(psubw, u16, x - y)
VEC_MAP2(psubd, u32, x - y)
VEC_MAP2(psubq, u64, x - y)
VEC_MAP2(paddsb, i8, saturate_i8(x + y))
VEC_MAP2(paddsw, i16, saturate_i16(x + y))
VEC_MAP2(paddusb, u8, saturate_u8(x + y))
VEC_MAP2(paddusw, u16, saturate_u16(x + y))
VEC_MAP2(psubsb, i8, saturate_i8(x - y))
VEC_MAP2(psubsw, i16, saturate_i16(x - y))
VEC_MAP2(psubusb, u8, saturate_u8(x - y))
VEC_MAP2(psubusw, u16, saturate_u16(x - y))
VEC_MAP2(pmullw, i16, x *y)
VEC_MAP2(pmulhw, i16, (x * y) >> 16)
VEC_MAP2(pmulhuw, u16, ((uint32_t)x * y) >> 16)
VEC_MAP2(pmulhrsw, i16, (((x * y) >> 14) + 1) >> 1)
VEC_MAP2(pmulld, u32, x *y)
VEC_MAP2(pmuludq, u64, (uint64_t)(uint32_t)x *(uint32_t)y)
VEC_MAP2(pmuldq, i64, (int64_t)(int32_t)x *(int32_t)y)

VEC_INLINE void body_pmaddwd(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 4; i++)
        d.u32[i] = (uint32_t)(x.i16[2 * i] * y.i16[2 * i]) +
                   (uint32_t)(x.i16[2 * i + 1] * y.i16[2 * i + 1]);
    vec_put(v->d, &d, width);
}

VEC_INLINE void body_pmaddubsw(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 2; i++)
        d.i16[i] = saturate_i16(x.u8[2 * i] * y.i8[2 * i] + x.u8[2 * i + 1] * y.i8[2 * i + 1]);
    vec_put(v->d, &d, width);
}

VEC_INLINE int distance_u8(uint8_t x, uint8_t y)
{
    return x > y ? x - y : y - x;
}

VEC_INLINE void body_psadbw(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned q = 0; q < width / 8; q++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < 8; i++)
            sum += (unsigned)distance_u8(x.u8[8 * q + i], y.u8[8 * q + i]);
        d.u64[q] = sum;
    }
    vec_put(v->d, &d, width);
}

/* imm bits 0..1: block of b; bit 2: offset in a; bits 3..5 the same for the upper lane. */
VEC_INLINE void body_mpsadbw(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned lane = 0; lane < width / 16; lane++) {
        unsigned control = v->imm >> (3 * lane);
        const uint8_t *p = x.u8 + 16 * lane + (control & 4), *q = y.u8 + 16 * lane;
        q += 4 * (control & 3);
        for (unsigned i = 0; i < 8; i++) {
            int sum = 0;
            for (unsigned k = 0; k < 4; k++)
                sum += distance_u8(p[i + k], q[k]);
            d.u16[8 * lane + i] = (uint16_t)sum;
        }
    }
    vec_put(v->d, &d, width);
}

VEC_INLINE void body_phminposuw(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d = {{0}};
    unsigned at = 0;
    vec_get(&y, v->b, width);
    for (unsigned i = 1; i < 8; i++)
        if (y.u16[i] < y.u16[at])
            at = i;
    d.u16[0] = y.u16[at];
    d.u16[1] = (uint16_t)at;
    vec_put(v->d, &d, width);
}

/* Neighbours in each 16-byte lane (8 for MMX): those of a below, those of b above. */
#define HORIZONTAL(name, field, expression)                                                        \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        unsigned lane = (unsigned)VEC_LANES(width < 16 ? width : 16, field);                       \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned base = 0; base < VEC_LANES(width, field); base += lane) {                    \
            for (unsigned i = 0; i < lane; i++) {                                                  \
                const union x86_vec *from = i < lane / 2 ? &va : &vb;                              \
                unsigned at = base + 2 * (i < lane / 2 ? i : i - lane / 2);                        \
                __typeof__(va.field[0]) x = from->field[at], y = from->field[at + 1];              \
                vd.field[base + i] = (__typeof__(va.field[0]))(expression);                        \
            }                                                                                      \
        }                                                                                          \
        vec_put(v->d, &vd, width);                                                                 \
    }
HORIZONTAL(phaddw, u16, x + y)
HORIZONTAL(phaddd, u32, x + y)
HORIZONTAL(phaddsw, i16, saturate_i16(x + y))
HORIZONTAL(phsubw, u16, x - y)
HORIZONTAL(phsubd, u32, x - y)
HORIZONTAL(phsubsw, i16, saturate_i16(x - y))

/* ---- average, smaller, larger, sign ---- */

VEC_MAP2(pavgb, u8, (x + y + 1) >> 1)
VEC_MAP2(pavgw, u16, (x + y + 1) >> 1)
VEC_MAP2(pminub, u8, x < y ? x : y)
VEC_MAP2(pmaxub, u8, x > y ? x : y)
VEC_MAP2(pminsw, i16, x < y ? x : y)
VEC_MAP2(pmaxsw, i16, x > y ? x : y)
VEC_MAP2(pminsb, i8, x < y ? x : y)
VEC_MAP2(pmaxsb, i8, x > y ? x : y)
VEC_MAP2(pminuw, u16, x < y ? x : y)
VEC_MAP2(pmaxuw, u16, x > y ? x : y)
VEC_MAP2(pminsd, i32, x < y ? x : y)
VEC_MAP2(pmaxsd, i32, x > y ? x : y)
VEC_MAP2(pminud, u32, x < y ? x : y)
VEC_MAP2(pmaxud, u32, x > y ? x : y)
VEC_MAP1(pabsb, i8, y < 0 ? -y : y)
VEC_MAP1(pabsw, i16, y < 0 ? -y : y)
VEC_MAP1(pabsd, u32, (int32_t)y < 0 ? 0 - y : y)
VEC_MAP2(psignb, i8, y < 0 ? -x : y ? x : 0)
VEC_MAP2(psignw, i16, y < 0 ? -x : y ? x : 0)
VEC_MAP2(psignd, u32, (int32_t)y < 0 ? 0 - x : y ? x : 0)

/* ---- compare ---- */

VEC_MAP2(pcmpeqb, u8, x == y ? -1 : 0)
VEC_MAP2(pcmpeqw, u16, x == y ? -1 : 0)
VEC_MAP2(pcmpeqd, u32, x == y ? -1 : 0)
VEC_MAP2(pcmpeqq, u64, x == y ? -1 : 0)
VEC_MAP2(pcmpgtb, i8, x > y ? -1 : 0)
VEC_MAP2(pcmpgtw, i16, x > y ? -1 : 0)
VEC_MAP2(pcmpgtd, i32, x > y ? -1 : 0)
VEC_MAP2(pcmpgtq, i64, x > y ? -1 : 0)

/* ---- logic ---- */

VEC_MAP2(pand, u64, x &y)
VEC_MAP2(pandn, u64, ~x &y)
VEC_MAP2(por, u64, x | y)
VEC_MAP2(pxor, u64, x ^ y)

/* Z: a & b has none of the bits that `mask` looks at; C: ~a & b has none. */
VEC_INLINE void test_bits(const struct vec_call *v, unsigned width, uint64_t mask)
{
    union x86_vec x, y;
    uint64_t both = 0, only_b = 0;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 8; i++) {
        both |= x.u64[i] & y.u64[i] & mask;
        only_b |= ~x.u64[i] & y.u64[i] & mask;
    }
    vec_put_u64(v->d, (both ? 0 : IR_F_Z) | (only_b ? 0 : IR_F_C));
}
VEC_INLINE void body_ptest(const struct vec_call *v, unsigned width)
{
    test_bits(v, width, UINT64_MAX);
}
VEC_INLINE void body_vtestps(const struct vec_call *v, unsigned width)
{
    test_bits(v, width, 0x8000000080000000u);
}
VEC_INLINE void body_vtestpd(const struct vec_call *v, unsigned width)
{
    test_bits(v, width, 0x8000000000000000u);
}

/* ---- shifts ---- */

/* n is the count, of 64 bits: too large a one gives 0, or the sign for the arithmetic ones. */
#define SHIFT_LEFT(bits)  (n < (bits) ? y << n : 0)
#define SHIFT_RIGHT(bits) (n < (bits) ? y >> n : 0)
#define SHIFT_SIGN(bits)  (y >> (n < (bits) ? n : (bits)-1))

#define SHIFT(name, field, expression)                                                             \
    VEC_INLINE void shift_##name(const struct vec_call *v, const void *value, uint64_t n,          \
                                 unsigned width)                                                   \
    {                                                                                              \
        union x86_vec from, d;                                                                     \
        vec_get(&from, value, width);                                                              \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++) {                                   \
            __typeof__(from.field[0]) y = from.field[i];                                           \
            d.field[i] = (__typeof__(from.field[0]))(expression);                                  \
        }                                                                                          \
        vec_put(v->d, &d, width);                                                                  \
    }                                                                                              \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        shift_##name(v, v->a, vec_get_u64(v->b), width);                                           \
    }                                                                                              \
    VEC_INLINE void body_##name##i(const struct vec_call *v, unsigned width)                       \
    {                                                                                              \
        shift_##name(v, v->b, v->imm & 0xff, width);                                               \
    }
SHIFT(psllw, u16, SHIFT_LEFT(16))
SHIFT(pslld, u32, SHIFT_LEFT(32))
SHIFT(psllq, u64, SHIFT_LEFT(64))
SHIFT(psrlw, u16, SHIFT_RIGHT(16))
SHIFT(psrld, u32, SHIFT_RIGHT(32))
SHIFT(psrlq, u64, SHIFT_RIGHT(64))
SHIFT(psraw, i16, SHIFT_SIGN(16))
SHIFT(psrad, i32, SHIFT_SIGN(32))

VEC_MAP2(vpsllvd, u32, y < 32 ? x << y : 0)
VEC_MAP2(vpsllvq, u64, y < 64 ? x << y : 0)
VEC_MAP2(vpsrlvd, u32, y < 32 ? x >> y : 0)
VEC_MAP2(vpsrlvq, u64, y < 64 ? x >> y : 0)
VEC_MAP2(vpsravd, i32, x >> ((uint32_t)y < 32 ? y : 31))

/* Each lane of 16 bytes by itself, by n bytes; n above 15 leaves nothing. */
VEC_INLINE void shift_bytes(const struct vec_call *v, unsigned width, bool left)
{
    union x86_vec y, d;
    unsigned n = v->imm & 0xff;
    vec_get(&y, v->b, width);
    memset(&d, 0, sizeof(d));
    for (unsigned lane = 0; lane < width && n < 16; lane += 16)
        memcpy(d.u8 + lane + (left ? n : 0), y.u8 + lane + (left ? 0 : n), 16 - n);
    vec_put(v->d, &d, width);
}
VEC_INLINE void body_pslldqi(const struct vec_call *v, unsigned width)
{
    shift_bytes(v, width, true);
}
VEC_INLINE void body_psrldqi(const struct vec_call *v, unsigned width)
{
    shift_bytes(v, width, false);
}

/* The lane's bytes of b, then of a, then zeros: taken from byte imm on. */
VEC_INLINE void body_palignr(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    unsigned lane = width < 16 ? width : 16, n = v->imm & 0xff;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    n = n > 2 * lane ? 2 * lane : n;
    for (unsigned base = 0; base < width; base += lane) {
        uint8_t both[48] = {0};
        memcpy(both, y.u8 + base, lane);
        memcpy(both + lane, x.u8 + base, lane);
        memcpy(d.u8 + base, both + n, lane);
    }
    vec_put(v->d, &d, width);
}

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-int.inc"
