/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Direct exits joined to the block they lead to, by patching one aligned 32-bit distance. Within a
 * page the mapping that holds for one block holds for the other; to another page it is good for one
 * jump table and one pc, which a tag in the code tells. A dying block is taken out from both sides
 * before its memory can go.
 */
#include "emulator/ir/jumps.h"
#include "emulator/jit/internal.h"

static void link_write(struct jit_link *link, int32_t distance)
{
    __atomic_store_n((int32_t *)(void *)link->jump, distance, __ATOMIC_RELEASE);
}

static void link_write_tag(struct jit_link *link, uint64_t tag)
{
    if (link->tag != NULL)
        __atomic_store_n((uint64_t *)(void *)link->tag, tag, __ATOMIC_RELEASE);
}

static bool link_lives(const struct jit_block *block)
{
    return atomic_load_explicit(&block->base.mode, memory_order_relaxed) == block->mode;
}

/* Is it where the link leads to? */
static bool link_leads_to(const struct ir_env *env, const struct jit_link *link, emu_gpa address)
{
    if (link->tag == NULL)
        return address == (link->owner->base.address & IR_PAGE_MASK) + link->offset;
    return env->pc == env->code_base + link->offset && (!link->known || address == link->address);
}

static bool link_fits(const struct ir_env *env, const struct jit_link *link,
                      const struct jit_block *target)
{
    const struct jit_block *owner = link->owner;

    return link_leads_to(env, link, target->base.address) && !target->base.straddles &&
           target->mode == owner->mode && link_lives(target) && link_lives(owner);
}

static void link_attach_locked(struct jit_link *link, struct jit_block *target)
{
    link->known = true;
    link->address = target->base.address;
    link->target = target;
    link->next = target->incoming;
    target->incoming = link;
    link_write(link, (int32_t)(target->code + target->entry - (link->jump + 4)));
}

void jit_link_join(struct ir_env *env, struct jit_link *link, struct jit_block *target)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    struct jit *jit = vcpu->jit;

    pthread_mutex_lock(&jit->links);
    link->apart |= target->base.straddles;
    link->wait = JIT_LINK_WAIT;
    if ((link->target == NULL || (link->tag != NULL && link->target == target)) &&
        link_fits(env, link, target)) {
        EMU_SHARED_BEFORE(jit); /* who follows the jump finds the target complete */
        if (link->target == NULL)
            link_attach_locked(link, target);
        link_write_tag(link, (env->code_base - (uint64_t)(int64_t)link->page) ^ env->jumps_tag);
        if (vcpu->counts != NULL)
            jit_count(&vcpu->counts->count[JIT_COUNT_LINKS]);
    }
    pthread_mutex_unlock(&jit->links);
}

static void link_cut_locked(struct jit_link *link)
{
    link->target = NULL;
    link->wait = JIT_LINK_FIRST;
    link_write_tag(link, IR_JUMPS_NO_TAG);
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
