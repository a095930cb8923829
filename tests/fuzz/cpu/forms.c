/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See forms.h. Left out: what is privileged, what reads the time, random numbers or what processor
 * this is, what changes segments (the host needs its own), whole x87 states with addresses of
 * instructions in them, and what leaves the process. Control words and POPF come as the generator's
 * own pieces, with values that can be compared; so do branches, with targets.
 */
#include "tests/fuzz/cpu/forms.h"

#include <cpuid.h>
#include <stdlib.h>
#include <string.h>

/* ---- features: the host must have what the model offers ---- */

static bool forms_host_has(unsigned leaf, unsigned subleaf, unsigned reg, unsigned bit)
{
    unsigned r[4];
    return __get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]) && (r[reg] >> bit & 1);
}

static bool forms_has_feature(const struct forms *forms, int feature)
{
    enum { EAX, EBX, ECX, EDX };
    static const struct {
        uint32_t leaf, subleaf;
        uint8_t reg, bit;
    } places[] = {
#define FEATURE(name, leaf, subleaf, reg, bit, description) {leaf, subleaf, reg, bit},
#include "emulator/cpu/x86/features.inc"
#undef FEATURE
    };
    return x86_model_has(forms->model, (enum x86_feature)feature) &&
           forms_host_has(places[feature].leaf, places[feature].subleaf, places[feature].reg,
                          places[feature].bit);
}

/* ---- which instructions ---- */

static bool is_in(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static bool form_only_computes(const struct x86_form *row)
{
    static const char *const chapters[] = {
        "7.3.10 I/O", "7.3.16 random numbers", "7.3.12 segment registers",
        "13 XSAVE",   "10.5 FXSAVE",           NULL};
    static const char *const names[] = {
        "CPUID",  "CLI",     "STI",      "POPF",  "POPFD",   "POPFQ",   "ENTER",  "INT",    "INT1",
        "INT3",   "IRET",    "IRETD",    "IRETQ", "FLDENV",  "FNSTENV", "FRSTOR", "FNSAVE", "FLDCW",
        "FNSTSW", "LDMXCSR", "VLDMXCSR", "EMMS",  "FSTPNCE", "UD0",     "UD1",    NULL};
    return strncmp(row->chapter, "volume 3", 8) != 0 && !is_in(row->chapter, chapters) &&
           !is_in(row->name, names);
}

/* Looked up once for all: CPUID is slow in virtual machines. */
static void forms_find_usable(struct forms *forms)
{
    static const struct x86_form *const tables[] = {x86_forms_integer, x86_forms_vector,
                                                    x86_forms_x87};
    bool features[X86_FEATURE_COUNT];
    for (unsigned i = 0; i < X86_FEATURE_COUNT; i++)
        features[i] = forms_has_feature(forms, (int)i);
    for (unsigned t = 0; t < FORM_TABLES; t++)
        for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++) {
            const struct x86_form *row = &tables[t][m];
            forms->usable[t][m] = row->lift && form_only_computes(row) &&
                                  (row->feature < 0 || features[row->feature]);
        }
}

static bool insn_has_class(const struct insn *insn, ZydisRegisterClass class)
{
    for (unsigned i = 0; i < insn->i.operand_count_visible; i++)
        if (insn->op[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
            ZydisRegisterGetClass(insn->op[i].reg.value) == class)
            return true;
    return false;
}

static bool operand_allowed(const ZydisDecodedOperand *op)
{
    if (op->type == ZYDIS_OPERAND_TYPE_POINTER)
        return false;
    if (op->type == ZYDIS_OPERAND_TYPE_MEMORY)
        return op->mem.segment != ZYDIS_REGISTER_FS && op->mem.segment != ZYDIS_REGISTER_GS;
    if (op->type != ZYDIS_OPERAND_TYPE_REGISTER)
        return true;
    switch (ZydisRegisterGetClass(op->reg.value)) {
    case ZYDIS_REGCLASS_GPR8:
    case ZYDIS_REGCLASS_GPR16:
    case ZYDIS_REGCLASS_GPR32:
    case ZYDIS_REGCLASS_GPR64:
    case ZYDIS_REGCLASS_X87:
    case ZYDIS_REGCLASS_MMX:
    case ZYDIS_REGCLASS_XMM:
    case ZYDIS_REGCLASS_YMM:
        return true;
    default:
        return false;
    }
}

/*
 * What no model offers, although it is an instruction that one knows with other operands or
 * encodings; and 0f 0d with a register, which is a NOP to some and undefined to others.
 */
static bool set_allowed(const ZydisDecodedInstruction *i)
{
    if (i->opcode_map == ZYDIS_OPCODE_MAP_0F && i->opcode == 0x0d && i->raw.modrm.mod == 3)
        return false;
    if (i->meta.isa_ext == ZYDIS_ISA_EXT_KNC)
        return false;
    switch (i->meta.isa_set) {
    case ZYDIS_ISA_SET_VAES:
    case ZYDIS_ISA_SET_VPCLMULQDQ:
    case ZYDIS_ISA_SET_AVX_GFNI:
        return false;
    default:
        return true;
    }
}

static bool form_group(const struct forms *forms, const struct insn *insn, enum form_group *group)
{
    ZydisMnemonic m = insn->i.mnemonic;
    const char *chapter = x86_forms_integer[m].chapter;
    if (insn_has_class(insn, ZYDIS_REGCLASS_MMX)) {
        *group = FORM_MMX;
        return forms->usable[FORM_TABLE_X87][m];
    }
    if (insn_has_class(insn, ZYDIS_REGCLASS_XMM) || insn_has_class(insn, ZYDIS_REGCLASS_YMM)) {
        *group = FORM_VECTOR;
        return forms->usable[FORM_TABLE_VECTOR][m];
    }
    if (forms->usable[FORM_TABLE_INTEGER][m]) {
        *group =
            strcmp(chapter, "7.3.9 string") == 0 ? FORM_STRING
            : strcmp(chapter, "7.3.1.4 stack") == 0 || strcmp(chapter, "6.6 block structure") == 0
                ? FORM_STACK
                : FORM_INTEGER;
        return true;
    }
    *group = forms->usable[FORM_TABLE_VECTOR][m] ? FORM_VECTOR : FORM_X87;
    return *group == FORM_VECTOR || forms->usable[FORM_TABLE_X87][m];
}

bool forms_accept(const struct forms *forms, const struct insn *insn, enum form_group *group)
{
    const ZydisDecodedInstruction *i = &insn->i;
    enum form_group found;
    if ((i->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
         i->encoding != ZYDIS_INSTRUCTION_ENCODING_VEX) ||
        (i->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED) || !set_allowed(i) ||
        i->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE)
        return false;
    for (unsigned n = 0; n < i->operand_count_visible; n++)
        if (!operand_allowed(&insn->op[n]))
            return false;
    if (!form_group(forms, insn, &found))
        return false;
    if (group)
        *group = found;
    return true;
}

/* ---- trying all opcodes ---- */

/* How VEX says the prefix (SDM volume 2, 2.3.5). */
static unsigned vex_prefix(uint8_t prefix)
{
    return prefix == 0x66 ? 1 : prefix == 0xf3 ? 2 : prefix == 0xf2 ? 3 : 0;
}

static uint8_t *put_vex(uint8_t *at, const struct form *f, unsigned vvvv)
{
    *at++ = 0xc4;
    *at++ = (uint8_t)(0xe0 | f->map);
    *at++ = (uint8_t)(f->w << 7 | (~vvvv & 15) << 3 | f->l << 2 | vex_prefix(f->prefix));
    return at;
}

static uint8_t *put_legacy(uint8_t *at, const struct form *f)
{
    if (f->prefix)
        *at++ = f->prefix;
    if (f->w)
        *at++ = 0x48;
    if (f->map >= 1)
        *at++ = 0x0f;
    if (f->map >= 2)
        *at++ = f->map == 2 ? 0x38 : 0x3a;
    return at;
}

/* Decodes the form with these fields of ModRM: [rsi + disp32], VSIB or a register. */
static bool try_form(struct forms *forms, const struct form *f, unsigned reg, unsigned rm,
                     unsigned vvvv, struct insn *insn)
{
    uint8_t code[32] = {0}, *at = f->vex ? put_vex(code, f, vvvv) : put_legacy(code, f);
    *at++ = f->opcode;
    if (f->shape == SHAPE_REGISTER)
        *at++ = (uint8_t)(0xc0 | reg << 3 | rm);
    else if (f->shape == SHAPE_MEMORY)
        *at++ = (uint8_t)(0x80 | reg << 3 | (f->vsib ? 4 : 6));
    if (f->vsib)
        *at++ = 0x36; /* [rsi + xmm6] */
    return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&forms->decoder, code, 15, &insn->i, insn->op)) &&
           insn->i.opcode == f->opcode && forms_accept(forms, insn, NULL);
}

static bool prefixes_matter(const struct insn *insn)
{
    for (unsigned i = 0; i < insn->i.raw.prefix_count; i++)
        if (insn->i.raw.prefixes[i].type == ZYDIS_PREFIX_TYPE_IGNORED)
            return false;
    return true;
}

static bool forms_add(struct forms *forms, struct form f, const struct insn *insn)
{
    enum form_group group = FORM_INTEGER;
    if (forms->count == forms->room) {
        forms->room = forms->room ? 2 * forms->room : 4096;
        struct form *more = realloc(forms->form, forms->room * sizeof(*more));
        if (!more)
            return false;
        forms->form = more;
    }
    forms_accept(forms, insn, &group);
    f.group = (uint8_t)group;
    f.mnemonic = (uint16_t)insn->i.mnemonic;
    f.lock = insn->i.attributes & ZYDIS_ATTRIB_ACCEPTS_LOCK;
    f.rep = insn->i.attributes & (ZYDIS_ATTRIB_ACCEPTS_REP | ZYDIS_ATTRIB_ACCEPTS_REPE);
    f.imm = (uint8_t)((insn->i.raw.imm[0].size + insn->i.raw.imm[1].size) / 8);
    for (unsigned i = 0; i < insn->i.operand_count_visible; i++)
        if (insn->op[i].type == ZYDIS_OPERAND_TYPE_MEMORY)
            f.memory = (uint16_t)(insn->op[i].size / 8);
    forms->form[forms->count++] = f;
    return true;
}

/* One form if the field may have any value, else one for each that is an instruction. */
static bool forms_try_rm(struct forms *forms, struct form f, unsigned reg)
{
    struct insn insn[8];
    bool good[8], all = true;
    unsigned count = f.shape == SHAPE_REGISTER && f.rm == FORM_ANY ? 8 : 1;
    for (unsigned i = 0; i < count; i++) {
        good[i] = try_form(forms, &f, reg, i, 0, &insn[i]) && prefixes_matter(&insn[i]);
        all = all && good[i] && insn[i].i.mnemonic == insn[0].i.mnemonic;
    }
    for (unsigned i = 0; i < count; i++) {
        struct insn other;
        if (!good[i] || (all && i > 0))
            continue;
        f.rm = all ? FORM_ANY : (int8_t)i;
        f.vvvv = f.vex && try_form(forms, &f, reg, i, 5, &other);
        if (!forms_add(forms, f, &insn[i]))
            return false;
    }
    return true;
}

static bool forms_try_reg(struct forms *forms, struct form f)
{
    struct insn insn, first;
    bool all = try_form(forms, &f, 0, 1, 0, &first);
    for (unsigned reg = 1; reg < 8 && all; reg++)
        all = try_form(forms, &f, reg, 1, 0, &insn) && insn.i.mnemonic == first.i.mnemonic;
    f.reg = FORM_ANY;
    if (all)
        return forms_try_rm(forms, f, 0);
    for (unsigned reg = 0; reg < 8; reg++) {
        f.reg = (int8_t)reg;
        if (!forms_try_rm(forms, f, reg))
            return false;
    }
    return true;
}

/* An opcode under given prefixes: in all shapes that it has. */
static bool forms_try_opcode(struct forms *forms, struct form f)
{
    uint8_t code[32] = {0}, *at = f.vex ? put_vex(code, &f, 0) : put_legacy(code, &f);
    struct insn insn;
    *at++ = f.opcode;
    *at = 0xc1;
    f.rm = f.reg = FORM_ANY;
    bool decoded =
        ZYAN_SUCCESS(ZydisDecoderDecodeFull(&forms->decoder, code, 15, &insn.i, insn.op));
    if (decoded && !(insn.i.attributes & ZYDIS_ATTRIB_HAS_MODRM))
        return forms_try_rm(forms, f, 0);
    for (unsigned shape = SHAPE_REGISTER; shape <= SHAPE_MEMORY; shape++) {
        f.shape = (uint8_t)shape;
        if (!forms_try_reg(forms, f))
            return false;
    }
    f.vsib = f.vex && f.map == 2 && (f.opcode & 0xfc) == 0x90; /* gathers */
    return !f.vsib || forms_try_reg(forms, f);
}

static bool forms_try_map(struct forms *forms, struct form f)
{
    static const uint8_t prefixes[] = {0, 0x66, 0xf2, 0xf3};
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        if (!f.vex && f.map == 0 && (opcode == 0x0f || (opcode & 0xf0) == 0x40))
            continue; /* escape, REX */
        f.opcode = (uint8_t)opcode;
        for (unsigned i = 0; i < 4; i++) {
            f.prefix = prefixes[i];
            if (!forms_try_opcode(forms, f))
                return false;
        }
    }
    return true;
}

static bool forms_try_all(struct forms *forms)
{
    for (unsigned map = 0; map < 4; map++)
        for (unsigned bits = 0; bits < 8; bits++) {
            struct form f = {.map = (uint8_t)map, .vex = bits & 4, .w = bits & 1, .l = bits & 2};
            if ((f.vex && map == 0) || (!f.vex && f.l))
                continue;
            if (!forms_try_map(forms, f))
                return false;
        }
    return true;
}

/* ---- order: by group, then by mnemonic ---- */

static int forms_order(const void *a, const void *b)
{
    const struct form *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (int)x->mnemonic - (int)y->mnemonic;
}

static bool forms_index(struct forms *forms)
{
    unsigned group = 0;
    qsort(forms->form, forms->count, sizeof(*forms->form), forms_order);
    forms->first = calloc(forms->count + 1, sizeof(*forms->first));
    if (!forms->first)
        return false;
    for (unsigned i = 0; i < forms->count; i++) {
        const struct form *f = &forms->form[i];
        if (i > 0 && f[-1].group == f->group && f[-1].mnemonic == f->mnemonic)
            continue;
        while (group <= f->group)
            forms->group[group++] = forms->mnemonics;
        forms->first[forms->mnemonics++] = i;
    }
    forms->first[forms->mnemonics] = forms->count;
    while (group <= FORM_GROUPS)
        forms->group[group++] = forms->mnemonics;
    return true;
}

void forms_decoder(ZydisDecoder *decoder)
{
    ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_MPX, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CET, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CLDEMOTE, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_WBNOINVD, false);
}

bool forms_init(struct forms *forms, const struct x86_cpu_model *model)
{
    *forms = (struct forms){.model = model};
    forms_decoder(&forms->decoder);
    forms_find_usable(forms);
    return forms_try_all(forms) && forms_index(forms);
}

void forms_finish(struct forms *forms)
{
    free(forms->form);
    free(forms->first);
}
