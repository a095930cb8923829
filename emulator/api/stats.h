/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine has done so far, in numbers that only grow. Any thread; nothing waits. */
#ifndef EMU_API_STATS_H
#define EMU_API_STATS_H

#include "emulator/api/machine.h"

struct emu_machine_stats {
    emu_ns time;           /* machine time */
    uint64_t instructions; /* by all vcpus together; 0: the engine does not count (not interp) */
    emu_ns halted;         /* by all vcpus together */
    unsigned vcpus;
    const char *engine;     /* "interp", ... */
    const char *engine_why; /* why "auto" chose it; "" if it was asked for or changed since */
};

/* Any thread, never waits. */
struct emu_machine_stats emu_machine_get_stats(const struct emu_machine *machine);

/* The same of one vcpu, counted from 0. False: there is none. Any thread, never waits. */
struct emu_vcpu_stats {
    uint64_t instructions; /* 0: the engine does not count */
    emu_ns halted;
};
bool emu_machine_get_vcpu_stats(const struct emu_machine *machine, unsigned vcpu,
                                struct emu_vcpu_stats *out);

/* What went in and out since the machine was made. Any thread, never waits. */
struct emu_machine_io {
    uint64_t disk_read, disk_written; /* bytes, by all disks */
    uint64_t disk_requests;
    uint64_t net_received, net_sent; /* bytes of frames, as the guest sees them */
    uint64_t code;                   /* bytes of translated code there are now; 0: no translator */
};
void emu_machine_get_io(const struct emu_machine *machine, struct emu_machine_io *out);

#endif
