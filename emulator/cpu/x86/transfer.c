/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Far jumps, calls and returns: real mode, code segments, call gates of 16, 32 and 64 bits with
 * change of stack, and the doors to task switches (SDM volume 2, CALL, JMP, RET; volume 3, 5.8).
 */
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

/* ---- targets ---- */

void x86_enter_code(struct x86_cpu *cpu, uint16_t selector, const struct x86_descriptor *d,
                    unsigned cpl, uint64_t pc)
{
    cpu->cpl = (uint8_t)cpl;
    x86_set_segment_from(cpu, X86_CS, (uint16_t)((selector & ~3u) | cpl), d);
    cpu->ir.pc = pc;
}

enum ir_status x86_check_target(struct x86_cpu *cpu, const struct x86_descriptor *d, uint64_t pc)
{
    bool code64 = x86_long_mode(cpu) && (d->attr & X86_ATTR_L);

    if (code64 ? !x86_canonical(pc) : pc > d->limit)
        return x86_raise_error(cpu, X86_GP, 0);
    return IR_OK;
}

static bool transfer_bad_size(const struct x86_cpu *cpu, uint32_t attr)
{
    return x86_long_mode(cpu) && (attr & X86_ATTR_L) && (attr & X86_ATTR_DB);
}

/* Privilege, presence and size of a code segment that a direct jump or call goes to. */
static enum ir_status transfer_check_direct(struct x86_cpu *cpu, uint16_t selector,
                                            const struct x86_descriptor *d)
{
    unsigned dpl = X86_ATTR_DPL(d->attr);
    bool allowed = x86_is_conforming(d->attr) ? dpl <= cpu->cpl
                                              : x86_rpl(selector) <= cpu->cpl && dpl == cpu->cpl;

    if (!x86_is_code(d->attr) || !allowed || transfer_bad_size(cpu, d->attr))
        return x86_raise_error(cpu, X86_GP, x86_selector_error(selector));
    if (!(d->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, x86_selector_error(selector));
    return IR_OK;
}

static enum ir_status transfer_real(struct x86_cpu *cpu, uint16_t selector, uint64_t pc)
{
    if (pc > cpu->seg[X86_CS].limit)
        return x86_raise_error(cpu, X86_GP, 0);
    x86_set_real_segment(cpu, X86_CS, selector);
    cpu->ir.pc = pc;
    x86_update_mode(cpu);
    return IR_JUMPED;
}

/* ---- what a jump and a call have in common ---- */

struct transfer {
    struct x86_cpu *cpu;
    uint16_t selector;
    uint64_t target;
    uint64_t next; /* pc behind the instruction */
    unsigned size; /* of what a call pushes */
    bool call;
};

static enum ir_status transfer_push_return(const struct transfer *t, struct x86_stack *stack,
                                           unsigned size)
{
    enum ir_status status = x86_stack_room(stack, 2 * size);

    if (status == IR_OK)
        status = x86_push(stack, size, t->cpu->seg[X86_CS].selector);
    if (status == IR_OK)
        status = x86_push(stack, size, t->next);
    return status;
}

/* To a code segment at the current privilege; a call pushes on `stack`. */
static enum ir_status transfer_same(const struct transfer *t, uint16_t selector,
                                    struct x86_descriptor *d, uint64_t pc, unsigned size,
                                    struct x86_stack *stack)
{
    struct x86_cpu *cpu = t->cpu;
    enum ir_status status = x86_check_target(cpu, d, pc);

    if (status == IR_OK)
        status = x86_mark_accessed(cpu, d);
    if (status == IR_OK && t->call)
        status = transfer_push_return(t, stack, size);
    if (status != IR_OK)
        return status;
    if (t->call)
        x86_stack_commit(stack);
    x86_enter_code(cpu, selector, d, cpu->cpl, pc);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

/* ---- call gates ---- */

struct call_gate {
    uint16_t selector;
    uint64_t offset;
    unsigned size;   /* of a stack slot: 2, 4 or 8 */
    unsigned params; /* slots to copy */
    struct x86_descriptor code;
};

static void gate_parse(const struct x86_cpu *cpu, const struct x86_descriptor *d,
                       struct call_gate *gate)
{
    bool wide = X86_ATTR_TYPE(d->attr) == X86_TYPE_CALL;

    gate->selector = d->low >> 16;
    gate->offset = d->low & 0xffff;
    if (wide)
        gate->offset |= d->high & 0xffff0000;
    gate->size = wide ? 4 : 2;
    gate->params = d->high & 0x1f;
    if (x86_long_mode(cpu)) {
        gate->offset |= d->base & 0xffffffff00000000; /* where the upper half was read to */
        gate->size = 8;
        gate->params = 0;
    }
}

static enum ir_status gate_read_target(const struct transfer *t, struct call_gate *gate)
{
    struct x86_cpu *cpu = t->cpu;
    struct x86_descriptor *d = &gate->code;
    uint32_t error = x86_selector_error(gate->selector);
    enum ir_status status;
    bool same;

    if (x86_is_null(gate->selector))
        return x86_raise_error(cpu, X86_GP, 0);
    status = x86_read_descriptor(cpu, gate->selector, X86_GP, d);
    if (status != IR_OK)
        return status;
    same = t->call || x86_is_conforming(d->attr) || X86_ATTR_DPL(d->attr) == cpu->cpl;
    if (!x86_is_code(d->attr) || X86_ATTR_DPL(d->attr) > cpu->cpl || !same)
        return x86_raise_error(cpu, X86_GP, error);
    if (x86_long_mode(cpu) && (d->attr & (X86_ATTR_L | X86_ATTR_DB)) != X86_ATTR_L)
        return x86_raise_error(cpu, X86_GP, error);
    if (!(d->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    return IR_OK;
}

/* The inner stack that a gate leads to. In long mode *ss stays null. */
static enum ir_status gate_new_stack(const struct transfer *t, unsigned cpl, uint16_t *ss,
                                     struct x86_descriptor *d, struct x86_stack *stack)
{
    uint64_t sp = 0;
    enum ir_status status = x86_tss_stack(t->cpu, cpl, ss, &sp);

    if (status != IR_OK)
        return status;
    if (x86_long_mode(t->cpu)) {
        *stack = x86_stack_wide(t->cpu, sp, cpl);
        return IR_OK;
    }
    status = x86_check_stack_segment(t->cpu, *ss, cpl, X86_TS, d);
    if (status == IR_OK)
        *stack = x86_stack_of(t->cpu, d, *ss, sp, cpl);
    return status;
}

static enum ir_status gate_copy_params(const struct transfer *t, const struct call_gate *gate,
                                       struct x86_stack *to)
{
    struct x86_stack from = x86_stack_current(t->cpu);
    uint64_t param[31];
    enum ir_status status = IR_OK;

    for (unsigned i = 0; i < gate->params && status == IR_OK; i++)
        status = x86_pop(&from, gate->size, &param[i]);
    for (unsigned i = gate->params; i > 0 && status == IR_OK; i--)
        status = x86_push(to, gate->size, param[i - 1]);
    return status;
}

static enum ir_status gate_fill_stack(const struct transfer *t, const struct call_gate *gate,
                                      struct x86_stack *stack)
{
    const struct x86_cpu *cpu = t->cpu;
    enum ir_status status = x86_stack_room(stack, gate->size * (4 + gate->params));

    if (status == IR_OK)
        status = x86_push(stack, gate->size, cpu->seg[X86_SS].selector);
    if (status == IR_OK)
        status = x86_push(stack, gate->size, cpu->gpr[X86_RSP]);
    if (status == IR_OK)
        status = gate_copy_params(t, gate, stack);
    if (status == IR_OK)
        status = transfer_push_return(t, stack, gate->size);
    return status;
}

static enum ir_status gate_inner(const struct transfer *t, struct call_gate *gate)
{
    struct x86_cpu *cpu = t->cpu;
    unsigned cpl = X86_ATTR_DPL(gate->code.attr);
    struct x86_descriptor ss_descriptor;
    struct x86_stack stack;
    uint16_t ss = (uint16_t)cpl;
    enum ir_status status = gate_new_stack(t, cpl, &ss, &ss_descriptor, &stack);

    if (status == IR_OK)
        status = x86_check_target(cpu, &gate->code, gate->offset);
    if (status == IR_OK)
        status = gate_fill_stack(t, gate, &stack);
    if (status == IR_OK)
        status = x86_mark_accessed(cpu, &gate->code);
    if (status != IR_OK)
        return status;
    x86_enter_code(cpu, gate->selector, &gate->code, cpl, gate->offset);
    if (x86_long_mode(cpu))
        x86_set_null_segment(cpu, X86_SS, ss);
    else
        x86_set_segment_from(cpu, X86_SS, ss, &ss_descriptor);
    x86_stack_commit(&stack);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

static enum ir_status transfer_through_gate(const struct transfer *t,
                                            const struct x86_descriptor *d)
{
    struct x86_cpu *cpu = t->cpu;
    struct call_gate gate = {0};
    struct x86_stack stack;
    enum ir_status status;

    gate_parse(cpu, d, &gate);
    status = gate_read_target(t, &gate);
    if (status != IR_OK)
        return status;
    if (t->call && !x86_is_conforming(gate.code.attr) && X86_ATTR_DPL(gate.code.attr) < cpu->cpl)
        return gate_inner(t, &gate);
    stack =
        gate.size == 8 ? x86_stack_wide(cpu, cpu->gpr[X86_RSP], cpu->cpl) : x86_stack_current(cpu);
    return transfer_same(t, gate.selector, &gate.code, gate.offset, gate.size, &stack);
}

/* ---- system descriptors ---- */

static bool transfer_is_tss(unsigned type)
{
    return type == X86_TYPE_TSS16 || type == X86_TYPE_TSS;
}

static bool transfer_type_exists(const struct x86_cpu *cpu, unsigned type)
{
    if (x86_long_mode(cpu))
        return type == X86_TYPE_CALL;
    return transfer_is_tss(type) || type == X86_TYPE_TASK || type == X86_TYPE_CALL16 ||
           type == X86_TYPE_CALL;
}

static enum ir_status transfer_system(const struct transfer *t)
{
    struct x86_cpu *cpu = t->cpu;
    enum x86_task_reason reason = t->call ? X86_TASK_CALL : X86_TASK_JUMP;
    uint32_t error = x86_selector_error(t->selector);
    struct x86_descriptor d;
    enum ir_status status = x86_read_descriptor(cpu, t->selector, X86_GP, &d);
    unsigned type;

    if (status != IR_OK)
        return status;
    type = X86_ATTR_TYPE(d.attr);
    if (!transfer_type_exists(cpu, type) || X86_ATTR_DPL(d.attr) < cpu->cpl ||
        X86_ATTR_DPL(d.attr) < x86_rpl(t->selector))
        return x86_raise_error(cpu, X86_GP, error);
    if (!(d.attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    if (transfer_is_tss(type))
        return x86_switch_task(cpu, t->selector, reason, t->next);
    if (type == X86_TYPE_TASK)
        return x86_switch_task_gate(cpu, &d, reason, t->next);
    if (x86_long_mode(cpu))
        status = x86_read_system_descriptor(cpu, t->selector, X86_GP, &d);
    return status != IR_OK ? status : transfer_through_gate(t, &d);
}

static enum ir_status transfer_protected(const struct transfer *t)
{
    struct x86_cpu *cpu = t->cpu;
    struct x86_stack stack = x86_stack_current(cpu);
    struct x86_descriptor d;
    enum ir_status status;

    if (x86_is_null(t->selector))
        return x86_raise_error(cpu, X86_GP, 0);
    status = x86_read_descriptor(cpu, t->selector, X86_GP, &d);
    if (status != IR_OK)
        return status;
    if (!(d.attr & X86_ATTR_S))
        return transfer_system(t);
    status = transfer_check_direct(cpu, t->selector, &d);
    return status != IR_OK ? status : transfer_same(t, t->selector, &d, t->target, t->size, &stack);
}

/* A program counter that went past the end of its mode's width comes round. */
static uint64_t transfer_next(const struct x86_cpu *cpu, uint64_t length)
{
    uint64_t next = cpu->ir.pc + length;

    return x86_code64(cpu) ? next : (uint32_t)next;
}

enum ir_status x86_helper_far_jmp(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct transfer t = {
        .cpu = cpu, .selector = (uint16_t)a, .target = b, .next = transfer_next(cpu, c & 0xff)};

    return x86_real_or_vm86(cpu) ? transfer_real(cpu, t.selector, b) : transfer_protected(&t);
}

static enum ir_status transfer_call_real(const struct transfer *t)
{
    struct x86_cpu *cpu = t->cpu;
    struct x86_stack stack = x86_stack_current(cpu);
    enum ir_status status = IR_OK;

    if (t->target > cpu->seg[X86_CS].limit)
        return x86_raise_error(cpu, X86_GP, 0);
    status = transfer_push_return(t, &stack, t->size);
    if (status != IR_OK)
        return status;
    x86_stack_commit(&stack);
    return transfer_real(cpu, t->selector, t->target);
}

enum ir_status x86_helper_far_call(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct transfer t = {.cpu = cpu,
                         .selector = (uint16_t)a,
                         .target = b,
                         .next = transfer_next(cpu, c & 0xff),
                         .size = c >> 8 & 0xff,
                         .call = true};

    return x86_real_or_vm86(cpu) ? transfer_call_real(&t) : transfer_protected(&t);
}

/* ---- returns ---- */

static enum ir_status return_real(struct x86_cpu *cpu, unsigned size, uint64_t drop)
{
    struct x86_stack stack = x86_stack_current(cpu);
    uint64_t pc, cs;
    enum ir_status status = x86_pop(&stack, size, &pc);

    if (status == IR_OK)
        status = x86_pop(&stack, size, &cs);
    if (status != IR_OK)
        return status;
    status = transfer_real(cpu, (uint16_t)cs, pc);
    if (status != IR_JUMPED)
        return status;
    x86_stack_skip(&stack, drop);
    x86_stack_commit(&stack);
    return IR_JUMPED;
}

enum ir_status x86_check_return_code(struct x86_cpu *cpu, uint16_t selector,
                                     struct x86_descriptor *d)
{
    uint32_t error = x86_selector_error(selector);
    unsigned rpl = x86_rpl(selector);
    enum ir_status status;
    bool allowed;

    if (x86_is_null(selector))
        return x86_raise_error(cpu, X86_GP, 0);
    status = x86_read_descriptor(cpu, selector, X86_GP, d);
    if (status != IR_OK)
        return status;
    allowed =
        x86_is_conforming(d->attr) ? X86_ATTR_DPL(d->attr) <= rpl : X86_ATTR_DPL(d->attr) == rpl;
    if (!x86_is_code(d->attr) || rpl < cpu->cpl || !allowed || transfer_bad_size(cpu, d->attr))
        return x86_raise_error(cpu, X86_GP, error);
    if (!(d->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    return x86_mark_accessed(cpu, d);
}

/* SS of the outer ring; a null one is for 64-bit code that is not at CPL 3. */
static enum ir_status return_check_stack(struct x86_cpu *cpu, const struct x86_outer *outer,
                                         bool code64, struct x86_descriptor *d)
{
    unsigned cpl = x86_rpl(outer->cs);

    if (x86_is_null(outer->ss) && code64 && cpl != 3 && x86_rpl(outer->ss) == cpl) {
        *d = (struct x86_descriptor){.attr = X86_ATTR_NULL};
        return IR_OK;
    }
    return x86_check_stack_segment(cpu, outer->ss, cpl, X86_GP, d);
}

enum ir_status x86_return_outer(struct x86_cpu *cpu, struct x86_outer *outer)
{
    unsigned cpl = x86_rpl(outer->cs), old_cpl = cpu->cpl;
    bool code64 = x86_long_mode(cpu) && (outer->code.attr & X86_ATTR_L);
    struct x86_descriptor d;
    struct x86_stack stack;
    enum ir_status status = return_check_stack(cpu, outer, code64, &d);

    if (status == IR_OK)
        status = x86_check_target(cpu, &outer->code, outer->pc);
    if (status != IR_OK)
        return status;
    x86_enter_code(cpu, outer->cs, &outer->code, cpl, outer->pc);
    x86_set_segment_from(cpu, X86_SS, outer->ss, &d);
    stack = x86_stack_current(cpu);
    stack.sp = outer->sp;
    x86_stack_commit(&stack);
    if (cpl > old_cpl) /* IRET in 64-bit mode comes here for the same ring, too */
        x86_drop_inner_segments(cpu);
    return IR_OK;
}

static enum ir_status return_far_outer(struct x86_cpu *cpu, struct x86_outer *outer,
                                       struct x86_stack *stack, unsigned size, uint64_t drop)
{
    uint64_t ss;
    enum ir_status status;

    x86_stack_skip(stack, drop);
    status = x86_pop(stack, size, &outer->sp);
    if (status == IR_OK)
        status = x86_pop(stack, size, &ss);
    if (status != IR_OK)
        return status;
    outer->ss = (uint16_t)ss;
    status = x86_return_outer(cpu, outer);
    if (status != IR_OK)
        return status;
    *stack = x86_stack_current(cpu);
    x86_stack_skip(stack, drop);
    x86_stack_commit(stack);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

static enum ir_status return_far_same(struct x86_cpu *cpu, const struct x86_outer *outer,
                                      struct x86_stack *stack, uint64_t drop)
{
    enum ir_status status = x86_check_target(cpu, &outer->code, outer->pc);

    if (status != IR_OK)
        return status;
    x86_stack_skip(stack, drop);
    x86_stack_commit(stack);
    x86_enter_code(cpu, outer->cs, &outer->code, cpu->cpl, outer->pc);
    x86_update_mode(cpu);
    return IR_JUMPED;
}

static enum ir_status return_far_protected(struct x86_cpu *cpu, unsigned size, uint64_t drop)
{
    struct x86_stack stack = x86_stack_current(cpu);
    struct x86_outer outer;
    uint64_t cs;
    enum ir_status status = x86_pop(&stack, size, &outer.pc);

    if (status == IR_OK)
        status = x86_pop(&stack, size, &cs);
    if (status != IR_OK)
        return status;
    outer.cs = (uint16_t)cs;
    status = x86_check_return_code(cpu, outer.cs, &outer.code);
    if (status != IR_OK)
        return status;
    return x86_rpl(outer.cs) > cpu->cpl ? return_far_outer(cpu, &outer, &stack, size, drop)
                                        : return_far_same(cpu, &outer, &stack, drop);
}

enum ir_status x86_helper_far_ret(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    return x86_real_or_vm86(cpu) ? return_real(cpu, (unsigned)a, b)
                                 : return_far_protected(cpu, (unsigned)a, b);
}
