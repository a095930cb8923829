/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disk images of other programs, read only: VMDK (sparse, streamOptimized, flat, in several
 * files), VDI, VHD, raw; and what the emulator opens itself. Every number of a file is checked
 * where it is read. Any thread, one image at a time.
 */
#ifndef LATHE_IMAGES_IMAGE_H
#define LATHE_IMAGES_IMAGE_H

#include "app/images/fileset.h"
#include "emulator/api/ops/block.h"

#define LATHE_IMAGE_MAX (UINT64_C(64) << 40) /* bytes of a disk */

struct lathe_image;

/*
 * Opens what lies in the bytes, by what it begins with (raw: nothing else); set: where it finds
 * the other files that it names, which outlives it like the bytes. NULL with *error: damaged, a
 * kind of image that is not read, based on another image.
 */
struct lathe_image *lathe_image_open(const struct lathe_span *bytes, struct lathe_fileset *set,
                                     GError **error);
/* An image that the emulator opens itself, with what it is based on; it is locked against writers
 * meanwhile. format: "qcow2" or "raw". NULL with *error. */
struct lathe_image *lathe_image_open_emulated(const char *path, const char *format, GError **error);
void lathe_image_free(struct lathe_image *image);
typedef struct lathe_image lathe_image;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_image, lathe_image_free)

/* "vmdk", "vdi", "vhd", "raw": what the bytes look like; NULL: nothing of these but raw, or qcow2
 * ("qcow2") and VHDX ("vhdx"), which lathe_image_open refuses. Static. */
const char *lathe_image_look(const struct lathe_span *bytes);

const char *lathe_image_get_format(const struct lathe_image *image);
/* Bytes, a multiple of LATHE_SPAN_SECTOR, at most LATHE_IMAGE_MAX. */
uint64_t lathe_image_get_size(const struct lathe_image *image);
/* *zero: all of it is zeroes, and buffer was not written. Within the size. */
bool lathe_image_read(struct lathe_image *image, uint64_t at, void *buffer, size_t length,
                      bool *zero, GError **error);

#endif
