/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions of bit counting, bit tests and byte swaps. */
#include "emulator/ir/ops-forms.h"

X_BINARY_ALL(bt)
X_BINARY_ALL(bt1)
X_BINARY_ALL(bts)
X_BINARY_ALL(btr)
X_BINARY_ALL(btc)

#define Z_IF(condition) ((condition) ? IR_F_Z : 0)
#define C_IF(condition) ((condition) ? IR_F_C : 0)

#define ALU_COUNTS(w)                                                                              \
    ALU_FN(tzcnt, w)                                                                               \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a ? __builtin_ctzll(a) : (w));                               \
        if (setf)                                                                                  \
            ir_flags_raw(env, C_IF(!a) | Z_IF(!r));                                                \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(lzcnt, w)                                                                               \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a ? __builtin_clzll(a) - (64 - (w)) : (w));                  \
        if (setf)                                                                                  \
            ir_flags_raw(env, C_IF(!a) | Z_IF(!r));                                                \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(popcnt, w)                                                                              \
    {                                                                                              \
        if (setf)                                                                                  \
            ir_flags_raw(env, Z_IF(!a));                                                           \
        return (uint##w##_t)__builtin_popcountll(a);                                               \
    }
ALU_WIDTHS(ALU_COUNTS)
X_UNARY_ALL(tzcnt)
X_UNARY_ALL(lzcnt)
X_UNARY_ALL(popcnt)

/* D stays as it is when a is 0, but width 32 cuts it. */
#define X_SCAN(op, w, index)                                                                       \
    IR_INLINE void scan_##op##_##w(struct ir_env *env, const struct ir_xinsn *ip, bool setf)       \
    {                                                                                              \
        uint##w##_t a = (uint##w##_t)IR_R(a);                                                      \
        if (a)                                                                                     \
            IR_R(d) = (uint64_t)(index);                                                           \
        else if ((w) == 32)                                                                        \
            IR_R(d) = (uint32_t)IR_R(d);                                                           \
        if (setf)                                                                                  \
            ir_flags_raw(env, Z_IF(!a));                                                           \
    }                                                                                              \
    IR_X(x_##op##_##w##_0)                                                                         \
    {                                                                                              \
        scan_##op##_##w(env, ip, false);                                                           \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_##op##_##w##_1)                                                                         \
    {                                                                                              \
        scan_##op##_##w(env, ip, true);                                                            \
        IR_NEXT;                                                                                   \
    }
#define X_SCANS(w)                                                                                 \
    X_SCAN(bsf, w, __builtin_ctzll(a))                                                             \
    X_SCAN(bsr, w, 63 - __builtin_clzll(a))
ALU_WIDTHS(X_SCANS)

ALU_FN(bswap, 16)
{
    return 0;
}
ALU_FN(bswap, 32)
{
    return __builtin_bswap32(a);
}
ALU_FN(bswap, 64)
{
    return __builtin_bswap64(a);
}
X_UNARY(bswap, 16)
X_UNARY(bswap, 32)
X_UNARY(bswap, 64)

static ir_x_fn *const bits_table[IR_OP_COUNT][4][4] = {
    [IR_bt] = X_BINARY_ROWS(bt),
    [IR_bts] = X_BINARY_ROWS(bts),
    [IR_btr] = X_BINARY_ROWS(btr),
    [IR_btc] = X_BINARY_ROWS(btc),
    [IR_tzcnt] = X_UNARY_ROWS(tzcnt),
    [IR_lzcnt] = X_UNARY_ROWS(lzcnt),
    [IR_popcnt] = X_UNARY_ROWS(popcnt),
    [IR_bsf] = X_UNARY_ROWS(bsf),
    [IR_bsr] = X_UNARY_ROWS(bsr),
    [IR_bswap] =
        {[IR_16] = X_ROW1(bswap, 16), [IR_32] = X_ROW1(bswap, 32), [IR_64] = X_ROW1(bswap, 64)},
};
static ir_x_fn *const bt1_table[4][4] = X_BINARY_ROWS(bt1);

ir_x_fn *ir_x_select_bits(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->width > IR_64)
        return NULL;
    if (i->op == IR_bt && !(context->live & ~IR_F_C))
        return bt1_table[i->width][ir_x_form(i)];
    return bits_table[i->op][i->width][ir_x_form(i)];
}
