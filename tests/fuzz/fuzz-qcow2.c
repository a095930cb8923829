/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images of qcow2 format: opened, read, written, zeroed and given up at places that they choose. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emulator/api/block.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_CLUSTER 512u
#define FUZZ_STEPS   24
#define FUZZ_MAX     16384u

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static uint64_t fuzz_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return *state >> 16;
}

static void fuzz_step(const struct emu_block_backend *image, uint64_t *state, uint8_t *buffer)
{
    uint64_t size = image->ops->size(image->opaque), offset, length;

    if (size == 0)
        return;
    offset = fuzz_random(state) % (fuzz_random(state) & 1 ? size : size < 65536 ? size : 65536);
    length = 1 + fuzz_random(state) % FUZZ_MAX;
    length = length < size - offset ? length : size - offset;
    switch (fuzz_random(state) % 6) {
    case 0:
    case 1:
        image->ops->read(image->opaque, offset, buffer, length);
        break;
    case 2:
        image->ops->write(image->opaque, offset, buffer, length);
        break;
    case 3:
        image->ops->zero(image->opaque, offset, length, fuzz_random(state) & 1);
        break;
    case 4:
        image->ops->discard(image->opaque, offset, length);
        break;
    default:
        image->ops->flush(image->opaque);
        break;
    }
}

static void fuzz_use(const char *path, bool read_only, uint64_t state)
{
    struct emu_block_options options = {.path = path, .format = "qcow2", .read_only = read_only};
    uint8_t *buffer = calloc(1, FUZZ_MAX);
    struct emu_block_backend image;
    struct emu_block_info info;

    if (emu_block_inspect(path, NULL, &info, NULL) &&
        (memchr(info.backing, 0, sizeof(info.backing)) == NULL ||
         memchr(info.backing_format, 0, sizeof(info.backing_format)) == NULL))
        abort();
    if (buffer != NULL && emu_block_open(&options, &image, NULL)) {
        for (unsigned i = 0; i < FUZZ_STEPS; i++)
            fuzz_step(&image, &state, buffer);
        emu_block_backend_close(&image);
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    uint64_t state = size;
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < size; i += 61)
        state = state * 31 + data[i];
    if (fd >= 0 && write(fd, data, size) == (ssize_t)size) {
        fuzz_use(path, true, state);
        fuzz_use(path, false, state);
        fuzz_use(path, false, state + 1); /* what the first use left behind */
    }
    close(fd);
    return 0;
}

/* Clusters: 0 header, 1 reference table, 2 its block, 3 L1, 4 L2, 5 to 8 data. */
static void fuzz_make_tables(uint8_t *image, unsigned version)
{
    fuzz_put(image + 1 * FUZZ_CLUSTER, 2 * FUZZ_CLUSTER, 8);
    for (unsigned i = 0; i < 9; i++)
        fuzz_put(image + 2 * FUZZ_CLUSTER + 2 * i, 1, 2);
    fuzz_put(image + 3 * FUZZ_CLUSTER, 4 * FUZZ_CLUSTER | 1ull << 63, 8);
    for (unsigned i = 0; i < 4; i++)
        fuzz_put(image + 4 * FUZZ_CLUSTER + 16 * i, (5 + i) * FUZZ_CLUSTER | 1ull << 63, 8);
    if (version == 3)
        fuzz_put(image + 4 * FUZZ_CLUSTER + 8, 1, 8);                          /* zeroes */
    fuzz_put(image + 4 * FUZZ_CLUSTER + 24, 1ull << 62 | 5 * FUZZ_CLUSTER, 8); /* compressed */
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    unsigned version = index & 1 ? 2 : 3;

    if (index >= 6 || size < 10 * FUZZ_CLUSTER)
        return 0;
    memset(out, 0, 10 * FUZZ_CLUSTER);
    fuzz_put(out, 0x514649fb, 4);
    fuzz_put(out + 4, version, 4);
    fuzz_put(out + 20, 9, 4);
    fuzz_put(out + 24, index < 4 ? 1 << 20 : 1 << 15, 8);
    fuzz_put(out + 36, 32, 4);
    fuzz_put(out + 40, 3 * FUZZ_CLUSTER, 8);
    fuzz_put(out + 48, 1 * FUZZ_CLUSTER, 8);
    fuzz_put(out + 56, 1, 4);
    if (version == 3) {
        fuzz_put(out + 72, index == 2 ? 1 : 0, 8); /* dirty: counts are made anew */
        fuzz_put(out + 96, 4, 4);
        fuzz_put(out + 100, 104, 4);
    }
    fuzz_make_tables(out, version);
    return 9 * FUZZ_CLUSTER;
}
