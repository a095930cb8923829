/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The translator as a backend of the run loop: life, entering code, blocks that die. */
#include "emulator/jit/jit.h"

#include <stdlib.h>

#include "emulator/api/error.h"
#include "emulator/ir/jumps.h"
#include "emulator/jit/internal.h"

/* ---- blocks of the table ---- */

static void jit_killed(void *opaque, struct ir_block *block)
{
    jit_links_drop(opaque, (struct jit_block *)block);
}

static void jit_freed(void *opaque, struct ir_block *block)
{
    struct jit *jit = opaque;
    struct jit_block *own = (struct jit_block *)block;

    jit_cache_release(&jit->cache, own->code, own->code_size);
}

/* ---- the backend ---- */

static enum ir_status jit_enter(struct ir_env *env, struct ir_block *block)
{
    struct jit_vcpu *vcpu = jit_vcpu(env);
    struct jit_link *link = vcpu->pending;

    if (link != NULL)
        jit_link_join(vcpu->jit, link, (struct jit_block *)block);
    vcpu->pending = NULL;
    return vcpu->jit->stubs.enter(env, block->code);
}

/* Blocks may go from here on: no link of theirs is remembered. */
static void jit_forget(struct ir_env *env)
{
    jit_vcpu(env)->pending = NULL;
}

static struct ir_block *jit_compile(struct ir_env *env, const struct ir_builder *builder,
                                    emu_gpa address, bool straddles)
{
    struct ir_block *block = jit_translate(env, builder, address, straddles);

    if (block == NULL)
        ir_blocks_flush(env->blocks);
    return block;
}

static const struct ir_backend jit_backend = {
    .compile = jit_compile, .enter = jit_enter, .forget = jit_forget};

enum ir_status emu_jit_builder(struct ir_env *env, struct ir_builder *builder)
{
    struct jit *jit = jit_vcpu(env)->jit;
    struct ir_block *block = jit_translate(env, builder, env->pc & ~IR_PAGE_MASK, false);
    uint64_t salt = env->jump_salt;
    enum ir_status status;

    if (block == NULL)
        return IR_FAULT;
    env->jump_salt = IR_JUMP_SALT_NONE;
    atomic_store(&block->mode, env->mode);
    status = jit->stubs.enter(env, block->code);
    env->jump_salt = salt;
    env->block = NULL;
    jit_freed(jit, block);
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
    jit->blocks = blocks;
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
    jit_cache_finish(&jit->cache);
    pthread_mutex_destroy(&jit->links);
    free(jit);
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
