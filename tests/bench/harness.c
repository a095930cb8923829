/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main() of each benchmark program: PROGRAM UNITS [THREADS]. One unit warms up, then each thread
 * runs UNITS of them, and a line says how long that took by CLOCK_MONOTONIC and in processor time,
 * with the checksum.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/bench/harness.h"

enum { THREADS_MAX = 16 };

struct job {
    pthread_t thread;
    unsigned units;
    uint64_t expected;
    int failed;
};

const char *harness_program;

void harness_check(int good, const char *what)
{
    if (!good) {
        printf("bench-failed: %s\n", what);
        exit(1);
    }
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t nanoseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_usec * 1000;
}

/* Processor time of all threads, and of the children that ended. */
static uint64_t busy(void)
{
    struct rusage self, children;

    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return nanoseconds(self.ru_utime) + nanoseconds(self.ru_stime) +
           nanoseconds(children.ru_utime) + nanoseconds(children.ru_stime);
}

static void *run(void *opaque)
{
    struct job *job = opaque;

    for (unsigned i = 0; i < job->units; i++)
        job->failed |= unit() != job->expected;
    return NULL;
}

/* Runs the jobs at the same time, the first one on this thread. */
static void run_all(struct job *jobs, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        harness_check(!pthread_create(&jobs[i].thread, NULL, run, &jobs[i]), "pthread_create");
    run(&jobs[0]);
    for (unsigned i = 1; i < count; i++)
        pthread_join(jobs[i].thread, NULL);
}

int main(int argc, char **argv)
{
    struct job jobs[THREADS_MAX] = {0};
    unsigned units = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    unsigned threads = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    const char *slash = strrchr(argv[0], '/');
    uint64_t expected, begin, used, ns;

    harness_program = argv[0];
    if (!units)
        return 0;
    harness_check(threads >= 1 && threads <= THREADS_MAX, "threads");
    expected = unit();
    for (unsigned i = 0; i < threads; i++)
        jobs[i] = (struct job){.units = units, .expected = expected};
    printf("bench-begin: %s\n", slash ? slash + 1 : argv[0]);
    fflush(stdout);
    used = busy();
    begin = now();
    run_all(jobs, threads);
    ns = now() - begin;
    used = busy() - used;
    for (unsigned i = 0; i < threads; i++)
        harness_check(!jobs[i].failed, "the checksum changes");
    printf("bench-end: %s units %u threads %u ns %llu busy %llu sum %016llx\n",
           slash ? slash + 1 : argv[0], units, threads, (unsigned long long)ns,
           (unsigned long long)used, (unsigned long long)expected);
    return 0;
}
