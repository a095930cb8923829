/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the translator does, counted: for the trace events jit_stats and jit_slow. Nothing is
 * counted unless one of them is on. A vcpu's counters are written by its own thread only.
 */
#ifndef EMU_JIT_STATS_H
#define EMU_JIT_STATS_H

#include <pthread.h>

#include "emulator/core/trace.h"
#include "emulator/ir/ir.h"

enum jit_counter {
    JIT_COUNT_TRANSLATED,
    JIT_COUNT_MISSES, /* look-ups of blocks that the jump table did not have */
    JIT_COUNT_LINKS,  /* direct exits joined to their target */
    JIT_COUNTERS,
};

/* Of one vcpu. */
struct jit_counts {
    struct jit_counts *next;
    _Atomic uint64_t count[JIT_COUNTERS];
    _Atomic uint64_t slow[]; /* by jit_slow_kind */
};

/* Of a machine. */
struct jit_stats {
    struct emu_trace *trace;
    const struct ir_guest *guest;
    _Atomic uint64_t blocks, bytes, killed; /* code in memory now; blocks that died */
    pthread_mutex_t lock;                   /* the list */
    struct jit_counts *vcpus;
};

/* Counted one by one: each op, each helper, each vector op. */
static inline unsigned jit_slow_kind(const struct ir_guest *guest, const struct ir_insn *i)
{
    if (i->op == IR_call)
        return (unsigned)(IR_OP_COUNT + (uint64_t)i->imm);
    if (i->op == IR_vec)
        return (unsigned)(IR_OP_COUNT + guest->helper_count + ((uint64_t)i->imm >> 8));
    return i->op;
}

static inline void jit_count(_Atomic uint64_t *counter)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

/* NULL: neither event is on, or there is no memory to count in. */
struct jit_stats *jit_stats_new(struct emu_trace *trace, const struct ir_guest *guest);
void jit_stats_free(struct jit_stats *stats);
/* The counters of one more vcpu; NULL without stats or memory. They stay when the vcpu leaves. */
struct jit_counts *jit_stats_add_vcpu(struct jit_stats *stats);
/* Emits jit_stats, and with all also the most frequent of jit_slow. Any thread. */
void jit_stats_report(struct jit_stats *stats, bool all);

#endif
