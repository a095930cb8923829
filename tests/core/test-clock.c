/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine clock and its timers; the test plays the loop thread. */
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "emulator/core/clock.h"

#define MS 1000000ull

static void test_time(void)
{
    struct emu_clock *clock = emu_clock_new(NULL);
    emu_ns first, second;

    CHECK_EQ(emu_clock_now(clock), 0);
    usleep(2000);
    CHECK_EQ(emu_clock_now(clock), 0);
    emu_clock_resume(clock);
    emu_clock_resume(clock);
    usleep(2000);
    first = emu_clock_now(clock);
    CHECK(first >= 2 * MS);
    emu_clock_pause(clock);
    emu_clock_pause(clock);
    second = emu_clock_now(clock);
    CHECK(second >= first);
    usleep(2000);
    CHECK_EQ(emu_clock_now(clock), second);
    emu_clock_resume(clock);
    CHECK(emu_clock_now(clock) >= second && emu_clock_now(clock) < second + 2000 * MS);
    emu_clock_set(clock, 5); /* only while paused */
    CHECK(emu_clock_now(clock) >= second);
    emu_clock_pause(clock);
    emu_clock_set(clock, 3600 * 1000 * MS);
    CHECK_EQ(emu_clock_now(clock), 3600 * 1000 * MS);
    emu_clock_resume(clock); /* the time is ahead of the host's: still right */
    CHECK(emu_clock_now(clock) - 3600 * 1000 * MS < 2000 * MS);
    CHECK(emu_clock_wall_seconds(clock) - (int64_t)time(NULL) >= 3598);
    emu_clock_free(clock);
    emu_clock_free(NULL);
}

struct fired {
    struct emu_timer timer;
    unsigned *order, index, count;
    unsigned at;
    pthread_mutex_t *expected_lock;
};

static void fired_note(void *opaque)
{
    struct fired *fired = opaque;

    fired->count++;
    fired->at = (*fired->order)++;
    if (fired->expected_lock != NULL)
        CHECK(pthread_mutex_trylock(fired->expected_lock) != 0);
}

static void test_timer_order(void)
{
    static const emu_ns deadlines[] = {7, 3, 9, 1, 5, 8, 2, 6, 4, 0};
    struct emu_clock *clock = emu_clock_new(NULL);
    struct fired fired[10] = {0};
    unsigned order = 0, i;

    for (i = 0; i < 10; i++) {
        fired[i].order = &order;
        emu_timer_init(&fired[i].timer, clock, NULL, fired_note, &fired[i]);
        emu_timer_arm(&fired[i].timer, deadlines[i] + 1);
    }
    CHECK_EQ(emu_clock_run_timers(clock), UINT64_MAX); /* paused */
    CHECK_EQ(order, 0);
    emu_timer_cancel(&fired[0].timer);
    CHECK(!emu_timer_armed(&fired[0].timer));
    emu_clock_resume(clock);
    usleep(1000);
    CHECK_EQ(emu_clock_run_timers(clock), UINT64_MAX);
    CHECK_EQ(order, 9);
    for (i = 1; i < 10; i++) {
        CHECK_EQ(fired[i].count, 1);
        CHECK_EQ(fired[i].at, deadlines[i] < 7 ? deadlines[i] : deadlines[i] - 1);
        CHECK(!emu_timer_armed(&fired[i].timer));
    }
    for (i = 0; i < 10; i++)
        emu_timer_finish(&fired[i].timer);
    emu_clock_free(clock);
}

static void count_rearm(void *opaque)
{
    (*(unsigned *)opaque)++;
}

static void test_timer_next(void)
{
    struct emu_clock *clock = emu_clock_new(NULL);
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct fired fired[2] = {0};
    unsigned order = 0, rearmed = 0;
    uint64_t left;

    fired[0].order = fired[1].order = &order;
    fired[0].expected_lock = &lock;
    emu_timer_init(&fired[0].timer, clock, &lock, fired_note, &fired[0]);
    emu_timer_init(&fired[1].timer, clock, NULL, fired_note, &fired[1]);
    emu_clock_resume(clock);
    emu_clock_on_rearm(clock, count_rearm, &rearmed);
    emu_timer_arm(&fired[0].timer, emu_clock_now(clock) + 5000 * MS);
    CHECK_EQ(rearmed, 1);
    emu_timer_arm(&fired[1].timer, emu_clock_now(clock) + 9000 * MS);
    CHECK_EQ(rearmed, 1);
    left = emu_clock_run_timers(clock);
    CHECK(left > 3000 * MS && left <= 5000 * MS);
    CHECK_EQ(order, 0);
    emu_timer_arm(&fired[0].timer, 0); /* past: at once */
    CHECK_EQ(rearmed, 2);
    left = emu_clock_run_timers(clock);
    CHECK_EQ(fired[0].count, 1);
    CHECK(left > 5000 * MS);
    CHECK_EQ(emu_timer_deadline(&fired[0].timer), EMU_TIMER_NEVER);
    emu_timer_finish(&fired[0].timer);
    emu_timer_finish(&fired[1].timer);
    emu_clock_free(clock);
}

static void periodic_fire(void *opaque)
{
    struct fired *fired = opaque;

    fired->count++;
    emu_timer_arm(&fired->timer, 0); /* always due: the loop must get away all the same */
}

static void test_timer_storm(void)
{
    struct emu_clock *clock = emu_clock_new(NULL);
    struct fired fired = {0};

    emu_timer_init(&fired.timer, clock, NULL, periodic_fire, &fired);
    emu_timer_arm(&fired.timer, 0);
    emu_clock_resume(clock);
    CHECK_EQ(emu_clock_run_timers(clock), 0);
    CHECK(fired.count > 0);
    emu_timer_finish(&fired.timer);
    emu_clock_free(clock);
}

/* ---- against another thread ---- */

struct race {
    struct emu_clock *clock;
    struct emu_timer timer;
    pthread_mutex_t lock;
    bool allowed; /* under lock */
    _Atomic unsigned stale, fired;
    _Atomic bool stop, in_callback;
};

static void race_fire(void *opaque)
{
    struct race *race = opaque;

    atomic_store(&race->in_callback, true);
    atomic_fetch_add(&race->fired, 1);
    if (!race->allowed)
        atomic_fetch_add(&race->stale, 1);
    atomic_store(&race->in_callback, false);
}

static void *race_loop(void *opaque)
{
    struct race *race = opaque;

    while (!atomic_load(&race->stop))
        emu_clock_run_timers(race->clock);
    return NULL;
}

static void race_init(struct race *race)
{
    memset(race, 0, sizeof(*race));
    race->clock = emu_clock_new(NULL);
    pthread_mutex_init(&race->lock, NULL);
    emu_clock_resume(race->clock);
}

static void test_timer_no_stale_firing(void)
{
    struct race race;
    pthread_t loop;
    unsigned i;

    race_init(&race);
    emu_timer_init(&race.timer, race.clock, &race.lock, race_fire, &race);
    pthread_create(&loop, NULL, race_loop, &race);
    for (i = 0; i < 20000; i++) {
        pthread_mutex_lock(&race.lock);
        race.allowed = true;
        emu_timer_arm(&race.timer, 0);
        pthread_mutex_unlock(&race.lock);
        pthread_mutex_lock(&race.lock);
        race.allowed = false;
        if (i & 1)
            emu_timer_cancel(&race.timer);
        else
            emu_timer_arm(&race.timer, emu_clock_now(race.clock) + 100000 * MS);
        pthread_mutex_unlock(&race.lock);
    }
    atomic_store(&race.stop, true);
    pthread_join(loop, NULL);
    CHECK_EQ(race.stale, 0);
    emu_timer_finish(&race.timer);
    emu_clock_free(race.clock);
}

static void test_timer_finish_waits(void)
{
    struct race race;
    pthread_t loop;
    unsigned i;

    race_init(&race);
    race.allowed = true;
    pthread_create(&loop, NULL, race_loop, &race);
    for (i = 0; i < 2000; i++) {
        emu_timer_init(&race.timer, race.clock, &race.lock, race_fire, &race);
        emu_timer_arm(&race.timer, 0);
        emu_timer_finish(&race.timer);
        CHECK(!atomic_load(&race.in_callback));
    }
    atomic_store(&race.stop, true);
    pthread_join(loop, NULL);
    emu_clock_free(race.clock);
}

static void *watch_time(void *opaque)
{
    struct race *race = opaque;
    emu_ns last = 0;

    while (!atomic_load(&race->stop)) {
        emu_ns now = emu_clock_now(race->clock);

        if (now < last)
            atomic_fetch_add(&race->stale, 1);
        last = now;
    }
    return NULL;
}

static void test_time_never_goes_back(void)
{
    struct race race;
    pthread_t watcher;
    unsigned i;

    race_init(&race);
    pthread_create(&watcher, NULL, watch_time, &race);
    for (i = 0; i < 20000; i++) {
        emu_clock_pause(race.clock);
        emu_clock_resume(race.clock);
    }
    atomic_store(&race.stop, true);
    pthread_join(watcher, NULL);
    CHECK_EQ(race.stale, 0);
    emu_clock_free(race.clock);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"clock-time", test_time},
        {"clock-never-goes-back", test_time_never_goes_back},
        {"clock-timer-order", test_timer_order},
        {"clock-timer-next", test_timer_next},
        {"clock-timer-storm", test_timer_storm},
        {"clock-timer-no-stale-firing", test_timer_no_stale_firing},
        {"clock-timer-finish-waits", test_timer_finish_waits},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
