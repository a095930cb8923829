/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers over time: ten minutes by the second, a day by the minute (means of the seconds). Memory
 * is taken once. Any thread, one at a time.
 */
#ifndef LATHE_STATS_HISTORY_H
#define LATHE_STATS_HISTORY_H

#include <glib.h>

enum lathe_range {
    LATHE_RANGE_MINUTES, /* 600 samples, a second each */
    LATHE_RANGE_HOURS,   /* 1440 samples, a minute each */
    LATHE_RANGE_COUNT
};

struct lathe_history;

struct lathe_history *lathe_history_new(guint series);
void lathe_history_free(struct lathe_history *history); /* NULL is legal */

/* A second's values, one for each series; NAN: not known. */
void lathe_history_add(struct lathe_history *history, const float *values);

/* How many samples a range has room for, and how many it has. */
guint lathe_history_room(enum lathe_range range);
guint lathe_history_count(const struct lathe_history *history, enum lathe_range range);
/* A value, age samples ago (0: the last); NAN: there is none. */
float lathe_history_get(const struct lathe_history *history, enum lathe_range range, guint series,
                        guint age);
/* The largest value of a series in a range; 0: there is none. */
float lathe_history_peak(const struct lathe_history *history, enum lathe_range range, guint series);

#endif
