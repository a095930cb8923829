/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model-specific registers (SDM volume 4), for the helpers, the run loop and the debugger. */
#ifndef EMU_CPU_X86_MSR_H
#define EMU_CPU_X86_MSR_H

#include "emulator/cpu/x86/segment.h"

#include "emulator/cpu/x86/state.h"

#define X86_MSR_TSC_DEADLINE 0x6e0u
#define X86_MSR_EFER         0xc0000080u

/* As RDMSR and WRMSR at privilege level 0. False: #GP, not raised yet. The vcpu's thread. */
bool x86_msr_read(struct x86_cpu *cpu, uint32_t number, uint64_t *value);
bool x86_msr_write(struct x86_cpu *cpu, uint32_t number, uint64_t value);
/* Power-on values that depend on the model; x86_cpu_reset has set the others. */
void x86_msr_reset(struct x86_cpu *cpu);
/* The register's name, or NULL. */
const char *x86_msr_name(uint32_t number);

#endif
