/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address spaces: a root container and the current flattened view of it. Writers build a new view
 * under the lock and publish it; readers take none. A replaced view is freed by a later change
 * once no reader can hold it: readers are only inside during the search itself, never during a
 * device's callback.
 */
#include "emulator/core/memory-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"

/* How often a writer looks at a busy reader before it leaves the old view for the next change. */
#define MEMORY_RECLAIM_TRIES 1000

static struct emu_memory *memory_alloc(const char *name, uint64_t size, unsigned who,
                                       struct emu_error *err)
{
    struct emu_memory *memory = aligned_alloc(_Alignof(struct emu_memory), sizeof(*memory));
    struct flat_view *view;

    if (memory == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    memset(memory, 0, sizeof(*memory));
    memory->name = name;
    emu_region_init_container(&memory->root, name, size);
    memory->tree = memory;
    memory->who = who;
    view = emu_flat_view_new(&memory->root, who);
    if (view == NULL || pthread_mutex_init(&memory->lock, NULL) != 0 ||
        pthread_rwlock_init(&memory->written_lock, NULL) != 0) {
        emu_flat_view_free(view);
        free(memory);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    atomic_store(&memory->view, view);
    return memory;
}

struct emu_memory *emu_memory_new(const char *name, uint64_t size, struct emu_error *err)
{
    struct emu_memory *memory = memory_alloc(name, size, EMU_VIEW_PLAIN, err);

    if (memory != NULL)
        emu_region_claim(&memory->root, memory);
    return memory;
}

static void memory_free_retired(struct emu_memory *memory)
{
    while (memory->retired != NULL) {
        struct flat_view *view = memory->retired;

        memory->retired = view->next_retired;
        emu_flat_view_free(view);
    }
}

static void memory_free_face(struct emu_memory *memory)
{
    if (memory == NULL)
        return;
    memory_free_retired(memory);
    emu_flat_view_free(atomic_load(&memory->view));
    pthread_rwlock_destroy(&memory->written_lock);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
}

void emu_memory_free(struct emu_memory *memory)
{
    if (memory == NULL)
        return;
    emu_memory_clear(memory);
    memory_free_face(memory->secure);
    memory_free_face(memory);
}

struct emu_region *emu_memory_root(struct emu_memory *memory)
{
    return &memory->tree->root;
}

void emu_memory_on_change(struct emu_memory *memory, emu_memory_changed_fn *fn, void *opaque)
{
    memory->changed = fn;
    memory->changed_opaque = opaque;
}

void emu_memory_on_write(struct emu_memory *memory, emu_memory_written_fn *fn, void *opaque)
{
    pthread_rwlock_wrlock(&memory->written_lock);
    memory->written = fn;
    memory->written_opaque = opaque;
    pthread_rwlock_unlock(&memory->written_lock);
}

void emu_memory_set_trace(struct emu_memory *memory, struct emu_trace *trace)
{
    memory->trace = trace;
    if (memory->secure != NULL)
        memory->secure->trace = trace;
}

/* ---- changes ---- */

struct emu_memory *emu_memory_lock_of(struct emu_region *region)
{
    for (;;) {
        struct emu_memory *memory = atomic_load(&region->memory);

        if (memory == NULL)
            return NULL;
        pthread_mutex_lock(&memory->lock);
        if (atomic_load(&region->memory) == memory)
            return memory;
        pthread_mutex_unlock(&memory->lock);
    }
}

static bool memory_slot_idle(struct memory_reader_slot *slot)
{
    unsigned tries;

    for (tries = 0; tries < MEMORY_RECLAIM_TRIES; tries++) {
        if (atomic_load(&slot->readers) == 0)
            return true;
    }
    return false;
}

static void memory_reclaim_locked(struct emu_memory *memory)
{
    unsigned i;

    for (i = 0; i < MEMORY_READER_SLOTS; i++) {
        if (!memory_slot_idle(&memory->slots[i]))
            return;
    }
    memory_free_retired(memory);
}

static void memory_replace_locked(struct emu_memory *memory, struct flat_view *view)
{
    struct flat_view *old = atomic_exchange(&memory->view, view);

    old->next_retired = memory->retired;
    memory->retired = old;
    memory_reclaim_locked(memory);
}

/* Out of memory: the old views stay, and the next change tries again. */
static bool memory_publish_locked(struct emu_memory *memory)
{
    struct emu_memory *secure = memory->secure;
    struct flat_view *view = emu_flat_view_new(&memory->root, memory->who), *second = NULL;

    if (view != NULL && secure != NULL)
        second = emu_flat_view_new(&memory->root, secure->who);
    if (view == NULL || (secure != NULL && second == NULL)) {
        emu_flat_view_free(view);
        return false;
    }
    memory->dirty = false;
    memory_replace_locked(memory, view);
    if (secure != NULL)
        memory_replace_locked(secure, second);
    return true;
}

struct emu_memory *emu_memory_add_secure(struct emu_memory *memory, struct emu_error *err)
{
    struct emu_memory *secure = memory_alloc(memory->name, memory->root.size, EMU_VIEW_SECURE, err);

    if (secure == NULL)
        return NULL;
    secure->tree = memory;
    secure->trace = memory->trace;
    pthread_mutex_lock(&memory->lock);
    memory->secure = secure;
    emu_memory_changed_unlock(memory);
    return secure;
}

void emu_memory_changed_unlock(struct emu_memory *memory)
{
    bool published;

    if (memory == NULL)
        return;
    memory->dirty = true;
    published = memory->depth == 0 && memory_publish_locked(memory);
    pthread_mutex_unlock(&memory->lock);
    if (published && memory->changed != NULL)
        memory->changed(memory->changed_opaque);
}

void emu_memory_begin(struct emu_memory *memory)
{
    pthread_mutex_lock(&memory->lock);
    memory->depth++;
    pthread_mutex_unlock(&memory->lock);
}

void emu_memory_commit(struct emu_memory *memory)
{
    pthread_mutex_lock(&memory->lock);
    memory->depth--;
    if (memory->dirty)
        emu_memory_changed_unlock(memory);
    else
        pthread_mutex_unlock(&memory->lock);
}

static void memory_dismantle(struct emu_region *region)
{
    atomic_store(&region->memory, NULL);
    while (region->first_child != NULL) {
        struct emu_region *child = region->first_child;

        region->first_child = child->next;
        child->next = NULL;
        child->parent = NULL;
        memory_dismantle(child);
    }
    if (region->kind == EMU_REGION_ALIAS && atomic_load(&region->target->memory) != NULL)
        memory_dismantle(region->target);
}

void emu_memory_clear(struct emu_memory *memory)
{
    pthread_mutex_lock(&memory->lock);
    memory_dismantle(&memory->root);
    memory->depth = 0; /* whoever began a change is gone too */
    atomic_store(&memory->root.memory, memory);
    emu_memory_changed_unlock(memory);
}

/* ---- look-up ---- */

/* Threads have stacks of their own, so some bits of a stack address tell them apart. */
static struct memory_reader_slot *memory_enter(struct emu_memory *memory)
{
    uint64_t hash = ((uintptr_t)__builtin_frame_address(0) >> 16) * 0x9e3779b97f4a7c15ull;
    struct memory_reader_slot *slot = &memory->slots[hash >> 59];

    atomic_fetch_add(&slot->readers, 1);
    return slot;
}

static void memory_leave(struct memory_reader_slot *slot)
{
    atomic_fetch_sub_explicit(&slot->readers, 1, memory_order_release);
}

static uint64_t memory_length(uint64_t first, uint64_t last)
{
    uint64_t length = last - first + 1;

    return length != 0 ? length : UINT64_MAX;
}

static struct emu_range memory_answer(const struct flat_range *row, emu_gpa address)
{
    struct emu_range range = {0};
    struct emu_region *region = row->region;

    range.region = region;
    range.offset = row->offset + (address - row->first);
    range.length = memory_length(address, row->last);
    if (region->kind == EMU_REGION_RAM || region->kind == EMU_REGION_ROM) {
        range.host = region->ram->host + region->ram_offset + range.offset;
        range.writable = region->kind == EMU_REGION_RAM;
    }
    return range;
}

struct emu_range emu_memory_find(struct emu_memory *memory, emu_gpa address)
{
    struct memory_reader_slot *slot = memory_enter(memory);
    const struct flat_view *view = atomic_load(&memory->view);
    const struct flat_range *row = emu_flat_view_find(view, address);
    struct emu_range range = {0};

    if (row == NULL)
        range.length = memory_length(address, UINT64_MAX);
    else if (row->first > address)
        range.length = row->first - address;
    else
        range = memory_answer(row, address);
    memory_leave(slot);
    return range;
}

static const char *memory_kind_name(enum emu_region_kind kind)
{
    switch (kind) {
    case EMU_REGION_RAM:
        return "ram";
    case EMU_REGION_ROM:
        return "rom";
    default:
        return "io";
    }
}

char *emu_memory_describe(struct emu_memory *memory)
{
    struct memory_reader_slot *slot = memory_enter(memory);
    const struct flat_view *view = atomic_load(&memory->view);
    char *text = NULL;
    size_t size = 0, i;
    FILE *out = open_memstream(&text, &size);

    for (i = 0; out != NULL && i < view->count; i++) {
        const struct flat_range *row = &view->ranges[i];

        fprintf(out, "%016" PRIx64 "-%016" PRIx64 " %-3s %s+0x%" PRIx64 "\n", row->first, row->last,
                memory_kind_name(row->region->kind), row->region->name, row->offset);
    }
    memory_leave(slot);
    if (out != NULL)
        fclose(out);
    return text;
}
