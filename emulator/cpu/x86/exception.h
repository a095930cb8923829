/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery of events, as exception.c offers it to soft-int.c: an event is an exception, a software
 * interrupt or an external one, with what has to be pushed for it.
 */
#ifndef EMU_CPU_X86_EXCEPTION_H
#define EMU_CPU_X86_EXCEPTION_H

#include "emulator/cpu/x86/segment.h"

enum x86_event_kind {
    X86_EVENT_EXCEPTION,
    X86_EVENT_INTERRUPT, /* external, or NMI */
    X86_EVENT_SOFT,      /* INT n, INT3, INTO: the gate's DPL is checked, and EXT stays clear */
};

struct x86_event {
    uint8_t vector;
    enum x86_event_kind kind;
    bool has_error;
    uint32_t error;
    uint64_t pc, flags; /* to be pushed */
};

/* IR_OK: pc is that of the handler. IR_FAULT: another exception was raised, and the state is as it
 * was but for memory below the stack pointers. */
enum ir_status x86_deliver_event(struct x86_cpu *cpu, const struct x86_event *event);
/* Through the real-mode vector table at a linear address; flags but VM and RF are left as they
 * are. */
enum ir_status x86_enter_vector_table(struct x86_cpu *cpu, const struct x86_event *event,
                                      emu_gva table);

#endif
