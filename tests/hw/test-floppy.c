/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floppy controller and the DMA controller behind it, as drivers use them. */
#include "tests/hw/floppy-rig.h"

#define SIZE_1440K 1474560u
#define SECTOR     512u

/* The sector's bytes on the disk, of a medium of 18 sectors and two sides. */
static uint8_t *disk_sector(struct floppy_rig *rig, unsigned cylinder, unsigned head,
                            unsigned sector)
{
    return emu_block_test_data(&rig->backend) + ((cylinder * 2 + head) * 18 + sector - 1) * SECTOR;
}

static unsigned run(struct floppy_rig *rig, const uint8_t *command, unsigned count, uint8_t *result)
{
    floppy_command(rig, command, count);
    return floppy_result(rig, result);
}

static void seek(struct floppy_rig *rig, uint8_t cylinder)
{
    const uint8_t command[] = {0x0f, 0, cylinder}, sense[] = {8};
    uint8_t result[16];

    floppy_command(rig, command, sizeof(command));
    CHECK(rig->fdc->level[0]);
    CHECK_EQ(run(rig, sense, 1, result), 2);
    CHECK_EQ(result[0], 0x20);
    CHECK_EQ(result[1], cylinder);
    CHECK(!rig->fdc->level[0]);
}

static void test_reset(void)
{
    static const uint8_t sense[] = {8}, version[] = {0x10}, unknown[] = {0x1f}, part[] = {0x18};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    CHECK_EQ(floppy_in(&rig, 0x3f4), 0);
    floppy_out(&rig, 0x3f2, 0x04); /* no gate: no interrupt */
    CHECK(!rig.fdc->level[0]);
    floppy_out(&rig, 0x3f2, 0x0c);
    CHECK(rig.fdc->level[0]);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(run(&rig, sense, 1, result), 2);
        CHECK_EQ(result[0], 0xc0 | i);
        CHECK(!rig.fdc->level[0]);
    }
    CHECK_EQ(run(&rig, sense, 1, result), 1);
    CHECK_EQ(result[0], 0x80);
    CHECK_EQ(run(&rig, version, 1, result), 1);
    CHECK_EQ(result[0], 0x90);
    CHECK_EQ(run(&rig, part, 1, result), 1); /* an 82077AA, no 82078 */
    CHECK_EQ(result[0], 0x80);
    CHECK_EQ(run(&rig, unknown, 1, result), 1);
    CHECK_EQ(result[0], 0x80);
    floppy_out(&rig, 0x3f4, 0x80); /* by the data rate register */
    CHECK(rig.fdc->level[0]);
    CHECK(rig_survives(rig.fdc));
    floppy_finish(&rig);
}

static void test_settings(void)
{
    static const uint8_t configure[] = {0x13, 0, 0x57, 3}, lock[] = {0x94}, unlock[] = {0x14};
    static const uint8_t dump[] = {0x0e}, perpendicular[] = {0x12, 0x84};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    floppy_command(&rig, configure, sizeof(configure));
    floppy_command(&rig, perpendicular, sizeof(perpendicular));
    CHECK_EQ(run(&rig, lock, 1, result), 1);
    CHECK_EQ(result[0], 0x10);
    CHECK_EQ(run(&rig, dump, 1, result), 10);
    CHECK_EQ(result[4], 0xaf);
    CHECK_EQ(result[7], 0x84);
    CHECK_EQ(result[8], 0x57);
    CHECK_EQ(result[9], 3);
    floppy_out(&rig, 0x3f2, 0);
    floppy_out(&rig, 0x3f2, 0x1c);
    CHECK_EQ(run(&rig, dump, 1, result), 10);
    CHECK_EQ(result[8], 0x07); /* locked: without the seeks and the polling */
    CHECK_EQ(result[9], 3);
    CHECK_EQ(run(&rig, unlock, 1, result), 1);
    CHECK_EQ(result[0], 0);
    floppy_out(&rig, 0x3f2, 0);
    floppy_out(&rig, 0x3f2, 0x1c);
    CHECK_EQ(run(&rig, dump, 1, result), 10);
    CHECK_EQ(result[8], 0x20);
    floppy_finish(&rig);
}

static void test_read(void)
{
    static const uint8_t read[] = {0xe6, 0, 5, 0, 17, 2, 18, 0x1b, 0xff};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    seek(&rig, 5);
    memset(disk_sector(&rig, 5, 0, 17), 0x11, SECTOR);
    memset(disk_sector(&rig, 5, 0, 18), 0x22, SECTOR);
    memset(disk_sector(&rig, 5, 1, 1), 0x33, SECTOR);
    floppy_set_dma(&rig, 3 * SECTOR, true);
    CHECK_EQ(run(&rig, read, sizeof(read), result), 7);
    CHECK_EQ(result[0], 0x04); /* good, on the second side */
    CHECK_EQ(result[1] | result[2], 0);
    CHECK_EQ(result[3], 5);
    CHECK_EQ(result[4], 1);
    CHECK_EQ(result[5], 2);
    CHECK_EQ(result[6], 2);
    CHECK_EQ(*floppy_ram(&rig, 0), 0x11);
    CHECK_EQ(*floppy_ram(&rig, SECTOR), 0x22);
    CHECK_EQ(*floppy_ram(&rig, 3 * SECTOR - 1), 0x33);
    CHECK_EQ(*floppy_ram(&rig, 3 * SECTOR), 0);
    CHECK_EQ(floppy_in(&rig, 0x08), 0x04); /* terminal count, once */
    CHECK_EQ(floppy_in(&rig, 0x08), 0x00);
    CHECK(rig_survives(rig.dma));
    floppy_finish(&rig);
}

static void test_write(void)
{
    static const uint8_t write[] = {0xc5, 4, 79, 1, 18, 2, 18, 0x1b, 0xff};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    seek(&rig, 79);
    memset(floppy_ram(&rig, 0), 0x5a, SECTOR);
    floppy_set_dma(&rig, SECTOR, false);
    CHECK_EQ(run(&rig, write, sizeof(write), result), 7);
    CHECK_EQ(result[0], 0); /* the next one is on the other side of the next cylinder */
    CHECK_EQ(result[3], 80);
    CHECK_EQ(disk_sector(&rig, 79, 1, 18)[0], 0x5a);
    CHECK_EQ(disk_sector(&rig, 79, 1, 18)[511], 0x5a);
    CHECK_EQ(disk_sector(&rig, 79, 1, 17)[511], 0);
    floppy_finish(&rig);
}

static void test_protected(void)
{
    static const uint8_t write[] = {0xc5, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, drive[] = {4, 0};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, true);
    floppy_start(&rig);
    floppy_set_dma(&rig, SECTOR, false);
    CHECK_EQ(run(&rig, write, sizeof(write), result), 7);
    CHECK_EQ(result[0], 0x40);
    CHECK_EQ(result[1], 0x02);
    CHECK_EQ(run(&rig, drive, sizeof(drive), result), 1);
    CHECK_EQ(result[0], 0x78);
    floppy_finish(&rig);
}

/* A command, how it should fail: ST0, ST1, ST2. */
static void test_errors(void)
{
    static const struct {
        uint8_t command[9], st0, st1, st2;
        unsigned dma;
    } rows[] = {
        {{0xe6, 0, 0, 0, 19, 2, 19, 27, 255}, 0x40, 0x04, 0, 512},     /* no such sector */
        {{0xe6, 0, 0, 0, 0, 2, 18, 27, 255}, 0x40, 0x04, 0, 512},      /* */
        {{0xe6, 0, 0, 0, 1, 3, 18, 27, 255}, 0x40, 0x04, 0, 512},      /* another size */
        {{0xe6, 0, 7, 0, 1, 2, 18, 27, 255}, 0x40, 0x04, 0x10, 512},   /* another cylinder */
        {{0xe6, 0, 255, 0, 1, 2, 18, 27, 255}, 0x40, 0x04, 0x02, 512}, /* a bad one */
        {{0xe6, 4, 0, 0, 1, 2, 18, 27, 255}, 0x44, 0x04, 0, 512},      /* another side */
        {{0xa6, 0, 0, 0, 1, 2, 18, 27, 255}, 0x40, 0x01, 0, 512},      /* single density */
        {{0xe6, 1, 0, 0, 1, 2, 18, 27, 255}, 0x41, 0x01, 0, 512},      /* no drive */
        {{0x66, 0, 0, 0, 18, 2, 18, 27, 255}, 0x40, 0x80, 0, 1024},    /* behind the end */
        {{0xe6, 0, 0, 0, 1, 2, 18, 27, 255}, 0x40, 0x10, 0, 0},        /* nobody takes them */
    };
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].dma != 0)
            floppy_set_dma(&rig, rows[i].dma, true);
        else
            floppy_out(&rig, 0x0a, 6);
        CHECK_EQ(run(&rig, rows[i].command, 9, result), 7);
        CHECK_EQ(result[0], rows[i].st0);
        CHECK_EQ(result[1], rows[i].st1);
        CHECK_EQ(result[2], rows[i].st2);
    }
    emu_block_test_fail(&rig.backend, 5);
    floppy_set_dma(&rig, SECTOR, true);
    CHECK_EQ(run(&rig, rows[9].command, 9, result), 7);
    CHECK_EQ(result[1], 0x20);
    CHECK_EQ(result[2], 0x20);
    floppy_finish(&rig);
}

static void test_format(void)
{
    static const uint8_t format[] = {0x4d, 4, 2, 18, 0x54, 0xf6};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    seek(&rig, 2);
    for (unsigned i = 0; i < 18; i++) {
        const uint8_t id[4] = {2, 1, (uint8_t)(i + 1), 2};

        memcpy(floppy_ram(&rig, 4 * i), id, sizeof(id));
    }
    floppy_set_dma(&rig, 18 * 4, false);
    CHECK_EQ(run(&rig, format, sizeof(format), result), 7);
    CHECK_EQ(result[0], 0x04);
    CHECK_EQ(disk_sector(&rig, 2, 0, 18)[511], 0);
    for (unsigned i = 1; i <= 18; i++)
        CHECK(disk_sector(&rig, 2, 1, i)[0] == 0xf6 && disk_sector(&rig, 2, 1, i)[511] == 0xf6);
    CHECK_EQ(disk_sector(&rig, 3, 0, 1)[0], 0);
    *floppy_ram(&rig, 2) = 19; /* more than the image has room for */
    floppy_set_dma(&rig, 18 * 4, false);
    CHECK_EQ(run(&rig, format, sizeof(format), result), 7);
    CHECK_EQ(result[0], 0x44);
    CHECK_EQ(result[1], 0x04);
    floppy_finish(&rig);
}

/* What SPECIFY says without DMA: the processor moves the bytes, an interrupt for each sector. */
static void test_pio(void)
{
    static const uint8_t specify[] = {3, 0xaf, 3};
    static const uint8_t read[] = {0x46, 0, 0, 0, 17, 2, 18, 27, 255};
    static const uint8_t write[] = {0x45, 0, 0, 0, 18, 2, 18, 27, 255};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    floppy_command(&rig, specify, sizeof(specify));
    memset(disk_sector(&rig, 0, 0, 17), 0x77, SECTOR);
    floppy_command(&rig, write, sizeof(write));
    for (unsigned i = 0; i < SECTOR; i++) {
        CHECK_EQ(floppy_in(&rig, 0x3f4), 0xb0);
        floppy_out(&rig, 0x3f5, (uint8_t)i);
    }
    floppy_settle(&rig);
    CHECK_EQ(floppy_result(&rig, result), 7);
    CHECK_EQ(result[1], 0x80); /* no terminal count: the end of the track is an error */
    CHECK_EQ(disk_sector(&rig, 0, 0, 18)[255], 255);
    floppy_command(&rig, read, sizeof(read));
    for (unsigned i = 0; i < 2 * SECTOR; i++) {
        if (i % SECTOR == 0)
            CHECK(rig.fdc->level[0]);
        if (i == 100)
            CHECK(rig_survives(rig.fdc));
        CHECK_EQ(floppy_in(&rig, 0x3f4), 0xf0);
        CHECK_EQ(floppy_in(&rig, 0x3f5), i < SECTOR ? 0x77 : i % 256);
        floppy_settle(&rig);
    }
    CHECK_EQ(floppy_result(&rig, result), 7);
    floppy_finish(&rig);
}

static void test_change(void)
{
    static const uint8_t id[] = {0x4a, 0}, recalibrate[] = {7, 0};
    struct floppy_rig rig;
    uint8_t result[16];

    floppy_init(&rig, SIZE_1440K, false);
    floppy_start(&rig);
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0x80); /* heads that stood at 0 have not moved yet */
    seek(&rig, 1);
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0);
    floppy_change(&rig, 0);
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0x80);
    CHECK_EQ(run(&rig, id, sizeof(id), result), 7);
    CHECK_EQ(result[1], 0x01);
    floppy_command(&rig, recalibrate, sizeof(recalibrate));
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0x80); /* still empty */
    floppy_change(&rig, 737280);
    seek(&rig, 1);
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0);
    CHECK_EQ(run(&rig, id, sizeof(id), result), 7);
    CHECK_EQ(result[1], 0x01); /* not at this data rate */
    floppy_out(&rig, 0x3f7, 2);
    CHECK_EQ(run(&rig, id, sizeof(id), result), 7);
    CHECK_EQ(result[0], 0);
    CHECK_EQ(result[3], 1);
    CHECK(result[5] >= 1 && result[5] <= 9);
    floppy_out(&rig, 0x3f2, 0x1d); /* the other drive, which is none */
    CHECK_EQ(floppy_in(&rig, 0x3f7), 0);
    floppy_finish(&rig);
}

static void test_media(void)
{
    CHECK_EQ(emu_floppy_drive_for(163840), EMU_FLOPPY_360K);
    CHECK_EQ(emu_floppy_drive_for(368640), EMU_FLOPPY_360K);
    CHECK_EQ(emu_floppy_drive_for(1228800), EMU_FLOPPY_1200K);
    CHECK_EQ(emu_floppy_drive_for(737280), EMU_FLOPPY_720K);
    CHECK_EQ(emu_floppy_drive_for(SIZE_1440K), EMU_FLOPPY_1440K);
    CHECK_EQ(emu_floppy_drive_for(2949120), EMU_FLOPPY_2880K);
    CHECK_EQ(emu_floppy_drive_for(SIZE_1440K + 512), EMU_FLOPPY_NONE);
    CHECK(emu_floppy_fits(EMU_FLOPPY_1200K, 368640));
    CHECK(!emu_floppy_fits(EMU_FLOPPY_360K, 1228800));
    CHECK(!emu_floppy_fits(EMU_FLOPPY_1440K, 2949120));
    CHECK(!emu_floppy_fits(EMU_FLOPPY_2880K, 368640));
    CHECK(emu_floppy_fits(EMU_FLOPPY_2880K, 0));
}

/* ---- the DMA controller by itself ---- */

static void test_dma_modes(void)
{
    struct floppy_rig rig;
    struct emu_isa_dma channel;
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    bool end;

    floppy_init(&rig, 0, false);
    channel = emu_i8237_channel(rig.dma->device, 2);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 8, true, &end), 0); /* masked */
    floppy_set_dma(&rig, 6, true);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 4, true, &end), 4);
    CHECK(!end);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 4, true, &end), 2);
    CHECK(end);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 4, true, &end), 0); /* masked by its end */
    CHECK_EQ(*floppy_ram(&rig, 5), 2);
    floppy_set_dma(&rig, 4, true);
    floppy_out(&rig, 0x0b, 0x56); /* begins anew */
    CHECK_EQ(emu_isa_dma_move(&channel, data + 4, 8, true, &end), 4);
    CHECK(end);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 2, true, &end), 2);
    CHECK(!end);
    CHECK_EQ(*floppy_ram(&rig, 0), 1);
    CHECK_EQ(*floppy_ram(&rig, 3), 8);
    floppy_set_dma(&rig, 2, true);
    floppy_out(&rig, 0x0b, 0x66); /* downwards */
    CHECK_EQ(emu_isa_dma_move(&channel, data + 6, 2, true, &end), 2);
    CHECK_EQ(*floppy_ram(&rig, 0), 7);
    CHECK_EQ(rig_ram(&rig.rig)[FLOPPY_BUFFER - RIG_RAM - 0], 7);
    CHECK_EQ(rig_ram(&rig.rig)[FLOPPY_BUFFER - RIG_RAM + 0xffff], 8); /* within the page */
    floppy_out(&rig, 0x08, 4);
    floppy_set_dma(&rig, 2, true);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 2, true, &end), 0); /* switched off */
    floppy_finish(&rig);
}

static void test_dma_words(void)
{
    struct floppy_rig rig;
    struct emu_isa_dma channel;
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    bool end;

    floppy_init(&rig, 0, false);
    channel = emu_i8237_channel(rig.dma->device, 5);
    floppy_out(&rig, 0xd8, 0);
    floppy_out(&rig, 0xd6, 0x45);
    floppy_out(&rig, 0xc4, 0x00);
    floppy_out(&rig, 0xc4, 0x80); /* 0x8000 words */
    floppy_out(&rig, 0x8b, 3);    /* its lowest bit is the address's */
    floppy_out(&rig, 0xc6, 2);
    floppy_out(&rig, 0xc6, 0);
    floppy_out(&rig, 0xd4, 1);
    CHECK_EQ(emu_isa_dma_move(&channel, data, 8, true, &end), 6);
    CHECK(end);
    CHECK_EQ(rig_ram(&rig.rig)[0x30000 - RIG_RAM], 1);
    CHECK_EQ(rig_ram(&rig.rig)[0x30005 - RIG_RAM], 6);
    CHECK_EQ(floppy_in(&rig, 0xd0), 2);
    CHECK_EQ(floppy_in(&rig, 0x8b), 3);
    CHECK(rig_survives(rig.dma));
    floppy_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"floppy-reset", test_reset},
        {"floppy-settings", test_settings},
        {"floppy-read", test_read},
        {"floppy-write", test_write},
        {"floppy-protected", test_protected},
        {"floppy-errors", test_errors},
        {"floppy-format", test_format},
        {"floppy-pio", test_pio},
        {"floppy-change", test_change},
        {"floppy-media", test_media},
        {"dma-modes", test_dma_modes},
        {"dma-words", test_dma_words},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
