/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ramfb: the file that firmware writes, through the real fw_cfg, and what is shown for it. */
#include "emulator/hw/display/ramfb.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "tests/hw/rig.h"

#define XR24 0x34325258u
#define XB24 0x34324258u
#define RG16 0x36314752u

#define PICTURE (RIG_RAM + 0x1000)
#define COMMAND (RIG_RAM + 0x100) /* fw_cfg's, and the file's new bytes behind it */
#define BYTES   (RIG_RAM + 0x200)

struct ramfb_rig {
    struct rig rig;
    struct rig_device *fw_cfg, *ramfb;
    struct emu_surface *surface;
    struct emu_display_update update;
};

static void ramfb_init(struct ramfb_rig *rig)
{
    static const uint8_t off[EMU_RAMFB_FILE_SIZE];

    *rig = (struct ramfb_rig){.surface = emu_surface_new()};
    rig_init(&rig->rig);
    rig->fw_cfg = rig_add(&rig->rig, &emu_fw_cfg_class);
    rig->ramfb = rig_add(&rig->rig, &emu_ramfb_class);
    CHECK(emu_fw_cfg_add_writable_file(rig->fw_cfg->device, EMU_RAMFB_FILE, off, sizeof(off),
                                       emu_ramfb_written, rig->ramfb->device, NULL));
}

static void ramfb_finish(struct ramfb_rig *rig)
{
    rig_finish(&rig->rig);
    emu_surface_free(rig->surface);
}

static void ramfb_put(struct ramfb_rig *rig, uint64_t address, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        rig_ram(&rig->rig)[address - RIG_RAM + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* As firmware does it: the bytes in memory, a command for them, its address to the ports. True:
 * fw_cfg took it. */
static bool ramfb_write(struct ramfb_rig *rig, const struct emu_ramfb_mode *mode)
{
    ramfb_put(rig, BYTES, mode->address, 8);
    ramfb_put(rig, BYTES + 8, mode->fourcc, 4);
    ramfb_put(rig, BYTES + 12, 0, 4);
    ramfb_put(rig, BYTES + 16, mode->width, 4);
    ramfb_put(rig, BYTES + 20, mode->height, 4);
    ramfb_put(rig, BYTES + 24, mode->stride, 4);
    ramfb_put(rig, COMMAND, EMU_FW_CFG_FILE_FIRST << 16 | 0x18, 4); /* select, write */
    ramfb_put(rig, COMMAND + 4, EMU_RAMFB_FILE_SIZE, 4);
    ramfb_put(rig, COMMAND + 8, BYTES, 8);
    rig_write(rig->fw_cfg, 1, 4, __builtin_bswap32(COMMAND), 4);
    return rig_ram(&rig->rig)[COMMAND - RIG_RAM + 3] == 0;
}

static void ramfb_look(struct ramfb_rig *rig)
{
    emu_display_update(rig->rig.displays.first, rig->surface, &rig->update);
}

static uint32_t ramfb_pixel(const struct ramfb_rig *rig, unsigned x, unsigned y)
{
    return rig->surface->pixels[y * rig->surface->width + x];
}

static void test_show(void)
{
    struct emu_ramfb_mode mode = {PICTURE, XR24, 64, 32, 64 * 4 + 16};
    struct ramfb_rig rig;

    ramfb_init(&rig);
    ramfb_look(&rig);
    CHECK_EQ(rig.update.state, EMU_DISPLAY_OFF);
    CHECK(ramfb_write(&rig, &mode));
    ramfb_put(&rig, PICTURE, 0x332211ff, 4); /* blue, green, red, nothing */
    ramfb_put(&rig, PICTURE + 31 * mode.stride + 63 * 4, 0x030201ff, 4);
    ramfb_look(&rig);
    CHECK_EQ(rig.update.state, EMU_DISPLAY_GRAPHICS);
    CHECK(rig.update.resized);
    CHECK_EQ(rig.surface->width, 64);
    CHECK_EQ(rig.surface->height, 32);
    CHECK_EQ(ramfb_pixel(&rig, 0, 0), 0x112233);
    CHECK_EQ(ramfb_pixel(&rig, 63, 31), 0x010203);
    ramfb_look(&rig);
    CHECK_EQ(rig.update.count, 0);
    CHECK(rig_survives(rig.ramfb));
    emu_device_reset(rig.ramfb->device);
    ramfb_look(&rig);
    CHECK_EQ(rig.update.state, EMU_DISPLAY_OFF);
    CHECK_EQ(ramfb_pixel(&rig, 0, 0), 0);
    ramfb_finish(&rig);
}

static void test_formats(void)
{
    struct emu_ramfb_mode mode = {PICTURE, XB24, 8, 8, 0};
    struct ramfb_rig rig;

    ramfb_init(&rig);
    ramfb_put(&rig, PICTURE + 8 * 4, 0x112233ff, 4); /* the second row: no stride is given */
    CHECK(ramfb_write(&rig, &mode));
    ramfb_look(&rig);
    CHECK_EQ(ramfb_pixel(&rig, 0, 1), 0x112233);
    mode.fourcc = RG16;
    ramfb_put(&rig, PICTURE, 0x00f8, 2);
    CHECK(ramfb_write(&rig, &mode));
    ramfb_look(&rig);
    CHECK_EQ(ramfb_pixel(&rig, 0, 0), 0xff0000);
    ramfb_finish(&rig);
}

/* What cannot be shown leaves the picture as it was. */
static void test_hostile(void)
{
    const struct emu_ramfb_mode good = {PICTURE, XR24, 16, 16, 0};
    static const struct emu_ramfb_mode bad[] = {
        {PICTURE, 0, 64, 32, 256},                      /* no format */
        {PICTURE, 0x12345678, 64, 32, 256},             /* nor this */
        {PICTURE, XR24, 0, 32, 256},                    /* no size */
        {PICTURE, XR24, 64, 0, 256},                    /* */
        {PICTURE, XR24, 16385, 1, 0},                   /* too large */
        {PICTURE, XR24, 1, UINT32_MAX, 4},              /* */
        {PICTURE, XR24, UINT32_MAX, UINT32_MAX, 0},     /* */
        {PICTURE, XR24, 64, 32, 255},                   /* rows overlap */
        {PICTURE, XR24, 16384, 16384, UINT32_MAX},      /* goes beyond RAM */
        {PICTURE, XR24, 64, 32, 0x10000},               /* */
        {RIG_RAM + RIG_RAM_SIZE - 64, XR24, 16, 16, 0}, /* */
        {UINT64_MAX - 63, XR24, 16, 16, 0},             /* nothing there */
        {0, XR24, 16, 16, 0},                           /* */
        {0xfee00000, XR24, 16, 16, 0},                  /* registers */
    };
    struct ramfb_rig rig;

    ramfb_init(&rig);
    CHECK(ramfb_write(&rig, &good));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(ramfb_write(&rig, &bad[i]));
        ramfb_look(&rig);
        CHECK_EQ(rig.update.state, EMU_DISPLAY_GRAPHICS);
        CHECK_EQ(rig.surface->width, 16);
        CHECK_EQ(rig.surface->height, 16);
    }
    ramfb_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"ramfb-show", test_show},
        {"ramfb-formats", test_formats},
        {"ramfb-hostile", test_hostile},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
