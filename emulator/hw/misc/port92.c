/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System control port A of the PS/2: fast A20 gate and processor reset (ICH9 datasheet 13.7.4). */
#include "emulator/hw/misc/ports.h"

#include "emulator/hw/save.h"

#define PORT92_RESET 0x01u /* a rising edge is INIT */
#define PORT92_A20   0x02u

struct port92 {
    struct emu_device device;
    struct emu_region region;
    uint8_t value;
};

static uint64_t port92_read(void *opaque, uint64_t offset, unsigned size)
{
    struct port92 *port92 = opaque;

    return port92->value;
}

static void port92_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct port92 *port92 = opaque;
    uint8_t rose = (uint8_t)value & ~port92->value;
    const struct emu_power *power = &port92->device.power;

    port92->value = (uint8_t)value & (PORT92_RESET | PORT92_A20);
    emu_irq_set(&port92->device.irqs[0], value & PORT92_A20);
    if ((rose & PORT92_RESET) && power->request != NULL)
        power->request(power->opaque, EMU_POWER_CPU_RESET, 0);
}

static const struct emu_region_ops port92_ops = {port92_read, port92_write, .valid_min = 1,
                                                 .valid_max = 1, .impl_max = 1};

static bool port92_realize(struct emu_device *device, struct emu_error *err)
{
    struct port92 *port92 = (struct port92 *)device;

    emu_region_init_io(&port92->region, "port92", &port92_ops, port92, &device->lock, 1);
    device->regions[0] = &port92->region;
    return true;
}

/* A20 is open from the start, as on machines of this century. */
static void port92_reset(struct emu_device *device)
{
    struct port92 *port92 = (struct port92 *)device;

    port92->value = PORT92_A20;
    emu_irq_set(&device->irqs[0], true);
}

static const struct emu_field port92_fields[] = {EMU_FIELD(struct port92, value), EMU_FIELD_END};

static void port92_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "port92", device, port92_fields);
}

static bool port92_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "port92", device, port92_fields, err);
}

const struct emu_device_class emu_port92_class = {
    .name = "port92",
    .description = "fast A20 gate and reset port",
    .size = sizeof(struct port92),
    .realize = port92_realize,
    .reset = port92_reset,
    .save = port92_save,
    .load = port92_load,
};
