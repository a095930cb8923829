/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A clock that stands still until the test moves it, instead of core/clock.c: time goes from one
 * timer's deadline to the next, so every test sees exact times. The wall clock starts at
 * FAKE_CLOCK_WALL.
 */
#include "tests/hw/fake-clock.h"

#include <stdlib.h>

#include "emulator/api/error.h"

#define FAKE_CLOCK_TIMERS 512

struct emu_clock {
    emu_ns now;
    struct emu_timer *timers[FAKE_CLOCK_TIMERS];
    size_t count;
};

struct emu_clock *emu_clock_new(struct emu_error *err)
{
    return calloc(1, sizeof(struct emu_clock));
}

void emu_clock_free(struct emu_clock *clock)
{
    free(clock);
}

emu_ns emu_clock_now(const struct emu_clock *clock)
{
    return clock->now;
}

int64_t emu_clock_wall_seconds(const struct emu_clock *clock)
{
    return FAKE_CLOCK_WALL + (int64_t)(clock->now / 1000000000u);
}

void emu_clock_resume(struct emu_clock *clock)
{
}

void emu_clock_pause(struct emu_clock *clock)
{
}

void emu_clock_set(struct emu_clock *clock, emu_ns now)
{
    clock->now = now;
}

void emu_timer_init(struct emu_timer *timer, struct emu_clock *clock, pthread_mutex_t *lock,
                    emu_timer_fn *fn, void *opaque)
{
    timer->clock = clock;
    timer->fn = fn;
    timer->opaque = opaque;
    timer->lock = lock;
    timer->deadline = EMU_TIMER_NEVER;
    if (clock->count == FAKE_CLOCK_TIMERS)
        abort();
    clock->timers[clock->count++] = timer;
}

void emu_timer_finish(struct emu_timer *timer)
{
    struct emu_clock *clock = timer->clock;

    for (size_t i = 0; i < clock->count; i++)
        if (clock->timers[i] == timer) {
            clock->timers[i] = clock->timers[--clock->count];
            return;
        }
}

void emu_timer_arm(struct emu_timer *timer, emu_ns deadline)
{
    timer->deadline = deadline;
}

void emu_timer_cancel(struct emu_timer *timer)
{
    timer->deadline = EMU_TIMER_NEVER;
}

bool emu_timer_armed(const struct emu_timer *timer)
{
    return timer->deadline != EMU_TIMER_NEVER;
}

emu_ns emu_timer_deadline(const struct emu_timer *timer)
{
    return timer->deadline;
}

uint64_t emu_clock_run_timers(struct emu_clock *clock)
{
    return UINT64_MAX;
}

void emu_clock_on_rearm(struct emu_clock *clock, void (*fn)(void *opaque), void *opaque)
{
}

static struct emu_timer *fake_clock_first(struct emu_clock *clock)
{
    struct emu_timer *first = NULL;

    for (size_t i = 0; i < clock->count; i++)
        if (first == NULL || clock->timers[i]->deadline < first->deadline)
            first = clock->timers[i];
    return first;
}

unsigned fake_clock_advance(struct emu_clock *clock, uint64_t ns)
{
    emu_ns target = clock->now + ns;
    unsigned fired = 0;

    for (;;) {
        struct emu_timer *timer = fake_clock_first(clock);

        if (timer == NULL || timer->deadline > target)
            break;
        if (timer->deadline > clock->now)
            clock->now = timer->deadline;
        timer->deadline = EMU_TIMER_NEVER;
        if (timer->lock != NULL)
            pthread_mutex_lock(timer->lock);
        timer->fn(timer->opaque);
        if (timer->lock != NULL)
            pthread_mutex_unlock(timer->lock);
        fired++;
    }
    clock->now = target;
    return fired;
}
