/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Microsoft's older images ("Virtual Hard Disk Image Format Specification", 2006): fixed and
 * dynamic; without differences. */
#include <string.h>

#include "app/images/image-private.h"

#define VHD_FOOTER     512u
#define VHD_DATA       16 /* where the dynamic header is */
#define VHD_SIZE       48 /* bytes of the disk, 64 bits */
#define VHD_KIND       60
#define VHD_CHECKSUM   64
#define VHD_KIND_FIXED 2u
#define VHD_KIND_GROWS 3u
#define VHD_TABLE      16 /* in the dynamic header */
#define VHD_ENTRIES    28
#define VHD_BLOCK      32
#define VHD_FREE       0xffffffffu
#define VHD_MAX_BLOCK  (64u << 20)

static bool vhd_locate(struct image_extent *extent, uint64_t index, struct image_place *place,
                       GError **error)
{
    uint32_t entry;

    if (!lathe_image_table_get(&extent->bytes, &extent->table, index, &entry, error))
        return false;
    place->zero = entry == VHD_FREE;
    place->offset = (uint64_t)entry * LATHE_SPAN_SECTOR + extent->skip;
    return true;
}

/* The sum of all bytes but its own, inverted. */
static bool vhd_is_whole(const uint8_t *footer)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < VHD_FOOTER; i++)
        sum += i < VHD_CHECKSUM || i >= VHD_CHECKSUM + 4 ? footer[i] : 0;
    return ~sum == lathe_be32(footer + VHD_CHECKSUM);
}

/* The footer; where the end is lost a dynamic image has it at its beginning too. */
static bool vhd_read_footer(const struct lathe_span *bytes, uint8_t *footer, GError **error)
{
    uint64_t end = bytes->size >= VHD_FOOTER ? bytes->size - VHD_FOOTER : 0;

    if (!lathe_span_read(bytes, end, footer, VHD_FOOTER, error))
        return false;
    if (memcmp(footer, "conectix", 8) == 0 && vhd_is_whole(footer))
        return true;
    if (!lathe_span_read(bytes, 0, footer, VHD_FOOTER, error))
        return false;
    return (memcmp(footer, "conectix", 8) == 0 && vhd_is_whole(footer)) ||
           lathe_span_refuse(bytes, error, "the checksum of its footer is wrong");
}

static bool vhd_take_table(struct image_extent *extent, uint64_t at, GError **error)
{
    uint8_t header[64];
    uint32_t block, entries;

    if (!lathe_span_read(&extent->bytes, at, header, sizeof(header), error))
        return false;
    block = lathe_be32(header + VHD_BLOCK);
    entries = lathe_be32(header + VHD_ENTRIES);
    if (memcmp(header, "cxsparse", 8) != 0 || block < 4096 || (block & (block - 1)) != 0 ||
        block > VHD_MAX_BLOCK || entries < (extent->size + block - 1) / block)
        return lathe_span_refuse(&extent->bytes, error, "its table of blocks cannot be right");
    extent->block = block;
    extent->table.offset = lathe_be64(header + VHD_TABLE);
    extent->table.count = entries;
    extent->table.big_endian = true;
    extent->skip = (block / LATHE_SPAN_SECTOR / 8 + LATHE_SPAN_SECTOR - 1) / LATHE_SPAN_SECTOR *
                   LATHE_SPAN_SECTOR; /* which of the block's sectors were written */
    extent->locate = vhd_locate;
    return true;
}

bool lathe_image_open_vhd(struct lathe_image *image, const struct lathe_span *bytes, GError **error)
{
    uint8_t footer[VHD_FOOTER];
    struct image_extent *extent;
    uint32_t kind;

    if (!vhd_read_footer(bytes, footer, error))
        return false;
    kind = lathe_be32(footer + VHD_KIND);
    if (kind != VHD_KIND_FIXED && kind != VHD_KIND_GROWS)
        return lathe_span_refuse(bytes, error,
                                 "it is a part of a disk that is based on another "
                                 "one: merge them first");
    extent = lathe_image_add_extent(image, bytes, lathe_be64(footer + VHD_SIZE), error);
    if (extent == NULL || kind == VHD_KIND_FIXED)
        return extent != NULL;
    return vhd_take_table(extent, lathe_be64(footer + VHD_DATA), error);
}
