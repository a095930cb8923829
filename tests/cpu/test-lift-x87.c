/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 and MMX instructions with random registers and operands, executed by the host itself between
 * FXRSTOR64 and FXSAVE64, and by lifter and executor: stack, control, status and tag words, general
 * registers, flags and memory must be the same. Exceptions are masked. Not compared: C1 (the way
 * rounding went), C2 of out-of-range operands, DE where the other operand is a NaN, TOP after EMMS.
 * LIFT_ROUNDS, LIFT_SEED.
 */
#include "tests/test.h"

#if defined(__x86_64__)

#include <sys/mman.h>

#include "emulator/ir/exec.h"
#include "emulator/isa/x86/lift.h"
#include "tests/cpu/lift-env.h"
#include "tests/cpu/native.h"

#define X87_DATA  0x10000000ull /* the same address on the host and in the guest */
#define X87_SIZE  0x1000ull
#define X87_CODE  (X87_DATA + X87_SIZE) /* guest only */
#define X87_IMAGE (X87_DATA + X87_SIZE) /* host only: the FXSAVE image */

/* SDM volume 1, 10.5.1: the legacy region, as far as x87 goes. */
struct x87_image {
    uint16_t control, status;
    uint8_t tag, reserved;
    uint16_t opcode;
    uint64_t ip, dp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t st[8][16]; /* ST(i) */
    uint8_t rest[352];
};

struct x87_bench {
    struct native native;
    struct lift_env env;
    uint8_t *data;
    struct x87_image *image;
    uint64_t seed;
    unsigned executed[ZYDIS_MNEMONIC_MAX_VALUE + 1];
};

struct x87_sample {
    uint8_t bytes[16];
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

static uint64_t x87_random(struct x87_bench *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 7;
    b->seed ^= b->seed << 17;
    return b->seed * 0x2545f4914f6cdd1dull;
}

/* ---- which instructions ---- */

/* Whole states with addresses of instructions in them, and what could unmask exceptions. */
static bool is_unwanted(ZydisMnemonic mnemonic)
{
    static const ZydisMnemonic list[] = {
        ZYDIS_MNEMONIC_FLDENV,   ZYDIS_MNEMONIC_FNSTENV,    ZYDIS_MNEMONIC_FRSTOR,
        ZYDIS_MNEMONIC_FNSAVE,   ZYDIS_MNEMONIC_FXSAVE,     ZYDIS_MNEMONIC_FXSAVE64,
        ZYDIS_MNEMONIC_FXRSTOR,  ZYDIS_MNEMONIC_FXRSTOR64,  ZYDIS_MNEMONIC_XSAVE,
        ZYDIS_MNEMONIC_XSAVE64,  ZYDIS_MNEMONIC_XRSTOR,     ZYDIS_MNEMONIC_XRSTOR64,
        ZYDIS_MNEMONIC_XSAVEOPT, ZYDIS_MNEMONIC_XSAVEOPT64, ZYDIS_MNEMONIC_XSAVEC,
        ZYDIS_MNEMONIC_XSAVEC64, ZYDIS_MNEMONIC_FLDCW,      ZYDIS_MNEMONIC_LDMXCSR,
        ZYDIS_MNEMONIC_STMXCSR,  ZYDIS_MNEMONIC_FSTPNCE};
    for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (list[i] == mnemonic)
            return true;
    return false;
}

static bool is_wanted_operand(const ZydisDecodedOperand *op)
{
    if (op->type == ZYDIS_OPERAND_TYPE_REGISTER) {
        ZydisRegisterClass class = ZydisRegisterGetClass(op->reg.value);
        return class == ZYDIS_REGCLASS_MMX || class == ZYDIS_REGCLASS_X87 ||
               ((class == ZYDIS_REGCLASS_GPR16 || class == ZYDIS_REGCLASS_GPR32 ||
                 class == ZYDIS_REGCLASS_GPR64) &&
                ZydisRegisterGetId(op->reg.value) != 4);
    }
    if (op->type == ZYDIS_OPERAND_TYPE_MEMORY)
        return op->mem.base == ZYDIS_REGISTER_RDI && op->mem.index == ZYDIS_REGISTER_NONE &&
               op->mem.segment != ZYDIS_REGISTER_FS && op->mem.segment != ZYDIS_REGISTER_GS &&
               llabs(op->mem.disp.value) < 256;
    return op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
}

static bool x87_decode(struct x87_sample *s)
{
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, s->bytes, 15, &s->insn, s->op)) ||
        s->insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY ||
        !x86_forms_x87[s->insn.mnemonic].lift || is_unwanted(s->insn.mnemonic))
        return false;
    bool mmx = s->insn.mnemonic == ZYDIS_MNEMONIC_EMMS;
    for (unsigned i = 0; i < s->insn.operand_count_visible; i++) {
        if (!is_wanted_operand(&s->op[i]))
            return false;
        mmx = mmx || (s->op[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
                      ZydisRegisterGetClass(s->op[i].reg.value) == ZYDIS_REGCLASS_MMX);
    }
    return mmx || s->bytes[0] == 0x9b || (s->bytes[0] & 0xf8) == 0xd8;
}

static void x87_sample(struct x87_bench *b, struct x87_sample *s)
{
    do {
        unsigned at = 0;
        uint64_t r = x87_random(b);
        if (r & 1) {
            s->bytes[at++] = (uint8_t)(0xd8 | (r >> 1 & 7));
        } else {
            s->bytes[at++] = 0x0f;
            if ((r & 6) == 0)
                s->bytes[at++] = 0x38;
            s->bytes[at++] = (uint8_t)(r >> 8);
        }
        for (unsigned i = at; i < 15; i++)
            s->bytes[i] = (uint8_t)x87_random(b);
        if (r & 0x10000)
            s->bytes[at] = (uint8_t)(0x47 | (s->bytes[at] & 0x38)); /* [rdi + disp8] */
    } while (!x87_decode(s));
}

/* ---- random states ---- */

static void x87_value(struct x87_bench *b, uint8_t *out)
{
    static const struct {
        uint64_t significand;
        uint16_t exponent;
    } edges[] = {
        {0, 0},
        {0, 0x8000},
        {1ull << 63, 0x3fff},
        {1ull << 63, 0xbfff},
        {1ull << 63, 0x7fff},
        {1ull << 63, 0xffff},
        {3ull << 62, 0x7fff},
        {3ull << 62, 0xffff}, /* quiet NaN, indefinite */
        {(1ull << 63) | 1, 0x7fff},
        {1, 0}, /* signalling NaN, denormal */
        {(1ull << 63) - 1, 0},
        {1ull << 63, 0}, /* pseudo-denormal */
        {1, 0x4000},
        {UINT64_MAX, 0x7ffe}, /* unsupported; the largest */
        {0xc90fdaa22168c235ull, 0x4000},
        {1ull << 63, 0x403e},
        {0xffffffffffffffffull, 0x3ffe},
        {0xc000000000000000ull, 0x3ffe},
    };
    uint64_t r = x87_random(b), significand = x87_random(b) | 1ull << 63;
    uint16_t exponent = (uint16_t)(0x3fff - 40 + r % 80 + (r >> 32 & 0x8000));
    if ((r >> 8 & 3) == 0) {
        unsigned i = (r >> 16) % (sizeof(edges) / sizeof(edges[0]));
        significand = edges[i].significand;
        exponent = edges[i].exponent;
    } else if ((r >> 8 & 3) == 1) {
        exponent = (uint16_t)(r >> 40);
    }
    memset(out, 0, 16);
    memcpy(out, &significand, 8);
    memcpy(out + 8, &exponent, 2);
}

static void x87_random_image(struct x87_bench *b, struct x87_image *image)
{
    uint64_t r = x87_random(b);
    memset(image, 0, sizeof(*image));
    image->control = (uint16_t)(0x037f & ~0x0c00 & ~0x0300) | (r & 0x0c00) |
                     ((r & 0x300) == 0x100 ? 0x300 : (r & 0x300));
    image->status = (uint16_t)((r >> 16) & 0x7f00); /* top and conditions */
    image->tag = (r >> 40 & 3) ? 0xff : (uint8_t)(r >> 48);
    image->mxcsr = 0x1f80;
    for (unsigned i = 0; i < 8; i++)
        x87_value(b, image->st[i]);
}

static void x87_load(struct x86_x87 *x87, const struct x87_image *image)
{
    x87->control = image->control;
    x87->top = image->status >> 11 & 7;
    x87->status = image->status & ~0x3800;
    x87->tag = image->tag;
    for (unsigned i = 0; i < 8; i++)
        memcpy(x87->st[(x87->top + i) & 7], image->st[i], 16);
}

static void x87_store(const struct x86_x87 *x87, struct x87_image *image)
{
    memset(image, 0, sizeof(*image));
    image->control = x87->control;
    image->status = (uint16_t)(x87->status | (x87->top & 7) << 11);
    image->tag = x87->tag;
    for (unsigned i = 0; i < 8; i++)
        memcpy(image->st[i], x87->st[(x87->top + i) & 7], 10);
}

/* ---- one comparison ---- */

static bool x87_host(struct x87_bench *b, struct native_state *state, const struct x87_sample *s)
{
    uint8_t code[48], *at = code;
    uint32_t image = (uint32_t)X87_IMAGE;
    memcpy(at, "\x48\x0f\xae\x0c\x25", 5); /* fxrstor64 [image] */
    memcpy(at + 5, &image, 4);
    memcpy(at + 9, s->bytes, s->insn.length);
    at += 9 + s->insn.length;
    memcpy(at, "\x48\x0f\xae\x04\x25", 5); /* fxsave64 [image] */
    memcpy(at + 5, &image, 4);
    memcpy(at + 9, "\xdb\xe3", 2); /* fninit: nothing stays pending */
    return native_run(&b->native, state, code, (unsigned)(at + 11 - code));
}

static bool x87_emulated(struct x87_bench *b, struct native_state *state,
                         const struct x87_sample *s)
{
    struct x86_cpu *cpu = b->env.cpu;
    memcpy(cpu->gpr, state->gpr, sizeof(state->gpr));
    x86_set_eflags(cpu, state->flags);
    memcpy(b->env.host + X87_SIZE, s->bytes, s->insn.length);
    if (lift_at(&b->env, LIFT_LONG64, X87_CODE, 1) != IR_OK ||
        ir_exec_builder(&cpu->ir, b->env.builder) != IR_OK)
        return false;
    memcpy(state->gpr, cpu->gpr, sizeof(state->gpr));
    state->flags = x86_get_eflags(cpu);
    return cpu->ir.pc == X87_CODE + s->insn.length;
}

/* The status bits to compare: see the head of the file. */
static uint16_t x87_compared(const struct x87_sample *s)
{
    uint16_t mask = 0xffff & ~0x0202; /* C1, DE */
    switch (s->insn.mnemonic) {
    case ZYDIS_MNEMONIC_EMMS:
        return mask & ~0x3800;
    case ZYDIS_MNEMONIC_FSIN:
    case ZYDIS_MNEMONIC_FCOS:
    case ZYDIS_MNEMONIC_FSINCOS:
    case ZYDIS_MNEMONIC_FPTAN:
    case ZYDIS_MNEMONIC_FPREM:
    case ZYDIS_MNEMONIC_FPREM1:
        return mask & ~0x4500; /* C0, C2, C3 */
    default:
        return mask;
    }
}

static bool x87_same(const struct x87_image *a, const struct x87_image *b, uint16_t mask)
{
    bool same =
        a->control == b->control && ((a->status ^ b->status) & mask) == 0 && a->tag == b->tag;
    for (unsigned i = 0; i < 8 && (mask & 0x3800); i++) /* they are numbered from TOP */
        same = same && memcmp(a->st[i], b->st[i], 10) == 0;
    return same;
}

static void x87_print(const char *who, const struct x87_image *image)
{
    fprintf(stderr, "%s: control %04x status %04x tag %02x\n", who, image->control, image->status,
            image->tag);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t significand;
        uint16_t exponent;
        memcpy(&significand, image->st[i], 8);
        memcpy(&exponent, image->st[i] + 8, 2);
        fprintf(stderr, "  st%u %04x %016" PRIx64 "\n", i, exponent, significand);
    }
}

static void x87_state_init(struct x87_bench *b, struct native_state *state)
{
    for (unsigned r = 0; r < 16; r++)
        state->gpr[r] = x87_random(b);
    state->gpr[X86_RDI] = X87_DATA + X87_SIZE / 2;
    state->gpr[X86_RSP] = 0;
    state->flags = X86_FLAG_FIXED | X86_FLAG_IF | (x87_random(b) & IR_F_ALL);
    for (unsigned i = 0; i < X87_SIZE; i += 16) {
        x87_value(b, b->data + i); /* floats of all formats at all offsets */
        uint64_t r = x87_random(b);
        memcpy(b->data + i + 10, &r, 6);
    }
    memcpy(b->env.host, b->data, X87_SIZE);
}

static bool x87_compare(struct x87_bench *b)
{
    struct x87_sample s;
    struct x87_image in, emulated_image;
    struct native_state host, emulated;
    x87_sample(b, &s);
    x87_random_image(b, &in);
    x87_state_init(b, &host);
    emulated = host;
    *b->image = in;
    x87_load(&b->env.cpu->x87, &in);
    b->executed[s.insn.mnemonic]++;
    bool host_ok = x87_host(b, &host, &s), same = host_ok == x87_emulated(b, &emulated, &s);
    x87_store(&b->env.cpu->x87, &emulated_image);
    host.gpr[X86_RSP] = emulated.gpr[X86_RSP];
    if (host_ok && same)
        same = memcmp(&host, &emulated, sizeof(host)) == 0 &&
               x87_same(b->image, &emulated_image, x87_compared(&s)) &&
               memcmp(b->data, b->env.host, X87_SIZE) == 0;
    if (same)
        return true;
    fprintf(stderr, "%s:", ZydisMnemonicGetString(s.insn.mnemonic));
    for (unsigned i = 0; i < s.insn.length; i++)
        fprintf(stderr, " %02x", s.bytes[i]);
    fprintf(stderr, "\n");
    x87_print("before", &in);
    x87_print("host", b->image);
    x87_print("emulated", &emulated_image);
    fprintf(stderr, "ran: host %d emulated %d\n", host_ok, host_ok == same);
    return false;
}

static void test_native_x87(void)
{
    struct x87_bench *b = calloc(1, sizeof(*b));
    const char *rounds = getenv("LIFT_ROUNDS"), *seed = getenv("LIFT_SEED");
    unsigned different = 0, count = rounds ? (unsigned)strtoul(rounds, NULL, 0) : 20000;
    b->seed = 0x9e3779b97f4a7c15ull + (seed ? strtoull(seed, NULL, 0) : 1);
    b->data = mmap((void *)(uintptr_t)X87_DATA, 2 * X87_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    b->image = (struct x87_image *)(uintptr_t)X87_IMAGE;
    CHECK(b->data != MAP_FAILED && native_init(&b->native, false));
    CHECK(lift_env_init(&b->env, X87_DATA, 2 * X87_SIZE));
    for (unsigned i = 0; i < count && different < 5; i++)
        different += !x87_compare(b);
    CHECK_EQ(different, 0);
    if (getenv("LIFT_COVERAGE"))
        for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++)
            if (b->executed[m])
                printf("# %s %u\n", ZydisMnemonicGetString((ZydisMnemonic)m), b->executed[m]);
    lift_env_finish(&b->env);
    native_finish(&b->native);
    munmap(b->data, 2 * X87_SIZE);
    free(b);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"native-x87", test_native_x87}, {NULL, NULL}};
    return test_main(argc, argv, cases);
}

#else

int main(void)
{
    printf("ok native-x87 # the host is not x86-64\n");
    return 0;
}

#endif
