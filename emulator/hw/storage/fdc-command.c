/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands of the floppy controller that move no data, and the table of all (82077AA data
 * sheet, chapter 5). What is not in the table is answered as invalid; so are the scans.
 */
#include <string.h>

#include "emulator/hw/storage/fdc-internal.h"

#define FDC_VERSION       0x90 /* what VERSION answers: enhanced */
#define FDC_SPECIFY_PIO   0x01 /* second byte of SPECIFY: no DMA */
#define FDC_RECAL_STEPS   79u  /* at most */
#define FDC_PERP_OVER     0x80 /* overwrite the bits of the drives */
#define FDC_PERP_DRIVES   0x3c
#define FDC_ST3_PROTECTED 0x40
#define FDC_ST3_FIXED     0x28 /* ready, two sides */
#define FDC_ST3_TRACK0    0x10

static unsigned command_unit(const struct fdc *fdc)
{
    return fdc->fifo[1] & 3;
}

bool fdc_has_dma(const struct fdc *fdc)
{
    return !(fdc->specify[1] & FDC_SPECIFY_PIO);
}

static void command_answer(struct fdc *fdc, uint8_t value)
{
    fdc->fifo[0] = value;
    fdc_reply(fdc, 1);
}

/* ---- seeks ---- */

/* A seek ended. What a reset left to be sensed is no longer. */
static void command_seek_done(struct fdc *fdc, uint8_t st0)
{
    unsigned unit = command_unit(fdc);

    fdc->sense_pending &= (uint8_t)~fdc->polled;
    fdc->polled = 0;
    fdc->senses[unit] = (uint8_t)(st0 | FDC_ST0_SEEK | unit);
    fdc->sense_pending |= (uint8_t)(1u << unit);
    fdc_reply(fdc, 0);
    fdc_set_irq(fdc, true);
}

static void command_move(struct fdc *fdc, uint8_t number, unsigned cylinder)
{
    struct fdc_drive *drive = fdc_drive(fdc, command_unit(fdc));

    fdc->numbers[command_unit(fdc)] = number;
    if (drive != NULL)
        fdc_step_to(drive, cylinder);
    command_seek_done(fdc, fdc->fifo[1] & FDC_ST0_HEAD);
}

/* As many steps as the number differs from the last one. */
static void command_seek(struct fdc *fdc)
{
    const struct fdc_drive *drive = fdc_drive(fdc, command_unit(fdc));
    int steps = fdc->fifo[2] - fdc->numbers[command_unit(fdc)];
    int cylinder = (drive != NULL ? drive->cylinder : 0) + steps;

    command_move(fdc, fdc->fifo[2], cylinder < 0 ? 0 : (unsigned)cylinder);
}

static void command_seek_relative(struct fdc *fdc)
{
    const struct fdc_drive *drive = fdc_drive(fdc, command_unit(fdc));
    int steps = fdc->fifo[0] & 0x40 ? fdc->fifo[2] : -fdc->fifo[2];
    int cylinder = (drive != NULL ? drive->cylinder : 0) + steps;

    command_move(fdc, (uint8_t)(fdc->numbers[command_unit(fdc)] + steps),
                 cylinder < 0 ? 0 : (unsigned)cylinder);
}

/* Steps out until the drive says that it is there; one that is missing never does. */
static void command_recalibrate(struct fdc *fdc)
{
    struct fdc_drive *drive = fdc_drive(fdc, command_unit(fdc));
    bool found = drive != NULL && drive->cylinder <= FDC_RECAL_STEPS;

    fdc->numbers[command_unit(fdc)] = 0;
    if (drive != NULL)
        fdc_step_to(drive, found ? 0 : drive->cylinder - FDC_RECAL_STEPS);
    command_seek_done(fdc, found ? 0 : FDC_ST0_FAILED | FDC_ST0_CHECK);
}

/* ---- status ---- */

static void command_sense_interrupt(struct fdc *fdc)
{
    unsigned unit;

    if (fdc->sense_pending == 0) {
        command_answer(fdc, FDC_ST0_INVALID);
        return;
    }
    unit = (unsigned)__builtin_ctz(fdc->sense_pending);
    fdc->sense_pending &= (uint8_t) ~(1u << unit);
    fdc->polled &= (uint8_t) ~(1u << unit);
    fdc->fifo[0] = fdc->senses[unit];
    fdc->fifo[1] = fdc->numbers[unit];
    fdc_reply(fdc, 2);
    fdc_set_irq(fdc, false);
    fdc_set_irq(fdc, (fdc->sense_pending & ~fdc->polled) != 0);
}

static void command_sense_drive(struct fdc *fdc)
{
    const struct fdc_drive *drive = fdc_drive(fdc, command_unit(fdc));
    uint8_t st3 = FDC_ST3_FIXED | (fdc->fifo[1] & 7);

    if (drive != NULL && fdc_format(drive) != NULL && emu_disk_read_only(drive->disk))
        st3 |= FDC_ST3_PROTECTED;
    if (drive != NULL && drive->cylinder == 0)
        st3 |= FDC_ST3_TRACK0;
    command_answer(fdc, st3);
}

static void command_dump(struct fdc *fdc)
{
    memcpy(fdc->fifo, fdc->numbers, FDC_UNITS);
    memcpy(fdc->fifo + 4, fdc->specify, sizeof(fdc->specify));
    fdc->fifo[6] = fdc->last;
    fdc->fifo[7] = (uint8_t)(fdc->locked << 7 | fdc->perpendicular);
    fdc->fifo[8] = fdc->configure;
    fdc->fifo[9] = fdc->precompensation;
    fdc_reply(fdc, 10);
}

static void command_version(struct fdc *fdc)
{
    command_answer(fdc, FDC_VERSION);
}

/* ---- settings ---- */

static void command_specify(struct fdc *fdc)
{
    memcpy(fdc->specify, fdc->fifo + 1, sizeof(fdc->specify));
    fdc_reply(fdc, 0);
}

static void command_configure(struct fdc *fdc)
{
    fdc->configure = fdc->fifo[2] & 0x7f;
    fdc->precompensation = fdc->fifo[3];
    fdc_reply(fdc, 0);
}

static void command_perpendicular(struct fdc *fdc)
{
    uint8_t drives = fdc->fifo[1] & FDC_PERP_OVER ? fdc->fifo[1] : fdc->perpendicular;

    fdc->perpendicular = (drives & FDC_PERP_DRIVES) | (fdc->fifo[1] & 3);
    fdc_reply(fdc, 0);
}

static void command_lock(struct fdc *fdc)
{
    fdc->locked = fdc->fifo[0] & 0x80;
    command_answer(fdc, (uint8_t)(fdc->locked << 4));
}

/* ---- the table ---- */

static void command_read(struct fdc *fdc)
{
    fdc_start_transfer(fdc, FDC_READ);
}

static void command_write(struct fdc *fdc)
{
    fdc_start_transfer(fdc, FDC_WRITE);
}

static void command_verify(struct fdc *fdc)
{
    fdc_start_transfer(fdc, FDC_VERIFY);
}

/* A command is its first byte's bits under the mask; length: of all its bytes. */
static const struct fdc_command {
    uint8_t mask, value, length;
    void (*run)(struct fdc *fdc);
} commands[] = {
    {0x1f, 0x06, 9, command_read}, /* READ DATA, */
    {0x1f, 0x0c, 9, command_read}, /* of deleted sectors, */
    {0x9f, 0x02, 9, command_read}, /* of a whole track */
    {0x3f, 0x05, 9, command_write},
    {0x3f, 0x09, 9, command_write}, /* as deleted sectors: images know none */
    {0x1f, 0x16, 9, command_verify},
    {0xbf, 0x0d, 6, fdc_start_format},
    {0xbf, 0x0a, 2, fdc_read_id},
    {0xff, 0x07, 2, command_recalibrate},
    {0xff, 0x0f, 3, command_seek},
    {0xbf, 0x8f, 3, command_seek_relative},
    {0xff, 0x08, 1, command_sense_interrupt},
    {0xff, 0x04, 2, command_sense_drive},
    {0xff, 0x0e, 1, command_dump},
    {0xff, 0x10, 1, command_version},
    {0xff, 0x03, 3, command_specify},
    {0xff, 0x13, 4, command_configure},
    {0xff, 0x12, 2, command_perpendicular},
    {0x7f, 0x14, 1, command_lock},
};

static const struct fdc_command *command_find(uint8_t code)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if ((code & commands[i].mask) == commands[i].value)
            return &commands[i];
    return NULL;
}

void fdc_take_command(struct fdc *fdc, uint8_t value)
{
    const struct fdc_command *command;

    fdc->fifo[fdc->length++] = value;
    command = command_find(fdc->fifo[0]);
    if (command == NULL)
        command_answer(fdc, FDC_ST0_INVALID);
    else if (fdc->length >= command->length)
        command->run(fdc);
}
