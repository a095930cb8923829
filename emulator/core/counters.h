/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine has done so far, for people who look at its speed: counted by those who do it, on
 * any thread, and read by emu_machine_get_io. */
#ifndef EMU_CORE_COUNTERS_H
#define EMU_CORE_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct emu_counters {
    _Atomic uint64_t disk_read, disk_written; /* bytes */
    _Atomic uint64_t disk_requests;
    _Atomic uint64_t net_received, net_sent; /* bytes of frames, as the guest sees them */
    _Atomic uint64_t code;                   /* bytes of translated code that there are now */
};

/* counter NULL: nobody counts. */
static inline void emu_count(_Atomic uint64_t *counter, uint64_t amount)
{
    if (counter != NULL)
        atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

#endif
