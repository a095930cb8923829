/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtio graphics adapter: commands through its queues, and the pixels that they make. */
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

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-gpu-picture", test_picture},
        {"virtio-gpu-refused", test_refused},
        {"virtio-gpu-sizes", test_sizes},
        {"virtio-gpu-pointer", test_pointer},
        {"virtio-vga", test_vga},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
