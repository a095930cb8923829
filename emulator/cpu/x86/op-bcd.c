/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decimal adjustment (SDM volume 2: DAA, DAS, AAA, AAS, AAM, AAD). Flags that the manual leaves
 * undefined follow the result, as on Intel's processors.
 */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"

static uint8_t get_al(const struct x86_cpu *cpu)
{
    return (uint8_t)cpu->gpr[X86_RAX];
}

static void put_ax(struct x86_cpu *cpu, uint16_t value)
{
    cpu->gpr[X86_RAX] = (cpu->gpr[X86_RAX] & ~0xffffull) | value;
}

static void put_al(struct x86_cpu *cpu, uint8_t value)
{
    put_ax(cpu, (uint16_t)((cpu->gpr[X86_RAX] & 0xff00) | value));
}

static uint32_t result_flags(uint8_t value)
{
    uint32_t flags = value == 0 ? IR_F_Z : 0;
    flags |= value & 0x80 ? IR_F_N : 0;
    return flags | (__builtin_parity(value) ? 0 : IR_F_P);
}

static enum ir_status adjust_packed(struct ir_env *env, int sign)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t old = ir_flags_get(env);
    uint8_t al = get_al(cpu), result = al;
    uint32_t flags = 0;
    if ((al & 15) > 9 || (old & IR_F_A)) {
        result = (uint8_t)(result + 6 * sign);
        flags |= IR_F_A;
        if (sign < 0 && al < 6)
            flags |= IR_F_C;
    }
    if (al > 0x99 || (old & IR_F_C)) {
        result = (uint8_t)(result + 0x60 * sign);
        flags |= IR_F_C;
    }
    put_al(cpu, result);
    ir_flags_put(env, flags | result_flags(result), IR_F_ALL);
    return IR_OK;
}

enum ir_status x86_helper_daa(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return adjust_packed(env, 1);
}

enum ir_status x86_helper_das(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return adjust_packed(env, -1);
}

static enum ir_status adjust_unpacked(struct ir_env *env, int sign)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint16_t ax = (uint16_t)cpu->gpr[X86_RAX];
    uint32_t flags = 0;
    if ((ax & 15) > 9 || (ir_flags_get(env) & IR_F_A)) {
        ax = (uint16_t)(ax + 0x106 * sign);
        flags = IR_F_A | IR_F_C;
    }
    ax &= 0xff0f;
    put_ax(cpu, ax);
    ir_flags_put(env, flags | result_flags((uint8_t)ax), IR_F_ALL);
    return IR_OK;
}

enum ir_status x86_helper_aaa(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return adjust_unpacked(env, 1);
}

enum ir_status x86_helper_aas(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return adjust_unpacked(env, -1);
}

enum ir_status x86_helper_aam(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t al = get_al(cpu), base = (uint8_t)a;
    if (base == 0)
        return x86_raise(cpu, X86_DE);
    put_ax(cpu, (uint16_t)((al / base) << 8 | al % base));
    ir_flags_put(env, result_flags(al % base), IR_F_ALL);
    return IR_OK;
}

enum ir_status x86_helper_aad(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t ah = (uint8_t)(cpu->gpr[X86_RAX] >> 8);
    uint8_t result = (uint8_t)(get_al(cpu) + ah * (uint8_t)a);
    put_ax(cpu, result);
    ir_flags_put(env, result_flags(result), IR_F_ALL);
    return IR_OK;
}
