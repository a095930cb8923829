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
    const struct ir_xinsn *ip = site->x;

    EMU_SHARED_AFTER(jit_vcpu(env)->jit);
    if (IR_UNLIKELY(counts != NULL))
        jit_count(&counts->slow[site->kind]);
    env->pc = env->code_base;
    env->block = site->block;
#ifdef IR_DISPATCH_LOOP
    while (ip != NULL && ip->fn != jit_slow_stop)
        ip = ip->fn(env, ip);
    return ip;
#else
    return ip->fn(env, ip);
#endif
}

/* ---- flags ---- */

static uint64_t redo_cut(const struct ir_xinsn *ip, uint64_t value)
{
    return value << ip->cut >> ip->cut;
}

static uint64_t redo_b(struct ir_env *env, const struct ir_xinsn *ip)
{
    return redo_cut(ip, ip->scale ? (uint64_t)ip->imm : *ir_slot(env, ip->b));
}

const struct ir_xinsn *jit_redo_result(struct ir_env *env, const struct ir_xinsn *ip)
{
    ir_flags_set(env, redo_cut(ip, IR_R(d)), redo_b(env, ip), ip->cond);
    env->flags.carry_in = 0;
    IR_NEXT;
}

const struct ir_xinsn *jit_redo_sub(struct ir_env *env, const struct ir_xinsn *ip)
{
    uint64_t b = redo_b(env, ip);

    ir_flags_set(env, redo_cut(ip, IR_R(a) - b), b, ip->cond);
    IR_NEXT;
}

const struct ir_xinsn *jit_redo_and(struct ir_env *env, const struct ir_xinsn *ip)
{
    ir_flags_set(env, redo_cut(ip, IR_R(a) & redo_b(env, ip)), 0, ip->cond);
    IR_NEXT;
}

/* ---- blocks ---- */

void jit_slow_watched(struct ir_env *env)
{
    ir_blocks_store(env->blocks, env->watch->number << IR_PAGE_BITS, IR_PAGE_SIZE, NULL, false);
}

const void *jit_slow_hot(struct ir_env *env, struct jit_block *block)
{
    ir_executor(env)->status = IR_X_NEXT_BLOCK;
    jit_vcpu(env)->hot = block;
    /* If nothing comes of it: */
    atomic_store_explicit(&block->patience, JIT_PATIENCE * 16, memory_order_relaxed);
    return NULL;
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
    jit_link_join(env, link, (struct jit_block *)block);
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

uint64_t jit_slow_flags(struct ir_env *env)
{
    return ir_flags_get(env);
}

uint64_t jit_slow_cond(struct ir_env *env, unsigned cond)
{
    return ir_flags_cond(env, cond);
}
