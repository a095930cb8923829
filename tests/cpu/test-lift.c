/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What single instructions become, against golden IR text (lift-golden.txt; a head line gives mode,
 * bytes and assembly). After a wanted change: LIFT_GOLDEN_WRITE=1 test-lift golden, and review the
 * difference. Then what blocks do at their ends, and what the mode and the model decide.
 */
#include "tests/test.h"

#include "emulator/isa/x86/guest.h"
#include "emulator/isa/x86/lift.h"
#include "tests/cpu/lift-env.h"

#define LIFT_PC 0x100800ull

static const struct {
    const char *name;
    uint64_t mode;
} lift_modes[] = {
    {"REAL16", LIFT_REAL16},
    {"VM86", LIFT_PROT16 | X86_MODE_VM86 | 3},
    {"PROT16", LIFT_PROT16},
    {"PROT32", LIFT_PROT32},
    {"PROT32_USER", LIFT_PROT32 | 3},
    {"LONG64", LIFT_LONG64 & ~(X86_MODE_FLAT(X86_FS) | X86_MODE_FLAT(X86_GS))},
    {"LONG64_USER", LIFT_LONG64 | 3},
    {"LONG64_STEP", LIFT_LONG64 | X86_MODE_STEP},
    {"LONG64_SHADOW", LIFT_LONG64 | X86_MODE_SHADOW},
};

/* ---- golden text ---- */

static bool golden_mode(const char *name, uint64_t *mode)
{
    for (unsigned i = 0; i < sizeof(lift_modes) / sizeof(lift_modes[0]); i++)
        if (strcmp(lift_modes[i].name, name) == 0) {
            *mode = lift_modes[i].mode;
            return true;
        }
    return false;
}

static unsigned golden_bytes(const char *text, uint8_t *out)
{
    unsigned count = 0, value;
    int used;
    while (count < 15 && sscanf(text, " %2x%n", &value, &used) == 1) {
        out[count++] = (uint8_t)value;
        text += used;
    }
    return count;
}

static ZydisMachineMode golden_machine(uint64_t mode)
{
    if (mode & X86_MODE_CODE64)
        return ZYDIS_MACHINE_MODE_LONG_64;
    return mode & X86_MODE_CODE32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16;
}

static void golden_assembly(uint64_t mode, const uint8_t *bytes, unsigned length, FILE *out)
{
    ZydisDisassembledInstruction insn;
    ZyanStatus status = ZydisDisassembleIntel(golden_machine(mode), LIFT_PC, bytes, length, &insn);
    fprintf(out, "; %s\n", ZYAN_SUCCESS(status) ? insn.text : "-");
}

/* One case: its head line again, and the IR of one instruction. */
static void golden_case(struct lift_env *env, const char *name, const char *hex, FILE *out)
{
    uint64_t mode = 0;
    uint8_t bytes[16];
    unsigned where = 0;
    CHECK(golden_mode(name, &mode));
    unsigned length = golden_bytes(hex, bytes);
    memset(env->host + LIFT_PC, 0x90, 64);
    memcpy(env->host + LIFT_PC, bytes, length);
    uint64_t pc = LIFT_PC;
    if (!(mode & (X86_MODE_CODE32 | X86_MODE_CODE64))) { /* as a segment would put it */
        x86_set_segment(env->cpu, X86_CS, 0, LIFT_PC & ~0xffffull, 0xffff,
                        env->cpu->seg[X86_CS].attr);
        pc &= 0xffff;
    }
    CHECK_EQ(lift_at(env, mode, pc, 1), IR_OK);
    x86_set_segment(env->cpu, X86_CS, 0, 0, 0xffffffff, env->cpu->seg[X86_CS].attr);
    CHECK(ir_verify(env->builder, &x86_guest, &where) == NULL);
    fprintf(out, "== %s", name);
    for (unsigned i = 0; i < length; i++)
        fprintf(out, " %02x", bytes[i]);
    golden_assembly(mode, bytes, length, out);
    ir_print(env->builder, &x86_guest, out);
}

static char *golden_read(void)
{
    FILE *in = fopen(LIFT_GOLDEN, "rb");
    char *text = calloc(1, 1 << 20);
    if (in && text && fread(text, 1, (1 << 20) - 1, in) == 0)
        text[0] = 0;
    if (in)
        fclose(in);
    return text;
}

static void golden_write(const char *text)
{
    FILE *out = fopen(LIFT_GOLDEN, "wb");
    if (!out)
        return;
    fputs(text, out);
    fclose(out);
}

/* The file's text, made again from its head lines. */
static char *golden_again(struct lift_env *env, const char *text)
{
    char *made = NULL;
    size_t size;
    FILE *out = open_memstream(&made, &size);
    for (const char *at = text; (at = strstr(at, "== ")); at += 3) {
        char name[32], hex[128];
        if (sscanf(at, "== %31s %127[0-9a-f ]", name, hex) == 2)
            golden_case(env, name, hex, out);
    }
    fclose(out);
    return made;
}

static void golden_first_difference(const char *expected, const char *made)
{
    size_t i = 0;
    while (expected[i] && expected[i] == made[i])
        i++;
    while (i > 0 && strncmp(expected + i, "== ", 3) != 0)
        i--;
    fprintf(stderr, "expected:\n%.600s\nmade:\n%.600s\n", expected + i, made + i);
}

/* Takes the assembly out of the head lines: releases of Zydis write some of it differently. */
static void golden_strip(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        if (*from == ';')
            from += strcspn(from, "\n");
        else
            *to++ = *from++;
    }
    *to = 0;
}

static void test_golden(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, 2 << 20));
    char *text = golden_read(), *made = golden_again(&env, text);
    if (getenv("LIFT_GOLDEN_WRITE"))
        golden_write(made);
    golden_strip(text);
    golden_strip(made);
    CHECK(strlen(made) > 1000);
    CHECK_EQ(strcmp(made, text), 0);
    if (strcmp(made, text) != 0)
        golden_first_difference(text, made);
    free(made);
    free(text);
    lift_env_finish(&env);
}

/* ---- blocks ---- */

static void put(struct lift_env *env, uint64_t pc, const void *bytes, size_t length)
{
    memcpy(env->host + pc, bytes, length);
}

static const struct ir_insn *last_op(const struct lift_env *env)
{
    return &env->builder->insn[env->builder->count - 1];
}

/* Does the block raise this vector at its end? */
static bool raises(const struct lift_env *env, unsigned vector)
{
    const struct ir_builder *b = env->builder;
    if (b->count < 3 || last_op(env)->op != IR_leave)
        return false;
    const struct ir_insn *call = &b->insn[b->count - 2];
    if (call->op != IR_call || call->imm != X86_HELPER_raise)
        return false;
    for (unsigned i = 0; i < b->count; i++)
        if (b->insn[i].dst == call->a && (b->insn[i].flags & IR_IMM))
            return b->insn[i].imm == vector;
    return vector == 0 && call->a == IR_SLOT_ZERO;
}

static void test_block_ends(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, 2 << 20));
    memset(env.host + LIFT_PC, 0x90, 256);
    CHECK_EQ(lift_at(&env, LIFT_LONG64, LIFT_PC, 64), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 64);
    CHECK_EQ(last_op(&env)->op, IR_jmp);
    CHECK_EQ(last_op(&env)->imm, 64);
    put(&env, LIFT_PC + 2, "\x74\x10\xeb\x20", 4); /* jz; jmp */
    CHECK_EQ(lift_at(&env, LIFT_LONG64, LIFT_PC, 64), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 4);
    CHECK_EQ(last_op(&env)->imm, 0x26);
    CHECK_EQ(lift_at(&env, LIFT_LONG64, LIFT_PC, 2), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 2);
    CHECK_EQ(lift_at(&env, LIFT_LONG64 | X86_MODE_STEP, LIFT_PC, 64), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 1);
    lift_env_finish(&env);
}

static void test_block_limits(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, 2 << 20));
    memset(env.host, 0x90, 0x2000);
    x86_set_segment(env.cpu, X86_CS, 0, 0, 0x80f, env.cpu->seg[X86_CS].attr);
    CHECK_EQ(lift_at(&env, LIFT_PROT32, 0x800, 64), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 16);
    put(&env, 0x80e, "\xb8\0\0\0\0", 5); /* reaches over the limit */
    CHECK_EQ(lift_at(&env, LIFT_PROT32, 0x800, 64), IR_OK);
    CHECK_EQ(env.builder->guest_insns, 14);
    CHECK_EQ(lift_at(&env, LIFT_PROT32, 0x80e, 64), IR_OK);
    CHECK(raises(&env, X86_GP));
    CHECK_EQ(lift_at(&env, LIFT_PROT32, 0x810, 64), IR_FAULT);
    CHECK_EQ(env.cpu->exception.vector, X86_GP);
    lift_env_finish(&env);
}

/* ---- what is undefined, privileged, or not there ---- */

struct lift_verdict {
    const char *mode;
    const char *bytes;
    int vector; /* -1: none */
};

static const struct lift_verdict lift_verdicts[] = {
    {"LONG64", "f0 01 d8", X86_UD},    /* lock add eax, ebx */
    {"LONG64", "f0 01 18", -1},        /* lock add [rax], ebx */
    {"LONG64", "f0 3b 18", X86_UD},    /* lock cmp */
    {"LONG64", "f0 89 18", X86_UD},    /* lock mov */
    {"LONG64", "f0 0f a3 18", X86_UD}, /* lock bt */
    {"LONG64", "f0 0f ab 18", -1},     /* lock bts */
    {"LONG64", "f0 90", X86_UD},       /* lock nop */
    {"LONG64", "0f 0b", X86_UD},       /* ud2 */
    {"LONG64", "27", X86_UD},          /* daa */
    {"LONG64", "06", X86_UD},          /* push es */
    {"LONG64", "60", X86_UD},          /* pusha */
    {"LONG64", "ea 00 00 00 00 08 00", X86_UD},
    {"LONG64", "0f 20 c8", X86_UD},          /* mov rax, cr1 */
    {"LONG64", "44 0f 20 c0", -1},           /* mov rax, cr8 */
    {"LONG64", "8e c8", X86_UD},             /* mov cs, eax */
    {"LONG64", "62 f1 7c 48 58 c1", X86_UD}, /* EVEX vaddps zmm */
    {"LONG64", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", -1},
    {"LONG64", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 01 c0", X86_GP}, /* too long */
    {"LONG64", "f3 0f 1e fa", -1},                                         /* endbr64: a NOP */
    {"LONG64", "0f 1f 44 00 00", -1},                                      /* long nop */
    {"LONG64", "0f 01 c1", -1}, /* vmcall: its helper decides */
    {"LONG64", "f4", -1},
    {"LONG64_USER", "f4", X86_GP},       /* hlt */
    {"LONG64_USER", "0f 22 c0", X86_GP}, /* mov cr0, rax */
    {"LONG64_USER", "0f 32", X86_GP},    /* rdmsr */
    {"LONG64_USER", "0f 01 38", X86_GP}, /* invlpg */
    {"LONG64_USER", "0f 01 ca", X86_UD}, /* clac */
    {"LONG64_USER", "0f 01 c9", X86_UD}, /* mwait */
    {"LONG64_USER", "48 0f 07", X86_GP}, /* sysret */
    {"LONG64_USER", "0f 05", -1},        /* syscall */
    {"LONG64_USER", "cd 80", -1},
    {"LONG64_USER", "fa", -1},  /* cli: the helper looks at IOPL */
    {"PROT32", "0f 00 d8", -1}, /* ltr */
    {"PROT32_USER", "0f 00 d8", X86_GP},
    {"PROT32", "0f 34", -1},        /* sysenter */
    {"PROT32", "63 c8", -1},        /* arpl */
    {"PROT32", "0f 01 f8", X86_UD}, /* swapgs */
    {"PROT32", "c4 c0", X86_UD},    /* les with a register, too short for VEX */
    {"REAL16", "0f 00 d8", X86_UD}, /* ltr */
    {"REAL16", "0f 02 c0", X86_UD}, /* lar */
    {"REAL16", "63 c8", X86_UD},    /* arpl */
    {"REAL16", "0f 34", X86_GP},    /* sysenter */
    {"REAL16", "0f 01 17", -1},     /* lgdt */
    {"REAL16", "0f 20 c0", -1},     /* mov eax, cr0 */
    {"VM86", "0f 20 c0", X86_GP},
    {"VM86", "63 c8", X86_UD},
    {"VM86", "0f 01 17", X86_GP},
    {"VM86", "cd 10", -1},
};

static void test_verdicts(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, 2 << 20));
    for (unsigned i = 0; i < sizeof(lift_verdicts) / sizeof(lift_verdicts[0]); i++) {
        const struct lift_verdict *v = &lift_verdicts[i];
        uint8_t bytes[16] = {0};
        uint64_t mode = 0;
        CHECK(golden_mode(v->mode, &mode));
        memset(env.host + 0x8000, 0x90, 64);
        put(&env, 0x8000, bytes, golden_bytes(v->bytes, bytes));
        CHECK_EQ(lift_at(&env, mode, 0x8000, 1), IR_OK);
        bool raised = false;
        for (int vector = 0; vector < 20; vector++)
            if (raises(&env, (unsigned)vector)) {
                raised = true;
                if (vector != v->vector)
                    fprintf(stderr, "%s %s raises %d\n", v->mode, v->bytes, vector);
                CHECK_EQ(vector, v->vector);
            }
        if (raised != (v->vector >= 0))
            fprintf(stderr, "%s %s\n", v->mode, v->bytes);
        CHECK_EQ(raised, v->vector >= 0);
    }
    lift_env_finish(&env);
}

/* A model without a feature: the encoding is undefined, or means what it did before. */
static void test_features(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, 2 << 20));
    memset(env.model->features, 0, sizeof(env.model->features));
    put(&env, 0x8000, "\xc4\xe2\x78\xf2\xc1", 5); /* andn */
    CHECK_EQ(lift_at(&env, LIFT_LONG64, 0x8000, 1), IR_OK);
    CHECK(raises(&env, X86_UD));
    put(&env, 0x8000, "\xf3\x0f\xbc\xc1", 4); /* tzcnt */
    CHECK_EQ(lift_at(&env, LIFT_LONG64, 0x8000, 1), IR_OK);
    CHECK_EQ(env.builder->insn[1].op, IR_bsf);
    put(&env, 0x8000, "\xf3\x0f\xbd\xc1", 4); /* lzcnt */
    CHECK_EQ(lift_at(&env, LIFT_LONG64, 0x8000, 1), IR_OK);
    CHECK_EQ(env.builder->insn[1].op, IR_bsr);
    put(&env, 0x8000, "\x0f\xc7\x0b", 3); /* cmpxchg8b */
    CHECK_EQ(lift_at(&env, LIFT_LONG64, 0x8000, 1), IR_OK);
    CHECK(raises(&env, X86_UD));
    lift_env_finish(&env);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"lift-golden", test_golden},
                                             {"lift-block-ends", test_block_ends},
                                             {"lift-block-limits", test_block_limits},
                                             {"lift-verdicts", test_verdicts},
                                             {"lift-features", test_features},
                                             {NULL, NULL}};
    return test_main(argc, argv, cases);
}
