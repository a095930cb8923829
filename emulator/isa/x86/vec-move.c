/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector moves, shuffles, packs, blends, inserts and extracts (SDM volume 2). Bodies only: the rows
 * of vec-move.inc make functions of them.
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-template.h"

/* ---- whole registers and their parts ---- */

VEC_MAP1(mov, u64, y)

/* The low part of b, the rest zero. */
VEC_INLINE void body_movd(const struct vec_call *v, unsigned width)
{
    uint32_t low;
    memcpy(&low, v->b, sizeof(low));
    vec_put_halves(v->d, low, 0);
}
VEC_INLINE void body_movq(const struct vec_call *v, unsigned width)
{
    vec_put_halves(v->d, vec_get_u64(v->b), 0);
}

/* The low part of b, the rest of a. */
VEC_INLINE void body_movss(const struct vec_call *v, unsigned width)
{
    uint32_t low;
    memcpy(&low, v->b, sizeof(low));
    VEC_PUT_SCALAR(v, low, width);
}
VEC_INLINE void body_movsd(const struct vec_call *v, unsigned width)
{
    uint64_t low = vec_get_u64(v->b);
    VEC_PUT_SCALAR(v, low, width);
}
VEC_INLINE void body_movhps(const struct vec_call *v, unsigned width)
{
    vec_put_halves(v->d, vec_get_u64(v->a), vec_get_u64(v->b));
}
VEC_INLINE void body_movhlps(const struct vec_call *v, unsigned width)
{
    uint64_t low = vec_get_u64((const uint8_t *)v->b + 8);
    vec_put_halves(v->d, low, vec_get_u64((const uint8_t *)v->a + 8));
}

/* d[i] = y[from], where from is an expression in i. */
#define PICK(name, field, from)                                                                    \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d;                                                                        \
        unsigned imm = v->imm & 0xff;                                                              \
        (void)imm;                                                                                 \
        vec_get(&y, v->b, width);                                                                  \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            d.field[i] = y.field[from];                                                            \
        vec_put(v->d, &d, width);                                                                  \
    }
PICK(movshdup, u32, i | 1)
PICK(movsldup, u32, i & ~1u)

VEC_INLINE void body_movddup(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&y, v->b, X86_VEC_SIZE(X86_VEC_D, width));
    for (unsigned i = 0; i < width / 8; i++)
        d.u64[i] = y.u64[i & ~1u];
    vec_put(v->d, &d, width);
}

/* ---- packs ---- */

VEC_INLINE int pack_clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* In each lane, the elements of a and then those of b, narrowed with saturation. */
#define PACK(name, from, to, low, high)                                                            \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec x, y, d;                                                                     \
        unsigned half = (unsigned)VEC_LANES(width < 16 ? width : 16, from);                        \
        vec_get(&x, v->a, width);                                                                  \
        vec_get(&y, v->b, width);                                                                  \
        for (unsigned base = 0; base < VEC_LANES(width, from); base += half) {                     \
            for (unsigned i = 0; i < half; i++) {                                                  \
                d.to[2 * base + i] = (__typeof__(d.to[0]))pack_clamp(x.from[base + i], low, high); \
                d.to[2 * base + half + i] =                                                        \
                    (__typeof__(d.to[0]))pack_clamp(y.from[base + i], low, high);                  \
            }                                                                                      \
        }                                                                                          \
        vec_put(v->d, &d, width);                                                                  \
    }
PACK(packsswb, i16, i8, INT8_MIN, INT8_MAX)
PACK(packuswb, i16, u8, 0, UINT8_MAX)
PACK(packssdw, i32, i16, INT16_MIN, INT16_MAX)
PACK(packusdw, i32, u16, 0, UINT16_MAX)

/* ---- interleaves ---- */

/* In each lane, elements of a and b in turn; from its lower half, or (high = 1) its upper one. */
#define INTERLEAVE(name, field, high)                                                              \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec x, y, d;                                                                     \
        unsigned lane = (unsigned)VEC_LANES(width < 16 ? width : 16, field);                       \
        vec_get(&x, v->a, width);                                                                  \
        vec_get(&y, v->b, width);                                                                  \
        for (unsigned base = 0; base < VEC_LANES(width, field); base += lane) {                    \
            for (unsigned i = 0; i < lane / 2; i++) {                                              \
                unsigned from = base + (high) * (lane / 2) + i;                                    \
                d.field[base + 2 * i] = x.field[from];                                             \
                d.field[base + 2 * i + 1] = y.field[from];                                         \
            }                                                                                      \
        }                                                                                          \
        vec_put(v->d, &d, width);                                                                  \
    }
INTERLEAVE(punpcklbw, u8, 0)
INTERLEAVE(punpcklwd, u16, 0)
INTERLEAVE(punpckldq, u32, 0)
INTERLEAVE(punpcklqdq, u64, 0)
INTERLEAVE(punpckhbw, u8, 1)
INTERLEAVE(punpckhwd, u16, 1)
INTERLEAVE(punpckhdq, u32, 1)
INTERLEAVE(punpckhqdq, u64, 1)

/* ---- widening ---- */

#define EXTEND(name, from, to)                                                                     \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d;                                                                        \
        vec_get(&y, v->b, (unsigned)(VEC_LANES(width, to) * sizeof(y.from[0])));                   \
        for (unsigned i = 0; i < VEC_LANES(width, to); i++)                                        \
            d.to[i] = y.from[i];                                                                   \
        vec_put(v->d, &d, width);                                                                  \
    }
EXTEND(pmovsxbw, i8, i16)
EXTEND(pmovsxbd, i8, i32)
EXTEND(pmovsxbq, i8, i64)
EXTEND(pmovsxwd, i16, i32)
EXTEND(pmovsxwq, i16, i64)
EXTEND(pmovsxdq, i32, i64)
EXTEND(pmovzxbw, u8, u16)
EXTEND(pmovzxbd, u8, u32)
EXTEND(pmovzxbq, u8, u64)
EXTEND(pmovzxwd, u16, u32)
EXTEND(pmovzxwq, u16, u64)
EXTEND(pmovzxdq, u32, u64)

/* ---- shuffles ---- */

VEC_INLINE void body_pshufb(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    unsigned lane = width < 16 ? width : 16;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width; i++) {
        uint8_t from = x.u8[(i & ~(lane - 1)) + (y.u8[i] & (lane - 1))];
        d.u8[i] = y.u8[i] & 0x80 ? 0 : from;
    }
    vec_put(v->d, &d, width);
}

/* Two bits of imm for each element of a group of four. */
#define IMM2(i) (imm >> (2 * ((i)&3)) & 3)

PICK(pshufw, u16, IMM2(i))
PICK(pshufd, u32, (i & 4) + IMM2(i))
PICK(pshuflw, u16, i & 4 ? i : (i & 8) + IMM2(i))
PICK(pshufhw, u16, i & 4 ? (i & 8) + 4 + IMM2(i) : i)
PICK(vpermilpsi, u32, (i & 4) + IMM2(i))
PICK(vpermilpdi, u64, (i & 2) + (imm >> i & 1))
PICK(vpermq, u64, IMM2(i))

VEC_INLINE void body_shufps(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    unsigned imm = v->imm;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 4; i++)
        d.u32[i] = (i & 2 ? &y : &x)->u32[(i & 4) + IMM2(i)];
    vec_put(v->d, &d, width);
}

VEC_INLINE void body_shufpd(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, width);
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 8; i++)
        d.u64[i] = (i & 1 ? &y : &x)->u64[(i & 2) + (v->imm >> i & 1)];
    vec_put(v->d, &d, width);
}

/* d[i] = source.field[from], from an expression in i and the control vector. */
#define PERMUTE(name, source, control, field, from)                                                \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec x, y, d;                                                                     \
        vec_get(&x, v->source, width);                                                             \
        vec_get(&y, v->control, width);                                                            \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            d.field[i] = x.field[from];                                                            \
        vec_put(v->d, &d, width);                                                                  \
    }
PERMUTE(vpermilps, a, b, u32, (i & 4) + (y.u32[i] & 3))
PERMUTE(vpermilpd, a, b, u64, (i & 2) + (y.u64[i] >> 1 & 1))
PERMUTE(vpermd, b, a, u32, y.u32[i] & 7)

/* Four bits of imm for each half of d: which half of a or b, or (bit 3) zero. */
VEC_INLINE void body_vperm2f128(const struct vec_call *v, unsigned width)
{
    union x86_vec source[2], d;
    vec_get(&source[0], v->a, width);
    vec_get(&source[1], v->b, width);
    for (unsigned half = 0; half < 2; half++) {
        unsigned control = v->imm >> (4 * half);
        const uint64_t *from = source[control >> 1 & 1].u64 + 2 * (control & 1);
        d.u64[2 * half] = control & 8 ? 0 : from[0];
        d.u64[2 * half + 1] = control & 8 ? 0 : from[1];
    }
    vec_put(v->d, &d, width);
}

/* ---- blends: b where the immediate's or the third operand's bit is set ---- */

VEC_MAP2(pblendw, u16, v->imm >> (i & 7) & 1 ? y : x)
VEC_MAP2(blendps, u32, v->imm >> i & 1 ? y : x)
VEC_MAP2(blendpd, u64, v->imm >> i & 1 ? y : x)
VEC_MAP2(vpblendd, u32, v->imm >> i & 1 ? y : x)

#define BLEND_SIGN(name, field)                                                                    \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec x, y, c, d;                                                                  \
        vec_get(&x, v->a, width);                                                                  \
        vec_get(&y, v->b, width);                                                                  \
        vec_get(&c, v->c, width);                                                                  \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            d.field[i] = c.field[i] < 0 ? y.field[i] : x.field[i];                                 \
        vec_put(v->d, &d, width);                                                                  \
    }
BLEND_SIGN(pblendvb, i8)
BLEND_SIGN(blendvps, i32)
BLEND_SIGN(blendvpd, i64)

/* ---- broadcasts ---- */

#define BROADCAST(name, field)                                                                     \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y, d;                                                                        \
        vec_get(&y, v->b, sizeof(y.field[0]));                                                     \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            d.field[i] = y.field[0];                                                               \
        vec_put(v->d, &d, width);                                                                  \
    }
BROADCAST(vpbroadcastb, u8)
BROADCAST(vpbroadcastw, u16)
BROADCAST(vpbroadcastd, u32)
BROADCAST(vpbroadcastq, u64)

VEC_INLINE void body_vbroadcasti128(const struct vec_call *v, unsigned width)
{
    union x86_vec d;
    vec_get(&d, v->b, 16);
    memcpy(d.u8 + 16, d.u8, 16);
    vec_put(v->d, &d, width);
}

/* ---- inserts and extracts ---- */

#define INSERT(name, field)                                                                        \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec d;                                                                           \
        uint64_t value = vec_get_u64(v->b);                                                        \
        vec_get(&d, v->a, width);                                                                  \
        d.field[v->imm & (VEC_LANES(width, field) - 1)] = (__typeof__(d.field[0]))value;           \
        vec_put(v->d, &d, width);                                                                  \
    }
INSERT(pinsrb, u8)
INSERT(pinsrw, u16)
INSERT(pinsrd, u32)
INSERT(pinsrq, u64)

#define EXTRACT(name, field)                                                                       \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y;                                                                           \
        vec_get(&y, v->b, width);                                                                  \
        vec_put_u64(v->d, y.field[v->imm & (VEC_LANES(width, field) - 1)]);                        \
    }
EXTRACT(pextrb, u8)
EXTRACT(pextrw, u16)
EXTRACT(pextrd, u32)
EXTRACT(pextrq, u64)

/* imm: element of b in bits 7..6, of d in 5..4, elements of d to zero in 3..0. */
VEC_INLINE void body_insertps(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&d, v->a, width);
    vec_get(&y, v->b, width);
    d.u32[v->imm >> 4 & 3] = y.u32[v->imm >> 6 & 3];
    for (unsigned i = 0; i < 4; i++)
        d.u32[i] = v->imm >> i & 1 ? 0 : d.u32[i];
    vec_put(v->d, &d, width);
}

VEC_INLINE void body_vinserti128(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&d, v->a, width);
    vec_get(&y, v->b, 16);
    memcpy(d.u8 + 16 * (v->imm & 1), y.u8, 16);
    vec_put(v->d, &d, width);
}

VEC_INLINE void body_vextracti128(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d = {{0}};
    vec_get(&y, v->b, width);
    memcpy(d.u8, y.u8 + 16 * (v->imm & 1), 16);
    vec_put(v->d, &d, width);
}

/* ---- sign masks ---- */

#define SIGN_MASK(name, field)                                                                     \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec y;                                                                           \
        uint64_t mask = 0;                                                                         \
        vec_get(&y, v->b, width);                                                                  \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++)                                     \
            mask |= (uint64_t)(y.field[i] < 0) << i;                                               \
        vec_put_u64(v->d, mask);                                                                   \
    }
SIGN_MASK(movmskps, i32)
SIGN_MASK(movmskpd, i64)

/* One multiplication gathers the signs of eight bytes. */
VEC_INLINE void body_pmovmskb(const struct vec_call *v, unsigned width)
{
    union x86_vec y;
    uint64_t mask = 0;
    vec_get(&y, v->b, width);
    for (unsigned i = 0; i < width / 8; i++) {
        uint64_t signs = y.u64[i] >> 7 & 0x0101010101010101u;
        mask |= (signs * 0x0102040810204080u >> 56) << (8 * i);
    }
    vec_put_u64(v->d, mask);
}

/* ---- all registers ---- */

VEC_INLINE void body_vzeroupper(const struct vec_call *v, unsigned width)
{
    struct x86_cpu *cpu = x86_cpu_of(v->env);
    for (unsigned i = 0; i < X86_VECTORS; i++)
        memset(&cpu->vec[i][2], 0, 16);
}

VEC_INLINE void body_vzeroall(const struct vec_call *v, unsigned width)
{
    struct x86_cpu *cpu = x86_cpu_of(v->env);
    memset(cpu->vec, 0, sizeof(cpu->vec));
}

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-move.inc"
