/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector ops that are one instruction of the host, as the guest tells (struct ir_host_op): which of
 * the two forms fits the op's operands, and the instruction itself.
 */
#include "emulator/jit/x86-64/vector.h"

#include "emulator/ir/flags.h"

#include <string.h>

/* ---- the ops behind ---- */

const struct ir_insn *jit_vector_next(const struct jit_translation *t, unsigned n)
{
    const struct ir_insn *i = jit_op(t, n);

    return n < t->region.code.count && i->op != IR_insn ? i : NULL;
}

bool jit_vector_read_later(const struct jit_translation *t, unsigned n, unsigned slot)
{
    const struct ir_insn *i;

    for (; (i = jit_vector_next(t, n)) != NULL; n++)
        if (i->dst == slot || i->a == slot || i->b == slot || i->c == slot)
            return true;
    return false;
}

/* ---- does an instruction fit? ---- */

static const struct ir_vec *vector_of(const struct jit_translation *t, const struct ir_insn *i)
{
    uint64_t index = (uint64_t)i->imm >> 8;

    return index < t->guest->vec_count ? &t->guest->vecs[index] : NULL;
}

static bool vector_host_has(const struct jit_translation *t, const struct ir_host_op *op)
{
    unsigned need = op->encoding == IR_HOST_LEGACY ? 0 : JIT_AVX;

    need |= op->flags & IR_HOST_AES ? JIT_AES : 0;
    need |= op->flags & IR_HOST_PCLMUL ? JIT_PCLMUL : 0;
    need |= op->flags & IR_HOST_SHA ? JIT_SHA : 0;
    return op->encoding != IR_HOST_NONE && (t->features & need) == need;
}

static bool vector_is(const struct jit_translation *t, unsigned slot)
{
    return jit_vector_reg(t, slot) != ASM_NONE;
}

/* Operands other than b. */
static bool vector_operands_fit(const struct jit_translation *t, const struct ir_insn *i,
                                const struct ir_host_op *op)
{
    bool legacy = op->encoding == IR_HOST_LEGACY;
    bool general = (op->flags & IR_HOST_D_GENERAL) || op->form == IR_HOST_CMP;

    if (op->form == IR_HOST_ALL)
        return true;
    if (general ? jit_vector_slot(t, i->dst) : !vector_is(t, i->dst))
        return false;
    switch (op->form) {
    case IR_HOST_RVM0:
        return i->c == t->guest->vector_first && i->a == i->dst && legacy;
    case IR_HOST_RVMR:
        return vector_is(t, i->c) && vector_is(t, i->a);
    case IR_HOST_RVM:
        return legacy ? i->a == i->dst : vector_is(t, i->a);
    case IR_HOST_CMP:
        return vector_is(t, i->a);
    case IR_HOST_VM:
        return !legacy || i->b == i->dst;
    default:
        return true;
    }
}

static bool vector_fits(const struct jit_translation *t, const struct ir_insn *i,
                        const struct ir_host_op *op)
{
    const struct ir_vec *vec = vector_of(t, i);

    return vector_host_has(t, op) && !(vec->faults && t->vector_faults) &&
           (!(op->flags & IR_HOST_IMM_ZERO) || (i->imm & 0xff) == 0) &&
           vector_operands_fit(t, i, op);
}

/* The op's instructions: two, or NULL. */
static const struct ir_host_op *vector_host(const struct jit_translation *t,
                                            const struct ir_insn *i)
{
    if (!(t->features & JIT_SSE) || t->guest->host_ops == NULL || vector_of(t, i) == NULL)
        return NULL;
    return t->guest->host_ops[(uint64_t)i->imm >> 8];
}

/* Legacy instructions want their operands of 16 bytes aligned. */
static bool vector_wants_aligned(const struct jit_translation *t, const struct ir_insn *i,
                                 const struct ir_host_op *op)
{
    return op->encoding == IR_HOST_LEGACY && vector_of(t, i)->b_size == 16 &&
           !((t->features & JIT_AVX) && op->form == IR_HOST_CMP);
}

const struct ir_host_op *jit_vector_from_memory(const struct jit_translation *t,
                                                const struct ir_insn *i, bool aligned)
{
    const struct ir_host_op *host = vector_host(t, i);

    for (unsigned n = 2; host != NULL && n-- > 0;)
        if (vector_fits(t, i, &host[n]) && !(host[n].flags & IR_HOST_B_REGISTER) &&
            host[n].form != IR_HOST_MR && (aligned || !vector_wants_aligned(t, i, &host[n])))
            return &host[n];
    return NULL;
}

const struct ir_host_op *jit_vector_to_memory(const struct jit_translation *t,
                                              const struct ir_insn *i)
{
    const struct ir_host_op *host = vector_host(t, i);

    if (host == NULL || host->form != IR_HOST_MR || (host->flags & IR_HOST_D_GENERAL) ||
        !vector_host_has(t, host) || !vector_is(t, i->b) ||
        (vector_of(t, i)->faults && t->vector_faults))
        return NULL;
    return host;
}

/* Operand b where it is. A vector operand that a general register holds goes to its slot first. */
static bool vector_place(struct jit_translation *t, const struct ir_insn *i,
                         const struct ir_host_op *op, struct asm_rm *b)
{
    bool general = op->flags & IR_HOST_B_GENERAL, memory = op->flags & IR_HOST_B_MEMORY;

    if (jit_vector_slot(t, i->b)) {
        *b = asm_r(jit_vector_reg(t, i->b));
        return vector_is(t, i->b) && !general && !memory;
    }
    if (general && jit_in_reg(t, i->b)) {
        *b = jit_slot(t, i->b);
        return true;
    }
    *b = jit_env_slot(i->b);
    return !(op->flags & IR_HOST_B_REGISTER) && op->form != IR_HOST_MR &&
           (!vector_wants_aligned(t, i, op) || (i->b * 8u) % 16 == 0) &&
           (!jit_in_reg(t, i->b) || vector_of(t, i)->b_size <= 8);
}

/* ---- the instruction ---- */

static void vector_instruction(struct jit_translation *t, const struct ir_insn *i,
                               const struct ir_host_op *op, unsigned d, struct asm_rm b)
{
    unsigned a = jit_vector_reg(t, i->a);

    switch (op->form) {
    case IR_HOST_MR:
        asm_vector(&t->b, op, b.reg, 0, asm_r(d));
        break;
    case IR_HOST_VM:
        asm_vector(&t->b, op, op->flags >> IR_HOST_EXT_SHIFT & 7, d, b);
        break;
    case IR_HOST_CMP:
        asm_vector(&t->b, op, a, 0, b);
        break;
    case IR_HOST_RM:
        asm_vector(&t->b, op, d, 0, b);
        break;
    case IR_HOST_ALL:
        asm_vector(&t->b, op, 0, 0, b);
        break;
    default:
        asm_vector(&t->b, op, d, a, b);
    }
    if (op->form == IR_HOST_RVMR)
        asm_8(&t->b, jit_vector_reg(t, i->c) << 4);
    if (op->flags & IR_HOST_IMM)
        asm_8(&t->b, (unsigned)i->imm & 0xff);
}

/* eax = the flags of a comparison in their places, with bit 1 set; keeps the host's. */
static void vector_take_flags(struct jit_translation *t)
{
    asm_8(&t->b, 0x9f); /* lahf */
    asm_8(&t->b, 0x0f); /* movzx eax, ah */
    asm_8(&t->b, 0xb6);
    asm_8(&t->b, 0xc4);
}

/* To the flag unit, if that is what comes next, else to slot d. */
static void vector_flags(struct jit_translation *t, const struct ir_insn *i)
{
    const struct ir_insn *put = jit_vector_next(t, t->op + 1);

    vector_take_flags(t);
    if (put != NULL && put->op == IR_putf && !(put->flags & IR_IMM) && put->b == i->dst &&
        (put->imm & IR_F_ALL) == IR_F_ALL && !jit_vector_read_later(t, t->op + 2, i->dst)) {
        t->op++;
        jit_flags_result(t, ASM_RAX, IR_K_RAW);
        t->host_next = IR_F_ALL;
    } else {
        asm_alu_imm(&t->b, IR_32, ASM_AND, asm_r(ASM_RAX), IR_F_ALL);
        jit_put(t, i->dst, ASM_RAX);
        t->host_next = 0;
    }
}

void jit_vector_emit(struct jit_translation *t, const struct ir_insn *i,
                     const struct ir_host_op *op, struct asm_rm b)
{
    struct ir_host_op vex = *op;

    if (op->form == IR_HOST_CMP) {
        if ((t->features & JIT_AVX) && op->encoding == IR_HOST_LEGACY)
            vex.encoding = IR_HOST_VEX128; /* nothing is written, so both are the same */
        vector_instruction(t, i, &vex, 0, b);
        vector_flags(t, i);
    } else if (op->flags & IR_HOST_D_GENERAL) {
        unsigned reg = jit_target(t, i->dst, ASM_RAX);

        vector_instruction(t, i, op, reg, b);
        jit_put(t, i->dst, reg);
    } else {
        vector_instruction(t, i, op, jit_vector_reg(t, i->dst), b);
    }
}

static bool vector_op(struct jit_translation *t, const struct ir_insn *i)
{
    const struct ir_host_op *host = vector_host(t, i);
    struct asm_rm b = asm_r(0);
    unsigned n = 2;

    if (host == NULL)
        return false;
    while (n-- > 0)
        if (vector_fits(t, i, &host[n]) &&
            (host[n].form == IR_HOST_ALL || vector_place(t, i, &host[n], &b)))
            break;
    if (n > 1)
        return false;
    jit_vector_need(t);
    t->host_next = t->host;
    if (b.memory && jit_in_reg(t, i->b))
        asm_store(&t->b, IR_64, b, t->reg[i->b & 4095]);
    jit_vector_emit(t, i, &host[n], b);
    return true;
}

bool jit_emit_vector(struct jit_translation *t, const struct ir_insn *i)
{
    switch (i->op) {
    case IR_vec:
        return vector_op(t, i) || jit_vector_narrow(t, i);
    case IR_ld:
        return jit_vector_load(t, i);
    case IR_st:
        return jit_vector_store(t, i);
    default:
        return false;
    }
}
