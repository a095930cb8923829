/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A port by which a guest tells that its kernel panicked (QEMU docs/specs/pvpanic.rst). A guest
 * that goes on to write a crash dump is left alone.
 */
#include "emulator/hw/misc/ports.h"

#include "emulator/hw/save.h"

#define PVPANIC_PANICKED     0x01u
#define PVPANIC_CRASH_LOADED 0x02u /* it panicked, and a kernel for that case takes over */

struct pvpanic {
    struct emu_device device;
    struct emu_region region;
};

/* What can be told. */
static uint64_t pvpanic_read(void *opaque, uint64_t offset, unsigned size)
{
    return PVPANIC_PANICKED | PVPANIC_CRASH_LOADED;
}

static void pvpanic_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct pvpanic *pvpanic = opaque;
    const struct emu_power *power = &pvpanic->device.power;

    if ((value & PVPANIC_PANICKED) && power->request != NULL)
        power->request(power->opaque, EMU_POWER_PANIC, 0);
}

static const struct emu_region_ops pvpanic_ops = {pvpanic_read, pvpanic_write, .valid_min = 1,
                                                  .valid_max = 1, .impl_max = 1};

static bool pvpanic_realize(struct emu_device *device, struct emu_error *err)
{
    struct pvpanic *pvpanic = (struct pvpanic *)device;

    emu_region_init_io(&pvpanic->region, "pvpanic", &pvpanic_ops, pvpanic, &device->lock, 1);
    device->regions[0] = &pvpanic->region;
    return true;
}

static const struct emu_field pvpanic_fields[] = {EMU_FIELD_END};

static void pvpanic_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pvpanic", device, pvpanic_fields);
}

static bool pvpanic_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "pvpanic", device, pvpanic_fields, err);
}

const struct emu_device_class emu_pvpanic_class = {
    .name = "pvpanic",
    .description = "port by which a guest tells that it panicked",
    .size = sizeof(struct pvpanic),
    .realize = pvpanic_realize,
    .save = pvpanic_save,
    .load = pvpanic_load,
};
