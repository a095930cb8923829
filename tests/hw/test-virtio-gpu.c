/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtio graphics adapter: commands through its queues, and the pixels that they make. */
#include <time.h>

#include "emulator/state/state.h"
#include "tests/hw/gpu-rig.h"

#define SEND(gpu, type, ...)                                                                       \
    gpu_send(gpu, 0, type, (const uint32_t[]){__VA_ARGS__},                                        \
             sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* Resource 7, 64 x 32, backed by two pieces, of which the first ends within a row. */
static void gpu_make(struct gpu *gpu)
{
    CHECK_EQ(SEND(gpu, 0x101, 7, 2, 64, 32), 0x1100);
    CHECK_EQ(SEND(gpu, 0x106, 7, 2, GPU_PIXELS, 0, 1000, 0, GPU_PIXELS + 1000, 0, 7192, 0), 0x1100);
}

static void test_picture(void)
{
    struct gpu gpu;
    uint32_t color = 0xff102030;

    gpu_init(&gpu, &emu_virtio_gpu_class);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.update.state, EMU_DISPLAY_OFF);
    gpu_make(&gpu);
    memcpy(gpu_ram(&gpu, GPU_PIXELS + (5 * 64 + 9) * 4), &color, 4);
    CHECK_EQ(SEND(&gpu, 0x105, 0, 0, 64, 32, 0, 0, 7, 0), 0x1100);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 8), 0x1234); /* the fence */
    CHECK_EQ(SEND(&gpu, 0x103, 8, 4, 40, 20, 0, 7), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.update.state, EMU_DISPLAY_GRAPHICS);
    CHECK(gpu.screen.surface->width == 40 && gpu.screen.surface->height == 20);
    CHECK_EQ(screen_pixel(&gpu.screen, 1, 1), 0x102030);
    color = 0x445566;
    memcpy(gpu_ram(&gpu, GPU_PIXELS + (6 * 64 + 9) * 4), &color, 4);
    CHECK_EQ(SEND(&gpu, 0x105, 9, 6, 1, 1, (6 * 64 + 9) * 4, 0, 7, 0), 0x1100);
    screen_look(&gpu.screen); /* not before it is flushed */
    CHECK_EQ(gpu.screen.update.count, 0);
    CHECK_EQ(SEND(&gpu, 0x104, 9, 6, 1, 1, 7, 0), 0x1100);
    CHECK(rig_survives(gpu.screen.device));
    screen_look(&gpu.screen);
    CHECK(gpu.screen.update.count == 1 && gpu.screen.update.rects[0].y == 2);
    CHECK_EQ(screen_pixel(&gpu.screen, 1, 2), 0x445566);
    CHECK_EQ(SEND(&gpu, 0x102, 7, 0), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.update.state, EMU_DISPLAY_OFF);
    screen_finish(&gpu.screen);
}

static void test_refused(void)
{
    struct gpu gpu;

    gpu_init(&gpu, &emu_virtio_gpu_class);
    gpu_make(&gpu);
    CHECK_EQ(SEND(&gpu, 0x101, 7, 2, 64, 32), 0x1203);       /* is there */
    CHECK_EQ(SEND(&gpu, 0x101, 0, 2, 64, 32), 0x1203);       /* no number */
    CHECK_EQ(SEND(&gpu, 0x101, 8, 99, 64, 32), 0x1205);      /* no format */
    CHECK_EQ(SEND(&gpu, 0x101, 8, 2, 64, 16385), 0x1205);    /* too large */
    CHECK_EQ(SEND(&gpu, 0x101, 8, 2, 16384, 8192), 0x1201);  /* more memory than there may be */
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 65, 32, 0, 7), 0x1205); /* beyond it */
    CHECK_EQ(SEND(&gpu, 0x103, 0, UINT32_MAX, 2, 2, 0, 7), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 64, 32, 1, 7), 0x1202);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 64, 32, 0, 9), 0x1203);
    CHECK_EQ(SEND(&gpu, 0x105, 0, 0, 64, 32, 4, 0, 7, 0), 0x1200); /* behind the backing */
    CHECK_EQ(SEND(&gpu, 0x105, 1, 0, 64, 32, 0, 0, 7, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x106, 7, 1, GPU_PIXELS, 0, 64, 0), 0x1200); /* has one */
    CHECK_EQ(SEND(&gpu, 0x107, 7, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x105, 0, 0, 1, 1, 0, 0, 7, 0), 0x1200);
    CHECK_EQ(SEND(&gpu, 0x106, 7, 3, GPU_PIXELS, 0, 64, 0), 0x1200); /* entries are missing */
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64), 0x1200);                   /* and here words */
    CHECK_EQ(SEND(&gpu, 0x999, 0, 0), 0x1200);
    screen_finish(&gpu.screen);
}

static void test_sizes(void)
{
    struct gpu gpu;

    gpu_init(&gpu, &emu_virtio_gpu_class);
    CHECK_EQ(SEND(&gpu, 0x100, 0), 0x1101);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 32), 1280);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 40), 1);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x2000, 4), 0);
    gpu.screen.display->ops->prefer_size(gpu.screen.display->opaque, 1000, 700);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x2000, 4), 1);
    CHECK(rig_read(gpu.screen.device, 0, 0x1000, 1) & 2); /* the configuration changed */
    CHECK(rig_survives(gpu.screen.device));
    gpu_put(&gpu, 0x2004, 1, 4);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x2000, 4), 0);
    CHECK_EQ(SEND(&gpu, 0x100, 0), 0x1101);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 32), 1000);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 36), 700);
    CHECK_EQ(SEND(&gpu, 0x10a, 0, 0), 0x1104);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24), 128);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 32), 0xffffff00);
    screen_finish(&gpu.screen);
}

static void test_pointer(void)
{
    const uint32_t update[8] = {0, 30, 40, 0, 9, 3, 4}, move[8] = {0, 31, 41};
    struct emu_cursor cursor;
    uint32_t color = 0x80402010;
    struct gpu gpu;

    gpu_init(&gpu, &emu_virtio_gpu_class);
    CHECK(!emu_display_get_cursor(gpu.screen.display, &cursor));
    CHECK_EQ(SEND(&gpu, 0x101, 9, 1, 64, 64), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x106, 9, 1, GPU_PIXELS, 0, 16384, 0), 0x1100);
    memcpy(gpu_ram(&gpu, GPU_PIXELS), &color, 4);
    CHECK_EQ(SEND(&gpu, 0x105, 0, 0, 64, 64, 0, 0, 9, 0), 0x1100);
    gpu_send(&gpu, 1, 0x300, update, 8);
    CHECK(emu_display_get_cursor(gpu.screen.display, &cursor));
    CHECK(cursor.x == 30 && cursor.y == 40 && cursor.hot_x == 3 && cursor.hot_y == 4);
    CHECK_EQ(cursor.pixels[0], 0x80402010);
    gpu_send(&gpu, 1, 0x301, move, 8);
    CHECK(emu_display_get_cursor(gpu.screen.display, &cursor) && cursor.x == 31);
    CHECK(rig_survives(gpu.screen.device));
    gpu_send(&gpu, 1, 0x300, move, 8);
    CHECK(!emu_display_get_cursor(gpu.screen.display, &cursor));
    screen_finish(&gpu.screen);
}

/* The VGA's picture until the driver has one, and again after the driver. */
static void test_vga(void)
{
    static const uint16_t values[] = {0, 640, 480, 32, 0x41};
    struct gpu gpu;

    gpu_init(&gpu, &emu_virtio_vga_class);
    for (unsigned i = 1; i < 5; i++)
        rig_write(gpu.screen.device, 0, 0x500 + 2 * i, values[i], 2);
    rig_write(gpu.screen.device, 0, 0x400, 0x20, 1);
    rig_write(gpu.screen.device, 2, 0, 0x123456, 4);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.surface->width, 640);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x123456);
    gpu_make(&gpu);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 64, 32, 0, 7), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.surface->width, 64);
    gpu_put(&gpu, 0x14, 0, 1);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.surface->width, 640);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x123456);
    CHECK(rig_survives(gpu.screen.device));
    screen_finish(&gpu.screen);
}

/* ---- with a back end ---- */

/* A context, and an image of 64 x 32 that it may use, on head 1, which has a monitor. */
static void gpu_make_image(struct gpu *gpu)
{
    gpu->flags = 0;
    gpu->context = 3;
    CHECK_EQ(SEND(gpu, 0x200, 4, 0, 0x74736574, [17] = 0), 0x1100);
    CHECK_EQ(SEND(gpu, 0x204, 7, 2, 2, 10, 64, 32, 1, 1, 0, 0, 0, 0), 0x1100);
    CHECK_EQ(SEND(gpu, 0x202, 7, 0), 0x1100);
    CHECK_EQ(SEND(gpu, 0x106, 7, 1, GPU_PIXELS, 0, 8192, 0), 0x1100);
    CHECK_EQ(SEND(gpu, 0x103, 8, 4, 40, 20, 1, 7), 0x1100);
}

static void gpu_look_at(struct gpu *gpu, unsigned head)
{
    gpu->screen.display = gpu->screen.rig.displays.first;
    for (; head > 0; head--)
        gpu->screen.display = gpu->screen.display->next;
    screen_look(&gpu->screen);
}

static void test_image(void)
{
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0x123456, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0x1100);
    CHECK_EQ(gpu_test_count(&gpu.backend).reads, 0); /* nobody looks */
    gpu_look_at(&gpu, 0);
    CHECK_EQ(gpu.screen.update.state, EMU_DISPLAY_OFF);
    gpu_look_at(&gpu, 1);
    CHECK(gpu.screen.surface->width == 40 && gpu.screen.surface->height == 20);
    CHECK_EQ(screen_pixel(&gpu.screen, 39, 19), 0x123456);
    CHECK(gpu.screen.update.resized);
    screen_look(&gpu.screen); /* costs nothing while nothing changes */
    emu_virtio_gpu_settle(gpu.screen.device->device);
    CHECK_EQ(gpu.screen.update.count, 0);
    CHECK_EQ(gpu_test_count(&gpu.backend).reads, 1);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0x654321, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x654321);
    CHECK_EQ(gpu.screen.update.count, 1);
    screen_finish(&gpu.screen);
}

/* Two viewers get the same frame, and a picture of two looks two frames. */
static void test_viewers(void)
{
    struct emu_display_update update;
    struct emu_display_stats stats;
    struct emu_surface *other = emu_surface_new();
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0xabcdef, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0x1100);
    gpu_look_at(&gpu, 1);
    for (unsigned i = 0; i < 100 && other->width == 0; i++) {
        emu_display_update(gpu.screen.display, other, &update);
        emu_virtio_gpu_settle(gpu.screen.device->device);
    }
    CHECK_EQ(other->width, 40);
    CHECK(other->width == 40 && other->pixels[5] == 0xabcdef);
    CHECK_EQ(screen_pixel(&gpu.screen, 5, 0), 0xabcdef);
    emu_display_get_stats(gpu.screen.display, &stats);
    CHECK(stats.frames == 2 && stats.copies == 2);
    emu_surface_free(other);
    screen_finish(&gpu.screen);
}

static void test_transfers(void)
{
    uint32_t color = 0x778899;
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    memcpy(gpu_ram(&gpu, GPU_PIXELS), &color, 4);
    CHECK_EQ(SEND(&gpu, 0x205, 8, 4, 0, 1, 1, 1, 0, 0, 7, 0, 0, 0), 0x1100);
    gpu_look_at(&gpu, 1);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x778899);
    CHECK_EQ(SEND(&gpu, 0x206, 8, 4, 0, 1, 1, 1, 400, 0, 7, 0, 0, 0), 0x1100);
    CHECK_EQ(gpu_get(&gpu, GPU_PIXELS + 400), 0x778899);
    CHECK_EQ(SEND(&gpu, 0x206, 8, 4, 0, 1, 1, 1, 8192, 0, 7, 0, 0, 0), 0x1205);
    /* A picture that a context wants goes over to the back end, as it is in its backing. */
    CHECK_EQ(SEND(&gpu, 0x101, 8, 2, 4, 4), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x106, 8, 1, GPU_PIXELS, 0, 64, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 4, 4, 0, 8), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x202, 8, 0), 0x1100);
    gpu_look_at(&gpu, 0);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x778899);
    CHECK_EQ(gpu_test_count(&gpu.backend).pages, 2);
    CHECK_EQ(SEND(&gpu, 0x107, 8, 0), 0x1100);
    CHECK_EQ(gpu_test_count(&gpu.backend).pages, 1);
    gpu_put(&gpu, 0x14, 0, 1); /* and a reset takes everything away */
    emu_virtio_gpu_settle(gpu.screen.device->device);
    CHECK(gpu_test_count(&gpu.backend).contexts == 0 &&
          gpu_test_count(&gpu.backend).resources == 0);
    screen_finish(&gpu.screen);
}

static void test_capsets(void)
{
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x2008, 4), 3);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x200c, 4), 1);
    CHECK_EQ(SEND(&gpu, 0x108, 0, 0), 0x1102);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24), GPU_TEST_CAPSET);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 32), 16);
    CHECK_EQ(SEND(&gpu, 0x108, 1, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x109, GPU_TEST_CAPSET, 1), 0x1103);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 36), 0x5a5a5a5a);
    CHECK_EQ(SEND(&gpu, 0x109, GPU_TEST_CAPSET, 2), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x109, 1, 1), 0x1205);
    screen_finish(&gpu.screen);
}

static void test_refused_3d(void)
{
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    CHECK_EQ(SEND(&gpu, 0x200, 0, 0, [17] = 0), 0x1204); /* is there */
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7), 0x1200);       /* ends before */
    CHECK_EQ(SEND(&gpu, 0x207, 7, 0, 7, 0, 0), 0x1205);  /* no whole words */
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, GPU_TEST_REFUSED, 0, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x204, 7, 2, 2, 10, 64, 32, 1, 1, 0, 0, 0, 0), 0x1203);
    CHECK_EQ(SEND(&gpu, 0x204, 8, 2, 2, 10, 0, 32, 1, 1, 0, 0, 0, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x202, 99, 0), 0x1203);
    CHECK_EQ(SEND(&gpu, 0x106, 7, 1, GPU_PIXELS, 0, 64, 0), 0x1200); /* has a backing */
    CHECK_EQ(SEND(&gpu, 0x107, 7, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x106, 7, 1, 0xf0000000, 0, 64, 0), 0x1200); /* no RAM */
    CHECK_EQ(gpu_test_count(&gpu.backend).pages, 0);
    gpu.context = 4;
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0, 0), 0x1204);
    CHECK_EQ(SEND(&gpu, 0x201, 0), 0x1204);
    CHECK_EQ(SEND(&gpu, 0x200, 0, GPU_TEST_REFUSED & 0xff, [17] = 0), 0x1200);
    gpu.context = 3;
    CHECK_EQ(SEND(&gpu, 0x201, 0), 0x1100);
    CHECK_EQ(gpu_test_count(&gpu.backend).contexts, 0);
    screen_finish(&gpu.screen);
}

/* Waits for an answer that a fence holds back. */
static uint32_t gpu_await(struct gpu *gpu)
{
    for (unsigned i = 0; i < 2000 && gpu_get(gpu, GPU_ANSWER) == 0; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        pthread_mutex_lock(&gpu->screen.device->device->lock); /* what was answered is seen */
        pthread_mutex_unlock(&gpu->screen.device->device->lock);
    }
    return gpu_get(gpu, GPU_ANSWER);
}

static void test_fences(void)
{
    struct emu_writer *out = emu_writer_new();
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    gpu.flags = 3; /* a fence of ring 5 */
    gpu.ring = 5;
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 1, 40), 0); /* not before it is done, */
    CHECK_EQ(gpu_await(&gpu), 0x1100);               /* and then with its names */
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 4), 3);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 8), 0x1234);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 16), 3);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 20), 5);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 1, 40), 0);
    gpu.ring = 6; /* another ring has an order of its own */
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0x1100);
    gpu.ring = 5; /* the same has not */
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 1, 63), 0);
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0);
    emu_device_save(gpu.screen.device->device, out); /* which waits for them */
    emu_writer_free(out);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 1, 63), 0);
    gpu_put(&gpu, 0x14, 0, 1); /* a reset forgets it */
    emu_virtio_gpu_settle(gpu.screen.device->device);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER), 0);
    screen_finish(&gpu.screen);
}

static void test_heads(void)
{
    struct gpu gpu;
    struct emu_display *second;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    second = gpu.screen.rig.displays.first->next;
    CHECK(strcmp(second->name, "virtio-gpu.1") == 0);
    CHECK_EQ(SEND(&gpu, 0x100, 0), 0x1101);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 40), 1);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24 + 24 + 16), 0);
    second->ops->connect(second->opaque, true);
    CHECK_EQ(rig_read(gpu.screen.device, 0, 0x2000, 4), 1);
    second->ops->prefer_size(second->opaque, 640, 480);
    CHECK_EQ(SEND(&gpu, 0x100, 0), 0x1101);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24 + 24 + 8), 640);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24 + 24 + 16), 1);
    CHECK_EQ(SEND(&gpu, 0x10a, 2, 0), 0x1104);
    CHECK_EQ(SEND(&gpu, 0x10a, 3, 0), 0x1202);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 1, 1, 3, 0), 0x1202);
    CHECK(rig_survives(gpu.screen.device) == false); /* of another number of heads */
    screen_finish(&gpu.screen);
}

static void test_blobs(void)
{
    uint32_t color = 0x445566;
    struct gpu gpu;

    gpu_init(&gpu, &emu_virtio_gpu_class); /* no back end is needed for the guest's own */
    memcpy(gpu_ram(&gpu, GPU_PIXELS + 4100), &color, 4);
    CHECK_EQ(SEND(&gpu, 0x10c, 7, 1, 2, 2, 0, 0, 8192, 0, GPU_PIXELS, 0, 4096, 0, GPU_PIXELS + 4096,
                  0, 4096, 0),
             0x1100);
    CHECK_EQ(SEND(&gpu, 0x10d, 1, 16, 8, 4, 0, 7, 64, 32, 2, 0, 256, 0, 0, 0, 0, 0, 0, 0), 0x1100);
    screen_look(&gpu.screen);
    CHECK(gpu.screen.surface->width == 8 && gpu.screen.surface->height == 4);
    CHECK_EQ(screen_pixel(&gpu.screen, 0, 0), 0x445566);
    CHECK(rig_survives(gpu.screen.device));
    CHECK_EQ(SEND(&gpu, 0x105, 0, 0, 64, 32, 0, 0, 7, 0), 0x1100); /* nothing to do */
    memset(gpu_ram(&gpu, GPU_PIXELS + 4100), 0, 4);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.update.count, 0); /* not flushed */
    CHECK_EQ(SEND(&gpu, 0x104, 0, 0, 64, 32, 7, 0), 0x1100);
    screen_look(&gpu.screen);
    CHECK(gpu.screen.update.count == 1 && gpu.screen.update.rects[0].height == 1);
    CHECK_EQ(SEND(&gpu, 0x10d, 0, 0, 64, 32, 0, 7, 64, 33, 2, 0, 256, [17] = 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x10d, 0, 0, 64, 32, 0, 7, 64, 32, 2, 0, 252, [17] = 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x10d, 0, 0, 65, 32, 0, 7, 64, 32, 2, 0, 256, [17] = 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x10d, 0, 0, 1, 1, 9, 7, 64, 32, 2, 0, 256, [17] = 0), 0x1202);
    CHECK_EQ(SEND(&gpu, 0x10c, 8, 1, 2, 1, 0, 0, 8192, 0, GPU_PIXELS, 0, 4096, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x10c, 8, 2, 2, 0, 0, 0, 8192, 0), 0x1205); /* who should have it? */
    CHECK_EQ(SEND(&gpu, 0x102, 7, 0), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.update.state, EMU_DISPLAY_OFF);
    screen_finish(&gpu.screen);
}

#define HOST_BLOB(gpu, id, number) SEND(gpu, 0x10c, id, 2, 1, 0, number, 0, 8192, 0)

static void test_window(void)
{
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_gpu_class, false);
    gpu_make_image(&gpu);
    CHECK_EQ(HOST_BLOB(&gpu, 8, 0x1122), 0x1100);
    CHECK_EQ(HOST_BLOB(&gpu, 9, 0x3344), 0x1100);
    CHECK_EQ(HOST_BLOB(&gpu, 10, GPU_TEST_REFUSED), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x208, 8, 0, 0x2000, 0), 0x1106);
    CHECK_EQ(gpu_get(&gpu, GPU_ANSWER + 24), 3);
    CHECK_EQ(rig_read(gpu.screen.device, EMU_VIRTIO_GPU_PAGES, 0x2000, 4), 0x1122);
    CHECK_EQ(SEND(&gpu, 0x208, 9, 0, 0x3000, 0), 0x1205); /* taken */
    CHECK_EQ(SEND(&gpu, 0x208, 9, 0, 0x800, 0), 0x1205);  /* no page */
    CHECK_EQ(SEND(&gpu, 0x208, 9, 0, GPU_TEST_WINDOW - 4096, 0), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x208, 9, 0, 0, 0xffffffff), 0x1205);
    CHECK_EQ(SEND(&gpu, 0x208, 7, 0, 0x4000, 0), 0x1203); /* no blob */
    CHECK_EQ(SEND(&gpu, 0x208, 9, 0, 0x4000, 0), 0x1106);
    CHECK_EQ(SEND(&gpu, 0x209, 8, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x209, 8, 0), 0x1205);
    CHECK_EQ(rig_read(gpu.screen.device, EMU_VIRTIO_GPU_PAGES, 0x2000, 4), 0);
    CHECK_EQ(rig_read(gpu.screen.device, EMU_VIRTIO_GPU_PAGES, 0x4000, 4), 0x3344);
    CHECK_EQ(SEND(&gpu, 0x102, 9, 0), 0x1100);
    CHECK_EQ(rig_read(gpu.screen.device, EMU_VIRTIO_GPU_PAGES, 0x4000, 4), 0);
    screen_finish(&gpu.screen);
}

/* What a back end made does not survive, what the guest knows of it does. */
static void test_saved(void)
{
    struct emu_writer *out = emu_writer_new();
    struct emu_reader *in;
    struct gpu gpu;
    const uint8_t *data;
    size_t length;

    gpu_init_rendering(&gpu, &emu_virtio_vga_class, false);
    gpu_make_image(&gpu);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0x123456, 0), 0x1100);
    emu_device_save(gpu.screen.device->device, out);
    data = emu_writer_data(out, &length);
    in = emu_reader_new(data, length);
    CHECK(emu_device_load(gpu.screen.device->device, in, NULL));
    CHECK(gpu_test_count(&gpu.backend).contexts == 0 &&
          gpu_test_count(&gpu.backend).resources == 1);
    gpu_look_at(&gpu, 1);
    CHECK_EQ(screen_pixel(&gpu.screen, 1, 1), 0);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0x123456, 0), 0x1204); /* lost */
    CHECK_EQ(SEND(&gpu, 0x203, 7, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x201, 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x200, 0, 0, [17] = 0), 0x1100);
    CHECK_EQ(SEND(&gpu, 0x207, 12, 0, 7, 0x123456, 0), 0x1100);
    emu_reader_free(in);
    emu_writer_free(out);
    screen_finish(&gpu.screen);
}

/* A renderer that does not start leaves the guest 2D. */
static void test_broken(void)
{
    struct gpu gpu;

    gpu_init_rendering(&gpu, &emu_virtio_vga_class, true);
    CHECK_EQ(rig_read(gpu.screen.device, 0, gpu.at + 0x200c, 4), 0);
    CHECK_EQ(SEND(&gpu, 0x108, 0, 0), 0x1200);
    CHECK_EQ(SEND(&gpu, 0x200, 0, 0, [17] = 0), 0x1200);
    gpu_make(&gpu);
    CHECK_EQ(SEND(&gpu, 0x103, 0, 0, 64, 32, 0, 7), 0x1100);
    screen_look(&gpu.screen);
    CHECK_EQ(gpu.screen.surface->width, 64);
    screen_finish(&gpu.screen);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-gpu-picture", test_picture},
        {"virtio-gpu-refused", test_refused},
        {"virtio-gpu-sizes", test_sizes},
        {"virtio-gpu-pointer", test_pointer},
        {"virtio-vga", test_vga},
        {"virtio-gpu-image", test_image},
        {"virtio-gpu-viewers", test_viewers},
        {"virtio-gpu-transfers", test_transfers},
        {"virtio-gpu-capsets", test_capsets},
        {"virtio-gpu-refused-3d", test_refused_3d},
        {"virtio-gpu-fences", test_fences},
        {"virtio-gpu-heads", test_heads},
        {"virtio-gpu-blobs", test_blobs},
        {"virtio-gpu-window", test_window},
        {"virtio-gpu-saved", test_saved},
        {"virtio-gpu-broken", test_broken},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
