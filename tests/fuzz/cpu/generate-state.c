/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random states: values at the edges are more telling than others. */
#include <string.h>

#include "tests/fuzz/cpu/generate.h"

uint64_t generator_random(struct generator *g)
{
    g->random ^= g->random >> 12;
    g->random ^= g->random << 25;
    g->random ^= g->random >> 27;
    return g->random * 0x2545f4914f6cdd1dull;
}

uint64_t generate_value(struct generator *g)
{
    static const uint64_t edges[] = {0,          1,          2,         0x7f,      0x80,
                                     0xff,       0x7fff,     0x8000,    0xffff,    0x7fffffff,
                                     0x80000000, 0xffffffff, INT64_MAX, INT64_MIN, 31,
                                     32,         33,         63,        64,        UINT64_MAX};
    unsigned kind = generator_below(g, 8);
    uint64_t r = generator_random(g);
    if (kind < 3)
        return edges[r % (sizeof(edges) / sizeof(edges[0]))];
    if (kind < 5)
        r >>= generator_below(g, 64);
    /* Not where the host has its own memory. */
    return r >> 46 == 1 ? r ^ (1ull << 46) : r;
}

static uint64_t float_bits(struct generator *g, unsigned exponent_bits, unsigned bits)
{
    uint64_t fraction = generator_random(g) & ((1ull << (bits - 1 - exponent_bits)) - 1);
    uint64_t bias = (1ull << (exponent_bits - 1)) - 1, exponent;
    switch (generator_below(g, 8)) {
    case 0: /* zero, denormal */
        exponent = 0;
        fraction = generator_once(g, 2) ? 0 : fraction;
        break;
    case 1: /* infinity, NaNs */
        exponent = 2 * bias + 1;
        fraction = generator_once(g, 2) ? 0 : fraction;
        break;
    case 2:
        exponent = generator_random(g) & (2 * bias + 1);
        break;
    default:
        exponent = bias - 16 + generator_below(g, 48);
        fraction = generator_once(g, 3) ? fraction & ~0xffffull : fraction;
        break;
    }
    return (uint64_t)generator_once(g, 2) << (bits - 1) | exponent << (bits - 1 - exponent_bits) |
           fraction;
}

/* 8 bytes: integers, two singles, a double. */
static uint64_t random_lane(struct generator *g, unsigned kind)
{
    switch (kind) {
    case 0:
        return float_bits(g, 8, 32) << 32 | float_bits(g, 8, 32);
    case 1:
        return float_bits(g, 11, 64);
    case 2:
        return generate_value(g);
    default:
        return generator_random(g);
    }
}

static void random_real(struct generator *g, uint8_t *out)
{
    uint64_t bits = float_bits(g, 15, 64), significand = bits << 15 | generator_below(g, 0x8000);
    uint16_t exponent = (uint16_t)(bits >> 48);
    if ((exponent & 0x7fff) != 0 && !generator_once(g, 32))
        significand |= 1ull << 63;
    memcpy(out, &significand, 8);
    memcpy(out + 8, &exponent, 2);
}

uint32_t generate_mxcsr(struct generator *g)
{
    uint32_t mxcsr = 0x1f80 | generator_below(g, 4) << 13;
    if (generator_once(g, 4))
        mxcsr |= 1u << 6; /* DAZ */
    if (generator_once(g, 4))
        mxcsr |= 1u << 15; /* FTZ */
    if (generator_once(g, 16))
        mxcsr &= ~(generator_below(g, 64) << 7);
    if (generator_once(g, 4))
        mxcsr |= generator_below(g, 64) & ~(~(mxcsr >> 7) & 63);
    return mxcsr;
}

uint16_t generate_x87_control(struct generator *g)
{
    static const uint16_t precisions[] = {0x300, 0x300, 0x300, 0x200, 0};
    uint16_t control = (uint16_t)(0x7f | precisions[generator_below(g, 5)]);
    control |= (uint16_t)(generator_below(g, 4) << 10);
    if (generator_once(g, 16))
        control &= (uint16_t) ~(generator_below(g, 16) << 2); /* not IE, DE: see analyse.c */
    return control;
}

static void generate_x87(struct generator *g, struct case_x87 *x87)
{
    x87->control = generate_x87_control(g);
    x87->status = (uint16_t)(generator_below(g, 8) << 11);
    if (generator_once(g, 4))
        x87->status |= generator_random(g) & 0x4700;
    static const uint8_t tags[] = {0, 0, 0xff, 0xff};
    unsigned kind = generator_below(g, 8);
    x87->tag = kind < 4 ? tags[kind] : (uint8_t)generator_random(g);
    for (unsigned i = 0; i < 8; i++)
        random_real(g, x87->st[i]);
}

/* A quarter of a kilobyte of each kind, all over the pages; beginning anew where it likes. */
static void generate_memory(struct generator *g, uint8_t *memory)
{
    uint64_t pool[5][32];
    for (unsigned i = 0; i < 5 * 32; i++)
        pool[i / 32][i % 32] = random_lane(g, i / 32);
    for (unsigned i = 0; i < CASE_SCRATCH_SIZE; i += 64)
        memcpy(memory + i, &pool[generator_below(g, 5)][generator_below(g, 32 - 8)], 64);
}

/* Near the border of the two pages, or near the end of what is there. */
static uint64_t random_pointer(struct generator *g)
{
    if (generator_once(g, 12))
        return CASE_READONLY - generator_below(g, 64);
    if (generator_once(g, 2))
        return CASE_SCRATCH + 0x1000 - 128 + generator_below(g, 256);
    return CASE_SCRATCH + 0x400 + generator_below(g, 0x1800);
}

void generate_state(struct generator *g)
{
    struct case_state *s = &g->c->in;
    unsigned lanes = generator_below(g, 5);
    for (unsigned i = 0; i < 16; i++)
        s->gpr[i] = generate_value(g);
    for (unsigned i = 0; i < 64; i++)
        s->vec[i / 4][i % 4] = random_lane(g, lanes < 4 ? lanes : generator_below(g, 4));
    s->gpr[X86_RSI] = random_pointer(g);
    s->gpr[X86_RDI] = random_pointer(g);
    s->gpr[X86_RSP] = random_pointer(g) & ~15ull;
    s->gpr[g->pointer] = random_pointer(g) & ~63ull;
    s->gpr[g->index] = generator_below(g, 64) - (generator_once(g, 4) ? 64ull : 0);
    s->flags = X86_FLAG_FIXED | X86_FLAG_IF | (generator_random(g) & IR_F_ALL) |
               (generator_once(g, 4) ? X86_FLAG_DF : 0);
    s->mxcsr = generate_mxcsr(g);
    generate_x87(g, &s->x87);
    generate_memory(g, s->memory);
}
