/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The watchdog in the PM block of an ICH9 (datasheet 13.9, "TCO"): counts down in steps of 0.6 s,
 * sets TIMEOUT and starts again; the second time it resets the machine, unless NO_REBOOT is set.
 * It begins with the first reload, so that software that knows nothing of it is safe. Part of
 * acpi-pm, with whose lock held all of this is called.
 */
#ifndef EMU_HW_TIMER_TCO_H
#define EMU_HW_TIMER_TCO_H

#include "emulator/core/clock.h"
#include "emulator/state/state.h"

#define TCO_SIZE 32 /* bytes of registers */

enum tco_event {
    TCO_EVENT_TIMEOUT, /* the first: an SMI, if that is enabled */
    TCO_EVENT_RESET,   /* the second */
};

struct tco {
    struct emu_clock *clock;
    struct emu_timer timer;
    void (*event)(void *opaque, enum tco_event event);
    void *opaque;

    uint16_t status1, status2, control1, control2, reload;
    uint8_t data[2], message[2], boot, irqs; /* kept as they are written */
    uint16_t left;                           /* steps, while it is halted */
    emu_ns since;                            /* when it had `left`, while it runs */
    bool running;
    bool no_reboot; /* the chip set's strap and register */
};

extern const struct emu_field tco_fields[];

/* The timer fires with this lock taken. */
void tco_init(struct tco *tco, struct emu_clock *clock, pthread_mutex_t *lock,
              void (*event)(void *opaque, enum tco_event event), void *opaque);
void tco_finish(struct tco *tco);
/* watchdog: it is this that resets the machine, which the status goes on to tell. */
void tco_reset(struct tco *tco, bool watchdog);
/* One byte each, offset below TCO_SIZE. */
uint8_t tco_read(const struct tco *tco, unsigned offset);
void tco_write(struct tco *tco, unsigned offset, uint8_t byte);
/* After a load: arms the timer again. False: what was loaded is out of range. */
bool tco_loaded(struct tco *tco);

#endif
