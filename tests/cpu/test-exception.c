/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery of exceptions and interrupts in all modes, double and triple faults, task switches. */
#include "tests/cpu/rig.h"

#define CALL(rig, name, a, b, c) x86_helper_##name(&(rig)->cpu->ir, (a), (b), (c))
#define STACK                    0x6000u
#define INNER                    0x7000u /* the stack of ring 0 in the TSS */
#define HANDLER                  0x2345u
#define PC                       0x1000u

static struct rig *rig_in(enum rig_mode mode)
{
    struct rig *rig = rig_new();

    rig_set_mode(rig, mode);
    if (mode >= RIG_PAGING32)
        rig_map_low(rig);
    rig->cpu->gpr[X86_RSP] = STACK;
    rig->cpu->ir.pc = PC;
    rig_write(rig, RIG_TSS + 4, 4, INNER); /* ESP0, or RSP0 */
    if (mode != RIG_LONG)
        rig_write(rig, RIG_TSS + 8, 2, RIG_DATA0);
    return rig;
}

static uint64_t slot(const struct rig *rig, unsigned size, unsigned index)
{
    return rig_read(rig, rig->cpu->gpr[X86_RSP] + size * index, size);
}

static void deliver(struct rig *rig, enum x86_vector vector, uint32_t error)
{
    bool has_error = vector == X86_DF || (vector >= X86_TS && vector <= X86_PF) || vector == X86_AC;

    if (has_error)
        x86_raise_error(rig->cpu, vector, error);
    else
        x86_raise(rig->cpu, vector);
    x86_deliver_exception(rig->cpu);
    CHECK(!rig->cpu->exception_pending);
}

/* ---- real mode ---- */

static void test_real(void)
{
    struct rig *rig = rig_in(RIG_REAL);
    struct x86_cpu *cpu = rig->cpu;

    rig_write(rig, 0x21 * 4, 4, 0x12340056);
    x86_set_eflags(cpu, X86_FLAG_IF | X86_FLAG_TF | IR_F_C);
    CHECK_EQ(CALL(rig, soft_int, 0x21, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x12340);
    CHECK_EQ(cpu->ir.pc, 0x56);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 6);
    CHECK_EQ(slot(rig, 2, 0), PC + 2);
    CHECK_EQ(slot(rig, 2, 1), 0xf000);
    CHECK_EQ(slot(rig, 2, 2), 0x303);
    CHECK_EQ(x86_get_eflags(cpu), 3);
    CHECK_EQ(CALL(rig, iret, 2, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, PC + 2);
    CHECK_EQ(x86_get_eflags(cpu), 0x303);
    rig_write(rig, X86_GP * 4, 4, 0x20000010);
    deliver(rig, X86_GP, 0); /* no error code here */
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 6);
    CHECK_EQ(cpu->ir.pc, 0x10);
    rig_free(rig);
}

static void test_real_limit(void)
{
    struct rig *rig = rig_in(RIG_REAL);

    rig->cpu->idt.limit = 0x3f; /* 16 vectors */
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x21, 0, 2), X86_GP, 0x21 * 8 + 2);
    CHECK_EQ(rig->cpu->gpr[X86_RSP], STACK);
    rig->cpu->idt.limit = 0; /* nothing: shutdown */
    deliver(rig, X86_UD, 0);
    CHECK_EQ(rig->shutdowns, 1);
    CHECK(rig->cpu->shutdown);
    rig_free(rig);
}

/* ---- protected mode ---- */

static void test_same_ring(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_GP, RIG_CODE0, 0x12345678, X86_TYPE_INT, 0, 0);
    x86_set_eflags(cpu, X86_FLAG_IF | X86_FLAG_NT | IR_F_Z);
    deliver(rig, X86_GP, 0x1234);
    CHECK_EQ(cpu->ir.pc, 0x12345678);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 16);
    CHECK_EQ(slot(rig, 4, 0), 0x1234);
    CHECK_EQ(slot(rig, 4, 1), PC);
    CHECK_EQ(slot(rig, 4, 2), RIG_CODE0);
    CHECK_EQ(slot(rig, 4, 3), 2 | X86_FLAG_IF | X86_FLAG_NT | IR_F_Z | X86_FLAG_RF);
    CHECK_EQ(x86_get_eflags(cpu), 2 | IR_F_Z);
    rig_free(rig);
}

static void test_gate_kinds(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    cpu->eflags |= X86_FLAG_IF;
    rig_set_gate(rig, 0x40, RIG_CODE0, 0x12345678, X86_TYPE_TRAP16, 0, 0);
    CHECK_EQ(CALL(rig, soft_int, 0x40, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x5678);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 6);
    CHECK_EQ(slot(rig, 2, 0), PC + 2);
    CHECK(cpu->eflags & X86_FLAG_IF);
    rig_set_gate(rig, 0x41, RIG_CODE0, HANDLER, X86_TYPE_TRAP, 0, 0);
    CHECK_EQ(CALL(rig, soft_int, 0x41, 0, 2), IR_JUMPED);
    CHECK(cpu->eflags & X86_FLAG_IF);
    rig_set_gate(rig, 0x41, RIG_CODE0, HANDLER, X86_TYPE_INT16, 0, 0);
    CHECK_EQ(CALL(rig, soft_int, 0x41, 0, 2), IR_JUMPED);
    CHECK(!(cpu->eflags & X86_FLAG_IF));
    rig_free(rig);
}

static void test_inner_ring(void)
{
    struct rig *rig = rig_in(RIG_PAGING32);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_PF, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    rig_set_cpl(rig, 3);
    x86_raise_page_fault(cpu, 0xdeadb000, 6);
    x86_deliver_exception(cpu);
    CHECK_EQ(cpu->cr2, 0xdeadb000);
    CHECK_EQ(cpu->cpl, 0);
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_DATA0);
    CHECK_EQ(cpu->gpr[X86_RSP], INNER - 24);
    CHECK_EQ(slot(rig, 4, 0), 6);
    CHECK_EQ(slot(rig, 4, 1), PC);
    CHECK_EQ(slot(rig, 4, 2), RIG_CODE3);
    CHECK_EQ(slot(rig, 4, 4), STACK);
    CHECK_EQ(slot(rig, 4, 5), RIG_DATA3);
    CHECK_EQ(cpu->ir.mode & 3, 0);
    cpu->gpr[X86_RSP] += 4;
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    rig_free(rig);
}

static void test_soft_faults(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    rig_set_cpl(rig, 3);
    rig_set_gate(rig, 0x80, RIG_CODE0, HANDLER, X86_TYPE_TRAP, 0, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x80, 0, 2), X86_GP, 0x80 * 8 + 2);
    CHECK_FAULT(rig, CALL(rig, soft_int, 3, 1, 1), X86_GP, 3 * 8 + 2); /* no gate */
    rig_set_gate(rig, 1, RIG_CODE0, HANDLER, X86_TYPE_TRAP, 0, 0);
    CHECK_EQ(CALL(rig, soft_int, 1, 3, 1), IR_JUMPED); /* INT1 may */
    rig_set_cpl(rig, 3);
    rig_set_gate(rig, 0x80, RIG_DATA0, HANDLER, X86_TYPE_TRAP, 3, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x80, 0, 2), X86_GP, RIG_DATA0);
    rig_set_gate(rig, 0x80, 0, HANDLER, X86_TYPE_TRAP, 3, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x80, 0, 2), X86_GP, 0);
    rig_set_gate(rig, 0x80, RIG_CODE0, HANDLER, X86_TYPE_TRAP, 3, 0);
    rig_write(rig, RIG_IDT + 0x80 * 8 + 5, 1, 0x6f); /* not present */
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x80, 0, 2), X86_NP, 0x80 * 8 + 2);
    rig->cpu->idt.limit = 0x80 * 8 + 6;
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x80, 0, 2), X86_GP, 0x80 * 8 + 2);
    rig_free(rig);
}

static void test_ext_bit(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_GP, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    x86_deliver_interrupt(cpu, 0x55); /* no gate: #GP with EXT */
    CHECK_EQ(cpu->ir.pc, HANDLER);
    CHECK_EQ(slot(rig, 4, 0), 0x55 * 8 + 3);
    CHECK_EQ(slot(rig, 4, 1), PC);
    rig_free(rig);
}

/* ---- double and triple faults ---- */

static void check_combines(enum x86_vector first, uint32_t idt_entry_vector, bool doubles)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    /* Only #DF and #NP have handlers; the first one's gate is not present. */
    rig_set_gate(rig, X86_DF, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    rig_set_gate(rig, X86_NP, RIG_CODE0, HANDLER + 1, X86_TYPE_INT, 0, 0);
    rig_set_gate(rig, first, RIG_CODE0, HANDLER + 2, X86_TYPE_INT, 0, 0);
    rig_write(rig, RIG_IDT + first * 8 + 5, 1, 0x0e);
    deliver(rig, first, 0);
    CHECK_EQ(rig->cpu->ir.pc, doubles ? HANDLER : HANDLER + 1);
    CHECK_EQ(slot(rig, 4, 0), doubles ? 0 : idt_entry_vector * 8 + 3);
    CHECK_EQ(slot(rig, 4, 1), PC);
    CHECK_EQ(rig->shutdowns, 0);
    rig_free(rig);
}

static void test_double_fault(void)
{
    check_combines(X86_GP, X86_GP, true);
    check_combines(X86_DE, X86_DE, true);
    check_combines(X86_TS, X86_TS, true);
    check_combines(X86_PF, X86_PF, true);
    check_combines(X86_UD, X86_UD, false);
    check_combines(X86_DB, X86_DB, false);
    check_combines(X86_AC, X86_AC, false);
}

static void test_page_faults_combine(void)
{
    struct rig *rig = rig_in(RIG_PAGING32);
    struct x86_cpu *cpu = rig->cpu;

    /* The IDT's second page is absent: #GP at its end is fine, then reading a gate faults. */
    cpu->idt.base = 0x800000 - 8 * 14;
    rig_map(rig, 0x7ff000, 0x7ff000 | PTE_P | PTE_W, 1);
    rig_write(rig, 0x800000 - 8 * 14 + 8 * X86_DF, 8,
              HANDLER | (uint64_t)RIG_CODE0 << 16 | 0x8e0000000000);
    x86_raise_page_fault(cpu, 0x12345000, 0);
    x86_deliver_exception(cpu);
    CHECK_EQ(cpu->ir.pc, HANDLER);
    CHECK_EQ(slot(rig, 4, 0), 0);
    CHECK_EQ(cpu->cr2, 0x800000); /* of the second one */
    rig_free(rig);
}

static void test_triple_fault(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    rig_set_gate(rig, X86_GP, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    deliver(rig, X86_NP, 0); /* no gate: #GP -> #DF, no gate either */
    CHECK_EQ(rig->shutdowns, 1);
    CHECK(rig->cpu->halted && rig->cpu->shutdown);
    CHECK_EQ(rig->cpu->ir.pc, PC);
    rig_free(rig);
}

/* ---- long mode ---- */

static void test_long(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_UD, RIG_CODE64, 0xffff800012345678, X86_TYPE_INT, 0, 0);
    cpu->gpr[X86_RSP] = STACK + 0xb;
    deliver(rig, X86_UD, 0);
    CHECK_EQ(cpu->ir.pc, 0xffff800012345678);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 40); /* aligned first */
    CHECK_EQ(slot(rig, 8, 0), PC);
    CHECK_EQ(slot(rig, 8, 1), RIG_CODE64);
    CHECK_EQ(slot(rig, 8, 2), 2 | X86_FLAG_RF);
    CHECK_EQ(slot(rig, 8, 3), STACK + 0xb);
    CHECK_EQ(slot(rig, 8, 4), RIG_DATA0);
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_DATA0);
    rig_free(rig);
}

static void test_long_inner(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_GP, RIG_CODE64, HANDLER, X86_TYPE_TRAP, 0, 0);
    rig_set_cpl(rig, 3);
    cpu->eflags |= X86_FLAG_IF;
    deliver(rig, X86_GP, 0x18);
    CHECK_EQ(cpu->cpl, 0);
    CHECK_EQ(cpu->gpr[X86_RSP], INNER - 48);
    CHECK_EQ(cpu->seg[X86_SS].selector, 0);
    CHECK(cpu->seg[X86_SS].attr & X86_ATTR_NULL);
    CHECK_EQ(slot(rig, 8, 0), 0x18);
    CHECK_EQ(slot(rig, 8, 2), RIG_USER64);
    CHECK_EQ(slot(rig, 8, 5), RIG_DATA3);
    CHECK(cpu->eflags & X86_FLAG_IF);
    CHECK_EQ(cpu->seg[X86_DS].selector, RIG_DATA3);
    cpu->gpr[X86_RSP] += 8;
    CHECK_EQ(CALL(rig, iret, 8, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    CHECK_EQ(cpu->cpl, 3);
    rig_free(rig);
}

static void test_long_ist(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_NMI, RIG_CODE64, HANDLER, X86_TYPE_INT, 0, 2);
    rig_write(rig, RIG_TSS + 0x24 + 8, 8, 0x9000);
    x86_deliver_interrupt(cpu, X86_NMI);
    CHECK_EQ(cpu->ir.pc, HANDLER);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x9000 - 40);
    CHECK_EQ(slot(rig, 8, 3), STACK);
    CHECK_EQ(slot(rig, 8, 2), 2);                   /* an interrupt: no RF */
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_DATA0); /* same ring */
    CHECK(cpu->nmi_blocked);
    CHECK_EQ(CALL(rig, iret, 8, 0, 2), IR_JUMPED);
    CHECK(!cpu->nmi_blocked);
    rig_free(rig);
}

static void test_long_faults(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_GP, 0x30 * 8 + 2);
    rig_set_gate(rig, 0x30, RIG_CODE0, HANDLER, X86_TYPE_INT, 3, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_GP, RIG_CODE0); /* not 64-bit */
    rig_set_gate(rig, 0x30, RIG_CODE64, HANDLER, X86_TYPE_TASK, 3, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_GP, 0x30 * 8 + 2);
    rig_set_gate(rig, 0x30, RIG_CODE64, 0x800000000000, X86_TYPE_INT, 3, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_GP, 0);
    rig_set_gate(rig, 0x30, RIG_CODE64, HANDLER, X86_TYPE_INT, 3, 1);
    rig_write(rig, RIG_TSS + 0x24, 8, 0x800000001000);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_STACK, 0);
    rig_write(rig, RIG_TSS + 0x24, 8, 0x40000000);
    CHECK_PAGE_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), 0x3ffffff8, 2);
    cpu->seg[X86_TR].limit = 0x2a;
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x30, 0, 2), X86_TS, RIG_TSS_SELECTOR);
    cpu->idt.limit = 0x30f;
    CHECK_EQ(cpu->ir.pc, PC);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    rig_free(rig);
}

/* ---- debug exceptions ---- */

static void test_debug_registers(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_DB, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    cpu->dr[6] |= 3;
    cpu->dr[7] |= 1u << 13;
    cpu->eflags |= X86_FLAG_TF;
    x86_raise(cpu, X86_DB);
    cpu->exception.dr6 = 1u << 14;
    x86_deliver_exception(cpu);
    CHECK_EQ(cpu->dr[6], 0xffff4ff0);
    CHECK(!(cpu->dr[7] & 1u << 13));
    CHECK(!(cpu->eflags & X86_FLAG_TF));
    CHECK_EQ(slot(rig, 4, 2), 2 | X86_FLAG_TF); /* a trap: no RF */
    rig_free(rig);
}

static void test_int1(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_DB, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    CHECK_EQ(CALL(rig, soft_int, 1, 3, 1), IR_JUMPED);
    CHECK_EQ(cpu->dr[6], 0xffff0ff0);
    CHECK_EQ(slot(rig, 4, 0), PC + 1);
    cpu->debug_hits = 4; /* as put off by MOV SS */
    CHECK_EQ(CALL(rig, soft_int, 1, 3, 1), IR_JUMPED);
    CHECK_EQ(cpu->dr[6], 0xffff0ff4);
    CHECK_EQ(cpu->debug_hits, 0);
    rig_free(rig);
}

/* ---- virtual-8086 mode ---- */

static void enter_vm86(struct rig *rig, unsigned iopl)
{
    struct x86_cpu *cpu = rig->cpu;

    cpu->eflags = 2 | X86_FLAG_VM | X86_FLAG_IF | (uint64_t)iopl << 12;
    cpu->cpl = 3;
    for (unsigned i = X86_ES; i <= X86_GS; i++)
        x86_set_real_segment(cpu, (enum x86_seg_name)i, (uint16_t)(0x100 + i));
    x86_update_mode(cpu);
    cpu->ir.pc = 0x10;
    cpu->gpr[X86_RSP] = 0x200;
}

static void test_vm86(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gate(rig, X86_GP, RIG_CODE0, HANDLER, X86_TYPE_INT, 0, 0);
    rig_set_gate(rig, 0x21, RIG_CODE0, HANDLER + 1, X86_TYPE_INT, 3, 0);
    enter_vm86(rig, 0);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x21, 0, 2), X86_GP, 0);
    enter_vm86(rig, 3);
    CHECK_EQ(CALL(rig, soft_int, 0x21, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, HANDLER + 1);
    CHECK_EQ(cpu->cpl, 0);
    CHECK(!(cpu->eflags & X86_FLAG_VM));
    CHECK_EQ(cpu->gpr[X86_RSP], INNER - 36);
    CHECK_EQ(slot(rig, 4, 0), 0x12);
    CHECK_EQ(slot(rig, 4, 1), 0x101);
    CHECK_EQ(slot(rig, 4, 2), 2 | X86_FLAG_VM | X86_FLAG_IF | X86_FLAG_IOPL);
    CHECK_EQ(slot(rig, 4, 3), 0x200);
    CHECK_EQ(slot(rig, 4, 4), 0x102);
    CHECK_EQ(slot(rig, 4, 5), 0x100); /* ES, DS, FS, GS */
    CHECK_EQ(slot(rig, 4, 8), 0x105);
    CHECK(cpu->seg[X86_GS].attr & X86_ATTR_NULL);
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x1010);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x200);
    CHECK(cpu->ir.mode & X86_MODE_VM86);
    rig_free(rig);
}

static void test_vm86_ring(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    rig_set_gdt(rig, RIG_FREE, rig_descriptor(0, 0xfffff, 0xc09f)); /* conforming */
    rig_set_gate(rig, 0x21, RIG_FREE, HANDLER, X86_TYPE_INT, 3, 0);
    enter_vm86(rig, 3);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x21, 0, 2), X86_GP, RIG_FREE);
    rig_free(rig);
}

static void test_vme(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    cpu->cr4 |= X86_CR4_VME;
    cpu->seg[X86_TR].limit = 0xff;
    rig_write(rig, RIG_TSS + 0x66, 2, 0x88);       /* redirection map at 0x68 */
    rig_write(rig, RIG_TSS + 0x68 + 4, 1, 1 << 2); /* vector 0x22 is the monitor's */
    rig_write(rig, 0x21 * 4, 4, 0x20000030);
    enter_vm86(rig, 0);
    cpu->eflags |= X86_FLAG_VIF;
    CHECK_EQ(CALL(rig, soft_int, 0x21, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x30);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x20000);
    CHECK(cpu->eflags & X86_FLAG_VM);
    CHECK(!(cpu->eflags & X86_FLAG_VIF));
    CHECK_EQ(rig_read(rig, 0x1020 + 0x200 - 2, 2), 2 | X86_FLAG_IF | X86_FLAG_IOPL);
    CHECK_FAULT(rig, CALL(rig, soft_int, 0x22, 0, 2), X86_GP, 0);
    CHECK_EQ(CALL(rig, iret, 2, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x12);
    CHECK(cpu->eflags & X86_FLAG_VIF);
    CHECK_EQ(x86_iopl(cpu), 0);
    rig_free(rig);
}

/* ---- tasks ---- */

#define NEW_TSS   0x84000u
#define NEW_TASK  RIG_FREE
#define TASK_GATE (RIG_FREE + 8)

static void build_task(struct rig *rig)
{
    rig_set_gdt(rig, NEW_TASK, rig_descriptor(NEW_TSS, 0x67, 0x89));
    rig_set_gdt(rig, TASK_GATE, (uint64_t)NEW_TASK << 16 | 0x850000000000);
    rig_write(rig, NEW_TSS + 0x20, 4, 0x4000); /* EIP */
    rig_write(rig, NEW_TSS + 0x24, 4, 2 | IR_F_C);
    for (unsigned i = 0; i < 8; i++)
        rig_write(rig, NEW_TSS + 0x28 + 4 * i, 4, 0x8000 + 0x100 * i);
    for (unsigned i = 0; i < 6; i++)
        rig_write(rig, NEW_TSS + 0x48 + 4 * i, 2, i == X86_CS ? RIG_CODE0 : RIG_DATA0);
}

static void test_task_call(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_task(rig);
    cpu->gpr[X86_RBX] = 0x5555;
    CHECK_EQ(CALL(rig, far_call, NEW_TASK, 0, 7 | 4 << 8), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x4000);
    CHECK_EQ(cpu->gpr[X86_RBX], 0x8300);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x8400);
    CHECK_EQ(x86_get_eflags(cpu), 2 | IR_F_C | X86_FLAG_NT);
    CHECK(cpu->cr0 & X86_CR0_TS);
    CHECK_EQ(cpu->seg[X86_TR].selector, NEW_TASK);
    CHECK_EQ(rig_read(rig, NEW_TSS, 2), RIG_TSS_SELECTOR);
    CHECK_EQ(rig_read(rig, RIG_GDT + NEW_TASK + 5, 1), 0x8b);
    CHECK_EQ(rig_read(rig, RIG_GDT + RIG_TSS_SELECTOR + 5, 1), 0x8b); /* still busy */
    CHECK_EQ(rig_read(rig, RIG_TSS + 0x20, 4), PC + 7);
    CHECK_EQ(rig_read(rig, RIG_TSS + 0x34, 4), 0x5555);
    CHECK_EQ(rig_read(rig, RIG_TSS + 0x4c, 2), RIG_CODE0);
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED); /* NT: back */
    CHECK_EQ(cpu->ir.pc, PC + 7);
    CHECK_EQ(cpu->gpr[X86_RBX], 0x5555);
    CHECK_EQ(cpu->seg[X86_TR].selector, RIG_TSS_SELECTOR);
    CHECK_EQ(rig_read(rig, RIG_GDT + NEW_TASK + 5, 1), 0x89);
    CHECK_EQ(rig_read(rig, NEW_TSS + 0x20, 4), 0x4001);
    CHECK(!(rig_read(rig, NEW_TSS + 0x24, 4) & X86_FLAG_NT));
    rig_free(rig);
}

static void test_task_jump(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_task(rig);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_TSS_SELECTOR, 0, 7), X86_GP, RIG_TSS_SELECTOR);
    CHECK_EQ(CALL(rig, far_jmp, TASK_GATE, 0, 7), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x4000);
    CHECK(!(cpu->eflags & X86_FLAG_NT));
    CHECK_EQ(rig_read(rig, RIG_GDT + RIG_TSS_SELECTOR + 5, 1), 0x89);
    CHECK_EQ(rig_read(rig, NEW_TSS, 2), 0);
    rig_free(rig);
}

static void test_task_gate(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_task(rig);
    rig_set_gate(rig, X86_DF, NEW_TASK, 0, X86_TYPE_TASK, 0, 0);
    deliver(rig, X86_GP, 0x10); /* no gate: #NP would be the next: double fault */
    CHECK_EQ(cpu->ir.pc, 0x4000);
    CHECK(cpu->eflags & X86_FLAG_NT);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x8400 - 4);
    CHECK_EQ(slot(rig, 4, 0), 0);
    CHECK_EQ(rig_read(rig, RIG_TSS + 0x20, 4), PC);
    rig_free(rig);
}

static void test_task_faults(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_task(rig);
    rig_set_gdt(rig, NEW_TASK, rig_descriptor(NEW_TSS, 0x66, 0x89));
    CHECK_FAULT(rig, CALL(rig, far_jmp, NEW_TASK, 0, 7), X86_TS, NEW_TASK);
    rig_set_gdt(rig, NEW_TASK, rig_descriptor(NEW_TSS, 0x67, 0x09));
    CHECK_FAULT(rig, CALL(rig, far_jmp, NEW_TASK, 0, 7), X86_NP, NEW_TASK);
    CHECK_EQ(cpu->ir.pc, PC);
    cpu->eflags |= X86_FLAG_NT;
    rig_write(rig, RIG_TSS, 2, NEW_TASK);
    rig_set_gdt(rig, NEW_TASK, rig_descriptor(NEW_TSS, 0x67, 0x89));
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_TS, NEW_TASK); /* not busy */
    cpu->eflags &= ~(uint64_t)X86_FLAG_NT;
    rig_write(rig, NEW_TSS + 0x50, 2, RIG_DATA3);
    CHECK_FAULT(rig, CALL(rig, far_jmp, NEW_TASK, 0, 7), X86_TS, RIG_DATA3 & ~3);
    CHECK_EQ(cpu->ir.pc, 0x4000); /* a fault of the new task */
    CHECK_EQ(cpu->seg[X86_TR].selector, NEW_TASK);
    rig_free(rig);
}

static void test_task_ring(void)
{
    struct rig *rig = rig_in(RIG_PAGING32);
    struct x86_cpu *cpu = rig->cpu;

    build_task(rig);
    rig_write(rig, NEW_TSS + 0x1c, 4, RIG_TABLES | 8);
    rig_write(rig, NEW_TSS + 0x4c, 2, RIG_CODE3);
    for (unsigned i = 0; i < 6; i++)
        if (i != X86_CS)
            rig_write(rig, NEW_TSS + 0x48 + 4 * i, 2, RIG_DATA3);
    rig_write(rig, NEW_TSS + 0x64, 2, 1); /* debug trap */
    CHECK_FAULT(rig, CALL(rig, far_jmp, NEW_TASK, 0, 7), X86_DB, 0);
    CHECK_EQ(cpu->exception.dr6, 1u << 15);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->cr3, RIG_TABLES | 8);
    CHECK_EQ(cpu->ir.mode & 3, 3);
    rig_free(rig);
}

static void test_task16(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gdt(rig, NEW_TASK, rig_descriptor(NEW_TSS, 0x2b, 0x81));
    rig_write(rig, NEW_TSS + 0x0e, 2, 0x4000);
    rig_write(rig, NEW_TSS + 0x10, 2, 2);
    rig_write(rig, NEW_TSS + 0x12 + 2 * X86_RSP, 2, 0x8400);
    for (unsigned i = 0; i < 4; i++)
        rig_write(rig, NEW_TSS + 0x22 + 2 * i, 2, i == X86_CS ? RIG_CODE0 : RIG_DATA0);
    CHECK_EQ(CALL(rig, far_call, NEW_TASK, 0, 7 | 4 << 8), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x4000);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x8400);
    CHECK(cpu->seg[X86_FS].attr & X86_ATTR_NULL);
    CHECK_EQ(rig_read(rig, RIG_GDT + NEW_TASK + 5, 1), 0x83);
    CHECK_EQ(CALL(rig, iret, 2, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, PC + 7);
    rig_free(rig);
}

/* ---- reset ---- */

static void test_reset(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    cpu->lstar = 0x1234;
    cpu->cr0 |= X86_CR0_CD;
    x86_cpu_reset(cpu, true);
    CHECK_EQ(cpu->cr0, X86_CR0_CD | X86_CR0_ET);
    CHECK_EQ(cpu->lstar, 0x1234);
    x86_cpu_reset(cpu, false);
    CHECK_EQ(cpu->cr0, 0x60000010);
    CHECK_EQ(cpu->lstar, 0);
    CHECK_EQ(cpu->ir.pc, 0xfff0);
    CHECK_EQ(cpu->seg[X86_CS].base, 0xffff0000);
    CHECK_EQ(cpu->seg[X86_CS].write_end, 0x10000);
    CHECK_EQ(x86_get_eflags(cpu), 2);
    CHECK_EQ(cpu->ir.mode & 0xff, 0);
    CHECK_EQ(cpu->dr[6], 0xffff0ff0);
    rig_free(rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"real mode", test_real},
        {"real mode, short vector table", test_real_limit},
        {"same ring", test_same_ring},
        {"gates of 16 and 32 bits", test_gate_kinds},
        {"inner ring", test_inner_ring},
        {"software interrupt faults", test_soft_faults},
        {"EXT", test_ext_bit},
        {"double fault", test_double_fault},
        {"page fault during a page fault", test_page_faults_combine},
        {"triple fault", test_triple_fault},
        {"long mode", test_long},
        {"long mode, inner ring", test_long_inner},
        {"long mode, IST", test_long_ist},
        {"long mode, faults", test_long_faults},
        {"debug registers", test_debug_registers},
        {"INT1", test_int1},
        {"virtual-8086 mode", test_vm86},
        {"virtual-8086 mode, conforming handler", test_vm86_ring},
        {"interrupt redirection", test_vme},
        {"task call and return", test_task_call},
        {"task jump", test_task_jump},
        {"task gate", test_task_gate},
        {"task switch faults", test_task_faults},
        {"task of ring 3", test_task_ring},
        {"16-bit task", test_task16},
        {"reset", test_reset},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
