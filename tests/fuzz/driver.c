/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small driver for fuzz targets: "fuzz-x [RUNS [SEED]]" feeds the valid inputs, then RUNS
 * mutations of them, always the same ones for a SEED. "fuzz-x -f FILE..." feeds files: to look at
 * one that libFuzzer found. Each input is a block of exactly its size, so that sanitizers see the
 * end.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVER_RUNS  20000
#define DRIVER_SEEDS 16
#define DRIVER_MAX   (1u << 16)

struct driver {
    uint64_t random;
    uint8_t *seeds[DRIVER_SEEDS];
    size_t lengths[DRIVER_SEEDS];
    unsigned count;
    uint8_t input[DRIVER_MAX];
    size_t length;
};

/* xorshift64*, Vigna 2014 */
static uint64_t driver_random(struct driver *driver)
{
    driver->random ^= driver->random >> 12;
    driver->random ^= driver->random << 25;
    driver->random ^= driver->random >> 27;
    return driver->random * 0x2545f4914f6cdd1dull;
}

static size_t driver_below(struct driver *driver, size_t limit)
{
    return limit != 0 ? (size_t)(driver_random(driver) % limit) : 0;
}

static void driver_feed(const uint8_t *data, size_t length)
{
    uint8_t *copy = malloc(length != 0 ? length : 1);

    if (copy == NULL)
        return;
    memcpy(copy, data, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/* ---- mutations ---- */

static void mutate_bit(struct driver *driver)
{
    driver->input[driver_below(driver, driver->length)] ^= (uint8_t)(1u << driver_below(driver, 8));
}

/* A number of 1 to 8 bytes that is at a limit. */
static void mutate_number(struct driver *driver)
{
    static const uint64_t limits[] = {0,          1,          0x7f,      0x80,       0xff,
                                      0x7fff,     0x8000,     0xffff,    0x7fffffff, 0x80000000,
                                      0xffffffff, 1ull << 32, INT64_MAX, 1ull << 63, UINT64_MAX};
    size_t size = (size_t)1 << driver_below(driver, 4);
    uint64_t value = limits[driver_below(driver, sizeof(limits) / sizeof(limits[0]))];

    if (size <= driver->length)
        memcpy(driver->input + driver_below(driver, driver->length - size + 1), &value, size);
}

static void mutate_bytes(struct driver *driver)
{
    size_t at = driver_below(driver, driver->length);
    size_t count = 1 + driver_below(driver, 8);

    for (; count != 0 && at < driver->length; count--)
        driver->input[at++] = (uint8_t)driver_random(driver);
}

static void mutate_remove(struct driver *driver)
{
    size_t at = driver_below(driver, driver->length);
    size_t count = 1 + driver_below(driver, driver->length - at);

    memmove(driver->input + at, driver->input + at + count, driver->length - at - count);
    driver->length -= count;
}

static void mutate_repeat(struct driver *driver)
{
    size_t at = driver_below(driver, driver->length);
    size_t count = 1 + driver_below(driver, driver->length - at);

    if (driver->length + count > DRIVER_MAX)
        return;
    memmove(driver->input + at + count, driver->input + at, driver->length - at);
    driver->length += count;
}

static void mutate_truncate(struct driver *driver)
{
    driver->length = driver_below(driver, driver->length);
}

static void driver_mutate(struct driver *driver)
{
    static void (*const mutations[])(struct driver *) = {
        mutate_bit,   mutate_bit,    mutate_number, mutate_number,
        mutate_bytes, mutate_remove, mutate_repeat, mutate_truncate,
    };
    size_t times = 1 + driver_below(driver, 4);

    for (; times != 0 && driver->length != 0; times--)
        mutations[driver_below(driver, sizeof(mutations) / sizeof(mutations[0]))](driver);
}

/* ---- runs ---- */

static bool driver_take_seeds(struct driver *driver)
{
    for (driver->count = 0; driver->count < DRIVER_SEEDS; driver->count++) {
        unsigned i = driver->count;

        driver->lengths[i] = fuzz_seed(i, driver->input, sizeof(driver->input));
        if (driver->lengths[i] == 0)
            break;
        driver->seeds[i] = malloc(driver->lengths[i]);
        if (driver->seeds[i] == NULL)
            return false;
        memcpy(driver->seeds[i], driver->input, driver->lengths[i]);
        driver_feed(driver->seeds[i], driver->lengths[i]);
    }
    return driver->count != 0;
}

static void driver_run(struct driver *driver, unsigned long runs)
{
    for (; runs != 0; runs--) {
        size_t which = driver_below(driver, driver->count);

        driver->length = driver->lengths[which];
        memcpy(driver->input, driver->seeds[which], driver->length);
        driver_mutate(driver);
        driver_feed(driver->input, driver->length);
    }
}

static int driver_feed_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(DRIVER_MAX);
    size_t length;

    if (file == NULL || data == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        free(data);
        return 1;
    }
    length = fread(data, 1, DRIVER_MAX, file);
    driver_feed(data, length);
    free(data);
    fclose(file);
    return 0;
}

static const char *driver_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

int main(int argc, char **argv)
{
    static struct driver driver;
    int failed = 0, i;

    if (argc > 2 && strcmp(argv[1], "-f") == 0) {
        for (i = 2; i < argc; i++)
            failed |= driver_feed_file(argv[i]);
        return failed;
    }
    driver.random = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    driver.random += driver.random == 0;
    if (!driver_take_seeds(&driver)) {
        printf("not ok %s\n", driver_name(argv[0]));
        return 1;
    }
    driver_run(&driver, argc > 1 ? strtoul(argv[1], NULL, 0) : DRIVER_RUNS);
    for (i = 0; i < (int)driver.count; i++)
        free(driver.seeds[i]);
    printf("ok %s\n", driver_name(argv[0]));
    return 0;
}
