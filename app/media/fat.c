/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look for EFI's boot loaders in a FAT file system (Microsoft's FAT specification 1.03; UEFI
 * 3.5.1.1 for their names). Folders only, short names only: all names looked for are short ones.
 */
#include <string.h>

#include "app/media/media-private.h"

#define FAT_ENTRY       32u
#define FAT_MAX_ENTRIES 4096u /* of one folder that are looked at */
#define FAT_DELETED     0xe5u
#define FAT_IS_LABEL    0x08u /* attribute: a volume label, or a piece of a long name */
#define FAT_IS_FOLDER   0x10u
#define FAT12_CLUSTERS  4085u /* fewer clusters: 12 bits an entry */
#define FAT16_CLUSTERS  65525u

struct fat {
    const struct lathe_media_source *source;
    guint64 tables, root, data; /* offsets in the medium; root: of the fixed one of FAT12 and 16 */
    guint32 root_entries;       /* 0: the root is a chain, FAT32 */
    guint32 root_cluster;
    guint32 cluster_size; /* bytes */
    guint32 clusters;
    unsigned bits; /* of a table's entry: 12, 16, 32 */
};

/* A place in a folder. */
struct fat_walk {
    guint32 cluster; /* 0: in the fixed root */
    guint32 entry;   /* of this cluster, or of the root */
    guint32 seen;
};

static bool fat_is_power(guint32 value, guint32 low, guint32 high)
{
    return value >= low && value <= high && (value & (value - 1)) == 0;
}

static unsigned fat_bits(guint32 clusters)
{
    return clusters < FAT12_CLUSTERS ? 12 : clusters < FAT16_CLUSTERS ? 16 : 32;
}

/* The boot sector's numbers, checked; bytes: what the file system may have. */
static bool fat_open(struct fat *fat, const struct lathe_media_source *source, guint64 offset,
                     guint64 length)
{
    guint8 boot[512];

    if (!media_read(source, offset, boot, sizeof(boot)))
        return false;
    guint32 sector = lathe_le16(boot + 11), per_cluster = boot[13];
    guint32 table = lathe_le16(boot + 22) ? lathe_le16(boot + 22) : lathe_le32(boot + 36);
    guint64 total = lathe_le16(boot + 19) ? lathe_le16(boot + 19) : lathe_le32(boot + 32);
    guint64 reserved = lathe_le16(boot + 14), root_entries = lathe_le16(boot + 17);
    if (!fat_is_power(sector, 512, 4096) || !fat_is_power(per_cluster, 1, 128) || reserved == 0 ||
        boot[16] == 0 || boot[16] > 2 || table == 0)
        return false;
    guint64 root = reserved + (guint64)boot[16] * table;
    guint64 data = root + (root_entries * FAT_ENTRY + sector - 1) / sector;
    total = MIN(total, length / sector);
    if (data >= total)
        return false;
    *fat = (struct fat){.source = source,
                        .tables = offset + reserved * sector,
                        .root = offset + root * sector,
                        .data = offset + data * sector,
                        .root_entries = (guint32)root_entries,
                        .cluster_size = sector * per_cluster,
                        .clusters = (guint32)MIN((total - data) / per_cluster, 0x0ffffff5u)};
    fat->bits = lathe_le16(boot + 22) ? fat_bits(fat->clusters) : 32;
    fat->root_cluster = fat->bits == 32 ? lathe_le32(boot + 44) : 0;
    return fat->bits == 32 || fat->root_entries != 0;
}

static bool fat_cluster_ok(const struct fat *fat, guint32 cluster)
{
    return cluster >= 2 && cluster - 2 < fat->clusters;
}

/* The cluster after this one; 0: none. */
static guint32 fat_next(const struct fat *fat, guint32 cluster)
{
    guint8 entry[4] = {0};
    guint64 at = fat->tables + (guint64)cluster * fat->bits / 8;
    guint32 next;

    if (!media_read(fat->source, at, entry, fat->bits == 32 ? 4 : 2))
        return 0;
    next = fat->bits == 32 ? lathe_le32(entry) & 0x0fffffff : lathe_le16(entry);
    if (fat->bits == 12)
        next = cluster & 1 ? next >> 4 : next & 0xfff;
    return fat_cluster_ok(fat, next) ? next : 0;
}

static struct fat_walk fat_begin(const struct fat *fat, guint32 folder)
{
    return (struct fat_walk){folder != 0 ? folder : fat->root_cluster, 0, 0};
}

/* The next entry of a folder; false: there are no more. */
static bool fat_step(const struct fat *fat, struct fat_walk *walk, guint8 entry[FAT_ENTRY])
{
    guint32 room = fat->cluster_size / FAT_ENTRY;
    guint64 base = fat->root;

    if (walk->seen++ == FAT_MAX_ENTRIES)
        return false;
    if (walk->cluster == 0 && walk->entry == fat->root_entries)
        return false;
    if (walk->cluster != 0 && walk->entry == room) {
        walk->cluster = fat_next(fat, walk->cluster);
        walk->entry = 0;
        if (walk->cluster == 0)
            return false;
    }
    if (walk->cluster != 0 && !fat_cluster_ok(fat, walk->cluster))
        return false;
    if (walk->cluster != 0)
        base = fat->data + (guint64)(walk->cluster - 2) * fat->cluster_size;
    base += (guint64)walk->entry++ * FAT_ENTRY;
    return media_read(fat->source, base, entry, FAT_ENTRY) && entry[0] != 0;
}

/* A short name as it is stored, eleven characters. 0: no such folder. */
static guint32 fat_find_folder(const struct fat *fat, guint32 folder, const char *name)
{
    struct fat_walk walk = fat_begin(fat, folder);
    guint8 entry[FAT_ENTRY];

    while (fat_step(fat, &walk, entry)) {
        if ((entry[11] & FAT_IS_LABEL) == 0 && (entry[11] & FAT_IS_FOLDER) != 0 &&
            memcmp(entry, name, 11) == 0)
            return lathe_le16(entry + 26) | (guint32)lathe_le16(entry + 20) << 16;
    }
    return 0;
}

static unsigned fat_loader(const guint8 entry[FAT_ENTRY])
{
    static const struct {
        const char *name;
        unsigned boots;
    } loaders[] = {{"BOOTX64 EFI", LATHE_BOOTS_UEFI},
                   {"BOOTIA32EFI", LATHE_BOOTS_UEFI32},
                   {"BOOTAA64EFI", LATHE_BOOTS_OTHER},
                   {"BOOTARM EFI", LATHE_BOOTS_OTHER}};

    if (entry[0] == FAT_DELETED || (entry[11] & (FAT_IS_LABEL | FAT_IS_FOLDER)) != 0)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(loaders); i++) {
        if (memcmp(entry, loaders[i].name, 11) == 0)
            return loaders[i].boots;
    }
    return 0;
}

unsigned media_fat_boots(const struct lathe_media_source *source, guint64 offset, guint64 length,
                         bool installed)
{
    struct fat fat;
    guint8 entry[FAT_ENTRY];
    unsigned boots = 0;

    if (!fat_open(&fat, source, offset, length))
        return 0;
    guint32 efi = fat_find_folder(&fat, 0, "EFI        ");
    guint32 boot = efi != 0 ? fat_find_folder(&fat, efi, "BOOT       ") : 0;
    struct fat_walk walk = fat_begin(&fat, boot);
    while (boot != 0 && fat_step(&fat, &walk, entry))
        boots |= fat_loader(entry);
    return boots == 0 && efi != 0 && installed ? LATHE_BOOTS_UEFI : boots;
}
