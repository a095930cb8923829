/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Executor functions that leave a block: branches, also fused with the comparison before them, and
 * jumps. The next block is found in the jump table; a miss goes back to the run loop.
 */
#include "emulator/ir/alu.h"
#include "emulator/ir/cond.h"
#include "emulator/ir/xinsn.h"

/* The block that the jump table has for pc, if it is alive and nothing waits; else NULL. */
IR_INLINE struct ir_block *exit_block(struct ir_env *env, uint64_t pc)
{
    const void *code = ir_jumps_get(env, pc);
    struct ir_block *block;

    if (IR_UNLIKELY(atomic_load_explicit(&env->request, memory_order_relaxed) != 0))
        return NULL;
    if (IR_UNLIKELY(!code))
        return NULL;
    block = (struct ir_block *)(uintptr_t)code - 1;
    if (IR_UNLIKELY(atomic_load_explicit(&block->mode, memory_order_relaxed) != env->mode))
        return NULL;
    return block;
}

static IR_NOINLINE const struct ir_xinsn *exit_stop(struct ir_env *env, const struct ir_xinsn *ip)
{
    bool request = atomic_load_explicit(&env->request, memory_order_relaxed) != 0;

    return ir_x_end(env, request ? IR_OK : IR_X_NEXT_BLOCK);
}

#define EXIT_TO(target)                                                                            \
    do {                                                                                           \
        uint64_t pc_ = (target)&ip->mask;                                                          \
        struct ir_block *block_ = exit_block(env, pc_);                                            \
        env->pc = pc_;                                                                             \
        env->instructions += ip->insns;                                                            \
        if (!block_)                                                                               \
            IR_TAIL(exit_stop);                                                                    \
        env->block = block_;                                                                       \
        IR_GO(block_->code);                                                                       \
    } while (0)

IR_X(x_jmp)
{
    EXIT_TO(env->pc + (uint64_t)ip->imm);
}

IR_X(x_jmpi)
{
    EXIT_TO(IR_R(source));
}

IR_X(x_leave)
{
    env->pc = (env->pc + (uint64_t)ip->imm) & ip->mask;
    env->instructions += ip->insns;
    return ir_x_end(env, IR_OK);
}

/* ---- branches ---- */

IR_X(x_br_any)
{
    if (!ir_flags_cond(env, ip->cond))
        IR_NEXT;
    IR_TAIL(x_jmp);
}

#define X_BRANCH(k, source, w)                                                                     \
    IR_X(x_br_##source##_##w##_##k)                                                                \
    {                                                                                              \
        if (!cond_env_##source##_##w(env, k))                                                      \
            IR_NEXT;                                                                               \
        IR_TAIL(x_jmp);                                                                            \
    }
COND_ALL(X_BRANCH, sub, 8)
COND_ALL(X_BRANCH, sub, 16)
COND_ALL(X_BRANCH, sub, 32)
COND_ALL(X_BRANCH, sub, 64)
COND_ALL(X_BRANCH, logic, 8)
COND_ALL(X_BRANCH, logic, 16)
COND_ALL(X_BRANCH, logic, 32)
COND_ALL(X_BRANCH, logic, 64)

#define X_ZERO(w)                                                                                  \
    IR_X(x_brz_##w)                                                                                \
    {                                                                                              \
        if ((uint##w##_t)IR_R(source) != 0)                                                        \
            IR_NEXT;                                                                               \
        IR_TAIL(x_jmp);                                                                            \
    }                                                                                              \
    IR_X(x_brnz_##w)                                                                               \
    {                                                                                              \
        if ((uint##w##_t)IR_R(source) == 0)                                                        \
            IR_NEXT;                                                                               \
        IR_TAIL(x_jmp);                                                                            \
    }
ALU_WIDTHS(X_ZERO)

/* ---- compare and branch: ip is the sub or and, ip + 1 the br ---- */

#define X_FUSE(k, name, op, w, b_value, condition)                                                 \
    IR_X(x_##name##_##w##_##k)                                                                     \
    {                                                                                              \
        uint##w##_t a = (uint##w##_t)IR_R(a), b = (uint##w##_t)(b_value);                          \
        uint##w##_t r = alu_##op##_##w(env, a, b, true);                                           \
        IR_R(d) = r;                                                                               \
        if (!(condition))                                                                          \
            IR_GO(ip + 2);                                                                         \
        ip++;                                                                                      \
        IR_TAIL(x_jmp);                                                                            \
    }
#define X_FUSE_SUB(k, w)                                                                           \
    X_FUSE(k, fsub, sub, w, IR_R(b), cond_sub_##w(k, a, b))                                        \
    X_FUSE(k, fsubi, sub, w, ip->imm, cond_sub_##w(k, a, b))
#define X_FUSE_AND(k, w)                                                                           \
    X_FUSE(k, fand, and, w, IR_R(b), cond_logic_##w(k, r))                                         \
    X_FUSE(k, fandi, and, w, ip->imm, cond_logic_##w(k, r))
COND_ALL(X_FUSE_SUB, 8)
COND_ALL(X_FUSE_SUB, 16)
COND_ALL(X_FUSE_SUB, 32)
COND_ALL(X_FUSE_SUB, 64)
COND_ALL(X_FUSE_AND, 8)
COND_ALL(X_FUSE_AND, 16)
COND_ALL(X_FUSE_AND, 32)
COND_ALL(X_FUSE_AND, 64)

/* ---- tables ---- */

static ir_x_fn *const br_table[2][4][16] = {COND_ROWS(x_br_sub), COND_ROWS(x_br_logic)};
static ir_x_fn *const fused_table[4][4][16] = {COND_ROWS(x_fsub), COND_ROWS(x_fsubi),
                                               COND_ROWS(x_fand), COND_ROWS(x_fandi)};
static ir_x_fn *const brz_table[4] = {x_brz_8, x_brz_16, x_brz_32, x_brz_64};
static ir_x_fn *const brnz_table[4] = {x_brnz_8, x_brnz_16, x_brnz_32, x_brnz_64};

ir_x_fn *ir_x_select_exit(const struct ir_insn *i, const struct ir_x_context *context)
{
    enum cond_source source = cond_source(context->kind, i->cond);

    if (i->width > IR_64)
        return NULL;
    switch (i->op) {
    case IR_br:
        return source == COND_ANY ? x_br_any : br_table[source][context->kind & 3][i->cond & 15];
    case IR_brz:
        return brz_table[i->width];
    case IR_brnz:
        return brnz_table[i->width];
    case IR_jmp:
        return x_jmp;
    case IR_jmpi:
        return x_jmpi;
    default:
        return x_leave;
    }
}

ir_x_fn *ir_x_select_fused(const struct ir_insn *producer, const struct ir_insn *branch)
{
    bool sub = producer->op == IR_sub;

    if ((!sub && producer->op != IR_and) || !(producer->flags & IR_SETF) || branch->op != IR_br ||
        producer->width > IR_64)
        return NULL;
    return fused_table[(sub ? 0 : 2) + (producer->flags & IR_IMM ? 1 : 0)][producer->width]
                      [branch->cond & 15];
}
