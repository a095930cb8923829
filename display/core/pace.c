/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A change halves the interval, a look that finds none makes it longer by a quarter: a blinking
 * cursor stays cheap, a film is at full speed within a few frames.
 */
#include "display/core/pace.h"

#define PACE_AWAKE 400000 /* what a key or a click may need to show its effect */

void disp_pace_wake(struct disp_pace *pace, int64_t now)
{
    int64_t soon = pace->due - pace->interval + DISP_PACE_FASTEST; /* a frame after the last look */

    pace->awake_until = now + PACE_AWAKE;
    pace->interval = DISP_PACE_FASTEST;
    if (soon < now)
        soon = now;
    if (pace->due > soon || pace->due == 0)
        pace->due = soon;
}

static int64_t pace_interval(const struct disp_pace *pace, int64_t now, bool changed, bool resting)
{
    int64_t interval = changed ? pace->interval / 2 : pace->interval + pace->interval / 4;
    int64_t slowest = resting ? DISP_PACE_RESTING : DISP_PACE_SLOWEST;

    if (interval > slowest)
        interval = slowest;
    return interval < DISP_PACE_FASTEST || now < pace->awake_until ? DISP_PACE_FASTEST : interval;
}

void disp_pace_looked(struct disp_pace *pace, int64_t now, bool changed, bool resting)
{
    pace->interval = pace_interval(pace, now, changed, resting);
    pace->due += pace->interval;
    if (pace->due <= now) /* late by more than a frame: those are lost */
        pace->due = now + pace->interval;
}
