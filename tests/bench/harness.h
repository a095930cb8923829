/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a benchmark program and its harness owe each other. A program defines unit(); harness.c has
 * main(), which times units and prints one line that tests/bench/guest.py reads. The same static
 * binary runs on the host and in the guest.
 */
#ifndef TESTS_BENCH_HARNESS_H
#define TESTS_BENCH_HARNESS_H

#include <stdint.h>

/* One unit of work: some ten milliseconds on the host. Returns a checksum that is the same each
 * time and on each machine. Called on several threads at once, so it keeps its state to itself.
 */
uint64_t unit(void);

/* The program's own file, for those that start themselves again: with the argument 0 it ends at
 * once. */
extern const char *harness_program;

/* The next number of a linear congruential generator; the upper bits are the good ones. */
static inline uint32_t harness_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* FNV-1a over 64-bit words: sum is the value so far, 0 at first. */
static inline uint64_t harness_mix(uint64_t sum, uint64_t word)
{
    return (sum ^ word ^ 0xcbf29ce484222325u) * 0x100000001b3u;
}

/* Ends the program with a message when a call that must work did not. */
void harness_check(int good, const char *what);

#endif
