/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hardware task switches, 16 and 32 bits, by jump, call, gate and IRET (SDM volume 3, 7.3). Until
 * the new task's registers are loaded a fault belongs to the old task; after it, to the new one.
 */
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/segment.h"

#define TSS_LINK 0

/* Where things are in a TSS of either size; each of pc.. is slot bytes wide. */
struct task_layout {
    unsigned slot;     /* bytes of a register */
    unsigned cr3;      /* 0: none */
    unsigned pc;       /* then flags, 8 general registers, segments */
    unsigned segments; /* how many: 4 or 6 */
    unsigned trap;     /* 0: none */
    unsigned limit;    /* at least */
};

static const struct task_layout task_layout16 = {2, 0, 0x0e, 4, 0, 0x2b};
static const struct task_layout task_layout32 = {4, 0x1c, 0x20, 6, 0x64, 0x67};

struct task_state {
    uint64_t cr3, pc, flags;
    uint64_t gpr[8];
    uint64_t segment[6]; /* ES, CS, SS, DS, FS, GS */
    uint64_t ldt, trap;
};

static const struct task_layout *task_layout(uint32_t attr)
{
    return X86_ATTR_TYPE(attr) & 8 ? &task_layout32 : &task_layout16;
}

/* ---- memory ---- */

/* Calls move for each saved register in the TSS's order. */
typedef enum ir_status task_move_fn(struct x86_cpu *cpu, emu_gva address, unsigned size,
                                    uint64_t *value);

static enum ir_status task_move_store(struct x86_cpu *cpu, emu_gva address, unsigned size,
                                      uint64_t *value)
{
    return x86_store_system(cpu, address, size, *value);
}

static enum ir_status task_move_registers(struct x86_cpu *cpu, emu_gva base,
                                          const struct task_layout *layout,
                                          struct task_state *state, task_move_fn *move)
{
    emu_gva at = base + layout->pc;
    enum ir_status status = move(cpu, at, layout->slot, &state->pc);

    at += layout->slot;
    if (status == IR_OK)
        status = move(cpu, at, layout->slot, &state->flags);
    for (unsigned i = 0; i < 8 && status == IR_OK; i++) {
        at += layout->slot;
        status = move(cpu, at, layout->slot, &state->gpr[i]);
    }
    for (unsigned i = 0; i < layout->segments && status == IR_OK; i++) {
        at += layout->slot;
        status = move(cpu, at, 2, &state->segment[i]);
    }
    return status;
}

static enum ir_status task_read(struct x86_cpu *cpu, emu_gva base, const struct task_layout *layout,
                                struct task_state *state)
{
    emu_gva ldt = base + layout->pc + layout->slot * (10 + layout->segments);
    enum ir_status status;

    *state = (struct task_state){0};
    status = task_move_registers(cpu, base, layout, state, x86_load_system);
    if (status == IR_OK)
        status = x86_load_system(cpu, ldt, 2, &state->ldt);
    if (status == IR_OK && layout->cr3 != 0)
        status = x86_load_system(cpu, base + layout->cr3, 4, &state->cr3);
    if (status == IR_OK && layout->trap != 0)
        status = x86_load_system(cpu, base + layout->trap, 2, &state->trap);
    return status;
}

static enum ir_status task_save(struct x86_cpu *cpu, uint64_t pc, bool clear_nt)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    struct task_state state = {.pc = pc, .flags = x86_get_eflags(cpu)};

    if (clear_nt)
        state.flags &= ~(uint64_t)X86_FLAG_NT;
    for (unsigned i = 0; i < 8; i++)
        state.gpr[i] = cpu->gpr[i];
    for (unsigned i = 0; i < 6; i++)
        state.segment[i] = cpu->seg[i].selector;
    return task_move_registers(cpu, tr->base, task_layout(tr->attr), &state, task_move_store);
}

/* ---- descriptors ---- */

struct task_switch {
    uint16_t selector;
    enum x86_task_reason reason;
    uint64_t pc;
    struct x86_descriptor tss;
    struct task_state state;
};

static enum ir_status task_check_tss(struct x86_cpu *cpu, struct task_switch *s)
{
    enum x86_vector vector = s->reason == X86_TASK_IRET ? X86_TS : X86_GP;
    uint32_t error = x86_selector_error(s->selector);
    unsigned type;
    enum ir_status status;

    if (x86_is_null(s->selector) || (s->selector & 4))
        return x86_raise_error(cpu, vector, error);
    status = x86_read_descriptor(cpu, s->selector, vector, &s->tss);
    if (status != IR_OK)
        return status;
    type = X86_ATTR_TYPE(s->tss.attr) & ~8u; /* 1: available, 3: busy */
    if ((s->tss.attr & X86_ATTR_S) || type != (s->reason == X86_TASK_IRET ? 3 : 1))
        return x86_raise_error(cpu, vector, error);
    if (!(s->tss.attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    if (s->tss.limit < task_layout(s->tss.attr)->limit)
        return x86_raise_error(cpu, X86_TS, error);
    return IR_OK;
}

static enum ir_status task_clear_old_busy(struct x86_cpu *cpu)
{
    emu_gva address;

    if (!x86_descriptor_address(cpu, cpu->seg[X86_TR].selector, 8, &address))
        return IR_OK;
    return x86_mark_busy(cpu, address, false);
}

/* Leaves the old task: all that can fault in it is done when this returns. */
static enum ir_status task_leave(struct x86_cpu *cpu, struct task_switch *s)
{
    bool nests = s->reason == X86_TASK_CALL || s->reason == X86_TASK_GATE;
    enum ir_status status = task_read(cpu, s->tss.base, task_layout(s->tss.attr), &s->state);

    if (status == IR_OK)
        status = task_save(cpu, s->pc, s->reason == X86_TASK_IRET);
    if (status == IR_OK && nests)
        status = x86_store_system(cpu, s->tss.base + TSS_LINK, 2, cpu->seg[X86_TR].selector);
    if (status == IR_OK && !nests)
        status = task_clear_old_busy(cpu);
    if (status == IR_OK && s->reason != X86_TASK_IRET)
        status = x86_mark_busy(cpu, s->tss.address, true);
    if (nests)
        s->state.flags |= X86_FLAG_NT;
    return status;
}

/* ---- the new task ---- */

static enum ir_status task_load_cr3(struct x86_cpu *cpu, const struct task_switch *s)
{
    if (!(cpu->cr0 & X86_CR0_PG) || task_layout(s->tss.attr)->cr3 == 0)
        return IR_OK;
    if (cpu->cr4 & X86_CR4_PAE) {
        enum ir_status status = x86_load_pdptes(cpu, s->state.cr3);

        if (status != IR_OK)
            return status;
    }
    cpu->cr3 = s->state.cr3;
    x86_tlb_set_cr3(cpu, false);
    return IR_OK;
}

/* Selectors without descriptors: unusable until they have been checked. */
static void task_load_registers(struct x86_cpu *cpu, const struct task_switch *s)
{
    for (unsigned i = 0; i < 8; i++)
        cpu->gpr[i] = (uint32_t)s->state.gpr[i];
    for (unsigned i = 0; i < 6; i++)
        x86_set_null_segment(cpu, (enum x86_seg_name)i, (uint16_t)s->state.segment[i]);
    x86_set_null_segment(cpu, X86_LDTR, (uint16_t)s->state.ldt);
    x86_set_eflags(cpu, s->state.flags);
    cpu->cpl = s->state.flags & X86_FLAG_VM ? 3 : x86_rpl((uint16_t)s->state.segment[X86_CS]);
    cpu->ir.pc = s->state.pc;
    cpu->cr0 |= X86_CR0_TS;
}

static void task_load_tr(struct x86_cpu *cpu, struct task_switch *s)
{
    s->tss.attr |= 2; /* busy */
    x86_set_segment_from(cpu, X86_TR, s->selector, &s->tss);
}

static enum ir_status task_load_ldt(struct x86_cpu *cpu, uint16_t selector)
{
    struct x86_descriptor d;
    enum ir_status status;

    if (x86_is_null(selector))
        return IR_OK;
    if (selector & 4)
        return x86_raise_error(cpu, X86_TS, x86_selector_error(selector));
    status = x86_read_descriptor(cpu, selector, X86_TS, &d);
    if (status != IR_OK)
        return status;
    if ((d.attr & X86_ATTR_S) || X86_ATTR_TYPE(d.attr) != X86_TYPE_LDT || !(d.attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_TS, x86_selector_error(selector));
    x86_set_segment_from(cpu, X86_LDTR, selector, &d);
    return IR_OK;
}

static enum ir_status task_load_code(struct x86_cpu *cpu, uint16_t selector)
{
    uint32_t error = x86_selector_error(selector);
    unsigned rpl = x86_rpl(selector);
    struct x86_descriptor d;
    enum ir_status status;

    if (x86_is_null(selector))
        return x86_raise_error(cpu, X86_TS, error);
    status = x86_read_descriptor(cpu, selector, X86_TS, &d);
    if (status != IR_OK)
        return status;
    if (!x86_is_code(d.attr) ||
        (x86_is_conforming(d.attr) ? X86_ATTR_DPL(d.attr) > rpl : X86_ATTR_DPL(d.attr) != rpl))
        return x86_raise_error(cpu, X86_TS, error);
    if (!(d.attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    status = x86_mark_accessed(cpu, &d);
    if (status == IR_OK)
        x86_set_segment_from(cpu, X86_CS, selector, &d);
    return status;
}

static enum ir_status task_load_stack(struct x86_cpu *cpu, uint16_t selector)
{
    struct x86_descriptor d;
    enum ir_status status = x86_check_stack_segment(cpu, selector, cpu->cpl, X86_TS, &d);

    if (status == IR_OK)
        x86_set_segment_from(cpu, X86_SS, selector, &d);
    return status;
}

static enum ir_status task_load_data(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector)
{
    struct x86_descriptor d;
    enum ir_status status;

    if (x86_is_null(selector))
        return IR_OK;
    status = x86_check_data_segment(cpu, selector, cpu->cpl, X86_TS, &d);
    if (status == IR_OK)
        x86_set_segment_from(cpu, name, selector, &d);
    return status;
}

static enum ir_status task_load_segments(struct x86_cpu *cpu, const struct task_state *state)
{
    static const uint8_t data[] = {X86_DS, X86_ES, X86_FS, X86_GS};
    enum ir_status status;

    if (state->flags & X86_FLAG_VM) {
        for (unsigned i = 0; i < 6; i++)
            x86_set_real_segment(cpu, (enum x86_seg_name)i, (uint16_t)state->segment[i]);
        return IR_OK;
    }
    status = task_load_stack(cpu, (uint16_t)state->segment[X86_SS]);
    if (status == IR_OK)
        status = task_load_code(cpu, (uint16_t)state->segment[X86_CS]);
    for (unsigned i = 0; i < 4 && status == IR_OK; i++)
        status = task_load_data(cpu, data[i], (uint16_t)state->segment[data[i]]);
    return status;
}

/* DR7's local enable bits belong to a task. */
static void task_drop_local_breaks(struct x86_cpu *cpu)
{
    const uint64_t local = 0x155; /* L0 to L3, LE */

    if (!(cpu->dr[7] & local))
        return;
    cpu->dr[7] &= ~local;
    x86_debug_changed(cpu);
}

/* Enters the new task; faults are its own. */
static enum ir_status task_enter(struct x86_cpu *cpu, struct task_switch *s)
{
    enum ir_status status;

    task_load_tr(cpu, s);
    status = task_load_cr3(cpu, s);
    task_load_registers(cpu, s);
    if (status == IR_OK)
        status = task_load_ldt(cpu, (uint16_t)s->state.ldt);
    if (status == IR_OK)
        status = task_load_segments(cpu, &s->state);
    if (status == IR_OK && cpu->ir.pc > cpu->seg[X86_CS].limit)
        status = x86_raise_error(cpu, X86_GP, 0);
    if (status == IR_OK && (s->state.trap & 1)) {
        x86_raise(cpu, X86_DB);
        cpu->exception.dr6 = X86_DR6_BT;
        status = IR_FAULT;
    }
    task_drop_local_breaks(cpu);
    x86_update_mode(cpu);
    return status == IR_OK ? IR_JUMPED : status;
}

enum ir_status x86_switch_task(struct x86_cpu *cpu, uint16_t selector, enum x86_task_reason reason,
                               uint64_t pc)
{
    struct task_switch s = {.selector = selector, .reason = reason, .pc = pc};
    enum ir_status status = task_check_tss(cpu, &s);

    if (status == IR_OK)
        status = task_leave(cpu, &s);
    return status == IR_OK ? task_enter(cpu, &s) : status;
}

enum ir_status x86_switch_task_gate(struct x86_cpu *cpu, const struct x86_descriptor *gate,
                                    enum x86_task_reason reason, uint64_t pc)
{
    return x86_switch_task(cpu, (uint16_t)(gate->low >> 16), reason, pc);
}
