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
    /* Joins a machine whose vcpus exist and stand still; sets what it needs in each, and lets them
     * forget what they remember of another engine's code. False with *err: nothing is left of it.
     */
    bool (*attach)(struct emu_machine *machine, struct emu_error *err);
    /* Called by emu_machine_free, before the board's free, and when another engine takes over;
     * devices and vcpus exist, and vcpus stand still. Only if machine->engine is set. */
    void (*detach)(struct emu_machine *machine);
    /* One vcpu, on its thread, until EMU_REQUEST_PAUSE. NULL: the vcpu's own ops->run does it. */
    void (*run)(struct emu_vcpu *vcpu);
};

#endif
