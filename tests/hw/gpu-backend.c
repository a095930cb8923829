/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test's own back end of the graphics adapter (gpu-backend.h). */
#include "tests/hw/gpu-backend.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define TEST_RESOURCES 64
#define TEST_CONTEXTS  16
#define TEST_FENCES    64
#define TEST_MAX_SIDE  1024u
#define TEST_BLOB_HOST 2u

struct test_resource {
    uint32_t id;
    uint32_t width, height;
    uint32_t *pixels; /* of an image */
    int fd;           /* of a blob in host memory; -1: none */
    uint64_t size;
    struct iovec *pages;
    unsigned count;
};

struct test_fence {
    uint32_t context, ring;
    uint64_t ticket;
    unsigned polls;
};

struct test_backend {
    struct emu_gpu_device *gpu;
    bool broken;
    pthread_t thread; /* where all but close happens */
    struct test_resource resources[TEST_RESOURCES];
    uint32_t contexts[TEST_CONTEXTS];
    struct test_fence fences[TEST_FENCES];
    unsigned fence_count, delay;
    struct gpu_test_count count;
};

static void test_check_thread(const struct test_backend *backend)
{
    if (!pthread_equal(backend->thread, pthread_self()))
        abort(); /* the contract of ops/gpu.h is broken */
}

static struct test_resource *test_find(struct test_backend *backend, uint32_t id)
{
    test_check_thread(backend);
    for (unsigned i = 0; i < TEST_RESOURCES; i++)
        if (backend->resources[i].id == id)
            return &backend->resources[i];
    return NULL;
}

static bool test_start(void *opaque, struct emu_gpu_device *gpu, struct emu_error *err)
{
    struct test_backend *backend = opaque;

    backend->thread = pthread_self();
    backend->gpu = gpu;
    backend->count.started++;
    return !backend->broken || emu_error_set(err, EMU_ERROR_HOST, "a test wants it so");
}

static bool test_get_capset(void *opaque, unsigned index, struct emu_gpu_capset *out)
{
    *out = (struct emu_gpu_capset){GPU_TEST_CAPSET, 1, 16};
    return index == 0;
}

static void test_fill_capset(void *opaque, uint32_t id, uint32_t version, void *out)
{
    memset(out, 0x5a, 16);
}

/* ---- contexts ---- */

static bool test_create_context(void *opaque, uint32_t context, uint32_t kind, const char *name,
                                size_t length)
{
    struct test_backend *backend = opaque;

    test_check_thread(backend);
    if (kind == (GPU_TEST_REFUSED & 0xff) || backend->count.contexts == TEST_CONTEXTS)
        return false;
    backend->contexts[backend->count.contexts++] = context;
    return true;
}

static void test_destroy_context(void *opaque, uint32_t context)
{
    struct test_backend *backend = opaque;

    test_check_thread(backend);
    for (unsigned i = 0; i < backend->count.contexts; i++)
        if (backend->contexts[i] == context)
            backend->contexts[i] = backend->contexts[--backend->count.contexts];
}

static void test_join(void *opaque, uint32_t context, uint32_t resource)
{
    if (test_find(opaque, resource) == NULL)
        abort(); /* the adapter checks it */
}

static bool test_submit(void *opaque, uint32_t context, void *commands, size_t length)
{
    struct test_backend *backend = opaque;
    struct test_resource *resource;
    uint32_t words[3];

    if (length < sizeof(words))
        return false;
    memcpy(words, commands, sizeof(words));
    resource = words[0] != 0 ? test_find(backend, words[0]) : NULL;
    if (words[0] == GPU_TEST_REFUSED || (words[0] != 0 && resource == NULL))
        return false;
    backend->delay = words[2] % 64;
    for (size_t i = 0; resource != NULL && resource->pixels != NULL &&
                       i < (size_t)resource->width * resource->height;
         i++)
        resource->pixels[i] = words[1];
    return true;
}

/* ---- resources ---- */

static struct test_resource *test_add(struct test_backend *backend, uint32_t id)
{
    struct test_resource *made = test_find(backend, 0);

    if (made == NULL)
        return NULL;
    *made = (struct test_resource){.id = id, .fd = -1};
    backend->count.resources++;
    return made;
}

static bool test_create_image(void *opaque, uint32_t id, const struct emu_gpu_image *image)
{
    struct test_backend *backend = opaque;
    struct test_resource *made;

    if (image->width == 0 || image->height == 0 || image->width > TEST_MAX_SIDE ||
        image->height > TEST_MAX_SIDE)
        return false;
    made = test_add(backend, id);
    if (made == NULL)
        return false;
    made->width = image->width;
    made->height = image->height;
    made->pixels = calloc((size_t)image->width * image->height, sizeof(uint32_t));
    return true;
}

static bool test_create_blob(void *opaque, uint32_t id, const struct emu_gpu_blob *blob,
                             struct iovec *pages, unsigned count)
{
    struct test_resource *made;

    if (blob->id == GPU_TEST_REFUSED || blob->size > GPU_TEST_WINDOW)
        return false;
    made = test_add(opaque, id);
    if (made == NULL)
        return false;
    made->pages = pages;
    made->count = count;
    made->size = (blob->size + 4095) / 4096 * 4096;
    if (blob->memory == TEST_BLOB_HOST) {
        made->fd = memfd_create("blob", MFD_CLOEXEC);
        if (ftruncate(made->fd, (off_t)made->size) != 0 ||
            pwrite(made->fd, &blob->id, sizeof(blob->id), 0) != sizeof(blob->id))
            abort();
    }
    return true;
}

static void test_destroy_resource(void *opaque, uint32_t id)
{
    struct test_backend *backend = opaque;
    struct test_resource *resource = test_find(backend, id);

    free(resource->pixels);
    if (resource->fd >= 0)
        close(resource->fd);
    *resource = (struct test_resource){.fd = -1};
    backend->count.resources--;
}

static bool test_attach_pages(void *opaque, uint32_t id, struct iovec *pages, unsigned count)
{
    struct test_backend *backend = opaque;
    struct test_resource *resource = test_find(backend, id);

    resource->pages = pages;
    resource->count = count;
    backend->count.pages++;
    return true;
}

static void test_detach_pages(void *opaque, uint32_t id)
{
    struct test_backend *backend = opaque;

    test_find(backend, id)->pages = NULL;
    test_find(backend, id)->count = 0;
    backend->count.pages--;
}

/* One pixel of the backing, as a row of them from the front. */
static bool test_move_pixel(struct test_resource *resource, uint64_t at, uint32_t *pixel,
                            bool to_guest)
{
    for (unsigned i = 0; i < resource->count; i++) {
        struct iovec *piece = &resource->pages[i];

        if (at + sizeof(*pixel) <= piece->iov_len) {
            uint8_t *place = (uint8_t *)piece->iov_base + at;

            memcpy(to_guest ? (void *)place : pixel, to_guest ? (void *)pixel : place,
                   sizeof(*pixel));
            return true;
        }
        if (at < piece->iov_len)
            return false;
        at -= piece->iov_len;
    }
    return false;
}

static bool test_transfer(void *opaque, const struct emu_gpu_transfer *what)
{
    struct test_resource *resource = test_find(opaque, what->resource);

    if (resource->pixels == NULL || what->x > resource->width ||
        what->width > resource->width - what->x || what->y > resource->height ||
        what->height > resource->height - what->y || what->offset > GPU_TEST_WINDOW)
        return false;
    for (uint32_t y = 0; y < what->height; y++)
        for (uint32_t x = 0; x < what->width; x++) {
            uint64_t at = what->offset + 4 * ((uint64_t)y * resource->width + x);
            uint32_t *pixel =
                &resource->pixels[(size_t)(what->y + y) * resource->width + what->x + x];

            if (!test_move_pixel(resource, at, pixel, what->to_guest))
                return false;
        }
    return true;
}

static bool test_get_pages(void *opaque, uint32_t id, struct emu_gpu_pages *out)
{
    struct test_resource *resource = test_find(opaque, id);

    if (resource->fd < 0)
        return false;
    *out = (struct emu_gpu_pages){.fd = dup(resource->fd), .size = resource->size, .caching = 3};
    return true;
}

static bool test_read(void *opaque, const struct emu_gpu_view *view, uint32_t *pixels)
{
    struct test_backend *backend = opaque;
    struct test_resource *resource = test_find(backend, view->resource);

    backend->count.reads++;
    if (resource->pixels == NULL || view->x + view->width > resource->width ||
        view->y + view->height > resource->height)
        return false;
    for (uint32_t y = 0; y < view->height; y++)
        memcpy(pixels + (size_t)y * view->width,
               resource->pixels + (size_t)(view->y + y) * resource->width + view->x,
               view->width * sizeof(*pixels));
    return true;
}

/* ---- fences ---- */

static bool test_fence(void *opaque, uint32_t context, uint32_t ring, uint64_t ticket)
{
    struct test_backend *backend = opaque;

    test_check_thread(backend);
    if (backend->delay == 0 || backend->fence_count == TEST_FENCES)
        return false;
    backend->fences[backend->fence_count++] =
        (struct test_fence){context, ring, ticket, backend->delay};
    return true;
}

static void test_poll(void *opaque)
{
    struct test_backend *backend = opaque;
    struct test_fence done[TEST_FENCES];
    unsigned kept = 0, count = 0;

    test_check_thread(backend);
    for (unsigned i = 0; i < backend->fence_count; i++) {
        if (--backend->fences[i].polls == 0)
            done[count++] = backend->fences[i];
        else
            backend->fences[kept++] = backend->fences[i];
    }
    backend->fence_count = kept;
    for (unsigned i = 0; i < count; i++)
        emu_gpu_fence_done(backend->gpu, done[i].context, done[i].ring, done[i].ticket);
}

/* ---- life ---- */

static void test_reset(void *opaque)
{
    struct test_backend *backend = opaque;

    test_check_thread(backend);
    if (backend->count.contexts != 0 || backend->count.resources != 0)
        abort(); /* the adapter takes them away itself */
    backend->fence_count = backend->delay = 0;
}

static void test_stop(void *opaque)
{
    struct test_backend *backend = opaque;

    test_check_thread(backend);
    backend->count.started--;
}

static void test_close(void *opaque)
{
    free(opaque);
}

static const struct emu_gpu_ops test_ops = {
    .name = "test",
    .start = test_start,
    .get_capset = test_get_capset,
    .fill_capset = test_fill_capset,
    .create_context = test_create_context,
    .destroy_context = test_destroy_context,
    .attach_resource = test_join,
    .detach_resource = test_join,
    .submit = test_submit,
    .create_image = test_create_image,
    .create_blob = test_create_blob,
    .destroy_resource = test_destroy_resource,
    .attach_pages = test_attach_pages,
    .detach_pages = test_detach_pages,
    .transfer = test_transfer,
    .get_pages = test_get_pages,
    .read = test_read,
    .fence = test_fence,
    .poll = test_poll,
    .reset = test_reset,
    .stop = test_stop,
    .close = test_close,
};

struct emu_gpu_backend gpu_test_backend(bool broken)
{
    struct test_backend *backend = calloc(1, sizeof(*backend));

    for (unsigned i = 0; i < TEST_RESOURCES; i++)
        backend->resources[i].fd = -1;
    backend->broken = broken;
    return (struct emu_gpu_backend){&test_ops, backend, GPU_TEST_WINDOW};
}

struct gpu_test_count gpu_test_count(const struct emu_gpu_backend *backend)
{
    return ((const struct test_backend *)backend->opaque)->count;
}
