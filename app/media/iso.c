/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Discs: the primary volume descriptor of ISO 9660 (ECMA-119 8.4) and the boot catalogue of El
 * Torito 1.0 with UEFI's platform id (UEFI 13.3.2.1). Nothing of the disc's files is read.
 */
#include <string.h>

#include "app/media/media-private.h"

#define ISO_SECTOR          2048u
#define ISO_FIRST           16u /* sector of the first volume descriptor */
#define ISO_MAX_DESCRIPTORS 64u
#define ISO_BOOT_RECORD     0
#define ISO_PRIMARY         1
#define ISO_TERMINATOR      255
#define ISO_SLACK           (512u * 1024) /* what writers leave out at the end: padding */

#define TORITO_ENTRY       32u
#define TORITO_MAX_ENTRIES 64u /* one sector of the catalogue */
#define TORITO_BOOTABLE    0x88
#define TORITO_MORE        0x90 /* a section's header; more sections follow */
#define TORITO_LAST        0x91
#define TORITO_X86         0x00 /* platforms */
#define TORITO_EFI         0xef

/* A field of a descriptor; what is no printable ASCII becomes a question mark. */
static char *iso_text(const guint8 *at, gsize length)
{
    char *text = g_malloc(length + 1);

    for (gsize i = 0; i < length; i++)
        text[i] = at[i] == 0 ? ' ' : g_ascii_isprint((char)at[i]) ? (char)at[i] : '?';
    text[length] = '\0';
    return g_strchomp(text);
}

static void iso_take_primary(struct lathe_media *media, const guint8 *sector)
{
    lathe_media_clear(media);
    media->kind = LATHE_MEDIA_DISC;
    media->system = iso_text(sector + 8, 32);
    media->volume = iso_text(sector + 40, 32);
    media->publisher = iso_text(sector + 318, 128);
    media->application = iso_text(sector + 574, 128);
    media->claimed = (guint64)lathe_le32(sector + 80) * ISO_SECTOR;
}

/* ---- El Torito ---- */

/* The words of the validation entry add up to nothing. */
static bool torito_is_valid(const guint8 *entry)
{
    guint16 sum = 0;

    for (unsigned i = 0; i < TORITO_ENTRY; i += 2)
        sum = (guint16)(sum + lathe_le16(entry + i));
    return entry[0] == 1 && entry[30] == 0x55 && entry[31] == 0xaa && sum == 0;
}

/* An image that is cut off starts nothing. */
static unsigned torito_entry_boots(const struct lathe_media_source *source,
                                   struct lathe_media *media, unsigned platform,
                                   const guint8 *entry)
{
    guint64 start = (guint64)lathe_le32(entry + 8) * ISO_SECTOR;
    guint64 length = (guint64)lathe_le16(entry + 6) * 512;

    if (entry[0] != TORITO_BOOTABLE || start == 0)
        return 0;
    if (start >= source->size || length > source->size - start) {
        media->cut_short = true;
        return 0;
    }
    if (platform == TORITO_X86)
        return LATHE_BOOTS_BIOS;
    /* The count has 16 bits, and writers give 0 or 1 for what is larger. */
    return platform == TORITO_EFI ? media_fat_boots(source, start, source->size - start, false)
                                  : LATHE_BOOTS_OTHER;
}

static void torito_look(const struct lathe_media_source *source, struct lathe_media *media,
                        guint32 sector)
{
    guint8 catalogue[ISO_SECTOR];
    unsigned platform;

    if (!media_read(source, (guint64)sector * ISO_SECTOR, catalogue, sizeof(catalogue))) {
        media->cut_short = true;
        return;
    }
    if (!torito_is_valid(catalogue))
        return;
    platform = catalogue[1];
    media->boots |= torito_entry_boots(source, media, platform, catalogue + TORITO_ENTRY);
    for (unsigned i = 2; i < TORITO_MAX_ENTRIES; i++) {
        const guint8 *entry = catalogue + i * TORITO_ENTRY;
        if (entry[0] == TORITO_MORE || entry[0] == TORITO_LAST)
            platform = entry[1];
        else
            media->boots |= torito_entry_boots(source, media, platform, entry);
    }
}

/* ---- the volume ---- */

static bool iso_is_torito(const guint8 *sector)
{
    return sector[0] == ISO_BOOT_RECORD &&
           memcmp(sector + 7, "EL TORITO SPECIFICATION", strlen("EL TORITO SPECIFICATION")) == 0;
}

/* The descriptors may lie in any order; the catalogue is looked at last. */
static bool iso_read_descriptors(const struct lathe_media_source *source, struct lathe_media *media,
                                 guint32 *catalogue)
{
    guint8 sector[ISO_SECTOR];
    bool found = false;

    for (unsigned i = 0; i < ISO_MAX_DESCRIPTORS; i++) {
        if (!media_read(source, (guint64)(ISO_FIRST + i) * ISO_SECTOR, sector, sizeof(sector)) ||
            memcmp(sector + 1, "CD001", 5) != 0 || sector[0] == ISO_TERMINATOR)
            break;
        if (sector[0] == ISO_PRIMARY && !found) {
            iso_take_primary(media, sector);
            found = true;
        } else if (iso_is_torito(sector) && *catalogue == 0) {
            *catalogue = lathe_le32(sector + 0x47);
        }
    }
    return found;
}

bool media_iso_look(const struct lathe_media_source *source, struct lathe_media *media)
{
    guint32 catalogue = 0;

    if (!iso_read_descriptors(source, media, &catalogue))
        return false;
    media->size = source->size;
    media->as_disk = media_disk_boots(source);
    if (catalogue != 0)
        torito_look(source, media, catalogue);
    if (media->claimed > source->size + ISO_SLACK)
        media->cut_short = true;
    return true;
}
