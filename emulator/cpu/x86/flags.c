/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EFLAGS as CLI, STI, PUSHF, POPF, CLAC and STAC see it: IOPL, the virtual interrupt flag of VME
 * and PVI (SDM volume 3, 20.3 and 20.4), and the interrupt shadow.
 */
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

enum flag_rights {
    FLAG_REAL,    /* IF itself */
    FLAG_VIRTUAL, /* VIF in its place */
    FLAG_DENIED,
};

static enum flag_rights flags_interrupt_rights(const struct x86_cpu *cpu)
{
    bool vm86 = cpu->eflags & X86_FLAG_VM;

    if (!(cpu->cr0 & X86_CR0_PE) || cpu->cpl <= x86_iopl(cpu))
        return FLAG_REAL;
    if (vm86 ? (cpu->cr4 & X86_CR4_VME) != 0 : (cpu->cr4 & X86_CR4_PVI) && cpu->cpl == 3)
        return FLAG_VIRTUAL;
    return FLAG_DENIED;
}

enum ir_status x86_helper_cli(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    switch (flags_interrupt_rights(cpu)) {
    case FLAG_REAL:
        cpu->eflags &= ~(uint64_t)X86_FLAG_IF;
        return IR_OK;
    case FLAG_VIRTUAL:
        cpu->eflags &= ~(uint64_t)X86_FLAG_VIF;
        return IR_OK;
    default:
        return x86_raise_error(cpu, X86_GP, 0);
    }
}

static void flags_allow_interrupts(struct x86_cpu *cpu)
{
    if (cpu->eflags & X86_FLAG_IF)
        return;
    cpu->eflags |= X86_FLAG_IF;
    cpu->shadow = true;
    x86_update_mode(cpu);
}

enum ir_status x86_helper_sti(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    enum flag_rights rights = flags_interrupt_rights(cpu);

    if (rights == FLAG_REAL) {
        flags_allow_interrupts(cpu);
        return IR_OK;
    }
    if (rights == FLAG_DENIED || (cpu->eflags & X86_FLAG_VIP))
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->eflags |= X86_FLAG_VIF;
    return IR_OK;
}

enum ir_status x86_helper_get_eflags(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t value = x86_get_eflags(cpu) & ~(uint64_t)(X86_FLAG_VM | X86_FLAG_RF);

    if ((cpu->eflags & X86_FLAG_VM) && x86_iopl(cpu) < 3) {
        if (!(cpu->cr4 & X86_CR4_VME) || a != 2)
            return x86_raise_error(cpu, X86_GP, 0);
        value = (value & ~(uint64_t)X86_FLAG_IF) | X86_FLAG_IOPL;
        if (cpu->eflags & X86_FLAG_VIF)
            value |= X86_FLAG_IF;
    }
    env->result = value;
    return IR_OK;
}

/* What POPF may change, RF aside. */
static uint64_t flags_writable(const struct x86_cpu *cpu, unsigned size)
{
    uint64_t mask = IR_F_ALL | X86_FLAG_TF | X86_FLAG_DF | X86_FLAG_NT;

    if (size > 2)
        mask |= X86_FLAG_AC | X86_FLAG_ID;
    if (cpu->cpl == 0)
        mask |= X86_FLAG_IOPL;
    if (!(cpu->cr0 & X86_CR0_PE) || cpu->cpl <= x86_iopl(cpu))
        mask |= X86_FLAG_IF;
    return mask;
}

static void flags_write(struct x86_cpu *cpu, uint64_t value, uint64_t mask)
{
    uint64_t old = x86_get_eflags(cpu) & ~(uint64_t)X86_FLAG_RF;
    uint64_t now = (old & ~mask) | (value & mask);

    x86_set_eflags(cpu, now);
    if ((old ^ now) & (X86_FLAG_TF | X86_FLAG_AC)) /* POPF often changes none of those */
        x86_update_mode(cpu);
}

/* POPF in virtual-8086 mode with an IOPL below 3. */
static enum ir_status flags_write_vme(struct x86_cpu *cpu, uint64_t value, unsigned size)
{
    if (!(cpu->cr4 & X86_CR4_VME) || size != 2 || (value & X86_FLAG_TF) ||
        ((value & X86_FLAG_IF) && (cpu->eflags & X86_FLAG_VIP)))
        return x86_raise_error(cpu, X86_GP, 0);
    value = value & X86_FLAG_IF ? value | X86_FLAG_VIF : value & ~(uint64_t)X86_FLAG_VIF;
    flags_write(cpu, value, flags_writable(cpu, size) | X86_FLAG_VIF);
    return IR_OK;
}

enum ir_status x86_helper_set_eflags(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if ((cpu->eflags & X86_FLAG_VM) && x86_iopl(cpu) < 3)
        return flags_write_vme(cpu, a, (unsigned)c);
    return x86_helper_write_eflags(env, a, b, c);
}

enum ir_status x86_helper_write_eflags(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    flags_write(cpu, a, flags_writable(cpu, (unsigned)c));
    return IR_OK;
}

enum ir_status x86_helper_clac_stac(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (cpu->cpl != 0)
        return x86_raise(cpu, X86_UD);
    if (a)
        cpu->eflags |= X86_FLAG_AC;
    else
        cpu->eflags &= ~(uint64_t)X86_FLAG_AC;
    x86_update_tlb(cpu);
    return IR_OK;
}

enum ir_status x86_helper_end_shadow(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    cpu->shadow = false;
    x86_update_mode(cpu);
    return IR_OK;
}
