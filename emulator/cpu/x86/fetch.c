/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code: fetching its bytes, and the guest-physical address that stands for the program counter. A
 * page whose code is about to be translated loses its fast write entries on all processors.
 */
#include <string.h>

#include "emulator/core/machine.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/ir/blocks.h"

static emu_gva mmu_code_linear(const struct x86_cpu *cpu)
{
    if (cpu->ir.mode & X86_MODE_CODE64)
        return cpu->ir.pc;
    return (uint32_t)(cpu->seg[X86_CS].base + cpu->ir.pc);
}

static unsigned mmu_fetch_piece(struct x86_cpu *cpu, const struct x86_piece *piece, uint8_t *out)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL)
        emu_shared_copy(out, page->host + (piece->va & ~IR_PAGE_MASK), piece->size);
    else
        for (unsigned i = 0; i < piece->size; i++)
            out[i] = (uint8_t)x86_read_bus(cpu, x86_page_physical(page, piece->va) + i, 1);
    return piece->size;
}

enum ir_status x86_fetch(struct x86_cpu *cpu, emu_gva address, uint8_t *out, unsigned length,
                         unsigned *got)
{
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    uint32_t error = 0;

    *got = 0;
    while (*got < length) {
        struct x86_piece piece = {.va = (address + *got) & how.mask};

        if (!x86_linear_canonical(cpu, piece.va))
            break;
        piece.size = x86_size_in_page(piece.va, length - *got);
        piece.page = x86_page_find(cpu, piece.va, &how, &error);
        if (piece.page == NULL)
            break;
        *got += mmu_fetch_piece(cpu, &piece, out + *got);
    }
    return *got > 0 || length == 0 ? IR_OK : x86_fetch_fault(cpu, address);
}

enum ir_status x86_fetch_fault(struct x86_cpu *cpu, emu_gva address)
{
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    uint32_t error = 0;

    address &= how.mask;
    if (!x86_linear_canonical(cpu, address))
        return x86_raise_error(cpu, X86_GP, 0);
    if (x86_page_find(cpu, address, &how, &error) == NULL)
        return x86_raise_page_fault(cpu, address, error);
    return IR_OK;
}

bool x86_fetch_page(struct x86_cpu *cpu, uint8_t *out, unsigned *offset)
{
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    emu_gva va = mmu_code_linear(cpu);
    const struct x86_page *page;
    uint32_t error;

    page = x86_linear_canonical(cpu, va) ? x86_page_find(cpu, va, &how, &error) : NULL;
    if (page == NULL || page->host == NULL)
        return false;
    *offset = (unsigned)(va & ~IR_PAGE_MASK);
    emu_shared_copy(out, page->host, IR_PAGE_SIZE);
    return true;
}

struct mmu_protection {
    struct x86_cpu *cpu;
    const struct x86_page *page;
};

/* The mark and the loss of the write entries are one step for the others: whoever sees the mark
 * translates, and no store that it does not hear of may follow. */
static void mmu_protect_everywhere(void *opaque)
{
    const struct mmu_protection *protection = opaque;
    struct x86_cpu *cpu = protection->cpu;
    struct emu_machine *machine = cpu->vcpu->machine;

    if (!ir_blocks_protect(cpu->ir.blocks, protection->page->physical))
        return;
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        x86_tlb_drop_writes(machine->vcpus[i].arch, protection->page->host);
}

/* From now on stores to the page come to us. */
static void mmu_protect(struct x86_cpu *cpu, const struct x86_page *page)
{
    struct mmu_protection protection = {cpu, page};
    struct emu_vcpu *vcpu = cpu->vcpu;

    if (ir_blocks_page_has_code(cpu->ir.blocks, page->physical))
        return;
    if (vcpu != NULL && vcpu->machine != NULL && vcpu->machine->vcpu_count > 1)
        emu_machine_run_exclusive(vcpu->machine, vcpu, mmu_protect_everywhere, &protection);
    else if (ir_blocks_protect(cpu->ir.blocks, page->physical))
        x86_tlb_drop_writes(cpu, page->host);
}

bool x86_guest_code_address(struct ir_env *env, emu_gpa *out)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    emu_gva va = mmu_code_linear(cpu);
    const struct x86_page *page;
    uint32_t error;

    if (!x86_linear_canonical(cpu, va))
        return false;
    page = x86_page_find(cpu, va, &how, &error);
    if (page == NULL || page->host == NULL)
        return false;
    mmu_protect(cpu, page);
    x86_tlb_note_code(cpu, page);
    *out = x86_page_physical(page, va);
    return true;
}
