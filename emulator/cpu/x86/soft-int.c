/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INT n, INT3, INTO and INT1, with the interrupt redirection of virtual-8086 mode extensions (SDM
 * volume 3, 20.3.3): a bitmap in the TSS says which vectors the 8086 program handles by itself.
 */
#include "emulator/cpu/x86/exception.h"

#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/helpers.h"

enum soft_int_kind { SOFT_INT_N, SOFT_INT3, SOFT_INTO, SOFT_INT1 };

/* Sets *redirect when the 8086 program's own vector table is to be used. */
static enum ir_status soft_int_look_up(struct x86_cpu *cpu, uint8_t vector, bool *redirect)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    uint64_t map, bits;
    uint32_t offset;
    enum ir_status status;

    *redirect = false;
    if (!(X86_ATTR_TYPE(tr->attr) & 8) || tr->limit < 0x67)
        return IR_OK;
    status = x86_load_system(cpu, tr->base + 0x66, 2, &map);
    if (status != IR_OK)
        return status;
    offset = (uint32_t)map - 32 + vector / 8;
    if (map < 32 || offset > tr->limit)
        return IR_OK;
    status = x86_load_system(cpu, tr->base + offset, 1, &bits);
    if (status == IR_OK)
        *redirect = !(bits >> vector % 8 & 1);
    return status;
}

static enum ir_status soft_int_redirect(struct x86_cpu *cpu, struct x86_event *event)
{
    bool virtual = x86_iopl(cpu) < 3;
    enum ir_status status;

    if (virtual) { /* the program sees VIF as its IF, and an IOPL of 3 */
        event->flags = (event->flags & ~(uint64_t)X86_FLAG_IF) | X86_FLAG_IOPL;
        if (cpu->eflags & X86_FLAG_VIF)
            event->flags |= X86_FLAG_IF;
    }
    status = x86_enter_vector_table(cpu, event, 0);
    if (status != IR_OK)
        return status;
    cpu->eflags &= ~(uint64_t)(X86_FLAG_TF | (virtual ? X86_FLAG_VIF : X86_FLAG_IF));
    x86_update_mode(cpu);
    return IR_OK;
}

static enum ir_status soft_int_vm86(struct x86_cpu *cpu, struct x86_event *event)
{
    bool redirect = false;

    if (cpu->cr4 & X86_CR4_VME) {
        enum ir_status status = soft_int_look_up(cpu, event->vector, &redirect);

        if (status != IR_OK)
            return status;
    }
    if (redirect)
        return soft_int_redirect(cpu, event);
    if (x86_iopl(cpu) < 3)
        return x86_raise_error(cpu, X86_GP, 0);
    return x86_deliver_event(cpu, event);
}

/* INT1 is a #DB itself: a data breakpoint that MOV SS put off is reported along with it. */
static void soft_int_merge_debug(struct x86_cpu *cpu)
{
    if (cpu->debug_hits != 0)
        cpu->dr[6] = (cpu->dr[6] & ~0xfull) | cpu->debug_hits;
    cpu->debug_hits = 0;
    cpu->dr[7] &= ~(uint64_t)X86_DR7_GD;
}

enum ir_status x86_helper_soft_int(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_event event = {
        .vector = (uint8_t)a,
        .kind = b == SOFT_INT1 ? X86_EVENT_EXCEPTION : X86_EVENT_SOFT,
        .pc = env->pc + c,
        .flags = x86_get_eflags(cpu),
    };
    enum ir_status status;

    if (b == SOFT_INT_N && (cpu->cr0 & X86_CR0_PE) && (cpu->eflags & X86_FLAG_VM))
        status = soft_int_vm86(cpu, &event);
    else
        status = x86_deliver_event(cpu, &event);
    if (status == IR_OK && b == SOFT_INT1)
        soft_int_merge_debug(cpu);
    return status == IR_OK ? IR_JUMPED : status;
}
