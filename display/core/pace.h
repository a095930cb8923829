/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often to look at a screen: at full speed while its picture moves or a person does something,
 * less and less often while nothing changes. Plain arithmetic over a caller's clock, in
 * microseconds. One thread at a time.
 */
#ifndef DISP_CORE_PACE_H
#define DISP_CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define DISP_PACE_FASTEST 16667  /* 60 a second */
#define DISP_PACE_SLOWEST 125000 /* 8 a second: how late the first change may be seen */
#define DISP_PACE_RESTING 500000 /* while the machine stands still, or the screen is off */

struct disp_pace {
    int64_t interval, due;
    int64_t awake_until; /* somebody did something: full speed until then */
};

/* Somebody pressed a key, moved the pointer, looks again: the next look is due at most a frame
 * after the last one. */
void disp_pace_wake(struct disp_pace *pace, int64_t now);
/* After a look that was due: sets due to the next one. resting: nothing can change much. */
void disp_pace_looked(struct disp_pace *pace, int64_t now, bool changed, bool resting);

#endif
