/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands of a hostile driver to the virtio graphics adapter, with the test's back end or without.
 * The first byte chooses the adapter and what is done at the end; then come commands: a byte (bit
 * 0: the queue, bit 1: look at the screen afterwards, bit 2: do not wait for the answer, bits 3 and
 * 4: a fence and a ring), the number of words, the words. A command's type is its first word.
 */
#include "emulator/state/state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/gpu-rig.h"

#define FUZZ_WORDS    64
#define FUZZ_COMMANDS 64

/* Reads a command from data; returns the bytes it took, 0: the end. */
static size_t fuzz_command(struct gpu *gpu, const uint8_t *data, size_t size)
{
    uint32_t words[FUZZ_WORDS];
    unsigned count;

    if (size < 6)
        return 0;
    count = 1 + data[1] % FUZZ_WORDS;
    if (count > (size - 2) / 4)
        count = (unsigned)((size - 2) / 4);
    memcpy(words, data + 2, 4 * count);
    gpu->hasty = (data[0] & 4) != 0;
    gpu->flags = data[0] >> 3 & 3;
    gpu->ring = data[0] >> 5;
    gpu->context = words[0] >> 16 & 3;
    gpu_send(gpu, data[0] & 1, words[0] & 0x3ff, words + 1, count - 1);
    rig_advance(&gpu->screen.rig, 20 * RIG_MS);
    if (data[0] & 2)
        screen_look(&gpu->screen);
    return 2 + 4 * count;
}

/* Saved, and loaded into the same adapter, whose back end then has to make it again. */
static void fuzz_reload(struct emu_device *device)
{
    struct emu_writer *out = emu_writer_new();
    struct emu_reader *in;
    const uint8_t *state;
    size_t length;

    emu_device_save(device, out);
    state = emu_writer_data(out, &length);
    in = emu_reader_new(state, length);
    emu_device_load(device, in, NULL);
    emu_reader_free(in);
    emu_writer_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct emu_device_class *const classes[] = {&emu_virtio_gpu_class,
                                                             &emu_virtio_vga_class};
    struct gpu gpu;
    size_t at = 1;

    if (size < 1)
        return 0;
    if (data[0] & 8)
        gpu_init_rendering(&gpu, classes[data[0] & 1], (data[0] & 16) != 0);
    else
        gpu_init(&gpu, classes[data[0] & 1]);
    for (unsigned i = 0; i < FUZZ_COMMANDS; i++) {
        size_t took = fuzz_command(&gpu, data + at, size - at);

        if (took == 0)
            break;
        at += took;
    }
    if ((data[0] & 10) == 10)
        fuzz_reload(gpu.screen.device->device);
    else if (data[0] & 2)
        rig_survives(gpu.screen.device);
    screen_look(&gpu.screen);
    if (data[0] & 4) {
        gpu_put(&gpu, 0x14, 0, 1);
        screen_look(&gpu.screen);
    }
    screen_finish(&gpu.screen);
    return 0;
}

static size_t fuzz_put(uint8_t *out, size_t at, unsigned how, const uint32_t *words, unsigned count)
{
    out[at] = (uint8_t)how;
    out[at + 1] = (uint8_t)(count - 1);
    memcpy(out + at + 2, words, 4 * count);
    return at + 2 + 4 * count;
}

#define PUT(how, ...)                                                                              \
    at = fuzz_put(out, at, how, (const uint32_t[]){__VA_ARGS__},                                   \
                  sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* A picture, its pointer, and the end of both. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    size_t at = 1;

    if (index >= 16 || size < 4096)
        return 0;
    out[0] = (uint8_t)index;
    PUT(0, 0x100, 0);
    PUT(0, 0x101, 7, 2, 64, 32);
    PUT(0, 0x106, 7, 2, GPU_PIXELS, 0, 1000, 0, GPU_PIXELS + 1000, 0, 7192, 0);
    PUT(0, 0x103, 8, 4, 40, 20, 0, 7);
    PUT(0, 0x105, 0, 0, 64, 32, 0, 0, 7, 0);
    PUT(2, 0x104, 9, 6, 1, 1, 7, 0);
    PUT(0, 0x101, 9, 1, 64, 64);
    PUT(0, 0x106, 9, 1, GPU_PIXELS, 0, 16384, 0);
    PUT(0, 0x105, 0, 0, 64, 64, 0, 0, 9, 0);
    PUT(1, 0x300, 0, 30, 40, 0, 9, 3, 4, 0);
    PUT(3, 0x301, 0, 31, 41, 0, 0, 0, 0, 0);
    PUT(0, 0x10a, 0, 0);
    PUT(0, 0x107, 9, 0);
    PUT(0, 0x102, 9, 0);
    PUT(2, 0x102, 7, 0);
    PUT(0, 0x10200, 4, 0, 0x74736574, [18] = 0);
    PUT(0, 0x10204, 7, 2, 2, 10, 64, 32, 1, 1, 0, 0, 0, 0);
    PUT(0, 0x10202, 7, 0);
    PUT(0, 0x106, 7, 1, GPU_PIXELS, 0, 8192, 0);
    PUT(0, 0x103, 8, 4, 40, 20, 0, 7);
    PUT(24, 0x10207, 12, 0, 7, 0x123456, 3);
    PUT(6, 0x104, 0, 0, 64, 32, 7, 0);
    PUT(0, 0x10205, 8, 4, 0, 1, 1, 1, 0, 0, 7, 0, 0, 0);
    PUT(0, 0x10206, 8, 4, 0, 1, 1, 1, 400, 0, 7, 0, 0, 0);
    PUT(0, 0x109, GPU_TEST_CAPSET, 1);
    PUT(0, 0x1010c, 8, 2, 1, 0, 5, 0, 8192, 0);
    PUT(0, 0x208, 8, 0, 0x2000, 0);
    PUT(0, 0x10c, 9, 1, 2, 1, 0, 0, 8192, 0, GPU_PIXELS, 0, 8192, 0);
    PUT(2, 0x10d, 1, 16, 8, 4, 0, 9, 64, 32, 2, 0, 256, [20] = 0);
    PUT(0, 0x102, 8, 0);
    PUT(2, 0x10201, 0);
    return at;
}
