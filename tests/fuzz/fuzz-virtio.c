/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings that a hostile driver of a virtio keyboard, tablet, entropy source or console fills, while
 * somebody types, points and resizes. The input's first byte chooses the device and its features,
 * then come steps: events from outside, register writes, bells; the rest is guest memory.
 */
#include "emulator/api/chardev.h"
#include "emulator/chardev/chardev.h"
#include "emulator/core/queue.h"
#include "emulator/hw/pci/pci.h"
#include "emulator/hw/virtio/virtio-console.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/rig.h"

#define FUZZ_STEPS 48 /* 8 bytes each: how and where, and a value */
#define FUZZ_HEAD  (1 + 8 * FUZZ_STEPS)

#define FUZZ_CONSOLE 3 /* the kind of device that has lines */
#define FUZZ_PORTS   2

/* Where queue 0 has its parts; the next has them behind these. */
#define FUZZ_TABLE     0u
#define FUZZ_AVAILABLE 0x800u
#define FUZZ_USED      0x1000u
#define FUZZ_BUFFERS   0x1800u
#define FUZZ_QUEUE     0x2000u
#define FUZZ_SIZE      16u
#define FUZZ_QUEUES    6u /* the console's; of others all but 2 are nothing */

struct fuzz {
    struct rig rig;
    struct rig_device *device;
    unsigned kind;
    struct emu_queue *queue;
    struct emu_chardev_backend backends[FUZZ_PORTS]; /* of a console */
    struct emu_chardev *lines[FUZZ_PORTS];
};

static void fuzz_write(struct fuzz *fuzz, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(fuzz->device, 0, offset, value, size);
}

/* As a driver does. */
static void fuzz_start(struct fuzz *fuzz, bool all_features)
{
    unsigned own = fuzz->kind == FUZZ_CONSOLE ? 7 : 0;

    fuzz_write(fuzz, 0x08, 0, 4);
    fuzz_write(fuzz, 0x0c, all_features ? 3u << 28 | own : 0, 4); /* indirect, event indexes */
    fuzz_write(fuzz, 0x08, 1, 4);
    fuzz_write(fuzz, 0x0c, 1, 4); /* version 1 */
    fuzz_write(fuzz, 0x14, 11, 1);
    for (unsigned queue = 0; queue < FUZZ_QUEUES; queue++) {
        fuzz_write(fuzz, 0x16, queue, 2);
        fuzz_write(fuzz, 0x18, FUZZ_SIZE, 2);
        fuzz_write(fuzz, 0x20, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_TABLE, 4);
        fuzz_write(fuzz, 0x28, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_AVAILABLE, 4);
        fuzz_write(fuzz, 0x30, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_USED, 4);
        fuzz_write(fuzz, 0x1c, 1, 2);
    }
    fuzz_write(fuzz, 0x14, 15, 1);
    for (unsigned queue = 0; queue < FUZZ_QUEUES; queue++)
        fuzz_write(fuzz, 0x3000 + 4 * queue, queue, 2);
}

/* The driver offers more in a queue, and rings. */
static void fuzz_offer(struct fuzz *fuzz, uint32_t what)
{
    unsigned queue = (what >> 13) % FUZZ_QUEUES;
    uint8_t *index = rig_ram(&fuzz->rig) + FUZZ_QUEUE * queue + FUZZ_AVAILABLE + 2;
    uint16_t value;

    memcpy(&value, index, sizeof(value));
    value = (uint16_t)(value + (what >> 8 & 0x1f));
    memcpy(index, &value, sizeof(value));
    fuzz_write(fuzz, 0x3000 + 4 * queue, queue, 2);
}

/* Somebody types at a terminal, or makes its window another size. */
static void fuzz_line(struct fuzz *fuzz, uint32_t what)
{
    static const uint8_t text[256];
    struct emu_chardev *line = fuzz->lines[what >> 3 & 1];

    if (line == NULL)
        return;
    if (what & 0x10)
        emu_chardev_resize(line, what >> 8 & 0xff, what >> 16 & 0xff);
    else
        emu_chardev_input(line, text, what >> 24);
    emu_queue_run(fuzz->queue, 0);
}

static void fuzz_outside(struct fuzz *fuzz, uint32_t what)
{
    const struct emu_pointer_event event = {.absolute = true,
                                            .x = (int)(what >> 8 & 0xffff) - 0x4000,
                                            .y = (int)(what >> 16) - 0x4000,
                                            .wheel = (int)(what >> 24) - 128,
                                            .wheel_across = (int)(what >> 12 & 3),
                                            .buttons = what >> 16 & 0x1f};

    switch (what & 7) {
    case 0:
    case 1:
        for (unsigned i = 0; i < (what >> 24); i++) /* many: they wait for buffers */
            emu_input_key(fuzz->rig.input, ((what >> 8) + i) & 0x3ff, what >> 18 & 1);
        break;
    case 2:
        fuzz_line(fuzz, what);
        break;
    case 3:
        emu_input_pointer(fuzz->rig.input, &event);
        break;
    case 4:
        emu_input_release(fuzz->rig.input);
        break;
    case 5:
        rig_survives(fuzz->device);
        break;
    case 6:
        fuzz_offer(fuzz, what);
        break;
    default:
        if ((what & 0xf8) == 0xf8)
            emu_device_reset(fuzz->device->device);
        fuzz_start(fuzz, what >> 8 & 1);
        break;
    }
}

static void fuzz_step(struct fuzz *fuzz, const uint8_t *data)
{
    uint32_t pair[2];

    memcpy(pair, data, sizeof(pair));
    switch (pair[0] >> 30) {
    case 0:
    case 1:
        fuzz_outside(fuzz, pair[1]);
        break;
    case 2:
        fuzz_write(fuzz, pair[0] & 0x3fff, pair[1], 1u << (pair[0] >> 16) % 3);
        break;
    default: /* what it says that it can */
        fuzz_write(fuzz, 0x2000, pair[1], 2);
        rig_read(fuzz->device, 0, 0x2000 + (pair[0] & 0xff), 1);
        break;
    }
}

/* A terminal and a channel. */
static void fuzz_add_lines(struct fuzz *fuzz)
{
    for (unsigned i = 0; i < FUZZ_PORTS; i++) {
        emu_chardev_test(&fuzz->backends[i], NULL);
        fuzz->lines[i] = emu_chardev_new(fuzz->queue, &fuzz->backends[i], NULL);
        emu_virtio_console_set_port(fuzz->device->device, i, fuzz->lines[i],
                                    i == 0 ? NULL : "org.example.agent");
    }
}

static void fuzz_make(struct fuzz *fuzz, unsigned kind)
{
    static const struct emu_device_class *const classes[] = {
        &emu_virtio_keyboard_class, &emu_virtio_tablet_class, &emu_virtio_rng_class,
        &emu_virtio_console_class};

    *fuzz = (struct fuzz){.kind = kind, .queue = emu_queue_new(NULL)};
    rig_init(&fuzz->rig);
    fuzz->device = rig_new(&fuzz->rig, classes[kind]);
    if (kind == FUZZ_CONSOLE)
        fuzz_add_lines(fuzz);
    rig_realize(fuzz->device);
}

static void fuzz_end(struct fuzz *fuzz)
{
    rig_finish(&fuzz->rig);
    for (unsigned i = 0; i < FUZZ_PORTS; i++)
        emu_chardev_free(fuzz->lines[i]);
    emu_queue_free(fuzz->queue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    fuzz_make(&fuzz, data[0] & 3);
    length = size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE;
    memcpy(rig_ram(&fuzz.rig), data + FUZZ_HEAD, length);
    emu_pci_config_write((struct emu_pci_device *)fuzz.device->device, EMU_PCI_COMMAND,
                         EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    fuzz_start(&fuzz, data[0] & 4);
    for (unsigned i = 0; i < FUZZ_STEPS; i++)
        fuzz_step(&fuzz, data + 1 + 8 * i);
    fuzz_end(&fuzz);
    return 0;
}

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

/* A lamp; of a console's driver something about a port. */
static uint64_t fuzz_seed_words(unsigned queue, unsigned i)
{
    static const uint8_t asks[] = {0, 3, 6, 7};

    if (queue != 3)
        return 17 | i % 4ull << 16 | 1ull << 32;
    return (i >> 2 & 1) | (uint64_t)asks[i & 3] << 32 | 1ull << 48;
}

/* Each queue offers all its buffers: of 8 bytes; some are chains, or tables of their own. */
static void fuzz_seed_queue(uint8_t *ram, unsigned queue, bool chains)
{
    uint8_t *base = ram + FUZZ_QUEUE * queue;
    uint64_t write = queue % 2 == 0 ? 2 : 0;

    fuzz_put(base + FUZZ_AVAILABLE + 2, FUZZ_SIZE / 2, 2);
    for (unsigned i = 0; i < FUZZ_SIZE; i++) {
        uint64_t buffer = RIG_RAM + FUZZ_QUEUE * queue + FUZZ_BUFFERS + 16 * i;
        uint64_t flags = chains && i % 4 == 1 ? write | 1 : chains && i % 4 == 3 ? 4 : write;

        fuzz_put(base + FUZZ_AVAILABLE + 4 + 2 * i, i, 2);
        fuzz_put(base + FUZZ_TABLE + 16 * i, buffer, 8);
        fuzz_put(base + FUZZ_TABLE + 16 * i + 8,
                 (flags & 4   ? 16
                  : flags & 1 ? 3
                              : 8) |
                     flags << 32 | (uint64_t)(i + 1) << 48,
                 8);
        fuzz_put(base + FUZZ_BUFFERS + 16 * i, flags & 4 ? buffer : fuzz_seed_words(queue, i), 8);
        fuzz_put(base + FUZZ_BUFFERS + 16 * i + 8, flags & 4 ? 8 | write << 32 : 0, 8);
    }
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    size_t length = FUZZ_HEAD + FUZZ_QUEUES * FUZZ_QUEUE;
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);

    if (index >= 16 || size < length)
        return 0;
    memset(out, 0, length);
    out[0] = (uint8_t)index;
    for (unsigned i = 1; i < FUZZ_HEAD; i++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[i] = (uint8_t)(random >> 56);
    }
    for (unsigned queue = 0; queue < FUZZ_QUEUES; queue++)
        fuzz_seed_queue(out + FUZZ_HEAD, queue, index & 8);
    return length;
}
