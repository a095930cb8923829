/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memcpy and memset of the C library, which chooses among its versions by CPUID, in sizes from 64
 * bytes to a megabyte: as many bytes in each size.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/harness.h"

enum { LARGEST = 1 << 20, SLACK = 64, BYTES_EACH = 64 << 20 };

static uint64_t sample(const uint8_t *data, size_t size)
{
    uint64_t sum = 0, word;

    for (size_t i = 0; i + sizeof(word) <= size; i += 509) {
        memcpy(&word, data + i, sizeof(word));
        sum = harness_mix(sum, word);
    }
    return sum;
}

/* The distances from an aligned address differ from call to call, as a program's do. */
static void move(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < BYTES_EACH / size; i++) {
        memcpy(to + (i * 8 & (SLACK - 1)), from + (i * 24 & (SLACK - 1)), size);
        memset(to + (i * 40 & (SLACK - 1)), (int)(i + size), size / 2);
    }
}

uint64_t unit(void)
{
    uint8_t *from = malloc(LARGEST + SLACK), *to = calloc(1, LARGEST + SLACK);
    uint64_t sum = 0;

    harness_check(from && to, "malloc");
    for (size_t i = 0; i < LARGEST + SLACK; i++)
        from[i] = (uint8_t)(i ^ i >> 7);
    for (size_t size = 64; size <= LARGEST; size *= 4) {
        move(to, from, size);
        sum = harness_mix(sum, sample(to, size + SLACK));
    }
    free(from);
    free(to);
    return sum;
}
