/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An engine (what executes guest code) as the machine sees it. The table of engines and the choice
 * between them is accel/accel.h; core/ only calls the one that the board put into the machine.
 */
#ifndef EMU_CORE_ENGINE_H
#define EMU_CORE_ENGINE_H

#include "emulator/api/error.h"
#include "emulator/core/vcpu.h"

struct emu_engine_ops {
    const char *name;
    const char *description;
    /* Can it run here? False with *why_not filled in one sentence. Any thread. */
    bool (*probe)(struct emu_error *why_not);
    /* Joins a machine whose vcpus exist; sets what it needs in each. */
    bool (*attach)(struct emu_machine *machine, struct emu_error *err);
    /* Called by emu_machine_free, before the board's free; devices and vcpus still exist. Only
     * if machine->engine is set. */
    void (*detach)(struct emu_machine *machine);
    /* One vcpu, on its thread, until EMU_REQUEST_PAUSE. NULL: the vcpu's own ops->run does it. */
    void (*run)(struct emu_vcpu *vcpu);
};

#endif
