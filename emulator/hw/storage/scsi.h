/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SCSI commands, whatever bus brings them: what one asks for, and a disk that answers them (SPC-4,
 * SBC-3). A CD drive is in cdrom.h. Called with the controller's lock held.
 */
#ifndef EMU_HW_STORAGE_SCSI_H
#define EMU_HW_STORAGE_SCSI_H

#include "emulator/block/disk.h"
#include "emulator/state/state.h"

#define EMU_SCSI_PACKET 16
#define EMU_SCSI_REPLY  512
#define EMU_SCSI_SECTOR 512u

enum emu_scsi_outcome {
    EMU_SCSI_DONE,   /* reply[0..length) goes to the host */
    EMU_SCSI_READ,   /* length bytes from offset of the disk go to the host */
    EMU_SCSI_WRITE,  /* and these come from it */
    EMU_SCSI_FLUSH,  /* the disk is to be flushed */
    EMU_SCSI_FAILED, /* sense says why */
};

struct emu_scsi_result {
    enum emu_scsi_outcome outcome;
    bool durable; /* of a write: on stable storage when done */
    uint64_t offset, length;
    uint8_t reply[EMU_SCSI_REPLY];
};

/* A disk of 512-byte sectors that never goes. */
struct emu_scsi_disk {
    struct emu_disk *disk; /* NULL: of no size */
    uint8_t sense, asc;
};

/* A command packet; serial: at most 20 characters. */
void emu_scsi_disk_command(struct emu_scsi_disk *scsi, const char *serial,
                           const uint8_t packet[EMU_SCSI_PACKET], struct emu_scsi_result *result);
/* What the disk said to a transfer or a flush: 0, or an errno value that becomes a sense. */
void emu_scsi_disk_failed(struct emu_scsi_disk *scsi, bool write, int error);
void emu_scsi_disk_reset(struct emu_scsi_disk *scsi);

/* The state, for the controller to save: a field table over struct emu_scsi_disk. */
extern const struct emu_field emu_scsi_disk_fields[];

#endif
