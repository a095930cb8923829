/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings that a hostile driver fills, and frames that a hostile network sends: the input's first
 * byte chooses the adapter, the next ones which registers are written, then comes a frame, the rest
 * is guest memory.
 */
#include "emulator/net/segment.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/net-rig.h"

#define FUZZ_WRITES 16 /* of registers: offset and value, 8 bytes each */
#define FUZZ_FRAME  256
#define FUZZ_HEAD   (1 + 8 * FUZZ_WRITES + FUZZ_FRAME)

static void fuzz_start(struct net_rig *rig, uint8_t kind)
{
    if (kind & 1) {
        net_start_e1000e(rig);
        net_write(rig, 0x5000, kind & 2 ? 0x300 : 0, 4);
        net_write(rig, 0x5008, kind & 4 ? 0x8000 : 0, 4);
        net_write(rig, 0x2818, 7, 4);
        net_write(rig, 0x3818, 7, 4);
        return;
    }
    net_start_virtio(rig, kind & 2 ? 0x109f8023 | (kind & 8 ? 0x180 : 0) : 0);
    for (unsigned i = 0; i < 3; i++)
        net_write(rig, 0x3000 + 4 * i, i, 2);
}

/* The frame as the beginning of a TCP stream, whose segments may be merged: with right checksums,
 * and those that follow it. */
static void fuzz_stream(struct net_rig *rig, const uint8_t *frame)
{
    const struct emu_net_segments segments = {14, 34, 54, FUZZ_FRAME - 54};
    uint8_t copy[FUZZ_FRAME];
    uint32_t sequence;

    memcpy(copy, frame, sizeof(copy));
    if (!emu_net_segments_check(copy, sizeof(copy), &segments) ||
        !emu_net_segments_join(copy, sizeof(copy), &segments))
        return;
    for (unsigned i = 0; i < 4; i++) {
        emu_net_test_send(&rig->backend, copy, sizeof(copy));
        memcpy(&sequence, copy + 38, sizeof(sequence));
        sequence = __builtin_bswap32(__builtin_bswap32(sequence) + segments.size);
        memcpy(copy + 38, &sequence, sizeof(sequence));
        emu_net_segments_join(copy, sizeof(copy), &segments);
    }
    emu_queue_run(rig->queue, 0);
}

static uint32_t fuzz_offset(uint8_t kind, uint32_t value)
{
    static const uint16_t areas[] = {0, 0x2800, 0x3800, 0x5000};

    return kind & 1 ? areas[value >> 30] + (value & 0x1fc) : value & 0x3fff;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *frame = data + 1 + 8 * FUZZ_WRITES;
    struct net_rig rig;
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    net_init(&rig, data[0] & 1 ? &emu_e1000e_class : &emu_virtio_net_class);
    length = size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE;
    memcpy(net_ram(&rig, 0), data + FUZZ_HEAD, length);
    fuzz_start(&rig, data[0]);
    for (unsigned i = 0; i < FUZZ_WRITES; i++) {
        uint32_t pair[2];

        memcpy(pair, data + 1 + 8 * i, sizeof(pair));
        if (i % 4 == 3)
            net_deliver_frame(&rig, frame, 14 + pair[1] % (FUZZ_FRAME - 14));
        net_write(&rig, fuzz_offset(data[0], pair[0]), pair[1], 4);
    }
    if (data[0] & 0x80)
        emu_device_reset(rig.device->device);
    net_deliver_frame(&rig, frame, FUZZ_FRAME);
    if (data[0] & 8)
        fuzz_stream(&rig, frame);
    rig_advance(&rig.rig, 100 * RIG_MS);
    net_finish(&rig);
    return 0;
}

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

/* Eight buffers to receive, four frames to send, a command. */
static void fuzz_seed_virtio(uint8_t *ram)
{
    for (unsigned queue = 0; queue < 3; queue++) {
        uint8_t *base = ram + 0x4000 * queue;

        fuzz_put(base + 0x1002, queue == 2 ? 1 : 8, 2);
        for (unsigned i = 0; i < 8; i++) {
            fuzz_put(base + 0x1004 + 2 * i, i, 2);
            fuzz_put(base + 16 * i, RIG_RAM + 0x3000, 8);
            fuzz_put(base + 16 * i + 8, (queue == 0 ? 1600 : 200) | (queue == 0 ? 2ull : 0) << 32,
                     8);
        }
    }
    fuzz_put(ram + 0x3000, 0x000a002200000101ull | 0x400ull << 16, 8);
    fuzz_put(ram + 0x300c + 12, 0x0008, 2);
    ram[0x300c + 14] = 0x45;
    ram[0x300c + 46] = 0x50;
}

/* A context, data of it, legacy ones; descriptors to receive. */
static void fuzz_seed_e1000e(uint8_t *ram)
{
    fuzz_put(ram, 0x0000120e | 0x2232ull << 32, 8);
    fuzz_put(ram + 8, 0x27000000 | (54ull << 8 | 100ull << 16) << 32, 8);
    for (unsigned i = 1; i < 8; i++) {
        fuzz_put(ram + 16 * i, RIG_RAM + 0x3000, 8);
        fuzz_put(ram + 16 * i + 8, 500 | (i < 4 ? 0x2d100000u : 0x0f000000u) | 3ull << 40, 8);
    }
    for (unsigned i = 0; i < 8; i++)
        fuzz_put(ram + 0x1000 + 16 * i, RIG_RAM + 0x4000, 8);
    ram[0x300e] = 0x45;
    ram[0x302e] = 0x50;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    size_t length = FUZZ_HEAD + 0xc000;

    if (index >= 12 || size < length)
        return 0;
    memset(out, 0, length);
    out[0] = (uint8_t)(index | (index & 4 ? 0x80 : 0));
    memset(out + 1 + 8 * FUZZ_WRITES, 0xff, 6);
    fuzz_put(out + 1 + 8 * FUZZ_WRITES + 12, 0x00450008, 4);
    fuzz_put(out + 1 + 8 * FUZZ_WRITES + 23, index & 8 ? 6 : 0, 1); /* TCP, */
    fuzz_put(out + 1 + 8 * FUZZ_WRITES + 46, 0x1050, 2);            /* with ACK */
    if (index & 1)
        fuzz_seed_e1000e(out + FUZZ_HEAD);
    else
        fuzz_seed_virtio(out + FUZZ_HEAD);
    return length;
}
