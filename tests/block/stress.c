/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stress IMAGE MODEL SEED OPERATIONS [THREADS]: random transfers on an image and on a raw model of
 * the same contents, which must read the same all the time. Each thread has a range of its own.
 * "stress IMAGE MODEL SEED 0" only compares; "-t" instead of MODEL: writes for ever, to be killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/api/block.h"

#define STRESS_MAX (256u << 10) /* bytes of one transfer */

struct stress {
    const struct emu_block_backend *image;
    int model;
    uint64_t random, start, end;
    unsigned long operations;
    bool failed;
    uint8_t data[STRESS_MAX], expected[STRESS_MAX];
};

static uint64_t stress_random(struct stress *s)
{
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return s->random * 0x2545f4914f6cdd1dull;
}

static void stress_fail(struct stress *s, const char *what, uint64_t offset, int error)
{
    fprintf(stderr, "%s at %#llx: %s\n", what, (unsigned long long)offset,
            error != 0 ? strerror(error) : "other bytes");
    s->failed = true;
}

static void stress_check(struct stress *s, uint64_t offset, size_t length)
{
    int error = s->image->ops->read(s->image->opaque, offset, s->data, length);

    memset(s->expected, 0, length);
    if (pread(s->model, s->expected, length, (off_t)offset) < 0)
        error = errno;
    if (error != 0 || memcmp(s->data, s->expected, length) != 0)
        stress_fail(s, "read", offset, error);
}

static void stress_model(struct stress *s, uint64_t offset, size_t length)
{
    if (s->model >= 0 && pwrite(s->model, s->data, length, (off_t)offset) != (ssize_t)length)
        stress_fail(s, "model", offset, errno);
}

static void stress_write(struct stress *s, uint64_t offset, size_t length)
{
    int error;

    for (size_t i = 0; i + 8 <= length; i += 8) {
        uint64_t value = stress_random(s);

        memcpy(s->data + i, &value, 8);
    }
    error = s->image->ops->write(s->image->opaque, offset, s->data, length);
    if (error != 0)
        stress_fail(s, "write", offset, error);
    stress_model(s, offset, length);
}

static void stress_zero(struct stress *s, uint64_t offset, size_t length, bool unmap)
{
    int error = s->image->ops->zero(s->image->opaque, offset, length, unmap);

    if (error != 0)
        stress_fail(s, "zero", offset, error);
    memset(s->data, 0, length);
    stress_model(s, offset, length);
}

/* Each sector is old or zero afterwards; the model takes what it is. */
static void stress_discard(struct stress *s, uint64_t offset, size_t length)
{
    static const uint8_t zeroes[EMU_BLOCK_SECTOR];
    int error = s->image->ops->discard(s->image->opaque, offset, length);

    if (error == 0)
        error = s->image->ops->read(s->image->opaque, offset, s->data, length);
    memset(s->expected, 0, length);
    if (error != 0 || pread(s->model, s->expected, length, (off_t)offset) < 0)
        stress_fail(s, "discard", offset, error);
    for (size_t i = 0; i < length; i += EMU_BLOCK_SECTOR)
        if (memcmp(s->data + i, zeroes, EMU_BLOCK_SECTOR) != 0 &&
            memcmp(s->data + i, s->expected + i, EMU_BLOCK_SECTOR) != 0)
            stress_fail(s, "discard", offset + i, 0);
    stress_model(s, offset, length);
}

static void stress_step(struct stress *s)
{
    uint64_t sectors = (s->end - s->start) / EMU_BLOCK_SECTOR, offset, length, kind;

    kind = stress_random(s) % 16;
    length = 1 + stress_random(s) % (kind & 1 ? 16 : STRESS_MAX / EMU_BLOCK_SECTOR);
    length = length < sectors ? length : sectors;
    offset = s->start + stress_random(s) % (sectors - length + 1) * EMU_BLOCK_SECTOR;
    length *= EMU_BLOCK_SECTOR;
    if (kind < 6)
        stress_write(s, offset, length);
    else if (kind < 8)
        stress_zero(s, offset, length, kind & 1);
    else if (kind < 10 && s->model >= 0)
        stress_discard(s, offset, length);
    else if (kind == 10 && s->image->ops->flush(s->image->opaque) != 0)
        stress_fail(s, "flush", 0, EIO);
    else if (s->model >= 0)
        stress_check(s, offset, length);
}

static void *stress_run(void *opaque)
{
    struct stress *s = opaque;

    for (unsigned long i = 0; i < s->operations && !s->failed; i++)
        stress_step(s);
    return NULL;
}

static bool stress_compare(struct stress *s, uint64_t size)
{
    for (uint64_t offset = 0; offset < size && !s->failed; offset += STRESS_MAX)
        stress_check(s, offset, size - offset < STRESS_MAX ? (size_t)(size - offset) : STRESS_MAX);
    return !s->failed;
}

static bool stress_all(struct stress *all, unsigned threads, uint64_t size)
{
    pthread_t ids[8];
    bool failed = false;

    for (unsigned i = 0; i < threads; i++) {
        all[i].start = size / threads * i / EMU_BLOCK_SECTOR * EMU_BLOCK_SECTOR;
        all[i].end = i + 1 == threads
                         ? size
                         : size / threads * (i + 1) / EMU_BLOCK_SECTOR * EMU_BLOCK_SECTOR;
        pthread_create(&ids[i], NULL, stress_run, &all[i]);
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        failed |= all[i].failed;
    }
    return !failed && (all[0].model < 0 || stress_compare(&all[0], size));
}

int main(int argc, char **argv)
{
    unsigned threads = argc > 5 ? (unsigned)atoi(argv[5]) : 1;
    struct stress *all = calloc(8, sizeof(*all));
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_block_options options = {0};
    struct emu_block_backend image;
    bool good;

    if (argc < 5 || all == NULL || threads < 1 || threads > 8)
        return 2;
    options.path = argv[1];
    options.read_only = strcmp(argv[4], "0") == 0;
    if (!emu_block_open(&options, &image, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    for (unsigned i = 0; i < threads; i++)
        all[i] = (struct stress){
            .image = &image,
            .model = strcmp(argv[2], "-t") == 0 ? -1 : open(argv[2], O_RDWR | O_CREAT, 0600),
            .random = strtoull(argv[3], NULL, 0) * 0x9e3779b97f4a7c15ull + i + 1,
            .operations = strtoul(argv[4], NULL, 0),
        };
    good = stress_all(all, threads, image.ops->size(image.opaque));
    emu_block_backend_close(&image);
    for (unsigned i = 0; i < threads; i++)
        close(all[i].model);
    free(all);
    return good ? 0 : 1;
}
