/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks and CD drives as a driver meets them: rings, command lists and queues made by hand. */
#include <errno.h>

#include "emulator/hw/storage/ahci.h"
#include "emulator/hw/storage/cdrom.h"
#include "tests/hw/storage-rig.h"

static void put16(uint8_t *at, uint64_t value)
{
    memcpy(at, &value, 2);
}

static void put32(uint8_t *at, uint64_t value)
{
    memcpy(at, &value, 4);
}

static void put64(uint8_t *at, uint64_t value)
{
    memcpy(at, &value, 8);
}

/* ---- virtio-blk ---- */

#define V_HEADER (RIG_RAM + 0x4000)
#define V_DATA   (RIG_RAM + 0x5000)
#define V_STATUS (RIG_RAM + 0x6000)

static void virtio_descriptor(struct storage_rig *rig, unsigned index, emu_gpa address,
                              uint32_t length, uint16_t flags, uint16_t next)
{
    uint8_t *at = storage_ram(rig, STORAGE_DESCRIPTORS + 16 * index);

    put64(at, address);
    put32(at + 8, length);
    put16(at + 12, flags);
    put16(at + 14, next);
}

/* Makes chain `head` available as the n-th and rings. */
static void virtio_offer(struct storage_rig *rig, unsigned n, uint16_t head)
{
    put16(storage_ram(rig, STORAGE_AVAILABLE + 4 + 2 * n), head);
    put16(storage_ram(rig, STORAGE_AVAILABLE + 2), n + 1);
    storage_write(rig, 0x3000, 0, 2);
    storage_settle(rig);
}

static void virtio_request(struct storage_rig *rig, uint32_t type, uint64_t sector, uint32_t length,
                           bool in)
{
    put32(storage_ram(rig, V_HEADER), type);
    put64(storage_ram(rig, V_HEADER + 8), sector);
    *storage_ram(rig, V_STATUS) = 0xee;
    virtio_descriptor(rig, 0, V_HEADER, 16, 1, 1);
    virtio_descriptor(rig, 1, V_DATA, length, in ? 3 : 1, 2);
    virtio_descriptor(rig, 2, V_STATUS, 1, 2, 0);
}

static uint16_t virtio_used(struct storage_rig *rig)
{
    return (uint16_t)(*storage_ram(rig, STORAGE_USED + 2) | *storage_ram(rig, STORAGE_USED + 3)
                                                                << 8);
}

static void test_virtio_transfer(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_virtio_blk_class, false);
    storage_start_virtio(&rig);
    CHECK_EQ(storage_read(&rig, 0x14, 1), 15);
    CHECK_EQ(storage_read(&rig, 0x2000, 4), STORAGE_SIZE / 512);
    memset(storage_ram(&rig, V_DATA), 0x5a, 1024);
    virtio_request(&rig, 1, 4, 1024, false);
    virtio_offer(&rig, 0, 0);
    CHECK_EQ(*storage_ram(&rig, V_STATUS), 0);
    CHECK_EQ(virtio_used(&rig), 1);
    CHECK_EQ(emu_block_test_data(&rig.backend)[4 * 512 + 1023], 0x5a);
    CHECK(rig.device->level[0]);
    CHECK_EQ(storage_read(&rig, 0x1000, 1), 1); /* reading the status lowers the line */
    CHECK(!rig.device->level[0]);
    memset(storage_ram(&rig, V_DATA), 0, 1024);
    virtio_request(&rig, 0, 5, 512, true);
    virtio_offer(&rig, 1, 0);
    CHECK_EQ(*storage_ram(&rig, V_DATA + 511), 0x5a);
    CHECK_EQ(*storage_ram(&rig, V_DATA + 512), 0);
    CHECK_EQ(*storage_ram(&rig, STORAGE_USED + 4 + 8 + 5), 2); /* 513 bytes were written */
    CHECK(rig_survives(rig.device));
    storage_finish(&rig);
}

static void test_virtio_errors(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_virtio_blk_class, false);
    storage_start_virtio(&rig);
    virtio_request(&rig, 0, STORAGE_SIZE / 512, 512, true);
    virtio_offer(&rig, 0, 0);
    CHECK_EQ(*storage_ram(&rig, V_STATUS), 1); /* beyond the end */
    virtio_request(&rig, 0, 0, 100, true);
    virtio_offer(&rig, 1, 0);
    CHECK_EQ(*storage_ram(&rig, V_STATUS), 1); /* no whole sectors */
    virtio_request(&rig, 99, 0, 512, true);
    virtio_offer(&rig, 2, 0);
    CHECK_EQ(*storage_ram(&rig, V_STATUS), 2); /* unknown */
    emu_block_test_fail(&rig.backend, EIO);
    virtio_request(&rig, 0, 0, 512, true);
    virtio_offer(&rig, 3, 0);
    CHECK_EQ(*storage_ram(&rig, V_STATUS), 1);
    CHECK_EQ(virtio_used(&rig), 4);
    storage_finish(&rig);
}

/* Each of these chains breaks the rules: the device asks for a reset, and a reset heals it. */
static void test_virtio_broken(void)
{
    for (unsigned kind = 0; kind < 5; kind++) {
        struct storage_rig rig;

        storage_init(&rig, &emu_virtio_blk_class, false);
        storage_start_virtio(&rig);
        virtio_request(&rig, 0, 0, 512, true);
        if (kind == 0)
            virtio_descriptor(&rig, 1, V_DATA, 512, 1, 0); /* a circle */
        else if (kind == 1)
            virtio_descriptor(&rig, 0, V_HEADER, 16, 3, 1); /* written to, then read from */
        else if (kind == 2)
            virtio_descriptor(&rig, 1, V_DATA, 512, 3, 64); /* beyond the table */
        else if (kind == 3)
            virtio_descriptor(&rig, 0, V_DATA, 24, 4, 0); /* a table of one and a half */
        virtio_offer(&rig, kind == 4 ? 200 : 0, 0);       /* more than the ring holds */
        CHECK(storage_read(&rig, 0x14, 1) & 0x40);
        CHECK_EQ(virtio_used(&rig), 0);
        storage_start_virtio(&rig);
        virtio_request(&rig, 0, 0, 512, true);
        put16(storage_ram(&rig, STORAGE_AVAILABLE + 2), 0);
        virtio_offer(&rig, 0, 0);
        CHECK_EQ(storage_read(&rig, 0x14, 1), 15);
        CHECK_EQ(virtio_used(&rig), 1);
        storage_finish(&rig);
    }
}

/* A driver that does not take part in version 1, or takes what is not offered, is refused. */
static void test_virtio_features(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_virtio_blk_class, false);
    storage_write(&rig, 0x14, 3, 1);
    storage_write(&rig, 0x14, 11, 1);
    CHECK_EQ(storage_read(&rig, 0x14, 1), 3);
    storage_write(&rig, 0x08, 1, 4);
    storage_write(&rig, 0x0c, 5, 4);
    storage_write(&rig, 0x14, 11, 1);
    CHECK_EQ(storage_read(&rig, 0x14, 1), 3);
    storage_write(&rig, 0x0c, 1, 4);
    storage_write(&rig, 0x14, 11, 1);
    CHECK_EQ(storage_read(&rig, 0x14, 1), 11);
    storage_finish(&rig);
}

/* Firmware reaches the registers through the configuration space. */
static void test_virtio_access(void)
{
    struct emu_pci_device *pci;
    struct storage_rig rig;
    unsigned at;

    storage_init(&rig, &emu_virtio_blk_class, false);
    pci = (struct emu_pci_device *)rig.device->device;
    at = emu_pci_config_read(pci, EMU_PCI_CAPABILITIES, 1);
    while (at != 0 &&
           (emu_pci_config_read(pci, at, 1) != 9 || emu_pci_config_read(pci, at + 3, 1) != 5))
        at = emu_pci_config_read(pci, at + 1, 1);
    CHECK(at != 0);
    emu_pci_config_write(pci, at + 4, 4, 1);
    emu_pci_config_write(pci, at + 8, 0x14, 4);
    emu_pci_config_write(pci, at + 12, 1, 4);
    emu_pci_config_write(pci, at + 16, 3, 4);
    CHECK_EQ(storage_read(&rig, 0x14, 1), 3);
    CHECK_EQ(emu_pci_config_read(pci, at + 16, 4), 3);
    emu_pci_config_write(pci, at + 8, 0x2000, 4);
    emu_pci_config_write(pci, at + 12, 4, 4);
    CHECK_EQ(emu_pci_config_read(pci, at + 16, 4), STORAGE_SIZE / 512);
    storage_finish(&rig);
}

/* ---- SATA ---- */

#define A_TABLE (RIG_RAM + 0x2000)
#define A_DATA  (RIG_RAM + 0x8000)

static void ahci_prepare(struct storage_rig *rig, unsigned slot, uint8_t command, uint64_t lba,
                         uint16_t count, uint32_t length)
{
    emu_gpa table = A_TABLE + 0x100 * slot;
    uint8_t *header = storage_ram(rig, STORAGE_LIST + 32 * slot), *fis = storage_ram(rig, table);

    memset(fis, 0, 0x100);
    put32(header, 5 | 1u << 16);
    put32(header + 8, table);
    fis[0] = 0x27;
    fis[1] = 0x80;
    fis[2] = command;
    fis[7] = 0x40;
    for (unsigned i = 0; i < 3; i++) {
        fis[4 + i] = (uint8_t)(lba >> 8 * i);
        fis[8 + i] = (uint8_t)(lba >> (24 + 8 * i));
    }
    put16(fis + 12, count);
    put32(fis + 0x80, A_DATA);
    put32(fis + 0x8c, length - 1);
}

static void ahci_go(struct storage_rig *rig, unsigned slot)
{
    storage_write(rig, 0x138, 1u << slot, 4);
    storage_settle(rig);
}

static void test_ahci_disk(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_ahci_class, false);
    storage_start_ahci(&rig);
    CHECK_EQ(storage_read(&rig, 0x124, 4), 0x101);
    CHECK_EQ(storage_read(&rig, 0x128, 4), 0x133);
    CHECK_EQ(storage_read(&rig, 0x1a8, 4), 0); /* nothing at the next port */
    ahci_prepare(&rig, 0, 0xec, 0, 1, 512);
    ahci_go(&rig, 0);
    CHECK_EQ(storage_read(&rig, 0x138, 4), 0);
    CHECK_EQ(storage_ram(&rig, A_DATA)[120] | storage_ram(&rig, A_DATA)[121] << 8,
             STORAGE_SIZE / 512);
    CHECK(rig.device->level[0]);
    memset(storage_ram(&rig, A_DATA), 0x77, 4096);
    ahci_prepare(&rig, 3, 0x35, 8, 8, 4096);
    ahci_go(&rig, 3);
    CHECK_EQ(emu_block_test_data(&rig.backend)[8 * 512 + 4095], 0x77);
    CHECK_EQ(storage_ram(&rig, STORAGE_LIST + 32 * 3)[5], 0x10); /* bytes moved */
    ahci_prepare(&rig, 0, 0xea, 0, 0, 512);
    ahci_go(&rig, 0);
    CHECK_EQ(emu_block_test_flushes(&rig.backend), 1);
    CHECK(rig_survives(rig.device));
    storage_finish(&rig);
}

static void test_ahci_errors(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_ahci_class, false);
    storage_start_ahci(&rig);
    ahci_prepare(&rig, 0, 0x25, STORAGE_SIZE / 512, 1, 512);
    ahci_prepare(&rig, 1, 0x25, 0, 1, 512);
    storage_write(&rig, 0x138, 3, 4);
    storage_settle(&rig);
    CHECK_EQ(storage_read(&rig, 0x120, 4), 0x1051); /* no such sector */
    CHECK_EQ(storage_read(&rig, 0x138, 4), 3);      /* and nothing goes on */
    CHECK(storage_read(&rig, 0x110, 4) & 0x40000000);
    storage_write(&rig, 0x118, 0x10, 4);
    CHECK_EQ(storage_read(&rig, 0x138, 4), 0);
    storage_write(&rig, 0x118, 0x11, 4);
    ahci_go(&rig, 1);
    CHECK_EQ(storage_read(&rig, 0x138, 4), 0);
    CHECK_EQ(storage_read(&rig, 0x120, 4), 0x50);
    ahci_prepare(&rig, 2, 0x35, 0, 16, 512); /* more than its memory */
    ahci_go(&rig, 2);
    CHECK_EQ(storage_read(&rig, 0x120, 4), 0x451);
    storage_finish(&rig);
}

/* Two queued commands, of which one fails: the log says which. */
static void test_ahci_queued(void)
{
    struct storage_rig rig;

    storage_init(&rig, &emu_ahci_class, false);
    storage_start_ahci(&rig);
    memset(emu_block_test_data(&rig.backend) + 512 * 9, 0x33, 512);
    ahci_prepare(&rig, 4, 0x60, 9, 4 << 3, 512);
    storage_ram(&rig, A_TABLE + 0x400)[3] = 1;
    storage_write(&rig, 0x134, 1 << 4, 4);
    ahci_go(&rig, 4);
    CHECK_EQ(storage_read(&rig, 0x134, 4), 0);
    CHECK_EQ(*storage_ram(&rig, A_DATA + 511), 0x33);
    CHECK_EQ(*storage_ram(&rig, STORAGE_FRAMES + 0x58 + 4), 1 << 4);
    ahci_prepare(&rig, 7, 0x60, STORAGE_SIZE / 512, 7 << 3, 512);
    storage_ram(&rig, A_TABLE + 0x700)[3] = 1;
    storage_write(&rig, 0x134, 1 << 7, 4);
    ahci_go(&rig, 7);
    CHECK_EQ(storage_read(&rig, 0x134, 4), 1 << 7);
    storage_write(&rig, 0x118, 0x10, 4);
    storage_write(&rig, 0x118, 0x11, 4);
    ahci_prepare(&rig, 0, 0x2f, 0x10, 1, 512);
    ahci_go(&rig, 0);
    CHECK_EQ(*storage_ram(&rig, A_DATA), 7);
    CHECK_EQ(*storage_ram(&rig, A_DATA + 3), 0x10);
    storage_finish(&rig);
}

static void ahci_packet(struct storage_rig *rig, const uint8_t *packet, uint32_t length)
{
    ahci_prepare(rig, 0, 0xa0, 0, 0, length);
    storage_ram(rig, A_TABLE)[3] = 1;
    memcpy(storage_ram(rig, A_TABLE + 0x40), packet, 12);
    ahci_go(rig, 0);
    if (storage_read(rig, 0x120, 4) & 1) {
        storage_write(rig, 0x118, 0x10, 4);
        storage_write(rig, 0x118, 0x11, 4);
    }
}

static void test_ahci_cdrom(void)
{
    static const uint8_t capacity[12] = {0x25}, read[12] = {0x28, 0, 0, 0, 0, 3, 0, 0, 1};
    static const uint8_t lock[12] = {0x1e, 0, 0, 0, 1};
    struct storage_rig rig;
    bool open, locked;

    storage_init(&rig, &emu_ahci_class, true);
    storage_start_ahci(&rig);
    CHECK_EQ(storage_read(&rig, 0x124, 4), 0xeb140101);
    ahci_packet(&rig, capacity, 8);
    CHECK_EQ(storage_ram(&rig, A_DATA)[2] << 8 | storage_ram(&rig, A_DATA)[3],
             STORAGE_SIZE / 2048 - 1);
    emu_block_test_data(&rig.backend)[3 * 2048 + 2047] = 0x99;
    ahci_packet(&rig, read, 2048);
    CHECK_EQ(storage_ram(&rig, A_DATA)[2047], 0x99);
    CHECK_EQ(storage_read(&rig, 0x120, 4) & 0xff, 0x50);
    emu_ahci_get_tray(rig.device->device, 0, &open, &locked);
    CHECK(!open && !locked);
    ahci_packet(&rig, lock, 0);
    emu_ahci_get_tray(rig.device->device, 0, &open, &locked);
    CHECK(!open && locked);
    emu_ahci_medium_changed(rig.device->device, 0);
    ahci_packet(&rig, read, 2048);
    CHECK_EQ(storage_read(&rig, 0x120, 4), 0x6451); /* attention: the medium changed */
    ahci_packet(&rig, read, 2048);
    CHECK_EQ(storage_read(&rig, 0x120, 4) & 0xff, 0x50);
    CHECK(rig_survives(rig.device));
    storage_finish(&rig);
}

/* ---- the CD drive's commands ---- */

static uint64_t cdrom_run(struct emu_cdrom *cdrom, const char *packet, size_t length,
                          struct emu_scsi_result *result)
{
    uint8_t bytes[EMU_CDROM_PACKET] = {0};

    memcpy(bytes, packet, length);
    emu_cdrom_command(cdrom, bytes, result);
    return result->length;
}

#define CDROM(packet) cdrom_run(&cdrom, packet, sizeof(packet) - 1, &result)

static void test_cdrom(void)
{
    struct emu_cdrom cdrom;
    struct emu_scsi_result result;
    struct storage_rig rig;

    storage_init(&rig, &emu_ahci_class, true);
    cdrom = (struct emu_cdrom){.disk = rig.disk};
    CHECK_EQ(CDROM("\x43\x00\x00\x00\x00\x00\x00\x01\x00"), 20); /* table of contents */
    CHECK(result.reply[6] == 1 && result.reply[14] == 0xaa);
    CHECK_EQ(result.reply[18] << 8 | result.reply[19], STORAGE_SIZE / 2048);
    CHECK_EQ(CDROM("\x43\x02\x00\x00\x00\x00\xaa\x01\x00"), 12);
    CHECK(result.reply[9] == 0 && result.reply[10] == 8 && result.reply[11] == 62);
    CHECK_EQ(CDROM("\x4a\x01\x00\x00\x10\x00\x00\x00\x08"), 8); /* events: none, a medium */
    CHECK(result.reply[4] == EMU_CDROM_NO_EVENT && result.reply[5] == 2);
    CDROM("\x1e\x00\x00\x00\x01"); /* locked: */
    CDROM("\x1b\x00\x00\x00\x02"); /* no eject */
    CHECK_EQ(result.outcome, EMU_SCSI_FAILED);
    CHECK_EQ(CDROM("\x03\x00\x00\x00\x12"), 18);
    CHECK(result.reply[2] == 5 && result.reply[12] == 0x53);
    emu_cdrom_press_eject(&cdrom); /* somebody wants the disc: the guest is told once */
    CDROM("\x4a\x01\x00\x00\x10\x00\x00\x00\x08");
    CHECK(result.reply[4] == EMU_CDROM_EJECT_REQUEST && result.reply[5] == 2);
    CDROM("\x4a\x01\x00\x00\x10\x00\x00\x00\x08");
    CHECK_EQ(result.reply[4], EMU_CDROM_NO_EVENT);
    CDROM("\x1e");
    CDROM("\x1b\x00\x00\x00\x02");
    CHECK_EQ(result.outcome, EMU_SCSI_DONE);
    CDROM("\x00");
    CHECK(result.outcome == EMU_SCSI_FAILED && cdrom.asc == 0x3a && cdrom.ascq == 2);
    CDROM("\x4a\x01\x00\x00\x10\x00\x00\x00\x08");
    CHECK(result.reply[4] == EMU_CDROM_GONE && result.reply[5] == 1);
    CDROM("\x1b\x00\x00\x00\x03"); /* the tray closes again */
    CDROM("\x00");
    CHECK(result.outcome == EMU_SCSI_FAILED && cdrom.asc == 0x28);
    CDROM("\x00");
    CHECK_EQ(result.outcome, EMU_SCSI_DONE);
    CDROM("\xa8\xff\xff\xff\xff\xff\xff\xff\xff\xff"); /* far beyond the end */
    CHECK(result.outcome == EMU_SCSI_FAILED && cdrom.asc == 0x21);
    CDROM("\xee");
    CHECK(result.outcome == EMU_SCSI_FAILED && cdrom.asc == 0x20);
    storage_finish(&rig);
}

/* ---- NVMe ---- */

#define N_DATA (RIG_RAM + 0x10000)

static uint8_t *nvme_entry(struct storage_rig *rig, emu_gpa queue, unsigned index, uint32_t opcode,
                           uint32_t space)
{
    uint8_t *entry = storage_ram(rig, queue + 64 * index);

    memset(entry, 0, 64);
    put32(entry, opcode | (index + 0x100) << 16);
    put32(entry + 4, space);
    put64(entry + 24, N_DATA);
    return entry;
}

static uint32_t nvme_ring(struct storage_rig *rig, unsigned queue, emu_gpa cq, unsigned tail)
{
    uint32_t status;

    storage_write(rig, 0x1000 + 8 * queue, tail, 4);
    storage_settle(rig);
    memcpy(&status, storage_ram(rig, cq + 16 * (tail - 1) + 12), 4);
    return status;
}

static void nvme_make_queues(struct storage_rig *rig)
{
    uint8_t *entry = nvme_entry(rig, STORAGE_SQ, 0, 0x05, 0);

    put64(entry + 24, RIG_RAM + 0x3000);
    put32(entry + 40, 1 | 15u << 16);
    put32(entry + 44, 3 | 1u << 16);
    CHECK_EQ(nvme_ring(rig, 0, STORAGE_CQ, 1), 0x10100);
    entry = nvme_entry(rig, STORAGE_SQ, 1, 0x01, 0);
    put64(entry + 24, RIG_RAM + 0x2000);
    put32(entry + 40, 1 | 15u << 16);
    put32(entry + 44, 1 | 1u << 16);
    CHECK_EQ(nvme_ring(rig, 0, STORAGE_CQ, 2), 0x10101);
}

static void test_nvme(void)
{
    struct storage_rig rig;
    uint8_t *entry;

    storage_init(&rig, &emu_nvme_class, false);
    storage_start_nvme(&rig);
    CHECK_EQ(storage_read(&rig, 0x1c, 4), 1);
    nvme_make_queues(&rig);
    entry = nvme_entry(&rig, STORAGE_SQ, 2, 0x06, 1); /* the namespace */
    CHECK_EQ(nvme_ring(&rig, 0, STORAGE_CQ, 3), 0x10102);
    CHECK_EQ(storage_ram(&rig, N_DATA)[1], STORAGE_SIZE / 512 >> 8);
    /* Two and a half pages, the rest by a list. */
    memset(storage_ram(&rig, N_DATA), 0x21, 0x3000);
    entry = nvme_entry(&rig, RIG_RAM + 0x2000, 0, 0x01, 1);
    put64(entry + 32, RIG_RAM + 0x20000);
    put64(storage_ram(&rig, RIG_RAM + 0x20000), N_DATA + 0x1000);
    put64(storage_ram(&rig, RIG_RAM + 0x20008), N_DATA + 0x2000);
    put32(entry + 40, 16);
    put32(entry + 48, 19);
    CHECK_EQ(nvme_ring(&rig, 1, RIG_RAM + 0x3000, 1), 0x10100);
    CHECK_EQ(emu_block_test_data(&rig.backend)[36 * 512 - 1], 0x21);
    CHECK_EQ(emu_block_test_data(&rig.backend)[36 * 512], 0);
    CHECK(rig.device->level[0]);
    CHECK(rig_survives(rig.device));
    storage_finish(&rig);
}

static void test_nvme_errors(void)
{
    struct storage_rig rig;
    uint8_t *entry;

    storage_init(&rig, &emu_nvme_class, false);
    storage_start_nvme(&rig);
    nvme_make_queues(&rig);
    entry = nvme_entry(&rig, RIG_RAM + 0x2000, 0, 0x02, 1);
    put32(entry + 40, STORAGE_SIZE / 512);
    CHECK_EQ(nvme_ring(&rig, 1, RIG_RAM + 0x3000, 1) >> 17, 0x80);
    nvme_entry(&rig, RIG_RAM + 0x2000, 1, 0x02, 2);
    CHECK_EQ(nvme_ring(&rig, 1, RIG_RAM + 0x3000, 2) >> 17, 0x0b);
    nvme_entry(&rig, RIG_RAM + 0x2000, 2, 0x55, 1);
    CHECK_EQ(nvme_ring(&rig, 1, RIG_RAM + 0x3000, 3) >> 17, 0x01);
    emu_block_test_fail(&rig.backend, EIO);
    nvme_entry(&rig, RIG_RAM + 0x2000, 3, 0x02, 1);
    CHECK_EQ(nvme_ring(&rig, 1, RIG_RAM + 0x3000, 4) >> 17, 0x281);
    entry = nvme_entry(&rig, STORAGE_SQ, 2, 0x04, 0); /* a completion queue in use stays */
    put32(entry + 40, 1);
    CHECK_EQ(nvme_ring(&rig, 0, STORAGE_CQ, 3) >> 17, 0x10c);
    storage_write(&rig, 0x14, 0x00464001, 4); /* shutdown */
    storage_settle(&rig);
    CHECK_EQ(storage_read(&rig, 0x1c, 4), 9);
    storage_write(&rig, 0x14, 0, 4);
    CHECK_EQ(storage_read(&rig, 0x1c, 4), 0);
    storage_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"storage-virtio-transfer", test_virtio_transfer},
        {"storage-virtio-errors", test_virtio_errors},
        {"storage-virtio-broken", test_virtio_broken},
        {"storage-virtio-features", test_virtio_features},
        {"storage-virtio-access", test_virtio_access},
        {"storage-ahci-disk", test_ahci_disk},
        {"storage-ahci-errors", test_ahci_errors},
        {"storage-ahci-queued", test_ahci_queued},
        {"storage-ahci-cdrom", test_ahci_cdrom},
        {"storage-cdrom", test_cdrom},
        {"storage-nvme", test_nvme},
        {"storage-nvme-errors", test_nvme_errors},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
