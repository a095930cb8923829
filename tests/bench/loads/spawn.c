/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short processes: fork, exec of a static program that ends at once, wait. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/harness.h"

enum { PROCESSES = 40 };

uint64_t unit(void)
{
    uint64_t ended = 0;
    int status;

    for (unsigned i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl(harness_program, harness_program, "0", (char *)NULL);
            _exit(127);
        }
        harness_check(child > 0 && waitpid(child, &status, 0) == child, "fork");
        ended += status == 0;
    }
    return ended;
}
