/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole test framework: a table of functions, run in order. A failed CHECK prints where and
 * what, and the case goes on; the process ends with 1 if anything failed. Each case prints one
 * line, "ok NAME" or "not ok NAME", which ./dev counts.
 */
#ifndef LATHE_TESTS_TEST_H
#define LATHE_TESTS_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
    const char *name;
    void (*run)(void);
};

extern int test_failures; /* in the running case */

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
        }                                                                                          \
    } while (0)

#define CHECK_EQ(left, right)                                                                      \
    do {                                                                                           \
        uint64_t left_ = (uint64_t)(left), right_ = (uint64_t)(right);                             \
        if (left_ != right_) {                                                                     \
            test_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s is %#" PRIx64 ", %s is %#" PRIx64 "\n", __FILE__, __LINE__, \
                    #left, left_, #right, right_);                                                 \
        }                                                                                          \
    } while (0)

#define CHECK_STR(left, right)                                                                     \
    do {                                                                                           \
        const char *left_ = (left), *right_ = (right);                                             \
        if (strcmp(left_, right_) != 0) {                                                          \
            test_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #left,   \
                    left_, right_);                                                                \
        }                                                                                          \
    } while (0)

/* What waits for another thread are multiplied with: PATIENCE, which tests/run.py sets; 3 without
 * it. */
unsigned test_patience(void);

/* Runs the cases whose name contains argv[1] (all without one). For main: return test_main(...). */
int test_main(int argc, char **argv, const struct test_case *cases);

#endif
