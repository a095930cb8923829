/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a fuzz target is: two functions. libFuzzer (clang -fsanitize=fuzzer, without driver.c) calls
 * the first; driver.c brings a main of its own, so that each target also runs as a bounded test.
 */
#ifndef LATHE_TESTS_FUZZ_H
#define LATHE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Feeds data to the parser. Returns 0 always; a fault shows as a crash or a sanitizer's report. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the target's index-th valid input into out[size]; returns its length, 0: no more. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size);

/* That of a target whose inputs are texts. */
static inline size_t fuzz_seed_text(const char *const *texts, size_t count, unsigned index,
                                    uint8_t *out, size_t size)
{
    size_t length = index < count ? strlen(texts[index]) : 0;

    if (length > size)
        return 0;
    memcpy(out, index < count ? texts[index] : "", length);
    return length;
}

#endif
