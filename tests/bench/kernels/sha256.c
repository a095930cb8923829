/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rotations, additions and a working set in registers: SHA-256 (FIPS 180-4) in plain C over a
 * buffer that is hashed again and again. The constants are computed as the standard defines them.
 */
#include <string.h>

#include "tests/bench/harness.h"

enum { BLOCK = 64, BLOCKS = 256, PASSES = 500, ROUNDS = 64 };

struct sha {
    uint32_t h[8];
    uint32_t k[ROUNDS];
};

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

/* The first 32 bits of the fraction of n's square or cube root, by bisection in integers. */
static uint32_t root_fraction(uint32_t n, int cube)
{
    unsigned __int128 target = (unsigned __int128)n << (cube ? 96 : 64);
    uint64_t low = 0, high = (uint64_t)1 << 37;

    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        unsigned __int128 power = (unsigned __int128)middle * middle;
        if (cube ? power <= target / middle : power <= target)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static uint32_t next_prime(uint32_t after)
{
    for (uint32_t n = after + 1;; n++) {
        uint32_t d = 2;
        while (d * d <= n && n % d)
            d++;
        if (d * d > n)
            return n;
    }
}

static void sha_init(struct sha *sha)
{
    uint32_t prime = 1;

    for (unsigned i = 0; i < ROUNDS; i++) {
        prime = next_prime(prime);
        sha->k[i] = root_fraction(prime, 1);
        if (i < 8)
            sha->h[i] = root_fraction(prime, 0);
    }
}

static void sha_schedule(uint32_t *w, const uint8_t *block)
{
    for (unsigned i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
               block[3];
    for (unsigned i = 16; i < ROUNDS; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void sha_block(struct sha *sha, const uint8_t *block)
{
    uint32_t w[ROUNDS], v[8];
    uint32_t a, b, c, d, e, f, g, h;

    sha_schedule(w, block);
    memcpy(v, sha->h, sizeof(v));
    a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha->k[i] + w[i];
        uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    sha->h[0] += a, sha->h[1] += b, sha->h[2] += c, sha->h[3] += d;
    sha->h[4] += e, sha->h[5] += f, sha->h[6] += g, sha->h[7] += h;
}

/* "abc" must give what the standard's example gives: a wrong constant would go unnoticed otherwise.
 */
static void sha_self_test(void)
{
    static const uint8_t abc[BLOCK] = {'a', 'b', 'c', 0x80, [BLOCK - 1] = 24};
    struct sha sha;

    sha_init(&sha);
    sha_block(&sha, abc);
    harness_check(sha.h[0] == 0xba7816bf && sha.h[7] == 0xf20015ad, "SHA-256 of abc");
}

uint64_t unit(void)
{
    uint8_t data[BLOCKS * BLOCK];
    struct sha sha;

    sha_self_test();
    sha_init(&sha);
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + (i >> 8));
    for (unsigned pass = 0; pass < PASSES; pass++)
        for (unsigned i = 0; i < BLOCKS; i++)
            sha_block(&sha, data + i * BLOCK);
    return (uint64_t)sha.h[0] << 32 | sha.h[1];
}
