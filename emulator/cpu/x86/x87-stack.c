/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x87 register stack, status and tags, and the rules for pending exceptions. */
#include <string.h>

#include "emulator/cpu/x86/x87.h"

const struct x87_real x87_indefinite = {0xc000000000000000ull, 0xffff};

struct x87_real x87_get(const struct x86_x87 *x87, unsigned i)
{
    const uint8_t *st = x87->st[x87_physical(x87, i)];
    struct x87_real value;

    memcpy(&value.significand, st, 8);
    memcpy(&value.exponent, st + 8, 2);
    return value;
}

void x87_put(struct x86_x87 *x87, unsigned i, struct x87_real value)
{
    unsigned physical = x87_physical(x87, i);
    uint8_t *st = x87->st[physical];

    memcpy(st, &value.significand, 8);
    memcpy(st + 8, &value.exponent, 2);
    x87->tag = (uint8_t)(x87->tag | 1u << physical);
}

void x87_pop(struct x86_x87 *x87)
{
    x87->tag = (uint8_t)(x87->tag & ~(1u << x87->top));
    x87->top = (x87->top + 1) & 7;
}

/* C1 tells overflow (1) from underflow (0). */
static void x87_stack_fault(struct x86_x87 *x87, bool overflow)
{
    x87_note(x87, X87_IE | X87_SF | (overflow ? X87_C1 : 0));
}

bool x87_need(struct x86_x87 *x87, unsigned i)
{
    if (!x87_empty(x87, i))
        return true;
    x87_stack_fault(x87, false);
    return false;
}

bool x87_can_push(struct x86_x87 *x87)
{
    if (x87_empty(x87, 7))
        return true;
    x87_stack_fault(x87, true);
    return false;
}

void x87_push(struct x86_x87 *x87, struct x87_real value)
{
    x87->top = (x87->top - 1) & 7;
    x87_put(x87, 0, value);
}

bool x87_note(struct x86_x87 *x87, unsigned host_status)
{
    unsigned raised = host_status & X87_EXCEPTIONS;

    x87->status = (uint16_t)((x87->status & ~X87_C1) | raised | (host_status & (X87_SF | X87_C1)));
    if (raised & ~x87->control)
        x87->status |= X87_ES | X87_B;
    return !(raised & ~x87->control & (X87_IE | X87_DE | X87_ZE));
}

void x87_set_status(struct x86_x87 *x87, uint16_t value)
{
    x87->top = (value >> 11) & 7;
    x87->status = value & (X87_EXCEPTIONS | X87_SF | X87_CONDITIONS);
    if (value & ~x87->control & X87_EXCEPTIONS)
        x87->status |= X87_ES | X87_B;
}

/* 0 valid, 1 zero, 2 special (NaN, infinity, denormal, unsupported), 3 empty. */
static unsigned x87_tag_of(const struct x86_x87 *x87, unsigned physical)
{
    struct x87_real value = x87_get(x87, (physical - x87->top) & 7);

    if (!(x87->tag >> physical & 1))
        return 3;
    if (x87_is_zero(value))
        return 1;
    return (value.exponent & 0x7fff) == 0x7fff || !(value.significand >> 63) ? 2 : 0;
}

uint16_t x87_full_tags(const struct x86_x87 *x87)
{
    unsigned tags = 0;

    for (unsigned i = 0; i < 8; i++)
        tags |= x87_tag_of(x87, i) << (2 * i);
    return (uint16_t)tags;
}

void x87_set_full_tags(struct x86_x87 *x87, uint16_t tags)
{
    x87->tag = 0;
    for (unsigned i = 0; i < 8; i++) {
        if ((tags >> (2 * i) & 3) != 3)
            x87->tag = (uint8_t)(x87->tag | 1u << i);
    }
}

void x87_init(struct x86_x87 *x87)
{
    x87->control = X87_CONTROL_RESET;
    x87->status = x87->opcode = 0;
    x87->top = x87->tag = 0;
    x87->fcs = x87->fds = 0;
    x87->fip = x87->fdp = 0;
}

static void x87_set_ferr(struct x86_cpu *cpu, bool level)
{
    if (cpu->ferr_level == level)
        return;
    cpu->ferr_level = level;
    emu_irq_set(&cpu->ferr, level);
}

/* With CR0.NE clear the processor stops before the instruction, until an interrupt comes or it is
 * told to ignore the error. */
static enum ir_status x87_pending(struct x86_cpu *cpu)
{
    if (x87_raises(cpu))
        return x86_raise(cpu, X86_MF);
    if (atomic_load(&cpu->ignne))
        return IR_OK;
    x87_set_ferr(cpu, true);
    cpu->shadow = false; /* it waits inside the instruction behind STI */
    x86_update_mode(cpu);
    return IR_JUMPED;
}

enum ir_status x87_check(struct x86_cpu *cpu)
{
    return __builtin_expect(cpu->x87.status & X87_ES, 0) ? x87_pending(cpu) : IR_OK;
}

void x87_settle(struct x86_cpu *cpu)
{
    if (!(cpu->x87.status & X87_ES))
        x87_set_ferr(cpu, false);
}

enum ir_status x87_begin(struct x86_cpu *cpu, uint64_t a)
{
    if (x87_check(cpu) != IR_OK)
        return x87_stopped(cpu); /* the handler looks for the instruction before this one */
    cpu->x87.fip = cpu->ir.pc;
    cpu->x87.fcs = cpu->seg[X86_CS].selector;
    cpu->x87.opcode = (uint16_t)(a >> X87_ARG_OPCODE_SHIFT & 0x7ff);
    if (a & X87_ARG_MEMORY) {
        cpu->x87.fdp = cpu->x87.operand;
        cpu->x87.fds = cpu->seg[a >> X87_ARG_SEGMENT_SHIFT & 7].selector;
    }
    return IR_OK;
}
