/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same page, but each hundredth time a store changes the function, which must act at once. */
#include <string.h>

#include "tests/bench/harness.h"
#include "tests/bench/loads/smc.h"

enum { CALLS = 50000, CHANGE_EVERY = 100 };

uint64_t unit(void)
{
    struct smc_page *page = smc_new(1);
    uint64_t x = 0;

    for (int32_t i = 0; i < CALLS; i++) {
        if (i % CHANGE_EVERY == 0)
            memcpy(page->code + SMC_NUMBER, &i, sizeof(i));
        x = smc_call(page, x);
        page->data[0] += x;
    }
    x = harness_mix(x, page->data[0]);
    smc_free(page);
    return x;
}
