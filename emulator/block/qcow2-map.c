/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From guest clusters to host clusters: the L1 and L2 tables. All with the lock held. */
#include <errno.h>
#include <string.h>

#include "emulator/block/qcow2.h"

static int map_corrupt(struct qcow2 *q)
{
    q->broken = true;
    return EIO;
}

/* *out is NULL where there is no table. */
static int map_table(struct qcow2 *q, uint64_t cluster, struct qcow2_table **out)
{
    uint64_t offset = q->l1.entries[cluster >> q->l2_bits] & QCOW2_OFFSET;

    *out = NULL;
    if (offset == 0)
        return 0;
    if (offset % q->cluster_size != 0)
        return map_corrupt(q);
    return qcow2_table_get(q, &q->l2, offset, false, out);
}

static int map_decode(struct qcow2 *q, uint64_t entry, struct qcow2_mapping *out)
{
    bool zero = (entry & QCOW2_ZERO) && q->version >= 3;

    *out = (struct qcow2_mapping){.entry = entry, .copied = entry & QCOW2_COPIED};
    if (entry & QCOW2_COMPRESSED) {
        uint64_t length;

        out->kind = QCOW2_KIND_COMPRESSED;
        qcow2_compressed_extent(q, entry, &out->host, &length);
        return 0;
    }
    out->host = entry & QCOW2_OFFSET;
    if (out->host % q->cluster_size != 0)
        return map_corrupt(q);
    if (zero)
        out->kind = out->host != 0 ? QCOW2_KIND_ZERO_ALLOCATED : QCOW2_KIND_ZERO;
    else
        out->kind = out->host != 0 ? QCOW2_KIND_DATA : QCOW2_KIND_NONE;
    return 0;
}

int qcow2_lookup(struct qcow2 *q, uint64_t cluster, struct qcow2_mapping *out)
{
    uint64_t index = cluster & ((1ull << q->l2_bits) - 1);
    struct qcow2_table *table;
    int error = map_table(q, cluster, &table);

    if (error != 0)
        return error;
    return map_decode(q, table != NULL ? qcow2_get64(table->data + 8 * index) : 0, out);
}

/* A table of its own for this image: a new one, or a copy of what a snapshot shares. */
static int map_own_table(struct qcow2 *q, uint64_t cluster, struct qcow2_table **out)
{
    uint64_t index = cluster >> q->l2_bits, old = q->l1.entries[index], offset;
    struct qcow2_table *shared;
    int error = map_table(q, cluster, &shared);

    *out = shared;
    if (error != 0 || (shared != NULL && (old & QCOW2_COPIED)))
        return error;
    error = qcow2_allocate(q, &offset);
    if (error == 0)
        error = qcow2_table_get(q, &q->l2, offset, true, out);
    if (error != 0)
        return error;
    if (shared != NULL) {
        memcpy((*out)->data, shared->data, q->cluster_size);
        qcow2_release_later(q, old & QCOW2_OFFSET, q->cluster_size, false);
    }
    qcow2_table_dirty(&q->l2, *out);
    qcow2_array_set(&q->l1, index, offset | QCOW2_COPIED);
    return 0;
}

int qcow2_map(struct qcow2 *q, uint64_t cluster, uint64_t entry)
{
    uint64_t index = cluster & ((1ull << q->l2_bits) - 1);
    struct qcow2_table *table;
    int error = map_own_table(q, cluster, &table);

    if (error != 0)
        return error;
    qcow2_put64(table->data + 8 * index, entry);
    qcow2_table_dirty(&q->l2, table);
    return 0;
}

/* The entry's low bits are the place, the rest counts further sectors that the bytes reach into. */
void qcow2_compressed_extent(const struct qcow2 *q, uint64_t entry, uint64_t *offset,
                             uint64_t *length)
{
    unsigned shift = 62 - (q->cluster_bits - 8);
    uint64_t sectors = (entry & (QCOW2_COMPRESSED - 1)) >> shift;

    *offset = entry & ((1ull << shift) - 1);
    *length = (sectors + 1) * EMU_BLOCK_SECTOR - *offset % EMU_BLOCK_SECTOR;
}

void qcow2_unmap_later(struct qcow2 *q, const struct qcow2_mapping *mapping, bool discard)
{
    uint64_t offset = mapping->host, length = q->cluster_size;

    if (mapping->kind == QCOW2_KIND_NONE || mapping->kind == QCOW2_KIND_ZERO)
        return;
    if (mapping->kind == QCOW2_KIND_COMPRESSED)
        qcow2_compressed_extent(q, mapping->entry, &offset, &length);
    qcow2_release_later(q, offset, length, discard);
}

static bool map_overlaps(uint64_t offset, uint64_t length, uint64_t other, uint64_t other_length)
{
    return offset < other + other_length && other < offset + length;
}

bool qcow2_hits_metadata(const struct qcow2 *q, uint64_t offset, uint64_t length)
{
    return map_overlaps(offset, length, 0, q->cluster_size) ||
           map_overlaps(offset, length, q->l1.offset, q->l1.count * 8) ||
           map_overlaps(offset, length, q->reftable.offset, q->reftable.count * 8);
}
