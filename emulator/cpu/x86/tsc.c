/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time stamp counter: the machine clock in nanoseconds, that is 1 GHz, plus an offset that the
 * guest can set. It stands still while the machine is paused. No performance counters exist.
 */
#include "emulator/core/clock.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"

_Static_assert(X86_TSC_KHZ == 1000000u, "one tick is one nanosecond");

uint64_t x86_read_tsc(const struct x86_cpu *cpu)
{
    return (cpu->clock != NULL ? emu_clock_now(cpu->clock) : 0) + cpu->tsc_offset;
}

static bool tsc_allowed(const struct x86_cpu *cpu)
{
    return !(cpu->cr4 & X86_CR4_TSD) || cpu->cpl == 0;
}

enum ir_status x86_helper_rdtsc(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (!tsc_allowed(cpu))
        return x86_raise_error(cpu, X86_GP, 0);
    uint64_t tsc = x86_read_tsc(cpu);
    cpu->gpr[X86_RAX] = (uint32_t)tsc;
    cpu->gpr[X86_RDX] = tsc >> 32;
    if (a == 1)
        cpu->gpr[X86_RCX] = (uint32_t)cpu->tsc_aux;
    return IR_OK;
}

/* CPUID offers no counter, so that every index is out of range. */
enum ir_status x86_helper_rdpmc(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return x86_raise_error(x86_cpu_of(env), X86_GP, 0);
}

enum ir_status x86_helper_rdpid(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    env->result = x86_cpu_of(env)->tsc_aux;
    return IR_OK;
}
