/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The translator as a backend of the run loop: life, entering code, blocks that die. */
#include "emulator/jit/jit.h"

#include <stdlib.h>

#include "emulator/api/error.h"
#include "emulator/jit/internal.h"

/* ---- blocks of the table ---- */

static void jit_killed(void *opaque, struct ir_block *block)
{
    struct jit *jit = opaque;

    jit_links_drop(jit, (struct jit_block *)block);
    if (jit->stats != NULL)
        atomic_fetch_add(&jit->stats->killed, 1);
}

static void jit_release(struct jit *jit, const struct jit_block *block)
{
    jit_cache_release(&jit->cache, block->code, block->code_size);
}

static void jit_freed(void *opaque, struct ir_block *block)
{
    struct jit *jit = opaque;
    struct jit_block *own = (struct jit_block *)block;

    jit_release(jit, own);
    if (jit->stats == NULL)
        return;
    atomic_fetch_sub(&jit->stats->blocks, 1);
    atomic_fetch_sub(&jit->stats->bytes, own->code_size);
}

void jit_made(struct jit *jit, struct jit_counts *counts, const struct jit_block *block,
              uint64_t pc, uint32_t guest_bytes)
{
    if (counts != NULL)
        jit_count(&counts->count[JIT_COUNT_TRANSLATED]);
    if (jit->stats != NULL) {
        atomic_fetch_add(&jit->stats->blocks, 1);
        atomic_fetch_add(&jit->stats->bytes, block->code_size);
    }
    if (jit->perf_map != NULL)
        jit_perf_map_add_block(jit->perf_map, block->base.code, block->code_size, pc, guest_bytes);
}

/* ---- the backend ---- */

static enum ir_status jit_enter(struct ir_env *env, struct ir_block *block)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    struct jit_link *link = vcpu->pending;

    if (link != NULL)
        jit_link_join(env, link, (struct jit_block *)block);
    vcpu->pending = NULL;
    return vcpu->jit->stubs.enter(env, block->code);
}

/* Blocks may go from here on: no link of theirs is remembered. */
static void jit_forget(struct ir_env *env)
{
    jit_vcpu(env)->pending = NULL;
    jit_vcpu(env)->hot = NULL;
}

static bool jit_again(struct ir_env *env, const struct ir_block *block)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);

    if (vcpu->hot == NULL || &vcpu->hot->base != block || block->tier != 0)
        return false;
    if (!jit_spare_ask(env, vcpu->hot))
        return true;
    vcpu->hot = NULL;
    return false;
}

static struct jit_order jit_order(struct ir_env *env, emu_gpa address, bool straddles)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);

    return (struct jit_order){.jit = vcpu->jit,
                              .translation = vcpu->translation,
                              .mode = env->mode,
                              .address = address,
                              .straddles = straddles,
                              .opaque = env};
}

static const struct ir_builder *jit_piece(const struct jit_order *order, unsigned offset)
{
    struct ir_env *env = order->opaque;

    return ir_exec_piece(env, env->pc - (order->address & ~IR_PAGE_MASK) + offset);
}

static struct ir_block *jit_compile(struct ir_env *env, const struct ir_builder *builder,
                                    emu_gpa address, bool straddles)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    struct jit_order order = jit_order(env, address, straddles);
    struct ir_block *block;

    if (vcpu->hot != NULL && vcpu->hot->base.address == address && !straddles)
        order.piece = jit_piece;
    block = jit_translate(&order, builder);
    vcpu->hot = NULL;
    if (block == NULL && order.piece != NULL) {
        order.piece = NULL;
        block = jit_translate(&order, ir_exec_piece(env, env->pc));
    }
    if (block == NULL)
        ir_blocks_flush(env->blocks);
    else
        jit_made(vcpu->jit, vcpu->counts, (struct jit_block *)block, env->pc, builder->guest_bytes);
    return block;
}

static const struct ir_backend jit_backend = {
    .compile = jit_compile, .again = jit_again, .enter = jit_enter, .forget = jit_forget};

enum ir_status emu_jit_builder(struct ir_env *env, struct ir_builder *builder)
{
    struct jit *jit = jit_vcpu(env)->jit;
    struct jit_order order = jit_order(env, env->pc & ~IR_PAGE_MASK, false);
    struct ir_block *block = jit_translate(&order, builder);
    enum ir_status status;

    if (block == NULL)
        return IR_FAULT;
    ir_jumps_hide(env, true);
    atomic_store(&block->mode, env->mode);
    status = jit->stubs.enter(env, block->code);
    ir_jumps_hide(env, false);
    env->block = NULL;
    jit_release(jit, (struct jit_block *)block);
    free(block);
    jit_forget(env);
    return status == IR_X_NEXT_BLOCK ? IR_OK : status;
}

/* ---- life ---- */

struct jit *emu_jit_new(struct ir_blocks *blocks, const struct ir_guest *guest,
                        struct emu_error *err)
{
    static const struct ir_blocks_hooks hooks = {.killed = jit_killed, .freed = jit_freed};
    struct jit *jit = calloc(1, sizeof(*jit));

    if (jit == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "no memory for a translator");
        return NULL;
    }
    pthread_mutex_init(&jit->links, NULL);
    jit_spare_init(&jit->spare);
    jit->blocks = blocks;
    jit->guest = guest;
    jit->patience = JIT_PATIENCE;
    if (!jit_cache_init(&jit->cache, err) || !jit_make_stubs(jit, guest)) {
        emu_jit_free(jit);
        return NULL;
    }
    ir_blocks_set_hooks(blocks, &hooks, jit);
    return jit;
}

void emu_jit_free(struct jit *jit)
{
    if (jit == NULL)
        return;
    jit_spare_finish(&jit->spare);
    jit_cache_finish(&jit->cache);
    jit_stats_free(jit->stats);
    jit_perf_map_free(jit->perf_map);
    pthread_mutex_destroy(&jit->links);
    free(jit);
}

void emu_jit_trace(struct jit *jit, struct emu_trace *trace)
{
    jit->stats = jit_stats_new(trace, jit->guest);
    jit->perf_map = jit_perf_map_new(trace);
    jit_perf_map_add(jit->perf_map, jit->cache.run, jit->cache.top * JIT_CHUNK,
                     "guest: between blocks");
}

void emu_jit_report(struct jit *jit, bool end)
{
    jit_stats_report(jit->stats, end);
}

void emu_jit_count_code(struct jit *jit, _Atomic uint64_t *bytes)
{
    jit->cache.count = bytes;
}

void emu_jit_set_patience(struct jit *jit, unsigned entries)
{
    jit->patience = (int32_t)(entries < INT32_MAX ? entries : INT32_MAX);
}

bool emu_jit_join(struct jit *jit, struct ir_env *env, struct emu_error *err)
{
    struct jit_vcpu *vcpu = calloc(1, sizeof(*vcpu));
    struct jit_translation *translation = jit_translation_new();

    if (vcpu == NULL || translation == NULL) {
        free(vcpu);
        free(translation);
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for a translator");
    }
    vcpu->jit = jit;
    vcpu->translation = translation;
    vcpu->counts = jit_stats_add_vcpu(jit->stats);
    env->backend_data = vcpu;
    env->backend = &jit_backend;
    return true;
}

void emu_jit_leave(struct ir_env *env)
{
    if (env->backend_data != NULL)
        free(jit_vcpu(env)->translation);
    free(env->backend_data);
    env->backend_data = NULL;
    env->backend = NULL;
}
