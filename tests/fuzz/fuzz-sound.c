/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A virtio sound card and a hostile driver of it, while time passes and somebody turns the
 * microphone's switch. The input begins with steps: bells, requests, register writes, time; the rest
 * is guest memory with the rings.
 */
#include "emulator/audio/audio.h"
#include "emulator/hw/pci/pci.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/rig.h"

#define FUZZ_STEPS 48 /* 8 bytes each: how and where, and a value */
#define FUZZ_HEAD  (8 * FUZZ_STEPS)

/* Where queue 0 has its parts; the next has them behind these. */
#define FUZZ_TABLE     0u
#define FUZZ_AVAILABLE 0x800u
#define FUZZ_USED      0x1000u
#define FUZZ_BUFFERS   0x1800u
#define FUZZ_QUEUE     0x2000u
#define FUZZ_SIZE      16u
#define FUZZ_QUEUES    4u
#define FUZZ_CONTROL   0u
#define FUZZ_TX        2u

struct fuzz {
    struct rig rig;
    struct rig_device *card;
    struct emu_audio *audio;
};

static void fuzz_write(struct fuzz *fuzz, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(fuzz->card, 0, offset, value, size);
}

static uint8_t *fuzz_at(struct fuzz *fuzz, unsigned queue, unsigned offset)
{
    return rig_ram(&fuzz->rig) + FUZZ_QUEUE * queue + offset;
}

/* As a driver does. */
static void fuzz_start(struct fuzz *fuzz, bool all_features)
{
    fuzz_write(fuzz, 0x08, 0, 4);
    fuzz_write(fuzz, 0x0c, all_features ? 3u << 28 : 0, 4); /* indirect, event indexes */
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
}

/* The driver offers more in a queue, and rings. */
static void fuzz_offer(struct fuzz *fuzz, unsigned queue, unsigned count)
{
    uint16_t value;

    memcpy(&value, fuzz_at(fuzz, queue, FUZZ_AVAILABLE + 2), sizeof(value));
    value = (uint16_t)(value + count);
    memcpy(fuzz_at(fuzz, queue, FUZZ_AVAILABLE + 2), &value, sizeof(value));
    fuzz_write(fuzz, 0x3000 + 4 * queue, queue, 2);
}

/* A request that is mostly right, in the buffers that the control queue's next chain has. */
static void fuzz_ask(struct fuzz *fuzz, uint32_t what)
{
    static const uint16_t codes[] = {0x101, 0x102, 0x104, 0x105, 0x103, 0x1, 0x100, 0x200};
    uint32_t stream = what >> 3 & 1, query = (what & 7) > 4;
    const uint32_t request[] = {codes[what & 7], stream, query ? 1 : 0x4000,
                                what & 0x10 ? 32 : 0x1000, 0,
                                (1 + (what >> 5 & 1)) | (what & 0x40 ? 4u : 5u) << 8 |
                                    (what >> 8 & 0xf) << 16};

    for (unsigned i = 0; i < FUZZ_SIZE; i++)
        memcpy(fuzz_at(fuzz, FUZZ_CONTROL, FUZZ_BUFFERS + 64 * i), request, sizeof(request));
    fuzz_offer(fuzz, FUZZ_CONTROL, 1);
}

static void fuzz_outside(struct fuzz *fuzz, uint32_t what)
{
    switch (what & 7) {
    case 0:
        emu_audio_allow_record(fuzz->audio, what >> 8 & 1);
        break;
    case 1:
    case 2:
        rig_advance(&fuzz->rig, (what >> 8 & 0xff) * RIG_MS / 4);
        break;
    case 3:
    case 4:
        fuzz_offer(fuzz, what >> 8 & 3, what >> 10 & 3);
        break;
    case 5:
        rig_survives(fuzz->card);
        break;
    case 6:
        fuzz_ask(fuzz, what >> 8);
        break;
    default:
        if ((what & 0xf8) == 0xf8)
            emu_device_reset(fuzz->card->device);
        if ((what & 0xe0) == 0xe0)
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
        fuzz_ask(fuzz, pair[1]);
        break;
    default:
        if (pair[0] & 0x3f00)
            fuzz_outside(fuzz, pair[1]);
        else
            fuzz_write(fuzz, pair[0] & 0x3fff, pair[1], 1u << (pair[0] >> 16) % 3);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct emu_audio_backend backend;
    struct fuzz fuzz = {.card = NULL};
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    rig_init(&fuzz.rig);
    emu_audio_test(&backend, NULL);
    fuzz.audio = emu_audio_new(&backend, NULL);
    fuzz.card = rig_new(&fuzz.rig, &emu_virtio_sound_class);
    fuzz.card->device->audio = fuzz.audio;
    rig_realize(fuzz.card);
    length = size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE;
    memcpy(rig_ram(&fuzz.rig), data + FUZZ_HEAD, length);
    emu_pci_config_write((struct emu_pci_device *)fuzz.card->device, EMU_PCI_COMMAND,
                         EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    fuzz_start(&fuzz, data[0] & 1);
    for (unsigned i = 0; i < FUZZ_STEPS; i++)
        fuzz_step(&fuzz, data + 8 * i);
    rig_finish(&fuzz.rig);
    emu_audio_free(fuzz.audio);
    return 0;
}

/* ---- seeds ---- */

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

static void fuzz_seed_part(uint8_t *base, unsigned queue, unsigned i, unsigned offset,
                           uint32_t length, uint64_t flags)
{
    uint64_t buffer = RIG_RAM + FUZZ_QUEUE * queue + FUZZ_BUFFERS + 64 * i + offset;

    fuzz_put(base + FUZZ_TABLE + 16 * i, buffer, 8);
    fuzz_put(base + FUZZ_TABLE + 16 * i + 8,
             length | flags << 32 | (uint64_t)((i + 1) % FUZZ_SIZE) << 48, 8);
}

/* Chains of two: a request and its answer, an event, a message out or in. */
static void fuzz_seed_queue(uint8_t *ram, unsigned queue)
{
    uint8_t *base = ram + FUZZ_QUEUE * queue;

    for (unsigned i = 0; i < FUZZ_SIZE; i++) {
        fuzz_put(base + FUZZ_AVAILABLE + 4 + 2 * i, 2 * i % FUZZ_SIZE, 2);
        fuzz_put(base + FUZZ_BUFFERS + 64 * i, queue > FUZZ_TX, 4);
        if (i % 2 == 0)
            fuzz_seed_part(base, queue, i, 0, queue == FUZZ_TX ? 0x700 : queue == 0 ? 24 : 4, 1);
        else
            fuzz_seed_part(base, queue, i, 0, queue > FUZZ_TX ? 0x708 : 64, 2);
    }
    fuzz_put(base + FUZZ_AVAILABLE + 2, queue == FUZZ_CONTROL ? 0 : FUZZ_SIZE / 2, 2);
}

/* Both streams are set, prepared and started, and then things happen. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const uint8_t asks[] = {0, 1, 2, 8, 9, 10};
    size_t length = FUZZ_HEAD + FUZZ_QUEUES * FUZZ_QUEUE;
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);

    if (index >= 16 || size < length)
        return 0;
    memset(out, 0, length);
    for (unsigned i = 0; i < FUZZ_HEAD; i++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[i] = (uint8_t)(random >> 56);
    }
    for (unsigned i = 0; i < sizeof(asks); i++)
        fuzz_put(out + 8 * i, 2ull << 30 | (index & 1) | (uint64_t)(asks[i] | 0x730) << 32, 8);
    for (unsigned queue = 0; queue < FUZZ_QUEUES; queue++)
        fuzz_seed_queue(out + FUZZ_HEAD, queue);
    return length;
}
