/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tries smaller cases and keeps what still shows the difference: instructions become NOPs, so that
 * jumps stay right, NOPs at both ends go, and parts of the state become what they are initially.
 */
#include "tests/fuzz/cpu/minimise.h"

#include <stddef.h>
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
        if (minimise_try(m))
            changed = true;
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

/* The parts of the state that are tried one by one, the larger ones first. */
static bool minimise_registers(struct minimiser *m)
{
#define PART(member, count)                                                                        \
    {                                                                                              \
        offsetof(struct case_state, member), sizeof(m->c->in.member), count                        \
    }
    static const struct {
        size_t offset, size;
        unsigned count;
    } parts[] = {
        PART(vec, 1),         PART(x87, 1),        PART(flags, 1),      PART(mxcsr, 1),
        PART(gpr[0], 16),     PART(vec[0], 16),    PART(vec[0][0], 64), PART(x87.st[0], 8),
        PART(x87.control, 1), PART(x87.status, 1), PART(x87.tag, 1),    PART(counter[0], 2),
    };
#undef PART
    bool changed = false;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (unsigned n = 0; n < parts[i].count; n++)
            if (minimise_bytes(m, parts[i].offset + n * parts[i].size, parts[i].size))
                changed = true;
    return changed;
}

/* Halves, quarters and so on, down to 8 bytes. */
static bool minimise_memory(struct minimiser *m)
{
    bool changed = false;
    for (size_t size = CASE_SCRATCH_SIZE; size >= 8; size /= 2)
        for (size_t at = 0; at < CASE_SCRATCH_SIZE; at += size)
            if (minimise_bytes(m, offsetof(struct case_state, memory) + at, size))
                changed = true;
    return changed;
}

void case_minimise(struct fuzz_case *c, case_differs_fn *differs, void *opaque)
{
    struct minimiser m = {.c = c, .tried = *c, .differs = differs, .opaque = opaque};
    for (unsigned round = 0; round < 6; round++) {
        bool changed = minimise_instructions(&m);
        minimise_tail(&m);
        minimise_head(&m);
        if (minimise_registers(&m))
            changed = true;
        if (minimise_memory(&m))
            changed = true;
        if (!changed)
            return;
    }
}
