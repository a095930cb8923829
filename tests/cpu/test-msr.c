/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MSRs, control and debug registers, XCR0, PKRU, RDRAND: what is refused and what it leads to. */
#include "tests/test.h"

#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/msr.h"
#include "emulator/cpu/x86/run.h"

/* ---- a local APIC that remembers ---- */

struct fake_apic {
    uint64_t tpr, base, deadline;
    unsigned deadline_writes;
};

static uint64_t fake_get_tpr(void *apic)
{
    return ((struct fake_apic *)apic)->tpr;
}
static void fake_set_tpr(void *apic, uint64_t value)
{
    ((struct fake_apic *)apic)->tpr = value;
}
static uint64_t fake_get_base(void *apic)
{
    return ((struct fake_apic *)apic)->base;
}
static bool fake_set_base(void *apic, uint64_t value)
{
    if (value & 0xff)
        return false;
    ((struct fake_apic *)apic)->base = value;
    return true;
}
static bool fake_read_msr(void *apic, uint32_t msr, uint64_t *value)
{
    *value = ((struct fake_apic *)apic)->deadline;
    return msr == X86_MSR_TSC_DEADLINE;
}
static bool fake_write_msr(void *apic, uint32_t msr, uint64_t value)
{
    ((struct fake_apic *)apic)->deadline = value;
    ((struct fake_apic *)apic)->deadline_writes++;
    return msr == X86_MSR_TSC_DEADLINE;
}
static const struct emu_apic_ops fake_ops = {
    .get_tpr = fake_get_tpr,
    .set_tpr = fake_set_tpr,
    .get_base = fake_get_base,
    .set_base = fake_set_base,
    .read_msr = fake_read_msr,
    .write_msr = fake_write_msr,
};

/* ---- the processor under test ---- */

struct fixture {
    struct x86_cpu *cpu;
    struct x86_cpu_model *model;
    struct fake_apic apic;
};

static void setup(struct fixture *f, const char *text)
{
    struct emu_error err = EMU_ERROR_INIT;
    *f = (struct fixture){x86_cpu_new(&err), x86_model_parse(text, &err), {0, 0xfee00900, 0, 0}};
    if (f->cpu == NULL || f->model == NULL) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    f->cpu->model = f->model;
    f->cpu->apic_ops = &fake_ops;
    f->cpu->apic = &f->apic;
    x86_cpu_reset(f->cpu, false);
    x86_msr_reset(f->cpu);
}

static void teardown(struct fixture *f)
{
    x86_cpu_free(f->cpu);
    x86_model_free(f->model);
}

/* The vector that an operation raised, or -1. */
static int raised(struct fixture *f, enum ir_status status)
{
    if (status != IR_FAULT)
        return -1;
    CHECK(f->cpu->exception_pending);
    f->cpu->exception_pending = false;
    return f->cpu->exception.vector;
}

static int wrmsr(struct fixture *f, uint32_t number, uint64_t value)
{
    f->cpu->gpr[X86_RCX] = number;
    f->cpu->gpr[X86_RAX] = (uint32_t)value;
    f->cpu->gpr[X86_RDX] = value >> 32;
    return raised(f, x86_helper_wrmsr(&f->cpu->ir, 0, 0, 0));
}

static int rdmsr(struct fixture *f, uint32_t number, uint64_t *value)
{
    f->cpu->gpr[X86_RCX] = number;
    int vector = raised(f, x86_helper_rdmsr(&f->cpu->ir, 0, 0, 0));
    *value = (uint32_t)f->cpu->gpr[X86_RAX] | f->cpu->gpr[X86_RDX] << 32;
    return vector;
}

static uint64_t value_of(struct fixture *f, uint32_t number)
{
    uint64_t value;
    CHECK_EQ(rdmsr(f, number, &value), -1);
    return value;
}

static int set_cr(struct fixture *f, unsigned number, uint64_t value)
{
    return raised(f, x86_helper_set_cr(&f->cpu->ir, number, value, 0));
}

#define EFER 0xc0000080u

/* ---- MSRs ---- */

/* A table that is not sorted would lose rows. */
static void test_table(void)
{
    static const struct {
        uint32_t number;
        const char *name;
    } rows[] = {
#define MSR(first, count, name, feature, read, write)   {first, #name},
#define MSR_FIELD(number, name, feature, member, valid) {number, #name},
#define MSR_ADDRESS(number, name, feature, member)      {number, #name},
#define MSR_VALUE(number, name, feature, value)         {number, #name},
#define MSR_QUIET(number, name, feature, value)         {number, #name},
#include "emulator/cpu/x86/msrs.inc"
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = x86_msr_name(rows[i].number);
        CHECK(name != NULL && strcmp(name, rows[i].name) == 0);
    }
    CHECK(x86_msr_name(0x40000000) == NULL);
    CHECK(x86_msr_name(0xffffffff) == NULL);
    CHECK(x86_msr_name(0) == NULL);
}

static void test_unknown(void)
{
    struct fixture f;
    uint64_t value;
    setup(&f, "max");
    CHECK_EQ(rdmsr(&f, 0xc1, &value), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x4b564d00, 1), X86_GP);
    CHECK_EQ(wrmsr(&f, 0xce, 1), X86_GP);      /* read-only */
    CHECK_EQ(rdmsr(&f, 0x49, &value), X86_GP); /* write-only */
    f.cpu->cpl = 3;
    CHECK_EQ(rdmsr(&f, 0x10, &value), X86_GP);
    teardown(&f);
    setup(&f, "max,-spec_ctrl");
    CHECK_EQ(rdmsr(&f, 0x48, &value), X86_GP);
    teardown(&f);
}

static void test_efer(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(wrmsr(&f, EFER, 0x101 | 1u << 11), -1);
    CHECK_EQ(value_of(&f, EFER), 0x901);
    CHECK_EQ(wrmsr(&f, EFER, 1u << 14), X86_GP);
    CHECK_EQ(wrmsr(&f, EFER, X86_EFER_LME | X86_EFER_LMA), -1);
    CHECK_EQ(value_of(&f, EFER), X86_EFER_LME); /* LMA follows paging only */
    teardown(&f);
    setup(&f, "max,-nx");
    CHECK_EQ(wrmsr(&f, EFER, X86_EFER_NXE), X86_GP);
    teardown(&f);
}

static void test_addresses(void)
{
    static const uint32_t numbers[] = {0x175,      0x176,      0xc0000082, 0xc0000083,
                                       0xc0000100, 0xc0000101, 0xc0000102};
    struct fixture f;
    setup(&f, "max");
    for (unsigned i = 0; i < 7; i++) {
        CHECK_EQ(wrmsr(&f, numbers[i], 0xffff800012345678), -1);
        CHECK_EQ(value_of(&f, numbers[i]), 0xffff800012345678);
        CHECK_EQ(wrmsr(&f, numbers[i], 0x0000800000000000), X86_GP);
        CHECK_EQ(wrmsr(&f, numbers[i], 0xffff7fffffffffff), X86_GP);
    }
    CHECK_EQ(f.cpu->seg[X86_GS].base, 0xffff800012345678);
    teardown(&f);
}

static void test_memory_types(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(value_of(&f, 0x277), 0x0007040600070406);
    CHECK_EQ(wrmsr(&f, 0x277, 0x0007010600070106), -1);
    CHECK_EQ(wrmsr(&f, 0x277, 2), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x277, 3ull << 56), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x2ff, 0xc06), -1);
    CHECK_EQ(wrmsr(&f, 0x2ff, 0x1c06), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x2ff, 2), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x200, 0x80000006), -1);
    CHECK_EQ(wrmsr(&f, 0x201, 0xff80000800), -1);
    CHECK_EQ(wrmsr(&f, 0x201, 1ull << 40), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x201, 1), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x20e, 0x106), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x210, 0), X86_GP);
    CHECK_EQ(f.cpu->mtrr_base[0], 0x80000006);
    CHECK_EQ(f.cpu->mtrr_mask[0], 0xff80000800);
    CHECK_EQ(wrmsr(&f, 0x26f, 0x0606060606060606), -1);
    CHECK_EQ(f.cpu->mtrr_fixed[10], 0x0606060606060606);
    CHECK_EQ(wrmsr(&f, 0x259, 0x0505050505050507), X86_GP);
    CHECK_EQ(value_of(&f, 0xfe) & 0xff, 8);
    teardown(&f);
}

static void test_tsc(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(wrmsr(&f, X86_MSR_TSC_DEADLINE, 5000), -1);
    CHECK_EQ(wrmsr(&f, 0x10, 1000), -1);
    CHECK_EQ(value_of(&f, 0x10), 1000); /* no clock: it stands still */
    CHECK_EQ(value_of(&f, 0x3b), 1000);
    CHECK_EQ(f.apic.deadline_writes, 2); /* the deadline moved with it */
    CHECK_EQ(wrmsr(&f, 0x3b, 400), -1);
    CHECK_EQ(value_of(&f, 0x10), 400);
    CHECK_EQ(x86_read_tsc(f.cpu), 400);
    CHECK_EQ(wrmsr(&f, 0xc0000103, 7), -1);
    CHECK_EQ(wrmsr(&f, 0xc0000103, 1ull << 32), X86_GP);
    CHECK_EQ(x86_helper_rdtsc(&f.cpu->ir, 1, 0, 0), IR_OK);
    CHECK_EQ(f.cpu->gpr[X86_RCX], 7);
    f.cpu->cr4 |= X86_CR4_TSD;
    f.cpu->cpl = 3;
    CHECK_EQ(raised(&f, x86_helper_rdtsc(&f.cpu->ir, 0, 0, 0)), X86_GP);
    teardown(&f);
}

static void test_feature_registers(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(wrmsr(&f, 0x3a, 4), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x3a, 1), -1);
    CHECK_EQ(wrmsr(&f, 0x3a, 1), X86_GP); /* locked */
    CHECK_EQ(wrmsr(&f, 0x48, 3), -1);
    CHECK_EQ(wrmsr(&f, 0x48, 4), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x49, 1), -1);
    CHECK_EQ(wrmsr(&f, 0x49, 2), X86_GP);
    CHECK_EQ(value_of(&f, 0x10a) & 1, 1);
    CHECK_EQ(value_of(&f, 0x8b) >> 32, 1);
    CHECK_EQ(wrmsr(&f, 0x1a0, value_of(&f, 0x1a0)), -1);
    CHECK_EQ(wrmsr(&f, 0x1a0, 1ull << 34), X86_GP);
    CHECK_EQ(value_of(&f, 0x179), 4);
    CHECK_EQ(wrmsr(&f, 0x401, 0), -1);
    CHECK_EQ(wrmsr(&f, 0x401, 1), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x410, 0), X86_GP);
    teardown(&f);
}

static void test_apic_base(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(value_of(&f, 0x1b), 0xfee00900);
    CHECK_EQ(wrmsr(&f, 0x1b, 0xfee00800), -1);
    CHECK_EQ(f.apic.base, 0xfee00800);
    CHECK_EQ(wrmsr(&f, 0x1b, 0xfee00801), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x1b, 1ull << 40), X86_GP);
    CHECK_EQ(wrmsr(&f, 0x80b, 0), X86_GP); /* the fake one knows none of these */
    teardown(&f);
}

/* ---- control registers ---- */

static void test_cr0(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PG), X86_GP);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_NW), X86_GP);
    CHECK_EQ(set_cr(&f, 0, 1ull << 32 | X86_CR0_PE), X86_GP);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE | 1u << 6), -1);
    CHECK_EQ(f.cpu->cr0, X86_CR0_PE | X86_CR0_ET);
    CHECK(f.cpu->ir.mode & X86_MODE_PE);
    CHECK_EQ(raised(&f, x86_helper_lmsw(&f.cpu->ir, 0xfff8, 0, 0)), -1);
    CHECK_EQ(f.cpu->cr0, X86_CR0_PE | X86_CR0_TS | X86_CR0_ET);
    CHECK_EQ(raised(&f, x86_helper_clts(&f.cpu->ir, 0, 0, 0)), -1);
    CHECK_EQ(f.cpu->cr0 & X86_CR0_TS, 0);
    f.cpu->cpl = 1;
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE), X86_GP);
    CHECK_EQ(raised(&f, x86_helper_clts(&f.cpu->ir, 0, 0, 0)), X86_GP);
    CHECK_EQ(raised(&f, x86_helper_get_cr(&f.cpu->ir, 3, 0, 0)), X86_GP);
    teardown(&f);
}

static void test_long_mode(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(wrmsr(&f, EFER, X86_EFER_LME), -1);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE), -1);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE | X86_CR0_PG), X86_GP); /* no PAE */
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PCIDE), X86_GP);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PAE), -1);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE | X86_CR0_PG), -1);
    CHECK_EQ(value_of(&f, EFER), X86_EFER_LME | X86_EFER_LMA);
    CHECK(f.cpu->ir.mode & X86_MODE_LONG);
    CHECK_EQ(wrmsr(&f, EFER, 0), X86_GP); /* LME while paging */
    CHECK_EQ(set_cr(&f, 4, 0), X86_GP);   /* PAE in long mode */
    CHECK_EQ(set_cr(&f, 3, 1ull << 40), X86_GP);
    CHECK_EQ(set_cr(&f, 3, 1ull << 63), X86_GP);
    CHECK_EQ(set_cr(&f, 3, 0x1005), -1);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PAE | X86_CR4_PCIDE), X86_GP); /* PCID is not 0 */
    CHECK_EQ(set_cr(&f, 3, 0x1000), -1);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PAE | X86_CR4_PCIDE), -1);
    CHECK_EQ(set_cr(&f, 3, 1ull << 63 | 0x2003), -1);
    CHECK_EQ(f.cpu->cr3, 0x2003);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE), X86_GP); /* PCIDE is set */
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PAE), -1);
    CHECK_EQ(set_cr(&f, 0, X86_CR0_PE), -1);
    CHECK_EQ(value_of(&f, EFER), X86_EFER_LME);
    teardown(&f);
}

static void test_cr4_model(void)
{
    struct fixture f;
    setup(&f, "x86-64-v1");
    CHECK_EQ(set_cr(&f, 4, X86_CR4_SMEP), X86_GP);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_OSXSAVE), X86_GP);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_OSFXSR), -1);
    CHECK_EQ(set_cr(&f, 4, 1u << 12), X86_GP);
    CHECK_EQ(set_cr(&f, 4, 1ull << 40), X86_GP);
    CHECK_EQ(set_cr(&f, 1, 0), X86_UD);
    CHECK_EQ(set_cr(&f, 8, 16), X86_GP);
    CHECK_EQ(set_cr(&f, 8, 15), -1);
    CHECK_EQ(f.apic.tpr, 15);
    CHECK_EQ(raised(&f, x86_helper_get_cr(&f.cpu->ir, 8, 0, 0)), -1);
    CHECK_EQ(f.cpu->ir.result, 15);
    teardown(&f);
}

/* ---- XCR0, PKRU, RDRAND ---- */

static int xsetbv(struct fixture *f, uint32_t index, uint64_t value)
{
    f->cpu->gpr[X86_RCX] = index;
    f->cpu->gpr[X86_RAX] = (uint32_t)value;
    f->cpu->gpr[X86_RDX] = value >> 32;
    return raised(f, x86_helper_xsetbv(&f->cpu->ir, 0, 0, 0));
}

static void test_xcr0(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(xsetbv(&f, 0, 7), X86_UD);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_OSXSAVE), -1);
    CHECK_EQ(xsetbv(&f, 0, 7), -1);
    CHECK(f.cpu->ir.mode & X86_MODE_AVX);
    CHECK_EQ(xsetbv(&f, 0, 6), X86_GP);
    CHECK_EQ(xsetbv(&f, 0, 5), X86_GP);
    CHECK_EQ(xsetbv(&f, 0, 0xe7), X86_GP);
    CHECK_EQ(xsetbv(&f, 1, 7), X86_GP);
    CHECK_EQ(xsetbv(&f, 0, 0x203), -1);
    f.cpu->gpr[X86_RCX] = 0;
    CHECK_EQ(raised(&f, x86_helper_xgetbv(&f.cpu->ir, 0, 0, 0)), -1);
    CHECK_EQ(f.cpu->gpr[X86_RAX], 0x203);
    f.cpu->gpr[X86_RCX] = 2;
    CHECK_EQ(raised(&f, x86_helper_xgetbv(&f.cpu->ir, 0, 0, 0)), X86_GP);
    teardown(&f);
}

static void test_pkru(void)
{
    struct fixture f;
    setup(&f, "max");
    f.cpu->gpr[X86_RAX] = 0x55;
    CHECK_EQ(raised(&f, x86_helper_wrpkru(&f.cpu->ir, 0, 0, 0)), X86_UD);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_PKE), -1);
    CHECK_EQ(raised(&f, x86_helper_wrpkru(&f.cpu->ir, 0, 0, 0)), X86_GP); /* EDX: the signature */
    f.cpu->gpr[X86_RDX] = 0;
    CHECK_EQ(raised(&f, x86_helper_wrpkru(&f.cpu->ir, 0, 0, 0)), -1);
    CHECK_EQ(f.cpu->pkru, 0x55);
    teardown(&f);
}

static void test_rdrand(void)
{
    struct fixture f;
    uint64_t seen = 0;
    setup(&f, "max");
    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQ(x86_helper_rdrand(&f.cpu->ir, 8, 0, 0), IR_OK);
        CHECK_EQ(ir_flags_get(&f.cpu->ir), IR_F_C);
        seen |= f.cpu->ir.result;
    }
    CHECK_EQ(seen, UINT64_MAX);
    CHECK_EQ(x86_helper_rdrand(&f.cpu->ir, 2, 1, 0), IR_OK);
    CHECK_EQ(f.cpu->ir.result >> 16, 0);
    teardown(&f);
}

/* ---- debug registers ---- */

static int set_dr(struct fixture *f, unsigned number, uint64_t value)
{
    return raised(f, x86_helper_set_dr(&f->cpu->ir, number, value, 0));
}

static uint64_t get_dr(struct fixture *f, unsigned number)
{
    CHECK_EQ(raised(f, x86_helper_get_dr(&f->cpu->ir, number, 0, 0)), -1);
    return f->cpu->ir.result;
}

static void test_debug_registers(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK_EQ(get_dr(&f, 6), X86_DR6_FIXED);
    CHECK_EQ(get_dr(&f, 7), X86_DR7_FIXED);
    CHECK_EQ(set_dr(&f, 6, 0), -1);
    CHECK_EQ(get_dr(&f, 4), X86_DR6_FIXED); /* the same register */
    CHECK_EQ(set_dr(&f, 7, 0xffffffff), -1);
    CHECK_EQ(f.cpu->dr[7], 0xffff2fff);
    CHECK_EQ(raised(&f, x86_helper_get_dr(&f.cpu->ir, 0, 0, 0)), X86_DB);
    CHECK_EQ(f.cpu->exception.dr6, X86_DR6_BD);
    CHECK_EQ(set_dr(&f, 7, 0), -1); /* GD is off again */
    CHECK_EQ(set_dr(&f, 7, 1ull << 32), X86_GP);
    CHECK_EQ(set_cr(&f, 4, X86_CR4_DE), -1);
    CHECK_EQ(set_dr(&f, 5, 0), X86_UD);
    f.cpu->cpl = 3;
    CHECK_EQ(set_dr(&f, 0, 0), X86_GP);
    teardown(&f);
}

static void test_debug_data(void)
{
    struct fixture f;
    setup(&f, "max");
    CHECK(!x86_debug_page_watched(f.cpu, 0x5000));
    CHECK_EQ(set_dr(&f, 1, 0x5008), -1);
    CHECK_EQ(set_dr(&f, 7, 1u << 2 | 1u << 20 | 3u << 22), -1); /* on, writes, 4 bytes */
    CHECK(x86_debug_page_watched(f.cpu, 0x5fff));
    CHECK(!x86_debug_page_watched(f.cpu, 0x6000));
    CHECK(f.cpu->ir.mode & X86_MODE_STEP);
    x86_debug_check_access(f.cpu, 0x5008, 4, false);
    x86_debug_check_access(f.cpu, 0x500c, 8, true);
    x86_debug_check_access(f.cpu, 0x5000, 8, true);
    CHECK_EQ(f.cpu->debug_hits, 0);
    x86_debug_check_access(f.cpu, 0x5000, 9, true);
    CHECK_EQ(f.cpu->debug_hits, 2);
    x86_debug_end_instruction(f.cpu, true);
    CHECK_EQ(raised(&f, IR_FAULT), X86_DB);
    CHECK_EQ(f.cpu->exception.dr6, 2 | X86_DR6_BS);
    CHECK_EQ(set_dr(&f, 7, 0), -1);
    CHECK(!(f.cpu->ir.mode & X86_MODE_STEP));
    teardown(&f);
}

static void test_debug_execute(void)
{
    struct fixture f;
    setup(&f, "max");
    f.cpu->ir.pc = 0x123;
    x86_set_segment(f.cpu, X86_CS, 0x100, 0x1000, 0xffff, f.cpu->seg[X86_CS].attr);
    CHECK_EQ(set_dr(&f, 2, 0x1123), -1);
    CHECK_EQ(set_dr(&f, 7, 1u << 5), -1);
    CHECK(f.cpu->ir.mode & X86_MODE_BREAK);
    CHECK(x86_break_hint(f.cpu, 0x7123)); /* blocks are shared by aliases of a page */
    CHECK(!x86_break_hint(f.cpu, 0x1124));
    CHECK_EQ(raised(&f, x86_helper_break_check(&f.cpu->ir, 0, 0, 0)), X86_DB);
    CHECK_EQ(f.cpu->exception.dr6, 4);
    f.cpu->debug->resuming = true;
    CHECK_EQ(raised(&f, x86_helper_break_check(&f.cpu->ir, 0, 0, 0)), -1);
    teardown(&f);
}

static const struct test_case cases[] = {
    {"msr-table", test_table},
    {"msr-unknown", test_unknown},
    {"msr-efer", test_efer},
    {"msr-addresses", test_addresses},
    {"msr-memory-types", test_memory_types},
    {"msr-tsc", test_tsc},
    {"msr-features", test_feature_registers},
    {"msr-apic-base", test_apic_base},
    {"control-cr0", test_cr0},
    {"control-long-mode", test_long_mode},
    {"control-cr4", test_cr4_model},
    {"control-xcr0", test_xcr0},
    {"control-pkru", test_pkru},
    {"rdrand", test_rdrand},
    {"debug-registers", test_debug_registers},
    {"debug-data", test_debug_data},
    {"debug-execute", test_debug_execute},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
