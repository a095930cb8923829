/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code memory: one memory mapped twice, so that nothing is writable and executable at the same
 * address. A map of chunks tells what is taken, so that freed neighbours are one piece again.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "emulator/api/error.h"
#include "emulator/jit/internal.h"

/* Freed pieces to look at while there is other memory, and when there is none. */
#define CACHE_PATIENCE 16
#define CACHE_EFFORT   4096
/* Chunks for which the host is asked for memory at a time. */
#define CACHE_STEP ((256u << 10) / JIT_CHUNK)

/* Shared memory without a name that is mapped again: where code in a memfd is for the host's perf
 * that of a file, which it looks for, here it takes the names from perf-map.c. */
static bool cache_map(struct jit_cache *cache)
{
    cache->write = mmap(NULL, JIT_CACHE_BYTES, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (cache->write == MAP_FAILED)
        return false;
    cache->run = mremap(cache->write, 0, JIT_CACHE_BYTES, MREMAP_MAYMOVE);
    return cache->run != MAP_FAILED &&
           mprotect(cache->run, JIT_CACHE_BYTES, PROT_READ | PROT_EXEC) == 0;
}

static void cache_unmap(struct jit_cache *cache)
{
    if (cache->write != NULL && cache->write != MAP_FAILED)
        munmap(cache->write, JIT_CACHE_BYTES);
    if (cache->run != NULL && cache->run != MAP_FAILED)
        munmap(cache->run, JIT_CACHE_BYTES);
    free(cache->taken);
    cache->taken = NULL;
    cache->write = cache->run = NULL;
}

bool jit_cache_init(struct jit_cache *cache, struct emu_error *err)
{
    cache->taken = calloc(JIT_CHUNKS / 64, sizeof(*cache->taken));
    if (cache->taken == NULL || !cache_map(cache)) {
        cache_unmap(cache);
        return emu_error_set(err, EMU_ERROR_HOST,
                             "the host gives no memory for translated code; "
                             "use --accel interp");
    }
    pthread_mutex_init(&cache->lock, NULL);
    return true;
}

void jit_cache_finish(struct jit_cache *cache)
{
    if (cache->write == NULL)
        return;
    cache_unmap(cache);
    pthread_mutex_destroy(&cache->lock);
}

static size_t cache_chunks(size_t size)
{
    return (size + JIT_CHUNK - 1) / JIT_CHUNK;
}

/* The first chunk in from..to that is taken, or is not; or to. */
static size_t cache_seek(const struct jit_cache *cache, size_t from, size_t to, bool taken)
{
    while (from < to) {
        uint64_t word = cache->taken[from / 64] ^ (taken ? 0 : UINT64_MAX);

        word &= UINT64_MAX << from % 64;
        from &= ~(size_t)63;
        if (word != 0) {
            from += (size_t)__builtin_ctzll(word);
            return from < to ? from : to;
        }
        from += 64;
    }
    return to;
}

static void cache_mark(struct jit_cache *cache, size_t from, size_t chunks, bool taken)
{
    for (size_t n = from; n < from + chunks; n++) {
        uint64_t bit = 1ull << n % 64;

        cache->taken[n / 64] = taken ? cache->taken[n / 64] | bit : cache->taken[n / 64] & ~bit;
    }
}

static void cache_count_locked(struct jit_cache *cache)
{
    if (cache->count != NULL)
        atomic_store_explicit(cache->count, (cache->top - cache->freed) * JIT_CHUNK,
                              memory_order_relaxed);
}

/* Looks at up to `holes` freed pieces for one that is large enough, from where the last search
 * ended, and once from the beginning. */
static bool cache_reuse(struct jit_cache *cache, size_t chunks, size_t holes, size_t *found)
{
    bool again = false;

    for (size_t end; holes > 0; holes--, cache->next = end) {
        *found = cache_seek(cache, cache->next, cache->top, false);
        end = cache_seek(cache, *found, cache->top, true);
        if (end - *found >= chunks) {
            cache->next = *found + chunks;
            cache->freed -= chunks;
            cache_count_locked(cache);
            return true;
        }
        if (end < cache->top)
            continue;
        if (again)
            return false;
        again = true;
        end = 0;
    }
    return false;
}

/* Both views of the next chunks get their memory, instead of page by page and view by view as they are
 * used. Where the host cannot do so, that happens. */
static void cache_back_locked(struct jit_cache *cache)
{
    while (cache->backed < cache->top) {
        size_t from = cache->backed * JIT_CHUNK, bytes = (size_t)CACHE_STEP * JIT_CHUNK;

        madvise(cache->write + from, bytes, MADV_POPULATE_WRITE);
        madvise(cache->run + from, bytes, MADV_POPULATE_READ);
        cache->backed += CACHE_STEP;
    }
}

/* Memory that was never used is taken while little of the rest is free, or its holes are small. */
static bool cache_take_locked(struct jit_cache *cache, size_t chunks, size_t *found)
{
    bool room = chunks <= JIT_CHUNKS - cache->top;

    if ((!room || cache->freed > cache->top / 8) &&
        cache_reuse(cache, chunks, room ? CACHE_PATIENCE : CACHE_EFFORT, found))
        return true;
    if (!room)
        return false;
    *found = cache->top;
    cache->top += chunks;
    cache_count_locked(cache);
    cache_back_locked(cache);
    return true;
}

static void cache_free_locked(struct jit_cache *cache, const uint8_t *code, size_t chunks)
{
    cache_mark(cache, (size_t)(code - cache->write) / JIT_CHUNK, chunks, false);
    cache->freed += chunks;
    cache_count_locked(cache);
}

static uint8_t *cache_pop_locked(struct jit_cache *cache, size_t chunks)
{
    struct jit_piece *piece = chunks <= JIT_CLASSES ? cache->ready[chunks] : NULL;

    if (piece != NULL)
        cache->ready[chunks] = piece->next;
    return (uint8_t *)piece;
}

/* What was kept by size is free like the rest, to be joined. */
static void cache_drain_locked(struct jit_cache *cache)
{
    for (size_t chunks = 1; chunks <= JIT_CLASSES; chunks++) {
        const uint8_t *piece;

        while ((piece = cache_pop_locked(cache, chunks)) != NULL)
            cache_free_locked(cache, piece, chunks);
    }
}

static uint8_t *cache_alloc_locked(struct jit_cache *cache, size_t chunks)
{
    uint8_t *piece = cache_pop_locked(cache, chunks);
    size_t found;

    if (piece != NULL)
        return piece;
    if (!cache_take_locked(cache, chunks, &found)) {
        cache_drain_locked(cache);
        if (!cache_take_locked(cache, chunks, &found))
            return NULL;
    }
    cache_mark(cache, found, chunks, true);
    return cache->write + found * JIT_CHUNK;
}

uint8_t *jit_cache_alloc(struct jit_cache *cache, size_t size)
{
    uint8_t *piece;

    pthread_mutex_lock(&cache->lock);
    piece = cache_alloc_locked(cache, cache_chunks(size));
    pthread_mutex_unlock(&cache->lock);
    return piece;
}

void jit_cache_release(struct jit_cache *cache, uint8_t *code, size_t size)
{
    size_t chunks = cache_chunks(size);
    struct jit_piece *piece = (void *)code;

    pthread_mutex_lock(&cache->lock);
    if (chunks <= JIT_CLASSES) {
        piece->next = cache->ready[chunks];
        cache->ready[chunks] = piece;
    } else {
        cache_free_locked(cache, code, chunks);
    }
    pthread_mutex_unlock(&cache->lock);
}
