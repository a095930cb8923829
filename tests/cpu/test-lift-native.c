/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Integer instructions with random operands, executed by the host itself and by the lifter with the
 * portable executor: registers, defined flags and memory must be the same. The host's code runs in
 * a small buffer that loads all registers, executes one instruction and stores them again.
 */
#include "tests/test.h"

#if defined(__x86_64__)

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "emulator/ir/exec.h"
#include "emulator/isa/x86/lift.h"
#include "tests/cpu/lift-env.h"

#define NATIVE_DATA   0x10000000ull /* the same address on the host and in the guest */
#define NATIVE_SIZE   0x10000ull
#define NATIVE_CODE   (NATIVE_DATA + NATIVE_SIZE) /* guest only */
#define NATIVE_MIDDLE (NATIVE_DATA + NATIVE_SIZE / 2)

struct native_state {
    uint64_t gpr[16];
    uint64_t flags;
};

struct native {
    struct lift_env env;
    uint8_t *code;              /* host buffer, executable */
    uint8_t *data;              /* at NATIVE_DATA */
    struct native_state *state; /* read and written by the code */
    uint64_t *host_sp;
    uint8_t *image; /* what data was before */
    uint64_t seed;
};

static uint64_t native_random(struct native *n)
{
    n->seed ^= n->seed << 13;
    n->seed ^= n->seed >> 7;
    n->seed ^= n->seed << 17;
    return n->seed * 0x2545f4914f6cdd1dull;
}

/* Values at the edges are more telling than others. */
static uint64_t native_value(struct native *n)
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
    uint64_t r = native_random(n);
    unsigned kind = r & 7;
    r = native_random(n);
    if (kind < 3)
        return edges[r % (sizeof(edges) / sizeof(edges[0]))];
    return kind < 5 ? r >> (native_random(n) & 63) : r;
}

/* ---- the host's side ---- */

static uint8_t *emit_bytes(uint8_t *at, const void *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

/* An instruction whose last four bytes are a RIP-relative displacement. */
static uint8_t *emit_relative(uint8_t *at, const void *bytes, size_t length, const void *target)
{
    at = emit_bytes(at, bytes, length);
    int32_t displacement = (int32_t)((const uint8_t *)target - (at + 4));
    return emit_bytes(at, &displacement, 4);
}

/* mov between register r and its place in the state; store: to memory. */
static uint8_t *emit_move(uint8_t *at, unsigned r, bool store, const void *target)
{
    uint8_t bytes[] = {(uint8_t)(0x48 | (r >> 3) << 2), store ? 0x89 : 0x8b,
                       (uint8_t)((r & 7) << 3 | 5)};
    return emit_relative(at, bytes, sizeof(bytes), target);
}

static uint8_t *emit_enter(const struct native *n, uint8_t *at)
{
    at = emit_bytes(at, "\x53\x55\x41\x54\x41\x55\x41\x56\x41\x57", 10); /* push rbx..r15 */
    at = emit_move(at, 4, true, n->host_sp);
    at = emit_relative(at, "\xff\x35", 2, &n->state->flags); /* push flags */
    at = emit_bytes(at, "\x9d", 1);                          /* popfq */
    for (unsigned r = 0; r < 16; r++)
        if (r != 4)
            at = emit_move(at, r, false, &n->state->gpr[r]);
    return at;
}

static void emit_exit(const struct native *n, uint8_t *at)
{
    for (unsigned r = 0; r < 16; r++)
        if (r != 4)
            at = emit_move(at, r, true, &n->state->gpr[r]);
    at = emit_move(at, 4, false, n->host_sp);
    at = emit_bytes(at, "\x9c", 1);                          /* pushfq */
    at = emit_relative(at, "\x8f\x05", 2, &n->state->flags); /* pop flags */
    at =
        emit_bytes(at, "\xfc\x41\x5f\x41\x5e\x41\x5d\x41\x5c\x5d\x5b\xc3", 12); /* cld, pops, ret */
}

static sigjmp_buf native_trap; /* one thread, one test */

static void native_on_signal(int signal)
{
    siglongjmp(native_trap, signal);
}

/* False: the instruction faulted. */
static bool native_execute(struct native *n, const uint8_t *insn, unsigned length)
{
    emit_exit(n, emit_bytes(emit_enter(n, n->code), insn, length));
    if (sigsetjmp(native_trap, 1))
        return false;
    void (*run)(void);
    memcpy(&run, &n->code, sizeof(run));
    run();
    return true;
}

/* ---- the emulator's side ---- */

static bool emulator_execute(struct native *n, struct native_state *s, const uint8_t *insn,
                             unsigned length)
{
    struct x86_cpu *cpu = n->env.cpu;
    memcpy(cpu->gpr, s->gpr, sizeof(s->gpr));
    x86_set_eflags(cpu, s->flags);
    memcpy(n->env.host + NATIVE_SIZE, insn, length);
    uint64_t pc = NATIVE_CODE;
    for (unsigned i = 0; pc == NATIVE_CODE && i < 1000; i++) { /* strings run in portions */
        if (lift_at(&n->env, LIFT_LONG64, pc, 1) != IR_OK ||
            ir_exec_builder(&cpu->ir, n->env.builder) != IR_OK)
            return false;
        pc = cpu->ir.pc;
    }
    if (pc != NATIVE_CODE + length)
        return false;
    memcpy(s->gpr, cpu->gpr, sizeof(s->gpr));
    s->flags = x86_get_eflags(cpu);
    return true;
}

/* ---- random instructions ---- */

/* Which forms: those of the integer table that only compute. */
static bool is_wanted(const ZydisDecodedInstruction *insn)
{
    static const char *const tests[] = {"int-move",       "int-exchange", "int-condition",
                                        "int-arithmetic", "int-multiply", "int-divide",
                                        "int-shift",      "int-bits",     "int-bmi",
                                        "int-string",     "int-flags"};
    const struct x86_form *form = &x86_forms_integer[insn->mnemonic];
    if (!form->lift || insn->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE ||
        (insn->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED))
        return false;
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        if (strcmp(form->test, tests[i]) == 0)
            return true;
    return false;
}

/* Registers but rSP; memory by RDI or RSI alone, or by nothing else at all. */
static bool is_wanted_operand(const ZydisDecodedOperand *op)
{
    if (op->type == ZYDIS_OPERAND_TYPE_REGISTER) {
        ZydisRegisterClass class = ZydisRegisterGetClass(op->reg.value);
        return (class == ZYDIS_REGCLASS_GPR8 || class == ZYDIS_REGCLASS_GPR16 ||
                class == ZYDIS_REGCLASS_GPR32 || class == ZYDIS_REGCLASS_GPR64 ||
                class == ZYDIS_REGCLASS_FLAGS) &&
               ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, op->reg.value) !=
                   ZYDIS_REGISTER_RSP;
    }
    if (op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->mem.type == ZYDIS_MEMOP_TYPE_MEM)
        return (op->mem.base == ZYDIS_REGISTER_RDI || op->mem.base == ZYDIS_REGISTER_RSI ||
                op->mem.base == ZYDIS_REGISTER_EDI || op->mem.base == ZYDIS_REGISTER_ESI) &&
               op->mem.index == ZYDIS_REGISTER_NONE && op->mem.segment != ZYDIS_REGISTER_FS &&
               op->mem.segment != ZYDIS_REGISTER_GS && llabs(op->mem.disp.value) < 256;
    return op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE ||
           (op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->mem.type == ZYDIS_MEMOP_TYPE_AGEN &&
            op->mem.base != ZYDIS_REGISTER_RIP && op->mem.base != ZYDIS_REGISTER_EIP &&
            op->mem.base != ZYDIS_REGISTER_RSP && op->mem.base != ZYDIS_REGISTER_ESP);
}

static bool is_bit_string(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *op)
{
    return (insn->mnemonic == ZYDIS_MNEMONIC_BT || insn->mnemonic == ZYDIS_MNEMONIC_BTS ||
            insn->mnemonic == ZYDIS_MNEMONIC_BTR || insn->mnemonic == ZYDIS_MNEMONIC_BTC) &&
           op[0].type == ZYDIS_OPERAND_TYPE_MEMORY && op[1].type == ZYDIS_OPERAND_TYPE_REGISTER;
}

static bool decode_wanted(const uint8_t *bytes, ZydisDecodedInstruction *insn,
                          ZydisDecodedOperand *op)
{
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, 15, insn, op)) || !is_wanted(insn))
        return false;
    for (unsigned i = 0; i < insn->operand_count; i++)
        if (!is_wanted_operand(&op[i]))
            return false;
    if ((insn->mnemonic == ZYDIS_MNEMONIC_SHLD || insn->mnemonic == ZYDIS_MNEMONIC_SHRD) &&
        op[2].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && (op[2].imm.value.u & 0x10))
        return false;
    /* A bit index must not be the pointer. */
    return !is_bit_string(insn, op) || (((unsigned)ZydisRegisterGetId(op[1].reg.value) | 1) != 7);
}

static unsigned random_opcode(struct native *n, uint8_t *bytes)
{
    static const uint8_t prefixes[] = {0x66, 0xf2, 0xf3, 0xf0, 0x67};
    unsigned at = 0;
    uint64_t r = native_random(n);
    if ((r & 15) == 0) { /* VEX, map 2 or 3 */
        bytes[at++] = 0xc4;
        bytes[at++] = (uint8_t)((native_random(n) & 0xe0) | 2 | (r >> 4 & 1));
        bytes[at++] = (uint8_t)(native_random(n) & ~4u);
        bytes[at++] = (uint8_t)(0xf0 | native_random(n));
        return at;
    }
    while ((r >>= 4, r & 3) == 0 && at < 3)
        bytes[at++] = prefixes[native_random(n) % sizeof(prefixes)];
    if (r & 4)
        bytes[at++] = (uint8_t)(0x40 | (native_random(n) & 15));
    if (r & 8)
        bytes[at++] = 0x0f;
    if ((r & 0x38) == 0x38)
        bytes[at++] = 0x38;
    bytes[at++] = (uint8_t)native_random(n);
    return at;
}

/* Returns its length. */
static unsigned random_insn(struct native *n, uint8_t *bytes, ZydisDecodedInstruction *insn,
                            ZydisDecodedOperand *op)
{
    do {
        unsigned at = random_opcode(n, bytes);
        for (unsigned i = at; i < 15; i++)
            bytes[i] = (uint8_t)native_random(n);
        if (native_random(n) & 1)
            bytes[at] = (uint8_t)(0x47 | (bytes[at] & 0x38)); /* [rdi + disp8] */
    } while (!decode_wanted(bytes, insn, op));
    return insn->length;
}

/* ---- one comparison ---- */

static void random_state(struct native *n, struct native_state *s,
                         const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *op)
{
    for (unsigned r = 0; r < 16; r++)
        s->gpr[r] = native_value(n);
    if (is_bit_string(insn, op)) { /* keep it inside the data */
        unsigned r = (unsigned)ZydisRegisterGetId(op[1].reg.value) & 15;
        s->gpr[r] = (uint64_t)((int64_t)(native_random(n) % 200000) - 100000);
    }
    if (insn->mnemonic == ZYDIS_MNEMONIC_SHLD || insn->mnemonic == ZYDIS_MNEMONIC_SHRD)
        s->gpr[X86_RCX] &= ~0x10ull; /* counts above 16 are undefined for 16 bits */
    if (strcmp(x86_forms_integer[insn->mnemonic].test, "int-string") == 0)
        s->gpr[X86_RCX] = native_random(n) % 300;
    s->gpr[X86_RDI] = NATIVE_MIDDLE + native_random(n) % 5000;
    s->gpr[X86_RSI] = NATIVE_MIDDLE + native_random(n) % 5000;
    s->gpr[X86_RSP] = 0;
    s->flags = X86_FLAG_FIXED | X86_FLAG_IF | (native_random(n) & IR_F_ALL) |
               (native_random(n) & X86_FLAG_DF);
}

/* The flags that the manual defines after this instruction. */
static uint64_t defined_flags(const ZydisDecodedInstruction *insn, const struct native_state *in,
                              const ZydisDecodedOperand *op)
{
    uint64_t mask = IR_F_ALL | X86_FLAG_DF;
    if (insn->cpu_flags)
        mask &= ~(uint64_t)insn->cpu_flags->undefined;
    switch (insn->mnemonic) {
    case ZYDIS_MNEMONIC_SHLD:
    case ZYDIS_MNEMONIC_SHRD:
    case ZYDIS_MNEMONIC_SHL:
    case ZYDIS_MNEMONIC_SHR:
    case ZYDIS_MNEMONIC_SAR:
    case ZYDIS_MNEMONIC_ROL:
    case ZYDIS_MNEMONIC_ROR:
    case ZYDIS_MNEMONIC_RCL:
    case ZYDIS_MNEMONIC_RCR: {
        unsigned i = insn->operand_count_visible - 1u;
        uint64_t count =
            op[i].type == ZYDIS_OPERAND_TYPE_IMMEDIATE ? op[i].imm.value.u : in->gpr[X86_RCX];
        count &= op[0].size == 64 ? 63 : 31;
        if (count != 1)
            mask &= ~(uint64_t)IR_F_V;
        if (count >= op[0].size)
            mask &= ~(uint64_t)IR_F_C;
        return mask & ~(uint64_t)IR_F_A;
    }
    default:
        return mask;
    }
}

static bool same_registers(const struct native_state *a, const struct native_state *b)
{
    for (unsigned r = 0; r < 16; r++)
        if (r != X86_RSP && a->gpr[r] != b->gpr[r])
            return false;
    return true;
}

static void print_difference(const struct native *n, const uint8_t *bytes, unsigned length,
                             const struct native_state *in, const struct native_state *host,
                             const struct native_state *emulated)
{
    fprintf(stderr, "bytes:");
    for (unsigned i = 0; i < length; i++)
        fprintf(stderr, " %02x", bytes[i]);
    fprintf(stderr, "\nflags %#" PRIx64 " -> host %#" PRIx64 " emulated %#" PRIx64 "\n", in->flags,
            host->flags, emulated->flags);
    for (unsigned r = 0; r < 16; r++)
        if (r != X86_RSP)
            fprintf(stderr, "r%u %#" PRIx64 " -> host %#" PRIx64 " emulated %#" PRIx64 "%s\n", r,
                    in->gpr[r], host->gpr[r], emulated->gpr[r],
                    host->gpr[r] != emulated->gpr[r] ? " <--" : "");
    for (unsigned i = 0; i < NATIVE_SIZE; i++)
        if (n->data[i] != n->env.host[i]) {
            fprintf(stderr, "memory at %#x: host %02x emulated %02x\n", i, n->data[i],
                    n->env.host[i]);
            break;
        }
}

static bool compare_one(struct native *n, const uint8_t *bytes, unsigned length,
                        const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *op)
{
    struct native_state in, emulated;
    random_state(n, &in, insn, op);
    emulated = in;
    memcpy(n->data, n->image, NATIVE_SIZE);
    memcpy(n->env.host, n->image, NATIVE_SIZE);
    *n->state = in;
    bool host_ok = native_execute(n, bytes, length);
    bool emulated_ok = emulator_execute(n, &emulated, bytes, length);
    uint64_t mask = defined_flags(insn, &in, op);
    if ((insn->mnemonic == ZYDIS_MNEMONIC_BSF || insn->mnemonic == ZYDIS_MNEMONIC_BSR) &&
        op[0].size == 32) { /* of nothing: processors differ in the upper half */
        unsigned r = (unsigned)ZydisRegisterGetId(op[0].reg.value);
        n->state->gpr[r] &= 0xffffffff;
        emulated.gpr[r] &= 0xffffffff;
    }
    bool same = host_ok == emulated_ok;
    if (host_ok && emulated_ok)
        same = same_registers(n->state, &emulated) &&
               (n->state->flags & mask) == (emulated.flags & mask);
    same = same && memcmp(n->data, n->env.host, NATIVE_SIZE) == 0;
    if (!same)
        print_difference(n, bytes, length, &in, n->state, &emulated);
    return same;
}

/* ---- set-up ---- */

static bool native_init(struct native *n, uint64_t seed)
{
    *n = (struct native){.seed = seed};
    int rwx = PROT_READ | PROT_WRITE | PROT_EXEC, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    n->data = mmap((void *)(uintptr_t)NATIVE_DATA, NATIVE_SIZE, PROT_READ | PROT_WRITE,
                   flags | MAP_FIXED_NOREPLACE, -1, 0);
    n->code = mmap(NULL, 8192, rwx, flags, -1, 0);
    n->image = malloc(NATIVE_SIZE);
    if (n->data == MAP_FAILED || n->code == MAP_FAILED || !n->image ||
        !lift_env_init(&n->env, NATIVE_DATA, 2 * NATIVE_SIZE))
        return false;
    n->state = (struct native_state *)(n->code + 4096);
    n->host_sp = (uint64_t *)(n->code + 6144);
    for (unsigned i = 0; i < NATIVE_SIZE; i++)
        n->image[i] = (uint8_t)native_random(n);
    return true;
}

static void native_finish(struct native *n)
{
    lift_env_finish(&n->env);
    munmap(n->data, NATIVE_SIZE);
    munmap(n->code, 8192);
    free(n->image);
}

static unsigned environment_number(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

static void test_native_random(void)
{
    struct native n;
    CHECK(native_init(&n, 0x9e3779b97f4a7c15ull + environment_number("LIFT_SEED", 1)));
    struct sigaction action = {.sa_handler = native_on_signal}, old[3];
    sigaction(SIGFPE, &action, &old[0]);
    sigaction(SIGSEGV, &action, &old[1]);
    sigaction(SIGILL, &action, &old[2]);
    unsigned rounds = environment_number("LIFT_ROUNDS", 20000), different = 0;
    for (unsigned i = 0; i < rounds && different < 5; i++) {
        uint8_t bytes[16];
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
        unsigned length = random_insn(&n, bytes, &insn, op);
        if (!compare_one(&n, bytes, length, &insn, op))
            different++;
    }
    CHECK_EQ(different, 0);
    sigaction(SIGFPE, &old[0], NULL);
    sigaction(SIGSEGV, &old[1], NULL);
    sigaction(SIGILL, &old[2], NULL);
    native_finish(&n);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"native-random", test_native_random}, {NULL, NULL}};
    return test_main(argc, argv, cases);
}

#else

int main(void)
{
    printf("ok native-random # the host is not x86-64\n");
    return 0;
}

#endif
