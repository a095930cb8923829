/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine clock and its timers. Machine time is in nanoseconds, starts at 0, runs with the
 * host's monotonic clock while the machine runs and stands still while it is paused. Devices know
 * no other time.
 */
#ifndef EMU_CORE_CLOCK_H
#define EMU_CORE_CLOCK_H

#include <pthread.h>

#include "emulator/api/types.h"

struct emu_clock;
struct emu_timer;

/* Runs on the loop thread with the timer's lock held. */
typedef void emu_timer_fn(void *opaque);

/* A paused clock at time 0. NULL with *err filled if the host refuses. */
struct emu_clock *emu_clock_new(struct emu_error *err);
void emu_clock_free(struct emu_clock *clock);

/* Any thread, no lock taken on the reading side. */
emu_ns emu_clock_now(const struct emu_clock *clock);
/* Wall-clock seconds since 1970 that a battery-backed clock shows: host time at creation plus
 * machine time. */
int64_t emu_clock_wall_seconds(const struct emu_clock *clock);

/* Start and stop of time. Loop or ui thread; idempotent. */
void emu_clock_resume(struct emu_clock *clock);
void emu_clock_pause(struct emu_clock *clock);
/* Sets the time of a paused clock (loading a saved machine). */
void emu_clock_set(struct emu_clock *clock, emu_ns now);

#define EMU_TIMER_NEVER UINT64_MAX

/* Public so that a device can embed it; fields are private to clock.c. */
struct emu_timer {
    struct emu_clock *clock;
    emu_timer_fn *fn;
    void *opaque;
    pthread_mutex_t *lock;
    emu_ns deadline; /* EMU_TIMER_NEVER: not armed */
    size_t heap_index;
};

/*
 * lock, if not NULL, is taken around fn: normally the device's own. A timer that is re-armed or
 * cancelled under that lock never fires with the old deadline.
 */
void emu_timer_init(struct emu_timer *timer, struct emu_clock *clock, pthread_mutex_t *lock,
                    emu_timer_fn *fn, void *opaque);
/* Cancels; after it returns fn is not running. Must not be called with the timer's lock held. */
void emu_timer_finish(struct emu_timer *timer);
/* Arms for a machine time; one in the past fires at once. Any thread. */
void emu_timer_arm(struct emu_timer *timer, emu_ns deadline);
void emu_timer_cancel(struct emu_timer *timer);
bool emu_timer_armed(const struct emu_timer *timer);
emu_ns emu_timer_deadline(const struct emu_timer *timer);

/*
 * For the loop thread only: fires what is due, and returns the host nanoseconds until the next
 * deadline (UINT64_MAX: none, or the clock is paused).
 */
uint64_t emu_clock_run_timers(struct emu_clock *clock);
/* Called whenever the earliest deadline moves forward, so that the loop thread can wake. */
void emu_clock_on_rearm(struct emu_clock *clock, void (*fn)(void *opaque), void *opaque);

#endif
