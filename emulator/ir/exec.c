/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The portable executor's run loop: finds or translates the block for the pc and runs from there
 * until something ends the run. What must not be kept runs once from a buffer of the executor.
 */
#include "emulator/ir/exec.h"

#include <stdlib.h>

#include "emulator/api/error.h"
#include "emulator/ir/xinsn.h"

/* How often a translation may be overtaken by a store before the instruction runs by itself. */
#define EXEC_TRANSLATE_TRIES 4

/* ---- ends, called by the ops ---- */

const struct ir_xinsn *ir_x_end(struct ir_env *env, enum ir_status status)
{
    ir_executor(env)->status = status;
    return NULL;
}

/* env->pc is exact already. An instruction that jumped is done, all others are not. */
const struct ir_xinsn *ir_x_stop(struct ir_env *env, const struct ir_xinsn *ip,
                                 enum ir_status status)
{
    unsigned undone = status == IR_JUMPED || ip->insns == 0 ? 0 : 1;

    env->instructions += ip->insns - undone;
    return ir_x_end(env, status);
}

const struct ir_xinsn *ir_x_no_form(struct ir_env *env, const struct ir_xinsn *ip)
{
    return ir_x_end(env, IR_OK);
}

enum ir_status ir_x_no_helper(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return IR_JUMPED;
}

enum ir_status ir_x_no_vec(struct ir_env *env, void *d, const void *a, const void *b, const void *c,
                           unsigned imm)
{
    return IR_OK;
}

/* ---- life ---- */

bool ir_exec_init(struct ir_env *env, struct emu_error *err)
{
    struct ir_executor *executor = calloc(1, sizeof(*executor));

    if (!executor)
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for an executor");
    env->executor = executor;
    if (!ir_jumps_init(env, err)) {
        free(executor);
        env->executor = NULL;
        return false;
    }
    env->block = NULL;
    env->zero = 0;
    ir_epoch_register(env->blocks, &executor->epoch);
    return true;
}

void ir_exec_finish(struct ir_env *env)
{
    if (!env->executor)
        return;
    ir_epoch_unregister(env->blocks, &ir_executor(env)->epoch);
    ir_jumps_finish(env);
    free(env->executor);
    env->executor = NULL;
}

/* Own thread, no block in use: catches up with the block table, and with who set mode or space. */
static void exec_enter(struct ir_env *env)
{
    env->block = NULL;
    ir_jumps_select(env);
    if (!ir_epoch_enter(env->blocks, &ir_executor(env)->epoch))
        return;
    ir_jumps_flush(env);
    if (env->backend)
        env->backend->forget(env);
}

static enum ir_status exec_leave(struct ir_env *env, enum ir_status status)
{
    env->block = NULL;
    if (env->backend)
        env->backend->forget(env);
    ir_epoch_leave(&ir_executor(env)->epoch);
    return status;
}

/* ---- running code ---- */

static enum ir_status exec_code(struct ir_env *env, const struct ir_xinsn *ip)
{
#ifdef IR_DISPATCH_LOOP
    while (ip)
        ip = ip->fn(env, ip);
#else
    ip->fn(env, ip);
#endif
    return ir_executor(env)->status;
}

/* Runs what is in the builder and ends at its first exit: the jump tables are hidden. */
static enum ir_status exec_scratch(struct ir_env *env, const struct ir_builder *builder)
{
    struct ir_executor *executor = ir_executor(env);
    enum ir_status status;

    ir_x_encode(builder, env->guest, executor->scratch);
    ir_jumps_hide(env, true);
    env->block = NULL;
    status = exec_code(env, executor->scratch);
    ir_jumps_hide(env, false);
    return status == IR_X_NEXT_BLOCK ? IR_OK : status;
}

static enum ir_status exec_lift(struct ir_env *env, unsigned max_insns)
{
    struct ir_builder *builder = &ir_executor(env)->builder;
    enum ir_status status;

    ir_builder_reset(builder);
    status = env->guest->lift(env, builder, max_insns);
    if (status == IR_OK) {
        ir_pass_flags(builder, env->guest);
        ir_pass_copies(builder);
    }
    return status;
}

const struct ir_builder *ir_exec_piece(struct ir_env *env, uint64_t pc)
{
    const struct ir_builder *builder = &ir_executor(env)->builder;
    uint64_t saved = env->pc;
    enum ir_status status;

    env->pc = pc;
    status = exec_lift(env, IR_MAX_GUEST_INSNS);
    env->pc = saved;
    return status == IR_OK && !builder->one_time && builder->guest_insns != 0 ? builder : NULL;
}

static enum ir_status exec_single(struct ir_env *env)
{
    enum ir_status status = exec_lift(env, 1);

    return status == IR_OK ? exec_scratch(env, &ir_executor(env)->builder) : status;
}

enum ir_status ir_exec_one(struct ir_env *env)
{
    exec_enter(env);
    return exec_leave(env, exec_single(env));
}

enum ir_status ir_exec_builder(struct ir_env *env, struct ir_builder *builder)
{
    exec_enter(env);
    return exec_leave(env, exec_scratch(env, builder));
}

/* ---- blocks ---- */

/* Where the instructions of a translation come from, and the versions of those pages before. */
struct exec_source {
    emu_gpa address, second;
    uint32_t version, second_version;
    bool straddles;
};

static struct ir_block *exec_encode(struct ir_env *env)
{
    struct ir_executor *executor = ir_executor(env);
    unsigned ops = ir_x_encode(&executor->builder, env->guest, executor->scratch);
    size_t bytes = sizeof(struct ir_block) + ops * sizeof(struct ir_xinsn);
    struct ir_block *block = calloc(1, bytes);

    if (!block)
        return NULL;
    block->code = (struct ir_xinsn *)(block + 1);
    memcpy(block->code, executor->scratch, ops * sizeof(struct ir_xinsn));
    block->memory = (uint32_t)bytes;
    return block;
}

static struct ir_block *exec_new_block(struct ir_env *env, const struct exec_source *source)
{
    const struct ir_builder *builder = &ir_executor(env)->builder;
    unsigned size = builder->guest_bytes, insns = builder->guest_insns;
    struct ir_block *block =
        env->backend ? env->backend->compile(env, builder, source->address, source->straddles)
                     : exec_encode(env);

    if (!block)
        return NULL;
    atomic_init(&block->mode, env->mode);
    block->address = source->address;
    block->size = size;
    block->insns = insns;
    block->version = source->version;
    block->straddles = source->straddles;
    block->second = source->second;
    block->second_version = source->second_version;
    return block;
}

static uint32_t exec_page_left(emu_gpa address)
{
    return (uint32_t)(IR_PAGE_SIZE - (address & ~IR_PAGE_MASK));
}

/* Where the code goes on after the page that it begins in. */
static bool exec_second_page(struct ir_env *env, emu_gpa address, emu_gpa *second)
{
    uint64_t pc = env->pc;
    bool known;

    env->pc = pc + exec_page_left(address);
    known = env->guest->code_address(env, second);
    env->pc = pc;
    return known;
}

/*
 * The versions. The guest protects a page in code_address, so it is asked again once the version is
 * taken: a store after that is seen. False: the code is not where it was.
 */
static bool exec_source_begin(struct ir_env *env, struct exec_source *source)
{
    emu_gpa address, second;

    source->version = ir_blocks_version(env->blocks, source->address);
    if (!env->guest->code_address(env, &address) || address != source->address)
        return false;
    if (!source->straddles)
        return true;
    source->second_version = ir_blocks_version(env->blocks, source->second);
    return exec_second_page(env, address, &second) && second == source->second;
}

/*
 * What was lifted must not be kept as it is. True: because it straddles a page, and *source now
 * tells both, so that lifting again gives a block to keep.
 */
static bool exec_source_straddles(struct ir_env *env, struct exec_source *source)
{
    const struct ir_builder *builder = &ir_executor(env)->builder;

    if (source->straddles || builder->guest_insns != 1 ||
        builder->guest_bytes <= exec_page_left(source->address))
        return false;
    source->straddles = exec_second_page(env, source->address, &source->second);
    return source->straddles;
}

/* Is the builder's content what the source says? */
static bool exec_source_fits(struct ir_env *env, const struct exec_source *source)
{
    const struct ir_builder *builder = &ir_executor(env)->builder;
    bool straddles = builder->guest_bytes > exec_page_left(source->address);

    return source->straddles ? straddles && builder->guest_insns == 1 : !builder->one_time;
}

/*
 * Translates at env->pc. IR_OK: *block is it. IR_ALONE: it cannot be kept, or could not now; run
 * the instruction by itself. IR_FAULT: the fetch raised.
 */
static enum ir_status exec_translate(struct ir_env *env, emu_gpa address, struct ir_block **block)
{
    struct exec_source source = {.address = address};

    for (int tries = 0; tries < EXEC_TRANSLATE_TRIES; tries++) {
        enum ir_status status;

        if (!exec_source_begin(env, &source))
            return IR_ALONE;
        status = exec_lift(env, IR_MAX_GUEST_INSNS);
        if (status != IR_OK)
            return status;
        if (!exec_source_fits(env, &source)) {
            if (!exec_source_straddles(env, &source))
                return IR_ALONE;
            continue;
        }
        *block = exec_new_block(env, &source);
        if (*block)
            *block = ir_blocks_add(env->blocks, *block);
        if (*block)
            return IR_OK;
    }
    return IR_ALONE;
}

static bool exec_second_is(struct ir_env *env, const struct ir_block *block)
{
    emu_gpa second;

    return exec_second_page(env, block->address, &second) && second == block->second;
}

/* The block at env->pc, as exec_translate. */
static enum ir_status exec_find(struct ir_env *env, struct ir_block **block)
{
    enum ir_status status = IR_OK;
    emu_gpa address;

    if (!env->guest->code_address(env, &address))
        return IR_ALONE;
    *block = ir_blocks_find(env->blocks, address, env->mode);
    if (!*block || (env->backend && env->backend->again(env, *block)))
        status = exec_translate(env, address, block);
    else if ((*block)->straddles && !exec_second_is(env, *block))
        return IR_ALONE;
    if (status == IR_OK)
        ir_jumps_put(env, env->pc, (*block)->code);
    return status;
}

struct ir_block *ir_exec_known(struct ir_env *env)
{
    struct ir_executor *executor = ir_executor(env);
    struct ir_block *block;
    emu_gpa address;

    if (executor->jumps.hidden || ir_epoch_late(env->blocks, &executor->epoch) ||
        atomic_load_explicit(&env->request, memory_order_relaxed) != 0 ||
        !env->guest->code_address(env, &address))
        return NULL;
    block = ir_blocks_find(env->blocks, address, env->mode);
    if (!block || (block->straddles && !exec_second_is(env, block)))
        return NULL;
    ir_jumps_put(env, env->pc, block->code);
    return block;
}

enum ir_status ir_exec_settle(struct ir_env *env, enum ir_status status)
{
    if (status == IR_X_NEXT_BLOCK || !env->guest->resume)
        return status;
    env->block = NULL;
    return env->guest->resume(env, status) ? IR_X_NEXT_BLOCK : IR_OK;
}

/* From one miss of the jump tables to the next. */
static enum ir_status exec_step(struct ir_env *env)
{
    struct ir_block *block = NULL;
    enum ir_status status;

    exec_enter(env);
    status = exec_find(env, &block);
    if (status == IR_OK) {
        env->block = block;
        status = env->backend ? env->backend->enter(env, block) : exec_code(env, block->code);
        env->block = NULL;
    }
    if (status != IR_ALONE)
        return status;
    status = exec_single(env);
    return status == IR_OK || status == IR_ALONE ? IR_X_NEXT_BLOCK : status;
}

enum ir_status ir_exec_run(struct ir_env *env)
{
    enum ir_status status;

    do
        status = ir_exec_settle(env, exec_step(env));
    while (status == IR_X_NEXT_BLOCK &&
           atomic_load_explicit(&env->request, memory_order_relaxed) == 0);
    return exec_leave(env, status == IR_X_NEXT_BLOCK ? IR_OK : status);
}
