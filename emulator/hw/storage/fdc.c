/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Floppy disk controller 82077AA in AT mode (Intel 82077AA data sheet, chapters 2 and 4):
 * registers, interrupt, resets. Seeks and sectors take no time of their own. Left out: power down,
 * tape, single density, the status registers of the PS/2.
 */
#include "emulator/hw/storage/fdc-internal.h"

#include <string.h>

#include "emulator/hw/save.h"

enum fdc_register {
    FDC_STATUS_A = 0, /* not in AT mode, like B */
    FDC_STATUS_B = 1,
    FDC_OUTPUT = 2,
    FDC_TAPE = 3,
    FDC_STATUS = 4, /* written: data rate select */
    FDC_DATA = 5,
};

enum fdc_status {
    FDC_STATUS_BUSY = 0x10,
    FDC_STATUS_PIO = 0x20,
    FDC_STATUS_OUT = 0x40, /* the next byte goes to the processor */
    FDC_STATUS_READY = 0x80,
};

#define FDC_RATE_RESET      0x80u /* data rate select: a reset */
#define FDC_DIRECTION_SWAP  0x80u /* digital input: the disk changed */
#define FDC_CONFIGURE_START 0x20u /* no FIFO */
#define FDC_CONFIGURE_LOCK  0x2fu /* what a locked one keeps over resets */
#define FDC_CONFIGURE_QUIET 0x10u /* no polling */
#define FDC_RATE_START      2u    /* 250 Kbit/s */

static struct fdc *fdc_of(void *device)
{
    return device;
}

/* ---- interrupt and phases ---- */

static void fdc_drive_line(struct fdc *fdc)
{
    emu_irq_set(&fdc->device.irqs[0], fdc->irq && (fdc->output & FDC_DOR_GATE));
}

void fdc_set_irq(struct fdc *fdc, bool level)
{
    fdc->irq = level;
    fdc_drive_line(fdc);
}

void fdc_reply(struct fdc *fdc, unsigned length)
{
    fdc->phase = length != 0 ? FDC_RESULT : FDC_COMMAND;
    fdc->length = (uint8_t)length;
    fdc->position = 0;
}

/* ---- resets ---- */

static void fdc_cancel(struct fdc *fdc)
{
    for (unsigned i = 0; i < EMU_FDC_DRIVES; i++)
        emu_disk_cancel_locked(fdc->drives[i].disk);
    fdc->busy = false;
}

/* What was under way is dropped. */
static void fdc_stop(struct fdc *fdc)
{
    fdc_cancel(fdc);
    fdc->buffered = fdc->moved = 0;
    fdc->sense_pending = fdc->polled = 0;
    memset(fdc->numbers, 0, sizeof(fdc->numbers));
    if (!fdc->locked)
        fdc->precompensation = 0;
    fdc->configure =
        fdc->locked ? fdc->configure & FDC_CONFIGURE_LOCK : (uint8_t)FDC_CONFIGURE_START;
    fdc->perpendicular &= 0x3c;
    fdc_reply(fdc, 0);
    fdc_set_irq(fdc, false);
}

/* The controller polls its drives and finds all of them ready. */
static void fdc_run(struct fdc *fdc)
{
    if (fdc->configure & FDC_CONFIGURE_QUIET)
        return;
    for (unsigned i = 0; i < FDC_UNITS; i++)
        fdc->senses[i] = (uint8_t)(FDC_ST0_POLLED | i);
    fdc->sense_pending = fdc->polled = (1u << FDC_UNITS) - 1;
    fdc_set_irq(fdc, true);
}

/* ---- registers ---- */

static uint8_t fdc_status(const struct fdc *fdc)
{
    bool waits = fdc->buffered != fdc->moved;

    if (!(fdc->output & FDC_DOR_RUN))
        return 0;
    switch (fdc->phase) {
    case FDC_COMMAND:
        return FDC_STATUS_READY | (fdc->length != 0 ? FDC_STATUS_BUSY : 0);
    case FDC_EXECUTION:
        return FDC_STATUS_BUSY | (fdc_has_dma(fdc) ? 0 : FDC_STATUS_PIO) |
               (waits ? FDC_STATUS_READY : 0) |
               (waits && fdc->action == FDC_READ ? FDC_STATUS_OUT : 0);
    default:
        return FDC_STATUS_READY | FDC_STATUS_OUT | FDC_STATUS_BUSY;
    }
}

static uint8_t fdc_read_data(struct fdc *fdc)
{
    uint8_t value;

    if (fdc->phase == FDC_EXECUTION)
        return fdc_take_data(fdc);
    if (fdc->phase != FDC_RESULT)
        return 0;
    value = fdc->fifo[fdc->position++];
    if (fdc->sense_pending == 0)
        fdc_set_irq(fdc, false);
    if (fdc->position == fdc->length)
        fdc_reply(fdc, 0);
    return value;
}

static void fdc_write_data(struct fdc *fdc, uint8_t value)
{
    if (!(fdc->output & FDC_DOR_RUN))
        return;
    if (fdc->phase == FDC_EXECUTION)
        fdc_put_data(fdc, value);
    else if (fdc->phase == FDC_COMMAND)
        fdc_take_command(fdc, value);
}

static void fdc_write_output(struct fdc *fdc, uint8_t value)
{
    uint8_t changed = fdc->output ^ value;

    fdc->output = value;
    if ((changed & FDC_DOR_RUN) && (value & FDC_DOR_RUN))
        fdc_run(fdc);
    else if (changed & FDC_DOR_RUN)
        fdc_stop(fdc);
    fdc_drive_line(fdc);
}

static void fdc_write_rate(struct fdc *fdc, uint8_t value)
{
    fdc->rate = value & 3;
    if (!(value & FDC_RATE_RESET) || !(fdc->output & FDC_DOR_RUN))
        return;
    fdc_stop(fdc);
    fdc_run(fdc);
}

static uint64_t fdc_read(void *opaque, uint64_t offset, unsigned size)
{
    struct fdc *fdc = opaque;

    switch (offset) {
    case FDC_OUTPUT:
        return fdc->output;
    case FDC_TAPE:
        return fdc->tape;
    case FDC_STATUS:
        return fdc_status(fdc);
    case FDC_DATA:
        return fdc_read_data(fdc);
    default:
        return 0xff;
    }
}

static void fdc_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct fdc *fdc = opaque;

    switch (offset) {
    case FDC_OUTPUT:
        fdc_write_output(fdc, (uint8_t)value);
        break;
    case FDC_TAPE:
        fdc->tape = value & 3;
        break;
    case FDC_STATUS:
        fdc_write_rate(fdc, (uint8_t)value);
        break;
    case FDC_DATA:
        fdc_write_data(fdc, (uint8_t)value);
        break;
    default:
        break;
    }
}

/* The line belongs to the drive that is selected. */
static uint64_t fdc_read_direction(void *opaque, uint64_t offset, unsigned size)
{
    struct fdc *fdc = opaque;
    const struct fdc_drive *drive = fdc_drive(fdc, fdc->output & FDC_DOR_DRIVE);

    return drive != NULL && drive->changed ? FDC_DIRECTION_SWAP : 0;
}

static void fdc_write_control(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    fdc_of(opaque)->rate = value & 3;
}

static const struct emu_region_ops fdc_ops = {fdc_read, fdc_write, .impl_max = 1};
static const struct emu_region_ops fdc_direction_ops = {fdc_read_direction, fdc_write_control,
                                                        .impl_max = 1};

/* ---- the device ---- */

void emu_fdc_set_drive(struct emu_device *device, unsigned index, struct emu_disk *disk,
                       enum emu_floppy_drive kind)
{
    struct fdc_drive *drive = &fdc_of(device)->drives[index];

    drive->disk = disk;
    drive->kind = kind;
}

void emu_fdc_set_dma(struct emu_device *device, const struct emu_isa_dma *dma)
{
    fdc_of(device)->dma = *dma;
}

void emu_fdc_medium_changed(struct emu_device *device, unsigned index)
{
    pthread_mutex_lock(&device->lock);
    fdc_of(device)->drives[index].changed = true;
    pthread_mutex_unlock(&device->lock);
}

/* The disks answer under the controller's lock; NULL parts them. */
static void fdc_attach(struct fdc *fdc, pthread_mutex_t *lock)
{
    for (unsigned i = 0; i < EMU_FDC_DRIVES; i++)
        if (fdc->drives[i].disk != NULL)
            emu_disk_attach(fdc->drives[i].disk, lock);
}

static bool fdc_realize(struct emu_device *device, struct emu_error *err)
{
    struct fdc *fdc = fdc_of(device);

    emu_region_init_io(&fdc->registers, "fdc", &fdc_ops, fdc, &device->lock, 6);
    emu_region_init_io(&fdc->direction, "fdc-direction", &fdc_direction_ops, fdc, &device->lock, 1);
    device->regions[0] = &fdc->registers;
    device->regions[1] = &fdc->direction;
    fdc_attach(fdc, &device->lock);
    return true;
}

static void fdc_unrealize(struct emu_device *device)
{
    struct fdc *fdc = fdc_of(device);

    pthread_mutex_lock(&device->lock);
    fdc_cancel(fdc);
    pthread_mutex_unlock(&device->lock);
    fdc_attach(fdc, NULL);
}

/* Media count as changed until the heads have moved. */
static void fdc_reset(struct emu_device *device)
{
    struct fdc *fdc = fdc_of(device);

    fdc->locked = false;
    fdc_stop(fdc);
    fdc->output = fdc->tape = fdc->perpendicular = 0;
    fdc->rate = FDC_RATE_START;
    memset(fdc->specify, 0, sizeof(fdc->specify));
    memset(fdc->senses, 0, sizeof(fdc->senses));
    memset(fdc->fifo, 0, sizeof(fdc->fifo));
    memset(fdc->buffer, 0, sizeof(fdc->buffer));
    fdc->action = fdc->cylinder = fdc->head = fdc->sector = fdc->code = fdc->last = 0;
    fdc->side = fdc->st1 = fdc->st2 = fdc->left = fdc->filler = 0;
    fdc->multi = fdc->whole_track = fdc->other_mark = fdc->ended = false;
    for (unsigned i = 0; i < EMU_FDC_DRIVES; i++) {
        fdc->drives[i].cylinder = 0;
        fdc->drives[i].changed = true;
    }
    fdc_drive_line(fdc);
}

static const struct emu_field fdc_fields[] = {
    EMU_FIELD(struct fdc, output),        EMU_FIELD(struct fdc, tape),
    EMU_FIELD(struct fdc, rate),          EMU_FIELD_ARRAY(struct fdc, specify),
    EMU_FIELD(struct fdc, configure),     EMU_FIELD(struct fdc, precompensation),
    EMU_FIELD(struct fdc, perpendicular), EMU_FIELD(struct fdc, locked),
    EMU_FIELD_ARRAY(struct fdc, numbers), EMU_FIELD_ARRAY(struct fdc, senses),
    EMU_FIELD(struct fdc, sense_pending), EMU_FIELD(struct fdc, polled),
    EMU_FIELD(struct fdc, irq),           EMU_FIELD(struct fdc, phase),
    EMU_FIELD_ARRAY(struct fdc, fifo),    EMU_FIELD(struct fdc, length),
    EMU_FIELD(struct fdc, position),      EMU_FIELD(struct fdc, action),
    EMU_FIELD(struct fdc, cylinder),      EMU_FIELD(struct fdc, head),
    EMU_FIELD(struct fdc, sector),        EMU_FIELD(struct fdc, code),
    EMU_FIELD(struct fdc, last),          EMU_FIELD(struct fdc, side),
    EMU_FIELD(struct fdc, st1),           EMU_FIELD(struct fdc, st2),
    EMU_FIELD(struct fdc, multi),         EMU_FIELD(struct fdc, whole_track),
    EMU_FIELD(struct fdc, other_mark),    EMU_FIELD(struct fdc, ended),
    EMU_FIELD(struct fdc, left),          EMU_FIELD(struct fdc, filler),
    EMU_FIELD_ARRAY(struct fdc, buffer),  EMU_FIELD(struct fdc, buffered),
    EMU_FIELD(struct fdc, moved),         EMU_FIELD_END,
};

static const struct emu_field fdc_drive_fields[] = {
    EMU_FIELD(struct fdc_drive, cylinder),
    EMU_FIELD(struct fdc_drive, changed),
    EMU_FIELD_END,
};

/* The disks have settled: a command that is under way waits for the processor. */
static void fdc_save(struct emu_device *device, struct emu_writer *out)
{
    struct fdc *fdc = fdc_of(device);

    emu_hw_save(out, "fdc", fdc, fdc_fields);
    for (unsigned i = 0; i < EMU_FDC_DRIVES; i++)
        emu_write_fields(out, &fdc->drives[i], fdc_drive_fields);
}

static bool fdc_is_sane(const struct fdc *fdc)
{
    bool waits = fdc->phase == FDC_EXECUTION;

    return fdc->phase <= FDC_RESULT && fdc->rate <= 3 && fdc->action <= FDC_FORMAT &&
           fdc->length <= FDC_FIFO && fdc->position <= fdc->length && fdc->side <= 1 &&
           (fdc->phase != FDC_RESULT || fdc->position < fdc->length) &&
           (fdc->phase != FDC_COMMAND || fdc->length < 9) && fdc->buffered <= FDC_SECTOR &&
           (waits ? fdc->moved < fdc->buffered : fdc->moved == fdc->buffered) &&
           fdc->sense_pending < 1u << FDC_UNITS;
}

static bool fdc_load_fields(struct fdc *fdc, struct emu_reader *in, struct emu_error *err)
{
    if (!emu_hw_load(in, "fdc", fdc, fdc_fields, err))
        return false;
    for (unsigned i = 0; i < EMU_FDC_DRIVES; i++)
        if (!emu_read_fields(in, &fdc->drives[i], fdc_drive_fields, err))
            return false;
    return fdc_is_sane(fdc) || emu_hw_load_bad("fdc", "its command", err);
}

static bool fdc_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct fdc *fdc = fdc_of(device);

    fdc_cancel(fdc);
    if (fdc_load_fields(fdc, in, err))
        return true;
    fdc_reset(device);
    return false;
}

const struct emu_device_class emu_fdc_class = {
    .name = "fdc",
    .description = "82077AA floppy disk controller",
    .size = sizeof(struct fdc),
    .realize = fdc_realize,
    .unrealize = fdc_unrealize,
    .reset = fdc_reset,
    .save = fdc_save,
    .load = fdc_load,
};
