/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Floppy drives: a machine has a controller for them if its configuration names one. Each is of the
 * kind that suits its first medium; CMOS tells firmware and drivers which.
 */
#include "emulator/boards/board.h"
#include "emulator/hw/misc/i8237.h"
#include "emulator/hw/storage/fdc.h"
#include "emulator/hw/timer/rtc-cmos.h"

#define FLOPPIES_DMA       2    /* channel */
#define FLOPPIES_KINDS     0x10 /* CMOS: the kind of the first drive in the upper half */
#define FLOPPIES_BOARD     0x14 /* CMOS: what the board has, as the PC/AT's switches said */
#define BOARD_HAS_FLOPPY   0x01
#define BOARD_HAS_FPU      0x02
#define BOARD_HAS_MOUSE    0x04
#define BOARD_TWO_FLOPPIES 0x40

bool emu_is_floppy_size(uint64_t bytes)
{
    return bytes != 0 && emu_floppy_drive_for(bytes) != EMU_FLOPPY_NONE;
}

/* The medium's size, before the disk takes it; 0: none. */
static uint64_t floppies_size(const struct emu_drive *drive)
{
    return drive->backend.ops != NULL ? drive->backend.ops->size(drive->backend.opaque) : 0;
}

static bool floppies_add(struct board *board, struct emu_device *fdc, unsigned number,
                         unsigned index, struct emu_error *err)
{
    struct emu_drive *drive = &board->config->drives[index];
    struct board_place *place = &board->places[index];
    uint64_t size = floppies_size(drive);
    enum emu_floppy_drive kind = emu_floppy_drive_for(size);

    if (kind == EMU_FLOPPY_NONE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "drive %u: an image of %llu bytes is no floppy disk; those have %s",
                             index + 1, (unsigned long long)size, emu_floppy_sizes());
    place->disk = board_make_disk(board, drive, err);
    if (place->disk == NULL)
        return false;
    place->controller = fdc;
    place->port = number;
    place->floppy = true;
    place->floppy_kind = (uint8_t)kind;
    board_add_boot(board, drive->boot, "/pci@i0cf8/isa@1f/fdc@03f0/floppy@%x", number);
    emu_fdc_set_drive(fdc, number, place->disk, kind);
    return true;
}

/* What the drives are, for firmware and for drivers. */
static void floppies_tell(struct board *board, const uint8_t *kinds, unsigned count)
{
    struct emu_device *rtc = emu_machine_find_device(board->machine, "rtc");

    emu_rtc_cmos_set(rtc, FLOPPIES_KINDS, (uint8_t)(kinds[0] << 4 | kinds[1]));
    emu_rtc_cmos_set(rtc, FLOPPIES_BOARD,
                     BOARD_HAS_FPU | BOARD_HAS_MOUSE | BOARD_HAS_FLOPPY |
                         (count > 1 ? BOARD_TWO_FLOPPIES : 0));
}

static bool floppies_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    struct emu_device *dma = emu_machine_find_device(board->machine, "dma");
    const struct emu_isa_dma channel = emu_i8237_channel(dma, FLOPPIES_DMA);
    uint8_t kinds[EMU_FDC_DRIVES] = {0};
    unsigned count = 0;

    for (unsigned i = 0; i < board->config->drive_count; i++) {
        if (board->config->drives[i].bus != EMU_DRIVE_FLOPPY)
            continue;
        if (count == EMU_FDC_DRIVES)
            return emu_error_set(err, EMU_ERROR_INPUT, "a machine has at most %d floppy drives",
                                 EMU_FDC_DRIVES);
        if (!floppies_add(board, device, count, i, err))
            return false;
        kinds[count++] = board->places[i].floppy_kind;
    }
    board->floppies = count;
    emu_fdc_set_dma(device, &channel);
    floppies_tell(board, kinds, count);
    return true;
}

bool board_add_floppies(struct board *board, struct emu_error *err)
{
    static const struct board_device row = {
        .class = &emu_fdc_class,
        .id = "fdc",
        .maps = {{0, BOARD_PORTS, 0x3f0, 0}, {1, BOARD_PORTS, 0x3f7, 0}},
        .wires = {{0, 1, BOARD_ISA, 6, NULL}},
        .prepare = floppies_prepare,
    };

    for (unsigned i = 0; i < board->config->drive_count; i++)
        if (board->config->drives[i].bus == EMU_DRIVE_FLOPPY)
            return board_add_device(board, &row, err);
    return true;
}

bool board_check_floppy(const struct board *board, unsigned index, uint64_t size,
                        struct emu_error *err)
{
    const struct board_place *place = &board->places[index];

    return emu_floppy_fits((enum emu_floppy_drive)place->floppy_kind, size) ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "an image of %llu bytes does not fit floppy drive %c, which is for "
                         "another kind of disks",
                         (unsigned long long)size, (char)('A' + place->port));
}
