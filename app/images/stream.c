/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A streamOptimized VMDK (vmdk.h): header, descriptor, then for each table the packed grains that
 * are not all zeroes and the table; in the end the directory and the footer, which says where it
 * is.
 */
#include "app/images/stream.h"

#include <string.h>
#include <zlib.h>

#include "app/images/convert.h"
#include "app/images/vmdk.h"

#define STREAM_SECTOR     LATHE_SPAN_SECTOR
#define STREAM_GRAIN      (1u << 16)
#define STREAM_PER_TABLE  512u
#define STREAM_DESCRIPTOR 20u  /* sectors of the descriptor */
#define STREAM_OVERHEAD   128u /* sectors before the first grain */

struct stream {
    lathe_stream_sink *sink;
    void *opaque;
    uint64_t written; /* bytes */
    uint64_t size;    /* of the disk */
    uint32_t table[STREAM_PER_TABLE];
    GArray *directory; /* of guint32: sectors of tables, as in the file */
    uint8_t *grain, *packed;
    size_t packed_size;
};

static void stream_put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static bool stream_write(struct stream *stream, const void *data, size_t length, GError **error)
{
    stream->written += length;
    return stream->sink(stream->opaque, data, length, error);
}

/* Up to a whole sector. */
static bool stream_pad(struct stream *stream, GError **error)
{
    static const uint8_t zeroes[STREAM_SECTOR];
    size_t left = (size_t)(-stream->written % STREAM_SECTOR);

    return left == 0 || stream_write(stream, zeroes, left, error);
}

static bool stream_write_header(struct stream *stream, uint64_t directory, GError **error)
{
    uint8_t header[STREAM_SECTOR] = VMDK_MAGIC;

    stream_put(header + VMDK_VERSION, 3, 4);
    stream_put(header + VMDK_FLAGS, VMDK_FLAG_ENDS | VMDK_FLAG_PACKED | VMDK_FLAG_MARKERS, 4);
    stream_put(header + VMDK_CAPACITY, stream->size / STREAM_SECTOR, 8);
    stream_put(header + VMDK_GRAIN, STREAM_GRAIN / STREAM_SECTOR, 8);
    stream_put(header + VMDK_DESCRIPTOR, 1, 8);
    stream_put(header + VMDK_DESCRIPTOR + 8, STREAM_DESCRIPTOR, 8);
    stream_put(header + VMDK_PER_TABLE, STREAM_PER_TABLE, 4);
    stream_put(header + VMDK_DIRECTORY, directory, 8);
    stream_put(header + VMDK_OVERHEAD, STREAM_OVERHEAD, 8);
    memcpy(header + VMDK_ENDS, "\n \r\n", 4);
    stream_put(header + VMDK_PACKING, 1, 2);
    return stream_write(stream, header, sizeof(header), error);
}

static bool stream_write_descriptor(struct stream *stream, const char *name, GError **error)
{
    uint64_t sectors = stream->size / STREAM_SECTOR, cylinders = sectors / (255 * 63);
    g_autofree uint8_t *room = g_malloc0((STREAM_OVERHEAD - 1) * STREAM_SECTOR);
    g_autofree char *text = g_strdup_printf("# Disk DescriptorFile\n"
                                            "version=1\n"
                                            "CID=%08x\n"
                                            "parentCID=ffffffff\n"
                                            "createType=\"streamOptimized\"\n\n"
                                            "# Extent description\n"
                                            "RW %" G_GUINT64_FORMAT " SPARSE \"%s\"\n\n"
                                            "# The Disk Data Base\n"
                                            "#DDB\n\n"
                                            "ddb.virtualHWVersion = \"10\"\n"
                                            "ddb.adapterType = \"lsilogic\"\n"
                                            "ddb.geometry.cylinders = \"%" G_GUINT64_FORMAT "\"\n"
                                            "ddb.geometry.heads = \"255\"\n"
                                            "ddb.geometry.sectors = \"63\"\n",
                                            g_random_int_range(1, 0x7ffffffe), sectors, name,
                                            CLAMP(cylinders, 1, 65535));

    memcpy(room, text, MIN(strlen(text), STREAM_DESCRIPTOR * STREAM_SECTOR));
    return stream_write(stream, room, (STREAM_OVERHEAD - 1) * STREAM_SECTOR, error);
}

static bool stream_write_marker(struct stream *stream, uint64_t sectors, uint32_t kind,
                                GError **error)
{
    uint8_t marker[STREAM_SECTOR] = {0};

    stream_put(marker, sectors, 8);
    stream_put(marker + VMDK_MARKER_DATA, kind, 4);
    return stream_write(stream, marker, sizeof(marker), error);
}

/* ---- grains and tables ---- */

static bool stream_write_grain(struct stream *stream, uint64_t index, GError **error)
{
    uLongf length = (uLongf)(stream->packed_size - VMDK_MARKER_DATA);

    compress2(stream->packed + VMDK_MARKER_DATA, &length, stream->grain, STREAM_GRAIN,
              Z_DEFAULT_COMPRESSION);
    stream_put(stream->packed, index * (STREAM_GRAIN / STREAM_SECTOR), 8);
    stream_put(stream->packed + VMDK_MARKER_LENGTH, length, 4);
    stream_put((uint8_t *)&stream->table[index % STREAM_PER_TABLE], stream->written / STREAM_SECTOR,
               4);
    return stream_write(stream, stream->packed, length + VMDK_MARKER_DATA, error) &&
           stream_pad(stream, error);
}

/* A table that has no grains is none. */
static bool stream_end_table(struct stream *stream, GError **error)
{
    guint32 entry = 0;

    if (!lathe_is_zero(stream->table, sizeof(stream->table))) {
        if (!stream_write_marker(stream, sizeof(stream->table) / STREAM_SECTOR, VMDK_MARKER_TABLE,
                                 error))
            return false;
        stream_put((uint8_t *)&entry, stream->written / STREAM_SECTOR, 4);
        if (!stream_write(stream, stream->table, sizeof(stream->table), error))
            return false;
        memset(stream->table, 0, sizeof(stream->table));
    }
    g_array_append_val(stream->directory, entry);
    return true;
}

static bool stream_write_grains(struct stream *stream, struct lathe_image *image,
                                struct lathe_task *task, GError **error)
{
    uint64_t grains = (stream->size + STREAM_GRAIN - 1) / STREAM_GRAIN;

    for (uint64_t i = 0; i < grains; i++) {
        size_t part = (size_t)MIN(STREAM_GRAIN, stream->size - i * STREAM_GRAIN);
        bool zero, last = i + 1 == grains || (i + 1) % STREAM_PER_TABLE == 0;
        if (!lathe_image_read(image, i * STREAM_GRAIN, stream->grain, part, &zero, error))
            return false;
        memset(stream->grain + part, 0, STREAM_GRAIN - part);
        if ((!zero && !lathe_is_zero(stream->grain, part) &&
             !stream_write_grain(stream, i, error)) ||
            (last && !stream_end_table(stream, error)) || !lathe_task_step(task, part, error))
            return false;
    }
    return true;
}

/* Footer and end of the stream: a header that knows where the directory is. */
static bool stream_end(struct stream *stream, GError **error)
{
    size_t length = stream->directory->len * sizeof(guint32);
    uint64_t sectors = (length + STREAM_SECTOR - 1) / STREAM_SECTOR, directory;

    if (!stream_write_marker(stream, sectors, VMDK_MARKER_DIRECTORY, error))
        return false;
    directory = stream->written / STREAM_SECTOR;
    return stream_write(stream, stream->directory->data, length, error) &&
           stream_pad(stream, error) && stream_write_marker(stream, 1, VMDK_MARKER_FOOTER, error) &&
           stream_write_header(stream, directory, error) &&
           stream_write_marker(stream, 0, 0, error);
}

bool lathe_stream_write(struct lathe_image *image, const char *name, lathe_stream_sink *sink,
                        void *opaque, struct lathe_task *task, uint64_t *written, GError **error)
{
    size_t packed = compressBound(STREAM_GRAIN) + VMDK_MARKER_DATA;
    g_autofree uint8_t *grain = g_malloc(STREAM_GRAIN), *room = g_malloc(packed);
    g_autoptr(GArray) directory = g_array_new(FALSE, FALSE, sizeof(guint32));
    struct stream stream = {.sink = sink,
                            .opaque = opaque,
                            .size = lathe_image_get_size(image),
                            .directory = directory,
                            .grain = grain,
                            .packed = room,
                            .packed_size = packed};
    bool done = stream_write_header(&stream, VMDK_AT_END, error) &&
                stream_write_descriptor(&stream, name, error) &&
                stream_write_grains(&stream, image, task, error) && stream_end(&stream, error);

    *written = stream.written;
    return done;
}
