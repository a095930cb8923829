/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSE4.2 packed string comparisons (SDM volume 1, 12.10.2.. and volume 2, 4.1): PCMPESTRI,
 * PCMPESTRM, PCMPISTRI, PCMPISTRM. One operation computes mask, index and flags; the lifter keeps
 * what the instruction wants.
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-template.h"

/* The immediate. */
#define STRING_WORDS   1u /* characters of 16 bits */
#define STRING_SIGNED  2u
#define STRING_HOW(n)  ((n) >> 2 & 3)
#define STRING_NEGATE  0x10u
#define STRING_MASKED  0x20u /* negate only characters that are there */
#define STRING_HIGHEST 0x40u /* index: of the highest bit; mask: of whole characters */

enum { EQUAL_ANY, RANGES, EQUAL_EACH, EQUAL_ORDERED };

struct string {
    int character[16];
    unsigned length;
};

static void string_read(struct string *s, const void *slot, unsigned imm)
{
    union x86_vec x;
    vec_get(&x, slot, 16);
    for (unsigned i = 0; i < (imm & STRING_WORDS ? 8 : 16); i++) {
        if (imm & STRING_WORDS)
            s->character[i] = imm & STRING_SIGNED ? x.i16[i] : x.u16[i];
        else
            s->character[i] = imm & STRING_SIGNED ? x.i8[i] : x.u8[i];
    }
}

/* Up to the first zero, at most `limit`. */
static unsigned string_implicit_length(const struct string *s, unsigned limit)
{
    unsigned length = 0;
    while (length < limit && s->character[length])
        length++;
    return length;
}
static unsigned string_explicit_length(int64_t given, unsigned limit)
{
    uint64_t length = given < 0 ? 0 - (uint64_t)given : (uint64_t)given;
    return length < limit ? (unsigned)length : limit;
}

/* Character j of b against the set or the ranges in a. */
static bool string_in_set(const struct string *a, int character)
{
    for (unsigned i = 0; i < a->length; i++)
        if (a->character[i] == character)
            return true;
    return false;
}
static bool string_in_ranges(const struct string *a, int character)
{
    for (unsigned i = 0; i + 1 < a->length; i += 2)
        if (character >= a->character[i] && character <= a->character[i + 1])
            return true;
    return false;
}
/* Does a, as far as it fits, stand in b from j on? */
static bool string_starts(const struct string *a, const struct string *b, unsigned j,
                          unsigned limit)
{
    for (unsigned i = 0; i < a->length && i + j < limit; i++)
        if (i + j >= b->length || a->character[i] != b->character[i + j])
            return false;
    return true;
}
static bool string_same(const struct string *a, const struct string *b, unsigned j)
{
    if (j < a->length && j < b->length)
        return a->character[j] == b->character[j];
    return j >= a->length && j >= b->length;
}

static bool string_compare(const struct string *a, const struct string *b, unsigned j,
                           unsigned limit, unsigned how)
{
    switch (how) {
    case EQUAL_ANY:
        return j < b->length && string_in_set(a, b->character[j]);
    case RANGES:
        return j < b->length && string_in_ranges(a, b->character[j]);
    case EQUAL_EACH:
        return string_same(a, b, j);
    default:
        return string_starts(a, b, j, limit);
    }
}

static uint32_t string_result(const struct string *a, const struct string *b, unsigned limit,
                              unsigned imm)
{
    uint32_t result = 0;
    for (unsigned j = 0; j < limit; j++)
        result |= (uint32_t)string_compare(a, b, j, limit, STRING_HOW(imm)) << j;
    if (imm & STRING_NEGATE)
        result ^= (1u << (imm & STRING_MASKED ? b->length : limit)) - 1;
    return result;
}

static void string_mask(union x86_vec *d, uint32_t result, unsigned limit, unsigned imm)
{
    d->u64[0] = imm & STRING_HIGHEST ? 0 : result;
    d->u64[1] = 0;
    for (unsigned i = 0; i < limit && (imm & STRING_HIGHEST); i++) {
        if (imm & STRING_WORDS)
            d->u16[i] = result >> i & 1 ? 0xffff : 0;
        else
            d->u8[i] = result >> i & 1 ? 0xff : 0;
    }
}

static uint64_t string_index(uint32_t result, unsigned limit, unsigned imm)
{
    if (!result)
        return limit;
    return imm & STRING_HIGHEST ? 31 - (unsigned)__builtin_clz(result)
                                : (unsigned)__builtin_ctz(result);
}

static void string_finish(const struct vec_call *v, const struct string *a, const struct string *b,
                          unsigned limit)
{
    union x86_vec d;
    uint32_t result = string_result(a, b, limit, v->imm);
    string_mask(&d, result, limit, v->imm);
    d.u64[2] = (result ? IR_F_C : 0) | (b->length < limit ? IR_F_Z : 0) |
               (a->length < limit ? IR_F_N : 0) | (result & 1 ? IR_F_V : 0);
    d.u64[3] = string_index(result, limit, v->imm);
    vec_put(v->d, &d, 32);
}

VEC_INLINE void body_pcmpestr(const struct vec_call *v, unsigned width)
{
    struct string a, b;
    union x86_vec lengths;
    unsigned limit = v->imm & STRING_WORDS ? 8 : 16;
    string_read(&a, v->a, v->imm);
    string_read(&b, v->b, v->imm);
    vec_get(&lengths, v->c, 16);
    a.length = string_explicit_length(lengths.i64[0], limit);
    b.length = string_explicit_length(lengths.i64[1], limit);
    string_finish(v, &a, &b, limit);
}

VEC_INLINE void body_pcmpistr(const struct vec_call *v, unsigned width)
{
    struct string a, b;
    unsigned limit = v->imm & STRING_WORDS ? 8 : 16;
    string_read(&a, v->a, v->imm);
    string_read(&b, v->b, v->imm);
    a.length = string_implicit_length(&a, limit);
    b.length = string_implicit_length(&b, limit);
    string_finish(v, &a, &b, limit);
}

#define VEC VEC_INSTANCES
#include "emulator/isa/x86/vec-string.inc"
