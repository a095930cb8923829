/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SATA CD drive: the few ATA commands that it has, and packets (ACS-3, 7.17; MMC-6 in cdrom.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/storage/ahci-internal.h"

#define ATAPI_REASON_STATUS 0x03 /* count register: command done */
#define ATAPI_GOOD          (ATA_DRDY | ATA_SEEK)

static void atapi_finish(struct ahci_command *command, uint8_t status, uint8_t error, uint32_t done)
{
    command->fis[12] = ATAPI_REASON_STATUS;
    command->fis[5] = (uint8_t)done; /* byte count */
    command->fis[6] = (uint8_t)(done >> 8);
    ahci_complete(command, status, error, done);
}

/* The sense key is in the error register's upper half. */
static void atapi_check(struct ahci_command *command)
{
    uint8_t key = command->port->cd.sense;

    atapi_finish(command, ATA_DRDY | ATA_SEEK | ATA_ERR, (uint8_t)(key << 4 | ATA_ABRT), 0);
}

static void atapi_read_done(struct emu_disk_request *request)
{
    struct ahci_command *command = (struct ahci_command *)request;

    if (request->error == ECANCELED) {
        free(command);
    } else if (request->error == 0) {
        atapi_finish(command, ATAPI_GOOD, 0, (uint32_t)request->length);
    } else {
        emu_cdrom_read_failed(&command->port->cd);
        atapi_check(command);
    }
}

static void atapi_packet(struct ahci_command *command)
{
    struct emu_scsi_result result;

    emu_cdrom_command(&command->port->cd, command->packet, &result);
    command->pio = !(command->fis[3] & 1) && result.length != 0;
    switch (result.outcome) {
    case EMU_SCSI_FAILED:
        atapi_check(command);
        break;
    case EMU_SCSI_READ:
        if (result.length > command->room)
            result.length = command->room;
        ahci_submit(command, EMU_DISK_READ, result.offset, result.length, atapi_read_done);
        break;
    default:
        command->fis[12] = ATAPI_REASON_STATUS;
        ahci_reply(command, result.reply, result.length);
        break;
    }
}

static void atapi_identify(struct ahci_command *command)
{
    uint16_t words[256] = {0};

    words[0] = 0x8580; /* ATAPI CD, removable, packets of 12 bytes */
    ata_identify_text(words, 10, 10, "LC00001");
    ata_identify_text(words, 23, 4, "1.0");
    ata_identify_text(words, 27, 20, "LATHE DVD-ROM");
    words[49] = 0x0f00; /* LBA, DMA, IORDY */
    words[53] = 0x0006;
    words[63] = 0x0007;
    words[64] = 0x0003;
    words[65] = words[66] = words[67] = words[68] = 120;
    words[76] = 0x000e; /* 1.5 to 6 Gb/s */
    words[80] = 0x01f0;
    words[82] = 0x0210; /* packets, device reset */
    words[83] = 0x4000;
    words[84] = 0x4000;
    words[85] = 0x0210;
    words[87] = 0x4000;
    words[88] = 0x207f;
    command->pio = true;
    ahci_reply(command, words, sizeof(words));
}

/* IDENTIFY DEVICE and READ SECTORS fail with the signature of a packet device. */
static void atapi_refuse(struct ahci_command *command)
{
    command->fis[12] = command->fis[4] = 1;
    command->fis[5] = 0x14;
    command->fis[6] = 0xeb;
    ahci_abort(command, ATA_ABRT);
}

void atapi_command(struct ahci_command *command)
{
    switch (command->fis[2]) {
    case 0xa0:
        atapi_packet(command);
        break;
    case 0xa1:
        atapi_identify(command);
        break;
    case 0x08: /* device reset */
        ahci_complete(command, 0, 1, 0);
        break;
    case 0xef: /* set features: transfer modes */
    case 0xe0: /* power: it is always awake */
    case 0xe1:
    case 0xe6:
        ahci_complete(command, ATAPI_GOOD, 0, 0);
        break;
    case 0xe5:
        command->fis[12] = 0xff;
        ahci_complete(command, ATAPI_GOOD, 0, 0);
        break;
    default:
        atapi_refuse(command);
        break;
    }
}
