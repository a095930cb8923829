/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Floppy disks and their drives: what an image's size says of its layout, which drive takes which
 * medium at which data rate, and where the heads are.
 */
#include "emulator/hw/storage/fdc-internal.h"

#define FDC_MAX_CYLINDER 83 /* that a drive's heads can reach */

/* Bits of data rates. */
#define RATE_500  0x1u
#define RATE_300  0x2u
#define RATE_250  0x4u
#define RATE_1000 0x8u

/* 5.25 inch media of 360K and less turn faster in a drive for 1.2M, which reads them at 300. */
static const struct fdc_format fdc_formats[] = {
    {8, 40, 1, true, RATE_250 | RATE_300}, /* 160K */
    {9, 40, 1, true, RATE_250 | RATE_300}, /* 180K */
    {8, 40, 2, true, RATE_250 | RATE_300}, /* 320K */
    {9, 40, 2, true, RATE_250 | RATE_300}, /* 360K */
    {15, 80, 2, true, RATE_500},           /* 1.2M */
    {9, 80, 2, false, RATE_250},           /* 720K */
    {18, 80, 2, false, RATE_500},          /* 1.44M */
    {21, 80, 2, false, RATE_500},          /* 1.68M, as distributions had it */
    {21, 82, 2, false, RATE_500},          /* 1.72M */
    {36, 80, 2, false, RATE_1000},         /* 2.88M */
};

static uint64_t fdc_format_size(const struct fdc_format *format)
{
    return (uint64_t)format->sectors * format->cylinders * format->heads * FDC_SECTOR;
}

static const struct fdc_format *fdc_find_format(uint64_t size)
{
    for (size_t i = 0; i < sizeof(fdc_formats) / sizeof(fdc_formats[0]); i++)
        if (fdc_format_size(&fdc_formats[i]) == size)
            return &fdc_formats[i];
    return NULL;
}

const char *emu_floppy_sizes(void)
{
    return "160K, 180K, 320K, 360K, 720K, 1200K, 1440K, 1680K, 1722K or 2880K";
}

enum emu_floppy_drive emu_floppy_drive_for(uint64_t size)
{
    const struct fdc_format *format = fdc_find_format(size);

    if (size == 0)
        return EMU_FLOPPY_1440K;
    if (format == NULL)
        return EMU_FLOPPY_NONE;
    if (format->small)
        return format->cylinders == 40 ? EMU_FLOPPY_360K : EMU_FLOPPY_1200K;
    if (format->rates == RATE_250)
        return EMU_FLOPPY_720K; /* BIOSes tell loaders the drive's layout, not the medium's */
    return format->rates & RATE_1000 ? EMU_FLOPPY_2880K : EMU_FLOPPY_1440K;
}

bool emu_floppy_fits(enum emu_floppy_drive drive, uint64_t size)
{
    const struct fdc_format *format = fdc_find_format(size);

    if (size == 0)
        return true;
    if (format == NULL)
        return false;
    switch (drive) {
    case EMU_FLOPPY_360K:
        return format->small && format->cylinders == 40;
    case EMU_FLOPPY_1200K:
        return format->small;
    case EMU_FLOPPY_720K:
        return !format->small && format->rates == RATE_250;
    case EMU_FLOPPY_1440K:
        return !format->small && !(format->rates & RATE_1000);
    case EMU_FLOPPY_2880K:
        return !format->small;
    case EMU_FLOPPY_NONE:
        break;
    }
    return false;
}

/* ---- in a drive ---- */

const struct fdc_format *fdc_format(const struct fdc_drive *drive)
{
    uint64_t size = emu_disk_size(drive->disk);

    return emu_floppy_fits(drive->kind, size) ? fdc_find_format(size) : NULL;
}

struct fdc_drive *fdc_drive(struct fdc *fdc, unsigned unit)
{
    return unit < EMU_FDC_DRIVES && fdc->drives[unit].disk != NULL ? &fdc->drives[unit] : NULL;
}

/* A drive for 80 cylinders makes two steps for one of a medium of 40. */
unsigned fdc_cylinder(const struct fdc_drive *drive, const struct fdc_format *format)
{
    return drive->cylinder >> (drive->kind == EMU_FLOPPY_1200K && format->cylinders == 40);
}

bool fdc_is_readable(const struct fdc *fdc, const struct fdc_drive *drive, unsigned side)
{
    const struct fdc_format *format = fdc_format(drive);
    uint8_t rates;

    if (format == NULL || side >= format->heads)
        return false;
    rates = format->rates;
    if (rates == (RATE_250 | RATE_300))
        rates = drive->kind == EMU_FLOPPY_1200K ? RATE_300 : RATE_250;
    return (rates >> fdc->rate & 1) && fdc_cylinder(drive, format) < format->cylinders;
}

void fdc_step_to(struct fdc_drive *drive, unsigned cylinder)
{
    unsigned reached = cylinder < FDC_MAX_CYLINDER ? cylinder : FDC_MAX_CYLINDER;

    if (reached == drive->cylinder)
        return;
    drive->cylinder = (uint8_t)reached;
    if (fdc_format(drive) != NULL)
        drive->changed = false; /* a step with a medium in */
}
