/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The contract between a processor and its local interrupt controller. Neither cpu/ nor hw/ may
 * include the other: the board joins an ops table with its object to the processor, and a struct
 * emu_apic_cpu to the controller.
 */
#ifndef EMU_CORE_APIC_H
#define EMU_CORE_APIC_H

#include "emulator/api/types.h"

/* The clock that the APIC timer divides, for CPUID and MSRs that tell it. */
#define EMU_APIC_TIMER_HZ 1000000000u

/*
 * What the processor asks of its local APIC (implemented by hw/intc/lapic.c). All on the vcpu's
 * thread unless said otherwise.
 */
struct emu_apic_ops {
    /* The vector to take now by priority, or -1. It moves from IRR to ISR. Falls back to the PIC
     * through LINT0 (virtual wire). */
    int (*acknowledge)(void *apic);
    /* Is there anything that acknowledge would return? Any thread. */
    bool (*pending)(void *apic);
    uint64_t (*get_tpr)(void *apic); /* CR8 */
    void (*set_tpr)(void *apic, uint64_t cr8);
    uint64_t (*get_base)(void *apic);             /* IA32_APIC_BASE */
    bool (*set_base)(void *apic, uint64_t value); /* false: #GP */
    /* MSRs 0x800..0x8ff and the TSC deadline (0x6e0). False: #GP */
    bool (*read_msr)(void *apic, uint32_t msr, uint64_t *value);
    bool (*write_msr)(void *apic, uint32_t msr, uint64_t value);
    /* Registers at IA32_APIC_BASE (4 KiB), which the processor claims before memory. */
    uint64_t (*read)(void *apic, uint64_t offset, unsigned size);
    void (*write)(void *apic, uint64_t offset, uint64_t value, unsigned size);
    void (*init)(void *apic); /* INIT: registers but for the id and the base */
};

enum emu_apic_request {
    EMU_APIC_INTR, /* pending() may have become true: look */
    EMU_APIC_NMI,
    EMU_APIC_SMI,
    EMU_APIC_INIT,
    EMU_APIC_SIPI, /* vector: page number of the start address */
};

/* What a local APIC asks of its processor. */
struct emu_apic_cpu {
    /* Any thread, locks may be held; never waits and does not call back. */
    void (*request)(void *opaque, enum emu_apic_request kind, uint8_t vector);
    /* The machine time at which the processor's TSC reaches (or reached) tsc; EMU_TIMER_NEVER if
     * that is out of range. The vcpu's thread. */
    emu_ns (*time_of_tsc)(void *opaque, uint64_t tsc);
    void *opaque;
};

#endif
