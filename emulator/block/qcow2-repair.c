/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting references anew, for images whose last user kept the counts lazily and died: header,
 * tables, snapshots and what they refer to. With persistent bitmaps, whose clusters are not counted
 * here, counts are raised only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/qcow2.h"

#define RECOUNT_SNAPSHOT 40 /* bytes of a snapshot's fixed part */

struct recount {
    struct qcow2 *q;
    uint32_t *counts; /* by host cluster */
    uint64_t clusters;
};

static int recount_add(struct recount *r, uint64_t offset, uint64_t length)
{
    uint64_t first = offset >> r->q->cluster_bits, last;

    if (length == 0)
        return 0;
    last = (offset + length - 1) >> r->q->cluster_bits;
    if (last >= r->clusters || last < first)
        return EIO;
    for (; first <= last; first++)
        r->counts[first]++;
    return 0;
}

static int recount_entry(struct recount *r, uint64_t entry)
{
    uint64_t offset, length = r->q->cluster_size;

    if (entry & QCOW2_COMPRESSED)
        qcow2_compressed_extent(r->q, entry, &offset, &length);
    else
        offset = entry & QCOW2_OFFSET;
    if (offset == 0)
        return 0;
    /* The last compressed cluster may end within its sectors, behind which the file does. */
    return recount_add(r, offset, length);
}

static int recount_table(struct recount *r, uint64_t offset, uint8_t *data)
{
    int error = recount_add(r, offset, r->q->cluster_size);

    if (error == 0)
        error = block_file_read(&r->q->file, offset, data, r->q->cluster_size);
    for (uint64_t i = 0; i < 1ull << r->q->l2_bits && error == 0; i++)
        error = recount_entry(r, qcow2_get64(data + 8 * i));
    return error;
}

static int recount_l1(struct recount *r, const struct qcow2_array *l1)
{
    uint8_t *data = malloc(r->q->cluster_size);
    int error = data == NULL ? ENOMEM : recount_add(r, l1->offset, l1->count * 8);

    for (uint64_t i = 0; i < l1->count && error == 0; i++) {
        uint64_t offset = l1->entries[i] & QCOW2_OFFSET;

        if (offset != 0)
            error = recount_table(r, offset, data);
    }
    free(data);
    return error;
}

/* One snapshot: its L1 table; *at moves to the next. */
static int recount_snapshot(struct recount *r, uint64_t *at)
{
    uint8_t head[RECOUNT_SNAPSHOT];
    struct qcow2_array l1 = {0};
    uint64_t length;
    int error = block_file_read(&r->q->file, *at, head, sizeof(head));

    if (error != 0)
        return error;
    l1.offset = qcow2_get64(head);
    l1.count = qcow2_get32(head + 8);
    length = sizeof(head) + qcow2_get32(head + 36) + ((uint64_t)head[12] << 8 | head[13]) +
             ((uint64_t)head[14] << 8 | head[15]);
    *at += (length + 7) / 8 * 8;
    if (l1.count > (32u << 20) / 8 || l1.offset > QCOW2_OFFSET || *at > QCOW2_OFFSET)
        return EIO;
    error = qcow2_array_read(r->q, &l1);
    if (error == 0)
        error = recount_l1(r, &l1);
    free(l1.entries);
    return error;
}

static int recount_snapshots(struct recount *r)
{
    uint8_t head[12];
    uint64_t start, at;
    int error = block_file_read(&r->q->file, QCOW2_H_SNAPSHOTS, head, sizeof(head));

    start = at = qcow2_get64(head + 4);
    if (error != 0 || qcow2_get32(head) == 0)
        return error;
    if (start > QCOW2_OFFSET)
        return EIO;
    for (uint32_t i = qcow2_get32(head); i != 0 && error == 0; i--)
        error = recount_snapshot(r, &at);
    return error != 0 ? error : recount_add(r, start, at - start);
}

static int recount_refcounts(struct recount *r)
{
    struct qcow2 *q = r->q;
    int error = recount_add(r, q->reftable.offset, q->reftable.count * 8);

    for (uint64_t i = 0; i < q->reftable.count && error == 0; i++)
        if (q->reftable.entries[i] != 0)
            error = recount_add(r, q->reftable.entries[i], q->cluster_size);
    return error;
}

static int recount_all(struct recount *r)
{
    int error = recount_add(r, 0, r->q->cluster_size);

    if (error == 0)
        error = recount_l1(r, &r->q->l1);
    if (error == 0)
        error = recount_snapshots(r);
    return error != 0 ? error : recount_refcounts(r);
}

static int recount_correct(struct recount *r)
{
    struct qcow2 *q = r->q;
    int error = 0;

    q->free_hint = r->clusters; /* whatever is allocated now is surely free */
    for (uint64_t i = 0; i < r->clusters && error == 0; i++) {
        uint64_t count;

        error = qcow2_refcount_get(q, i, &count);
        if (error == 0 && (q->has_bitmaps ? count < r->counts[i] : count != r->counts[i]))
            error = qcow2_refcount_set(q, i, r->counts[i]);
    }
    q->free_hint = 0;
    return error;
}

static int recount_finish(struct qcow2 *q)
{
    uint8_t features[8];
    int error = qcow2_commit(q);

    if (error == 0)
        error = block_file_read(&q->file, QCOW2_H_INCOMPATIBLE, features, sizeof(features));
    qcow2_put64(features, qcow2_get64(features) & ~QCOW2_DIRTY);
    if (error == 0)
        error = block_file_write(&q->file, QCOW2_H_INCOMPATIBLE, features, sizeof(features));
    return error != 0 ? error : block_file_sync(&q->file);
}

bool qcow2_recount(struct qcow2 *q, struct emu_error *err)
{
    struct recount r = {.q = q};
    uint64_t size = 0;
    int error = block_file_size(&q->file, &size);

    /* Room for compressed bytes whose last sectors the file does not have. */
    r.clusters = (size >> q->cluster_bits) + 2 + ((2 * EMU_BLOCK_SECTOR) >> q->cluster_bits);
    r.counts = r.clusters < UINT32_MAX ? calloc(r.clusters, sizeof(*r.counts)) : NULL;
    if (error == 0)
        error = r.counts == NULL ? ENOMEM : recount_all(&r);
    if (error == 0)
        error = recount_correct(&r);
    if (error == 0)
        error = recount_finish(q);
    free(r.counts);
    return error == 0 ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "the qcow2 image '%s' was not closed properly and cannot be corrected "
                         "(%s); try qemu-img check -r all",
                         q->file.path, strerror(error));
}
