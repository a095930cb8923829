/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XXH64: four lanes of 8 bytes, and what is left in steps of 8, 4 and 1. Faster than memory can be
 * read, so that a whole picture may be hashed for each frame. */
#include "display/record/hash.h"

#include <endian.h>
#include <string.h>

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u

static uint64_t hash_rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t hash_read(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return le64toh(value);
}

static uint64_t hash_round(uint64_t lane, uint64_t input)
{
    return hash_rotate(lane + input * PRIME_2, 31) * PRIME_1;
}

static uint64_t hash_merge(uint64_t hash, uint64_t lane)
{
    return (hash ^ hash_round(0, lane)) * PRIME_1 + PRIME_4;
}

static uint64_t hash_stripes(const uint8_t *at, size_t count)
{
    uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = 0 - PRIME_1;

    for (; count != 0; count--, at += 32) {
        a = hash_round(a, hash_read(at));
        b = hash_round(b, hash_read(at + 8));
        c = hash_round(c, hash_read(at + 16));
        d = hash_round(d, hash_read(at + 24));
    }
    uint64_t hash = hash_rotate(a, 1) + hash_rotate(b, 7) + hash_rotate(c, 12) + hash_rotate(d, 18);
    return hash_merge(hash_merge(hash_merge(hash_merge(hash, a), b), c), d);
}

static uint64_t hash_rest(uint64_t hash, const uint8_t *at, size_t length)
{
    uint32_t half;

    for (; length >= 8; length -= 8, at += 8)
        hash = hash_rotate(hash ^ hash_round(0, hash_read(at)), 27) * PRIME_1 + PRIME_4;
    if (length >= 4) {
        memcpy(&half, at, sizeof(half));
        hash = hash_rotate(hash ^ le32toh(half) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        length -= 4;
        at += 4;
    }
    for (; length != 0; length--, at++)
        hash = hash_rotate(hash ^ *at * PRIME_5, 11) * PRIME_1;
    return hash;
}

uint64_t disp_hash(const void *data, size_t length)
{
    size_t stripes = length / 32;
    uint64_t hash = (stripes != 0 ? hash_stripes(data, stripes) : PRIME_5) + length;

    hash = hash_rest(hash, (const uint8_t *)data + stripes * 32, length % 32);
    hash = (hash ^ hash >> 33) * PRIME_2;
    hash = (hash ^ hash >> 29) * PRIME_3;
    return hash ^ hash >> 32;
}
