/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The local APIC's timer: one-shot, periodic and TSC-deadline (Intel SDM volume 3, 11.5.4). A
 * running count is kept as the machine time at which it reaches zero, so nothing ticks.
 */
#include "emulator/hw/intc/lapic-internal.h"

/* A periodic timer faster than this would only keep the host busy. */
#define LAPIC_MIN_PERIOD 20000u

#define LAPIC_NS_PER_TICK (1000000000u / EMU_APIC_TIMER_HZ)

/* Nanoseconds a count: bits 0, 1 and 3 hold log2(divider) - 1, where 7 stands for 1. */
static uint64_t lapic_timer_tick(const struct lapic *lapic)
{
    unsigned code = (lapic->divide_config & 3) | (lapic->divide_config >> 1 & 4);

    return (uint64_t)LAPIC_NS_PER_TICK << ((code + 1) & 7);
}

static uint32_t lapic_timer_mode(const struct lapic *lapic)
{
    return atomic_load_explicit(&lapic->lvt[LAPIC_LVT_TIMER], memory_order_relaxed) &
           LAPIC_LVT_TIMER_MODE;
}

static void lapic_timer_arm_locked(struct lapic *lapic, emu_ns not_before)
{
    if (lapic->armed)
        emu_timer_arm(&lapic->timer, lapic->due > not_before ? lapic->due : not_before);
    else
        emu_timer_cancel(&lapic->timer);
}

/* Fires if the count has reached zero, and starts the next period. */
static void lapic_timer_settle_locked(struct lapic *lapic, emu_ns now)
{
    if (!lapic->armed || now < lapic->due)
        return;
    lapic->armed = false;
    lapic->tsc_deadline = 0;
    if (lapic_timer_mode(lapic) == LAPIC_LVT_PERIODIC && lapic->initial_count != 0) {
        uint64_t period = lapic->initial_count * lapic_timer_tick(lapic);

        lapic->due += ((now - lapic->due) / period + 1) * period;
        lapic->armed = true;
    }
    lapic_timer_arm_locked(lapic, now + LAPIC_MIN_PERIOD);
    lapic_local_event(lapic, LAPIC_LVT_TIMER);
}

static void lapic_timer_fire(void *opaque)
{
    struct lapic *lapic = opaque;

    lapic_timer_settle_locked(lapic, emu_clock_now(lapic->device.clock));
}

bool lapic_timer_init(struct lapic *lapic)
{
    emu_timer_init(&lapic->timer, lapic->device.clock, &lapic->device.lock, lapic_timer_fire,
                   lapic);
    return true;
}

static void lapic_timer_stop_locked(struct lapic *lapic)
{
    lapic->armed = false;
    lapic->tsc_deadline = 0;
    emu_timer_cancel(&lapic->timer);
}

void lapic_timer_reset_locked(struct lapic *lapic)
{
    lapic->initial_count = 0;
    lapic->divide_config = 0;
    lapic->due = 0;
    lapic_timer_stop_locked(lapic);
}

void lapic_timer_loaded_locked(struct lapic *lapic)
{
    lapic_timer_arm_locked(lapic, 0);
}

void lapic_timer_set_count_locked(struct lapic *lapic, uint32_t count)
{
    if (lapic_timer_mode(lapic) == LAPIC_LVT_DEADLINE)
        return;
    lapic->initial_count = count;
    lapic->armed = count != 0;
    lapic->due = emu_clock_now(lapic->device.clock) + count * lapic_timer_tick(lapic);
    lapic_timer_arm_locked(lapic, 0);
}

uint32_t lapic_timer_get_count_locked(struct lapic *lapic)
{
    emu_ns now = emu_clock_now(lapic->device.clock);
    uint64_t tick = lapic_timer_tick(lapic);

    lapic_timer_settle_locked(lapic, now);
    if (!lapic->armed || lapic_timer_mode(lapic) == LAPIC_LVT_DEADLINE)
        return 0;
    return (uint32_t)((lapic->due - now + tick - 1) / tick);
}

/* A running count goes on from where it is. */
void lapic_timer_set_divide_locked(struct lapic *lapic, uint32_t value)
{
    uint32_t count = lapic_timer_get_count_locked(lapic);

    lapic->divide_config = value & 0xb;
    if (count == 0)
        return;
    lapic->due = emu_clock_now(lapic->device.clock) + count * lapic_timer_tick(lapic);
    lapic_timer_arm_locked(lapic, 0);
}

/* Into or out of deadline mode disarms; between the others the count goes on. */
void lapic_timer_set_lvt_locked(struct lapic *lapic, uint32_t value)
{
    uint32_t before = lapic_timer_mode(lapic);

    lapic_timer_settle_locked(lapic, emu_clock_now(lapic->device.clock));
    atomic_store(&lapic->lvt[LAPIC_LVT_TIMER], value);
    if ((before ^ value) & LAPIC_LVT_DEADLINE) {
        lapic->initial_count = 0;
        lapic_timer_stop_locked(lapic);
    }
}

void lapic_timer_set_deadline_locked(struct lapic *lapic, uint64_t tsc)
{
    emu_ns now;

    if (lapic_timer_mode(lapic) != LAPIC_LVT_DEADLINE)
        return;
    lapic->tsc_deadline = tsc;
    lapic->due = tsc == 0 ? EMU_TIMER_NEVER : lapic->cpu.time_of_tsc(lapic->cpu.opaque, tsc);
    lapic->armed = lapic->due != EMU_TIMER_NEVER;
    now = emu_clock_now(lapic->device.clock);
    if (lapic->armed && lapic->due <= now)
        lapic_timer_settle_locked(lapic, now);
    else
        lapic_timer_arm_locked(lapic, 0);
}

uint64_t lapic_timer_get_deadline_locked(struct lapic *lapic)
{
    lapic_timer_settle_locked(lapic, emu_clock_now(lapic->device.clock));
    return lapic_timer_mode(lapic) == LAPIC_LVT_DEADLINE ? lapic->tsc_deadline : 0;
}
