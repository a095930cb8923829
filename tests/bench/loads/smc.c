/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of code and data that both programs about self-modifying code use. */
#include <string.h>
#include <sys/mman.h>

#include "tests/bench/harness.h"
#include "tests/bench/loads/smc.h"

struct smc_page *smc_new(int32_t number)
{
    static const uint8_t code[] = {0x48, 0x8d, 0x87, 0, 0, 0, 0, 0xc3};
    struct smc_page *page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE | PROT_EXEC,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    harness_check(page != MAP_FAILED, "mmap");
    memcpy(page->code, code, sizeof(code));
    memcpy(page->code + SMC_NUMBER, &number, sizeof(number));
    return page;
}

void smc_free(struct smc_page *page)
{
    munmap(page, sizeof(*page));
}

uint64_t smc_call(struct smc_page *page, uint64_t x)
{
    uint64_t (*function)(uint64_t) = (uint64_t(*)(uint64_t))(uintptr_t)page->code;

    return function(x);
}
