/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transfers. Clusters that the image owns are read and written in place without the lock; any other
 * write fills a new cluster, which the table names afterwards. A guest cluster for which that is
 * under way is "busy", and who else would change its entry waits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/qcow2.h"

struct qcow2_busy {
    uint64_t cluster;
    struct qcow2_busy *next;
};

/* ---- busy clusters; lock held ---- */

static bool io_is_busy(const struct qcow2 *q, uint64_t cluster)
{
    const struct qcow2_busy *busy = q->busy;

    while (busy != NULL && busy->cluster != cluster)
        busy = busy->next;
    return busy != NULL;
}

static void io_enter_cluster(struct qcow2 *q, struct qcow2_busy *busy, uint64_t cluster)
{
    while (io_is_busy(q, cluster))
        pthread_cond_wait(&q->changed, &q->lock);
    *busy = (struct qcow2_busy){cluster, q->busy};
    q->busy = busy;
}

static void io_leave_cluster(struct qcow2 *q, struct qcow2_busy *busy)
{
    struct qcow2_busy **link = &q->busy;

    while (*link != busy)
        link = &(*link)->next;
    *link = busy->next;
    pthread_cond_broadcast(&q->changed);
}

/* ---- reading ---- */

static int io_read_backing(const struct qcow2 *q, uint64_t offset, uint8_t *buffer, size_t length)
{
    uint64_t left = offset < q->backing_size ? q->backing_size - offset : 0;
    size_t inside = length < left ? length : (size_t)left;

    memset(buffer + inside, 0, length - inside);
    return inside != 0 ? q->backing.ops->read(q->backing.opaque, offset, buffer, inside) : 0;
}

static int io_read_compressed(const struct qcow2 *q, uint64_t entry, uint64_t within,
                              uint8_t *buffer, size_t length)
{
    uint8_t *cluster = malloc(q->cluster_size);
    int error = cluster == NULL ? ENOMEM : qcow2_decompress(q, entry, cluster);

    if (error == 0)
        memcpy(buffer, cluster + within, length);
    free(cluster);
    return error;
}

/* length bytes from offset, all within what the mapping tells. */
static int io_read_mapped(const struct qcow2 *q, const struct qcow2_mapping *mapping,
                          uint64_t offset, uint8_t *buffer, size_t length)
{
    uint64_t within = offset & (q->cluster_size - 1);

    switch (mapping->kind) {
    case QCOW2_KIND_NONE:
        return io_read_backing(q, offset, buffer, length);
    case QCOW2_KIND_DATA:
        return block_file_read(&q->file, mapping->host + within, buffer, length);
    case QCOW2_KIND_COMPRESSED:
        return io_read_compressed(q, mapping->entry, within, buffer, length);
    default:
        memset(buffer, 0, length);
        return 0;
    }
}

/* Do the clusters go on behind each other, so that one transfer does for both? */
static bool io_continues(const struct qcow2 *q, const struct qcow2_mapping *first,
                         const struct qcow2_mapping *next, uint64_t clusters)
{
    if (next->kind != first->kind || next->copied != first->copied)
        return false;
    if (first->kind == QCOW2_KIND_DATA)
        return next->host == first->host + (clusters << q->cluster_bits);
    return first->kind == QCOW2_KIND_NONE || first->kind == QCOW2_KIND_ZERO;
}

/* The mapping at offset, and in *length (in: at most) how many bytes it holds for. Lock held. */
static int io_find_run(struct qcow2 *q, uint64_t offset, size_t *length, struct qcow2_mapping *out)
{
    uint64_t cluster = offset >> q->cluster_bits, clusters = 1;
    uint64_t have = q->cluster_size - (offset & (q->cluster_size - 1));
    int error = qcow2_lookup(q, cluster, out);

    while (error == 0 && have < *length) {
        struct qcow2_mapping next;

        error = qcow2_lookup(q, cluster + clusters, &next);
        if (error != 0 || !io_continues(q, out, &next, clusters))
            break;
        clusters++;
        have += q->cluster_size;
    }
    if (have < *length)
        *length = (size_t)have;
    return error;
}

static int qcow2_read(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    struct qcow2 *q = opaque;
    uint8_t *to = buffer;
    int error = 0;

    pthread_rwlock_rdlock(&q->transfers);
    while (length != 0 && error == 0) {
        struct qcow2_mapping mapping;
        size_t part = length;

        pthread_mutex_lock(&q->lock);
        qcow2_cache_trim(&q->l2);
        error = io_find_run(q, offset, &part, &mapping);
        pthread_mutex_unlock(&q->lock);
        if (error == 0)
            error = io_read_mapped(q, &mapping, offset, to, part);
        offset += part;
        to += part;
        length -= part;
    }
    pthread_rwlock_unlock(&q->transfers);
    return error;
}

/* ---- writing ---- */

/* The new cluster: what was there, and over it the guest's bytes. */
static int io_fill_cluster(struct qcow2 *q, const struct qcow2_mapping *old, uint64_t host,
                           uint64_t offset, const uint8_t *data, size_t length)
{
    uint64_t within = offset & (q->cluster_size - 1);
    uint8_t *cluster;
    int error;

    if (length == q->cluster_size)
        return block_file_write(&q->file, host, data, length);
    cluster = malloc(q->cluster_size);
    if (cluster == NULL)
        return ENOMEM;
    error = io_read_mapped(q, old, offset - within, cluster, q->cluster_size);
    if (error == 0) {
        memcpy(cluster + within, data, length);
        error = block_file_write(&q->file, host, cluster, q->cluster_size);
    }
    free(cluster);
    return error;
}

static bool io_is_own(const struct qcow2_mapping *mapping)
{
    return mapping->copied &&
           (mapping->kind == QCOW2_KIND_DATA || mapping->kind == QCOW2_KIND_ZERO_ALLOCATED);
}

/* Names the new cluster, or gives it back. */
static int io_finish_cluster(struct qcow2 *q, const struct qcow2_mapping *old, uint64_t host,
                             uint64_t cluster, int error)
{
    struct qcow2_release unused = {host, q->cluster_size, false};

    q->unsynced = true;
    if (error == 0)
        error = qcow2_map(q, cluster, host | QCOW2_COPIED);
    if (error != 0 && !io_is_own(old))
        qcow2_release_now(q, &unused);
    if (error == 0 && !io_is_own(old))
        qcow2_unmap_later(q, old, false);
    return error;
}

/* A write within one cluster that cannot be done in place. Lock held; dropped during transfers. */
static int io_write_anew(struct qcow2 *q, const struct qcow2_mapping *old, uint64_t offset,
                         const uint8_t *data, size_t length)
{
    uint64_t host = old->host;
    int error = 0;

    if (!io_is_own(old))
        error = qcow2_allocate(q, &host);
    else if (qcow2_hits_metadata(q, host, q->cluster_size))
        error = EIO;
    if (error != 0)
        return error;
    pthread_mutex_unlock(&q->lock);
    error = io_fill_cluster(q, old, host, offset, data, length);
    pthread_mutex_lock(&q->lock);
    return io_finish_cluster(q, old, host, offset >> q->cluster_bits, error);
}

/* In place, as far as clusters lie behind each other. Lock held; dropped during the transfer. */
static int io_write_in_place(struct qcow2 *q, uint64_t offset, const uint8_t *data, size_t *length)
{
    uint64_t within = offset & (q->cluster_size - 1);
    struct qcow2_mapping mapping;
    int error = io_find_run(q, offset, length, &mapping);

    if (error == 0 && qcow2_hits_metadata(q, mapping.host + within, *length)) {
        q->broken = true;
        error = EIO;
    }
    if (error != 0)
        return error;
    pthread_mutex_unlock(&q->lock);
    error = block_file_write(&q->file, mapping.host + within, data, *length);
    pthread_mutex_lock(&q->lock);
    q->unsynced = true;
    return error;
}

static bool io_in_place(const struct qcow2_mapping *mapping)
{
    return mapping->copied && mapping->kind == QCOW2_KIND_DATA;
}

/* *length: in, what is left to write; out, how much was. Lock held. */
static int io_write_part(struct qcow2 *q, uint64_t offset, const uint8_t *data, size_t *length)
{
    uint64_t cluster = offset >> q->cluster_bits;
    uint64_t room = q->cluster_size - (offset & (q->cluster_size - 1));
    struct qcow2_mapping mapping;
    struct qcow2_busy busy;
    int error = q->broken ? EIO : qcow2_lookup(q, cluster, &mapping);

    if (error != 0)
        return error;
    if (io_in_place(&mapping))
        return io_write_in_place(q, offset, data, length);
    if (room < *length)
        *length = (size_t)room;
    io_enter_cluster(q, &busy, cluster);
    error = qcow2_lookup(q, cluster, &mapping); /* it may be another now */
    if (error == 0 && io_in_place(&mapping))
        error = io_write_in_place(q, offset, data, length);
    else if (error == 0)
        error = io_write_anew(q, &mapping, offset, data, *length);
    io_leave_cluster(q, &busy);
    return error;
}

static int io_write_all(struct qcow2 *q, uint64_t offset, const uint8_t *from, uint64_t length)
{
    int error = 0;

    pthread_rwlock_rdlock(&q->transfers);
    while (length != 0 && error == 0) {
        size_t part = length;

        pthread_mutex_lock(&q->lock);
        error = io_write_part(q, offset, from, &part);
        pthread_mutex_unlock(&q->lock);
        offset += part;
        from += part;
        length -= part;
    }
    pthread_rwlock_unlock(&q->transfers);
    return error;
}

static int qcow2_write(void *opaque, uint64_t offset, const void *buffer, size_t length)
{
    struct qcow2 *q = opaque;
    int error = q->read_only ? EROFS : io_write_all(q, offset, buffer, length);

    return error != 0 ? error : qcow2_commit_if_full(q);
}

/* ---- zeroes ---- */

static int io_write_zeroes(struct qcow2 *q, uint64_t offset, uint64_t length)
{
    uint8_t *zeroes = calloc(1, length);
    int error = zeroes == NULL ? ENOMEM : io_write_all(q, offset, zeroes, length);

    free(zeroes);
    return error;
}

/* The entry by which a whole cluster reads as zeroes; false: this image has none. */
static bool io_zero_entry(const struct qcow2 *q, const struct qcow2_mapping *old, bool unmap,
                          uint64_t *entry)
{
    bool keep = !unmap && io_is_own(old);

    *entry = 0;
    if (q->version >= 3)
        *entry = keep ? old->host | QCOW2_COPIED | QCOW2_ZERO : QCOW2_ZERO;
    if (unmap && q->backing.ops == NULL)
        *entry = 0;
    return q->version >= 3 || q->backing.ops == NULL;
}

/* *done: it reads as zeroes now. Lock held. */
static int io_zero_cluster_locked(struct qcow2 *q, uint64_t cluster, bool unmap, bool *done)
{
    struct qcow2_mapping old;
    struct qcow2_busy busy;
    uint64_t entry;
    int error;

    io_enter_cluster(q, &busy, cluster);
    error = q->broken ? EIO : qcow2_lookup(q, cluster, &old);
    if (error == 0)
        *done = io_zero_entry(q, &old, unmap, &entry);
    if (error == 0 && *done && entry != old.entry) {
        error = qcow2_map(q, cluster, entry);
        if (error == 0 && (entry & QCOW2_OFFSET) == 0)
            qcow2_unmap_later(q, &old, unmap);
    }
    io_leave_cluster(q, &busy);
    return error;
}

static int io_zero_cluster(struct qcow2 *q, uint64_t cluster, bool unmap, bool *done)
{
    int error;

    *done = false;
    pthread_mutex_lock(&q->lock);
    error = io_zero_cluster_locked(q, cluster, unmap, done);
    pthread_mutex_unlock(&q->lock);
    return error;
}

/* Within one cluster; the last one of the disk may be shorter. */
static int io_zero_part(struct qcow2 *q, uint64_t offset, uint64_t length, bool unmap)
{
    bool whole = (offset & (q->cluster_size - 1)) == 0 &&
                 (length == q->cluster_size || offset + length == q->size);
    bool done = false;
    int error = 0;

    if (whole)
        error = io_zero_cluster(q, offset >> q->cluster_bits, unmap, &done);
    if (error != 0 || done)
        return error;
    return io_write_zeroes(q, offset, length);
}

/* In each cluster: part of the whole. */
static uint64_t io_part(const struct qcow2 *q, uint64_t offset, uint64_t length)
{
    uint64_t left = q->cluster_size - (offset & (q->cluster_size - 1));

    return length < left ? length : left;
}

static int qcow2_zero(void *opaque, uint64_t offset, uint64_t length, bool unmap)
{
    struct qcow2 *q = opaque;
    int error = q->read_only ? EROFS : 0;

    while (length != 0 && error == 0) {
        uint64_t part = io_part(q, offset, length);

        error = io_zero_part(q, offset, part, unmap);
        if (error == 0)
            error = qcow2_commit_if_full(q);
        offset += part;
        length -= part;
    }
    return error;
}

/* Whole clusters only, and never so that the backing image shines through. */
static int qcow2_discard(void *opaque, uint64_t offset, uint64_t length)
{
    struct qcow2 *q = opaque;
    int error = q->read_only ? EROFS : 0;

    while (length != 0 && error == 0) {
        uint64_t part = io_part(q, offset, length);
        bool done;

        if (part == q->cluster_size)
            error = io_zero_cluster(q, offset >> q->cluster_bits, true, &done);
        if (error == 0)
            error = qcow2_commit_if_full(q);
        offset += part;
        length -= part;
    }
    return error;
}

/* ---- the rest ---- */

static uint64_t qcow2_size(void *opaque)
{
    return ((struct qcow2 *)opaque)->size;
}

static int qcow2_flush(void *opaque)
{
    struct qcow2 *q = opaque;

    return q->read_only ? 0 : qcow2_commit(q);
}

static void qcow2_close(void *opaque)
{
    struct qcow2 *q = opaque;

    if (!q->read_only) {
        qcow2_commit(q);
        qcow2_commit(q); /* the counts of what the first one released */
    }
    qcow2_cache_finish(&q->l2);
    qcow2_cache_finish(&q->refcounts);
    free(q->l1.entries);
    free(q->reftable.entries);
    free(q->releases.items);
    emu_block_backend_close(&q->backing);
    block_file_close(&q->file);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    pthread_rwlock_destroy(&q->transfers);
    free(q);
}

static const char *qcow2_location(void *opaque)
{
    return ((struct qcow2 *)opaque)->file.path;
}

const struct emu_block_ops qcow2_ops = {
    .name = "qcow2",
    .size = qcow2_size,
    .read = qcow2_read,
    .write = qcow2_write,
    .zero = qcow2_zero,
    .discard = qcow2_discard,
    .flush = qcow2_flush,
    .location = qcow2_location,
    .close = qcow2_close,
};
