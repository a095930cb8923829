/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SATA disk's commands (ACS-3): 28 and 48 bits, PIO and DMA, native queueing, TRIM, write cache.
 * SMART, security and the host protected area are left out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/storage/ahci-internal.h"

#define ATA_SECTOR     512u
#define ATA_HEADS      16u
#define ATA_TRACK      63u /* sectors, for those who address by cylinders */
#define ATA_GOOD       (ATA_DRDY | ATA_SEEK)
#define ATA_LBA        0x40u /* device register: no cylinders */
#define ATA_TRIM_ENTRY 8
#define ATA_TRIM_MAX   8     /* sectors of entries */
#define ATA_FUA        0x80u /* device register of a queued write */

typedef void ata_fn(struct ahci_command *command);

static uint64_t ata_sectors(const struct ahci_command *command)
{
    return emu_disk_size(command->port->disk) / ATA_SECTOR;
}

static void ata_good(struct ahci_command *command)
{
    ahci_complete(command, ATA_GOOD, 0, 0);
}

static uint64_t ata_lba48(const uint8_t *fis)
{
    return fis[4] | (uint64_t)fis[5] << 8 | (uint64_t)fis[6] << 16 | (uint64_t)fis[8] << 24 |
           (uint64_t)fis[9] << 32 | (uint64_t)fis[10] << 40;
}

static uint64_t ata_lba28(const uint8_t *fis)
{
    uint32_t cylinder = fis[5] | (uint32_t)fis[6] << 8;

    if (fis[7] & ATA_LBA)
        return fis[4] | (uint32_t)fis[5] << 8 | (uint32_t)fis[6] << 16 |
               (uint32_t)(fis[7] & 0xf) << 24;
    return ((uint64_t)cylinder * ATA_HEADS + (fis[7] & 0xf)) * ATA_TRACK + fis[4] - 1;
}

/* ---- transfers ---- */

static void ata_transfer(struct ahci_command *command, enum emu_disk_op op, uint64_t lba,
                         uint64_t count)
{
    uint64_t sectors = ata_sectors(command);

    if (lba > sectors || count > sectors - lba) {
        ahci_abort(command, ATA_IDNF);
    } else if (command->room < count * ATA_SECTOR) {
        ahci_abort(command, ATA_ABRT);
    } else {
        command->disk.durable =
            op == EMU_DISK_WRITE && (command->disk.durable || !command->port->caches);
        ahci_submit(command, op, lba * ATA_SECTOR, count * ATA_SECTOR, NULL);
    }
}

static void ata_transfer28(struct ahci_command *command, enum emu_disk_op op)
{
    uint8_t count = command->fis[12];

    ata_transfer(command, op, ata_lba28(command->fis), count != 0 ? count : 256);
}

static void ata_transfer48(struct ahci_command *command, enum emu_disk_op op)
{
    unsigned count = command->fis[12] | (unsigned)command->fis[13] << 8;

    ata_transfer(command, op, ata_lba48(command->fis), count != 0 ? count : 65536);
}

static void ata_read(struct ahci_command *command)
{
    ata_transfer28(command, EMU_DISK_READ);
}

static void ata_write(struct ahci_command *command)
{
    ata_transfer28(command, EMU_DISK_WRITE);
}

static void ata_read_ext(struct ahci_command *command)
{
    ata_transfer48(command, EMU_DISK_READ);
}

static void ata_write_ext(struct ahci_command *command)
{
    ata_transfer48(command, EMU_DISK_WRITE);
}

static void ata_write_fua(struct ahci_command *command)
{
    command->disk.durable = true;
    ata_transfer48(command, EMU_DISK_WRITE);
}

static void ata_pio_read(struct ahci_command *command)
{
    command->pio = true;
    ata_read(command);
}

static void ata_pio_read_ext(struct ahci_command *command)
{
    command->pio = true;
    ata_read_ext(command);
}

/* Is the range there? Nothing moves. */
static void ata_verify_range(struct ahci_command *command, uint64_t lba, uint64_t count)
{
    uint64_t sectors = ata_sectors(command);

    if (lba > sectors || count > sectors - lba)
        ahci_abort(command, ATA_IDNF);
    else
        ata_good(command);
}

static void ata_verify(struct ahci_command *command)
{
    uint8_t count = command->fis[12];

    ata_verify_range(command, ata_lba28(command->fis), count != 0 ? count : 256);
}

static void ata_verify_ext(struct ahci_command *command)
{
    unsigned count = command->fis[12] | (unsigned)command->fis[13] << 8;

    ata_verify_range(command, ata_lba48(command->fis), count != 0 ? count : 65536);
}

/* The command is the device's now, and the port takes the next. */
static void ata_queued(struct ahci_command *command, enum emu_disk_op op)
{
    struct ahci_port *port = command->port;
    unsigned count = command->fis[3] | (unsigned)command->fis[11] << 8;

    command->queued = true;
    port->busy = false;
    port->ci &= ~(1u << command->slot);
    port->tfd = ATA_GOOD;
    command->disk.durable = command->fis[7] & ATA_FUA;
    if (command->fis[12] >> 3 != command->slot || !(port->sact >> command->slot & 1))
        ahci_abort(command, ATA_ABRT);
    else
        ata_transfer(command, op, ata_lba48(command->fis), count != 0 ? count : 65536);
}

static void ata_read_queued(struct ahci_command *command)
{
    ata_queued(command, EMU_DISK_READ);
}

static void ata_write_queued(struct ahci_command *command)
{
    ata_queued(command, EMU_DISK_WRITE);
}

static void ata_flush(struct ahci_command *command)
{
    ahci_submit(command, EMU_DISK_FLUSH, 0, 0, NULL);
}

/* ---- TRIM: a list of ranges, done one after the other ---- */

static void ata_trim_next(struct ahci_command *command);

static void ata_trim_done(struct emu_disk_request *request)
{
    struct ahci_command *command = (struct ahci_command *)request;

    if (request->error == ECANCELED) {
        free(command->ranges);
        free(command);
    } else if (request->error != 0 && request->error != EROFS) {
        ahci_abort(command, ATA_ABRT);
    } else {
        ata_trim_next(command);
    }
}

static void ata_trim_next(struct ahci_command *command)
{
    uint64_t sectors = ata_sectors(command);

    while (command->range_next < command->range_count) {
        uint64_t entry, lba, count;

        memcpy(&entry, command->ranges + ATA_TRIM_ENTRY * (size_t)command->range_next++,
               sizeof(entry));
        lba = entry & 0xffffffffffffull;
        count = entry >> 48;
        if (lba > sectors || count > sectors - lba) {
            ahci_abort(command, ATA_IDNF);
            return;
        }
        if (count != 0) {
            ahci_submit(command, EMU_DISK_DISCARD, lba * ATA_SECTOR, count * ATA_SECTOR,
                        ata_trim_done);
            return;
        }
    }
    ata_good(command);
}

static void ata_data_set(struct ahci_command *command)
{
    size_t length = (command->fis[12] | (size_t)command->fis[13] << 8) * ATA_SECTOR;

    if (command->fis[3] != 1 || length == 0 || length > ATA_TRIM_MAX * ATA_SECTOR) {
        ahci_abort(command, ATA_ABRT);
        return;
    }
    command->ranges = malloc(length);
    if (command->ranges == NULL || !ahci_fetch(command, command->ranges, length)) {
        ahci_abort(command, ATA_ABRT);
        return;
    }
    command->range_count = (unsigned)(length / ATA_TRIM_ENTRY);
    ata_trim_next(command);
}

/* ---- identification ---- */

/* Two characters a word, the first one high. */
void ata_identify_text(uint16_t *words, unsigned first, unsigned count, const char *text)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t high = *text != '\0' ? (uint8_t)*text++ : ' ';
        uint8_t low = *text != '\0' ? (uint8_t)*text++ : ' ';

        words[first + i] = (uint16_t)(high << 8 | low);
    }
}

static void ata_identify_geometry(uint16_t *words, uint64_t sectors)
{
    uint64_t cylinders = sectors / (ATA_HEADS * ATA_TRACK);
    uint64_t small = sectors < 0xfffffff ? sectors : 0xfffffff;

    words[1] = (uint16_t)(cylinders < 16383 ? cylinders : 16383);
    words[3] = ATA_HEADS;
    words[6] = ATA_TRACK;
    words[60] = (uint16_t)small;
    words[61] = (uint16_t)(small >> 16);
    for (unsigned i = 0; i < 4; i++)
        words[100 + i] = (uint16_t)(sectors >> 16 * i);
}

static void ata_identify_features(const struct ahci_command *command, uint16_t *words)
{
    words[47] = 0x8010; /* 16 sectors of READ MULTIPLE */
    words[49] = 0x0f00; /* LBA, DMA, IORDY */
    words[50] = 0x4000;
    words[53] = 0x0006;
    words[59] = (uint16_t)(0x0100 | command->port->multiple);
    words[63] = 0x0007; /* multiword DMA */
    words[64] = 0x0003; /* PIO 3 and 4 */
    words[65] = words[66] = words[67] = words[68] = 120;
    words[69] = 0x4020; /* trimmed sectors read alike, as zeroes */
    words[75] = AHCI_SLOTS - 1;
    words[76] = 0x010e; /* NCQ, 1.5 to 6 Gb/s */
    words[80] = 0x01f0; /* ATA8-ACS and before */
    words[82] = 0x0020; /* write cache, */
    words[83] = 0x7400; /* 48 bits, FLUSH CACHE (EXT), */
    words[84] = 0x4040; /* FUA */
    words[85] = command->port->caches ? 0x0020 : 0;
    words[86] = 0x3400;
    words[87] = 0x4040;
    words[88] = 0x207f; /* Ultra DMA, mode 5 is chosen */
    words[105] = ATA_TRIM_MAX;
    words[106] = 0x6003; /* 8 sectors in a physical one */
    words[169] = 0x0001; /* TRIM */
    words[217] = 0x0001; /* it does not turn */
}

static void ata_identify(struct ahci_command *command)
{
    uint16_t words[256] = {0};
    char serial[21];

    snprintf(serial, sizeof(serial), "LD%05u", command->port->index + 1u);
    words[0] = 0x0040; /* not removable */
    ata_identify_text(words, 10, 10, serial);
    ata_identify_text(words, 23, 4, "1.0");
    ata_identify_text(words, 27, 20, "LATHE DISK");
    ata_identify_geometry(words, ata_sectors(command));
    ata_identify_features(command, words);
    command->pio = true;
    ahci_reply(command, words, sizeof(words));
}

/* Page 10h tells which queued command failed; page 0 which pages there are. */
static void ata_read_log(struct ahci_command *command)
{
    struct ahci_port *port = command->port;
    uint8_t page[512] = {0}, sum = 0;

    if (command->fis[4] == 0) {
        page[0] = 1;
        page[2 * 0x10] = 1;
    } else if (command->fis[4] == 0x10) {
        page[0] = port->error_tag;
        page[2] = port->error_status;
        page[3] = port->error_code;
        for (unsigned i = 0; i < 511; i++)
            sum = (uint8_t)(sum + page[i]);
        page[511] = (uint8_t)-sum;
        port->error_tag = 0x80;
    } else {
        ahci_abort(command, ATA_ABRT);
        return;
    }
    command->pio = command->fis[2] == 0x2f;
    ahci_reply(command, page, sizeof(page));
}

/* ---- settings ---- */

static void ata_set_features(struct ahci_command *command)
{
    switch (command->fis[3]) {
    case 0x02: /* write cache on */
    case 0x82: /* and off */
        command->port->caches = command->fis[3] == 0x02;
        ata_good(command);
        break;
    case 0x03: /* transfer mode */
    case 0x10: /* SATA features */
    case 0x90:
    case 0x05: /* power management */
    case 0x85:
    case 0xaa: /* read ahead */
    case 0x55:
        ata_good(command);
        break;
    default:
        ahci_abort(command, ATA_ABRT);
        break;
    }
}

static void ata_set_multiple(struct ahci_command *command)
{
    uint8_t count = command->fis[12];

    if (count > 16 || (count & (count - 1)) != 0) {
        ahci_abort(command, ATA_ABRT);
        return;
    }
    command->port->multiple = count;
    ata_good(command);
}

/* It is always awake. */
static void ata_power_mode(struct ahci_command *command)
{
    command->fis[12] = 0xff;
    ata_good(command);
}

static void ata_native_max(struct ahci_command *command)
{
    uint64_t last = ata_sectors(command) - 1;

    for (unsigned i = 0; i < 3; i++) {
        command->fis[4 + i] = (uint8_t)(last >> 8 * i);
        command->fis[8 + i] = (uint8_t)(last >> (24 + 8 * i));
    }
    ata_good(command);
}

static void ata_diagnose(struct ahci_command *command)
{
    ahci_complete(command, ATA_GOOD, 1, 0);
}

/* ---- */

static const struct {
    uint8_t code;
    ata_fn *run;
} ata_commands[] = {
    {0x06, ata_data_set},
    {0x10, ata_good /* recalibrate */},
    {0x20, ata_pio_read},
    {0x21, ata_pio_read},
    {0x24, ata_pio_read_ext},
    {0x25, ata_read_ext},
    {0x27, ata_native_max},
    {0x29, ata_pio_read_ext},
    {0x2f, ata_read_log},
    {0x30, ata_write},
    {0x31, ata_write},
    {0x34, ata_write_ext},
    {0x35, ata_write_ext},
    {0x39, ata_write_ext},
    {0x3d, ata_write_fua},
    {0x40, ata_verify},
    {0x41, ata_verify},
    {0x42, ata_verify_ext},
    {0x47, ata_read_log},
    {0x60, ata_read_queued},
    {0x61, ata_write_queued},
    {0x70, ata_good /* seek */},
    {0x90, ata_diagnose},
    {0x91, ata_good /* geometry */},
    {0xc4, ata_pio_read},
    {0xc5, ata_write},
    {0xc6, ata_set_multiple},
    {0xc8, ata_read},
    {0xc9, ata_read},
    {0xca, ata_write},
    {0xcb, ata_write},
    {0xe0, ata_good /* standby, idle: at once or later */},
    {0xe1, ata_good},
    {0xe2, ata_good},
    {0xe3, ata_good},
    {0xe5, ata_power_mode},
    {0xe6, ata_good /* sleep */},
    {0xe7, ata_flush},
    {0xea, ata_flush},
    {0xec, ata_identify},
    {0xef, ata_set_features},
};

void ata_command(struct ahci_command *command)
{
    for (size_t i = 0; i < sizeof(ata_commands) / sizeof(ata_commands[0]); i++) {
        if (ata_commands[i].code == command->fis[2]) {
            ata_commands[i].run(command);
            return;
        }
    }
    ahci_abort(command, ATA_ABRT);
}
