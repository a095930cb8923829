/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The local APIC's inner half: which interrupt is next, how messages and pins become pending, how
 * they end (Intel SDM volume 3, 11.5 and 11.8). Acceptance takes no lock and comes from any thread.
 */
#include "emulator/hw/intc/lapic-internal.h"

/* ---- pending and priority ---- */

static int lapic_highest(const uint32_t *words)
{
    for (int i = 7; i >= 0; i--)
        if (words[i] != 0)
            return i * 32 + 31 - __builtin_clz(words[i]);
    return -1;
}

static int lapic_highest_irr(const struct lapic *lapic)
{
    for (int i = 7; i >= 0; i--) {
        uint32_t word = atomic_load_explicit(&lapic->irr[i], memory_order_acquire);

        if (word != 0)
            return i * 32 + 31 - __builtin_clz(word);
    }
    return -1;
}

uint32_t lapic_ppr(const struct lapic *lapic)
{
    int in_service = lapic_highest(lapic->isr);
    uint32_t service = in_service < 0 ? 0 : (uint32_t)in_service & 0xf0;
    uint32_t task = atomic_load_explicit(&lapic->tpr, memory_order_relaxed);

    return task >> 4 >= service >> 4 ? task : service;
}

/* The vector that the APIC itself would deliver now, or -1. */
static int lapic_ready_vector(const struct lapic *lapic)
{
    int vector = lapic_enabled(lapic) ? lapic_highest_irr(lapic) : -1;

    return vector >= 0 && (uint32_t)vector >> 4 > lapic_ppr(lapic) >> 4 ? vector : -1;
}

/* Does the 8259's INTR reach the processor? A disabled APIC passes LINT0 through. */
static bool lapic_extint_ready(const struct lapic *lapic)
{
    uint32_t lvt = atomic_load(&lapic->lvt[LAPIC_LVT_LINT0]);

    if (lapic->pic_acknowledge == NULL)
        return false;
    if (!lapic_enabled(lapic))
        return atomic_load(&lapic->lint[0]);
    if (atomic_load(&lapic->extint))
        return true;
    return !(lvt & LAPIC_LVT_MASKED) && LAPIC_LVT_DELIVERY(lvt) == EMU_APIC_EXTINT &&
           atomic_load(&lapic->lint[0]);
}

void lapic_request(struct lapic *lapic, enum emu_apic_request kind, uint8_t vector)
{
    if (lapic->cpu.request != NULL)
        lapic->cpu.request(lapic->cpu.opaque, kind, vector);
}

void lapic_recheck(struct lapic *lapic)
{
    if (lapic_ready_vector(lapic) >= 0 || lapic_extint_ready(lapic))
        lapic_request(lapic, EMU_APIC_INTR, 0);
}

bool lapic_pending(void *apic)
{
    struct lapic *lapic = lapic_of(apic);

    return lapic_ready_vector(lapic) >= 0 || lapic_extint_ready(lapic);
}

int lapic_acknowledge(void *apic)
{
    struct lapic *lapic = lapic_of(apic);
    int vector = lapic_ready_vector(lapic);

    if (vector >= 0) {
        uint32_t bit = 1u << (vector & 31);

        atomic_fetch_and(&lapic->irr[vector >> 5], ~bit);
        lapic->isr[vector >> 5] |= bit;
        return vector;
    }
    if (!lapic_extint_ready(lapic))
        return -1;
    atomic_store(&lapic->extint, false);
    return lapic->pic_acknowledge(lapic->pic);
}

/* ---- acceptance ---- */

static void lapic_accept_fixed(struct lapic *lapic, uint8_t vector, bool level)
{
    uint32_t bit = 1u << (vector & 31);

    if (vector < 16) {
        lapic_note_error(lapic, LAPIC_ESR_RECEIVE_ILLEGAL);
        return;
    }
    if (!(atomic_load_explicit(&lapic->svr, memory_order_relaxed) & LAPIC_SVR_ENABLE))
        return;
    if (level)
        atomic_fetch_or(&lapic->tmr[vector >> 5], bit);
    else if (atomic_load_explicit(&lapic->tmr[vector >> 5], memory_order_relaxed) & bit)
        atomic_fetch_and(&lapic->tmr[vector >> 5], ~bit);
    atomic_fetch_or(&lapic->irr[vector >> 5], bit);
    lapic_request(lapic, EMU_APIC_INTR, 0);
}

void lapic_deliver(struct lapic *lapic, uint8_t delivery, uint8_t vector, bool level)
{
    switch (delivery) {
    case EMU_APIC_FIXED:
    case EMU_APIC_LOWEST:
        lapic_accept_fixed(lapic, vector, level);
        break;
    case EMU_APIC_DELIVER_SMI:
        lapic_request(lapic, EMU_APIC_SMI, 0);
        break;
    case EMU_APIC_DELIVER_NMI:
        lapic_request(lapic, EMU_APIC_NMI, 0);
        break;
    case EMU_APIC_DELIVER_INIT:
        lapic_request(lapic, EMU_APIC_INIT, 0);
        break;
    case EMU_APIC_DELIVER_SIPI:
        lapic_request(lapic, EMU_APIC_SIPI, vector);
        break;
    case EMU_APIC_EXTINT:
        atomic_store(&lapic->extint, true);
        lapic_request(lapic, EMU_APIC_INTR, 0);
        break;
    default: /* reserved */
        break;
    }
}

/* A level triggered pin is not accepted again before its EOI. */
static bool lapic_take_remote_irr(struct lapic *lapic, enum lapic_lvt source)
{
    uint32_t old = atomic_fetch_or(&lapic->lvt[source], LAPIC_LVT_REMOTE_IRR);

    return !(old & LAPIC_LVT_REMOTE_IRR);
}

void lapic_local_event(struct lapic *lapic, enum lapic_lvt source)
{
    uint32_t lvt = atomic_load(&lapic->lvt[source]);
    bool pin = source == LAPIC_LVT_LINT0 || source == LAPIC_LVT_LINT1;
    uint8_t delivery = source == LAPIC_LVT_TIMER || source == LAPIC_LVT_ERROR
                           ? EMU_APIC_FIXED
                           : LAPIC_LVT_DELIVERY(lvt);

    if (lvt & LAPIC_LVT_MASKED)
        return;
    if (delivery == EMU_APIC_EXTINT) {
        lapic_request(lapic, EMU_APIC_INTR, 0); /* pending() looks at the pin */
        return;
    }
    if (delivery == EMU_APIC_FIXED && pin && (lvt & LAPIC_LVT_LEVEL)) {
        if (lapic_take_remote_irr(lapic, source))
            lapic_deliver(lapic, delivery, (uint8_t)lvt, true);
        return;
    }
    lapic_deliver(lapic, delivery, (uint8_t)lvt, false);
}

/* An error interrupt whose own vector is illegal is noted, and that is the end of it. */
void lapic_note_error(struct lapic *lapic, uint32_t bit)
{
    uint32_t old = atomic_fetch_or(&lapic->errors, bit);
    uint32_t lvt = atomic_load(&lapic->lvt[LAPIC_LVT_ERROR]);

    if (!(old & bit) && (lvt & 0xff) >= 16)
        lapic_local_event(lapic, LAPIC_LVT_ERROR);
}

/* LINT0 and LINT1. */
void lapic_pin(void *opaque, unsigned line, bool level)
{
    struct lapic *lapic = lapic_of(opaque);
    enum lapic_lvt source = line == 0 ? LAPIC_LVT_LINT0 : LAPIC_LVT_LINT1;

    if (line > 1 || atomic_exchange(&lapic->lint[line], level) || !level)
        return;
    if (lapic_enabled(lapic))
        lapic_local_event(lapic, source);
    else
        lapic_request(lapic, line == 0 ? EMU_APIC_INTR : EMU_APIC_NMI, 0);
}

/* The EOI of a level triggered pin: it counts again, and at once if it is still high. */
static void lapic_pin_eoi(struct lapic *lapic, enum lapic_lvt source, uint8_t vector)
{
    uint32_t lvt = atomic_load(&lapic->lvt[source]);

    if (!(lvt & LAPIC_LVT_REMOTE_IRR) || (uint8_t)lvt != vector)
        return;
    atomic_fetch_and(&lapic->lvt[source], ~LAPIC_LVT_REMOTE_IRR);
    if (atomic_load(&lapic->lint[source - LAPIC_LVT_LINT0]))
        lapic_local_event(lapic, source);
}

void lapic_eoi(struct lapic *lapic)
{
    int vector = lapic_highest(lapic->isr);
    uint32_t bit = 1u << (vector & 31);

    if (vector < 0)
        return;
    lapic->isr[vector >> 5] &= ~bit;
    if (atomic_load_explicit(&lapic->tmr[vector >> 5], memory_order_relaxed) & bit) {
        lapic_pin_eoi(lapic, LAPIC_LVT_LINT0, (uint8_t)vector);
        lapic_pin_eoi(lapic, LAPIC_LVT_LINT1, (uint8_t)vector);
        if (!(atomic_load(&lapic->svr) & LAPIC_SVR_SUPPRESS))
            apic_bus_eoi(lapic->bus, (uint8_t)vector);
    }
    lapic_recheck(lapic);
}
