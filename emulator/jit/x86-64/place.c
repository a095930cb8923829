/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where code and what is allocated with it lie in the end, and the distances and addresses in the
 * code that depend on it.
 */
#include "emulator/jit/x86-64/translate.h"

#include <stdlib.h>
#include <string.h>

/* ---- fixups ---- */

static void translate_fix(struct jit_translation *t, enum fixup_kind kind, unsigned index,
                          const uint8_t *stub)
{
    if (t->fixups == MAX_FIXUPS) {
        t->b.overflow = true;
        return;
    }
    t->fixup[t->fixups++] = (struct fixup){
        .at = asm_pos(&t->b), .kind = (uint8_t)kind, .index = (uint16_t)index, .stub = stub};
}

static void translate_to_stub(struct jit_translation *t, unsigned opcode, const uint8_t *stub)
{
    asm_8(&t->b, opcode);
    translate_fix(t, FIX_STUB, 0, stub);
    asm_32(&t->b, 0);
}

/* C code may run there. */
void jit_call_stub(struct jit_translation *t, const uint8_t *stub)
{
    translate_to_stub(t, 0xe8, stub);
    t->vectors = JIT_VECTORS_SAVED;
}

void jit_jump_stub(struct jit_translation *t, const uint8_t *stub)
{
    translate_to_stub(t, 0xe9, stub);
}

void jit_branch_stub(struct jit_translation *t, enum ir_cond cc, const uint8_t *stub)
{
    asm_8(&t->b, 0x0f);
    translate_to_stub(t, 0x80 | cc, stub);
}

/* reg = the address of something that is allocated later */
void jit_emit_pointer(struct jit_translation *t, unsigned reg, enum fixup_kind kind, unsigned index)
{
    asm_8(&t->b, 0x48);
    asm_8(&t->b, 0xb8 | reg);
    translate_fix(t, kind, index, NULL);
    asm_64(&t->b, 0);
}

/* To the code of an IR_insn of this region; opcode: that of jmp, or 0x0f80 | cc. */
void jit_emit_to_label(struct jit_translation *t, unsigned opcode, unsigned op)
{
    if (opcode > 0xff)
        asm_8(&t->b, opcode >> 8);
    asm_8(&t->b, opcode);
    translate_fix(t, FIX_LABEL, op, NULL);
    asm_32(&t->b, 0);
}

/* ---- what is allocated with the block ---- */

static size_t layout_site(const struct site_draft *site)
{
    return offsetof(struct jit_site, x) +
           (site->pending.count + (site->has_op ? 1u : 0u)) * sizeof(struct ir_xinsn) +
           sizeof(struct ir_xinsn);
}

static void translate_layout(struct jit_translation *t)
{
    struct layout *l = &t->layout;

    l->links = (sizeof(struct jit_block) + 15) & ~(size_t)15;
    l->spans = l->links + t->links * sizeof(struct jit_link);
    l->sites = (l->spans + t->region.spans * sizeof(struct ir_span) + 15) & ~(size_t)15;
    l->bytes = l->sites;
    for (unsigned n = 0; n < t->sites; n++) {
        l->site[n] = l->bytes;
        l->bytes += layout_site(&t->site[n]);
    }
}

static uintptr_t patch_pointer(const struct jit_translation *t, const struct fixup *fix,
                               struct jit_block *block)
{
    if (fix->kind == FIX_SITE)
        return (uintptr_t)block + t->layout.site[fix->index];
    if (fix->kind == FIX_LINK)
        return (uintptr_t)&block->link[fix->index];
    return (uintptr_t)block + fix->index;
}

static void translate_patch(const struct jit_translation *t, struct jit *jit,
                            struct jit_block *block)
{
    const uint8_t *run = jit_cache_run(&jit->cache, block->code);

    for (unsigned n = 0; n < t->fixups; n++) {
        const struct fixup *fix = &t->fixup[n];
        uint64_t pointer;
        int32_t distance;

        if (fix->kind == FIX_STUB || fix->kind == FIX_LABEL) {
            distance = fix->kind == FIX_STUB ? (int32_t)(fix->stub - (run + fix->at + 4))
                                             : (int32_t)(t->label[fix->index] - (fix->at + 4));
            memcpy(block->code + fix->at, &distance, 4);
        } else {
            pointer = patch_pointer(t, fix, block);
            memcpy(block->code + fix->at, &pointer, 8);
        }
    }
}

static void fill_site(const struct jit_translation *t, unsigned n, struct jit_block *block)
{
    struct jit_site *site = (struct jit_site *)((uint8_t *)block + t->layout.site[n]);
    const struct site_draft *draft = &t->site[n];
    struct ir_xinsn *x = site->x;

    site->block = &block->base;
    site->kind =
        jit_slow_kind(t->guest, jit_op(t, draft->has_op ? draft->op : draft->pending.op[0]));
    for (unsigned k = 0; k < draft->pending.count; k++)
        *x++ = jit_flags_redo(t, &draft->pending, k);
    if (draft->has_op)
        *x++ = t->x[draft->op];
    x->fn = jit_slow_stop;
}

static void translate_fill(const struct jit_translation *t, struct jit_block *block)
{
    struct ir_span *span = (struct ir_span *)((uint8_t *)block + t->layout.spans);

    for (unsigned n = 0; n < t->sites; n++)
        fill_site(t, n, block);
    memcpy(span, t->region.span, t->region.spans * sizeof(*span));
    if (t->region.spans > 1) { /* else it is what the block itself says */
        block->base.span = span;
        block->base.spans = (uint16_t)t->region.spans;
    }
    for (unsigned n = 0; n < t->links; n++)
        block->link[n] = (struct jit_link){
            .jump = block->code + t->link[n].jump,
            .unlinked = (int32_t)(t->link[n].tail - (t->link[n].jump + 4)),
            .tag = t->link[n].tag != 0 ? block->code + t->link[n].tag : NULL,
            .page = t->link[n].page,
            .wait = JIT_LINK_FIRST,
            .offset = t->link[n].offset,
            .owner = block,
        };
}

struct ir_block *jit_place(struct jit_translation *t, struct jit *jit, uint32_t entry)
{
    struct jit_block *block;

    translate_layout(t);
    block = calloc(1, t->layout.bytes);
    if (block != NULL)
        block->code = jit_cache_alloc(&jit->cache, asm_pos(&t->b));
    if (block == NULL || block->code == NULL) {
        free(block);
        return NULL;
    }
    block->code_size = asm_pos(&t->b);
    block->entry = (uint16_t)entry;
    atomic_init(&block->patience, jit->patience);
    block->link_count = (uint16_t)t->links;
    block->link = (struct jit_link *)((uint8_t *)block + t->layout.links);
    block->base.code = (struct ir_xinsn *)(uintptr_t)jit_cache_run(&jit->cache, block->code);
    block->base.memory = (uint32_t)t->layout.bytes + block->code_size;
    memcpy(block->code, t->code, block->code_size);
    translate_fill(t, block);
    translate_patch(t, jit, block);
    return &block->base;
}
