/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The block table: a hash table that is read without locks and changed under one, records of pages
 * that hold code (which never go away), and the memory of dead blocks (reclaim.h).
 */
#include "emulator/ir/blocks.h"

#include <pthread.h>
#include <stdlib.h>

#include "emulator/api/error.h"
#include "emulator/ir/reclaim.h"

#define BLOCKS_BITS  19
#define GROUP_BITS   7 /* so many of them for the buckets of a page */
#define PAGES_BITS   15
#define GRANULE_BITS 6
/* Stores to a page without live blocks until it counts as one without code. A page that is written
 * and run in turns stays one with code. */
#define PAGE_PATIENCE 64
/* The budget in years: so much of it is added in one. Blocks that are older than the last of these
 * count as of that. */
#define YEARS 16

struct code_page {
    struct ir_code_watch watch; /* first; its version is ir_blocks_version */
    struct code_page *next;     /* in its bucket; fixed before it is published */
    _Atomic bool has_code;
    uint32_t emptied;        /* version when the last block died */
    struct ir_block *blocks; /* live, by page_next */
    struct ir_block *tails;  /* live, that begin in another page, by second_next */
};

/* Dead blocks that died before the same generation. */
struct retired {
    struct retired *next; /* newer */
    struct ir_block *blocks;
    uint64_t generation;
};

struct ir_blocks {
    pthread_mutex_t lock;
    pthread_mutex_t misaligned;
    _Atomic(struct ir_block *) bucket[1u << BLOCKS_BITS];
    _Atomic(struct code_page *) page[1u << PAGES_BITS];
    _Atomic uint64_t generation;
    _Atomic uint64_t numbers;

    /* under the lock */
    size_t budget;
    uint32_t year;
    size_t added; /* bytes in this year */
    size_t live;  /* bytes of blocks in the table */
    size_t dying; /* bytes of dead, not yet retired */
    size_t held;  /* bytes of retired */
    struct ir_block *dead;
    struct retired *oldest, *newest;
    struct ir_epoch *epochs;

    const struct ir_blocks_hooks *hooks;
    void *hooks_opaque;
};

/* ---- life ---- */

struct ir_blocks *ir_blocks_new(struct emu_error *err)
{
    struct ir_blocks *blocks = calloc(1, sizeof(*blocks));

    if (!blocks) {
        emu_error_set(err, EMU_ERROR_HOST, "no memory for the table of translated code");
        return NULL;
    }
    pthread_mutex_init(&blocks->lock, NULL);
    pthread_mutex_init(&blocks->misaligned, NULL);
    blocks->budget = IR_BLOCKS_BUDGET;
    atomic_init(&blocks->generation, 1);
    return blocks;
}

void ir_blocks_set_hooks(struct ir_blocks *blocks, const struct ir_blocks_hooks *hooks,
                         void *opaque)
{
    blocks->hooks = hooks;
    blocks->hooks_opaque = opaque;
}

static void blocks_free_one(struct ir_blocks *blocks, struct ir_block *block)
{
    if (blocks->hooks)
        blocks->hooks->freed(blocks->hooks_opaque, block);
    free(block);
}

static void blocks_free_list(struct ir_blocks *blocks, struct ir_block *block)
{
    while (block) {
        struct ir_block *next = block->page_next;
        blocks_free_one(blocks, block);
        block = next;
    }
}

static void blocks_free_page(struct ir_blocks *blocks, struct code_page *page)
{
    while (page) {
        struct code_page *next = page->next;
        blocks_free_list(blocks, page->blocks);
        free(page);
        page = next;
    }
}

void ir_blocks_free(struct ir_blocks *blocks)
{
    if (!blocks)
        return;
    for (unsigned n = 0; n < 1u << PAGES_BITS; n++)
        blocks_free_page(blocks, atomic_load_explicit(&blocks->page[n], memory_order_relaxed));
    blocks_free_list(blocks, blocks->dead);
    while (blocks->oldest) {
        struct retired *next = blocks->oldest->next;
        blocks_free_list(blocks, blocks->oldest->blocks);
        free(blocks->oldest);
        blocks->oldest = next;
    }
    pthread_mutex_destroy(&blocks->lock);
    pthread_mutex_destroy(&blocks->misaligned);
    free(blocks);
}

void ir_blocks_set_budget(struct ir_blocks *blocks, size_t bytes)
{
    pthread_mutex_lock(&blocks->lock);
    blocks->budget = bytes;
    pthread_mutex_unlock(&blocks->lock);
}

size_t ir_blocks_memory(struct ir_blocks *blocks)
{
    size_t bytes;

    pthread_mutex_lock(&blocks->lock);
    bytes = blocks->live + blocks->dying + blocks->held;
    pthread_mutex_unlock(&blocks->lock);
    return bytes;
}

void ir_blocks_lock_misaligned(struct ir_blocks *blocks)
{
    pthread_mutex_lock(&blocks->misaligned);
}

void ir_blocks_unlock_misaligned(struct ir_blocks *blocks)
{
    pthread_mutex_unlock(&blocks->misaligned);
}

/* ---- pages ---- */

static _Atomic(struct code_page *) *page_bucket(struct ir_blocks *blocks, uint64_t number)
{
    return &blocks->page[(number ^ number >> PAGES_BITS) & ((1u << PAGES_BITS) - 1)];
}

/* Any thread; records are never taken away. */
static struct code_page *page_find(struct ir_blocks *blocks, emu_gpa address)
{
    uint64_t number = address >> IR_PAGE_BITS;
    struct code_page *page =
        atomic_load_explicit(page_bucket(blocks, number), memory_order_acquire);

    while (page && page->watch.number != number)
        page = page->next;
    return page;
}

static struct code_page *page_get_locked(struct ir_blocks *blocks, emu_gpa address)
{
    uint64_t number = address >> IR_PAGE_BITS;
    _Atomic(struct code_page *) *bucket = page_bucket(blocks, number);
    struct code_page *page = page_find(blocks, address);

    if (page)
        return page;
    page = calloc(1, sizeof(*page));
    if (!page)
        return NULL;
    page->watch.number = number;
    page->next = atomic_load_explicit(bucket, memory_order_relaxed);
    atomic_store_explicit(bucket, page, memory_order_release);
    return page;
}

uint32_t ir_blocks_version(struct ir_blocks *blocks, emu_gpa address)
{
    struct code_page *page = page_find(blocks, address);

    return page ? atomic_load(&page->watch.version) : 0;
}

struct ir_code_watch *ir_blocks_watch(struct ir_blocks *blocks, emu_gpa address)
{
    struct code_page *page = page_find(blocks, address);

    return page && atomic_load(&page->has_code) ? &page->watch : NULL;
}

bool ir_blocks_page_has_code(struct ir_blocks *blocks, emu_gpa address)
{
    return ir_blocks_watch(blocks, address) != NULL;
}

bool ir_blocks_protect(struct ir_blocks *blocks, emu_gpa address)
{
    struct code_page *page = page_find(blocks, address);
    bool changed = false;

    if (page && atomic_load(&page->has_code))
        return false;
    pthread_mutex_lock(&blocks->lock);
    page = page_get_locked(blocks, address);
    if (page) {
        changed = !atomic_exchange(&page->has_code, true);
        page->emptied = atomic_load(&page->watch.version);
    }
    pthread_mutex_unlock(&blocks->lock);
    return changed;
}

/* Nothing of the page is in the table and nothing was for a while: stores may be fast again. A
 * translation that is on its way sees the new version. */
static void page_unprotect_locked(struct code_page *page)
{
    atomic_fetch_add(&page->watch.version, 1);
    atomic_store(&page->has_code, false);
}

/* ---- the hash table ---- */

/* The blocks of a page of code are in neighbouring buckets, and those of the pages beside it beside
 * them: of the table the host has to find memory only for where there is code. */
static unsigned blocks_hash(emu_gpa address, uint64_t mode)
{
    uint64_t page = address >> IR_PAGE_BITS;
    uint64_t place = (address & ~IR_PAGE_MASK) + mode * 0x9e3779b97f4a7c15u;
    uint64_t group = page ^ page >> (BLOCKS_BITS - GROUP_BITS);

    return (unsigned)((group << GROUP_BITS | place * 0xd6e8feb86659fd93u >> (64 - GROUP_BITS)) &
                      ((1u << BLOCKS_BITS) - 1));
}

struct ir_block *ir_blocks_find(struct ir_blocks *blocks, emu_gpa address, uint64_t mode)
{
    struct ir_block *block =
        atomic_load_explicit(&blocks->bucket[blocks_hash(address, mode)], memory_order_acquire);

    while (block && (block->address != address ||
                     atomic_load_explicit(&block->mode, memory_order_relaxed) != mode))
        block = atomic_load_explicit(&block->hash_next, memory_order_acquire);
    return block;
}

/* The block keeps its hash_next, for readers that stand on it. */
static void blocks_unlink_locked(struct ir_blocks *blocks, struct ir_block *block)
{
    uint64_t mode = atomic_load_explicit(&block->mode, memory_order_relaxed);
    _Atomic(struct ir_block *) *link = &blocks->bucket[blocks_hash(block->address, mode)];
    struct ir_block *here = atomic_load_explicit(link, memory_order_relaxed);

    while (here && here != block) {
        link = &here->hash_next;
        here = atomic_load_explicit(link, memory_order_relaxed);
    }
    if (here)
        atomic_store_explicit(link, atomic_load_explicit(&block->hash_next, memory_order_relaxed),
                              memory_order_release);
}

static void blocks_link_locked(struct ir_blocks *blocks, struct ir_block *block)
{
    uint64_t mode = atomic_load_explicit(&block->mode, memory_order_relaxed);
    _Atomic(struct ir_block *) *bucket = &blocks->bucket[blocks_hash(block->address, mode)];

    atomic_store_explicit(&block->hash_next, atomic_load_explicit(bucket, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_store_explicit(bucket, block, memory_order_release);
}

/* ---- the bytes of a block ---- */

static uint64_t blocks_granules(emu_gpa address, uint64_t size)
{
    unsigned first = (unsigned)(address & ~IR_PAGE_MASK) >> GRANULE_BITS;
    uint64_t end = (address & ~IR_PAGE_MASK) + (size ? size : 1) - 1;
    unsigned last = (unsigned)(end < IR_PAGE_SIZE ? end : IR_PAGE_SIZE - 1) >> GRANULE_BITS;

    return (UINT64_MAX >> (63 - (last - first))) << first;
}

static uint32_t block_head(const struct ir_block *block)
{
    return block->straddles ? (uint32_t)(IR_PAGE_SIZE - (block->address & ~IR_PAGE_MASK))
                            : block->size;
}

static uint32_t block_tail(const struct ir_block *block)
{
    return block->size - block_head(block);
}

/* Granules of the page that it begins in. */
static uint64_t block_granules(const struct ir_block *block)
{
    uint64_t granules = blocks_granules(block->address, block_head(block));

    for (unsigned n = 0; n < block->spans; n++)
        granules |= blocks_granules(block->span[n].first, block->span[n].size);
    return granules;
}

static bool ranges_overlap(emu_gpa a, uint64_t a_size, emu_gpa b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static bool block_spans_overlap(const struct ir_block *block, emu_gpa address, uint64_t size)
{
    emu_gpa page = block->address & IR_PAGE_MASK;

    for (unsigned n = 0; n < block->spans; n++)
        if (ranges_overlap(page + block->span[n].first, block->span[n].size, address, size))
            return true;
    return false;
}

static bool block_overlaps(const struct ir_block *block, emu_gpa address, uint64_t size)
{
    return block_spans_overlap(block, address, size) ||
           ranges_overlap(block->address, block_head(block), address, size) ||
           (block->straddles && ranges_overlap(block->second, block_tail(block), address, size));
}

/* ---- death ---- */

static void blocks_detach_locked(struct ir_blocks *blocks, struct ir_block *block)
{
    struct code_page *page = page_find(blocks, block->address);
    struct code_page *second = block->straddles ? page_find(blocks, block->second) : NULL;
    struct ir_block **link = &page->blocks;

    while (*link != block)
        link = &(*link)->page_next;
    *link = block->page_next;
    if (!second)
        return;
    for (link = &second->tails; *link != block;)
        link = &(*link)->second_next;
    *link = block->second_next;
}

static void blocks_kill_locked(struct ir_blocks *blocks, struct ir_block *block)
{
    blocks_detach_locked(blocks, block);
    blocks_unlink_locked(blocks, block);
    atomic_store_explicit(&block->mode, IR_MODE_DEAD, memory_order_relaxed);
    if (blocks->hooks)
        blocks->hooks->killed(blocks->hooks_opaque, block);
    block->page_next = blocks->dead;
    blocks->dead = block;
    blocks->live -= block->memory;
    blocks->dying += block->memory;
}

static void page_kill_all_locked(struct ir_blocks *blocks, struct code_page *page)
{
    while (page->blocks)
        blocks_kill_locked(blocks, page->blocks);
    while (page->tails)
        blocks_kill_locked(blocks, page->tails);
    atomic_store(&page->watch.granules, 0);
    page_unprotect_locked(page);
}

/* After blocks died: where the rest is. */
static void page_recount_locked(struct code_page *page)
{
    uint64_t granules = 0;

    for (struct ir_block *block = page->blocks; block; block = block->page_next)
        granules |= block_granules(block);
    for (struct ir_block *block = page->tails; block; block = block->second_next)
        granules |= blocks_granules(block->second, block_tail(block));
    atomic_store(&page->watch.granules, granules);
    if (!granules)
        page->emptied = atomic_load(&page->watch.version);
}

static void blocks_retire_locked(struct ir_blocks *blocks)
{
    struct retired *retired = blocks->dead ? calloc(1, sizeof(*retired)) : NULL;

    if (!retired)
        return;
    retired->blocks = blocks->dead;
    retired->generation = atomic_fetch_add(&blocks->generation, 1) + 1;
    blocks->dead = NULL;
    blocks->held += blocks->dying;
    blocks->dying = 0;
    if (blocks->newest)
        blocks->newest->next = retired;
    else
        blocks->oldest = retired;
    blocks->newest = retired;
}

static uint64_t blocks_oldest_seen_locked(const struct ir_blocks *blocks)
{
    uint64_t oldest = IR_EPOCH_OUTSIDE;

    for (struct ir_epoch *epoch = blocks->epochs; epoch; epoch = epoch->next) {
        uint64_t seen = atomic_load(&epoch->seen);
        if (seen < oldest)
            oldest = seen;
    }
    return oldest;
}

static size_t blocks_list_memory(const struct ir_block *block)
{
    size_t bytes = 0;

    for (; block; block = block->page_next)
        bytes += block->memory;
    return bytes;
}

static void blocks_reclaim_locked(struct ir_blocks *blocks)
{
    uint64_t seen = blocks_oldest_seen_locked(blocks);

    while (blocks->oldest && blocks->oldest->generation <= seen) {
        struct retired *retired = blocks->oldest;

        blocks->oldest = retired->next;
        if (!blocks->oldest)
            blocks->newest = NULL;
        blocks->held -= blocks_list_memory(retired->blocks);
        blocks_free_list(blocks, retired->blocks);
        free(retired);
    }
}

static void blocks_flush_locked(struct ir_blocks *blocks)
{
    for (unsigned n = 0; n < 1u << PAGES_BITS; n++) {
        struct code_page *page = atomic_load_explicit(&blocks->page[n], memory_order_relaxed);

        for (; page; page = page->next)
            page_kill_all_locked(blocks, page);
    }
    blocks_retire_locked(blocks);
}

void ir_blocks_flush(struct ir_blocks *blocks)
{
    pthread_mutex_lock(&blocks->lock);
    blocks_flush_locked(blocks);
    blocks_reclaim_locked(blocks);
    pthread_mutex_unlock(&blocks->lock);
}

/* ---- eviction ---- */

/* Each page with blocks in turn. */
static void blocks_each_page_locked(struct ir_blocks *blocks,
                                    void (*visit)(struct ir_blocks *blocks, struct code_page *page,
                                                  void *opaque),
                                    void *opaque)
{
    for (unsigned n = 0; n < 1u << PAGES_BITS; n++) {
        struct code_page *page = atomic_load_explicit(&blocks->page[n], memory_order_relaxed);

        for (; page; page = page->next)
            if (atomic_load_explicit(&page->watch.granules, memory_order_relaxed) != 0)
                visit(blocks, page, opaque);
    }
}

/* Those of a higher tier are made because they run often: they age at half the speed. */
static unsigned block_years(const struct ir_blocks *blocks, const struct ir_block *block)
{
    uint32_t years = (blocks->year - block->year) / (block->tier ? 2 : 1);

    return years < YEARS ? years : YEARS - 1;
}

static void evict_weigh(struct ir_blocks *blocks, struct code_page *page, void *opaque)
{
    size_t *bytes = opaque;

    for (const struct ir_block *block = page->blocks; block; block = block->page_next)
        bytes[block_years(blocks, block)] += block->memory;
}

static void evict_page(struct ir_blocks *blocks, struct code_page *page, void *opaque)
{
    const unsigned *years = opaque;
    struct ir_block *next;

    for (struct ir_block *block = page->blocks; block; block = next) {
        next = block->page_next;
        if (block_years(blocks, block) >= *years)
            blocks_kill_locked(blocks, block);
    }
}

static void evict_recount(struct ir_blocks *blocks, struct code_page *page, void *opaque)
{
    page_recount_locked(page);
    if (!page->blocks && !page->tails)
        page_unprotect_locked(page);
}

/* The older half of all bytes, or a little more. */
static void blocks_evict_locked(struct ir_blocks *blocks)
{
    size_t bytes[YEARS] = {0}, gone = 0;
    unsigned years = YEARS;

    blocks_each_page_locked(blocks, evict_weigh, bytes);
    while (years > 0 && gone < blocks->live / 2)
        gone += bytes[--years];
    blocks_each_page_locked(blocks, evict_page, &years);
    blocks_each_page_locked(blocks, evict_recount, NULL);
    blocks_retire_locked(blocks);
}

uint32_t ir_blocks_number(struct ir_blocks *blocks, uint32_t limit)
{
    uint64_t number = atomic_fetch_add_explicit(&blocks->numbers, 1, memory_order_relaxed);

    if (number != 0 && number % limit == 0)
        ir_blocks_flush(blocks);
    return (uint32_t)(number % limit);
}

/* Keeps within the budget before `more` bytes are added. */
static void blocks_make_room_locked(struct ir_blocks *blocks, size_t more)
{
    if (blocks->dying > blocks->budget / 8)
        blocks_retire_locked(blocks);
    if (blocks->live + more > blocks->budget)
        blocks_evict_locked(blocks);
    if (blocks->live + more > blocks->budget)
        blocks_flush_locked(blocks);
    if (blocks->oldest)
        blocks_reclaim_locked(blocks);
}

/* ---- adding ---- */

/*
 * First the granules, then the version: a store looks at them the other way round. False: bytes of
 * the range were written to since the version was taken.
 */
static bool page_claim_locked(struct code_page *page, uint64_t granules, uint32_t version)
{
    if (!page)
        return false;
    atomic_fetch_or(&page->watch.granules, granules);
    return atomic_load(&page->watch.version) == version;
}

static void blocks_attach_locked(struct ir_blocks *blocks, struct ir_block *block,
                                 struct code_page *page, struct code_page *second)
{
    block->year = blocks->year;
    block->page_next = page->blocks;
    page->blocks = block;
    atomic_store(&page->has_code, true);
    if (second) {
        block->second_next = second->tails;
        second->tails = block;
        atomic_store(&second->has_code, true);
    }
    blocks_link_locked(blocks, block);
    blocks->live += block->memory;
    blocks->added += block->memory;
    if (blocks->added >= blocks->budget / YEARS) {
        blocks->year++;
        blocks->added = 0;
    }
}

static struct ir_block *blocks_add_locked(struct ir_blocks *blocks, struct ir_block *block)
{
    uint64_t mode = atomic_load_explicit(&block->mode, memory_order_relaxed);
    struct code_page *page = page_get_locked(blocks, block->address);
    struct code_page *second = block->straddles ? page_get_locked(blocks, block->second) : NULL;
    struct ir_block *equal;

    if (!page_claim_locked(page, block_granules(block), block->version))
        return NULL;
    if (block->straddles &&
        !page_claim_locked(second, blocks_granules(block->second, block_tail(block)),
                           block->second_version))
        return NULL;
    equal = ir_blocks_find(blocks, block->address, mode);
    if (equal && equal->tier >= block->tier)
        return equal;
    if (equal)
        blocks_kill_locked(blocks, equal);
    blocks_attach_locked(blocks, block, page, second);
    return block;
}

struct ir_block *ir_blocks_add(struct ir_blocks *blocks, struct ir_block *block)
{
    struct ir_block *result;

    pthread_mutex_lock(&blocks->lock);
    blocks_make_room_locked(blocks, block->memory);
    result = blocks_add_locked(blocks, block);
    pthread_mutex_unlock(&blocks->lock);
    if (result != block)
        blocks_free_one(blocks, block);
    return result;
}

/* ---- stores ---- */

static void page_kill_range_locked(struct ir_blocks *blocks, struct code_page *page,
                                   emu_gpa address, uint64_t size)
{
    struct ir_block *next;

    for (struct ir_block *block = page->blocks; block; block = next) {
        next = block->page_next;
        if (block_overlaps(block, address, size))
            blocks_kill_locked(blocks, block);
    }
    for (struct ir_block *block = page->tails; block; block = next) {
        next = block->second_next;
        if (block_overlaps(block, address, size))
            blocks_kill_locked(blocks, block);
    }
    page_recount_locked(page);
}

static void page_idle(struct ir_blocks *blocks, struct code_page *page)
{
    pthread_mutex_lock(&blocks->lock);
    if (!page->blocks && !page->tails && atomic_load(&page->has_code) &&
        atomic_load(&page->watch.version) - page->emptied >= PAGE_PATIENCE)
        page_unprotect_locked(page);
    pthread_mutex_unlock(&blocks->lock);
}

/* The part of a store that is in one page. */
static void page_store(struct ir_blocks *blocks, emu_gpa address, uint64_t size)
{
    struct code_page *page = page_find(blocks, address);
    uint64_t granules;
    uint32_t version;

    if (!page || !atomic_load(&page->has_code))
        return;
    version = atomic_fetch_add(&page->watch.version, 1);
    granules = atomic_load(&page->watch.granules);
    if (!granules && version % PAGE_PATIENCE == 0)
        page_idle(blocks, page);
    if (!(granules & blocks_granules(address, size)))
        return;
    pthread_mutex_lock(&blocks->lock);
    page_kill_range_locked(blocks, page, address, size);
    pthread_mutex_unlock(&blocks->lock);
}

bool ir_blocks_store(struct ir_blocks *blocks, emu_gpa address, uint64_t size,
                     const struct ir_block *current, bool only_look)
{
    bool hit = current && size && block_overlaps(current, address, size);

    atomic_thread_fence(
        memory_order_seq_cst); /* the bytes are there before the page is looked at */
    while (!only_look && size) {
        uint64_t here = IR_PAGE_SIZE - (address & ~IR_PAGE_MASK);

        here = here < size ? here : size;
        page_store(blocks, address, here);
        address += here;
        size -= here;
    }
    return hit;
}

/* ---- executors ---- */

void ir_epoch_register(struct ir_blocks *blocks, struct ir_epoch *epoch)
{
    atomic_init(&epoch->seen, IR_EPOCH_OUTSIDE);
    epoch->known = 0;
    pthread_mutex_lock(&blocks->lock);
    epoch->next = blocks->epochs;
    blocks->epochs = epoch;
    pthread_mutex_unlock(&blocks->lock);
}

void ir_epoch_unregister(struct ir_blocks *blocks, struct ir_epoch *epoch)
{
    struct ir_epoch **link = &blocks->epochs;

    pthread_mutex_lock(&blocks->lock);
    while (*link && *link != epoch)
        link = &(*link)->next;
    if (*link)
        *link = epoch->next;
    pthread_mutex_unlock(&blocks->lock);
}

/*
 * seen is stored before anything of the table is read: who reclaims either finds it, or retired
 * before this load of the generation, and then what it frees cannot be found any more.
 */
bool ir_epoch_enter(struct ir_blocks *blocks, struct ir_epoch *epoch)
{
    uint64_t generation = atomic_load(&blocks->generation);

    while (atomic_load_explicit(&epoch->seen, memory_order_relaxed) != generation) {
        atomic_store(&epoch->seen, generation);
        generation = atomic_load(&blocks->generation);
    }
    if (epoch->known == generation)
        return false;
    epoch->known = generation;
    return true;
}

bool ir_epoch_late(struct ir_blocks *blocks, const struct ir_epoch *epoch)
{
    return atomic_load_explicit(&blocks->generation, memory_order_relaxed) != epoch->known;
}

void ir_epoch_leave(struct ir_epoch *epoch)
{
    atomic_store_explicit(&epoch->seen, IR_EPOCH_OUTSIDE, memory_order_release);
}
