/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timers: PIT, HPET, RTC and CMOS, ACPI power management. */
#include "tests/hw/rig.h"

#include "emulator/hw/timer/acpi-pm.h"
#include "emulator/hw/timer/hpet.h"
#include "emulator/hw/timer/pit.h"
#include "emulator/hw/timer/rtc-cmos.h"

#define SECOND 1000000000ull

/* ---- PIT ---- */

#define PIT_CONTROL 3

/* The time of n input cycles, rounded up. */
static uint64_t pit_time(uint64_t cycles)
{
    return (cycles * SECOND + EMU_PIT_HZ - 1) / EMU_PIT_HZ;
}

static void pit_set(struct rig_device *pit, unsigned counter, unsigned mode, uint16_t count)
{
    rig_write(pit, 0, PIT_CONTROL, counter << 6 | 0x30 | mode << 1, 1);
    rig_write(pit, 0, counter, count & 0xff, 1);
    rig_write(pit, 0, counter, count >> 8, 1);
}

static unsigned pit_count(struct rig_device *pit, unsigned counter)
{
    unsigned low;

    rig_write(pit, 0, PIT_CONTROL, counter << 6, 1); /* latch */
    low = (unsigned)rig_read(pit, 0, counter, 1);
    return low | (unsigned)rig_read(pit, 0, counter, 1) << 8;
}

static uint8_t pit_status(struct rig_device *pit, unsigned counter)
{
    rig_write(pit, 0, PIT_CONTROL, 0xe0 | 2u << counter, 1);
    return (uint8_t)rig_read(pit, 0, counter, 1);
}

static void test_pit_rate(void)
{
    struct rig rig;
    struct rig_device *pit;

    rig_init(&rig);
    pit = rig_add(&rig, &emu_pit_class);
    pit_set(pit, 0, 2, 11932); /* 100 Hz */
    CHECK(pit->level[0]);
    rig_advance(&rig, pit_time(100));
    CHECK_EQ(pit_count(pit, 0), 11932 - 100);
    rig_advance(&rig, SECOND - pit_time(100));
    CHECK_EQ(pit->rises[0], 1 + 99); /* the first edge is the idle level's */
    pit_set(pit, 0, 3, 1000);
    pit->rises[0] = 0;
    rig_advance(&rig, pit_time(500) - 1);
    CHECK(pit->level[0]);
    rig_advance(&rig, 1);
    CHECK(!pit->level[0]);
    rig_advance(&rig, pit_time(100000));
    CHECK_EQ(pit->rises[0], 100);
    CHECK(rig_survives(pit));
    rig_finish(&rig);
}

static void test_pit_one_shot(void)
{
    struct rig rig;
    struct rig_device *pit;

    rig_init(&rig);
    pit = rig_add(&rig, &emu_pit_class);
    pit_set(pit, 0, 0, 1000);
    CHECK(!pit->level[0]);
    rig_advance(&rig, pit_time(1000) - 1);
    CHECK(!pit->level[0]);
    rig_advance(&rig, 1);
    CHECK(pit->level[0]);
    rig_advance(&rig, pit_time(10));
    CHECK_EQ(pit_count(pit, 0), 65526); /* it goes on counting */
    pit_set(pit, 0, 4, 50);
    CHECK(pit->level[0]);
    rig_advance(&rig, pit_time(50));
    CHECK(!pit->level[0]); /* low for one cycle */
    rig_advance(&rig, pit_time(1));
    CHECK(pit->level[0]);
    CHECK_EQ(pit_status(pit, 0), 0xb8);
    rig_finish(&rig);
}

static void test_pit_gate(void)
{
    struct rig rig;
    struct rig_device *pit;

    rig_init(&rig);
    pit = rig_add(&rig, &emu_pit_class);
    rig_write(pit, 1, 0, 0, 1); /* gate off */
    pit_set(pit, 2, 0, 1000);
    rig_advance(&rig, pit_time(5000));
    CHECK_EQ(rig_read(pit, 1, 0, 1) & 0x20, 0);
    CHECK_EQ(pit_count(pit, 2), 1000);
    rig_write(pit, 1, 0, 1, 1);
    rig_advance(&rig, pit_time(400));
    rig_write(pit, 1, 0, 0, 1);
    rig_advance(&rig, pit_time(5000));
    CHECK_EQ(pit_count(pit, 2), 600);
    rig_write(pit, 1, 0, 1, 1);
    rig_advance(&rig, pit_time(601));
    CHECK_EQ(rig_read(pit, 1, 0, 1) & 0x21, 0x21);
    pit_set(pit, 2, 1, 100); /* hardware one-shot */
    CHECK_EQ(rig_read(pit, 1, 0, 1) & 0x20, 0x20);
    rig_write(pit, 1, 0, 0, 1);
    rig_write(pit, 1, 0, 1, 1);
    CHECK_EQ(rig_read(pit, 1, 0, 1) & 0x20, 0);
    rig_advance(&rig, pit_time(101));
    CHECK_EQ(rig_read(pit, 1, 0, 1) & 0x20, 0x20);
    rig_finish(&rig);
}

static void test_pit_reading(void)
{
    struct rig rig;
    struct rig_device *pit;

    rig_init(&rig);
    pit = rig_add(&rig, &emu_pit_class);
    pit_set(pit, 0, 2, 0); /* 65536 */
    rig_advance(&rig, pit_time(0x1234));
    rig_write(pit, 0, PIT_CONTROL, 0xc2, 1); /* read-back: status and count of counter 0 */
    rig_advance(&rig, pit_time(100));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 0xb4);
    CHECK_EQ(rig_read(pit, 0, 0, 1), (0x10000 - 0x1234) & 0xff);
    CHECK_EQ(rig_read(pit, 0, 0, 1), (0x10000 - 0x1234) >> 8);
    rig_write(pit, 0, PIT_CONTROL, 0x31, 1); /* mode 0, BCD */
    rig_write(pit, 0, 0, 0x00, 1);
    rig_write(pit, 0, 0, 0x10, 1); /* 1000 */
    rig_advance(&rig, pit_time(1));
    CHECK_EQ(pit_count(pit, 0), 0x0999);
    rig_write(pit, 0, PIT_CONTROL, 0x14, 1); /* mode 2, low byte only */
    rig_write(pit, 0, 0, 100, 1);
    rig_advance(&rig, pit_time(30));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 70);
    rig_write(pit, 0, 0, 50, 1); /* from the next cycle on */
    rig_advance(&rig, pit_time(40));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 30);
    rig_advance(&rig, pit_time(40));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 40);
    rig_advance(&rig, pit_time(50 * 7)); /* many cycles later the running one still ends first */
    rig_write(pit, 0, 0, 100, 1);
    rig_advance(&rig, pit_time(30));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 10);
    rig_advance(&rig, pit_time(30));
    CHECK_EQ(rig_read(pit, 0, 0, 1), 80);
    rig_finish(&rig);
}

/* ---- HPET ---- */

#define HPET_TIMER(n) (0x100 + 0x20 * (n))

static void test_hpet_counter(void)
{
    struct rig rig;
    struct rig_device *hpet;

    rig_init(&rig);
    hpet = rig_add(&rig, &emu_hpet_class);
    CHECK_EQ(rig_read(hpet, 0, 4, 4), 10000000);
    CHECK_EQ(rig_read(hpet, 0, 0, 4), 0x8086a201);
    rig_advance(&rig, 1000);
    CHECK_EQ(rig_read(hpet, 0, 0xf0, 8), 0);
    rig_write(hpet, 0, 0xf0, 0xfffffff0, 8);
    rig_write(hpet, 0, 0x10, 1, 4);
    rig_advance(&rig, 1000);
    CHECK_EQ(rig_read(hpet, 0, 0xf0, 8), 0x100000054);
    CHECK_EQ(rig_read(hpet, 0, 0xf4, 4), 1);
    rig_write(hpet, 0, 0x10, 0, 4);
    rig_advance(&rig, 1000);
    CHECK_EQ(rig_read(hpet, 0, 0xf0, 8), 0x100000054);
    rig_finish(&rig);
}

static void test_hpet_timers(void)
{
    struct rig rig;
    struct rig_device *hpet;

    rig_init(&rig);
    hpet = rig_add(&rig, &emu_hpet_class);
    rig_write(hpet, 0, 0x10, 1, 4);
    rig_write(hpet, 0, HPET_TIMER(2), 0x2904, 4); /* one-shot, 32 bits, to pin 20 */
    rig_write(hpet, 0, HPET_TIMER(2) + 8, 100000, 4);
    rig_advance(&rig, RIG_MS - 1);
    CHECK_EQ(hpet->rises[20], 0);
    rig_advance(&rig, 1);
    CHECK_EQ(hpet->rises[20], 1);
    rig_advance(&rig, 10 * RIG_MS);
    CHECK_EQ(hpet->rises[20], 1);
    rig_write(hpet, 0, HPET_TIMER(0), 0x2c4c | 0x2, 4); /* periodic, level, to pin 22 */
    CHECK_EQ(rig_read(hpet, 0, HPET_TIMER(0), 4), 0x2c4e | 0x30);
    rig_write(hpet, 0, HPET_TIMER(0) + 8, 1200000, 8); /* first at 12 ms */
    rig_write(hpet, 0, HPET_TIMER(0) + 8, 50000, 8);   /* then each 0.5 ms */
    rig_advance(&rig, RIG_MS);
    CHECK(hpet->level[22]);
    CHECK_EQ(rig_read(hpet, 0, 0x20, 4), 1);
    rig_write(hpet, 0, 0x20, 1, 4);
    CHECK(!hpet->level[22]);
    for (unsigned i = 0; i < 4; i++) {
        rig_advance(&rig, RIG_MS / 2);
        CHECK(hpet->level[22]);
        rig_write(hpet, 0, 0x20, 1, 4);
    }
    CHECK_EQ(hpet->rises[22], 5);
    CHECK_EQ(rig_read(hpet, 0, HPET_TIMER(0) + 8, 8), 1450000);
    CHECK(rig_survives(hpet));
    rig_finish(&rig);
}

static void test_hpet_legacy(void)
{
    struct rig rig;
    struct rig_device *hpet;

    rig_init(&rig);
    hpet = rig_add(&rig, &emu_hpet_class);
    rig_line(hpet, 0, true);
    rig_line(hpet, 1, true);
    CHECK(hpet->level[EMU_HPET_LINE_PIT] && hpet->level[EMU_HPET_LINE_RTC]);
    rig_write(hpet, 0, 0x10, 3, 4);
    CHECK(!hpet->level[EMU_HPET_LINE_PIT] && !hpet->level[EMU_HPET_LINE_RTC]);
    rig_line(hpet, 0, false);
    rig_line(hpet, 0, true);
    CHECK(!hpet->level[EMU_HPET_LINE_PIT]);
    hpet->rises[EMU_HPET_LINE_PIT] = 0;
    rig_write(hpet, 0, HPET_TIMER(0), 0x4c, 4);
    rig_write(hpet, 0, HPET_TIMER(0) + 8, 100000, 8);
    rig_advance(&rig, 5 * RIG_MS);
    CHECK_EQ(hpet->rises[EMU_HPET_LINE_PIT], 5);
    rig_finish(&rig);
}

/* ---- RTC ---- */

static uint8_t rtc_get(struct rig_device *rtc, uint8_t index)
{
    rig_write(rtc, 0, 0, index, 1);
    return (uint8_t)rig_read(rtc, 0, 1, 1);
}

static void rtc_put(struct rig_device *rtc, uint8_t index, uint8_t value)
{
    rig_write(rtc, 0, 0, index, 1);
    rig_write(rtc, 0, 1, value, 1);
}

/* Year to second as one hexadecimal number, so that BCD reads as it is. */
static uint64_t rtc_time(struct rig_device *rtc)
{
    static const uint8_t order[] = {9, 8, 7, 4, 2, 0};
    uint64_t time = 0;

    for (unsigned i = 0; i < sizeof(order); i++)
        time = time << 8 | rtc_get(rtc, order[i]);
    return time;
}

static void test_rtc_time(void)
{
    struct rig rig;
    struct rig_device *rtc;

    rig_init(&rig);
    rtc = rig_add(&rig, &emu_rtc_cmos_class);
    CHECK_EQ(rtc_time(rtc), 0x000228235958);
    CHECK_EQ(rtc_get(rtc, 0x32), 0x20);
    CHECK_EQ(rtc_get(rtc, 6), 2); /* a Monday */
    rig_advance(&rig, 2 * SECOND);
    CHECK_EQ(rtc_time(rtc), 0x000229000000); /* a leap day */
    CHECK_EQ(rtc_get(rtc, 6), 3);
    rig_advance(&rig, 24 * 3600 * SECOND);
    CHECK_EQ(rtc_time(rtc), 0x000301000000);
    rtc_put(rtc, 11, 0x04); /* binary, 12 hours */
    CHECK_EQ(rtc_time(rtc), 0x0003010c0000);
    rig_advance(&rig, 13 * 3600 * SECOND);
    CHECK_EQ(rtc_get(rtc, 4), 0x81); /* 1 p.m. */
    rtc_put(rtc, 11, 0x00);          /* BCD, 12 hours */
    rig_advance(&rig, 11 * 3600 * SECOND);
    CHECK_EQ(rtc_get(rtc, 4), 0x12); /* midnight */
    CHECK_EQ(rtc_get(rtc, 13), 0x80);
    CHECK(rig_survives(rtc));
    rig_finish(&rig);
}

static void test_rtc_set(void)
{
    static const uint8_t values[][2] = {{0x32, 0x20}, {9, 0x38}, {8, 0x01}, {7, 0x19},
                                        {4, 0x03},    {2, 0x14}, {0, 0x07}};
    struct rig rig;
    struct rig_device *rtc;

    rig_init(&rig);
    rtc = rig_add(&rig, &emu_rtc_cmos_class);
    rtc_put(rtc, 11, 0x82); /* stop */
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        rtc_put(rtc, values[i][0], values[i][1]);
    rig_advance(&rig, 10 * SECOND);
    CHECK_EQ(rtc_time(rtc), 0x380119031407);
    rtc_put(rtc, 11, 0x02);
    rig_advance(&rig, SECOND);
    CHECK_EQ(rtc_time(rtc), 0x380119031408);
    emu_device_reset(rtc->device);
    rig_advance(&rig, SECOND);
    CHECK_EQ(rtc_time(rtc), 0x380119031409);
    rtc_put(rtc, 0x0f, 0x5a);
    emu_device_reset(rtc->device);
    CHECK_EQ(rtc_get(rtc, 0x0f), 0x5a); /* the battery holds */
    rig_finish(&rig);
}

static void test_rtc_interrupts(void)
{
    struct rig rig;
    struct rig_device *rtc;

    rig_init(&rig);
    rtc = rig_add(&rig, &emu_rtc_cmos_class);
    rtc_put(rtc, 10, 0x26);
    rtc_put(rtc, 11, 0x42); /* 1024 Hz */
    rig_advance(&rig, 976562);
    CHECK(rtc->level[0]);
    CHECK_EQ(rtc_get(rtc, 12), 0xc0);
    CHECK(!rtc->level[0]);
    for (unsigned i = 0; i < 1000; i++) {
        rig_advance(&rig, 976562);
        rtc_get(rtc, 12);
    }
    CHECK_EQ(rtc->rises[0], 1001);
    rtc_put(rtc, 11, 0x12); /* updates */
    rtc_get(rtc, 12);
    rtc->rises[0] = 0;
    for (unsigned i = 0; i < 5; i++) {
        rig_advance(&rig, SECOND);
        CHECK_EQ(rtc_get(rtc, 12) & 0x90, 0x90);
    }
    CHECK_EQ(rtc->rises[0], 5);
    rtc_put(rtc, 5, 0xff);
    rtc_put(rtc, 3, 0x01);
    rtc_put(rtc, 1, 0x30);
    rtc_put(rtc, 11, 0x22); /* alarm at each hh:01:30 */
    rtc_get(rtc, 12);
    rtc->rises[0] = 0;
    rig_advance(&rig, 60 * SECOND);
    CHECK_EQ(rtc->rises[0], 0);
    rig_advance(&rig, 60 * SECOND);
    CHECK_EQ(rtc->rises[0], 1);
    CHECK_EQ(rtc_get(rtc, 2), 0x02);
    CHECK_EQ(rtc_get(rtc, 12) & 0xa0, 0xa0);
    rig_finish(&rig);
}

static void test_rtc_flags(void)
{
    struct rig rig;
    struct rig_device *rtc;

    rig_init(&rig);
    rtc = rig_add(&rig, &emu_rtc_cmos_class);
    CHECK_EQ(rtc_get(rtc, 10), 0x26);
    rig_advance(&rig, SECOND - 200000);
    CHECK_EQ(rtc_get(rtc, 10), 0xa6); /* an update is near */
    rig_advance(&rig, 200000);
    CHECK_EQ(rtc_get(rtc, 10), 0x26);
    CHECK_EQ(rtc_get(rtc, 12), 0x50); /* flags without enables: no IRQF */
    CHECK_EQ(rtc->rises[0], 0);
    rtc_put(rtc, 1, 0x05); /* alarm without its interrupt: found out later */
    rtc_put(rtc, 3, 0xc0);
    rtc_put(rtc, 5, 0xc0);
    rig_advance(&rig, 20 * SECOND);
    CHECK_EQ(rtc_get(rtc, 12), 0x70);
    emu_rtc_cmos_set_memory(rtc->device, 2048ull << 20, 1024ull << 20);
    CHECK_EQ(rtc_get(rtc, 0x17) | rtc_get(rtc, 0x18) << 8, 0xffff);
    CHECK_EQ(rtc_get(rtc, 0x34) | rtc_get(rtc, 0x35) << 8, (2048 - 16) * 16);
    CHECK_EQ(rtc_get(rtc, 0x5b) | rtc_get(rtc, 0x5c) << 8, 1024 * 16);
    rig_line(rtc, 0, true);
    CHECK(rtc->level[1]);
    rtc_get(rtc, 0x80); /* masks NMI */
    CHECK(!rtc->level[1]);
    rig_finish(&rig);
}

/* ---- ACPI ---- */

#define PM_SMI_ENABLE 0x30

static void test_pm_timer(void)
{
    struct rig rig;
    struct rig_device *pm;

    rig_init(&rig);
    pm = rig_add(&rig, &emu_acpi_pm_class);
    rig_advance(&rig, SECOND);
    CHECK_EQ(rig_read(pm, 0, 8, 4), 3579545);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0);
    rig_advance(&rig, 2 * SECOND); /* bit 23 changed at 2.34 s */
    CHECK_EQ(rig_read(pm, 0, 0, 2), 1);
    rig_write(pm, 0, 0, 1, 2);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0);
    rig_write(pm, 1, 0, EMU_ACPI_PM_CMD_ENABLE, 1);
    CHECK_EQ(rig_read(pm, 0, 4, 2), 1);
    rig_write(pm, 0, 2, 1, 2);
    rig_advance(&rig, 1 * SECOND);
    CHECK(!pm->level[0]);
    rig_advance(&rig, 1 * SECOND); /* again at 4.69 s */
    CHECK(pm->level[0]);
    rig_write(pm, 0, 0, 1, 2);
    CHECK(!pm->level[0]);
    CHECK(rig_survives(pm));
    rig_finish(&rig);
}

static void test_pm_events(void)
{
    struct rig rig;
    struct rig_device *pm;

    rig_init(&rig);
    pm = rig_add(&rig, &emu_acpi_pm_class);
    emu_acpi_pm_power_button(pm->device);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0x100);
    rig_write(pm, 0, 2, 0x100, 2);
    CHECK(!pm->level[0]); /* not in ACPI mode */
    rig_write(pm, 1, 0, EMU_ACPI_PM_CMD_ENABLE, 1);
    CHECK(pm->level[0]);
    rig_write(pm, 0, 0, 0x100, 2);
    CHECK(!pm->level[0]);
    rig_write(pm, 0, EMU_ACPI_PM_GPE0 + 8, 2, 1);
    rig_line(pm, 1, true);
    CHECK(pm->level[0]);
    rig_write(pm, 0, EMU_ACPI_PM_GPE0, 2, 1);
    CHECK(pm->level[0]); /* the line is still high */
    rig_line(pm, 1, false);
    rig_write(pm, 0, EMU_ACPI_PM_GPE0, 2, 1);
    CHECK(!pm->level[0]);
    rig_write(pm, 0, 4, 0x2401, 2);
    CHECK_EQ(rig.power[EMU_POWER_SLEEP], 1);
    rig_write(pm, 0, 4, 0x2001, 2);
    CHECK_EQ(rig.power[EMU_POWER_OFF], 1);
    CHECK_EQ(rig_read(pm, 0, 4, 2), 1); /* SLP_EN reads as 0 */
    rig_write(pm, 1, 0, EMU_ACPI_PM_CMD_DISABLE, 1);
    CHECK_EQ(rig_read(pm, 0, 4, 2), 0);
    rig_finish(&rig);
}

/* What wakes, and what the system finds afterwards. */
static void test_pm_wake(void)
{
    struct rig rig;
    struct rig_device *pm;

    rig_init(&rig);
    pm = rig_add(&rig, &emu_acpi_pm_class);
    rig_line(pm, EMU_ACPI_PM_ALARM, true); /* awake: nobody is woken */
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0x400);
    CHECK_EQ(rig.power[EMU_POWER_WAKE], 0);
    rig_write(pm, 0, 0, 0x400, 2);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0); /* by its edge */
    rig_line(pm, EMU_ACPI_PM_ALARM, false);
    rig_write(pm, 0, 4, 0x2401, 2);
    emu_acpi_pm_fell_asleep(pm->device);
    rig_line(pm, EMU_ACPI_PM_ALARM, true);
    rig_line(pm, 29, true);
    CHECK_EQ(rig.power[EMU_POWER_WAKE], 0); /* not enabled */
    CHECK(rig_survives(pm));
    emu_device_reset(pm->device);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0); /* a reset of another reason */

    rig_line(pm, 29, false);
    rig_write(pm, 0, EMU_ACPI_PM_GPE0, UINT32_MAX, 4);
    rig_write(pm, 0, EMU_ACPI_PM_GPE0 + 8, 1u << 29, 4);
    rig_line(pm, 29, true);
    rig_line(pm, 29, false);
    emu_acpi_pm_fell_asleep(pm->device);
    CHECK_EQ(rig.power[EMU_POWER_WAKE], 1); /* it waited already */
    emu_device_reset(pm->device);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0x8000);
    CHECK_EQ(rig_read(pm, 0, EMU_ACPI_PM_GPE0, 4), 1u << 29);

    rig_write(pm, 0, EMU_ACPI_PM_GPE0, UINT32_MAX, 4);
    emu_acpi_pm_fell_asleep(pm->device);
    CHECK_EQ(rig.power[EMU_POWER_WAKE], 1);
    emu_acpi_pm_power_button(pm->device);
    emu_acpi_pm_power_button(pm->device);
    CHECK_EQ(rig.power[EMU_POWER_WAKE], 2);
    emu_device_reset(pm->device);
    CHECK_EQ(rig_read(pm, 0, 0, 2), 0x8100);
    rig_finish(&rig);
}

/* Twice over its time it resets the machine, and tells the next start of it. */
static void test_watchdog(void)
{
    struct rig rig;
    struct rig_device *pm;

    rig_init(&rig);
    pm = rig_add(&rig, &emu_acpi_pm_class);
    rig_advance(&rig, 100 * SECOND); /* nobody has started it */
    CHECK_EQ(rig_read(pm, 0, 0x64, 2), 0);
    rig_write(pm, 0, 0x72, 10, 2); /* 6 s */
    rig_write(pm, 0, 0x60, 1, 2);
    CHECK_EQ(rig_read(pm, 0, 0x60, 2), 10);
    rig_advance(&rig, 3 * SECOND);
    CHECK_EQ(rig_read(pm, 0, 0x60, 2), 5);
    rig_write(pm, 0, 0x68, 0x800, 2); /* halted */
    rig_advance(&rig, 30 * SECOND);
    CHECK_EQ(rig_read(pm, 0, 0x60, 2), 5);
    CHECK(rig_survives(pm));
    rig_write(pm, 0, 0x68, 0, 2);
    rig_write(pm, 0, PM_SMI_ENABLE, 0x2001, 4);
    rig_advance(&rig, 3 * SECOND);
    CHECK_EQ(rig_read(pm, 0, 0x64, 2), 8);
    CHECK_EQ(pm->rises[1], 1); /* SMI */
    CHECK_EQ(rig.power[EMU_POWER_RESET], 0);
    rig_write(pm, 0, 0x64, 8, 2); /* petted */
    rig_write(pm, 0, 0x60, 1, 2);
    rig_advance(&rig, 7 * SECOND);
    CHECK_EQ(rig_read(pm, 0, 0x64, 2), 8);
    rig_line(pm, EMU_ACPI_PM_NO_REBOOT, true);
    rig_advance(&rig, 6 * SECOND);
    CHECK_EQ(rig_read(pm, 0, 0x66, 2), 2);
    CHECK_EQ(rig.power[EMU_POWER_RESET], 0);
    rig_line(pm, EMU_ACPI_PM_NO_REBOOT, false);
    rig_write(pm, 0, 0x60, 1, 2);
    rig_advance(&rig, 7 * SECOND);
    CHECK_EQ(rig.power[EMU_POWER_RESET], 1);
    emu_device_reset(pm->device);
    CHECK_EQ(rig_read(pm, 0, 0x66, 2), 2);
    CHECK_EQ(rig_read(pm, 0, 0x64, 2), 0);
    rig_finish(&rig);
}

static void test_rtc_alarm_line(void)
{
    struct rig rig;
    struct rig_device *rtc;

    rig_init(&rig);
    rtc = rig_add(&rig, &emu_rtc_cmos_class);
    for (unsigned i = 1; i <= 5; i += 2)
        rtc_put(rtc, i, 0xff); /* every second */
    rtc_put(rtc, 0x0b, 0x12);  /* updates only */
    rig_advance(&rig, 2 * SECOND);
    CHECK(rtc->level[0]);
    CHECK(!rtc->level[2]);
    rtc_put(rtc, 0x0b, 0x22);
    rig_advance(&rig, 2 * SECOND);
    CHECK(rtc->level[2]);
    rtc_get(rtc, 0x0c);
    CHECK(!rtc->level[2]);
    rig_advance(&rig, 2 * SECOND);
    CHECK(rtc->level[2]);
    emu_device_reset(rtc->device);
    CHECK(!rtc->level[2]);
    rig_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"pit-rate", test_pit_rate},
        {"pit-one-shot", test_pit_one_shot},
        {"pit-gate", test_pit_gate},
        {"pit-reading", test_pit_reading},
        {"hpet-counter", test_hpet_counter},
        {"hpet-timers", test_hpet_timers},
        {"hpet-legacy", test_hpet_legacy},
        {"rtc-time", test_rtc_time},
        {"rtc-set", test_rtc_set},
        {"rtc-interrupts", test_rtc_interrupts},
        {"rtc-flags", test_rtc_flags},
        {"acpi-pm-timer", test_pm_timer},
        {"acpi-pm-events", test_pm_events},
        {"acpi-pm-wake", test_pm_wake},
        {"rtc-alarm-line", test_rtc_alarm_line},
        {"watchdog", test_watchdog},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
