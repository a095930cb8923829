/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions where it is known how the flags came about: after a subtraction, from its operands;
 * after anything else, from the result alone where that suffices. cond is a constant at each use.
 */
#ifndef EMU_IR_COND_H
#define EMU_IR_COND_H

#include "emulator/ir/flags.h"

#define COND_FUNCTIONS(w)                                                                          \
    IR_INLINE bool cond_sub_##w(unsigned cond, uint##w##_t a, uint##w##_t b)                       \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a - b);                                                      \
        bool value = false;                                                                        \
        switch (cond & ~1u) {                                                                      \
        case IR_COND_V:                                                                            \
            value = ((a ^ b) & (a ^ r)) >> ((w)-1) & 1;                                            \
            break;                                                                                 \
        case IR_COND_C:                                                                            \
            value = a < b;                                                                         \
            break;                                                                                 \
        case IR_COND_Z:                                                                            \
            value = a == b;                                                                        \
            break;                                                                                 \
        case IR_COND_CZ:                                                                           \
            value = a <= b;                                                                        \
            break;                                                                                 \
        case IR_COND_N:                                                                            \
            value = (int##w##_t)r < 0;                                                             \
            break;                                                                                 \
        case IR_COND_P:                                                                            \
            value = ir_even_parity(r);                                                             \
            break;                                                                                 \
        case IR_COND_LT:                                                                           \
            value = (int##w##_t)a < (int##w##_t)b;                                                 \
            break;                                                                                 \
        case IR_COND_LE:                                                                           \
            value = (int##w##_t)a <= (int##w##_t)b;                                                \
            break;                                                                                 \
        }                                                                                          \
        return value != (cond & 1);                                                                \
    }                                                                                              \
    /* C and V are 0 */                                                                            \
    IR_INLINE bool cond_logic_##w(unsigned cond, uint##w##_t r)                                    \
    {                                                                                              \
        bool value = false;                                                                        \
        switch (cond & ~1u) {                                                                      \
        case IR_COND_Z:                                                                            \
        case IR_COND_CZ:                                                                           \
            value = r == 0;                                                                        \
            break;                                                                                 \
        case IR_COND_N:                                                                            \
        case IR_COND_LT:                                                                           \
            value = (int##w##_t)r < 0;                                                             \
            break;                                                                                 \
        case IR_COND_P:                                                                            \
            value = ir_even_parity(r);                                                             \
            break;                                                                                 \
        case IR_COND_LE:                                                                           \
            value = (int##w##_t)r <= 0;                                                            \
            break;                                                                                 \
        }                                                                                          \
        return value != (cond & 1);                                                                \
    }                                                                                              \
    /* from the flags in env */                                                                    \
    IR_INLINE bool cond_env_sub_##w(struct ir_env *env, unsigned cond)                             \
    {                                                                                              \
        uint##w##_t b = (uint##w##_t)env->flags.b, r = (uint##w##_t)env->flags.result;             \
        return cond_sub_##w(cond, (uint##w##_t)(r + b), b);                                        \
    }                                                                                              \
    IR_INLINE bool cond_env_logic_##w(struct ir_env *env, unsigned cond)                           \
    {                                                                                              \
        return cond_logic_##w(cond, (uint##w##_t)env->flags.result);                               \
    }
COND_FUNCTIONS(8)
COND_FUNCTIONS(16)
COND_FUNCTIONS(32)
COND_FUNCTIONS(64)
#undef COND_FUNCTIONS

/* How a condition is had at a place: rows of the tables of specialised functions. */
enum cond_source { COND_SUB, COND_LOGIC, COND_ANY };
static inline enum cond_source cond_source(uint32_t kind, unsigned cond)
{
    unsigned operation = kind & ~3u;

    if (operation == IR_K_SUB)
        return COND_SUB;
    if (operation == IR_K_LOGIC)
        return COND_LOGIC;
    if (operation == IR_K_RAW || operation == IR_K_END)
        return COND_ANY;
    return ir_cond_uses[cond & 15] & (IR_F_C | IR_F_V | IR_F_A) ? COND_ANY : COND_LOGIC;
}

#define COND_FOUR(T, a, b, c, d, ...)                                                              \
    T(a, __VA_ARGS__)                                                                              \
    T(b, __VA_ARGS__)                                                                              \
    T(c, __VA_ARGS__)                                                                              \
    T(d, __VA_ARGS__)
#define COND_ALL(T, ...)                                                                           \
    COND_FOUR(T, 0, 1, 2, 3, __VA_ARGS__)                                                          \
    COND_FOUR(T, 4, 5, 6, 7, __VA_ARGS__)                                                          \
    COND_FOUR(T, 8, 9, 10, 11, __VA_ARGS__)                                                        \
    COND_FOUR(T, 12, 13, 14, 15, __VA_ARGS__)

/* The functions "NAME_WIDTH_k" of each width and condition, as rows of a table [4][16]. */
#define COND_ENTRY(k, name) name##_##k,
#define COND_ROW(name)                                                                             \
    {                                                                                              \
        COND_ALL(COND_ENTRY, name)                                                                 \
    }
#define COND_ROWS(name)                                                                            \
    {                                                                                              \
        COND_ROW(name##_8), COND_ROW(name##_16), COND_ROW(name##_32), COND_ROW(name##_64)          \
    }

#endif
