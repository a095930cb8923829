/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a floppy controller, its DMA controller, and a disk in memory in the first drive.
 */
#ifndef LATHE_TESTS_HW_FLOPPY_RIG_H
#define LATHE_TESTS_HW_FLOPPY_RIG_H

#include "emulator/api/block.h"
#include "emulator/block/disk.h"
#include "emulator/core/queue.h"
#include "emulator/hw/misc/i8237.h"
#include "emulator/hw/storage/fdc.h"
#include "tests/hw/rig.h"

#define FLOPPY_BUFFER 0x20000u /* guest memory that channel 2 is set to */

struct floppy_rig {
    struct rig rig;
    struct emu_queue *queue;
    struct emu_block_backend backend;
    struct emu_disk *disk;
    struct rig_device *dma, *fdc;
};

/* A medium of that size, and a drive for it; or for 1.44M without a medium, if it is 0. */
void floppy_init(struct floppy_rig *rig, uint64_t size, bool read_only);
void floppy_finish(struct floppy_rig *rig);
/* Waits for the disk and delivers what is done. */
void floppy_settle(struct floppy_rig *rig);
/* Puts another medium in, or none. */
void floppy_change(struct floppy_rig *rig, uint64_t size);

/* Ports, by their number. */
uint8_t floppy_in(struct floppy_rig *rig, unsigned port);
void floppy_out(struct floppy_rig *rig, unsigned port, uint8_t value);

/* Out of the reset with interrupts and DMA, the data rate for 1.44M, heads at cylinder 0. */
void floppy_start(struct floppy_rig *rig);
/* Channel 2: so many bytes at FLOPPY_BUFFER, into memory or out of it. */
void floppy_set_dma(struct floppy_rig *rig, unsigned length, bool in);
/* Sends the bytes of a command, each when the controller is ready for it. */
void floppy_command(struct floppy_rig *rig, const uint8_t *bytes, unsigned count);
/* Takes the result's bytes; how many. */
unsigned floppy_result(struct floppy_rig *rig, uint8_t *out);
uint8_t *floppy_ram(struct floppy_rig *rig, unsigned offset);

#endif
