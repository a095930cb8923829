/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An access by linear address in parts: who makes it, whether its address has the right form (SDM
 * volume 1, 3.3.7.1), which pages it touches, and what each piece does in RAM, at registers, in the
 * local APIC's page, to watched pages and to translated code.
 */
#include "emulator/core/region.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/ir/blocks.h"

#define APIC_BASE_X2     (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)

/* ---- privilege ---- */

struct x86_how x86_how_current(const struct x86_cpu *cpu, enum x86_access access)
{
    bool user = cpu->cpl == 3;

    return (struct x86_how){
        .access = access,
        .user = user,
        .smap = !user && (cpu->cr4 & X86_CR4_SMAP) && !(cpu->eflags & X86_FLAG_AC),
        .mask = cpu->ir.mode & X86_MODE_CODE64 ? UINT64_MAX : UINT32_MAX,
    };
}

struct x86_how x86_how_system(const struct x86_cpu *cpu, enum x86_access access)
{
    return (struct x86_how){
        .access = access,
        .smap = cpu->cr4 & X86_CR4_SMAP,
        .mask = cpu->efer & X86_EFER_LMA ? UINT64_MAX : UINT32_MAX,
    };
}

/* ---- translation ---- */

const struct x86_page *x86_page_find(struct x86_cpu *cpu, emu_gva va, const struct x86_how *how,
                                     uint32_t *error)
{
    const struct x86_page *page = x86_tlb2_find(cpu, va);
    struct x86_page walked = {0};

    /* What the TLB forbids, the tables may allow by now. */
    if (page != NULL && x86_page_allows(cpu, page->rights, how) &&
        (how->access != X86_WRITE || (page->rights & X86_PAGE_D)))
        return page;
    if (!x86_walk(cpu, va, how, &walked, error))
        return NULL;
    return x86_tlb2_insert(cpu, &walked);
}

enum ir_status x86_check_form(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                              unsigned size, unsigned flags)
{
    if ((flags & IR_ACCESS_ALIGNED) && (va & (size - 1)))
        return x86_raise_error(cpu, X86_GP, 0);
    if (!x86_linear_canonical(cpu, va) || !x86_linear_canonical(cpu, (va + size - 1) & how->mask))
        return x86_raise_error(cpu, flags & IR_ACCESS_STACK ? X86_STACK : X86_GP, 0);
    return IR_OK;
}

bool x86_misaligned(const struct x86_cpu *cpu, const struct x86_how *how, emu_gva va, unsigned size)
{
    return (va & (size - 1)) && how->user && (cpu->eflags & X86_FLAG_AC) && (cpu->cr0 & X86_CR0_AM);
}

enum ir_status x86_translate_piece(struct x86_cpu *cpu, const struct x86_how *how,
                                   struct x86_piece *piece)
{
    uint32_t error = 0;

    piece->page = x86_page_find(cpu, piece->va, how, &error);
    if (piece->page == NULL)
        return x86_raise_page_fault(cpu, piece->va, error);
    x86_tlb_fill(cpu, piece->page, how);
    return IR_OK;
}

enum ir_status x86_translate(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                             unsigned size, unsigned flags, struct x86_piece piece[2],
                             unsigned *count)
{
    unsigned first = x86_size_in_page(va, size);
    enum ir_status status = x86_check_form(cpu, how, va, size, flags);

    piece[0] = (struct x86_piece){.va = va, .size = first};
    piece[1] = (struct x86_piece){.va = (va + first) & how->mask, .size = size - first};
    *count = first < size ? 2 : 1;
    for (unsigned i = 0; i < *count && status == IR_OK; i++)
        status = x86_translate_piece(cpu, how, &piece[i]);
    return status;
}

/* ---- registers ---- */

static bool mmu_apic_claims(const struct x86_cpu *cpu, emu_gpa address)
{
    uint64_t base;

    if (cpu->apic_ops == NULL)
        return false;
    base = cpu->apic_ops->get_base(cpu->apic);
    return (base & APIC_BASE_ENABLE) && !(base & APIC_BASE_X2) &&
           ((base ^ address) & IR_PAGE_MASK) == 0;
}

uint64_t x86_read_bus(struct x86_cpu *cpu, emu_gpa address, unsigned size)
{
    if (mmu_apic_claims(cpu, address))
        return cpu->apic_ops->read(cpu->apic, address & ~IR_PAGE_MASK, size);
    return emu_memory_load(cpu->memory, address, size);
}

static void mmu_write_bus(struct x86_cpu *cpu, emu_gpa address, uint64_t value, unsigned size)
{
    if (mmu_apic_claims(cpu, address))
        cpu->apic_ops->write(cpu->apic, address & ~IR_PAGE_MASK, value, size);
    else
        emu_memory_store(cpu->memory, address, value, size);
}

/* The largest power of 2 up to 8 that is in size. */
static unsigned mmu_bus_size(unsigned size)
{
    return size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1;
}

static void mmu_read_registers(struct x86_cpu *cpu, emu_gpa address, uint8_t *out, unsigned size)
{
    while (size > 0) {
        unsigned part = mmu_bus_size(size);
        uint64_t value = x86_read_bus(cpu, address, part);

        memcpy(out, &value, part);
        out += part;
        address += part;
        size -= part;
    }
}

static void mmu_write_registers(struct x86_cpu *cpu, emu_gpa address, const uint8_t *data,
                                unsigned size)
{
    while (size > 0) {
        unsigned part = mmu_bus_size(size);
        uint64_t value = 0;

        memcpy(&value, data, part);
        mmu_write_bus(cpu, address, value, part);
        data += part;
        address += part;
        size -= part;
    }
    x86_take_memory_change(cpu);
}

/* ---- one piece ---- */

static void mmu_watch(struct x86_cpu *cpu, const struct x86_piece *piece, bool write)
{
    if (piece->page->rights & X86_PAGE_WATCHED)
        x86_debug_check_access(cpu, piece->va, piece->size, write);
}

void x86_read_piece(struct x86_cpu *cpu, const struct x86_piece *piece, uint8_t *out)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL)
        x86_copy(out, page->host + (piece->va & ~IR_PAGE_MASK), piece->size);
    else
        mmu_read_registers(cpu, x86_page_physical(page, piece->va), out, piece->size);
    mmu_watch(cpu, piece, false);
}

bool x86_page_has_code(struct x86_cpu *cpu, const struct x86_page *page)
{
    return cpu->ir.blocks != NULL && (page->rights & X86_PAGE_HOST_W) &&
           ir_blocks_page_has_code(cpu->ir.blocks, page->physical);
}

bool x86_hits_block(struct x86_cpu *cpu, const struct x86_piece *piece)
{
    return cpu->ir.block != NULL && x86_page_has_code(cpu, piece->page) &&
           ir_blocks_store(cpu->ir.blocks, x86_page_physical(piece->page, piece->va), piece->size,
                           cpu->ir.block, true);
}

void x86_stored(struct x86_cpu *cpu, const struct x86_piece *piece)
{
    if (x86_page_has_code(cpu, piece->page))
        ir_blocks_store(cpu->ir.blocks, x86_page_physical(piece->page, piece->va), piece->size,
                        NULL, false);
    mmu_watch(cpu, piece, true);
}

void x86_write_piece(struct x86_cpu *cpu, const struct x86_piece *piece, const uint8_t *data)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL && (page->rights & X86_PAGE_HOST_W))
        x86_copy(page->host + (piece->va & ~IR_PAGE_MASK), data, piece->size);
    else
        mmu_write_registers(cpu, x86_page_physical(page, piece->va), data, piece->size);
    x86_stored(cpu, piece);
}
