/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a region to a block with code: the main line, its tails, and what is patched in the end. */
#include "emulator/jit/x86-64/vector.h"

#include <stdlib.h>
#include <string.h>

struct jit_translation *jit_translation_new(void)
{
    return malloc(sizeof(struct jit_translation));
}

uint64_t jit_cut(int64_t value, unsigned width)
{
    return width >= IR_64 ? (uint64_t)value : (uint64_t)value & ((1ull << (8u << width)) - 1);
}

void jit_put(struct jit_translation *t, unsigned slot, unsigned reg)
{
    if (slot == IR_SLOT_SINK)
        return;
    if (!jit_in_reg(t, slot))
        asm_store(&t->b, IR_64, jit_env_slot(slot), reg);
    else
        asm_mov(&t->b, t->reg[slot & 4095], reg);
}

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
static void translate_pointer(struct jit_translation *t, unsigned reg, enum fixup_kind kind,
                              unsigned index)
{
    asm_8(&t->b, 0x48);
    asm_8(&t->b, 0xb8 | reg);
    translate_fix(t, kind, index, NULL);
    asm_64(&t->b, 0);
}

/* To the code of an IR_insn of this region; opcode: that of jmp, or 0x0f80 | cc. */
static void translate_to_label(struct jit_translation *t, unsigned opcode, unsigned op)
{
    if (opcode > 0xff)
        asm_8(&t->b, opcode >> 8);
    asm_8(&t->b, opcode);
    translate_fix(t, FIX_LABEL, op, NULL);
    asm_32(&t->b, 0);
}

/* ---- ops by the portable executor ---- */

static void translate_site(struct jit_translation *t, const struct site_draft *site)
{
    if (t->sites == COUNT_SITES) {
        t->b.overflow = true;
        return;
    }
    t->site[t->sites] = *site;
    translate_pointer(t, ASM_RDX, FIX_SITE, t->sites++);
    jit_call_stub(t, t->stubs->slow);
}

void jit_emit_pending(struct jit_translation *t)
{
    translate_site(t, &(struct site_draft){.pending = t->pending});
    t->pending.count = 0;
    t->kind = IR_K_END;
}

void jit_emit_slow(struct jit_translation *t)
{
    const struct ir_insn *i = jit_op(t, t->op);
    bool looked_at = t->op == 0 || t->region.live[t->op - 1] != 0;
    struct site_draft site = {.op = (uint16_t)t->op, .has_op = true};

    if (looked_at && t->pending.count != 0 && jit_flags_flush_quietly(t))
        looked_at = false;
    if (looked_at)
        site.pending = t->pending;
    if (t->pending.count != 0)
        t->kind = IR_K_END;
    t->pending.count = 0;
    translate_site(t, &site);
    t->kind = ir_x_kind_after(i, t->kind);
    t->host_next = 0;
}

void jit_tail_slow_ops(struct jit_translation *t, uint32_t from, uint32_t also, unsigned first)
{
    t->tail[t->tails++] = (struct tail){.from = {from, also},
                                        .back = asm_pos(&t->b),
                                        .op = (uint16_t)first,
                                        .count = (uint8_t)(t->op - first + 1),
                                        .kind = TAIL_SLOW,
                                        .vectors = t->vectors == JIT_VECTORS_LOADED,
                                        .env_kind = t->tail_kind,
                                        .pending = t->op_pending};
}

void jit_tail_slow(struct jit_translation *t, uint32_t from, uint32_t also)
{
    jit_tail_slow_ops(t, from, also, t->op);
}

void jit_tail_flags(struct jit_translation *t)
{
    t->tail[t->tails - 1].flags = true;
}

void jit_tail_load(struct jit_translation *t, uint32_t from)
{
    t->tail[t->tails++] =
        (struct tail){.from = {from}, .back = asm_pos(&t->b), .kind = TAIL_SLOW, .vectors = true};
}

/* ---- exits ---- */

/* The bits that the new pc has. */
static unsigned exit_width(const struct ir_insn *i)
{
    if (i->op != IR_brz && i->op != IR_brnz)
        return i->width & 3;
    return i->width2 ? i->width2 & 3 : IR_64;
}

/* rax = pc at an offset from the start of the page */
static void exit_pc(struct jit_translation *t, int64_t offset, unsigned width)
{
    if (jit_fits(offset)) {
        asm_load(&t->b, IR_64, ASM_RAX, ENV(code_base));
        asm_alu_imm(&t->b, IR_64, ASM_ADD, asm_r(ASM_RAX), (int32_t)offset);
    } else {
        asm_imm(&t->b, ASM_RAX, (uint64_t)offset);
        asm_alu(&t->b, IR_64, ASM_ADD, ASM_RAX, ENV(code_base));
    }
    if (width < IR_64)
        asm_load(&t->b, width, ASM_RAX, asm_r(ASM_RAX));
}

/* A jump that is patched once the target is known; its distance is aligned, to change at once. */
static void exit_linked(struct jit_translation *t, unsigned offset)
{
    struct link_draft *link = &t->link[t->links];
    uint32_t request;

    link->offset = (uint16_t)offset;
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    request = asm_jcc(&t->b, IR_COND_NZ);
    while ((asm_pos(&t->b) + 1) % 4 != 0)
        asm_8(&t->b, 0x90);
    link->jump = asm_jmp(&t->b);
    asm_here(&t->b, request);
    link->tail = asm_pos(&t->b);
    asm_here(&t->b, link->jump);
    exit_pc(t, offset, IR_64);
    translate_pointer(t, ASM_RDX, FIX_LINK, t->links++);
    jit_jump_stub(t, t->stubs->link);
}

/* Out of the translation; what is pending gets stored. */
static void exit_outside(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned width = exit_width(i);

    jit_flags_flush(t);
    if (i->op != IR_leave && width == IR_64 && t->may_link && (uint64_t)i->imm < IR_PAGE_SIZE &&
        t->links < IR_MAX_INSNS) {
        exit_linked(t, (unsigned)i->imm);
        return;
    }
    exit_pc(t, i->imm, width);
    if (i->op == IR_leave)
        jit_jump_stub(t, t->stubs->leave);
    else
        jit_emit_lookup(t);
}

/* Does somebody look at what is pending where this exit leads to within the region? */
static bool exit_needs_flags(const struct jit_translation *t)
{
    return t->pending.count != 0 && t->region.live_in[t->region.target[t->op] - 1] != 0;
}

static void exit_tail(struct jit_translation *t, uint32_t from, enum tail_kind kind)
{
    t->tail[t->tails++] = (struct tail){
        .from = {from}, .op = (uint16_t)t->op, .kind = (uint8_t)kind, .pending = t->pending};
}

static void exit_branch(struct jit_translation *t, unsigned cc)
{
    unsigned target = t->region.target[t->op];

    if (target == 0)
        exit_tail(t, asm_jcc(&t->b, cc), TAIL_EXIT);
    else if (exit_needs_flags(t) && !jit_flags_flush_quietly(t))
        exit_tail(t, asm_jcc(&t->b, cc), TAIL_EDGE);
    else
        translate_to_label(t, 0x0f80 | cc, target - 1);
    t->host_next = t->host;
}

static void exit_zero(struct jit_translation *t, const struct ir_insn *i)
{
    if (jit_in_reg(t, i->a))
        asm_op(&t->b, i->width, i->width == IR_8 ? 0x84 : 0x85, t->reg[i->a & 4095],
               jit_slot(t, i->a));
    else
        asm_alu_imm(&t->b, i->width, ASM_CMP, jit_slot(t, i->a), 0);
    t->host = 0;
    exit_branch(t, i->op == IR_brz ? IR_COND_Z : IR_COND_NZ);
}

/* Within the region there is nothing to do where the target comes next. */
static void exit_jump(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned target = t->region.target[t->op];

    if (target == 0) {
        exit_outside(t, i);
        return;
    }
    if (exit_needs_flags(t))
        jit_flags_flush(t);
    if (target - 1 != t->op + 1)
        translate_to_label(t, 0xe9, target - 1);
}

bool jit_emit_exit(struct jit_translation *t, const struct ir_insn *i)
{
    switch (i->op) {
    case IR_br:
        exit_branch(t, jit_flags_cond(t, i->cond));
        break;
    case IR_brz:
    case IR_brnz:
        exit_zero(t, i);
        break;
    case IR_jmp:
        exit_jump(t, i);
        break;
    case IR_jmpi:
        jit_flags_flush(t);
        asm_load(&t->b, i->width & 3, ASM_RAX, jit_slot(t, i->a));
        jit_emit_lookup(t);
        break;
    default:
        exit_outside(t, i);
    }
    return true;
}

/* ---- ops ---- */

static bool translate_native(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned attributes = ir_op_table[i->op].attributes;

    if (jit_emit_vector(t, i))
        return true;
    if (jit_vector_touches(t, i))
        return false;
    if (attributes & IR_A_EXIT)
        return i->width <= IR_64 && jit_emit_exit(t, i);
    if ((attributes & IR_A_RMW) == IR_A_RMW)
        return jit_emit_rmw(t, i);
    if (attributes & IR_A_MEM)
        return jit_emit_memory(t, i);
    return jit_emit_move(t, i) || jit_emit_alu(t, i) || jit_emit_shift(t, i) ||
           jit_emit_multiply(t, i) || jit_emit_bits(t, i) || jit_emit_cond(t, i);
}

/* Whoever comes here from elsewhere has stored the flags that are looked at. */
static void translate_label(struct jit_translation *t)
{
    bool falls = t->op != 0 && !(ir_op_table[jit_op(t, t->op - 1)->op].attributes & IR_A_LAST);

    if (falls && t->pending.count != 0 && t->region.live_in[t->op] != 0)
        jit_flags_flush(t);
    t->pending.count = 0;
    t->kind = IR_K_END;
    t->host = 0;
    t->vectors = JIT_VECTORS_UNKNOWN;
}

static void translate_poll(struct jit_translation *t)
{
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    exit_tail(t, asm_jcc(&t->b, IR_COND_NZ), TAIL_POLL);
    t->host = 0;
}

static void translate_mark(struct jit_translation *t)
{
    if (t->region.label[t->op])
        translate_label(t);
    t->label[t->op] = asm_pos(&t->b);
    if (t->region.poll[t->op] != IR_POLL_NO)
        translate_poll(t);
}

static void translate_op(struct jit_translation *t)
{
    const struct ir_insn *i = jit_op(t, t->op);

    if (i->op == IR_insn) {
        translate_mark(t);
        return;
    }
    jit_flags_guard(t, i);
    t->op_pending = t->pending;
    t->tail_kind = t->kind;
    t->host_next = 0;
    if (!translate_native(t, i))
        jit_emit_slow(t);
    t->host = t->host_next;
}

/* ---- tails ---- */

/* The page may have nothing against the store but code elsewhere. */
static void tail_watch(struct jit_translation *t, const struct tail *tail)
{
    uint32_t slow, saved;

    t->kind = tail->env_kind;
    slow = jit_memory_watch(t, jit_op(t, tail->op));
    if (tail->vectors) {
        asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(vectors_out), 0);
        saved = asm_jcc(&t->b, IR_COND_NZ);
        jit_vector_again(t);
        asm_here(&t->b, saved);
    }
    asm_jmp_back(&t->b, tail->back);
    asm_here(&t->b, slow);
}

static void tail_slow(struct jit_translation *t, const struct tail *tail)
{
    struct site_draft site = {.pending = tail->pending, .has_op = true};

    if (tail->count == 1 && jit_memory_is_store(jit_op(t, tail->op)))
        tail_watch(t, tail);
    for (unsigned n = 0; n < tail->count; n++) {
        site.op = (uint16_t)(tail->op + n);
        translate_site(t, &site);
        site.pending.count = 0;
    }
    if (tail->vectors)
        jit_vector_again(t);
    if (tail->flags)
        jit_flags_raw_again(t);
    asm_jmp_back(&t->b, tail->back);
}

/* The instruction whose flags replace all others, with these flags; returns the next one. */
static unsigned tail_repeat(struct jit_translation *t, unsigned mark)
{
    struct ir_insn *replaces = &t->region.code.insn[t->region.replaces[mark]];
    uint8_t flags = replaces->flags;

    replaces->flags |= IR_SETF;
    for (t->op = mark + 1; jit_op(t, t->op)->op != IR_insn; t->op++)
        translate_op(t);
    jit_flags_flush(t);
    replaces->flags = flags;
    return t->op;
}

/* A request was seen in a loop: out to the run loop, between two instructions. */
static void tail_poll(struct jit_translation *t, const struct tail *tail)
{
    unsigned mark = tail->op;

    if (t->region.poll[mark] == IR_POLL_AFTER)
        mark = tail_repeat(t, mark);
    else
        jit_flags_flush(t);
    exit_pc(t, jit_op(t, mark)->imm, IR_64);
    jit_jump_stub(t, t->stubs->leave);
}

static void translate_tail(struct jit_translation *t, const struct tail *tail)
{
    t->op = tail->op;
    t->pending = tail->pending;
    t->kind = IR_K_END;
    t->host = 0;
    t->vectors = JIT_VECTORS_UNKNOWN;
    switch (tail->kind) {
    case TAIL_SLOW:
        tail_slow(t, tail);
        break;
    case TAIL_EXIT:
        exit_outside(t, jit_op(t, tail->op));
        break;
    case TAIL_EDGE:
        jit_flags_flush(t);
        translate_to_label(t, 0xe9, t->region.target[tail->op] - 1u);
        break;
    case TAIL_POLL:
        tail_poll(t, tail);
        break;
    default: /* TAIL_HOT */
        exit_pc(t, t->entry_offset, IR_64);
        translate_pointer(t, ASM_RDX, FIX_BLOCK, 0);
        jit_jump_stub(t, t->stubs->hot);
    }
}

static void translate_tails(struct jit_translation *t)
{
    for (unsigned n = 0; n < t->tails; n++) {
        const struct tail tail = t->tail[n];

        for (unsigned k = 0; k < 2; k++)
            if (tail.from[k] != 0)
                asm_here(&t->b, tail.from[k]);
        translate_tail(t, &tail);
    }
}

/* ---- a block ---- */

/* A block that was entered often is translated again, with more around it. */
static void translate_counter(struct jit_translation *t)
{
    translate_pointer(t, ASM_RCX, FIX_BLOCK, offsetof(struct jit_block, patience));
    asm_alu_imm(&t->b, IR_32, ASM_SUB, asm_m(ASM_RCX, 0), 1);
    exit_tail(t, asm_jcc(&t->b, IR_COND_N), TAIL_HOT);
}

static void translate_begin(struct jit_translation *t, struct ir_env *env, bool straddles)
{
    uint16_t slot[PIN_COUNT];

    t->fixups = t->tails = t->sites = t->links = 0;
    t->b = (struct asm_buf){.start = t->code, .at = t->code, .end = t->code + sizeof(t->code)};
    t->guest = env->guest;
    t->stubs = &jit_vcpu(env)->jit->stubs;
    t->may_link = !straddles;
    t->kind = IR_K_END;
    t->host = 0;
    t->pending.count = 0;
    t->next_kept = 0;
    t->op = 0;
    jit_vector_begin(t, env);
    memset(t->reg, ASM_NONE, sizeof(t->reg));
    jit_pins(env->guest, slot);
    for (unsigned n = 0; n < PIN_COUNT; n++)
        if (slot[n] != IR_SLOT_ZERO)
            t->reg[slot[n] & 4095] = jit_pin_reg[n];
}

/* With the flags of ops that polls may repeat. */
static void translate_encode(struct jit_translation *t)
{
    struct ir_region *region = &t->region;

    for (unsigned n = 0; n < region->code.count; n++)
        if (region->poll[n] == IR_POLL_AFTER)
            region->code.insn[region->replaces[n]].flags |= IR_SETF;
    ir_x_encode_each(&region->code, t->guest, t->x);
    for (unsigned n = 0; n < region->code.count; n++)
        if (region->poll[n] == IR_POLL_AFTER &&
            !(ir_op_table[region->code.insn[region->replaces[n]].op].defines &
              region->live[region->replaces[n]]))
            region->code.insn[region->replaces[n]].flags &= (uint8_t)~IR_SETF;
}

/* Returns where a link of the block enters. */
static uint32_t translate_code(struct jit_translation *t, bool hot)
{
    uint32_t entry;

    translate_encode(t);
    jit_emit_entry(t);
    entry = asm_pos(&t->b);
    if (!hot && t->may_link)
        translate_counter(t);
    for (t->op = 0; t->op < t->region.code.count; t->op++)
        translate_op(t);
    translate_tails(t);
    return entry;
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
            .offset = t->link[n].offset,
            .owner = block,
        };
}

static struct ir_block *translate_block(struct jit_translation *t, struct jit *jit, uint32_t entry)
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
    block->patience = JIT_PATIENCE;
    block->link_count = (uint16_t)t->links;
    block->link = (struct jit_link *)((uint8_t *)block + t->layout.links);
    block->base.code = (struct ir_xinsn *)(uintptr_t)jit_cache_run(&jit->cache, block->code);
    block->base.memory = (uint32_t)t->layout.bytes + block->code_size;
    memcpy(block->code, t->code, block->code_size);
    translate_fill(t, block);
    translate_patch(t, jit, block);
    return &block->base;
}

/* ---- regions ---- */

/* What follows from the first piece within the page. */
static void region_grow(struct jit_translation *t, struct ir_env *env)
{
    uint64_t page = env->pc - t->entry_offset;
    int offset;

    while ((offset = ir_region_wants(&t->region)) >= 0) {
        const struct ir_builder *piece = ir_exec_piece(env, page + (unsigned)offset);

        if (piece != NULL)
            ir_region_add(&t->region, piece, (unsigned)offset);
    }
}

static struct ir_block *translate_region(struct jit_translation *t, struct ir_env *env,
                                         bool straddles, bool hot)
{
    struct jit *jit = jit_vcpu(env)->jit;
    struct ir_block *block;
    uint32_t entry;

    ir_region_finish(&t->region, env->guest);
    translate_begin(t, env, straddles);
    entry = translate_code(t, hot);
    block = t->b.overflow ? NULL : translate_block(t, jit, entry);
    if (block != NULL)
        block->tier = hot;
    return block;
}

struct ir_block *jit_translate(struct ir_env *env, const struct ir_builder *builder,
                               emu_gpa address, bool straddles, bool hot)
{
    struct jit_translation *t = jit_vcpu(env)->translation;
    struct ir_block *block;

    t->entry_offset = (uint16_t)(address & ~IR_PAGE_MASK);
    if (!ir_region_begin(&t->region, builder, t->entry_offset))
        return NULL;
    if (hot)
        region_grow(t, env);
    block = translate_region(t, env, straddles, hot);
    if (block != NULL) {
        block->address = address;
        ((struct jit_block *)block)->mode = env->mode;
    }
    return block;
}
