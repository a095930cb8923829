/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Short programs through lifter and executor: control transfer, stacks, segments with bases and
 * limits, strings that fault in the middle. What the host cannot be asked about (see
 * test-lift-native.c) has its expected state written down here.
 */
#include "tests/test.h"

#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#include "tests/cpu/lift-env.h"

#define FLOW_CODE 0x8000u
#define FLOW_SIZE (1u << 20)

struct flow_value {
    enum x86_gpr reg;
    uint64_t value;
};

struct flow_word {
    uint32_t address; /* linear */
    unsigned size;    /* 0: end of the list */
    uint64_t value;
};

struct flow_case {
    const char *name;
    uint64_t mode;
    const char *code;
    struct flow_value in[6], out[6]; /* out: rAX 0 ends the list unless first */
    unsigned out_count;
    struct flow_word memory_in[3], memory_out[3];
    uint64_t pc; /* where it stops: at FLOW_CODE plus this */
    int vector;  /* that stops it; 0: none */
};

#define LONG64 (LIFT_LONG64 & ~(X86_MODE_FLAT(X86_FS) | X86_MODE_FLAT(X86_GS)))
#define PROT32 (LIFT_PROT32 & ~(X86_MODE_FLAT(X86_ES) | X86_MODE_FLAT(X86_FS)))

/* Bases and limits of the segments in all cases but the flat ones. */
static const struct {
    enum x86_seg_name seg;
    uint64_t base;
    uint32_t limit;
} flow_segments16[] = {
    {X86_CS, 0, 0xffff},       {X86_DS, 0x10000, 0xffff}, {X86_ES, 0x20000, 0xffff},
    {X86_SS, 0x30000, 0xffff}, {X86_FS, 0x40000, 0xffff}, {X86_GS, 0x50000, 0xffff},
};

static const struct flow_case flow_cases[] = {
    /* ---- real mode ---- */
    {"push-wrap",
     LIFT_REAL16,
     "50",
     {{X86_RAX, 0x1234}, {X86_RSP, 0xabcd0000}},
     {{X86_RSP, 0xabcdfffe}},
     1,
     {{0}},
     {{0x3fffe, 2, 0x1234}},
     1,
     0},
    {"push-odd", LIFT_REAL16, "50", {{X86_RSP, 1}}, {{X86_RSP, 1}}, 1, {{0}}, {{0}}, 0, X86_STACK},
    {"pop-segment-base",
     LIFT_REAL16,
     "5b",
     {{X86_RBX, 0xaaaa0000}, {X86_RSP, 0x100}},
     {{X86_RBX, 0xaaaabeef}, {X86_RSP, 0x102}},
     2,
     {{0x30100, 2, 0xbeef}},
     {{0}},
     1,
     0},
    {"load-base-index",
     LIFT_REAL16,
     "8b 40 02",
     {{X86_RBX, 0xfff0}, {X86_RSI, 0x20}},
     {{X86_RAX, 0x5678}},
     1,
     {{0x10012, 2, 0x5678}},
     {{0}},
     3,
     0},
    {"load-limit",
     LIFT_REAL16,
     "8b 07",
     {{X86_RAX, 7}, {X86_RBX, 0xffff}},
     {{X86_RAX, 7}},
     1,
     {{0}},
     {{0}},
     0,
     X86_GP},
    {"load-bp-limit",
     LIFT_REAL16,
     "8b 46 00",
     {{X86_RBP, 0xffff}},
     {{X86_RAX, 0}},
     1,
     {{0}},
     {{0}},
     0,
     X86_STACK},
    {"load-override",
     LIFT_REAL16,
     "26 8b 07",
     {{X86_RBX, 0x10}},
     {{X86_RAX, 0x77}},
     1,
     {{0x20010, 2, 0x77}},
     {{0}},
     3,
     0},
    {"load-address32",
     LIFT_REAL16,
     "67 8b 03",
     {{X86_RBX, 0x20}},
     {{X86_RAX, 0x99}},
     1,
     {{0x10020, 2, 0x99}},
     {{0}},
     3,
     0},
    {"load-address32-limit",
     LIFT_REAL16,
     "67 8b 03",
     {{X86_RBX, 0x10000}},
     {{X86_RAX, 0}},
     1,
     {{0}},
     {{0}},
     0,
     X86_GP},
    {"rmw-limit",
     LIFT_REAL16,
     "83 07 01",
     {{X86_RBX, 0xffff}},
     {{X86_RBX, 0xffff}},
     1,
     {{0}},
     {{0}},
     0,
     X86_GP},
    {"loop",
     LIFT_REAL16,
     "b9 05 00 31 c0 40 e2 fd",
     {{X86_RCX, 0x70000}},
     {{X86_RAX, 5}, {X86_RCX, 0x70000}},
     2,
     {{0}},
     {{0}},
     8,
     0},
    {"loopne",
     LIFT_REAL16,
     "b9 05 00 31 c0 40 83 f8 03 e0 fa",
     {{0}},
     {{X86_RAX, 3}, {X86_RCX, 2}},
     2,
     {{0}},
     {{0}},
     11,
     0},
    {"jcxz",
     LIFT_REAL16,
     "e3 01 40 40",
     {{X86_RCX, 0x10000}},
     {{X86_RAX, 1}},
     1,
     {{0}},
     {{0}},
     4,
     0},
    {"jecxz",
     LIFT_REAL16,
     "67 e3 01 40 40",
     {{X86_RCX, 0x10000}},
     {{X86_RAX, 2}},
     1,
     {{0}},
     {{0}},
     5,
     0},
    {"jmp-wrap",
     LIFT_REAL16,
     "e9 fd 8f",
     {{0}},
     {{X86_RAX, 0}},
     1,
     {{0}},
     {{0}},
     0x1000 - 0x8000,
     0},
    {"call-near",
     LIFT_REAL16,
     "e8 10 00",
     {{X86_RSP, 0x200}},
     {{X86_RSP, 0x1fe}},
     1,
     {{0}},
     {{0x301fe, 2, 0x8003}},
     0x13,
     0},
    {"call-near-indirect",
     LIFT_REAL16,
     "ff 17",
     {{X86_RBX, 0x40}, {X86_RSP, 0x200}},
     {{X86_RSP, 0x1fe}},
     1,
     {{0x10040, 2, 0x8077}},
     {{0x301fe, 2, 0x8002}},
     0x77,
     0},
    {"ret-drop",
     LIFT_REAL16,
     "c2 04 00",
     {{X86_RSP, 0x200}},
     {{X86_RSP, 0x206}},
     1,
     {{0x30200, 2, 0x8055}},
     {{0}},
     0x55,
     0},
    {"far-call",
     LIFT_REAL16,
     "9a 05 00 00 08",
     {{X86_RSP, 0x200}},
     {{X86_RSP, 0x1fc}},
     1,
     {{0}},
     {{0x301fc, 2, 0x8005}, {0x301fe, 2, 0}},
     5 - 0x8000,
     0},
    {"far-jump-memory",
     LIFT_REAL16,
     "ff 2f",
     {{X86_RBX, 0x40}},
     {{X86_RBX, 0x40}},
     1,
     {{0x10040, 4, 0x08000033}},
     {{0}},
     0x33 - 0x8000,
     0},
    {"far-ret",
     LIFT_REAL16,
     "ca 02 00",
     {{X86_RSP, 0x200}},
     {{X86_RSP, 0x206}},
     1,
     {{0x30200, 4, 0x07000044}},
     {{0}},
     0x44 - 0x8000,
     0},
    {"lds",
     LIFT_REAL16,
     "c5 37 8b 04",
     {{X86_RBX, 0x40}},
     {{X86_RSI, 0x10}, {X86_RAX, 0x4242}},
     2,
     {{0x10040, 4, 0x60000010}, {0x60010, 2, 0x4242}},
     {{0}},
     4,
     0},
    {"mov-segment",
     LIFT_REAL16,
     "8e d8 8c da a1 20 00",
     {{X86_RAX, 0x6000}},
     {{X86_RDX, 0x6000}, {X86_RAX, 0x1357}},
     2,
     {{0x60020, 2, 0x1357}},
     {{0}},
     7,
     0},
    {"enter-leave",
     LIFT_REAL16,
     "c8 10 00 00 c9",
     {{X86_RBP, 0x1111}, {X86_RSP, 0x200}},
     {{X86_RBP, 0x1111}, {X86_RSP, 0x200}},
     2,
     {{0}},
     {{0x301fe, 2, 0x1111}},
     5,
     0},
    {"pusha-popa",
     LIFT_REAL16,
     "60 31 db 61",
     {{X86_RBX, 0x12345678}, {X86_RSP, 0x200}},
     {{X86_RBX, 0x12345678}, {X86_RSP, 0x200}},
     2,
     {{0}},
     {{0x301f8, 2, 0x5678}},
     4,
     0},
    {"bts-string",
     LIFT_REAL16,
     "0f ab 07",
     {{X86_RBX, 0x100}, {X86_RAX, 0xffef}},
     {{X86_RBX, 0x100}},
     1,
     {{0}},
     {{0x100fc, 2, 0x8000}},
     3,
     0},
    {"xlat",
     LIFT_REAL16,
     "2e d7",
     {{X86_RBX, 0xfff8}, {X86_RAX, 0x1209}},
     {{X86_RAX, 0x12cc}},
     1,
     {{0x0001, 1, 0xcc}},
     {{0}},
     2,
     0},

    /* ---- strings ---- */
    {"movsb-wrap",
     LIFT_REAL16,
     "f3 a4",
     {{X86_RSI, 0xffff}, {X86_RDI, 0x10}, {X86_RCX, 2}},
     {{X86_RSI, 1}, {X86_RDI, 0x12}, {X86_RCX, 0}},
     3,
     {{0x1ffff, 1, 0xaa}, {0x10000, 1, 0xbb}},
     {{0x20010, 2, 0xbbaa}},
     2,
     0},
    {"movsw-override-down",
     LIFT_REAL16,
     "fd 64 f3 a5 fc",
     {{X86_RSI, 0x12}, {X86_RDI, 0x22}, {X86_RCX, 2}},
     {{X86_RSI, 0x0e}, {X86_RDI, 0x1e}, {X86_RCX, 0}},
     3,
     {{0x40010, 4, 0x11223344}},
     {{0x20020, 4, 0x11223344}},
     5,
     0},
    {"movsw-limit",
     LIFT_REAL16,
     "f3 a5",
     {{X86_RSI, 0x10}, {X86_RDI, 0xfffb}, {X86_RCX, 5}},
     {{X86_RSI, 0x14}, {X86_RDI, 0xffff}, {X86_RCX, 3}},
     3,
     {{0x10010, 4, 0x11223344}},
     {{0x2fffb, 4, 0x11223344}},
     0,
     X86_GP},
    {"stosd-limit",
     PROT32,
     "f3 ab",
     {{X86_RAX, 0x5a5a5a5a}, {X86_RDI, 0xfff0}, {X86_RCX, 8}},
     {{X86_RDI, 0x10000}, {X86_RCX, 4}},
     2,
     {{0}},
     {{0x2fffc, 4, 0x5a5a5a5a}, {0x30000, 4, 0}},
     0,
     X86_GP},
    {"stosb-pages",
     LONG64,
     "f3 aa",
     {{X86_RAX, 0x77}, {X86_RDI, 0x10001}, {X86_RCX, 0x9000}},
     {{X86_RDI, 0x19001}, {X86_RCX, 0}},
     2,
     {{0}},
     {{0x10000, 2, 0x7700}, {0x19000, 2, 0x77}},
     2,
     0},
    {"movsb-overlap",
     LONG64,
     "f3 a4",
     {{X86_RSI, 0x10000}, {X86_RDI, 0x10002}, {X86_RCX, 0x2000}},
     {{X86_RSI, 0x12000}, {X86_RDI, 0x12002}},
     2,
     {{0x10000, 2, 0x2211}},
     {{0x12000, 4, 0x2211}},
     2,
     0},
    {"cmpsb-repe",
     LONG64,
     "f3 a6",
     {{X86_RSI, 0x10000}, {X86_RDI, 0x20000}, {X86_RCX, 0x3000}},
     {{X86_RSI, 0x12001}, {X86_RDI, 0x22001}, {X86_RCX, 0xfff}},
     3,
     {{0x12000, 1, 1}},
     {{0}},
     2,
     0},
    {"scasb-repne",
     LONG64,
     "f2 ae",
     {{X86_RAX, 0}, {X86_RDI, 0x10000}, {X86_RCX, UINT64_MAX}},
     {{X86_RDI, 0x10005}, {X86_RCX, UINT64_MAX - 5}},
     2,
     {{0x10000, 4, 0x01010101}},
     {{0}},
     2,
     0},
    {"rep-none",
     LONG64,
     "f3 a4",
     {{X86_RSI, 1ull << 60}, {X86_RCX, 0}},
     {{X86_RSI, 1ull << 60}},
     1,
     {{0}},
     {{0}},
     2,
     0},
    {"rep-address32",
     LONG64,
     "67 f3 aa",
     {{X86_RDI, 0x7700010000}, {X86_RCX, 0x6600000002}},
     {{X86_RDI, 0x10002}, {X86_RCX, 0}},
     2,
     {{0x10000, 4, 0xffffffff}},
     {{0x10000, 4, 0xffff0000}},
     3,
     0},

    /* ---- protected mode ---- */
    {"fs-base",
     PROT32,
     "64 a1 04 00 00 00",
     {{0}},
     {{X86_RAX, 0x31415926}},
     1,
     {{0x40004, 4, 0x31415926}},
     {{0}},
     6,
     0},
    {"address16-in-32",
     PROT32,
     "67 8b 07",
     {{X86_RBX, 0xabc0100}},
     {{X86_RAX, 0x1}},
     1,
     {{0x100, 4, 1}},
     {{0}},
     3,
     0},
    {"call-operand16",
     PROT32,
     "66 e8 10 00",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x101fe}},
     1,
     {{0}},
     {{0x101fe, 2, 0x8004}},
     0x14,
     0},
    {"push-imm-sign",
     PROT32,
     "6a ff",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x101fc}},
     1,
     {{0}},
     {{0x101fc, 4, 0xffffffff}},
     2,
     0},

    /* ---- 64-bit code ---- */
    {"call-ret",
     LONG64,
     "e8 01 00 00 00 f4 c3",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x10200}},
     1,
     {{0}},
     {{0x101f8, 8, 0x8005}},
     5,
     0},
    {"call-memory-relative",
     LONG64,
     "ff 15 0a 00 00 00",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x101f8}},
     1,
     {{0x8010, 8, 0x8123}},
     {{0x101f8, 8, 0x8006}},
     0x123,
     0},
    {"call-rsp",
     LONG64,
     "ff d4",
     {{X86_RSP, 0x9000}},
     {{X86_RSP, 0x8ff8}},
     1,
     {{0}},
     {{0x8ff8, 8, 0x8002}},
     0x1000,
     0},
    {"push-rsp",
     LONG64,
     "54",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x101f8}},
     1,
     {{0}},
     {{0x101f8, 8, 0x10200}},
     1,
     0},
    {"pop-rsp-memory",
     LONG64,
     "8f 04 24",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x10208}},
     1,
     {{0x10200, 8, 0x55}},
     {{0x10208, 8, 0x55}},
     3,
     0},
    {"gs-base",
     LONG64,
     "65 48 8b 04 25 08 00 00 00",
     {{0}},
     {{X86_RAX, 0x1122334455667788}},
     1,
     {{0x50008, 8, 0x1122334455667788}},
     {{0}},
     9,
     0},
    {"loop-address32",
     LONG64,
     "67 e2 fd 90",
     {{X86_RCX, 0x500000001}},
     {{X86_RCX, 0}},
     1,
     {{0}},
     {{0}},
     4,
     0},
    {"jz-over", LONG64, "31 c0 74 02 ff c0 ff c0", {{0}}, {{X86_RAX, 1}}, 1, {{0}}, {{0}}, 8, 0},
    {"cmpxchg16b-misaligned",
     LONG64,
     "48 0f c7 0b",
     {{X86_RBX, 0x10008}},
     {{X86_RAX, 0}},
     1,
     {{0}},
     {{0}},
     0,
     X86_GP},
    {"cmpxchg16b",
     LONG64,
     "f0 48 0f c7 0b",
     {{X86_RBX, 0x10010}, {X86_RAX, 1}, {X86_RDX, 2}, {X86_RCX, 9}},
     {{X86_RAX, 1}, {X86_RDX, 2}},
     2,
     {{0x10010, 8, 1}, {0x10018, 8, 2}},
     {{0x10010, 8, 0x10010}, {0x10018, 8, 9}},
     5,
     0},
    {"ret-far-address",
     LONG64,
     "c3",
     {{X86_RSP, 0x10200}},
     {{X86_RSP, 0x10208}},
     1,
     {{0x10200, 8, 0x8044}},
     {{0}},
     0x44,
     0},
};

static void flow_put(struct lift_env *env, const struct flow_word *words)
{
    for (unsigned i = 0; i < 3 && words[i].size; i++)
        memcpy(env->host + words[i].address, &words[i].value, words[i].size);
}

static void flow_segments(struct x86_cpu *cpu, uint64_t mode)
{
    bool flat = mode & (X86_MODE_CODE32 | X86_MODE_CODE64);
    for (unsigned i = 0; i < 6; i++) {
        enum x86_seg_name seg = flow_segments16[i].seg;
        bool use = !flat || !(mode & X86_MODE_FLAT(seg));
        uint32_t attr = X86_ATTR_P | X86_ATTR_S | X86_ATTR_RW | (flat ? X86_ATTR_DB : 0) |
                        (seg == X86_CS ? X86_ATTR_CODE : 0);
        x86_set_segment(cpu, seg, (uint16_t)(use ? flow_segments16[i].base >> 4 : 0),
                        use ? flow_segments16[i].base : 0,
                        use ? flow_segments16[i].limit : 0xffffffff, attr);
    }
}

static void flow_begin(struct lift_env *env, const struct flow_case *c)
{
    struct x86_cpu *cpu = env->cpu;
    memset(env->host, 0, FLOW_SIZE);
    memset(cpu->gpr, 0, sizeof(cpu->gpr));
    x86_set_eflags(cpu, 0);
    cpu->cr0 = c->mode & X86_MODE_PE ? X86_CR0_PE : 0;
    for (unsigned i = 0; i < 6; i++)
        if (c->in[i].value)
            cpu->gpr[c->in[i].reg] = c->in[i].value;
    flow_segments(cpu, c->mode);
    flow_put(env, c->memory_in);
    cpu->exception_pending = false;
    cpu->ir.pc = FLOW_CODE;
}

static unsigned flow_code(struct lift_env *env, const char *text)
{
    unsigned length = 0, value;
    for (int used; sscanf(text, " %2x%n", &value, &used) == 1; text += used)
        env->host[FLOW_CODE + length++] = (uint8_t)value;
    memset(env->host + FLOW_CODE + length, 0xf4, 16); /* HLT: nothing goes on by mistake */
    return length;
}

/* Executes until the expected pc or a fault; at most some instructions. */
static enum ir_status flow_execute(struct lift_env *env, const struct flow_case *c)
{
    struct x86_cpu *cpu = env->cpu;
    enum ir_status status = IR_OK;
    for (unsigned i = 0; i < 100; i++) {
        if (i > 0 && cpu->ir.pc == (uint64_t)(FLOW_CODE + c->pc) && !c->vector)
            break;
        status = lift_at(env, c->mode, cpu->ir.pc, 1);
        if (status == IR_OK)
            status = ir_exec_builder(&cpu->ir, env->builder);
        if (status == IR_FAULT)
            break;
    }
    return status;
}

static void flow_check(struct lift_env *env, const struct flow_case *c, enum ir_status status)
{
    struct x86_cpu *cpu = env->cpu;
    int before = test_failures;
    CHECK_EQ(status == IR_FAULT, c->vector != 0);
    if (c->vector)
        CHECK_EQ(cpu->exception.vector, c->vector);
    CHECK_EQ(cpu->ir.pc, FLOW_CODE + c->pc);
    for (unsigned i = 0; i < c->out_count; i++)
        CHECK_EQ(cpu->gpr[c->out[i].reg], c->out[i].value);
    for (unsigned i = 0; i < 3 && c->memory_out[i].size; i++) {
        uint64_t value = 0;
        memcpy(&value, env->host + c->memory_out[i].address, c->memory_out[i].size);
        CHECK_EQ(value, c->memory_out[i].value);
    }
    if (test_failures != before)
        fprintf(stderr, "in %s\n", c->name);
}

static void test_flow(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, FLOW_SIZE));
    for (unsigned i = 0; i < sizeof(flow_cases) / sizeof(flow_cases[0]); i++) {
        const struct flow_case *c = &flow_cases[i];
        flow_begin(&env, c);
        flow_code(&env, c->code);
        flow_put(&env, c->memory_in);
        flow_check(&env, c, flow_execute(&env, c));
    }
    lift_env_finish(&env);
}

/* ---- a copied page gives the same code as the page ---- */

static bool copy_same(const struct ir_builder *a, const struct ir_builder *b)
{
    bool same = a->count == b->count && a->guest_insns == b->guest_insns &&
                a->guest_bytes == b->guest_bytes && a->one_time == b->one_time;
    for (unsigned i = 0; same && i < a->count; i++) {
        const struct ir_insn *x = &a->insn[i], *y = &b->insn[i];
        same = x->op == y->op && x->width == y->width && x->width2 == y->width2 &&
               x->cond == y->cond && x->scale == y->scale && x->flags == y->flags &&
               x->dst == y->dst && x->a == y->a && x->b == y->b && x->c == y->c && x->imm == y->imm;
    }
    return same;
}

/* From each byte of the page. What goes on in the next one is not in the copy. */
static void copy_check(struct lift_env *env, uint64_t mode, struct ir_builder *other)
{
    static struct ir_code_copy copy;
    unsigned alone = 0;
    env->cpu->ir.mode = mode;
    env->cpu->ir.pc = FLOW_CODE + 0x123;
    CHECK(x86_lift_copy_code(&env->cpu->ir, &copy));
    CHECK_EQ(copy.pc, FLOW_CODE);
    CHECK_EQ(copy.mode, mode);
    memset(env->host + FLOW_CODE + IR_PAGE_SIZE, 0x90, 16);
    for (unsigned offset = 0; offset < IR_PAGE_SIZE; offset++) {
        CHECK_EQ(lift_at(env, mode, FLOW_CODE + offset, IR_MAX_GUEST_INSNS), IR_OK);
        enum ir_status status = x86_lift_copy(&copy, offset, other);
        CHECK(status == (env->builder->one_time ? IR_ALONE : IR_OK));
        CHECK(status != IR_OK || copy_same(env->builder, other));
        alone += status == IR_ALONE;
    }
    CHECK(alone > 0 && alone < 15);
}

static void test_copy(void)
{
    static struct ir_builder other;
    struct lift_env env;
    uint32_t random = 1;
    CHECK(lift_env_init(&env, 0, FLOW_SIZE));
    for (unsigned n = 0; n < IR_PAGE_SIZE; n++) {
        random = random * 1664525 + 1013904223;
        env.host[FLOW_CODE + n] = (uint8_t)(random >> 24);
    }
    memcpy(env.host + FLOW_CODE + IR_PAGE_SIZE - 2, "\x48\xb8", 2); /* mov rax, 64 bits */
    copy_check(&env, LIFT_LONG64, &other);
    copy_check(&env, LIFT_PROT32, &other);
    lift_env_finish(&env);
}

/* Where the limit of CS or breakpoints decide as well, nothing is copied. */
static void test_not_copied(void)
{
    static struct ir_code_copy copy;
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, FLOW_SIZE));
    env.cpu->ir.pc = FLOW_CODE;
    env.cpu->ir.mode = LIFT_PROT32;
    CHECK(x86_lift_copy_code(&env.cpu->ir, &copy));
    env.cpu->ir.mode = LIFT_PROT32 | X86_MODE_LIMIT_64K;
    CHECK(!x86_lift_copy_code(&env.cpu->ir, &copy));
    env.cpu->ir.mode = LIFT_PROT32 | X86_MODE_LIMIT_ODD;
    CHECK(!x86_lift_copy_code(&env.cpu->ir, &copy));
    env.cpu->ir.mode = LIFT_LONG64 | X86_MODE_BREAK;
    CHECK(!x86_lift_copy_code(&env.cpu->ir, &copy));
    env.cpu->ir.mode = LIFT_LONG64;
    env.cpu->ir.pc = FLOW_SIZE; /* nothing is there */
    CHECK(!x86_lift_copy_code(&env.cpu->ir, &copy));
    lift_env_finish(&env);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"lift-flow", test_flow},
                                             {"lift-copy", test_copy},
                                             {"lift-not-copied", test_not_copied},
                                             {NULL, NULL}};
    return test_main(argc, argv, cases);
}
