/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the memory controller hub does to memory: shadowing, system management RAM, its lock. */
#include "tests/hw/rig.h"

#include "emulator/hw/pci/q35.h"

#define LOW  (64ull << 20)
#define BIOS 0x20000

struct mch {
    struct rig rig;
    struct emu_ram *ram;
    struct emu_region low, middle, rom;
    struct emu_ram *bios;
    struct emu_memory *secure;
    struct rig_device *device;
};

static void mch_init(struct mch *mch, const char *shadow)
{
    struct emu_region *root;

    rig_init(&mch->rig);
    root = emu_memory_root(mch->rig.memory);
    emu_region_remove(&mch->rig.ram_region);
    mch->ram = emu_ram_new("test", LOW, NULL);
    mch->bios = emu_ram_new("bios", BIOS, NULL);
    memset(emu_ram_host(mch->bios), 0xb1, BIOS);
    emu_region_init_ram(&mch->low, "low", mch->ram, 0, 0xa0000);
    emu_region_init_ram(&mch->middle, "middle", mch->ram, 0x100000, LOW - 0x100000);
    emu_region_init_rom(&mch->rom, "bios", mch->bios, 0, BIOS);
    emu_region_add(root, 0, &mch->low, -1);
    emu_region_add(root, 0x100000, &mch->middle, -1);
    emu_region_add(root, 0xe0000, &mch->rom, -1);
    mch->secure = emu_memory_add_secure(mch->rig.memory, NULL);
    mch->device = rig_new(&mch->rig, &emu_q35_mch_class);
    CHECK(emu_device_set(mch->device->device, "shadow", shadow, NULL));
    emu_q35_mch_set_memory(mch->device->device, mch->ram, LOW, emu_ram_host(mch->bios));
    rig_realize(mch->device);
}

static void mch_finish(struct mch *mch)
{
    rig_finish(&mch->rig);
    emu_ram_free(mch->ram);
    emu_ram_free(mch->bios);
}

static void mch_put(struct mch *mch, unsigned offset, uint32_t value, unsigned size)
{
    emu_pci_config_write((struct emu_pci_device *)mch->device->device, offset, value, size);
}

static uint32_t mch_get(struct mch *mch, unsigned offset, unsigned size)
{
    return emu_pci_config_read((struct emu_pci_device *)mch->device->device, offset, size);
}

static uint64_t plain(struct mch *mch, emu_gpa address)
{
    return emu_memory_load(mch->rig.memory, address, 1);
}

static uint64_t secure(struct mch *mch, emu_gpa address)
{
    return emu_memory_load(mch->secure, address, 1);
}

static void store(struct mch *mch, emu_gpa address, uint8_t value)
{
    emu_memory_store(mch->rig.memory, address, value, 1);
}

/* Each register's nibbles steer their own segment and no other. */
static void test_segments(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    for (unsigned i = 0; i < 13; i++) {
        unsigned reg = i == 12 ? 0x90 : 0x91 + i / 2, shift = i == 12 || (i & 1) ? 4 : 0;
        emu_gpa first = 0xc0000 + i * 0x4000, last = i == 12 ? 0xfffff : first + 0x3fff;

        mch_put(&mch, reg, 3u << shift, 1);
        store(&mch, first, 0x11);
        store(&mch, last, 0x22);
        CHECK_EQ(plain(&mch, first), 0x11);
        CHECK_EQ(plain(&mch, last), 0x22);
        if (first != 0xc0000)
            CHECK(plain(&mch, first - 1) == (first - 1 < 0xe0000 ? 0xff : 0xb1));
        if (last != 0xfffff)
            CHECK(plain(&mch, last + 1) == (last + 1 < 0xe0000 ? 0xff : 0xb1));
        mch_put(&mch, reg, 0, 1);
        CHECK_EQ(plain(&mch, first), first < 0xe0000 ? 0xff : 0xb1);
    }
    mch_finish(&mch);
}

/* Firmware copies itself: writes go to RAM while reads still find the ROM. */
static void test_directions(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    store(&mch, 0xf0000, 0x77); /* ROM */
    CHECK_EQ(plain(&mch, 0xf0000), 0xb1);
    mch_put(&mch, 0x90, 0x20, 1);
    CHECK_EQ(plain(&mch, 0xf0000), 0xb1);
    store(&mch, 0xf0000, 0x55);
    CHECK_EQ(plain(&mch, 0xf0000), 0xb1);
    mch_put(&mch, 0x90, 0x10, 1);
    CHECK_EQ(plain(&mch, 0xf0000), 0x55);
    store(&mch, 0xf0000, 0x66);
    CHECK_EQ(plain(&mch, 0xf0000), 0x55);
    mch_put(&mch, 0x91, 0x02, 1); /* nothing behind it to read */
    store(&mch, 0xc0000, 0x44);
    CHECK_EQ(plain(&mch, 0xc0000), 0xff);
    mch_put(&mch, 0x91, 0x01, 1);
    CHECK_EQ(plain(&mch, 0xc0000), 0x44);
    emu_device_reset(mch.device->device);
    CHECK_EQ(plain(&mch, 0xf0000), 0xb1);
    CHECK_EQ(plain(&mch, 0xc0000), 0xff);
    mch_finish(&mch);
}

static void test_shadow_property(void)
{
    struct mch mch;

    mch_init(&mch, "true");
    store(&mch, 0xfffff, 0x12);
    store(&mch, 0xc0000, 0x34);
    CHECK_EQ(plain(&mch, 0xfffff), 0x12);
    CHECK_EQ(plain(&mch, 0xc0000), 0x34);
    mch_finish(&mch);
}

static void test_smram(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    CHECK_EQ(plain(&mch, 0xa0000), 0xff);
    CHECK_EQ(secure(&mch, 0xa0000), 0xff);
    mch_put(&mch, 0x9d, 0x4a, 1); /* open */
    store(&mch, 0xa0000, 0x5a);
    CHECK_EQ(plain(&mch, 0xa0000), 0x5a);
    CHECK_EQ(secure(&mch, 0xa0000), 0x5a);
    mch_put(&mch, 0x9d, 0x0a, 1); /* closed */
    CHECK_EQ(plain(&mch, 0xa0000), 0xff);
    CHECK_EQ(secure(&mch, 0xa0000), 0x5a);
    store(&mch, 0xa0000, 0x11);
    CHECK_EQ(secure(&mch, 0xa0000), 0x5a);
    mch_finish(&mch);
}

static void tseg(struct mch *mch, unsigned code, uint64_t size)
{
    mch_put(mch, 0x9e, 0x01 | code << 1, 1);
    CHECK_EQ(plain(mch, LOW - size - 1), 0);
    CHECK_EQ(plain(mch, LOW - size), 0xff);
    CHECK_EQ(plain(mch, LOW - 1), 0xff);
    CHECK_EQ(secure(mch, LOW - size), 0);
    CHECK_EQ(secure(mch, LOW - 1), 0);
    CHECK(emu_memory_find(mch->rig.memory, LOW).region == NULL);
}

static void test_tseg(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    mch_put(&mch, 0x9e, 0x01, 1);
    CHECK_EQ(plain(&mch, LOW - 1), 0); /* not without SMRAM as a whole */
    mch_put(&mch, 0x9d, 0x0a, 1);
    tseg(&mch, 0, 1 << 20);
    tseg(&mch, 1, 2 << 20);
    tseg(&mch, 2, 8 << 20);
    tseg(&mch, 3, 16 << 20);
    mch_put(&mch, 0x50, 0xffff, 2);
    CHECK_EQ(mch_get(&mch, 0x50, 2), 16);
    mch_put(&mch, 0x9e, 0, 1);
    CHECK_EQ(plain(&mch, LOW - 1), 0);
    mch_finish(&mch);
}

static void test_lock(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    mch_put(&mch, 0x9e, 0x01, 1);
    mch_put(&mch, 0x9d, 0x5a, 1); /* open and locked: the lock closes */
    CHECK_EQ(mch_get(&mch, 0x9d, 1), 0x1a);
    CHECK_EQ(plain(&mch, 0xa0000), 0xff);
    mch_put(&mch, 0x9d, 0x40, 1);
    mch_put(&mch, 0x9e, 0x00, 1);
    CHECK_EQ(mch_get(&mch, 0x9d, 1), 0x1a);
    CHECK_EQ(mch_get(&mch, 0x9e, 1), 0x39);
    CHECK_EQ(plain(&mch, LOW - 1), 0xff);
    CHECK(rig_survives(mch.device));
    emu_device_reset(mch.device->device);
    CHECK_EQ(mch_get(&mch, 0x9d, 1), 0x02);
    CHECK_EQ(plain(&mch, LOW - 1), 0);
    mch_put(&mch, 0x9d, 0x4a, 1);
    store(&mch, 0xa0000, 0x77);
    CHECK_EQ(plain(&mch, 0xa0000), 0x77);
    mch_finish(&mch);
}

/* Shadowing outlives only the reset of a machine that wakes, and the lock not even that. */
static void test_wake(void)
{
    struct mch mch;

    mch_init(&mch, "false");
    mch_put(&mch, 0x90, 0x30, 1);
    mch_put(&mch, 0x60, 0xb0000001, 4);
    mch_put(&mch, 0x9d, 0x1a, 1);
    emu_q35_mch_wake(mch.device->device);
    emu_device_reset(mch.device->device);
    CHECK_EQ(mch_get(&mch, 0x90, 1), 0x30);
    CHECK_EQ(mch_get(&mch, 0x60, 4), 0xb0000001);
    CHECK_EQ(mch_get(&mch, 0x9d, 1), 0x02);
    emu_device_reset(mch.device->device);
    CHECK_EQ(mch_get(&mch, 0x90, 1), 0);
    mch_finish(&mch);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"mch: segments", test_segments},
        {"mch: directions", test_directions},
        {"mch: shadow property", test_shadow_property},
        {"mch: smram", test_smram},
        {"mch: tseg", test_tseg},
        {"mch: lock", test_lock},
        {"mch-wake", test_wake},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
