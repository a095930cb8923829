/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk's SCSI commands (SPC-4, SBC-3). Reservations, protection information and unmapping are
 * left out, and so is anything that takes parameters from the host.
 */
#include <errno.h>
#include <string.h>

#include "emulator/hw/storage/scsi.h"

#define SENSE_MEDIUM      0x3
#define SENSE_HARDWARE    0x4
#define SENSE_ILLEGAL     0x5
#define SENSE_PROTECT     0x7
#define ASC_WRITE_ERROR   0x0c
#define ASC_READ_ERROR    0x11
#define ASC_INVALID_CODE  0x20
#define ASC_OUT_OF_RANGE  0x21
#define ASC_INVALID_FIELD 0x24
#define ASC_PROTECTED     0x27

#define SCSI_MAX_TRANSFER (256ull << 20) /* bytes of one command */
#define SCSI_FUA          0x08           /* of byte 1 */

typedef void scsi_fn(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                     struct emu_scsi_result *result);

static uint64_t scsi_get(const uint8_t *p, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

static void scsi_put(uint8_t *p, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static void scsi_fail(struct emu_scsi_disk *scsi, struct emu_scsi_result *result, uint8_t sense,
                      uint8_t asc)
{
    scsi->sense = sense;
    scsi->asc = asc;
    result->outcome = EMU_SCSI_FAILED;
    result->length = 0;
}

/* length bytes are in reply, of which the host wants at most allocation. */
static void scsi_reply(struct emu_scsi_result *result, uint64_t length, uint64_t allocation)
{
    result->length = length < allocation ? length : allocation;
}

static uint64_t scsi_sectors(const struct emu_scsi_disk *scsi)
{
    return emu_disk_size(scsi->disk) / EMU_SCSI_SECTOR;
}

/* ---- about the disk ---- */

static void scsi_nothing(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                         struct emu_scsi_result *result)
{
}

static void scsi_request_sense(struct emu_scsi_disk *scsi, const char *serial,
                               const uint8_t *packet, struct emu_scsi_result *result)
{
    result->reply[0] = 0x70; /* current, fixed format */
    result->reply[2] = scsi->sense;
    result->reply[7] = 10;
    result->reply[12] = scsi->asc;
    scsi->sense = scsi->asc = 0;
    scsi_reply(result, 18, packet[4]);
}

/* Pages of vital product data; their length, or 0. */
static size_t scsi_vital(uint8_t page, const char *serial, uint8_t *reply)
{
    static const uint8_t pages[] = {0x00, 0x80, 0x83};
    size_t length = strlen(serial);

    length = length < 20 ? length : 20;
    reply[1] = page;
    switch (page) {
    case 0x00:
        memcpy(reply + 4, pages, sizeof(pages));
        length = sizeof(pages);
        break;
    case 0x80:
        memcpy(reply + 4, serial, length);
        break;
    case 0x83: /* one name: vendor and serial number */
        reply[4] = 0x02;
        reply[5] = 0x01;
        reply[7] = (uint8_t)(8 + length);
        memcpy(reply + 8, "LATHE   ", 8);
        memcpy(reply + 16, serial, length);
        length += 12;
        break;
    default:
        return 0;
    }
    reply[3] = (uint8_t)length;
    return 4 + length;
}

static void scsi_inquiry(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                         struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;
    size_t length = 36;

    if (packet[1] & 1) {
        length = scsi_vital(packet[2], serial, reply);
    } else if (packet[2] != 0) {
        length = 0;
    } else {
        reply[2] = 0x05; /* SPC-3 */
        reply[3] = 0x02;
        reply[4] = 31;
        memcpy(reply + 8, "LATHE   DISK            1.0 ", 28);
    }
    if (length == 0)
        scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_INVALID_FIELD);
    else
        scsi_reply(result, length, scsi_get(packet + 3, 2));
}

static void scsi_report_luns(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    result->reply[3] = 8; /* one, whose number is 0 */
    scsi_reply(result, 16, scsi_get(packet + 6, 4));
}

static void scsi_capacity10(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                            struct emu_scsi_result *result)
{
    uint64_t last = scsi_sectors(scsi) - 1;

    scsi_put(result->reply, last < UINT32_MAX ? last : UINT32_MAX, 4);
    scsi_put(result->reply + 4, EMU_SCSI_SECTOR, 4);
    scsi_reply(result, 8, 8);
}

static void scsi_capacity16(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                            struct emu_scsi_result *result)
{
    if ((packet[1] & 0x1f) != 0x10) {
        scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_INVALID_FIELD);
        return;
    }
    scsi_put(result->reply, scsi_sectors(scsi) - 1, 8);
    scsi_put(result->reply + 8, EMU_SCSI_SECTOR, 4);
    scsi_reply(result, 32, scsi_get(packet + 10, 4));
}

/* What floppies and sticks are asked for. */
static void scsi_format_capacities(struct emu_scsi_disk *scsi, const char *serial,
                                   const uint8_t *packet, struct emu_scsi_result *result)
{
    uint64_t sectors = scsi_sectors(scsi);

    result->reply[3] = 8;
    scsi_put(result->reply + 4, sectors < UINT32_MAX ? sectors : UINT32_MAX, 4);
    result->reply[8] = 0x02; /* formatted */
    scsi_put(result->reply + 9, EMU_SCSI_SECTOR, 3);
    scsi_reply(result, 12, scsi_get(packet + 7, 2));
}

static size_t scsi_mode_pages(unsigned page, uint8_t *at)
{
    if (page != 0x08 && page != 0x3f)
        return 0;
    at[0] = 0x08; /* caching */
    at[1] = 18;
    at[2] = 0x04; /* writes are cached */
    return 20;
}

static void scsi_mode_sense(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                            struct emu_scsi_result *result)
{
    bool six = packet[0] == 0x1a;
    size_t head = six ? 4 : 8, length = scsi_mode_pages(packet[2] & 0x3f, result->reply + head);
    uint8_t flags = emu_disk_read_only(scsi->disk) ? 0x90 : 0x10; /* protected; FUA is known */

    if (packet[2] >> 6 == 3 || (length == 0 && (packet[2] & 0x3f) != 0)) {
        scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_INVALID_FIELD);
        return;
    }
    length += head;
    if (six) {
        result->reply[0] = (uint8_t)(length - 1);
        result->reply[2] = flags;
    } else {
        scsi_put(result->reply, length - 2, 2);
        result->reply[3] = flags;
    }
    scsi_reply(result, length, six ? packet[4] : scsi_get(packet + 7, 2));
}

/* ---- transfers ---- */

/* Where the number of the first sector and of the sectors are, by the group of the code. */
static void scsi_range(const uint8_t *packet, uint64_t *lba, uint64_t *count)
{
    switch (packet[0] >> 5) {
    case 0:
        *lba = scsi_get(packet + 1, 3) & 0x1fffff;
        *count = packet[4] != 0 ? packet[4] : 256;
        break;
    case 4:
        *lba = scsi_get(packet + 2, 8);
        *count = scsi_get(packet + 10, 4);
        break;
    case 5:
        *lba = scsi_get(packet + 2, 4);
        *count = scsi_get(packet + 6, 4);
        break;
    default:
        *lba = scsi_get(packet + 2, 4);
        *count = scsi_get(packet + 7, 2);
        break;
    }
}

/* False: it failed. */
static bool scsi_check_range(struct emu_scsi_disk *scsi, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    uint64_t sectors = scsi_sectors(scsi), lba, count;

    scsi_range(packet, &lba, &count);
    if (lba > sectors || count > sectors - lba || count > SCSI_MAX_TRANSFER / EMU_SCSI_SECTOR) {
        scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_OUT_OF_RANGE);
        return false;
    }
    result->offset = lba * EMU_SCSI_SECTOR;
    result->length = count * EMU_SCSI_SECTOR;
    return true;
}

static void scsi_read(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                      struct emu_scsi_result *result)
{
    if (scsi_check_range(scsi, packet, result) && result->length != 0)
        result->outcome = EMU_SCSI_READ;
}

static void scsi_write(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                       struct emu_scsi_result *result)
{
    if (emu_disk_read_only(scsi->disk))
        scsi_fail(scsi, result, SENSE_PROTECT, ASC_PROTECTED);
    else if (scsi_check_range(scsi, packet, result) && result->length != 0)
        result->outcome = EMU_SCSI_WRITE;
    result->durable = packet[0] >> 5 != 0 && (packet[1] & SCSI_FUA);
}

/* Without comparing: the range only. */
static void scsi_verify(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                        struct emu_scsi_result *result)
{
    if (packet[1] & 0x06)
        scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_INVALID_FIELD);
    else if (scsi_check_range(scsi, packet, result))
        result->length = 0;
}

static void scsi_synchronize(struct emu_scsi_disk *scsi, const char *serial, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    result->outcome = EMU_SCSI_FLUSH;
}

/* ---- */

static const struct {
    uint8_t code;
    scsi_fn *run;
} scsi_commands[] = {
    {0x00, scsi_nothing /* is it ready? */},
    {0x03, scsi_request_sense},
    {0x08, scsi_read},
    {0x0a, scsi_write},
    {0x12, scsi_inquiry},
    {0x1a, scsi_mode_sense},
    {0x1b, scsi_nothing /* start, stop */},
    {0x1e, scsi_nothing /* prevent removal */},
    {0x23, scsi_format_capacities},
    {0x25, scsi_capacity10},
    {0x28, scsi_read},
    {0x2a, scsi_write},
    {0x2f, scsi_verify},
    {0x35, scsi_synchronize},
    {0x5a, scsi_mode_sense},
    {0x88, scsi_read},
    {0x8a, scsi_write},
    {0x8f, scsi_verify},
    {0x91, scsi_synchronize},
    {0x9e, scsi_capacity16},
    {0xa0, scsi_report_luns},
    {0xa8, scsi_read},
    {0xaa, scsi_write},
};

void emu_scsi_disk_command(struct emu_scsi_disk *scsi, const char *serial,
                           const uint8_t packet[EMU_SCSI_PACKET], struct emu_scsi_result *result)
{
    memset(result, 0, sizeof(*result));
    if (packet[0] != 0x03)
        scsi->sense = scsi->asc = 0;
    for (size_t i = 0; i < sizeof(scsi_commands) / sizeof(scsi_commands[0]); i++) {
        if (scsi_commands[i].code == packet[0]) {
            scsi_commands[i].run(scsi, serial, packet, result);
            return;
        }
    }
    scsi_fail(scsi, result, SENSE_ILLEGAL, ASC_INVALID_CODE);
}

void emu_scsi_disk_failed(struct emu_scsi_disk *scsi, bool write, int error)
{
    scsi->sense = error == EROFS ? SENSE_PROTECT : error == EAGAIN ? SENSE_HARDWARE : SENSE_MEDIUM;
    scsi->asc = error == EROFS ? ASC_PROTECTED : write ? ASC_WRITE_ERROR : ASC_READ_ERROR;
}

void emu_scsi_disk_reset(struct emu_scsi_disk *scsi)
{
    scsi->sense = scsi->asc = 0;
}

const struct emu_field emu_scsi_disk_fields[] = {
    EMU_FIELD(struct emu_scsi_disk, sense),
    EMU_FIELD(struct emu_scsi_disk, asc),
    EMU_FIELD_END,
};
