/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random sequences of vector and other instructions in one block, by the translator and by the
 * portable executor: the vector registers are in the host's or in the state, and every kind of way
 * out of translated code comes between (accesses across pages, faults, helpers, ops without native
 * code, stores of flags). TEST_VEC_SEED=n, TEST_VEC_ROUNDS=n.
 */
#define ZYDIS_STATIC_BUILD
#include <Zydis/Zydis.h>

#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#include "emulator/jit/jit.h"
#include "tests/cpu/lift-env.h"
#include "tests/cpu/vec-random.h"
#include "tests/test.h"

#define DATA   0x20000000ull
#define BORDER (DATA + 0x2000) /* between two pages; [rsi + displacement] is around it */
#define WINDOW 256u
#define CODE   (DATA + 0x8000)
#define TABLES (DATA + 0xc000)
#define FAULT  0x200000 /* from rsi: nothing is mapped there */

enum kind { NONE, X, Y, R32, R64, M32, M64, M128, M256, IMM };

struct form {
    ZydisMnemonic mnemonic;
    uint8_t vex;
    enum kind kind[4];
};

#define F(name, ...)                                                                               \
    {                                                                                              \
        ZYDIS_MNEMONIC_##name, 0,                                                                  \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define V(name, ...)                                                                               \
    {                                                                                              \
        ZYDIS_MNEMONIC_V##name, 1,                                                                 \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
static const struct form forms[] = {
    /* loads and stores of all widths */
    F(MOVUPS, X, M128),
    F(MOVUPS, M128, X),
    F(MOVAPS, X, M128),
    F(MOVAPS, M128, X),
    F(MOVSD, X, M64),
    F(MOVSD, M64, X),
    F(MOVSS, X, M32),
    F(MOVSS, M32, X),
    F(MOVHPS, X, M64),
    F(MOVHPS, M64, X),
    F(MOVLPS, X, M64),
    V(MOVUPS, X, M128),
    V(MOVUPS, M128, X),
    V(MOVUPS, Y, M256),
    V(MOVUPS, M256, Y),
    V(EXTRACTF128, M128, Y, IMM),
    V(INSERTF128, Y, Y, M128, IMM),
    V(BROADCASTSD, Y, M64),
    /* arithmetic with registers and memory */
    F(ADDSD, X, X),
    F(ADDSD, X, M64),
    F(MULPD, X, X),
    F(MULPD, X, M128),
    F(PADDD, X, M128),
    F(PXOR, X, X),
    F(PSLLQ, X, IMM),
    F(PSHUFB, X, X),
    F(PBLENDVB, X, X),
    F(SQRTSD, X, X),
    F(CMPPD, X, X, IMM),
    F(AESENC, X, X),
    F(PCLMULQDQ, X, X, IMM),
    V(ADDPD, Y, Y, Y),
    V(ADDPD, Y, Y, M256),
    V(SUBSD, X, X, M64),
    V(PADDQ, X, X, M128),
    V(PERMQ, Y, Y, IMM),
    V(BLENDVPD, Y, Y, Y, Y),
    V(FMADD231PD, Y, Y, Y),
    V(FMADD213SD, X, X, M64),
    V(PSLLQ, Y, Y, IMM),
    V(ZEROUPPER, NONE),
    V(ZEROALL, NONE),
    /* to and from general registers and flags */
    F(MOVQ, X, R64),
    F(MOVQ, R64, X),
    F(MOVD, X, R32),
    F(MOVD, R32, X),
    F(PEXTRQ, R64, X, IMM),
    F(PINSRQ, X, R64, IMM),
    F(PMOVMSKB, R32, X),
    F(CVTSI2SD, X, R64),
    F(CVTTSD2SI, R64, X),
    F(CVTTSD2SI, R64, M64),
    F(UCOMISD, X, X),
    F(UCOMISD, X, M64),
    F(COMISS, X, M32),
    F(PTEST, X, X),
    V(PTEST, Y, M256),
    /* what is not native: helpers, string comparisons, parts of registers */
    F(PCMPISTRI, X, X, IMM),
    F(PCMPISTRM, X, X, IMM),
    F(STMXCSR, M32),
    F(CPUID, NONE),
    V(MASKMOVPS, Y, Y, M256),
    V(PCMPESTRI, X, X, IMM),
    /* integers between, with and without memory and flags */
    F(ADD, R64, R64),
    F(ADC, R64, M64),
    F(ADD, M64, R64),
    F(CMP, R32, R32),
    F(CMOVB, R64, R64),
    F(CMOVP, R64, R64),
    F(CMOVLE, R64, R64),
    F(BSF, R64, R64),
    F(XADD, M64, R64),
    F(MOV, R64, M64),
};

struct state {
    uint64_t vec[16][4], gpr[16], flags, pc, cr2;
    uint32_t mxcsr, vector, status;
    _Alignas(32) uint8_t memory[WINDOW];
};

static struct lift_env env;
static struct vec_random source = VEC_RANDOM_INIT;

static unsigned pick(unsigned below)
{
    return (unsigned)(vec_random(&source) % below);
}

/* ---- instructions ---- */

/* Aligned on either side, across the border, and rarely not mapped. */
static int64_t random_displacement(void)
{
    static const int places[] = {-128, -96, -64, -32, 0, 32, 64, 96, -16, -8, -4, -1, -15, 8, 16};

    return pick(40) == 0 ? FAULT : places[pick(sizeof(places) / sizeof(places[0]))];
}

static void random_operand(ZydisEncoderOperand *op, enum kind kind)
{
    static const int general[] = {0, 1, 2, 3, 5, 7, 8, 10, 12, 15};
    int number = general[pick(sizeof(general) / sizeof(general[0]))];

    op->type = ZYDIS_OPERAND_TYPE_REGISTER;
    if (kind == X || kind == Y) {
        number = (int)(pick(2) ? pick(3) : pick(16));
        op->reg.value =
            (ZydisRegister)((kind == X ? ZYDIS_REGISTER_XMM0 : ZYDIS_REGISTER_YMM0) + number);
    } else if (kind == R32 || kind == R64) {
        op->reg.value =
            (ZydisRegister)((kind == R32 ? ZYDIS_REGISTER_EAX : ZYDIS_REGISTER_RAX) + number);
    } else if (kind == IMM) {
        op->type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
        op->imm.u = pick(4);
    } else {
        op->type = ZYDIS_OPERAND_TYPE_MEMORY;
        op->mem.base = ZYDIS_REGISTER_RSI;
        op->mem.displacement = random_displacement();
        op->mem.size = (ZyanU16)(4u << (kind - M32));
    }
}

/* Bytes. */
static unsigned random_insn(uint8_t *out)
{
    const struct form *form = &forms[pick(sizeof(forms) / sizeof(forms[0]))];
    ZydisEncoderRequest r = {.machine_mode = ZYDIS_MACHINE_MODE_LONG_64,
                             .mnemonic = form->mnemonic};
    ZyanUSize length = ZYDIS_MAX_INSTRUCTION_LENGTH;

    r.allowed_encodings =
        form->vex ? ZYDIS_ENCODABLE_ENCODING_VEX : ZYDIS_ENCODABLE_ENCODING_LEGACY;
    for (; r.operand_count < 4 && form->kind[r.operand_count] != NONE; r.operand_count++)
        random_operand(&r.operands[r.operand_count], form->kind[r.operand_count]);
    if (r.operand_count == 4 && form->kind[3] == Y)
        r.operands[3].reg.is4 = ZYAN_TRUE;
    if (ZYAN_SUCCESS(ZydisEncoderEncodeInstruction(&r, out, &length)))
        return (unsigned)length;
    test_failures++;
    fprintf(stderr, "%s cannot be encoded\n", ZydisMnemonicGetString(form->mnemonic));
    return 0;
}

static unsigned random_code(unsigned insns)
{
    uint8_t *code = env.host + (CODE - DATA);
    unsigned length = 0;

    while (insns-- > 0)
        length += random_insn(code + length);
    return length;
}

/* ---- states ---- */

static uint8_t *window(void)
{
    return env.host + (BORDER - DATA) - WINDOW / 2;
}

static void random_state(struct state *s)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < 16; i++) {
        vec_random_vector(&source, (union x86_vec *)(void *)s->vec[i], true);
        s->gpr[i] = vec_random_integer(&source);
    }
    if (pick(2)) /* as in code without AVX */
        for (unsigned i = 0; i < 16; i++)
            s->vec[i][2] = s->vec[i][3] = 0;
    for (unsigned i = 0; i < WINDOW; i += 32)
        vec_random_vector(&source, (union x86_vec *)(void *)(s->memory + i), true);
    s->gpr[X86_RSI] = BORDER;
    s->flags = vec_random(&source) & IR_F_ALL;
    s->mxcsr = vec_random_mxcsr(&source);
    if (pick(8) == 0)
        s->mxcsr &= ~((uint32_t)vec_random(&source) & X86_MXCSR_MASKS);
}

static void state_to_guest(const struct state *s)
{
    struct x86_cpu *cpu = env.cpu;

    memcpy(cpu->vec, s->vec, sizeof(s->vec));
    memcpy(cpu->gpr, s->gpr, sizeof(s->gpr));
    memcpy(window(), s->memory, WINDOW);
    ir_flags_put(&cpu->ir, s->flags, IR_F_ALL);
    cpu->mxcsr = s->mxcsr;
    cpu->cr2 = 0;
    cpu->exception_pending = false;
    cpu->exception.vector = 0;
    cpu->exception.cr2 = 0;
    cpu->ir.pc = CODE;
}

static void state_from_guest(struct state *s)
{
    const struct x86_cpu *cpu = env.cpu;

    memset(s, 0, sizeof(*s));
    memcpy(s->vec, cpu->vec, sizeof(s->vec));
    memcpy(s->gpr, cpu->gpr, sizeof(s->gpr));
    memcpy(s->memory, window(), WINDOW);
    s->flags = ir_flags_get(&cpu->ir);
    s->mxcsr = cpu->mxcsr;
    s->vector = cpu->exception.vector;
    s->cr2 = cpu->exception.cr2;
    s->pc = cpu->ir.pc;
}

typedef enum ir_status run_fn(struct ir_env *ir, struct ir_builder *builder);

static void run(run_fn *engine, const struct state *before, struct state *after)
{
    enum ir_status status;

    state_to_guest(before);
    x86_load_mxcsr(env.cpu);
    status = engine(&env.cpu->ir, env.builder);
    x86_sync_mxcsr(env.cpu);
    __builtin_ia32_ldmxcsr(X86_MXCSR_RESET);
    state_from_guest(after);
    after->status = (uint32_t)status;
}

/* ---- one sequence ---- */

static void report(unsigned length, const struct state *a, const struct state *b)
{
    const uint8_t *code = env.host + (CODE - DATA);

    fprintf(stderr, "sequence");
    for (unsigned i = 0; i < length; i++)
        fprintf(stderr, " %02x", code[i]);
    fprintf(stderr, "\n  status %u %u vector %u %u pc +%u +%u flags %x %x mxcsr %x %x\n", a->status,
            b->status, a->vector, b->vector, (unsigned)(a->pc - CODE), (unsigned)(b->pc - CODE),
            (unsigned)a->flags, (unsigned)b->flags, a->mxcsr, b->mxcsr);
    for (unsigned i = 0; i < 16; i++) {
        if (memcmp(a->vec[i], b->vec[i], 32))
            fprintf(stderr, "  ymm%u differs\n", i);
        if (a->gpr[i] != b->gpr[i])
            fprintf(stderr, "  gpr%u differs\n", i);
    }
    if (memcmp(a->memory, b->memory, WINDOW))
        fprintf(stderr, "  memory differs\n");
}

/* The reference leaves its pages in the soft TLB; sometimes the translator has to fill it again. */
static bool try_sequence(void)
{
    static struct state before, reference, translated;
    unsigned insns = 1 + pick(24), length = random_code(insns);
    uint64_t mode = LIFT_LONG64;

    random_state(&before);
    if ((before.mxcsr & X86_MXCSR_MASKS) != X86_MXCSR_MASKS)
        mode |= X86_MODE_XM;
    if (lift_at(&env, mode, CODE, insns) != IR_OK)
        return false;
    run(ir_exec_builder, &before, &reference);
    env.cpu->ir.mode = mode;
    if (pick(4) == 0)
        x86_tlb_flush_all(env.cpu, true);
    run(emu_jit_builder, &before, &translated);
    if (!memcmp(&reference, &translated, sizeof(reference)))
        return true;
    report(length, &reference, &translated);
    return false;
}

static void test_sequences(void)
{
    const char *rounds = getenv("TEST_VEC_ROUNDS");
    unsigned count = rounds ? (unsigned)atoi(rounds) : 20000;

    if (getenv("TEST_VEC_SEED"))
        source.seed = strtoull(getenv("TEST_VEC_SEED"), NULL, 0) | 1;
    if (!lift_env_init(&env, DATA, 0x10000)) {
        CHECK(false);
        return;
    }
    lift_env_map(&env, TABLES);
    while (count-- > 0 && test_failures < 3)
        CHECK(try_sequence());
    lift_env_finish(&env);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"vec sequences", test_sequences}, {NULL, NULL}};

    return test_main(argc, argv, cases);
}
