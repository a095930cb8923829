/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring for each range; a minute's sums become a sample of the second one. */
#include "app/stats/history.h"

#include <math.h>

#define HISTORY_MINUTE 60u

static const guint history_rooms[LATHE_RANGE_COUNT] = {600, 1440};

struct history_ring {
    float *values; /* room rows of series values */
    guint next, count;
};

struct lathe_history {
    guint series;
    struct history_ring rings[LATHE_RANGE_COUNT];
    float *sums;
    guint *summed; /* how many values each sum has */
    guint seconds; /* of the minute that is under way */
};

guint lathe_history_room(enum lathe_range range)
{
    return history_rooms[range];
}

guint lathe_history_count(const struct lathe_history *history, enum lathe_range range)
{
    return history->rings[range].count;
}

/* ---- adding ---- */

static void history_push(struct lathe_history *history, enum lathe_range range, const float *values)
{
    struct history_ring *ring = &history->rings[range];
    float *row = ring->values + (gsize)ring->next * history->series;

    for (guint i = 0; i < history->series; i++)
        row[i] = values[i];
    ring->next = (ring->next + 1) % history_rooms[range];
    ring->count = MIN(ring->count + 1, history_rooms[range]);
}

static void history_end_minute(struct lathe_history *history)
{
    for (guint i = 0; i < history->series; i++)
        history->sums[i] =
            history->summed[i] != 0 ? history->sums[i] / (float)history->summed[i] : NAN;
    history_push(history, LATHE_RANGE_HOURS, history->sums);
    for (guint i = 0; i < history->series; i++)
        history->sums[i] = (float)(history->summed[i] = 0);
    history->seconds = 0;
}

void lathe_history_add(struct lathe_history *history, const float *values)
{
    history_push(history, LATHE_RANGE_MINUTES, values);
    for (guint i = 0; i < history->series; i++) {
        if (isnan(values[i]))
            continue;
        history->sums[i] += values[i];
        history->summed[i]++;
    }
    if (++history->seconds == HISTORY_MINUTE)
        history_end_minute(history);
}

/* ---- looking ---- */

float lathe_history_get(const struct lathe_history *history, enum lathe_range range, guint series,
                        guint age)
{
    const struct history_ring *ring = &history->rings[range];
    guint room = history_rooms[range];

    if (age >= ring->count || series >= history->series)
        return NAN;
    return ring->values[(gsize)((ring->next + room - 1 - age) % room) * history->series + series];
}

float lathe_history_peak(const struct lathe_history *history, enum lathe_range range, guint series)
{
    float peak = 0;

    for (guint age = 0; age < history->rings[range].count; age++) {
        float value = lathe_history_get(history, range, series, age);
        if (value > peak)
            peak = value;
    }
    return peak;
}

/* ---- life ---- */

struct lathe_history *lathe_history_new(guint series)
{
    struct lathe_history *history = g_new0(struct lathe_history, 1);

    history->series = series;
    history->sums = g_new0(float, series);
    history->summed = g_new0(guint, series);
    for (guint i = 0; i < LATHE_RANGE_COUNT; i++)
        history->rings[i].values = g_new(float, (gsize)history_rooms[i] * series);
    return history;
}

void lathe_history_free(struct lathe_history *history)
{
    if (history == NULL)
        return;
    for (guint i = 0; i < LATHE_RANGE_COUNT; i++)
        g_free(history->rings[i].values);
    g_free(history->sums);
    g_free(history->summed);
    g_free(history);
}
