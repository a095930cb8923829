/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segment loads with their error codes, limits, far transfers, descriptor instructions, ports. */
#include "tests/cpu/rig.h"

#define CALL(rig, name, a, b, c) x86_helper_##name(&(rig)->cpu->ir, (a), (b), (c))
#define STACK                    0x6000u /* where tests keep a stack */

static struct rig *rig_in(enum rig_mode mode)
{
    struct rig *rig = rig_new();

    rig_set_mode(rig, mode);
    if (mode >= RIG_PAGING32)
        rig_map_low(rig);
    rig->cpu->gpr[X86_RSP] = STACK;
    rig->cpu->ir.pc = 0x1000;
    return rig;
}

static uint64_t stack_slot(const struct rig *rig, unsigned size, unsigned index)
{
    return rig_read(rig, rig->cpu->gpr[X86_RSP] + size * index, size);
}

/* ---- loads ---- */

static void test_real_loads(void)
{
    struct rig *rig = rig_in(RIG_REAL);
    struct x86_segment *ds = &rig->cpu->seg[X86_DS];

    CHECK_EQ(CALL(rig, load_seg, X86_DS, 0x1234, 0), IR_OK);
    CHECK_EQ(ds->base, 0x12340);
    CHECK_EQ(ds->read_end, 0x10000);
    ds->limit = 0xffffffff; /* as protected mode may leave it */
    CHECK_EQ(CALL(rig, load_seg, X86_DS, 0xffff, 0), IR_OK);
    CHECK_EQ(ds->base, 0xffff0);
    CHECK_EQ(ds->write_end, 0x100000000);
    CHECK_EQ(CALL(rig, load_seg, X86_SS, 0x100, 0), IR_OK);
    CHECK(rig->cpu->shadow);
    CHECK(rig->cpu->ir.mode & X86_MODE_SHADOW);
    CHECK_EQ(CALL(rig, end_shadow, 0, 0, 0), IR_OK);
    CHECK(!(rig->cpu->ir.mode & X86_MODE_SHADOW));
    rig_free(rig);
}

#define NOT_PRESENT 0x50
#define READ_ONLY   0x58
#define EXEC_ONLY   0x60
#define CONFORMING  0x68
#define SYSTEM      0x70
#define USER_DATA   0x78
#define FRESH       0x80
#define OUTSIDE     0x1000

static void build_segments(struct rig *rig)
{
    rig_set_gdt(rig, NOT_PRESENT, rig_descriptor(0, 0xfffff, 0xc013));
    rig_set_gdt(rig, READ_ONLY, rig_descriptor(0, 0xfffff, 0xc091));
    rig_set_gdt(rig, EXEC_ONLY, rig_descriptor(0, 0xfffff, 0xc099));
    rig_set_gdt(rig, CONFORMING, rig_descriptor(0, 0xfffff, 0xc09f));
    rig_set_gdt(rig, SYSTEM, rig_descriptor(RIG_LDT, 0xf, 0x82));
    rig_set_gdt(rig, USER_DATA, rig_descriptor(0x100, 0xff, 0x40f3));
    rig_set_gdt(rig, FRESH, rig_descriptor(0x12345678, 0xffff, 0x4092));
}

struct load_case {
    unsigned cpl;
    enum x86_seg_name name;
    uint16_t selector;
    uint8_t vector; /* 0: no fault */
    uint16_t error;
};

static const struct load_case load_cases[] = {
    {0, X86_DS, 0, 0, 0},
    {0, X86_DS, 3, 0, 0},
    {0, X86_SS, 0, X86_GP, 0},
    {0, X86_SS, 3, X86_GP, 0},
    {0, X86_DS, OUTSIDE, X86_GP, OUTSIDE},
    {0, X86_SS, OUTSIDE | 3, X86_GP, OUTSIDE},
    {0, X86_DS, NOT_PRESENT, X86_NP, NOT_PRESENT},
    {0, X86_SS, NOT_PRESENT, X86_STACK, NOT_PRESENT},
    {0, X86_SS, READ_ONLY, X86_GP, READ_ONLY},
    {0, X86_ES, READ_ONLY, 0, 0},
    {0, X86_DS, EXEC_ONLY, X86_GP, EXEC_ONLY},
    {0, X86_FS, CONFORMING, 0, 0},
    {0, X86_SS, CONFORMING, X86_GP, CONFORMING},
    {0, X86_DS, SYSTEM, X86_GP, SYSTEM},
    {0, X86_SS, RIG_DATA0 | 1, X86_GP, RIG_DATA0},
    {0, X86_DS, RIG_DATA0 | 3, X86_GP, RIG_DATA0},
    {0, X86_SS, USER_DATA, X86_GP, USER_DATA},
    {0, X86_DS, FRESH | 4, X86_GP, FRESH | 4}, /* there is no LDT */
    {3, X86_DS, RIG_DATA0, X86_GP, RIG_DATA0},
    {3, X86_DS, CONFORMING | 3, 0, 0},
    {3, X86_DS, RIG_DATA3, 0, 0},
    {3, X86_DS, USER_DATA, 0, 0},
    {3, X86_SS, USER_DATA | 3, 0, 0},
    {3, X86_SS, USER_DATA, X86_GP, USER_DATA},
    {3, X86_SS, 0, X86_GP, 0},
};

static void test_loads(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    build_segments(rig);
    for (unsigned i = 0; i < sizeof(load_cases) / sizeof(load_cases[0]); i++) {
        const struct load_case *c = &load_cases[i];
        enum ir_status status;

        rig_set_cpl(rig, c->cpl);
        status = CALL(rig, load_seg, c->name, c->selector, 0);
        if (c->vector == 0) {
            CHECK_EQ(status, IR_OK);
            CHECK_EQ(rig->cpu->seg[c->name].selector, c->selector);
        } else {
            CHECK_FAULT(rig, status, c->vector, c->error);
        }
    }
    rig_free(rig);
}

static void test_accessed(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_segment *es = &rig->cpu->seg[X86_ES];

    build_segments(rig);
    CHECK_EQ(CALL(rig, load_seg, X86_ES, FRESH, 0), IR_OK);
    CHECK_EQ(rig_read(rig, RIG_GDT + FRESH + 5, 1), 0x93);
    CHECK_EQ(es->base, 0x12345678);
    CHECK_EQ(es->limit, 0xffff);
    CHECK_EQ(es->attr, 0x4093);
    CHECK_EQ(es->read_end, 0x10000);
    rig_free(rig);
}

static void test_ldt(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    build_segments(rig);
    rig_write(rig, RIG_LDT + 8, 8, rig_descriptor(0x777, 0xff, 0x4093));
    CHECK_FAULT(rig, CALL(rig, lldt, SYSTEM | 4, 0, 0), X86_GP, SYSTEM | 4);
    CHECK_FAULT(rig, CALL(rig, lldt, FRESH, 0, 0), X86_GP, FRESH);
    CHECK_EQ(CALL(rig, lldt, SYSTEM, 0, 0), IR_OK);
    CHECK_EQ(CALL(rig, load_seg, X86_GS, 0xc, 0), IR_OK);
    CHECK_EQ(rig->cpu->seg[X86_GS].base, 0x777);
    CHECK_FAULT(rig, CALL(rig, load_seg, X86_GS, 0x14, 0), X86_GP, 0x14);
    CHECK_EQ(CALL(rig, lldt, 0, 0, 0), IR_OK);
    CHECK_FAULT(rig, CALL(rig, load_seg, X86_GS, 0xc, 0), X86_GP, 0xc);
    rig_free(rig);
}

static void test_long_loads(void)
{
    struct rig *rig = rig_in(RIG_LONG);

    CHECK_EQ(CALL(rig, load_seg, X86_SS, 0, 0), IR_OK);
    CHECK_FAULT(rig, CALL(rig, load_seg, X86_SS, 3, 0), X86_GP, 0);
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, load_seg, X86_SS, 3, 0), X86_GP, 0);
    rig->cpu->seg[X86_FS].base = 0x123456789;
    CHECK_EQ(CALL(rig, load_seg, X86_FS, 0, 0), IR_OK);
    CHECK_EQ(rig->cpu->seg[X86_FS].base, 0);
    rig_free(rig);
}

/* ---- limits and the mode key ---- */

static enum ir_status seg_check(struct rig *rig, enum x86_seg_name name, bool write, unsigned size,
                                uint64_t offset)
{
    return CALL(rig, seg_check, name | write << 8 | size << 16, offset, 0);
}

static void test_limits(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    x86_set_segment(cpu, X86_DS, 0x10, 0, 0xfff, 0x4093);
    CHECK_EQ(seg_check(rig, X86_DS, true, 4, 0xffc), IR_OK);
    CHECK_FAULT(rig, seg_check(rig, X86_DS, false, 4, 0xffd), X86_GP, 0);
    x86_set_segment(cpu, X86_SS, 0x10, 0, 0xfff, 0x4097); /* grows down, 32 bits */
    CHECK_EQ(cpu->seg[X86_SS].read_end, 0);
    CHECK_FAULT(rig, seg_check(rig, X86_SS, true, 1, 0xfff), X86_STACK, 0);
    CHECK_EQ(seg_check(rig, X86_SS, true, 4, 0x1000), IR_OK);
    CHECK_EQ(seg_check(rig, X86_SS, true, 4, 0xfffffffc), IR_OK);
    CHECK_FAULT(rig, seg_check(rig, X86_SS, true, 4, 0xfffffffd), X86_STACK, 0);
    x86_set_segment(cpu, X86_ES, 0x10, 0, 0xfff, 0x97); /* 16 bits */
    CHECK_EQ(seg_check(rig, X86_ES, true, 2, 0xfffe), IR_OK);
    CHECK_FAULT(rig, seg_check(rig, X86_ES, true, 2, 0xffff), X86_GP, 0);
    x86_set_null_segment(cpu, X86_FS, 0);
    CHECK_FAULT(rig, seg_check(rig, X86_FS, false, 1, 0), X86_GP, 0);
    CHECK_FAULT(rig, seg_check(rig, X86_CS, true, 1, 0), X86_GP, 0);
    x86_set_segment(cpu, X86_GS, 0x10, 0, 0xffffffff, 0xc091);
    CHECK_FAULT(rig, seg_check(rig, X86_GS, true, 1, 0), X86_GP, 0);
    rig_free(rig);
}

static void test_mode_key(void)
{
    struct rig *rig = rig_in(RIG_REAL);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t flat;

    CHECK_EQ(cpu->ir.mode & 0xfff, 0);
    CHECK_EQ(cpu->ir.mode >> X86_MODE_CS_HIGH_SHIFT, 0xffff00);
    rig_set_mode(rig, RIG_PROTECTED);
    flat = 0x3full << X86_MODE_FLAT_SHIFT;
    CHECK_EQ(cpu->ir.mode, X86_MODE_PE | X86_MODE_CODE32 | X86_MODE_STACK32 | flat);
    CHECK_EQ(CALL(rig, load_seg, X86_DS, 0, 0), IR_OK);
    CHECK(!(cpu->ir.mode & X86_MODE_FLAT(X86_DS)));
    x86_set_segment(cpu, X86_ES, 0x10, 0, 0xffffffff, 0xc091); /* not writable */
    x86_update_mode(cpu);
    CHECK(!(cpu->ir.mode & X86_MODE_FLAT(X86_ES)));
    rig_set_mode(rig, RIG_LONG);
    flat = 0xfull << X86_MODE_FLAT_SHIFT;
    CHECK_EQ(cpu->ir.mode, X86_MODE_PE | X86_MODE_LONG | X86_MODE_CODE64 | flat);
    cpu->cr0 |= X86_CR0_TS | X86_CR0_MP;
    cpu->cr4 |= X86_CR4_OSFXSR | X86_CR4_OSXSAVE;
    cpu->xcr0 = 7;
    cpu->eflags |= X86_FLAG_TF;
    x86_update_mode(cpu);
    CHECK_EQ(cpu->ir.mode & ~0xfffull, (flat & ~0xfffull) | X86_MODE_TS | X86_MODE_MP |
                                           X86_MODE_SSE | X86_MODE_AVX | X86_MODE_STEP);
    rig_free(rig);
}

/* ---- far jumps ---- */

static void test_far_jump(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_segments(rig);
    CHECK_FAULT(rig, CALL(rig, far_jmp, 0, 0x2000, 7), X86_GP, 0);
    CHECK_FAULT(rig, CALL(rig, far_jmp, 3, 0x2000, 7), X86_GP, 0);
    CHECK_FAULT(rig, CALL(rig, far_jmp, OUTSIDE, 0x2000, 7), X86_GP, OUTSIDE);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_DATA0, 0x2000, 7), X86_GP, RIG_DATA0);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_CODE3, 0x2000, 7), X86_GP, RIG_CODE3 & ~3);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_CODE0 | 1, 0x2000, 7), X86_GP, RIG_CODE0);
    CHECK_EQ(CALL(rig, far_jmp, EXEC_ONLY, 0x2000, 7), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].selector, EXEC_ONLY);
    CHECK_EQ(cpu->ir.pc, 0x2000);
    CHECK(!(cpu->ir.mode & X86_MODE_FLAT(X86_CS)));
    rig_set_gdt(rig, FRESH, rig_descriptor(0x10000, 0xfff, 0x401b));
    CHECK_FAULT(rig, CALL(rig, far_jmp, FRESH, 0, 7), X86_NP, FRESH);
    rig_set_gdt(rig, FRESH, rig_descriptor(0x10000, 0xfff, 0x409a));
    CHECK_FAULT(rig, CALL(rig, far_jmp, FRESH, 0x1000, 7), X86_GP, 0);
    CHECK_EQ(cpu->ir.pc, 0x2000);
    CHECK_EQ(CALL(rig, far_jmp, FRESH, 0xfff, 7), IR_JUMPED);
    CHECK_EQ(cpu->ir.mode >> X86_MODE_CS_HIGH_SHIFT, 0x100);
    CHECK_EQ(rig_read(rig, RIG_GDT + FRESH + 5, 1), 0x9b);
    rig_set_cpl(rig, 3);
    CHECK_EQ(CALL(rig, far_jmp, CONFORMING, 0x3000, 7), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->seg[X86_CS].selector, CONFORMING | 3);
    rig_free(rig);
}

static void test_long_jump(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_gdt(rig, FRESH, rig_descriptor(0, 0xfffff, 0xe09b)); /* L and D */
    CHECK_FAULT(rig, CALL(rig, far_jmp, FRESH, 0, 7), X86_GP, FRESH);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_CODE64, 0x800000000000, 7), X86_GP, 0);
    CHECK_EQ(CALL(rig, far_jmp, RIG_CODE64, 0xffff800000001000, 7), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0xffff800000001000);
    CHECK_EQ(CALL(rig, far_jmp, RIG_CODE0, 0x2000, 7), IR_JUMPED);
    CHECK_EQ(cpu->ir.mode & (X86_MODE_CODE64 | X86_MODE_CODE32 | X86_MODE_LONG),
             X86_MODE_CODE32 | X86_MODE_LONG);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_CODE0, 0x100000000, 7), X86_GP, 0);
    CHECK_EQ(CALL(rig, far_jmp, RIG_CODE64, 0x2000, 7), IR_JUMPED);
    CHECK(cpu->ir.mode & X86_MODE_CODE64);
    CHECK_FAULT(rig, CALL(rig, far_jmp, RIG_TSS_SELECTOR, 0, 7), X86_GP, RIG_TSS_SELECTOR);
    rig_free(rig);
}

/* ---- far calls and returns ---- */

static void test_real_call(void)
{
    struct rig *rig = rig_in(RIG_REAL);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_EQ(CALL(rig, far_jmp, 0x200, 0x30, 5), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x2000);
    CHECK_EQ(CALL(rig, far_call, 0x300, 0x40, 5 | 2 << 8), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x40);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK - 4);
    CHECK_EQ(stack_slot(rig, 2, 0), 0x35);
    CHECK_EQ(stack_slot(rig, 2, 1), 0x200);
    CHECK_EQ(CALL(rig, far_ret, 2, 6, 3), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x35);
    CHECK_EQ(cpu->seg[X86_CS].selector, 0x200);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK + 6);
    CHECK_FAULT(rig, CALL(rig, far_jmp, 0x200, 0x10000, 5), X86_GP, 0);
    cpu->gpr[X86_RSP] = 0x12340001;
    CHECK_FAULT(rig, CALL(rig, far_call, 0x300, 0x40, 5 | 2 << 8), X86_STACK, 0);
    cpu->gpr[X86_RSP] = 0x12340000; /* wraps, upper half unchanged */
    CHECK_EQ(CALL(rig, far_call, 0x300, 0x40, 5 | 2 << 8), IR_JUMPED);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x1234fffc);
    rig_free(rig);
}

static void test_protected_call(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    build_segments(rig);
    CHECK_EQ(CALL(rig, far_call, EXEC_ONLY, 0x2000, 7 | 4 << 8), IR_JUMPED);
    CHECK_EQ(stack_slot(rig, 4, 0), 0x1007);
    CHECK_EQ(stack_slot(rig, 4, 1), RIG_CODE0);
    rig_write(rig, cpu->gpr[X86_RSP] + 4, 4, 0);
    CHECK_FAULT(rig, CALL(rig, far_ret, 4, 0, 1), X86_GP, 0);
    rig_write(rig, cpu->gpr[X86_RSP] + 4, 4, RIG_DATA0);
    CHECK_FAULT(rig, CALL(rig, far_ret, 4, 0, 1), X86_GP, RIG_DATA0);
    rig_write(rig, cpu->gpr[X86_RSP] + 4, 4, RIG_CODE0 | 3);
    CHECK_FAULT(rig, CALL(rig, far_ret, 4, 0, 1), X86_GP, RIG_CODE0);
    rig_write(rig, cpu->gpr[X86_RSP] + 4, 4, RIG_CODE0);
    CHECK_EQ(CALL(rig, far_ret, 4, 8, 1), IR_JUMPED);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK + 8);
    CHECK_EQ(cpu->ir.pc, 0x1007);
    rig_free(rig);
}

static void set_call_gate(struct rig *rig, uint16_t gate, uint16_t selector, uint64_t offset,
                          unsigned type, unsigned dpl, unsigned params)
{
    rig_set_gdt(rig, gate,
                (offset & 0xffff) | (uint64_t)selector << 16 | (uint64_t)params << 32 |
                    (uint64_t)(0x80 | dpl << 5 | type) << 40 | (offset >> 16 & 0xffff) << 48);
    if (rig->cpu->efer & X86_EFER_LMA)
        rig_set_gdt(rig, gate + 8, offset >> 32);
}

static void test_call_gate(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    set_call_gate(rig, FRESH, RIG_CODE0, 0x12345, X86_TYPE_CALL, 3, 2);
    rig_write(rig, RIG_TSS + 4, 4, 0x7000);
    rig_write(rig, RIG_TSS + 8, 2, RIG_DATA0);
    rig_set_cpl(rig, 3);
    rig_write(rig, STACK, 4, 0xaaaa);
    rig_write(rig, STACK + 4, 4, 0xbbbb);
    CHECK_FAULT(rig, CALL(rig, far_jmp, FRESH | 3, 0, 7), X86_GP, RIG_CODE0);
    CHECK_EQ(CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 0);
    CHECK_EQ(cpu->ir.pc, 0x12345);
    CHECK_EQ(cpu->seg[X86_CS].selector, RIG_CODE0);
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_DATA0);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x7000 - 24);
    CHECK_EQ(stack_slot(rig, 4, 0), 0x1007);
    CHECK_EQ(stack_slot(rig, 4, 1), RIG_CODE3);
    CHECK_EQ(stack_slot(rig, 4, 2), 0xaaaa);
    CHECK_EQ(stack_slot(rig, 4, 3), 0xbbbb);
    CHECK_EQ(stack_slot(rig, 4, 4), STACK);
    CHECK_EQ(stack_slot(rig, 4, 5), RIG_DATA3);
    CHECK_EQ(CALL(rig, load_seg, X86_DS, RIG_DATA0, 0), IR_OK);
    CHECK_EQ(CALL(rig, far_ret, 4, 8, 1), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK + 8);
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_DATA3);
    CHECK(cpu->seg[X86_DS].attr & X86_ATTR_NULL); /* was of ring 0 */
    CHECK_EQ(cpu->seg[X86_ES].selector, RIG_DATA3);
    rig_free(rig);
}

static void test_call_gate_faults(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    set_call_gate(rig, FRESH, RIG_CODE0, 0x2000, X86_TYPE_CALL, 2, 0);
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_GP, FRESH);
    set_call_gate(rig, FRESH, RIG_DATA0, 0x2000, X86_TYPE_CALL, 3, 0);
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_GP, RIG_DATA0);
    set_call_gate(rig, FRESH, RIG_CODE0, 0x2000, X86_TYPE_CALL, 3, 0);
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_TS, 0); /* SS0 is null */
    rig_write(rig, RIG_TSS + 8, 2, RIG_DATA3);
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_TS, RIG_DATA3 & ~3);
    rig_set_gdt(rig, NOT_PRESENT, rig_descriptor(0, 0xfffff, 0xc013));
    rig_write(rig, RIG_TSS + 8, 2, NOT_PRESENT);
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_STACK, NOT_PRESENT);
    rig_set_gdt(rig, NOT_PRESENT, rig_descriptor(0, 0xf, 0x4093));
    rig_write(rig, RIG_TSS + 4, 4, 0x20); /* beyond the limit */
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_STACK, NOT_PRESENT);
    cpu->seg[X86_TR].limit = 8;
    CHECK_FAULT(rig, CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), X86_TS, RIG_TSS_SELECTOR);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    rig_free(rig);
}

static void test_long_call_gate(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    rig_map(rig, STACK, STACK | PTE_P | PTE_W | PTE_U | PTE_PS, 2);
    rig_map(rig, 0, PTE_P | PTE_W | PTE_U | PTE_PS, 2);
    set_call_gate(rig, FRESH, RIG_CODE64, 0xffff800000002000, X86_TYPE_CALL, 3, 0);
    rig_write(rig, RIG_TSS + 4, 8, 0x7000);
    rig_set_cpl(rig, 3);
    CHECK_EQ(CALL(rig, far_call, FRESH | 3, 0, 7 | 4 << 8), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 0);
    CHECK_EQ(cpu->ir.pc, 0xffff800000002000);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x7000 - 32);
    CHECK_EQ(cpu->seg[X86_SS].selector, 0);
    CHECK_EQ(stack_slot(rig, 8, 0), 0x1007);
    CHECK_EQ(stack_slot(rig, 8, 1), RIG_USER64);
    CHECK_EQ(stack_slot(rig, 8, 2), STACK);
    CHECK_EQ(stack_slot(rig, 8, 3), RIG_DATA3);
    CHECK_EQ(CALL(rig, far_ret, 8, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    rig_free(rig);
}

/* ---- IRET ---- */

static void push_frame(struct rig *rig, unsigned size, const uint64_t *values, unsigned count)
{
    rig->cpu->gpr[X86_RSP] = STACK - size * count;
    for (unsigned i = 0; i < count; i++)
        rig_write(rig, rig->cpu->gpr[X86_RSP] + size * i, size, values[i]);
}

static void test_iret_outer(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t flags = X86_FLAG_IF | X86_FLAG_IOPL | X86_FLAG_AC | X86_FLAG_RF | IR_F_Z | 2;

    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE3, flags, 0x5000, RIG_DATA3}, 5);
    cpu->nmi_blocked = true;
    x86_set_null_segment(cpu, X86_ES, 3);
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_ES].selector, 0);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->ir.pc, 0x2000);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x5000);
    CHECK_EQ(x86_get_eflags(cpu), flags);
    CHECK(!cpu->nmi_blocked);
    CHECK(cpu->seg[X86_DS].attr & X86_ATTR_NULL);
    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE0, flags}, 3);
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_GP, RIG_CODE0);
    cpu->eflags = 2 | X86_FLAG_IF; /* IOPL 0: ring 3 changes neither IF nor IOPL */
    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE3, X86_FLAG_IOPL | 2}, 3);
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED);
    CHECK_EQ(x86_get_eflags(cpu), X86_FLAG_IF | 2);
    CHECK_EQ(cpu->gpr[X86_RSP], STACK);
    rig_free(rig);
}

static void test_iret_outer_faults(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);

    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE3, 2, 0x5000, 0}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_GP, 0);
    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE3, 2, 0x5000, RIG_DATA0}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_GP, RIG_DATA0);
    rig_set_gdt(rig, FRESH, rig_descriptor(0, 0xfffff, 0xc073));
    push_frame(rig, 4, (uint64_t[]){0x2000, RIG_CODE3, 2, 0x5000, FRESH | 3}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_STACK, FRESH);
    rig_set_gdt(rig, FRESH, rig_descriptor(0, 0xff, 0x40fb));
    push_frame(rig, 4, (uint64_t[]){0x100, FRESH | 3, 2, 0x5000, RIG_DATA3}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 4, 0, 1), X86_GP, 0);
    CHECK_EQ(rig->cpu->cpl, 0);
    CHECK_EQ(rig->cpu->gpr[X86_RSP], STACK - 20);
    rig_free(rig);
}

static void test_iret_long(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    push_frame(rig, 8, (uint64_t[]){0x2000, RIG_CODE64, 2, 0x5008, 0}, 5);
    CHECK_EQ(CALL(rig, iret, 8, 0, 2), IR_JUMPED); /* same ring: SS and RSP all the same */
    CHECK_EQ(cpu->gpr[X86_RSP], 0x5008);
    CHECK(cpu->seg[X86_SS].attr & X86_ATTR_NULL);
    push_frame(rig, 8, (uint64_t[]){0x800000000000, RIG_CODE64, 2, 0x5008, 0}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 8, 0, 2), X86_GP, 0);
    push_frame(rig, 8, (uint64_t[]){0x2000, RIG_USER64, 2, 0x5008, 3}, 5);
    CHECK_FAULT(rig, CALL(rig, iret, 8, 0, 2), X86_GP, 0);
    cpu->eflags |= X86_FLAG_NT;
    CHECK_FAULT(rig, CALL(rig, iret, 8, 0, 2), X86_GP, 0);
    cpu->eflags &= ~(uint64_t)X86_FLAG_NT;
    push_frame(rig, 8, (uint64_t[]){0x2000, RIG_CODE3, 0x202, 0x123456789abc, RIG_DATA3}, 5);
    CHECK_EQ(CALL(rig, iret, 8, 0, 2), IR_JUMPED); /* to compatibility mode */
    CHECK_EQ(cpu->gpr[X86_RSP], 0x56789abc);
    CHECK(cpu->ir.mode & X86_MODE_CODE32);
    CHECK_EQ(cpu->cpl, 3);
    rig_free(rig);
}

static void test_iret_vm86(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t flags = X86_FLAG_VM | X86_FLAG_IF | 2;

    push_frame(rig, 4, (uint64_t[]){0x100, 0x1234, flags, 0xfffe, 0x2000, 1, 2, 3, 4}, 9);
    CHECK_EQ(CALL(rig, iret, 4, 0, 1), IR_JUMPED);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x12340);
    CHECK_EQ(cpu->seg[X86_GS].selector, 4);
    CHECK_EQ(cpu->seg[X86_GS].limit, 0xffff);
    CHECK(cpu->ir.mode & X86_MODE_VM86);
    CHECK_EQ(CALL(rig, load_seg, X86_DS, 0x4321, 0), IR_OK);
    CHECK_EQ(cpu->seg[X86_DS].base, 0x43210);
    CHECK_FAULT(rig, CALL(rig, iret, 2, 0, 1), X86_GP, 0); /* IOPL 0 */
    CHECK_FAULT(rig, CALL(rig, lldt, 0, 0, 0), X86_UD, 0);
    CHECK_FAULT(rig, CALL(rig, verr, 0, 0, 0), X86_UD, 0);
    CHECK_EQ(CALL(rig, far_jmp, 0x1000, 0x10, 5), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].base, 0x10000);
    rig_free(rig);
}

/* ---- descriptors as instructions show them ---- */

static void test_task_register(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_FAULT(rig, CALL(rig, ltr, 0, 0, 0), X86_GP, 0);
    CHECK_FAULT(rig, CALL(rig, ltr, RIG_TSS_SELECTOR, 0, 0), X86_GP, RIG_TSS_SELECTOR); /* busy */
    rig_set_gdt(rig, FRESH, rig_descriptor(0x9000, 0x67, 0x09));
    CHECK_FAULT(rig, CALL(rig, ltr, FRESH, 0, 0), X86_NP, FRESH);
    rig_set_gdt(rig, FRESH, rig_descriptor(0x9000, 0x67, 0x89));
    CHECK_EQ(CALL(rig, ltr, FRESH, 0, 0), IR_OK);
    CHECK_EQ(rig_read(rig, RIG_GDT + FRESH + 5, 1), 0x8b);
    CHECK_EQ(cpu->seg[X86_TR].base, 0x9000);
    CHECK_EQ(CALL(rig, store_sys, 1, 0, 0), IR_OK);
    CHECK_EQ(cpu->ir.result, FRESH);
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, ltr, FRESH, 0, 0), X86_GP, 0);
    cpu->cr4 |= X86_CR4_UMIP;
    CHECK_FAULT(rig, CALL(rig, store_sys, 1, 0, 0), X86_GP, 0);
    rig_free(rig);
}

static void test_long_task_register(void)
{
    struct rig *rig = rig_in(RIG_LONG);

    rig_set_gdt(rig, FRESH, rig_descriptor(0x12345678, 0x67, 0x89));
    rig_set_gdt(rig, FRESH + 8, 0x00ffffff);
    CHECK_FAULT(rig, CALL(rig, ltr, FRESH, 0, 0), X86_GP, FRESH); /* not canonical */
    rig_set_gdt(rig, FRESH + 8, 0xffff8000);
    CHECK_EQ(CALL(rig, ltr, FRESH, 0, 0), IR_OK);
    CHECK_EQ(rig->cpu->seg[X86_TR].base, 0xffff800012345678);
    rig_set_gdt(rig, FRESH, rig_descriptor(0x12345678, 0x67, 0x81)); /* a 16-bit TSS */
    CHECK_FAULT(rig, CALL(rig, ltr, FRESH, 0, 0), X86_GP, FRESH);
    rig_free(rig);
}

static bool shown(struct rig *rig, enum ir_status status)
{
    CHECK_EQ(status, IR_OK);
    return ir_flags_get(&rig->cpu->ir) & IR_F_Z;
}

static void test_look(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct ir_env *env = &rig->cpu->ir;

    build_segments(rig);
    CHECK(shown(rig, CALL(rig, lar, RIG_CODE0, 0, 4)));
    CHECK_EQ(env->result, 0x00c09b00);
    CHECK(shown(rig, CALL(rig, lsl, RIG_CODE0, 0, 4)));
    CHECK_EQ(env->result, 0xffffffff);
    CHECK(shown(rig, CALL(rig, lsl, USER_DATA, 0, 4)));
    CHECK_EQ(env->result, 0xff);
    CHECK(!shown(rig, CALL(rig, lar, 0, 0x77, 4)));
    CHECK_EQ(env->result, 0x77);
    CHECK(!shown(rig, CALL(rig, lar, OUTSIDE, 0, 4)));
    CHECK(shown(rig, CALL(rig, verr, RIG_CODE0, 0, 0)));
    CHECK(!shown(rig, CALL(rig, verw, RIG_CODE0, 0, 0)));
    CHECK(!shown(rig, CALL(rig, verr, EXEC_ONLY, 0, 0)));
    CHECK(!shown(rig, CALL(rig, verw, READ_ONLY, 0, 0)));
    CHECK(shown(rig, CALL(rig, verw, USER_DATA, 0, 0)));
    CHECK(!shown(rig, CALL(rig, verr, SYSTEM, 0, 0)));
    CHECK(shown(rig, CALL(rig, lsl, SYSTEM, 0, 4)));
    rig_set_cpl(rig, 3);
    CHECK(!shown(rig, CALL(rig, lar, RIG_DATA0, 0, 4)));
    CHECK(shown(rig, CALL(rig, verr, CONFORMING, 0, 0)));
    rig_free(rig);
}

static void test_table_registers(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_write(rig, 0x3000, 2, 0x7f);
    rig_write(rig, 0x3002, 4, 0x89abcdef);
    CHECK_EQ(CALL(rig, load_table, 1, 0x3000, 3), IR_OK);
    CHECK_EQ(cpu->idt.base, 0xabcdef);
    CHECK_EQ(CALL(rig, load_table, 1, 0x3000, 4), IR_OK);
    CHECK_EQ(cpu->idt.base, 0x89abcdef);
    CHECK_EQ(cpu->idt.limit, 0x7f);
    CHECK_EQ(CALL(rig, store_table, 1, 0x4000, 4), IR_OK);
    CHECK_EQ(rig_read(rig, 0x4000, 8), 0x89abcdef007f);
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, load_table, 1, 0x3000, 4), X86_GP, 0);
    CHECK_EQ(CALL(rig, store_table, 0, 0x4000, 4), IR_OK);
    cpu->cr4 |= X86_CR4_UMIP;
    CHECK_FAULT(rig, CALL(rig, store_table, 0, 0x4000, 4), X86_GP, 0);
    rig_set_mode(rig, RIG_LONG);
    rig_map_low(rig);
    rig_write(rig, 0x3002, 8, 0x1234567890abcdef);
    CHECK_FAULT(rig, CALL(rig, load_table, 0, 0x3000, 8), X86_GP, 0);
    rig_free(rig);
}

/* ---- fast system calls ---- */

static void test_syscall(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    cpu->star = (uint64_t)0x20 << 48 | (uint64_t)RIG_CODE64 << 32;
    cpu->lstar = 0xffffffff80001000;
    cpu->sfmask = X86_FLAG_IF | X86_FLAG_TF;
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, syscall, 0, 0, 2), X86_UD, 0);
    cpu->efer |= X86_EFER_SCE;
    x86_set_eflags(cpu, X86_FLAG_IF | IR_F_C);
    CHECK_EQ(CALL(rig, syscall, 0, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->gpr[X86_RCX], 0x1002);
    CHECK_EQ(cpu->gpr[X86_R11], 2 | X86_FLAG_IF | IR_F_C);
    CHECK_EQ(x86_get_eflags(cpu), 2 | IR_F_C);
    CHECK_EQ(cpu->ir.pc, 0xffffffff80001000);
    CHECK_EQ(cpu->seg[X86_SS].selector, RIG_CODE64 + 8);
    CHECK_EQ(cpu->cpl, 0);
    CHECK_EQ(CALL(rig, sysret, 8, 0, 0), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].selector, 0x33);
    CHECK_EQ(cpu->seg[X86_SS].selector, 0x2b);
    CHECK_EQ(cpu->ir.pc, 0x1002);
    CHECK_EQ(cpu->cpl, 3);
    CHECK_FAULT(rig, CALL(rig, sysret, 8, 0, 0), X86_GP, 0);
    rig_set_cpl(rig, 0);
    cpu->gpr[X86_RCX] = 0x800000000000;
    CHECK_FAULT(rig, CALL(rig, sysret, 8, 0, 0), X86_GP, 0);
    cpu->gpr[X86_RCX] = 0x1234567890;
    CHECK_EQ(CALL(rig, sysret, 4, 0, 0), IR_JUMPED);
    CHECK_EQ(cpu->ir.pc, 0x34567890);
    CHECK_EQ(cpu->seg[X86_CS].selector, 0x23);
    CHECK(cpu->ir.mode & X86_MODE_CODE32);
    rig_free(rig);
}

static void test_sysenter(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, sysenter, 0, 0, 2), X86_GP, 0);
    cpu->sysenter_cs = 8;
    cpu->sysenter_esp = 0x7000;
    cpu->sysenter_eip = 0x2000;
    cpu->eflags |= X86_FLAG_IF;
    CHECK_EQ(CALL(rig, sysenter, 0, 0, 2), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_SS].selector, 0x10);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x7000);
    CHECK(!(cpu->eflags & X86_FLAG_IF));
    cpu->gpr[X86_RDX] = 0x3000;
    cpu->gpr[X86_RCX] = 0x4000;
    CHECK_EQ(CALL(rig, sysexit, 4, 0, 0), IR_JUMPED);
    CHECK_EQ(cpu->seg[X86_CS].selector, 0x1b);
    CHECK_EQ(cpu->seg[X86_SS].selector, 0x23);
    CHECK_EQ(cpu->ir.pc, 0x3000);
    CHECK_EQ(cpu->gpr[X86_RSP], 0x4000);
    CHECK_FAULT(rig, CALL(rig, sysexit, 4, 0, 0), X86_GP, 0);
    rig_free(rig);
}

static void test_bases(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_FAULT(rig, CALL(rig, set_base, X86_GS, 1, 8), X86_UD, 0);
    cpu->cr4 |= X86_CR4_FSGSBASE;
    CHECK_FAULT(rig, CALL(rig, set_base, X86_GS, 0x800000000000, 8), X86_GP, 0);
    CHECK_EQ(CALL(rig, set_base, X86_GS, 0xffff800000000000, 8), IR_OK);
    cpu->kernel_gs_base = 0x1000;
    CHECK_EQ(CALL(rig, swapgs, 0, 0, 0), IR_OK);
    CHECK_EQ(CALL(rig, get_base, X86_GS, 0, 8), IR_OK);
    CHECK_EQ(cpu->ir.result, 0x1000);
    CHECK_EQ(cpu->kernel_gs_base, 0xffff800000000000);
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, swapgs, 0, 0, 0), X86_GP, 0);
    rig_free(rig);
}

/* ---- flags and ports ---- */

static void test_interrupt_flag(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_EQ(CALL(rig, sti, 0, 0, 0), IR_OK);
    CHECK(cpu->shadow && (cpu->eflags & X86_FLAG_IF));
    rig_set_cpl(rig, 3);
    CHECK_FAULT(rig, CALL(rig, cli, 0, 0, 0), X86_GP, 0);
    cpu->cr4 |= X86_CR4_PVI;
    cpu->eflags |= X86_FLAG_VIF;
    CHECK_EQ(CALL(rig, cli, 0, 0, 0), IR_OK);
    CHECK_EQ(cpu->eflags & (X86_FLAG_VIF | X86_FLAG_IF), X86_FLAG_IF);
    cpu->eflags |= X86_FLAG_VIP;
    CHECK_FAULT(rig, CALL(rig, sti, 0, 0, 0), X86_GP, 0);
    cpu->eflags = 2 | X86_FLAG_IF | X86_FLAG_IOPL;
    CHECK_EQ(CALL(rig, cli, 0, 0, 0), IR_OK);
    CHECK(!(cpu->eflags & X86_FLAG_IF));
    rig_free(rig);
}

static void test_popf(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    CHECK_EQ(CALL(rig, set_eflags, 0xffffffff, 0, 4), IR_OK);
    CHECK_EQ(x86_get_eflags(cpu), 0x247fd7);
    CHECK(cpu->ir.mode & X86_MODE_STEP);
    cpu->eflags |= X86_FLAG_RF;
    CHECK_EQ(CALL(rig, get_eflags, 4, 0, 0), IR_OK);
    CHECK_EQ(cpu->ir.result, 0x247fd7);
    x86_set_eflags(cpu, X86_FLAG_IF);
    rig_set_cpl(rig, 3);
    CHECK_EQ(CALL(rig, set_eflags, X86_FLAG_IOPL | X86_FLAG_AC, 0, 4), IR_OK);
    CHECK_EQ(x86_get_eflags(cpu), 2 | X86_FLAG_IF | X86_FLAG_AC);
    CHECK_EQ(CALL(rig, set_eflags, 0, 0, 2), IR_OK); /* 16 bits: AC stays */
    CHECK_EQ(x86_get_eflags(cpu), 2 | X86_FLAG_IF | X86_FLAG_AC);
    CHECK_FAULT(rig, CALL(rig, clac_stac, 0, 0, 0), X86_UD, 0);
    rig_free(rig);
}

static void test_vme_flags(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    cpu->eflags |= X86_FLAG_VM;
    cpu->cpl = 3;
    CHECK_FAULT(rig, CALL(rig, get_eflags, 2, 0, 0), X86_GP, 0);
    cpu->cr4 |= X86_CR4_VME;
    CHECK_FAULT(rig, CALL(rig, get_eflags, 4, 0, 0), X86_GP, 0);
    CHECK_EQ(CALL(rig, sti, 0, 0, 0), IR_OK);
    CHECK_EQ(CALL(rig, get_eflags, 2, 0, 0), IR_OK);
    CHECK_EQ(cpu->ir.result & 0xffff, 2 | X86_FLAG_IF | X86_FLAG_IOPL);
    CHECK_EQ(CALL(rig, set_eflags, 2, 0, 2), IR_OK);
    CHECK(!(cpu->eflags & (X86_FLAG_VIF | X86_FLAG_IF)));
    cpu->eflags |= X86_FLAG_VIP;
    CHECK_FAULT(rig, CALL(rig, set_eflags, 2 | X86_FLAG_IF, 0, 2), X86_GP, 0);
    rig_free(rig);
}

static void test_ports(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;

    rig->register_value = 0x40;
    CHECK_EQ(CALL(rig, in, 0x305, 1, 0), IR_OK);
    CHECK_EQ(cpu->ir.result, 0x45);
    CHECK_EQ(CALL(rig, in, 0x80, 4, 0), IR_OK);
    CHECK_EQ(cpu->ir.result, 0xffffffff);
    rig_set_cpl(rig, 3);
    rig_write(rig, RIG_TSS + 0x66, 2, 0x68);
    CHECK_FAULT(rig, CALL(rig, in, 0x305, 1, 0), X86_GP, 0); /* the TSS ends before the map */
    cpu->seg[X86_TR].limit = 0x67 + 0x80;
    CHECK_EQ(CALL(rig, out, 0x305, 1, 0x11), IR_OK);
    CHECK_EQ(rig->written_offset, 5);
    rig_write(rig, RIG_TSS + 0x68 + 0x60, 2, 0x0100); /* port 0x308 */
    CHECK_EQ(CALL(rig, io_check, 0x307, 1, 0), IR_OK);
    CHECK_FAULT(rig, CALL(rig, io_check, 0x307, 2, 0), X86_GP, 0);
    CHECK_FAULT(rig, CALL(rig, in, 0x306, 4, 0), X86_GP, 0);
    CHECK_FAULT(rig, CALL(rig, in, 0x3f8, 1, 0), X86_GP, 0); /* beyond the limit */
    cpu->eflags |= X86_FLAG_IOPL;
    CHECK_EQ(CALL(rig, in, 0x308, 1, 0), IR_OK);
    rig_free(rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"real-mode loads", test_real_loads},
        {"checked loads", test_loads},
        {"accessed bit", test_accessed},
        {"LDT", test_ldt},
        {"loads in long mode", test_long_loads},
        {"limits", test_limits},
        {"mode key", test_mode_key},
        {"far jump", test_far_jump},
        {"far jump in long mode", test_long_jump},
        {"real-mode far call", test_real_call},
        {"protected-mode far call", test_protected_call},
        {"call gate", test_call_gate},
        {"call gate faults", test_call_gate_faults},
        {"64-bit call gate", test_long_call_gate},
        {"IRET to an outer ring", test_iret_outer},
        {"IRET to an outer ring, faults", test_iret_outer_faults},
        {"IRET in long mode", test_iret_long},
        {"IRET to virtual-8086 mode", test_iret_vm86},
        {"task register", test_task_register},
        {"task register in long mode", test_long_task_register},
        {"LAR, LSL, VERR, VERW", test_look},
        {"GDTR and IDTR", test_table_registers},
        {"SYSCALL and SYSRET", test_syscall},
        {"SYSENTER and SYSEXIT", test_sysenter},
        {"FS and GS bases", test_bases},
        {"CLI and STI", test_interrupt_flag},
        {"POPF and PUSHF", test_popf},
        {"flags with VME", test_vme_flags},
        {"ports", test_ports},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
