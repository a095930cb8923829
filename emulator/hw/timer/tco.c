/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCO watchdog: registers as little-endian bytes, and a count that is worked out when somebody
 * looks. NMIs, the intruder switch and heartbeats on the SMBus are left out.
 */
#include "emulator/hw/timer/tco.h"

#include "emulator/core/device.h"

enum tco_register {
    TCO_RELOAD = 0x00, /* read: what is left; write: starts anew */
    TCO_DATA = 0x02,
    TCO_STATUS1 = 0x04,
    TCO_STATUS2 = 0x06,
    TCO_CONTROL1 = 0x08,
    TCO_CONTROL2 = 0x0a,
    TCO_MESSAGE = 0x0c,
    TCO_BOOT = 0x0e,
    TCO_IRQS = 0x10,
    TCO_TIMER = 0x12, /* what it starts from */
};

#define TCO_STEP       600000000ull /* ns */
#define TCO_COUNT_BITS 0x03ffu
#define TCO_LEAST      2u /* steps; fewer are taken for this */

#define TCO_TIMEOUT     0x0008u /* status 1 */
#define TCO_SECOND      0x0002u /* status 2: it reset the machine */
#define TCO_STATUS2_W1C 0x0007u
#define TCO_HALT        0x0800u /* control 1 */
#define TCO_LOCK        0x1000u /* control 1: until a reset */
#define TCO_CONTROL1_RW 0x1b00u

const struct emu_field tco_fields[] = {
    EMU_FIELD(struct tco, status1),   EMU_FIELD(struct tco, status2),
    EMU_FIELD(struct tco, control1),  EMU_FIELD(struct tco, control2),
    EMU_FIELD(struct tco, reload),    EMU_FIELD_ARRAY(struct tco, data),
    EMU_FIELD(struct tco, boot),      EMU_FIELD_ARRAY(struct tco, message),
    EMU_FIELD(struct tco, irqs),      EMU_FIELD(struct tco, left),
    EMU_FIELD(struct tco, since),     EMU_FIELD(struct tco, running),
    EMU_FIELD(struct tco, no_reboot), EMU_FIELD_END,
};

static bool tco_counts(const struct tco *tco)
{
    return tco->running && !(tco->control1 & TCO_HALT);
}

static uint16_t tco_left(const struct tco *tco)
{
    uint64_t passed;

    if (!tco_counts(tco))
        return tco->left;
    passed = (emu_clock_now(tco->clock) - tco->since) / TCO_STEP;
    return passed < tco->left ? (uint16_t)(tco->left - passed) : 0;
}

static void tco_arm(struct tco *tco)
{
    if (tco_counts(tco))
        emu_timer_arm(&tco->timer, tco->since + tco->left * TCO_STEP);
    else
        emu_timer_cancel(&tco->timer);
}

static void tco_start(struct tco *tco)
{
    tco->left = tco->reload < TCO_LEAST ? TCO_LEAST : tco->reload;
    tco->since = emu_clock_now(tco->clock);
    tco->running = true;
    tco_arm(tco);
}

static void tco_fire(void *opaque)
{
    struct tco *tco = opaque;

    if (!(tco->status1 & TCO_TIMEOUT)) {
        tco->status1 |= TCO_TIMEOUT;
        tco_start(tco);
        tco->event(tco->opaque, TCO_EVENT_TIMEOUT);
        return;
    }
    tco->status2 |= TCO_SECOND;
    tco->left = 0;
    tco->running = false;
    if (!tco->no_reboot)
        tco->event(tco->opaque, TCO_EVENT_RESET);
}

/* ---- registers ---- */

static const uint16_t *tco_word(const struct tco *tco, unsigned offset)
{
    switch (offset & ~1u) {
    case TCO_STATUS1:
        return &tco->status1;
    case TCO_STATUS2:
        return &tco->status2;
    case TCO_CONTROL1:
        return &tco->control1;
    case TCO_CONTROL2:
        return &tco->control2;
    case TCO_TIMER:
        return &tco->reload;
    default:
        return NULL;
    }
}

uint8_t tco_read(const struct tco *tco, unsigned offset)
{
    const uint16_t *word = tco_word(tco, offset);

    if (word != NULL)
        return (uint8_t)(*word >> 8 * (offset & 1));
    switch (offset) {
    case TCO_RELOAD:
    case TCO_RELOAD + 1:
        return (uint8_t)(tco_left(tco) >> 8 * offset);
    case TCO_DATA:
    case TCO_DATA + 1:
        return tco->data[offset - TCO_DATA];
    case TCO_MESSAGE:
    case TCO_MESSAGE + 1:
        return tco->message[offset - TCO_MESSAGE];
    case TCO_BOOT:
        return tco->boot;
    case TCO_IRQS:
        return tco->irqs;
    default:
        return 0;
    }
}

static uint16_t tco_merge(uint16_t old, unsigned offset, uint8_t byte)
{
    return offset & 1 ? (uint16_t)((old & 0x00ff) | byte << 8) : (uint16_t)((old & 0xff00) | byte);
}

/* Halting keeps what is left, and going on goes on with that. */
static void tco_set_control(struct tco *tco, unsigned offset, uint8_t byte)
{
    uint16_t value = tco_merge(tco->control1, offset, byte) & TCO_CONTROL1_RW;

    tco->left = tco_left(tco);
    tco->since = emu_clock_now(tco->clock);
    tco->control1 = value | (tco->control1 & TCO_LOCK);
    tco_arm(tco);
}

void tco_write(struct tco *tco, unsigned offset, uint8_t byte)
{
    uint16_t cleared = (uint16_t)(byte << 8 * (offset & 1));

    switch (offset & ~1u) {
    case TCO_RELOAD:
        if (offset == TCO_RELOAD)
            tco_start(tco);
        break;
    case TCO_DATA:
        tco->data[offset & 1] = byte;
        break;
    case TCO_STATUS1:
        tco->status1 &= (uint16_t)~cleared;
        break;
    case TCO_STATUS2:
        tco->status2 &= (uint16_t) ~(cleared & TCO_STATUS2_W1C);
        break;
    case TCO_CONTROL1:
        tco_set_control(tco, offset, byte);
        break;
    case TCO_CONTROL2:
        tco->control2 = tco_merge(tco->control2, offset, byte) & 0x003e;
        break;
    case TCO_MESSAGE:
        tco->message[offset & 1] = byte;
        break;
    case TCO_TIMER:
        tco->reload = tco_merge(tco->reload, offset, byte) & TCO_COUNT_BITS;
        break;
    default:
        if (offset == TCO_BOOT)
            tco->boot = byte;
        else if (offset == TCO_IRQS)
            tco->irqs = byte & 3;
        break;
    }
}

/* ---- life ---- */

void tco_init(struct tco *tco, struct emu_clock *clock, pthread_mutex_t *lock,
              void (*event)(void *opaque, enum tco_event event), void *opaque)
{
    tco->clock = clock;
    tco->event = event;
    tco->opaque = opaque;
    emu_timer_init(&tco->timer, clock, lock, tco_fire, tco);
}

void tco_finish(struct tco *tco)
{
    emu_timer_finish(&tco->timer);
}

void tco_reset(struct tco *tco, bool watchdog)
{
    emu_timer_cancel(&tco->timer);
    tco->status1 = 0;
    tco->status2 = watchdog ? TCO_SECOND : 0;
    tco->control1 = 0;
    tco->control2 = 8;
    tco->reload = tco->left = 4;
    tco->data[0] = tco->data[1] = tco->message[0] = tco->message[1] = tco->boot = 0;
    tco->irqs = 3;
    tco->since = 0;
    tco->running = false;
}

bool tco_loaded(struct tco *tco)
{
    if (tco->left > TCO_COUNT_BITS || tco->reload > TCO_COUNT_BITS ||
        tco->since > emu_clock_now(tco->clock))
        return false;
    tco_arm(tco);
    return true;
}
