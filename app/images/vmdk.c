/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading VMware's images (vmdk.h): one sparse file, packed or not, or a text that names the files
 * of a disk. Without snapshots, devices, and ESX's own sparse files.
 */
#include "app/images/vmdk.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "app/images/image-private.h"
#include "app/plan/error.h"

#define VMDK_MAX_TEXT  (1u << 20)
#define VMDK_MIN_GRAIN 8u    /* sectors */
#define VMDK_MAX_GRAIN 2048u /* sectors */
#define VMDK_MAX_TABLE 512u  /* entries */

/* ---- grains ---- */

static bool vmdk_locate(struct image_extent *extent, uint64_t index, struct image_place *place,
                        GError **error)
{
    uint32_t table, entry;

    if (!lathe_image_table_get(&extent->bytes, &extent->table, index / extent->second.count, &table,
                               error))
        return false;
    place->zero = table == 0;
    if (table == 0)
        return true;
    if (extent->second.offset != (uint64_t)table * LATHE_SPAN_SECTOR) {
        extent->second.offset = (uint64_t)table * LATHE_SPAN_SECTOR;
        extent->second.held = 0;
    }
    if (!lathe_image_table_get(&extent->bytes, &extent->second, index % extent->second.count,
                               &entry, error))
        return false;
    place->zero = entry == 0 || (entry == 1 && extent->zeroes);
    place->packed = extent->packed;
    place->offset = (uint64_t)entry * LATHE_SPAN_SECTOR;
    return true;
}

static size_t vmdk_most_packed(const struct image_extent *extent)
{
    return (size_t)extent->block * 2 + 4096;
}

bool lathe_image_unpack_grain(struct image_extent *extent, uint64_t index, uint64_t offset,
                              GError **error)
{
    uint64_t left = extent->size - index * extent->block;
    uLongf length = (uLongf)extent->block;
    uint8_t marker[VMDK_MARKER_DATA];
    uint32_t packed;

    if (extent->grain_at == offset)
        return true;
    extent->grain_at = 0;
    if (!lathe_span_read(&extent->bytes, offset, marker, sizeof(marker), error))
        return false;
    packed = lathe_le32(marker + VMDK_MARKER_LENGTH);
    if (lathe_le64(marker) != index * (extent->block / LATHE_SPAN_SECTOR) ||
        packed > vmdk_most_packed(extent))
        return lathe_span_refuse(&extent->bytes, error, "a grain is not where it has to be");
    if (!lathe_span_read(&extent->bytes, offset + VMDK_MARKER_DATA, extent->input, packed, error))
        return false;
    if (uncompress(extent->grain, &length, extent->input, packed) != Z_OK ||
        length < MIN(extent->block, left))
        return lathe_span_refuse(&extent->bytes, error, "a grain of it cannot be unpacked");
    extent->grain_at = offset;
    return true;
}

/* ---- a sparse file ---- */

/* A stream's directory is known at its end only: the footer is the header with its place. */
static bool vmdk_read_header(const struct lathe_span *bytes, uint8_t *header, GError **error)
{
    uint64_t footer = bytes->size - MIN(bytes->size, 2 * LATHE_SPAN_SECTOR);

    if (!lathe_span_read(bytes, 0, header, LATHE_SPAN_SECTOR, error))
        return false;
    if (lathe_le64(header + VMDK_DIRECTORY) == VMDK_AT_END &&
        (!lathe_span_read(bytes, footer, header, LATHE_SPAN_SECTOR, error) ||
         memcmp(header, VMDK_MAGIC, 4) != 0 || lathe_le64(header + VMDK_DIRECTORY) == VMDK_AT_END))
        return lathe_span_refuse(bytes, error, "it is cut short: its footer is missing");
    return true;
}

static bool vmdk_check_header(const struct lathe_span *bytes, const uint8_t *header, GError **error)
{
    uint32_t version = lathe_le32(header + VMDK_VERSION), flags = lathe_le32(header + VMDK_FLAGS);
    uint32_t entries = lathe_le32(header + VMDK_PER_TABLE);
    uint64_t grain = lathe_le64(header + VMDK_GRAIN);

    if (version < 1 || version > 3)
        return lathe_span_refuse(bytes, error, "it is a VMDK of a version that is not known");
    if ((flags & VMDK_FLAG_ENDS) != 0 && memcmp(header + VMDK_ENDS, "\n \r\n", 4) != 0)
        return lathe_span_refuse(bytes, error, "it was sent as a text, which has changed it");
    if (grain < VMDK_MIN_GRAIN || grain > VMDK_MAX_GRAIN || (grain & (grain - 1)) != 0 ||
        entries == 0 || entries > VMDK_MAX_TABLE)
        return lathe_span_refuse(bytes, error, "its grains cannot be of the size that it says");
    if ((flags & VMDK_FLAG_PACKED) != 0 &&
        ((flags & VMDK_FLAG_MARKERS) == 0 || lathe_le16(header + VMDK_PACKING) != 1))
        return lathe_span_refuse(bytes, error, "its grains are packed in a way that is not known");
    return true;
}

static bool vmdk_add_sparse(struct lathe_image *image, const struct lathe_span *bytes,
                            uint64_t size, GError **error)
{
    uint8_t header[LATHE_SPAN_SECTOR];
    struct image_extent *extent;
    uint64_t blocks;

    if (!vmdk_read_header(bytes, header, error) || !vmdk_check_header(bytes, header, error))
        return false;
    if (lathe_le64(header + VMDK_CAPACITY) > LATHE_IMAGE_MAX / LATHE_SPAN_SECTOR)
        return lathe_span_refuse(bytes, error, "no disk is as large as it says");
    if (size == 0)
        size = lathe_le64(header + VMDK_CAPACITY) * LATHE_SPAN_SECTOR;
    extent = lathe_image_add_extent(image, bytes, size, error);
    if (extent == NULL)
        return false;
    extent->block = lathe_le64(header + VMDK_GRAIN) * LATHE_SPAN_SECTOR;
    extent->packed = (lathe_le32(header + VMDK_FLAGS) & VMDK_FLAG_PACKED) != 0;
    extent->zeroes = (lathe_le32(header + VMDK_FLAGS) & VMDK_FLAG_ZEROES) != 0;
    extent->second.count = lathe_le32(header + VMDK_PER_TABLE);
    blocks = (size + extent->block - 1) / extent->block;
    extent->table.count = (blocks + extent->second.count - 1) / extent->second.count;
    if (lathe_le64(header + VMDK_DIRECTORY) > bytes->size / LATHE_SPAN_SECTOR)
        return lathe_span_refuse(bytes, error, "it is cut short");
    extent->table.offset = lathe_le64(header + VMDK_DIRECTORY) * LATHE_SPAN_SECTOR;
    extent->locate = vmdk_locate;
    if (extent->packed) {
        extent->grain = g_malloc0(extent->block);
        extent->input = g_malloc(vmdk_most_packed(extent));
    }
    return true;
}

/* ---- the descriptor, a text ---- */

/* Text up to a zero byte. NULL with *error. */
static char *vmdk_read_text(const struct lathe_span *bytes, uint64_t at, uint64_t length,
                            GError **error)
{
    g_autofree char *text = NULL;

    if (length > VMDK_MAX_TEXT) {
        lathe_span_refuse(bytes, error, "its descriptor is too long");
        return NULL;
    }
    text = g_malloc0(length + 1);
    return lathe_span_read(bytes, at, text, length, error) ? g_steal_pointer(&text) : NULL;
}

/* A snapshot holds only what has changed since. */
static bool vmdk_check_parent(const struct lathe_span *bytes, const char *text, GError **error)
{
    const char *parent = strstr(text, "parentCID");

    parent = parent != NULL ? strchr(parent, '=') : NULL;
    if (parent == NULL || strstr(text, "parentFileNameHint") == NULL)
        return true;
    parent += 1 + strspn(parent + 1, " \t\"");
    if (g_ascii_strncasecmp(parent, "ffffffff", 8) == 0)
        return true;
    return lathe_span_refuse(bytes, error,
                             "it is a snapshot's part of a disk: make one disk of "
                             "all its parts first");
}

/* 'RW 4192256 SPARSE "disk-s001.vmdk"', flat ones with the first sector in the file behind it. */
static bool vmdk_take_extent(struct lathe_image *image, const struct lathe_span *bytes,
                             struct lathe_fileset *set, const char *line, GError **error)
{
    char access[16], kind[16], name[256] = "";
    unsigned long long sectors, offset = 0;
    struct lathe_span part;
    struct image_extent *extent;
    int found =
        sscanf(line, "%15s %llu %15s \"%255[^\"]\" %llu", access, &sectors, kind, name, &offset);
    bool zero = found >= 3 && strcmp(kind, "ZERO") == 0;
    bool flat = found >= 4 && (strcmp(kind, "FLAT") == 0 || strcmp(kind, "VMFS") == 0);

    if (found < 3 || sectors == 0 || sectors > LATHE_IMAGE_MAX / LATHE_SPAN_SECTOR ||
        offset > LATHE_IMAGE_MAX / LATHE_SPAN_SECTOR ||
        (!zero && !flat && (found < 4 || strcmp(kind, "SPARSE") != 0)))
        return lathe_error_input(error, "'%s' has a part that cannot be read: %s", bytes->name,
                                 line);
    if (zero) {
        part = (struct lathe_span){bytes->fd, bytes->offset + bytes->size, 0, bytes->name};
    } else if (!lathe_fileset_find(set, name, &part, error)) {
        g_prefix_error(error, "'%s': ", bytes->name);
        return false;
    }
    if (!zero && !flat)
        return vmdk_add_sparse(image, &part, sectors * LATHE_SPAN_SECTOR, error);
    extent = lathe_image_add_extent(image, &part, sectors * LATHE_SPAN_SECTOR, error);
    if (extent == NULL)
        return false;
    extent->base = offset * LATHE_SPAN_SECTOR;
    extent->zeroes = zero;
    return true;
}

static bool vmdk_locate_zero(struct image_extent *extent, uint64_t index, struct image_place *place,
                             GError **error)
{
    place->zero = true;
    return true;
}

static bool vmdk_open_text(struct lathe_image *image, const struct lathe_span *bytes,
                           struct lathe_fileset *set, GError **error)
{
    g_autofree char *text = vmdk_read_text(bytes, 0, bytes->size, error);
    g_auto(GStrv) lines = text != NULL ? g_strsplit_set(text, "\r\n", -1) : NULL;

    if (text == NULL || !vmdk_check_parent(bytes, text, error))
        return false;
    for (size_t i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        if (!g_str_has_prefix(line, "RW ") && !g_str_has_prefix(line, "RDONLY "))
            continue;
        if (!vmdk_take_extent(image, bytes, set, line, error))
            return false;
        struct image_extent *extent = image->extents->pdata[image->extents->len - 1];
        if (extent->locate == NULL && extent->zeroes)
            extent->locate = vmdk_locate_zero;
    }
    return image->extents->len != 0 ||
           lathe_span_refuse(bytes, error, "it names no file with the disk's contents");
}

static bool vmdk_open_sparse(struct lathe_image *image, const struct lathe_span *bytes,
                             GError **error)
{
    uint8_t header[LATHE_SPAN_SECTOR];
    uint64_t at, length;

    if (!lathe_span_read(bytes, 0, header, sizeof(header), error))
        return false;
    at = lathe_le64(header + VMDK_DESCRIPTOR);
    length = lathe_le64(header + VMDK_DESCRIPTOR + 8);
    if (at != 0 && length != 0) {
        if (at > bytes->size || length > bytes->size)
            return lathe_span_refuse(bytes, error, "it is cut short");
        g_autofree char *text =
            vmdk_read_text(bytes, at * LATHE_SPAN_SECTOR, length * LATHE_SPAN_SECTOR, error);
        if (text == NULL || !vmdk_check_parent(bytes, text, error))
            return false;
    }
    return vmdk_add_sparse(image, bytes, 0, error);
}

bool lathe_image_open_vmdk(struct lathe_image *image, const struct lathe_span *bytes,
                           struct lathe_fileset *set, GError **error)
{
    char magic[4];

    if (!lathe_span_read(bytes, 0, magic, sizeof(magic), error))
        return false;
    if (memcmp(magic, VMDK_MAGIC, sizeof(magic)) == 0)
        return vmdk_open_sparse(image, bytes, error);
    if (memcmp(magic, "COWD", sizeof(magic)) == 0)
        return lathe_span_refuse(bytes, error,
                                 "it is a sparse file of ESX's own: export the "
                                 "machine as an OVF there");
    return vmdk_open_text(image, bytes, set, error);
}
