/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions of setcc and select, and of getf and putf. */
#include "emulator/ir/cond.h"
#include "emulator/ir/xinsn.h"

/* select cuts what it picked to its own width; b is the picked slot (or the immediate). */
IR_INLINE uint64_t select_value(struct ir_env *env, const struct ir_xinsn *ip, bool condition)
{
    return (condition ? IR_R(b) : IR_R(a)) << ip->cut >> ip->cut;
}

#define X_COND(k, source, w)                                                                       \
    IR_X(x_setcc_##source##_##w##_##k)                                                             \
    {                                                                                              \
        IR_R(d) = cond_env_##source##_##w(env, k);                                                 \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_select_##source##_##w##_##k)                                                            \
    {                                                                                              \
        IR_R(d) = select_value(env, ip, cond_env_##source##_##w(env, k));                          \
        IR_NEXT;                                                                                   \
    }
COND_ALL(X_COND, sub, 8)
COND_ALL(X_COND, sub, 16)
COND_ALL(X_COND, sub, 32)
COND_ALL(X_COND, sub, 64)
COND_ALL(X_COND, logic, 8)
COND_ALL(X_COND, logic, 16)
COND_ALL(X_COND, logic, 32)
COND_ALL(X_COND, logic, 64)

static ir_x_fn *const setcc_table[2][4][16] = {COND_ROWS(x_setcc_sub), COND_ROWS(x_setcc_logic)};
static ir_x_fn *const select_table[2][4][16] = {COND_ROWS(x_select_sub), COND_ROWS(x_select_logic)};

IR_X(x_setcc_any)
{
    IR_R(d) = ir_flags_cond(env, ip->cond);
    IR_NEXT;
}

IR_X(x_select_any)
{
    IR_R(d) = select_value(env, ip, ir_flags_cond(env, ip->cond));
    IR_NEXT;
}

IR_X(x_select_imm)
{
    IR_R(d) = ir_flags_cond(env, ip->cond) ? (uint64_t)ip->imm : IR_R(a) << ip->cut >> ip->cut;
    IR_NEXT;
}

IR_X(x_getf)
{
    IR_R(d) = ir_flags_get(env);
    IR_NEXT;
}

IR_X(x_putf)
{
    ir_flags_put(env, IR_R(b), (uint64_t)ip->imm);
    IR_NEXT;
}

IR_X(x_putf_imm)
{
    ir_flags_put(env, (uint64_t)ip->imm, (uint64_t)ip->imm);
    IR_NEXT;
}

/* Where nobody looks at the bits that it leaves alone. */
IR_X(x_putf_only)
{
    ir_flags_raw(env, IR_R(b) & (uint64_t)ip->imm & IR_F_ALL);
    IR_NEXT;
}

static ir_x_fn *select_putf(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->flags & IR_IMM)
        return x_putf_imm;
    return context->live & ~(unsigned)i->imm ? x_putf : x_putf_only;
}

ir_x_fn *ir_x_select_cond(const struct ir_insn *i, const struct ir_x_context *context)
{
    enum cond_source source = cond_source(context->kind, i->cond);
    unsigned width = context->kind & 3, cond = i->cond & 15;

    switch (i->op) {
    case IR_setcc:
        return source == COND_ANY ? x_setcc_any : setcc_table[source][width][cond];
    case IR_select:
        if (i->width > IR_64)
            return NULL;
        if (i->flags & IR_IMM)
            return x_select_imm;
        return source == COND_ANY ? x_select_any : select_table[source][width][cond];
    case IR_getf:
        return x_getf;
    default:
        return select_putf(i, context);
    }
}
