/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands of the floppy controller that move sectors: one after the other between the image
 * and the DMA channel, or the processor (82077AA data sheet, 5.1). Each ends with seven bytes of
 * result. Images have sectors of 512 bytes, numbered from 1 as on a formatted disk.
 */
#include <errno.h>
#include <string.h>

#include "emulator/hw/storage/fdc-internal.h"

#define FDC_MFM           0x40         /* in a command: double density; images have no other */
#define FDC_CODE          2            /* of a sector's size: 128 << 2 */
#define FDC_ID            4            /* bytes: cylinder, head, sector, code */
#define FDC_IMPLIED_SEEK  0x40         /* in the configuration */
#define FDC_VERIFY_COUNT  0x80         /* VERIFY: the last byte is a number of sectors */
#define FDC_TURN          200000000ull /* ns of a revolution */
#define FDC_COMMAND_TRACK 0x02
#define FDC_COMMAND_OTHER 0x0c

static void transfer_go_on(struct fdc *fdc);

static struct fdc_drive *transfer_drive(struct fdc *fdc)
{
    return fdc_drive(fdc, fdc->fifo[1] & 3);
}

static void transfer_finish(struct fdc *fdc)
{
    uint8_t failed = fdc->st1 != 0 ? FDC_ST0_FAILED : 0;

    fdc->buffered = fdc->moved = 0;
    fdc->sense_pending &= (uint8_t)~fdc->polled;
    fdc->polled = 0;
    fdc->fifo[0] = (uint8_t)(failed | fdc->side << 2 | (fdc->fifo[1] & 3));
    fdc->fifo[1] = fdc->st1;
    fdc->fifo[2] = fdc->st2;
    fdc->fifo[3] = fdc->cylinder;
    fdc->fifo[4] = fdc->head;
    fdc->fifo[5] = fdc->sector;
    fdc->fifo[6] = fdc->code;
    fdc_reply(fdc, 7);
    fdc_set_irq(fdc, true);
}

static void transfer_fail(struct fdc *fdc, enum fdc_st1 st1)
{
    fdc->st1 |= (uint8_t)st1;
    transfer_finish(fdc);
}

/* ---- where a sector lies ---- */

/* What the sector under the heads says of itself must be what the command asks for. */
static void transfer_compare(struct fdc *fdc, unsigned cylinder, unsigned sectors)
{
    if (fdc->cylinder != cylinder && !fdc->whole_track) {
        fdc->st1 |= FDC_ST1_NO_DATA;
        fdc->st2 |= fdc->cylinder == 0xff ? FDC_ST2_BAD_CYLINDER : FDC_ST2_CYLINDER;
    }
    if ((fdc->head != fdc->side && !fdc->whole_track) || fdc->sector == 0 ||
        fdc->sector > sectors || fdc->code != FDC_CODE)
        fdc->st1 |= FDC_ST1_NO_DATA;
}

/* False: it is not there, and st1 says why. */
static bool transfer_locate(struct fdc *fdc, uint64_t *offset)
{
    const struct fdc_drive *drive = transfer_drive(fdc);
    const struct fdc_format *format;
    unsigned cylinder;

    if (drive == NULL || !fdc_is_readable(fdc, drive, fdc->side)) {
        fdc->st1 |= FDC_ST1_NO_MARK;
        return false;
    }
    format = fdc_format(drive);
    cylinder = fdc_cylinder(drive, format);
    transfer_compare(fdc, cylinder, format->sectors);
    *offset =
        ((uint64_t)(cylinder * format->heads + fdc->side) * format->sectors + fdc->sector - 1u) *
        FDC_SECTOR;
    return fdc->st1 == 0;
}

/* To the address behind this sector. True: that is behind the last one. */
static bool transfer_advance(struct fdc *fdc)
{
    bool second = fdc->side != 0;

    if (fdc->sector != fdc->last) {
        fdc->sector++;
        return false;
    }
    fdc->sector = 1;
    if (fdc->multi) {
        fdc->side = !fdc->side;
        fdc->head = !fdc->head;
    }
    if (!fdc->multi || second)
        fdc->cylinder++;
    return !fdc->multi || second;
}

/* ---- sector by sector ---- */

static void transfer_sector_done(struct fdc *fdc)
{
    bool counted = fdc->left != 0 && --fdc->left == 0, end;

    if (fdc->action == FDC_FORMAT) {
        if (counted || fdc->ended)
            transfer_finish(fdc);
        return;
    }
    end = transfer_advance(fdc);
    if (fdc->ended || fdc->other_mark || counted || (end && fdc->action == FDC_VERIFY))
        transfer_finish(fdc);
    else if (end)
        transfer_fail(fdc, FDC_ST1_END);
}

/* Both ways: so many bytes of the buffer by DMA. False: nobody took or gave them in time. */
static bool transfer_move(struct fdc *fdc, size_t length, bool in)
{
    size_t moved = emu_isa_dma_move(&fdc->dma, fdc->buffer, length, in, &fdc->ended);

    if (!in)
        memset(fdc->buffer + moved, 0, length - moved);
    return moved == length || fdc->ended;
}

/* The processor is to move so many bytes. */
static void transfer_wait(struct fdc *fdc, unsigned length)
{
    fdc->buffered = (uint16_t)length;
    fdc->moved = 0;
    fdc_set_irq(fdc, true);
}

static void transfer_read_done(struct fdc *fdc)
{
    if (!fdc_has_dma(fdc))
        transfer_wait(fdc, FDC_SECTOR);
    else if (!transfer_move(fdc, FDC_SECTOR, true))
        transfer_fail(fdc, FDC_ST1_OVERRUN);
    else
        transfer_sector_done(fdc);
}

static void transfer_disk_done(struct emu_disk_request *request)
{
    struct fdc *fdc = (struct fdc *)((char *)request - offsetof(struct fdc, request));

    fdc->busy = false;
    if (request->error == ECANCELED)
        return;
    if (request->error != 0) {
        fdc->st2 |= FDC_ST2_DATA;
        transfer_fail(fdc, request->error == EROFS ? FDC_ST1_PROTECTED : FDC_ST1_DATA);
    } else if (request->op == EMU_DISK_READ) {
        transfer_read_done(fdc);
    } else {
        transfer_sector_done(fdc);
    }
    transfer_go_on(fdc);
}

static void transfer_submit(struct fdc *fdc, enum emu_disk_op op, uint64_t offset)
{
    fdc->request = (struct emu_disk_request){
        .op = op,
        .offset = offset,
        .length = FDC_SECTOR,
        .buffer = fdc->buffer,
        .done = transfer_disk_done,
    };
    fdc->busy = true;
    emu_disk_submit(transfer_drive(fdc)->disk, &fdc->request);
}

/* What the buffer now holds, a sector or the name of one to be formatted, goes to the disk. */
static void transfer_store(struct fdc *fdc)
{
    uint64_t offset;

    fdc->buffered = fdc->moved = 0;
    if (fdc->action == FDC_FORMAT) {
        fdc->cylinder = fdc->buffer[0];
        fdc->head = fdc->buffer[1];
        fdc->sector = fdc->buffer[2];
        fdc->code = fdc->buffer[3];
        memset(fdc->buffer, fdc->filler, FDC_SECTOR);
    }
    if (transfer_locate(fdc, &offset))
        transfer_submit(fdc, EMU_DISK_WRITE, offset);
    else
        transfer_finish(fdc);
}

static void transfer_begin_store(struct fdc *fdc)
{
    unsigned length = fdc->action == FDC_FORMAT ? FDC_ID : FDC_SECTOR;

    if (!fdc_has_dma(fdc))
        transfer_wait(fdc, length);
    else if (transfer_move(fdc, length, false))
        transfer_store(fdc);
    else
        transfer_fail(fdc, FDC_ST1_OVERRUN);
}

static void transfer_begin_sector(struct fdc *fdc)
{
    uint64_t offset;

    if (fdc->action == FDC_FORMAT)
        transfer_begin_store(fdc);
    else if (!transfer_locate(fdc, &offset))
        transfer_finish(fdc);
    else if (fdc->action == FDC_READ)
        transfer_submit(fdc, EMU_DISK_READ, offset);
    else if (fdc->action == FDC_WRITE)
        transfer_begin_store(fdc);
    else
        transfer_sector_done(fdc);
}

/* Until the command ends, or waits for the disk or the processor. */
static void transfer_go_on(struct fdc *fdc)
{
    while (fdc->phase == FDC_EXECUTION && !fdc->busy && fdc->buffered == fdc->moved)
        transfer_begin_sector(fdc);
}

/* ---- the commands ---- */

static void transfer_start(struct fdc *fdc, enum fdc_action action)
{
    struct fdc_drive *drive = transfer_drive(fdc);
    bool writes = action == FDC_WRITE || action == FDC_FORMAT;

    fdc->action = (uint8_t)action;
    fdc->side = fdc->fifo[1] >> 2 & 1;
    fdc->st1 = 0;
    fdc->st2 = fdc->other_mark ? FDC_ST2_MARK : 0;
    fdc->ended = false;
    fdc->buffered = fdc->moved = 0;
    fdc->phase = FDC_EXECUTION;
    if (drive == NULL || !(fdc->fifo[0] & FDC_MFM) || !fdc_is_readable(fdc, drive, fdc->side))
        transfer_fail(fdc, FDC_ST1_NO_MARK);
    else if (writes && emu_disk_read_only(drive->disk))
        transfer_fail(fdc, FDC_ST1_PROTECTED);
    else
        transfer_go_on(fdc);
}

static void transfer_seek(struct fdc *fdc)
{
    struct fdc_drive *drive = transfer_drive(fdc);

    if (!(fdc->configure & FDC_IMPLIED_SEEK))
        return;
    fdc->numbers[fdc->fifo[1] & 3] = fdc->cylinder;
    if (drive != NULL)
        fdc_step_to(drive, fdc->cylinder);
}

void fdc_start_transfer(struct fdc *fdc, enum fdc_action action)
{
    uint8_t code = fdc->fifo[0] & 0x1f;

    fdc->cylinder = fdc->fifo[2];
    fdc->head = fdc->fifo[3];
    fdc->sector = code == FDC_COMMAND_TRACK ? 1 : fdc->fifo[4];
    fdc->code = fdc->fifo[5];
    fdc->last = fdc->fifo[6];
    fdc->multi = fdc->fifo[0] & 0x80;
    fdc->whole_track = code == FDC_COMMAND_TRACK;
    fdc->other_mark = code == FDC_COMMAND_OTHER;
    fdc->left = action == FDC_VERIFY && (fdc->fifo[1] & FDC_VERIFY_COUNT) ? fdc->fifo[8] : 0;
    transfer_seek(fdc);
    transfer_start(fdc, action);
}

void fdc_start_format(struct fdc *fdc)
{
    fdc->code = fdc->fifo[2];
    fdc->left = fdc->last = fdc->fifo[3];
    fdc->filler = fdc->fifo[5];
    fdc->whole_track = fdc->other_mark = fdc->multi = false;
    transfer_start(fdc, FDC_FORMAT);
}

/* The next sector to come by. */
void fdc_read_id(struct fdc *fdc)
{
    const struct fdc_drive *drive = transfer_drive(fdc);
    const struct fdc_format *format = drive != NULL ? fdc_format(drive) : NULL;
    uint64_t angle = emu_clock_now(fdc->device.clock) % FDC_TURN;

    fdc->side = fdc->fifo[1] >> 2 & 1;
    fdc->st1 = fdc->st2 = 0;
    fdc->phase = FDC_EXECUTION;
    if (format == NULL || !(fdc->fifo[0] & FDC_MFM) || !fdc_is_readable(fdc, drive, fdc->side)) {
        transfer_fail(fdc, FDC_ST1_NO_MARK);
        return;
    }
    fdc->cylinder = (uint8_t)fdc_cylinder(drive, format);
    fdc->head = fdc->side;
    fdc->sector = (uint8_t)(angle * format->sectors / FDC_TURN + 1);
    fdc->code = FDC_CODE;
    transfer_finish(fdc);
}

/* ---- without DMA ---- */

uint8_t fdc_take_data(struct fdc *fdc)
{
    uint8_t value;

    if (fdc->action != FDC_READ || fdc->buffered == fdc->moved)
        return 0;
    fdc_set_irq(fdc, false);
    value = fdc->buffer[fdc->moved++];
    if (fdc->moved == fdc->buffered) {
        transfer_sector_done(fdc);
        transfer_go_on(fdc);
    }
    return value;
}

void fdc_put_data(struct fdc *fdc, uint8_t value)
{
    if (fdc->action == FDC_READ || fdc->buffered == fdc->moved)
        return;
    fdc_set_irq(fdc, false);
    fdc->buffer[fdc->moved++] = value;
    if (fdc->moved == fdc->buffered) {
        transfer_store(fdc);
        transfer_go_on(fdc);
    }
}
