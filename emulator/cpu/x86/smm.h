/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System management mode (AMD64 Architecture Programmer's Manual volume 2, chapter 10): entered by
 * an SMI, left by RSM. The vcpu's own thread.
 */
#ifndef EMU_CPU_X86_SMM_H
#define EMU_CPU_X86_SMM_H

#include "emulator/cpu/x86/state.h"

/* Takes an SMI: saves the state to SMRAM and goes to SMBASE + 0x8000. Not in SMM already. */
void x86_smm_enter(struct x86_cpu *cpu);
/* Which memory the processor sees, by in_smm; after in_smm changed. Flushes the TLB. */
void x86_smm_select_memory(struct x86_cpu *cpu);

#endif
