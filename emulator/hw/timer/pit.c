/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 8254 programmable interval timer with the PC's port 0x61 (Intel 8254 datasheet; ICH9 datasheet
 * 13.7). Counters do not tick: count and output follow from the clock cycles since they were
 * loaded. Only counter 2 has a gate that software moves; its speaker makes no sound.
 */
#include "emulator/hw/timer/pit.h"

#include "emulator/hw/save.h"

#define PIT_SELECT(control)    ((control) >> 6 & 3) /* counter; 3: read-back */
#define PIT_ACCESS(control)    ((control) >> 4 & 3) /* 0: latch command */
#define PIT_MODE(control)      ((control) >> 1 & 7)
#define PIT_BCD                0x01u
#define PIT_READBACK_NO_COUNT  0x20u
#define PIT_READBACK_NO_STATUS 0x10u
#define PIT_STATUS_OUT         0x80u
#define PIT_STATUS_NULL        0x40u /* what was written is not in the counter yet */

enum pit_access { PIT_LATCH, PIT_LOW, PIT_HIGH, PIT_BOTH };

#define PIT_61_GATE    0x01u /* gate of counter 2 */
#define PIT_61_SPEAKER 0x02u
#define PIT_61_CHECKS  0x0cu /* parity and IOCHK enables: kept, nothing else */
#define PIT_61_REFRESH 0x10u /* toggles with the refresh timer */
#define PIT_61_OUT     0x20u /* output of counter 2 */
#define PIT_REFRESH_NS 15085u

/* Interrupts in quicker succession than this would only keep the host busy. */
#define PIT_MIN_PERIOD 20000u

struct pit_counter {
    uint8_t mode, access;
    bool bcd;
    bool gate;
    bool loaded;      /* it has a count, and in modes 1 and 5 a trigger */
    bool waiting;     /* modes 1 and 5: a count but no trigger yet */
    uint32_t count;   /* 1 to 65536 */
    uint32_t next;    /* modes 2 and 3: the count of the next cycle; 0: the same */
    uint64_t cycles;  /* counted before start, when the gate stopped it */
    emu_ns start;     /* since when it counts */
    bool counting;    /* the gate lets it */
    uint8_t low_byte; /* first of two bytes written */
    bool write_high, read_high;
    bool count_latched, status_latched;
    uint16_t latch;
    uint8_t status;
};

struct pit {
    struct emu_device device;
    struct emu_region ports, port61;
    struct emu_timer timer;
    struct pit_counter counters[3];
    uint8_t control61;
    bool irq;
};

static struct pit *pit_of(void *device)
{
    return device;
}

/* ---- time ---- */

static uint64_t pit_cycles(emu_ns time)
{
    return (uint64_t)((unsigned __int128)time * EMU_PIT_HZ / 1000000000u);
}

/* The first nanosecond at which that many cycles have passed. */
static emu_ns pit_ns(uint64_t cycles)
{
    return (emu_ns)(((unsigned __int128)cycles * 1000000000u + EMU_PIT_HZ - 1) / EMU_PIT_HZ);
}

static uint64_t pit_elapsed(const struct pit_counter *counter, emu_ns now)
{
    return counter->cycles + (counter->counting ? pit_cycles(now - counter->start) : 0);
}

static void pit_start(struct pit_counter *counter, emu_ns now)
{
    counter->cycles = 0;
    counter->start = now;
    counter->counting = counter->gate || counter->mode == 1 || counter->mode == 5;
    counter->loaded = true;
    counter->waiting = false;
}

static bool pit_repeats(const struct pit_counter *counter)
{
    return counter->mode == 2 || counter->mode == 3;
}

/* In modes 2 and 3 a new count waits for the end of the running cycle. */
static void pit_settle(struct pit_counter *counter, emu_ns now)
{
    if (counter->next == 0 || !counter->counting || !pit_repeats(counter) ||
        pit_elapsed(counter, now) < counter->count)
        return;
    counter->start += pit_ns(counter->count);
    counter->count = counter->next;
    counter->next = 0;
}

/* ---- what a counter shows ---- */

static bool pit_output(const struct pit_counter *counter, emu_ns now)
{
    uint64_t elapsed = pit_elapsed(counter, now);

    if (!counter->loaded)
        return counter->mode != 0;
    switch (counter->mode) {
    case 0:
    case 1:
        return elapsed >= counter->count;
    case 2:
        return !counter->gate || elapsed % counter->count != counter->count - 1;
    case 3:
        return !counter->gate || elapsed % counter->count < (counter->count + 1) / 2;
    default: /* 4 and 5: low for one cycle at the end */
        return elapsed != counter->count;
    }
}

static uint16_t pit_to_bcd(uint32_t value)
{
    return (uint16_t)(value / 1000 % 10 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 |
                      value % 10);
}

static uint32_t pit_from_bcd(uint16_t value)
{
    return (value >> 12) * 1000u + (value >> 8 & 15) * 100u + (value >> 4 & 15) * 10u +
           (value & 15);
}

static uint16_t pit_value(const struct pit_counter *counter, emu_ns now)
{
    uint64_t elapsed = counter->loaded ? pit_elapsed(counter, now) : 0;
    uint32_t span = counter->bcd ? 10000 : 65536;
    uint32_t value;

    if (counter->mode == 2)
        value = counter->count - (uint32_t)(elapsed % counter->count);
    else if (counter->mode == 3) /* down by two, twice a cycle */
        value = counter->count - (uint32_t)(elapsed * 2 % counter->count);
    else
        value = (uint32_t)((counter->count + span - elapsed % span) % span);
    value %= span;
    return counter->bcd ? pit_to_bcd(value) : (uint16_t)value;
}

/* Cycles from elapsed to the next change of the output; 0: there is none. */
static uint64_t pit_next_change(const struct pit_counter *counter, uint64_t elapsed)
{
    uint64_t phase = elapsed % counter->count;
    uint32_t half = (counter->count + 1) / 2;

    switch (counter->mode) {
    case 0:
    case 1:
        return elapsed < counter->count ? counter->count - elapsed : 0;
    case 2:
        return counter->count - phase; /* the short pulse is made by pit_update_locked */
    case 3:
        return phase < half && half < counter->count ? half - phase : counter->count - phase;
    default:
        return elapsed <= counter->count ? counter->count + (elapsed == counter->count) - elapsed
                                         : 0;
    }
}

/* ---- IRQ 0 ---- */

static void pit_arm_locked(struct pit *pit, emu_ns now)
{
    struct pit_counter *counter = &pit->counters[0];
    uint64_t elapsed = pit_elapsed(counter, now), change;
    emu_ns due;

    change = counter->loaded && counter->counting ? pit_next_change(counter, elapsed) : 0;
    if (change == 0) {
        emu_timer_cancel(&pit->timer);
        return;
    }
    due = counter->start + pit_ns(elapsed + change - counter->cycles);
    if (pit_repeats(counter) && due < now + PIT_MIN_PERIOD)
        due = now + PIT_MIN_PERIOD;
    emu_timer_arm(&pit->timer, due);
}

static void pit_update_locked(struct pit *pit, emu_ns now)
{
    bool out;

    pit_settle(&pit->counters[0], now);
    out = pit_output(&pit->counters[0], now);
    if (out != pit->irq)
        emu_irq_set(&pit->device.irqs[0], out);
    pit->irq = out;
    pit_arm_locked(pit, now);
}

static void pit_fire(void *opaque)
{
    struct pit *pit = opaque;
    struct pit_counter *counter = &pit->counters[0];

    /* Mode 2 is low for less than a microsecond before each cycle: nobody sees but the edge. */
    if (counter->mode == 2 && pit->irq) {
        emu_irq_set(&pit->device.irqs[0], false);
        pit->irq = false;
    }
    pit_update_locked(pit, emu_clock_now(pit->device.clock));
}

/* ---- counters ---- */

static void pit_set_count(struct pit_counter *counter, uint16_t written, emu_ns now)
{
    uint32_t count = counter->bcd ? pit_from_bcd(written) : written;

    if (count == 0)
        count = counter->bcd ? 10000 : 65536;
    if (pit_repeats(counter) && counter->loaded && counter->counting) {
        /* Whole cycles of the old count are over: the running one is the last. */
        counter->start +=
            pit_ns(pit_cycles(now - counter->start) / counter->count * counter->count);
        counter->next = count;
        return;
    }
    if (counter->mode == 1 || counter->mode == 5) { /* counts from the next trigger on */
        if (!counter->loaded)
            counter->count = count;
        counter->next = count;
        counter->waiting = true;
        return;
    }
    counter->count = count;
    counter->next = 0;
    pit_start(counter, now);
}

static void pit_write_counter(struct pit_counter *counter, uint8_t value, emu_ns now)
{
    switch (counter->access) {
    case PIT_LOW:
        pit_set_count(counter, value, now);
        break;
    case PIT_HIGH:
        pit_set_count(counter, (uint16_t)(value << 8), now);
        break;
    default:
        if (!counter->write_high) {
            counter->low_byte = value;
            if (counter->mode == 0) { /* the first byte stops the counter */
                counter->loaded = false;
                counter->counting = false;
            }
        } else {
            pit_set_count(counter, (uint16_t)(value << 8 | counter->low_byte), now);
        }
        counter->write_high = !counter->write_high;
        break;
    }
}

static uint8_t pit_read_counter(struct pit_counter *counter, emu_ns now)
{
    uint16_t value = counter->latch;

    if (counter->status_latched) {
        counter->status_latched = false;
        return counter->status;
    }
    if (!counter->count_latched)
        value = pit_value(counter, now);
    if (counter->access == PIT_BOTH) {
        counter->read_high = !counter->read_high;
        if (counter->read_high)
            return (uint8_t)value;
        counter->count_latched = false;
        return (uint8_t)(value >> 8);
    }
    counter->count_latched = false;
    return (uint8_t)(counter->access == PIT_HIGH ? value >> 8 : value);
}

static void pit_latch_count(struct pit_counter *counter, emu_ns now)
{
    if (counter->count_latched)
        return;
    counter->latch = pit_value(counter, now);
    counter->count_latched = true;
}

static void pit_latch_status(struct pit_counter *counter, emu_ns now)
{
    if (counter->status_latched)
        return;
    counter->status = (uint8_t)(counter->access << 4 | counter->mode << 1 | counter->bcd);
    if (pit_output(counter, now))
        counter->status |= PIT_STATUS_OUT;
    if (!counter->loaded || counter->next != 0)
        counter->status |= PIT_STATUS_NULL;
    counter->status_latched = true;
}

static void pit_read_back(struct pit *pit, uint8_t command, emu_ns now)
{
    for (unsigned i = 0; i < 3; i++) {
        if (!(command >> (i + 1) & 1))
            continue;
        pit_settle(&pit->counters[i], now);
        if (!(command & PIT_READBACK_NO_COUNT))
            pit_latch_count(&pit->counters[i], now);
        if (!(command & PIT_READBACK_NO_STATUS))
            pit_latch_status(&pit->counters[i], now);
    }
}

static void pit_set_mode(struct pit_counter *counter, uint8_t control)
{
    uint8_t mode = PIT_MODE(control);

    *counter = (struct pit_counter){
        .mode = mode > 5 ? mode - 4 : mode,
        .access = PIT_ACCESS(control),
        .bcd = control & PIT_BCD,
        .gate = counter->gate,
        .count = counter->count,
        .latch = counter->latch,
    };
}

static void pit_control(struct pit *pit, uint8_t control, emu_ns now)
{
    struct pit_counter *counter;

    if (PIT_SELECT(control) == 3) {
        pit_read_back(pit, control, now);
        return;
    }
    counter = &pit->counters[PIT_SELECT(control)];
    pit_settle(counter, now);
    if (PIT_ACCESS(control) == PIT_LATCH)
        pit_latch_count(counter, now);
    else
        pit_set_mode(counter, control);
}

/* The gate stops modes 0 and 4, restarts modes 2 and 3, and triggers modes 1 and 5. */
static void pit_set_gate(struct pit_counter *counter, bool gate, emu_ns now)
{
    bool rise = gate && !counter->gate;

    if (gate == counter->gate)
        return;
    counter->gate = gate;
    if (counter->mode == 1 || counter->mode == 5) {
        if (!rise || (!counter->loaded && !counter->waiting))
            return;
        if (counter->next != 0)
            counter->count = counter->next;
        counter->next = 0;
        pit_start(counter, now);
        return;
    }
    if (!counter->loaded)
        return;
    if (!gate) {
        counter->cycles = pit_elapsed(counter, now);
        counter->counting = false;
        return;
    }
    counter->start = now;
    counter->counting = true;
    if (pit_repeats(counter))
        counter->cycles = 0;
}

/* ---- ports ---- */

static uint64_t pit_read(void *opaque, uint64_t offset, unsigned size)
{
    struct pit *pit = pit_of(opaque);
    emu_ns now = emu_clock_now(pit->device.clock);

    if (offset == 3)
        return 0xff; /* the control register cannot be read */
    pit_settle(&pit->counters[offset], now);
    return pit_read_counter(&pit->counters[offset], now);
}

static void pit_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct pit *pit = pit_of(opaque);
    emu_ns now = emu_clock_now(pit->device.clock);

    if (offset == 3)
        pit_control(pit, (uint8_t)value, now);
    else
        pit_write_counter(&pit->counters[offset], (uint8_t)value, now);
    pit_update_locked(pit, now);
}

static uint64_t pit_61_read(void *opaque, uint64_t offset, unsigned size)
{
    struct pit *pit = pit_of(opaque);
    emu_ns now = emu_clock_now(pit->device.clock);
    uint8_t value = pit->control61;

    pit_settle(&pit->counters[2], now);
    if (now / PIT_REFRESH_NS & 1)
        value |= PIT_61_REFRESH;
    if (pit_output(&pit->counters[2], now))
        value |= PIT_61_OUT;
    return value;
}

static void pit_61_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct pit *pit = pit_of(opaque);
    emu_ns now = emu_clock_now(pit->device.clock);

    pit->control61 = value & (PIT_61_GATE | PIT_61_SPEAKER | PIT_61_CHECKS);
    pit_settle(&pit->counters[2], now);
    pit_set_gate(&pit->counters[2], value & PIT_61_GATE, now);
}

static const struct emu_region_ops pit_ops = {pit_read, pit_write, .valid_min = 1, .valid_max = 4,
                                              .impl_max = 1};
static const struct emu_region_ops pit_61_ops = {pit_61_read, pit_61_write, .valid_min = 1,
                                                 .valid_max = 4, .impl_max = 1};

/* ---- the device ---- */

static bool pit_realize(struct emu_device *device, struct emu_error *err)
{
    struct pit *pit = pit_of(device);

    emu_region_init_io(&pit->ports, "pit", &pit_ops, pit, &device->lock, 4);
    emu_region_init_io(&pit->port61, "port61", &pit_61_ops, pit, &device->lock, 1);
    device->regions[0] = &pit->ports;
    device->regions[1] = &pit->port61;
    emu_timer_init(&pit->timer, device->clock, &device->lock, pit_fire, pit);
    return true;
}

static void pit_unrealize(struct emu_device *device)
{
    emu_timer_finish(&pit_of(device)->timer);
}

/* Counters do not run until they are programmed. */
static void pit_reset(struct emu_device *device)
{
    struct pit *pit = pit_of(device);

    for (unsigned i = 0; i < 3; i++)
        pit->counters[i] =
            (struct pit_counter){.mode = 3, .access = PIT_BOTH, .gate = i != 2, .count = 65536};
    pit->control61 = 0;
    emu_timer_cancel(&pit->timer);
    if (pit->irq)
        emu_irq_set(&device->irqs[0], false);
    pit->irq = false;
}

#define PIT_FIELD(i, member)                                                                       \
    {                                                                                              \
#i "." #member, offsetof(struct pit, counters[i].member),                                  \
            sizeof(((struct pit *)0)->counters[i].member), 1,                                      \
            EMU_FIELD_IS_BOOL(((struct pit *)0)->counters[i].member)                               \
    }
#define PIT_FIELDS(i)                                                                              \
    PIT_FIELD(i, mode), PIT_FIELD(i, access), PIT_FIELD(i, bcd), PIT_FIELD(i, gate),               \
        PIT_FIELD(i, loaded), PIT_FIELD(i, waiting), PIT_FIELD(i, count), PIT_FIELD(i, next),      \
        PIT_FIELD(i, cycles), PIT_FIELD(i, start), PIT_FIELD(i, counting), PIT_FIELD(i, low_byte), \
        PIT_FIELD(i, write_high), PIT_FIELD(i, read_high), PIT_FIELD(i, count_latched),            \
        PIT_FIELD(i, status_latched), PIT_FIELD(i, latch), PIT_FIELD(i, status)

static const struct emu_field pit_fields[] = {
    PIT_FIELDS(0),
    PIT_FIELDS(1),
    PIT_FIELDS(2),
    EMU_FIELD(struct pit, control61),
    EMU_FIELD(struct pit, irq),
    EMU_FIELD_END,
};

static void pit_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pit", pit_of(device), pit_fields);
}

static bool pit_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pit *pit = pit_of(device);
    emu_ns now = emu_clock_now(device->clock);

    if (!emu_hw_load(in, "pit", pit, pit_fields, err))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        struct pit_counter *counter = &pit->counters[i];

        if (counter->count == 0 || counter->count > 65536 || counter->next > 65536 ||
            counter->mode > 5 || counter->start > now)
            return emu_hw_load_bad("pit", "a counter", err);
    }
    pit_arm_locked(pit, now);
    return true;
}

const struct emu_device_class emu_pit_class = {
    .name = "pit",
    .description = "8254 interval timer with port 0x61",
    .size = sizeof(struct pit),
    .realize = pit_realize,
    .unrealize = pit_unrealize,
    .reset = pit_reset,
    .save = pit_save,
    .load = pit_load,
};
