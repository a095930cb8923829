/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An interrupt line as a handle: who holds it sets a level and knows nothing of the other end. */
#ifndef EMU_CORE_IRQ_H
#define EMU_CORE_IRQ_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The receiving end. Called with the sender's lock held, on any thread; it may take its own lock
 * (order: device, then IOAPIC or PIC, then local APIC) and must not call back into the sender.
 */
typedef void emu_irq_fn(void *opaque, unsigned line, bool level);

struct emu_irq {
    emu_irq_fn *fn; /* NULL: not connected */
    void *opaque;
    unsigned line; /* what fn gets; its low byte is the input's number as people know it */
};

/* Sets the level; a pulse is true then false. An unconnected line swallows it. */
static inline void emu_irq_set(const struct emu_irq *irq, bool level)
{
    if (irq->fn != NULL)
        irq->fn(irq->opaque, irq->line, level);
}

static inline void emu_irq_pulse(const struct emu_irq *irq)
{
    emu_irq_set(irq, true);
    emu_irq_set(irq, false);
}

#endif
