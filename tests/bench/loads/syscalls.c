/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short system calls: one that only reads a number, and one that copies 64 bytes to the program. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/bench/harness.h"

enum { CALLS = 40000 };

uint64_t unit(void)
{
    uint8_t data[64];
    uint64_t sum = 0;
    long parent = syscall(SYS_getppid);
    int zero = open("/dev/zero", O_RDONLY);

    harness_check(zero >= 0, "/dev/zero");
    for (unsigned i = 0; i < CALLS; i++) {
        data[i % sizeof(data)] = 1;
        sum += syscall(SYS_getppid) == parent;
        sum += read(zero, data, sizeof(data)) == sizeof(data) && !data[i % sizeof(data)];
    }
    close(zero);
    return sum;
}
