/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of the translator, summed up over all vcpus when somebody wants to see them. */
#include "emulator/jit/stats.h"

#include <stdlib.h>

#define STATS_MOST 16 /* kinds of slow ops that are told of */

static size_t stats_kinds(const struct ir_guest *guest)
{
    return IR_OP_COUNT + guest->helper_count + guest->vec_count;
}

struct jit_stats *jit_stats_new(struct emu_trace *trace, const struct ir_guest *guest)
{
    struct jit_stats *stats;

    if (!emu_trace_enabled(trace, jit_stats) && !emu_trace_enabled(trace, jit_slow))
        return NULL;
    stats = calloc(1, sizeof(*stats));
    if (stats == NULL)
        return NULL;
    pthread_mutex_init(&stats->lock, NULL);
    stats->trace = trace;
    stats->guest = guest;
    return stats;
}

void jit_stats_free(struct jit_stats *stats)
{
    if (stats == NULL)
        return;
    while (stats->vcpus != NULL) {
        struct jit_counts *next = stats->vcpus->next;

        free(stats->vcpus);
        stats->vcpus = next;
    }
    pthread_mutex_destroy(&stats->lock);
    free(stats);
}

struct jit_counts *jit_stats_add_vcpu(struct jit_stats *stats)
{
    struct jit_counts *counts;

    if (stats == NULL)
        return NULL;
    counts = calloc(1, sizeof(*counts) + stats_kinds(stats->guest) * sizeof(counts->slow[0]));
    if (counts == NULL)
        return NULL;
    pthread_mutex_lock(&stats->lock);
    counts->next = stats->vcpus;
    stats->vcpus = counts;
    pthread_mutex_unlock(&stats->lock);
    return counts;
}

/* ---- reports ---- */

static const char *stats_kind_name(const struct ir_guest *guest, size_t kind)
{
    if (kind < IR_OP_COUNT)
        return ir_op_table[kind].name;
    kind -= IR_OP_COUNT;
    if (kind < guest->helper_count)
        return guest->helpers[kind].name;
    return guest->vecs[kind - guest->helper_count].name;
}

static uint64_t stats_sum_slow_locked(const struct jit_stats *stats, size_t kind)
{
    uint64_t sum = 0;

    for (const struct jit_counts *counts = stats->vcpus; counts != NULL; counts = counts->next)
        sum += atomic_load_explicit(&counts->slow[kind], memory_order_relaxed);
    return sum;
}

static uint64_t stats_sum_locked(const struct jit_stats *stats, enum jit_counter counter)
{
    uint64_t sum = 0;

    for (const struct jit_counts *counts = stats->vcpus; counts != NULL; counts = counts->next)
        sum += atomic_load_explicit(&counts->count[counter], memory_order_relaxed);
    return sum;
}

static void stats_report_totals_locked(const struct jit_stats *stats)
{
    uint64_t slow = 0;

    for (size_t kind = 0; kind < stats_kinds(stats->guest); kind++)
        slow += stats_sum_slow_locked(stats, kind);
    emu_trace(stats->trace, jit_stats, (unsigned long long)atomic_load(&stats->blocks),
              (unsigned long long)atomic_load(&stats->bytes) >> 10,
              (unsigned long long)stats_sum_locked(stats, JIT_COUNT_TRANSLATED),
              (unsigned long long)atomic_load(&stats->killed),
              (unsigned long long)stats_sum_locked(stats, JIT_COUNT_MISSES),
              (unsigned long long)stats_sum_locked(stats, JIT_COUNT_LINKS),
              (unsigned long long)slow);
}

/* Tells of the kind with the highest sum that is below *bound, or as high and of a higher number
 * than *kind; both are set to its own. False: there is none. */
static bool stats_report_next_locked(const struct jit_stats *stats, uint64_t *bound, size_t *kind)
{
    uint64_t best = 0;
    size_t found = 0;

    for (size_t k = 0; k < stats_kinds(stats->guest); k++) {
        uint64_t sum = stats_sum_slow_locked(stats, k);
        bool told = sum > *bound || (sum == *bound && k <= *kind);

        if (!told && sum > best) {
            best = sum;
            found = k;
        }
    }
    if (best == 0)
        return false;
    emu_trace(stats->trace, jit_slow, stats_kind_name(stats->guest, found),
              (unsigned long long)best);
    *bound = best;
    *kind = found;
    return true;
}

void jit_stats_report(struct jit_stats *stats, bool all)
{
    uint64_t bound = UINT64_MAX;
    size_t kind = 0;

    if (stats == NULL)
        return;
    pthread_mutex_lock(&stats->lock);
    stats_report_totals_locked(stats);
    for (unsigned n = 0; all && n < STATS_MOST; n++)
        all = stats_report_next_locked(stats, &bound, &kind);
    pthread_mutex_unlock(&stats->lock);
}
