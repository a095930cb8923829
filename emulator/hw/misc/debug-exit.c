/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A port that ends the machine with the value written: QEMU's isa-debug-exit. */
#include "emulator/hw/misc/ports.h"

#include "emulator/hw/save.h"

struct debug_exit {
    struct emu_device device;
    struct emu_region region;
    uint64_t size;
};

static uint64_t debug_exit_read(void *opaque, uint64_t offset, unsigned size)
{
    return 0;
}

static void debug_exit_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct debug_exit *debug_exit = opaque;
    const struct emu_power *power = &debug_exit->device.power;

    if (power->request != NULL)
        power->request(power->opaque, EMU_POWER_DEBUG_EXIT, (unsigned)value);
}

static const struct emu_region_ops debug_exit_ops = {debug_exit_read, debug_exit_write,
                                                     .valid_min = 1, .valid_max = 4, .impl_max = 4};

static bool debug_exit_realize(struct emu_device *device, struct emu_error *err)
{
    struct debug_exit *debug_exit = (struct debug_exit *)device;

    emu_region_init_io(&debug_exit->region, "debug-exit", &debug_exit_ops, debug_exit,
                       &device->lock, debug_exit->size);
    device->regions[0] = &debug_exit->region;
    return true;
}

static const struct emu_field debug_exit_fields[] = {EMU_FIELD_END};

static void debug_exit_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "debug-exit", device, debug_exit_fields);
}

static bool debug_exit_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "debug-exit", device, debug_exit_fields, err);
}

static const struct emu_property debug_exit_properties[] = {
    {"size", "number of ports", EMU_PROPERTY_UINT, offsetof(struct debug_exit, size), 1, 8, "4"},
    {NULL},
};

const struct emu_device_class emu_debug_exit_class = {
    .name = "debug-exit",
    .description = "port that ends the machine with an exit code",
    .size = sizeof(struct debug_exit),
    .properties = debug_exit_properties,
    .realize = debug_exit_realize,
    .save = debug_exit_save,
    .load = debug_exit_load,
};
