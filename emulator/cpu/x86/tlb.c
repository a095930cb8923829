/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The soft TLB: fast tables, one for each kind of privilege, tagged with the generation of the
 * address space, and behind them a set-associative second level, tagged with an address space
 * number. A flush gives up a number or a generation; memory is cleared only when those run out.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"
#include "emulator/core/region.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/ir/exec.h"

#define GENERATION_MAX 0xffeu

/* ---- filters ---- */

static void filter_add(struct x86_filter *filter, uint64_t number)
{
    filter->word[number / 64 % (X86_FILTER_BITS / 64)] |= 1ull << number % 64;
}

static bool filter_has(const struct x86_filter *filter, uint64_t number)
{
    return filter->word[number / 64 % (X86_FILTER_BITS / 64)] >> number % 64 & 1;
}

static void filter_clear(struct x86_filter *filter)
{
    memset(filter, 0, sizeof(*filter));
}

/* ---- generations and address spaces ---- */

static void tlb_clear_entry(struct ir_tlb_entry *entry)
{
    entry->read = IR_TLB_NONE;
    entry->write = IR_TLB_NONE;
}

static void tlb_clear_tables(struct x86_cpu *cpu)
{
    for (unsigned kind = 0; kind < X86_TLB_KINDS; kind++)
        for (unsigned i = 0; i < 1u << IR_TLB_BITS; i++)
            tlb_clear_entry(&cpu->tlbs[kind].entry[i]);
}

static void tlb_flush_jumps(struct x86_cpu *cpu)
{
    filter_clear(&cpu->tlb2->code);
    ir_jumps_flush(&cpu->ir);
}

static void tlb_drop_generations(struct x86_tlb2 *tlb2)
{
    for (unsigned i = 0; i < X86_SPACES; i++)
        tlb2->space[i].generation = 0;
}

static uint64_t tlb_new_generation(struct x86_cpu *cpu)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;

    if (tlb2->next_generation > GENERATION_MAX) {
        tlb_clear_tables(cpu);
        tlb_flush_jumps(cpu);
        tlb_drop_generations(tlb2);
        tlb2->next_generation = 1;
    }
    return tlb2->next_generation++;
}

/* The space of a PCID, or the one that was not used for the longest time, emptied. */
static struct x86_space *tlb_pick_space(struct x86_tlb2 *tlb2, uint16_t pcid)
{
    struct x86_space *oldest = &tlb2->space[0];

    for (unsigned i = 0; i < X86_SPACES; i++) {
        struct x86_space *space = &tlb2->space[i];

        if (space->used && space->pcid == pcid)
            return space;
        if (!space->used || (oldest->used && space->last_use < oldest->last_use))
            oldest = space;
    }
    oldest->used = false;
    return oldest;
}

static void tlb_renew_space(struct x86_cpu *cpu, struct x86_space *space)
{
    space->generation = tlb_new_generation(cpu);
    ir_jumps_forget(&cpu->ir, space->number);
    space->number = ++cpu->tlb2->last_number;
}

static void tlb_enter_space(struct x86_cpu *cpu, uint16_t pcid, bool keep)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;
    struct x86_space *space = tlb_pick_space(tlb2, pcid);

    if (!keep || !space->used) {
        space->used = true;
        space->pcid = pcid;
        space->asid = ++tlb2->last_asid;
        space->generation = 0;
    }
    if (space->generation == 0)
        tlb_renew_space(cpu, space);
    space->last_use = ++tlb2->uses;
    tlb2->current = space;
    cpu->ir.tlb_generation = space->generation;
    cpu->ir.space = space->number;
    ir_jumps_select(&cpu->ir);
}

static uint16_t tlb_pcid(const struct x86_cpu *cpu)
{
    return cpu->cr4 & X86_CR4_PCIDE ? cpu->cr3 & 0xfff : 0;
}

void x86_tlb_set_cr3(struct x86_cpu *cpu, bool keep)
{
    tlb_enter_space(cpu, tlb_pcid(cpu), keep && (cpu->cr4 & X86_CR4_PCIDE));
}

static void tlb_drop_spaces(struct x86_tlb2 *tlb2)
{
    for (unsigned i = 0; i < X86_SPACES; i++)
        tlb2->space[i].used = false;
}

void x86_tlb_flush_all(struct x86_cpu *cpu, bool also_global)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;

    if (also_global) {
        tlb_drop_spaces(tlb2);
        tlb2->global_asid = ++tlb2->last_asid;
        filter_clear(&tlb2->large);
        filter_clear(&tlb2->huge);
    }
    tlb_enter_space(cpu, tlb_pcid(cpu), false);
}

void x86_tlb_rights_changed(struct x86_cpu *cpu)
{
    tlb_drop_generations(cpu->tlb2);
    tlb_enter_space(cpu, tlb_pcid(cpu), true);
}

void x86_mmu_control_changed(struct x86_cpu *cpu, uint64_t old_cr0, uint64_t old_cr4,
                             uint64_t old_efer)
{
    uint64_t cr0 = old_cr0 ^ cpu->cr0, cr4 = old_cr4 ^ cpu->cr4, efer = old_efer ^ cpu->efer;

    if ((cr0 & (X86_CR0_PG | X86_CR0_PE)) || (efer & (X86_EFER_NXE | X86_EFER_LMA)) ||
        (cr4 & (X86_CR4_PAE | X86_CR4_PSE | X86_CR4_PGE | X86_CR4_PCIDE)))
        x86_tlb_flush_all(cpu, true);
    else if ((cr0 & X86_CR0_WP) || (cr4 & (X86_CR4_SMEP | X86_CR4_SMAP | X86_CR4_PKE)))
        x86_tlb_rights_changed(cpu);
}

/* ---- the second level ---- */

static unsigned tlb2_set(emu_gva va)
{
    return va >> IR_PAGE_BITS & (X86_TLB2_SETS - 1);
}

const struct x86_page *x86_tlb2_find(struct x86_cpu *cpu, emu_gva va)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;
    struct x86_page *set = tlb2->page[tlb2_set(va)];
    uint64_t asid = tlb2->current->asid;

    va &= IR_PAGE_MASK;
    for (unsigned way = 0; way < X86_TLB2_WAYS; way++)
        if (set[way].linear == va && (set[way].asid == asid || set[way].asid == tlb2->global_asid))
            return &set[way];
    return NULL;
}

/* The entry that is to be replaced: the same page's, else one in turn. */
static struct x86_page *tlb2_slot(struct x86_cpu *cpu, emu_gva va)
{
    const struct x86_page *old = x86_tlb2_find(cpu, va);
    unsigned set = tlb2_set(va);

    if (old != NULL)
        return &cpu->tlb2->page[set][old - cpu->tlb2->page[set]];
    return &cpu->tlb2->page[set][cpu->tlb2->victim[set]++ % X86_TLB2_WAYS];
}

static void tlb2_note_size(struct x86_tlb2 *tlb2, const struct x86_page *page)
{
    if (page->rights & X86_PAGE_HUGE)
        filter_add(&tlb2->huge, page->linear >> 30);
    if (page->rights & X86_PAGE_LARGE) {
        /* Both halves of what may be 4 MiB. */
        filter_add(&tlb2->large, page->linear >> 21 & ~1ull);
        filter_add(&tlb2->large, page->linear >> 21 | 1);
    }
}

static bool tlb2_is_apic(const struct x86_cpu *cpu, emu_gpa page)
{
    return cpu->apic_ops != NULL && (cpu->apic_ops->get_base(cpu->apic) & IR_PAGE_MASK) == page;
}

/* Finds out what lies behind a page. */
static void tlb2_attach(struct x86_cpu *cpu, struct x86_page *page)
{
    struct emu_range range = emu_memory_find(cpu->memory, page->physical);

    page->host = NULL;
    if (x86_debug_page_watched(cpu, page->linear))
        page->rights |= X86_PAGE_WATCHED;
    if (range.host == NULL || range.length < IR_PAGE_SIZE || tlb2_is_apic(cpu, page->physical))
        return;
    page->host = range.host;
    if (range.writable)
        page->rights |= X86_PAGE_HOST_W;
}

const struct x86_page *x86_tlb2_insert(struct x86_cpu *cpu, const struct x86_page *page)
{
    struct x86_page *slot = tlb2_slot(cpu, page->linear);
    struct x86_tlb2 *tlb2 = cpu->tlb2;

    *slot = *page;
    slot->asid = page->rights & X86_PAGE_G ? tlb2->global_asid : tlb2->current->asid;
    tlb2_attach(cpu, slot);
    tlb2_note_size(tlb2, slot);
    return slot;
}

/* ---- the fast tables ---- */

static bool tlb_may_write(struct x86_cpu *cpu, const struct x86_page *page,
                          const struct x86_how *how)
{
    struct x86_how write = *how;

    write.access = X86_WRITE;
    return (page->rights & X86_PAGE_HOST_W) && (page->rights & X86_PAGE_D) &&
           x86_page_allows(cpu, page->rights, &write) &&
           !(cpu->ir.blocks != NULL && ir_blocks_page_has_code(cpu->ir.blocks, page->physical));
}

void x86_tlb_fill(struct x86_cpu *cpu, const struct x86_page *page, const struct x86_how *how)
{
    enum x86_tlb_kind kind = how->user   ? X86_TLB_USER
                             : how->smap ? X86_TLB_SMAP
                                         : X86_TLB_SUPERVISOR;
    struct ir_tlb_entry *entry;
    struct x86_how read = *how;
    uint64_t tag = page->linear + cpu->ir.tlb_generation;

    if (page->host == NULL || (page->rights & X86_PAGE_WATCHED))
        return;
    read.access = X86_READ;
    entry = &cpu->tlbs[kind].entry[page->linear >> IR_PAGE_BITS & ((1u << IR_TLB_BITS) - 1)];
    entry->read = x86_page_allows(cpu, page->rights, &read) ? tag : IR_TLB_NONE;
    entry->write = tlb_may_write(cpu, page, how) ? tag : IR_TLB_NONE;
    entry->addend = (uintptr_t)page->host - page->linear;
}

void x86_tlb_drop_writes(struct x86_cpu *cpu, const uint8_t *host_page)
{
    for (unsigned kind = 0; kind < X86_TLB_KINDS; kind++) {
        for (unsigned i = 0; i < 1u << IR_TLB_BITS; i++) {
            struct ir_tlb_entry *entry = &cpu->tlbs[kind].entry[i];

            if ((entry->write & IR_PAGE_MASK) + entry->addend == (uintptr_t)host_page)
                entry->write = IR_TLB_NONE;
        }
    }
}

void x86_tlb_note_code(struct x86_cpu *cpu, emu_gva va)
{
    filter_add(&cpu->tlb2->code, va >> IR_PAGE_BITS);
}

/* ---- single pages ---- */

static void tlb_drop_page(struct x86_cpu *cpu, emu_gva va)
{
    struct x86_page *set = cpu->tlb2->page[tlb2_set(va)];

    for (unsigned kind = 0; kind < X86_TLB_KINDS; kind++)
        tlb_clear_entry(&cpu->tlbs[kind].entry[va >> IR_PAGE_BITS & ((1u << IR_TLB_BITS) - 1)]);
    for (unsigned way = 0; way < X86_TLB2_WAYS; way++)
        if (set[way].linear == (va & IR_PAGE_MASK))
            set[way].asid = 0;
}

void x86_tlb_flush_page(struct x86_cpu *cpu, emu_gva address)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;

    if (filter_has(&tlb2->large, address >> 21) || filter_has(&tlb2->huge, address >> 30)) {
        x86_tlb_flush_all(cpu, true);
        return;
    }
    tlb_drop_page(cpu, address);
    if (filter_has(&tlb2->code, address >> IR_PAGE_BITS))
        tlb_flush_jumps(cpu);
}

static void tlb_drop_pcid(struct x86_cpu *cpu, uint16_t pcid)
{
    for (unsigned i = 0; i < X86_SPACES; i++)
        if (cpu->tlb2->space[i].pcid == pcid)
            cpu->tlb2->space[i].used = false;
    if (tlb_pcid(cpu) == pcid)
        x86_tlb_flush_all(cpu, false);
}

void x86_tlb_invpcid(struct x86_cpu *cpu, unsigned type, uint16_t pcid, emu_gva address)
{
    if (type == 0) {
        x86_tlb_flush_page(cpu, address);
    } else if (type == 1) {
        tlb_drop_pcid(cpu, pcid);
    } else {
        tlb_drop_spaces(cpu->tlb2);
        x86_tlb_flush_all(cpu, type == 2);
    }
}

/* ---- life ---- */

void x86_memory_changed(void *opaque)
{
    struct x86_cpu *cpu = opaque;

    emu_vcpu_request(cpu->vcpu, X86_REQUEST_FLUSH);
}

void x86_take_memory_change(struct x86_cpu *cpu)
{
    if (!(atomic_load_explicit(&cpu->ir.request, memory_order_acquire) & X86_REQUEST_FLUSH))
        return;
    emu_vcpu_clear(cpu->vcpu, X86_REQUEST_FLUSH);
    x86_tlb_flush_all(cpu, true);
}

bool x86_mmu_init(struct x86_cpu *cpu, struct emu_error *err)
{
    size_t size = (sizeof(*cpu->tlb2) + 63) & ~(size_t)63;

    cpu->tlbs = aligned_alloc(64, X86_TLB_KINDS * sizeof(*cpu->tlbs));
    cpu->tlb2 = aligned_alloc(64, size);
    if (cpu->tlb2 != NULL)
        memset(cpu->tlb2, 0, size);
    if (cpu->tlbs == NULL || cpu->tlb2 == NULL) {
        x86_mmu_finish(cpu);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory for a processor's TLB");
    }
    pthread_mutex_init(&cpu->tlb2->turn_lock, NULL);
    cpu->tlb2->next_generation = 1;
    tlb_clear_tables(cpu);
    x86_tlb_flush_all(cpu, true);
    cpu->ir.tlb = &cpu->tlbs[X86_TLB_SUPERVISOR];
    return true;
}

void x86_mmu_finish(struct x86_cpu *cpu)
{
    if (cpu->tlb2 != NULL && cpu->tlb2->current != NULL)
        pthread_mutex_destroy(&cpu->tlb2->turn_lock);
    free(cpu->tlbs);
    free(cpu->tlb2);
    cpu->tlbs = NULL;
    cpu->tlb2 = NULL;
}
