/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System instructions and page faults through lifter and executor, on the processor's bench with
 * paging on. A fault leaves every register and flag as it was; a repeated string instruction that
 * faults has done exactly what came before.
 */
#include "emulator/ir/blocks.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#include "tests/cpu/rig.h"

#define BENCH_CODE     0x8000u
#define BENCH_PAGE     0x7f000000u /* writable; the page behind it is not there */
#define BENCH_READONLY 0x7f010000u
#define BENCH_PHYSICAL 0x200000u /* of the writable page; the other one follows */
#define BENCH_STACK    0x9000u

static struct rig *bench_new(enum rig_mode mode)
{
    struct rig *rig = rig_new();
    struct ir_env *env = &rig->cpu->ir;
    rig_set_mode(rig, mode);
    if (mode == RIG_LONG || mode == RIG_PAE || mode == RIG_PAGING32) {
        rig_map_low(rig);
        rig_map(rig, BENCH_PAGE, BENCH_PHYSICAL | PTE_P | PTE_W, 1);
        rig_map(rig, BENCH_READONLY, (BENCH_PHYSICAL + 0x1000) | PTE_P, 1);
    }
    rig->cpu->cr0 |= X86_CR0_WP;
    x86_update_mode(rig->cpu);
    env->guest = &x86_guest;
    env->blocks = ir_blocks_new(NULL);
    CHECK(env->blocks && ir_exec_init(env, NULL));
    return rig;
}

static void bench_free(struct rig *rig)
{
    ir_exec_finish(&rig->cpu->ir);
    ir_blocks_free(rig->cpu->ir.blocks);
    rig_free(rig);
}

/* Executes one instruction. */
static enum ir_status bench_step(struct rig *rig, const char *hex)
{
    unsigned value, at = BENCH_CODE;
    memset(rig->host + BENCH_CODE, 0xf4, 32);
    for (int used; sscanf(hex, " %2x%n", &value, &used) == 1; hex += used)
        rig->host[at++] = (uint8_t)value;
    rig->cpu->ir.pc = BENCH_CODE;
    rig->cpu->exception_pending = false;
    return ir_exec_one(&rig->cpu->ir);
}

static void bench_ok(struct rig *rig, const char *hex)
{
    enum ir_status status = bench_step(rig, hex);
    if (status == IR_FAULT)
        fprintf(stderr, "%s: vector %u\n", hex, rig->cpu->exception.vector);
    CHECK(status != IR_FAULT);
}

static void bench_faults(struct rig *rig, const char *hex, unsigned vector)
{
    enum ir_status status = bench_step(rig, hex);
    if (status != IR_FAULT || rig->cpu->exception.vector != vector)
        fprintf(stderr, "%s\n", hex);
    CHECK_EQ(status, IR_FAULT);
    CHECK_EQ(rig->cpu->exception.vector, vector);
}

/* ---- page faults change nothing ---- */

struct fault_case {
    const char *code;
    uint64_t rbx, rsp; /* rBX: the address that most use */
    uint64_t cr2;
    unsigned error;
};

#define NOT_THERE (BENCH_PAGE + 0x1000u)
#define READ      0u
#define WRITE     2u
#define PROTECTED 3u /* a write to a page that is there */

static const struct fault_case fault_cases[] = {
    {"48 8b 03", NOT_THERE, 0, NOT_THERE, READ},      /* mov rax, [rbx] */
    {"48 89 03", NOT_THERE, 0, NOT_THERE, WRITE},     /* mov [rbx], rax */
    {"48 89 03", NOT_THERE - 3, 0, NOT_THERE, WRITE}, /* half there */
    {"48 8b 03", NOT_THERE - 3, 0, NOT_THERE, READ},
    {"01 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* add */
    {"f0 01 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED}, /* lock add */
    {"01 03", NOT_THERE - 2, 0, NOT_THERE, WRITE},
    {"ff 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},       /* inc */
    {"f7 1b", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},       /* neg */
    {"c1 23 05", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* shl */
    {"0f a4 03 05", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED}, /* shld */
    {"0f ab 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* bts [rbx], eax */
    {"87 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},       /* xchg */
    {"0f c1 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* xadd */
    {"f0 0f b1 0b", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED}, /* cmpxchg, different */
    {"0f c7 0b", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* cmpxchg8b */
    {"48 0f c7 0b", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED}, /* cmpxchg16b */
    {"0f 94 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},    /* setz */
    {"0f 38 f1 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED}, /* movbe */
    {"0f 44 03", NOT_THERE, 0, NOT_THERE, READ},                   /* cmovz reads always */
    {"f7 33", NOT_THERE, 0, NOT_THERE, READ},                      /* div */
    {"50", 0, NOT_THERE + 8, NOT_THERE, WRITE},                    /* push rax */
    {"50", 0, NOT_THERE + 4, NOT_THERE, WRITE},
    {"58", 0, NOT_THERE, NOT_THERE, READ},                             /* pop rax */
    {"5c", 0, NOT_THERE, NOT_THERE, READ},                             /* pop rsp */
    {"8f 03", BENCH_READONLY, BENCH_STACK, BENCH_READONLY, PROTECTED}, /* pop [rbx] */
    {"ff 33", NOT_THERE, BENCH_STACK, NOT_THERE, READ},                /* push [rbx] */
    {"e8 00 00 00 00", 0, NOT_THERE + 8, NOT_THERE, WRITE},            /* call */
    {"ff 13", BENCH_PAGE, NOT_THERE + 8, NOT_THERE, WRITE},            /* call [rbx] */
    {"ff 23", NOT_THERE, 0, NOT_THERE, READ},                          /* jmp [rbx] */
    {"c3", 0, NOT_THERE, NOT_THERE, READ},                             /* ret */
    {"9c", 0, NOT_THERE + 8, NOT_THERE, WRITE},                        /* pushf */
    {"9d", 0, NOT_THERE, NOT_THERE, READ},                             /* popf */
    {"c8 10 00 00", 0, NOT_THERE + 8, NOT_THERE, WRITE},               /* enter */
    {"c8 10 00 03", 0, BENCH_STACK, 0x1fffffff8, READ},                /* enter: rBP is elsewhere */
    {"c9", 0, BENCH_STACK, 0x200000000, READ},                         /* leave: the same */
    {"a4", 0, 0, 0x300000000, READ},                                   /* movsb: rSI */
    {"aa", 0, 0, 0x400000000, WRITE},                                  /* stosb: rDI */
    {"0f 01 03", NOT_THERE, 0, NOT_THERE, WRITE},                      /* sgdt */
    {"0f 01 13", NOT_THERE, 0, NOT_THERE, READ},                       /* lgdt */
    {"0f 00 03", BENCH_READONLY, 0, BENCH_READONLY, PROTECTED},        /* sldt */
};

static void fault_registers(struct rig *rig, const struct fault_case *c)
{
    for (unsigned r = 0; r < 16; r++)
        rig->cpu->gpr[r] = 0x1111111100000000ull + r;
    rig->cpu->gpr[X86_RAX] = 1;
    rig->cpu->gpr[X86_RBX] = c->rbx;
    rig->cpu->gpr[X86_RSP] = c->rsp;
    rig->cpu->gpr[X86_RBP] = 0x200000000;
    rig->cpu->gpr[X86_RSI] = 0x300000000;
    rig->cpu->gpr[X86_RDI] = 0x400000000;
}

static void test_page_faults(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    for (unsigned i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
        const struct fault_case *c = &fault_cases[i];
        uint64_t before[16];
        int failures = test_failures;
        fault_registers(rig, c);
        memcpy(before, rig->cpu->gpr, sizeof(before));
        memset(rig->host + BENCH_PHYSICAL, 0x5a, 0x2000);
        x86_set_eflags(rig->cpu, IR_F_C | IR_F_P | IR_F_N);
        bench_faults(rig, c->code, X86_PF);
        CHECK_EQ(rig->cpu->exception.cr2, c->cr2);
        CHECK_EQ(rig->cpu->exception.error, c->error);
        CHECK_EQ(rig->cpu->ir.pc, BENCH_CODE);
        CHECK(memcmp(before, rig->cpu->gpr, sizeof(before)) == 0);
        CHECK_EQ(x86_get_eflags(rig->cpu), IR_F_C | IR_F_P | IR_F_N | X86_FLAG_FIXED);
        for (unsigned at = 0; at < 0x2000; at++)
            if (rig->host[BENCH_PHYSICAL + at] != 0x5a)
                CHECK_EQ(at, 0x2000);
        if (failures != test_failures)
            fprintf(stderr, "in %s\n", c->code);
    }
    bench_free(rig);
}

static void test_string_faults(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    cpu->gpr[X86_RDI] = NOT_THERE - 10;
    cpu->gpr[X86_RCX] = 20;
    bench_faults(rig, "f3 aa", X86_PF); /* rep stosb */
    CHECK_EQ(cpu->gpr[X86_RDI], NOT_THERE);
    CHECK_EQ(cpu->gpr[X86_RCX], 10);
    CHECK_EQ(cpu->exception.cr2, NOT_THERE);
    cpu->gpr[X86_RSI] = NOT_THERE - 12; /* the second element reaches over the end */
    cpu->gpr[X86_RDI] = 0xa000;
    cpu->gpr[X86_RCX] = 5;
    bench_faults(rig, "f3 48 a5", X86_PF); /* rep movsq */
    CHECK_EQ(cpu->gpr[X86_RSI], NOT_THERE - 4);
    CHECK_EQ(cpu->gpr[X86_RDI], 0xa008);
    CHECK_EQ(cpu->gpr[X86_RCX], 4);
    CHECK_EQ(cpu->exception.cr2, NOT_THERE);
    cpu->gpr[X86_RSI] = BENCH_PAGE + 7; /* down, out of the first page */
    cpu->gpr[X86_RDI] = BENCH_PAGE + 0x807;
    cpu->gpr[X86_RCX] = 100;
    memset(rig->host + BENCH_PHYSICAL, 0, 0x1000);
    cpu->eflags |= X86_FLAG_DF;
    bench_faults(rig, "f3 a6", X86_PF); /* repe cmpsb */
    CHECK_EQ(cpu->gpr[X86_RSI], BENCH_PAGE - 1);
    CHECK_EQ(cpu->gpr[X86_RDI], BENCH_PAGE + 0x7ff);
    CHECK_EQ(cpu->gpr[X86_RCX], 92);
    bench_free(rig);
}

/* ---- ports ---- */

static void test_ports(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    rig->register_value = 0x11223340;
    cpu->gpr[X86_RAX] = UINT64_MAX;
    cpu->gpr[X86_RDX] = 0x304;
    bench_ok(rig, "ec"); /* in al, dx */
    CHECK_EQ(cpu->gpr[X86_RAX], 0xffffffffffffff44);
    bench_ok(rig, "ed"); /* in eax, dx */
    CHECK_EQ(cpu->gpr[X86_RAX], 0x11223344);
    bench_ok(rig, "66 ef"); /* out dx, ax */
    CHECK_EQ(rig->written_offset, 4);
    CHECK_EQ(rig->written_size, 2);
    CHECK_EQ(rig->written_value, 0x3344);
    bench_ok(rig, "e5 80"); /* in eax, 0x80: nothing there */
    CHECK_EQ(cpu->gpr[X86_RAX], 0xffffffff);
    bench_ok(rig, "e6 80"); /* out 0x80, al */
    cpu->gpr[X86_RDI] = 0xa000;
    cpu->gpr[X86_RCX] = 3;
    bench_ok(rig, "f3 6d"); /* rep insd */
    CHECK_EQ(rig_read(rig, 0xa008, 4), 0x11223344);
    CHECK_EQ(cpu->gpr[X86_RCX], 0);
    cpu->gpr[X86_RSI] = 0xa001;
    rig->writes = 0;
    bench_ok(rig, "6e"); /* outsb */
    CHECK_EQ(rig->written_value, 0x33);
    CHECK_EQ(rig->writes, 1);
    cpu->gpr[X86_RDI] = NOT_THERE;
    bench_faults(rig, "6c", X86_PF); /* insb */
    bench_free(rig);
}

/* ---- what the processor is, and its registers ---- */

static void test_identification(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    uint32_t leaf[4];
    cpu->gpr[X86_RAX] = 1;
    cpu->gpr[X86_RCX] = 0;
    x86_cpuid(cpu, 1, 0, leaf);
    bench_ok(rig, "0f a2");
    CHECK_EQ(cpu->gpr[X86_RAX], leaf[0]);
    CHECK_EQ(cpu->gpr[X86_RBX], leaf[1]);
    CHECK_EQ(cpu->gpr[X86_RDX], leaf[3]);
    cpu->tsc_aux = 0x77;
    cpu->tsc_offset = 0x500000003;
    bench_ok(rig, "0f 31"); /* rdtsc */
    CHECK_EQ(cpu->gpr[X86_RDX], 5);
    CHECK_EQ(cpu->gpr[X86_RAX], 3);
    bench_ok(rig, "0f 01 f9"); /* rdtscp */
    CHECK_EQ(cpu->gpr[X86_RCX], 0x77);
    bench_ok(rig, "f3 0f c7 fb"); /* rdpid rbx */
    CHECK_EQ(cpu->gpr[X86_RBX], 0x77);
    bench_faults(rig, "0f 33", X86_GP);    /* rdpmc */
    bench_faults(rig, "0f aa", X86_UD);    /* rsm, not in system management mode */
    bench_faults(rig, "0f 01 c1", X86_UD); /* vmcall */
    bench_ok(rig, "0f 08");                /* invd */
    bench_ok(rig, "0f 09");                /* wbinvd */
    bench_free(rig);
}

static void test_random_numbers(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t all = 0;
    for (unsigned i = 0; i < 64; i++) {
        cpu->gpr[X86_RAX] = UINT64_MAX;
        bench_ok(rig, "0f c7 f0"); /* rdrand eax */
        CHECK_EQ(cpu->gpr[X86_RAX] >> 32, 0);
        CHECK_EQ(x86_get_eflags(cpu) & IR_F_ALL, IR_F_C);
        all |= cpu->gpr[X86_RAX];
        bench_ok(rig, "48 0f c7 f8"); /* rdseed rax */
        CHECK_EQ(x86_get_eflags(cpu) & IR_F_ALL, IR_F_C);
        all |= cpu->gpr[X86_RAX];
    }
    CHECK_EQ(all, UINT64_MAX);
    bench_free(rig);
}

static void test_control_registers(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    cpu->gpr[X86_RAX] = 0xb;
    bench_ok(rig, "0f 01 f0"); /* lmsw ax: sets TS */
    CHECK(cpu->cr0 & X86_CR0_TS);
    bench_ok(rig, "48 0f 01 e1"); /* smsw rcx */
    CHECK_EQ(cpu->gpr[X86_RCX], cpu->cr0);
    bench_ok(rig, "0f 06"); /* clts */
    CHECK(!(cpu->cr0 & X86_CR0_TS));
    bench_ok(rig, "0f 20 c3"); /* mov rbx, cr0 */
    CHECK_EQ(cpu->gpr[X86_RBX], cpu->cr0);
    cpu->gpr[X86_RAX] = 0x1234;
    bench_ok(rig, "0f 22 d0"); /* mov cr2, rax */
    CHECK_EQ(cpu->cr2, 0x1234);
    bench_ok(rig, "0f 23 c8"); /* mov dr1, rax */
    bench_ok(rig, "0f 21 cb"); /* mov rbx, dr1 */
    CHECK_EQ(cpu->gpr[X86_RBX], 0x1234);
    bench_ok(rig, "0f 01 3b"); /* invlpg [rbx] */
    bench_free(rig);
}

static void test_bases(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    bench_faults(rig, "f3 48 0f ae c0", X86_UD); /* rdfsbase rax */
    cpu->cr4 |= X86_CR4_FSGSBASE;
    cpu->gpr[X86_RAX] = 0x123456789000;
    bench_ok(rig, "f3 48 0f ae d0"); /* wrfsbase rax */
    CHECK_EQ(cpu->seg[X86_FS].base, 0x123456789000);
    bench_ok(rig, "f3 0f ae d8"); /* wrgsbase eax */
    CHECK_EQ(cpu->seg[X86_GS].base, 0x56789000);
    bench_ok(rig, "f3 48 0f ae c1"); /* rdfsbase rcx */
    CHECK_EQ(cpu->gpr[X86_RCX], 0x123456789000);
    bench_ok(rig, "f3 0f ae ca"); /* rdgsbase edx */
    CHECK_EQ(cpu->gpr[X86_RDX], 0x56789000);
    cpu->gpr[X86_RAX] = 1ull << 60;
    bench_faults(rig, "f3 48 0f ae d0", X86_GP);
    cpu->kernel_gs_base = 0x42;
    bench_ok(rig, "0f 01 f8"); /* swapgs */
    CHECK_EQ(cpu->seg[X86_GS].base, 0x42);
    CHECK_EQ(cpu->kernel_gs_base, 0x56789000);
    bench_free(rig);
}

static void test_tables(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    cpu->gpr[X86_RBX] = 0xa000;
    bench_ok(rig, "0f 01 03"); /* sgdt */
    CHECK_EQ(rig_read(rig, 0xa000, 2), cpu->gdt.limit);
    CHECK_EQ(rig_read(rig, 0xa002, 8), cpu->gdt.base);
    rig_write(rig, 0xa000, 2, 0x123);
    rig_write(rig, 0xa002, 8, 0xffff800000001000);
    bench_ok(rig, "0f 01 1b"); /* lidt */
    CHECK_EQ(cpu->idt.limit, 0x123);
    CHECK_EQ(cpu->idt.base, 0xffff800000001000);
    bench_ok(rig, "0f 01 0b"); /* sidt */
    CHECK_EQ(rig_read(rig, 0xa002, 8), 0xffff800000001000);
    cpu->gpr[X86_RAX] = RIG_CODE0;
    bench_ok(rig, "0f 00 e0"); /* verr ax */
    CHECK(ir_flags_get(&cpu->ir) & IR_F_Z);
    bench_ok(rig, "0f 00 e8"); /* verw ax: code is not writable */
    CHECK(!(ir_flags_get(&cpu->ir) & IR_F_Z));
    cpu->gpr[X86_RCX] = 0x5555;
    cpu->gpr[X86_RAX] = 0xfff8;
    bench_ok(rig, "0f 02 c8"); /* lar ecx, eax: beyond the table */
    CHECK(!(ir_flags_get(&cpu->ir) & IR_F_Z));
    CHECK_EQ(cpu->gpr[X86_RCX], 0x5555);
    bench_free(rig);
}

/* ---- interrupt shadows, HLT, what does nothing ---- */

static void test_shadow(void)
{
    struct rig *rig = bench_new(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    bench_ok(rig, "fa"); /* cli */
    CHECK(!(cpu->eflags & X86_FLAG_IF));
    bench_ok(rig, "fb"); /* sti */
    CHECK(cpu->eflags & X86_FLAG_IF);
    CHECK(cpu->shadow && (cpu->ir.mode & X86_MODE_SHADOW));
    bench_ok(rig, "90");
    CHECK(!cpu->shadow && !(cpu->ir.mode & X86_MODE_SHADOW));
    bench_ok(rig, "fb"); /* no second shadow */
    CHECK(!cpu->shadow);
    cpu->gpr[X86_RAX] = RIG_DATA0;
    bench_ok(rig, "8e d0"); /* mov ss, ax */
    CHECK(cpu->shadow);
    bench_ok(rig, "eb 00"); /* jmp */
    CHECK(!cpu->shadow);
    CHECK_EQ(cpu->ir.pc, BENCH_CODE + 2);
    bench_ok(rig, "f4"); /* hlt */
    CHECK(cpu->halted);
    CHECK_EQ(cpu->ir.pc, BENCH_CODE + 1);
    bench_free(rig);
}

static void test_nothing(void)
{
    static const char *const codes[] = {"90",       "f3 90",    "0f 1f 44 00 00", "f3 0f 1e fa",
                                        "0f ae f0", "0f ae e8", "0f ae f8",       "0f 18 0b",
                                        "0f 0d 0b", "0f ae 3b", "66 90",          "0f 1c 03"};
    struct rig *rig = bench_new(RIG_LONG);
    for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        uint64_t before[16];
        rig->cpu->gpr[X86_RBX] = BENCH_PAGE;
        memcpy(before, rig->cpu->gpr, sizeof(before));
        x86_set_eflags(rig->cpu, IR_F_ALL);
        bench_ok(rig, codes[i]);
        CHECK(memcmp(before, rig->cpu->gpr, sizeof(before)) == 0);
        CHECK_EQ(x86_get_eflags(rig->cpu), IR_F_ALL | X86_FLAG_FIXED);
    }
    bench_free(rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"lift-page-faults", test_page_faults},
        {"lift-string-faults", test_string_faults},
        {"lift-ports", test_ports},
        {"lift-identification", test_identification},
        {"lift-random-numbers", test_random_numbers},
        {"lift-control-registers", test_control_registers},
        {"lift-bases", test_bases},
        {"lift-tables", test_tables},
        {"lift-shadow", test_shadow},
        {"lift-nothing", test_nothing},
        {NULL, NULL},
    };
    return test_main(argc, argv, cases);
}
