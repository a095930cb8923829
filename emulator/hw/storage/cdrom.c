/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A CD/DVD drive's commands (MMC-6): one data track, one session; audio and writing are left out.
 */
#include "emulator/hw/storage/cdrom.h"

#include <string.h>

#define SENSE_NONE        0x0
#define SENSE_NOT_READY   0x2
#define SENSE_MEDIUM      0x3
#define SENSE_ILLEGAL     0x5
#define SENSE_ATTENTION   0x6
#define ASC_READ_ERROR    0x11
#define ASC_INVALID_CODE  0x20
#define ASC_OUT_OF_RANGE  0x21
#define ASC_INVALID_FIELD 0x24
#define ASC_CHANGED       0x28
#define ASC_NO_MEDIUM     0x3a
#define ASC_LOCKED        0x53

#define CDROM_PROFILE_CD  0x0008
#define CDROM_PROFILE_DVD 0x0010
#define CDROM_CD_BLOCKS   (800ull << 20 >> 11) /* what is larger is a DVD */
#define CDROM_LEADOUT     0xaa
#define CDROM_MAX_READ    (256ull << 20) /* bytes of one command */

typedef void cdrom_fn(struct emu_cdrom *cdrom, const uint8_t *packet,
                      struct emu_scsi_result *result);

static uint32_t cdrom_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint16_t cdrom_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void cdrom_put32(uint8_t *p, uint64_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * (3 - i));
}

static void cdrom_put16(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* ---- the medium ---- */

static uint64_t cdrom_blocks(const struct emu_cdrom *cdrom)
{
    return cdrom->open ? 0 : emu_disk_size(cdrom->disk) / EMU_CDROM_BLOCK;
}

static bool cdrom_is_dvd(const struct emu_cdrom *cdrom)
{
    return cdrom_blocks(cdrom) > CDROM_CD_BLOCKS;
}

static void cdrom_fail(struct emu_cdrom *cdrom, struct emu_scsi_result *result, uint8_t sense,
                       uint8_t asc, uint8_t ascq)
{
    cdrom->sense = sense;
    cdrom->asc = asc;
    cdrom->ascq = ascq;
    result->outcome = EMU_SCSI_FAILED;
    result->length = 0;
}

/* Is there a medium, and does the host know which? Otherwise fails. */
static bool cdrom_ready(struct emu_cdrom *cdrom, struct emu_scsi_result *result)
{
    if (cdrom_blocks(cdrom) == 0) {
        cdrom_fail(cdrom, result, SENSE_NOT_READY, ASC_NO_MEDIUM, cdrom->open ? 2 : 1);
        return false;
    }
    if (cdrom->changed) {
        cdrom->changed = false;
        cdrom_fail(cdrom, result, SENSE_ATTENTION, ASC_CHANGED, 0);
        return false;
    }
    return true;
}

/* length bytes are in reply, of which the host wants at most allocation. */
static void cdrom_reply(struct emu_scsi_result *result, size_t length, size_t allocation)
{
    result->length = length < allocation ? length : allocation;
}

void emu_cdrom_medium_changed(struct emu_cdrom *cdrom)
{
    bool there = emu_disk_size(cdrom->disk) != 0;

    cdrom->open = false;
    cdrom->locked = false;
    cdrom->changed = there;
    cdrom->event = there ? EMU_CDROM_NEW : EMU_CDROM_GONE;
}

void emu_cdrom_move_tray(struct emu_cdrom *cdrom, bool open)
{
    if (cdrom->open == open)
        return;
    cdrom->open = open;
    cdrom->changed = !open;
    cdrom->event = open ? EMU_CDROM_GONE : EMU_CDROM_NEW;
}

void emu_cdrom_press_eject(struct emu_cdrom *cdrom)
{
    cdrom->event = EMU_CDROM_EJECT_REQUEST;
}

void emu_cdrom_read_failed(struct emu_cdrom *cdrom)
{
    cdrom->sense = SENSE_MEDIUM;
    cdrom->asc = ASC_READ_ERROR;
    cdrom->ascq = 0;
}

void emu_cdrom_reset(struct emu_cdrom *cdrom)
{
    struct emu_disk *disk = cdrom->disk;

    *cdrom = (struct emu_cdrom){.disk = disk};
}

/* ---- about the drive ---- */

static void cdrom_test_ready(struct emu_cdrom *cdrom, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    cdrom_ready(cdrom, result);
}

static void cdrom_request_sense(struct emu_cdrom *cdrom, const uint8_t *packet,
                                struct emu_scsi_result *result)
{
    result->reply[0] = 0x70; /* current, fixed format */
    result->reply[2] = cdrom->sense;
    result->reply[7] = 10;
    result->reply[12] = cdrom->asc;
    result->reply[13] = cdrom->ascq;
    cdrom->sense = cdrom->asc = cdrom->ascq = 0;
    cdrom_reply(result, 18, packet[4]);
}

static void cdrom_inquiry(struct emu_cdrom *cdrom, const uint8_t *packet,
                          struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;

    if (packet[1] & 1) { /* pages of vital product data */
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    reply[0] = 0x05; /* CD/DVD */
    reply[1] = 0x80; /* removable */
    reply[2] = 0x05; /* SPC-3 */
    reply[3] = 0x02;
    reply[4] = 31;
    memcpy(reply + 8, "LATHE   DVD-ROM         1.0 ", 28);
    cdrom_reply(result, 36, cdrom_get16(packet + 3));
}

/* What an eject does: the tray, unless the host locked it. */
static void cdrom_start_stop(struct emu_cdrom *cdrom, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    bool start = packet[4] & 1, eject = packet[4] & 2;

    if (!eject)
        return;
    if (!start && cdrom->locked && !cdrom->open) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_LOCKED, 2);
        return;
    }
    emu_cdrom_move_tray(cdrom, !start);
}

static void cdrom_prevent(struct emu_cdrom *cdrom, const uint8_t *packet,
                          struct emu_scsi_result *result)
{
    cdrom->locked = packet[4] & 1;
}

static void cdrom_mechanism(struct emu_cdrom *cdrom, const uint8_t *packet,
                            struct emu_scsi_result *result)
{
    result->reply[1] = cdrom->open ? 0x10 : 0;
    cdrom_reply(result, 8, cdrom_get16(packet + 8));
}

/* Polled events of the media class only. */
static void cdrom_event_status(struct emu_cdrom *cdrom, const uint8_t *packet,
                               struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;

    if (!(packet[1] & 1)) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    reply[3] = 0x10; /* the classes that are supported */
    if (!(packet[4] & 0x10)) {
        cdrom_put16(reply, 2);
        reply[2] = 0x80; /* no event */
        cdrom_reply(result, 4, cdrom_get16(packet + 7));
        return;
    }
    cdrom_put16(reply, 6);
    reply[2] = 0x04;
    reply[4] = cdrom->event;
    reply[5] = (uint8_t)((cdrom_blocks(cdrom) != 0 ? 2 : 0) | (cdrom->open ? 1 : 0));
    cdrom->event = EMU_CDROM_NO_EVENT;
    cdrom_reply(result, 8, cdrom_get16(packet + 7));
}

static void cdrom_page_recovery(uint8_t *page)
{
    page[0] = 0x01;
    page[1] = 6;
    page[3] = 5; /* retries */
}

static void cdrom_page_capabilities(const struct emu_cdrom *cdrom, uint8_t *page)
{
    page[0] = 0x2a;
    page[1] = 18;
    page[2] = 0x3b;                                      /* reads CD-R, CD-RW, DVD */
    page[4] = 0x70;                                      /* mode 2 forms, multiple sessions */
    page[6] = (uint8_t)(0x29 | (cdrom->locked ? 2 : 0)); /* a tray that locks and ejects */
    cdrom_put16(page + 8, 706 * 16);                     /* KB/s */
    cdrom_put16(page + 12, 512);                         /* buffer, KB */
    cdrom_put16(page + 14, 706 * 16);
}

static void cdrom_mode_sense(struct emu_cdrom *cdrom, const uint8_t *packet,
                             struct emu_scsi_result *result)
{
    unsigned page = packet[2] & 0x3f;
    size_t length = 8;

    if (page == 0x01 || page == 0x3f) {
        cdrom_page_recovery(result->reply + length);
        length += 8;
    }
    if (page == 0x2a || page == 0x3f) {
        cdrom_page_capabilities(cdrom, result->reply + length);
        length += 20;
    }
    if (length == 8 || packet[2] >> 6 == 3) { /* unknown, or saved values */
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    cdrom_put16(result->reply, length - 2);
    result->reply[2] = cdrom->open ? 0x71 : cdrom_blocks(cdrom) != 0 ? 0x01 : 0x70;
    cdrom_reply(result, length, cdrom_get16(packet + 7));
}

/* ---- features ---- */

static size_t cdrom_feature(uint8_t *at, uint16_t code, uint8_t flags, uint8_t length)
{
    cdrom_put16(at, code);
    at[2] = flags; /* version << 2 | persistent << 1 | current */
    at[3] = length;
    return 4u + length;
}

static size_t cdrom_profiles(const struct emu_cdrom *cdrom, uint8_t *at)
{
    bool dvd = cdrom_is_dvd(cdrom), there = cdrom_blocks(cdrom) != 0;
    size_t length = cdrom_feature(at, 0x0000, 0x03, 8);

    cdrom_put16(at + 4, CDROM_PROFILE_DVD);
    at[6] = there && dvd;
    cdrom_put16(at + 8, CDROM_PROFILE_CD);
    at[10] = there && !dvd;
    return length;
}

static size_t cdrom_core(uint8_t *at)
{
    size_t length = cdrom_feature(at, 0x0001, 0x0b, 8);

    cdrom_put32(at + 4, 2); /* ATAPI */
    at[8] = 1;              /* DBE */
    return length;
}

static size_t cdrom_removable(uint8_t *at)
{
    size_t length = cdrom_feature(at, 0x0003, 0x03, 4);

    at[4] = 0x29; /* a tray that ejects and locks */
    return length;
}

static void cdrom_configuration(struct emu_cdrom *cdrom, const uint8_t *packet,
                                struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;
    size_t length = 8;

    if (cdrom_blocks(cdrom) != 0)
        cdrom_put16(reply + 6, cdrom_is_dvd(cdrom) ? CDROM_PROFILE_DVD : CDROM_PROFILE_CD);
    length += cdrom_profiles(cdrom, reply + length);
    length += cdrom_core(reply + length);
    length += cdrom_removable(reply + length);
    cdrom_put32(reply, length - 4);
    cdrom_reply(result, length, cdrom_get16(packet + 7));
}

/* ---- about the medium ---- */

static void cdrom_capacity(struct emu_cdrom *cdrom, const uint8_t *packet,
                           struct emu_scsi_result *result)
{
    if (!cdrom_ready(cdrom, result))
        return;
    cdrom_put32(result->reply, cdrom_blocks(cdrom) - 1);
    cdrom_put32(result->reply + 4, EMU_CDROM_BLOCK);
    cdrom_reply(result, 8, 8);
}

/* A block's number, or its minute, second and frame behind the lead-in. */
static void cdrom_put_address(uint8_t *at, uint64_t block, bool msf)
{
    if (!msf) {
        cdrom_put32(at, block);
        return;
    }
    block += 150;
    at[0] = 0;
    at[1] = (uint8_t)(block / 75 / 60);
    at[2] = (uint8_t)(block / 75 % 60);
    at[3] = (uint8_t)(block % 75);
}

static size_t cdrom_track(uint8_t *at, uint8_t track, uint64_t block, bool msf)
{
    at[1] = 0x14; /* data, which may be copied */
    at[2] = track;
    cdrom_put_address(at + 4, block, msf);
    return 8;
}

static void cdrom_toc(struct emu_cdrom *cdrom, const uint8_t *packet,
                      struct emu_scsi_result *result)
{
    unsigned format = packet[2] & 0xf, first = packet[6];
    bool msf = packet[1] & 2;
    uint8_t *reply = result->reply;
    size_t length = 4;

    if (!cdrom_ready(cdrom, result))
        return;
    if (format == 0)
        format = packet[9] >> 6; /* where old drives had it */
    if (format > 1 || (format == 0 && first > 1 && first != CDROM_LEADOUT)) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    reply[2] = reply[3] = 1; /* first and last track or session */
    if (format == 1 || first <= 1)
        length += cdrom_track(reply + length, 1, 0, msf);
    if (format == 0)
        length += cdrom_track(reply + length, CDROM_LEADOUT, cdrom_blocks(cdrom), msf);
    cdrom_put16(reply, length - 2);
    cdrom_reply(result, length, cdrom_get16(packet + 7));
}

static void cdrom_disc_information(struct emu_cdrom *cdrom, const uint8_t *packet,
                                   struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;

    if (!cdrom_ready(cdrom, result))
        return;
    cdrom_put16(reply, 32);
    reply[2] = 0x0e; /* complete, last session complete */
    reply[3] = reply[4] = reply[5] = reply[6] = 1;
    reply[7] = 0x20; /* unrestricted use */
    memset(reply + 16, 0xff, 8);
    cdrom_reply(result, 34, cdrom_get16(packet + 7));
}

/* Of a DVD only: its physical format. */
static void cdrom_dvd_structure(struct emu_cdrom *cdrom, const uint8_t *packet,
                                struct emu_scsi_result *result)
{
    uint8_t *reply = result->reply;

    if (!cdrom_ready(cdrom, result))
        return;
    if (packet[7] != 0 || !cdrom_is_dvd(cdrom)) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    cdrom_put16(reply, 2048 + 2);
    reply[4] = 0x01; /* DVD-ROM, part version 1 */
    reply[5] = 0x0f; /* 120 mm */
    reply[6] = 0x01; /* one layer */
    cdrom_put32(reply + 8, 0x30000);
    cdrom_put32(reply + 12, 0x30000 + cdrom_blocks(cdrom) - 1);
    cdrom_reply(result, EMU_SCSI_REPLY, cdrom_get16(packet + 8));
}

/* ---- reading ---- */

static void cdrom_read_blocks(struct emu_cdrom *cdrom, struct emu_scsi_result *result,
                              uint64_t block, uint64_t count)
{
    uint64_t blocks;

    if (!cdrom_ready(cdrom, result))
        return;
    blocks = cdrom_blocks(cdrom);
    if (block > blocks || count > blocks - block || count * EMU_CDROM_BLOCK > CDROM_MAX_READ) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_OUT_OF_RANGE, 0);
        return;
    }
    if (count == 0)
        return;
    result->outcome = EMU_SCSI_READ;
    result->offset = block * EMU_CDROM_BLOCK;
    result->length = count * EMU_CDROM_BLOCK;
}

static void cdrom_read10(struct emu_cdrom *cdrom, const uint8_t *packet,
                         struct emu_scsi_result *result)
{
    cdrom_read_blocks(cdrom, result, cdrom_get32(packet + 2), cdrom_get16(packet + 7));
}

static void cdrom_read12(struct emu_cdrom *cdrom, const uint8_t *packet,
                         struct emu_scsi_result *result)
{
    cdrom_read_blocks(cdrom, result, cdrom_get32(packet + 2), cdrom_get32(packet + 6));
}

/* READ CD: user data only. */
static void cdrom_read_cd(struct emu_cdrom *cdrom, const uint8_t *packet,
                          struct emu_scsi_result *result)
{
    uint32_t count = (uint32_t)packet[6] << 16 | cdrom_get16(packet + 7);

    if ((packet[9] & 0xf8) != 0x10 && packet[9] != 0) {
        cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_FIELD, 0);
        return;
    }
    cdrom_read_blocks(cdrom, result, cdrom_get32(packet + 2), packet[9] != 0 ? count : 0);
}

static void cdrom_nothing(struct emu_cdrom *cdrom, const uint8_t *packet,
                          struct emu_scsi_result *result)
{
}

/* ---- */

static const struct {
    uint8_t code;
    cdrom_fn *run;
} cdrom_commands[] = {
    {0x00, cdrom_test_ready},    {0x03, cdrom_request_sense},
    {0x12, cdrom_inquiry},       {0x1b, cdrom_start_stop},
    {0x1e, cdrom_prevent},       {0x25, cdrom_capacity},
    {0x28, cdrom_read10},        {0x2b, cdrom_test_ready},
    {0x43, cdrom_toc},           {0x46, cdrom_configuration},
    {0x4a, cdrom_event_status},  {0x51, cdrom_disc_information},
    {0x5a, cdrom_mode_sense},    {0xa8, cdrom_read12},
    {0xad, cdrom_dvd_structure}, {0xbb, cdrom_nothing /* speed */},
    {0xbd, cdrom_mechanism},     {0xbe, cdrom_read_cd},
};

void emu_cdrom_command(struct emu_cdrom *cdrom, const uint8_t packet[EMU_CDROM_PACKET],
                       struct emu_scsi_result *result)
{
    memset(result, 0, sizeof(*result));
    if (packet[0] != 0x03)
        cdrom->sense = cdrom->asc = cdrom->ascq = 0;
    for (size_t i = 0; i < sizeof(cdrom_commands) / sizeof(cdrom_commands[0]); i++) {
        if (cdrom_commands[i].code == packet[0]) {
            cdrom_commands[i].run(cdrom, packet, result);
            return;
        }
    }
    cdrom_fail(cdrom, result, SENSE_ILLEGAL, ASC_INVALID_CODE, 0);
}

const struct emu_field emu_cdrom_fields[] = {
    EMU_FIELD(struct emu_cdrom, open),    EMU_FIELD(struct emu_cdrom, locked),
    EMU_FIELD(struct emu_cdrom, changed), EMU_FIELD(struct emu_cdrom, event),
    EMU_FIELD(struct emu_cdrom, sense),   EMU_FIELD(struct emu_cdrom, asc),
    EMU_FIELD(struct emu_cdrom, ascq),    EMU_FIELD_END,
};
