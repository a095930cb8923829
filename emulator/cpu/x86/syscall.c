/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fast ways into and out of the kernel: SYSCALL, SYSRET, SYSENTER, SYSEXIT, and the FS and GS
 * bases (SDM volume 2). As on Intel processors, SYSCALL and SYSRET exist in 64-bit mode only.
 */
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

#define ATTR_FLAT_CODE64 (X86_ATTR_G | X86_ATTR_L | X86_ATTR_P | X86_ATTR_S | 0xb)
#define ATTR_FLAT_CODE32 (X86_ATTR_G | X86_ATTR_DB | X86_ATTR_P | X86_ATTR_S | 0xb)
#define ATTR_FLAT_DATA   (X86_ATTR_G | X86_ATTR_DB | X86_ATTR_P | X86_ATTR_S | 0x3)

/* The fixed, flat CS and SS that these instructions load without looking at descriptors. */
static void syscall_set_ring(struct x86_cpu *cpu, unsigned cpl, uint16_t cs, uint16_t ss,
                             bool code64)
{
    uint32_t dpl = cpl << 5;

    cpu->cpl = (uint8_t)cpl;
    x86_set_segment(cpu, X86_CS, (uint16_t)((cs & ~3u) | cpl), 0, 0xffffffff,
                    (code64 ? ATTR_FLAT_CODE64 : ATTR_FLAT_CODE32) | dpl);
    x86_set_segment(cpu, X86_SS, (uint16_t)((ss & ~3u) | cpl), 0, 0xffffffff, ATTR_FLAT_DATA | dpl);
}

enum ir_status x86_helper_syscall(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t flags = x86_get_eflags(cpu) & ~(uint64_t)X86_FLAG_RF;
    uint16_t cs = (uint16_t)(cpu->star >> 32);

    if (!(cpu->efer & X86_EFER_SCE) || !x86_code64(cpu))
        return x86_raise(cpu, X86_UD);
    cpu->gpr[X86_RCX] = env->pc + c;
    cpu->gpr[X86_R11] = flags;
    x86_set_eflags(cpu, flags & ~cpu->sfmask);
    syscall_set_ring(cpu, 0, cs, (uint16_t)((cs & ~3u) + 8), true);
    env->pc = cpu->lstar;
    x86_update_mode(cpu);
    return IR_JUMPED;
}

enum ir_status x86_helper_sysret(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    bool code64 = a == 8;
    uint16_t cs = (uint16_t)(cpu->star >> 48);

    if (!(cpu->efer & X86_EFER_SCE) || !x86_code64(cpu))
        return x86_raise(cpu, X86_UD);
    if (cpu->cpl != 0 || (code64 && !x86_canonical(cpu->gpr[X86_RCX])))
        return x86_raise_error(cpu, X86_GP, 0);
    x86_set_eflags(cpu, cpu->gpr[X86_R11] & 0x3c7fd7);
    syscall_set_ring(cpu, 3, (uint16_t)(code64 ? cs + 16 : cs), (uint16_t)(cs + 8), code64);
    env->pc = code64 ? cpu->gpr[X86_RCX] : (uint32_t)cpu->gpr[X86_RCX];
    x86_update_mode(cpu);
    return IR_JUMPED;
}

enum ir_status x86_helper_sysenter(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint16_t cs = cpu->sysenter_cs & 0xfffc;
    bool wide = x86_long_mode(cpu);

    if (!(cpu->cr0 & X86_CR0_PE) || cs == 0)
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->eflags &= ~(uint64_t)(X86_FLAG_VM | X86_FLAG_IF | X86_FLAG_RF);
    syscall_set_ring(cpu, 0, cs, (uint16_t)(cs + 8), wide);
    cpu->gpr[X86_RSP] = wide ? cpu->sysenter_esp : (uint32_t)cpu->sysenter_esp;
    env->pc = wide ? cpu->sysenter_eip : (uint32_t)cpu->sysenter_eip;
    x86_update_mode(cpu);
    return IR_JUMPED;
}

enum ir_status x86_helper_sysexit(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    bool code64 = a == 8;
    uint16_t cs = (cpu->sysenter_cs & 0xfffc) + (code64 ? 32 : 16);
    uint64_t pc = cpu->gpr[X86_RDX], sp = cpu->gpr[X86_RCX];

    if (!(cpu->cr0 & X86_CR0_PE) || (cpu->sysenter_cs & 0xfffc) == 0 || cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    if (code64 && (!x86_canonical(pc) || !x86_canonical(sp)))
        return x86_raise_error(cpu, X86_GP, 0);
    syscall_set_ring(cpu, 3, cs, (uint16_t)(cs + 8), code64);
    cpu->gpr[X86_RSP] = code64 ? sp : (uint32_t)sp;
    env->pc = code64 ? pc : (uint32_t)pc;
    x86_update_mode(cpu);
    return IR_JUMPED;
}

/* ---- the bases ---- */

enum ir_status x86_helper_swapgs(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t base = cpu->seg[X86_GS].base;

    if (cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->seg[X86_GS].base = cpu->kernel_gs_base;
    cpu->kernel_gs_base = base;
    return IR_OK;
}

enum ir_status x86_helper_set_base(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (!(cpu->cr4 & X86_CR4_FSGSBASE) || !x86_code64(cpu))
        return x86_raise(cpu, X86_UD);
    if (c == 8 && !x86_canonical(b))
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->seg[a].base = c == 8 ? b : (uint32_t)b;
    return IR_OK;
}

enum ir_status x86_helper_get_base(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (!(cpu->cr4 & X86_CR4_FSGSBASE) || !x86_code64(cpu))
        return x86_raise(cpu, X86_UD);
    env->result = c == 8 ? cpu->seg[a].base : (uint32_t)cpu->seg[a].base;
    return IR_OK;
}
