/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Context switches: a byte goes to another process through a pipe and comes back through another.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/harness.h"

enum { TRIPS = 3000 };

static void echo(int from, int to)
{
    uint8_t byte;

    while (read(from, &byte, 1) == 1) {
        byte++;
        if (write(to, &byte, 1) != 1)
            break;
    }
    _exit(0);
}

uint64_t unit(void)
{
    int there[2], back[2];
    uint8_t byte = 0;
    pid_t child;

    harness_check(!pipe(there) && !pipe(back), "pipe");
    child = fork();
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        echo(there[0], back[1]);
    }
    harness_check(child > 0, "fork");
    close(there[0]);
    close(back[1]);
    for (unsigned i = 0; i < TRIPS; i++)
        harness_check(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1, "a trip");
    close(there[1]);
    close(back[0]);
    waitpid(child, NULL, 0);
    return byte;
}
