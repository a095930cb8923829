/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What generated code calls: ops by the portable executor, flags, the way to the next block. */
#include "emulator/jit/internal.h"

/* ---- ops ---- */

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

/* ---- the way to the next block ---- */

static struct ir_block *slow_block(struct ir_env *env)
{
    struct jit_counts *counts = jit_vcpu(env)->counts;

    if (IR_UNLIKELY(counts != NULL))
        jit_count(&counts->count[JIT_COUNT_MISSES]);
    ir_executor(env)->status = IR_X_NEXT_BLOCK;
    return ir_exec_known(env);
}

const void *jit_slow_miss(struct ir_env *env)
{
    const struct ir_block *block = slow_block(env);

    return block != NULL ? block->code : NULL;
}

const void *jit_slow_link(struct ir_env *env, struct jit_link *link)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    struct ir_block *block = slow_block(env);

    EMU_SHARED_AFTER(vcpu->jit);
    if (block == NULL) {
        vcpu->pending = link;
        return NULL;
    }
    jit_link_join(vcpu, link, (struct jit_block *)block);
    return block->code;
}

/* An op ended the run. Where that is nothing to the run loop, translated code goes on. */
const void *jit_slow_stopped(struct ir_env *env)
{
    struct ir_executor *executor = ir_executor(env);
    const void *code;

    if (executor->status == IR_ALONE || executor->jumps.hidden)
        return NULL;
    executor->status = ir_exec_settle(env, executor->status);
    if (executor->status != IR_X_NEXT_BLOCK ||
        atomic_load_explicit(&env->request, memory_order_relaxed) != 0)
        return NULL;
    code = ir_jumps_get(env, env->pc);
    return code != NULL ? code : jit_slow_miss(env);
}

const void *jit_slow_leave(struct ir_env *env)
{
    ir_executor(env)->status = IR_OK;
    return jit_slow_stopped(env);
}

/* ---- flags ---- */

uint64_t jit_slow_carry(struct ir_env *env)
{
    return ir_flags_carry(env);
}

uint64_t jit_slow_cond(struct ir_env *env, unsigned cond)
{
    return ir_flags_cond(env, cond);
}
