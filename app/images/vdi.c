/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VirtualBox's images (VDI 1.1): a table with a number for each block; without differences. */
#include "app/images/image-private.h"

#define VDI_HEADER     512u
#define VDI_VERSION    0x44 /* 1.1 is 0x00010001 */
#define VDI_KIND       0x4c
#define VDI_TABLE      0x154 /* offsets in the file */
#define VDI_DATA       0x158
#define VDI_SIZE       0x170 /* bytes of the disk, 64 bits */
#define VDI_BLOCK      0x178
#define VDI_EXTRA      0x17c /* bytes before each block */
#define VDI_BLOCKS     0x180
#define VDI_FREE       0xfffffffeu /* from here on: nothing was written */
#define VDI_MAX_BLOCK  (64u << 20)
#define VDI_KIND_GROWS 1u
#define VDI_KIND_FIXED 2u

static bool vdi_locate(struct image_extent *extent, uint64_t index, struct image_place *place,
                       GError **error)
{
    uint32_t entry;

    if (!lathe_image_table_get(&extent->bytes, &extent->table, index, &entry, error))
        return false;
    place->zero = entry >= VDI_FREE;
    place->offset = extent->base + entry * (extent->block + extent->skip) + extent->skip;
    return true;
}

static bool vdi_check(const struct lathe_span *bytes, const uint8_t *header, GError **error)
{
    uint32_t kind = lathe_le32(header + VDI_KIND), block = lathe_le32(header + VDI_BLOCK);
    uint64_t size = lathe_le64(header + VDI_SIZE);

    if (lathe_le32(header + VDI_VERSION) >> 16 != 1)
        return lathe_span_refuse(bytes, error, "it is a VDI of a version that is not known");
    if (kind != VDI_KIND_GROWS && kind != VDI_KIND_FIXED)
        return lathe_span_refuse(bytes, error,
                                 "it is a snapshot's part of a disk: make a clone "
                                 "of the whole disk in VirtualBox");
    if (block < 4096 || (block & (block - 1)) != 0 || block > VDI_MAX_BLOCK ||
        lathe_le32(header + VDI_EXTRA) > block ||
        lathe_le32(header + VDI_BLOCKS) < (size + block - 1) / block)
        return lathe_span_refuse(bytes, error, "its blocks cannot be of the size that it says");
    return true;
}

bool lathe_image_open_vdi(struct lathe_image *image, const struct lathe_span *bytes, GError **error)
{
    uint8_t header[VDI_HEADER];
    struct image_extent *extent;

    if (!lathe_span_read(bytes, 0, header, sizeof(header), error) ||
        !vdi_check(bytes, header, error))
        return false;
    extent = lathe_image_add_extent(image, bytes, lathe_le64(header + VDI_SIZE), error);
    if (extent == NULL)
        return false;
    extent->block = lathe_le32(header + VDI_BLOCK);
    extent->skip = lathe_le32(header + VDI_EXTRA);
    extent->base = lathe_le32(header + VDI_DATA);
    extent->table.offset = lathe_le32(header + VDI_TABLE);
    extent->table.count = lathe_le32(header + VDI_BLOCKS);
    extent->locate = vdi_locate;
    return true;
}
