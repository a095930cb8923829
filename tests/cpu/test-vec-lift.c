/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every row of forms-vector.inc, lifted and run by the portable executor, against the host: Zydis
 * encodes each combination of operands that it knows for the mnemonic, with random registers,
 * immediates and memory. Registers, flags, MXCSR and memory must be the same, and misaligned
 * operands must fault where they do on the host.
 */
#include "tests/test.h"

#if defined(__x86_64__)

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#include "emulator/isa/x86/vec-forms.h"
#include "tests/cpu/lift-env.h"
#include "tests/cpu/vec-random.h"

#define DATA      0x20000000ull /* the same address on the host and in the guest */
#define DATA_SIZE 0x4000ull
#define DATA_AT   (DATA + 0x1000)
#define DATA_USED 512u            /* bytes from DATA_AT - 256 that instructions reach */
#define CODE      (DATA + 0x8000) /* guest only */

/* ---- running one instruction; offsets are known to the assembly ---- */

struct state {
    union x86_vec ymm[16]; /* 0 */
    uint64_t gpr[16];      /* 512 */
    uint64_t flags;        /* 640 */
    uint32_t mxcsr;        /* 648 */
    uint32_t padding;
    uint64_t host_rsp; /* 656 */
    uint8_t memory[DATA_USED];
};

void test_vec_lift_native(struct state *state, const void *code);
__asm__(".text\n"
        "test_vec_lift_native:\n"
        "  pushq %rbx\n  pushq %rbp\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
        "  subq $24, %rsp\n"
        "  stmxcsr (%rsp)\n"
        "  movq %rdi, 8(%rsp)\n"
        "  movq %rsi, 16(%rsp)\n"
        "  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "  vmovdqu 32*\\n(%rdi), %ymm\\n\n"
        "  .endr\n"
        "  ldmxcsr 648(%rdi)\n"
        "  pushq 640(%rdi)\n"
        "  popfq\n"
        "  movq 512(%rdi), %rax\n  movq 520(%rdi), %rcx\n  movq 528(%rdi), %rdx\n"
        "  movq 536(%rdi), %rbx\n  movq 552(%rdi), %rbp\n  movq 560(%rdi), %rsi\n"
        "  movq 576(%rdi), %r8\n  movq 584(%rdi), %r9\n  movq 592(%rdi), %r10\n"
        "  movq 600(%rdi), %r11\n  movq 608(%rdi), %r12\n  movq 616(%rdi), %r13\n"
        "  movq 624(%rdi), %r14\n  movq 632(%rdi), %r15\n  movq 568(%rdi), %rdi\n"
        "  call *16(%rsp)\n"
        "  pushfq\n"
        "  pushq %rdi\n"
        "  movq 24(%rsp), %rdi\n"
        "  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "  vmovdqu %ymm\\n, 32*\\n(%rdi)\n"
        "  .endr\n"
        "  stmxcsr 648(%rdi)\n"
        "  popq 568(%rdi)\n"
        "  popq 640(%rdi)\n"
        "  movq %rax, 512(%rdi)\n  movq %rcx, 520(%rdi)\n  movq %rdx, 528(%rdi)\n"
        "  movq %rbx, 536(%rdi)\n  movq %rbp, 552(%rdi)\n  movq %rsi, 560(%rdi)\n"
        "  movq %r8, 576(%rdi)\n  movq %r9, 584(%rdi)\n  movq %r10, 592(%rdi)\n"
        "  movq %r11, 600(%rdi)\n  movq %r12, 608(%rdi)\n  movq %r13, 616(%rdi)\n"
        "  movq %r14, 624(%rdi)\n  movq %r15, 632(%rdi)\n"
        "  vzeroupper\n"
        "  ldmxcsr (%rsp)\n"
        "  addq $24, %rsp\n"
        "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbp\n  popq %rbx\n"
        "  ret\n");

static sigjmp_buf trap_exit;

static void on_trap(int number)
{
    siglongjmp(trap_exit, number);
}

static uint8_t *code; /* host, executable */
static uint8_t *data; /* host, at DATA */
static struct lift_env env;
static struct vec_random source = VEC_RANDOM_INIT;

static int run_native(struct state *state)
{
    memcpy(data + (DATA_AT - DATA) - DATA_USED / 2, state->memory, DATA_USED);
    int number = sigsetjmp(trap_exit, 1);
    if (number)
        __asm__ volatile("vzeroupper; ldmxcsr %0" ::"m"((uint32_t){X86_MXCSR_RESET}));
    else
        test_vec_lift_native(state, code);
    memcpy(state->memory, data + (DATA_AT - DATA) - DATA_USED / 2, DATA_USED);
    return number;
}

static void guest_from_state(const struct state *state)
{
    struct x86_cpu *cpu = env.cpu;
    memcpy(cpu->vec, state->ymm, sizeof(cpu->vec));
    memcpy(cpu->gpr, state->gpr, sizeof(cpu->gpr));
    ir_flags_put(&cpu->ir, state->flags, IR_F_ALL);
    cpu->mxcsr = state->mxcsr;
    memcpy(env.host + (DATA_AT - DATA) - DATA_USED / 2, state->memory, DATA_USED);
    cpu->exception_pending = false;
}

static void guest_to_state(struct state *state)
{
    struct x86_cpu *cpu = env.cpu;
    memcpy(state->ymm, cpu->vec, sizeof(cpu->vec));
    memcpy(state->gpr, cpu->gpr, sizeof(cpu->gpr));
    state->flags = ir_flags_get(&cpu->ir);
    state->mxcsr = cpu->mxcsr;
    memcpy(state->memory, env.host + (DATA_AT - DATA) - DATA_USED / 2, DATA_USED);
}

/* The lifted code must be valid, too. */
static const char *run_guest(struct state *state, unsigned length, uint64_t mode,
                             enum ir_status *status)
{
    unsigned where;
    guest_from_state(state);
    memcpy(env.host + (CODE - DATA), code, length);
    *status = lift_at(&env, mode, CODE, 1);
    if (*status != IR_OK)
        return "lifting failed";
    const char *wrong = ir_verify(env.builder, &x86_guest, &where);
    if (wrong)
        return wrong;
    x86_load_mxcsr(env.cpu);
    *status = ir_exec_builder(&env.cpu->ir, env.builder);
    x86_sync_mxcsr(env.cpu);
    __builtin_ia32_ldmxcsr(X86_MXCSR_RESET);
    guest_to_state(state);
    return NULL;
}

/* ---- operands: every combination of kinds that Zydis can encode ---- */

enum kind { X, Y, R32, R64, M8, M16, M32, M64, M128, M256, IMM, VX, VY, KINDS };
static const unsigned kind_bytes[KINDS] = {
    [M8] = 1, [M16] = 2, [M32] = 4, [M64] = 8, [M128] = 16, [M256] = 32, [VX] = 4, [VY] = 4};

struct pattern {
    enum kind kind[4];
    unsigned count;
};

static bool kind_is_memory(enum kind kind)
{
    return kind_bytes[kind] != 0;
}

static unsigned random_number(void)
{
    return vec_random(&source) & 1 ? (unsigned)(vec_random(&source) % 4)
                                   : (unsigned)(vec_random(&source) % 16);
}

/* Not RSP, and not RSI and RDI, which point to memory. */
static int random_general(bool wide)
{
    static const int numbers[] = {0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15};
    return (wide ? ZYDIS_REGISTER_RAX : ZYDIS_REGISTER_EAX) +
           numbers[vec_random(&source) % (sizeof(numbers) / sizeof(numbers[0]))];
}

static void operand_of_kind(ZydisEncoderOperand *op, enum kind kind, unsigned element)
{
    op->type = ZYDIS_OPERAND_TYPE_REGISTER;
    if (kind_is_memory(kind)) {
        op->type = ZYDIS_OPERAND_TYPE_MEMORY;
        op->mem.base = ZYDIS_REGISTER_RSI;
        op->mem.size = (ZyanU16)(kind == VX || kind == VY ? element : kind_bytes[kind]);
        if (kind == VX || kind == VY) {
            op->mem.index =
                (ZydisRegister)((kind == VX ? ZYDIS_REGISTER_XMM0 : ZYDIS_REGISTER_YMM0) + 4 +
                                (int)(vec_random(&source) % 4));
            op->mem.scale = (ZyanU8)(1u << vec_random(&source) % 4);
        }
        return;
    }
    switch (kind) {
    case X:
        op->reg.value = (ZydisRegister)(ZYDIS_REGISTER_XMM0 + (int)random_number());
        break;
    case Y:
        op->reg.value = (ZydisRegister)(ZYDIS_REGISTER_YMM0 + (int)random_number());
        break;
    case IMM:
        op->type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
        op->imm.u = vec_random(&source) & 0xff;
        break;
    default:
        op->reg.value = (ZydisRegister)random_general(kind == R64);
        break;
    }
}

/* Bytes of code, 0: no such instruction. */
static unsigned encode(ZydisMnemonic mnemonic, bool vex, const struct pattern *pattern,
                       unsigned element)
{
    ZydisEncoderRequest r = {.machine_mode = ZYDIS_MACHINE_MODE_LONG_64, .mnemonic = mnemonic};
    ZyanUSize length = ZYDIS_MAX_INSTRUCTION_LENGTH;
    r.allowed_encodings = vex ? ZYDIS_ENCODABLE_ENCODING_VEX : ZYDIS_ENCODABLE_ENCODING_LEGACY;
    r.operand_count = (ZyanU8)pattern->count;
    for (unsigned i = 0; i < pattern->count; i++)
        operand_of_kind(&r.operands[i], pattern->kind[i], element);
    if (pattern->count == 4 && pattern->kind[3] != IMM)
        r.operands[3].reg.is4 = ZYAN_TRUE;
    if (ZYAN_FAILED(ZydisEncoderEncodeInstruction(&r, code, &length)))
        return 0;
    code[length] = 0xc3; /* ret */
    return (unsigned)length;
}

static bool has_vector_index(const struct pattern *p)
{
    return p->count == 3 && (p->kind[1] == VX || p->kind[1] == VY);
}

/* Registers of a gather must differ, so one attempt may not do. */
static bool can_encode(ZydisMnemonic mnemonic, bool vex, const struct pattern *p, unsigned element)
{
    if (!has_vector_index(p))
        return element == 4 && encode(mnemonic, vex, p, element);
    for (unsigned i = 0; i < 64; i++)
        if (encode(mnemonic, vex, p, element))
            return true;
    return false;
}

/* ---- comparing ---- */

static unsigned reported;

static void report(const char *name, unsigned length, const char *what, const struct state *before,
                   const struct state *host, const struct state *guest)
{
    test_failures++;
    if (reported++ > 30)
        return;
    fprintf(stderr, "%s: %s; code", name, what);
    for (unsigned i = 0; i < length; i++)
        fprintf(stderr, " %02x", code[i]);
    fprintf(stderr, "\n  mxcsr %04x flags %03x; host %04x %03x; lathe %04x %03x\n", before->mxcsr,
            (unsigned)before->flags, host->mxcsr, (unsigned)host->flags, guest->mxcsr,
            (unsigned)guest->flags);
    for (unsigned i = 0; i < 16; i++) {
        const uint64_t *b = before->ymm[i].u64, *h = host->ymm[i].u64, *g = guest->ymm[i].u64;
        if (memcmp(h, g, 32))
            fprintf(stderr,
                    "  ymm%u was   %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                    "\n     host   %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                    "\n     lathe  %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n",
                    i, b[3], b[2], b[1], b[0], h[3], h[2], h[1], h[0], g[3], g[2], g[1], g[0]);
        if (host->gpr[i] != guest->gpr[i])
            fprintf(stderr, "  gpr%u host %" PRIx64 " lathe %" PRIx64 "\n", i, host->gpr[i],
                    guest->gpr[i]);
    }
    for (unsigned i = 0; i < DATA_USED; i++)
        if (host->memory[i] != guest->memory[i])
            fprintf(stderr, "  memory +%d host %02x lathe %02x\n", (int)i - 256, host->memory[i],
                    guest->memory[i]);
}

static bool same_state(const struct state *x, const struct state *y)
{
    return !memcmp(x->ymm, y->ymm, sizeof(x->ymm)) && !memcmp(x->gpr, y->gpr, sizeof(x->gpr)) &&
           !memcmp(x->memory, y->memory, DATA_USED) && x->mxcsr == y->mxcsr &&
           (x->flags & IR_F_ALL) == (y->flags & IR_F_ALL);
}

/* ---- one instruction ---- */

static void random_state(struct state *s, bool gather, bool misaligned)
{
    bool fp = vec_random(&source) & 1;
    for (unsigned i = 0; i < 16; i++) {
        vec_random_vector(&source, &s->ymm[i], fp);
        s->gpr[i] = vec_random_integer(&source);
    }
    for (unsigned i = 4; i < 8 && gather; i++)
        for (unsigned k = 0; k < 4; k++)
            s->ymm[i].u64[k] = vec_random(&source) % 24; /* an index of 32 or of 64 bits */
    for (unsigned i = 0; i < DATA_USED; i += 32)
        vec_random_vector(&source, (union x86_vec *)(void *)(s->memory + i), fp);
    s->gpr[X86_RSP] = 0;
    s->gpr[X86_RSI] = DATA_AT + (misaligned ? 1 + vec_random(&source) % 31 : 0);
    s->gpr[X86_RDI] = DATA_AT + vec_random(&source) % 64;
    s->flags = (vec_random(&source) & IR_F_ALL) | 2;
    s->mxcsr = vec_random_mxcsr(&source);
    s->padding = 0;
    s->host_rsp = 0;
}

/* Does the code mean the same in 32-bit mode: no REX prefix, nor what stands for it in VEX? */
static bool same_in_32_bits(const char *name, unsigned length)
{
    static const char *const by_w[] = {"PEXTR", "PINSR", "CVTSI2", "2SI", "MOVQ", "MOVD", "MOVNTI"};
    unsigned at = 0;
    if (strstr(name, "ZERO") || strstr(name, "BLENDV")) /* eight registers, not sixteen */
        return false;
    while (at < length && (code[at] == 0x66 || code[at] == 0xf2 || code[at] == 0xf3))
        at++;
    if (code[at] == 0xc5)
        return (code[at + 1] & 0xc0) == 0xc0;
    if (code[at] != 0xc4)
        return (code[at] & 0xf0) != 0x40;
    for (size_t i = 0; i < sizeof(by_w) / sizeof(by_w[0]); i++)
        if (strstr(name, by_w[i]) && (code[at + 2] & 0x80))
            return false;
    return (code[at + 1] & 0xe0) == 0xe0 && (code[at + 2] & 0x40);
}

/* False: the host has no such instruction. */
static bool try_once(const char *name, unsigned length, bool gather, bool misaligned)
{
    static struct state before, host, guest;
    enum ir_status status;
    /* Processors do not agree on misaligned SHA operands. */
    random_state(&before, gather, misaligned && strncmp(name, "SHA", 3) != 0);
    host = guest = before;
    int trapped = run_native(&host);
    if (trapped == SIGILL)
        return false;
    bool narrow = same_in_32_bits(name, length) && (vec_random(&source) & 1);
    const char *wrong = run_guest(&guest, length, narrow ? LIFT_PROT32 : LIFT_LONG64, &status);
    if (wrong)
        report(name, length, wrong, &before, &host, &guest);
    else if (trapped && (status != IR_FAULT || env.cpu->exception.vector != X86_GP))
        report(name, length, "the host faulted", &before, &host, &guest);
    else if (!trapped && status == IR_FAULT)
        report(name, length, "lathe faulted", &before, &host, &guest);
    else if (!same_state(&host, &guest))
        report(name, length, "results differ", &before, &host, &guest);
    return true;
}

static bool pattern_possible(const struct pattern *p)
{
    unsigned memory = 0;
    for (unsigned i = 0; i < p->count; i++) {
        memory += kind_is_memory(p->kind[i]);
        if (p->kind[i] == IMM && i + 1 != p->count)
            return false;
        if ((p->kind[i] == VX || p->kind[i] == VY) && (i != 1 || p->count != 3))
            return false;
        if ((p->kind[i] == R32 || p->kind[i] == R64) && p->count == 4 && i != 2)
            return false;
    }
    return memory <= 1 && (p->count < 4 || p->kind[0] <= Y);
}

struct tally {
    unsigned forms, skipped;
};

/* Random registers and immediates, then random values for each. */
static void check_pattern(const char *name, ZydisMnemonic mnemonic, bool vex,
                          const struct pattern *pattern, unsigned element, struct tally *tally)
{
    bool gather = strstr(name, "GATHER") != NULL;
    bool wide_aes = pattern->kind[0] == Y && (strstr(name, "VAES") || strstr(name, "PCLMUL"));
    if (wide_aes) /* VAES and VPCLMULQDQ, which no model has */
        return;
    unsigned failures = (unsigned)test_failures, tried = 0, length;
    for (unsigned i = 0; i < 12; i++) {
        length = encode(mnemonic, vex, pattern, element);
        if (!length)
            continue;
        tally->forms += tried++ == 0;
        for (unsigned k = 0; k < 8 && (unsigned)test_failures < failures + 2; k++)
            if (!try_once(name, length, gather, k >= 6)) {
                tally->skipped += tried == 1 && k == 0;
                break;
            }
    }
}

static unsigned check_mnemonic(ZydisMnemonic mnemonic, const char *name)
{
    struct tally tally = {0, 0};
    bool vex = name[0] == 'V';
    unsigned combinations = 1;
    for (unsigned count = 0; count <= 4; count++, combinations *= KINDS) {
        for (unsigned n = 0; n < combinations; n++) {
            struct pattern p = {{0}, count};
            for (unsigned i = 0, rest = n; i < count; i++, rest /= KINDS)
                p.kind[i] = (enum kind)(rest % KINDS);
            if (!pattern_possible(&p))
                continue;
            for (unsigned element = 4; element <= 8; element += 4)
                if (can_encode(mnemonic, vex, &p, element))
                    check_pattern(name, mnemonic, vex, &p, element, &tally);
        }
        if (tally.forms)
            break; /* a mnemonic has as many operands in all its forms, nearly */
    }
    if (!tally.forms) {
        test_failures++;
        fprintf(stderr, "%s: no form could be encoded\n", name);
    }
    if (tally.skipped)
        printf("# skipped, not on this host: %s\n", name);
    return tally.forms;
}

static bool setup(void)
{
    struct sigaction action = {.sa_handler = on_trap};
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    data = mmap((void *)DATA, DATA_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return code != MAP_FAILED && data == (uint8_t *)DATA && __builtin_cpu_supports("avx2");
}

static void test_forms(void)
{
    const char *only = getenv("TEST_VEC_OP");
    unsigned forms = 0;
    if (getenv("TEST_VEC_SEED"))
        source.seed = strtoull(getenv("TEST_VEC_SEED"), NULL, 0) | 1;
    if (!setup()) {
        printf("# skipped: the host cannot run the native side\n");
        return;
    }
    if (!lift_env_init(&env, DATA, 0x10000)) {
        CHECK(false);
        return;
    }
    for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++) {
        const char *name = x86_forms_vector[m].name;
        if (name && (!only || !strcmp(only, name)))
            forms += check_mnemonic((ZydisMnemonic)m, name);
    }
    printf("# %u forms\n", forms);
    lift_env_finish(&env);
}

/* ---- what the state forbids ---- */

struct refusal {
    const char *what;
    uint8_t code[8];
    uint64_t without, with; /* mode bits */
    enum x86_vector vector;
};

static void test_refusals(void)
{
    static const struct refusal refusals[] = {
        {"addps without OSFXSR", {0x0f, 0x58, 0xc1}, X86_MODE_SSE, 0, X86_UD},
        {"addps with EM", {0x0f, 0x58, 0xc1}, 0, X86_MODE_EM, X86_UD},
        {"addps with TS", {0x0f, 0x58, 0xc1}, 0, X86_MODE_TS, X86_NM},
        {"movaps with TS", {0x0f, 0x28, 0xc1}, 0, X86_MODE_TS, X86_NM},
        {"vaddps without AVX", {0xc5, 0xf0, 0x58, 0xc2}, X86_MODE_AVX, 0, X86_UD},
        {"vaddps with TS", {0xc5, 0xf0, 0x58, 0xc2}, 0, X86_MODE_TS, X86_NM},
        {"ldmxcsr with TS", {0x0f, 0xae, 0x16}, 0, X86_MODE_TS, X86_NM},
        {"pcmpistri with EM", {0x66, 0x0f, 0x3a, 0x63, 0xc1, 0}, 0, X86_MODE_EM, X86_UD},
    };
    if (!lift_env_init(&env, DATA, 0x10000)) {
        CHECK(false);
        return;
    }
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        memcpy(env.host + (CODE - DATA), r->code, sizeof(r->code));
        env.cpu->gpr[X86_RSI] = DATA_AT;
        env.cpu->exception.vector = 0;
        CHECK(lift_at(&env, (LIFT_LONG64 & ~r->without) | r->with, CODE, 1) == IR_OK);
        CHECK(ir_exec_builder(&env.cpu->ir, env.builder) == IR_FAULT);
        CHECK_EQ(env.cpu->exception.vector, r->vector);
        if (env.cpu->exception.vector != r->vector)
            fprintf(stderr, "%s\n", r->what);
    }
    lift_env_finish(&env);
}

/* ---- faults of single elements ---- */

#define SIGN        0x8000000000000000ull
#define MAPPED_PAGE 0x200000ull /* bytes at DATA that check_* can reach */
#define TABLES      (DATA + 0xc000)

static enum ir_status run_bytes(const uint8_t *bytes, size_t length)
{
    memcpy(env.host + (CODE - DATA), bytes, length);
    CHECK(lift_at(&env, LIFT_LONG64, CODE, 1) == IR_OK);
    return ir_exec_builder(&env.cpu->ir, env.builder);
}

/* vpgatherqq (%rsi, %ymm2, 1), %ymm0, %ymm1 mask: the third element faults, two are done. */
static void check_gather_fault(void)
{
    static const uint8_t gather[] = {0xc4, 0xe2, 0xf5, 0x91, 0x04, 0x16};
    struct x86_cpu *cpu = env.cpu;
    const uint64_t *memory = (const uint64_t *)(void *)(env.host + (DATA_AT - DATA));
    const uint64_t index[4] = {0, 8, MAPPED_PAGE, 16};
    cpu->gpr[X86_RSI] = DATA_AT;
    memset(cpu->vec[1], 0xff, 32);
    memset(cpu->vec[0], 0x11, 32);
    memcpy(cpu->vec[2], index, sizeof(index));
    CHECK(run_bytes(gather, sizeof(gather)) == IR_FAULT);
    CHECK_EQ(cpu->exception.vector, X86_PF);
    CHECK_EQ(cpu->vec[0][0], memory[0]);
    CHECK_EQ(cpu->vec[0][1], memory[1]);
    CHECK_EQ(cpu->vec[0][2], 0x1111111111111111u);
    CHECK(!cpu->vec[1][0] && !cpu->vec[1][1]);
    CHECK_EQ(cpu->vec[1][2], UINT64_MAX);
    CHECK_EQ(cpu->vec[1][3], UINT64_MAX);
    cpu->vec[2][2] = 24; /* mended, it goes on */
    CHECK(run_bytes(gather, sizeof(gather)) != IR_FAULT);
    CHECK_EQ(cpu->vec[0][2], memory[3]);
    CHECK_EQ(cpu->vec[0][3], memory[2]);
    CHECK_EQ(cpu->vec[1][3], 0);
}

/* vmaskmovpd (%rsi), %ymm1, %ymm0 and back, where memory ends after two elements. */
static void check_masked_fault(void)
{
    static const uint8_t load[] = {0xc4, 0xe2, 0x75, 0x2d, 0x06};
    static const uint8_t store[] = {0xc4, 0xe2, 0x75, 0x2f, 0x06};
    struct x86_cpu *cpu = env.cpu;
    cpu->gpr[X86_RSI] = DATA + MAPPED_PAGE - 16;
    memset(cpu->vec[0], 0x22, 32);
    for (unsigned i = 0; i < 4; i++)
        cpu->vec[1][i] = i < 2 ? SIGN : 0;
    CHECK(run_bytes(load, sizeof(load)) != IR_FAULT);
    CHECK(cpu->vec[0][2] == 0 && cpu->vec[0][3] == 0);
    CHECK(run_bytes(store, sizeof(store)) != IR_FAULT);
    cpu->vec[1][3] = SIGN;
    memset(cpu->vec[0], 0x22, 32);
    CHECK(run_bytes(load, sizeof(load)) == IR_FAULT);
    CHECK_EQ(cpu->vec[0][0], 0x2222222222222222u);
    CHECK(run_bytes(store, sizeof(store)) == IR_FAULT);
}

static void test_element_faults(void)
{
    if (!lift_env_init(&env, DATA, 0x10000)) {
        CHECK(false);
        return;
    }
    for (unsigned i = 0; i < 64; i++)
        env.host[DATA_AT - DATA + i] = (uint8_t)(i * 7 + 1);
    lift_env_map(&env, TABLES);
    check_gather_fault();
    check_masked_fault();
    lift_env_finish(&env);
}

#else

static void test_forms(void)
{
    printf("# skipped: the host is no x86-64\n");
}
static void test_refusals(void)
{
}
static void test_element_faults(void)
{
}

#endif

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"vec forms", test_forms},
        {"vec refusals", test_refusals},
        {"vec element faults", test_element_faults},
        {NULL, NULL},
    };
    return test_main(argc, argv, cases);
}
