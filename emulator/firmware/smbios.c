/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMBIOS structures: a header, a fixed part, and strings numbered from 1. The entry point is the
 * 64-bit one ("_SM3_"); 32-bit entry points are left out.
 */
#include "emulator/firmware/smbios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/aml.h"
#include "emulator/firmware/boot-formats.h"

enum {
    SMBIOS_BIOS = 0,
    SMBIOS_SYSTEM = 1,
    SMBIOS_BOARD = 2,
    SMBIOS_CHASSIS = 3,
    SMBIOS_PROCESSOR = 4,
    SMBIOS_OEM_STRINGS = 11,
    SMBIOS_MEMORY_ARRAY = 16,
    SMBIOS_MEMORY_DEVICE = 17,
    SMBIOS_MEMORY_MAPPED = 19,
    SMBIOS_BOOT = 32,
    SMBIOS_END = 127,
};

/* From here on a size is in an extended field: */
#define SMBIOS_LARGE_ARRAY  0x80000000u /* KiB */
#define SMBIOS_LARGE_DEVICE 0x7fffu     /* MiB */

/* The growing bytes are an aml buffer: that is all it needs to know. */
struct smbios {
    struct aml out;
    size_t structure; /* offset of the one being written */
};

static void smbios_begin(struct smbios *tables, uint8_t type, uint16_t handle)
{
    uint8_t header[4] = {type, 0, (uint8_t)handle, (uint8_t)(handle >> 8)};

    tables->structure = tables->out.length;
    aml_bytes(&tables->out, header, 4);
}

static void smbios_put(struct smbios *tables, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        aml_byte(&tables->out, (uint8_t)(value >> (8 * i)));
}

/* Ends the fixed part. */
static void smbios_seal(struct smbios *tables)
{
    if (!tables->out.failed)
        tables->out.data[tables->structure + 1] = (uint8_t)(tables->out.length - tables->structure);
}

/* Ends the fixed part and puts the strings, a NULL-terminated list. */
static void smbios_end(struct smbios *tables, const char *const *strings)
{
    smbios_seal(tables);
    if (strings == NULL || *strings == NULL)
        aml_byte(&tables->out, 0);
    for (; strings != NULL && *strings != NULL; strings++)
        aml_bytes(&tables->out, *strings, strlen(*strings) + 1);
    aml_byte(&tables->out, 0);
}

/* ---- structures with texts of the owner's ---- */

#define SMBIOS_MOST_TEXTS 6 /* of a structure */

/* The texts that a structure refers to; those not given have the number 0. */
struct smbios_texts {
    const struct emu_told *told;
    const char *list[SMBIOS_MOST_TEXTS + 1];
    unsigned count;
};

/* Puts the number of a text: the owner's, else ours; NULL: none. */
static void smbios_text(struct smbios *tables, struct smbios_texts *texts, enum emu_smbios_text id,
                        const char *ours)
{
    const char *text = texts->told != NULL ? texts->told->texts[id] : NULL;

    if (text == NULL || *text == '\0')
        text = ours;
    if (text != NULL && texts->count < SMBIOS_MOST_TEXTS)
        texts->list[texts->count++] = text;
    smbios_put(tables, text != NULL ? texts->count : 0, 1);
}

/* "MAJOR.MINOR" as two bytes; 1.0 where nothing is said. */
static void smbios_release(struct smbios *tables, const struct emu_told *told)
{
    const char *text = told != NULL ? told->texts[EMU_SMBIOS_BIOS_RELEASE] : NULL;
    unsigned major = 1, minor = 0;

    if (text != NULL && sscanf(text, "%3u.%3u", &major, &minor) < 1)
        major = 1;
    smbios_put(tables, major & 0xff, 1);
    smbios_put(tables, minor & 0xff, 1);
}

static void smbios_bios(struct smbios *tables, const struct emu_smbios_board *board)
{
    struct smbios_texts texts = {.told = board->told};

    smbios_begin(tables, SMBIOS_BIOS, 0x0000);
    smbios_text(tables, &texts, EMU_SMBIOS_BIOS_VENDOR, "Lathe");
    smbios_text(tables, &texts, EMU_SMBIOS_BIOS_VERSION, "1");
    smbios_put(tables, 0xe800, 2); /* segment */
    smbios_text(tables, &texts, EMU_SMBIOS_BIOS_DATE, "01/01/2026");
    smbios_put(tables, 0, 1);       /* ROM size: 64 KiB */
    smbios_put(tables, 1u << 3, 8); /* characteristics: not supported */
    /* ACPI; targeted content, virtual */
    smbios_put(tables, 0x1401 | (board->uefi ? 0x0800 : 0), 2);
    smbios_release(tables, board->told);
    smbios_put(tables, 0xffff, 2); /* no embedded controller */
    smbios_put(tables, 0, 2);
    smbios_end(tables, texts.list);
}

/* The first three fields of a uuid are numbers, and lie little-endian. */
static void smbios_uuid(struct smbios *tables, const uint8_t *uuid)
{
    static const uint8_t from[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    for (unsigned i = 0; i < sizeof(from); i++)
        aml_byte(&tables->out, uuid[from[i]]);
}

static void smbios_system(struct smbios *tables, const struct emu_smbios_board *board)
{
    static const uint8_t none[16];
    struct smbios_texts texts = {.told = board->told};

    smbios_begin(tables, SMBIOS_SYSTEM, 0x0100);
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_MANUFACTURER, "Lathe");
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_PRODUCT, "Standard PC (q35)");
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_VERSION, "1");
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_SERIAL, NULL);
    smbios_uuid(tables, board->told != NULL ? board->told->uuid : none);
    smbios_put(tables, 6, 1); /* woken by the power switch */
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_SKU, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_SYSTEM_FAMILY, NULL);
    smbios_end(tables, texts.list);
}

/* Only where something is said of it. */
static void smbios_board(struct smbios *tables, const struct emu_told *told)
{
    struct smbios_texts texts = {.told = told};
    bool said = false;

    for (unsigned i = EMU_SMBIOS_BOARD_MANUFACTURER; i <= EMU_SMBIOS_BOARD_LOCATION; i++)
        said |= told != NULL && told->texts[i] != NULL;
    if (!said)
        return;
    smbios_begin(tables, SMBIOS_BOARD, 0x0200);
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_MANUFACTURER, "Lathe");
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_PRODUCT, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_VERSION, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_SERIAL, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_ASSET, NULL);
    smbios_put(tables, 0x01, 1); /* hosts the processors */
    smbios_text(tables, &texts, EMU_SMBIOS_BOARD_LOCATION, NULL);
    smbios_put(tables, 0x0300, 2); /* the chassis */
    smbios_put(tables, 0x0a, 1);   /* a motherboard */
    smbios_put(tables, 0, 1);
    smbios_end(tables, texts.list);
}

static void smbios_chassis(struct smbios *tables, const struct emu_told *told)
{
    struct smbios_texts texts = {.told = told};

    smbios_begin(tables, SMBIOS_CHASSIS, 0x0300);
    smbios_text(tables, &texts, EMU_SMBIOS_CHASSIS_MANUFACTURER, "Lathe");
    smbios_put(tables, 1, 1); /* type: other */
    smbios_text(tables, &texts, EMU_SMBIOS_CHASSIS_VERSION, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_CHASSIS_SERIAL, NULL);
    smbios_text(tables, &texts, EMU_SMBIOS_CHASSIS_ASSET, NULL);
    smbios_put(tables, 0x02030303, 4); /* states: safe; security unknown */
    smbios_put(tables, 0, 8);
    smbios_text(tables, &texts, EMU_SMBIOS_CHASSIS_SKU, NULL);
    smbios_end(tables, texts.list);
}

/* The same strings in one structure; their number is a byte. */
static void smbios_oem_strings(struct smbios *tables, const struct emu_told *told)
{
    unsigned count = told != NULL ? told->string_count : 0;

    if (count == 0)
        return;
    if (count > EMU_SMBIOS_STRINGS)
        count = EMU_SMBIOS_STRINGS;
    smbios_begin(tables, SMBIOS_OEM_STRINGS, 0x0b00);
    smbios_put(tables, count, 1);
    smbios_seal(tables);
    for (unsigned i = 0; i < count; i++)
        aml_bytes(&tables->out, told->strings[i], strlen(told->strings[i]) + 1);
    aml_byte(&tables->out, 0);
}

/* ---- processors and memory ---- */

static void smbios_processor(struct smbios *tables, const struct emu_smbios_board *board,
                             unsigned socket)
{
    char name[24];
    const char *strings[] = {name, board->cpu_maker, board->cpu_name, NULL};
    unsigned threads = board->cores * board->threads;

    snprintf(name, sizeof(name), "CPU %u", socket);
    smbios_begin(tables, SMBIOS_PROCESSOR, (uint16_t)(0x0400 + socket));
    smbios_put(tables, 0x02010301, 4); /* socket name, central processor, family other, maker */
    smbios_put(tables, board->cpu_signature, 4);
    smbios_put(tables, board->cpu_features, 4);
    smbios_put(tables, 3, 2);    /* version; voltage unknown */
    smbios_put(tables, 0, 2);    /* external clock */
    smbios_put(tables, 1000, 2); /* maximum and current MHz */
    smbios_put(tables, 1000, 2);
    smbios_put(tables, 0x0141, 2);         /* populated and enabled; upgrade: other */
    smbios_put(tables, 0xffffffffffff, 6); /* no caches told */
    smbios_put(tables, 0, 3);
    smbios_put(tables, board->cores < 255 ? board->cores : 255, 1);
    smbios_put(tables, board->cores < 255 ? board->cores : 255, 1);
    smbios_put(tables, threads < 255 ? threads : 255, 1);
    smbios_put(tables, 0x0004, 2); /* 64-bit capable */
    smbios_put(tables, 1, 2);      /* family 2: other */
    smbios_put(tables, board->cores, 2);
    smbios_put(tables, board->cores, 2);
    smbios_put(tables, threads, 2);
    smbios_end(tables, strings);
}

static void smbios_memory_mapped(struct smbios *tables, uint16_t handle, uint64_t start,
                                 uint64_t size)
{
    uint64_t last = start + size - 1;
    bool large = last >> 10 >= UINT32_MAX; /* than fields in KiB can say */

    smbios_begin(tables, SMBIOS_MEMORY_MAPPED, handle);
    smbios_put(tables, large ? UINT32_MAX : start >> 10, 4);
    smbios_put(tables, large ? UINT32_MAX : last >> 10, 4);
    smbios_put(tables, 0x1000, 2); /* the array */
    smbios_put(tables, 1, 1);
    smbios_put(tables, large ? start : 0, 8);
    smbios_put(tables, large ? last : 0, 8);
    smbios_end(tables, NULL);
}

static void smbios_memory_array(struct smbios *tables, uint64_t total)
{
    bool large = total >> 10 >= SMBIOS_LARGE_ARRAY;

    smbios_begin(tables, SMBIOS_MEMORY_ARRAY, 0x1000);
    smbios_put(tables, 0x060301, 3); /* on the board, system memory, multi-bit ECC */
    smbios_put(tables, large ? SMBIOS_LARGE_ARRAY : total >> 10, 4);
    smbios_put(tables, 0xfffe, 2); /* no error information */
    smbios_put(tables, 1, 2);      /* slots */
    smbios_put(tables, large ? total : 0, 8);
    smbios_end(tables, NULL);
}

static void smbios_memory_device(struct smbios *tables, uint64_t total)
{
    static const char *const strings[] = {"DIMM 0", "Lathe", NULL};
    bool large = total >> 20 >= SMBIOS_LARGE_DEVICE;

    smbios_begin(tables, SMBIOS_MEMORY_DEVICE, 0x1100);
    smbios_put(tables, 0x1000, 2);
    smbios_put(tables, 0xfffe, 2);
    smbios_put(tables, 0xffffffff, 4); /* widths unknown */
    smbios_put(tables, large ? SMBIOS_LARGE_DEVICE : total >> 20, 2);
    smbios_put(tables, 0x09, 1); /* DIMM */
    smbios_put(tables, 0, 1);
    smbios_put(tables, 1, 2);      /* locator; no bank */
    smbios_put(tables, 0x07, 1);   /* RAM */
    smbios_put(tables, 0x0002, 2); /* other */
    smbios_put(tables, 0, 2);      /* speed unknown */
    smbios_put(tables, 2, 1);      /* manufacturer */
    smbios_put(tables, 0, 4);
    smbios_put(tables, large ? total >> 20 : 0, 4);
    smbios_put(tables, 0, 8);
    smbios_end(tables, strings);
}

static void smbios_memory(struct smbios *tables, const struct emu_memory_map *map)
{
    uint64_t total = map->low + map->high;

    smbios_memory_array(tables, total);
    smbios_memory_device(tables, total);
    smbios_memory_mapped(tables, 0x1300, 0, map->low);
    if (map->high != 0)
        smbios_memory_mapped(tables, 0x1301, EMU_PC_HIGH, map->high);
}

static void smbios_closing(struct smbios *tables)
{
    smbios_begin(tables, SMBIOS_BOOT, 0x2000);
    smbios_put(tables, 0, 7); /* reserved; no errors */
    smbios_end(tables, NULL);
    smbios_begin(tables, SMBIOS_END, 0x7f00);
    smbios_end(tables, NULL);
}

static void smbios_entry(uint8_t *entry, uint64_t base, size_t length)
{
    uint8_t sum = 0;

    memcpy(entry, "_SM3_", 5);
    entry[6] = EMU_SMBIOS_ANCHOR;
    entry[7] = 3; /* 3.1.0 */
    entry[8] = 1;
    entry[10] = 1; /* entry point revision */
    emu_put32(entry + 12, (uint32_t)(length - EMU_SMBIOS_TABLES));
    emu_put64(entry + 16, base + EMU_SMBIOS_TABLES);
    for (unsigned i = 0; i < EMU_SMBIOS_ANCHOR; i++)
        sum = (uint8_t)(sum + entry[i]);
    entry[5] = (uint8_t)-sum;
}

uint8_t *emu_smbios_build(const struct emu_smbios_board *board, uint64_t base, size_t limit,
                          size_t *length, struct emu_error *err)
{
    static const uint8_t blank[EMU_SMBIOS_TABLES];
    struct smbios tables;

    aml_init(&tables.out);
    aml_bytes(&tables.out, blank, sizeof(blank));
    smbios_bios(&tables, board);
    smbios_system(&tables, board);
    smbios_board(&tables, board->told);
    smbios_chassis(&tables, board->told);
    for (unsigned i = 0; i < board->sockets; i++)
        smbios_processor(&tables, board, i);
    smbios_oem_strings(&tables, board->told);
    smbios_memory(&tables, board->map);
    smbios_closing(&tables);
    if (tables.out.failed || tables.out.length > limit) {
        emu_error_set(err, EMU_ERROR_INTERNAL, "the SMBIOS tables do not fit below 1 MiB");
        aml_finish(&tables.out);
        return NULL;
    }
    smbios_entry(tables.out.data, base, tables.out.length);
    *length = tables.out.length;
    return tables.out.data;
}
