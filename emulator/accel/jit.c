/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine "jit": guest code translated to code of this host. */
#include "emulator/accel/engines.h"

#include <sched.h>
#include <stdlib.h>

#include "emulator/api/error.h"
#include "emulator/core/machine.h"
#include "emulator/core/region.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/ir/reclaim.h"
#include "emulator/isa/x86/guest.h"
#include "emulator/jit/jit.h"

#define JIT_LOW_MEMORY (1u << 20) /* from here to 2 or 3 GiB there is nothing but memory */

static const struct x86_executor jit_executor = {.run = ir_exec_run, .one = ir_exec_one};

#define JIT_REPORT_EACH 1000000000ull /* ns of machine time, with --trace jit-stats */

struct jit_engine {
    struct ir_blocks *blocks;
    struct jit *jit;
    struct emu_clock *clock;
    struct emu_timer report;
};

/* ---- what --trace asks for ---- */

static void jit_engine_report(void *opaque)
{
    struct jit_engine *engine = opaque;

    emu_jit_report(engine->jit, false);
    emu_timer_arm(&engine->report, emu_clock_now(engine->clock) + JIT_REPORT_EACH);
}

static void jit_engine_start_trace(struct jit_engine *engine, struct emu_machine *machine)
{
    engine->clock = machine->clock;
    emu_timer_init(&engine->report, engine->clock, NULL, jit_engine_report, engine);
    emu_jit_trace(engine->jit, &machine->trace);
    if (emu_trace_enabled(&machine->trace, jit_stats))
        emu_timer_arm(&engine->report, emu_clock_now(engine->clock) + JIT_REPORT_EACH);
}

static void jit_engine_end_trace(struct jit_engine *engine)
{
    if (engine->clock == NULL)
        return;
    emu_timer_finish(&engine->report);
    emu_jit_report(engine->jit, true);
}

/* ---- the engine ---- */

/* DMA and loaders write: blocks made from those bytes are stale. */
static void jit_engine_written(void *opaque, emu_gpa address, uint64_t length)
{
    ir_blocks_store(opaque, address, length, NULL, false);
}

/* What large programs need has to stay, or it is translated again and again: a compiler fills 450
 * MiB, a third of that beside the code. So a sixteenth of 1 GiB of the guest's memory, and of what
 * it has more, as far as it lies in one piece, three eighths. */
static size_t jit_engine_budget(const struct emu_machine *machine)
{
    const uint64_t most = 448u << 20, gib = 1u << 30;
    uint64_t memory = emu_memory_find(machine->memory, JIT_LOW_MEMORY).length;
    uint64_t more = memory > gib ? memory - gib : 0;
    uint64_t part = (memory - more) / 16 + more / 8 * 3;

    return part < IR_BLOCKS_BUDGET ? IR_BLOCKS_BUDGET : part < most ? part : most;
}

/* The spare thread takes more processor time than it saves the vcpus: it pays where a processor of
 * the host is left over when they all run. */
static bool jit_engine_has_spare(const struct emu_machine *machine)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) != 0 || /* too many to tell */
           (unsigned)CPU_COUNT(&set) > machine->vcpu_count;
}

static void jit_engine_leave_vcpu(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;

    if (cpu == NULL || cpu->executor != &jit_executor)
        return;
    emu_jit_leave(&cpu->ir);
    ir_exec_finish(&cpu->ir);
    cpu->executor = NULL;
    cpu->ir.blocks = NULL;
}

static bool jit_engine_join_vcpu(struct emu_vcpu *vcpu, struct jit_engine *engine,
                                 struct emu_error *err)
{
    struct x86_cpu *cpu = vcpu->arch;

    cpu->ir.guest = &x86_guest;
    cpu->ir.blocks = engine->blocks;
    if (!ir_exec_init(&cpu->ir, err)) {
        cpu->ir.blocks = NULL;
        return false;
    }
    cpu->executor = &jit_executor;
    x86_tlb_flush_all(cpu, true); /* which pages are slow to store to is the table's matter */
    return emu_jit_join(engine->jit, &cpu->ir, err);
}

static void jit_engine_detach(struct emu_machine *machine)
{
    struct jit_engine *engine = machine->engine_data;

    if (engine != NULL && engine->jit != NULL)
        emu_jit_set_spare(engine->jit, false);
    if (engine != NULL)
        jit_engine_end_trace(engine);
    emu_memory_on_write(machine->memory, NULL, NULL);
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        jit_engine_leave_vcpu(&machine->vcpus[i]);
    if (engine == NULL)
        return;
    ir_blocks_free(engine->blocks);
    emu_jit_free(engine->jit);
    atomic_store(&machine->counters.code, 0);
    free(engine);
    machine->engine_data = NULL;
}

static bool jit_engine_attach(struct emu_machine *machine, struct emu_error *err)
{
    struct jit_engine *engine = calloc(1, sizeof(*engine));

    machine->engine_data = engine;
    if (engine == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for the translator");
    engine->blocks = ir_blocks_new(err);
    if (engine->blocks != NULL)
        ir_blocks_set_budget(engine->blocks, jit_engine_budget(machine));
    engine->jit = engine->blocks != NULL ? emu_jit_new(engine->blocks, &x86_guest, err) : NULL;
    bool good = engine->jit != NULL;
    if (good) {
        jit_engine_start_trace(engine, machine);
        emu_jit_count_code(engine->jit, &machine->counters.code);
        emu_jit_set_spare(engine->jit, jit_engine_has_spare(machine));
    }
    for (unsigned i = 0; good && i < machine->vcpu_count; i++)
        good = jit_engine_join_vcpu(&machine->vcpus[i], engine, err);
    if (good)
        emu_memory_on_write(machine->memory, jit_engine_written, engine->blocks);
    else
        jit_engine_detach(machine);
    return good;
}

const struct emu_engine_ops emu_engine_jit = {
    .name = "jit",
    .description = "translates guest code to this host's",
    .probe = emu_jit_available,
    .attach = jit_engine_attach,
    .detach = jit_engine_detach,
};
