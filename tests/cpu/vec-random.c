/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See vec-random.h. */
#include "tests/cpu/vec-random.h"

#include "emulator/cpu/x86/mxcsr.h"

uint64_t vec_random(struct vec_random *r)
{
    r->seed ^= r->seed << 13;
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    return r->seed * 0x2545f4914f6cdd1du;
}

static uint32_t special_f32(struct vec_random *r)
{
    static const uint32_t values[] = {
        0,          1,          0x7fffff,   0x800000,   0x800001,   0x3f800000, 0x3f7fffff,
        0x3f800001, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7fc12345, 0x7f800001, 0x7fa54321,
        0x4f000000, 0x4effffff, 0x5f000000, 0x5effffff, 0x3f000000, 0x3effffff, 0x3fc00000,
        0x40200000, 0x4b000000, 0x4b000001, 0x477fe000, 0x477fefff, 0x477ff000, 0x38800000,
        0x387fffff, 0x387fe000, 0x33800000, 0x33000000, 0x33000001, 0x1f800000, 0x20000000,
        0x4f000001, 0x00400000, 0x387fc000, 0x387ff000, 0x46fffe00,
    };
    return values[vec_random(r) % (sizeof(values) / sizeof(values[0]))] ^
           (uint32_t)(vec_random(r) & 1) << 31;
}
static uint64_t special_f64(struct vec_random *r)
{
    static const uint64_t values[] = {
        0,
        1,
        0xfffffffffffffu,
        0x10000000000000u,
        0x3ff0000000000000u,
        0x3fefffffffffffffu,
        0x7fefffffffffffffu,
        0x7ff0000000000000u,
        0x7ff8000000000000u,
        0x7ff8000012345678u,
        0x7ff0000000000001u,
        0x7ff4aaaaaaaaaaaau,
        0x41dfffffffc00000u, /* 2^31 - 1 */
        0x41dfffffffe00000u,
        0x41e0000000000000u,
        0x43e0000000000000u, /* 2^63 */
        0x43dfffffffffffffu,
        0x3fe0000000000000u,
        0x3ff8000000000000u,
        0x4004000000000000u,
        0x36a0000000000000u, /* least single denormal */
        0x3690000000000000u,
        0x380fffffe0000000u, /* just below the least normal single */
        0x380ffffff0000000u,
        0x47efffffe0000000u, /* largest single, and what rounds above */
        0x47effffff0000000u,
        0x1e60000000000000u,
        0x2000000000000000u,
        0x4330000000000001u,
        0x8000000000000u,
    };
    return values[vec_random(r) % (sizeof(values) / sizeof(values[0]))] ^ vec_random(r) << 63;
}

/* Close to 1, so that sums and products stay interesting; the lowest bits are often 0. */
static uint32_t moderate_f32(struct vec_random *r)
{
    uint32_t bits = (uint32_t)vec_random(r);
    bits = (bits & 0x807fffff) | (uint32_t)(110 + vec_random(r) % 44) << 23;
    return vec_random(r) & 1 ? bits & ~0xffffu : bits;
}
static uint64_t moderate_f64(struct vec_random *r)
{
    uint64_t bits = vec_random(r);
    bits = (bits & 0x800fffffffffffffu) | (uint64_t)(985 + vec_random(r) % 105) << 52;
    return vec_random(r) & 1 ? bits & ~0xffffffffffu : bits;
}

static void random_bytes(struct vec_random *r, union x86_vec *v)
{
    static const uint8_t edge[] = {0, 1, 0x7f, 0x80, 0xff, 0x10, 0x1f, 0x20};
    for (unsigned i = 0; i < 4; i++)
        v->u64[i] = vec_random(r);
    unsigned how = vec_random(r) % 8;
    for (unsigned i = 0; i < 32 && how >= 4; i++)
        if (how == 7 || vec_random(r) % 4 == 0)
            v->u8[i] = edge[vec_random(r) % sizeof(edge)];
    for (unsigned i = 0; i < 4 && how == 3; i++)
        v->u64[i] = vec_random(r) % 80;
}

void vec_random_vector(struct vec_random *r, union x86_vec *v, bool fp)
{
    unsigned how = (unsigned)(vec_random(r) % 16);
    random_bytes(r, v);
    if (!fp || how == 15)
        return;
    for (unsigned i = 0; i < 8 && how < 7; i++)
        v->u32[i] = vec_random(r) % 8 < how ? special_f32(r) : moderate_f32(r);
    for (unsigned i = 0; i < 4 && how >= 7 && how < 14; i++)
        v->u64[i] = vec_random(r) % 8 < how - 7 ? special_f64(r) : moderate_f64(r);
}

uint32_t vec_random_mxcsr(struct vec_random *r)
{
    uint32_t mxcsr = X86_MXCSR_MASKS | (uint32_t)(vec_random(r) & 3) << X86_MXCSR_RC_BIT;
    if (vec_random(r) % 4 == 0)
        mxcsr |= X86_MXCSR_DAZ;
    if (vec_random(r) % 4 == 0)
        mxcsr |= X86_MXCSR_FTZ;
    return mxcsr;
}

uint64_t vec_random_integer(struct vec_random *r)
{
    return vec_random(r) & 1 ? vec_random(r) : vec_random(r) % 40 - 20;
}
