/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a region to code: the main line, and what stands behind it. */
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

/* ---- ops by the portable executor ---- */

static void translate_site(struct jit_translation *t, const struct site_draft *site)
{
    if (t->sites == COUNT_SITES) {
        t->b.overflow = true;
        return;
    }
    t->site[t->sites] = *site;
    jit_emit_pointer(t, ASM_RDX, FIX_SITE, t->sites++);
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
           jit_emit_multiply(t, i) || jit_emit_bits(t, i) || jit_emit_cond(t, i) ||
           jit_emit_flag_word(t, i);
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
    jit_exit_tail(t, asm_jcc(&t->b, IR_COND_NZ), TAIL_POLL);
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

    if (tail->count == 1 && jit_memory_is_store(jit_op(t, tail->op)) &&
        !jit_vector_touches(t, jit_op(t, tail->op)))
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
    jit_exit_pc(t, jit_op(t, mark)->imm, IR_64);
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
        jit_exit_outside(t, jit_op(t, tail->op));
        break;
    case TAIL_EDGE:
        jit_flags_flush(t);
        jit_emit_to_label(t, 0xe9, t->region.target[tail->op] - 1u);
        break;
    case TAIL_POLL:
        tail_poll(t, tail);
        break;
    case TAIL_HOT:
        jit_exit_pc(t, t->entry_offset, IR_64);
        jit_emit_pointer(t, ASM_RDX, FIX_BLOCK, 0);
        jit_jump_stub(t, t->stubs->hot);
        break;
    case TAIL_DEEP:
        jit_tail_deep(t, tail);
        break;
    default: /* TAIL_RETURN */
        jit_tail_return(t);
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
    jit_emit_pointer(t, ASM_RCX, FIX_BLOCK, offsetof(struct jit_block, patience));
    asm_alu_imm(&t->b, IR_32, ASM_SUB, asm_m(ASM_RCX, 0), 1);
    jit_exit_tail(t, asm_jcc(&t->b, IR_COND_N), TAIL_HOT);
}

static void translate_begin(struct jit_translation *t, const struct jit_order *order)
{
    uint16_t slot[PIN_COUNT];

    t->fixups = t->tails = t->sites = t->links = 0;
    t->b = (struct asm_buf){.start = t->code, .at = t->code, .end = t->code + sizeof(t->code)};
    t->guest = order->jit->guest;
    t->stubs = &order->jit->stubs;
    t->may_link = !order->straddles;
    t->kind = IR_K_END;
    t->host = 0;
    t->pending.count = 0;
    t->next_kept = 0;
    t->op = 0;
    jit_vector_begin(t, order);
    memset(t->reg, ASM_NONE, sizeof(t->reg));
    jit_pins(t->guest, slot);
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

/* ---- regions ---- */

/* What follows from the first piece within the page. */
static void region_grow(struct jit_translation *t, const struct jit_order *order)
{
    int offset;

    while ((offset = ir_region_wants(&t->region)) >= 0) {
        const struct ir_builder *piece = order->piece(order, (unsigned)offset);

        if (piece != NULL)
            ir_region_add(&t->region, piece, (unsigned)offset);
    }
}

static struct ir_block *translate_region(struct jit_translation *t, const struct jit_order *order)
{
    bool hot = order->piece != NULL;
    struct ir_block *block;
    uint32_t entry;

    ir_region_finish(&t->region, order->jit->guest);
    translate_begin(t, order);
    entry = translate_code(t, hot);
    block = t->b.overflow ? NULL : jit_place(t, order->jit, entry);
    if (block != NULL)
        block->tier = hot;
    return block;
}

struct ir_block *jit_translate(const struct jit_order *order, const struct ir_builder *builder)
{
    struct jit_translation *t = order->translation;
    struct ir_block *block;

    t->entry_offset = (uint16_t)(order->address & ~IR_PAGE_MASK);
    if (!ir_region_begin(&t->region, builder, t->entry_offset))
        return NULL;
    if (order->piece != NULL)
        region_grow(t, order);
    block = translate_region(t, order);
    if (block != NULL) {
        block->address = order->address;
        ((struct jit_block *)block)->mode = order->mode;
    }
    return block;
}
