/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session's machine does, sampled once a second and kept (history.h): processors, memory,
 * disks, network, pictures, the translator. Main thread.
 */
#ifndef LATHE_STATS_STATS_H
#define LATHE_STATS_STATS_H

#include "app/session/session.h"
#include "app/stats/history.h"

/* The series, the vcpus' behind them: LATHE_SERIES_COUNT + n is how busy vcpu n is. */
enum lathe_series {
#define LATHE_SERIES(id, unit, label) LATHE_SERIES_##id,
#include "app/stats/series.inc"
#undef LATHE_SERIES
    LATHE_SERIES_COUNT
};

enum lathe_unit {
    LATHE_UNIT_SHARE,  /* 0..1 */
    LATHE_UNIT_NUMBER, /* a second, or of millions a second, as the label says */
    LATHE_UNIT_BYTES,
    LATHE_UNIT_RATE, /* bytes a second */
};

struct lathe_stats;

struct lathe_stats *lathe_stats_new(LatheSession *session);
void lathe_stats_free(struct lathe_stats *stats); /* NULL is legal */
/* Borrowed. */
const struct lathe_history *lathe_stats_get_history(const struct lathe_stats *stats);
guint lathe_stats_count_vcpus(const struct lathe_stats *stats);
/* Of the guest, bytes. */
guint64 lathe_stats_get_memory(const struct lathe_stats *stats);
/* Called after each sample; NULL: nobody. */
void lathe_stats_on_sample(struct lathe_stats *stats, void (*function)(void *opaque), void *opaque);

/* What a series is called, translated; static. And its unit. */
const char *lathe_series_label(guint series);
enum lathe_unit lathe_series_unit(guint series);
/* "12 %", "3.4 MiB/s"; NAN is "–". g_free. */
char *lathe_unit_format(enum lathe_unit unit, double value);

#endif
