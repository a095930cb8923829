/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integer arithmetic and hard-to-predict branches: lengths of Collatz sequences whose starts come
 * from a linear congruential generator.
 */
#include "tests/bench/harness.h"

enum { STARTS = 200000 };

static unsigned collatz_length(uint64_t n)
{
    unsigned length = 0;

    while (n != 1) {
        n = n & 1 ? 3 * n + 1 : n / 2;
        length++;
    }
    return length;
}

uint64_t unit(void)
{
    uint64_t random = 1, sum = 0;

    for (unsigned i = 0; i < STARTS; i++)
        sum = harness_mix(sum, collatz_length((harness_random(&random) & 0xffffff) + 1));
    return sum;
}
