/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tries smaller cases and keeps what still shows the difference: instructions become NOPs, so that
 * jumps stay right, NOPs at both ends go, and parts of the state become what they are initially.
 */
#include "tests/fuzz/cpu/minimise.h"

#include <string.h>

#include "tests/fuzz/cpu/forms.h"

struct minimiser {
    struct fuzz_case *c; /* the smallest so far */
    struct fuzz_case tried;
    case_differs_fn *differs;
    void *opaque;
};

/* Keeps m->tried if it shows the difference. */
static bool minimise_try(struct minimiser *m)
{
    if (memcmp(&m->tried, m->c, sizeof(*m->c)) == 0)
        return false;
    if (!m->differs(m->opaque, &m->tried)) {
        m->tried = *m->c;
        return false;
    }
    *m->c = m->tried;
    return true;
}

/* ---- code ---- */

static unsigned insn_length(const struct fuzz_case *c, unsigned at)
{
    ZydisDecoder decoder;
    ZydisDecodedInstruction insn;
    forms_decoder(&decoder);
    if (!ZYAN_SUCCESS(
            ZydisDecoderDecodeInstruction(&decoder, NULL, c->code + at, c->length + 2 - at, &insn)))
        return 1;
    return at + insn.length <= c->length ? insn.length : 1;
}

/* From the end, so that what defines flags goes after what uses them. */
static bool minimise_instructions(struct minimiser *m)
{
    unsigned begins[CASE_CODE_MAX], count = 0;
    bool changed = false;
    for (unsigned at = 0; at < m->c->length; at += insn_length(m->c, at))
        begins[count++] = at;
    while (count-- > 0) {
        unsigned length = insn_length(m->c, begins[count]);
        memset(m->tried.code + begins[count], 0x90, length);
        changed |= minimise_try(m);
    }
    return changed;
}

static void minimise_tail(struct minimiser *m)
{
    while (m->c->length > 1 && m->c->code[m->c->length - 1] == 0x90) {
        m->tried.length--;
        m->tried.code[m->tried.length + 2] = 0;
        case_end(&m->tried);
        if (!minimise_try(m))
            return;
    }
}

static void minimise_head(struct minimiser *m)
{
    while (m->c->length > 1 && m->c->code[0] == 0x90) {
        memmove(m->tried.code, m->tried.code + 1, m->tried.length + 1u);
        m->tried.code[m->tried.length + 1] = 0;
        m->tried.length--;
        m->tried.start++;
        if (!minimise_try(m))
            return;
    }
}

/* ---- state ---- */

static bool minimise_bytes(struct minimiser *m, size_t offset, size_t size)
{
    struct case_state init;
    case_state_init(&init);
    memcpy((uint8_t *)&m->tried.in + offset, (const uint8_t *)&init + offset, size);
    return minimise_try(m);
}

#define MINIMISE(m, member)                                                                        \
    minimise_bytes(m, offsetof(struct case_state, member), sizeof((m)->c->in.member))

static bool minimise_registers(struct minimiser *m)
{
    bool changed = MINIMISE(m, vec) | MINIMISE(m, x87) | MINIMISE(m, flags) | MINIMISE(m, mxcsr);
    for (unsigned i = 0; i < 16; i++)
        changed |= MINIMISE(m, gpr[i]) | MINIMISE(m, vec[i]);
    for (unsigned i = 0; i < 64; i++)
        changed |= MINIMISE(m, vec[i / 4][i % 4]);
    for (unsigned i = 0; i < 8; i++)
        changed |= MINIMISE(m, x87.st[i]);
    for (unsigned i = 0; i < CASE_COUNTERS; i++)
        changed |= MINIMISE(m, counter[i]);
    return changed | MINIMISE(m, x87.control) | MINIMISE(m, x87.status) | MINIMISE(m, x87.tag);
}

/* Halves, quarters and so on, down to 8 bytes. */
static bool minimise_memory(struct minimiser *m)
{
    bool changed = false;
    for (size_t size = CASE_SCRATCH_SIZE; size >= 8; size /= 2)
        for (size_t at = 0; at < CASE_SCRATCH_SIZE; at += size)
            changed |= minimise_bytes(m, offsetof(struct case_state, memory) + at, size);
    return changed;
}

void case_minimise(struct fuzz_case *c, case_differs_fn *differs, void *opaque)
{
    struct minimiser m = {.c = c, .tried = *c, .differs = differs, .opaque = opaque};
    for (unsigned round = 0; round < 6; round++) {
        bool changed = minimise_instructions(&m);
        minimise_tail(&m);
        minimise_head(&m);
        changed |= minimise_registers(&m);
        changed |= minimise_memory(&m);
        if (!changed)
            return;
    }
}
