/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random code. An instruction is a random form (forms.c) with random registers, prefixes and
 * operands; most memory operands are in the scratch pages, by the registers that point there. What
 * would use undefined flags gets an instruction before it that defines them.
 */
#include "tests/fuzz/cpu/generate.h"

#include <string.h>

#include "tests/fuzz/cpu/analyse.h"

#define GENERATE_TRIES 40
#define REX_B          1u
#define REX_X          2u
#define REX_R          4u

/* Weights of the groups. */
static const uint8_t generate_profiles[][FORM_GROUPS] = {
    /* integer, stack, string, vector, mmx, x87 */
    {30, 4, 4, 40, 4, 8}, {60, 10, 8, 4, 0, 0}, {80, 6, 2, 0, 0, 0},  {8, 1, 0, 80, 1, 1},
    {10, 1, 0, 4, 30, 6}, {10, 1, 0, 4, 2, 60}, {40, 6, 40, 4, 0, 0}, {50, 2, 0, 50, 0, 0},
};
#define PROFILES (sizeof(generate_profiles) / sizeof(generate_profiles[0]))

void generate_bytes(struct generator *g, const void *bytes, unsigned length)
{
    memcpy(g->c->code + g->at, bytes, length);
    g->at += length;
}

/* ---- one instruction, being put together ---- */

struct draft {
    const struct form *form;
    uint8_t bytes[32];
    unsigned length;
    uint8_t rex, modrm, sib;
    bool has_sib, narrow; /* narrow: 32-bit addresses */
    unsigned disp_size;
    int32_t disp;
    bool absolute; /* disp is what [rip + disp] is to reach */
    struct insn insn;
};

static unsigned any_register(struct generator *g)
{
    return generator_below(g, generator_once(g, 2) ? 8 : 16);
}

static void draft_base(struct draft *d, unsigned base)
{
    d->modrm |= base & 7;
    d->rex |= base & 8 ? REX_B : 0;
    if ((base & 7) == 4) {
        d->has_sib = true;
        d->sib = 0x24;
    }
}

static void draft_index(struct generator *g, struct draft *d, unsigned index)
{
    unsigned base = (d->modrm & 7);
    if ((index & 15) == 4) /* none */
        return;
    d->modrm = (uint8_t)((d->modrm & ~7u) | 4);
    d->has_sib = true;
    d->sib = (uint8_t)(generator_below(g, 4) << 6 | (index & 7) << 3 | base);
    d->rex |= index & 8 ? REX_X : 0;
}

/* What is wanted as distance from a pointer. Legacy SSE wants its operands aligned. */
static int32_t random_offset(struct generator *g, const struct form *form, int32_t range)
{
    int32_t offset = (int32_t)generator_below(g, 2 * (unsigned)range) - range;
    bool align = form->memory >= 16 && !generator_once(g, form->vex ? 4 : 10);
    return align ? offset & ~(form->memory - 1) : offset;
}

/* [base + disp], with an index at times. */
static void draft_by_base(struct generator *g, struct draft *d, unsigned base)
{
    bool wide = generator_once(g, 4);
    d->modrm |= wide ? 0x80 : 0x40;
    d->disp_size = wide ? 4 : 1;
    d->disp = random_offset(g, d->form, wide ? 0x200 : 128);
    draft_base(d, base);
    if (!d->form->vsib && generator_once(g, 4))
        draft_index(g, d, g->index);
}

/* [rip + disp32] or [disp32], with an index at times. */
static void draft_fixed(struct generator *g, struct draft *d)
{
    unsigned start = generator_once(g, 3) ? 0x1000 : 0x400 + 64 * generator_below(g, 0x60);
    d->disp_size = 4;
    d->disp = (int32_t)(CASE_SCRATCH + start) + random_offset(g, d->form, 64);
    d->absolute = !d->form->vsib && generator_once(g, 2);
    if (d->absolute) {
        d->modrm |= 5;
        return;
    }
    d->modrm |= 4;
    d->has_sib = true;
    d->sib = 0x25;
    if (generator_once(g, 2) && g->index != 4) {
        d->sib = (uint8_t)(generator_below(g, 4) << 6 | (g->index & 7) << 3 | 5);
        d->rex |= g->index & 8 ? REX_X : 0;
    }
}

/* Anything at all: it mostly faults. */
static void draft_wild(struct generator *g, struct draft *d)
{
    unsigned mod = generator_below(g, 3);
    d->modrm |= (uint8_t)(mod << 6);
    d->disp_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    d->disp = (int32_t)generator_random(g);
    draft_base(d, any_register(g));
    if (generator_once(g, 2))
        draft_index(g, d, any_register(g));
    if (mod == 0 && ((d->modrm & 7) == 5 || (d->has_sib && (d->sib & 7) == 5)))
        d->disp_size = 4;
}

static void draft_memory(struct generator *g, struct draft *d)
{
    unsigned how = generator_below(g, 64);
    bool aligned = d->form->memory >= 16 && !d->form->vex;
    if (how == 0)
        draft_wild(g, d);
    else if (how < 10)
        draft_fixed(g, d);
    else if (how < 16)
        draft_by_base(g, d, X86_RSP);
    else if (how < 40 || aligned)
        draft_by_base(g, d, g->pointer);
    else
        draft_by_base(g, d, generator_once(g, 2) ? X86_RSI : X86_RDI);
    if (d->form->vsib) { /* the index is a vector register */
        unsigned base = d->has_sib ? d->sib & 7 : d->modrm & 7;
        d->modrm = (uint8_t)((d->modrm & 0xf8) | 4);
        d->has_sib = true;
        d->sib = (uint8_t)(generator_below(g, 4) << 6 | generator_below(g, 8) << 3 | base);
        d->rex |= generator_once(g, 2) ? REX_X : 0;
    }
}

static bool is_bit_string(const struct draft *d)
{
    const struct form *f = d->form;
    return f->map == 1 && f->shape == SHAPE_MEMORY && f->group == FORM_INTEGER &&
           (f->opcode & 0xe7) == 0xa3;
}

static void draft_modrm(struct generator *g, struct draft *d)
{
    const struct form *f = d->form;
    unsigned reg = f->reg == FORM_ANY ? any_register(g) : (unsigned)f->reg;
    if (f->shape == SHAPE_PLAIN)
        return;
    if (is_bit_string(d) && !generator_once(g, 8))
        reg = g->index;
    d->modrm = (uint8_t)((reg & 7) << 3);
    d->rex |= reg & 8 ? REX_R : 0;
    if (f->shape == SHAPE_MEMORY) {
        draft_memory(g, d);
        return;
    }
    unsigned rm = f->rm == FORM_ANY ? any_register(g) : (unsigned)f->rm;
    d->modrm |= (uint8_t)(0xc0 | (rm & 7));
    d->rex |= rm & 8 ? REX_B : 0;
}

/* ---- its bytes ---- */

static void draft_byte(struct draft *d, unsigned byte)
{
    d->bytes[d->length++] = (uint8_t)byte;
}

static void draft_prefixes(struct generator *g, struct draft *d)
{
    static const uint8_t ignored[] = {0x2e, 0x36, 0x3e, 0x26, 0x66, 0xf2, 0xf3};
    const struct form *f = d->form;
    if (generator_once(g, 64))
        draft_byte(d, ignored[generator_below(g, f->vex ? 4 : 7)]);
    if (generator_once(g, 24))
        draft_byte(d, 0x67);
    if (f->lock && f->shape == SHAPE_MEMORY && generator_once(g, 3))
        draft_byte(d, 0xf0);
    if (f->rep && f->prefix == 0 && generator_once(g, 2))
        draft_byte(d, generator_once(g, 2) ? 0xf2 : 0xf3);
}

static void draft_vex(struct generator *g, struct draft *d)
{
    const struct form *f = d->form;
    unsigned vvvv = f->vvvv ? any_register(g) : 0, rex = d->rex;
    unsigned pp = f->prefix == 0x66 ? 1 : f->prefix == 0xf3 ? 2 : f->prefix == 0xf2 ? 3 : 0;
    unsigned last = (~vvvv & 15) << 3 | (unsigned)f->l << 2 | pp;
    if (f->map == 1 && !f->w && !(rex & (REX_X | REX_B)) && !generator_once(g, 4)) {
        draft_byte(d, 0xc5);
        draft_byte(d, (rex & REX_R ? 0 : 0x80) | last);
        return;
    }
    draft_byte(d, 0xc4);
    draft_byte(d, (rex & REX_R ? 0 : 0x80) | (rex & REX_X ? 0 : 0x40) | (rex & REX_B ? 0 : 0x20) |
                      f->map);
    draft_byte(d, (unsigned)f->w << 7 | last);
}

static void draft_legacy(struct generator *g, struct draft *d)
{
    const struct form *f = d->form;
    draft_prefixes(g, d);
    if (f->prefix)
        draft_byte(d, f->prefix);
    if (f->shape == SHAPE_PLAIN && generator_once(g, 3))
        d->rex |= REX_B;
    if (d->rex || f->w || generator_once(g, 6))
        draft_byte(d, 0x40u | (f->w ? 8u : 0) | d->rex);
    if (f->map >= 1)
        draft_byte(d, 0x0f);
    if (f->map >= 2)
        draft_byte(d, f->map == 2 ? 0x38 : 0x3a);
}

static void draft_encode(struct generator *g, struct draft *d)
{
    if (d->form->vex)
        draft_vex(g, d);
    else
        draft_legacy(g, d);
    draft_byte(d, d->form->opcode);
    if (d->form->shape != SHAPE_PLAIN)
        draft_byte(d, d->modrm);
    if (d->has_sib)
        draft_byte(d, d->sib);
    for (unsigned i = 0; i < d->disp_size; i++)
        draft_byte(d, (uint32_t)d->disp >> 8 * i);
    uint64_t imm = generate_value(g);
    for (unsigned i = 0; i < 15; i++)
        d->bytes[d->length + i] = (uint8_t)(i < 8 ? imm >> 8 * i : generator_random(g));
}

static bool draft_decode(const struct generator *g, struct draft *d)
{
    ZydisDecoder decoder = g->forms->decoder;
    return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, d->bytes, 15, &d->insn.i, d->insn.op));
}

/* Addresses that depend on the length, or on where the instruction is. True: there are. */
static bool draft_fix(struct generator *g, struct draft *d)
{
    const ZydisDecodedInstruction *i = &d->insn.i;
    if (d->absolute) {
        uint32_t end = CASE_CODE + g->c->start + g->at + i->length;
        uint32_t distance = (uint32_t)d->disp - end;
        memcpy(d->bytes + i->raw.disp.offset, &distance, 4);
        return true;
    }
    if (d->form->shape == SHAPE_PLAIN && i->raw.disp.size >= 32) { /* MOV with an address of 64 */
        uint64_t address = CASE_SCRATCH + 0x1000 - 16 + generator_below(g, 32);
        memcpy(d->bytes + i->raw.disp.offset, &address, i->raw.disp.size / 8);
        return true;
    }
    return false;
}

/* ---- does it fit? ---- */

static bool writes_protected(const struct generator *g, const struct insn *insn)
{
    for (unsigned n = 0; n < insn->i.operand_count_visible; n++) {
        const ZydisDecodedOperand *op = &insn->op[n];
        if (op->type != ZYDIS_OPERAND_TYPE_REGISTER ||
            !(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
            continue;
        ZydisRegister whole =
            ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, op->reg.value);
        unsigned number = (unsigned)(whole - ZYDIS_REGISTER_RAX);
        if (number == X86_RSP || number == X86_RSI || number == X86_RDI || number == g->pointer ||
            number == g->index)
            return true;
    }
    return false;
}

static bool draft_fits(struct generator *g, const struct draft *d)
{
    return forms_accept(g->forms, &d->insn, NULL) && !insn_undefined(&d->insn) &&
           !(insn_flags_read(&d->insn) & g->undefined) &&
           (!writes_protected(g, &d->insn) || generator_once(g, 24));
}

static const struct form *random_form(struct generator *g, enum form_group group)
{
    const struct forms *forms = g->forms;
    unsigned first = forms->group[group], count = forms->group[group + 1] - first;
    if (count == 0)
        return NULL;
    unsigned m = first + generator_below(g, count);
    return &forms
                ->form[forms->first[m] + generator_below(g, forms->first[m + 1] - forms->first[m])];
}

static void generate_draft(struct generator *g, const struct draft *d)
{
    generate_bytes(g, d->bytes, d->insn.i.length);
    g->undefined = insn_flags_after(&d->insn, g->undefined);
}

bool generate_insn(struct generator *g, enum form_group group)
{
    for (unsigned i = 0; i < GENERATE_TRIES; i++) {
        struct draft d = {.form = random_form(g, group)};
        if (!d.form)
            return false;
        draft_modrm(g, &d);
        draft_encode(g, &d);
        if (!draft_decode(g, &d))
            continue;
        if (draft_fix(g, &d) && !draft_decode(g, &d))
            continue;
        if (insn_flags_read(&d.insn) & g->undefined) {
            generate_define_flags(g);
            continue;
        }
        if (draft_fits(g, &d)) {
            generate_draft(g, &d);
            return true;
        }
    }
    return false;
}

/* CMP of two general registers. */
void generate_define_flags(struct generator *g)
{
    static const uint8_t sizes[] = {0x40, 0x48};
    if (g->undefined == 0)
        return;
    uint8_t code[3] = {sizes[generator_below(g, 2)], 0x39,
                       (uint8_t)(0xc0 | generator_below(g, 64))};
    generate_bytes(g, code, 3);
    g->undefined = 0;
}

/* ---- sequences ---- */

void generate_any(struct generator *g)
{
    const uint8_t *weights = generate_profiles[g->profile];
    unsigned total = 0, group = 0;
    for (unsigned i = 0; i < FORM_GROUPS; i++)
        total += weights[i];
    for (unsigned r = generator_below(g, total); r >= weights[group]; group++)
        r -= weights[group];
    generate_insn(g, (enum form_group)group);
}

void generate_pieces(struct generator *g, unsigned n)
{
    for (unsigned i = 0; i < n && g->at < CASE_CODE_MAX - 256; i++)
        if (generator_once(g, 5))
            generate_piece(g);
        else
            generate_any(g);
}

static void generate_loop(struct generator *g, unsigned n)
{
    /* Some so often that the translator thinks the loop worth more work. */
    static const uint8_t times[] = {2, 3, 4, 5, 8, 30, 80};
    unsigned begin = generate_loop_begin(g, 0, false);
    g->c->in.counter[0] = times[generator_below(g, sizeof(times))];
    g->looping = true;
    generate_pieces(g, n);
    generate_loop_end(g, 0, begin);
}

/* Anywhere in the two code pages, often over their border. */
static unsigned random_start(struct generator *g)
{
    if (generator_once(g, 3))
        return 0x1000 - 1 - generator_below(g, 200);
    return generator_below(g, CASE_CODE_SIZE - CASE_CODE_MAX - 2);
}

void generate_case(const struct forms *forms, uint64_t seed, struct fuzz_case *c)
{
    static const uint8_t pointers[] = {X86_RBX, X86_RBP, X86_R8,  X86_R9,  X86_R10,
                                       X86_R11, X86_R12, X86_R13, X86_R14, X86_R15};
    static const uint8_t indices[] = {X86_RAX, X86_RCX, X86_RDX, X86_RBX,
                                      X86_RBP, X86_R8,  X86_R12, X86_R14};
    struct generator g = {.forms = forms, .c = c};
    g.random = (seed + 1) * 0x9e3779b97f4a7c15ull;
    g.random ^= g.random >> 29;
    g.random += g.random == 0;
    generator_random(&g);
    g.profile = generator_below(&g, PROFILES);
    g.pointer = pointers[generator_below(&g, sizeof(pointers))];
    do
        g.index = indices[generator_below(&g, sizeof(indices))];
    while (g.index == g.pointer);
    case_state_init(&c->in);
    generate_state(&g);
    c->start = random_start(&g);
    unsigned n = 1 + generator_below(&g, generator_once(&g, 4) ? 30 : 12);
    if (generator_once(&g, 2))
        generate_loop(&g, n);
    else
        generate_pieces(&g, n);
    c->length = g.at;
    case_end(c);
}
