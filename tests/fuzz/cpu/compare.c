/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares two outcomes of a case, and tells what differs. */
#include <inttypes.h>
#include <string.h>

#include "tests/fuzz/cpu/case.h"

#define COMPARE_FLAGS (IR_F_ALL | X86_FLAG_DF | X86_FLAG_IF | X86_FLAG_IOPL | X86_FLAG_AC)
#define COMPARE_LINES 24 /* of memory that differs */

struct compare {
    FILE *out; /* or NULL */
    bool same;
};

static void differ(struct compare *c, const char *name, unsigned n, uint64_t want, uint64_t is)
{
    if (want == is)
        return;
    c->same = false;
    if (c->out)
        fprintf(c->out, "#   %s%.0u: %#" PRIx64 ", is %#" PRIx64 "\n", name, n, want, is);
}

static void differ_bytes(struct compare *c, const char *name, unsigned n, const uint8_t *want,
                         const uint8_t *is, unsigned size)
{
    if (memcmp(want, is, size) == 0)
        return;
    c->same = false;
    if (!c->out)
        return;
    fprintf(c->out, "#   %s%u: ", name, n);
    for (unsigned i = size; i-- > 0;)
        fprintf(c->out, "%02x", want[i]);
    fprintf(c->out, ", is ");
    for (unsigned i = size; i-- > 0;)
        fprintf(c->out, "%02x", is[i]);
    fprintf(c->out, "\n");
}

static void differ_memory(struct compare *c, uint32_t begin, const uint8_t *want, const uint8_t *is,
                          unsigned size)
{
    if (memcmp(want, is, size) == 0)
        return;
    c->same = false;
    unsigned lines = 0;
    for (unsigned i = 0; c->out && i < size && lines < COMPARE_LINES; i++)
        if (want[i] != is[i] && ++lines)
            fprintf(c->out, "#   memory %#x: %02x, is %02x\n", begin + i, want[i], is[i]);
}

static void differ_registers(struct compare *c, const struct case_state *want,
                             const struct case_state *is, unsigned vec_mask)
{
    static const char *const names[16] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    for (unsigned i = 0; i < 16; i++)
        differ(c, names[i], 0, want->gpr[i], is->gpr[i]);
    for (unsigned i = 0; i < 16; i++)
        if (!(vec_mask >> i & 1))
            differ_bytes(c, "ymm", i, (const uint8_t *)want->vec[i], (const uint8_t *)is->vec[i],
                         32);
}

static void differ_x87(struct compare *c, const struct case_x87 *want, const struct case_x87 *is,
                       unsigned mask)
{
    differ(c, "fcw", 0, want->control, is->control);
    differ(c, "fsw", 0, want->status & ~mask, is->status & ~mask);
    differ(c, "ftag", 0, want->tag, is->tag);
    for (unsigned i = 0; i < 8; i++)
        differ_bytes(c, "st", i, want->st[i], is->st[i], 10);
}

/*
 * Faults of which two are right. A misaligned access to a page that is not there: processors differ
 * in what they look at first. A jump to a non-canonical address faults in the jump; here it faults
 * at the target, which costs other jumps nothing. An x87 or MMX instruction that finds an exception
 * pending and whose operand is not there: loads come first here.
 */
static bool same_fault(const struct case_state *want, const struct case_state *is)
{
    bool alignment = want->fault.vector == X86_AC || is->fault.vector == X86_AC;
    bool page = want->fault.vector == X86_PF || is->fault.vector == X86_PF;
    bool canonical = (int64_t)(is->pc << 16) >> 16 == (int64_t)is->pc;
    if (want->fault.vector == X86_GP && is->fault.vector == X86_GP && !canonical)
        return true;
    if (want->pc != is->pc)
        return false;
    return (alignment && page) || (want->fault.vector == X86_MF && is->fault.vector != X86_UD);
}

bool case_readable(uint64_t address, unsigned size)
{
    static const struct {
        uint32_t begin, size;
    } areas[] = {{CASE_CONTROL, 0x1000},
                 {CASE_CODE, CASE_CODE_SIZE},
                 {CASE_SCRATCH, CASE_SCRATCH_SIZE + 0x1000}};
    for (unsigned i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
        if (address - areas[i].begin <= areas[i].size - size)
            return true;
    return false;
}

/* CMPS of two operands of which neither can be read: which of the two faults it raises is up to
 * the processor. */
static bool either_fault(const struct case_mask *mask, const struct case_state *want,
                         const struct case_state *is)
{
    static const uint8_t operands[] = {X86_RSI, X86_RDI};
    if (mask->either == 0 || want->pc != is->pc || is->fault.vector == CASE_NO_END)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t address = want->gpr[operands[i]] & (mask->narrow ? UINT32_MAX : UINT64_MAX);
        bool misaligned = (want->flags & X86_FLAG_AC) && (address & (mask->either - 1u));
        if (case_readable(address, mask->either) && !misaligned)
            return false;
    }
    return true;
}

bool case_same(const struct case_mask *mask, const struct case_state *want,
               const struct case_state *is, FILE *out)
{
    struct compare compare = {out, true};
    uint64_t flags = COMPARE_FLAGS & ~(uint64_t)mask->flags;
    /* Whether an overflow that was not masked is also inexact. */
    uint32_t mxcsr = want->fault.vector == X86_XM ? ~0x20u : ~0u;
    if (same_fault(want, is))
        return true;
    differ(&compare, "pc", 0, want->pc, is->pc);
    if (!either_fault(mask, want, is)) {
        differ(&compare, "vector", 0, want->fault.vector, is->fault.vector);
        differ(&compare, "error", 0, want->fault.error, is->fault.error);
        differ(&compare, "cr2", 0, want->fault.address, is->fault.address);
    }
    differ(&compare, "flags", 0, want->flags & flags, is->flags & flags);
    differ_registers(&compare, want, is, mask->vec);
    differ(&compare, "mxcsr", 0, want->mxcsr & mxcsr, is->mxcsr & mxcsr);
    differ_x87(&compare, &want->x87, &is->x87, mask->x87);
    for (unsigned i = 0; i < CASE_COUNTERS; i++)
        differ(&compare, "counter", i, want->counter[i], is->counter[i]);
    differ_memory(&compare, CASE_SCRATCH, want->memory, is->memory, CASE_SCRATCH_SIZE);
    differ_memory(&compare, CASE_CODE, want->code, is->code, CASE_CODE_SIZE);
    return compare.same;
}
