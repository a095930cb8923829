/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Integer instructions with random operands, executed by the host itself and by the lifter with the
 * portable executor, in 64-bit and in 32-bit code, alone and in short sequences: registers, defined
 * flags and memory must be the same. LIFT_ROUNDS and LIFT_SEED ask for more and for others.
 */
#include "tests/test.h"

#if defined(__x86_64__)

#include <sys/mman.h>

#include "emulator/ir/exec.h"
#include "emulator/isa/x86/lift.h"
#include "tests/cpu/lift-env.h"
#include "tests/cpu/native.h"

#define COMPARE_DATA   0x10000000ull /* the same address on the host and in the guest */
#define COMPARE_SIZE   0x10000ull
#define COMPARE_CODE   (COMPARE_DATA + COMPARE_SIZE) /* guest only */
#define COMPARE_MIDDLE (COMPARE_DATA + COMPARE_SIZE / 2)

struct compare {
    struct native native;
    struct lift_env env;
    uint8_t *data;  /* the host's, at COMPARE_DATA */
    uint8_t *image; /* what both were before */
    uint64_t seed;
    bool code32;
    unsigned executed[ZYDIS_MNEMONIC_MAX_VALUE + 1];
};

/* A random instruction. */
struct sample {
    uint8_t bytes[16];
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

static uint64_t compare_random(struct compare *c)
{
    c->seed ^= c->seed << 13;
    c->seed ^= c->seed >> 7;
    c->seed ^= c->seed << 17;
    return c->seed * 0x2545f4914f6cdd1dull;
}

/* Values at the edges are more telling than others. */
static uint64_t compare_value(struct compare *c)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     0x7f,
                                     0x80,
                                     0xff,
                                     0x7fff,
                                     0x8000,
                                     0xffff,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     UINT64_MAX,
                                     31,
                                     32,
                                     33,
                                     63,
                                     64};
    uint64_t r = compare_random(c);
    unsigned kind = r & 7;
    r = compare_random(c);
    if (kind < 3)
        return edges[r % (sizeof(edges) / sizeof(edges[0]))];
    return kind < 5 ? r >> (compare_random(c) & 63) : r;
}

/* ---- which instructions ---- */

static bool is_one_of(ZydisMnemonic mnemonic, const ZydisMnemonic *list)
{
    while (*list != ZYDIS_MNEMONIC_INVALID && *list != mnemonic)
        list++;
    return *list == mnemonic;
}

/* Forms of the integer table that only compute, by the manual's section. */
static bool is_wanted_form(const ZydisDecodedInstruction *insn)
{
    static const char *const chapters[] = {"7.3.1 data transfer",     "7.3.1.1 conditional moves",
                                           "7.3.1.4 stack",           "7.3.1.5 conversion",
                                           "7.3.2 binary arithmetic", "7.3.3 decimal arithmetic",
                                           "7.3.5 logical",           "7.3.6 shift and rotate",
                                           "7.3.7 bit and byte",      "7.3.9 string",
                                           "7.3.14 flag control",     "7.3.15 bit manipulation",
                                           "6.6 block structure",     "5.12 SSE4.2"};
    static const ZydisMnemonic unwanted[] = {ZYDIS_MNEMONIC_POPF,  ZYDIS_MNEMONIC_POPFD,
                                             ZYDIS_MNEMONIC_POPFQ, ZYDIS_MNEMONIC_CLI,
                                             ZYDIS_MNEMONIC_STI,   ZYDIS_MNEMONIC_INVALID};
    static const ZydisMnemonic wanted[] = {ZYDIS_MNEMONIC_ARPL, ZYDIS_MNEMONIC_BOUND,
                                           ZYDIS_MNEMONIC_LEA, ZYDIS_MNEMONIC_XLAT,
                                           ZYDIS_MNEMONIC_INVALID};
    const struct x86_form *form = &x86_forms_integer[insn->mnemonic];
    if (!form->lift || insn->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE ||
        (insn->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED) || is_one_of(insn->mnemonic, unwanted))
        return false;
    for (unsigned i = 0; i < sizeof(chapters) / sizeof(chapters[0]); i++)
        if (strcmp(form->chapter, chapters[i]) == 0)
            return true;
    return is_one_of(insn->mnemonic, wanted);
}

static bool is_in_chapter(const ZydisDecodedInstruction *insn, const char *chapter)
{
    const struct x86_form *form = &x86_forms_integer[insn->mnemonic];
    return form->chapter && strcmp(form->chapter, chapter) == 0;
}

static bool is_string_form(const ZydisDecodedInstruction *insn)
{
    return is_in_chapter(insn, "7.3.9 string");
}

static bool is_stack_form(const ZydisDecodedInstruction *insn)
{
    return is_in_chapter(insn, "7.3.1.4 stack") || is_in_chapter(insn, "6.6 block structure") ||
           insn->mnemonic == ZYDIS_MNEMONIC_PUSHF || insn->mnemonic == ZYDIS_MNEMONIC_PUSHFD;
}

/* General registers but rSP. */
static bool is_wanted_register(ZydisRegister reg)
{
    ZydisRegisterClass class = ZydisRegisterGetClass(reg);
    return (class == ZYDIS_REGCLASS_GPR8 || class == ZYDIS_REGCLASS_GPR16 ||
            class == ZYDIS_REGCLASS_GPR32 || class == ZYDIS_REGCLASS_GPR64 ||
            class == ZYDIS_REGCLASS_FLAGS) &&
           ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg) != ZYDIS_REGISTER_RSP;
}

/* By rDI or rSI (XLAT: rBX) alone, near. */
static bool is_wanted_memory(const ZydisDecodedOperandMem *mem)
{
    static const ZydisRegister bases[] = {ZYDIS_REGISTER_RDI, ZYDIS_REGISTER_RSI,
                                          ZYDIS_REGISTER_EDI, ZYDIS_REGISTER_ESI};
    bool base = mem->index == ZYDIS_REGISTER_AL;
    for (unsigned i = 0; i < 4; i++)
        base = base || (mem->base == bases[i] && mem->index == ZYDIS_REGISTER_NONE);
    return base && mem->segment != ZYDIS_REGISTER_FS && mem->segment != ZYDIS_REGISTER_GS &&
           mem->segment != ZYDIS_REGISTER_CS && llabs(mem->disp.value) < 256;
}

static bool is_wanted_operand(const ZydisDecodedOperand *op)
{
    if (op->type == ZYDIS_OPERAND_TYPE_REGISTER)
        return is_wanted_register(op->reg.value);
    if (op->type != ZYDIS_OPERAND_TYPE_MEMORY)
        return op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
    if (op->mem.type == ZYDIS_MEMOP_TYPE_AGEN) /* any address, but not of another place or stack */
        return ZydisRegisterGetClass(op->mem.base) != ZYDIS_REGCLASS_IP &&
               ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, op->mem.base) !=
                   ZYDIS_REGISTER_RSP;
    return op->mem.type == ZYDIS_MEMOP_TYPE_MEM && is_wanted_memory(&op->mem);
}

static bool is_bit_string(const struct sample *s)
{
    static const ZydisMnemonic list[] = {ZYDIS_MNEMONIC_BT, ZYDIS_MNEMONIC_BTS, ZYDIS_MNEMONIC_BTR,
                                         ZYDIS_MNEMONIC_BTC, ZYDIS_MNEMONIC_INVALID};
    return is_one_of(s->insn.mnemonic, list) && s->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY &&
           s->op[1].type == ZYDIS_OPERAND_TYPE_REGISTER;
}

static unsigned register_of(const ZydisDecodedOperand *op)
{
    return (unsigned)ZydisRegisterGetId(op->reg.value) & 15;
}

/* What cannot be compared although its form can. */
static bool is_exempt(const struct sample *s)
{
    switch (s->insn.mnemonic) {
    case ZYDIS_MNEMONIC_SHLD: /* counts above 16 are undefined for 16 bits */
    case ZYDIS_MNEMONIC_SHRD:
        return s->op[2].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && (s->op[2].imm.value.u & 0x10);
    case ZYDIS_MNEMONIC_ENTER: /* far below the data */
        return s->op[0].imm.value.u > 0x1000;
    case ZYDIS_MNEMONIC_POP: /* moves rSP as it likes */
        return s->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY && s->insn.operand_width == 16;
    default: /* a bit index must not be the pointer */
        return is_bit_string(s) && (register_of(&s->op[1]) | 1) == 7;
    }
}

static bool decode_wanted(const struct compare *c, struct sample *s)
{
    ZydisDecoder decoder;
    if (c->code32)
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
    else
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, s->bytes, 15, &s->insn, s->op)) ||
        !is_wanted_form(&s->insn) || is_exempt(s))
        return false;
    bool stack = is_stack_form(&s->insn);
    if (stack && !c->code32)
        return false; /* the host's stack is in use */
    unsigned operands = stack ? s->insn.operand_count_visible : s->insn.operand_count;
    for (unsigned i = 0; i < operands; i++)
        if (!is_wanted_operand(&s->op[i]))
            return false;
    return true;
}

/* ---- random bytes that are likely instructions ---- */

static unsigned random_vex(struct compare *c, uint8_t *bytes, uint64_t r)
{
    bytes[0] = 0xc4;
    bytes[1] = (uint8_t)((compare_random(c) & 0xe0) | 2 | (r & 1)); /* map 2 or 3 */
    bytes[2] = (uint8_t)(compare_random(c) & ~4u);                  /* 128 bits */
    bytes[3] = (uint8_t)(0xf0 | compare_random(c));
    return 4;
}

static unsigned random_opcode(struct compare *c, uint8_t *bytes)
{
    static const uint8_t prefixes[] = {0x66, 0xf2, 0xf3, 0xf0, 0x67};
    unsigned at = 0;
    uint64_t r = compare_random(c);
    if ((r & 15) == 0)
        return random_vex(c, bytes, r >> 4);
    while ((r >>= 4, r & 3) == 0 && at < 3)
        bytes[at++] = prefixes[compare_random(c) % sizeof(prefixes)];
    if ((r & 4) && !c->code32)
        bytes[at++] = (uint8_t)(0x40 | (compare_random(c) & 15));
    if (r & 8)
        bytes[at++] = 0x0f;
    if ((r & 0x38) == 0x38)
        bytes[at++] = 0x38;
    bytes[at++] = (uint8_t)compare_random(c);
    return at;
}

static void random_sample(struct compare *c, struct sample *s)
{
    do {
        unsigned at = random_opcode(c, s->bytes);
        for (unsigned i = at; i < 15; i++)
            s->bytes[i] = (uint8_t)compare_random(c);
        if (compare_random(c) & 1)
            s->bytes[at] = (uint8_t)(0x47 | (s->bytes[at] & 0x38)); /* [rdi + disp8] */
    } while (!decode_wanted(c, s));
}

static uint64_t random_pointer(struct compare *c)
{
    return COMPARE_MIDDLE + compare_random(c) % 5000;
}

static void random_state(struct compare *c, const struct sample *s, struct native_state *state)
{
    for (unsigned r = 0; r < 16; r++)
        state->gpr[r] = c->code32 ? (uint32_t)compare_value(c) : compare_value(c);
    if (is_bit_string(s)) { /* inside the data */
        int64_t index = (int64_t)(compare_random(c) % 200000) - 100000;
        state->gpr[register_of(&s->op[1])] = c->code32 ? (uint32_t)index : (uint64_t)index;
    }
    if (s->insn.mnemonic == ZYDIS_MNEMONIC_SHLD || s->insn.mnemonic == ZYDIS_MNEMONIC_SHRD)
        state->gpr[X86_RCX] &= ~0x10ull;
    if (is_string_form(&s->insn))
        state->gpr[X86_RCX] = compare_random(c) % 300;
    if (s->insn.mnemonic == ZYDIS_MNEMONIC_XLAT)
        state->gpr[X86_RBX] = random_pointer(c);
    state->gpr[X86_RDI] = random_pointer(c);
    state->gpr[X86_RSI] = random_pointer(c);
    state->gpr[X86_RSP] = c->code32 ? random_pointer(c) : 0;
    if (is_stack_form(&s->insn))
        state->gpr[X86_RBP] = random_pointer(c);
    state->flags = X86_FLAG_FIXED | X86_FLAG_IF | (compare_random(c) & IR_F_ALL) |
                   (compare_random(c) & X86_FLAG_DF);
}

/* ---- one comparison ---- */

static bool emulator_run(struct compare *c, struct native_state *state, const uint8_t *bytes,
                         unsigned length, unsigned max_insns)
{
    struct x86_cpu *cpu = c->env.cpu;
    uint64_t pc = COMPARE_CODE;
    memcpy(cpu->gpr, state->gpr, sizeof(state->gpr));
    x86_set_eflags(cpu, state->flags);
    memcpy(c->env.host + COMPARE_SIZE, bytes, length);
    for (unsigned i = 0; pc < COMPARE_CODE + length && i < 1000; i++) { /* strings: in portions */
        uint64_t mode = c->code32 ? LIFT_PROT32 : LIFT_LONG64;
        if (lift_at(&c->env, mode, pc, max_insns) != IR_OK ||
            ir_exec_builder(&cpu->ir, c->env.builder) != IR_OK)
            return false;
        pc = cpu->ir.pc;
    }
    memcpy(state->gpr, cpu->gpr, sizeof(state->gpr));
    state->flags = x86_get_eflags(cpu);
    return pc == COMPARE_CODE + length;
}

/* V after shifts by more than 1, C after those by more than the width, are undefined. */
static uint64_t undefined_by_shift(const struct sample *s, const struct native_state *in)
{
    static const ZydisMnemonic list[] = {
        ZYDIS_MNEMONIC_SHL,  ZYDIS_MNEMONIC_SHR,    ZYDIS_MNEMONIC_SAR, ZYDIS_MNEMONIC_ROL,
        ZYDIS_MNEMONIC_ROR,  ZYDIS_MNEMONIC_RCL,    ZYDIS_MNEMONIC_RCR, ZYDIS_MNEMONIC_SHLD,
        ZYDIS_MNEMONIC_SHRD, ZYDIS_MNEMONIC_INVALID};
    if (!is_one_of(s->insn.mnemonic, list))
        return 0;
    const ZydisDecodedOperand *by = &s->op[s->insn.operand_count_visible - 1];
    uint64_t count = by->type == ZYDIS_OPERAND_TYPE_IMMEDIATE ? by->imm.value.u : in->gpr[X86_RCX];
    count &= s->op[0].size == 64 ? 63 : 31;
    return IR_F_A | (count != 1 ? IR_F_V : 0) | (count >= s->op[0].size ? IR_F_C : 0);
}

static uint64_t defined_flags(const struct sample *s, const struct native_state *in)
{
    uint64_t mask = IR_F_ALL | X86_FLAG_DF;
    if (s->insn.cpu_flags)
        mask &= ~(uint64_t)s->insn.cpu_flags->undefined;
    return mask & ~undefined_by_shift(s, in);
}

/* BSF and BSR of 0 with 32 bits: processors differ in the upper half. */
static void forget_undefined(const struct sample *s, struct native_state *state)
{
    if ((s->insn.mnemonic == ZYDIS_MNEMONIC_BSF || s->insn.mnemonic == ZYDIS_MNEMONIC_BSR) &&
        s->op[0].size == 32)
        state->gpr[register_of(&s->op[0])] &= 0xffffffff;
}

static bool same_registers(const struct compare *c, const struct native_state *a,
                           const struct native_state *b)
{
    for (unsigned r = 0; r < (c->code32 ? 8u : 16u); r++)
        if ((r != X86_RSP || c->code32) && a->gpr[r] != b->gpr[r])
            return false;
    return true;
}

static void print_difference(const struct compare *c, const uint8_t *bytes, unsigned length,
                             const struct native_state *in, const struct native_state *host,
                             const struct native_state *emulated)
{
    fprintf(stderr, "%s-bit code:", c->code32 ? "32" : "64");
    for (unsigned i = 0; i < length; i++)
        fprintf(stderr, " %02x", bytes[i]);
    fprintf(stderr, "\nflags %#" PRIx64 " -> host %#" PRIx64 " emulated %#" PRIx64 "\n", in->flags,
            host->flags, emulated->flags);
    for (unsigned r = 0; r < 16; r++)
        fprintf(stderr, "r%u %#" PRIx64 " -> host %#" PRIx64 " emulated %#" PRIx64 "%s\n", r,
                in->gpr[r], host->gpr[r], emulated->gpr[r],
                host->gpr[r] != emulated->gpr[r] ? " <--" : "");
    for (unsigned i = 0; i < COMPARE_SIZE; i++)
        if (c->data[i] != c->env.host[i]) {
            fprintf(stderr, "memory at %#x: host %02x emulated %02x\n", i, c->data[i],
                    c->env.host[i]);
            break;
        }
}

static void reset_data(struct compare *c)
{
    memcpy(c->data, c->image, COMPARE_SIZE);
    memcpy(c->env.host, c->image, COMPARE_SIZE);
}

static bool compare_one(struct compare *c, const struct sample *s)
{
    struct native_state in, host, emulated;
    random_state(c, s, &in);
    host = emulated = in;
    reset_data(c);
    bool host_ok = native_run(&c->native, &host, s->bytes, s->insn.length);
    bool same = host_ok == emulator_run(c, &emulated, s->bytes, s->insn.length, 1);
    forget_undefined(s, &host);
    forget_undefined(s, &emulated);
    if (host_ok && same)
        same = same_registers(c, &host, &emulated) &&
               ((host.flags ^ emulated.flags) & defined_flags(s, &in)) == 0;
    same = same && memcmp(c->data, c->env.host, COMPARE_SIZE) == 0;
    if (!same)
        print_difference(c, s->bytes, s->insn.length, &in, &host, &emulated);
    c->executed[s->insn.mnemonic]++;
    return same;
}

/* ---- sequences: what flags and registers are between instructions ---- */

#define SEQUENCE_MAX 10

struct sequence {
    uint8_t bytes[SEQUENCE_MAX * 15];
    unsigned length, count;
    uint64_t undefined; /* flags */
};

static bool writes_pointer(const struct sample *s)
{
    for (unsigned i = 0; i < s->insn.operand_count; i++) {
        const ZydisDecodedOperand *op = &s->op[i];
        if (op->type == ZYDIS_OPERAND_TYPE_REGISTER &&
            (op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) &&
            ZydisRegisterGetClass(op->reg.value) != ZYDIS_REGCLASS_FLAGS &&
            (register_of(op) | 1) == 7 && !is_string_form(&s->insn))
            return true;
    }
    return false;
}

/* What may fault, leaves registers undefined, ends a block, or needs a register that others may
 * have changed. */
static bool is_for_sequence(const struct sample *s)
{
    static const ZydisMnemonic unfit[] = {
        ZYDIS_MNEMONIC_DIV,        ZYDIS_MNEMONIC_IDIV,   ZYDIS_MNEMONIC_AAM,
        ZYDIS_MNEMONIC_BOUND,      ZYDIS_MNEMONIC_BSF,    ZYDIS_MNEMONIC_BSR,
        ZYDIS_MNEMONIC_SHLD,       ZYDIS_MNEMONIC_SHRD,   ZYDIS_MNEMONIC_XLAT,
        ZYDIS_MNEMONIC_LEAVE,      ZYDIS_MNEMONIC_ENTER,  ZYDIS_MNEMONIC_POPA,
        ZYDIS_MNEMONIC_POPAD,      ZYDIS_MNEMONIC_PUSHA,  ZYDIS_MNEMONIC_PUSHAD,
        ZYDIS_MNEMONIC_PUSHF,      ZYDIS_MNEMONIC_PUSHFD, ZYDIS_MNEMONIC_LAHF,
        ZYDIS_MNEMONIC_CMPXCHG16B, ZYDIS_MNEMONIC_INVALID};
    bool repeats = s->insn.attributes &
                   (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
    return !is_one_of(s->insn.mnemonic, unfit) && !is_bit_string(s) && !writes_pointer(s) &&
           !(repeats && is_string_form(&s->insn));
}

/* Follows which flags are undefined; false: the instruction would look at one. */
static bool sequence_flags(struct sequence *q, const struct sample *s)
{
    const ZydisAccessedFlags *f = s->insn.cpu_flags;
    struct native_state any = {.gpr[X86_RCX] = 31};
    if (!f)
        return true;
    if (f->tested & q->undefined)
        return false;
    uint64_t by_shift = undefined_by_shift(s, &any);
    if (!by_shift) /* a count of 0 leaves them all as they were */
        q->undefined &= ~(uint64_t)(f->modified | f->set_0 | f->set_1);
    q->undefined |= (f->undefined | by_shift) & IR_F_ALL;
    return true;
}

static void random_sequence(struct compare *c, struct sequence *q)
{
    unsigned count = 2 + (unsigned)(compare_random(c) % (SEQUENCE_MAX - 1));
    *q = (struct sequence){0};
    while (q->count < count) {
        struct sample s;
        random_sample(c, &s);
        if (!is_for_sequence(&s) || !sequence_flags(q, &s))
            continue;
        memcpy(q->bytes + q->length, s.bytes, s.insn.length);
        q->length += s.insn.length;
        q->count++;
    }
}

static bool compare_sequence(struct compare *c)
{
    static const struct sample nothing;
    struct native_state in, host, emulated;
    struct sequence q;
    random_sequence(c, &q);
    random_state(c, &nothing, &in);
    host = emulated = in;
    reset_data(c);
    bool host_ok = native_run(&c->native, &host, q.bytes, q.length);
    bool same = host_ok == emulator_run(c, &emulated, q.bytes, q.length, q.count);
    uint64_t mask = (IR_F_ALL | X86_FLAG_DF) & ~q.undefined;
    if (host_ok && same)
        same = same_registers(c, &host, &emulated) && ((host.flags ^ emulated.flags) & mask) == 0 &&
               memcmp(c->data, c->env.host, COMPARE_SIZE) == 0;
    if (!same)
        print_difference(c, q.bytes, q.length, &in, &host, &emulated);
    return same;
}

/* ---- the cases ---- */

static unsigned environment_number(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

static bool compare_init(struct compare *c, bool code32)
{
    c->code32 = code32;
    c->seed = 0x9e3779b97f4a7c15ull + environment_number("LIFT_SEED", 1);
    c->data = mmap((void *)(uintptr_t)COMPARE_DATA, COMPARE_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    c->image = malloc(COMPARE_SIZE);
    if (c->data == MAP_FAILED || !c->image ||
        !lift_env_init(&c->env, COMPARE_DATA, 2 * COMPARE_SIZE))
        return false;
    for (unsigned i = 0; i < COMPARE_SIZE; i++)
        c->image[i] = (uint8_t)compare_random(c);
    return true;
}

static void compare_finish(struct compare *c)
{
    lift_env_finish(&c->env);
    munmap(c->data, COMPARE_SIZE);
    free(c->image);
    free(c);
}

static void print_coverage(const struct compare *c)
{
    for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++)
        if (c->executed[m])
            printf("# %s %u\n", ZydisMnemonicGetString((ZydisMnemonic)m), c->executed[m]);
}

static bool compare_sample(struct compare *c)
{
    struct sample s;
    random_sample(c, &s);
    return compare_one(c, &s);
}

static void compare_many(bool code32, bool (*compare)(struct compare *c))
{
    struct compare *c = calloc(1, sizeof(*c));
    unsigned rounds = environment_number("LIFT_ROUNDS", 20000), different = 0;
    CHECK(c && compare_init(c, code32));
    if (native_init(&c->native, code32))
        for (unsigned i = 0; i < rounds && different < 5; i++)
            different += !compare(c);
    else
        printf("# this host does not run %s-bit code\n", code32 ? "32" : "64");
    native_finish(&c->native);
    CHECK_EQ(different, 0);
    if (getenv("LIFT_COVERAGE"))
        print_coverage(c);
    compare_finish(c);
}

static void test_native_64(void)
{
    compare_many(false, compare_sample);
}

static void test_native_32(void)
{
    compare_many(true, compare_sample);
}

static void test_sequences_64(void)
{
    compare_many(false, compare_sequence);
}

static void test_sequences_32(void)
{
    compare_many(true, compare_sequence);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"native-64", test_native_64},
                                             {"native-32", test_native_32},
                                             {"native-sequences-64", test_sequences_64},
                                             {"native-sequences-32", test_sequences_32},
                                             {NULL, NULL}};
    return test_main(argc, argv, cases);
}

#else

int main(void)
{
    printf("ok native-64 # the host is not x86-64\n");
    return 0;
}

#endif
