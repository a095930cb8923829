/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the guest's vector registers are: in the state, or in the host's registers. C code may
 * change all of the latter, so they go to the state before any call and come back when the next op
 * wants them; code without vector ops never pays. Where the host has no AVX, only the low halves
 * move: nothing native touches the others.
 */
#include "emulator/jit/x86-64/vector.h"

void jit_vector_begin(struct jit_translation *t, const struct jit_order *order)
{
    t->vectors = JIT_VECTORS_UNKNOWN;
    t->vector_faults = (order->mode & order->jit->guest->vec_fault_mode) != 0;
    t->features = order->jit->features;
}

static unsigned state_count(const struct ir_guest *guest)
{
    return guest->vector_count <= 16 ? guest->vector_count : 0;
}

static bool state_has(const struct jit_translation *t, unsigned slot)
{
    return (t->features & JIT_SSE) && slot - t->guest->vector_first < 4 * state_count(t->guest);
}

unsigned jit_vector_reg(const struct jit_translation *t, unsigned slot)
{
    unsigned part = slot - t->guest->vector_first;

    return state_has(t, slot) && part % 4 == 0 ? part / 4 : ASM_NONE;
}

bool jit_vector_slot(const struct jit_translation *t, unsigned slot)
{
    return state_has(t, slot);
}

/* Slots of vector operands are four places long. */
static bool state_touches(const struct jit_translation *t, unsigned slot)
{
    return state_has(t, slot) || state_has(t, slot + 3);
}

bool jit_vector_touches(const struct jit_translation *t, const struct ir_insn *i)
{
    return state_touches(t, i->dst) || state_touches(t, i->a) || state_touches(t, i->b) ||
           state_touches(t, i->c);
}

void jit_vector_need(struct jit_translation *t)
{
    if (t->vectors == JIT_VECTORS_UNKNOWN) {
        t->host = 0;
        asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(vectors_out), 0);
        jit_tail_load(t, asm_jcc(&t->b, IR_COND_Z));
    } else if (t->vectors == JIT_VECTORS_SAVED) {
        jit_vector_again(t);
    }
    t->vectors = JIT_VECTORS_LOADED;
}

void jit_vector_again(struct jit_translation *t)
{
    t->host = 0;
    jit_call_stub(t, t->stubs->vectors_load);
}

/* ---- the shared code ---- */

static const struct ir_host_op state_load_x = {IR_HOST_LEGACY, IR_HOST_RM, 0, IR_HOST_0F, 0x10, 0};
static const struct ir_host_op state_store_x = {IR_HOST_LEGACY, IR_HOST_RM, 0, IR_HOST_0F, 0x11, 0};
static const struct ir_host_op state_load_z = {IR_HOST_VEX128, IR_HOST_RM, 0, IR_HOST_0F, 0x10, 0};
static const struct ir_host_op state_load_y = {IR_HOST_VEX256, IR_HOST_RM, 0, IR_HOST_0F, 0x10, 0};
static const struct ir_host_op state_store_y = {IR_HOST_VEX256, IR_HOST_RM, 0, IR_HOST_0F, 0x11, 0};
static const struct ir_host_op state_or = {IR_HOST_VEX128, IR_HOST_RVM, 0x66, IR_HOST_0F, 0xeb, 0};
static const struct ir_host_op state_test = {IR_HOST_VEX128, IR_HOST_CMP, 0x66,
                                             IR_HOST_0F38,   0x17,        0};
static const struct ir_host_op state_zero_all = {IR_HOST_VEX256, IR_HOST_ALL, 0,
                                                 IR_HOST_0F,     0x77,        0};
static const struct ir_host_op state_zero_upper = {IR_HOST_VEX128, IR_HOST_ALL, 0,
                                                   IR_HOST_0F,     0x77,        0};

static void state_move(struct asm_buf *b, const struct ir_guest *guest, const struct ir_host_op *op)
{
    for (unsigned n = 0; n < state_count(guest); n++)
        asm_vector(b, op, n, 0, jit_env_slot(guest->vector_first + 4 * n));
}

/* Called. */
void jit_vector_save_stub(struct asm_buf *b, const struct ir_guest *guest, unsigned features)
{
    bool avx = features & JIT_AVX;

    state_move(b, guest, avx ? &state_store_y : &state_store_x);
    if (avx)
        asm_vector(b, &state_zero_upper, 0, 0, asm_r(0));
    asm_op(b, IR_32, 0xc7, 0, ENV(vectors_out));
    asm_32(b, 0);
    asm_8(b, 0xc3);
}

/* Does any register have something in its upper half? Z is set if not. */
static void state_test_upper(struct asm_buf *b, const struct ir_guest *guest)
{
    asm_vector(b, &state_load_z, 0, 0, jit_env_slot(guest->vector_first + 2));
    for (unsigned n = 1; n < state_count(guest); n++)
        asm_vector(b, &state_or, 0, 0, jit_env_slot(guest->vector_first + 4 * n + 2));
    asm_vector(b, &state_test, 0, 0, asm_r(0));
}

/* Upper halves that are all 0 are left in their initial state: else legacy instructions would wait
 * for them on some hosts. */
void jit_vector_load_stub(struct asm_buf *b, const struct ir_guest *guest, unsigned features)
{
    uint32_t upper, done;

    asm_op(b, IR_32, 0xc7, 0, ENV(vectors_out));
    asm_32(b, 1);
    if (!(features & JIT_AVX)) {
        state_move(b, guest, &state_load_x);
        asm_8(b, 0xc3);
        return;
    }
    state_test_upper(b, guest);
    upper = asm_jcc(b, IR_COND_NZ);
    asm_vector(b, &state_zero_all, 0, 0, asm_r(0));
    state_move(b, guest, &state_load_z);
    done = asm_jmp(b);
    asm_here(b, upper);
    state_move(b, guest, &state_load_y);
    asm_here(b, done);
    asm_8(b, 0xc3);
}
