/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exceptions and interrupts: what is raised, how one that comes up while another is delivered
 * combines with it (SDM volume 3, table 6-5), and delivery through the real-mode vector table or
 * the IDT's gates of 16, 32 and 64 bits. INT n in virtual-8086 mode is in soft-int.c.
 */
#include "emulator/cpu/x86/exception.h"

#include "emulator/core/device.h"
#include "emulator/core/trace.h"
#include "emulator/cpu/x86/debug.h"

/* ---- raising ---- */

static enum ir_status exception_note(struct x86_cpu *cpu, const struct x86_exception *exception)
{
    cpu->exception = *exception;
    cpu->exception_pending = true;
    return IR_FAULT;
}

enum ir_status x86_raise(struct x86_cpu *cpu, enum x86_vector vector)
{
    return exception_note(cpu, &(struct x86_exception){.vector = (uint8_t)vector});
}

enum ir_status x86_raise_error(struct x86_cpu *cpu, enum x86_vector vector, uint32_t error)
{
    if (cpu->external && vector >= X86_TS && vector <= X86_GP)
        error |= 1; /* EXT */
    return exception_note(
        cpu, &(struct x86_exception){.vector = (uint8_t)vector, .has_error = true, .error = error});
}

enum ir_status x86_raise_page_fault(struct x86_cpu *cpu, emu_gva address, uint32_t error)
{
    return exception_note(cpu,
                          &(struct x86_exception){
                              .vector = X86_PF, .has_error = true, .error = error, .cr2 = address});
}

/* ---- what all ways of delivery share ---- */

static enum ir_status event_gate_fault(struct x86_cpu *cpu, const struct x86_event *event,
                                       enum x86_vector vector)
{
    return x86_raise_error(cpu, vector, event->vector * 8u + 2);
}

static void event_clear_flags(struct x86_cpu *cpu, bool interrupt_gate)
{
    cpu->eflags &= ~(uint64_t)(X86_FLAG_TF | X86_FLAG_NT | X86_FLAG_RF | X86_FLAG_VM);
    if (interrupt_gate)
        cpu->eflags &= ~(uint64_t)X86_FLAG_IF;
}

static enum ir_status event_push_frame(const struct x86_event *event, struct x86_stack *stack,
                                       unsigned size)
{
    enum ir_status status = x86_push(stack, size, event->flags);

    if (status == IR_OK)
        status = x86_push(stack, size, stack->cpu->seg[X86_CS].selector);
    if (status == IR_OK)
        status = x86_push(stack, size, event->pc);
    if (status == IR_OK && event->has_error)
        status = x86_push(stack, size, event->error);
    return status;
}

/* ---- real mode ---- */

enum ir_status x86_enter_vector_table(struct x86_cpu *cpu, const struct x86_event *event,
                                      emu_gva table)
{
    struct x86_event plain = *event;
    struct x86_stack stack = x86_stack_current(cpu);
    uint64_t entry;
    enum ir_status status = x86_load_system(cpu, table + 4 * event->vector, 4, &entry);

    plain.has_error = false;
    if (status == IR_OK)
        status = x86_stack_room(&stack, 6);
    if (status == IR_OK)
        status = event_push_frame(&plain, &stack, 2);
    if (status != IR_OK)
        return status;
    x86_stack_commit(&stack);
    x86_set_real_segment(cpu, X86_CS, (uint16_t)(entry >> 16));
    cpu->ir.pc = entry & 0xffff;
    return IR_OK;
}

static enum ir_status event_deliver_real(struct x86_cpu *cpu, const struct x86_event *event)
{
    enum ir_status status;

    if (event->vector * 4u + 3 > cpu->idt.limit)
        return event_gate_fault(cpu, event, X86_GP);
    status = x86_enter_vector_table(cpu, event, cpu->idt.base);
    if (status == IR_OK)
        cpu->eflags &= ~(uint64_t)(X86_FLAG_TF | X86_FLAG_IF | X86_FLAG_RF | X86_FLAG_AC);
    return status;
}

/* ---- gates ---- */

struct gate {
    struct x86_descriptor descriptor; /* of the gate itself */
    uint16_t selector;
    uint64_t offset;
    unsigned type, ist;
    struct x86_descriptor code;
};

static bool gate_type_exists(const struct x86_cpu *cpu, uint32_t attr)
{
    unsigned type = X86_ATTR_TYPE(attr);

    if (attr & X86_ATTR_S)
        return false;
    if (type == X86_TYPE_INT || type == X86_TYPE_TRAP)
        return true;
    return !x86_long_mode(cpu) &&
           (type == X86_TYPE_INT16 || type == X86_TYPE_TRAP16 || type == X86_TYPE_TASK);
}

static enum ir_status gate_load(struct x86_cpu *cpu, const struct x86_event *event, uint64_t raw[2])
{
    unsigned size = x86_long_mode(cpu) ? 16 : 8;
    uint32_t offset = event->vector * size;
    enum ir_status status;

    raw[0] = raw[1] = 0;
    if (offset + size - 1 > cpu->idt.limit)
        return event_gate_fault(cpu, event, X86_GP);
    status = x86_load_system(cpu, cpu->idt.base + offset, 8, &raw[0]);
    if (status == IR_OK && size == 16)
        status = x86_load_system(cpu, cpu->idt.base + offset + 8, 8, &raw[1]);
    return status;
}

static void gate_parse(const struct x86_cpu *cpu, const uint64_t raw[2], struct gate *gate)
{
    struct x86_descriptor *d = &gate->descriptor;

    x86_parse_descriptor(raw[0], d);
    gate->type = X86_ATTR_TYPE(d->attr);
    gate->selector = d->low >> 16;
    gate->offset = d->low & 0xffff;
    if (gate->type & 8)
        gate->offset |= d->high & 0xffff0000;
    gate->offset |= raw[1] << 32;
    gate->ist = x86_long_mode(cpu) ? d->high & 7 : 0;
}

static enum ir_status gate_read(struct x86_cpu *cpu, const struct x86_event *event,
                                struct gate *gate)
{
    uint64_t raw[2];
    enum ir_status status = gate_load(cpu, event, raw);

    if (status != IR_OK)
        return status;
    gate_parse(cpu, raw, gate);
    if (!gate_type_exists(cpu, gate->descriptor.attr))
        return event_gate_fault(cpu, event, X86_GP);
    if (event->kind == X86_EVENT_SOFT && X86_ATTR_DPL(gate->descriptor.attr) < cpu->cpl)
        return event_gate_fault(cpu, event, X86_GP);
    if (!(gate->descriptor.attr & X86_ATTR_P))
        return event_gate_fault(cpu, event, X86_NP);
    return IR_OK;
}

/* The handler's code segment and its privilege. */
static enum ir_status gate_read_code(struct x86_cpu *cpu, struct gate *gate, unsigned *cpl)
{
    uint32_t error = x86_selector_error(gate->selector);
    struct x86_descriptor *d = &gate->code;
    enum ir_status status;

    if (x86_is_null(gate->selector))
        return x86_raise_error(cpu, X86_GP, 0);
    status = x86_read_descriptor(cpu, gate->selector, X86_GP, d);
    if (status != IR_OK)
        return status;
    if (!x86_is_code(d->attr) || X86_ATTR_DPL(d->attr) > cpu->cpl)
        return x86_raise_error(cpu, X86_GP, error);
    if (x86_long_mode(cpu) && (d->attr & (X86_ATTR_L | X86_ATTR_DB)) != X86_ATTR_L)
        return x86_raise_error(cpu, X86_GP, error);
    if (!(d->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    *cpl = x86_is_conforming(d->attr) ? cpu->cpl : X86_ATTR_DPL(d->attr);
    if ((cpu->eflags & X86_FLAG_VM) && *cpl != 0)
        return x86_raise_error(cpu, X86_GP, error);
    return IR_OK;
}

/* ---- legacy protected mode ---- */

static enum ir_status event_push_vm86(struct x86_cpu *cpu, struct x86_stack *stack, unsigned size)
{
    static const uint8_t order[] = {X86_GS, X86_FS, X86_DS, X86_ES};
    enum ir_status status = IR_OK;

    for (unsigned i = 0; i < 4 && status == IR_OK; i++)
        status = x86_push(stack, size, cpu->seg[order[i]].selector);
    return status;
}

/* Everything that goes onto the inner ring's stack. */
static enum ir_status event_fill_inner(struct x86_cpu *cpu, const struct x86_event *event,
                                       struct x86_stack *stack, unsigned size)
{
    bool vm86 = cpu->eflags & X86_FLAG_VM;
    unsigned slots = 5 + event->has_error + (vm86 ? 4 : 0);
    enum ir_status status = x86_stack_room(stack, slots * size);

    if (status == IR_OK && vm86)
        status = event_push_vm86(cpu, stack, size);
    if (status == IR_OK)
        status = x86_push(stack, size, cpu->seg[X86_SS].selector);
    if (status == IR_OK)
        status = x86_push(stack, size, cpu->gpr[X86_RSP]);
    return status == IR_OK ? event_push_frame(event, stack, size) : status;
}

static void event_null_data(struct x86_cpu *cpu)
{
    x86_set_null_segment(cpu, X86_ES, 0);
    x86_set_null_segment(cpu, X86_DS, 0);
    x86_set_null_segment(cpu, X86_FS, 0);
    x86_set_null_segment(cpu, X86_GS, 0);
}

static enum ir_status event_enter_inner(struct x86_cpu *cpu, const struct x86_event *event,
                                        struct gate *gate, unsigned cpl)
{
    unsigned size = gate->type & 8 ? 4 : 2;
    bool vm86 = cpu->eflags & X86_FLAG_VM;
    struct x86_descriptor d;
    struct x86_stack stack;
    uint16_t ss = 0;
    uint64_t sp = 0;
    enum ir_status status = x86_tss_stack(cpu, cpl, &ss, &sp);

    if (status == IR_OK)
        status = x86_check_stack_segment(cpu, ss, cpl, X86_TS, &d);
    if (status != IR_OK)
        return status;
    stack = x86_stack_of(cpu, &d, ss, sp, cpl);
    status = x86_check_target(cpu, &gate->code, gate->offset);
    if (status == IR_OK)
        status = event_fill_inner(cpu, event, &stack, size);
    if (status == IR_OK)
        status = x86_mark_accessed(cpu, &gate->code);
    if (status != IR_OK)
        return status;
    event_clear_flags(cpu, !(gate->type & 1));
    if (vm86)
        event_null_data(cpu);
    x86_enter_code(cpu, gate->selector, &gate->code, cpl, gate->offset);
    x86_set_segment_from(cpu, X86_SS, ss, &d);
    x86_stack_commit(&stack);
    return IR_OK;
}

static enum ir_status event_enter_same(struct x86_cpu *cpu, const struct x86_event *event,
                                       struct gate *gate)
{
    unsigned size = gate->type & 8 ? 4 : 2;
    struct x86_stack stack = x86_stack_current(cpu);
    enum ir_status status = x86_check_target(cpu, &gate->code, gate->offset);

    if (status == IR_OK)
        status = x86_stack_room(&stack, (3 + event->has_error) * size);
    if (status == IR_OK)
        status = event_push_frame(event, &stack, size);
    if (status == IR_OK)
        status = x86_mark_accessed(cpu, &gate->code);
    if (status != IR_OK)
        return status;
    event_clear_flags(cpu, !(gate->type & 1));
    x86_enter_code(cpu, gate->selector, &gate->code, cpu->cpl, gate->offset);
    x86_stack_commit(&stack);
    return IR_OK;
}

static enum ir_status event_enter_task(struct x86_cpu *cpu, const struct x86_event *event,
                                       const struct gate *gate)
{
    struct x86_stack stack;
    enum ir_status status;

    status = x86_switch_task_gate(cpu, &gate->descriptor, X86_TASK_GATE, event->pc);
    if (status != IR_JUMPED || !event->has_error)
        return status == IR_JUMPED ? IR_OK : status;
    stack = x86_stack_current(cpu);
    status = x86_push(&stack, cpu->seg[X86_TR].attr & 8 ? 4 : 2, event->error);
    if (status == IR_OK)
        x86_stack_commit(&stack);
    return status;
}

static enum ir_status event_deliver_protected(struct x86_cpu *cpu, const struct x86_event *event)
{
    struct gate gate;
    unsigned cpl = 0;
    enum ir_status status = gate_read(cpu, event, &gate);

    if (status != IR_OK)
        return status;
    if (gate.type == X86_TYPE_TASK)
        return event_enter_task(cpu, event, &gate);
    status = gate_read_code(cpu, &gate, &cpl);
    if (status != IR_OK)
        return status;
    return cpl < cpu->cpl ? event_enter_inner(cpu, event, &gate, cpl)
                          : event_enter_same(cpu, event, &gate);
}

/* ---- long mode ---- */

/* The stack pointer that the handler starts with, before alignment. */
static enum ir_status event_long_stack(struct x86_cpu *cpu, unsigned ist, unsigned cpl,
                                       uint64_t *sp)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    uint32_t offset = 0x1c + 8 * ist;
    uint16_t ss;

    if (ist == 0 && cpl == cpu->cpl) {
        *sp = cpu->gpr[X86_RSP];
        return IR_OK;
    }
    if (ist == 0)
        return x86_tss_stack(cpu, cpl, &ss, sp);
    if (offset + 7 > tr->limit)
        return x86_raise_error(cpu, X86_TS, x86_selector_error(tr->selector));
    return x86_load_system(cpu, tr->base + offset, 8, sp);
}

static enum ir_status event_fill_long(struct x86_cpu *cpu, const struct x86_event *event,
                                      struct x86_stack *stack)
{
    enum ir_status status = x86_push(stack, 8, cpu->seg[X86_SS].selector);

    if (status == IR_OK)
        status = x86_push(stack, 8, cpu->gpr[X86_RSP]);
    return status == IR_OK ? event_push_frame(event, stack, 8) : status;
}

static enum ir_status event_enter_long(struct x86_cpu *cpu, const struct x86_event *event,
                                       struct gate *gate, unsigned cpl)
{
    unsigned old_cpl = cpu->cpl;
    struct x86_stack stack;
    uint64_t sp = 0;
    enum ir_status status = event_long_stack(cpu, gate->ist, cpl, &sp);

    if (status != IR_OK)
        return status;
    stack = x86_stack_wide(cpu, sp & ~15ull, cpl);
    status = x86_check_target(cpu, &gate->code, gate->offset);
    if (status == IR_OK)
        status = event_fill_long(cpu, event, &stack);
    if (status == IR_OK)
        status = x86_mark_accessed(cpu, &gate->code);
    if (status != IR_OK)
        return status;
    event_clear_flags(cpu, !(gate->type & 1));
    x86_enter_code(cpu, gate->selector, &gate->code, cpl, gate->offset);
    if (cpl != old_cpl)
        x86_set_null_segment(cpu, X86_SS, (uint16_t)cpl);
    x86_stack_commit(&stack);
    return IR_OK;
}

static enum ir_status event_deliver_long(struct x86_cpu *cpu, const struct x86_event *event)
{
    struct gate gate;
    unsigned cpl = 0;
    enum ir_status status = gate_read(cpu, event, &gate);

    if (status == IR_OK)
        status = gate_read_code(cpu, &gate, &cpl);
    return status == IR_OK ? event_enter_long(cpu, event, &gate, cpl) : status;
}

/* ---- delivery ---- */

enum ir_status x86_deliver_event(struct x86_cpu *cpu, const struct x86_event *event)
{
    enum ir_status status;

    cpu->external = event->kind != X86_EVENT_SOFT;
    if (!(cpu->cr0 & X86_CR0_PE))
        status = event_deliver_real(cpu, event);
    else if (x86_long_mode(cpu))
        status = event_deliver_long(cpu, event);
    else
        status = event_deliver_protected(cpu, event);
    cpu->external = false;
    if (status == IR_OK) {
        cpu->shadow = false;
        x86_update_mode(cpu);
    }
    return status;
}

/* ---- combinations ---- */

enum exception_class { CLASS_BENIGN, CLASS_CONTRIBUTORY, CLASS_PAGE_FAULT, CLASS_DOUBLE_FAULT };

static enum exception_class exception_class(const struct x86_exception *exception)
{
    switch (exception->vector) {
    case X86_DE:
    case X86_TS:
    case X86_NP:
    case X86_STACK:
    case X86_GP:
        return CLASS_CONTRIBUTORY;
    case X86_PF:
        return CLASS_PAGE_FAULT;
    case X86_DF:
        return CLASS_DOUBLE_FAULT;
    default:
        return CLASS_BENIGN;
    }
}

/* Makes of `now` what comes of `second` during its delivery. False: shutdown. */
static bool exception_combine(struct x86_exception *now, const struct x86_exception *second)
{
    enum exception_class first = exception_class(now), then = exception_class(second);
    uint64_t cr2 = second->cr2;

    if (first == CLASS_DOUBLE_FAULT && then != CLASS_BENIGN)
        return false;
    if ((first == CLASS_CONTRIBUTORY && then == CLASS_CONTRIBUTORY) ||
        (first == CLASS_PAGE_FAULT && then != CLASS_BENIGN))
        *now = (struct x86_exception){.vector = X86_DF, .has_error = true, .cr2 = cr2};
    else
        *now = *second;
    return true;
}

/* Is the instruction going to run again? Then its breakpoints must not fire again. */
static bool exception_is_fault(const struct x86_exception *exception)
{
    switch (exception->vector) {
    case X86_DB:
        return exception->dr6 & X86_DR6_BD;
    case X86_BP:
    case X86_OF:
    case X86_DF:
    case X86_MC:
        return false;
    default:
        return !exception->soft;
    }
}

static void exception_set_registers(struct x86_cpu *cpu, const struct x86_exception *exception)
{
    if (exception->vector == X86_PF)
        cpu->cr2 = exception->cr2;
    if (exception->vector != X86_DB || exception->soft)
        return;
    cpu->dr[6] = (cpu->dr[6] & ~0xfull) | exception->dr6;
    cpu->dr[7] &= ~(uint64_t)X86_DR7_GD;
    cpu->debugctl &= ~3ull; /* LBR, BTF */
}

static struct x86_event exception_event(const struct x86_cpu *cpu,
                                        const struct x86_exception *exception)
{
    struct x86_event event = {
        .vector = exception->vector,
        .kind = exception->soft ? X86_EVENT_SOFT : X86_EVENT_EXCEPTION,
        .has_error = exception->has_error,
        .error = exception->error,
        .pc = cpu->ir.pc + (exception->soft ? exception->length : 0),
        .flags = x86_get_eflags(cpu),
    };

    if (exception_is_fault(exception))
        event.flags |= X86_FLAG_RF;
    return event;
}

void x86_shut_down(struct x86_cpu *cpu)
{
    emu_trace(cpu->trace, cpu_triple_fault, cpu->apic_id, (unsigned long long)cpu->ir.pc);
    cpu->halted = true;
    cpu->shutdown = true;
    if (cpu->power != NULL)
        cpu->power->request(cpu->power->opaque, EMU_POWER_SHUTDOWN, 0);
}

void x86_deliver_exception(struct x86_cpu *cpu)
{
    struct x86_exception now = cpu->exception;

    for (;;) {
        struct x86_event event = exception_event(cpu, &now);

        cpu->exception_pending = false;
        emu_trace(cpu->trace, cpu_exception, cpu->apic_id, now.vector, now.error,
                  (unsigned long long)cpu->ir.pc, (unsigned long long)now.cr2);
        exception_set_registers(cpu, &now);
        if (x86_deliver_event(cpu, &event) == IR_OK)
            return;
        cpu->exception_pending = false;
        if (cpu->exception.vector == X86_PF)
            cpu->cr2 = cpu->exception.cr2;
        if (!exception_combine(&now, &cpu->exception)) {
            x86_shut_down(cpu);
            return;
        }
    }
}

void x86_deliver_interrupt(struct x86_cpu *cpu, uint8_t vector)
{
    struct x86_event event = {
        .vector = vector,
        .kind = X86_EVENT_INTERRUPT,
        .pc = cpu->ir.pc,
        .flags = x86_get_eflags(cpu),
    };

    emu_trace(cpu->trace, cpu_interrupt, cpu->apic_id, vector, (unsigned long long)cpu->ir.pc);
    if (vector == X86_NMI)
        cpu->nmi_blocked = true;
    if (x86_deliver_event(cpu, &event) != IR_OK)
        x86_deliver_exception(cpu);
}
