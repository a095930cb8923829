/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The /init of a guest that shows a moving picture of 1280x800 on its graphics adapter, 60 times a
 * second by its own clock: every pixel changes with each frame. The frame's number is the colour of
 * a square in the upper left corner, so that a viewer can count the frames that it sees. Linux's
 * KMS interface by its numbers, as its headers are in no package that is needed otherwise.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WIDTH   1280u
#define HEIGHT  800u
#define SQUARE  64u
#define SECOND  1000000000l
#define PERIOD  (SECOND / 60)
#define BUFFERS 2u

struct resources {
    uint64_t fbs, crtcs, connectors, encoders;
    uint32_t fb_count, crtc_count, connector_count, encoder_count;
    uint32_t width_min, width_max, height_min, height_max;
};
struct mode {
    uint32_t clock;
    uint16_t hdisplay, hsync_start, hsync_end, htotal, hskew;
    uint16_t vdisplay, vsync_start, vsync_end, vtotal, vscan;
    uint32_t refresh, flags, type;
    char name[32];
};
struct crtc {
    uint64_t connectors;
    uint32_t connector_count, id, fb, x, y, gamma_size, mode_valid;
    struct mode mode;
};
struct fb {
    uint32_t id, width, height, pitch, bpp, depth, handle;
};
struct flip {
    uint32_t crtc, fb, flags, reserved;
    uint64_t data;
};
struct dumb {
    uint32_t height, width, bpp, flags, handle, pitch;
    uint64_t size;
};
struct place {
    uint32_t handle, pad;
    uint64_t offset;
};

#define KMS_RESOURCES _IOWR('d', 0xa0, struct resources)
#define KMS_SET_CRTC  _IOWR('d', 0xa2, struct crtc)
#define KMS_ADD_FB    _IOWR('d', 0xae, struct fb)
#define KMS_FLIP      _IOWR('d', 0xb0, struct flip)
#define KMS_CREATE    _IOWR('d', 0xb2, struct dumb)
#define KMS_MAP       _IOWR('d', 0xb3, struct place)
#define FLIP_EVENT    1u

struct buffer {
    uint32_t fb, pitch;
    uint8_t *pixels;
};

static void fail(const char *what)
{
    printf("film-failed: %s\n", what);
    for (;;)
        pause();
}

static void control(int card, unsigned long request, void *argument, const char *what)
{
    if (ioctl(card, request, argument) != 0)
        fail(what);
}

static void load_modules(void)
{
    FILE *order = fopen("/modules/order", "r");
    char name[100], path[140];

    while (order != NULL && fscanf(order, "%99s", name) == 1) {
        snprintf(path, sizeof(path), "/modules/%s.ko", name);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0)
            printf("film: no module %s\n", name);
    }
}

static int open_card(void)
{
    for (unsigned i = 0; i < 100; i++) {
        int card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);

        if (card >= 0)
            return card;
        usleep(50000);
    }
    fail("no graphics adapter");
    return -1;
}

static struct buffer make_buffer(int card)
{
    struct dumb dumb = {.width = WIDTH, .height = HEIGHT, .bpp = 32};
    struct fb fb = {.width = WIDTH, .height = HEIGHT, .bpp = 32, .depth = 24};
    struct place place = {0};

    control(card, KMS_CREATE, &dumb, "create a buffer");
    fb.handle = place.handle = dumb.handle;
    fb.pitch = dumb.pitch;
    control(card, KMS_ADD_FB, &fb, "make it a frame buffer");
    control(card, KMS_MAP, &place, "map it");
    void *pixels =
        mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, card, (off_t)place.offset);
    if (pixels == MAP_FAILED)
        fail("map it");
    return (struct buffer){fb.id, dumb.pitch, pixels};
}

static uint32_t show(int card, uint32_t fb)
{
    uint32_t connectors[8], crtcs[8];
    struct resources all = {.crtcs = (uintptr_t)crtcs,
                            .connectors = (uintptr_t)connectors,
                            .crtc_count = 8,
                            .connector_count = 8};
    struct crtc crtc = {
        .connectors = (uintptr_t)connectors, .connector_count = 1, .fb = fb, .mode_valid = 1};

    control(card, KMS_RESOURCES, &all, "find the screen");
    crtc.id = crtcs[0];
    crtc.mode = (struct mode){71000, WIDTH, 1328, 1360, 1440, 0, HEIGHT, 803,
                              809,   823,   0,    60,   0,    0, "film"};
    control(card, KMS_SET_CRTC, &crtc, "set the mode");
    return crtc.id;
}

static void draw(const struct buffer *buffer, const uint32_t *wide, unsigned frame)
{
    uint32_t code = (frame & 0xffff) << 8 | 0x5a; /* a blue that the picture has nowhere */

    for (unsigned y = 0; y < HEIGHT; y++)
        memcpy(buffer->pixels + (size_t)y * buffer->pitch, wide + (frame * 8 + y) % WIDTH,
               WIDTH * 4u);
    for (unsigned y = 0; y < SQUARE; y++) {
        uint32_t *row = (uint32_t *)(buffer->pixels + (size_t)y * buffer->pitch);

        for (unsigned x = 0; x < SQUARE; x++)
            row[x] = code;
    }
}

/* Waits for the event that the one before is shown. */
static void flip(int card, uint32_t crtc, uint32_t fb)
{
    struct flip request = {.crtc = crtc, .fb = fb, .flags = FLIP_EVENT};
    char event[64];

    control(card, KMS_FLIP, &request, "flip");
    if (read(card, event, sizeof(event)) <= 0)
        fail("the event of a flip");
}

static void film(int card, uint32_t crtc, const struct buffer *buffers, const uint32_t *wide)
{
    struct timespec next, now;
    unsigned late = 0;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned frame = 1;; frame++) {
        draw(&buffers[frame % BUFFERS], wide, frame);
        flip(card, crtc, buffers[frame % BUFFERS].fb);
        if (frame % 60 == 0)
            printf("film: frame %u, %u late\n", frame, late);
        next.tv_nsec += PERIOD;
        next.tv_sec += next.tv_nsec / SECOND;
        next.tv_nsec %= SECOND;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec > next.tv_sec || (now.tv_sec == next.tv_sec && now.tv_nsec > next.tv_nsec)) {
            next = now;
            late++;
        } else {
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
    }
}

int main(void)
{
    struct buffer buffers[BUFFERS];
    uint32_t *wide = malloc(2u * WIDTH * sizeof(*wide));

    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("/dev", 0755);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    load_modules();
    int card = open_card();
    for (unsigned i = 0; i < BUFFERS; i++)
        buffers[i] = make_buffer(card);
    for (unsigned x = 0; wide != NULL && x < 2 * WIDTH; x++) {
        unsigned at = x % WIDTH * 256 / WIDTH;
        wide[x] = at << 16 | (255 - at) << 8 | (x & 8 ? 0xffu : 0);
    }
    if (wide == NULL)
        fail("no memory");
    film(card, show(card, buffers[0].fb), buffers, wide);
}
