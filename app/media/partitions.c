/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can start a disk: code in its boot sector, loaders in the FAT file systems of its partitions
 * (MBR; GPT as in UEFI 5.3), or of the whole disk. Sectors have 512 bytes.
 */
#include <string.h>

#include "app/media/media-private.h"

#define DISK_SECTOR     512u
#define MBR_CODE        440u /* bytes of code in front of the disk's signature */
#define MBR_TABLE       446u
#define MBR_ENTRIES     4u
#define MBR_GPT         0xee /* type: a GPT describes the disk */
#define GPT_MAX_ENTRIES 256u
#define GPT_ENTRY_MIN   128u
#define GPT_ENTRY_MAX   4096u

/* What an efi system partition has of its own is found by media_fat_boots: any FAT may boot. */
static unsigned disk_partition_boots(const struct lathe_media_source *source, guint64 first,
                                     guint64 sectors)
{
    guint64 all = source->size / DISK_SECTOR;

    if (first == 0 || first >= all)
        return 0;
    return media_fat_boots(source, first * DISK_SECTOR, MIN(sectors, all - first) * DISK_SECTOR,
                           true);
}

static unsigned disk_mbr_boots(const struct lathe_media_source *source, const guint8 *mbr)
{
    unsigned boots = 0;

    for (unsigned i = 0; i < MBR_ENTRIES; i++) {
        const guint8 *entry = mbr + MBR_TABLE + 16 * i;
        if (entry[4] != 0 && entry[4] != MBR_GPT)
            boots |= disk_partition_boots(source, lathe_le32(entry + 8), lathe_le32(entry + 12));
    }
    return boots;
}

static bool disk_is_gpt(const struct lathe_media_source *source, guint8 header[92])
{
    return media_read(source, DISK_SECTOR, header, 92) && memcmp(header, "EFI PART", 8) == 0;
}

static unsigned disk_gpt_boots(const struct lathe_media_source *source)
{
    static const guint8 unused[16];
    guint8 header[92], entry[GPT_ENTRY_MIN];
    unsigned boots = 0;

    if (!disk_is_gpt(source, header))
        return 0;
    guint64 table = lathe_le64(header + 72);
    guint32 count = MIN(lathe_le32(header + 80), GPT_MAX_ENTRIES);
    guint32 size = lathe_le32(header + 84);
    if (table > source->size / DISK_SECTOR || size < GPT_ENTRY_MIN || size > GPT_ENTRY_MAX)
        return 0;
    for (guint32 i = 0; i < count; i++) {
        if (!media_read(source, table * DISK_SECTOR + (guint64)i * size, entry, sizeof(entry)))
            break;
        guint64 first = lathe_le64(entry + 32), last = lathe_le64(entry + 40);
        if (memcmp(entry, unused, 16) != 0 && last >= first)
            boots |= disk_partition_boots(source, first, last - first + 1);
    }
    return boots;
}

/* Zeroes, or the few bytes that jump over a FAT's numbers to nothing, start no BIOS. */
static bool disk_has_code(const guint8 *mbr)
{
    for (unsigned i = 0; i < MBR_CODE; i++) {
        if (mbr[i] != 0)
            return true;
    }
    return false;
}

unsigned media_disk_boots(const struct lathe_media_source *source)
{
    guint8 mbr[DISK_SECTOR];

    if (!media_read(source, 0, mbr, sizeof(mbr)) || mbr[510] != 0x55 || mbr[511] != 0xaa)
        return 0;
    return (disk_has_code(mbr) ? LATHE_BOOTS_BIOS : 0) | disk_mbr_boots(source, mbr) |
           disk_gpt_boots(source) | media_fat_boots(source, 0, source->size, true);
}
