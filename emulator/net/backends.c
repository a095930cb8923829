/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a back end, and those of api/net.h that reach nothing: null, and test, which keeps what
 * the guest sent.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/net.h"

bool emu_net_null(struct emu_net_backend *out, struct emu_error *err)
{
    static const struct emu_net_ops ops = {.name = "null"};

    *out = (struct emu_net_backend){&ops, NULL};
    return true;
}

void emu_net_backend_close(struct emu_net_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    backend->ops = NULL;
    backend->opaque = NULL;
}

/* ---- test ---- */

#define TEST_FRAMES 1024 /* what comes after that many is only counted */

struct test_net {
    pthread_mutex_t lock;
    struct emu_net *net;
    unsigned count;
    struct {
        uint8_t *bytes;
        size_t length;
    } frames[TEST_FRAMES];
};

static void test_net_open(void *opaque, struct emu_net *net)
{
    struct test_net *test = opaque;

    pthread_mutex_lock(&test->lock);
    test->net = net;
    pthread_mutex_unlock(&test->lock);
}

static void test_net_send(void *opaque, const uint8_t *frame, size_t length)
{
    struct test_net *test = opaque;

    pthread_mutex_lock(&test->lock);
    if (test->count < TEST_FRAMES) {
        uint8_t *bytes = malloc(length);

        if (bytes != NULL)
            memcpy(bytes, frame, length);
        test->frames[test->count].bytes = bytes;
        test->frames[test->count].length = bytes != NULL ? length : 0;
    }
    test->count++;
    pthread_mutex_unlock(&test->lock);
}

static void test_net_close(void *opaque)
{
    struct test_net *test = opaque;

    for (unsigned i = 0; i < test->count && i < TEST_FRAMES; i++)
        free(test->frames[i].bytes);
    pthread_mutex_destroy(&test->lock);
    free(test);
}

bool emu_net_test(bool large, struct emu_net_backend *out, struct emu_error *err)
{
    static const struct emu_net_ops ops[2] = {
        {.name = "test", .open = test_net_open, .send = test_net_send, .close = test_net_close},
        {.name = "test",
         .large = true,
         .open = test_net_open,
         .send = test_net_send,
         .close = test_net_close},
    };
    struct test_net *test = calloc(1, sizeof(*test));

    if (test == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&test->lock, NULL);
    *out = (struct emu_net_backend){&ops[large], test};
    return true;
}

unsigned emu_net_test_count(const struct emu_net_backend *backend)
{
    struct test_net *test = backend->opaque;
    unsigned count;

    pthread_mutex_lock(&test->lock);
    count = test->count;
    pthread_mutex_unlock(&test->lock);
    return count;
}

size_t emu_net_test_frame(const struct emu_net_backend *backend, unsigned index, uint8_t *buffer,
                          size_t size)
{
    struct test_net *test = backend->opaque;
    size_t length = 0;

    pthread_mutex_lock(&test->lock);
    if (index < test->count && index < TEST_FRAMES) {
        length = test->frames[index].length;
        memcpy(buffer, test->frames[index].bytes, length < size ? length : size);
    }
    pthread_mutex_unlock(&test->lock);
    return length;
}

bool emu_net_test_send(const struct emu_net_backend *backend, const uint8_t *frame, size_t length)
{
    struct test_net *test = backend->opaque;
    struct emu_net *net;

    pthread_mutex_lock(&test->lock);
    net = test->net;
    pthread_mutex_unlock(&test->lock);
    return net != NULL && emu_net_input(net, frame, length);
}
