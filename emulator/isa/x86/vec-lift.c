/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifts vector instructions that are one operation of vec.h, which is nearly all of them: the
 * operation's shape says what its operands are. Moves are in vec-lift-move.c, what goes through
 * helpers in vec-lift-mem.c (SDM volume 2; exceptions: 2.4 there, volume 3, 13.1).
 */
#include "emulator/isa/x86/vec-forms.h"

/* ---- what the state allows ---- */

static bool legacy_usable(const struct x86_lift *l)
{
    return (l->mode & X86_MODE_SSE) && !(l->mode & X86_MODE_EM);
}
static bool vex_usable(const struct x86_lift *l)
{
    return x86_lift_protected(l) && (l->mode & X86_MODE_AVX);
}

bool x86_vec_usable(struct x86_lift *l)
{
    if (!(x86_vec_is_vex(l) ? vex_usable(l) : legacy_usable(l))) {
        x86_lift_raise(l, X86_UD);
        return false;
    }
    if (l->mode & X86_MODE_TS) {
        x86_lift_raise(l, X86_NM);
        return false;
    }
    return true;
}

/* ---- pieces ---- */

enum x86_vec_width x86_vec_width_of(const struct x86_lift *l)
{
    if (!x86_vec_is_vex(l))
        return X86_VEC_X;
    return l->insn->avx.vector_length == 256 ? X86_VEC_Y : X86_VEC_Z;
}

/* Where a width is missing: no vector destination, so nothing to zero; or scalars, which ignore
 * VEX.L. Others do not exist. */
static int vec_index(enum x86_vec_op op, enum x86_vec_width width)
{
    int index = x86_vec_index(op, width), legacy = x86_vec_index(op, X86_VEC_X);
    if (index >= 0 || width == X86_VEC_X)
        return index;
    if (width == X86_VEC_Z)
        return legacy;
    index = x86_vec_index(op, X86_VEC_Z) < 0 ? legacy : x86_vec_index(op, X86_VEC_Z);
    return index >= 0 && x86_vecs[index].b_size <= 8 ? index : -1;
}

bool x86_vec_emit(struct x86_lift *l, enum x86_vec_op op, enum x86_vec_width width,
                  const struct x86_vec_use *use)
{
    int index = vec_index(op, width);
    if (index < 0)
        return false;
    struct ir_insn *insn = ir_emit(l->b, IR_vec, width == X86_VEC_Y ? IR_256 : IR_128);
    insn->dst = use->d;
    insn->a = use->a;
    insn->b = use->b;
    insn->c = use->c;
    insn->imm = (int64_t)index << 8 | (use->imm & 0xff);
    return true;
}

uint16_t x86_vec_source(struct x86_lift *l, unsigned i, unsigned bytes, bool aligned)
{
    if (!x86_lift_is_mem(l, i))
        return x86_lift_vec_slot(l, i);
    struct ir_address m = x86_lift_address(l, i, bytes, X86_LIFT_READ);
    uint16_t slot = bytes > 8 ? ir_vtemp(l->b) : ir_temp(l->b);
    struct ir_insn *insn = ir_load(l->b, x86_lift_width(bytes), slot, &m);
    if (aligned && bytes > 8)
        insn->flags |= IR_ALIGNED;
    return slot;
}

void x86_vec_store(struct x86_lift *l, unsigned i, unsigned bytes, uint16_t slot, bool aligned)
{
    struct ir_address m = x86_lift_address(l, i, bytes, X86_LIFT_WRITE);
    struct ir_insn *insn = ir_store(l->b, x86_lift_width(bytes), &m, slot);
    if (aligned && bytes > 8)
        insn->flags |= IR_ALIGNED;
}

/* ---- operands by shape ---- */

/* Walks the operands of an instruction along its operation's shape. */
struct shape_walk {
    struct x86_lift *l;
    enum x86_vec_op op;
    enum x86_vec_width width;
    const char *shape;
    unsigned next; /* operand */
    struct x86_vec_use use;
};

/* What the legacy form does not name is its first operand. */
static bool shape_names_a(const struct shape_walk *w)
{
    return x86_vec_is_vex(w->l) || w->shape[0] == 'f';
}

static uint16_t shape_general(struct shape_walk *w)
{
    struct x86_lift *l = w->l;
    if (x86_lift_is_mem(l, w->next))
        return x86_lift_read(l, w->next);
    return X86_SLOT_GPR(x86_lift_reg(l, w->next));
}

/* False: not an operand of this shape. */
static bool shape_source(struct shape_walk *w, const struct ir_vec *vec)
{
    struct x86_lift *l = w->l;
    bool aligned = !x86_vec_is_vex(l) && !(l->parameter & VEC_UNALIGNED);
    if (x86_lift_is_mem(l, w->next)) {
        w->use.b = x86_vec_source(l, w->next++, vec->b_size, aligned);
        return true;
    }
    if ((l->parameter & VEC_AVX2_REG) && !x86_lift_has(l, X86_FEATURE_avx2))
        return false;
    if (!x86_lift_is_vec(l, w->next))
        return false;
    w->use.b = x86_lift_vec_slot(l, w->next++);
    return true;
}

static bool shape_vector(struct shape_walk *w, uint16_t *slot)
{
    if (!x86_lift_is_vec(w->l, w->next))
        return false;
    *slot = x86_lift_vec_slot(w->l, w->next++);
    return true;
}

static bool shape_letter(struct shape_walk *w, char letter, const struct ir_vec *vec)
{
    struct x86_lift *l = w->l;
    switch (letter) {
    case 'd':
        return shape_vector(w, &w->use.d);
    case 'a':
        w->use.a = w->use.d;
        return !shape_names_a(w) || shape_vector(w, &w->use.a);
    case 'b': /* a legacy shift by an immediate has one register for both */
        if (x86_lift_is_imm(l, w->next)) {
            w->use.b = w->use.d;
            return true;
        }
        return shape_source(w, vec);
    case 'c':
        w->use.c = X86_SLOT_VEC(0);
        return !x86_vec_is_vex(l) || shape_vector(w, &w->use.c);
    case 'g':
        if (!x86_lift_is_gpr(l, w->next))
            return false;
        w->use.d = X86_SLOT_GPR(x86_lift_reg(l, w->next++));
        return true;
    case 'r':
        w->use.b = shape_general(w);
        w->next++;
        return true;
    case 'i':
        w->use.imm = (unsigned)x86_lift_imm(l, w->next++) & 0xff;
        return true;
    default: /* f */
        w->use.d = ir_temp(l->b);
        return true;
    }
}

/* Legacy comparisons look at three bits of the immediate only. */
static void shape_cut_immediate(struct shape_walk *w)
{
    if (!x86_vec_is_vex(w->l) && w->op >= X86_VOP_cmpps && w->op <= X86_VOP_cmpsd)
        w->use.imm &= 7;
}

static void put_flags(struct x86_lift *l, uint16_t slot)
{
    struct ir_insn *insn = ir_emit(l->b, IR_putf, IR_64);
    insn->b = slot;
    insn->imm = IR_F_ALL;
}

static bool lift_operation(struct x86_lift *l, enum x86_vec_op op)
{
    struct shape_walk w = {l, op, x86_vec_width_of(l), x86_vec_shape(op), 0, {0}};
    w.use = (struct x86_vec_use){IR_SLOT_ZERO, IR_SLOT_ZERO, IR_SLOT_ZERO, IR_SLOT_ZERO, 0};
    int index = vec_index(op, w.width);
    bool wide = w.width == X86_VEC_Y && (l->parameter & VEC_AVX2_Y);
    if (index < 0 || (wide && !x86_lift_has(l, X86_FEATURE_avx2)))
        return false;
    if (!x86_vec_usable(l))
        return true;
    for (const char *letter = w.shape; *letter; letter++)
        if (!shape_letter(&w, *letter, &x86_vecs[index]))
            return false;
    shape_cut_immediate(&w);
    if (!x86_vec_emit(l, op, w.width, &w.use))
        return false;
    if (w.shape[0] == 'f')
        put_flags(l, w.use.d);
    return true;
}

bool x86_lift_vec_op(struct x86_lift *l)
{
    return lift_operation(l, VEC_FIRST(l->parameter));
}

/* One mnemonic for a vector and an immediate as last operand. */
bool x86_lift_vec_op_or_imm(struct x86_lift *l)
{
    bool imm = x86_lift_is_imm(l, l->insn->operand_count_visible - 1u);
    return lift_operation(l, imm ? VEC_SECOND(l->parameter) : VEC_FIRST(l->parameter));
}

/* To or from a general register or integer in memory of 32 or 64 bits: the last or first operand.
 * The operations for 64 bits follow those for 32 in the same order. */
static bool lift_by_size(struct x86_lift *l, unsigned operand)
{
    int wide = X86_VOP_cvtsi2ss_64 - X86_VOP_cvtsi2ss_32;
    bool is_wide = x86_lift_size(l, operand) == 8;
    return lift_operation(l, (enum x86_vec_op)(l->parameter + (is_wide ? wide : 0)));
}
bool x86_lift_vec_from_integer(struct x86_lift *l)
{
    return lift_by_size(l, l->insn->operand_count_visible - 1u);
}
bool x86_lift_vec_to_integer(struct x86_lift *l)
{
    return lift_by_size(l, 0);
}

/* ---- operations whose memory operand is not that of the register form ---- */

/* Extracts: to a general register as usual, to memory only the element (parameter 2: bytes). */
static bool extract_to_memory(struct x86_lift *l, enum x86_vec_op op, unsigned bytes)
{
    unsigned imm = (unsigned)x86_lift_imm(l, 2);
    struct x86_vec_use use = {ir_temp(l->b), IR_SLOT_ZERO, x86_lift_vec_slot(l, 1), IR_SLOT_ZERO,
                              imm};
    if (!x86_vec_emit(l, op, X86_VEC_X, &use))
        return false;
    x86_vec_store(l, 0, bytes, use.d, false);
    return true;
}
bool x86_lift_vec_extract(struct x86_lift *l)
{
    enum x86_vec_op op = VEC_FIRST(l->parameter);
    if (!x86_lift_is_mem(l, 0))
        return x86_lift_is_vec(l, 1) && lift_operation(l, op);
    if (!x86_lift_is_vec(l, 1))
        return false;
    return !x86_vec_usable(l) || extract_to_memory(l, op, x86_lift_size(l, 0));
}

/* Operations with a vector result that is stored in part: VEXTRACTF128, VCVTPS2PH. */
bool x86_lift_vec_narrow(struct x86_lift *l)
{
    enum x86_vec_op op = VEC_FIRST(l->parameter);
    if (!x86_lift_is_mem(l, 0))
        return lift_operation(l, op);
    if (!x86_vec_usable(l))
        return true;
    x86_lift_probe(l, 0); /* MXCSR is not touched if the store faults */
    struct x86_vec_use use = {ir_vtemp(l->b), IR_SLOT_ZERO, x86_lift_vec_slot(l, 1), IR_SLOT_ZERO,
                              (unsigned)x86_lift_imm(l, 2)};
    if (!x86_vec_emit(l, op, x86_vec_width_of(l), &use))
        return false;
    x86_vec_store(l, 0, x86_lift_size(l, 0), use.d, false);
    return true;
}

/* From memory INSERTPS takes the one element there is. */
bool x86_lift_vec_insertps(struct x86_lift *l)
{
    unsigned last = l->insn->operand_count_visible - 1u;
    if (!x86_lift_is_mem(l, last - 1))
        return lift_operation(l, X86_VOP_insertps);
    if (!x86_vec_usable(l))
        return true;
    uint16_t element = x86_vec_source(l, last - 1, 4, false), b = ir_vtemp(l->b);
    struct x86_vec_use load = {b, IR_SLOT_ZERO, element, IR_SLOT_ZERO, 0};
    struct x86_vec_use use = {x86_lift_vec_slot(l, 0),
                              x86_lift_vec_slot(l, x86_vec_is_vex(l) ? 1 : 0), b, IR_SLOT_ZERO,
                              (unsigned)x86_lift_imm(l, last) & 0x3f};
    return x86_vec_emit(l, X86_VOP_movd, X86_VEC_Z, &load) &&
           x86_vec_emit(l, X86_VOP_insertps, x86_vec_width_of(l), &use);
}

/* ---- string comparisons ---- */

enum { STRING_EXPLICIT = 1, STRING_MASK = 2 }; /* parameter */

/* The lengths in RAX and RDX, EAX and EDX without REX.W, as a vector. */
static uint16_t string_lengths(struct x86_lift *l)
{
    uint16_t slot = ir_vtemp(l->b);
    bool wide = x86_vec_is_vex(l) ? l->insn->raw.vex.W : l->osize == 8;
    wide = wide && x86_lift_code64(l);
    for (unsigned i = 0; i < 2; i++) {
        struct ir_insn *insn = ir_emit(l->b, IR_sext, wide ? IR_64 : IR_32);
        insn->dst = (uint16_t)(slot + i);
        insn->b = X86_SLOT_GPR(i ? X86_RDX : X86_RAX);
        insn->width2 = IR_64;
    }
    return slot;
}

static void string_results(struct x86_lift *l, uint16_t result)
{
    put_flags(l, (uint16_t)(result + 2));
    if (!(l->parameter & STRING_MASK)) {
        ir_mov(l->b, IR_64, X86_SLOT_GPR(X86_RCX), (uint16_t)(result + 3));
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        uint16_t to = (uint16_t)(X86_SLOT_VEC(0) + i);
        if (i < 2)
            ir_mov(l->b, IR_64, to, (uint16_t)(result + i));
        else if (x86_vec_is_vex(l))
            ir_movi(l->b, IR_64, to, 0);
    }
}

bool x86_lift_vec_string(struct x86_lift *l)
{
    bool explicit = l->parameter & STRING_EXPLICIT;
    if (!x86_vec_usable(l))
        return true;
    struct x86_vec_use use = {IR_SLOT_ZERO, x86_lift_vec_slot(l, 0),
                              x86_vec_source(l, 1, 16, false), IR_SLOT_ZERO,
                              (unsigned)x86_lift_imm(l, 2)};
    if (explicit)
        use.c = string_lengths(l);
    use.d = ir_vtemp(l->b);
    if (!x86_vec_emit(l, explicit ? X86_VOP_pcmpestr : X86_VOP_pcmpistr, X86_VEC_X, &use))
        return false;
    string_results(l, use.d);
    return true;
}
