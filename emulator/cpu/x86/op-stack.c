/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PUSHA, POPA and ENTER (SDM volume 2, and volume 1, 6.6). rSP and the other registers change only
 * when all accesses are done.
 */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

static unsigned operand_size(uint64_t sizes)
{
    return sizes & 0xff;
}

/* A register of the operand's size: 16 bits keep the rest. */
static void put_register(struct x86_cpu *cpu, unsigned n, unsigned size, uint64_t value)
{
    if (size == 2)
        value = (cpu->gpr[n] & ~0xffffull) | (value & 0xffff);
    cpu->gpr[n] = value;
}

enum ir_status x86_helper_pusha(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_stack stack = x86_stack_current(cpu);
    for (unsigned n = X86_RAX; n <= X86_RDI; n++)
        if (x86_push(&stack, operand_size(a), cpu->gpr[n]) != IR_OK)
            return IR_FAULT;
    x86_stack_commit(&stack);
    return IR_OK;
}

enum ir_status x86_helper_popa(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_stack stack = x86_stack_current(cpu);
    uint64_t value[8];
    for (unsigned n = 8; n-- > 0;)
        if (x86_pop(&stack, operand_size(a), &value[n]) != IR_OK)
            return IR_FAULT;
    for (unsigned n = 0; n < 8; n++)
        if (n != X86_RSP)
            put_register(cpu, n, operand_size(a), value[n]);
    x86_stack_commit(&stack);
    return IR_OK;
}

/* Copies the outer frames' pointers, which lie below the old rBP. */
static enum ir_status copy_frames(struct x86_stack *stack, unsigned size, unsigned levels)
{
    struct x86_stack outer = *stack;
    outer.sp = stack->cpu->gpr[X86_RBP];
    for (unsigned i = 1; i < levels; i++) {
        struct x86_stack at = outer;
        uint64_t value;
        x86_stack_skip(&outer, -(uint64_t)size);
        at.sp = outer.sp;
        if (x86_pop(&at, size, &value) != IR_OK || x86_push(stack, size, value) != IR_OK)
            return IR_FAULT;
    }
    return IR_OK;
}

enum ir_status x86_helper_enter(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_stack stack = x86_stack_current(cpu);
    unsigned size = operand_size(a);
    if (x86_push(&stack, size, cpu->gpr[X86_RBP]) != IR_OK)
        return IR_FAULT;
    uint64_t frame = stack.sp;
    if (c > 0 &&
        (copy_frames(&stack, size, (unsigned)c) != IR_OK || x86_push(&stack, size, frame) != IR_OK))
        return IR_FAULT;
    x86_stack_skip(&stack, -b);
    if (x86_stack_probe(&stack, size) != IR_OK)
        return IR_FAULT;
    put_register(cpu, X86_RBP, size, frame);
    x86_stack_commit(&stack);
    return IR_OK;
}
