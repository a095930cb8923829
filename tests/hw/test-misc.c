/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fw_cfg and the small port devices. */
#include "tests/hw/rig.h"

#include "emulator/api/error.h"
#include "emulator/hw/misc/fw-cfg.h"

static void cfg_select(struct rig_device *cfg, uint16_t key)
{
    rig_write(cfg, 0, 0, key, 2);
}

static uint64_t cfg_be(struct rig_device *cfg, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | rig_read(cfg, 0, 1, 1);
    return value;
}

static void test_items(void)
{
    struct emu_error err = EMU_ERROR_INIT;
    char name[64] = "";
    struct rig rig;
    struct rig_device *cfg;

    rig_init(&rig);
    cfg = rig_add(&rig, &emu_fw_cfg_class);
    CHECK_EQ(cfg_be(cfg, 5), 0x51454d5500); /* "QEMU" is selected at reset; then zeros */
    cfg_select(cfg, EMU_FW_CFG_ID);
    CHECK_EQ(cfg_be(cfg, 4), 0x03000000);
    CHECK(emu_fw_cfg_add_number(cfg->device, EMU_FW_CFG_NB_CPUS, 4, 2, &err));
    cfg_select(cfg, EMU_FW_CFG_NB_CPUS);
    CHECK_EQ(cfg_be(cfg, 3), 0x040000);
    CHECK(emu_fw_cfg_add_file(cfg->device, "etc/one", "12345", 5, &err));
    CHECK(emu_fw_cfg_add_file(cfg->device, "etc/two", "xy", 2, &err));
    CHECK(emu_fw_cfg_add_file(cfg->device, "etc/one", "abc", 3, &err)); /* replaces */
    cfg_select(cfg, EMU_FW_CFG_FILE_DIR);
    CHECK_EQ(cfg_be(cfg, 4), 2);
    CHECK_EQ(cfg_be(cfg, 4), 3);
    CHECK_EQ(cfg_be(cfg, 2), 0x20);
    CHECK_EQ(cfg_be(cfg, 2), 0);
    for (unsigned i = 0; i < 56; i++)
        name[i] = (char)rig_read(cfg, 0, 1, 1);
    CHECK_STR(name, "etc/one");
    CHECK_EQ(cfg_be(cfg, 4), 2);
    cfg_select(cfg, 0x20);
    CHECK_EQ(cfg_be(cfg, 4), 0x61626300);
    cfg_select(cfg, 0xffff); /* no such item */
    CHECK_EQ(cfg_be(cfg, 4), 0);
    memset(name, 'n', 56);
    CHECK(!emu_fw_cfg_add_file(cfg->device, name, "", 0, &err));
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    CHECK(!emu_fw_cfg_add_item(cfg->device, 0x4000, "", 0, NULL));
    CHECK(emu_fw_cfg_add_number(cfg->device, EMU_FW_CFG_X86_E820, 7, 8, NULL));
    rig_finish(&rig);
}

static void put_be(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* Runs a DMA command; the answer is the control word's last byte. */
static uint8_t cfg_dma(struct rig_device *cfg, uint32_t control, uint32_t length, uint64_t address)
{
    uint8_t *block = rig_ram(cfg->rig);

    put_be(block, control, 4);
    put_be(block + 4, length, 4);
    put_be(block + 8, address, 8);
    rig_write(cfg, 1, 0, 0, 4);
    rig_write(cfg, 1, 4, __builtin_bswap32(RIG_RAM), 4);
    return block[3] | block[0] | block[1] | block[2];
}

static void cfg_written(void *opaque, const uint8_t *data, size_t length)
{
    memcpy(opaque, data, length);
}

/* What would hold a processor up for long is refused before anything is written. */
static void test_dma_bounds(void)
{
    struct rig rig;
    struct rig_device *cfg;
    uint8_t *buffer;

    rig_init(&rig);
    cfg = rig_add(&rig, &emu_fw_cfg_class);
    buffer = rig_ram(&rig) + 0x1000;
    emu_fw_cfg_add_file(cfg->device, "a", "0123456789", 10, NULL);
    memset(buffer, 0xff, 0x8000);
    CHECK_EQ(cfg_dma(cfg, 0x20 << 16 | 8 | 2, 0xffffffff, RIG_RAM + 0x1000), 1);
    CHECK_EQ(cfg_dma(cfg, 2, 11 + (1 << 20), RIG_RAM + 0x1000), 1);
    CHECK_EQ(buffer[0], 0xff);
    CHECK_EQ(cfg_dma(cfg, 2, 0x2000, RIG_RAM + RIG_RAM_SIZE - 0x1000), 1); /* half of it is there */
    CHECK_EQ(cfg_dma(cfg, 2, 0x7000, RIG_RAM + 0x1000), 0);
    CHECK(memcmp(buffer, "0123456789", 11) == 0 && buffer[0x6fff] == 0 && buffer[0x7000] == 0xff);
    rig_finish(&rig);
}

static void test_dma(void)
{
    struct rig rig;
    struct rig_device *cfg;
    uint8_t *buffer, seen[8] = {0};

    rig_init(&rig);
    cfg = rig_add(&rig, &emu_fw_cfg_class);
    buffer = rig_ram(&rig) + 0x1000;
    CHECK_EQ(rig_read(cfg, 1, 0, 4), 0x554d4551);
    CHECK_EQ(rig_read(cfg, 1, 4, 4), 0x47464320);
    emu_fw_cfg_add_file(cfg->device, "a", "0123456789", 10, NULL);
    memset(buffer, 0xff, 16);
    CHECK_EQ(cfg_dma(cfg, 0x20 << 16 | 8 | 2, 4, RIG_RAM + 0x1000), 0);
    CHECK(memcmp(buffer, "0123\xff", 5) == 0);
    CHECK_EQ(cfg_dma(cfg, 4, 3, 0), 0); /* skip */
    CHECK_EQ(cfg_dma(cfg, 2, 6, RIG_RAM + 0x1000), 0);
    CHECK(memcmp(buffer, "789\0\0\0\xff", 7) == 0);               /* zeros behind the end */
    CHECK_EQ(cfg_dma(cfg, 0x20 << 16 | 8 | 2, 4, 0x80000000), 1); /* nothing there */
    CHECK_EQ(cfg_dma(cfg, 0x20 << 16 | 8 | 0x10, 4, RIG_RAM + 0x1000), 1); /* read-only */
    emu_fw_cfg_add_writable_file(cfg->device, "w", "abcdef", 6, cfg_written, seen, NULL);
    memcpy(buffer, "XYZ", 3);
    CHECK_EQ(cfg_dma(cfg, 0x21 << 16 | 8, 0, 0), 0);
    CHECK_EQ(cfg_dma(cfg, 4, 2, 0), 0);
    CHECK_EQ(cfg_dma(cfg, 0x10, 3, RIG_RAM + 0x1000), 0);
    CHECK_STR((char *)seen, "abXYZf");
    CHECK_EQ(cfg_dma(cfg, 0x10, 2, RIG_RAM + 0x1000), 1); /* beyond the end */
    emu_device_reset(cfg->device);
    cfg_select(cfg, 0x21);
    CHECK_EQ(cfg_be(cfg, 6), 0x616263646566);
    rig_finish(&rig);
}

static void test_resets(void)
{
    struct rig rig;
    struct rig_device *port92, *control, *quit, *panic;

    rig_init(&rig);
    port92 = rig_add(&rig, &emu_port92_class);
    control = rig_add(&rig, &emu_reset_control_class);
    quit = rig_add(&rig, &emu_debug_exit_class);
    CHECK(port92->level[0]);
    rig_write(port92, 0, 0, 0, 1);
    CHECK(!port92->level[0]);
    rig_write(port92, 0, 0, 3, 1);
    rig_write(port92, 0, 0, 3, 1);
    CHECK(port92->level[0]);
    CHECK_EQ(rig.power[EMU_POWER_CPU_RESET], 1);
    rig_write(control, 0, 0, 2, 1);
    CHECK_EQ(rig.power[EMU_POWER_RESET], 0);
    rig_write(control, 0, 0, 6, 1);
    CHECK_EQ(rig.power[EMU_POWER_RESET], 1);
    CHECK_EQ(rig_read(control, 0, 0, 1), 6);
    rig_write(control, 0, 0, 0, 1);
    rig_write(control, 0, 0, 4, 1);
    CHECK_EQ(rig.power[EMU_POWER_CPU_RESET], 2);
    rig_write(quit, 0, 0, 0x31, 4);
    CHECK_EQ(rig.power[EMU_POWER_DEBUG_EXIT], 1);
    CHECK_EQ(rig.power_code, 0x31);
    panic = rig_add(&rig, &emu_pvpanic_class);
    CHECK_EQ(rig_read(panic, 0, 0, 1), 3);
    rig_write(panic, 0, 0, 2, 1); /* another kernel writes the dump */
    CHECK_EQ(rig.power[EMU_POWER_PANIC], 0);
    rig_write(panic, 0, 0, 1, 1);
    CHECK_EQ(rig.power[EMU_POWER_PANIC], 1);
    rig_finish(&rig);
}

static void test_testdev(void)
{
    struct rig rig;
    struct rig_device *testdev;

    rig_init(&rig);
    testdev = rig_add(&rig, &emu_testdev_class);
    rig_write(testdev, 0, 0, 0x12345678, 4);
    CHECK_EQ(rig_read(testdev, 0, 2, 2), 0x1234);
    rig_write(testdev, 0, 1, 0xff, 1);
    CHECK_EQ(rig_read(testdev, 0, 0, 4), 0x1234ff78);
    rig_write(testdev, 2, 0, 0xa1b2, 2);
    CHECK_EQ(rig_read(testdev, 2, 0, 4), 0xa1b2);
    rig_write(testdev, 3, 10, 1, 1);
    CHECK(testdev->level[10]);
    rig_write(testdev, 3, 10, 0, 1);
    CHECK(!testdev->level[10]);
    rig_write(testdev, 4, 0xfff8, 0x1122334455667788, 8);
    CHECK_EQ(rig_read(testdev, 4, 0xfffc, 4), 0x11223344);
    rig_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"fw-cfg-items", test_items},
        {"fw-cfg-dma", test_dma},
        {"fw-cfg-dma-bounds", test_dma_bounds},
        {"reset-ports", test_resets},
        {"testdev", test_testdev},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
