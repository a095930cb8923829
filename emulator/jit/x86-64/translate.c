/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a builder to a block with code: the main line, its tails, and what is patched in the end. */
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

/* rdx = the address of something that is allocated later */
static void translate_pointer(struct jit_translation *t, enum fixup_kind kind, unsigned index)
{
    asm_8(&t->b, 0x48);
    asm_8(&t->b, 0xb8 | ASM_RDX);
    translate_fix(t, kind, index, NULL);
    asm_64(&t->b, 0);
}

/* ---- slow ops ---- */

static void translate_site(struct jit_translation *t, unsigned op)
{
    t->site[t->sites] = (uint16_t)op;
    translate_pointer(t, FIX_SITE, t->sites++);
    jit_call_stub(t, t->stubs->slow);
}

void jit_emit_slow(struct jit_translation *t)
{
    const struct ir_insn *i = &t->builder->insn[t->op];

    translate_site(t, t->op);
    t->kind = ir_x_kind_after(i, t->kind);
    t->host_next = 0;
    if (i->op == IR_call)
        t->may_link = false;
}

static uint16_t translate_deferred(const struct jit_translation *t)
{
    unsigned last = t->deferreds;

    return last != 0 && t->op < t->deferred[last - 1].until ? (uint16_t)last : 0;
}

void jit_tail_slow_ops(struct jit_translation *t, uint32_t from, uint32_t also, unsigned first)
{
    t->tail[t->tails++] = (struct tail){.from = {from, also},
                                        .back = asm_pos(&t->b),
                                        .op = (uint16_t)first,
                                        .count = (uint8_t)(t->op - first + 1),
                                        .kind = TAIL_SLOW,
                                        .vectors = t->vectors == JIT_VECTORS_LOADED,
                                        .deferred = translate_deferred(t)};
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
        (struct tail){.from = {from}, .back = asm_pos(&t->b), .kind = TAIL_LOAD, .vectors = true};
}

static void tail_return(struct jit_translation *t, const struct tail *tail)
{
    if (tail->deferred != 0)
        jit_flags_deferred(t, &t->builder->insn[t->deferred[tail->deferred - 1].op]);
    for (unsigned n = 0; n < tail->count; n++)
        translate_site(t, tail->op + n);
    if (tail->vectors)
        jit_vector_again(t);
    if (tail->flags)
        jit_flags_raw_again(t);
    asm_jmp_back(&t->b, tail->back);
}

void jit_emit_tails(struct jit_translation *t)
{
    for (unsigned n = 0; n < t->tails; n++) {
        const struct tail *tail = &t->tail[n];

        for (unsigned k = 0; k < 2; k++)
            if (tail->from[k] != 0)
                asm_here(&t->b, tail->from[k]);
        if (tail->kind == TAIL_EXIT)
            jit_emit_jump(t, &t->builder->insn[tail->op]);
        else
            tail_return(t, tail);
    }
}

/* ---- exits ---- */

/* The bits that the new pc has. */
static unsigned exit_width(const struct ir_insn *i)
{
    if (i->op != IR_brz && i->op != IR_brnz)
        return i->width & 3;
    return i->width2 ? i->width2 & 3 : IR_64;
}

/* rax = pc of the block + imm */
static void exit_pc(struct jit_translation *t, int64_t imm, unsigned width)
{
    int64_t offset = (int64_t)((uint64_t)imm + t->page_offset);

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
static void exit_linked(struct jit_translation *t, int64_t imm)
{
    struct link_draft *link = &t->link[t->links];
    uint32_t request;

    link->offset = (uint16_t)(t->page_offset + imm);
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    request = asm_jcc(&t->b, IR_COND_NZ);
    while ((asm_pos(&t->b) + 1) % 4 != 0)
        asm_8(&t->b, 0x90);
    link->jump = asm_jmp(&t->b);
    asm_here(&t->b, request);
    link->tail = asm_pos(&t->b);
    asm_here(&t->b, link->jump);
    exit_pc(t, imm, IR_64);
    translate_pointer(t, FIX_LINK, t->links++);
    jit_jump_stub(t, t->stubs->link);
}

void jit_emit_jump(struct jit_translation *t, const struct ir_insn *i)
{
    int64_t target = (int64_t)((uint64_t)i->imm + t->page_offset);
    unsigned width = exit_width(i);

    if (width == IR_64 && t->may_link && target >= 0 && target < (int64_t)IR_PAGE_SIZE) {
        exit_linked(t, i->imm);
        return;
    }
    exit_pc(t, i->imm, width);
    if (i->op == IR_leave)
        jit_jump_stub(t, t->stubs->leave);
    else
        jit_emit_lookup(t);
}

static void exit_branch(struct jit_translation *t, unsigned cc)
{
    uint32_t from = asm_jcc(&t->b, cc);

    t->tail[t->tails++] = (struct tail){.from = {from}, .op = (uint16_t)t->op, .kind = TAIL_EXIT};
}

static void exit_zero(struct jit_translation *t, const struct ir_insn *i)
{
    if (jit_in_reg(t, i->a))
        asm_op(&t->b, i->width, i->width == IR_8 ? 0x84 : 0x85, t->reg[i->a & 4095],
               jit_slot(t, i->a));
    else
        asm_alu_imm(&t->b, i->width, ASM_CMP, jit_slot(t, i->a), 0);
    exit_branch(t, i->op == IR_brz ? IR_COND_Z : IR_COND_NZ);
}

bool jit_emit_exit(struct jit_translation *t, const struct ir_insn *i)
{
    struct ir_insn leave = *i;

    switch (i->op) {
    case IR_br:
        exit_branch(t, jit_flags_cond(t, i->cond));
        t->host_next = t->host;
        break;
    case IR_brz:
    case IR_brnz:
        exit_zero(t, i);
        break;
    case IR_jmp:
        jit_emit_jump(t, i);
        break;
    case IR_jmpi:
        asm_load(&t->b, i->width & 3, ASM_RAX, jit_slot(t, i->a));
        jit_emit_lookup(t);
        break;
    default:
        t->may_link = false;
        jit_emit_jump(t, &leave);
    }
    return true;
}

/* ---- a block ---- */

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
           jit_emit_multiply(t, i) || jit_emit_cond(t, i);
}

static void translate_op(struct jit_translation *t)
{
    const struct ir_insn *i = &t->builder->insn[t->op];

    if (i->op == IR_insn)
        return;
    t->host_next = 0;
    if (!translate_native(t, i))
        jit_emit_slow(t);
    t->host = t->host_next;
}

static void translate_begin(struct jit_translation *t, struct ir_env *env,
                            const struct ir_builder *builder, emu_gpa address, bool straddles)
{
    uint16_t slot[PIN_COUNT];

    t->fixups = t->tails = t->sites = t->links = t->deferreds = 0;
    t->b = (struct asm_buf){.start = t->code, .at = t->code, .end = t->code + sizeof(t->code)};
    t->builder = builder;
    t->guest = env->guest;
    t->stubs = &jit_vcpu(env)->jit->stubs;
    t->page_offset = (uint16_t)(address & ~IR_PAGE_MASK);
    t->may_link = !straddles;
    t->kind = IR_K_END;
    t->host = 0;
    jit_vector_begin(t, env);
    memset(t->reg, ASM_NONE, sizeof(t->reg));
    jit_pins(env->guest, slot);
    for (unsigned n = 0; n < PIN_COUNT; n++)
        if (slot[n] != IR_SLOT_ZERO)
            t->reg[slot[n] & 4095] = jit_pin_reg[n];
    ir_x_encode_each(builder, env->guest, t->x, t->live);
}

/* Returns where a link of the block enters. */
static uint32_t translate_code(struct jit_translation *t)
{
    const struct ir_insn *last = NULL;
    uint32_t entry;

    jit_emit_entry(t);
    entry = asm_pos(&t->b);
    for (t->op = 0; t->op < t->builder->count; t->op++) {
        translate_op(t);
        last = &t->builder->insn[t->op];
    }
    if (last == NULL || !(ir_op_table[last->op].attributes & IR_A_LAST)) {
        exit_pc(t, 0, IR_64);
        jit_jump_stub(t, t->stubs->leave);
    }
    jit_emit_tails(t);
    return entry;
}

static void translate_patch(struct jit_translation *t, struct jit *jit, struct jit_block *block,
                            struct jit_site *site)
{
    const uint8_t *run = jit_cache_run(&jit->cache, block->code);

    for (unsigned n = 0; n < t->fixups; n++) {
        const struct fixup *fix = &t->fixup[n];
        uint8_t *at = block->code + fix->at;
        uint64_t pointer = fix->kind == FIX_SITE ? (uintptr_t)&site[fix->index]
                                                 : (uintptr_t)&block->link[fix->index];
        int32_t distance = (int32_t)(fix->stub - (run + fix->at + 4));

        if (fix->kind == FIX_STUB)
            memcpy(at, &distance, 4);
        else
            memcpy(at, &pointer, 8);
    }
}

static void translate_fill(const struct jit_translation *t, struct jit_block *block,
                           struct jit_site *site)
{
    for (unsigned n = 0; n < t->sites; n++) {
        site[n] = (struct jit_site){.x = t->x[t->site[n]],
                                    .stop = jit_slow_stop,
                                    .block = &block->base,
                                    .kind = jit_slow_kind(t->guest, &t->builder->insn[t->site[n]])};
        site[n].x.insns = 0; /* translated code does not count */
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
    size_t links = (sizeof(struct jit_block) + 15) & ~(size_t)15;
    size_t sites = links + t->links * sizeof(struct jit_link);
    size_t bytes = sites + t->sites * sizeof(struct jit_site);
    struct jit_block *block = calloc(1, bytes);

    if (block != NULL)
        block->code = jit_cache_alloc(&jit->cache, asm_pos(&t->b));
    if (block == NULL || block->code == NULL) {
        free(block);
        return NULL;
    }
    block->code_size = asm_pos(&t->b);
    block->entry = (uint16_t)entry;
    block->link_count = (uint16_t)t->links;
    block->link = (struct jit_link *)((uint8_t *)block + links);
    block->base.code = (struct ir_xinsn *)(uintptr_t)jit_cache_run(&jit->cache, block->code);
    block->base.memory = (uint32_t)bytes + block->code_size;
    memcpy(block->code, t->code, block->code_size);
    translate_fill(t, block, (struct jit_site *)((uint8_t *)block + sites));
    translate_patch(t, jit, block, (struct jit_site *)((uint8_t *)block + sites));
    return &block->base;
}

struct ir_block *jit_translate(struct ir_env *env, const struct ir_builder *builder,
                               emu_gpa address, bool straddles)
{
    struct jit *jit = jit_vcpu(env)->jit;
    struct jit_translation *t = jit_vcpu(env)->translation;
    struct ir_block *block;
    uint32_t entry;

    translate_begin(t, env, builder, address, straddles);
    entry = translate_code(t);
    if (t->b.overflow)
        return NULL;
    block = translate_block(t, jit, entry);
    if (block != NULL) {
        block->address = address;
        ((struct jit_block *)block)->mode = env->mode;
    }
    return block;
}
