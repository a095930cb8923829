/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The back end that keeps what the guest wrote, for tests (api/chardev.h). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/chardev.h"

#define TEST_BACKEND_MAX (64u << 20) /* what comes after this many bytes is dropped */

struct test_backend {
    pthread_mutex_t lock;
    struct emu_chardev *chardev;
    char *text;
    size_t length, capacity;
};

static void test_backend_open(void *opaque, struct emu_chardev *chardev)
{
    struct test_backend *test = opaque;

    pthread_mutex_lock(&test->lock);
    test->chardev = chardev;
    pthread_mutex_unlock(&test->lock);
}

static bool test_backend_reserve(struct test_backend *test, size_t length)
{
    size_t capacity = test->capacity != 0 ? test->capacity : 4096;
    char *text;

    if (length > TEST_BACKEND_MAX - test->length)
        return false;
    while (capacity < test->length + length)
        capacity *= 2;
    if (capacity == test->capacity)
        return true;
    text = realloc(test->text, capacity);
    if (text == NULL)
        return false;
    test->text = text;
    test->capacity = capacity;
    return true;
}

static void test_backend_write(void *opaque, const uint8_t *data, size_t length)
{
    struct test_backend *test = opaque;

    pthread_mutex_lock(&test->lock);
    if (length != 0 && test_backend_reserve(test, length)) {
        memcpy(test->text + test->length, data, length);
        test->length += length;
    }
    pthread_mutex_unlock(&test->lock);
}

static void test_backend_close(void *opaque)
{
    struct test_backend *test = opaque;

    pthread_mutex_destroy(&test->lock);
    free(test->text);
    free(test);
}

static const struct emu_chardev_ops test_backend_ops = {
    .name = "test",
    .open = test_backend_open,
    .write = test_backend_write,
    .close = test_backend_close,
};

bool emu_chardev_test(struct emu_chardev_backend *out, struct emu_error *err)
{
    struct test_backend *test = calloc(1, sizeof(*test));

    if (test == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&test->lock, NULL);
    out->ops = &test_backend_ops;
    out->opaque = test;
    return true;
}

size_t emu_chardev_test_text(const struct emu_chardev_backend *backend, size_t offset, char *buffer,
                             size_t size)
{
    struct test_backend *test = backend->opaque;
    size_t total, length = 0;

    pthread_mutex_lock(&test->lock);
    total = test->length;
    if (offset < total && size > 1) {
        length = total - offset < size - 1 ? total - offset : size - 1;
        memcpy(buffer, test->text + offset, length);
    }
    if (size != 0)
        buffer[length] = '\0';
    pthread_mutex_unlock(&test->lock);
    return total;
}

size_t emu_chardev_test_send(const struct emu_chardev_backend *backend, const char *text)
{
    struct test_backend *test = backend->opaque;
    struct emu_chardev *chardev;

    pthread_mutex_lock(&test->lock);
    chardev = test->chardev;
    pthread_mutex_unlock(&test->lock);
    return chardev != NULL ? emu_chardev_input(chardev, (const uint8_t *)text, strlen(text)) : 0;
}
