/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing metadata back. A reference may be on disk only when its count is, and a count may fall
 * only when the reference is gone from the disk; between two such steps the file is synced, so that
 * a crash at any moment leaves at worst clusters that are counted and not used.
 */
#include <errno.h>
#include <stdlib.h>

#include "emulator/block/qcow2.h"

#define COMMIT_DIRTY    256  /* tables waiting */
#define COMMIT_RELEASES 4096 /* clusters waiting */

/* A step wrote something: it must be on disk before the next. */
static int commit_barrier(struct qcow2 *q, int error, bool *wrote)
{
    if (error == 0 && *wrote)
        error = block_file_sync(&q->file);
    *wrote = false;
    return error;
}

/* Data must be there before a table names them, too. */
static int commit_refcounts_locked(struct qcow2 *q)
{
    bool wrote = q->unsynced && q->l2.dirty != 0;
    int error = qcow2_cache_write(q, &q->refcounts, &wrote);

    /* A block must be there before the table names it. */
    if (q->reftable.dirty_first < q->reftable.dirty_end) {
        error = commit_barrier(q, error, &wrote);
        if (error == 0)
            error = qcow2_array_write(q, &q->reftable, &wrote);
    }
    return commit_barrier(q, error, &wrote);
}

static int commit_tables_locked(struct qcow2 *q)
{
    bool wrote = false;
    int error = commit_refcounts_locked(q);

    if (error == 0)
        error = qcow2_cache_write(q, &q->l2, &wrote);
    if (q->l1.dirty_first < q->l1.dirty_end) {
        error = commit_barrier(q, error, &wrote);
        if (error == 0)
            error = qcow2_array_write(q, &q->l1, &wrote);
    }
    if (error == 0 && q->unsynced)
        wrote = true;
    error = commit_barrier(q, error, &wrote);
    if (error == 0)
        q->unsynced = false;
    return error;
}

static int commit_releases_locked(struct qcow2 *q, const struct qcow2_release_list *list)
{
    int first_error = 0;

    for (size_t i = 0; i < list->count; i++) {
        int error = qcow2_release_now(q, &list->items[i]);

        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

/* No transfer is under way, so that none uses a cluster that it found before. */
static int commit_release(struct qcow2 *q, struct qcow2_release_list *list)
{
    int error;

    pthread_rwlock_wrlock(&q->transfers);
    pthread_mutex_lock(&q->lock);
    error = commit_releases_locked(q, list);
    pthread_mutex_unlock(&q->lock);
    pthread_rwlock_unlock(&q->transfers);
    free(list->items);
    return error;
}

int qcow2_commit(struct qcow2 *q)
{
    struct qcow2_release_list releases = {0};
    int error;

    pthread_mutex_lock(&q->lock);
    error = commit_tables_locked(q);
    if (error == 0) {
        releases = q->releases;
        q->releases = (struct qcow2_release_list){0};
        qcow2_cache_trim(&q->l2);
        qcow2_cache_trim(&q->refcounts);
    }
    pthread_mutex_unlock(&q->lock);
    return releases.count != 0 ? commit_release(q, &releases) : error;
}

int qcow2_commit_if_full(struct qcow2 *q)
{
    bool full;

    pthread_mutex_lock(&q->lock);
    full = q->l2.dirty + q->refcounts.dirty > COMMIT_DIRTY || q->releases.count > COMMIT_RELEASES;
    if (!full) {
        qcow2_cache_trim(&q->l2);
        qcow2_cache_trim(&q->refcounts);
    }
    pthread_mutex_unlock(&q->lock);
    return full ? qcow2_commit(q) : 0;
}
