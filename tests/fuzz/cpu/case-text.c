/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cases as text: a line for each part that is not as case_state_init leaves it, comments from '#',
 * and "end". Bytes are in the order of memory; vectors and reals are bytes as well, of which the
 * last ones may be left out.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/cpu/case.h"
#include "tests/fuzz/cpu/forms.h"

#define TEXT_LINE   (3 * CASE_SCRATCH_SIZE + 64)
#define TEXT_MEMORY 32 /* bytes a line */

void case_state_init(struct case_state *state)
{
    memset(state, 0, sizeof(*state));
    state->flags = X86_FLAG_FIXED | X86_FLAG_IF;
    state->mxcsr = 0x1f80;
    state->x87.control = 0x37f;
}

void case_end(struct fuzz_case *c)
{
    memcpy(c->code + c->length, "\x0f\x0b", 2);
}

void case_image(const struct fuzz_case *c, uint8_t image[CASE_CODE_SIZE])
{
    memset(image, 0, CASE_CODE_SIZE);
    memcpy(image + c->start, c->code, c->length + 2);
}

/* The parts of a state, for both directions. */
struct part {
    const char *name;
    unsigned count; /* of such parts; their numbers follow the name */
    size_t offset, stride, size;
    bool bytes; /* else a number */
};
#define PART(name, member, count, size, bytes)                                                     \
    {                                                                                              \
        name, count, offsetof(struct case_state, member),                                          \
            sizeof(((struct case_state *)0)->member), size, bytes                                  \
    }
static const struct part parts[] = {
    PART("r", gpr[0], 16, 8, false),          PART("flags", flags, 1, 8, false),
    PART("mxcsr", mxcsr, 1, 4, false),        PART("fcw", x87.control, 1, 2, false),
    PART("fsw", x87.status, 1, 2, false),     PART("ftag", x87.tag, 1, 1, false),
    PART("st", x87.st[0], 8, 10, true),       PART("ymm", vec[0], 16, 32, true),
    PART("counter", counter[0], 2, 8, false),
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* ---- out ---- */

static void print_bytes(FILE *out, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %02x", bytes[i]);
    fprintf(out, "\n");
}

static void print_part(FILE *out, const struct part *part, unsigned n, const uint8_t *value)
{
    uint64_t number = 0;
    fprintf(out, "%s", part->name);
    if (part->count > 1)
        fprintf(out, "%u", n);
    if (part->bytes) {
        print_bytes(out, value, part->size);
        return;
    }
    memcpy(&number, value, part->size);
    fprintf(out, " %#" PRIx64 "\n", number);
}

static void print_memory(FILE *out, const uint8_t *memory)
{
    static const uint8_t zero[TEXT_MEMORY];
    for (unsigned at = 0; at < CASE_SCRATCH_SIZE; at += TEXT_MEMORY) {
        if (memcmp(memory + at, zero, TEXT_MEMORY) == 0)
            continue;
        fprintf(out, "memory %#x", at);
        print_bytes(out, memory + at, TEXT_MEMORY);
    }
}

void case_disassemble(FILE *out, const struct fuzz_case *c)
{
    ZydisDecoder decoder;
    ZydisFormatter formatter;
    struct insn insn;
    forms_decoder(&decoder);
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    for (unsigned at = 0; at < c->length; at += insn.i.length) {
        char text[128];
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, c->code + at, c->length + 2 - at,
                                                 &insn.i, insn.op)))
            return;
        if (insn.i.mnemonic == ZYDIS_MNEMONIC_NOP && insn.i.length == 1)
            continue;
        ZydisFormatterFormatInstruction(&formatter, &insn.i, insn.op, insn.i.operand_count_visible,
                                        text, sizeof(text), CASE_CODE + c->start + at, NULL);
        fprintf(out, "# %x: %s\n", CASE_CODE + c->start + at, text);
    }
}

void case_print(FILE *out, const struct fuzz_case *c)
{
    struct case_state init;
    case_state_init(&init);
    case_disassemble(out, c);
    fprintf(out, "start %#x\ncode", c->start);
    print_bytes(out, c->code, c->length);
    for (unsigned i = 0; i < PARTS; i++)
        for (unsigned n = 0; n < parts[i].count; n++) {
            size_t at = parts[i].offset + n * parts[i].stride;
            if (memcmp((const uint8_t *)&c->in + at, (const uint8_t *)&init + at, parts[i].size))
                print_part(out, &parts[i], n, (const uint8_t *)&c->in + at);
        }
    print_memory(out, c->in.memory);
    fprintf(out, c->undefined ? "undefined\nend\n" : "end\n");
}

/* ---- in ---- */

/* Bytes in hexadecimal; how many, or -1. */
static int read_bytes(const char *text, uint8_t *out, size_t room)
{
    size_t count = 0;
    unsigned value;
    for (int used; sscanf(text, " %2x%n", &value, &used) == 1; text += used) {
        if (count == room)
            return -1;
        out[count++] = (uint8_t)value;
    }
    return text[strspn(text, " \n")] ? -1 : (int)count;
}

static bool read_part(struct case_state *state, const char *name, const char *rest)
{
    size_t letters = strcspn(name, "0123456789");
    unsigned n = (unsigned)strtoul(name + letters, NULL, 10);
    for (unsigned i = 0; i < PARTS; i++) {
        const struct part *part = &parts[i];
        if (strlen(part->name) != letters || strncmp(part->name, name, letters) != 0 ||
            n >= part->count)
            continue;
        uint8_t *to = (uint8_t *)state + part->offset + n * part->stride;
        if (part->bytes)
            return read_bytes(rest, to, part->size) > 0;
        uint64_t number = strtoull(rest, NULL, 0);
        memcpy(to, &number, part->size);
        return true;
    }
    return false;
}

static bool read_line(struct fuzz_case *c, const char *name, char *rest)
{
    if (strcmp(name, "start") == 0) {
        c->start = (unsigned)strtoul(rest, NULL, 0);
        return c->start < CASE_CODE_SIZE - CASE_CODE_MAX - 2;
    }
    if (strcmp(name, "code") == 0) {
        int count = read_bytes(rest, c->code, CASE_CODE_MAX);
        c->length = count > 0 ? (unsigned)count : 0;
        return count > 0;
    }
    if (strcmp(name, "undefined") == 0)
        return c->undefined = true;
    if (strcmp(name, "memory") == 0) {
        unsigned long at = strtoul(rest, &rest, 0);
        return at < CASE_SCRATCH_SIZE &&
               read_bytes(rest, c->in.memory + at, CASE_SCRATCH_SIZE - at) > 0;
    }
    return read_part(&c->in, name, rest);
}

int case_read(FILE *in, struct fuzz_case *c)
{
    static char line[TEXT_LINE];
    char name[16];
    int used;
    memset(c, 0, sizeof(*c));
    case_state_init(&c->in);
    while (fgets(line, sizeof(line), in)) {
        line[strcspn(line, "#")] = 0;
        if (sscanf(line, "%15s%n", name, &used) != 1)
            continue;
        if (strcmp(name, "end") == 0) {
            case_end(c);
            return 1;
        }
        if (!read_line(c, name, line + used)) {
            fprintf(stderr, "not a line of a case: %s\n", line);
            return -1;
        }
    }
    return 0;
}
