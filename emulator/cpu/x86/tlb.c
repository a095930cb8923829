/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The soft TLB: fast tables, one for each address space and kind of privilege, and behind them a
 * set-associative second level, tagged with an address space number. A flush gives up a number and
 * empties the fast tables of one space, where it remembers what is in them.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"
#include "emulator/core/region.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/ir/exec.h"

/* So often is a kernel tried again as one in global pages. */
#define LOCAL_CODE_TIMES 256

#define TLB_SMM_PCID 0x1000 /* added to the numbers of spaces in system management mode */

/* ---- filters ---- */

static uint64_t filter_place(uint64_t number)
{
    return number * 0x9e3779b97f4a7c15u >> (64 - X86_FILTER_BITS);
}

static void filter_add(struct x86_filter *filter, uint64_t number)
{
    uint64_t place = filter_place(number);

    filter->word[place / 64] |= 1ull << place % 64;
}

static bool filter_has(const struct x86_filter *filter, uint64_t number)
{
    uint64_t place = filter_place(number);

    return filter->word[place / 64] >> place % 64 & 1;
}

static void filter_clear(struct x86_filter *filter)
{
    memset(filter, 0, sizeof(*filter));
}

/* ---- emptying the fast tables ---- */

static void tlb_clear_table(struct x86_cpu *cpu, unsigned n)
{
    struct x86_tlb_use *use = &cpu->tlb2->use[n];

    if (use->count > X86_TLB_NOTED)
        for (unsigned i = 0; i < IR_TLB_SIZE; i++)
            ir_tlb_clear_entry(&cpu->tlbs[n], i);
    else
        for (unsigned i = 0; i < use->count; i++)
            ir_tlb_clear_entry(&cpu->tlbs[n], use->noted[i]);
    use->count = 0;
}

static void tlb_note_entry(struct x86_cpu *cpu, unsigned n, unsigned index)
{
    struct x86_tlb_use *use = &cpu->tlb2->use[n];

    if (use->count < X86_TLB_NOTED)
        use->noted[use->count] = (uint16_t)index;
    if (use->count <= X86_TLB_NOTED)
        use->count++;
}

static unsigned tlb_table(const struct x86_cpu *cpu, enum x86_tlb_kind kind)
{
    size_t space = (size_t)(cpu->tlb2->current - cpu->tlb2->space);

    return kind == X86_TLB_NEVER ? X86_TLBS - 1 : (unsigned)space * X86_TLB_KINDS + kind;
}

/* ---- address spaces ---- */

static void tlb_renumber(struct x86_cpu *cpu, uint64_t *number)
{
    ir_jumps_forget(&cpu->ir, *number);
    *number = ++cpu->tlb2->last_number;
}

static void tlb_renumber_global(struct x86_cpu *cpu)
{
    filter_clear(&cpu->tlb2->global_code);
    tlb_renumber(cpu, &cpu->tlb2->global_number);
}

static void tlb_renumber_spaces(struct x86_cpu *cpu)
{
    filter_clear(&cpu->tlb2->code);
    for (unsigned i = 0; i < X86_SPACES; i++)
        tlb_renumber(cpu, &cpu->tlb2->space[i].number);
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

static void tlb_empty_space(struct x86_cpu *cpu, struct x86_space *space)
{
    unsigned first = (unsigned)(space - cpu->tlb2->space) * X86_TLB_KINDS;

    for (unsigned kind = 0; kind < X86_TLB_KINDS; kind++)
        tlb_clear_table(cpu, first + kind);
    space->stale = false;
}

static void tlb_enter_space(struct x86_cpu *cpu, uint16_t pcid, bool keep)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;
    struct x86_space *space = tlb_pick_space(tlb2, pcid);

    if (!keep || !space->used) {
        space->used = true;
        space->pcid = pcid;
        space->asid = ++tlb2->last_asid;
        space->stale = true;
        tlb_renumber(cpu, &space->number);
    }
    if (space->stale)
        tlb_empty_space(cpu, space);
    space->last_use = ++tlb2->uses;
    tlb2->current = space;
    tlb2->local_code = tlb2->local_times >= LOCAL_CODE_TIMES;
    x86_tlb_select(cpu, tlb2->kind);
}

/* A kernel in global pages is the same code in all spaces. */
static uint64_t tlb_code_space(const struct x86_cpu *cpu)
{
    const struct x86_tlb2 *tlb2 = cpu->tlb2;
    bool global = cpu->cpl != 3 && (cpu->cr4 & X86_CR4_PGE) && !tlb2->local_code;

    return global ? tlb2->global_number : tlb2->current->number;
}

void x86_tlb_select(struct x86_cpu *cpu, enum x86_tlb_kind kind)
{
    cpu->tlb2->kind = kind;
    cpu->ir.tlb = &cpu->tlbs[tlb_table(cpu, kind)];
    cpu->ir.space = tlb_code_space(cpu);
    ir_jumps_select(&cpu->ir);
}

/* System management mode sees other memory: its spaces are others of the same number. */
static uint16_t tlb_mode_pcid(const struct x86_cpu *cpu, uint16_t pcid)
{
    return cpu->in_smm ? pcid | TLB_SMM_PCID : pcid;
}

static uint16_t tlb_pcid(const struct x86_cpu *cpu)
{
    return tlb_mode_pcid(cpu, cpu->cr4 & X86_CR4_PCIDE ? cpu->cr3 & 0xfff : 0);
}

void x86_tlb_set_cr3(struct x86_cpu *cpu, bool keep)
{
    tlb_enter_space(cpu, tlb_pcid(cpu), keep && (cpu->cr4 & X86_CR4_PCIDE));
}

void x86_tlb_switch_smm(struct x86_cpu *cpu)
{
    tlb_enter_space(cpu, tlb_pcid(cpu), true);
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
        tlb_renumber_global(cpu);
        filter_clear(&tlb2->large);
        filter_clear(&tlb2->huge);
    }
    tlb_enter_space(cpu, tlb_pcid(cpu), false);
}

void x86_tlb_rights_changed(struct x86_cpu *cpu)
{
    for (unsigned i = 0; i < X86_SPACES; i++)
        cpu->tlb2->space[i].stale = true;
    tlb_enter_space(cpu, tlb_pcid(cpu), true);
}

/* Of a guest that does not use keys, only key 0 counts. */
void x86_tlb_set_pkru(struct x86_cpu *cpu, uint32_t value)
{
    uint32_t changed = cpu->pkru ^ value;

    cpu->pkru = value;
    if (cpu->tlb2->keyed ? changed != 0 : changed & 3)
        x86_tlb_rights_changed(cpu);
}

void x86_mmu_control_changed(struct x86_cpu *cpu, uint64_t old_cr0, uint64_t old_cr4,
                             uint64_t old_efer)
{
    uint64_t cr0 = old_cr0 ^ cpu->cr0, cr4 = old_cr4 ^ cpu->cr4, efer = old_efer ^ cpu->efer;

    if ((cr0 & X86_CR0_PG) || (efer & (X86_EFER_NXE | X86_EFER_LMA)) ||
        (cr4 & (X86_CR4_PAE | X86_CR4_PSE | X86_CR4_PGE | X86_CR4_PCIDE | X86_CR4_SMEP)))
        x86_tlb_flush_all(cpu, true);
    else if ((cr0 & X86_CR0_WP) || (cr4 & (X86_CR4_SMAP | X86_CR4_PKE)))
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
    tlb2->keyed |= (page->rights >> X86_PAGE_KEY_SHIFT & 0xf) != 0;
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
           x86_page_allows(cpu, page->rights, &write);
}

void x86_tlb_fill(struct x86_cpu *cpu, const struct x86_page *page, const struct x86_how *how)
{
    enum x86_tlb_kind kind = how->user   ? X86_TLB_USER
                             : how->smap ? X86_TLB_SMAP
                                         : X86_TLB_SUPERVISOR;
    unsigned table = tlb_table(cpu, kind), index = ir_tlb_index(page->linear);
    struct ir_tlb_entry *entry = &cpu->tlbs[table].entry[index];
    struct x86_how read = *how;

    if (page->host == NULL || (page->rights & X86_PAGE_WATCHED))
        return;
    read.access = X86_READ;
    tlb_note_entry(cpu, table, index);
    entry->read = x86_page_allows(cpu, page->rights, &read) ? page->linear : ir_tlb_none(index);
    entry->code = NULL;
    entry->write = ir_tlb_none(index);
    entry->host = page->host;
    if (!tlb_may_write(cpu, page, how))
        return;
    if (cpu->ir.blocks != NULL)
        entry->code = ir_blocks_watch(cpu->ir.blocks, page->physical);
    if (entry->code == NULL)
        entry->write = page->linear;
}

static void tlb_drop_write(struct ir_tlb *tlb, unsigned index, const uint8_t *host_page)
{
    if (tlb->entry[index].host != host_page)
        return;
    tlb->entry[index].write = ir_tlb_none(index);
    tlb->entry[index].code = NULL;
}

void x86_tlb_drop_writes(struct x86_cpu *cpu, const uint8_t *host_page)
{
    for (unsigned n = 0; n < X86_TLBS; n++) {
        const struct x86_tlb_use *use = &cpu->tlb2->use[n];

        if (use->count > X86_TLB_NOTED)
            for (unsigned i = 0; i < IR_TLB_SIZE; i++)
                tlb_drop_write(&cpu->tlbs[n], i, host_page);
        else
            for (unsigned i = 0; i < use->count; i++)
                tlb_drop_write(&cpu->tlbs[n], use->noted[i], host_page);
    }
}

void x86_tlb_note_code(struct x86_cpu *cpu, const struct x86_page *page)
{
    struct x86_tlb2 *tlb2 = cpu->tlb2;

    if (cpu->ir.space == tlb2->global_number && !(page->rights & X86_PAGE_G)) {
        tlb2->local_code = true;
        tlb2->local_times++;
        x86_tlb_select(cpu, tlb2->kind);
    }
    filter_add(cpu->ir.space == tlb2->global_number ? &tlb2->global_code : &tlb2->code,
               page->linear >> IR_PAGE_BITS);
}

/* ---- single pages ---- */

static void tlb_drop_page(struct x86_cpu *cpu, emu_gva va)
{
    struct x86_page *set = cpu->tlb2->page[tlb2_set(va)];

    for (unsigned n = 0; n < X86_TLBS; n++)
        if (cpu->tlb2->use[n].count != 0)
            ir_tlb_clear_entry(&cpu->tlbs[n], ir_tlb_index(va));
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
        tlb_renumber_spaces(cpu);
    if (filter_has(&tlb2->global_code, address >> IR_PAGE_BITS))
        tlb_renumber_global(cpu);
    x86_tlb_select(cpu, tlb2->kind);
}

static void tlb_drop_pcid(struct x86_cpu *cpu, uint16_t number)
{
    uint16_t pcid = tlb_mode_pcid(cpu, number);

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

    cpu->tlbs = aligned_alloc(64, X86_TLBS * sizeof(*cpu->tlbs));
    cpu->tlb2 = aligned_alloc(64, size);
    if (cpu->tlb2 != NULL)
        memset(cpu->tlb2, 0, size);
    if (cpu->tlbs == NULL || cpu->tlb2 == NULL) {
        x86_mmu_finish(cpu);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory for a processor's TLB");
    }
    pthread_mutex_init(&cpu->tlb2->turn_lock, NULL);
    for (unsigned n = 0; n < X86_TLBS; n++) {
        cpu->tlb2->use[n].count = X86_TLB_NOTED + 1;
        tlb_clear_table(cpu, n);
    }
    cpu->tlb2->kind = X86_TLB_SUPERVISOR;
    x86_tlb_flush_all(cpu, true);
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
