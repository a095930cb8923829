/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of app/media: reading, and what lies in a disc, a partition table, a file system. */
#ifndef LATHE_MEDIA_MEDIA_PRIVATE_H
#define LATHE_MEDIA_MEDIA_PRIVATE_H

#include "app/media/media.h"
#include "app/plan/numbers.h"
#include "app/plan/definition.h"

/* False: not all of it lies in the medium, or it cannot be read; buffer then holds zeroes. */
bool media_read(const struct lathe_media_source *source, guint64 offset, void *buffer,
                gsize length);

/* A source's read of a file: opaque is the int of its descriptor. */
int media_read_file(void *opaque, guint64 offset, void *buffer, gsize length);

/*
 * Which processors' loaders lie in /EFI/BOOT of the FAT file system that begins at offset and has
 * at most length bytes: LATHE_BOOTS_UEFI..., 0 for none. A folder EFI without them counts as UEFI
 * if installed is set: systems on disks have loaders elsewhere, too.
 */
unsigned media_fat_boots(const struct lathe_media_source *source, guint64 offset, guint64 length,
                         bool installed);

/* What can start the medium as a disk, by its MBR, GPT and file systems. */
unsigned media_disk_boots(const struct lathe_media_source *source);

/* Is there an ISO 9660 volume? Fills *media from its descriptors and its El Torito catalogue. */
bool media_iso_look(const struct lathe_media_source *source, struct lathe_media *media);

/* What a file that does not boot is, with what to do about it: "is compressed with xz: unpack it
 * first (xz -d)". NULL: not known. Static. */
const char *media_foreign(const struct lathe_media_source *source);

#endif
