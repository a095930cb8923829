/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IRET in real, virtual-8086, protected, compatibility and 64-bit mode: to the same or an outer
 * ring, to virtual-8086 mode, and back from a nested task (SDM volume 2, IRET).
 */
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

#define FLAGS_ALWAYS (IR_F_ALL | X86_FLAG_TF | X86_FLAG_DF | X86_FLAG_NT)
#define FLAGS_WIDE   (X86_FLAG_RF | X86_FLAG_AC | X86_FLAG_ID)

struct iret_frame {
    uint64_t pc, cs, flags;
};

static enum ir_status iret_pop_frame(struct x86_stack *stack, unsigned size,
                                     struct iret_frame *frame)
{
    enum ir_status status = x86_pop(stack, size, &frame->pc);

    if (status == IR_OK)
        status = x86_pop(stack, size, &frame->cs);
    if (status == IR_OK)
        status = x86_pop(stack, size, &frame->flags);
    return status;
}

static void iret_set_flags(struct x86_cpu *cpu, uint64_t value, uint64_t mask)
{
    x86_set_eflags(cpu, (x86_get_eflags(cpu) & ~mask) | (value & mask));
}

/* ---- real and virtual-8086 mode ---- */

static enum ir_status iret_real(struct x86_cpu *cpu, unsigned size, uint64_t keep)
{
    uint64_t mask = (size == 2 ? 0xffff : 0xffffffff) & ~keep;
    struct x86_stack stack = x86_stack_current(cpu);
    struct iret_frame frame;
    enum ir_status status = iret_pop_frame(&stack, size, &frame);

    if (status != IR_OK)
        return status;
    if (frame.pc > cpu->seg[X86_CS].limit)
        return x86_raise_error(cpu, X86_GP, 0);
    x86_stack_commit(&stack);
    x86_set_real_segment(cpu, X86_CS, (uint16_t)frame.cs);
    cpu->ir.pc = frame.pc;
    iret_set_flags(cpu, frame.flags, mask);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

/* Virtual-8086 mode extensions: IF of the image is VIF. */
static enum ir_status iret_vme(struct x86_cpu *cpu)
{
    uint64_t keep = X86_FLAG_IF | X86_FLAG_IOPL;
    struct x86_stack stack = x86_stack_current(cpu);
    struct iret_frame frame;
    enum ir_status status = iret_pop_frame(&stack, 2, &frame);

    if (status != IR_OK)
        return status;
    if ((frame.flags & X86_FLAG_TF) ||
        ((frame.flags & X86_FLAG_IF) && (cpu->eflags & X86_FLAG_VIP)))
        return x86_raise_error(cpu, X86_GP, 0);
    status = iret_real(cpu, 2, keep);
    if (status == IR_JUMPED)
        iret_set_flags(cpu, frame.flags & X86_FLAG_IF ? X86_FLAG_VIF : 0, X86_FLAG_VIF);
    return status;
}

static enum ir_status iret_vm86(struct x86_cpu *cpu, unsigned size)
{
    if (x86_iopl(cpu) == 3)
        return iret_real(cpu, size, X86_FLAG_IOPL | X86_FLAG_VM | X86_FLAG_VIF | X86_FLAG_VIP);
    if ((cpu->cr4 & X86_CR4_VME) && size == 2)
        return iret_vme(cpu);
    return x86_raise_error(cpu, X86_GP, 0);
}

/* ---- protected mode ---- */

static uint64_t iret_flag_mask(const struct x86_cpu *cpu, unsigned size)
{
    uint64_t mask = FLAGS_ALWAYS;

    if (size > 2)
        mask |= FLAGS_WIDE;
    if (cpu->cpl <= x86_iopl(cpu))
        mask |= X86_FLAG_IF;
    if (cpu->cpl == 0)
        mask |= X86_FLAG_IOPL | (size > 2 ? X86_FLAG_VIF | X86_FLAG_VIP : 0);
    return mask;
}

static enum ir_status iret_pop_segments(struct x86_stack *stack, uint64_t value[6])
{
    enum ir_status status = IR_OK;

    for (unsigned i = 0; i < 6 && status == IR_OK; i++)
        status = x86_pop(stack, 4, &value[i]);
    return status;
}

static enum ir_status iret_to_vm86(struct x86_cpu *cpu, struct x86_stack *stack,
                                   const struct iret_frame *frame)
{
    uint64_t value[6]; /* ESP, SS, ES, DS, FS, GS */
    enum ir_status status = iret_pop_segments(stack, value);

    if (status != IR_OK)
        return status;
    if (frame->pc > 0xffff)
        return x86_raise_error(cpu, X86_GP, 0);
    x86_set_eflags(cpu, frame->flags);
    cpu->cpl = 3;
    x86_set_real_segment(cpu, X86_CS, (uint16_t)frame->cs);
    x86_set_real_segment(cpu, X86_SS, (uint16_t)value[1]);
    x86_set_real_segment(cpu, X86_ES, (uint16_t)value[2]);
    x86_set_real_segment(cpu, X86_DS, (uint16_t)value[3]);
    x86_set_real_segment(cpu, X86_FS, (uint16_t)value[4]);
    x86_set_real_segment(cpu, X86_GS, (uint16_t)value[5]);
    cpu->gpr[X86_RSP] = (uint32_t)value[0];
    cpu->ir.pc = frame->pc;
    x86_update_mode(cpu);
    return IR_JUMPED;
}

static enum ir_status iret_to_task(struct x86_cpu *cpu, uint64_t next)
{
    uint64_t link;
    enum ir_status status;

    if (x86_long_mode(cpu))
        return x86_raise_error(cpu, X86_GP, 0);
    status = x86_load_system(cpu, cpu->seg[X86_TR].base, 2, &link);
    return status != IR_OK ? status : x86_switch_task(cpu, (uint16_t)link, X86_TASK_IRET, next);
}

static enum ir_status iret_same(struct x86_cpu *cpu, struct x86_stack *stack,
                                const struct x86_outer *outer)
{
    enum ir_status status = x86_check_target(cpu, &outer->code, outer->pc);

    if (status != IR_OK)
        return status;
    x86_stack_commit(stack);
    x86_enter_code(cpu, outer->cs, &outer->code, cpu->cpl, outer->pc);
    return IR_OK;
}

static enum ir_status iret_with_stack(struct x86_cpu *cpu, struct x86_stack *stack, unsigned size,
                                      struct x86_outer *outer)
{
    uint64_t ss;
    enum ir_status status = x86_pop(stack, size, &outer->sp);

    if (status == IR_OK)
        status = x86_pop(stack, size, &ss);
    if (status != IR_OK)
        return status;
    outer->ss = (uint16_t)ss;
    return x86_return_outer(cpu, outer);
}

static enum ir_status iret_to_code(struct x86_cpu *cpu, struct x86_stack *stack, unsigned size,
                                   const struct iret_frame *frame)
{
    uint64_t mask = iret_flag_mask(cpu, size);
    struct x86_outer outer = {.cs = (uint16_t)frame->cs, .pc = frame->pc};
    enum ir_status status = x86_check_return_code(cpu, outer.cs, &outer.code);

    if (status != IR_OK)
        return status;
    if (x86_rpl(outer.cs) > cpu->cpl || x86_code64(cpu))
        status = iret_with_stack(cpu, stack, size, &outer);
    else
        status = iret_same(cpu, stack, &outer);
    if (status != IR_OK)
        return status;
    iret_set_flags(cpu, frame->flags, mask);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

static enum ir_status iret_protected(struct x86_cpu *cpu, unsigned size, uint64_t next)
{
    struct x86_stack stack = x86_stack_current(cpu);
    struct iret_frame frame;
    enum ir_status status;

    if (cpu->eflags & X86_FLAG_NT)
        return iret_to_task(cpu, next);
    status = iret_pop_frame(&stack, size, &frame);
    if (status != IR_OK)
        return status;
    if (size == 4 && (frame.flags & X86_FLAG_VM) && cpu->cpl == 0 && !x86_long_mode(cpu))
        return iret_to_vm86(cpu, &stack, &frame);
    return iret_to_code(cpu, &stack, size, &frame);
}

enum ir_status x86_helper_iret(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned size = (unsigned)a;

    cpu->nmi_blocked = false; /* also when it faults (SDM volume 3, 28.2.3) */
    if (!(cpu->cr0 & X86_CR0_PE))
        return iret_real(cpu, size, X86_FLAG_VM | X86_FLAG_VIF | X86_FLAG_VIP);
    if (cpu->eflags & X86_FLAG_VM)
        return iret_vm86(cpu, size);
    return iret_protected(cpu, size, env->pc + (c & 0xff));
}
