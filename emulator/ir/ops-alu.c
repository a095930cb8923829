/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions of arithmetic with one result, and of the widening multiplications. */
#include "emulator/ir/ops-forms.h"

#define BINARY(op) X_BINARY_ALL(op)
#define UNARY(op)  X_UNARY_ALL(op)
#include "emulator/ir/ops-alu.inc"
#undef BINARY
#undef UNARY
X_UNARY_ALL(inc1)
X_UNARY_ALL(dec1)

static ir_x_fn *const alu_table[IR_OP_COUNT][4][4] = {
#define BINARY(op) [IR_##op] = X_BINARY_ROWS(op),
#define UNARY(op)  [IR_##op] = X_UNARY_ROWS(op),
#include "emulator/ir/ops-alu.inc"
#undef BINARY
#undef UNARY
};
static ir_x_fn *const inc1_table[4][4] = X_UNARY_ROWS(inc1);
static ir_x_fn *const dec1_table[4][4] = X_UNARY_ROWS(dec1);

ir_x_fn *ir_x_select_alu(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->width > IR_64)
        return NULL;
    if (!(context->live & IR_F_C) && i->op == IR_inc)
        return inc1_table[i->width][ir_x_form(i)];
    if (!(context->live & IR_F_C) && i->op == IR_dec)
        return dec1_table[i->width][ir_x_form(i)];
    return alu_table[i->op][i->width][ir_x_form(i)];
}

/* ---- both halves of a product; e, the high half, wins where it is the same slot ---- */

#define X_WIDE(op, w, type, wide, overflows)                                                       \
    IR_INLINE void wide_##op##_##w(struct ir_env *env, const struct ir_xinsn *ip, bool setf)       \
    {                                                                                              \
        wide product = (wide)(type)IR_R(a) * (type)IR_R(b);                                        \
        uint##w##_t low = (uint##w##_t)product, high = (uint##w##_t)(product >> (w));              \
        IR_R(d) = low;                                                                             \
        IR_R(c) = high;                                                                            \
        if (setf)                                                                                  \
            ir_flags_set(env, low, (overflows) ? IR_F_C | IR_F_V : 0, IR_KIND(MIXED, w));          \
    }                                                                                              \
    IR_X(x_##op##_##w##_0)                                                                         \
    {                                                                                              \
        wide_##op##_##w(env, ip, false);                                                           \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_##op##_##w##_1)                                                                         \
    {                                                                                              \
        wide_##op##_##w(env, ip, true);                                                            \
        IR_NEXT;                                                                                   \
    }
X_WIDE(umulw, 8, uint8_t, uint64_t, high != 0)
X_WIDE(umulw, 16, uint16_t, uint64_t, high != 0)
X_WIDE(umulw, 32, uint32_t, uint64_t, high != 0)
X_WIDE(umulw, 64, uint64_t, unsigned __int128, high != 0)
X_WIDE(smulw, 8, int8_t, int64_t, product != (int8_t)low)
X_WIDE(smulw, 16, int16_t, int64_t, product != (int16_t)low)
X_WIDE(smulw, 32, int32_t, int64_t, product != (int32_t)low)
X_WIDE(smulw, 64, int64_t, __int128, product != (int64_t)low)

static ir_x_fn *const umulw_table[4][4] = X_UNARY_ROWS(umulw);
static ir_x_fn *const smulw_table[4][4] = X_UNARY_ROWS(smulw);

ir_x_fn *ir_x_select_wide(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->width > IR_64)
        return NULL;
    return (i->op == IR_umulw ? umulw_table : smulw_table)[i->width][ir_x_form(i)];
}
