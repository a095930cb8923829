/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI fixed hardware as an ICH9 lays it out (ACPI 6.4 chapter 4.8; ICH9 datasheet 13.8). There is
 * no SMM firmware behind the SMI command port, so the device itself turns ACPI mode on and off. The
 * watchdog is tco.c.
 */
#include "emulator/hw/timer/acpi-pm.h"

#include <string.h>

#include "emulator/hw/save.h"
#include "emulator/hw/timer/tco.h"

#define PM_SIZE   128
#define PM_SMI_EN 0x30
#define PM_TCO    0x60

/* PM1 status and enable. */
#define PM1_TIMER       0x0001u
#define PM1_GLOBAL      0x0020u
#define PM1_POWER       0x0100u
#define PM1_SLEEP       0x0200u
#define PM1_RTC         0x0400u
#define PM1_WAKE        0x8000u /* status only */
#define PM1_STATUS_BITS (PM1_TIMER | 0x10 | PM1_GLOBAL | PM1_POWER | PM1_SLEEP | PM1_RTC | PM1_WAKE)
#define PM1_ENABLE_BITS (PM1_TIMER | PM1_GLOBAL | PM1_POWER | PM1_SLEEP | PM1_RTC)

/* PM1 control. */
#define PM1_SCI_ENABLE          0x0001u
#define PM1_CONTROL_BITS        0x1c03u
#define PM1_SLEEP_TYPE(control) ((control) >> 10 & 7)
#define PM1_SLEEP_ENABLE        0x2000u

#define PM_SMI_GLOBAL 0x01u   /* SMI_EN: SMIs at all */
#define PM_SMI_APM    0x20u   /* SMI_EN: by the command port; SMI_STS: that it was that */
#define PM_SMI_TCO    0x2000u /* SMI_EN and SMI_STS: the watchdog */

#define PM_TIMER_HZ  3579545u
#define PM_TIMER_TOP 23 /* TMR_STS is set when this bit changes */

struct acpi_pm {
    struct emu_device device;
    struct emu_region block, command;
    struct emu_timer timer;

    uint16_t status, enable, control;
    uint64_t gpe_status, gpe_enable;
    uint32_t gpe_lines;
    uint32_t smi_enable, smi_status;
    bool smi_locked;
    uint8_t apm[2]; /* command and status ports */
    struct tco tco;
    bool barked;   /* the watchdog has asked for a reset */
    bool bitten;   /* the last reset was that; for those outside of the machine */
    uint64_t half; /* half turns of the timer that were noticed */
    bool sci;
    bool asleep, waking; /* in S3; and about to leave it */
    bool alarm;          /* the line's level */
};

static struct acpi_pm *acpi_pm_of(void *device)
{
    return device;
}

/* ---- timer ---- */

static uint64_t acpi_pm_ticks(const struct acpi_pm *pm)
{
    emu_ns now = emu_clock_now(pm->device.clock);

    return (uint64_t)((unsigned __int128)now * PM_TIMER_HZ / 1000000000u);
}

static void acpi_pm_arm_locked(struct acpi_pm *pm)
{
    unsigned __int128 ticks = (unsigned __int128)(pm->half + 1) << PM_TIMER_TOP;

    if ((pm->enable & PM1_TIMER) && !(pm->status & PM1_TIMER))
        emu_timer_arm(&pm->timer, (emu_ns)(ticks * 1000000000u / PM_TIMER_HZ) + 1);
    else
        emu_timer_cancel(&pm->timer);
}

/* The power button wakes always, the others if the guest wants it. */
static bool acpi_pm_wakes(const struct acpi_pm *pm)
{
    return (pm->status & (PM1_POWER | (pm->enable & PM1_RTC))) != 0 ||
           (pm->gpe_status & pm->gpe_enable) != 0;
}

static void acpi_pm_wake_locked(struct acpi_pm *pm)
{
    const struct emu_power *power = &pm->device.power;

    if (!pm->asleep || pm->waking || !acpi_pm_wakes(pm) || power->request == NULL)
        return;
    pm->waking = true;
    power->request(power->opaque, EMU_POWER_WAKE, 0);
}

/* Brings timer status, SCI and host timer up to date. */
static void acpi_pm_update_locked(struct acpi_pm *pm)
{
    uint64_t half = acpi_pm_ticks(pm) >> PM_TIMER_TOP;
    bool sci;

    if (half != pm->half)
        pm->status |= PM1_TIMER;
    pm->half = half;
    sci = (pm->control & PM1_SCI_ENABLE) && ((pm->status & pm->enable & PM1_ENABLE_BITS) != 0 ||
                                             (pm->gpe_status & pm->gpe_enable) != 0);
    if (sci != pm->sci)
        emu_irq_set(&pm->device.irqs[0], sci);
    pm->sci = sci;
    acpi_pm_arm_locked(pm);
    acpi_pm_wake_locked(pm);
}

static void acpi_pm_fire(void *opaque)
{
    acpi_pm_update_locked(opaque);
}

/* ---- sleep ---- */

static void acpi_pm_sleep(struct acpi_pm *pm, unsigned type)
{
    const struct emu_power *power = &pm->device.power;

    if (power->request == NULL)
        return;
    if (type == EMU_ACPI_PM_SLEEP_S5 || type == EMU_ACPI_PM_SLEEP_S4)
        power->request(power->opaque, EMU_POWER_OFF, 0);
    else if (type == EMU_ACPI_PM_SLEEP_S3)
        power->request(power->opaque, EMU_POWER_SLEEP, 0);
}

/* ---- the block, byte by byte ---- */

static uint8_t acpi_pm_byte(uint64_t value, unsigned index)
{
    return (uint8_t)(value >> 8 * index);
}

static uint64_t acpi_pm_merge(uint64_t old, unsigned index, uint8_t byte)
{
    return (old & ~(0xffull << 8 * index)) | (uint64_t)byte << 8 * index;
}

static uint8_t acpi_pm_get(const struct acpi_pm *pm, unsigned offset)
{
    if (offset < 2)
        return acpi_pm_byte(pm->status, offset);
    if (offset < 4)
        return acpi_pm_byte(pm->enable, offset - 2);
    if (offset >= EMU_ACPI_PM_CONTROL && offset < EMU_ACPI_PM_CONTROL + 2)
        return acpi_pm_byte(pm->control, offset - EMU_ACPI_PM_CONTROL);
    if (offset >= EMU_ACPI_PM_GPE0 && offset < EMU_ACPI_PM_GPE0 + 8)
        return acpi_pm_byte(pm->gpe_status, offset - EMU_ACPI_PM_GPE0);
    if (offset >= EMU_ACPI_PM_GPE0 + 8 && offset < EMU_ACPI_PM_GPE0 + 16)
        return acpi_pm_byte(pm->gpe_enable, offset - EMU_ACPI_PM_GPE0 - 8);
    if (offset >= PM_SMI_EN && offset < PM_SMI_EN + 4)
        return acpi_pm_byte(pm->smi_enable, offset - PM_SMI_EN);
    if (offset >= PM_SMI_EN + 4 && offset < PM_SMI_EN + 8)
        return acpi_pm_byte(pm->smi_status, offset - PM_SMI_EN - 4);
    if (offset >= PM_TCO && offset < PM_TCO + TCO_SIZE)
        return tco_read(&pm->tco, offset - PM_TCO);
    return 0;
}

/* A line that is still high sets its status again. */
static void acpi_pm_clear_gpe(struct acpi_pm *pm, unsigned index, uint8_t byte)
{
    pm->gpe_status &= ~((uint64_t)byte << 8 * index);
    pm->gpe_status |= pm->gpe_lines;
}

static void acpi_pm_put_control(struct acpi_pm *pm, unsigned index, uint8_t byte)
{
    uint16_t value = (uint16_t)acpi_pm_merge(pm->control, index, byte);

    pm->control = value & PM1_CONTROL_BITS;
    if (value & PM1_SLEEP_ENABLE)
        acpi_pm_sleep(pm, PM1_SLEEP_TYPE(value));
}

static void acpi_pm_put_smi_enable(struct acpi_pm *pm, unsigned index, uint8_t byte)
{
    uint32_t value = (uint32_t)acpi_pm_merge(pm->smi_enable, index, byte);

    if (pm->smi_locked)
        value = (value & ~PM_SMI_GLOBAL) | (pm->smi_enable & PM_SMI_GLOBAL);
    pm->smi_enable = value;
}

static void acpi_pm_put(struct acpi_pm *pm, unsigned offset, uint8_t byte)
{
    if (offset < 2)
        pm->status &= (uint16_t) ~((unsigned)byte << 8 * offset);
    else if (offset < 4)
        pm->enable = (uint16_t)acpi_pm_merge(pm->enable, offset - 2, byte) & PM1_ENABLE_BITS;
    else if (offset >= EMU_ACPI_PM_CONTROL && offset < EMU_ACPI_PM_CONTROL + 2)
        acpi_pm_put_control(pm, offset - EMU_ACPI_PM_CONTROL, byte);
    else if (offset >= EMU_ACPI_PM_GPE0 && offset < EMU_ACPI_PM_GPE0 + 8)
        acpi_pm_clear_gpe(pm, offset - EMU_ACPI_PM_GPE0, byte);
    else if (offset >= EMU_ACPI_PM_GPE0 + 8 && offset < EMU_ACPI_PM_GPE0 + 16)
        pm->gpe_enable = acpi_pm_merge(pm->gpe_enable, offset - EMU_ACPI_PM_GPE0 - 8, byte);
    else if (offset >= PM_SMI_EN && offset < PM_SMI_EN + 4)
        acpi_pm_put_smi_enable(pm, offset - PM_SMI_EN, byte);
    else if (offset >= PM_SMI_EN + 4 && offset < PM_SMI_EN + 8)
        pm->smi_status &= ~((uint32_t)byte << 8 * (offset - PM_SMI_EN - 4));
    else if (offset >= PM_TCO && offset < PM_TCO + TCO_SIZE)
        tco_write(&pm->tco, offset - PM_TCO, byte);
}

static uint64_t acpi_pm_read(void *opaque, uint64_t offset, unsigned size)
{
    struct acpi_pm *pm = acpi_pm_of(opaque);
    uint64_t value = 0;

    if (offset >= EMU_ACPI_PM_TIMER && offset < EMU_ACPI_PM_TIMER + 4)
        return (acpi_pm_ticks(pm) & 0xffffff) >> 8 * (offset - EMU_ACPI_PM_TIMER);
    acpi_pm_update_locked(pm);
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)acpi_pm_get(pm, (unsigned)offset + i) << 8 * i;
    return value;
}

static void acpi_pm_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct acpi_pm *pm = acpi_pm_of(opaque);

    acpi_pm_update_locked(pm);
    for (unsigned i = 0; i < size; i++)
        acpi_pm_put(pm, (unsigned)offset + i, (uint8_t)(value >> 8 * i));
    acpi_pm_update_locked(pm);
}

static const struct emu_region_ops acpi_pm_ops = {acpi_pm_read, acpi_pm_write, .valid_min = 1,
                                                  .valid_max = 4, .impl_max = 4};

/* ---- the command port ---- */

static uint64_t acpi_pm_apm_read(void *opaque, uint64_t offset, unsigned size)
{
    return acpi_pm_of(opaque)->apm[offset];
}

static void acpi_pm_apm_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct acpi_pm *pm = acpi_pm_of(opaque);

    pm->apm[offset] = (uint8_t)value;
    if (offset != 0)
        return;
    if (pm->apm[0] == EMU_ACPI_PM_CMD_ENABLE)
        pm->control |= PM1_SCI_ENABLE;
    else if (pm->apm[0] == EMU_ACPI_PM_CMD_DISABLE)
        pm->control &= (uint16_t)~PM1_SCI_ENABLE;
    if ((pm->smi_enable & PM_SMI_GLOBAL) && (pm->smi_enable & PM_SMI_APM)) {
        pm->smi_status |= PM_SMI_APM;
        emu_irq_pulse(&pm->device.irqs[1]);
    }
    acpi_pm_update_locked(pm);
}

static const struct emu_region_ops acpi_pm_apm_ops = {
    acpi_pm_apm_read, acpi_pm_apm_write, .valid_min = 1, .valid_max = 4, .impl_max = 1};

/* ---- events ---- */

static void acpi_pm_event(struct emu_device *device, uint16_t status)
{
    struct acpi_pm *pm = acpi_pm_of(device);

    pthread_mutex_lock(&device->lock);
    pm->status |= status;
    acpi_pm_update_locked(pm);
    pthread_mutex_unlock(&device->lock);
}

void emu_acpi_pm_power_button(struct emu_device *device)
{
    acpi_pm_event(device, PM1_POWER);
}

void emu_acpi_pm_fell_asleep(struct emu_device *device)
{
    struct acpi_pm *pm = acpi_pm_of(device);

    pthread_mutex_lock(&device->lock);
    pm->asleep = true;
    pm->waking = false;
    acpi_pm_wake_locked(pm);
    pthread_mutex_unlock(&device->lock);
}

static void acpi_pm_alarm(struct acpi_pm *pm, bool level)
{
    if (level && !pm->alarm)
        pm->status |= PM1_RTC;
    pm->alarm = level;
    acpi_pm_update_locked(pm);
}

static void acpi_pm_set_gpe(struct acpi_pm *pm, unsigned line, bool level)
{
    pm->gpe_lines = (pm->gpe_lines & ~(1u << line)) | (uint32_t)level << line;
    pm->gpe_status |= pm->gpe_lines;
    acpi_pm_update_locked(pm);
}

static void acpi_pm_line(void *opaque, unsigned line, bool level)
{
    struct acpi_pm *pm = acpi_pm_of(opaque);

    pthread_mutex_lock(&pm->device.lock);
    if (line == EMU_ACPI_PM_SMI_LOCK)
        pm->smi_locked = level;
    else if (line == EMU_ACPI_PM_NO_REBOOT)
        pm->tco.no_reboot = level;
    else if (line == EMU_ACPI_PM_ALARM)
        acpi_pm_alarm(pm, level);
    else if (line < 32)
        acpi_pm_set_gpe(pm, line, level);
    pthread_mutex_unlock(&pm->device.lock);
}

/* ---- the watchdog ---- */

bool emu_acpi_pm_was_watchdog(struct emu_device *device)
{
    struct acpi_pm *pm = acpi_pm_of(device);
    bool bitten;

    pthread_mutex_lock(&device->lock);
    bitten = pm->bitten;
    pthread_mutex_unlock(&device->lock);
    return bitten;
}

static void acpi_pm_watchdog(void *opaque, enum tco_event event)
{
    struct acpi_pm *pm = acpi_pm_of(opaque);
    const struct emu_power *power = &pm->device.power;

    if (event == TCO_EVENT_TIMEOUT && (pm->smi_enable & PM_SMI_GLOBAL) &&
        (pm->smi_enable & PM_SMI_TCO)) {
        pm->smi_status |= PM_SMI_TCO;
        emu_irq_pulse(&pm->device.irqs[1]);
    } else if (event == TCO_EVENT_RESET && power->request != NULL) {
        pm->barked = true;
        power->request(power->opaque, EMU_POWER_RESET, 0);
    }
}

/* ---- the device ---- */

static bool acpi_pm_realize(struct emu_device *device, struct emu_error *err)
{
    struct acpi_pm *pm = acpi_pm_of(device);

    emu_region_init_io(&pm->block, "acpi-pm", &acpi_pm_ops, pm, &device->lock, PM_SIZE);
    emu_region_init_io(&pm->command, "acpi-smi-command", &acpi_pm_apm_ops, pm, &device->lock, 2);
    device->regions[0] = &pm->block;
    device->regions[1] = &pm->command;
    device->irq_in = acpi_pm_line;
    emu_timer_init(&pm->timer, device->clock, &device->lock, acpi_pm_fire, pm);
    tco_init(&pm->tco, device->clock, &device->lock, acpi_pm_watchdog, pm);
    return true;
}

static void acpi_pm_unrealize(struct emu_device *device)
{
    emu_timer_finish(&acpi_pm_of(device)->timer);
    tco_finish(&acpi_pm_of(device)->tco);
}

static void acpi_pm_reset(struct emu_device *device)
{
    struct acpi_pm *pm = acpi_pm_of(device);

    pm->status = pm->waking ? (pm->status & (PM1_POWER | PM1_RTC)) | PM1_WAKE : 0;
    pm->gpe_status = pm->waking ? pm->gpe_status | pm->gpe_lines : pm->gpe_lines;
    pm->asleep = pm->waking = false;
    pm->enable = pm->control = 0;
    pm->gpe_enable = 0;
    /* Without processors that take SMIs, firmware is to think that others have set this up. */
    pm->smi_enable = pm->device.irqs[1].fn == NULL ? PM_SMI_APM : 0;
    pm->smi_status = 0;
    memset(pm->apm, 0, sizeof(pm->apm));
    tco_reset(&pm->tco, pm->barked);
    pm->bitten = pm->barked;
    pm->barked = false;
    pm->half = acpi_pm_ticks(pm) >> PM_TIMER_TOP;
    acpi_pm_update_locked(pm);
}

static const struct emu_field acpi_pm_fields[] = {
    EMU_FIELD(struct acpi_pm, status),
    EMU_FIELD(struct acpi_pm, enable),
    EMU_FIELD(struct acpi_pm, control),
    EMU_FIELD(struct acpi_pm, gpe_status),
    EMU_FIELD(struct acpi_pm, gpe_enable),
    EMU_FIELD(struct acpi_pm, gpe_lines),
    EMU_FIELD(struct acpi_pm, smi_enable),
    EMU_FIELD(struct acpi_pm, smi_status),
    EMU_FIELD(struct acpi_pm, smi_locked),
    EMU_FIELD_ARRAY(struct acpi_pm, apm),
    EMU_FIELD(struct acpi_pm, barked),
    EMU_FIELD(struct acpi_pm, half),
    EMU_FIELD(struct acpi_pm, sci),
    EMU_FIELD(struct acpi_pm, asleep),
    EMU_FIELD(struct acpi_pm, waking),
    EMU_FIELD(struct acpi_pm, alarm),
    EMU_FIELD_END,
};

static void acpi_pm_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "acpi-pm", acpi_pm_of(device), acpi_pm_fields);
    emu_hw_save(out, "tco", &acpi_pm_of(device)->tco, tco_fields);
}

static bool acpi_pm_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct acpi_pm *pm = acpi_pm_of(device);

    if (!emu_hw_load(in, "acpi-pm", pm, acpi_pm_fields, err) ||
        !emu_hw_load(in, "tco", &pm->tco, tco_fields, err))
        return false;
    if (!tco_loaded(&pm->tco))
        return emu_hw_load_bad("tco", "a count", err);
    acpi_pm_arm_locked(pm);
    pm->waking = false; /* what asked for it is asked for again */
    acpi_pm_wake_locked(pm);
    return true;
}

const struct emu_device_class emu_acpi_pm_class = {
    .name = "acpi-pm",
    .description = "ACPI power management of an ICH9",
    .size = sizeof(struct acpi_pm),
    .realize = acpi_pm_realize,
    .unrealize = acpi_pm_unrealize,
    .reset = acpi_pm_reset,
    .save = acpi_pm_save,
    .load = acpi_pm_load,
};
