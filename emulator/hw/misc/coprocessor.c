/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a PC tells of x87 errors when CR0.NE is clear: FERR# of the processor sets IRQ 13, which a
 * write to port 0xf0 takes back; until FERR# ends the processor ignores the error (IGNNE#; ICH9
 * datasheet 5.10.1).
 */
#include "emulator/hw/misc/ports.h"

#include "emulator/hw/save.h"

enum { COPROCESSOR_IRQ, COPROCESSOR_IGNNE };

struct coprocessor {
    struct emu_device device;
    struct emu_region region;
    bool ferr, irq, ignne;
};

static void coprocessor_drive_locked(struct coprocessor *c)
{
    emu_irq_set(&c->device.irqs[COPROCESSOR_IRQ], c->irq);
    emu_irq_set(&c->device.irqs[COPROCESSOR_IGNNE], c->ignne);
}

static void coprocessor_ferr(void *opaque, unsigned line, bool level)
{
    struct coprocessor *c = opaque;

    pthread_mutex_lock(&c->device.lock);
    c->irq |= level && !c->ferr;
    c->ignne &= level;
    c->ferr = level;
    coprocessor_drive_locked(c);
    pthread_mutex_unlock(&c->device.lock);
}

static uint64_t coprocessor_read(void *opaque, uint64_t offset, unsigned size)
{
    return 0xff;
}

static void coprocessor_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct coprocessor *c = opaque;

    if (offset != 0)
        return;
    c->irq = false;
    c->ignne = c->ferr;
    coprocessor_drive_locked(c);
}

static const struct emu_region_ops coprocessor_ops = {
    coprocessor_read, coprocessor_write, .valid_min = 1, .valid_max = 1, .impl_max = 1};

static bool coprocessor_realize(struct emu_device *device, struct emu_error *err)
{
    struct coprocessor *c = (struct coprocessor *)device;

    emu_region_init_io(&c->region, "coprocessor", &coprocessor_ops, c, &device->lock, 2);
    device->regions[0] = &c->region;
    device->irq_in = coprocessor_ferr;
    return true;
}

static void coprocessor_reset(struct emu_device *device)
{
    struct coprocessor *c = (struct coprocessor *)device;

    c->ferr = c->irq = c->ignne = false;
    coprocessor_drive_locked(c);
}

static const struct emu_field coprocessor_fields[] = {
    EMU_FIELD(struct coprocessor, ferr),
    EMU_FIELD(struct coprocessor, irq),
    EMU_FIELD(struct coprocessor, ignne),
    EMU_FIELD_END,
};

static void coprocessor_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "coprocessor", device, coprocessor_fields);
}

static bool coprocessor_load(struct emu_device *device, struct emu_reader *in,
                             struct emu_error *err)
{
    if (!emu_hw_load(in, "coprocessor", device, coprocessor_fields, err))
        return false;
    coprocessor_drive_locked((struct coprocessor *)device);
    return true;
}

const struct emu_device_class emu_coprocessor_class = {
    .name = "coprocessor",
    .description = "x87 errors by IRQ 13, port 0xf0",
    .size = sizeof(struct coprocessor),
    .realize = coprocessor_realize,
    .reset = coprocessor_reset,
    .save = coprocessor_save,
    .load = coprocessor_load,
};
