/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The C library's qsort of integers: a call through a function pointer for each comparison, with
 * branches that no predictor knows.
 */
#include <stdlib.h>

#include "tests/bench/harness.h"

enum { NUMBERS = 300000 };

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

uint64_t unit(void)
{
    int *numbers = malloc(NUMBERS * sizeof(*numbers));
    uint64_t random = 7, sum = 0;

    harness_check(numbers != NULL, "malloc");
    for (unsigned i = 0; i < NUMBERS; i++)
        numbers[i] = (int)harness_random(&random);
    qsort(numbers, NUMBERS, sizeof(*numbers), compare);
    for (unsigned i = 0; i < NUMBERS; i++)
        sum = harness_mix(sum, (uint64_t)numbers[i]);
    free(numbers);
    return sum;
}
