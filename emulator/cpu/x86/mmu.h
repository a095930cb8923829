/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MMU's inside, shared by mmu.c, access.c, rmw.c, fetch.c, walk.c and tlb.c: who makes an
 * access, what a translated page is, and the second-level TLB. The fast tables of ir/env.h are
 * filled from the second level, which is filled by page walks.
 */
#ifndef EMU_CPU_X86_MMU_H
#define EMU_CPU_X86_MMU_H

#include <pthread.h>

#include "emulator/cpu/x86/cpu.h"
#include "emulator/util/shared-memory.h"

/* ---- who makes an access ---- */

struct x86_how {
    enum x86_access access;
    bool user;     /* with the rights of CPL 3 */
    bool smap;     /* a supervisor who must not touch user pages */
    uint64_t mask; /* linear addresses wrap around here */
};

/* By an instruction, as the current privilege; implicitly, as the supervisor. */
struct x86_how x86_how_current(const struct x86_cpu *cpu, enum x86_access access);
struct x86_how x86_how_system(const struct x86_cpu *cpu, enum x86_access access);

/* ---- a page ---- */

#define X86_PAGE_W         (1u << 0) /* at all levels */
#define X86_PAGE_U         (1u << 1) /* at all levels */
#define X86_PAGE_NX        (1u << 2)
#define X86_PAGE_D         (1u << 3) /* dirty: a write needs no walk */
#define X86_PAGE_G         (1u << 4)
#define X86_PAGE_LARGE     (1u << 5) /* part of one of 2 or 4 MiB */
#define X86_PAGE_HUGE      (1u << 6) /* part of one of 1 GiB */
#define X86_PAGE_FREE      (1u << 7) /* no paging: no rights to check */
#define X86_PAGE_HOST_W    (1u << 8) /* stores may go to host */
#define X86_PAGE_WATCHED   (1u << 9)
#define X86_PAGE_KEY_SHIFT 16 /* protection key, 4 bits */

struct x86_page {
    uint64_t linear; /* of its first byte */
    uint64_t asid;   /* 0: an empty entry */
    emu_gpa physical;
    uint8_t *host;   /* NULL: registers, nothing, or the local APIC */
    uint32_t rights; /* X86_PAGE_... */
};

/* Error code bits of #PF. */
#define X86_PF_P    (1u << 0)
#define X86_PF_W    (1u << 1)
#define X86_PF_U    (1u << 2)
#define X86_PF_RSVD (1u << 3)
#define X86_PF_I    (1u << 4)
#define X86_PF_PK   (1u << 5)

bool x86_page_allows(const struct x86_cpu *cpu, uint32_t rights, const struct x86_how *how);

/*
 * Walks the tables for an access, which must be allowed; sets accessed and dirty bits; fills
 * linear, physical and the rights that the tables know of. False: *error is that of the #PF.
 */
bool x86_walk(struct x86_cpu *cpu, emu_gva va, const struct x86_how *how, struct x86_page *page,
              uint32_t *error);

/* ---- the second level ---- */

#define X86_TLB2_SET_BITS 10
#define X86_TLB2_SETS     (1u << X86_TLB2_SET_BITS)
#define X86_TLB2_WAYS     4
#define X86_SPACES        8
#define X86_FILTER_BITS   16

/* The fast tables of a space, in their order in cpu->tlbs. */
enum x86_tlb_kind {
    X86_TLB_USER,
    X86_TLB_SUPERVISOR,
    X86_TLB_SMAP, /* a supervisor who must not touch user pages */
    X86_TLB_KINDS,
    X86_TLB_NEVER = X86_TLB_KINDS, /* alignment checking looks at each access: all spaces' last
                                      table, which stays empty */
};
#define X86_TLBS      (X86_SPACES * X86_TLB_KINDS + 1)
#define X86_TLB_NOTED 128 /* so many entries are emptied one by one, more of them all at once */

/* What is in a fast table. */
struct x86_tlb_use {
    unsigned count; /* entries made since it was empty, with doubles */
    uint16_t noted[X86_TLB_NOTED];
};

/* An address space that was left and may come back (PCIDs). */
struct x86_space {
    bool used;
    uint16_t pcid;
    bool stale;      /* its fast tables are to be emptied before they are used */
    uint64_t asid;   /* tags the second level; never used again once given up */
    uint64_t number; /* ir.space of code that is not the kernel's */
    uint64_t last_use;
};

/* A set of hashed numbers: may say yes wrongly, never no. */
struct x86_filter {
    uint64_t word[(1u << X86_FILTER_BITS) / 64];
};

/* A read-modify-write between begin and end. */
struct x86_rmw {
    const struct x86_page *page[2]; /* NULL: none */
    emu_gva va[2];
    unsigned size[2];
    bool bounced;
    bool alone;   /* the other processors stand still */
    bool in_turn; /* turn_lock is held */
    _Alignas(32) uint8_t bounce[32];
};

struct x86_tlb2 {
    struct x86_page page[X86_TLB2_SETS][X86_TLB2_WAYS];
    uint8_t victim[X86_TLB2_SETS];
    uint64_t last_asid, global_asid;
    uint64_t last_number;
    enum x86_tlb_kind kind;           /* whose fast table is in use */
    struct x86_tlb_use use[X86_TLBS]; /* of cpu->tlbs */
    uint64_t uses;
    struct x86_space space[X86_SPACES];
    struct x86_space *current;
    struct x86_filter large, huge; /* address >> 21, >> 30: parts of large pages are in here */
    struct x86_filter code, global_code; /* address >> 12: the jump tables may know it */
    uint64_t global_number;              /* ir.space of a kernel whose code is in global pages */
    bool keyed;                          /* a page with a protection key other than 0 was seen */
    bool local_code;                     /* this one's is not */
    unsigned local_times;                /* how often that was found */
    struct x86_rmw rmw;
    pthread_mutex_t turn_lock; /* the first processor's serves the machine: see rmw.c */
};

/* The entry for a linear address, or NULL. */
const struct x86_page *x86_tlb2_find(struct x86_cpu *cpu, emu_gva va);
/* Copies a walked page in, with its host address found; the result lives until 1024 pages on. */
const struct x86_page *x86_tlb2_insert(struct x86_cpu *cpu, const struct x86_page *page);
/* Makes a fast entry of a page for accesses of this kind. */
void x86_tlb_fill(struct x86_cpu *cpu, const struct x86_page *page, const struct x86_how *how);
/* From now on accesses are of this kind, or in the current space. */
void x86_tlb_select(struct x86_cpu *cpu, enum x86_tlb_kind kind);
/* Takes fast write tags away from a physical page of RAM. */
void x86_tlb_drop_writes(struct x86_cpu *cpu, const uint8_t *host_page);
/* Code in this page is about to be known to the jump tables; ir.space may change for it. */
void x86_tlb_note_code(struct x86_cpu *cpu, const struct x86_page *page);

/*
 * Translates for an access that is checked for rights, but not for canonical form. NULL: *error is
 * that of the #PF.
 */
const struct x86_page *x86_page_find(struct x86_cpu *cpu, emu_gva va, const struct x86_how *how,
                                     uint32_t *error);

/* ---- parts of an access (mmu.c) ---- */

/* What of an access lies in one page. */
struct x86_piece {
    emu_gva va;
    unsigned size;
    const struct x86_page *page;
};

static inline emu_gpa x86_page_physical(const struct x86_page *page, emu_gva va)
{
    return page->physical | (va & ~IR_PAGE_MASK);
}
static inline unsigned x86_size_in_page(emu_gva va, unsigned size)
{
    unsigned room = IR_PAGE_SIZE - (va & ~IR_PAGE_MASK);

    return size < room ? size : room;
}
/* Long mode only: bits 63 to 47 are the same. */
static inline bool x86_linear_canonical(const struct x86_cpu *cpu, emu_gva va)
{
    return !(cpu->efer & X86_EFER_LMA) || (uint64_t)((int64_t)(va << 16) >> 16) == va;
}
/* As one host access where the guest can tell: other processors must not see halves. */
static inline void x86_copy(void *to, const void *from, unsigned size)
{
    if (size <= 8 && (size & (size - 1)) == 0)
        emu_shared_copy_one(to, from, size);
    else
        emu_shared_copy(to, from, size);
}

/* Canonical form, and alignment where IR_ACCESS_ALIGNED asks for it. Raises #GP or #SS. */
enum ir_status x86_check_form(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                              unsigned size, unsigned flags);
/* Does alignment checking (#AC) forbid the access? */
bool x86_misaligned(const struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                    unsigned size);
enum ir_status x86_translate_piece(struct x86_cpu *cpu, const struct x86_how *how,
                                   struct x86_piece *piece);
/*
 * Translates an access of up to a page in one or two pieces; *count is how many. All of it is
 * checked. Two neighbouring pages are in different sets of the second level, so both stay.
 */
enum ir_status x86_translate(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                             unsigned size, unsigned flags, struct x86_piece piece[2],
                             unsigned *count);

/* A physical access of 1, 2, 4 or 8 bytes that is not to RAM: the local APIC, else the bus. */
uint64_t x86_read_bus(struct x86_cpu *cpu, emu_gpa address, unsigned size);
void x86_read_piece(struct x86_cpu *cpu, const struct x86_piece *piece, uint8_t *out);
void x86_write_piece(struct x86_cpu *cpu, const struct x86_piece *piece, const uint8_t *data);

bool x86_page_has_code(struct x86_cpu *cpu, const struct x86_page *page);
/* Would the store change the block that is being executed? */
bool x86_hits_block(struct x86_cpu *cpu, const struct x86_piece *piece);
/* After a store: blocks translated before it die; those translated after it have seen it. */
void x86_stored(struct x86_cpu *cpu, const struct x86_piece *piece);

/* ---- accesses (access.c) ---- */

/* Any length up to a page or two, wrapping and checked; faults are raised. flags: IR_ACCESS_... */
enum ir_status x86_read_linear(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                               void *out, unsigned size, unsigned flags);
enum ir_status x86_write_linear(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                const void *data, unsigned size, unsigned flags);

#endif
