/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Direct exits joined to the block they lead to, by patching one aligned 32-bit distance. Only
 * within a page: there the mapping that holds for one block holds for the other. A dying block is
 * taken out from both sides before its memory can go.
 */
#include "emulator/jit/internal.h"

static void link_write(struct jit_link *link, int32_t distance)
{
    __atomic_store_n((int32_t *)(void *)link->jump, distance, __ATOMIC_RELEASE);
}

static bool link_fits(const struct jit_link *link, const struct jit_block *target)
{
    const struct jit_block *owner = link->owner;

    return target->base.address == (owner->base.address & IR_PAGE_MASK) + link->offset &&
           !target->base.straddles && target->mode == owner->mode &&
           atomic_load_explicit(&target->base.mode, memory_order_relaxed) == target->mode &&
           atomic_load_explicit(&owner->base.mode, memory_order_relaxed) == owner->mode;
}

void jit_link_join(struct jit_vcpu *vcpu, struct jit_link *link, struct jit_block *target)
{
    struct jit *jit = vcpu->jit;

    pthread_mutex_lock(&jit->links);
    link->apart |= target->base.straddles;
    if (link->target == NULL && link_fits(link, target)) {
        link->target = target;
        link->next = target->incoming;
        target->incoming = link;
        EMU_SHARED_BEFORE(jit); /* who follows the jump finds the target complete */
        link_write(link, (int32_t)(target->code + target->entry - (link->jump + 4)));
        if (vcpu->counts != NULL)
            jit_count(&vcpu->counts->count[JIT_COUNT_LINKS]);
    }
    pthread_mutex_unlock(&jit->links);
}

static void link_cut_locked(struct jit_link *link)
{
    link->target = NULL;
    link_write(link, link->unlinked);
}

static void link_leave_locked(struct jit_link *link)
{
    struct jit_link **place;

    if (link->target == NULL)
        return;
    for (place = &link->target->incoming; *place != link;)
        place = &(*place)->next;
    *place = link->next;
    link_cut_locked(link);
}

/* Five bytes change, and eight are stored, at once. */
static void link_bar(struct jit *jit, struct jit_block *block)
{
    const uint8_t *run = jit_cache_run(&jit->cache, block->code);
    uint64_t *entry = (uint64_t *)(void *)block->code;
    uint64_t jump = 0xe9 | (uint64_t)(uint32_t)(jit->stubs.miss - (run + 5)) << 8;

    __atomic_store_n(entry, (*entry & ~0ull << 40) | jump, __ATOMIC_RELEASE);
}

void jit_links_drop(struct jit *jit, struct jit_block *block)
{
    link_bar(jit, block);
    pthread_mutex_lock(&jit->links);
    for (struct jit_link *link = block->incoming; link != NULL; link = link->next)
        link_cut_locked(link);
    block->incoming = NULL;
    for (unsigned n = 0; n < block->link_count; n++)
        link_leave_locked(&block->link[n]);
    pthread_mutex_unlock(&jit->links);
}
