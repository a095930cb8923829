/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of an outcome is undefined, from the instructions that the host really executes: for code
 * that changed itself, or jumped into the middle of instructions. It is looked at only when there
 * is a difference; then the case runs once more on the host with the trap flag.
 */
#include <string.h>

#include "tests/fuzz/cpu/analyse.h"
#include "tests/fuzz/cpu/case.h"

#define TRACE_STEPS  400000
#define TRACE_LENGTH 15

struct trace {
    const struct forms *forms;
    FILE *out; /* or NULL */
    ZydisDecoder decoder;
    uint8_t image[CASE_CODE_SIZE]; /* the code as the case has it */
    struct insn insn, before;      /* about to be executed; executed before that */
    uint64_t pc;                   /* of insn, and its bytes */
    uint8_t bytes[TRACE_LENGTH];
    struct case_mask mask; /* if insn faults */
    unsigned flags;        /* undefined ones, if it does not */
    unsigned steps;
    bool good;    /* nothing undefined was used so far */
    bool outside; /* the instruction is not in the code pages */
    bool free;    /* what it does depends on the moment */
};

/* ---- may the instruction be compared? ---- */

/* Near, and with the operand size that all processors know. */
static bool trace_branch(const struct insn *insn)
{
    return insn_is_branch(insn) && insn->i.meta.branch_type != ZYDIS_BRANCH_TYPE_FAR &&
           !(insn->i.attributes & ZYDIS_ATTRIB_HAS_OPERANDSIZE);
}

static bool trace_popf(const struct insn *insn, uint64_t rsp)
{
    unsigned size = insn->i.operand_width / 8;
    uint64_t flags = 0;
    if (!case_readable(rsp, size))
        return true; /* it faults */
    memcpy(&flags, (const void *)(uintptr_t)rsp, size);
    return (flags & ~(uint64_t)POPF_KNOWN) == 0;
}

/* The instructions that forms.c leaves to the generator's pieces. */
static bool trace_special(const struct trace *t, const uint64_t gpr[16])
{
    switch (t->insn.i.mnemonic) {
    case ZYDIS_MNEMONIC_POPF:
    case ZYDIS_MNEMONIC_POPFQ:
        return trace_popf(&t->insn, gpr[X86_RSP]);
    case ZYDIS_MNEMONIC_EMMS:
        return t->before.i.mnemonic == ZYDIS_MNEMONIC_PXOR;
    case ZYDIS_MNEMONIC_FNSTSW:
        return t->insn.op[0].type == ZYDIS_OPERAND_TYPE_REGISTER;
    case ZYDIS_MNEMONIC_ENTER:
    case ZYDIS_MNEMONIC_LDMXCSR:
    case ZYDIS_MNEMONIC_VLDMXCSR:
    case ZYDIS_MNEMONIC_FLDCW:
    case ZYDIS_MNEMONIC_FXSAVE64:
    case ZYDIS_MNEMONIC_FXRSTOR64:
    case ZYDIS_MNEMONIC_XSAVE64:
    case ZYDIS_MNEMONIC_XRSTOR64:
        return true;
    default:
        return false;
    }
}

/* A branch looks at its own flags here, since there is but one way to follow. */
static unsigned trace_flags_read(const struct insn *insn)
{
    if (insn_is_branch(insn))
        return insn->i.cpu_flags ? insn->i.cpu_flags->tested : 0;
    return insn_flags_read(insn);
}

/* Time, random numbers. */
static bool trace_of_the_moment(const struct insn *insn)
{
    return insn->i.mnemonic == ZYDIS_MNEMONIC_RDTSC || insn->i.mnemonic == ZYDIS_MNEMONIC_RDTSCP ||
           insn->i.mnemonic == ZYDIS_MNEMONIC_RDRAND || insn->i.mnemonic == ZYDIS_MNEMONIC_RDSEED;
}

static bool trace_comparable(const struct trace *t, uint64_t pc, const uint64_t gpr[16])
{
    const struct insn *insn = &t->insn;
    uint32_t next = (uint32_t)pc + insn->i.length, end = CASE_CODE + CASE_CODE_SIZE;
    if (!forms_accept(t->forms, insn, NULL) && !trace_branch(insn) && !trace_special(t, gpr))
        return false;
    if (insn_undefined(insn) && !insn_scan_defined(insn, &t->before))
        return false;
    return !(trace_flags_read(insn) & t->flags) &&
           insn_cleaned(insn, next, (const uint8_t *)(uintptr_t)next, next < end ? end - next : 0);
}

/* ---- steps ---- */

static void trace_print(const struct trace *t, const char *what, uint64_t pc)
{
    ZydisFormatter formatter;
    char text[128];
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    ZydisFormatterFormatInstruction(&formatter, &t->insn.i, t->insn.op,
                                    t->insn.i.operand_count_visible, text, sizeof(text), pc, NULL);
    fprintf(t->out, "# %s at %#x: %s\n", what, (unsigned)pc, text);
}

/* False: no instruction; it raises #UD, or there is no more code. */
static bool trace_decode(struct trace *t, uint64_t pc)
{
    unsigned left = (unsigned)(CASE_CODE + CASE_CODE_SIZE - pc);
    unsigned length = left < TRACE_LENGTH ? left : TRACE_LENGTH;
    return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&t->decoder, (const void *)(uintptr_t)pc, length,
                                               &t->insn.i, t->insn.op));
}

static void trace_insn(struct trace *t, uint64_t pc, const uint64_t gpr[16])
{
    const uint8_t *was = t->image + (pc - CASE_CODE);
    memcpy(t->bytes, (const void *)(uintptr_t)pc, t->insn.i.length);
    t->good = trace_comparable(t, pc, gpr);
    t->free = trace_of_the_moment(&t->insn);
    if (t->out && memcmp(was, (const void *)(uintptr_t)pc, t->insn.i.length) != 0)
        trace_print(t, "executed", pc);
    if (t->out && !t->good)
        trace_print(t, "undefined", pc);
    unsigned x87 = t->mask.x87 | insn_x87_undefined(&t->insn);
    t->mask = insn_mask(&t->insn, t->flags);
    t->mask.x87 = (uint16_t)x87;
    t->flags = insn_flags_after(&t->insn, t->flags);
}

/* PUSHF has pushed the trap flag of the trace. */
static void trace_hide_trap(const struct trace *t, const uint64_t gpr[16])
{
    ZydisMnemonic m = t->insn.i.mnemonic;
    if (t->steps > 0 && (m == ZYDIS_MNEMONIC_PUSHF || m == ZYDIS_MNEMONIC_PUSHFQ))
        *(uint8_t *)(uintptr_t)(gpr[X86_RSP] + 1) &= (uint8_t) ~(X86_FLAG_TF >> 8);
}

/*
 * A repeated string instruction that overwrote itself. It goes on until an interrupt makes the
 * processor fetch it again, which the trap flag does after each turn.
 */
static bool trace_lost_itself(const struct trace *t)
{
    const void *now = (const void *)(uintptr_t)t->pc;
    return t->steps > 0 && insn_is_repeated(&t->insn) && !t->outside &&
           memcmp(t->bytes, now, t->insn.i.length) != 0;
}

static bool trace_step(void *opaque, uint64_t pc, const uint64_t gpr[16])
{
    struct trace *t = opaque;
    t->free = trace_lost_itself(t);
    if (t->outside || t->free) /* the host's own code was executed */
        t->good = false;
    trace_hide_trap(t, gpr);
    if (!t->good || ++t->steps > TRACE_STEPS)
        return false;
    t->before = t->insn;
    t->outside = pc < CASE_CODE || pc >= CASE_CODE + CASE_CODE_SIZE;
    t->mask = (struct case_mask){.flags = (uint16_t)t->flags, .x87 = t->mask.x87};
    t->pc = pc;
    t->insn = (struct insn){0};
    if (!t->outside && trace_decode(t, pc))
        trace_insn(t, pc, gpr);
    return t->good;
}

enum case_traced case_trace(const struct forms *forms, const struct fuzz_case *c,
                            const struct case_state *want, struct case_mask *mask, FILE *out)
{
    static struct trace t;
    static struct case_state is;
    t = (struct trace){.forms = forms, .out = out, .good = true};
    forms_decoder(&t.decoder);
    case_image(c, t.image);
    case_host_trace(c, trace_step, &t, &is);
    if (!t.good)
        return t.free ? CASE_MOMENT : CASE_UNDEFINED;
    if (is.pc != want->pc || is.fault.vector != want->fault.vector)
        return CASE_LOST;
    *mask = t.mask;
    return CASE_TRACED;
}
