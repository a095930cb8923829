/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a case's outcome the manual leaves undefined. Flags are followed from instruction to
 * instruction; where ways part or meet none may be undefined, so that one pass is enough.
 */
#include "tests/fuzz/cpu/analyse.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/cpu/case.h"

enum vague { VAGUE_ADDRESS = 1, VAGUE_FLOAT = 2, VAGUE_ALIGNMENT = 4 };

/* ---- one instruction ---- */

static bool is_one_of(const struct insn *insn, const ZydisMnemonic *list)
{
    while (*list != ZYDIS_MNEMONIC_INVALID && *list != insn->i.mnemonic)
        list++;
    return *list == insn->i.mnemonic;
}

static bool is_shift(const struct insn *insn)
{
    static const ZydisMnemonic list[] = {ZYDIS_MNEMONIC_SHL,  ZYDIS_MNEMONIC_SHR,
                                         ZYDIS_MNEMONIC_SAR,  ZYDIS_MNEMONIC_SHLD,
                                         ZYDIS_MNEMONIC_SHRD, ZYDIS_MNEMONIC_INVALID};
    return is_one_of(insn, list);
}

static bool is_rotate(const struct insn *insn)
{
    static const ZydisMnemonic list[] = {ZYDIS_MNEMONIC_ROL, ZYDIS_MNEMONIC_ROR, ZYDIS_MNEMONIC_RCL,
                                         ZYDIS_MNEMONIC_RCR, ZYDIS_MNEMONIC_INVALID};
    return is_one_of(insn, list);
}

/* The count of a shift, or -1 if only CL tells. */
static int shift_count(const struct insn *insn)
{
    const ZydisDecodedOperand *by = &insn->op[insn->i.operand_count_visible - 1];
    if (by->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
        return -1;
    return (int)(by->imm.value.u & (insn->op[0].size == 64 ? 63 : 31));
}

/* SDM volume 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD and SHRD: "Flags affected". */
static unsigned shift_flags_after(const struct insn *insn, unsigned before)
{
    int count = shift_count(insn), size = insn->op[0].size;
    bool rotate = is_rotate(insn);
    unsigned fresh = rotate ? 0 : IR_F_A;
    unsigned sets = rotate ? IR_F_C | IR_F_V : IR_F_ALL;
    if (count == 0)
        return before;
    if (count != 1)
        fresh |= IR_F_V;
    if ((!rotate || size < 32) && (count < 0 ? size < 32 : count >= size))
        fresh |= IR_F_C;
    return (count < 0 ? before : before & ~sets) | fresh;
}

unsigned insn_flags_read(const struct insn *insn)
{
    static const ZydisMnemonic all[] = {ZYDIS_MNEMONIC_PUSHF, ZYDIS_MNEMONIC_PUSHFQ,
                                        ZYDIS_MNEMONIC_LAHF, ZYDIS_MNEMONIC_INVALID};
    if (is_one_of(insn, all) || insn_is_branch(insn))
        return IR_F_ALL;
    return insn->i.cpu_flags ? insn->i.cpu_flags->tested & IR_F_ALL : 0;
}

bool insn_is_repeated(const struct insn *insn)
{
    return insn->i.attributes &
           (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
}

unsigned insn_flags_after(const struct insn *insn, unsigned before)
{
    const ZydisAccessedFlags *flags = insn->i.cpu_flags;
    if (is_shift(insn) || is_rotate(insn))
        return shift_flags_after(insn, before);
    if (!flags || insn_is_repeated(insn))
        return before;
    return (before & ~(flags->modified | flags->set_0 | flags->set_1 | flags->undefined)) |
           (flags->undefined & IR_F_ALL);
}

/* Counts above the width of 16 bits. */
static bool is_wide_shift(const struct insn *insn)
{
    static const ZydisMnemonic list[] = {ZYDIS_MNEMONIC_SHLD, ZYDIS_MNEMONIC_SHRD,
                                         ZYDIS_MNEMONIC_INVALID};
    if (!is_one_of(insn, list) || insn->op[0].size != 16)
        return false;
    int count = shift_count(insn);
    return count < 0 || count > 16;
}

bool insn_undefined(const struct insn *insn)
{
    if (insn->i.mnemonic == ZYDIS_MNEMONIC_BSWAP)
        return insn->op[0].size == 16;
    /* With a source of 0 processors differ in the upper half. */
    if (insn->i.mnemonic == ZYDIS_MNEMONIC_BSF || insn->i.mnemonic == ZYDIS_MNEMONIC_BSR)
        return insn->op[0].size == 32;
    return is_wide_shift(insn);
}

bool insn_scan_defined(const struct insn *insn, const struct insn *before)
{
    return (insn->i.mnemonic == ZYDIS_MNEMONIC_BSF || insn->i.mnemonic == ZYDIS_MNEMONIC_BSR) &&
           before->i.mnemonic == ZYDIS_MNEMONIC_MOV &&
           before->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
           before->op[1].type == ZYDIS_OPERAND_TYPE_REGISTER && before->op[0].size == 32 &&
           before->op[0].reg.value == before->op[1].reg.value &&
           before->op[0].reg.value == insn->op[0].reg.value;
}

static unsigned operand_vector(const ZydisDecodedOperand *op)
{
    if (op->type != ZYDIS_OPERAND_TYPE_REGISTER)
        return 0;
    ZydisRegisterClass class = ZydisRegisterGetClass(op->reg.value);
    if (class != ZYDIS_REGCLASS_XMM && class != ZYDIS_REGCLASS_YMM)
        return 0;
    return 1u << (ZydisRegisterGetId(op->reg.value) & 15);
}

/* A gather that faults has done some of its elements. */
static unsigned insn_fault_vectors(const struct insn *insn)
{
    static const ZydisMnemonic list[] = {
        ZYDIS_MNEMONIC_VGATHERDPS, ZYDIS_MNEMONIC_VGATHERDPD, ZYDIS_MNEMONIC_VGATHERQPS,
        ZYDIS_MNEMONIC_VGATHERQPD, ZYDIS_MNEMONIC_VPGATHERDD, ZYDIS_MNEMONIC_VPGATHERDQ,
        ZYDIS_MNEMONIC_VPGATHERQD, ZYDIS_MNEMONIC_VPGATHERQQ, ZYDIS_MNEMONIC_INVALID};
    if (!is_one_of(insn, list))
        return 0;
    return operand_vector(&insn->op[0]) | operand_vector(&insn->op[2]);
}

/*
 * Conditions that an x87 instruction leaves undefined, or as processors like: C1 after FCOMI and
 * FFREE, all but C1 after what may be given an operand out of its range. Comparisons with IE or DE
 * unmasked are another such case, which the generator avoids.
 */
unsigned insn_x87_undefined(const struct insn *insn)
{
    static const ZydisMnemonic flags[] = {
        ZYDIS_MNEMONIC_FCOMI, ZYDIS_MNEMONIC_FCOMIP, ZYDIS_MNEMONIC_FUCOMI, ZYDIS_MNEMONIC_FUCOMIP,
        ZYDIS_MNEMONIC_FFREE, ZYDIS_MNEMONIC_FFREEP, ZYDIS_MNEMONIC_INVALID};
    static const ZydisMnemonic ranges[] = {
        ZYDIS_MNEMONIC_FSIN,  ZYDIS_MNEMONIC_FCOS,   ZYDIS_MNEMONIC_FSINCOS, ZYDIS_MNEMONIC_FPTAN,
        ZYDIS_MNEMONIC_FPREM, ZYDIS_MNEMONIC_FPREM1, ZYDIS_MNEMONIC_INVALID};
    if (is_one_of(insn, flags))
        return 0x0200;
    return is_one_of(insn, ranges) ? 0x4500 : 0;
}

/* CMPS and SCAS that fault while they are repeated: the flags before, or of the last comparison. */
static unsigned insn_fault_flags(const struct insn *insn)
{
    return insn_is_repeated(insn) ? IR_F_ALL : 0;
}

/* Of 16 bytes and more. */
static bool has_wide_memory(const struct insn *insn)
{
    for (unsigned i = 0; i < insn->i.operand_count_visible; i++)
        if (insn->op[i].type == ZYDIS_OPERAND_TYPE_MEMORY && insn->op[i].size >= 128)
            return true;
    return false;
}

static bool is_compare_string(const struct insn *insn)
{
    return insn->i.meta.category == ZYDIS_CATEGORY_STRINGOP && (insn->i.opcode & 0xfe) == 0xa6;
}

/*
 * Faults that processors do not agree on. Bytewise stores whose mask is zero may fault or not; what
 * converts from or to MMX registers may have entered the MMX state when it raises #XM; what checks
 * alignment beyond integers and SSE.
 */
static unsigned insn_vague(const struct insn *insn)
{
    static const ZydisMnemonic stores[] = {ZYDIS_MNEMONIC_MASKMOVQ, ZYDIS_MNEMONIC_MASKMOVDQU,
                                           ZYDIS_MNEMONIC_VMASKMOVDQU, ZYDIS_MNEMONIC_INVALID};
    static const ZydisMnemonic conversions[] = {ZYDIS_MNEMONIC_CVTPI2PS, ZYDIS_MNEMONIC_CVTPI2PD,
                                                ZYDIS_MNEMONIC_CVTPS2PI, ZYDIS_MNEMONIC_CVTTPS2PI,
                                                ZYDIS_MNEMONIC_CVTPD2PI, ZYDIS_MNEMONIC_CVTTPD2PI,
                                                ZYDIS_MNEMONIC_INVALID};
    static const ZydisMnemonic masked[] = {ZYDIS_MNEMONIC_VMASKMOVPS, ZYDIS_MNEMONIC_VMASKMOVPD,
                                           ZYDIS_MNEMONIC_VPMASKMOVD, ZYDIS_MNEMONIC_VPMASKMOVQ,
                                           ZYDIS_MNEMONIC_ENTER,      ZYDIS_MNEMONIC_INVALID};
    unsigned vague = is_one_of(insn, stores) ? VAGUE_ADDRESS : 0;
    vague |= is_one_of(insn, conversions) ? VAGUE_FLOAT : 0;
    if (insn_fault_vectors(insn) || insn->i.meta.category == ZYDIS_CATEGORY_X87_ALU ||
        is_one_of(insn, masked) || has_wide_memory(insn))
        vague |= VAGUE_ALIGNMENT;
    return vague;
}

struct case_mask insn_mask(const struct insn *insn, unsigned before)
{
    struct case_mask mask = {
        .flags = (uint16_t)(before | insn_fault_flags(insn)),
        .vec = (uint16_t)insn_fault_vectors(insn),
        .vague = (uint8_t)insn_vague(insn),
    };
    if (is_compare_string(insn)) {
        mask.either = (uint8_t)(insn->op[0].size / 8);
        mask.narrow = insn->i.address_width == 32;
    }
    return mask;
}

bool case_vague(const struct case_mask *mask, const struct case_state *out)
{
    if (out->fault.vector == X86_DB)
        return true; /* a trap flag that nobody meant */
    switch (out->fault.vector) {
    case X86_XM:
        return mask->vague & VAGUE_FLOAT;
    case X86_AC:
        return mask->vague & (VAGUE_ALIGNMENT | VAGUE_ADDRESS);
    default:
        return mask->vague & VAGUE_ADDRESS;
    }
}

bool insn_is_branch(const struct insn *insn)
{
    return insn->i.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE;
}

bool insn_has_target(const struct insn *insn, int64_t *distance)
{
    const ZydisDecodedOperand *op = insn->op;
    if (insn_is_branch(insn) && op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
        op[0].imm.is_relative) {
        *distance = op[0].imm.value.s;
        return true;
    }
    if (insn->i.mnemonic != ZYDIS_MNEMONIC_LEA || op[1].mem.base != ZYDIS_REGISTER_RIP)
        return false;
    *distance = op[1].mem.disp.value;
    return true;
}

/* ---- a case ---- */

enum mark { MARK_BEGIN = 1, MARK_TARGET = 2 };

struct analysis {
    const struct fuzz_case *c;
    uint8_t marks[CASE_CODE_MAX + 2];
    struct insn insn[CASE_CODE_MAX]; /* in order */
};

static bool analyse_decode(struct analysis *a)
{
    ZydisDecoder decoder;
    const struct fuzz_case *c = a->c;
    struct insn *insn = a->insn;
    unsigned at = 0;
    forms_decoder(&decoder);
    for (; at < c->length; at += insn++->i.length) {
        a->marks[at] = MARK_BEGIN;
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, c->code + at, c->length + 2 - at,
                                                 &insn->i, insn->op)))
            return false;
    }
    return at == c->length;
}

/* Where ways meet. What follows a call is the target of its RET. */
static bool analyse_targets(struct analysis *a)
{
    const struct insn *insn = a->insn;
    for (unsigned at = 0; at < a->c->length; insn++) {
        int64_t distance;
        at += insn->i.length;
        if (insn->i.mnemonic == ZYDIS_MNEMONIC_CALL)
            a->marks[at] |= MARK_TARGET;
        if (!insn_has_target(insn, &distance))
            continue;
        if (at + distance >= 0 && at + distance <= a->c->length)
            a->marks[at + distance] |= MARK_TARGET;
        else if (insn_is_branch(insn))
            return false;
    }
    return true;
}

/* POPF only of a constant. */
static bool analyse_popf(const struct analysis *a, unsigned at)
{
    uint32_t flags;
    if (at < 5 || !(a->marks[at - 5] & MARK_BEGIN) || a->c->code[at - 5] != 0x68)
        return false;
    memcpy(&flags, a->c->code + at - 4, 4);
    return (flags & ~(uint32_t)POPF_KNOWN) == 0;
}

/* A store into the code: only into the constant of a MOV. */
static bool analyse_code_store(struct analysis *a, unsigned next, const struct insn *insn)
{
    const ZydisDecodedOperand *op = &insn->op[0];
    const struct insn *changed = a->insn;
    if (op->type != ZYDIS_OPERAND_TYPE_MEMORY || op->mem.base != ZYDIS_REGISTER_RIP)
        return true;
    int64_t to = next + op->mem.disp.value, begin = 0;
    if (to < 0 || to >= a->c->length)
        return to < -(int64_t)a->c->start || to > CASE_CODE_SIZE;
    while (begin + changed->i.length <= to)
        begin += changed++->i.length;
    return (changed->i.opcode & 0xf8) == 0xb8 &&
           changed->i.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT &&
           to >= begin + changed->i.raw.imm[0].offset &&
           to + op->size / 8 <= begin + changed->i.length;
}

static bool analyse_insn(struct analysis *a, unsigned at, const struct insn *insn, unsigned flags)
{
    const struct fuzz_case *c = a->c;
    unsigned next = at + insn->i.length;
    bool scan = at > 0 && insn_scan_defined(insn, insn - 1) && !(a->marks[at] & MARK_TARGET);
    if ((insn_undefined(insn) && !scan) || (insn_flags_read(insn) & flags) ||
        !insn_cleaned(insn, CASE_CODE + c->start + next, c->code + next, c->length - next))
        return false;
    switch (insn->i.mnemonic) {
    case ZYDIS_MNEMONIC_POPF:
    case ZYDIS_MNEMONIC_POPFQ:
        return analyse_popf(a, at);
    default:
        return analyse_code_store(a, next, insn);
    }
}

static unsigned analyse_flow(struct analysis *a, struct case_masks *masks, bool *good)
{
    const struct insn *insn = a->insn;
    unsigned flags = 0;
    for (unsigned at = 0; at < a->c->length; at += insn++->i.length) {
        if (((a->marks[at] & MARK_TARGET) && flags) || !analyse_insn(a, at, insn, flags))
            *good = false;
        masks->at[at] = insn_mask(insn, flags);
        masks->x87 |= (uint16_t)insn_x87_undefined(insn);
        flags = insn_flags_after(insn, flags);
    }
    return flags;
}

bool case_analyse(const struct fuzz_case *c, struct case_masks *masks)
{
    static struct analysis a; /* large */
    bool good = true;
    a.c = c;
    memset(a.marks, 0, sizeof(a.marks));
    memset(masks, 0, sizeof(*masks));
    if (!analyse_decode(&a) || !analyse_targets(&a))
        return false;
    unsigned flags = analyse_flow(&a, masks, &good);
    masks->at[c->length].flags = (uint16_t)flags;
    return good && (!(a.marks[c->length] & MARK_TARGET) || flags == 0);
}

struct case_mask case_mask_of(const struct fuzz_case *c, const struct case_masks *masks,
                              const struct case_state *out)
{
    uint64_t at = out->pc - CASE_CODE - c->start;
    struct case_mask mask = {0};
    if (at < c->length + 2u)
        mask = masks->at[at];
    mask.x87 = masks->x87;
    return mask;
}
