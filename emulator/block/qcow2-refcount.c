/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reference counts of host clusters, and the allocator on them. A count of width 1 << order bits
 * lies in a block, the block's place in the reference table. All with the lock held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/qcow2.h"

#define REFCOUNT_MAX_TABLE (8ull << 20) /* bytes; QEMU's limit too */
#define REFCOUNT_MAX_SCAN  (1ull << 24) /* clusters looked at for a free one */

static unsigned refcount_block_bits(const struct qcow2 *q)
{
    return q->cluster_bits + 3 - q->refcount_order;
}

/* ---- counts in a block; widths below a byte begin at its low end ---- */

static uint64_t refcount_load(const struct qcow2 *q, const uint8_t *data, uint64_t index)
{
    unsigned order = q->refcount_order;

    switch (order) {
    case 3:
        return data[index];
    case 4:
        return (uint64_t)data[2 * index] << 8 | data[2 * index + 1];
    case 5:
        return qcow2_get32(data + 4 * index);
    case 6:
        return qcow2_get64(data + 8 * index);
    default:
        return data[index >> (3 - order)] >> ((index << order) & 7) & ((1u << (1u << order)) - 1);
    }
}

static void refcount_store(const struct qcow2 *q, uint8_t *data, uint64_t index, uint64_t count)
{
    unsigned order = q->refcount_order, shift;
    uint8_t mask;

    switch (order) {
    case 3:
        data[index] = (uint8_t)count;
        break;
    case 4:
        data[2 * index] = (uint8_t)(count >> 8);
        data[2 * index + 1] = (uint8_t)count;
        break;
    case 5:
        qcow2_put32(data + 4 * index, (uint32_t)count);
        break;
    case 6:
        qcow2_put64(data + 8 * index, count);
        break;
    default:
        shift = (unsigned)(index << order) & 7;
        mask = (uint8_t)(((1u << (1u << order)) - 1) << shift);
        data += index >> (3 - order);
        *data = (uint8_t)((*data & ~mask) | (uint8_t)(count << shift));
        break;
    }
}

static uint64_t refcount_limit(const struct qcow2 *q)
{
    return q->refcount_order == 6 ? UINT64_MAX : (1ull << (1u << q->refcount_order)) - 1;
}

/* ---- blocks ---- */

/* *out is NULL where there is no block: all its counts are 0. */
static int refcount_find(struct qcow2 *q, uint64_t cluster, struct qcow2_table **out)
{
    uint64_t index = cluster >> refcount_block_bits(q);
    uint64_t offset = index < q->reftable.count ? q->reftable.entries[index] : 0;

    *out = NULL;
    if (offset == 0)
        return 0;
    if (offset % q->cluster_size != 0 || offset > QCOW2_OFFSET) {
        q->broken = true;
        return EIO;
    }
    return qcow2_table_get(q, &q->refcounts, offset, false, out);
}

int qcow2_refcount_get(struct qcow2 *q, uint64_t cluster, uint64_t *count)
{
    struct qcow2_table *block;
    uint64_t mask = (1ull << refcount_block_bits(q)) - 1;
    int error = refcount_find(q, cluster, &block);

    *count = error == 0 && block != NULL ? refcount_load(q, block->data, cluster & mask) : 0;
    return error;
}

/* A block that lies at `place`, which is counted already or counts itself. */
static int refcount_make_block(struct qcow2 *q, uint64_t index, uint64_t place,
                               struct qcow2_table **out)
{
    int error = qcow2_table_get(q, &q->refcounts, place << q->cluster_bits, true, out);

    if (error != 0)
        return error;
    qcow2_table_dirty(&q->refcounts, *out);
    qcow2_array_set(&q->reftable, index, place << q->cluster_bits);
    return 0;
}

static int refcount_store_in(struct qcow2 *q, struct qcow2_table *block, uint64_t cluster,
                             uint64_t count)
{
    uint64_t mask = (1ull << refcount_block_bits(q)) - 1;

    if (count > refcount_limit(q))
        return EIO;
    refcount_store(q, block->data, cluster & mask, count);
    qcow2_table_dirty(&q->refcounts, block);
    if (count == 0 && cluster < q->free_hint)
        q->free_hint = cluster;
    return 0;
}

/* For repairs only: the allocator makes a block before it counts in it. */
static int refcount_add_block(struct qcow2 *q, uint64_t cluster, struct qcow2_table **block)
{
    uint64_t place;
    int error = qcow2_allocate(q, &place);

    if (error == 0)
        error = refcount_find(q, cluster, block);
    if (error != 0)
        return error;
    if (*block != NULL) /* the allocation needed it as well */
        return qcow2_refcount_set(q, place >> q->cluster_bits, 0);
    if (cluster >> refcount_block_bits(q) >= q->reftable.count)
        return EIO;
    return refcount_make_block(q, cluster >> refcount_block_bits(q), place >> q->cluster_bits,
                               block);
}

int qcow2_refcount_set(struct qcow2 *q, uint64_t cluster, uint64_t count)
{
    struct qcow2_table *block;
    int error = refcount_find(q, cluster, &block);

    if (error == 0 && block == NULL && count == 0)
        return 0;
    if (error == 0 && block == NULL)
        error = refcount_add_block(q, cluster, &block);
    return error != 0 ? error : refcount_store_in(q, block, cluster, count);
}

/* ---- a longer reference table ---- */

/* Where the new table and the blocks that count it go: one behind the other. */
struct refcount_growth {
    uint64_t start;         /* first cluster */
    uint64_t table, blocks; /* clusters of each */
    uint64_t entries;       /* of the new table */
    uint64_t first_block_index;
};

static int refcount_plan_growth(const struct qcow2 *q, uint64_t start, struct refcount_growth *plan)
{
    unsigned bits = refcount_block_bits(q);
    uint64_t per_cluster = q->cluster_size / 8, last;

    *plan = (struct refcount_growth){.start = start, .first_block_index = start >> bits};
    plan->entries = q->reftable.count + q->reftable.count / 2;
    do {
        if (plan->entries <= (start + plan->table + plan->blocks) >> bits)
            plan->entries = ((start + plan->table + plan->blocks) >> bits) + 1;
        plan->table = (plan->entries + per_cluster - 1) / per_cluster;
        plan->entries = plan->table * per_cluster;
        if (plan->entries * 8 > REFCOUNT_MAX_TABLE)
            return EFBIG;
        last = start + plan->table + plan->blocks;
        plan->blocks = (last >> bits) - plan->first_block_index + 1;
        last = start + plan->table + plan->blocks - 1;
    } while (plan->blocks != (last >> bits) - plan->first_block_index + 1 ||
             last >> bits >= plan->entries);
    return 0;
}

static int refcount_fill_growth(struct qcow2 *q, const struct refcount_growth *plan,
                                uint64_t *entries)
{
    unsigned bits = refcount_block_bits(q);
    uint64_t end = plan->start + plan->table + plan->blocks;

    for (uint64_t i = 0; i < plan->blocks; i++) {
        uint64_t place = (plan->start + plan->table + i) << q->cluster_bits;
        uint64_t first = (plan->first_block_index + i) << bits, last = first + (1ull << bits);
        struct qcow2_table *block;
        int error = qcow2_table_get(q, &q->refcounts, place, true, &block);

        if (error != 0)
            return error;
        first = first > plan->start ? first : plan->start;
        last = last < end ? last : end;
        for (uint64_t cluster = first; cluster < last; cluster++)
            refcount_store(q, block->data, cluster & ((1ull << bits) - 1), 1);
        qcow2_table_dirty(&q->refcounts, block);
        entries[plan->first_block_index + i] = place;
    }
    return 0;
}

/* Blocks, then the table, then the header, each on disk before the next. */
static int refcount_write_growth(struct qcow2 *q, struct qcow2_array *table, uint64_t clusters)
{
    uint8_t header[12];
    bool wrote = false;
    int error = qcow2_cache_write(q, &q->refcounts, &wrote);

    table->dirty_first = 0;
    table->dirty_end = table->count;
    if (error == 0)
        error = qcow2_array_write(q, table, &wrote);
    if (error == 0)
        error = block_file_sync(&q->file);
    qcow2_put64(header, table->offset);
    qcow2_put32(header + 8, (uint32_t)clusters);
    if (error == 0)
        error = block_file_write(&q->file, QCOW2_H_REFTABLE, header, sizeof(header));
    return error != 0 ? error : block_file_sync(&q->file);
}

static int refcount_grow(struct qcow2 *q, uint64_t start)
{
    struct qcow2_array table = {0};
    struct refcount_growth plan;
    int error = refcount_plan_growth(q, start, &plan);

    /* Room for all of it or nothing is begun: half a growth could not be taken back. */
    if (error == 0)
        error = block_file_reserve(&q->file, start << q->cluster_bits,
                                   (plan.table + plan.blocks) << q->cluster_bits);
    if (error != 0)
        return error;
    table = (struct qcow2_array){.count = plan.entries, .offset = start << q->cluster_bits};
    table.entries = calloc(plan.entries, 8);
    if (table.entries == NULL)
        return ENOMEM;
    memcpy(table.entries, q->reftable.entries, q->reftable.count * 8);
    error = refcount_fill_growth(q, &plan, table.entries);
    if (error == 0)
        error = refcount_write_growth(q, &table, plan.table);
    if (error != 0) {
        q->broken = true; /* which table the header names is not known any more */
        free(table.entries);
        return error;
    }
    qcow2_release_later(q, q->reftable.offset, q->reftable.count * 8, false);
    free(q->reftable.entries);
    q->reftable = table;
    return 0;
}

/* ---- the allocator ---- */

/* A cluster that nobody counts; if its block is missing, it becomes that block. */
static int refcount_try(struct qcow2 *q, uint64_t cluster, bool *taken)
{
    uint64_t mask = (1ull << refcount_block_bits(q)) - 1;
    uint64_t index = cluster >> refcount_block_bits(q);
    struct qcow2_table *block;
    int error;

    *taken = false;
    if (index >= q->reftable.count)
        return refcount_grow(q, cluster);
    error = refcount_find(q, cluster, &block);
    if (error != 0 || (block != NULL && refcount_load(q, block->data, cluster & mask) != 0))
        return error;
    if (qcow2_hits_metadata(q, cluster << q->cluster_bits, q->cluster_size)) {
        q->broken = true;
        return EIO;
    }
    if (block == NULL) {
        error = refcount_make_block(q, index, cluster, &block);
        return error != 0 ? error : refcount_store_in(q, block, cluster, 1);
    }
    *taken = true;
    return refcount_store_in(q, block, cluster, 1);
}

int qcow2_allocate(struct qcow2 *q, uint64_t *offset)
{
    uint64_t looked = 0;
    bool taken = false;

    while (!q->broken) {
        uint64_t cluster = q->free_hint, size;
        int error;

        if (++looked == REFCOUNT_MAX_SCAN && block_file_size(&q->file, &size) == 0 &&
            size >> q->cluster_bits > cluster)
            cluster = (size >> q->cluster_bits) + 1;
        if (cluster > QCOW2_OFFSET >> q->cluster_bits)
            return EFBIG;
        error = refcount_try(q, cluster, &taken);
        if (error != 0)
            return error;
        q->free_hint = cluster + 1;
        *offset = cluster << q->cluster_bits;
        if (taken)
            return 0;
    }
    return EIO;
}

/* ---- releasing ---- */

void qcow2_release_later(struct qcow2 *q, uint64_t offset, uint64_t length, bool discard)
{
    struct qcow2_release_list *list = &q->releases;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity != 0 ? 2 * list->capacity : 64;
        struct qcow2_release *items = realloc(list->items, capacity * sizeof(*items));

        if (items == NULL)
            return; /* the cluster is lost until the image is checked, its data are not */
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct qcow2_release){offset, length, discard};
}

int qcow2_release_now(struct qcow2 *q, const struct qcow2_release *release)
{
    uint64_t cluster = release->offset >> q->cluster_bits;
    uint64_t last = (release->offset + release->length - 1) >> q->cluster_bits;

    for (; cluster <= last; cluster++) {
        uint64_t count;
        int error = qcow2_refcount_get(q, cluster, &count);

        if (error != 0 || count == 0) { /* 0: it was counted wrong */
            q->broken = true;
            return EIO;
        }
        error = qcow2_refcount_set(q, cluster, count - 1);
        if (error != 0)
            return error;
        if (count == 1 && release->discard)
            block_file_discard(&q->file, cluster << q->cluster_bits, q->cluster_size);
    }
    return 0;
}
