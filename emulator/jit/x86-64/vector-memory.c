/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads and stores of vector registers, and loads that are the memory operand of the vector op
 * behind them. Vector temporaries have no register: they are copied through a general one.
 */
#include "emulator/jit/x86-64/vector.h"

#include <string.h>

static const struct ir_host_op memory_load_x = {IR_HOST_LEGACY, IR_HOST_RM, 0, IR_HOST_0F, 0x10, 0};
static const struct ir_host_op memory_load_y = {IR_HOST_VEX256, IR_HOST_RM, 0, IR_HOST_0F, 0x10, 0};
static const struct ir_host_op memory_store_y = {IR_HOST_VEX256, IR_HOST_RM, 0,
                                                 IR_HOST_0F,     0x11,       0};
/* By width from 32 bits on; the last one: the upper half of 128 bits. */
static const struct ir_host_op memory_store[][2] = {
    {{IR_HOST_LEGACY, IR_HOST_RM, 0xf3, IR_HOST_0F, 0x11, 0},
     {IR_HOST_VEX128, IR_HOST_RM, 0xf3, IR_HOST_0F, 0x11, 0}},
    {{IR_HOST_LEGACY, IR_HOST_RM, 0xf2, IR_HOST_0F, 0x11, 0},
     {IR_HOST_VEX128, IR_HOST_RM, 0xf2, IR_HOST_0F, 0x11, 0}},
    {{IR_HOST_LEGACY, IR_HOST_RM, 0, IR_HOST_0F, 0x11, 0},
     {IR_HOST_VEX128, IR_HOST_RM, 0, IR_HOST_0F, 0x11, 0}},
    {{IR_HOST_LEGACY, IR_HOST_RM, 0, IR_HOST_0F, 0x17, 0},
     {IR_HOST_VEX128, IR_HOST_RM, 0, IR_HOST_0F, 0x17, 0}},
};
#define MEMORY_STORE_HIGH 3

/* ---- vector temporaries ---- */

static void memory_copy(struct jit_translation *t, unsigned slot, struct asm_rm host, bool write,
                        unsigned bytes)
{
    for (unsigned n = 0; n < bytes / 8; n++) {
        struct asm_rm here = host;

        here.disp += (int32_t)n * 8;
        asm_load(&t->b, IR_64, ASM_RDX, write ? jit_env_slot(slot + n) : here);
        asm_store(&t->b, IR_64, write ? here : jit_env_slot(slot + n), ASM_RDX);
    }
}

static bool memory_through(struct jit_translation *t, const struct ir_insn *i, unsigned slot)
{
    bool write = i->op == IR_st;
    struct jit_miss miss;

    if (i->width < IR_128 || i->width > IR_256 || jit_vector_slot(t, slot))
        return false;
    miss = jit_memory_check(t, i, write);
    jit_memory_settle(t, &miss);
    memory_copy(t, slot, miss.host, write, ir_width_bytes(i->width));
    jit_tail_slow(t, miss.tag, miss.align);
    return true;
}

static bool memory_is_temp(unsigned slot)
{
    return slot < IR_SLOT_TEMP(0) + IR_TEMPS; /* vector temporaries are before them */
}

/* ---- stores of part of a register: VEXTRACTF128, VCVTPS2PH ---- */

bool jit_vector_narrow(struct jit_translation *t, const struct ir_insn *i)
{
    const struct ir_insn *store = jit_vector_next(t, t->op + 1);
    const struct ir_host_op *host = jit_vector_to_memory(t, i);
    unsigned first = t->op;
    struct jit_miss miss;

    if (host == NULL || store == NULL || store->op != IR_st || store->c != i->dst ||
        store->a == i->dst || store->b == i->dst || !memory_is_temp(i->dst) ||
        ir_width_bytes(store->width) != (host->encoding == IR_HOST_VEX256 ? 16 : 8) ||
        jit_vector_read_later(t, t->op + 2, i->dst))
        return false;
    jit_vector_need(t);
    t->op++;
    miss = jit_memory_check(t, store, true);
    asm_vector(&t->b, host, jit_vector_reg(t, i->b), 0, miss.host);
    asm_8(&t->b, (unsigned)i->imm & 0xff);
    jit_tail_slow_ops(t, miss.tag, miss.align, first);
    return true;
}

/* ---- loads ---- */

/* What the op behind the load reads as its operand b, and nobody else. */
static const struct ir_insn *memory_consumer(const struct jit_translation *t,
                                             const struct ir_insn *i)
{
    const struct ir_insn *next = jit_vector_next(t, t->op + 1);
    uint64_t index;

    if (next == NULL || next->op != IR_vec || !memory_is_temp(i->dst) || next->b != i->dst ||
        next->a == i->dst || next->c == i->dst || next->dst == i->dst ||
        jit_vector_read_later(t, t->op + 2, i->dst))
        return NULL;
    index = (uint64_t)next->imm >> 8;
    return index < t->guest->vec_count && t->guest->vecs[index].b_size == ir_width_bytes(i->width)
               ? next
               : NULL;
}

static bool memory_fused(struct jit_translation *t, const struct ir_insn *i)
{
    const struct ir_insn *op = memory_consumer(t, i);
    const struct ir_host_op *host =
        op == NULL ? NULL : jit_vector_from_memory(t, op, i->flags & IR_ALIGNED);
    unsigned first = t->op;
    struct jit_miss miss;

    if (host == NULL)
        return false;
    jit_flags_guard(t, op);
    t->op_pending = t->pending;
    jit_vector_need(t);
    miss = jit_memory_check(t, i, false);
    t->op++;
    t->host_next = 0;
    jit_vector_emit(t, op, host, miss.host);
    jit_tail_slow_ops(t, miss.tag, miss.align, first);
    if (t->host_next != 0)
        jit_tail_flags(t);
    return true;
}

bool jit_vector_load(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned reg = jit_vector_reg(t, i->dst);
    bool wide = i->width == IR_256;
    struct jit_miss miss;

    if (memory_fused(t, i))
        return true;
    if (reg == ASM_NONE)
        return memory_through(t, i, i->dst);
    if (i->width < IR_128 || (wide && !(t->features & JIT_AVX)))
        return false;
    jit_vector_need(t);
    miss = jit_memory_check(t, i, false);
    asm_vector(&t->b, wide ? &memory_load_y : &memory_load_x, reg, 0, miss.host);
    jit_tail_slow(t, miss.tag, miss.align);
    return true;
}

/* ---- stores ---- */

bool jit_vector_store(struct jit_translation *t, const struct ir_insn *i)
{
    bool avx = t->features & JIT_AVX, high = false;
    unsigned reg = jit_vector_reg(t, i->c);
    struct jit_miss miss;

    if (reg == ASM_NONE && i->width == IR_64) {
        reg = jit_vector_reg(t, i->c - 1u);
        high = true;
    }
    if (reg == ASM_NONE)
        return memory_through(t, i, i->c);
    if (i->width < IR_32 || i->width > IR_256 || (i->width == IR_256 && !avx))
        return false;
    jit_vector_need(t);
    miss = jit_memory_check(t, i, true);
    asm_vector(&t->b,
               i->width == IR_256 ? &memory_store_y
                                  : &memory_store[high ? MEMORY_STORE_HIGH : i->width - IR_32][avx],
               reg, 0, miss.host);
    jit_tail_slow(t, miss.tag, miss.align);
    return true;
}
