/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CD/DVD drive as SCSI commands see it (MMC-6, SPC-4): what a command packet asks for, whatever
 * bus brings it. Called with the controller's lock held.
 */
#ifndef EMU_HW_STORAGE_CDROM_H
#define EMU_HW_STORAGE_CDROM_H

#include "emulator/block/disk.h"
#include "emulator/hw/storage/scsi.h"
#include "emulator/state/state.h"

#define EMU_CDROM_BLOCK  2048u
#define EMU_CDROM_PACKET 12

enum emu_cdrom_event { EMU_CDROM_NO_EVENT, EMU_CDROM_EJECT_REQUEST, EMU_CDROM_NEW, EMU_CDROM_GONE };

struct emu_cdrom {
    struct emu_disk *disk; /* NULL: there is never a medium */
    bool open, locked;     /* the tray */
    bool changed;          /* the next command is told of a new medium */
    uint8_t event;         /* enum emu_cdrom_event, until somebody asks */
    uint8_t sense, asc, ascq;
};

/* A command packet. */
void emu_cdrom_command(struct emu_cdrom *cdrom, const uint8_t packet[EMU_CDROM_PACKET],
                       struct emu_scsi_result *result);
/* A read that the disk could not do. */
void emu_cdrom_read_failed(struct emu_cdrom *cdrom);
/* A medium came, or went, by somebody's hand. */
void emu_cdrom_medium_changed(struct emu_cdrom *cdrom);
/* Its tray moves, by the guest or by somebody's hand, which no lock keeps. */
void emu_cdrom_move_tray(struct emu_cdrom *cdrom, bool open);
/* The drive's button, while the tray is locked: the guest finds the wish when it next asks. */
void emu_cdrom_press_eject(struct emu_cdrom *cdrom);
void emu_cdrom_reset(struct emu_cdrom *cdrom);

/* The state, for the controller to save: a field table over struct emu_cdrom. */
extern const struct emu_field emu_cdrom_fields[];

#endif
