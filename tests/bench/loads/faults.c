/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Page faults: memory is mapped, each page of it is touched for the first time, and it goes again.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "tests/bench/harness.h"

enum { PAGE = 4096, PAGES = 256, ROUNDS = 40 };

uint64_t unit(void)
{
    uint64_t sum = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t *memory =
            mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        harness_check(memory != MAP_FAILED, "mmap");
        for (unsigned i = 0; i < PAGES; i++) {
            memory[i * PAGE + i] += (uint8_t)i;
            sum += memory[i * PAGE + i];
        }
        munmap(memory, PAGES * PAGE);
    }
    return sum;
}
