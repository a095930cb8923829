/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ICH9's SATA controller in AHCI mode (8086:2922; AHCI 1.3.1, Serial ATA 3.0, ACS-3): six ports
 * with disks (native queueing) or CD drives. Region: 0 the registers of BAR 5. INTA or MSI.
 */
#ifndef EMU_HW_STORAGE_AHCI_H
#define EMU_HW_STORAGE_AHCI_H

#include "emulator/core/device.h"

#define EMU_AHCI_PORTS 6

struct emu_disk;

extern const struct emu_device_class emu_ahci_class;

/* What is plugged into a port. Before realize. disk may be NULL for a CD drive without a disc. */
void emu_ahci_set_drive(struct emu_device *ahci, unsigned port, struct emu_disk *disk, bool cdrom);
/* The disk of that port's CD drive has another medium, or none. Takes the device's lock. */
void emu_ahci_medium_changed(struct emu_device *ahci, unsigned port);

/* How that port's CD drive stands. Takes the device's lock. */
void emu_ahci_get_tray(struct emu_device *ahci, unsigned port, bool *open, bool *locked);
/* Moves it. Takes the device's lock. */
void emu_ahci_move_tray(struct emu_device *ahci, unsigned port, bool open);
/* Its eject button: the guest that locked the tray is told. Takes the device's lock. */
void emu_ahci_press_eject(struct emu_device *ahci, unsigned port);

#endif
