/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that implement core/region.h share: ram.c, region.c (the tree), flatview.c (the
 * array that look-ups read), memory.c (address spaces) and access.c (loads and stores).
 */
#ifndef EMU_CORE_MEMORY_PRIVATE_H
#define EMU_CORE_MEMORY_PRIVATE_H

#include "emulator/core/region.h"

struct emu_ram {
    uint8_t *host;
    uint64_t size;
    int fd;
};

/* The next part at or after from that is not a hole; false: only holes follow. */
bool emu_ram_next_data(const struct emu_ram *ram, uint64_t from, uint64_t *start, uint64_t *end);

/* One row of a flattened view; rows are sorted and do not overlap. last is inclusive, so that a
 * row can reach the end of 64 bits. */
struct flat_range {
    uint64_t first, last;
    struct emu_region *region;
    uint64_t offset;
};

struct flat_view {
    struct flat_view *next_retired;
    size_t count, capacity;
    struct flat_range *ranges;
};

/* The tree under root as one of the views (EMU_VIEW_...) sees it; NULL: out of memory. */
struct flat_view *emu_flat_view_new(struct emu_region *root, unsigned who);
void emu_flat_view_free(struct flat_view *view);
/* The first row that ends at or after address; NULL: none. */
const struct flat_range *emu_flat_view_find(const struct flat_view *view, uint64_t address);

/*
 * Readers announce themselves in one of several counters, chosen by their stack, so that vcpus
 * do not share a cache line. A view that was replaced can be freed once each counter was seen at
 * zero after the replacement.
 */
#define MEMORY_READER_SLOTS 32
struct memory_reader_slot {
    _Alignas(64) _Atomic uint32_t readers;
};

struct emu_memory {
    struct memory_reader_slot slots[MEMORY_READER_SLOTS];
    struct flat_view *_Atomic view;
    const char *name;
    struct emu_region root;
    struct emu_memory *tree; /* whose root and lock count: itself, or for a secure face the other */
    struct emu_memory *secure; /* the second face; NULL: none */
    unsigned who;              /* EMU_VIEW_... */
    struct emu_trace *trace;

    pthread_mutex_t lock; /* the tree and all below */
    unsigned depth;       /* of begin */
    bool dirty;
    struct flat_view *retired;

    emu_memory_changed_fn *changed;
    void *changed_opaque;
    pthread_rwlock_t
        written_lock; /* read around each call, so that one that was replaced is over */
    emu_memory_written_fn *written;
    void *written_opaque;
};

/* Bytes of a region; the full 64-bit space is 2^64, which only fits here. */
__extension__ typedef __int128 region_size;
static inline region_size emu_region_full_size(const struct emu_region *region)
{
    return region->size != 0 ? (region_size)region->size : (region_size)1 << 64;
}

/* Takes the lock of the address space that shows region, and returns it; NULL: none does. */
struct emu_memory *emu_memory_lock_of(struct emu_region *region);
/* After a change of the tree: a new view unless begin is open; releases the lock. NULL is legal. */
void emu_memory_changed_unlock(struct emu_memory *memory);
/* Sets the memory field of all that is reachable from region. */
void emu_region_claim(struct emu_region *region, struct emu_memory *memory);

#endif
