/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MOV to and from the debug registers (SDM volume 3, 17.2). */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/helpers.h"

#define DR6_WRITABLE 0xe00full /* B0..B3, BD, BS, BT */
#define DR7_WRITABLE 0xffff2bffull

uint64_t x86_dr6_fix(uint64_t value)
{
    return (value & DR6_WRITABLE) | X86_DR6_FIXED;
}

uint64_t x86_dr7_fix(uint64_t value)
{
    return (value & DR7_WRITABLE) | X86_DR7_FIXED;
}

/* DR4 and DR5 are other names of DR6 and DR7, unless CR4.DE takes them away. */
static enum ir_status debugreg_check(struct x86_cpu *cpu, uint64_t *number)
{
    if (*number > 7 || ((*number == 4 || *number == 5) && (cpu->cr4 & X86_CR4_DE)))
        return x86_raise(cpu, X86_UD);
    if (*number == 4 || *number == 5)
        *number += 2;
    if (cpu->cpl != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    if (cpu->dr[7] & X86_DR7_GD) {
        x86_raise(cpu, X86_DB);
        cpu->exception.dr6 = X86_DR6_BD;
        cpu->dr[7] &= ~(uint64_t)X86_DR7_GD; /* the handler may use them */
        return IR_FAULT;
    }
    return IR_OK;
}

enum ir_status x86_helper_get_dr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (debugreg_check(cpu, &a) != IR_OK)
        return IR_FAULT;
    env->result = cpu->dr[a];
    return IR_OK;
}

enum ir_status x86_helper_set_dr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (debugreg_check(cpu, &a) != IR_OK)
        return IR_FAULT;
    if (a >= 6 && (b >> 32) != 0)
        return x86_raise_error(cpu, X86_GP, 0);
    bool matters = a != 6 && (cpu->dr[7] & 0xff || (a == 7 && (b & 0xff)));
    cpu->dr[a] = a == 6 ? x86_dr6_fix(b) : a == 7 ? x86_dr7_fix(b) : b;
    if (matters)
        x86_debug_changed(cpu);
    return IR_OK;
}
