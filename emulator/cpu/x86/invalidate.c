/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVLPG and INVPCID (SDM volume 3, 4.10.4). Both are privileged. */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

enum invpcid_type {
    INVPCID_ADDRESS,     /* one address of one PCID */
    INVPCID_CONTEXT,     /* one PCID, without global pages */
    INVPCID_ALL_GLOBAL,  /* everything */
    INVPCID_ALL_CONTEXT, /* everything but global pages */
};

enum ir_status x86_helper_invlpg(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    if (x86_canonical(a)) /* else it does nothing */
        x86_tlb_flush_page(cpu, a);
    return IR_OK;
}

/* Is the descriptor one that the type takes? */
static bool invpcid_legal(const struct x86_cpu *cpu, uint64_t type, uint64_t pcid, uint64_t address)
{
    if (type > INVPCID_ALL_CONTEXT || pcid >> 12 != 0)
        return false;
    if (type <= INVPCID_CONTEXT && pcid != 0 && !(cpu->cr4 & X86_CR4_PCIDE))
        return false;
    return type != INVPCID_ADDRESS || x86_canonical(address);
}

enum ir_status x86_helper_invpcid(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t pcid, address;

    if (cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    if (x86_load(cpu, b, 8, &pcid) != IR_OK || x86_load(cpu, b + 8, 8, &address) != IR_OK)
        return IR_FAULT;
    if (!invpcid_legal(cpu, a, pcid, address))
        return x86_raise_error(cpu, X86_GP, 0);
    x86_tlb_invpcid(cpu, (unsigned)a, (uint16_t)pcid, address);
    return IR_OK;
}
