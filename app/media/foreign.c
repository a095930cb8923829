/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that people take for images: known by their first bytes, answered with what to do. */
#include <string.h>

#include "app/media/media-private.h"

#define FOREIGN_CONVERT  "which this version does not read: qemu-img convert -O qcow2 makes a copy"
#define FOREIGN_FROM_END G_MAXUINT64 /* the last sector */

static const struct {
    guint64 offset;
    const char *magic;
    gsize length;
    const char *text;
} foreign_rows[] = {
#define ROW(offset, magic, text)                                                                   \
    {                                                                                              \
        offset, magic, sizeof(magic) - 1, text                                                     \
    }
    ROW(0, "KDMV", "is a VMware disk, " FOREIGN_CONVERT),
    ROW(0, "# Disk Descr", "is a VMware disk, " FOREIGN_CONVERT),
    ROW(0x40, "\x7f\x10\xda\xbe", "is a VirtualBox disk, " FOREIGN_CONVERT),
    ROW(0, "vhdxfile", "is a Hyper-V disk, " FOREIGN_CONVERT),
    ROW(0, "conectix", "is a Virtual PC disk, " FOREIGN_CONVERT),
    ROW(FOREIGN_FROM_END, "conectix", "is a Virtual PC disk, " FOREIGN_CONVERT),
    ROW(FOREIGN_FROM_END, "koly", "is an Apple disk image, " FOREIGN_CONVERT),
    ROW(0,
        "\xfd"
        "7zXZ",
        "is compressed: unpack it first with xz -d"),
    ROW(0, "\x1f\x8b", "is compressed: unpack it first with gzip -d"),
    ROW(0, "\x28\xb5\x2f\xfd", "is compressed: unpack it first with zstd -d"),
    ROW(0, "BZh", "is compressed: unpack it first with bzip2 -d"),
    ROW(0, "PK\x03\x04", "is a zip archive: unpack it first with unzip"),
    ROW(0, "7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it first"),
    ROW(0, "MZ",
        "is a program and no image: what is for UEFI starts from a disk, as EFI/BOOT/BOOTX64.EFI"),
    ROW(0, "<!DOCTYPE", "is a web page and no image: the download went wrong, fetch it again"),
    ROW(0, "<!doctype", "is a web page and no image: the download went wrong, fetch it again"),
    ROW(0, "<html", "is a web page and no image: the download went wrong, fetch it again"),
#undef ROW
};

static bool foreign_matches(const struct lathe_media_source *source, gsize row)
{
    guint8 found[16];
    guint64 offset = foreign_rows[row].offset;

    if (offset == FOREIGN_FROM_END)
        offset = source->size >= 512 ? source->size - 512 : 0;
    return media_read(source, offset, found, foreign_rows[row].length) &&
           memcmp(found, foreign_rows[row].magic, foreign_rows[row].length) == 0;
}

const char *media_foreign(const struct lathe_media_source *source)
{
    for (gsize i = 0; i < G_N_ELEMENTS(foreign_rows); i++) {
        if (foreign_matches(source, i))
            return foreign_rows[i].text;
    }
    return NULL;
}
