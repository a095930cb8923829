/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The region tree: what a guest finds at an address. A region is RAM, ROM, device registers
 * (memory-mapped or ports), an alias of a part of another region, or a container. The tree is
 * flattened into a sorted array whenever it changes; look-ups read that array without a lock.
 */
#ifndef EMU_CORE_REGION_H
#define EMU_CORE_REGION_H

#include <pthread.h>
#include <stdatomic.h>

#include "emulator/api/types.h"

struct emu_memory;
struct emu_region;
struct emu_ram;
struct emu_trace;
struct emu_writer; /* state/state.h */
struct emu_reader;

/*
 * Register access of a device. Called on any vcpu thread or the machine's loop thread, with the
 * region's lock held (see emu_region_init_io). Offsets are relative to the region.
 */
struct emu_region_ops {
    uint64_t (*read)(void *opaque, uint64_t offset, unsigned size);
    void (*write)(void *opaque, uint64_t offset, uint64_t value, unsigned size);
    uint8_t valid_min, valid_max; /* sizes that a guest may use; 0 means 1 and 8. Any other access
                                   * reads all ones and writes nothing */
    uint8_t impl_min, impl_max;   /* sizes that the callbacks take; 0 means 1 and 4. The dispatcher
                                   * splits wider accesses and widens narrower ones: a narrower read
                                   * is cut out of an impl_min read; a narrower write is passed as it
                                   * is (size < impl_min), so a device sees which bytes are meant */
    bool unaligned;               /* misaligned accesses reach the callbacks; else they are split
                                   * into aligned bytes */
};

enum emu_region_kind {
    EMU_REGION_CONTAINER,
    EMU_REGION_RAM,
    EMU_REGION_ROM, /* RAM that a guest reads and executes; writes go to ops->write or nowhere */
    EMU_REGION_IO,
    EMU_REGION_ALIAS,
};

/* Public so that a device can embed its regions; fields are written by the functions below only. */
struct emu_region {
    const char *name;
    enum emu_region_kind kind;
    uint64_t size; /* bytes; 0 stands for 2^64 */
    const struct emu_region_ops *ops;
    void *opaque;
    pthread_mutex_t *lock;
    struct emu_ram *ram;
    uint64_t ram_offset;
    struct emu_region *target; /* alias */
    uint64_t target_offset;

    struct emu_region *parent;
    struct emu_region *first_child; /* linked by next, highest priority first */
    struct emu_region *next;
    uint64_t address; /* within the parent */
    int priority;
    bool enabled;
    uint8_t hidden;                    /* from these views: EMU_VIEW_... */
    struct emu_memory *_Atomic memory; /* the address space that shows it, or did; NULL: none */
};

/* Who looks at an address space (see emu_memory_add_secure). */
#define EMU_VIEW_PLAIN  0x1u
#define EMU_VIEW_SECURE 0x2u

/*
 * A block of guest RAM in a memfd. Anonymous, zeroed, allocated by the host page by page as it is
 * touched. Any thread. Returns NULL with *err filled if the host refuses.
 */
struct emu_ram *emu_ram_new(const char *name, uint64_t size, struct emu_error *err);
void emu_ram_free(struct emu_ram *ram);
/* The host address of byte 0; valid until emu_ram_free. */
uint8_t *emu_ram_host(const struct emu_ram *ram);
uint64_t emu_ram_size(const struct emu_ram *ram);
/* Makes all bytes zero and gives the pages back to the host. */
void emu_ram_zero(struct emu_ram *ram);
/*
 * Puts pages of a file over the block's own, or takes them off again: who has an address in there
 * keeps a valid one. offset, at and size: bytes, multiples of the host's page size, within the
 * block and the file. False: the host cannot, and nothing is changed.
 */
bool emu_ram_cover(struct emu_ram *ram, uint64_t offset, uint64_t size, int fd, uint64_t at);
/* The same of a shared mapping of this process, which is at least so large and may go. */
bool emu_ram_cover_shared(struct emu_ram *ram, uint64_t offset, uint64_t size, void *from);
void emu_ram_uncover(struct emu_ram *ram, uint64_t offset, uint64_t size);
/* The contents, without the parts that were never touched. A state of another size is refused. */
void emu_ram_save(const struct emu_ram *ram, struct emu_writer *out);
bool emu_ram_load(struct emu_ram *ram, struct emu_reader *in, struct emu_error *err);

/*
 * Initialisers: the caller owns the memory of *region, which must outlive its place in a tree.
 * A new region is enabled and has no parent. name must live as long as the region.
 */
void emu_region_init_container(struct emu_region *region, const char *name, uint64_t size);
void emu_region_init_ram(struct emu_region *region, const char *name, struct emu_ram *ram,
                         uint64_t offset, uint64_t size);
void emu_region_init_rom(struct emu_region *region, const char *name, struct emu_ram *ram,
                         uint64_t offset, uint64_t size);
/* lock, if not NULL, is taken around each callback: normally the device's own. */
void emu_region_init_io(struct emu_region *region, const char *name,
                        const struct emu_region_ops *ops, void *opaque, pthread_mutex_t *lock,
                        uint64_t size);
void emu_region_init_alias(struct emu_region *region, const char *name, struct emu_region *target,
                           uint64_t offset, uint64_t size);

/*
 * Changes of the tree. Loop thread, or a vcpu thread inside a device callback; concurrent callers
 * are serialised inside. Each takes effect at once unless between emu_memory_begin and _commit.
 * When two regions overlap, the higher priority wins, then the one added later. An alias and its
 * target belong to the same address space (or the target to none). A tree that is in no address
 * space is built by one thread at a time.
 */
void emu_region_add(struct emu_region *parent, uint64_t address, struct emu_region *child,
                    int priority);
void emu_region_remove(struct emu_region *child);
void emu_region_set_enabled(struct emu_region *region, bool enabled);
void emu_region_set_address(struct emu_region *region, uint64_t address);
/* Both at once; the address of a region that is disabled does not matter. */
void emu_region_place(struct emu_region *region, bool enabled, uint64_t address);
/* Hides the region, with all below it, from the views of the mask. */
void emu_region_hide(struct emu_region *region, unsigned views);

/* ---- address spaces ---- */

/* What lies at an address: the leaf region, and how far it goes on. */
struct emu_range {
    struct emu_region *region; /* NULL: nothing there */
    uint64_t offset;           /* within region */
    uint64_t length;           /* bytes from the address that the same answer holds for */
    uint8_t *host;             /* RAM and ROM: the byte at the address; else NULL */
    bool writable;             /* plain stores may go to host */
};

/* Called after each change of the flattened view, on the thread that made it. */
typedef void emu_memory_changed_fn(void *opaque);

/* An address space over a tree with its root container, of size bytes (0: 2^64). */
struct emu_memory *emu_memory_new(const char *name, uint64_t size, struct emu_error *err);
void emu_memory_free(struct emu_memory *memory);
struct emu_region *emu_memory_root(struct emu_memory *memory);
/*
 * A second face of the same tree, with look-ups of its own: what a processor sees in its most
 * privileged mode (on x86, system management mode). It differs in what regions hide from one view
 * or the other. It belongs to memory, is freed with it, and is only for look-ups, loads, stores and
 * transfers. Once for each address space, before the machine runs.
 */
struct emu_memory *emu_memory_add_secure(struct emu_memory *memory, struct emu_error *err);
/* Several changes, one new view. Calls nest. */
void emu_memory_begin(struct emu_memory *memory);
void emu_memory_commit(struct emu_memory *memory);
void emu_memory_on_change(struct emu_memory *memory, emu_memory_changed_fn *fn, void *opaque);

/* No lock, any thread. Host pointers stay valid until the machine is freed. */
struct emu_range emu_memory_find(struct emu_memory *memory, emu_gpa address);

/*
 * One access of 1, 2, 4 or 8 bytes, as a CPU or port instruction makes it. Any thread that holds
 * no device lock. Little-endian. What is not there reads as all ones and ignores writes.
 */
uint64_t emu_memory_load(struct emu_memory *memory, emu_gpa address, unsigned size);
void emu_memory_store(struct emu_memory *memory, emu_gpa address, uint64_t value, unsigned size);

/*
 * Bulk transfer (DMA, loaders, debuggers): RAM and ROM by memcpy, registers by 4-byte accesses.
 * Any thread; a device may hold its own lock: registers whose lock cannot be had within some
 * milliseconds (the caller's own, or those of a device that is waiting for the caller) count as not
 * there, so that no guest can lock the machine up. write_rom also writes into ROM. Return false if
 * a part of the range has nothing behind it (it is read as zero, and the rest is transferred).
 * Writes tell the code tracker, so that translated code is never stale.
 */
bool emu_memory_read(struct emu_memory *memory, emu_gpa address, void *buffer, size_t length);
bool emu_memory_write(struct emu_memory *memory, emu_gpa address, const void *buffer,
                      size_t length);
bool emu_memory_write_rom(struct emu_memory *memory, emu_gpa address, const void *buffer,
                          size_t length);

/* The same for who wrote there by a host pointer of emu_memory_find. Any thread. */
void emu_memory_written(struct emu_memory *memory, emu_gpa address, uint64_t length);

/*
 * The code tracker: called with the guest-physical range of each bulk write (not of CPU stores,
 * which the engines track by themselves). Set by the engine while no vcpu runs; when it returns the
 * one that was set before is not running any more.
 */
typedef void emu_memory_written_fn(void *opaque, emu_gpa address, uint64_t length);
void emu_memory_on_write(struct emu_memory *memory, emu_memory_written_fn *fn, void *opaque);

/* Where accesses that find nothing are traced; NULL: nowhere. Before the machine runs. */
void emu_memory_set_trace(struct emu_memory *memory, struct emu_trace *trace);
/* Takes all regions out of the tree, so that their owners can go in any order. No vcpu runs. */
void emu_memory_clear(struct emu_memory *memory);

/* Prints the flattened view, one range a line, into a malloc'ed string. Any thread. */
char *emu_memory_describe(struct emu_memory *memory);

#endif
