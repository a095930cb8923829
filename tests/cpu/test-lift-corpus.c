/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever bytes there are, the lifter makes valid IR of them: linear sweeps over programs of the
 * host and over random bytes, in each mode, through the verifier. Also, a block never leaves its
 * page, and no instruction of the integer tables goes unnoticed in real programs.
 */
#include "tests/test.h"

#include "emulator/isa/x86/guest.h"
#include "emulator/isa/x86/lift.h"
#include "tests/cpu/lift-env.h"

#define CORPUS_SIZE (64u << 20)

static const uint64_t corpus_modes[] = {
    LIFT_REAL16,
    LIFT_PROT16,
    LIFT_PROT32,
    LIFT_LONG64,
    LIFT_REAL16 | X86_MODE_CODE32, /* as after leaving protected mode */
    LIFT_PROT32 | X86_MODE_LONG,   /* compatibility mode */
    LIFT_PROT16 | X86_MODE_VM86 | 3,
    LIFT_PROT32 & ~LIFT_FLAT,
    LIFT_PROT32 & ~X86_MODE_STACK32,
    (LIFT_LONG64 & ~(X86_MODE_FLAT(X86_FS) | X86_MODE_FLAT(X86_GS))) | 3,
    LIFT_LONG64 | X86_MODE_SHADOW,
    LIFT_LONG64 | X86_MODE_STEP,
    LIFT_PROT32 | X86_MODE_STEP | X86_MODE_SHADOW | 3,
    LIFT_PROT16 | X86_MODE_STEP,
    LIFT_LONG64 | X86_MODE_TS,
    LIFT_LONG64 & ~LIFT_SSE,
    LIFT_PROT32 | X86_MODE_EM | X86_MODE_MP | X86_MODE_TS,
};
#define CORPUS_MODES (sizeof(corpus_modes) / sizeof(corpus_modes[0]))

struct corpus {
    struct lift_env env;
    unsigned size;
    unsigned long blocks, insns, bad;
};

static void corpus_complain(struct corpus *c, uint64_t mode, uint64_t pc, const char *what,
                            unsigned where)
{
    if (c->bad++ >= 5)
        return;
    fprintf(stderr, "mode %#" PRIx64 " pc %#" PRIx64 " op %u: %s\n", mode, pc, where, what);
    ir_print(c->env.builder, &x86_guest, stderr);
    fprintf(stderr, "bytes:");
    for (unsigned i = 0; i < 16 && pc + i < c->size; i++)
        fprintf(stderr, " %02x", c->env.host[pc + i]);
    fprintf(stderr, "\n");
}

static void corpus_check_block(struct corpus *c, uint64_t mode, uint64_t pc)
{
    const struct ir_builder *b = c->env.builder;
    unsigned where = 0;
    const char *what = ir_verify(b, &x86_guest, &where);
    if (!what && b->overflow)
        what = "overflow";
    if (!what && b->guest_insns == 0)
        what = "no instruction";
    if (!what && b->guest_insns > 1 && (pc & 0xfff) + b->guest_bytes > 0x1000)
        what = "leaves the page";
    if (!what && b->one_time && b->guest_insns != 1)
        what = "not alone";
    if (what)
        corpus_complain(c, mode, pc, what, where);
}

static void corpus_sweep(struct corpus *c, uint64_t mode)
{
    uint64_t pc = 0;
    while (pc + 16 < c->size) {
        if (lift_at(&c->env, mode, pc, IR_MAX_GUEST_INSNS) != IR_OK) {
            corpus_complain(c, mode, pc, "lift faulted", 0);
            pc++;
            continue;
        }
        corpus_check_block(c, mode, pc);
        c->blocks++;
        c->insns += c->env.builder->guest_insns;
        pc += c->env.builder->guest_bytes ? c->env.builder->guest_bytes : 1;
    }
}

static void corpus_random(struct corpus *c, uint64_t seed)
{
    c->size = 256 << 10;
    for (unsigned i = 0; i < c->size; i++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        c->env.host[i] = (uint8_t)(seed >> 33);
    }
}

static void test_corpus_random(void)
{
    struct corpus c = {0};
    const char *seed = getenv("LIFT_SEED");
    CHECK(lift_env_init(&c.env, 0, CORPUS_SIZE));
    corpus_random(&c, seed ? strtoull(seed, NULL, 0) : 1);
    for (unsigned m = 0; m < CORPUS_MODES; m++)
        corpus_sweep(&c, corpus_modes[m]);
    CHECK_EQ(c.bad, 0);
    CHECK(c.insns > 100000);
    lift_env_finish(&c.env);
}

static bool corpus_load(struct corpus *c, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return false;
    c->size = (unsigned)fread(c->env.host, 1, CORPUS_SIZE, in);
    fclose(in);
    return c->size > 4096;
}

/* Each file that the host has (LIFT_FILE: one more), in the mode it is for and in another. */
static void test_corpus_files(void)
{
    const char *const paths[] = {"/bin/busybox", "/lib/x86_64-linux-gnu/libc.so.6",
                                 getenv("LIFT_FILE"), NULL};
    struct corpus c = {0};
    CHECK(lift_env_init(&c.env, 0, CORPUS_SIZE));
    for (unsigned i = 0; paths[i]; i++)
        if (corpus_load(&c, paths[i])) {
            corpus_sweep(&c, LIFT_LONG64);
            corpus_sweep(&c, LIFT_PROT32);
        }
    CHECK_EQ(c.bad, 0);
    lift_env_finish(&c.env);
}

/* The last byte of a page begins an instruction: it stands alone and is not kept. */
static void test_corpus_straddling(void)
{
    struct corpus c = {.size = 8192};
    CHECK(lift_env_init(&c.env, 0, CORPUS_SIZE));
    memset(c.env.host, 0x90, 8192);
    memcpy(c.env.host + 0xffe, "\xb8\x11\x22\x33\x44\x90", 6); /* mov eax, 0x44332211 */
    CHECK_EQ(lift_at(&c.env, LIFT_LONG64, 0xff0, 64), IR_OK);
    CHECK_EQ(c.env.builder->guest_insns, 14);
    CHECK(!c.env.builder->one_time);
    CHECK_EQ(lift_at(&c.env, LIFT_LONG64, 0xffe, 64), IR_OK);
    CHECK_EQ(c.env.builder->guest_insns, 1);
    CHECK_EQ(c.env.builder->guest_bytes, 5);
    CHECK(c.env.builder->one_time);
    lift_env_finish(&c.env);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"lift-random", test_corpus_random},
                                             {"lift-files", test_corpus_files},
                                             {"lift-straddling", test_corpus_straddling},
                                             {NULL, NULL}};
    return test_main(argc, argv, cases);
}
