/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine "interp": the portable executor of IR, on any host. */
#include "emulator/accel/engines.h"

#include "emulator/core/machine.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"

static const struct x86_executor interp_executor = {
    .run = ir_exec_run, .one = ir_exec_one, .counts = true};

static bool interp_probe(struct emu_error *why_not)
{
    return true;
}

/* DMA and loaders write: blocks made from those bytes are stale. */
static void interp_written(void *opaque, emu_gpa address, uint64_t length)
{
    ir_blocks_store(opaque, address, length, NULL, false);
}

static void interp_leave_vcpu(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    if (cpu == NULL || cpu->executor != &interp_executor)
        return;
    ir_exec_finish(&cpu->ir);
    cpu->executor = NULL;
    cpu->ir.blocks = NULL;
}

static bool interp_join_vcpu(struct emu_vcpu *vcpu, struct ir_blocks *blocks, struct emu_error *err)
{
    struct x86_cpu *cpu = vcpu->arch;
    cpu->ir.guest = &x86_guest;
    cpu->ir.blocks = blocks;
    if (!ir_exec_init(&cpu->ir, err)) {
        cpu->ir.blocks = NULL;
        return false;
    }
    cpu->executor = &interp_executor;
    x86_tlb_flush_all(cpu, true); /* which pages are slow to store to is the table's matter */
    return true;
}

static void interp_detach(struct emu_machine *machine)
{
    emu_memory_on_write(machine->memory, NULL, NULL);
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        interp_leave_vcpu(&machine->vcpus[i]);
    ir_blocks_free(machine->engine_data);
    machine->engine_data = NULL;
}

static bool interp_attach(struct emu_machine *machine, struct emu_error *err)
{
    struct ir_blocks *blocks = ir_blocks_new(err);
    if (blocks == NULL)
        return false;
    machine->engine_data = blocks;
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (!interp_join_vcpu(&machine->vcpus[i], blocks, err)) {
            interp_detach(machine);
            return false;
        }
    emu_memory_on_write(machine->memory, interp_written, blocks);
    return true;
}

const struct emu_engine_ops emu_engine_interp = {
    .name = "interp",
    .description = "portable interpreter: runs everywhere, slowly",
    .probe = interp_probe,
    .attach = interp_attach,
    .detach = interp_detach,
};
