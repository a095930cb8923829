/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reset control register at port 0xcf9 (ICH9 datasheet 13.7.5). */
#include "emulator/hw/misc/ports.h"

#include "emulator/hw/save.h"

#define RESET_CONTROL_SYSTEM 0x02u /* the reset is hard, not only an INIT */
#define RESET_CONTROL_RESET  0x04u /* a rising edge resets */
#define RESET_CONTROL_FULL   0x08u /* a hard one comes with a power cycle: no difference here */

struct reset_control {
    struct emu_device device;
    struct emu_region region;
    uint8_t value;
};

static uint64_t reset_control_read(void *opaque, uint64_t offset, unsigned size)
{
    struct reset_control *control = opaque;

    return control->value;
}

static void reset_control_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct reset_control *control = opaque;
    const struct emu_power *power = &control->device.power;
    bool rose = value & ~control->value & RESET_CONTROL_RESET;
    bool hard = value & RESET_CONTROL_SYSTEM;

    control->value = value & (RESET_CONTROL_SYSTEM | RESET_CONTROL_RESET | RESET_CONTROL_FULL);
    if (rose && power->request != NULL)
        power->request(power->opaque, hard ? EMU_POWER_RESET : EMU_POWER_CPU_RESET, 0);
}

static const struct emu_region_ops reset_control_ops = {
    reset_control_read, reset_control_write, .valid_min = 1, .valid_max = 1, .impl_max = 1};

static bool reset_control_realize(struct emu_device *device, struct emu_error *err)
{
    struct reset_control *control = (struct reset_control *)device;

    emu_region_init_io(&control->region, "reset-control", &reset_control_ops, control,
                       &device->lock, 1);
    device->regions[0] = &control->region;
    return true;
}

static void reset_control_reset(struct emu_device *device)
{
    ((struct reset_control *)device)->value = 0;
}

static const struct emu_field reset_control_fields[] = {EMU_FIELD(struct reset_control, value),
                                                        EMU_FIELD_END};

static void reset_control_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "reset-control", device, reset_control_fields);
}

static bool reset_control_load(struct emu_device *device, struct emu_reader *in,
                               struct emu_error *err)
{
    return emu_hw_load(in, "reset-control", device, reset_control_fields, err);
}

const struct emu_device_class emu_reset_control_class = {
    .name = "reset-control",
    .description = "reset control register at port 0xcf9",
    .size = sizeof(struct reset_control),
    .realize = reset_control_realize,
    .reset = reset_control_reset,
    .save = reset_control_save,
    .load = reset_control_load,
};
