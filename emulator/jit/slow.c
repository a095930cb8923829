/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What generated code calls: ops by the portable executor, flags, the way to the next block. */
#include "emulator/ir/jumps.h"
#include "emulator/jit/internal.h"

const struct ir_xinsn *jit_slow_stop(struct ir_env *env, const struct ir_xinsn *ip)
{
    return ip;
}

const struct ir_xinsn *jit_slow_op(struct ir_env *env, struct jit_site *site)
{
    struct jit_counts *counts = jit_vcpu(env)->counts;

    EMU_SHARED_AFTER(jit_vcpu(env)->jit);
    if (IR_UNLIKELY(counts != NULL))
        jit_count(&counts->slow[site->kind]);
    env->pc = env->code_base + (site->block->address & ~IR_PAGE_MASK);
    env->block = site->block;
    return site->x.fn(env, &site->x);
}

static bool slow_known(struct ir_env *env, const struct ir_jump *jump)
{
    return jump->pc == env->pc && jump->generation == ir_jump_generation(env) &&
           atomic_load_explicit(&jump->block->mode, memory_order_relaxed) == env->mode;
}

const void *jit_slow_link(struct ir_env *env, struct jit_link *link)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    const struct ir_jump *jump = &env->jump[ir_jump_index(env->pc)];

    EMU_SHARED_AFTER(vcpu->jit);
    if (atomic_load_explicit(&env->request, memory_order_relaxed) != 0)
        return NULL;
    if (slow_known(env, jump)) {
        jit_link_join(vcpu, link, (struct jit_block *)jump->block);
        return jump->code;
    }
    vcpu->pending = link;
    return NULL;
}

uint64_t jit_slow_carry(struct ir_env *env)
{
    return ir_flags_carry(env);
}

uint64_t jit_slow_cond(struct ir_env *env, unsigned cond)
{
    return ir_flags_cond(env, cond);
}
