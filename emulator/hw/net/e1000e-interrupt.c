/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interrupts of the e1000e (82574 datasheet, 7.4 and 10.2.4): causes, masks, one line or message or
 * five vectors, throttling by time. Delays by packets (RDTR, TIDV and their like) are left out:
 * what they would delay comes at once.
 */
#include "emulator/hw/net/e1000e-internal.h"

#define INT_OTHERS    0x00070244u /* LSC, RXO, MDAC, SRPD, ACK, MNG: what INT_OTHER stands for */
#define ITR_UNIT      256u        /* ns */
#define ITR_MASK      0xffffu
#define MSIX_CONTROL  2u
#define MSIX_ENABLE   0x8000u
#define IVAR_VALID    8u
#define THROTTLE_LINE E1000E_VECTORS

static bool interrupt_has_vectors(const struct e1000e *e1000e)
{
    return emu_pci_get(&e1000e->pci, e1000e->pci.msix.capability + MSIX_CONTROL, 2) & MSIX_ENABLE;
}

static uint32_t interrupt_pending(const struct e1000e *e1000e)
{
    return e1000e_get(e1000e, REG_ICR) & e1000e_get(e1000e, REG_IMS);
}

/* The line is high while an unmasked cause is there and was not held back. */
static void interrupt_lower(struct e1000e *e1000e)
{
    if (interrupt_pending(e1000e) == 0)
        emu_pci_set_intx(&e1000e->pci, false);
}

/* ---- throttling ---- */

static uint32_t interrupt_interval(const struct e1000e *e1000e, unsigned index)
{
    unsigned offset = index == THROTTLE_LINE ? REG_ITR : REG_EITR + 4 * index;

    return (e1000e_get(e1000e, offset) & ITR_MASK) * ITR_UNIT;
}

/* May it fire now? If so the next one waits for the interval. */
static bool interrupt_admit(struct e1000e *e1000e, unsigned index, uint32_t causes)
{
    struct e1000e_throttle *throttle = &e1000e->throttles[index];
    uint32_t interval = interrupt_interval(e1000e, index);

    if (emu_timer_armed(&throttle->timer)) {
        throttle->waiting |= causes;
        return false;
    }
    throttle->waiting = 0;
    if (interval != 0)
        emu_timer_arm(&throttle->timer, emu_clock_now(e1000e->pci.device.clock) + interval);
    return true;
}

static void interrupt_fire(struct e1000e *e1000e, uint32_t causes);

static void interrupt_expired(void *opaque)
{
    struct e1000e_throttle *throttle = opaque;
    uint32_t causes = throttle->waiting;

    throttle->waiting = 0;
    interrupt_fire(throttle->e1000e, causes);
}

/* ---- firing ---- */

/* A message masks and clears its causes by itself where the driver wants that. */
static void interrupt_fire_vector(struct e1000e *e1000e, uint32_t cause, unsigned shift)
{
    uint32_t entry = e1000e_get(e1000e, REG_IVAR) >> shift & 15u;
    unsigned vector = entry & 7u;

    if (!(entry & IVAR_VALID) || vector >= E1000E_VECTORS ||
        !interrupt_admit(e1000e, vector, cause))
        return;
    if (e1000e_get(e1000e, REG_CTRL_EXT) & CTRL_EXT_EIAME)
        *e1000e_reg(e1000e, REG_IMS) &= ~(e1000e_get(e1000e, REG_IAM) & cause);
    *e1000e_reg(e1000e, REG_ICR) &= ~(e1000e_get(e1000e, REG_EIAC) & cause);
    emu_pci_notify(&e1000e->pci, vector);
}

/* These causes were raised or unmasked: those that are both interrupt. */
static void interrupt_fire(struct e1000e *e1000e, uint32_t causes)
{
    static const uint32_t sources[] = {INT_RXQ0, INT_RXQ1, INT_TXQ0, INT_TXQ1, INT_OTHER};

    causes &= interrupt_pending(e1000e);
    if (causes == 0)
        return;
    if (interrupt_has_vectors(e1000e)) {
        for (unsigned i = 0; i < E1000E_VECTORS; i++)
            if (causes & sources[i])
                interrupt_fire_vector(e1000e, sources[i], 4 * i);
    } else if (interrupt_admit(e1000e, THROTTLE_LINE, causes) && !emu_pci_notify(&e1000e->pci, 0)) {
        emu_pci_set_intx(&e1000e->pci, true);
    }
}

void e1000e_raise(struct e1000e *e1000e, uint32_t causes)
{
    if (causes & INT_OTHERS)
        causes |= INT_OTHER;
    *e1000e_reg(e1000e, REG_ICR) |= causes & ~INT_ASSERTED;
    interrupt_fire(e1000e, causes);
}

/* ---- registers ---- */

/* Reading clears, unless there are masks and nothing that they let through. */
uint32_t e1000e_read_icr(struct e1000e *e1000e)
{
    uint32_t value = e1000e_get(e1000e, REG_ICR);
    bool asserted = interrupt_pending(e1000e) != 0;

    if (asserted || e1000e_get(e1000e, REG_IMS) == 0 || !interrupt_has_vectors(e1000e))
        *e1000e_reg(e1000e, REG_ICR) = 0;
    if (asserted && (e1000e_get(e1000e, REG_CTRL_EXT) & CTRL_EXT_IAME))
        *e1000e_reg(e1000e, REG_IMS) &= ~e1000e_get(e1000e, REG_IAM);
    interrupt_lower(e1000e);
    return value | (asserted ? INT_ASSERTED : 0);
}

void e1000e_clear_causes(struct e1000e *e1000e, uint32_t causes)
{
    *e1000e_reg(e1000e, REG_ICR) &= ~causes;
    interrupt_lower(e1000e);
}

void e1000e_unmask(struct e1000e *e1000e, uint32_t causes)
{
    *e1000e_reg(e1000e, REG_IMS) |= causes & ~INT_ASSERTED;
    interrupt_fire(e1000e, causes);
}

void e1000e_mask(struct e1000e *e1000e, uint32_t causes)
{
    *e1000e_reg(e1000e, REG_IMS) &= ~causes;
    interrupt_lower(e1000e);
}

/* ---- life ---- */

void e1000e_interrupt_init(struct e1000e *e1000e)
{
    struct emu_device *device = &e1000e->pci.device;

    for (unsigned i = 0; i <= E1000E_VECTORS; i++) {
        e1000e->throttles[i].e1000e = e1000e;
        emu_timer_init(&e1000e->throttles[i].timer, device->clock, &device->lock, interrupt_expired,
                       &e1000e->throttles[i]);
    }
}

void e1000e_interrupt_finish(struct e1000e *e1000e)
{
    for (unsigned i = 0; i <= E1000E_VECTORS; i++)
        emu_timer_finish(&e1000e->throttles[i].timer);
}

void e1000e_interrupt_reset(struct e1000e *e1000e)
{
    for (unsigned i = 0; i <= E1000E_VECTORS; i++) {
        emu_timer_cancel(&e1000e->throttles[i].timer);
        e1000e->throttles[i].waiting = 0;
    }
    emu_pci_set_intx(&e1000e->pci, false);
}

/* A message too many does no harm, one too few does. */
void e1000e_interrupt_resume(struct e1000e *e1000e)
{
    for (unsigned i = 0; i <= E1000E_VECTORS; i++) {
        e1000e->throttles[i].waiting = e1000e_get(e1000e, REG_ICR);
        emu_timer_arm(&e1000e->throttles[i].timer, emu_clock_now(e1000e->pci.device.clock));
    }
}
