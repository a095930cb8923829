/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stacks as far transfers and exceptions see them: pushes and pops on the current stack or on one
 * that is not yet in use, and the inner rings' stacks in the TSS (SDM volume 3, 7.2 and 7.7).
 */
#include "emulator/cpu/x86/mmu.h"
#include "emulator/cpu/x86/segment.h"

static uint64_t stack_mask(uint32_t attr)
{
    return attr & X86_ATTR_DB ? 0xffffffff : 0xffff;
}

struct x86_stack x86_stack_current(struct x86_cpu *cpu)
{
    const struct x86_segment *ss = &cpu->seg[X86_SS];
    bool wide = x86_code64(cpu);

    return (struct x86_stack){
        .cpu = cpu,
        .base = ss->base,
        .sp = cpu->gpr[X86_RSP],
        .mask = wide ? UINT64_MAX : stack_mask(ss->attr),
        .limit = ss->limit,
        .attr = ss->attr,
        .wide = wide,
        .user = cpu->cpl == 3,
    };
}

struct x86_stack x86_stack_of(struct x86_cpu *cpu, const struct x86_descriptor *d,
                              uint16_t selector, uint64_t sp, unsigned cpl)
{
    return (struct x86_stack){
        .cpu = cpu,
        .base = d->base,
        .sp = sp,
        .mask = stack_mask(d->attr),
        .limit = d->limit,
        .attr = d->attr,
        .user = cpl == 3,
        .error = x86_selector_error(selector),
    };
}

struct x86_stack x86_stack_wide(struct x86_cpu *cpu, uint64_t sp, unsigned cpl)
{
    return (struct x86_stack){
        .cpu = cpu,
        .sp = sp,
        .mask = UINT64_MAX,
        .wide = true,
        .user = cpl == 3,
    };
}

static struct x86_how stack_how(const struct x86_stack *stack, enum x86_access access)
{
    struct x86_how how = x86_how_system(stack->cpu, access);

    if (stack->user) {
        how.user = true;
        how.smap = false;
    }
    if (!stack->wide)
        how.mask = UINT32_MAX;
    return how;
}

static emu_gva stack_linear(const struct x86_stack *stack, uint64_t sp)
{
    return stack->wide ? sp : (uint32_t)(stack->base + (sp & stack->mask));
}

static enum ir_status stack_check(struct x86_stack *stack, uint64_t sp, unsigned size)
{
    if (!stack->wide && !x86_limit_allows(stack->attr, stack->limit, sp & stack->mask, size))
        return x86_raise_error(stack->cpu, X86_STACK, stack->error);
    return IR_OK;
}

enum ir_status x86_push(struct x86_stack *stack, unsigned size, uint64_t value)
{
    struct x86_how how = stack_how(stack, X86_WRITE);
    uint64_t sp = (stack->sp - size) & stack->mask;
    enum ir_status status = stack_check(stack, sp, size);

    if (status == IR_OK)
        status = x86_write_linear(stack->cpu, &how, stack_linear(stack, sp), &value, size,
                                  IR_ACCESS_STACK);
    if (status == IR_OK)
        stack->sp = sp;
    return status;
}

enum ir_status x86_pop(struct x86_stack *stack, unsigned size, uint64_t *value)
{
    struct x86_how how = stack_how(stack, X86_READ);
    enum ir_status status = stack_check(stack, stack->sp, size);

    *value = 0;
    if (status == IR_OK)
        status = x86_read_linear(stack->cpu, &how, stack_linear(stack, stack->sp), value, size,
                                 IR_ACCESS_STACK);
    if (status == IR_OK)
        x86_stack_skip(stack, size);
    return status;
}

enum ir_status x86_stack_probe(struct x86_stack *stack, unsigned size)
{
    struct x86_how how = stack_how(stack, X86_WRITE);
    struct x86_piece piece[2];
    unsigned count;
    enum ir_status status = stack_check(stack, stack->sp, size);

    if (status == IR_OK)
        status = x86_translate(stack->cpu, &how, stack_linear(stack, stack->sp), size,
                               IR_ACCESS_STACK, piece, &count);
    return status;
}

enum ir_status x86_stack_room(struct x86_stack *stack, unsigned bytes)
{
    uint64_t sp = stack->sp & stack->mask;

    /* What wraps around below 0 is checked push by push. */
    if (stack->wide || sp < bytes)
        return IR_OK;
    return stack_check(stack, sp - bytes, bytes);
}

void x86_stack_skip(struct x86_stack *stack, uint64_t bytes)
{
    stack->sp = (stack->sp + bytes) & stack->mask;
}

void x86_stack_commit(const struct x86_stack *stack)
{
    uint64_t *rsp = &stack->cpu->gpr[X86_RSP];

    if (stack->mask == 0xffff)
        *rsp = (*rsp & ~0xffffull) | (stack->sp & 0xffff);
    else
        *rsp = stack->sp & stack->mask;
}

/* ---- the TSS ---- */

static enum ir_status stack_tss_fault(struct x86_cpu *cpu)
{
    return x86_raise_error(cpu, X86_TS, x86_selector_error(cpu->seg[X86_TR].selector));
}

static enum ir_status stack_from_tss64(struct x86_cpu *cpu, unsigned cpl, uint64_t *sp)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    uint32_t offset = 4 + 8 * cpl;

    if (offset + 7 > tr->limit)
        return stack_tss_fault(cpu);
    return x86_load_system(cpu, tr->base + offset, 8, sp);
}

enum ir_status x86_tss_stack(struct x86_cpu *cpu, unsigned cpl, uint16_t *ss, uint64_t *sp)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    bool wide = (X86_ATTR_TYPE(tr->attr) & 8) != 0;
    unsigned size = wide ? 4 : 2;
    uint32_t offset = size + 2 * size * cpl;
    enum ir_status status;
    uint64_t selector;

    if (x86_long_mode(cpu))
        return stack_from_tss64(cpu, cpl, sp);
    if (offset + size + 1 > tr->limit)
        return stack_tss_fault(cpu);
    status = x86_load_system(cpu, tr->base + offset, size, sp);
    if (status == IR_OK)
        status = x86_load_system(cpu, tr->base + offset + size, 2, &selector);
    if (status == IR_OK)
        *ss = (uint16_t)selector;
    return status;
}
