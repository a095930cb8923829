/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that people take for images: known by their first bytes, answered with what to do. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/media/media-private.h"

/* Sentences that begin with the name of the file. */
#define FOREIGN_VMWARE                                                                             \
    N_("is a VMware disk, which this version does not read: "                                      \
       "qemu-img convert -O qcow2 makes a copy")
#define FOREIGN_VIRTUALBOX                                                                         \
    N_("is a VirtualBox disk, which this version does not read: "                                  \
       "qemu-img convert -O qcow2 makes a copy")
#define FOREIGN_HYPER_V                                                                            \
    N_("is a Hyper-V disk, which this version does not read: "                                     \
       "qemu-img convert -O qcow2 makes a copy")
#define FOREIGN_VIRTUAL_PC                                                                         \
    N_("is a Virtual PC disk, which this version does not read: "                                  \
       "qemu-img convert -O qcow2 makes a copy")
#define FOREIGN_APPLE                                                                              \
    N_("is an Apple disk image, which this version does not read: "                                \
       "qemu-img convert -O qcow2 makes a copy")
#define FOREIGN_PROGRAM                                                                            \
    N_("is a program and no image: "                                                               \
       "what is for UEFI starts from a disk, as EFI/BOOT/BOOTX64.EFI")
#define FOREIGN_WEB_PAGE                                                                           \
    N_("is a web page and no image: "                                                              \
       "the download went wrong, fetch it again")

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
    ROW(0, "KDMV", FOREIGN_VMWARE),
    ROW(0, "# Disk Descr", FOREIGN_VMWARE),
    ROW(0x40, "\x7f\x10\xda\xbe", FOREIGN_VIRTUALBOX),
    ROW(0, "vhdxfile", FOREIGN_HYPER_V),
    ROW(0, "conectix", FOREIGN_VIRTUAL_PC),
    ROW(FOREIGN_FROM_END, "conectix", FOREIGN_VIRTUAL_PC),
    ROW(FOREIGN_FROM_END, "koly", FOREIGN_APPLE),
    ROW(0,
        "\xfd"
        "7zXZ",
        N_("is compressed: unpack it first with xz -d")),
    ROW(0, "\x1f\x8b", N_("is compressed: unpack it first with gzip -d")),
    ROW(0, "\x28\xb5\x2f\xfd", N_("is compressed: unpack it first with zstd -d")),
    ROW(0, "BZh", N_("is compressed: unpack it first with bzip2 -d")),
    ROW(0, "PK\x03\x04", N_("is a zip archive: unpack it first with unzip")),
    ROW(0, "7z\xbc\xaf\x27\x1c", N_("is a 7-Zip archive: unpack it first")),
    ROW(0, "MZ", FOREIGN_PROGRAM),
    ROW(0, "<!DOCTYPE", FOREIGN_WEB_PAGE),
    ROW(0, "<!doctype", FOREIGN_WEB_PAGE),
    ROW(0, "<html", FOREIGN_WEB_PAGE),
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
            return _(foreign_rows[i].text);
    }
    return NULL;
}
