/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lazy flags computed: all six, the carry alone, or one condition. */
#include "emulator/ir/flags.h"

#define CZ IR_F_C | IR_F_Z
#define NV IR_F_N | IR_F_V
const uint16_t ir_cond_uses[16] = {
    IR_F_V, IR_F_V, IR_F_C, IR_F_C, IR_F_Z, IR_F_Z, CZ,          CZ,
    IR_F_N, IR_F_N, IR_F_P, IR_F_P, NV,     NV,     NV | IR_F_Z, NV | IR_F_Z,
};
#undef CZ
#undef NV

static uint64_t flags_mask(unsigned width)
{
    return UINT64_MAX >> (64 - (8u << width));
}

/* The operand that is not kept follows from the result and the one that is. */
static uint64_t flags_operand(const struct ir_flags *f, unsigned operation)
{
    switch (operation) {
    case IR_K_ADD:
        return f->result - f->b;
    case IR_K_ADC:
        return f->result - f->b - f->carry_in;
    case IR_K_SUB:
        return f->result + f->b;
    default:
        return f->result + f->b + f->carry_in;
    }
}

static uint64_t flags_carry_of(const struct ir_flags *f)
{
    unsigned operation = f->kind & ~3u;
    uint64_t a;

    switch (operation) {
    case IR_K_RAW:
        return f->result & IR_F_C;
    case IR_K_ADD:
        return f->result < f->b;
    case IR_K_ADC:
        return f->carry_in ? f->result <= f->b : f->result < f->b;
    case IR_K_SUB:
    case IR_K_SBB:
        a = flags_operand(f, operation) & flags_mask(f->kind & 3);
        return operation == IR_K_SBB && f->carry_in ? a <= f->b : a < f->b;
    case IR_K_INC:
    case IR_K_DEC:
        return f->carry_in;
    case IR_K_MIXED:
        return f->b & IR_F_C;
    default:
        return 0;
    }
}

static uint64_t flags_znp(uint64_t result, unsigned width)
{
    return (result == 0 ? IR_F_Z : 0) | (result >> ((8u << width) - 1) & 1 ? IR_F_N : 0) |
           (ir_even_parity(result) ? IR_F_P : 0);
}

/* V and A of the four additive operations. */
static uint64_t flags_va_sum(const struct ir_flags *f, unsigned operation)
{
    uint64_t a = flags_operand(f, operation), r = f->result, b = f->b;
    bool add = operation == IR_K_ADD || operation == IR_K_ADC;
    uint64_t overflow = (add ? ~(a ^ b) : a ^ b) & (a ^ r);

    return (overflow >> ((8u << (f->kind & 3)) - 1) & 1 ? IR_F_V : 0) | ((a ^ b ^ r) & IR_F_A);
}

static uint64_t flags_va(const struct ir_flags *f)
{
    unsigned operation = f->kind & ~3u;
    uint64_t sign = 1ull << ((8u << (f->kind & 3)) - 1);

    switch (operation) {
    case IR_K_LOGIC:
        return 0;
    case IR_K_INC:
        return (f->result == sign ? IR_F_V : 0) | ((f->result & 15) == 0 ? IR_F_A : 0);
    case IR_K_DEC:
        return (f->result == sign - 1 ? IR_F_V : 0) | ((f->result & 15) == 15 ? IR_F_A : 0);
    case IR_K_MIXED:
        return f->b & (IR_F_V | IR_F_A);
    default:
        return flags_va_sum(f, operation);
    }
}

uint64_t ir_flags_carry(const struct ir_env *env)
{
    return flags_carry_of(&env->flags);
}

uint64_t ir_flags_get(const struct ir_env *env)
{
    const struct ir_flags *f = &env->flags;

    if (f->kind < 4)
        return f->result & IR_F_ALL;
    return flags_carry_of(f) | flags_va(f) | flags_znp(f->result, f->kind & 3);
}

void ir_flags_put(struct ir_env *env, uint64_t bits, uint64_t mask)
{
    uint64_t old = (mask & IR_F_ALL) == IR_F_ALL ? 0 : ir_flags_get(env);

    ir_flags_raw(env, ((old & ~mask) | (bits & mask)) & IR_F_ALL);
}

bool ir_bits_cond(uint64_t bits, unsigned cond)
{
    bool value = (bits & ir_cond_uses[cond & 15]) != 0;

    if (cond >= IR_COND_LT)
        value = !(bits & IR_F_N) != !(bits & IR_F_V);
    if (cond >= IR_COND_LE)
        value |= (bits & IR_F_Z) != 0;
    return value != (cond & 1);
}

bool ir_flags_cond(const struct ir_env *env, unsigned cond)
{
    const struct ir_flags *f = &env->flags;

    if (f->kind >= 4) {
        if (cond >> 1 == IR_COND_Z >> 1)
            return (f->result == 0) != (cond & 1);
        if (cond >> 1 == IR_COND_N >> 1)
            return (f->result >> ((8u << (f->kind & 3)) - 1) & 1) != (cond & 1);
    }
    if (cond >> 1 == IR_COND_C >> 1)
        return flags_carry_of(f) != (cond & 1);
    return ir_bits_cond(ir_flags_get(env), cond);
}
