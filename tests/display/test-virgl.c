/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The renderer of a guest's OpenGL as the graphics adapter uses it: a context that clears an image,
 * pixels read, fences, rubbish. Skipped where the host has no OpenGL without a window.
 */
#include "display/virgl/virgl.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/test.h"

#define VIRGL_SURFACE                          8u
#define VIRGL_CREATE                           1u
#define VIRGL_FRAMEBUFFER                      5u
#define VIRGL_CLEAR                            7u
#define VIRGL_COLOR_0                          4u
#define VIRGL_COMMAND(command, object, length) ((command) | (object) << 8 | (length) << 16)
#define VIRGL_BGRX                             2u
#define VIRGL_TARGET                           2u      /* of an image: two-dimensional */
#define VIRGL_BIND                             0x2000a /* drawn to, sampled from; */
#define VIRGL_TURNED                           1u

struct device {
    struct emu_gpu_device gpu; /* first */
    uint64_t done;
    char why[200];
};

static void test_fence_done(struct emu_gpu_device *gpu, uint32_t context, uint32_t ring,
                            uint64_t ticket)
{
    ((struct device *)gpu)->done = ticket;
}

static void test_failed(void *opaque, const char *why)
{
    strncpy(((struct device *)opaque)->why, why, sizeof(((struct device *)opaque)->why) - 1);
}

/* False: this host cannot, which a test is not at fault for. */
static bool test_begin(struct device *device, struct emu_gpu_backend *backend)
{
    struct emu_error err = EMU_ERROR_INIT;

    *device = (struct device){{test_fence_done}, 0, ""};
    CHECK(disp_virgl_open(backend, 0, test_failed, device));
    if (backend->ops->start(backend->opaque, &device->gpu, &err))
        return true;
    CHECK(device->why[0] != '\0' && strstr(err.text, device->why) != NULL);
    printf("# no OpenGL here: %s\n", device->why);
    backend->ops->stop(backend->opaque);
    emu_gpu_backend_close(backend);
    return false;
}

static void test_end(struct emu_gpu_backend *backend)
{
    backend->ops->stop(backend->opaque);
    emu_gpu_backend_close(backend);
}

static bool test_clear(struct emu_gpu_backend *backend, uint32_t resource, float red, float green)
{
    const float color[4] = {red, green, 1, 1};
    uint32_t words[] = {VIRGL_COMMAND(VIRGL_CREATE, VIRGL_SURFACE, 5),
                        100 + resource,
                        resource,
                        VIRGL_BGRX,
                        0,
                        0,
                        VIRGL_COMMAND(VIRGL_FRAMEBUFFER, 0, 3),
                        1,
                        0,
                        100 + resource,
                        VIRGL_COMMAND(VIRGL_CLEAR, 0, 8),
                        VIRGL_COLOR_0,
                        [12 + 6] = 0};

    memcpy(words + 12, color, sizeof(color));
    return backend->ops->submit(backend->opaque, 1, words, sizeof(words));
}

static void test_draw(void)
{
    const struct emu_gpu_image image = {VIRGL_TARGET, VIRGL_BGRX, VIRGL_BIND, 64, 32, 1, 1, 0, 0,
                                        VIRGL_TURNED};
    const struct emu_gpu_view view = {7, 60, 30, 4, 2}, beyond = {7, 61, 30, 4, 2};
    struct emu_gpu_backend backend;
    struct emu_gpu_capset set = {0};
    struct device device;
    uint32_t pixels[8] = {0};

    if (!test_begin(&device, &backend))
        return;
    CHECK(backend.ops->get_capset(backend.opaque, 1, &set) && set.id == 2 && set.size > 300);
    CHECK(backend.ops->create_context(backend.opaque, 1, 0, "test", 4));
    CHECK(backend.ops->create_image(backend.opaque, 7, &image));
    backend.ops->attach_resource(backend.opaque, 1, 7);
    CHECK(test_clear(&backend, 7, 1, 0));
    CHECK(backend.ops->read(backend.opaque, &view, pixels));
    CHECK_EQ(pixels[0] & 0xffffff, 0xff00ff);
    CHECK_EQ(pixels[7] & 0xffffff, 0xff00ff);
    CHECK(!backend.ops->read(backend.opaque, &beyond, pixels));
    if (backend.ops->fence(backend.opaque, 1, EMU_GPU_NO_RING, 5))
        for (unsigned i = 0; i < 2000 && device.done != 5; i++) {
            backend.ops->poll(backend.opaque);
            usleep(1000);
        }
    CHECK_EQ(device.done, 5);
    backend.ops->destroy_context(backend.opaque, 1);
    backend.ops->destroy_resource(backend.opaque, 7);
    test_end(&backend);
}

/* Rows of a backing, from the top and from the bottom. */
static void test_rows(void)
{
    struct emu_gpu_image image = {VIRGL_TARGET, VIRGL_BGRX, VIRGL_BIND, 2, 2, 1, 1, 0, 0, 0};
    const struct emu_gpu_transfer all = {.width = 2, .height = 2, .depth = 1, .resource = 3};
    const struct emu_gpu_view view = {3, 0, 0, 2, 2};
    uint32_t rows[4] = {0x111111, 0x222222, 0x333333, 0x444444}, pixels[4];
    struct iovec pages = {rows, sizeof(rows)};
    struct emu_gpu_backend backend;
    struct device device;

    if (!test_begin(&device, &backend))
        return;
    for (image.flags = 0; image.flags < 2; image.flags++) {
        CHECK(backend.ops->create_image(backend.opaque, 3, &image));
        CHECK(backend.ops->attach_pages(backend.opaque, 3, &pages, 1));
        CHECK(backend.ops->transfer(backend.opaque, &all));
        CHECK(backend.ops->read(backend.opaque, &view, pixels));
        CHECK_EQ(pixels[0] & 0xffffff, 0x111111);
        CHECK_EQ(pixels[3] & 0xffffff, 0x444444);
        backend.ops->detach_pages(backend.opaque, 3);
        backend.ops->destroy_resource(backend.opaque, 3);
    }
    test_end(&backend);
}

static void test_rubbish(void)
{
    const struct emu_gpu_image image = {VIRGL_TARGET, 9999, VIRGL_BIND, 0, 0, 1, 1, 0, 0, 0};
    uint32_t rubbish[] = {0xffffffff, 1, 2, 3}, longer[] = {VIRGL_COMMAND(VIRGL_CLEAR, 0, 500), 0};
    struct emu_gpu_backend backend, second;
    struct device device, other;

    if (!test_begin(&device, &backend))
        return;
    CHECK(!backend.ops->create_image(backend.opaque, 7, &image));
    CHECK(!backend.ops->create_context(backend.opaque, 1, 200, "", 0));
    CHECK(backend.ops->create_context(backend.opaque, 1, 2, "", 0));
    CHECK(!backend.ops->submit(backend.opaque, 1, rubbish, sizeof(rubbish)));
    backend.ops->submit(backend.opaque, 1, longer, sizeof(longer));
    CHECK(!test_clear(&backend, 99, 1, 1));
    backend.ops->destroy_context(backend.opaque, 1);
    backend.ops->reset(backend.opaque);
    CHECK(backend.ops->create_context(backend.opaque, 1, 2, "",
                                      0)); /* the library has one instance */
    CHECK(!test_begin(&other, &second));
    CHECK(strstr(other.why, "another machine") != NULL);
    test_end(&backend);
    CHECK(test_begin(&device, &backend)); /* and after the end again */
    test_end(&backend);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virgl-draw", test_draw},
        {"virgl-rows", test_rows},
        {"virgl-rubbish", test_rubbish},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
