/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hot blocks translated again on a thread of its own. A request holds all that the region is made
 * of: a copy of the page, taken by the vcpu, and its version before. So the thread looks at nothing
 * of the guest, holds no lock while it translates, and the table refuses what was overtaken by a
 * store, a flush or an unmapped page (ir_blocks_add). The vcpu goes on in the block meanwhile.
 */
#include <stdlib.h>

#include "emulator/ir/region.h"
#include "emulator/jit/internal.h"
#include "emulator/util/thread.h"

/* ---- the thread ---- */

static const struct ir_builder *spare_piece(const struct jit_order *order, unsigned offset)
{
    const struct jit_request *request = order->opaque;
    struct ir_builder *builder = order->jit->spare.builder;

    return ir_region_piece(order->jit->guest, &request->code, offset, builder) ? builder : NULL;
}

static struct ir_block *spare_translate(struct jit *jit, struct jit_request *request)
{
    const struct jit_order order = {.jit = jit,
                                    .translation = jit->spare.translation,
                                    .mode = request->code.mode,
                                    .address = request->address,
                                    .piece = spare_piece,
                                    .opaque = request};
    unsigned offset = (unsigned)(request->address & ~IR_PAGE_MASK);
    const struct ir_builder *first = spare_piece(&order, offset);
    unsigned size, insns;
    struct ir_block *block;

    if (first == NULL)
        return NULL;
    size = first->guest_bytes;
    insns = first->guest_insns;
    block = jit_translate(&order, first);
    if (block == NULL)
        return NULL;
    atomic_init(&block->mode, request->code.mode);
    block->size = size;
    block->insns = insns;
    block->version = request->version;
    return block;
}

/* Where nothing comes of it, the vcpu does it itself one day. */
static void spare_do(struct jit *jit, struct jit_request *request)
{
    struct ir_block *block = spare_translate(jit, request);

    if (block == NULL)
        return;
    jit_made(jit, jit->spare.counts, (struct jit_block *)block,
             request->code.pc + (request->address & ~IR_PAGE_MASK), block->size);
    ir_blocks_add(jit->blocks, block);
}

/* The next one; NULL: the thread is to end. */
static struct jit_request *spare_take_locked(struct jit_spare *spare)
{
    struct jit_request *request;

    while (spare->first == NULL && !spare->stop) {
        pthread_cond_broadcast(&spare->quiet);
        pthread_cond_wait(&spare->wanted, &spare->lock);
    }
    request = spare->stop ? NULL : spare->first;
    if (request != NULL) {
        spare->first = request->next;
        spare->waiting--;
    }
    spare->busy = request != NULL;
    return request;
}

static void *spare_main(void *opaque)
{
    struct jit *jit = opaque;
    struct jit_spare *spare = &jit->spare;
    struct jit_request *request;

    pthread_mutex_lock(&spare->lock);
    while ((request = spare_take_locked(spare)) != NULL) {
        pthread_mutex_unlock(&spare->lock);
        spare_do(jit, request);
        free(request);
        pthread_mutex_lock(&spare->lock);
        spare->busy = false;
    }
    pthread_mutex_unlock(&spare->lock);
    return NULL;
}

/* ---- requests ---- */

/* NULL: no memory, or it takes more than a copy. The version is taken first, then the page is
 * protected once more, then it is read: a store behind that is seen (ir/exec.c does the same). */
static struct jit_request *spare_request(struct ir_env *env, const struct jit_block *block)
{
    struct jit_request *request = malloc(sizeof(*request));
    emu_gpa address;

    if (request == NULL)
        return NULL;
    request->next = NULL;
    request->address = block->base.address;
    request->version = ir_blocks_version(env->blocks, block->base.address);
    if (env->guest->code_address(env, &address) && address == request->address &&
        env->guest->copy_code(env, &request->code) && request->code.mode == block->mode)
        return request;
    free(request);
    return NULL;
}

static bool spare_start_locked(struct jit *jit)
{
    struct jit_spare *spare = &jit->spare;

    if (spare->started)
        return true;
    if (spare->translation == NULL)
        spare->translation = jit_translation_new();
    if (spare->builder == NULL)
        spare->builder = malloc(sizeof(*spare->builder));
    if (spare->counts == NULL)
        spare->counts = jit_stats_add_vcpu(jit->stats);
    spare->started = spare->translation != NULL && spare->builder != NULL &&
                     emu_thread_create(&spare->thread, "translator", spare_main, jit) == 0;
    return spare->started;
}

static bool spare_put(struct jit *jit, struct jit_request *request)
{
    struct jit_spare *spare = &jit->spare;
    bool good;

    pthread_mutex_lock(&spare->lock);
    good = spare->waiting < JIT_REQUESTS && spare_start_locked(jit);
    if (good) {
        if (spare->first == NULL)
            spare->first = request;
        else
            spare->last->next = request;
        spare->last = request;
        spare->waiting++;
        pthread_cond_signal(&spare->wanted);
    }
    pthread_mutex_unlock(&spare->lock);
    return good;
}

bool jit_spare_ask(struct ir_env *env, struct jit_block *block)
{
    struct jit *jit = jit_vcpu(env)->jit;
    struct jit_request *request;

    if (!jit->spare.on || atomic_exchange(&block->asked, true))
        return false;
    request = spare_request(env, block);
    if (request == NULL)
        return false;
    atomic_store_explicit(&block->patience, JIT_PATIENCE_ASKED, memory_order_relaxed);
    if (spare_put(jit, request))
        return true;
    free(request);
    return false;
}

/* ---- life ---- */

void jit_spare_init(struct jit_spare *spare)
{
    pthread_mutex_init(&spare->lock, NULL);
    pthread_cond_init(&spare->wanted, NULL);
    pthread_cond_init(&spare->quiet, NULL);
}

static void spare_end(struct jit_spare *spare)
{
    pthread_mutex_lock(&spare->lock);
    spare->stop = true;
    pthread_cond_signal(&spare->wanted);
    pthread_mutex_unlock(&spare->lock);
    if (spare->started)
        pthread_join(spare->thread, NULL);
    spare->started = spare->stop = false;
    while (spare->first != NULL) {
        struct jit_request *next = spare->first->next;

        free(spare->first);
        spare->first = next;
    }
    spare->waiting = 0;
}

void jit_spare_finish(struct jit_spare *spare)
{
    spare_end(spare);
    free(spare->translation);
    free(spare->builder);
    pthread_cond_destroy(&spare->wanted);
    pthread_cond_destroy(&spare->quiet);
    pthread_mutex_destroy(&spare->lock);
}

void emu_jit_set_spare(struct jit *jit, bool on)
{
    jit->spare.on = on && jit->guest->copy_code != NULL;
    if (!on)
        spare_end(&jit->spare);
}

void emu_jit_wait_for_spare(struct jit *jit)
{
    struct jit_spare *spare = &jit->spare;

    pthread_mutex_lock(&spare->lock);
    while (spare->first != NULL || spare->busy)
        pthread_cond_wait(&spare->quiet, &spare->lock);
    pthread_mutex_unlock(&spare->lock);
}
