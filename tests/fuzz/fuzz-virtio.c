/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings that a hostile driver of a virtio keyboard, tablet or entropy source fills, while somebody
 * types and points. The input's first byte chooses the device and its features, then come steps:
 * events from outside, register writes, bells; the rest is guest memory.
 */
#include "emulator/hw/pci/pci.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/rig.h"

#define FUZZ_STEPS 48 /* 8 bytes each: how and where, and a value */
#define FUZZ_HEAD  (1 + 8 * FUZZ_STEPS)

/* Where queue 0 has its parts; queue 1 has them 0x4000 behind. */
#define FUZZ_TABLE     0u
#define FUZZ_AVAILABLE 0x1000u
#define FUZZ_USED      0x2000u
#define FUZZ_BUFFERS   0x3000u
#define FUZZ_QUEUE     0x4000u
#define FUZZ_SIZE      16u

struct fuzz {
    struct rig rig;
    struct rig_device *device;
};

static void fuzz_write(struct fuzz *fuzz, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(fuzz->device, 0, offset, value, size);
}

/* As a driver does. */
static void fuzz_start(struct fuzz *fuzz, bool all_features)
{
    fuzz_write(fuzz, 0x08, 0, 4);
    fuzz_write(fuzz, 0x0c, all_features ? 3u << 28 : 0, 4); /* indirect, event indexes */
    fuzz_write(fuzz, 0x08, 1, 4);
    fuzz_write(fuzz, 0x0c, 1, 4); /* version 1 */
    fuzz_write(fuzz, 0x14, 11, 1);
    for (unsigned queue = 0; queue < 2; queue++) {
        fuzz_write(fuzz, 0x16, queue, 2);
        fuzz_write(fuzz, 0x18, FUZZ_SIZE, 2);
        fuzz_write(fuzz, 0x20, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_TABLE, 4);
        fuzz_write(fuzz, 0x28, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_AVAILABLE, 4);
        fuzz_write(fuzz, 0x30, RIG_RAM + FUZZ_QUEUE * queue + FUZZ_USED, 4);
        fuzz_write(fuzz, 0x1c, 1, 2);
    }
    fuzz_write(fuzz, 0x14, 15, 1);
    fuzz_write(fuzz, 0x3000, 0, 2);
    fuzz_write(fuzz, 0x3004, 1, 2);
}

/* The driver of queue 0 or 1 offers more, and rings. */
static void fuzz_offer(struct fuzz *fuzz, uint32_t what)
{
    uint8_t *index = rig_ram(&fuzz->rig) + FUZZ_QUEUE * (what & 1) + FUZZ_AVAILABLE + 2;
    uint16_t value;

    memcpy(&value, index, sizeof(value));
    value = (uint16_t)(value + (what >> 8 & 0x1f));
    memcpy(index, &value, sizeof(value));
    fuzz_write(fuzz, 0x3000 + 4 * (what & 1), what & 1, 2);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct emu_device_class *const classes[4] = {
        &emu_virtio_keyboard_class, &emu_virtio_tablet_class, &emu_virtio_rng_class,
        &emu_virtio_keyboard_class};
    struct fuzz fuzz;
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    rig_init(&fuzz.rig);
    fuzz.device = rig_add(&fuzz.rig, classes[data[0] & 3]);
    length = size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE;
    memcpy(rig_ram(&fuzz.rig), data + FUZZ_HEAD, length);
    emu_pci_config_write((struct emu_pci_device *)fuzz.device->device, EMU_PCI_COMMAND,
                         EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    fuzz_start(&fuzz, data[0] & 4);
    for (unsigned i = 0; i < FUZZ_STEPS; i++)
        fuzz_step(&fuzz, data + 1 + 8 * i);
    rig_finish(&fuzz.rig);
    return 0;
}

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

/* Each queue offers all its buffers: of 8 bytes, in queue 1 with a lamp in them; some are chains,
 * or tables of their own. */
static void fuzz_seed_queue(uint8_t *ram, unsigned queue, bool chains)
{
    uint8_t *base = ram + FUZZ_QUEUE * queue;
    uint64_t write = queue == 0 ? 2 : 0;

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
        fuzz_put(base + FUZZ_BUFFERS + 16 * i,
                 flags & 4 ? buffer : 17 | i % 4ull << 16 | 1ull << 32, 8);
        fuzz_put(base + FUZZ_BUFFERS + 16 * i + 8, flags & 4 ? 8 | write << 32 : 0, 8);
    }
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    size_t length = FUZZ_HEAD + 2 * FUZZ_QUEUE;
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);

    if (index >= 16 || size < length)
        return 0;
    memset(out, 0, length);
    out[0] = (uint8_t)index;
    for (unsigned i = 1; i < FUZZ_HEAD; i++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[i] = (uint8_t)(random >> 56);
    }
    for (unsigned queue = 0; queue < 2; queue++)
        fuzz_seed_queue(out + FUZZ_HEAD, queue, index & 8);
    return length;
}
