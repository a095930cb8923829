/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The local APIC's state, shared by its halves, its timer and the bus. Senders on other
 * threads touch the atomic members only and take no lock; the rest belongs to the vcpu's thread,
 * but for the timer, which is under the device's lock.
 */
#ifndef EMU_HW_INTC_LAPIC_INTERNAL_H
#define EMU_HW_INTC_LAPIC_INTERNAL_H

#include <stdatomic.h>

#include "emulator/hw/intc/lapic.h"

#define LAPIC_BASE_BSP    (1u << 8)
#define LAPIC_BASE_X2APIC (1u << 10)
#define LAPIC_BASE_ENABLE (1u << 11)

#define LAPIC_SVR_ENABLE   (1u << 8)
#define LAPIC_SVR_FOCUS    (1u << 9)  /* of old times: taken and dropped */
#define LAPIC_SVR_SUPPRESS (1u << 12) /* no EOI broadcast */

enum lapic_lvt {
    LAPIC_LVT_TIMER,
    LAPIC_LVT_THERMAL,
    LAPIC_LVT_PERFORMANCE,
    LAPIC_LVT_LINT0,
    LAPIC_LVT_LINT1,
    LAPIC_LVT_ERROR,
    LAPIC_LVTS,
};

#define LAPIC_LVT_DELIVERY(lvt) ((lvt) >> 8 & 7)
#define LAPIC_LVT_REMOTE_IRR    (1u << 14)
#define LAPIC_LVT_LEVEL         (1u << 15)
#define LAPIC_LVT_MASKED        (1u << 16)
#define LAPIC_LVT_PERIODIC      (1u << 17)
#define LAPIC_LVT_DEADLINE      (1u << 18)
#define LAPIC_LVT_TIMER_MODE    (LAPIC_LVT_PERIODIC | LAPIC_LVT_DEADLINE)

/* Error status. */
#define LAPIC_ESR_SEND_ILLEGAL    (1u << 5)
#define LAPIC_ESR_RECEIVE_ILLEGAL (1u << 6)
#define LAPIC_ESR_REGISTER        (1u << 7)

struct lapic {
    struct emu_device device;
    struct emu_apic_bus *bus;
    struct emu_apic_cpu cpu;
    int (*pic_acknowledge)(void *pic);
    void *pic;
    uint32_t id;
    bool bootstrap;

    /* any thread */
    _Atomic uint32_t irr[8], tmr[8];
    _Atomic uint64_t base;
    _Atomic uint32_t svr, ldr, dfr, tpr;
    _Atomic uint32_t lvt[LAPIC_LVTS];
    _Atomic uint32_t errors; /* collected for the next write of ESR */
    _Atomic bool lint[2];    /* levels of the pins */
    _Atomic bool extint;     /* an ExtINT message waits for its acknowledge */

    /* the vcpu's thread */
    uint32_t isr[8];
    uint32_t esr;
    uint64_t icr;

    /* device lock */
    struct emu_timer timer;
    uint32_t initial_count, divide_config;
    bool armed;            /* counting down to due */
    emu_ns due;            /* when the count reaches 0 */
    uint64_t tsc_deadline; /* 0: none */
};

static inline struct lapic *lapic_of(void *device)
{
    return device;
}

static inline bool lapic_in_x2apic(const struct lapic *lapic)
{
    return atomic_load_explicit(&lapic->base, memory_order_relaxed) & LAPIC_BASE_X2APIC;
}

static inline bool lapic_enabled(const struct lapic *lapic)
{
    return atomic_load_explicit(&lapic->base, memory_order_relaxed) & LAPIC_BASE_ENABLE;
}

/* ---- lapic-accept.c: any thread, no lock ---- */

/* An interrupt message arrives. */
void lapic_deliver(struct lapic *lapic, uint8_t delivery, uint8_t vector, bool level);
/* A local source fires: what its LVT entry says. */
void lapic_local_event(struct lapic *lapic, enum lapic_lvt source);
void lapic_note_error(struct lapic *lapic, uint32_t bit);
void lapic_request(struct lapic *lapic, enum emu_apic_request kind, uint8_t vector);
/* The device's incoming lines, LINT0 and LINT1. */
void lapic_pin(void *opaque, unsigned line, bool level);

/* ---- lapic-accept.c: the vcpu's thread ---- */

uint32_t lapic_ppr(const struct lapic *lapic);
/* After a change that may have let something through. */
void lapic_recheck(struct lapic *lapic);
bool lapic_pending(void *apic);
int lapic_acknowledge(void *apic);
void lapic_eoi(struct lapic *lapic);

/* ---- lapic-timer.c ---- */

bool lapic_timer_init(struct lapic *lapic);
/* The rest: device lock held. */
void lapic_timer_reset_locked(struct lapic *lapic);
/* After a load: arms the host timer. */
void lapic_timer_loaded_locked(struct lapic *lapic);
void lapic_timer_set_count_locked(struct lapic *lapic, uint32_t count);
uint32_t lapic_timer_get_count_locked(struct lapic *lapic);
void lapic_timer_set_divide_locked(struct lapic *lapic, uint32_t value);
void lapic_timer_set_lvt_locked(struct lapic *lapic, uint32_t value);
void lapic_timer_set_deadline_locked(struct lapic *lapic, uint64_t tsc);
uint64_t lapic_timer_get_deadline_locked(struct lapic *lapic);

/* ---- apic-bus.c ---- */

/* In realize. */
bool apic_bus_attach(struct emu_apic_bus *bus, struct lapic *lapic, struct emu_error *err);
/* An IPI with shorthand 2 or 3: to all, with or without the sender. */
void apic_bus_send_all(struct emu_apic_bus *bus, const struct lapic *but,
                       const struct emu_apic_message *message);
void apic_bus_eoi(struct emu_apic_bus *bus, uint8_t vector);

#endif
