/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read-modify-write operations that miss the fast tables: in RAM the executor works in place, else
 * in a bounce buffer, which is loaded first and stored at the end.
 */
#include <string.h>

#include "emulator/core/machine.h"
#include "emulator/cpu/x86/mmu.h"

/* Locked operations on registers take turns by one lock for the whole machine. */
static pthread_mutex_t *mmu_turn_lock(struct x86_cpu *cpu)
{
    if (cpu->vcpu != NULL && cpu->vcpu->machine != NULL) {
        struct x86_cpu *first = cpu->vcpu->machine->vcpus[0].arch;

        return &first->tlb2->turn_lock;
    }
    return &cpu->tlb2->turn_lock;
}

static bool mmu_all_ram(const struct x86_piece piece[2], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!(piece[i].page->rights & X86_PAGE_HOST_W))
            return false;
    return true;
}

/*
 * No host operation spans two pages that are apart: the other processors stand still, as on a bus
 * that is locked, since they may access the halves with instructions of any kind.
 */
static void mmu_rmw_lock(struct x86_cpu *cpu, struct x86_rmw *rmw, bool ram)
{
    rmw->alone = ram && cpu->vcpu != NULL && cpu->vcpu->in_guest;
    rmw->in_turn = !rmw->alone;
    if (rmw->alone)
        emu_vcpu_begin_exclusive(cpu->vcpu);
    else
        pthread_mutex_lock(mmu_turn_lock(cpu));
}

static void mmu_rmw_unlock(struct x86_cpu *cpu, const struct x86_rmw *rmw)
{
    if (rmw->alone)
        emu_vcpu_end_exclusive(cpu->vcpu);
    if (rmw->in_turn)
        pthread_mutex_unlock(mmu_turn_lock(cpu));
}

static enum ir_status mmu_rmw_bounce(struct x86_cpu *cpu, struct x86_rmw *rmw,
                                     const struct x86_piece piece[2], unsigned count, bool locked)
{
    rmw->bounced = true;
    if (locked)
        mmu_rmw_lock(cpu, rmw, mmu_all_ram(piece, count));
    x86_read_piece(cpu, &piece[0], rmw->bounce);
    if (count == 2)
        x86_read_piece(cpu, &piece[1], rmw->bounce + piece[0].size);
    return IR_OK;
}

/* Where the host can work in place: in one page, or in two that are neighbours there as well. */
static bool mmu_rmw_in_place(const struct x86_piece piece[2], unsigned count)
{
    return mmu_all_ram(piece, count) &&
           (count == 1 || piece[1].page->host == piece[0].page->host + IR_PAGE_SIZE);
}

static void mmu_rmw_note(struct x86_rmw *rmw, const struct x86_piece piece[2], unsigned count)
{
    memset(rmw->page, 0, sizeof(rmw->page));
    rmw->bounced = rmw->alone = rmw->in_turn = false;
    for (unsigned i = 0; i < count; i++) {
        rmw->page[i] = piece[i].page;
        rmw->va[i] = piece[i].va;
        rmw->size[i] = piece[i].size;
    }
}

enum ir_status x86_guest_rmw_begin(struct ir_env *env, uint64_t va, unsigned size, unsigned access,
                                   void **host)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_WRITE);
    struct x86_rmw *rmw = &cpu->tlb2->rmw;
    struct x86_piece piece[2];
    unsigned count;
    enum ir_status status = x86_translate(cpu, &how, va, size, access, piece, &count);

    if (status != IR_OK)
        return status;
    if (x86_misaligned(cpu, &how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    for (unsigned i = 0; i < count; i++)
        if (x86_hits_block(cpu, &piece[i]))
            return IR_ALONE;
    mmu_rmw_note(rmw, piece, count);
    if (mmu_rmw_in_place(piece, count)) {
        *host = piece[0].page->host + (va & ~IR_PAGE_MASK);
        return IR_OK;
    }
    *host = rmw->bounce;
    return mmu_rmw_bounce(cpu, rmw, piece, count, access & IR_ACCESS_LOCKED);
}

void x86_guest_rmw_end(struct ir_env *env)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_rmw *rmw = &cpu->tlb2->rmw;
    const uint8_t *data = rmw->bounce;

    for (unsigned i = 0; i < 2 && rmw->page[i] != NULL; i++) {
        struct x86_piece piece = {rmw->va[i], rmw->size[i], rmw->page[i]};

        if (rmw->bounced)
            x86_write_piece(cpu, &piece, data);
        else
            x86_stored(cpu, &piece);
        data += piece.size;
    }
    mmu_rmw_unlock(cpu, rmw);
}
