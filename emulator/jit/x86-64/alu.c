/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic, shifts and products. What flags need is stored beside, in moves that keep them. */
#include "emulator/jit/x86-64/translate.h"

static int alu_operation(unsigned op)
{
    switch (op) {
    case IR_add:
        return ASM_ADD;
    case IR_or:
        return ASM_OR;
    case IR_adc:
        return ASM_ADC;
    case IR_sbb:
        return ASM_SBB;
    case IR_and:
        return ASM_AND;
    case IR_sub:
        return ASM_SUB;
    case IR_xor:
        return ASM_XOR;
    default:
        return -1;
    }
}

static uint32_t alu_kind(const struct ir_insn *i)
{
    switch (i->op) {
    case IR_adc:
        return IR_K_ADC + i->width;
    case IR_sbb:
        return IR_K_SBB + i->width;
    default:
        return ir_x_kind_after(i, IR_K_END);
    }
}

/* The carry of adc and sbb: in the host's flags, and kept for the lazy ones. */
static void alu_carry_in(struct jit_translation *t, const struct ir_insn *i)
{
    jit_flags_carry(t);
    if (!(i->flags & IR_SETF))
        return;
    asm_setcc(&t->b, IR_COND_C, ASM_RAX);
    asm_store(&t->b, IR_64, ENV(flags.carry_in), ASM_RAX);
}

void jit_alu_apply(struct jit_translation *t, const struct ir_insn *i, unsigned operation,
                   unsigned target)
{
    struct asm_buf *b = &t->b;

    if (!(i->flags & IR_IMM)) {
        asm_alu(b, i->width, operation, target, jit_slot(t, i->b));
    } else if (i->width < IR_64 || jit_fits(i->imm)) {
        asm_alu_imm(b, i->width, operation, asm_r(target), (int32_t)i->imm);
    } else {
        asm_imm(b, ASM_RCX, (uint64_t)i->imm);
        asm_alu(b, i->width, operation, target, asm_r(ASM_RCX));
    }
}

/* A register for the result that B is not in. */
static unsigned alu_target(const struct jit_translation *t, const struct ir_insn *i)
{
    unsigned target = jit_target(t, i->dst, ASM_RAX);
    bool clash = !(i->flags & IR_IMM) && i->b == i->dst && i->a != i->dst;

    return i->width < IR_32 || clash || i->dst == IR_SLOT_SINK ? ASM_RAX : target;
}

/* host: which flags the host's register holds now. How they came about is pending, or else stored.
 */
static void alu_finish(struct jit_translation *t, const struct ir_insn *i, unsigned target,
                       bool pending, unsigned host)
{
    bool sets = i->flags & IR_SETF;

    if (i->width < IR_32)
        asm_load(&t->b, i->width, target, asm_r(target));
    if (sets && !pending)
        jit_flags_result(t, target, alu_kind(i));
    jit_put(t, i->dst, target);
    if (sets && pending)
        jit_flags_end(t, i, host);
    else
        t->host_next = sets ? (uint16_t)host : 0;
}

static bool alu_binary(struct jit_translation *t, const struct ir_insn *i, unsigned operation)
{
    unsigned target = alu_target(t, i);
    bool carries = i->op == IR_adc || i->op == IR_sbb, sets = i->flags & IR_SETF;
    bool logic = operation == ASM_AND || operation == ASM_OR || operation == ASM_XOR;
    bool pending = sets && jit_flags_begin(t, i);

    if (carries)
        alu_carry_in(t, i);
    if (sets && !pending && !logic)
        jit_flags_store_b(t, i, i->b);
    if (i->width != IR_32 || jit_target(t, i->a, ASM_NONE) != target)
        asm_load(&t->b, i->width, target, jit_slot(t, i->a));
    jit_alu_apply(t, i, operation, target);
    alu_finish(t, i, target, pending, logic ? IR_F_ALL & ~IR_F_A : IR_F_ALL);
    return true;
}

static bool alu_step(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned target =
        i->width < IR_32 || i->dst == IR_SLOT_SINK ? ASM_RAX : jit_target(t, i->dst, ASM_RAX);
    bool sets = i->flags & IR_SETF, pending = sets && jit_flags_begin(t, i);

    if (sets && !pending)
        jit_flags_keep_carry(t, ENV(flags.carry_in));
    asm_load(&t->b, i->width, target, jit_slot(t, i->a));
    asm_alu_imm(&t->b, i->width, i->op == IR_inc ? ASM_ADD : ASM_SUB, asm_r(target), 1);
    alu_finish(t, i, target, pending, IR_F_ALL & ~IR_F_C);
    return true;
}

static bool alu_unary(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned target =
        i->width < IR_32 || i->dst == IR_SLOT_SINK ? ASM_RAX : jit_target(t, i->dst, ASM_RAX);
    bool neg = i->op == IR_neg;

    if (neg && (i->flags & IR_SETF))
        jit_flags_store_b(t, i, i->a);
    asm_load(&t->b, i->width, target, jit_slot(t, i->a));
    asm_op(&t->b, i->width, i->width == IR_8 ? 0xf6 : 0xf7, neg ? 3 : 2, asm_r(target));
    alu_finish(t, i, target, false, IR_F_ALL);
    if (!neg)
        t->host_next = t->host;
    return true;
}

static bool alu_bswap(struct jit_translation *t, const struct ir_insn *i)
{
    if (i->width < IR_32)
        return false;
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    if (i->width == IR_64)
        asm_8(&t->b, 0x48);
    asm_8(&t->b, 0x0f);
    asm_8(&t->b, 0xc8);
    jit_put(t, i->dst, ASM_RAX);
    t->host_next = t->host;
    return true;
}

bool jit_emit_alu(struct jit_translation *t, const struct ir_insn *i)
{
    int operation = alu_operation(i->op);

    if (i->width > IR_64)
        return false;
    if (operation >= 0)
        return alu_binary(t, i, (unsigned)operation);
    switch (i->op) {
    case IR_inc:
    case IR_dec:
        return alu_step(t, i);
    case IR_neg:
        return alu_unary(t, i);
    case IR_not:
        return !(i->flags & IR_SETF) && alu_unary(t, i);
    case IR_bswap:
        return alu_bswap(t, i);
    default:
        return false;
    }
}

/* ---- shifts and rotates ---- */

static int shift_extension(unsigned op)
{
    switch (op) {
    case IR_rol:
        return 0;
    case IR_ror:
        return 1;
    case IR_shl:
        return 4;
    case IR_shr:
        return 5;
    case IR_sar:
        return 7;
    default:
        return -1;
    }
}

/*
 * flags.b = C, V of a shift by a count that is not 0: the host's carry is in rcx, the result in
 * reg. V is C ^ sign after shl, the old sign (in rdx) after shr by 1, else 0.
 */
static void shift_flags(struct jit_translation *t, const struct ir_insn *i, unsigned reg,
                        unsigned count)
{
    struct asm_buf *b = &t->b;

    asm_setcc(b, IR_COND_C, ASM_RCX);
    if (i->op == IR_shl) {
        asm_load(b, i->width, ASM_RDX, asm_r(reg));
        asm_op(b, IR_64, 0xc1, 5, asm_r(ASM_RDX)); /* shr */
        asm_8(b, (8u << i->width) - 1);
        asm_alu(b, IR_32, ASM_XOR, ASM_RDX, asm_r(ASM_RCX));
    }
    if (i->op == IR_shl || (i->op == IR_shr && count == 1)) {
        asm_op(b, IR_32, 0xc1, 4, asm_r(ASM_RDX)); /* shl */
        asm_8(b, 11);
        asm_alu(b, IR_32, ASM_OR, ASM_RCX, asm_r(ASM_RDX));
    }
    asm_store(b, IR_64, ENV(flags.b), ASM_RCX);
}

/* rdx = sign of a value of the op's width */
static void shift_sign(struct jit_translation *t, const struct ir_insn *i, unsigned reg)
{
    asm_load(&t->b, i->width, ASM_RDX, asm_r(reg));
    asm_op(&t->b, IR_64, 0xc1, 5, asm_r(ASM_RDX)); /* shr */
    asm_8(&t->b, (8u << i->width) - 1);
}

static unsigned shift_count(const struct ir_insn *i)
{
    return (unsigned)i->imm & (i->width == IR_64 ? 63 : 31);
}

/* What the host has after a shift or rotate by a count that is not 0. */
static unsigned shift_host(const struct jit_translation *t, const struct ir_insn *i)
{
    if (i->op == IR_rol || i->op == IR_ror)
        return (t->host & ~(unsigned)(IR_F_C | IR_F_V)) | IR_F_C;
    return IR_F_C | IR_F_Z | IR_F_N | IR_F_P;
}

/* By an immediate below the width. */
static void shift_known(struct jit_translation *t, const struct ir_insn *i, unsigned extension)
{
    bool scratch = i->width < IR_32 || i->dst == IR_SLOT_SINK;
    unsigned target = scratch ? ASM_RAX : jit_target(t, i->dst, ASM_RAX);
    struct asm_buf *b = &t->b;

    if (i->flags & IR_SETF)
        jit_flags_begin(t, i);
    asm_load(b, i->width, target, jit_slot(t, i->a));
    asm_op(b, i->width, i->width == IR_8 ? 0xc0 : 0xc1, extension, asm_r(target));
    asm_8(b, shift_count(i));
    if (i->width < IR_32)
        asm_load(b, i->width, target, asm_r(target));
    jit_put(t, i->dst, target);
    if (i->flags & IR_SETF)
        jit_flags_end(t, i, shift_host(t, i));
}

bool jit_shift_again(struct jit_translation *t, const struct ir_insn *i, unsigned kept)
{
    int extension = shift_extension(i->op);
    struct asm_buf *b = &t->b;

    if (extension < 4 || !(i->flags & IR_IMM))
        return false;
    asm_load(b, i->width, ASM_RAX, jit_slot(t, kept != 0 ? kept : i->a));
    if (i->op == IR_shr && shift_count(i) == 1)
        shift_sign(t, i, ASM_RAX);
    asm_op(b, i->width, i->width == IR_8 ? 0xc0 : 0xc1, (unsigned)extension, asm_r(ASM_RAX));
    asm_8(b, shift_count(i));
    shift_flags(t, i, ASM_RAX, shift_count(i));
    if (i->width < IR_32)
        asm_load(b, i->width, ASM_RAX, asm_r(ASM_RAX));
    jit_flags_result(t, ASM_RAX, IR_K_MIXED + i->width);
    return true;
}

/* By cl. Count 0 leaves the flags, so that the host's register tells nothing afterwards. */
static bool shift_variable(struct jit_translation *t, const struct ir_insn *i, unsigned extension)
{
    bool sets = i->flags & IR_SETF;

    if (sets && !jit_flags_begin(t, i))
        return false;
    asm_load(&t->b, IR_32, ASM_RCX, jit_slot(t, i->b));
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    asm_op(&t->b, i->width, 0xd3, extension, asm_r(ASM_RAX));
    jit_put(t, i->dst, ASM_RAX);
    if (sets)
        jit_flags_end(t, i, 0);
    return true;
}

/* shld and shrd whose flags nobody looks at, as between the halves of a number. */
static bool shift_double(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned opcode = i->op == IR_shld ? 0x0fa4 : 0x0fac, fill = jit_target(t, i->b, ASM_RDX);

    if (i->width < IR_32 || i->width > IR_64 || (i->flags & IR_SETF))
        return false;
    asm_load(&t->b, IR_64, fill, jit_slot(t, i->b));
    if (!(i->flags & IR_IMM))
        asm_load(&t->b, IR_32, ASM_RCX, jit_slot(t, i->c));
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    asm_op(&t->b, i->width, i->flags & IR_IMM ? opcode : opcode + 1, fill, asm_r(ASM_RAX));
    if (i->flags & IR_IMM)
        asm_8(&t->b, (unsigned)i->imm & 63);
    jit_put(t, i->dst, ASM_RAX);
    return true;
}

bool jit_emit_shift(struct jit_translation *t, const struct ir_insn *i)
{
    int extension = shift_extension(i->op);
    bool known = i->flags & IR_IMM;

    if (i->op == IR_shld || i->op == IR_shrd)
        return shift_double(t, i);
    if (extension < 0 || i->width > IR_64)
        return false;
    if (known ? shift_count(i) == 0 || shift_count(i) >= 8u << i->width : i->width < IR_32)
        return false;
    if (!known)
        return shift_variable(t, i, (unsigned)extension);
    shift_known(t, i, (unsigned)extension);
    return true;
}

/* ---- products ---- */

/* flags.b = C and V, both the host's overflow; the host's flags are lost */
static void multiply_flags(struct jit_translation *t)
{
    asm_setcc(&t->b, IR_COND_V, ASM_RCX);
    asm_op(&t->b, IR_32, 0xf7, 3, asm_r(ASM_RCX)); /* neg */
    asm_alu_imm(&t->b, IR_32, ASM_AND, asm_r(ASM_RCX), IR_F_C | IR_F_V);
    asm_store(&t->b, IR_64, ENV(flags.b), ASM_RCX);
}

static bool multiply_single(struct jit_translation *t, const struct ir_insn *i)
{
    bool sets = i->flags & IR_SETF, pending = sets && jit_flags_begin(t, i);

    if (i->flags & IR_IMM)
        asm_imm(&t->b, ASM_RCX, jit_cut(i->imm, i->width));
    else
        asm_load(&t->b, i->width, ASM_RCX, jit_slot(t, i->b));
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    asm_op(&t->b, i->width, 0x0faf, ASM_RAX, asm_r(ASM_RCX));
    if (sets && !pending) {
        multiply_flags(t);
        jit_flags_result(t, ASM_RAX, IR_K_MIXED + i->width);
    }
    jit_put(t, i->dst, ASM_RAX);
    if (pending)
        jit_flags_end(t, i, IR_F_C | IR_F_V);
    return true;
}

static bool multiply_wide(struct jit_translation *t, const struct ir_insn *i)
{
    bool sets = i->flags & IR_SETF, pending = sets && jit_flags_begin(t, i);

    asm_load(&t->b, i->width, ASM_RCX, jit_slot(t, i->b));
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    asm_op(&t->b, i->width, 0xf7, i->op == IR_umulw ? 4 : 5, asm_r(ASM_RCX));
    if (sets && !pending) {
        multiply_flags(t);
        jit_flags_result(t, ASM_RAX, IR_K_MIXED + i->width);
    }
    jit_put(t, i->dst, ASM_RAX);
    jit_put(t, i->c, ASM_RDX);
    if (pending)
        jit_flags_end(t, i, IR_F_C | IR_F_V);
    return true;
}

bool jit_emit_multiply(struct jit_translation *t, const struct ir_insn *i)
{
    if (i->width < IR_32 || i->width > IR_64)
        return false;
    if (i->op == IR_mul)
        return multiply_single(t, i);
    if (i->op == IR_umulw || i->op == IR_smulw)
        return multiply_wide(t, i);
    return false;
}
