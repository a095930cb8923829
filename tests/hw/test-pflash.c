/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flash with Intel's command set: commands, status, blocks, the secure view, what its file is told.
 */
#include "tests/hw/rig.h"

#include "emulator/api/error.h"
#include "emulator/hw/misc/pflash.h"

#define AT   0x20000000u
#define SIZE 0x10000

struct flash {
    struct rig rig;
    struct rig_device *device;
    struct emu_memory *secure;
    unsigned told;
    uint8_t seen[SIZE];
};

static void flash_changed(void *opaque, const uint8_t *data, size_t size)
{
    struct flash *flash = opaque;

    flash->told++;
    memcpy(flash->seen, data, size);
}

static void flash_init(struct flash *flash, const char *secure)
{
    static uint8_t contents[SIZE];

    memset(contents, 0xee, sizeof(contents));
    flash->told = 0;
    rig_init(&flash->rig);
    flash->secure = emu_memory_add_secure(flash->rig.memory, NULL);
    flash->device = rig_new(&flash->rig, &emu_pflash_class);
    CHECK(emu_device_set(flash->device->device, "size", "64K", NULL));
    CHECK(emu_device_set(flash->device->device, "secure", secure, NULL));
    emu_pflash_set_contents(flash->device->device, contents);
    emu_pflash_on_change(flash->device->device, flash_changed, flash);
    CHECK(emu_device_realize(flash->device->device, NULL));
    emu_device_reset(flash->device->device);
    emu_region_add(emu_memory_root(flash->rig.memory), AT, flash->device->device->regions[0], 0);
}

static uint8_t get(struct flash *flash, uint32_t offset)
{
    return (uint8_t)emu_memory_load(flash->rig.memory, AT + offset, 1);
}

static void put(struct flash *flash, uint32_t offset, uint8_t value)
{
    emu_memory_store(flash->rig.memory, AT + offset, value, 1);
}

/* As OVMF finds out whether it runs on flash, ROM or RAM. */
static void test_probe(void)
{
    struct flash flash;

    flash_init(&flash, "false");
    CHECK_EQ(get(&flash, 0), 0xee);
    CHECK(emu_memory_find(flash.rig.memory, AT).host != NULL);
    put(&flash, 0, 0x50);
    CHECK_EQ(get(&flash, 0), 0xee);
    put(&flash, 0, 0x70);
    CHECK_EQ(get(&flash, 0), 0x00);
    CHECK(emu_memory_find(flash.rig.memory, AT).host == NULL);
    put(&flash, 0, 0xff);
    CHECK_EQ(get(&flash, 0), 0xee);
    put(&flash, 0, 0x90);
    CHECK_EQ(get(&flash, 0), 0x89);
    CHECK_EQ(get(&flash, 0x1001), 0x18);
    put(&flash, 0, 0xf0);
    CHECK_EQ(get(&flash, 0), 0xee);
    CHECK_EQ(flash.told, 0);
    rig_finish(&flash.rig);
}

static void test_query(void)
{
    struct flash flash;

    flash_init(&flash, "false");
    put(&flash, 0x55, 0x98);
    CHECK(get(&flash, 0x10) == 'Q' && get(&flash, 0x11) == 'R' && get(&flash, 0x12) == 'Y');
    CHECK_EQ(get(&flash, 0x13), 1);    /* Intel's commands */
    CHECK_EQ(get(&flash, 0x27), 16);   /* 64 KiB */
    CHECK_EQ(get(&flash, 0x2d), 15);   /* 16 blocks */
    CHECK_EQ(get(&flash, 0x2f), 0x10); /* of 16 * 256 bytes */
    CHECK(get(&flash, 0x31) == 'P' && get(&flash, 0x32) == 'R' && get(&flash, 0x33) == 'I');
    CHECK_EQ(get(&flash, 0xffff), 0);
    rig_finish(&flash.rig);
}

static void test_program(void)
{
    struct flash flash;

    flash_init(&flash, "false");
    put(&flash, 0x1000, 0x40);
    put(&flash, 0x1000, 0x0f);
    CHECK_EQ(get(&flash, 0x1000), 0x80); /* status: ready */
    CHECK_EQ(flash.told, 0);
    put(&flash, 0x1000, 0xff);
    CHECK_EQ(get(&flash, 0x1000), 0x0e); /* only ones become zeros */
    CHECK_EQ(get(&flash, 0x1001), 0xee);
    CHECK_EQ(flash.told, 1);
    CHECK_EQ(flash.seen[0x1000], 0x0e);
    put(&flash, 0x1fff, 0x20);
    put(&flash, 0x1fff, 0xd0);
    put(&flash, 0, 0xff);
    CHECK_EQ(get(&flash, 0x0fff), 0xee);
    CHECK_EQ(get(&flash, 0x1000), 0xff);
    CHECK_EQ(get(&flash, 0x1fff), 0xff);
    CHECK_EQ(get(&flash, 0x2000), 0xee);
    CHECK_EQ(flash.told, 2);
    put(&flash, 0x3000, 0x20); /* not confirmed */
    put(&flash, 0x3000, 0x11);
    CHECK_EQ(get(&flash, 0x3000), 0xb0);
    put(&flash, 0x3000, 0xff);
    CHECK_EQ(get(&flash, 0x3000), 0xee);
    CHECK(rig_survives(flash.device));
    rig_finish(&flash.rig);
}

static void test_buffer(void)
{
    struct flash flash;

    flash_init(&flash, "false");
    put(&flash, 0, 0x20);
    put(&flash, 0, 0xd0);
    put(&flash, 0, 0xe8);
    put(&flash, 0, 3); /* four bytes */
    for (unsigned i = 0; i < 4; i++)
        put(&flash, 0x10 + i, (uint8_t)(i + 1));
    put(&flash, 0, 0xd0);
    CHECK_EQ(get(&flash, 0), 0x80);
    put(&flash, 0, 0xff);
    CHECK_EQ(emu_memory_load(flash.rig.memory, AT + 0x10, 4), 0x04030201);
    put(&flash, 0, 0xe8); /* over the end */
    put(&flash, 0, 1);
    put(&flash, SIZE - 1, 0);
    put(&flash, 0, 0);
    put(&flash, 0, 0xd0);
    CHECK_EQ(get(&flash, 0), 0x90);
    put(&flash, 0, 0xff);
    CHECK_EQ(get(&flash, SIZE - 1), 0xee);
    rig_finish(&flash.rig);
}

static void test_secure(void)
{
    struct flash flash;

    flash_init(&flash, "true");
    put(&flash, 0, 0x70);
    CHECK_EQ(get(&flash, 0), 0xee);
    emu_memory_store(flash.secure, AT, 0x10, 1);
    put(&flash, 0, 0x00); /* not the data that is awaited */
    CHECK_EQ(get(&flash, 0), 0xee);
    CHECK_EQ(emu_memory_load(flash.secure, AT, 1), 0x00);
    emu_memory_store(flash.secure, AT, 0x2e, 1);
    emu_memory_store(flash.secure, AT, 0xff, 1);
    CHECK_EQ(get(&flash, 0), 0x2e);
    CHECK_EQ(emu_memory_load(flash.secure, AT, 1), 0x2e);
    CHECK_EQ(flash.told, 1);
    rig_finish(&flash.rig);
}

/* A reset in the middle keeps what was programmed, and its file is told. */
static void test_reset(void)
{
    struct flash flash;

    flash_init(&flash, "false");
    put(&flash, 5, 0x40);
    put(&flash, 5, 0x0e);
    put(&flash, 6, 0x40);
    emu_device_reset(flash.device->device);
    CHECK_EQ(get(&flash, 5), 0x0e);
    CHECK_EQ(get(&flash, 6), 0xee);
    CHECK_EQ(flash.told, 1);
    put(&flash, 6, 0x40);
    put(&flash, 6, 0x00);
    emu_pflash_flush(flash.device->device);
    CHECK_EQ(flash.told, 2);
    CHECK_EQ(flash.seen[6], 0);
    emu_pflash_flush(flash.device->device);
    CHECK_EQ(flash.told, 2);
    rig_finish(&flash.rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"pflash: probe", test_probe},
        {"pflash: query", test_query},
        {"pflash: program and erase", test_program},
        {"pflash: buffer", test_buffer},
        {"pflash: secure", test_secure},
        {"pflash: reset", test_reset},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
