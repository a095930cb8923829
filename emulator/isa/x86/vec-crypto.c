/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES rounds, carry-less multiplication and SHA rounds (SDM volume 2; FIPS 197, FIPS 180-4). Bodies
 * only: the rows of vec-crypto.inc make functions of them.
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-template.h"

/* ---- AES; byte i of the state is row i % 4, column i / 4 ---- */

#include "emulator/isa/x86/vec-aes.inc"

/* Multiplies each of eight bytes by x modulo the AES polynomial. */
static inline uint64_t aes_double(uint64_t bytes)
{
    uint64_t high = bytes >> 7 & 0x0101010101010101u;
    return (bytes & 0x7f7f7f7f7f7f7f7fu) << 1 ^ high * 0x1b;
}

/* Each 4-byte column of the half rotated so that byte r becomes byte r - n. */
static inline uint64_t aes_rotate(uint64_t half, unsigned n)
{
    uint64_t low = UINT32_MAX >> (8 * n);
    low |= low << 32;
    return (half >> (8 * n) & low) | (half << (32 - 8 * n) & ~low);
}

static inline uint64_t aes_mix(uint64_t half)
{
    uint64_t twice = aes_double(half), next = aes_rotate(half, 1);
    return twice ^ aes_rotate(twice, 1) ^ next ^ aes_rotate(half, 2) ^ aes_rotate(half, 3);
}
/* The inverse is aes_mix after multiplication by 5 + 4x^2 (with 4 of the byte two rows away). */
static inline uint64_t aes_unmix(uint64_t half)
{
    uint64_t four = aes_double(aes_double(half));
    return aes_mix(half ^ four ^ aes_rotate(four, 2));
}

static inline union x86_vec aes_substitute(const void *slot, bool inverse)
{
    union x86_vec x, d;
    vec_get(&x, slot, 16);
    for (unsigned i = 0; i < 16; i++) {
        unsigned row = i % 4, column = i / 4 + (inverse ? 4 - row : row);
        uint8_t from = x.u8[row + 4 * (column % 4)];
        d.u8[i] = inverse ? aes_inverse_box[from] : aes_box[from];
    }
    return d;
}

static inline void aes_round(const struct vec_call *v, bool inverse, bool last)
{
    union x86_vec d = aes_substitute(v->a, inverse), key;
    vec_get(&key, v->b, 16);
    for (unsigned i = 0; i < 2; i++) {
        if (!last)
            d.u64[i] = inverse ? aes_unmix(d.u64[i]) : aes_mix(d.u64[i]);
        d.u64[i] ^= key.u64[i];
    }
    vec_put(v->d, &d, 16);
}
VEC_INLINE void body_aesenc(const struct vec_call *v, unsigned width)
{
    aes_round(v, false, false);
}
VEC_INLINE void body_aesenclast(const struct vec_call *v, unsigned width)
{
    aes_round(v, false, true);
}
VEC_INLINE void body_aesdec(const struct vec_call *v, unsigned width)
{
    aes_round(v, true, false);
}
VEC_INLINE void body_aesdeclast(const struct vec_call *v, unsigned width)
{
    aes_round(v, true, true);
}

VEC_INLINE void body_aesimc(const struct vec_call *v, unsigned width)
{
    union x86_vec d;
    vec_get(&d, v->b, 16);
    d.u64[0] = aes_unmix(d.u64[0]);
    d.u64[1] = aes_unmix(d.u64[1]);
    vec_put(v->d, &d, 16);
}

VEC_INLINE void body_aeskeygenassist(const struct vec_call *v, unsigned width)
{
    union x86_vec y, d;
    vec_get(&y, v->b, 16);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t word = 0, from = y.u32[2 * i + 1];
        for (unsigned k = 0; k < 32; k += 8)
            word |= (uint32_t)aes_box[from >> k & 0xff] << k;
        d.u32[2 * i] = word;
        d.u32[2 * i + 1] = (word >> 8 | word << 24) ^ (v->imm & 0xff);
    }
    vec_put(v->d, &d, 16);
}

/* ---- carry-less multiplication; imm bits 0 and 4 choose the halves of a and b ---- */

VEC_INLINE void body_pclmulqdq(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d = {{0}};
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    uint64_t p = x.u64[v->imm & 1], q = y.u64[v->imm >> 4 & 1];
    for (unsigned i = 0; i < 64; i++) {
        uint64_t take = 0 - (p >> i & 1);
        d.u64[0] ^= take & q << i;
        d.u64[1] ^= take & q >> 1 >> (63 - i);
    }
    vec_put(v->d, &d, 16);
}

/* ---- SHA-1; the state's A is the highest of four words ---- */

static inline uint32_t rotate_left(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static inline uint32_t sha1_function(unsigned stage, uint32_t b, uint32_t c, uint32_t d)
{
    if (stage == 0)
        return (b & c) ^ (~b & d);
    return stage == 2 ? (b & c) ^ (b & d) ^ (c & d) : b ^ c ^ d;
}

VEC_INLINE void body_sha1rnds4(const struct vec_call *v, unsigned width)
{
    static const uint32_t constant[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    union x86_vec s, w;
    unsigned stage = v->imm & 3;
    uint32_t e = 0; /* already part of the first word */
    vec_get(&s, v->a, 16);
    vec_get(&w, v->b, 16);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t next = sha1_function(stage, s.u32[2], s.u32[1], s.u32[0]) +
                        rotate_left(s.u32[3], 5) + w.u32[3 - i] + e + constant[stage];
        e = s.u32[0];
        s.u32[0] = s.u32[1];
        s.u32[1] = rotate_left(s.u32[2], 30);
        s.u32[2] = s.u32[3];
        s.u32[3] = next;
    }
    vec_put(v->d, &s, 16);
}

VEC_INLINE void body_sha1nexte(const struct vec_call *v, unsigned width)
{
    union x86_vec x, d;
    vec_get(&x, v->a, 16);
    vec_get(&d, v->b, 16);
    d.u32[3] += rotate_left(x.u32[3], 30);
    vec_put(v->d, &d, 16);
}

VEC_INLINE void body_sha1msg1(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    d.u64[1] = x.u64[1] ^ x.u64[0];
    d.u64[0] = x.u64[0] ^ y.u64[1];
    vec_put(v->d, &d, 16);
}

VEC_INLINE void body_sha1msg2(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, d;
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    for (unsigned i = 3; i > 0; i--)
        d.u32[i] = rotate_left(x.u32[i] ^ y.u32[i - 1], 1);
    d.u32[0] = rotate_left(x.u32[0] ^ d.u32[3], 1);
    vec_put(v->d, &d, 16);
}

/* ---- SHA-256 ---- */

static inline uint32_t rotate_right(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}
static inline uint32_t sha256_small0(uint32_t x)
{
    return rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
}
static inline uint32_t sha256_small1(uint32_t x)
{
    return rotate_right(x, 17) ^ rotate_right(x, 19) ^ x >> 10;
}

/* a: C D G H from the top; b: A B E F; c: two words with their constants added. */
VEC_INLINE void body_sha256rnds2(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y, w;
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    vec_get(&w, v->c, 16);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t a = y.u32[3], b = y.u32[2], c = x.u32[3], d = x.u32[2];
        uint32_t e = y.u32[1], f = y.u32[0], g = x.u32[1], h = x.u32[0];
        uint32_t big1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t big0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t t = h + big1 + ((e & f) ^ (~e & g)) + w.u32[i];
        x.u32[0] = g;
        x.u32[1] = f;
        x.u32[2] = c;
        x.u32[3] = b;
        y.u32[0] = e;
        y.u32[1] = d + t;
        y.u32[2] = a;
        y.u32[3] = t + big0 + ((a & b) ^ (a & c) ^ (b & c));
    }
    vec_put(v->d, &y, 16);
}

VEC_INLINE void body_sha256msg1(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y;
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    for (unsigned i = 0; i < 4; i++)
        x.u32[i] += sha256_small0(i < 3 ? x.u32[i + 1] : y.u32[0]);
    vec_put(v->d, &x, 16);
}

VEC_INLINE void body_sha256msg2(const struct vec_call *v, unsigned width)
{
    union x86_vec x, y;
    vec_get(&x, v->a, 16);
    vec_get(&y, v->b, 16);
    for (unsigned i = 0; i < 4; i++)
        x.u32[i] += sha256_small1(i < 2 ? y.u32[2 + i] : x.u32[i - 2]);
    vec_put(v->d, &x, 16);
}

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-crypto.inc"
