/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HLT, MONITOR, MWAIT and PAUSE, and how a processor sleeps. A processor in MWAIT looks at its line
 * now and then: stores to it by others are not trapped, so that no store pays for the feature.
 */
#include <sched.h>
#include <string.h>
#include <time.h>

#include "emulator/core/region.h"
#include "emulator/core/trace.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/run.h"

#define WAIT_LINE    64u     /* bytes that MONITOR watches */
#define WAIT_NAP_NS  100000u /* between looks at a monitored line */
#define WAIT_PAUSES  64u     /* from one offer to others to the next */
#define MWAIT_ANY    1u      /* ECX: interrupts wake even while IF is clear */
#define MISC_MONITOR (1ull << 18)

void x86_wake(struct x86_cpu *cpu)
{
    cpu->halted = cpu->mwait = cpu->mwait_any = false;
}

/* ---- sleeping ---- */

/* Requests for which this processor gets up (or at least looks). */
static uint32_t wait_mask(const struct x86_cpu *cpu)
{
    uint32_t mask = EMU_REQUEST_PAUSE | EMU_REQUEST_EXCLUSIVE | X86_REQUEST_FLUSH |
                    X86_REQUEST_INIT | X86_REQUEST_SIPI; /* to be dropped if it is not awaited */
    if (cpu->wait_for_sipi || cpu->shutdown)
        return mask;
    if (!cpu->nmi_blocked)
        mask |= X86_REQUEST_NMI;
    if ((cpu->eflags & X86_FLAG_IF) || cpu->mwait_any)
        mask |= X86_REQUEST_INTR;
    return mask | X86_REQUEST_SMI | X86_REQUEST_WORK;
}

static void wait_read_line(const struct x86_cpu *cpu, uint64_t line[8])
{
    memset(line, 0, WAIT_LINE);
    if (cpu->memory != NULL)
        emu_memory_read(cpu->memory, cpu->monitor_address, line, WAIT_LINE);
}

static bool wait_line_changed(const struct x86_cpu *cpu)
{
    uint64_t line[8];
    wait_read_line(cpu, line);
    return memcmp(line, cpu->monitor_line, WAIT_LINE) != 0;
}

/* An interrupt that waits, though IF is clear. */
static bool wait_any_interrupt(const struct x86_cpu *cpu)
{
    return cpu->mwait_any && cpu->intr_line && cpu->apic_ops != NULL &&
           cpu->apic_ops->pending(cpu->apic);
}

static void wait_nap(struct x86_cpu *cpu)
{
    const struct timespec nap = {0, WAIT_NAP_NS};
    if (atomic_load_explicit(&cpu->ir.request, memory_order_acquire) & wait_mask(cpu))
        return;
    nanosleep(&nap, NULL);
    atomic_fetch_add_explicit(&cpu->vcpu->halted_ns, WAIT_NAP_NS, memory_order_relaxed);
}

void x86_sleep(struct x86_cpu *cpu)
{
    if (!cpu->mwait)
        emu_vcpu_wait(cpu->vcpu, wait_mask(cpu));
    else if (wait_line_changed(cpu) || wait_any_interrupt(cpu))
        x86_wake(cpu);
    else
        wait_nap(cpu);
}

/* ---- helpers ---- */

enum ir_status x86_helper_hlt(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->halted = true;
    emu_trace(cpu->trace, cpu_halt, cpu->vcpu != NULL ? cpu->vcpu->index : 0,
              (unsigned long long)env->pc);
    return IR_OK;
}

/* #UD unless the processor offers them, has them switched on, and is at privilege level 0. */
static bool wait_monitor_usable(const struct x86_cpu *cpu)
{
    return x86_cpu_has(cpu, X86_FEATURE_monitor) && (cpu->misc_enable & MISC_MONITOR) &&
           cpu->cpl == 0;
}

enum ir_status x86_helper_monitor(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t byte;
    emu_gpa address;
    if (!wait_monitor_usable(cpu))
        return x86_raise(cpu, X86_UD);
    if ((uint32_t)cpu->gpr[X86_RCX] != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    if (x86_load(cpu, a, 1, &byte) != IR_OK)
        return IR_FAULT;
    cpu->monitor_armed = x86_translate_quietly(cpu, a, &address);
    if (cpu->monitor_armed) {
        cpu->monitor_address = address & ~(uint64_t)(WAIT_LINE - 1);
        wait_read_line(cpu, cpu->monitor_line);
    }
    return IR_OK;
}

enum ir_status x86_helper_mwait(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint32_t extensions = (uint32_t)cpu->gpr[X86_RCX];
    if (!wait_monitor_usable(cpu))
        return x86_raise(cpu, X86_UD);
    if (extensions & ~MWAIT_ANY)
        return x86_raise_error(cpu, X86_GP, 0);
    if (!cpu->monitor_armed)
        return IR_OK;
    cpu->monitor_armed = false;
    cpu->halted = cpu->mwait = true;
    cpu->mwait_any = extensions & MWAIT_ANY;
    return IR_OK;
}

/*
 * Where the host has fewer processors than run, the one that is waited for may stand still until
 * this one's slice is over: real hosts take PAUSE loops for that as well.
 */
enum ir_status x86_helper_pause(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (++cpu->pauses % WAIT_PAUSES == 0)
        sched_yield();
    return IR_OK;
}
