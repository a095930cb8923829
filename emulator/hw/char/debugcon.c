/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debug console of Bochs, QEMU and most firmware: a port that takes characters. Reading gives
 * 0xe9, by which software finds out that there is one.
 */
#include "emulator/hw/char/debugcon.h"

#include "emulator/chardev/chardev.h"
#include "emulator/hw/save.h"

#define DEBUGCON_PRESENT 0xe9

struct debugcon {
    struct emu_device device;
    struct emu_region region;
};

static uint64_t debugcon_read(void *opaque, uint64_t offset, unsigned size)
{
    return DEBUGCON_PRESENT;
}

static void debugcon_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct debugcon *debugcon = opaque;
    uint8_t byte = (uint8_t)value;

    emu_chardev_write(debugcon->device.chardev, &byte, 1);
}

static const struct emu_region_ops debugcon_ops = {debugcon_read, debugcon_write, .valid_min = 1,
                                                   .valid_max = 1, .impl_max = 1};

static bool debugcon_realize(struct emu_device *device, struct emu_error *err)
{
    struct debugcon *debugcon = (struct debugcon *)device;

    emu_region_init_io(&debugcon->region, "debugcon", &debugcon_ops, debugcon, &device->lock, 1);
    device->regions[0] = &debugcon->region;
    return true;
}

static const struct emu_field debugcon_fields[] = {EMU_FIELD_END};

static void debugcon_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "debugcon", device, debugcon_fields);
}

static bool debugcon_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "debugcon", device, debugcon_fields, err);
}

const struct emu_device_class emu_debugcon_class = {
    .name = "debugcon",
    .description = "debug console port",
    .size = sizeof(struct debugcon),
    .realize = debugcon_realize,
    .save = debugcon_save,
    .load = debugcon_load,
};
