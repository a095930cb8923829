/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings, command lists and queues that a hostile driver fills: the input's first byte chooses the
 * controller, the next ones which registers are written afterwards, the rest is guest memory.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/hw/storage-rig.h"

#define FUZZ_WRITES 16 /* of registers: offset and value, 8 bytes each */
#define FUZZ_HEAD   (1 + 8 * FUZZ_WRITES)

static const struct emu_device_class *fuzz_class(uint8_t kind)
{
    switch (kind & 3) {
    case 0:
        return &emu_virtio_blk_class;
    case 1:
        return &emu_nvme_class;
    default:
        return &emu_ahci_class;
    }
}

static void fuzz_start(struct storage_rig *rig, uint8_t kind)
{
    switch (kind & 3) {
    case 0:
        storage_start_virtio(rig);
        storage_write(rig, 0x3000, 0, 2);
        break;
    case 1:
        storage_start_nvme(rig);
        storage_write(rig, 0x1000, 8, 4);
        break;
    default:
        storage_start_ahci(rig);
        storage_write(rig, 0x134, 0xf0, 4);
        storage_write(rig, 0x138, 0xff, 4);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct storage_rig rig;
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    storage_init(&rig, fuzz_class(data[0]), (data[0] & 3) == 3);
    length = size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE;
    memcpy(storage_ram(&rig, RIG_RAM), data + FUZZ_HEAD, length);
    fuzz_start(&rig, data[0]);
    for (unsigned i = 0; i < FUZZ_WRITES; i++) {
        uint32_t pair[2];

        memcpy(pair, data + 1 + 8 * i, sizeof(pair));
        if (i % 4 == 3)
            storage_settle(&rig);
        storage_write(&rig, pair[0] & 0x3fff, pair[1], pair[0] >> 30 == 3 ? 1 : 4);
    }
    if (data[0] & 0x80)
        emu_device_reset(rig.device->device);
    storage_settle(&rig);
    storage_finish(&rig);
    return 0;
}

static void fuzz_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

/* Chains 0 to 3: a read, each of three descriptors. */
static void fuzz_seed_virtio(uint8_t *ram)
{
    fuzz_put(ram + 0x1002, 4, 2);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t *at = ram + 48 * i;

        fuzz_put(ram + 0x1004 + 2 * i, 3 * i, 2);
        fuzz_put(at, RIG_RAM + 0x3000 + 16 * i, 8);
        fuzz_put(at + 8, 16 | 1ull << 32 | (3ull * i + 1) << 48, 8);
        fuzz_put(at + 16, RIG_RAM + 0x3800, 8);
        fuzz_put(at + 24, 512 | (i & 1 ? 1ull : 3ull) << 32 | (3ull * i + 2) << 48, 8);
        fuzz_put(at + 32, RIG_RAM + 0x3400, 8);
        fuzz_put(at + 40, 1 | 2ull << 32, 8);
        fuzz_put(ram + 0x3000 + 16 * i, i & 1, 4);
    }
}

static void fuzz_seed_nvme(uint8_t *ram)
{
    static const uint8_t opcodes[8] = {6, 5, 1, 2, 9, 10, 12, 4};

    for (unsigned i = 0; i < 8; i++) {
        fuzz_put(ram + 64 * i, opcodes[i] | i << 16, 4);
        fuzz_put(ram + 64 * i + 24, RIG_RAM + 0x2000, 8);
        fuzz_put(ram + 64 * i + 40, i == 1 || i == 2 ? 1 | 7 << 16 : 1, 4);
        fuzz_put(ram + 64 * i + 44, i == 2 ? 1 | 1 << 16 : 3, 4);
    }
}

static void fuzz_seed_ahci(uint8_t *ram, bool cdrom)
{
    static const uint8_t disk[8] = {0xec, 0x25, 0x35, 0x06, 0x60, 0x61, 0x60, 0xea};
    static const uint8_t packets[8] = {0x12, 0x28, 0x43, 0x5a, 0x4a, 0x46, 0x25, 0xbe};

    for (unsigned i = 0; i < 8; i++) {
        uint8_t *table = ram + 0x2000 + 0x100 * i;

        fuzz_put(ram + 32 * i, 5 | 1 << 16, 4);
        fuzz_put(ram + 32 * i + 8, RIG_RAM + 0x2000 + 0x100 * i, 8);
        table[0] = 0x27;
        table[1] = 0x80;
        table[2] = cdrom ? 0xa0 : disk[i];
        table[3] = 1;
        table[7] = 0x40;
        table[12] = i >= 4 ? (uint8_t)(i << 3) : 1;
        table[0x40] = packets[i];
        table[0x47] = table[0x48] = 1;
        fuzz_put(table + 0x80, RIG_RAM + 0x3000, 8);
        fuzz_put(table + 0x8c, 2047, 4);
    }
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    size_t length = FUZZ_HEAD + 0x4000;

    if (index >= 8 || size < length)
        return 0;
    memset(out, 0, length);
    out[0] = (uint8_t)(index | (index & 4 ? 0x80 : 0));
    if ((index & 3) == 0)
        fuzz_seed_virtio(out + FUZZ_HEAD);
    else if ((index & 3) == 1)
        fuzz_seed_nvme(out + FUZZ_HEAD);
    else
        fuzz_seed_ahci(out + FUZZ_HEAD, (index & 3) == 3);
    return length;
}
