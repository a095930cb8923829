/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The processor as a vcpu: the loop that delivers events and lets an executor run guest code in
 * between, and the debugger's access. An engine sets cpu->executor before the vcpu runs.
 */
#ifndef EMU_CPU_X86_RUN_H
#define EMU_CPU_X86_RUN_H

#include "emulator/core/machine.h"
#include "emulator/cpu/x86/cpu.h"

/* What executes guest code: the portable executor or a translator, with the contracts of
 * ir_exec_run and ir_exec_one (ir/exec.h). */
struct x86_executor {
    enum ir_status (*run)(struct ir_env *env);
    enum ir_status (*one)(struct ir_env *env);
    bool counts; /* instructions, in ir.instructions */
};

/* Runs until EMU_REQUEST_PAUSE. On the vcpu's thread; cpu->executor is set. */
void x86_run(struct emu_vcpu *vcpu);

/* Frees what x86_cpu_new made; NULL is legal. */
void x86_cpu_free(struct x86_cpu *cpu);

/* What the board gives to the processor's local APIC. */
struct emu_apic_cpu x86_apic_cpu(struct x86_cpu *cpu);

/* ---- asleep (wait.c) ---- */

/* Is there a reason to go on? Sleeps otherwise, once; the caller looks at requests again. */
void x86_sleep(struct x86_cpu *cpu);
/* The processor is not halted any more. */
void x86_wake(struct x86_cpu *cpu);

/* ---- state (state-io.c) ---- */

void x86_cpu_save(const struct x86_cpu *cpu, struct emu_writer *out);
bool x86_cpu_load(struct x86_cpu *cpu, struct emu_reader *in, struct emu_error *err);

/* ---- the debugger (target.c) ---- */

extern const struct emu_debug_target x86_debug_target;

#endif
