/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine clock and its timers (core/clock.h). The clock is one atomic word; timers are in a
 * binary heap under a mutex that is never held while a device's lock is taken, since devices arm
 * their timers with their own lock held.
 */
#include "emulator/core/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "emulator/api/error.h"
#include "emulator/util/host-time.h"

/* Callbacks in one go before the loop thread looks at its other duties. */
#define CLOCK_MAX_FIRED 256

enum clock_tag { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_CHANGING };
#define CLOCK_TAG_BITS 2
#define CLOCK_TAG_MASK 3u

struct emu_clock {
    /* CLOCK_PAUSED in the low bits: the rest is the time; CLOCK_RUNNING: the rest is how far the
     * time is behind the host's clock (signed); CLOCK_CHANGING: look again. */
    _Atomic uint64_t word;
    int64_t wall_start;

    pthread_mutex_t lock;
    pthread_cond_t fired; /* firing changed */
    struct emu_timer **heap;
    size_t count, capacity, timers; /* armed, room, initialised */
    struct emu_timer *firing;
    pthread_t firing_thread;
    void (*rearmed)(void *opaque);
    void *rearmed_opaque;
};

static uint64_t clock_word(uint64_t value, enum clock_tag tag)
{
    return value << CLOCK_TAG_BITS | tag;
}

static uint64_t clock_value(uint64_t word)
{
    return (uint64_t)((int64_t)word >> CLOCK_TAG_BITS);
}

static bool clock_is(const struct emu_clock *clock, enum clock_tag tag)
{
    return (atomic_load(&clock->word) & CLOCK_TAG_MASK) == tag;
}

struct emu_clock *emu_clock_new(struct emu_error *err)
{
    struct emu_clock *clock = calloc(1, sizeof(*clock));

    if (clock == NULL || emu_cond_init(&clock->fired) != 0) {
        free(clock);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&clock->lock, NULL);
    atomic_store(&clock->word, clock_word(0, CLOCK_PAUSED));
    clock->wall_start = (int64_t)time(NULL);
    return clock;
}

void emu_clock_free(struct emu_clock *clock)
{
    if (clock == NULL)
        return;
    pthread_cond_destroy(&clock->fired);
    pthread_mutex_destroy(&clock->lock);
    free(clock->heap);
    free(clock);
}

/* ---- time ---- */

/* The word is looked at again after the host's clock was read: if somebody began to pause in
 * between, that reading may be later than the time at which the clock will stand. */
emu_ns emu_clock_now(const struct emu_clock *clock)
{
    uint64_t word, host;

    for (;;) {
        word = atomic_load(&clock->word);
        if ((word & CLOCK_TAG_MASK) == CLOCK_PAUSED)
            return clock_value(word);
        host = emu_host_now();
        if ((word & CLOCK_TAG_MASK) == CLOCK_RUNNING && atomic_load(&clock->word) == word)
            return host - clock_value(word);
    }
}

int64_t emu_clock_wall_seconds(const struct emu_clock *clock)
{
    return clock->wall_start + (int64_t)(emu_clock_now(clock) / EMU_NS_PER_SECOND);
}

static void clock_call_rearmed(struct emu_clock *clock)
{
    if (clock->rearmed != NULL)
        clock->rearmed(clock->rearmed_opaque);
}

/* From one state to the other; false: it is not in the first. */
static bool clock_switch(struct emu_clock *clock, enum clock_tag from, enum clock_tag to)
{
    uint64_t word;
    bool changed;

    pthread_mutex_lock(&clock->lock);
    word = atomic_load(&clock->word);
    changed = (word & CLOCK_TAG_MASK) == from;
    if (changed) {
        atomic_store(&clock->word, CLOCK_CHANGING);
        atomic_store(&clock->word, clock_word(emu_host_now() - clock_value(word), to));
    }
    pthread_mutex_unlock(&clock->lock);
    return changed;
}

void emu_clock_resume(struct emu_clock *clock)
{
    if (clock_switch(clock, CLOCK_PAUSED, CLOCK_RUNNING))
        clock_call_rearmed(clock);
}

void emu_clock_pause(struct emu_clock *clock)
{
    clock_switch(clock, CLOCK_RUNNING, CLOCK_PAUSED);
}

void emu_clock_set(struct emu_clock *clock, emu_ns now)
{
    pthread_mutex_lock(&clock->lock);
    if (clock_is(clock, CLOCK_PAUSED))
        atomic_store(&clock->word, clock_word(now, CLOCK_PAUSED));
    pthread_mutex_unlock(&clock->lock);
}

void emu_clock_on_rearm(struct emu_clock *clock, void (*fn)(void *opaque), void *opaque)
{
    clock->rearmed = fn;
    clock->rearmed_opaque = opaque;
}

/* ---- the heap: earliest deadline first; all with the lock held ---- */

static void heap_put_locked(struct emu_clock *clock, size_t index, struct emu_timer *timer)
{
    clock->heap[index] = timer;
    timer->heap_index = index;
}

static void heap_up_locked(struct emu_clock *clock, size_t index, struct emu_timer *timer)
{
    while (index != 0 && clock->heap[(index - 1) / 2]->deadline > timer->deadline) {
        heap_put_locked(clock, index, clock->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_put_locked(clock, index, timer);
}

static void heap_down_locked(struct emu_clock *clock, size_t index, struct emu_timer *timer)
{
    for (;;) {
        size_t child = 2 * index + 1;

        if (child + 1 < clock->count &&
            clock->heap[child + 1]->deadline < clock->heap[child]->deadline)
            child++;
        if (child >= clock->count || clock->heap[child]->deadline >= timer->deadline)
            break;
        heap_put_locked(clock, index, clock->heap[child]);
        index = child;
    }
    heap_put_locked(clock, index, timer);
}

static void heap_remove_locked(struct emu_clock *clock, struct emu_timer *timer)
{
    struct emu_timer *last;

    if (timer->deadline == EMU_TIMER_NEVER)
        return;
    __atomic_store_n(&timer->deadline, EMU_TIMER_NEVER, __ATOMIC_RELAXED);
    last = clock->heap[--clock->count];
    if (last == timer)
        return;
    heap_down_locked(clock, timer->heap_index, last);
    heap_up_locked(clock, last->heap_index, last);
}

/* ---- timers ---- */

/* Room is made here, so that arming needs no memory. Without room the timer never fires. */
static bool clock_reserve_locked(struct emu_clock *clock)
{
    size_t capacity = clock->capacity != 0 ? clock->capacity * 2 : 16;
    struct emu_timer **heap;

    if (clock->timers < clock->capacity)
        return true;
    heap = realloc(clock->heap, capacity * sizeof(*heap));
    if (heap == NULL)
        return false;
    clock->heap = heap;
    clock->capacity = capacity;
    return true;
}

void emu_timer_init(struct emu_timer *timer, struct emu_clock *clock, pthread_mutex_t *lock,
                    emu_timer_fn *fn, void *opaque)
{
    timer->clock = NULL;
    timer->fn = fn;
    timer->opaque = opaque;
    timer->lock = lock;
    timer->deadline = EMU_TIMER_NEVER;
    timer->heap_index = 0;
    pthread_mutex_lock(&clock->lock);
    if (clock_reserve_locked(clock)) {
        clock->timers++;
        timer->clock = clock;
    }
    pthread_mutex_unlock(&clock->lock);
}

void emu_timer_finish(struct emu_timer *timer)
{
    struct emu_clock *clock = timer->clock;

    if (clock == NULL)
        return;
    pthread_mutex_lock(&clock->lock);
    heap_remove_locked(clock, timer);
    while (clock->firing == timer && !pthread_equal(clock->firing_thread, pthread_self()))
        pthread_cond_wait(&clock->fired, &clock->lock);
    heap_remove_locked(clock, timer); /* the callback may have armed it again */
    clock->timers--;
    pthread_mutex_unlock(&clock->lock);
    timer->clock = NULL;
}

void emu_timer_arm(struct emu_timer *timer, emu_ns deadline)
{
    struct emu_clock *clock = timer->clock;
    bool first;

    if (clock == NULL)
        return;
    pthread_mutex_lock(&clock->lock);
    heap_remove_locked(clock, timer);
    if (deadline != EMU_TIMER_NEVER) {
        __atomic_store_n(&timer->deadline, deadline, __ATOMIC_RELAXED);
        heap_up_locked(clock, clock->count++, timer);
    }
    first = deadline != EMU_TIMER_NEVER && timer->heap_index == 0;
    pthread_mutex_unlock(&clock->lock);
    if (first)
        clock_call_rearmed(clock);
}

void emu_timer_cancel(struct emu_timer *timer)
{
    emu_timer_arm(timer, EMU_TIMER_NEVER);
}

bool emu_timer_armed(const struct emu_timer *timer)
{
    return emu_timer_deadline(timer) != EMU_TIMER_NEVER;
}

emu_ns emu_timer_deadline(const struct emu_timer *timer)
{
    return __atomic_load_n(&timer->deadline, __ATOMIC_RELAXED);
}

/* ---- firing ---- */

/* Returns the earliest timer if it is due, and marks it as firing. */
static struct emu_timer *clock_take_due(struct emu_clock *clock, emu_ns now)
{
    struct emu_timer *timer = NULL;

    pthread_mutex_lock(&clock->lock);
    if (clock->count != 0 && clock->heap[0]->deadline <= now) {
        timer = clock->heap[0];
        clock->firing = timer;
        clock->firing_thread = pthread_self();
    }
    pthread_mutex_unlock(&clock->lock);
    return timer;
}

/* With the timer's lock held: is it still due, or was it armed anew while we waited for it? */
static bool clock_confirm_due(struct emu_clock *clock, struct emu_timer *timer, emu_ns now)
{
    bool due;

    pthread_mutex_lock(&clock->lock);
    due = timer->deadline <= now;
    if (due)
        heap_remove_locked(clock, timer);
    pthread_mutex_unlock(&clock->lock);
    return due;
}

static void clock_done_firing(struct emu_clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    clock->firing = NULL;
    pthread_cond_broadcast(&clock->fired);
    pthread_mutex_unlock(&clock->lock);
}

static void clock_fire(struct emu_clock *clock, struct emu_timer *timer, emu_ns now)
{
    pthread_mutex_t *lock = timer->lock; /* the callback may free a timer without lock */

    if (lock != NULL)
        pthread_mutex_lock(lock);
    if (clock_confirm_due(clock, timer, now))
        timer->fn(timer->opaque);
    if (lock != NULL)
        pthread_mutex_unlock(lock);
    clock_done_firing(clock);
}

static uint64_t clock_until_next(struct emu_clock *clock)
{
    uint64_t left = UINT64_MAX;
    emu_ns now = emu_clock_now(clock);

    pthread_mutex_lock(&clock->lock);
    if (clock_is(clock, CLOCK_RUNNING) && clock->count != 0)
        left = clock->heap[0]->deadline > now ? clock->heap[0]->deadline - now : 0;
    pthread_mutex_unlock(&clock->lock);
    return left;
}

uint64_t emu_clock_run_timers(struct emu_clock *clock)
{
    emu_ns now = emu_clock_now(clock);
    unsigned fired;

    if (!clock_is(clock, CLOCK_RUNNING))
        return UINT64_MAX;
    for (fired = 0; fired < CLOCK_MAX_FIRED; fired++) {
        struct emu_timer *timer = clock_take_due(clock, now);

        if (timer == NULL)
            break;
        clock_fire(clock, timer, now);
    }
    return clock_until_next(clock);
}
