/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every vector operation against the host's own instruction: results, the untouched rest of the
 * destination, MXCSR flags, flags, and the exceptions that are delivered when they are unmasked.
 * The instruction is found by the operation's name and shape (vec.h) and encoded by Zydis. What
 * the host lacks is skipped and said so.
 */
#define ZYDIS_STATIC_BUILD
#include <Zydis/Zydis.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/isa/x86/vec.h"
#include "tests/cpu/vec-random.h"
#include "tests/test.h"

#if defined(__x86_64__)

/* ---- running one instruction ---- */

/* Offsets are known to the assembly below. */
struct state {
    union x86_vec ymm[4];          /* 0 */
    uint64_t mm[4];                /* 128 */
    uint64_t rax, rcx, rdx, flags; /* 160 */
    uint32_t mxcsr;                /* 192 */
};

/* Loads the state, calls code, stores the state. */
void test_vec_native(struct state *state, const void *code);
__asm__(".text\n"
        "test_vec_native:\n"
        "  pushq %rbx\n"
        "  pushq %rbp\n"
        "  subq $8, %rsp\n"
        "  movq %rdi, %rbx\n"
        "  movq %rsi, %rbp\n"
        "  vmovdqu (%rbx), %ymm0\n"
        "  vmovdqu 32(%rbx), %ymm1\n"
        "  vmovdqu 64(%rbx), %ymm2\n"
        "  vmovdqu 96(%rbx), %ymm3\n"
        "  movq 128(%rbx), %mm0\n"
        "  movq 136(%rbx), %mm1\n"
        "  movq 144(%rbx), %mm2\n"
        "  movq 152(%rbx), %mm3\n"
        "  movq 160(%rbx), %rax\n"
        "  movq 168(%rbx), %rcx\n"
        "  movq 176(%rbx), %rdx\n"
        "  stmxcsr (%rsp)\n"
        "  ldmxcsr 192(%rbx)\n"
        "  call *%rbp\n"
        "  stmxcsr 192(%rbx)\n"
        "  ldmxcsr (%rsp)\n"
        "  pushfq\n"
        "  popq 184(%rbx)\n"
        "  movq %rax, 160(%rbx)\n"
        "  movq %rcx, 168(%rbx)\n"
        "  movq %rdx, 176(%rbx)\n"
        "  movq %mm0, 128(%rbx)\n"
        "  movq %mm1, 136(%rbx)\n"
        "  movq %mm2, 144(%rbx)\n"
        "  movq %mm3, 152(%rbx)\n"
        "  vmovdqu %ymm0, (%rbx)\n"
        "  vmovdqu %ymm1, 32(%rbx)\n"
        "  vmovdqu %ymm2, 64(%rbx)\n"
        "  vmovdqu %ymm3, 96(%rbx)\n"
        "  emms\n"
        "  vzeroupper\n"
        "  addq $8, %rsp\n"
        "  popq %rbp\n"
        "  popq %rbx\n"
        "  ret\n");

static sigjmp_buf trap_exit;
static uint32_t trap_mxcsr;

static void on_trap(int number, siginfo_t *info, void *context)
{
    trap_mxcsr = ((ucontext_t *)context)->uc_mcontext.fpregs->mxcsr;
    siglongjmp(trap_exit, number);
}

/* 0, or the signal; then state->mxcsr is as it was at the instruction. */
static int run_native(struct state *state, const void *code)
{
    int number = sigsetjmp(trap_exit, 1);
    if (number) {
        __asm__ volatile("emms; vzeroupper; ldmxcsr %0" ::"m"((uint32_t){X86_MXCSR_RESET}));
        state->mxcsr = trap_mxcsr;
        return number;
    }
    test_vec_native(state, code);
    return 0;
}

/* ---- finding the instruction ---- */

/* Registers by role: a of the legacy forms is d. */
enum { REG_C = 0, REG_D = 1, REG_A = 2, REG_B = 3 };

struct subject {
    enum x86_vec_op op;
    enum x86_vec_width width;
    const struct ir_vec *vec;
    const char *shape;
    bool vex, has_imm, fp;
    bool in_place; /* legacy shift by an immediate: its one register is d and b */
    char mnemonic[32];
    unsigned bits;  /* of general registers */
    unsigned b_mem; /* b is memory at rcx: its bytes */
};

static const struct {
    const char *name, *mnemonic;
} odd_names[] = {
    {"mov", "movdqa"},         {"movhps", "movlhps"},       {"pcmpestr", "pcmpestri"},
    {"pcmpistr", "pcmpistri"}, {"vpermilpsi", "vpermilps"}, {"vpermilpdi", "vpermilpd"},
};

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_shift(const char *name)
{
    return starts(name, "psll") || starts(name, "psrl") || starts(name, "psra");
}

/* The mnemonic without a leading v: shifts lose their i, cvt their size. */
static void base_name(struct subject *s)
{
    const char *name = x86_vec_name(s->op);
    snprintf(s->mnemonic, sizeof(s->mnemonic), "%s", name);
    for (size_t i = 0; i < sizeof(odd_names) / sizeof(odd_names[0]); i++)
        if (!strcmp(name, odd_names[i].name))
            snprintf(s->mnemonic, sizeof(s->mnemonic), "%s", odd_names[i].mnemonic);
    size_t length = strlen(s->mnemonic);
    if (is_shift(name) && s->mnemonic[length - 1] == 'i')
        s->mnemonic[length - 1] = 0;
    char *size = strchr(s->mnemonic, '_');
    s->bits = 32;
    if (size) {
        s->bits = (unsigned)atoi(size + 1);
        *size = 0;
    } else if (!strcmp(name, "pinsrq") || !strcmp(name, "pextrq")) {
        s->bits = 64;
    }
}

static void subject_init(struct subject *s, enum x86_vec_op op, enum x86_vec_width width)
{
    *s = (struct subject){.op = op, .width = width, .shape = x86_vec_shape(op)};
    s->vec = &x86_vecs[x86_vec_index(op, width)];
    s->has_imm = strchr(s->shape, 'i') != NULL;
    s->fp = s->vec->faults;
    base_name(s);
    s->vex = width == X86_VEC_Z || width == X86_VEC_Y || s->mnemonic[0] == 'v';
    if (s->vex && s->mnemonic[0] != 'v') {
        char with[32];
        snprintf(with, sizeof(with), "v%.30s", s->mnemonic);
        memcpy(s->mnemonic, with, sizeof(with));
    }
    s->in_place = !s->vex && is_shift(x86_vec_name(op)) && s->has_imm;
    if (!strcmp(s->mnemonic, "vbroadcasti128"))
        s->b_mem = 16;
}

static ZydisMnemonic find_mnemonic(const char *name)
{
    for (unsigned m = 1; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++)
        if (!strcmp(ZydisMnemonicGetString((ZydisMnemonic)m), name))
            return (ZydisMnemonic)m;
    return ZYDIS_MNEMONIC_INVALID;
}

static void put_register(ZydisEncoderRequest *r, int number)
{
    ZydisEncoderOperand *op = &r->operands[r->operand_count++];
    op->type = ZYDIS_OPERAND_TYPE_REGISTER;
    op->reg.value = (ZydisRegister)number;
}
static void put_immediate(ZydisEncoderRequest *r, unsigned imm)
{
    ZydisEncoderOperand *op = &r->operands[r->operand_count++];
    op->type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
    op->imm.u = imm;
}
static void put_memory(ZydisEncoderRequest *r, unsigned size)
{
    ZydisEncoderOperand *op = &r->operands[r->operand_count++];
    op->type = ZYDIS_OPERAND_TYPE_MEMORY;
    op->mem.base = ZYDIS_REGISTER_RCX;
    op->mem.size = (ZyanU16)size;
}

/* Operands of one shape letter; d_base and b_base: first register of the class. */
static void put_letter(const struct subject *s, ZydisEncoderRequest *r, char letter, int d_base,
                       int a_base, int b_base, unsigned imm)
{
    bool wide = s->bits == 64;
    switch (letter) {
    case 'd':
        put_register(r, d_base + REG_D);
        break;
    case 'a':
        if (s->vex)
            put_register(r, a_base + REG_A);
        else if (s->shape[0] == 'f') /* no destination */
            put_register(r, a_base + REG_D);
        break;
    case 'b':
        if (s->in_place)
            break;
        if (s->b_mem)
            put_memory(r, s->b_mem);
        else
            put_register(r, b_base + REG_B);
        break;
    case 'c':
        if (s->vex) { /* legacy forms do not name XMM0 */
            put_register(r, a_base + REG_C);
            r->operands[r->operand_count - 1].reg.is4 = ZYAN_TRUE;
        }
        break;
    case 'g':
        put_register(r, wide ? ZYDIS_REGISTER_RAX : ZYDIS_REGISTER_EAX);
        break;
    case 'r':
        put_register(r, wide ? ZYDIS_REGISTER_RCX : ZYDIS_REGISTER_ECX);
        break;
    case 'i':
        put_immediate(r, imm);
        break;
    }
}

static bool encode_with(const struct subject *s, ZydisMnemonic mnemonic, int d_base, int a_base,
                        int b_base, unsigned imm, uint8_t *code)
{
    ZydisEncoderRequest r = {.machine_mode = ZYDIS_MACHINE_MODE_LONG_64, .mnemonic = mnemonic};
    ZyanUSize length = ZYDIS_MAX_INSTRUCTION_LENGTH;
    r.allowed_encodings = s->vex ? ZYDIS_ENCODABLE_ENCODING_VEX : ZYDIS_ENCODABLE_ENCODING_LEGACY;
    for (const char *p = s->shape; *p; p++)
        put_letter(s, &r, *p, d_base, a_base, b_base, imm);
    if (ZYAN_FAILED(ZydisEncoderEncodeInstruction(&r, code, &length)))
        return false;
    code[length] = 0xc3; /* ret */
    return true;
}

/* Tries the register classes that the width allows. */
static bool encode(const struct subject *s, ZydisMnemonic mnemonic, unsigned imm, uint8_t *code)
{
    int x = ZYDIS_REGISTER_XMM0, y = ZYDIS_REGISTER_YMM0, m = ZYDIS_REGISTER_MM0;
    if (s->width == X86_VEC_M)
        return encode_with(s, mnemonic, m, m, m, imm, code) ||
               encode_with(s, mnemonic, x, x, m, imm, code) ||
               encode_with(s, mnemonic, m, m, x, imm, code);
    if (s->width != X86_VEC_Y)
        return encode_with(s, mnemonic, x, x, x, imm, code);
    return encode_with(s, mnemonic, y, y, y, imm, code) ||
           encode_with(s, mnemonic, y, y, x, imm, code) ||
           encode_with(s, mnemonic, x, y, y, imm, code);
}

/* ---- operands ---- */

static struct vec_random source = VEC_RANDOM_INIT;

static void random_state(struct state *s, bool fp)
{
    for (unsigned i = 0; i < 4; i++) {
        vec_random_vector(&source, &s->ymm[i], fp);
        s->mm[i] = s->ymm[vec_random(&source) % 4].u64[vec_random(&source) % 4];
    }
    if (vec_random(&source) % 4 == 0)
        s->ymm[REG_B] = s->ymm[vec_random(&source) & 1 ? REG_D : REG_A];
    s->rax = vec_random_integer(&source);
    s->rcx = vec_random_integer(&source);
    s->rdx = vec_random_integer(&source);
    s->flags = 0;
    s->mxcsr = vec_random_mxcsr(&source);
}

/* ---- the emulator's side ---- */

static struct x86_cpu *cpu;

static bool letter_in(const struct subject *s, char letter)
{
    return strchr(s->shape, letter) != NULL;
}

static void emulate_string(const struct subject *s, struct state *state, unsigned imm)
{
    uint64_t d[4], lengths[2] = {(uint64_t)(int32_t)state->rax, (uint64_t)(int32_t)state->rdx};
    union x86_vec b = state->ymm[REG_B], a = state->ymm[REG_D];
    s->vec->fn(&cpu->ir, d, &a, &b, lengths, imm);
    state->flags = d[2];
    if (strchr(s->mnemonic, 'm') && s->mnemonic[strlen(s->mnemonic) - 1] == 'm')
        memcpy(&state->ymm[0], d, 16);
    else
        state->rcx = d[3];
}

static enum ir_status emulate(const struct subject *s, struct state *state, unsigned imm)
{
    bool mmx = s->width == X86_VEC_M;
    void *d = &state->ymm[REG_D];
    const void *a = &state->ymm[s->vex ? REG_A : REG_D], *b = &state->ymm[REG_B];
    const void *c = &state->ymm[REG_C];
    enum ir_status status;
    if (s->in_place)
        b = d;
    if (mmx && s->vec->d_size == 8)
        d = &state->mm[REG_D];
    if (mmx && s->vec->a_size == 8)
        a = &state->mm[REG_D];
    if (mmx && s->vec->b_size == 8 && !strstr(s->mnemonic, "ps2pi"))
        b = &state->mm[s->in_place ? REG_D : REG_B];
    if (letter_in(s, 'g'))
        d = &state->rax;
    if (letter_in(s, 'r'))
        b = &state->rcx;
    if (s->shape[0] == 'f')
        d = &state->flags;
    if (!s->vex && starts(s->mnemonic, "cmp"))
        imm &= 7; /* what the lifter does for legacy forms */
    cpu->mxcsr = state->mxcsr;
    x86_load_mxcsr(cpu);
    if (s->op == X86_VOP_pcmpestr || s->op == X86_VOP_pcmpistr) {
        emulate_string(s, state, imm);
        status = IR_OK;
    } else {
        status = s->vec->fn(&cpu->ir, d, a, b, c, imm);
    }
    x86_sync_mxcsr(cpu);
    state->mxcsr = cpu->mxcsr;
    __builtin_ia32_ldmxcsr(X86_MXCSR_RESET);
    return status;
}

/* ---- comparing ---- */

static void print_state(const char *who, const struct state *s)
{
    fprintf(stderr, "  %s mxcsr %04x flags %03x rax %016" PRIx64 " rcx %016" PRIx64 "\n", who,
            s->mxcsr, (unsigned)s->flags, s->rax, s->rcx);
    for (unsigned i = 0; i < 4; i++)
        fprintf(stderr,
                "    ymm%u %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                "  mm%u %016" PRIx64 "\n",
                i, s->ymm[i].u64[3], s->ymm[i].u64[2], s->ymm[i].u64[1], s->ymm[i].u64[0], i,
                s->mm[i]);
}

static bool same_state(const struct subject *s, const struct state *x, const struct state *y)
{
    return !memcmp(x->ymm, y->ymm, sizeof(x->ymm)) && !memcmp(x->mm, y->mm, sizeof(x->mm)) &&
           x->rax == y->rax && x->rcx == y->rcx && x->rdx == y->rdx && x->mxcsr == y->mxcsr &&
           (s->shape[0] != 'f' || (x->flags & IR_F_ALL) == (y->flags & IR_F_ALL));
}

static unsigned reported;

static void report(const struct subject *s, const char *what, unsigned imm,
                   const struct state *before, const struct state *native,
                   const struct state *emulated)
{
    test_failures++;
    if (reported++ > 20)
        return;
    fprintf(stderr, "%s (%s) imm %#x: %s\n", s->vec->name, s->mnemonic, imm, what);
    print_state("before", before);
    print_state("host  ", native);
    print_state("lathe ", emulated);
}

/* ---- one operation ---- */

static uint8_t *code;

/* Some instructions run into memory at rcx: it points to a copy of b. */
static int run_both(const struct subject *s, unsigned imm, const struct state *before,
                    struct state *native, struct state *emulated, enum ir_status *status)
{
    union x86_vec memory = before->ymm[REG_B];
    *native = *emulated = *before;
    if (s->b_mem)
        native->rcx = (uintptr_t)&memory;
    int trapped = run_native(native, code);
    if (s->b_mem)
        native->rcx = before->rcx;
    cpu->exception_pending = false;
    *status = emulate(s, emulated, imm);
    return trapped;
}

static bool try_masked(const struct subject *s, unsigned imm)
{
    struct state before, native, emulated;
    enum ir_status status;
    random_state(&before, s->fp);
    if (s->vec->c_size == 0 && s->op != X86_VOP_pcmpestr)
        vec_random_vector(&source, &before.ymm[REG_C], false);
    int trapped = run_both(s, imm, &before, &native, &emulated, &status);
    if (trapped == SIGILL)
        return false;
    if (status != IR_OK || trapped || !same_state(s, &native, &emulated))
        report(s, "results differ", imm, &before, &native, &emulated);
    return true;
}

/* With one of these unmasked, PE tells of a result with more exponent bits: not compared. */
#define SCALED_FLAGS (X86_MXCSR_OE | X86_MXCSR_UE)

static void try_unmasked(const struct subject *s, unsigned imm)
{
    struct state before, native, emulated;
    enum ir_status status;
    random_state(&before, true);
    before.mxcsr &= ~((uint32_t)vec_random(&source) & X86_MXCSR_MASKS);
    before.mxcsr |= (uint32_t)(vec_random(&source) & vec_random(&source) & X86_MXCSR_FLAGS) &
                    before.mxcsr >> X86_MXCSR_MASK_BIT;
    int trapped = run_both(s, imm, &before, &native, &emulated, &status);
    if (trapped && (native.mxcsr & ~native.mxcsr >> X86_MXCSR_MASK_BIT & SCALED_FLAGS))
        emulated.mxcsr = (emulated.mxcsr & ~X86_MXCSR_PE) | (native.mxcsr & X86_MXCSR_PE);
    if ((trapped != 0) != (status != IR_OK))
        report(s, trapped ? "host trapped" : "lathe trapped", imm, &before, &native, &emulated);
    else if (trapped && cpu->exception.vector != X86_XM)
        report(s, "wrong vector", imm, &before, &native, &emulated);
    else if (!same_state(s, &native, &emulated))
        report(s, "unmasked results differ", imm, &before, &native, &emulated);
}

/* False: the host lacks it. */
static bool check_subject(const struct subject *s, ZydisMnemonic mnemonic, unsigned rounds)
{
    unsigned immediates = s->has_imm ? 256 : 1, before = (unsigned)test_failures;
    for (unsigned imm = 0; imm < immediates; imm++) {
        if (!encode(s, mnemonic, imm, code)) {
            test_failures++;
            fprintf(stderr, "%s: %s cannot be encoded\n", s->vec->name, s->mnemonic);
            return true;
        }
        for (unsigned i = 0; i < rounds / immediates && (unsigned)test_failures < before + 3; i++)
            if (!try_masked(s, imm))
                return false;
        unsigned traps = s->fp ? rounds / immediates / 8 : 0;
        for (unsigned i = 0; i < traps && (unsigned)test_failures < before + 3; i++)
            try_unmasked(s, imm);
    }
    return true;
}

/* SHA and others may be missing in the guest too; the names are told once. What has no operands is
 * left to test-vec-lift. */
static void check_width(enum x86_vec_op op, enum x86_vec_width width, unsigned rounds)
{
    struct subject s;
    if (x86_vec_index(op, width) < 0 || !*x86_vec_shape(op))
        return;
    subject_init(&s, op, width);
    ZydisMnemonic mnemonic = find_mnemonic(s.mnemonic);
    if (!check_subject(&s, mnemonic, rounds))
        printf("# skipped, not on this host: %s\n", s.vec->name);
    if (op == X86_VOP_pcmpestr || op == X86_VOP_pcmpistr) {
        s.mnemonic[strlen(s.mnemonic) - 1] = 'm';
        check_subject(&s, find_mnemonic(s.mnemonic), rounds);
    }
}

static void setup(void)
{
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    if (cpu)
        return;
    if (getenv("TEST_VEC_SEED"))
        source.seed = strtoull(getenv("TEST_VEC_SEED"), NULL, 0) | 1;
    cpu = aligned_alloc(64, (sizeof(*cpu) + 63) / 64 * 64);
    memset(cpu, 0, sizeof(*cpu));
    cpu->cr4 = X86_CR4_OSXMMEXCPT;
    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static unsigned rounds_wanted(void)
{
    const char *text = getenv("TEST_VEC_ROUNDS");
    return text ? (unsigned)atoi(text) : 2048;
}

static void check_range(unsigned first, unsigned last)
{
    setup();
    if (code == MAP_FAILED || !__builtin_cpu_supports("avx2")) {
        printf("# skipped: the host cannot run the native side\n");
        return;
    }
    const char *only = getenv("TEST_VEC_OP");
    for (unsigned op = first; op <= last; op++)
        for (unsigned width = 0; width < X86_VEC_WIDTHS; width++)
            if (!only || !strcmp(only, x86_vec_name((enum x86_vec_op)op)))
                check_width((enum x86_vec_op)op, (enum x86_vec_width)width, rounds_wanted());
}

#else

static void check_range(unsigned first, unsigned last)
{
    printf("# skipped: the host is no x86-64\n");
}

#endif

static void test_integer(void)
{
    check_range(0, X86_VOP_palignr);
}
static void test_move(void)
{
    check_range(X86_VOP_palignr + 1, X86_VOP_movmskpd);
}
static void test_float(void)
{
    check_range(X86_VOP_movmskpd + 1, X86_VOP_ucomisd);
}
static void test_fma(void)
{
    check_range(X86_VOP_ucomisd + 1, X86_VOP_cvtdq2ps - 1);
}
static void test_convert(void)
{
    check_range(X86_VOP_cvtdq2ps, X86_VOP_roundsd);
}
static void test_crypto(void)
{
    check_range(X86_VOP_roundsd + 1, X86_VOP_sha256rnds2);
}
static void test_string(void)
{
    check_range(X86_VOP_sha256rnds2 + 1, X86_VOP_COUNT - 1);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"vec integer", test_integer}, {"vec move", test_move},
        {"vec float", test_float},     {"vec fma", test_fma},
        {"vec convert", test_convert}, {"vec crypto", test_crypto},
        {"vec string", test_string},   {NULL, NULL},
    };
    return test_main(argc, argv, cases);
}
