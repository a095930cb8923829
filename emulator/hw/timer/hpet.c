/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * High precision event timers (IA-PC HPET specification 1.0a): a 64-bit counter, periodic timers,
 * legacy replacement. Timers do not tick: each knows after how many cycles it matches next. FSB
 * delivery is left out, and says so in its capability bit.
 */
#include "emulator/hw/timer/hpet.h"

#include "emulator/hw/save.h"

enum hpet_register {
    HPET_CAPABILITIES = 0x000,
    HPET_CONFIG = 0x010,
    HPET_STATUS = 0x020,
    HPET_COUNTER = 0x0f0,
    HPET_TIMERS = 0x100, /* 0x20 bytes each */
    HPET_SIZE = 0x400,
};

enum hpet_timer_register {
    HPET_TIMER_CONFIG = 0x00,
    HPET_TIMER_COMPARATOR = 0x08,
    HPET_TIMER_FSB = 0x10,
    HPET_TIMER_SIZE = 0x20,
};

#define HPET_CAP_REVISION 0x01u
#define HPET_CAP_64BIT    0x2000u
#define HPET_CAP_LEGACY   0x8000u
#define HPET_CAP_VENDOR   0x80860000u

#define HPET_ENABLE 0x1u
#define HPET_LEGACY 0x2u

#define HPET_TIMER_LEVEL     0x0002u
#define HPET_TIMER_ENABLE    0x0004u
#define HPET_TIMER_PERIODIC  0x0008u
#define HPET_TIMER_CAN_CYCLE 0x0010u
#define HPET_TIMER_64BIT     0x0020u
#define HPET_TIMER_SET_VALUE 0x0040u /* the next write goes to the accumulator as well */
#define HPET_TIMER_32MODE    0x0100u
#define HPET_TIMER_ROUTE(c)  ((c) >> 9 & 31)
#define HPET_TIMER_WRITABLE  0x3f4eu

#define HPET_MAX_TIMERS 24
#define HPET_NEVER      UINT64_MAX
#define HPET_FS_PER_NS  1000000u
#define HPET_MIN_PERIOD 20000u /* ns between two host timers; quicker ones only burn time */

struct hpet_timer {
    uint32_t config;
    uint64_t comparator, period;
    uint64_t due; /* cycles after start; HPET_NEVER */
};

struct hpet {
    struct emu_device device;
    struct emu_region region;
    struct emu_timer host_timer;
    uint64_t timer_count, period_fs;

    uint32_t config, status;
    uint64_t base; /* the counter when it was started, or while it stands */
    emu_ns start;  /* when it was started */
    struct hpet_timer timers[HPET_MAX_TIMERS];
    bool inputs[2]; /* levels of the PIT's and the RTC's lines */
};

static struct hpet *hpet_of(void *device)
{
    return device;
}

/* ---- time ---- */

/* Cycles since the counter was started. */
static uint64_t hpet_elapsed(const struct hpet *hpet, emu_ns now)
{
    if (!(hpet->config & HPET_ENABLE))
        return 0;
    return (uint64_t)((unsigned __int128)(now - hpet->start) * HPET_FS_PER_NS / hpet->period_fs);
}

/* The first nanosecond at which that many cycles have passed. */
static emu_ns hpet_time_of(const struct hpet *hpet, uint64_t elapsed)
{
    unsigned __int128 ns =
        ((unsigned __int128)elapsed * hpet->period_fs + HPET_FS_PER_NS - 1) / HPET_FS_PER_NS;

    return ns < EMU_TIMER_NEVER - hpet->start ? hpet->start + (emu_ns)ns : EMU_TIMER_NEVER;
}

static uint64_t hpet_mask(const struct hpet_timer *timer)
{
    return timer->config & HPET_TIMER_32MODE ? UINT32_MAX : UINT64_MAX;
}

/* Works out when the timer matches next. What a 64-bit comparator has missed does not come back. */
static void hpet_program(const struct hpet *hpet, struct hpet_timer *timer, emu_ns now)
{
    uint64_t elapsed = hpet_elapsed(hpet, now);
    uint64_t delta = (timer->comparator - (hpet->base + elapsed)) & hpet_mask(timer);

    if (!(hpet->config & HPET_ENABLE) || delta >> 63 != 0 || elapsed + delta < elapsed)
        timer->due = HPET_NEVER;
    else
        timer->due = elapsed + delta;
}

static void hpet_arm_locked(struct hpet *hpet, emu_ns not_before)
{
    emu_ns first = EMU_TIMER_NEVER;

    for (unsigned i = 0; i < hpet->timer_count; i++) {
        struct hpet_timer *timer = &hpet->timers[i];
        emu_ns due;

        if (!(timer->config & HPET_TIMER_ENABLE) || timer->due == HPET_NEVER)
            continue;
        due = hpet_time_of(hpet, timer->due);
        first = due < first ? due : first;
    }
    if (first == EMU_TIMER_NEVER)
        emu_timer_cancel(&hpet->host_timer);
    else
        emu_timer_arm(&hpet->host_timer, first > not_before ? first : not_before);
}

/* ---- interrupts ---- */

static struct emu_irq *hpet_line(struct hpet *hpet, unsigned index)
{
    unsigned route = HPET_TIMER_ROUTE(hpet->timers[index].config);

    if ((hpet->config & HPET_LEGACY) && index < 2)
        return &hpet->device.irqs[index == 0 ? EMU_HPET_LINE_PIT : EMU_HPET_LINE_RTC];
    return route < EMU_HPET_LINE_PIT && (EMU_HPET_ROUTES >> route & 1) ? &hpet->device.irqs[route]
                                                                       : NULL;
}

static void hpet_raise(struct hpet *hpet, unsigned index)
{
    struct hpet_timer *timer = &hpet->timers[index];
    struct emu_irq *line = hpet_line(hpet, index);
    bool level = timer->config & HPET_TIMER_LEVEL;

    if (level)
        hpet->status |= 1u << index;
    if (line == NULL || !(timer->config & HPET_TIMER_ENABLE))
        return;
    if (level)
        emu_irq_set(line, true);
    else
        emu_irq_pulse(line);
}

static void hpet_lower(struct hpet *hpet, unsigned index)
{
    struct emu_irq *line = hpet_line(hpet, index);

    if (!(hpet->status >> index & 1))
        return;
    hpet->status &= ~(1u << index);
    if (line != NULL)
        emu_irq_set(line, false);
}

/* A match: periodic timers go on, others match again when 32 bits have wrapped. */
static void hpet_match(struct hpet *hpet, unsigned index, uint64_t elapsed)
{
    struct hpet_timer *timer = &hpet->timers[index];
    bool periodic = timer->config & HPET_TIMER_PERIODIC;
    uint64_t step = periodic ? timer->period : timer->config & HPET_TIMER_32MODE ? 1ull << 32 : 0;
    uint64_t times;

    hpet_raise(hpet, index);
    if (step == 0) {
        timer->due = HPET_NEVER;
        return;
    }
    times = (elapsed - timer->due) / step + 1;
    if (periodic)
        timer->comparator = (timer->comparator + times * step) & hpet_mask(timer);
    timer->due = timer->due + times * step > timer->due ? timer->due + times * step : HPET_NEVER;
}

static void hpet_settle_locked(struct hpet *hpet, emu_ns now)
{
    uint64_t elapsed = hpet_elapsed(hpet, now);
    bool matched = false;

    for (unsigned i = 0; i < hpet->timer_count; i++) {
        if (hpet->timers[i].due == HPET_NEVER || hpet->timers[i].due > elapsed)
            continue;
        hpet_match(hpet, i, elapsed);
        matched = true;
    }
    if (matched)
        hpet_arm_locked(hpet, now + HPET_MIN_PERIOD);
}

static void hpet_fire(void *opaque)
{
    struct hpet *hpet = opaque;
    emu_ns now = emu_clock_now(hpet->device.clock);

    hpet_settle_locked(hpet, now);
    hpet_arm_locked(hpet, now + HPET_MIN_PERIOD);
}

/* The PIT's and the RTC's lines go through us. */
static void hpet_pass_inputs(struct hpet *hpet)
{
    bool pass = !(hpet->config & HPET_LEGACY);

    emu_irq_set(&hpet->device.irqs[EMU_HPET_LINE_PIT], pass && hpet->inputs[0]);
    emu_irq_set(&hpet->device.irqs[EMU_HPET_LINE_RTC], pass && hpet->inputs[1]);
}

static void hpet_input(void *opaque, unsigned line, bool level)
{
    struct hpet *hpet = hpet_of(opaque);

    if (line > 1)
        return;
    pthread_mutex_lock(&hpet->device.lock);
    hpet->inputs[line] = level;
    if (!(hpet->config & HPET_LEGACY))
        emu_irq_set(&hpet->device.irqs[line == 0 ? EMU_HPET_LINE_PIT : EMU_HPET_LINE_RTC], level);
    pthread_mutex_unlock(&hpet->device.lock);
}

/* ---- registers, 64 bits each ---- */

static uint64_t hpet_capabilities(const struct hpet *hpet)
{
    return HPET_CAP_REVISION | (hpet->timer_count - 1) << 8 | HPET_CAP_64BIT | HPET_CAP_LEGACY |
           HPET_CAP_VENDOR | hpet->period_fs << 32;
}

uint32_t emu_hpet_block_id(struct emu_device *device)
{
    return (uint32_t)hpet_capabilities(hpet_of(device));
}

static uint64_t hpet_get_timer(const struct hpet *hpet, unsigned index, unsigned offset)
{
    const struct hpet_timer *timer = &hpet->timers[index];

    if (index >= hpet->timer_count)
        return 0;
    switch (offset) {
    case HPET_TIMER_CONFIG:
        return timer->config | HPET_TIMER_CAN_CYCLE | HPET_TIMER_64BIT |
               (uint64_t)EMU_HPET_ROUTES << 32;
    case HPET_TIMER_COMPARATOR:
        return timer->comparator;
    default:
        return 0;
    }
}

static uint64_t hpet_get(struct hpet *hpet, unsigned offset, emu_ns now)
{
    switch (offset) {
    case HPET_CAPABILITIES:
        return hpet_capabilities(hpet);
    case HPET_CONFIG:
        return hpet->config;
    case HPET_STATUS:
        return hpet->status;
    case HPET_COUNTER:
        return hpet->base + hpet_elapsed(hpet, now);
    default:
        return offset < HPET_TIMERS ? 0
                                    : hpet_get_timer(hpet, (offset - HPET_TIMERS) / HPET_TIMER_SIZE,
                                                     offset % HPET_TIMER_SIZE);
    }
}

static void hpet_program_all(struct hpet *hpet, emu_ns now)
{
    for (unsigned i = 0; i < hpet->timer_count; i++)
        hpet_program(hpet, &hpet->timers[i], now);
}

static void hpet_set_config(struct hpet *hpet, uint32_t value, emu_ns now)
{
    uint32_t changed = (hpet->config ^ value) & (HPET_ENABLE | HPET_LEGACY);

    if (changed & HPET_ENABLE) {
        if (value & HPET_ENABLE)
            hpet->start = now;
        else
            hpet->base += hpet_elapsed(hpet, now);
    }
    if (changed & HPET_LEGACY)
        for (unsigned i = 0; i < 2; i++)
            hpet_lower(hpet, i);
    hpet->config ^= changed;
    if (changed & HPET_ENABLE)
        hpet_program_all(hpet, now);
    if (changed & HPET_LEGACY)
        hpet_pass_inputs(hpet);
}

static void hpet_set_counter(struct hpet *hpet, uint64_t value, emu_ns now)
{
    hpet->base = value;
    hpet->start = now;
    hpet_program_all(hpet, now);
}

static void hpet_set_timer_config(struct hpet *hpet, unsigned index, uint32_t value, emu_ns now)
{
    struct hpet_timer *timer = &hpet->timers[index];

    hpet_lower(hpet, index); /* the line that it drives may change */
    timer->config = value & HPET_TIMER_WRITABLE;
    if (timer->config & HPET_TIMER_32MODE) {
        timer->comparator &= UINT32_MAX;
        timer->period &= UINT32_MAX;
    }
    hpet_program(hpet, timer, now);
}

/* Periodic timers take every write as their period, and as their next match if told so. */
static void hpet_set_comparator(struct hpet *hpet, unsigned index, uint64_t value, emu_ns now)
{
    struct hpet_timer *timer = &hpet->timers[index];

    value &= hpet_mask(timer);
    if (timer->config & HPET_TIMER_PERIODIC)
        timer->period = value;
    if (!(timer->config & HPET_TIMER_PERIODIC) || (timer->config & HPET_TIMER_SET_VALUE)) {
        timer->comparator = value;
        hpet_program(hpet, timer, now);
    }
    timer->config &= ~HPET_TIMER_SET_VALUE;
}

static void hpet_put(struct hpet *hpet, unsigned offset, uint64_t value, emu_ns now)
{
    unsigned index = (offset - HPET_TIMERS) / HPET_TIMER_SIZE;

    if (offset == HPET_CONFIG) {
        hpet_set_config(hpet, (uint32_t)value, now);
    } else if (offset == HPET_STATUS) {
        for (unsigned i = 0; i < hpet->timer_count; i++)
            if (value >> i & 1)
                hpet_lower(hpet, i);
    } else if (offset == HPET_COUNTER) {
        hpet_set_counter(hpet, value, now);
    } else if (offset >= HPET_TIMERS && index < hpet->timer_count) {
        if (offset % HPET_TIMER_SIZE == HPET_TIMER_CONFIG)
            hpet_set_timer_config(hpet, index, (uint32_t)value, now);
        else if (offset % HPET_TIMER_SIZE == HPET_TIMER_COMPARATOR)
            hpet_set_comparator(hpet, index, value, now);
    }
}

static uint64_t hpet_read(void *opaque, uint64_t offset, unsigned size)
{
    struct hpet *hpet = hpet_of(opaque);
    emu_ns now = emu_clock_now(hpet->device.clock);
    uint64_t value;

    hpet_settle_locked(hpet, now);
    value = hpet_get(hpet, (unsigned)offset & ~7u, now);
    return offset & 4 ? value >> 32 : value;
}

/* Half of a register: the other half stays. Status bits are cleared by ones, so there it is 0. */
static void hpet_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct hpet *hpet = hpet_of(opaque);
    emu_ns now = emu_clock_now(hpet->device.clock);
    unsigned at = (unsigned)offset & ~7u;

    if (size < 4)
        return;
    hpet_settle_locked(hpet, now);
    if (size == 4) {
        uint64_t old = at == HPET_STATUS ? 0 : hpet_get(hpet, at, now);

        value = offset & 4 ? (old & UINT32_MAX) | value << 32 : (old & ~0xffffffffull) | value;
    }
    hpet_put(hpet, at, value, now);
    hpet_arm_locked(hpet, 0);
}

static const struct emu_region_ops hpet_ops = {.read = hpet_read,
                                               .write = hpet_write,
                                               .valid_min = 1,
                                               .valid_max = 8,
                                               .impl_min = 4,
                                               .impl_max = 8};

/* ---- the device ---- */

static bool hpet_realize(struct emu_device *device, struct emu_error *err)
{
    struct hpet *hpet = hpet_of(device);

    emu_region_init_io(&hpet->region, "hpet", &hpet_ops, hpet, &device->lock, HPET_SIZE);
    device->regions[0] = &hpet->region;
    device->irq_in = hpet_input;
    emu_timer_init(&hpet->host_timer, device->clock, &device->lock, hpet_fire, hpet);
    return true;
}

static void hpet_unrealize(struct emu_device *device)
{
    emu_timer_finish(&hpet_of(device)->host_timer);
}

static void hpet_reset(struct emu_device *device)
{
    struct hpet *hpet = hpet_of(device);

    for (unsigned i = 0; i < hpet->timer_count; i++) {
        hpet_lower(hpet, i);
        hpet->timers[i] = (struct hpet_timer){.comparator = UINT64_MAX, .due = HPET_NEVER};
    }
    hpet->config = hpet->status = 0;
    hpet->base = 0;
    hpet->start = emu_clock_now(device->clock);
    emu_timer_cancel(&hpet->host_timer);
    hpet_pass_inputs(hpet);
}

static const struct emu_field hpet_fields[] = {
    EMU_FIELD(struct hpet, config),       EMU_FIELD(struct hpet, status),
    EMU_FIELD(struct hpet, base),         EMU_FIELD(struct hpet, start),
    EMU_FIELD_ARRAY(struct hpet, inputs), EMU_FIELD_END,
};

static const struct emu_field hpet_timer_fields[] = {
    EMU_FIELD(struct hpet_timer, config),
    EMU_FIELD(struct hpet_timer, comparator),
    EMU_FIELD(struct hpet_timer, period),
    EMU_FIELD(struct hpet_timer, due),
    EMU_FIELD_END,
};

static void hpet_save(struct emu_device *device, struct emu_writer *out)
{
    struct hpet *hpet = hpet_of(device);

    emu_hw_save(out, "hpet", hpet, hpet_fields);
    for (unsigned i = 0; i < hpet->timer_count; i++)
        emu_write_fields(out, &hpet->timers[i], hpet_timer_fields);
}

static bool hpet_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct hpet *hpet = hpet_of(device);

    if (!emu_hw_load(in, "hpet", hpet, hpet_fields, err))
        return false;
    for (unsigned i = 0; i < hpet->timer_count; i++)
        if (!emu_read_fields(in, &hpet->timers[i], hpet_timer_fields, err))
            return false;
    if (hpet->start > emu_clock_now(device->clock))
        return emu_hw_load_bad("hpet", "its start", err);
    hpet_arm_locked(hpet, 0);
    return true;
}

static const struct emu_property hpet_properties[] = {
    {"timers", "number of timers", EMU_PROPERTY_UINT, offsetof(struct hpet, timer_count), 3,
     HPET_MAX_TIMERS, "3"},
    {"period", "femtoseconds of a cycle", EMU_PROPERTY_UINT, offsetof(struct hpet, period_fs),
     1000000, 100000000, "10000000"},
    {NULL},
};

const struct emu_device_class emu_hpet_class = {
    .name = "hpet",
    .description = "high precision event timers",
    .size = sizeof(struct hpet),
    .properties = hpet_properties,
    .realize = hpet_realize,
    .unrealize = hpet_unrealize,
    .reset = hpet_reset,
    .save = hpet_save,
    .load = hpet_load,
};
