/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * qcow2 images, versions 2 and 3 (QEMU's docs/interop/qcow2.txt). Inside of emulator/block only.
 *
 * Metadata live in caches that are written back by qcow2_commit, in an order that leaves a whole
 * image behind whenever the process or the host dies: reference counts, then L2 tables, then the
 * L1 table; clusters that nobody refers to any more are released after that.
 */
#ifndef EMU_BLOCK_QCOW2_H
#define EMU_BLOCK_QCOW2_H

#include <pthread.h>

#include "emulator/block/image.h"

#define QCOW2_MAGIC 0x514649fbu

/* Incompatible features. */
#define QCOW2_DIRTY       (1ull << 0) /* reference counts may be wrong */
#define QCOW2_CORRUPT     (1ull << 1) /* must not be written */
#define QCOW2_DATA_FILE   (1ull << 2)
#define QCOW2_COMPRESSION (1ull << 3) /* the header names the compression */
#define QCOW2_SUBCLUSTERS (1ull << 4)

/* Entries of L1 and L2 tables. */
#define QCOW2_COPIED     (1ull << 63) /* referred to once: may be written in place */
#define QCOW2_COMPRESSED (1ull << 62)
#define QCOW2_ZERO       1ull /* L2, version 3: reads as zeroes */
#define QCOW2_OFFSET     0x00fffffffffffe00ull

enum qcow2_header {
    QCOW2_H_MAGIC = 0,
    QCOW2_H_VERSION = 4,
    QCOW2_H_BACKING = 8,
    QCOW2_H_BACKING_SIZE = 16,
    QCOW2_H_CLUSTER_BITS = 20,
    QCOW2_H_SIZE = 24,
    QCOW2_H_CRYPT = 32,
    QCOW2_H_L1_SIZE = 36,
    QCOW2_H_L1 = 40,
    QCOW2_H_REFTABLE = 48,
    QCOW2_H_REFTABLE_CLUSTERS = 56,
    QCOW2_H_SNAPSHOTS = 60,
    QCOW2_H_SNAPSHOT_TABLE = 64,
    QCOW2_H_V2_SIZE = 72,
    QCOW2_H_INCOMPATIBLE = 72,
    QCOW2_H_COMPATIBLE = 80,
    QCOW2_H_AUTOCLEAR = 88,
    QCOW2_H_REFCOUNT_ORDER = 96,
    QCOW2_H_LENGTH = 100,
    QCOW2_H_V3_SIZE = 104,
    QCOW2_H_COMPRESSION = 104,
};

/* One cluster of metadata, as it is in the file. */
struct qcow2_table {
    uint64_t offset;
    uint64_t used; /* when; the least recently used clean one goes first */
    struct qcow2_table *next;
    bool dirty;
    uint8_t data[];
};

#define QCOW2_BUCKETS 256

struct qcow2_cache {
    struct qcow2_table *buckets[QCOW2_BUCKETS];
    unsigned count, dirty, limit;
    uint64_t clock;
};

/* A big-endian table that is in memory as a whole. */
struct qcow2_array {
    uint64_t *entries; /* host's byte order */
    uint64_t count;
    uint64_t offset;                 /* in the file */
    uint64_t dirty_first, dirty_end; /* entries not written yet; first >= end: none */
};

/* Clusters to be released once no table on disk refers to them. */
struct qcow2_release {
    uint64_t offset, length; /* bytes; the clusters that they touch */
    bool discard;            /* the guest gave them up: their space goes back to the host */
};

struct qcow2_release_list {
    struct qcow2_release *items;
    size_t count, capacity;
};

struct qcow2 {
    struct block_file file;
    struct emu_block_backend backing; /* ops NULL: none */
    uint64_t backing_size;
    unsigned version, cluster_bits, l2_bits, refcount_order;
    uint64_t cluster_size, size;
    bool read_only, zstd;
    bool has_bitmaps; /* whose clusters only QEMU can count */

    /*
     * Held shared by every transfer, alone while clusters are released: a transfer that found a
     * cluster may use it until its end. Taken before lock.
     */
    pthread_rwlock_t transfers;
    pthread_mutex_t lock; /* all that follows */
    pthread_cond_t changed;
    struct qcow2_array l1, reftable;
    struct qcow2_cache l2, refcounts;
    struct qcow2_release_list releases;
    struct qcow2_busy *busy; /* guest clusters that are being allocated */
    uint64_t free_hint;      /* no free cluster below it */
    bool unsynced;           /* data were written since the last sync */
    bool broken;             /* a table contradicts another: no more writing */
};

/* ---- byte order ---- */

static inline uint64_t qcow2_get64(const uint8_t *p)
{
    uint64_t value;

    __builtin_memcpy(&value, p, sizeof(value));
    return __builtin_bswap64(value);
}

static inline uint32_t qcow2_get32(const uint8_t *p)
{
    uint32_t value;

    __builtin_memcpy(&value, p, sizeof(value));
    return __builtin_bswap32(value);
}

static inline void qcow2_put64(uint8_t *p, uint64_t value)
{
    value = __builtin_bswap64(value);
    __builtin_memcpy(p, &value, sizeof(value));
}

static inline void qcow2_put32(uint8_t *p, uint32_t value)
{
    value = __builtin_bswap32(value);
    __builtin_memcpy(p, &value, sizeof(value));
}

/* ---- qcow2-table.c: cached metadata; lock held; 0 or an errno value ---- */

/* The cluster at that offset. zeroed: it is new, so it is not read. */
int qcow2_table_get(struct qcow2 *q, struct qcow2_cache *cache, uint64_t offset, bool zeroed,
                    struct qcow2_table **out);
void qcow2_table_dirty(struct qcow2_cache *cache, struct qcow2_table *table);
/* Writes back; says whether anything was. */
int qcow2_cache_write(struct qcow2 *q, struct qcow2_cache *cache, bool *wrote);
/* Forgets clean tables beyond the limit. No pointer to a table is in use. */
void qcow2_cache_trim(struct qcow2_cache *cache);
void qcow2_cache_finish(struct qcow2_cache *cache);
int qcow2_array_read(struct qcow2 *q, struct qcow2_array *array);
int qcow2_array_write(struct qcow2 *q, struct qcow2_array *array, bool *wrote);
void qcow2_array_set(struct qcow2_array *array, uint64_t index, uint64_t value);

/* ---- qcow2-refcount.c: likewise ---- */

int qcow2_refcount_get(struct qcow2 *q, uint64_t cluster, uint64_t *count);
int qcow2_refcount_set(struct qcow2 *q, uint64_t cluster, uint64_t count);
/* A cluster, its count set to 1; byte offset. */
int qcow2_allocate(struct qcow2 *q, uint64_t *offset);
/* Drops a reference now; for clusters that no table on disk ever had, or has no more. */
int qcow2_release_now(struct qcow2 *q, const struct qcow2_release *release);
/* Drops it after the next commit. */
void qcow2_release_later(struct qcow2 *q, uint64_t offset, uint64_t length, bool discard);

/* ---- qcow2-map.c: likewise ---- */

enum qcow2_kind {
    QCOW2_KIND_NONE, /* as in the backing image */
    QCOW2_KIND_ZERO,
    QCOW2_KIND_ZERO_ALLOCATED, /* zeroes, with a cluster kept for later */
    QCOW2_KIND_DATA,
    QCOW2_KIND_COMPRESSED,
};

struct qcow2_mapping {
    enum qcow2_kind kind;
    bool copied;
    uint64_t entry;
    uint64_t host; /* byte offset of the cluster or the compressed bytes */
};

int qcow2_lookup(struct qcow2 *q, uint64_t cluster, struct qcow2_mapping *out);
/* Makes the L2 table writable first. */
int qcow2_map(struct qcow2 *q, uint64_t cluster, uint64_t entry);
/* The bytes of a compressed cluster in the file. */
void qcow2_compressed_extent(const struct qcow2 *q, uint64_t entry, uint64_t *offset,
                             uint64_t *length);
/* What the entry refers to is needed no more. */
void qcow2_unmap_later(struct qcow2 *q, const struct qcow2_mapping *mapping, bool discard);
/* Would writing data there hit the header, the L1 or the reference table? */
bool qcow2_hits_metadata(const struct qcow2 *q, uint64_t offset, uint64_t length);

/* ---- qcow2-commit.c: neither lock held ---- */

int qcow2_commit(struct qcow2 *q);
/* Commits if so much is waiting that it should not be put off. */
int qcow2_commit_if_full(struct qcow2 *q);

/* ---- qcow2-compress.c ---- */

/* The contents of a compressed cluster. Any thread, without locks. */
int qcow2_decompress(const struct qcow2 *q, uint64_t entry, uint8_t *cluster);

/* ---- qcow2-repair.c ---- */

/* Counts all references anew and corrects what differs; clears the dirty bit. While opening. */
bool qcow2_recount(struct qcow2 *q, struct emu_error *err);

/* ---- qcow2-io.c ---- */

extern const struct emu_block_ops qcow2_ops;

#endif
