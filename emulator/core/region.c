/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The region tree: initialisers and changes. Each region knows the address space that shows it, and
 * a change takes that space's lock; a tree that no space shows yet needs none.
 */
#include "emulator/core/memory-private.h"

#include <string.h>

static void region_init(struct emu_region *region, const char *name, enum emu_region_kind kind,
                        uint64_t size)
{
    memset(region, 0, sizeof(*region));
    region->name = name;
    region->kind = kind;
    region->size = size;
    region->enabled = true;
}

void emu_region_init_container(struct emu_region *region, const char *name, uint64_t size)
{
    region_init(region, name, EMU_REGION_CONTAINER, size);
}

void emu_region_init_ram(struct emu_region *region, const char *name, struct emu_ram *ram,
                         uint64_t offset, uint64_t size)
{
    region_init(region, name, EMU_REGION_RAM, size);
    region->ram = ram;
    region->ram_offset = offset;
}

void emu_region_init_rom(struct emu_region *region, const char *name, struct emu_ram *ram,
                         uint64_t offset, uint64_t size)
{
    emu_region_init_ram(region, name, ram, offset, size);
    region->kind = EMU_REGION_ROM;
}

void emu_region_init_io(struct emu_region *region, const char *name,
                        const struct emu_region_ops *ops, void *opaque, pthread_mutex_t *lock,
                        uint64_t size)
{
    region_init(region, name, EMU_REGION_IO, size);
    region->ops = ops;
    region->opaque = opaque;
    region->lock = lock;
}

void emu_region_init_alias(struct emu_region *region, const char *name, struct emu_region *target,
                           uint64_t offset, uint64_t size)
{
    region_init(region, name, EMU_REGION_ALIAS, size);
    region->target = target;
    region->target_offset = offset;
}

/* What is claimed has only claimed regions below it, since each is claimed when it is added. */
void emu_region_claim(struct emu_region *region, struct emu_memory *memory)
{
    struct emu_region *child;

    if (atomic_exchange(&region->memory, memory) == memory)
        return;
    for (child = region->first_child; child != NULL; child = child->next)
        emu_region_claim(child, memory);
    if (region->kind == EMU_REGION_ALIAS)
        emu_region_claim(region->target, memory);
}

/* Before all children of the same or a lower priority: the one added later wins. */
static void region_link(struct emu_region *parent, struct emu_region *child)
{
    struct emu_region **place = &parent->first_child;

    while (*place != NULL && (*place)->priority > child->priority)
        place = &(*place)->next;
    child->next = *place;
    *place = child;
    child->parent = parent;
}

static void region_unlink(struct emu_region *child)
{
    struct emu_region **place = &child->parent->first_child;

    while (*place != NULL && *place != child)
        place = &(*place)->next;
    if (*place != NULL)
        *place = child->next;
    child->next = NULL;
    child->parent = NULL;
}

void emu_region_add(struct emu_region *parent, uint64_t address, struct emu_region *child,
                    int priority)
{
    struct emu_memory *memory;

    emu_region_remove(child);
    memory = emu_memory_lock_of(parent);
    child->address = address;
    child->priority = priority;
    region_link(parent, child);
    if (memory != NULL)
        emu_region_claim(child, memory);
    emu_memory_changed_unlock(memory);
}

/* The child stays claimed: an alias may still show a part of it, and a needless lock and view are
 * all that a wrong claim costs. */
void emu_region_remove(struct emu_region *child)
{
    struct emu_memory *memory;

    if (child->parent == NULL)
        return;
    memory = emu_memory_lock_of(child);
    region_unlink(child);
    emu_memory_changed_unlock(memory);
}

/* With the lock of *memory taken, which may be none. */
static void region_update_unlock(struct emu_memory *memory, struct emu_region *region, bool enabled,
                                 uint64_t address)
{
    bool same = region->enabled == enabled && region->address == address;

    region->enabled = enabled;
    region->address = address;
    if (!same)
        emu_memory_changed_unlock(memory);
    else if (memory != NULL)
        pthread_mutex_unlock(&memory->lock);
}

void emu_region_set_enabled(struct emu_region *region, bool enabled)
{
    struct emu_memory *memory = emu_memory_lock_of(region);

    region_update_unlock(memory, region, enabled, region->address);
}

void emu_region_set_address(struct emu_region *region, uint64_t address)
{
    struct emu_memory *memory = emu_memory_lock_of(region);

    region_update_unlock(memory, region, region->enabled, address);
}

void emu_region_place(struct emu_region *region, bool enabled, uint64_t address)
{
    struct emu_memory *memory = emu_memory_lock_of(region);

    region_update_unlock(memory, region, enabled, enabled ? address : region->address);
}

void emu_region_hide(struct emu_region *region, unsigned views)
{
    struct emu_memory *memory = emu_memory_lock_of(region);
    bool same = region->hidden == views;

    region->hidden = (uint8_t)views;
    if (!same)
        emu_memory_changed_unlock(memory);
    else if (memory != NULL)
        pthread_mutex_unlock(&memory->lock);
}
