/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Page walks: 32-bit paging with 4 MiB pages (PSE-36), PAE and 4-level paging (SDM volume 3,
 * chapter 4), with rights, reserved bits, protection keys, accessed and dirty bits. Other
 * processors walk and write the same tables, so that bits are set by compare-and-exchange.
 */
#include "emulator/cpu/x86/mmu.h"

#include "emulator/core/region.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/ir/blocks.h"

#define PTE_P        (1ull << 0)
#define PTE_W        (1ull << 1)
#define PTE_U        (1ull << 2)
#define PTE_A        (1ull << 5)
#define PTE_D        (1ull << 6)
#define PTE_PS       (1ull << 7)
#define PTE_G        (1ull << 8)
#define PTE_NX       (1ull << 63)
#define PTE_KEY(pte) ((uint32_t)((pte) >> 59) & 0xf)

enum walk_result { WALK_DONE, WALK_FAULT, WALK_AGAIN };

/* One walk; how is NULL when nothing shall be checked or changed. */
struct walk {
    struct x86_cpu *cpu;
    const struct x86_how *how;
    emu_gva va;
    bool wide;    /* entries of 8 bytes */
    bool lma;     /* 4-level */
    int level;    /* of the table that is looked at: 4..1 */
    emu_gpa base; /* of that table */
    uint32_t rights;
    uint32_t error;
    struct x86_page *page;
};

static uint64_t walk_physical_mask(const struct x86_cpu *cpu)
{
    return cpu->model != NULL ? x86_model_physical_mask(cpu->model) : (1ull << 40) - 1;
}

static uint64_t walk_read(struct x86_cpu *cpu, emu_gpa address, unsigned size)
{
    struct emu_range range = emu_memory_find(cpu->memory, address);

    if (range.host == NULL || range.length < size)
        return emu_memory_load(cpu->memory, address, size);
    if (size == 8)
        return __atomic_load_n((uint64_t *)range.host, __ATOMIC_ACQUIRE);
    return __atomic_load_n((uint32_t *)range.host, __ATOMIC_ACQUIRE);
}

static bool walk_exchange(uint8_t *host, unsigned size, uint64_t old, uint64_t new)
{
    uint32_t old32 = (uint32_t)old;

    if (size == 8)
        return __atomic_compare_exchange_n((uint64_t *)host, &old, new, false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED);
    return __atomic_compare_exchange_n((uint32_t *)host, &old32, (uint32_t) new, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/*
 * False: the entry is not what it was, and the walk must begin again. A table may be code as well:
 * blocks made from the entry die.
 */
static bool walk_set_bits(struct x86_cpu *cpu, emu_gpa address, unsigned size, uint64_t old,
                          uint64_t bits)
{
    struct emu_range range = emu_memory_find(cpu->memory, address);

    if (range.host == NULL || range.length < size || !range.writable) {
        emu_memory_store(cpu->memory, address, old | bits, size);
        return true;
    }
    if (!walk_exchange(range.host, size, old, old | bits))
        return false;
    if (cpu->ir.blocks != NULL && ir_blocks_page_has_code(cpu->ir.blocks, address))
        ir_blocks_store(cpu->ir.blocks, address, size, NULL, false);
    return true;
}

static bool walk_is_leaf(const struct walk *w, uint64_t pte)
{
    if (w->level == 1)
        return true;
    if (!w->wide && !(w->cpu->cr4 & X86_CR4_PSE))
        return false;
    return (pte & PTE_PS) && w->level <= 3;
}

/* Bits that must be 0 in an entry of 4 bytes. */
static uint64_t walk_reserved32(const struct walk *w, bool leaf)
{
    /* address bits 32 to 40, of which the last never exists here */
    uint64_t absent = (~walk_physical_mask(w->cpu) >> 32 & 0xff) | 0x100;

    /* PSE-36: bits 13.. of a large entry are address bits 32.. */
    return leaf && w->level == 2 ? absent << 13 & 0x3fe000 : 0;
}

static uint64_t walk_reserved(const struct walk *w, bool leaf)
{
    uint64_t high = w->lma ? 0x000fffffffffffffull : 0x7fffffffffffffffull;
    uint64_t bits = high & ~walk_physical_mask(w->cpu);
    bool huge = w->cpu->model == NULL || x86_cpu_has(w->cpu, X86_FEATURE_pdpe1gb);

    if (!(w->cpu->efer & X86_EFER_NXE))
        bits |= PTE_NX;
    if (w->level == 4 || (w->level == 3 && !huge))
        bits |= PTE_PS;
    if (leaf && w->level == 2)
        bits |= 0x1fe000;
    if (leaf && w->level == 3)
        bits |= 0x3fffe000;
    return bits;
}

static enum walk_result walk_fault(struct walk *w, uint32_t error)
{
    w->error = error;
    return WALK_FAULT;
}

static uint32_t walk_restrict(uint32_t rights, uint64_t pte)
{
    if (!(pte & PTE_W))
        rights &= ~X86_PAGE_W;
    if (!(pte & PTE_U))
        rights &= ~X86_PAGE_U;
    if (pte & PTE_NX)
        rights |= X86_PAGE_NX;
    return rights;
}

static bool walk_key_allows(const struct x86_cpu *cpu, uint32_t rights, const struct x86_how *how)
{
    uint32_t bits;

    if (!(cpu->cr4 & X86_CR4_PKE) || !(cpu->efer & X86_EFER_LMA) || how->access == X86_FETCH ||
        !(rights & X86_PAGE_U))
        return true;
    bits = cpu->pkru >> 2 * (rights >> X86_PAGE_KEY_SHIFT & 0xf) & 3;
    if (bits & 1) /* access disabled */
        return false;
    return !(bits & 2) || how->access != X86_WRITE || (!how->user && !(cpu->cr0 & X86_CR0_WP));
}

static bool walk_rights_allow(const struct x86_cpu *cpu, uint32_t rights, const struct x86_how *how)
{
    bool user_page = rights & X86_PAGE_U;

    if (how->user && !user_page)
        return false;
    if (how->access == X86_FETCH)
        return !(rights & X86_PAGE_NX) && (how->user || !user_page || !(cpu->cr4 & X86_CR4_SMEP));
    if (user_page && how->smap)
        return false;
    if (how->access == X86_WRITE && !(rights & X86_PAGE_W))
        return !how->user && !(cpu->cr0 & X86_CR0_WP);
    return true;
}

bool x86_page_allows(const struct x86_cpu *cpu, uint32_t rights, const struct x86_how *how)
{
    return (rights & X86_PAGE_FREE) ||
           (walk_rights_allow(cpu, rights, how) && walk_key_allows(cpu, rights, how));
}

/* What the access itself puts into the error code. */
static uint32_t walk_access_error(const struct x86_cpu *cpu, const struct x86_how *how)
{
    bool nx = (cpu->cr4 & X86_CR4_PAE) && (cpu->efer & X86_EFER_NXE);
    uint32_t error = how->user ? X86_PF_U : 0;

    if (how->access == X86_WRITE)
        error |= X86_PF_W;
    if (how->access == X86_FETCH && (nx || (cpu->cr4 & X86_CR4_SMEP)))
        error |= X86_PF_I;
    return error;
}

/* Rights, then accessed and dirty bits of the last entry. */
static enum walk_result walk_finish(struct walk *w, emu_gpa address, uint64_t pte)
{
    uint64_t bits = PTE_A;

    if (w->how == NULL)
        return WALK_DONE;
    if (!x86_page_allows(w->cpu, w->rights, w->how))
        return walk_fault(w,
                          X86_PF_P | (walk_key_allows(w->cpu, w->rights, w->how) ? 0 : X86_PF_PK));
    if (w->how->access == X86_WRITE)
        bits |= PTE_D;
    if ((pte & bits) != bits && !walk_set_bits(w->cpu, address, w->wide ? 8 : 4, pte, bits))
        return WALK_AGAIN;
    if ((pte | bits) & PTE_D)
        w->rights |= X86_PAGE_D;
    return WALK_DONE;
}

static uint64_t walk_leaf_base(const struct walk *w, uint64_t pte)
{
    uint64_t mask = walk_physical_mask(w->cpu);

    if (!w->wide && w->level == 2)
        return (pte & 0xffc00000) | ((pte >> 13 & 0xff) << 32 & mask);
    return pte & mask & (w->wide ? ~0ull << (3 + 9 * w->level) : ~0xfffull);
}

static enum walk_result walk_leaf(struct walk *w, emu_gpa address, uint64_t pte)
{
    unsigned shift = w->wide ? 3 + 9 * w->level : (w->level == 2 ? 22 : 12);
    emu_gpa inside = w->va & ((1ull << shift) - 1) & IR_PAGE_MASK;

    if ((pte & PTE_G) && (w->cpu->cr4 & X86_CR4_PGE))
        w->rights |= X86_PAGE_G;
    if (w->lma)
        w->rights |= PTE_KEY(pte) << X86_PAGE_KEY_SHIFT;
    if (w->level > 1)
        w->rights |= w->level == 3 ? X86_PAGE_HUGE : X86_PAGE_LARGE;
    w->page->physical = walk_leaf_base(w, pte) | inside;
    return walk_finish(w, address, pte);
}

static emu_gpa walk_entry_address(const struct walk *w)
{
    if (w->wide)
        return w->base + (w->va >> (3 + 9 * w->level) & 0x1ff) * 8;
    return w->base + (w->va >> (2 + 10 * w->level) & 0x3ff) * 4;
}

/* Looks at one entry; WALK_AGAIN with *descend set: go on with the next table. */
static enum walk_result walk_step(struct walk *w, bool *descend)
{
    unsigned size = w->wide ? 8 : 4;
    emu_gpa address = walk_entry_address(w);
    uint64_t pte = walk_read(w->cpu, address, size);
    bool leaf = walk_is_leaf(w, pte);

    if (!(pte & PTE_P))
        return walk_fault(w, 0);
    if (pte & (w->wide ? walk_reserved(w, leaf) : walk_reserved32(w, leaf)))
        return walk_fault(w, X86_PF_P | X86_PF_RSVD);
    w->rights = walk_restrict(w->rights, pte);
    if (leaf)
        return walk_leaf(w, address, pte);
    if (w->how != NULL && !(pte & PTE_A) && !walk_set_bits(w->cpu, address, size, pte, PTE_A))
        return WALK_AGAIN;
    w->base = pte & walk_physical_mask(w->cpu) & IR_PAGE_MASK;
    w->level--;
    *descend = true;
    return WALK_AGAIN;
}

/* Points the walk at its first table. False: a PDPTE is not present. */
static bool walk_start(struct walk *w)
{
    const struct x86_cpu *cpu = w->cpu;
    uint64_t pdpte = cpu->pdpte[w->va >> 30 & 3];

    w->rights = X86_PAGE_W | X86_PAGE_U;
    w->base = cpu->cr3 & walk_physical_mask(cpu) & IR_PAGE_MASK;
    w->level = w->lma ? 4 : 2;
    if (!w->wide)
        w->base &= 0xfffff000;
    if (!w->wide || w->lma)
        return true;
    w->base = pdpte & walk_physical_mask(cpu) & IR_PAGE_MASK;
    return pdpte & PTE_P;
}

static enum walk_result walk_once(struct walk *w)
{
    enum walk_result result;
    bool descend;

    if (!walk_start(w))
        return walk_fault(w, 0);
    do {
        descend = false;
        result = walk_step(w, &descend);
    } while (descend);
    return result;
}

static enum walk_result walk_run(struct walk *w)
{
    enum walk_result result;

    do
        result = walk_once(w);
    while (result == WALK_AGAIN);
    return result;
}

static void walk_flat(emu_gva va, struct x86_page *page)
{
    page->physical = va & IR_PAGE_MASK;
    page->rights = X86_PAGE_W | X86_PAGE_D | X86_PAGE_FREE;
}

bool x86_walk(struct x86_cpu *cpu, emu_gva va, const struct x86_how *how, struct x86_page *page,
              uint32_t *error)
{
    struct walk w = {.cpu = cpu, .how = how, .va = va, .page = page};

    page->linear = va & IR_PAGE_MASK;
    if (!(cpu->cr0 & X86_CR0_PG)) {
        walk_flat(va, page);
        return true;
    }
    w.lma = cpu->efer & X86_EFER_LMA;
    w.wide = cpu->cr4 & X86_CR4_PAE;
    if (walk_run(&w) == WALK_FAULT) {
        *error = w.error | (how != NULL ? walk_access_error(cpu, how) : 0);
        return false;
    }
    page->rights = w.rights;
    return true;
}

bool x86_translate_quietly(struct x86_cpu *cpu, emu_gva address, emu_gpa *out)
{
    struct x86_page page;
    uint32_t error;

    if (!x86_linear_canonical(cpu, address) || !x86_walk(cpu, address, NULL, &page, &error))
        return false;
    *out = page.physical | (address & ~IR_PAGE_MASK);
    return true;
}

/* Bits 1, 2, 5 to 8 and those above the address must be 0 in a present PDPTE. */
static bool walk_pdpte_valid(const struct x86_cpu *cpu, uint64_t pdpte)
{
    return !(pdpte & PTE_P) || !(pdpte & (0x1e6 | ~walk_physical_mask(cpu)));
}

enum ir_status x86_load_pdptes(struct x86_cpu *cpu, uint64_t cr3)
{
    uint64_t pdpte[4];

    for (unsigned i = 0; i < 4; i++) {
        pdpte[i] = walk_read(cpu, (cr3 & 0xffffffe0) + 8 * i, 8);
        if (!walk_pdpte_valid(cpu, pdpte[i]))
            return x86_raise_error(cpu, X86_GP, 0);
    }
    for (unsigned i = 0; i < 4; i++)
        cpu->pdpte[i] = pdpte[i];
    return IR_OK;
}
