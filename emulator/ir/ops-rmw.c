/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Executor functions of read-modify-write ops. Where to work comes from the soft TLB or from the
 * guest's slow path; the work itself is the same. Locked ops are compare-and-swap loops.
 */
#include "emulator/ir/address.h"
#include "emulator/ir/alu.h"

/* Hosts that can work atomically at any address; others take a lock when it is misaligned. */
#if defined(__x86_64__) || defined(__i386__)
#define ATOMIC_MISALIGNED 1
#else
#define ATOMIC_MISALIGNED 0
#endif

struct rmw {
    void *host;
    bool slow;   /* ir_x_rmw_end must follow */
    bool locked; /* by the mutex for misaligned accesses: plain code is right */
};

IR_INLINE bool rmw_begin(struct ir_env *env, const struct ir_xinsn *ip, unsigned size,
                         struct rmw *rmw)
{
    uint64_t va = ir_address_full(env, ip);
    uint8_t *host;

    rmw->slow = !ir_tlb_hit(env, va, size, true, &host) || (va & ip->align);
    rmw->host = IR_UNLIKELY(rmw->slow) ? ir_x_rmw_begin(env, ip, va, size) : host;
    rmw->locked = !ATOMIC_MISALIGNED && (ip->access & IR_ACCESS_LOCKED) && rmw->host &&
                  ((uintptr_t)rmw->host & (size - 1));
    if (rmw->locked)
        ir_blocks_lock_misaligned(env->blocks);
    return rmw->host != NULL;
}

IR_INLINE void rmw_end(struct ir_env *env, const struct ir_xinsn *ip, const struct rmw *rmw)
{
    if (rmw->locked)
        ir_blocks_unlock_misaligned(env->blocks);
    if (IR_UNLIKELY(rmw->slow))
        ir_x_rmw_end(env, ip);
}

#define CAS(w, host, old, new)                                                                     \
    __atomic_compare_exchange_n((uint##w##_t *)(host), old, new, false, __ATOMIC_SEQ_CST,          \
                                __ATOMIC_SEQ_CST)

/* The flags come last, computed again from what was there. */
#define X_RMW(op, alu, w, setf)                                                                    \
    IR_X(x_##op##_##w##_##setf)                                                                    \
    {                                                                                              \
        uint##w##_t c = (uint##w##_t)IR_R(c), old;                                                 \
        struct rmw rmw;                                                                            \
        if (!rmw_begin(env, ip, (w) / 8, &rmw))                                                    \
            return NULL;                                                                           \
        old = emu_shared_get_##w(rmw.host);                                                        \
        if (!(ip->access & IR_ACCESS_LOCKED) || rmw.locked)                                        \
            emu_shared_put_##w(rmw.host, alu_##alu##_##w(env, old, c, false));                     \
        else                                                                                       \
            while (!CAS(w, rmw.host, &old, alu_##alu##_##w(env, old, c, false)))                   \
                ;                                                                                  \
        rmw_end(env, ip, &rmw);                                                                    \
        if (setf)                                                                                  \
            (void)alu_##alu##_##w(env, old, c, true);                                              \
        IR_R(d) = old;                                                                             \
        IR_NEXT;                                                                                   \
    }
#define X_RMW_WIDTH(op, alu, w) X_RMW(op, alu, w, 0) X_RMW(op, alu, w, 1)
#define RMW(op, alu)                                                                               \
    X_RMW_WIDTH(op, alu, 8)                                                                        \
    X_RMW_WIDTH(op, alu, 16)                                                                       \
    X_RMW_WIDTH(op, alu, 32)                                                                       \
    X_RMW_WIDTH(op, alu, 64)
#include "emulator/ir/ops-rmw.inc"
#undef RMW

/* An exchange is atomic always. */
#define X_EXCHANGE(w)                                                                              \
    IR_X(x_mxchg_##w)                                                                              \
    {                                                                                              \
        uint##w##_t c = (uint##w##_t)IR_R(c), old;                                                 \
        struct rmw rmw;                                                                            \
        if (!rmw_begin(env, ip, (w) / 8, &rmw))                                                    \
            return NULL;                                                                           \
        if (rmw.locked) {                                                                          \
            old = emu_shared_get_##w(rmw.host);                                                    \
            emu_shared_put_##w(rmw.host, c);                                                       \
        } else {                                                                                   \
            old = __atomic_exchange_n((uint##w##_t *)rmw.host, c, __ATOMIC_SEQ_CST);               \
        }                                                                                          \
        rmw_end(env, ip, &rmw);                                                                    \
        IR_R(d) = old;                                                                             \
        IR_NEXT;                                                                                   \
    }
X_EXCHANGE(8)
X_EXCHANGE(16)
X_EXCHANGE(32)
X_EXCHANGE(64)

#define X_CMPXCHG(w, setf)                                                                         \
    IR_X(x_mcmpxchg_##w##_##setf)                                                                  \
    {                                                                                              \
        uint##w##_t c = (uint##w##_t)IR_R(c), expected = (uint##w##_t)IR_R(d), old = expected;     \
        struct rmw rmw;                                                                            \
        if (!rmw_begin(env, ip, (w) / 8, &rmw))                                                    \
            return NULL;                                                                           \
        if (!(ip->access & IR_ACCESS_LOCKED) || rmw.locked) {                                      \
            old = emu_shared_get_##w(rmw.host);                                                    \
            if (old == expected)                                                                   \
                emu_shared_put_##w(rmw.host, c);                                                   \
        } else {                                                                                   \
            (void)CAS(w, rmw.host, &old, c);                                                       \
        }                                                                                          \
        rmw_end(env, ip, &rmw);                                                                    \
        if (setf)                                                                                  \
            (void)alu_sub_##w(env, expected, old, true);                                           \
        IR_R(d) = old;                                                                             \
        IR_NEXT;                                                                                   \
    }
#define X_CMPXCHGS(w) X_CMPXCHG(w, 0) X_CMPXCHG(w, 1)
ALU_WIDTHS(X_CMPXCHGS)

#define ROW(op, w)                                                                                 \
    {                                                                                              \
        x_##op##_##w##_0, x_##op##_##w##_1                                                         \
    }
#define ROWS(op)                                                                                   \
    {                                                                                              \
        ROW(op, 8), ROW(op, 16), ROW(op, 32), ROW(op, 64)                                          \
    }
static ir_x_fn *const rmw_table[IR_OP_COUNT][4][2] = {
#define RMW(op, alu) [IR_##op] = ROWS(op),
#include "emulator/ir/ops-rmw.inc"
#undef RMW
    [IR_mcmpxchg] = ROWS(mcmpxchg),
    [IR_mxchg] = {{x_mxchg_8, x_mxchg_8},
                  {x_mxchg_16, x_mxchg_16},
                  {x_mxchg_32, x_mxchg_32},
                  {x_mxchg_64, x_mxchg_64}},
};

ir_x_fn *ir_x_select_rmw(const struct ir_insn *i, const struct ir_x_context *context)
{
    return i->width > IR_64 ? NULL : rmw_table[i->op][i->width][i->flags & IR_SETF ? 1 : 0];
}
