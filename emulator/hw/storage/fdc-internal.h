/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the files of the floppy controller: its state, and what they call of each other. All with
 * the device's lock held.
 */
#ifndef EMU_HW_STORAGE_FDC_INTERNAL_H
#define EMU_HW_STORAGE_FDC_INTERNAL_H

#include "emulator/block/disk.h"
#include "emulator/hw/storage/fdc.h"

#define FDC_UNITS  4 /* that commands can name */
#define FDC_FIFO   16
#define FDC_SECTOR 512

enum fdc_output { /* digital output register */
                  FDC_DOR_DRIVE = 0x03,
                  FDC_DOR_RUN = 0x04,  /* 0: reset */
                  FDC_DOR_GATE = 0x08, /* interrupts and DMA requests reach the bus */
};

enum fdc_st0 {
    FDC_ST0_HEAD = 0x04,
    FDC_ST0_CHECK = 0x10, /* no track 0 found */
    FDC_ST0_SEEK = 0x20,  /* a seek ended */
    FDC_ST0_FAILED = 0x40,
    FDC_ST0_INVALID = 0x80,
    FDC_ST0_POLLED = 0xc0, /* a drive became ready: what a reset leaves */
};

enum fdc_st1 {
    FDC_ST1_NO_MARK = 0x01,
    FDC_ST1_PROTECTED = 0x02,
    FDC_ST1_NO_DATA = 0x04, /* no such sector */
    FDC_ST1_OVERRUN = 0x10,
    FDC_ST1_DATA = 0x20, /* a sector is bad */
    FDC_ST1_END = 0x80,  /* behind the last sector, and nobody said stop */
};

enum fdc_st2 {
    FDC_ST2_BAD_CYLINDER = 0x02,
    FDC_ST2_CYLINDER = 0x10, /* the track has another number */
    FDC_ST2_DATA = 0x20,
    FDC_ST2_MARK = 0x40, /* read: the sector's mark is of the other sort */
};

enum fdc_phase { FDC_COMMAND, FDC_EXECUTION, FDC_RESULT };

/* What is done with each sector. */
enum fdc_action { FDC_READ, FDC_WRITE, FDC_VERIFY, FDC_FORMAT };

/* How a medium is laid out. */
struct fdc_format {
    uint8_t sectors, cylinders, heads;
    bool small;    /* 5.25 inches */
    uint8_t rates; /* data rates that read it, a bit each; see fdc.rate */
};

struct fdc_drive {
    struct emu_disk *disk; /* NULL: no drive */
    enum emu_floppy_drive kind;
    uint8_t cylinder; /* under the heads */
    bool changed;     /* the disk change line */
};

struct fdc {
    struct emu_device device;
    struct emu_region registers, direction;
    struct emu_isa_dma dma;
    struct fdc_drive drives[EMU_FDC_DRIVES];

    uint8_t output, tape; /* registers */
    uint8_t rate;         /* 0: 500, 1: 300, 2: 250, 3: 1000 Kbit/s */
    uint8_t specify[2], configure, precompensation, perpendicular;
    bool locked;
    uint8_t numbers[FDC_UNITS];    /* of the cylinders, as the controller counts them */
    uint8_t senses[FDC_UNITS];     /* ST0 for SENSE INTERRUPT, */
    uint8_t sense_pending, polled; /* which of them, and which only since a reset; bits */
    bool irq;                      /* wanted, whatever the gate does */
    uint8_t phase;                 /* enum fdc_phase */
    uint8_t fifo[FDC_FIFO];        /* bytes of the command or its result, */
    uint8_t length, position;      /* how many there are, and the next one of the result */

    /* READ, WRITE and their like; cylinder to code are as the sector says, and as it is told */
    uint8_t action; /* enum fdc_action */
    uint8_t cylinder, head, sector, code, last;
    uint8_t side; /* of the medium */
    uint8_t st1, st2;
    bool multi, whole_track, other_mark;
    bool ended;   /* terminal count */
    uint8_t left; /* FORMAT: sectors */
    uint8_t filler;
    uint8_t buffer[FDC_SECTOR];
    uint16_t buffered, moved; /* without DMA: bytes that the processor moves, and has moved */
    bool busy;                /* the disk works */
    struct emu_disk_request request;
};

/* ---- fdc.c ---- */

void fdc_set_irq(struct fdc *fdc, bool level);
/* The command is over: its result has so many bytes in fifo (0: none). */
void fdc_reply(struct fdc *fdc, unsigned length);

/* ---- fdc-media.c ---- */

/* Of the medium in the drive; NULL: there is none. */
const struct fdc_format *fdc_format(const struct fdc_drive *drive);
/* The drive that a command names; NULL: there is none. */
struct fdc_drive *fdc_drive(struct fdc *fdc, unsigned unit);
/* The medium's cylinder under the heads. */
unsigned fdc_cylinder(const struct fdc_drive *drive, const struct fdc_format *format);
/* Can it be read at all: a medium, the data rate, a side that there is? */
bool fdc_is_readable(const struct fdc *fdc, const struct fdc_drive *drive, unsigned side);
/* Moves the heads. */
void fdc_step_to(struct fdc_drive *drive, unsigned cylinder);

/* ---- fdc-command.c ---- */

/* A byte from the processor: a command's next one; the last one starts it. */
void fdc_take_command(struct fdc *fdc, uint8_t value);
bool fdc_has_dma(const struct fdc *fdc);

/* ---- fdc-transfer.c ---- */

void fdc_start_transfer(struct fdc *fdc, enum fdc_action action);
void fdc_start_format(struct fdc *fdc);
void fdc_read_id(struct fdc *fdc);
/* Without DMA: a byte of a sector from or to the processor. */
uint8_t fdc_take_data(struct fdc *fdc);
void fdc_put_data(struct fdc *fdc, uint8_t value);

#endif
