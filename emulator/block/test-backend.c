/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two back ends without an image: one that is empty for ever, and memory for tests (api/block.h).
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/block.h"

struct test_disk {
    pthread_mutex_t lock;
    pthread_cond_t released;
    uint64_t size;
    uint8_t *data; /* NULL: the null disk */
    unsigned flushes;
    int error;
    bool held;
};

static uint64_t test_disk_size(void *opaque)
{
    return ((struct test_disk *)opaque)->size;
}

/* Takes the lock, waits while requests are held; the error that tests asked for. */
static int test_disk_enter(struct test_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    while (disk->held)
        pthread_cond_wait(&disk->released, &disk->lock);
    return disk->error;
}

static int test_disk_leave(struct test_disk *disk, int error)
{
    pthread_mutex_unlock(&disk->lock);
    return error;
}

static int test_disk_read(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    struct test_disk *disk = opaque;
    int error = test_disk_enter(disk);

    if (error == 0 && disk->data != NULL)
        memcpy(buffer, disk->data + offset, length);
    else
        memset(buffer, 0, length);
    return test_disk_leave(disk, error);
}

static int test_disk_read_now(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    struct test_disk *disk = opaque;
    int error;

    pthread_mutex_lock(&disk->lock);
    error = disk->held || disk->error != 0 || disk->data == NULL ? EAGAIN : 0;
    if (error == 0)
        memcpy(buffer, disk->data + offset, length);
    return test_disk_leave(disk, error);
}

static int test_disk_write(void *opaque, uint64_t offset, const void *buffer, size_t length)
{
    struct test_disk *disk = opaque;
    int error = test_disk_enter(disk);

    if (error == 0 && disk->data != NULL)
        memcpy(disk->data + offset, buffer, length);
    return test_disk_leave(disk, error);
}

static int test_disk_zero(void *opaque, uint64_t offset, uint64_t length, bool unmap)
{
    struct test_disk *disk = opaque;
    int error = test_disk_enter(disk);

    if (error == 0 && disk->data != NULL)
        memset(disk->data + offset, 0, length);
    return test_disk_leave(disk, error);
}

static int test_disk_discard(void *opaque, uint64_t offset, uint64_t length)
{
    return test_disk_zero(opaque, offset, length, true);
}

static int test_disk_flush(void *opaque)
{
    struct test_disk *disk = opaque;
    int error = test_disk_enter(disk);

    disk->flushes++;
    return test_disk_leave(disk, error);
}

static void test_disk_close(void *opaque)
{
    struct test_disk *disk = opaque;

    pthread_cond_destroy(&disk->released);
    pthread_mutex_destroy(&disk->lock);
    free(disk->data);
    free(disk);
}

static const struct emu_block_ops test_disk_ops = {
    .name = "test",
    .size = test_disk_size,
    .read = test_disk_read,
    .read_now = test_disk_read_now,
    .write = test_disk_write,
    .zero = test_disk_zero,
    .discard = test_disk_discard,
    .flush = test_disk_flush,
    .close = test_disk_close,
};

bool emu_block_null(uint64_t size, struct emu_block_backend *out, struct emu_error *err)
{
    struct test_disk *disk = calloc(1, sizeof(*disk));

    if (disk == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&disk->lock, NULL);
    pthread_cond_init(&disk->released, NULL);
    disk->size = size;
    *out = (struct emu_block_backend){&test_disk_ops, disk, false};
    return true;
}

bool emu_block_test(uint64_t size, struct emu_block_backend *out, struct emu_error *err)
{
    uint8_t *data = calloc(1, size != 0 ? size : 1);

    if (data == NULL || !emu_block_null(size, out, err)) {
        free(data);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    }
    ((struct test_disk *)out->opaque)->data = data;
    return true;
}

uint8_t *emu_block_test_data(const struct emu_block_backend *backend)
{
    return ((struct test_disk *)backend->opaque)->data;
}

unsigned emu_block_test_flushes(const struct emu_block_backend *backend)
{
    struct test_disk *disk = backend->opaque;
    unsigned flushes;

    pthread_mutex_lock(&disk->lock);
    flushes = disk->flushes;
    pthread_mutex_unlock(&disk->lock);
    return flushes;
}

void emu_block_test_fail(const struct emu_block_backend *backend, int error)
{
    struct test_disk *disk = backend->opaque;

    pthread_mutex_lock(&disk->lock);
    disk->error = error;
    pthread_mutex_unlock(&disk->lock);
}

void emu_block_test_hold(const struct emu_block_backend *backend, bool hold)
{
    struct test_disk *disk = backend->opaque;

    pthread_mutex_lock(&disk->lock);
    disk->held = hold;
    pthread_cond_broadcast(&disk->released);
    pthread_mutex_unlock(&disk->lock);
}
