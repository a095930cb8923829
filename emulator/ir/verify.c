/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verifier: what executors take for granted. It goes by the operand letters of the op table.
 * Helpers may fault after an instruction has changed state (a debug trap does), so only memory and
 * vector ops have to come before the first change.
 */
#include <string.h>

#include "emulator/ir/ir.h"

#define FIRST_PRIVATE IR_SLOT(struct ir_env, flags)
#define FIRST_GUEST   (sizeof(struct ir_env) / sizeof(uint64_t))
#define TEMP_SLOTS    IR_SLOT_ZERO /* vector and other temporaries come first */

struct verifier {
    const struct ir_builder *builder;
    const struct ir_guest *guest;
    const struct ir_insn *i;
    const struct ir_op_info *info;
    const struct ir_vec *vec; /* of a vector op, if known */
    bool written[TEMP_SLOTS]; /* by the current guest instruction */
    bool changed;             /* it has changed guest state */
    bool leaves;              /* it calls a helper after which the block has to be left */
    unsigned next_offset;     /* of the next insn mark, at least */
};

/* ---- slots ---- */

static const char *verify_slot(const struct verifier *v, unsigned slot)
{
    if (slot >= FIRST_PRIVATE && slot < FIRST_GUEST)
        return "a slot is the executor's own";
    if (v->guest && v->guest->slots && slot >= v->guest->slots)
        return "a slot is beyond the guest's state";
    return NULL;
}

static const char *verify_read(const struct verifier *v, unsigned slot, unsigned count)
{
    if (slot <= IR_SLOT_SINK && slot + count > IR_SLOT_SINK)
        return "the sink is read";
    for (unsigned n = slot; n < slot + count; n++) {
        const char *error = verify_slot(v, n);

        if (error)
            return error;
        if (n < TEMP_SLOTS && !v->written[n])
            return "a temporary is read before it is written";
    }
    return NULL;
}

static const char *verify_write(struct verifier *v, unsigned slot, unsigned count)
{
    if (slot == IR_SLOT_SINK)
        return NULL;
    for (unsigned n = slot; n < slot + count; n++) {
        const char *error = verify_slot(v, n);

        if (error)
            return error;
        if (n >= TEMP_SLOTS && n < FIRST_PRIVATE)
            return "a slot that only the executor writes is written";
        if (n < TEMP_SLOTS)
            v->written[n] = true;
        else
            v->changed = true;
    }
    return NULL;
}

/* ---- how many slots an operand covers ---- */

static unsigned slots_of_bytes(unsigned bytes)
{
    return (bytes + 7) / 8;
}

static unsigned operand_slots(const struct verifier *v, char operand)
{
    unsigned attributes = v->info->attributes;
    bool value = operand == 'd' || operand == 'D' || operand == 'B' ||
                 (operand == 'c' && (attributes & IR_A_STORE));

    if (attributes & IR_A_VEC) {
        if (!v->vec)
            return 0;
        return slots_of_bytes(operand == 'd'   ? v->vec->d_size
                              : operand == 'a' ? v->vec->a_size
                              : operand == 'b' ? v->vec->b_size
                                               : v->vec->c_size);
    }
    return value ? slots_of_bytes(ir_width_bytes(v->i->width)) : 1;
}

static bool operand_is_immediate(const struct verifier *v, char operand)
{
    bool double_shift = v->i->op == IR_shld || v->i->op == IR_shrd;

    return (v->i->flags & IR_IMM) && (operand == 'B' || (operand == 'c' && double_shift));
}

static const char *verify_operand_read(const struct verifier *v, char operand)
{
    unsigned count = operand_slots(v, operand);
    const char *error;

    if (operand_is_immediate(v, operand))
        return NULL;
    switch (operand) {
    case 'D':
        return verify_read(v, v->i->dst, count);
    case 'd':
        return v->vec && v->vec->reads_d ? verify_read(v, v->i->dst, count) : NULL;
    case 'a':
        return verify_read(v, v->i->a, count);
    case 'b':
    case 'B':
        return verify_read(v, v->i->b, count);
    case 'c':
        return verify_read(v, v->i->c, count);
    case 'm':
        error = verify_read(v, v->i->a, 1);
        return error ? error : verify_read(v, v->i->b, 1);
    default:
        return NULL;
    }
}

static const char *verify_operand_write(struct verifier *v, char operand)
{
    if (operand == 'd' || operand == 'D')
        return verify_write(v, v->i->dst, operand_slots(v, operand));
    return operand == 'e' ? verify_write(v, v->i->c, 1) : NULL;
}

/* ---- fields ---- */

static bool has_operand(const struct verifier *v, char operand)
{
    return strchr(v->info->operands, operand) != NULL;
}

static const char *verify_width(const struct verifier *v)
{
    unsigned width = v->i->width, op = v->i->op;
    bool wide = op == IR_ld || op == IR_st || op == IR_mov || op == IR_probe || op == IR_vec;

    if (width > (wide ? IR_256 : IR_64))
        return "the op does not come in this width";
    if (width == IR_8 && (op == IR_shld || op == IR_shrd || op == IR_bswap || op == IR_jmp ||
                          op == IR_jmpi || op == IR_leave || op == IR_br))
        return "the op does not come in this width";
    if (op == IR_mov && width > IR_64 && (v->i->flags & IR_IMM))
        return "a vector has no immediate";
    if (op == IR_sext || op == IR_lds)
        return v->i->width2 < width || v->i->width2 > IR_64 ? "the second width is too small or big"
                                                            : NULL;
    return has_operand(v, 'w') && v->i->width2 > IR_64 ? "the second width is too big" : NULL;
}

static const char *verify_immediate(const struct verifier *v)
{
    uint64_t imm = (uint64_t)v->i->imm;

    if ((v->i->op == IR_insert || v->i->op == IR_extract) && imm != 0 && imm != 8)
        return "the bit position is not 0 or 8";
    if (v->i->op == IR_insert && imm + 8 * ir_width_bytes(v->i->width) > 64)
        return "the part is not inside the slot";
    if (v->guest && has_operand(v, 'h') && imm >= v->guest->helper_count)
        return "there is no such helper";
    if (v->guest && has_operand(v, 'v') && imm >> 8 >= v->guest->vec_count)
        return "there is no such vector op";
    if (has_operand(v, 'k') && v->i->cond > IR_COND_GT)
        return "there is no such condition";
    return v->i->scale > 3 ? "the scale is above 3" : NULL;
}

static unsigned allowed_flags(const struct verifier *v)
{
    unsigned attributes = v->info->attributes, op = v->i->op, allowed = 0;

    if (v->info->defines && !(attributes & IR_A_FLAGS))
        allowed |= IR_SETF;
    if (has_operand(v, 'B') || op == IR_shld || op == IR_shrd)
        allowed |= IR_IMM;
    if (has_operand(v, 'm'))
        allowed |= IR_ADDR32;
    if (attributes & IR_A_MEM)
        allowed |= IR_STACK | IR_ALIGNED;
    if ((attributes & IR_A_RMW) == IR_A_RMW)
        allowed |= IR_LOCK;
    if (op == IR_jmp || op == IR_jmpi)
        allowed |= IR_HINT_CALL;
    return op == IR_jmpi ? allowed | IR_HINT_RET : allowed;
}

/* ---- one op ---- */

static const char *verify_mark(struct verifier *v)
{
    if (v->leaves)
        return "the block goes on behind a helper that leaves it";
    if (v->i->imm < 0 || v->i->imm < v->next_offset || v->i->imm > 2 * (int64_t)IR_PAGE_SIZE)
        return "instructions are not in order";
    v->next_offset = (unsigned)v->i->imm + v->i->width2;
    memset(v->written, 0, sizeof(v->written));
    v->changed = false;
    return NULL;
}

static const char *verify_order(const struct verifier *v)
{
    bool faults = (v->info->attributes & IR_A_MEM) || (v->vec && v->vec->faults);

    return faults && v->changed ? "it may fault after guest state has changed" : NULL;
}

static const char *verify_fields(struct verifier *v)
{
    const char *error = verify_width(v);

    if (!error)
        error = verify_immediate(v);
    if (!error && (v->i->flags & ~allowed_flags(v)))
        error = "a flag of the op makes no sense for it";
    if (!error)
        error = verify_order(v);
    return error;
}

/* A block is left by `leave`, so that the next one is looked up in the mode that is then. */
static const char *verify_leaving(struct verifier *v)
{
    if (v->i->op == IR_call && v->guest && (v->guest->helpers[v->i->imm].attributes & IR_H_LEAVES))
        v->leaves = true;
    if (v->leaves && (v->info->attributes & IR_A_LAST) && v->i->op != IR_leave)
        return "a helper that leaves the block is not followed by leave";
    return NULL;
}

static const char *verify_op(struct verifier *v)
{
    const char *error;

    v->vec = NULL;
    if (v->i->op == IR_vec && v->guest && (uint64_t)v->i->imm >> 8 < v->guest->vec_count)
        v->vec = &v->guest->vecs[v->i->imm >> 8];
    error = verify_fields(v);
    for (const char *o = v->info->operands; *o && !error; o++)
        error = verify_operand_read(v, *o);
    for (const char *o = v->info->operands; *o && !error; o++)
        error = verify_operand_write(v, *o);
    if ((v->i->flags & IR_SETF) || (v->info->attributes & IR_A_FLAGS))
        v->changed = true;
    return error ? error : verify_leaving(v);
}

static const char *verify_next(struct verifier *v, unsigned n)
{
    bool last = n + 1 == v->builder->count;

    v->i = &v->builder->insn[n];
    if (v->i->op >= IR_OP_COUNT)
        return "there is no such op";
    v->info = &ir_op_table[v->i->op];
    if (last != ((v->info->attributes & IR_A_LAST) != 0))
        return last ? "the block does not end" : "an op follows the end of the block";
    return v->i->op == IR_insn ? verify_mark(v) : verify_op(v);
}

const char *ir_verify(const struct ir_builder *builder, const struct ir_guest *guest,
                      unsigned *where)
{
    struct verifier v = {.builder = builder, .guest = guest};
    const char *error = builder->overflow ? "the block was too long" : NULL;

    *where = 0;
    if (!error && builder->count == 0)
        error = "the block is empty";
    for (unsigned n = 0; n < builder->count && !error; n++) {
        *where = n;
        error = verify_next(&v, n);
    }
    return error;
}
