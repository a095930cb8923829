/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser of the text form: goldens and tests. README.md has the grammar. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/ir/text.h"

struct parser {
    const char *at;
    const struct ir_guest *guest;
    struct ir_insn *i;
};

/* A word: what names and numbers consist of. */
struct word {
    const char *text;
    size_t length;
};

/* ---- characters and words ---- */

static void skip_blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static bool take(struct parser *p, char wanted)
{
    skip_blanks(p);
    if (*p->at != wanted)
        return false;
    p->at++;
    return true;
}

static struct word take_word(struct parser *p, const char *also)
{
    struct word word;

    skip_blanks(p);
    word.text = p->at;
    while (isalnum((unsigned char)*p->at) || *p->at == '_' || (*p->at && strchr(also, *p->at)))
        p->at++;
    word.length = (size_t)(p->at - word.text);
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return strlen(text) == word.length && memcmp(text, word.text, word.length) == 0;
}

static bool take_number(struct parser *p, int64_t *value)
{
    char *end;

    skip_blanks(p);
    errno = 0;
    *value = *p->at == '-' ? strtoll(p->at, &end, 0) : (int64_t)strtoull(p->at, &end, 0);
    if (end == p->at || errno || isspace((unsigned char)*p->at))
        return false;
    p->at = end;
    return true;
}

/* The number of a word like t12 after its letter; false if it is none or not below the limit. */
static bool word_number(struct word word, size_t from, unsigned limit, unsigned *value)
{
    *value = 0;
    for (size_t n = from; n < word.length; n++) {
        if (!isdigit((unsigned char)word.text[n]) || *value >= limit)
            return false;
        *value = *value * 10 + (unsigned)(word.text[n] - '0');
    }
    return word.length > from && *value < limit;
}

/* ---- slots ---- */

/* v3.2: the third 64 bits of a vector temporary. */
static bool vector_part(struct word word, uint16_t *slot)
{
    struct word whole = {word.text, word.length - 2};
    unsigned number;

    if (word.length < 4 || word.text[0] != 'v' || word.text[word.length - 2] != '.' ||
        !word_number(whole, 1, IR_VTEMPS, &number))
        return false;
    *slot = (uint16_t)(IR_SLOT_VTEMP(number) + ((word.text[word.length - 1] - '0') & 3));
    return true;
}

static bool numbered_slot(struct word word, uint16_t *slot)
{
    unsigned number;

    if (word.length && word.text[0] == 't' && word_number(word, 1, IR_TEMPS, &number))
        *slot = IR_SLOT_TEMP(number);
    else if (word.length && word.text[0] == 'v' && word_number(word, 1, IR_VTEMPS, &number))
        *slot = IR_SLOT_VTEMP(number);
    else if (word.length && word.text[0] == 's' && word_number(word, 1, 65536, &number))
        *slot = (uint16_t)number;
    else
        return vector_part(word, slot);
    return true;
}

static bool guest_slot(const struct parser *p, struct word word, uint16_t *slot)
{
    unsigned limit = p->guest && p->guest->slots ? p->guest->slots : 65536;

    if (!p->guest || !p->guest->slot_name)
        return false;
    for (unsigned n = 0; n < limit; n++) {
        const char *name = p->guest->slot_name(n);

        if (name && word_is(word, name)) {
            *slot = (uint16_t)n;
            return true;
        }
    }
    return false;
}

static const char *parse_slot(struct parser *p, uint16_t *slot)
{
    struct word word = take_word(p, ".");

    for (unsigned n = 0; n < IR_TEXT_SLOTS; n++)
        if (word_is(word, ir_text_slots[n].name)) {
            *slot = ir_text_slots[n].slot;
            return NULL;
        }
    if (numbered_slot(word, slot) || guest_slot(p, word, slot))
        return NULL;
    return "there is no slot of that name";
}

/* ---- other operands ---- */

static const char *parse_number(struct parser *p, int64_t *value)
{
    return take_number(p, value) ? NULL : "a number was expected";
}

static const char *parse_slot_or_immediate(struct parser *p, uint16_t *slot)
{
    if (!take(p, '#'))
        return parse_slot(p, slot);
    p->i->flags |= IR_IMM;
    return parse_number(p, &p->i->imm);
}

static const char *parse_scale(struct parser *p)
{
    int64_t factor;

    if (!take(p, '*'))
        return NULL;
    if (!take_number(p, &factor))
        return "a factor was expected";
    for (p->i->scale = 0; p->i->scale < 4; p->i->scale++)
        if (factor == 1 << p->i->scale)
            return NULL;
    return "the factor is not 1, 2, 4 or 8";
}

/* Index and displacement, each after a "+"; a displacement starts with a digit or a sign. */
static const char *parse_address(struct parser *p)
{
    const char *error = take(p, '[') ? parse_slot(p, &p->i->a) : "[ was expected";

    while (!error && take(p, '+')) {
        skip_blanks(p);
        if (isdigit((unsigned char)*p->at) || *p->at == '-') {
            error = parse_number(p, &p->i->imm);
        } else {
            error = parse_slot(p, &p->i->b);
            if (!error)
                error = parse_scale(p);
        }
    }
    if (!error && !take(p, ']'))
        error = "] was expected";
    return error;
}

static const char *parse_cond(struct parser *p)
{
    struct word word = take_word(p, "");

    for (unsigned n = 0; n < 16; n++)
        if (word_is(word, ir_text_conds[n])) {
            p->i->cond = (uint8_t)n;
            return NULL;
        }
    return "there is no such condition";
}

static const char *parse_helper(struct parser *p)
{
    struct word word;

    if (!take(p, '@'))
        return "@ was expected";
    if (isdigit((unsigned char)*p->at))
        return parse_number(p, &p->i->imm);
    word = take_word(p, "");
    for (size_t n = 0; p->guest && n < p->guest->helper_count; n++)
        if (word_is(word, p->guest->helpers[n].name)) {
            p->i->imm = (int64_t)n;
            return NULL;
        }
    return "there is no helper of that name";
}

static bool vec_by_name(const struct parser *p, struct word word, int64_t *index)
{
    for (size_t n = 0; p->guest && n < p->guest->vec_count; n++)
        if (word_is(word, p->guest->vecs[n].name)) {
            *index = (int64_t)n;
            return true;
        }
    return false;
}

static const char *parse_vec(struct parser *p)
{
    int64_t index, immediate;

    if (!take(p, '@'))
        return "@ was expected";
    if (isdigit((unsigned char)*p->at) ? !take_number(p, &index)
                                       : !vec_by_name(p, take_word(p, "."), &index))
        return "there is no vector op of that name";
    if (!take(p, ':') || !take_number(p, &immediate))
        return ":IMMEDIATE was expected";
    p->i->imm = index << 8 | (immediate & 0xff);
    return NULL;
}

static const char *parse_immediate(struct parser *p)
{
    const char *error = parse_number(p, &p->i->imm);
    int64_t length;

    if (error || p->i->op != IR_insn)
        return error;
    if (!take(p, ',') || !take_number(p, &length))
        return "a length was expected";
    p->i->width2 = (uint8_t)length;
    return NULL;
}

static const char *parse_operand(struct parser *p, char operand)
{
    bool double_shift = p->i->op == IR_shld || p->i->op == IR_shrd;

    switch (operand) {
    case 'd':
    case 'D':
        return parse_slot(p, &p->i->dst);
    case 'a':
        return parse_slot(p, &p->i->a);
    case 'b':
        return parse_slot(p, &p->i->b);
    case 'B':
        return parse_slot_or_immediate(p, &p->i->b);
    case 'c':
    case 'e':
        return double_shift ? parse_slot_or_immediate(p, &p->i->c) : parse_slot(p, &p->i->c);
    case 'm':
        return parse_address(p);
    case 'k':
        return parse_cond(p);
    case 'h':
        return parse_helper(p);
    case 'v':
        return parse_vec(p);
    default:
        return parse_immediate(p);
    }
}

/* ---- lines ---- */

static bool find_op(struct word word, enum ir_op *op)
{
    for (unsigned n = 0; n < IR_OP_COUNT; n++)
        if (word_is(word, ir_op_table[n].name)) {
            *op = (enum ir_op)n;
            return true;
        }
    return false;
}

static const char *parse_width(struct parser *p, uint8_t *width)
{
    int64_t bits;

    if (!take(p, '.') || !take_number(p, &bits))
        return "a width was expected";
    for (*width = IR_8; *width <= IR_256; ++*width)
        if (bits == 8 << *width)
            return NULL;
    return "there is no such width";
}

static const char *parse_flags(struct parser *p)
{
    if (*p->at == '!') {
        p->at++;
        p->i->flags |= IR_SETF;
    }
    while (*p->at == '.') {
        struct word word;
        unsigned n = 0;

        p->at++;
        word = take_word(p, "");
        while (n < IR_TEXT_FLAGS && !word_is(word, ir_text_flags[n].name))
            n++;
        if (n == IR_TEXT_FLAGS)
            return "there is no such flag";
        p->i->flags |= ir_text_flags[n].flag;
    }
    return NULL;
}

static const char *parse_suffixes(struct parser *p, const struct ir_op_info *info)
{
    const char *error;

    if (p->i->op == IR_insn)
        return NULL;
    error = parse_width(p, &p->i->width);
    if (!error && strchr(info->operands, 'w'))
        error = parse_width(p, &p->i->width2);
    return error ? error : parse_flags(p);
}

static const char *parse_operands(struct parser *p, const struct ir_op_info *info)
{
    const char *error = NULL;
    bool first = true;

    for (const char *o = info->operands; *o && !error; o++) {
        if (*o == 'w')
            continue;
        if (!first && !take(p, ','))
            return ", was expected";
        error = parse_operand(p, *o);
        first = false;
    }
    return error;
}

static void count_temp(struct ir_builder *builder, unsigned slot)
{
    unsigned temp0 = IR_SLOT_TEMP(0);

    if (slot < 4 * IR_VTEMPS && slot / 4 >= builder->vtemps)
        builder->vtemps = slot / 4 + 1;
    if (slot >= temp0 && slot < temp0 + IR_TEMPS && slot - temp0 >= builder->temps)
        builder->temps = slot - temp0 + 1;
}

/* What ir_begin_insn and ir_temp would have counted. */
static void count_insn(struct ir_builder *builder, const struct ir_insn *i)
{
    if (i->op != IR_insn) {
        count_temp(builder, i->dst);
        count_temp(builder, i->c);
        return;
    }
    builder->guest_insns++;
    builder->guest_bytes = (unsigned)i->imm + i->width2;
    builder->temps = 0;
    builder->vtemps = 0;
}

static const char *parse_line(struct parser *p, struct ir_builder *out)
{
    struct word word = take_word(p, "");
    const char *error;
    enum ir_op op;

    if (!find_op(word, &op))
        return "there is no op of that name";
    p->i = ir_emit(out, op, IR_8);
    error = parse_suffixes(p, &ir_op_table[op]);
    if (!error)
        error = parse_operands(p, &ir_op_table[op]);
    if (!error)
        count_insn(out, p->i);
    return error;
}

const char *ir_parse(const char *text, const struct ir_guest *guest, struct ir_builder *out)
{
    struct parser p = {.at = text, .guest = guest};
    const char *error = NULL;

    ir_builder_reset(out);
    while (*p.at && !error) {
        skip_blanks(&p);
        if (*p.at && *p.at != '\n' && *p.at != ';')
            error = parse_line(&p, out);
        skip_blanks(&p);
        if (!error && *p.at == ';')
            p.at += strcspn(p.at, "\n");
        if (!error && *p.at && *p.at != '\n')
            error = "something is left over at the end of a line";
        if (*p.at == '\n')
            p.at++;
    }
    return error ? error : out->overflow ? "the block is too long" : NULL;
}
