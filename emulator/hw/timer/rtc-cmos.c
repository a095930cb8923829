/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MC146818-compatible clock with 128 bytes of CMOS memory (Motorola MC146818A datasheet; ICH9
 * datasheet 13.6). Time is the machine's wall clock plus what software set. Flags are worked out
 * when they are looked at; a host timer runs only for interrupts that are enabled. Daylight saving
 * and the square wave output are left out.
 */
#include "emulator/hw/timer/rtc-cmos.h"

#include "emulator/hw/save.h"

enum rtc_register {
    RTC_SECONDS = 0x00,
    RTC_SECONDS_ALARM = 0x01,
    RTC_MINUTES = 0x02,
    RTC_MINUTES_ALARM = 0x03,
    RTC_HOURS = 0x04,
    RTC_HOURS_ALARM = 0x05,
    RTC_WEEKDAY = 0x06, /* 1: Sunday */
    RTC_DAY = 0x07,
    RTC_MONTH = 0x08,
    RTC_YEAR = 0x09,
    RTC_A = 0x0a,
    RTC_B = 0x0b,
    RTC_C = 0x0c,
    RTC_D = 0x0d,
    RTC_BASE_MEMORY = 0x15,     /* KiB below 640 KiB, 2 bytes */
    RTC_EXTENDED_MEMORY = 0x17, /* KiB above 1 MiB up to 64 MiB, 2 bytes; again at 0x30 */
    RTC_EXTENDED_COPY = 0x30,
    RTC_CENTURY = EMU_RTC_CMOS_CENTURY,
    RTC_MEMORY_16M = 0x34, /* 64 KiB blocks from 16 MiB to 4 GiB, 2 bytes */
    RTC_MEMORY_4G = 0x5b,  /* 64 KiB blocks from 4 GiB, 3 bytes */
    RTC_BYTES = 0x80,
};

#define RTC_A_UPDATE  0x80u /* update in progress */
#define RTC_A_DIVIDER 0x70u
#define RTC_A_RUN     0x20u /* divider for 32.768 kHz */
#define RTC_A_RATE    0x0fu
#define RTC_B_SET     0x80u /* stops updates */
#define RTC_B_24H     0x02u
#define RTC_B_BINARY  0x04u
#define RTC_B_UPDATE  0x10u /* interrupt enables, as the flags of C */
#define RTC_B_ALARM   0x20u
#define RTC_B_PERIOD  0x40u
#define RTC_B_ENABLES 0x70u
#define RTC_C_IRQ     0x80u
#define RTC_D_VALID   0x80u
#define RTC_PM        0x80u /* of the hours in 12 h mode */
#define RTC_ANY       0xc0u /* alarm: both bits set match anything */

#define RTC_SECOND     1000000000ull
#define RTC_UPDATE_NS  244000ull /* UIP is seen this long before an update */
#define RTC_DAY_LENGTH 86400

struct rtc_cmos {
    struct emu_device device;
    struct emu_region region;
    struct emu_timer timer;

    uint8_t cmos[RTC_BYTES]; /* the time registers count only while the clock stands */
    uint8_t index;           /* with the NMI mask in bit 7 */
    bool nmi_source;
    uint64_t offset; /* seconds that software's time is ahead of the machine's wall clock */
    emu_ns settled;  /* up to when flags were worked out */
};

/* A broken-down time. */
struct rtc_time {
    unsigned second, minute, hour, weekday, day, month, year;
};

static struct rtc_cmos *rtc_cmos_of(void *device)
{
    return device;
}

/* ---- calendar (days since 1970 from and to the proleptic Gregorian calendar) ---- */

static int64_t rtc_days(int64_t year, unsigned month, unsigned day)
{
    int64_t era, y = month <= 2 ? year - 1 : year;
    unsigned year_of_era, day_of_year;

    era = (y >= 0 ? y : y - 399) / 400;
    year_of_era = (unsigned)(y - era * 400);
    day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 +
           (int64_t)(year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year) -
           719468;
}

static void rtc_date(int64_t days, struct rtc_time *time)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153;

    time->day = day_of_year - (153 * month + 2) / 5 + 1;
    time->month = month < 10 ? month + 3 : month - 9;
    time->year = (unsigned)(year_of_era + era * 400 + (time->month <= 2));
    time->weekday = (unsigned)((days % 7 + 11) % 7) + 1;
}

static struct rtc_time rtc_split(int64_t seconds)
{
    int64_t days = seconds / RTC_DAY_LENGTH, rest = seconds % RTC_DAY_LENGTH;
    struct rtc_time time;

    if (rest < 0) {
        rest += RTC_DAY_LENGTH;
        days--;
    }
    rtc_date(days, &time);
    time.hour = (unsigned)(rest / 3600);
    time.minute = (unsigned)(rest / 60 % 60);
    time.second = (unsigned)(rest % 60);
    return time;
}

/* ---- register formats ---- */

static uint8_t rtc_encode(const struct rtc_cmos *rtc, unsigned value)
{
    if (rtc->cmos[RTC_B] & RTC_B_BINARY)
        return (uint8_t)value;
    return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

static unsigned rtc_decode(const struct rtc_cmos *rtc, uint8_t value)
{
    return rtc->cmos[RTC_B] & RTC_B_BINARY ? value : (value >> 4) * 10u + (value & 15);
}

static uint8_t rtc_encode_hour(const struct rtc_cmos *rtc, unsigned hour)
{
    if (rtc->cmos[RTC_B] & RTC_B_24H)
        return rtc_encode(rtc, hour);
    return rtc_encode(rtc, hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? RTC_PM : 0);
}

static unsigned rtc_decode_hour(const struct rtc_cmos *rtc, uint8_t value)
{
    unsigned hour;

    if (rtc->cmos[RTC_B] & RTC_B_24H)
        return rtc_decode(rtc, value);
    hour = rtc_decode(rtc, value & 0x7f) % 12;
    return value & RTC_PM ? hour + 12 : hour;
}

/* ---- time ---- */

static bool rtc_running(const struct rtc_cmos *rtc)
{
    return !(rtc->cmos[RTC_B] & RTC_B_SET) && (rtc->cmos[RTC_A] & RTC_A_DIVIDER) == RTC_A_RUN;
}

static int64_t rtc_seconds(const struct rtc_cmos *rtc)
{
    return (int64_t)((uint64_t)emu_clock_wall_seconds(rtc->device.clock) + rtc->offset);
}

/* Clock to registers. */
static void rtc_store_time(struct rtc_cmos *rtc)
{
    struct rtc_time time = rtc_split(rtc_seconds(rtc));

    rtc->cmos[RTC_SECONDS] = rtc_encode(rtc, time.second);
    rtc->cmos[RTC_MINUTES] = rtc_encode(rtc, time.minute);
    rtc->cmos[RTC_HOURS] = rtc_encode_hour(rtc, time.hour);
    rtc->cmos[RTC_WEEKDAY] = rtc_encode(rtc, time.weekday);
    rtc->cmos[RTC_DAY] = rtc_encode(rtc, time.day);
    rtc->cmos[RTC_MONTH] = rtc_encode(rtc, time.month);
    rtc->cmos[RTC_YEAR] = rtc_encode(rtc, time.year % 100);
    rtc->cmos[RTC_CENTURY] = rtc_encode(rtc, time.year / 100 % 100);
}

/* Registers to clock. Whatever is in them, the result is a time. */
static void rtc_take_time(struct rtc_cmos *rtc)
{
    unsigned month = rtc_decode(rtc, rtc->cmos[RTC_MONTH]);
    int64_t year =
        rtc_decode(rtc, rtc->cmos[RTC_CENTURY]) * 100 + rtc_decode(rtc, rtc->cmos[RTC_YEAR]);
    int64_t days = rtc_days(year, (month + 11) % 12 + 1, rtc_decode(rtc, rtc->cmos[RTC_DAY]));
    int64_t seconds = days * RTC_DAY_LENGTH + rtc_decode_hour(rtc, rtc->cmos[RTC_HOURS]) * 3600 +
                      rtc_decode(rtc, rtc->cmos[RTC_MINUTES]) * 60 +
                      rtc_decode(rtc, rtc->cmos[RTC_SECONDS]);

    rtc->offset = (uint64_t)seconds - (uint64_t)emu_clock_wall_seconds(rtc->device.clock);
}

/* ---- interrupts ---- */

/* Nanoseconds of the periodic interrupt, 0: off. Rates 1 and 2 are those of 8 and 9. */
static uint64_t rtc_period(const struct rtc_cmos *rtc)
{
    unsigned rate = rtc->cmos[RTC_A] & RTC_A_RATE;

    if (rate == 0 || (rtc->cmos[RTC_A] & RTC_A_DIVIDER) != RTC_A_RUN)
        return 0;
    if (rate <= 2)
        rate += 7;
    return (RTC_SECOND << (rate - 1)) / 32768;
}

static bool rtc_alarm_field(const struct rtc_cmos *rtc, uint8_t alarm, unsigned value)
{
    return (alarm & RTC_ANY) == RTC_ANY || rtc_decode(rtc, alarm) == value;
}

static bool rtc_alarm_matches(const struct rtc_cmos *rtc, unsigned second_of_day)
{
    uint8_t hour = rtc->cmos[RTC_HOURS_ALARM];

    return ((hour & RTC_ANY) == RTC_ANY || rtc_decode_hour(rtc, hour) == second_of_day / 3600) &&
           rtc_alarm_field(rtc, rtc->cmos[RTC_MINUTES_ALARM], second_of_day / 60 % 60) &&
           rtc_alarm_field(rtc, rtc->cmos[RTC_SECONDS_ALARM], second_of_day % 60);
}

/* Did the alarm match in the last `passed` seconds, the present one included? */
static bool rtc_alarm_passed(const struct rtc_cmos *rtc, uint64_t passed)
{
    unsigned now =
        (unsigned)(((rtc_seconds(rtc) % RTC_DAY_LENGTH) + RTC_DAY_LENGTH) % RTC_DAY_LENGTH);

    if (passed > RTC_DAY_LENGTH)
        passed = RTC_DAY_LENGTH;
    for (uint64_t back = 0; back < passed; back++)
        if (rtc_alarm_matches(rtc, (unsigned)(now + RTC_DAY_LENGTH - back) % RTC_DAY_LENGTH))
            return true;
    return false;
}

/* Sets the flags of all that happened since the last time. */
static void rtc_settle_locked(struct rtc_cmos *rtc, emu_ns now)
{
    uint64_t period = rtc_period(rtc);
    uint64_t passed = now / RTC_SECOND - rtc->settled / RTC_SECOND;

    if (period != 0 && now / period != rtc->settled / period)
        rtc->cmos[RTC_C] |= RTC_B_PERIOD;
    if (passed != 0 && rtc_running(rtc)) {
        rtc->cmos[RTC_C] |= RTC_B_UPDATE;
        if (!(rtc->cmos[RTC_C] & RTC_B_ALARM) && rtc_alarm_passed(rtc, passed))
            rtc->cmos[RTC_C] |= RTC_B_ALARM;
    }
    rtc->settled = now;
}

static void rtc_arm_locked(struct rtc_cmos *rtc, emu_ns now)
{
    uint8_t enabled = rtc->cmos[RTC_B] & ~rtc->cmos[RTC_C] & RTC_B_ENABLES;
    uint64_t period = rtc_period(rtc);
    emu_ns next = EMU_TIMER_NEVER;

    if ((enabled & RTC_B_PERIOD) && period != 0)
        next = (now / period + 1) * period;
    if ((enabled & (RTC_B_UPDATE | RTC_B_ALARM)) && rtc_running(rtc) &&
        (now / RTC_SECOND + 1) * RTC_SECOND < next)
        next = (now / RTC_SECOND + 1) * RTC_SECOND;
    if (next == EMU_TIMER_NEVER)
        emu_timer_cancel(&rtc->timer);
    else
        emu_timer_arm(&rtc->timer, next);
}

static void rtc_update_alarm(struct rtc_cmos *rtc)
{
    emu_irq_set(&rtc->device.irqs[2], rtc->cmos[RTC_C] & rtc->cmos[RTC_B] & RTC_B_ALARM);
}

/* Brings flags, line and timer up to date. */
static void rtc_update_locked(struct rtc_cmos *rtc)
{
    emu_ns now = emu_clock_now(rtc->device.clock);
    bool was = rtc->cmos[RTC_C] & RTC_C_IRQ, is;

    rtc_settle_locked(rtc, now);
    is = (rtc->cmos[RTC_C] & rtc->cmos[RTC_B] & RTC_B_ENABLES) != 0;
    rtc->cmos[RTC_C] = (rtc->cmos[RTC_C] & RTC_B_ENABLES) | (is ? RTC_C_IRQ : 0);
    if (is != was)
        emu_irq_set(&rtc->device.irqs[0], is);
    rtc_update_alarm(rtc);
    rtc_arm_locked(rtc, now);
}

static void rtc_fire(void *opaque)
{
    rtc_update_locked(opaque);
}

static uint8_t rtc_read_and_clear_flags(struct rtc_cmos *rtc)
{
    uint8_t flags;

    rtc_update_locked(rtc);
    flags = rtc->cmos[RTC_C];
    rtc->cmos[RTC_C] = 0;
    if (flags & RTC_C_IRQ)
        emu_irq_set(&rtc->device.irqs[0], false);
    rtc_update_alarm(rtc);
    rtc_arm_locked(rtc, rtc->settled);
    return flags;
}

/* ---- registers ---- */

static bool rtc_is_time(unsigned index)
{
    return index == RTC_SECONDS || index == RTC_MINUTES || index == RTC_HOURS ||
           (index >= RTC_WEEKDAY && index <= RTC_YEAR) || index == RTC_CENTURY;
}

static uint8_t rtc_read_a(const struct rtc_cmos *rtc)
{
    bool soon = emu_clock_now(rtc->device.clock) % RTC_SECOND >= RTC_SECOND - RTC_UPDATE_NS;

    return rtc->cmos[RTC_A] | (soon && rtc_running(rtc) ? RTC_A_UPDATE : 0);
}

static uint8_t rtc_get(struct rtc_cmos *rtc, unsigned index)
{
    if (rtc_is_time(index) && rtc_running(rtc))
        rtc_store_time(rtc);
    switch (index) {
    case RTC_A:
        return rtc_read_a(rtc);
    case RTC_C:
        return rtc_read_and_clear_flags(rtc);
    case RTC_D:
        return RTC_D_VALID;
    default:
        return rtc->cmos[index];
    }
}

/* A and B start and stop the clock; the time is carried over in the registers. */
static void rtc_set_control(struct rtc_cmos *rtc, unsigned index, uint8_t value)
{
    bool was_running = rtc_running(rtc);

    rtc_update_locked(rtc);
    if (was_running)
        rtc_store_time(rtc);
    rtc->cmos[index] = value;
    if (index == RTC_B && (value & RTC_B_SET))
        rtc->cmos[RTC_B] &= (uint8_t)~RTC_B_UPDATE;
    if (was_running && rtc_running(rtc))
        rtc_store_time(rtc); /* the format may have changed */
    else if (rtc_running(rtc))
        rtc_take_time(rtc);
    rtc_update_locked(rtc);
}

static void rtc_set_time(struct rtc_cmos *rtc, unsigned index, uint8_t value)
{
    bool running = rtc_running(rtc);

    if (running)
        rtc_store_time(rtc);
    rtc->cmos[index] = value;
    if (running && index != RTC_WEEKDAY) /* the weekday follows from the date */
        rtc_take_time(rtc);
}

static void rtc_put(struct rtc_cmos *rtc, unsigned index, uint8_t value)
{
    if (rtc_is_time(index)) {
        rtc_set_time(rtc, index, value);
        return;
    }
    switch (index) {
    case RTC_A:
        rtc_set_control(rtc, index, value & ~RTC_A_UPDATE);
        break;
    case RTC_B:
        rtc_set_control(rtc, index, value);
        break;
    case RTC_C:
    case RTC_D:
        break;
    case RTC_SECONDS_ALARM:
    case RTC_MINUTES_ALARM:
    case RTC_HOURS_ALARM:
        rtc_update_locked(rtc); /* what was before this belongs to the old alarm */
        rtc->cmos[index] = value;
        break;
    default:
        rtc->cmos[index] = value;
        break;
    }
}

/* ---- ports and NMI ---- */

static void rtc_update_nmi(struct rtc_cmos *rtc)
{
    emu_irq_set(&rtc->device.irqs[1], rtc->nmi_source && !(rtc->index & 0x80));
}

static void rtc_nmi_line(void *opaque, unsigned line, bool level)
{
    struct rtc_cmos *rtc = rtc_cmos_of(opaque);

    if (line != 0)
        return;
    pthread_mutex_lock(&rtc->device.lock);
    rtc->nmi_source = level;
    rtc_update_nmi(rtc);
    pthread_mutex_unlock(&rtc->device.lock);
}

static uint64_t rtc_cmos_read(void *opaque, uint64_t offset, unsigned size)
{
    struct rtc_cmos *rtc = rtc_cmos_of(opaque);

    return offset == 1 ? rtc_get(rtc, rtc->index & 0x7f) : 0xff;
}

static void rtc_cmos_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct rtc_cmos *rtc = rtc_cmos_of(opaque);

    if (offset == 1) {
        rtc_put(rtc, rtc->index & 0x7f, (uint8_t)value);
        return;
    }
    rtc->index = (uint8_t)value;
    rtc_update_nmi(rtc);
}

static const struct emu_region_ops rtc_cmos_ops = {rtc_cmos_read, rtc_cmos_write, .valid_min = 1,
                                                   .valid_max = 4, .impl_max = 1};

/* ---- the device ---- */

void emu_rtc_cmos_set(struct emu_device *device, unsigned index, uint8_t value)
{
    if (index <= RTC_D || index >= RTC_BYTES || index == RTC_CENTURY)
        return;
    pthread_mutex_lock(&device->lock);
    rtc_cmos_of(device)->cmos[index] = value;
    pthread_mutex_unlock(&device->lock);
}

static void rtc_set_number(struct emu_device *device, unsigned index, unsigned bytes,
                           uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++)
        emu_rtc_cmos_set(device, index + i, (uint8_t)(value >> 8 * i));
}

static uint64_t rtc_blocks(uint64_t memory, uint64_t from, uint64_t unit, uint64_t max)
{
    uint64_t blocks = memory > from ? (memory - from) / unit : 0;

    return blocks < max ? blocks : max;
}

void emu_rtc_cmos_set_memory(struct emu_device *device, uint64_t below_4g, uint64_t above_4g)
{
    uint64_t extended = rtc_blocks(below_4g, 1 << 20, 1024, 0xffff);

    rtc_set_number(device, RTC_BASE_MEMORY, 2, rtc_blocks(below_4g, 0, 1024, 640));
    rtc_set_number(device, RTC_EXTENDED_MEMORY, 2, extended);
    rtc_set_number(device, RTC_EXTENDED_COPY, 2, extended);
    rtc_set_number(device, RTC_MEMORY_16M, 2, rtc_blocks(below_4g, 16 << 20, 65536, 0xffff));
    rtc_set_number(device, RTC_MEMORY_4G, 3, rtc_blocks(above_4g, 0, 65536, 0xffffff));
}

static bool rtc_cmos_realize(struct emu_device *device, struct emu_error *err)
{
    struct rtc_cmos *rtc = rtc_cmos_of(device);

    emu_region_init_io(&rtc->region, "rtc-cmos", &rtc_cmos_ops, rtc, &device->lock, 2);
    device->regions[0] = &rtc->region;
    device->irq_in = rtc_nmi_line;
    emu_timer_init(&rtc->timer, device->clock, &device->lock, rtc_fire, rtc);
    rtc->cmos[RTC_A] = RTC_A_RUN | 6; /* 1024 Hz */
    rtc->cmos[RTC_B] = RTC_B_24H;
    return true;
}

static void rtc_cmos_unrealize(struct emu_device *device)
{
    emu_timer_finish(&rtc_cmos_of(device)->timer);
}

/* The battery keeps all but the interrupts. */
static void rtc_cmos_reset(struct emu_device *device)
{
    struct rtc_cmos *rtc = rtc_cmos_of(device);

    if (rtc->cmos[RTC_C] & RTC_C_IRQ)
        emu_irq_set(&device->irqs[0], false);
    rtc->cmos[RTC_B] &= (uint8_t)~RTC_B_ENABLES;
    rtc->cmos[RTC_C] = 0;
    rtc_update_alarm(rtc);
    rtc->index = 0;
    rtc->settled = emu_clock_now(device->clock);
    rtc_update_nmi(rtc);
    emu_timer_cancel(&rtc->timer);
}

static const struct emu_field rtc_cmos_fields[] = {
    EMU_FIELD(struct rtc_cmos, index),      EMU_FIELD(struct rtc_cmos, nmi_source),
    EMU_FIELD(struct rtc_cmos, offset),     EMU_FIELD(struct rtc_cmos, settled),
    EMU_FIELD_ARRAY(struct rtc_cmos, cmos), EMU_FIELD_END,
};

static void rtc_cmos_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "rtc-cmos", rtc_cmos_of(device), rtc_cmos_fields);
}

static bool rtc_cmos_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct rtc_cmos *rtc = rtc_cmos_of(device);
    emu_ns now = emu_clock_now(device->clock);

    if (!emu_hw_load(in, "rtc-cmos", rtc, rtc_cmos_fields, err))
        return false;
    if (rtc->settled > now)
        return emu_hw_load_bad("rtc-cmos", "a time", err);
    rtc_arm_locked(rtc, now);
    return true;
}

const struct emu_device_class emu_rtc_cmos_class = {
    .name = "rtc-cmos",
    .description = "real-time clock with 128 bytes of CMOS memory",
    .size = sizeof(struct rtc_cmos),
    .realize = rtc_cmos_realize,
    .unrealize = rtc_cmos_unrealize,
    .reset = rtc_cmos_reset,
    .save = rtc_cmos_save,
    .load = rtc_cmos_load,
};
