/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disk images of other programs (image.h): which format, and reading through its extents. */
#include "app/images/image.h"

#include <string.h>

#include "app/images/image-private.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

#define IMAGE_FLAT_BLOCK (1u << 20)

/* ---- extents ---- */

static void image_free_extent(gpointer data)
{
    struct image_extent *extent = data;

    g_free(extent->grain);
    g_free(extent->input);
    g_free(extent);
}

struct image_extent *lathe_image_add_extent(struct lathe_image *image,
                                            const struct lathe_span *bytes, uint64_t size,
                                            GError **error)
{
    struct image_extent *extent;

    if (size == 0 || size % LATHE_SPAN_SECTOR != 0 || image->extents->len == IMAGE_MAX_EXTENTS ||
        size > LATHE_IMAGE_MAX - image->size) {
        lathe_span_refuse(bytes, error,
                          "a disk has 1 sector to 64 TiB, in at most 4096 parts, and it says "
                          "something else");
        return NULL;
    }
    extent = g_new0(struct image_extent, 1);
    extent->bytes = *bytes;
    extent->start = image->size;
    extent->size = size;
    extent->block = IMAGE_FLAT_BLOCK;
    image->size += size;
    g_ptr_array_add(image->extents, extent);
    return extent;
}

bool lathe_image_table_get(const struct lathe_span *bytes, struct image_table *table,
                           uint64_t index, uint32_t *value, GError **error)
{
    if (index >= table->count)
        return lathe_span_refuse(bytes, error, "a table in it is too short for its disk");
    if (table->held == 0 || index < table->first || index - table->first >= table->held) {
        uint64_t first = index / IMAGE_TABLE_PART * IMAGE_TABLE_PART;
        uint32_t count = (uint32_t)MIN(table->count - first, IMAGE_TABLE_PART);
        table->held = 0;
        if (!lathe_span_read(bytes, table->offset + first * 4, table->entries, count * 4, error))
            return false;
        table->first = first;
        table->held = count;
    }
    const uint8_t *entry = table->entries + 4 * (index - table->first);
    *value = table->big_endian ? lathe_be32(entry) : lathe_le32(entry);
    return true;
}

/* ---- opening ---- */

static bool image_begins(const struct lathe_span *bytes, uint64_t at, const char *magic,
                         size_t length)
{
    char found[32];

    return lathe_span_read(bytes, at, found, length, NULL) && memcmp(found, magic, length) == 0;
}

const char *lathe_image_look(const struct lathe_span *bytes)
{
    static const struct {
        const char *magic, *format;
        uint64_t at;
    } rows[] = {{"KDMV", "vmdk", 0},
                {"COWD", "vmdk", 0},
                {"# Disk Descriptor", "vmdk", 0},
                {"\x7f\x10\xda\xbe", "vdi", 64},
                {"conectix", "vhd", 0},
                {"QFI\xfb", "qcow2", 0},
                {"vhdxfile", "vhdx", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (image_begins(bytes, rows[i].at, rows[i].magic, strlen(rows[i].magic)))
            return rows[i].format;
    }
    if (bytes->size >= LATHE_SPAN_SECTOR &&
        image_begins(bytes, bytes->size - LATHE_SPAN_SECTOR, "conectix", 8))
        return "vhd";
    return NULL;
}

/* A last sector that is not whole is cut off, as everywhere. */
static bool image_open_raw(struct lathe_image *image, const struct lathe_span *bytes,
                           GError **error)
{
    return lathe_image_add_extent(image, bytes, bytes->size & ~(uint64_t)(LATHE_SPAN_SECTOR - 1),
                                  error) != NULL;
}

static bool image_open(struct lathe_image *image, const struct lathe_span *bytes,
                       struct lathe_fileset *set, GError **error)
{
    image->format = lathe_image_look(bytes);
    if (image->format == NULL) {
        image->format = "raw";
        return image_open_raw(image, bytes, error);
    }
    if (strcmp(image->format, "vmdk") == 0)
        return lathe_image_open_vmdk(image, bytes, set, error);
    if (strcmp(image->format, "vdi") == 0)
        return lathe_image_open_vdi(image, bytes, error);
    if (strcmp(image->format, "vhd") == 0)
        return lathe_image_open_vhd(image, bytes, error);
    return lathe_error_input(error,
                             "'%s' is a disk image of the kind %s, which cannot be read here: make "
                             "a qcow2 image of it with qemu-img convert",
                             bytes->name, image->format);
}

struct lathe_image *lathe_image_open(const struct lathe_span *bytes, struct lathe_fileset *set,
                                     GError **error)
{
    g_autoptr(lathe_image) image = g_new0(struct lathe_image, 1);

    image->extents = g_ptr_array_new_with_free_func(image_free_extent);
    return image_open(image, bytes, set, error) ? g_steal_pointer(&image) : NULL;
}

struct lathe_image *lathe_image_open_emulated(const char *path, const char *format, GError **error)
{
    const struct emu_block_options options = {.path = path, .format = format, .read_only = true};
    struct emu_error found = EMU_ERROR_INIT;
    g_autoptr(lathe_image) image = g_new0(struct lathe_image, 1);

    if (!emu_block_open(&options, &image->backend, &found)) {
        lathe_error_from_emu(error, &found);
        return NULL;
    }
    image->format = image->backend.ops->name;
    image->size = image->backend.ops->size(image->backend.opaque);
    return g_steal_pointer(&image);
}

void lathe_image_free(struct lathe_image *image)
{
    if (image == NULL)
        return;
    emu_block_backend_close(&image->backend);
    g_clear_pointer(&image->extents, g_ptr_array_unref);
    g_free(image);
}

const char *lathe_image_get_format(const struct lathe_image *image)
{
    return image->format;
}

uint64_t lathe_image_get_size(const struct lathe_image *image)
{
    return image->size;
}

/* ---- reading ---- */

/* Where a block of the disk lies; behind the end of a flat file there are zeroes. */
static bool image_locate(struct image_extent *extent, uint64_t index, struct image_place *place,
                         GError **error)
{
    uint64_t at = extent->base + index * extent->block;

    *place = (struct image_place){.offset = at};
    if (extent->locate != NULL)
        return extent->locate(extent, index, place, error);
    place->zero = lathe_span_is_hole(&extent->bytes, at,
                                     MIN(extent->block, extent->size - index * extent->block));
    return true;
}

/* A piece within one block. */
static bool image_read_piece(struct image_extent *extent, uint64_t at, uint8_t *buffer,
                             size_t length, bool *zero, GError **error)
{
    uint64_t index = at / extent->block, inside = at % extent->block;
    struct image_place place;

    if (!image_locate(extent, index, &place, error))
        return false;
    *zero = place.zero;
    if (place.zero)
        return true;
    if (!place.packed)
        return lathe_span_read(&extent->bytes, place.offset + inside, buffer, length, error);
    if (!lathe_image_unpack_grain(extent, index, place.offset, error))
        return false;
    memcpy(buffer, extent->grain + inside, length);
    return true;
}

static struct image_extent *image_find_extent(const struct lathe_image *image, uint64_t at)
{
    guint low = 0, high = image->extents->len;

    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        const struct image_extent *extent = image->extents->pdata[middle];
        if (extent->start <= at)
            low = middle;
        else
            high = middle;
    }
    return image->extents->pdata[low];
}

static bool image_read_backend(struct lathe_image *image, uint64_t at, void *buffer, size_t length,
                               GError **error)
{
    const struct emu_block_backend *backend = &image->backend;
    int found = backend->ops->read(backend->opaque, at, buffer, length);

    return found == 0 ||
           lathe_error_input(error, "cannot read the disk image: %s", g_strerror(found));
}

bool lathe_image_read(struct lathe_image *image, uint64_t at, void *buffer, size_t length,
                      bool *zero, GError **error)
{
    uint8_t *to = buffer;
    size_t done = 0;

    *zero = image->backend.ops == NULL;
    if (image->backend.ops != NULL)
        return image_read_backend(image, at, buffer, length, error);
    while (done < length) {
        struct image_extent *extent = image_find_extent(image, at + done);
        uint64_t inside = at + done - extent->start;
        uint64_t room = MIN(extent->block - inside % extent->block, extent->size - inside);
        size_t piece = (size_t)MIN(room, length - done);
        bool empty;
        if (!image_read_piece(extent, inside, to + done, piece, &empty, error))
            return false;
        if (empty && !*zero)
            memset(to + done, 0, piece);
        if (!empty && *zero)
            memset(to, 0, done);
        *zero = *zero && empty;
        done += piece;
    }
    return true;
}
