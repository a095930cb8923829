/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine table: what can execute a guest. Adding an engine: one row in accel.c. */
#ifndef EMU_ACCEL_ACCEL_H
#define EMU_ACCEL_ACCEL_H

#include "emulator/api/error.h"
#include "emulator/core/vcpu.h"

struct emu_engine_ops {
    const char *name;
    const char *description;
    /* Can it run here? False with *why_not filled in one sentence. Any thread. */
    bool (*probe)(struct emu_error *why_not);
    /* Joins a machine whose vcpus exist; sets what it needs in each. */
    bool (*attach)(struct emu_machine *machine, struct emu_error *err);
    void (*detach)(struct emu_machine *machine);
    /* One vcpu, on its thread, until EMU_REQUEST_PAUSE. */
    void (*run)(struct emu_vcpu *vcpu);
};

/* NULL-terminated, best first. */
extern const struct emu_engine_ops *const emu_engines[];

/*
 * The engine for a name; "auto" or NULL: the best that can run here, and why[] tells why (and why
 * better ones cannot). NULL with *err: unknown name, or it cannot run here.
 */
const struct emu_engine_ops *emu_engine_choose(const char *name, char *why, size_t why_size,
                                               struct emu_error *err);

#endif
