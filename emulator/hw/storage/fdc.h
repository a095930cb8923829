/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PC's floppy disk controller, an 82077AA with up to two drives. Regions: 0 ports 0x3f0 to
 * 0x3f5, 1 port 0x3f7. Driven line: 0 IRQ 6. Its DMA channel comes as a handle.
 */
#ifndef EMU_HW_STORAGE_FDC_H
#define EMU_HW_STORAGE_FDC_H

#include "emulator/core/device.h"
#include "emulator/hw/misc/isa-dma.h"

#define EMU_FDC_DRIVES 2

struct emu_disk;

extern const struct emu_device_class emu_fdc_class;

/* Kinds of drives, as CMOS byte 0x10 tells them. */
enum emu_floppy_drive {
    EMU_FLOPPY_NONE,
    EMU_FLOPPY_360K,
    EMU_FLOPPY_1200K,
    EMU_FLOPPY_720K,
    EMU_FLOPPY_1440K,
    EMU_FLOPPY_2880K,
};

/* The drive that suits an image of so many bytes best (0: no medium); NONE: no floppy has this
 * size. */
enum emu_floppy_drive emu_floppy_drive_for(uint64_t size);
/* Can the drive read a medium of so many bytes? */
bool emu_floppy_fits(enum emu_floppy_drive drive, uint64_t size);
/* "160K, 180K, ...": the sizes there are, for messages. */
const char *emu_floppy_sizes(void);

/* Before realize. disk: with a medium that fits, or none; never NULL. */
void emu_fdc_set_drive(struct emu_device *fdc, unsigned index, struct emu_disk *disk,
                       enum emu_floppy_drive drive);
void emu_fdc_set_dma(struct emu_device *fdc, const struct emu_isa_dma *dma);
/* The drive's disk has another medium, or none. Takes the device's lock. */
void emu_fdc_medium_changed(struct emu_device *fdc, unsigned index);

#endif
