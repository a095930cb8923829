/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instructions that save and restore x87, SSE and AVX state (SDM volume 1, 8.1.10, 10.5 and chapter
 * 13): what one saves the other brings back, and fields lie where the manual says.
 */
#include "tests/test.h"

#include "emulator/ir/exec.h"
#include "tests/cpu/lift-env.h"

#define STATE_CODE 0x8000u
#define STATE_AREA 0x10000u
#define STATE_SIZE (1u << 20)

static void state_fill(struct x86_cpu *cpu)
{
    cpu->x87.control = 0x0e7f;
    cpu->x87.status = 0x4100;
    cpu->x87.top = 5;
    cpu->x87.tag = 0xe0; /* three registers, from TOP on */
    for (unsigned i = 0; i < 8; i++) {
        memset(cpu->x87.st[i], 0, 16);
        memset(cpu->x87.st[i], 0x80 + (int)i, 10);
    }
    cpu->mxcsr = 0x1f80;
    for (unsigned i = 0; i < X86_VECTORS; i++)
        for (unsigned k = 0; k < 4; k++)
            cpu->vec[i][k] = 0x0101010101010101ull * (i + 1) + k;
}

static void state_clear(struct x86_cpu *cpu)
{
    cpu->x87.control = 0x037f;
    cpu->x87.status = 0;
    cpu->x87.top = 0;
    cpu->x87.tag = 0;
    memset(cpu->x87.st, 0, sizeof(cpu->x87.st));
    memset(cpu->vec, 0, sizeof(cpu->vec));
}

static bool state_step(struct lift_env *env, const char *hex)
{
    unsigned value, at = STATE_CODE;
    for (int used; sscanf(hex, " %2x%n", &value, &used) == 1; hex += used)
        env->host[at++] = (uint8_t)value;
    bool ok = lift_at(env, LIFT_LONG64, STATE_CODE, 1) == IR_OK &&
              ir_exec_builder(&env->cpu->ir, env->builder) == IR_OK;
    return ok && env->cpu->ir.pc == at;
}

/* How much of the state a pair of instructions carries. */
enum state_parts { STATE_X87 = 1, STATE_XMM = 2, STATE_YMM = 4 };

static bool state_same_x87(const struct x86_x87 *a, const struct x86_x87 *b)
{
    bool same =
        a->control == b->control && a->status == b->status && a->top == b->top && a->tag == b->tag;
    for (unsigned i = 0; i < 8; i++)
        same = same && memcmp(a->st[i], b->st[i], 10) == 0;
    return same;
}

static bool state_same(const struct x86_cpu *cpu, const struct x86_cpu *before, unsigned parts)
{
    bool same = !(parts & STATE_X87) || state_same_x87(&cpu->x87, &before->x87);
    for (unsigned i = 0; i < X86_VECTORS; i++) {
        size_t size = parts & STATE_YMM ? 32 : parts & STATE_XMM ? 16 : 0;
        same = same && memcmp(cpu->vec[i], before->vec[i], size) == 0;
    }
    return same;
}

static void test_round_trips(void)
{
    static const struct {
        const char *save, *restore;
        unsigned parts;
    } pairs[] = {
        {"0f ae 07", "0f ae 0f", STATE_X87 | STATE_XMM},             /* fxsave, fxrstor */
        {"48 0f ae 07", "48 0f ae 0f", STATE_X87 | STATE_XMM},       /* fxsave64, fxrstor64 */
        {"dd 37", "dd 27", STATE_X87},                               /* fnsave, frstor */
        {"66 dd 37", "66 dd 27", STATE_X87},                         /* the same, 16-bit format */
        {"0f ae 27", "0f ae 2f", STATE_X87 | STATE_XMM | STATE_YMM}, /* xsave, xrstor */
        {"48 0f ae 27", "48 0f ae 2f", STATE_X87 | STATE_XMM | STATE_YMM}, /* xsave64 */
        {"0f ae 37", "0f ae 2f", STATE_X87 | STATE_XMM | STATE_YMM},       /* xsaveopt */
        {"48 0f c7 27", "48 0f ae 2f", STATE_X87 | STATE_XMM | STATE_YMM}, /* xsavec64 */
    };
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, STATE_SIZE));
    struct x86_cpu *cpu = env.cpu, *before = malloc(sizeof(*before));
    cpu->cr4 |= X86_CR4_OSFXSR | X86_CR4_OSXSAVE;
    cpu->xcr0 = 7;
    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        memset(env.host + STATE_AREA, 0, 4096);
        cpu->gpr[X86_RDI] = STATE_AREA;
        cpu->gpr[X86_RAX] = 7;
        cpu->gpr[X86_RDX] = 0;
        state_fill(cpu);
        memcpy(before, cpu, sizeof(*before));
        CHECK(state_step(&env, pairs[i].save));
        state_clear(cpu);
        CHECK(!state_same(cpu, before, pairs[i].parts));
        CHECK(state_step(&env, pairs[i].restore));
        if (!state_same(cpu, before, pairs[i].parts))
            fprintf(stderr, "%s\n", pairs[i].save);
        CHECK(state_same(cpu, before, pairs[i].parts));
    }
    free(before);
    lift_env_finish(&env);
}

static uint64_t state_read(const struct lift_env *env, unsigned offset, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, env->host + STATE_AREA + offset, size);
    return value;
}

static void test_layout(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, STATE_SIZE));
    struct x86_cpu *cpu = env.cpu;
    cpu->cr4 |= X86_CR4_OSFXSR;
    cpu->gpr[X86_RDI] = STATE_AREA;
    state_fill(cpu);
    CHECK(state_step(&env, "48 0f ae 07")); /* fxsave64 */
    CHECK_EQ(state_read(&env, 0, 2), 0x0e7f);
    CHECK_EQ(state_read(&env, 2, 2), 0x4100 | 5 << 11);
    CHECK_EQ(state_read(&env, 4, 1), 0xe0);
    CHECK_EQ(state_read(&env, 24, 4) & 0xffff, 0x1f80);
    CHECK_EQ(state_read(&env, 32, 8), 0x8585858585858585); /* ST(0) is register 5 */
    CHECK_EQ(state_read(&env, 160 + 16, 8), 0x0202020202020202);
    CHECK(state_step(&env, "d9 37")); /* fnstenv: masks all exceptions afterwards */
    CHECK_EQ(state_read(&env, 0, 2), 0x0e7f);
    CHECK_EQ(state_read(&env, 4, 2), 0x4100 | 5 << 11);
    CHECK_EQ(state_read(&env, 8, 2) & 0x3ff, 0x3ff); /* tags of registers 0 to 4: empty */
    CHECK(state_step(&env, "d9 27"));                /* fldenv */
    CHECK_EQ(cpu->x87.control, 0x0e7f);
    CHECK_EQ(cpu->x87.top, 5);
    CHECK_EQ(cpu->x87.tag, 0xe0);
    CHECK(state_step(&env, "d9 3f")); /* fnstcw */
    CHECK_EQ(state_read(&env, 0, 2), 0x0e7f);
    memcpy(env.host + STATE_AREA, "\x7f\x02", 2);
    CHECK(state_step(&env, "d9 2f")); /* fldcw */
    CHECK_EQ(cpu->x87.control, 0x027f);
    lift_env_finish(&env);
}

/* FNSTENV masks what was pending: nothing is left to report. */
static void test_pending(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, STATE_SIZE));
    struct x86_cpu *cpu = env.cpu;
    cpu->gpr[X86_RDI] = STATE_AREA;
    cpu->x87.control = 0x037e;
    cpu->x87.status = 0x8081; /* an invalid operation that waits */
    CHECK(!state_step(&env, "9b"));
    CHECK(state_step(&env, "d9 37")); /* fnstenv */
    CHECK_EQ(state_read(&env, 4, 2), 0x8081);
    CHECK_EQ(cpu->x87.status, 1);
    CHECK(state_step(&env, "9b"));
    lift_env_finish(&env);
}

/* In the compacted format MXCSR belongs to SSE alone. */
static void test_compact_mxcsr(void)
{
    struct lift_env env;
    CHECK(lift_env_init(&env, 0, STATE_SIZE));
    struct x86_cpu *cpu = env.cpu;
    cpu->cr4 |= X86_CR4_OSFXSR | X86_CR4_OSXSAVE;
    cpu->xcr0 = 7;
    cpu->gpr[X86_RDI] = STATE_AREA;
    cpu->gpr[X86_RAX] = 4;
    state_fill(cpu);
    memset(env.host + STATE_AREA, 0, 4096);
    CHECK(state_step(&env, "0f c7 27")); /* xsavec */
    memset(env.host + STATE_AREA + 24, 0xff, 4);
    CHECK(state_step(&env, "0f ae 2f")); /* xrstor */
    CHECK_EQ(cpu->mxcsr & 0xffc0, 0x1f80);
    cpu->gpr[X86_RAX] = 6;
    CHECK(!state_step(&env, "0f ae 2f"));
    lift_env_finish(&env);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"state-round-trips", test_round_trips},
                                             {"state-layout", test_layout},
                                             {"state-pending", test_pending},
                                             {"state-compact-mxcsr", test_compact_mxcsr},
                                             {NULL, NULL}};
    return test_main(argc, argv, cases);
}
