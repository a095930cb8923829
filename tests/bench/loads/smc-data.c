/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores into a page that also holds code, but not into the code: the next 64 bytes. */
#include "tests/bench/harness.h"
#include "tests/bench/loads/smc.h"

enum { CALLS = 200000, STORES = 4 };

uint64_t unit(void)
{
    struct smc_page *page = smc_new(3);
    uint64_t x = 0;

    for (unsigned i = 0; i < CALLS; i++) {
        x = smc_call(page, x);
        for (unsigned j = 0; j < STORES; j++)
            page->data[j] += x;
    }
    x = harness_mix(x, page->data[STORES - 1]);
    smc_free(page);
    return x;
}
