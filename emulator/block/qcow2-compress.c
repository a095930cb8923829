/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compressed clusters: raw deflate or one zstd frame, never longer than two clusters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "emulator/block/qcow2.h"

/* The stream ends where the cluster is full; what follows it in its last sector is not its own. */
static int inflate_cluster(const uint8_t *in, size_t length, uint8_t *out, size_t size)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)in,
                       .avail_in = (uInt)length,
                       .next_out = out,
                       .avail_out = (uInt)size};
    int result;

    if (inflateInit2(&stream, -15) != Z_OK)
        return ENOMEM;
    result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if ((result == Z_STREAM_END || result == Z_BUF_ERROR) && stream.avail_out == 0)
        return 0;
    return EIO;
}

static int unzstd_cluster(const uint8_t *in, size_t length, uint8_t *out, size_t size)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer from = {in, length, 0};
    ZSTD_outBuffer to = {out, size, 0};
    int error = stream == NULL ? ENOMEM : 0;

    while (error == 0 && to.pos < to.size) {
        size_t before = from.pos + to.pos, result = ZSTD_decompressStream(stream, &to, &from);

        if (ZSTD_isError(result) || from.pos + to.pos == before)
            error = EIO;
    }
    ZSTD_freeDStream(stream);
    return error;
}

int qcow2_decompress(const struct qcow2 *q, uint64_t entry, uint8_t *cluster)
{
    uint64_t offset, length;
    uint8_t *bytes;
    int error;

    qcow2_compressed_extent(q, entry, &offset, &length);
    bytes = malloc(length);
    if (bytes == NULL)
        return ENOMEM;
    error = block_file_read(&q->file, offset, bytes, length);
    if (error == 0 && q->zstd)
        error = unzstd_cluster(bytes, length, cluster, q->cluster_size);
    else if (error == 0)
        error = inflate_cluster(bytes, length, cluster, q->cluster_size);
    free(bytes);
    return error;
}
