/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the formats share. An image is extents behind each other; an extent is blocks of one size,
 * and each format says where a block lies.
 */
#ifndef LATHE_IMAGES_IMAGE_PRIVATE_H
#define LATHE_IMAGES_IMAGE_PRIVATE_H

#include "app/images/image.h"
#include "app/plan/numbers.h"

#define IMAGE_MAX_EXTENTS 4096
#define IMAGE_TABLE_PART  1024u /* entries in memory at once */

/* A table of 32-bit numbers in the file, of which a part is in memory. */
struct image_table {
    uint64_t offset, count; /* in the file; entries */
    uint64_t first;         /* of those in memory */
    uint32_t held;          /* how many; 0: none */
    bool big_endian;
    uint8_t entries[4 * IMAGE_TABLE_PART];
};

/* Where a block lies. */
struct image_place {
    bool zero;
    uint64_t offset; /* in the file */
    bool packed;     /* as a grain of a streamOptimized VMDK */
};

struct image_extent {
    struct lathe_span bytes;
    uint64_t start, size; /* bytes of the disk */
    uint64_t block;       /* bytes */
    /* NULL: block by block as in the file, from base. */
    bool (*locate)(struct image_extent *extent, uint64_t index, struct image_place *place,
                   GError **error);
    struct image_table table, second; /* the format's; second: the table that table leads to */
    uint64_t base, skip;              /* the format's own */
    bool packed, zeroes;              /* VMDK's flags: compressed grains, entry 1 is zeroes */
    uint8_t *grain, *input;           /* of packed grains: the one unpacked last, and its bytes */
    uint64_t grain_at;                /* where it lies; 0: none */
};

struct lathe_image {
    const char *format;
    uint64_t size;
    GPtrArray *extents; /* of struct image_extent * */
    struct emu_block_backend backend;
};

/* An entry of a table. */
bool lathe_image_table_get(const struct lathe_span *bytes, struct image_table *table,
                           uint64_t index, uint32_t *value, GError **error);
/* Appends an extent of size bytes; NULL with *error: too large, too many. */
struct image_extent *lathe_image_add_extent(struct lathe_image *image,
                                            const struct lathe_span *bytes, uint64_t size,
                                            GError **error);

/* Each fills a new image. */
bool lathe_image_open_vmdk(struct lathe_image *image, const struct lathe_span *bytes,
                           struct lathe_fileset *set, GError **error);
bool lathe_image_open_vdi(struct lathe_image *image, const struct lathe_span *bytes,
                          GError **error);
bool lathe_image_open_vhd(struct lathe_image *image, const struct lathe_span *bytes,
                          GError **error);
/* Unpacks the grain at an offset into extent->grain. */
bool lathe_image_unpack_grain(struct image_extent *extent, uint64_t index, uint64_t offset,
                              GError **error);

#endif
