/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads and stores through an address space. Here, and nowhere else, the size rules of
 * struct emu_region_ops are applied and a region's lock is taken.
 */
#include "emulator/core/memory-private.h"

#include <string.h>
#include <time.h>

#include "emulator/core/trace.h"
#include "emulator/util/shared-memory.h"

#define ACCESS_LOCK_PATIENCE 10000000l /* ns that a bulk transfer waits for a device's lock */

static uint64_t access_mask(unsigned size)
{
    return size >= 8 ? UINT64_MAX : (1ull << (size * 8)) - 1;
}

/* ---- plain memory ---- */

/* Aligned accesses are single copies, as guests expect of their processors. */
static uint64_t access_host_load(const uint8_t *host, unsigned size)
{
    uint64_t value = 0;

    if (((uintptr_t)host & (size - 1)) == 0) {
        switch (size) {
        case 1:
            return __atomic_load_n(host, __ATOMIC_RELAXED);
        case 2:
            return __atomic_load_n((const uint16_t *)(const void *)host, __ATOMIC_RELAXED);
        case 4:
            return __atomic_load_n((const uint32_t *)(const void *)host, __ATOMIC_RELAXED);
        case 8:
            return __atomic_load_n((const uint64_t *)(const void *)host, __ATOMIC_RELAXED);
        }
    }
    emu_shared_copy(&value, host, size);
    return value;
}

static void access_host_store(uint8_t *host, uint64_t value, unsigned size)
{
    if (((uintptr_t)host & (size - 1)) == 0) {
        switch (size) {
        case 1:
            __atomic_store_n(host, (uint8_t)value, __ATOMIC_RELEASE);
            return;
        case 2:
            __atomic_store_n((uint16_t *)(void *)host, (uint16_t)value, __ATOMIC_RELEASE);
            return;
        case 4:
            __atomic_store_n((uint32_t *)(void *)host, (uint32_t)value, __ATOMIC_RELEASE);
            return;
        case 8:
            __atomic_store_n((uint64_t *)(void *)host, value, __ATOMIC_RELEASE);
            return;
        }
    }
    emu_shared_copy(host, &value, size);
}

/* ---- registers ---- */

static unsigned access_impl_min(const struct emu_region_ops *ops)
{
    return ops->impl_min != 0 ? ops->impl_min : 1;
}

static unsigned access_impl_max(const struct emu_region_ops *ops)
{
    return ops->impl_max != 0 ? ops->impl_max : 4;
}

static bool access_valid(const struct emu_region_ops *ops, unsigned size)
{
    unsigned min = ops->valid_min != 0 ? ops->valid_min : 1;
    unsigned max = ops->valid_max != 0 ? ops->valid_max : 8;

    return size >= min && size <= max;
}

/* The size of the pieces that an access is made of. */
static unsigned access_step(const struct emu_region_ops *ops, uint64_t offset, unsigned size)
{
    if ((offset & (size - 1)) != 0 && !ops->unaligned)
        return 1;
    return size < access_impl_max(ops) ? size : access_impl_max(ops);
}

static uint64_t access_read_piece(const struct emu_region *region, uint64_t offset, unsigned size)
{
    const struct emu_region_ops *ops = region->ops;
    unsigned min = access_impl_min(ops), skip;

    if (size >= min)
        return ops->read(region->opaque, offset, size) & access_mask(size);
    skip = (unsigned)(offset & (min - 1));
    if (skip + size > min) /* unaligned, over the end of what one read covers */
        return access_read_piece(region, offset, 1) |
               access_read_piece(region, offset + 1, size - 1) << 8;
    return (ops->read(region->opaque, offset - skip, min) >> (skip * 8)) & access_mask(size);
}

static uint64_t access_read_locked(const struct emu_region *region, uint64_t offset, unsigned size)
{
    unsigned step, done;
    uint64_t value = 0;

    if (region->ops->read == NULL || !access_valid(region->ops, size))
        return access_mask(size);
    step = access_step(region->ops, offset, size);
    for (done = 0; done < size; done += step)
        value |= access_read_piece(region, offset + done, step) << (done * 8);
    return value;
}

static void access_write_locked(const struct emu_region *region, uint64_t offset, uint64_t value,
                                unsigned size)
{
    unsigned step, done;

    if (region->ops->write == NULL || !access_valid(region->ops, size))
        return;
    step = access_step(region->ops, offset, size);
    for (done = 0; done < size; done += step)
        region->ops->write(region->opaque, offset + done, (value >> (done * 8)) & access_mask(step),
                           step);
}

static void access_lock(const struct emu_region *region)
{
    if (region->lock != NULL)
        pthread_mutex_lock(region->lock);
}

static void access_unlock(const struct emu_region *region)
{
    if (region->lock != NULL)
        pthread_mutex_unlock(region->lock);
}

static void access_trace_unassigned(struct emu_memory *memory, const char *verb, emu_gpa address,
                                    unsigned size)
{
    emu_trace(memory->trace, memory_unassigned, verb, size, (unsigned long long)address);
}

/* ---- one access ---- */

static uint64_t access_load_bytes(struct emu_memory *memory, emu_gpa address, unsigned size)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < size; i++)
        value |= emu_memory_load(memory, address + i, 1) << (i * 8);
    return value;
}

uint64_t emu_memory_load(struct emu_memory *memory, emu_gpa address, unsigned size)
{
    struct emu_range range = emu_memory_find(memory, address);
    uint64_t value;

    if (range.length < size)
        return access_load_bytes(memory, address, size);
    if (range.host != NULL)
        return access_host_load(range.host, size);
    if (range.region == NULL) {
        access_trace_unassigned(memory, "load", address, size);
        return access_mask(size);
    }
    access_lock(range.region);
    value = access_read_locked(range.region, range.offset, size);
    access_unlock(range.region);
    return value;
}

void emu_memory_store(struct emu_memory *memory, emu_gpa address, uint64_t value, unsigned size)
{
    struct emu_range range = emu_memory_find(memory, address);
    unsigned i;

    if (range.length < size) {
        for (i = 0; i < size; i++)
            emu_memory_store(memory, address + i, (value >> (i * 8)) & 0xff, 1);
    } else if (range.writable) {
        access_host_store(range.host, value, size);
    } else if (range.region == NULL) {
        access_trace_unassigned(memory, "store", address, size);
    } else if (range.region->ops != NULL) { /* registers, or a ROM that watches writes */
        access_lock(range.region);
        access_write_locked(range.region, range.offset, value, size);
        access_unlock(range.region);
    }
}

/* ---- bulk transfers ---- */

/* See core/region.h: a guest can point a device's DMA at that device's own registers. */
static bool access_lock_patiently(const struct emu_region *region)
{
    struct timespec end;

    if (region->lock == NULL || pthread_mutex_trylock(region->lock) == 0)
        return true;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += ACCESS_LOCK_PATIENCE;
    if (end.tv_nsec >= 1000000000l) {
        end.tv_nsec -= 1000000000l;
        end.tv_sec++;
    }
    return pthread_mutex_timedlock(region->lock, &end) == 0;
}

/* Pieces of at most 4 bytes, aligned. */
static unsigned access_bulk_step(uint64_t offset, size_t length)
{
    unsigned size = 4;

    while (size > length || (offset & (size - 1)) != 0)
        size /= 2;
    return size;
}

static bool access_bulk_read(const struct emu_region *region, uint64_t offset, uint8_t *out,
                             size_t length)
{
    while (length != 0) {
        unsigned size = access_bulk_step(offset, length);
        uint64_t value;

        if (!access_lock_patiently(region)) {
            memset(out, 0, length);
            return false;
        }
        value = access_read_locked(region, offset, size);
        access_unlock(region);
        memcpy(out, &value, size);
        offset += size;
        out += size;
        length -= size;
    }
    return true;
}

static bool access_bulk_write(const struct emu_region *region, uint64_t offset, const uint8_t *data,
                              size_t length)
{
    if (region->ops == NULL) /* a ROM takes no writes, and that is no error of the writer's */
        return true;
    while (length != 0) {
        unsigned size = access_bulk_step(offset, length);
        uint64_t value = 0;

        memcpy(&value, data, size);
        if (!access_lock_patiently(region))
            return false;
        access_write_locked(region, offset, value, size);
        access_unlock(region);
        offset += size;
        data += size;
        length -= size;
    }
    return true;
}

bool emu_memory_read(struct emu_memory *memory, emu_gpa address, void *buffer, size_t length)
{
    uint8_t *out = buffer;
    bool whole = true;

    while (length != 0) {
        struct emu_range range = emu_memory_find(memory, address);
        size_t part = range.length < length ? (size_t)range.length : length;

        if (range.host != NULL)
            emu_shared_copy(out, range.host, part);
        else if (range.region != NULL)
            whole &= access_bulk_read(range.region, range.offset, out, part);
        else
            memset(out, 0, part);
        whole &= range.region != NULL;
        address += part;
        out += part;
        length -= part;
    }
    return whole;
}

void emu_memory_written(struct emu_memory *memory, emu_gpa address, uint64_t length)
{
    memory = memory->tree; /* which all faces share */
    pthread_rwlock_rdlock(&memory->written_lock);
    if (memory->written != NULL)
        memory->written(memory->written_opaque, address, length);
    pthread_rwlock_unlock(&memory->written_lock);
}

static bool access_write_all(struct emu_memory *memory, emu_gpa address, const uint8_t *data,
                             size_t length, bool rom_too)
{
    bool whole = true;

    while (length != 0) {
        struct emu_range range = emu_memory_find(memory, address);
        size_t part = range.length < length ? (size_t)range.length : length;

        if (range.host != NULL && (range.writable || rom_too)) {
            emu_shared_copy(range.host, data, part);
            emu_memory_written(memory, address, part);
        } else if (range.region != NULL) {
            whole &= access_bulk_write(range.region, range.offset, data, part);
        }
        whole &= range.region != NULL;
        address += part;
        data += part;
        length -= part;
    }
    return whole;
}

bool emu_memory_write(struct emu_memory *memory, emu_gpa address, const void *buffer, size_t length)
{
    return access_write_all(memory, address, buffer, length, false);
}

bool emu_memory_write_rom(struct emu_memory *memory, emu_gpa address, const void *buffer,
                          size_t length)
{
    return access_write_all(memory, address, buffer, length, true);
}
