/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page that is writable and executable: a function at its begin, data further on. */
#ifndef TESTS_BENCH_LOADS_SMC_H
#define TESTS_BENCH_LOADS_SMC_H

#include <stdint.h>

struct smc_page {
    uint8_t code[64];
    volatile uint64_t data[8];
};

/* Where in code[] the 32-bit number stands that the function adds. */
enum { SMC_NUMBER = 3 };

/* Maps the page with "lea rax, [rdi + number]; ret". Never NULL: the program ends where that fails.
 */
struct smc_page *smc_new(int32_t number);
void smc_free(struct smc_page *page);

/* Calls the page's function. */
uint64_t smc_call(struct smc_page *page, uint64_t x);

#endif
