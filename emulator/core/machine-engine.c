/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing the engine of a paused machine. There is one place in a machine and in each vcpu for
 * what an engine keeps, so the old one leaves before the new one comes, and comes back if that
 * fails.
 */
#include "emulator/core/machine-private.h"

struct engine_change {
    const struct emu_engine_ops *engine;
    struct emu_error *err;
    bool done;
};

/* Loop thread, vcpus still. */
static bool engine_replace(struct emu_machine *machine, const struct emu_engine_ops *engine,
                           struct emu_error *err)
{
    const struct emu_engine_ops *old = machine->engine;
    struct emu_error again = EMU_ERROR_INIT;

    if (old != NULL)
        old->detach(machine);
    machine->engine = NULL;
    if (engine->attach(machine, err)) {
        machine->engine = engine;
        return true;
    }
    if (old != NULL && old->attach(machine, &again))
        machine->engine = old;
    else
        emu_machine_fail(machine, "The machine is without an engine: %s", again.text);
    return false;
}

static void engine_change(struct emu_machine *machine, void *opaque)
{
    struct engine_change *change = opaque;

    if (emu_machine_get_state(machine) != EMU_MACHINE_PAUSED) {
        emu_error_set(change->err, EMU_ERROR_INPUT,
                      "the engine can be changed only while the machine is paused: pause it first");
        return;
    }
    emu_machine_pause(machine); /* a step may be under way */
    if (change->engine == machine->engine) {
        change->done = true;
        return;
    }
    change->done = engine_replace(machine, change->engine, change->err);
    if (change->done)
        atomic_store(&machine->engine_changed, true);
}

bool emu_machine_change_engine(struct emu_machine *machine, const struct emu_engine_ops *engine,
                               struct emu_error *err)
{
    struct engine_change change = {.engine = engine, .err = err};

    emu_machine_call(machine, engine_change, &change);
    return change.done;
}
