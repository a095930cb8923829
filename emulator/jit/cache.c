/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code memory: one memory mapped twice, so that nothing is writable and executable at the same
 * address. Pieces come from the end or, freed ones, by size from lists.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "emulator/api/error.h"
#include "emulator/jit/internal.h"

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
    cache->write = cache->run = NULL;
}

bool jit_cache_init(struct jit_cache *cache, struct emu_error *err)
{
    if (!cache_map(cache)) {
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

static void cache_push_locked(struct jit_cache *cache, uint8_t *piece, size_t chunks)
{
    memcpy(piece, &cache->free[chunks], sizeof(uint8_t *));
    cache->free[chunks] = piece;
}

/* From the lists: the smallest piece that is large enough; what it has too much goes back. */
static uint8_t *cache_pop_locked(struct jit_cache *cache, size_t chunks)
{
    for (size_t n = chunks; n <= JIT_CLASSES; n++) {
        uint8_t *piece = cache->free[n];

        if (piece == NULL)
            continue;
        memcpy(&cache->free[n], piece, sizeof(uint8_t *));
        if (n > chunks)
            cache_push_locked(cache, piece + chunks * JIT_CHUNK, n - chunks);
        return piece;
    }
    return NULL;
}

uint8_t *jit_cache_alloc(struct jit_cache *cache, size_t size)
{
    size_t chunks = cache_chunks(size);
    uint8_t *piece = NULL;

    if (chunks > JIT_CLASSES)
        return NULL;
    pthread_mutex_lock(&cache->lock);
    if (cache->free[chunks] != NULL || cache->used + chunks * JIT_CHUNK > JIT_CACHE_BYTES) {
        piece = cache_pop_locked(cache, chunks);
    } else {
        piece = cache->write + cache->used;
        cache->used += chunks * JIT_CHUNK;
    }
    pthread_mutex_unlock(&cache->lock);
    return piece;
}

void jit_cache_release(struct jit_cache *cache, uint8_t *code, size_t size)
{
    pthread_mutex_lock(&cache->lock);
    cache_push_locked(cache, code, cache_chunks(size));
    pthread_mutex_unlock(&cache->lock);
}
