/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rotations, additions and a working set in registers: SHA-256 (FIPS 180-4) in plain C over a
 * buffer that is hashed again and again. The message schedule is made word by word, so that
 * compilers find nothing to do in vectors. The constants are computed as the standard defines them.
 */
#include "tests/bench/harness.h"

enum { BLOCK = 64, BLOCKS = 256, PASSES = 300, ROUNDS = 64 };

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

/* The next word of the message schedule, of which the last 16 are kept: w[i] is 16 words old. */
static uint32_t sha_extend(uint32_t *w, unsigned i)
{
    uint32_t old = w[(i + 1) & 15], young = w[(i + 14) & 15];
    uint32_t s0 = rotate(old, 7) ^ rotate(old, 18) ^ old >> 3;
    uint32_t s1 = rotate(young, 17) ^ rotate(young, 19) ^ young >> 10;

    return w[i & 15] += s0 + w[(i + 9) & 15] + s1;
}

static uint32_t sha_load(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void sha_block(struct sha *sha, const uint8_t *block)
{
    uint32_t w[16];
    uint32_t *v = sha->h;
    uint32_t a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t word = i < 16 ? w[i] = sha_load(block + 4 * i) : sha_extend(w, i);
        uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha->k[i] + word;
        uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    v[0] += a, v[1] += b, v[2] += c, v[3] += d;
    v[4] += e, v[5] += f, v[6] += g, v[7] += h;
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
