/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata in memory: caches of L2 tables and reference count blocks, and the two arrays that are
 * there as a whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/qcow2.h"

static struct qcow2_table **cache_bucket(const struct qcow2 *q, struct qcow2_cache *cache,
                                         uint64_t offset)
{
    return &cache->buckets[(offset >> q->cluster_bits) % QCOW2_BUCKETS];
}

int qcow2_table_get(struct qcow2 *q, struct qcow2_cache *cache, uint64_t offset, bool zeroed,
                    struct qcow2_table **out)
{
    struct qcow2_table **bucket = cache_bucket(q, cache, offset), *table;
    int error;

    for (table = *bucket; table != NULL && table->offset != offset; table = table->next)
        ;
    if (table == NULL) {
        table = malloc(sizeof(*table) + q->cluster_size);
        if (table == NULL)
            return ENOMEM;
        error = zeroed ? 0 : block_file_read(&q->file, offset, table->data, q->cluster_size);
        if (error != 0) {
            free(table);
            return error;
        }
        table->offset = offset;
        table->used = 0;
        table->dirty = false;
        table->next = *bucket;
        *bucket = table;
        cache->count++;
    }
    if (zeroed)
        memset(table->data, 0, q->cluster_size);
    if (table->used != cache->clock)
        table->used = ++cache->clock;
    *out = table;
    return 0;
}

void qcow2_table_dirty(struct qcow2_cache *cache, struct qcow2_table *table)
{
    cache->dirty += !table->dirty;
    table->dirty = true;
}

int qcow2_cache_write(struct qcow2 *q, struct qcow2_cache *cache, bool *wrote)
{
    for (unsigned i = 0; i < QCOW2_BUCKETS && cache->dirty != 0; i++) {
        for (struct qcow2_table *table = cache->buckets[i]; table != NULL; table = table->next) {
            int error;

            if (!table->dirty)
                continue;
            error = block_file_write(&q->file, table->offset, table->data, q->cluster_size);
            if (error != 0)
                return error;
            table->dirty = false;
            cache->dirty--;
            *wrote = true;
        }
    }
    return 0;
}

static void cache_drop_older(struct qcow2_cache *cache, uint64_t stamp)
{
    for (unsigned i = 0; i < QCOW2_BUCKETS; i++) {
        struct qcow2_table **link = &cache->buckets[i];

        while (*link != NULL) {
            struct qcow2_table *table = *link;

            if (table->dirty || table->used >= stamp) {
                link = &table->next;
                continue;
            }
            *link = table->next;
            free(table);
            cache->count--;
        }
    }
}

void qcow2_cache_trim(struct qcow2_cache *cache)
{
    if (cache->count <= cache->limit)
        return;
    cache_drop_older(cache, cache->clock > cache->limit / 2 ? cache->clock - cache->limit / 2 : 0);
}

void qcow2_cache_finish(struct qcow2_cache *cache)
{
    for (unsigned i = 0; i < QCOW2_BUCKETS; i++) {
        while (cache->buckets[i] != NULL) {
            struct qcow2_table *table = cache->buckets[i];

            cache->buckets[i] = table->next;
            free(table);
        }
    }
}

/* ---- arrays ---- */

int qcow2_array_read(struct qcow2 *q, struct qcow2_array *array)
{
    int error;

    array->entries = calloc(array->count != 0 ? array->count : 1, 8);
    if (array->entries == NULL)
        return ENOMEM;
    error = block_file_read(&q->file, array->offset, array->entries, array->count * 8);
    for (uint64_t i = 0; i < array->count && error == 0; i++)
        array->entries[i] = __builtin_bswap64(array->entries[i]);
    return error;
}

/* Only sectors that changed, whole: each entry is either old or new, never torn. */
int qcow2_array_write(struct qcow2 *q, struct qcow2_array *array, bool *wrote)
{
    uint8_t sector[EMU_BLOCK_SECTOR];
    uint64_t each = sizeof(sector) / 8;

    for (uint64_t i = array->dirty_first / each * each; i < array->dirty_end; i += each) {
        uint64_t count = array->count - i < each ? array->count - i : each;
        int error;

        for (uint64_t k = 0; k < count; k++)
            qcow2_put64(sector + k * 8, array->entries[i + k]);
        error = block_file_write(&q->file, array->offset + i * 8, sector, count * 8);
        if (error != 0)
            return error;
        *wrote = true;
    }
    array->dirty_first = UINT64_MAX;
    array->dirty_end = 0;
    return 0;
}

void qcow2_array_set(struct qcow2_array *array, uint64_t index, uint64_t value)
{
    array->entries[index] = value;
    if (index < array->dirty_first)
        array->dirty_first = index;
    if (index >= array->dirty_end)
        array->dirty_end = index + 1;
}
