/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From IR to executor code: picks the function for each op, knowing how the flags before it came
 * about and who looks at them after it, and fuses comparisons with the branch that follows.
 */
#include "emulator/ir/xinsn.h"

#define SELECT(group) ir_x_select_##group
static ir_x_select *const encode_select[IR_OP_COUNT] = {
    [IR_mov] = SELECT(move),     [IR_sext] = SELECT(move),    [IR_insert] = SELECT(move),
    [IR_extract] = SELECT(move), [IR_lea] = SELECT(move),     [IR_pcrel] = SELECT(move),
#define BINARY(op) [IR_##op] = SELECT(alu),
#define UNARY(op)  [IR_##op] = SELECT(alu),
#include "emulator/ir/ops-alu.inc"
#undef BINARY
#undef UNARY
    [IR_umulw] = SELECT(wide),   [IR_smulw] = SELECT(wide),
#define SHIFT(op) [IR_##op] = SELECT(shift),
#include "emulator/ir/ops-shift.inc"
#undef SHIFT
    [IR_shld] = SELECT(shift),   [IR_shrd] = SELECT(shift),   [IR_bswap] = SELECT(bits),
    [IR_bsf] = SELECT(bits),     [IR_bsr] = SELECT(bits),     [IR_tzcnt] = SELECT(bits),
    [IR_lzcnt] = SELECT(bits),   [IR_popcnt] = SELECT(bits),  [IR_bt] = SELECT(bits),
    [IR_bts] = SELECT(bits),     [IR_btr] = SELECT(bits),     [IR_btc] = SELECT(bits),
    [IR_setcc] = SELECT(cond),   [IR_select] = SELECT(cond),  [IR_getf] = SELECT(cond),
    [IR_putf] = SELECT(cond),    [IR_ld] = SELECT(memory),    [IR_lds] = SELECT(memory),
    [IR_st] = SELECT(memory),    [IR_probe] = SELECT(memory),
#define RMW(op, alu) [IR_##op] = SELECT(rmw),
#include "emulator/ir/ops-rmw.inc"
#undef RMW
    [IR_mxchg] = SELECT(rmw),    [IR_mcmpxchg] = SELECT(rmw), [IR_call] = SELECT(call),
    [IR_vec] = SELECT(call),     [IR_br] = SELECT(exit),      [IR_brz] = SELECT(exit),
    [IR_brnz] = SELECT(exit),    [IR_jmp] = SELECT(exit),     [IR_jmpi] = SELECT(exit),
    [IR_leave] = SELECT(exit),
};
#undef SELECT

struct encoder {
    const struct ir_guest *guest;
    struct ir_xinsn *out;
    unsigned count;
    const struct ir_insn *previous; /* the op of out[count - 1], or NULL */
    struct ir_x_context context;
    uint8_t insns;
    uint16_t offset;
};

/* ---- operands ---- */

static int64_t encode_cut(int64_t value, unsigned width)
{
    return width >= IR_64 ? value : (int64_t)((uint64_t)value & ((1ull << (8u << width)) - 1));
}

static int64_t encode_extended(const struct ir_insn *i)
{
    unsigned spare = 64 - (8u << i->width);
    int64_t value = (int64_t)((uint64_t)i->imm << spare) >> spare;

    return encode_cut(value, i->width2);
}

/* brz and brnz compare at their width; the second one is the pc's. */
static uint64_t encode_pc_mask(const struct ir_insn *i)
{
    bool zero = i->op == IR_brz || i->op == IR_brnz;
    unsigned width = !zero ? i->width : i->width2 ? i->width2 : IR_64;

    return UINT64_MAX >> (64 - (8u << (width & 3)));
}

static uint8_t encode_cut_bits(const struct ir_insn *i)
{
    if (i->flags & IR_ADDR32)
        return 32;
    return i->op == IR_select && i->width < IR_64 ? (uint8_t)(64 - (8u << i->width)) : 0;
}

static uint8_t encode_access(const struct ir_insn *i)
{
    bool locked = (i->flags & IR_LOCK) || i->op == IR_mxchg;

    return (uint8_t)((i->flags & IR_STACK ? IR_ACCESS_STACK : 0) |
                     (i->flags & IR_ALIGNED ? IR_ACCESS_ALIGNED : 0) |
                     (locked ? IR_ACCESS_LOCKED : 0));
}

static void encode_exit(const struct ir_insn *i, struct ir_xinsn *x)
{
    x->mask = encode_pc_mask(i);
    x->source = i->a;
    x->imm = i->imm;
    x->cond = i->cond;
}

static void encode_fields(const struct encoder *e, const struct ir_insn *i, struct ir_xinsn *x)
{
    x->d = i->dst;
    x->a = i->a;
    x->b = i->b;
    x->c = i->c;
    x->imm = i->imm;
    x->scale = i->scale & 3;
    x->cond = i->op == IR_lds ? (uint8_t)(64 - (8u << (i->width2 & 3))) : i->cond;
    x->cut = encode_cut_bits(i);
    x->align = i->flags & IR_ALIGNED ? (uint8_t)(ir_width_bytes(i->width) - 1) : 0;
    x->access = encode_access(i);
    x->offset = e->offset;
}

static void encode_immediate(const struct encoder *e, const struct ir_insn *i, struct ir_xinsn *x)
{
    uint64_t index = (uint64_t)i->imm;

    if (i->op == IR_call) {
        x->imm = index < e->guest->helper_count ? (int64_t)(uintptr_t)e->guest->helpers[index].fn
                                                : (int64_t)(uintptr_t)ir_x_no_helper;
    } else if (i->op == IR_vec) {
        x->imm = index >> 8 < e->guest->vec_count
                     ? (int64_t)(uintptr_t)e->guest->vecs[index >> 8].fn
                     : (int64_t)(uintptr_t)ir_x_no_vec;
        x->scale = (uint8_t)index;
    } else if ((i->flags & IR_IMM) && i->op != IR_putf) {
        x->imm = i->op == IR_sext ? encode_extended(i) : encode_cut(i->imm, i->width);
    }
}

/* ---- what is known of the flags ---- */

static uint32_t encode_kind(const struct ir_insn *i)
{
    uint32_t width = i->width & 3;

    switch (i->op) {
    case IR_sub:
    case IR_neg:
    case IR_msub:
    case IR_mneg:
    case IR_mcmpxchg:
        return IR_K_SUB + width;
    case IR_and:
    case IR_or:
    case IR_xor:
    case IR_mand:
    case IR_mor:
    case IR_mxor:
        return IR_K_LOGIC + width;
    case IR_add:
    case IR_madd:
        return IR_K_ADD + width;
    case IR_inc:
    case IR_minc:
        return IR_K_INC + width;
    case IR_dec:
    case IR_mdec:
        return IR_K_DEC + width;
    default:
        return IR_K_END;
    }
}

uint32_t ir_x_kind_after(const struct ir_insn *i, uint32_t before)
{
    if (i->flags & IR_SETF)
        return encode_kind(i);
    return ir_op_table[i->op].attributes & (IR_A_CALL | IR_A_FLAGS) ? (uint32_t)IR_K_END : before;
}

/* ---- the block ---- */

static void encode_op(struct encoder *e, const struct ir_insn *i, uint16_t live)
{
    struct ir_xinsn *x = &e->out[e->count];
    ir_x_fn *fused = i->op == IR_br && e->previous ? ir_x_select_fused(e->previous, i) : NULL;

    e->context.live = live;
    x->fn = encode_select[i->op](i, &e->context);
    if (!x->fn)
        x->fn = ir_x_no_form;
    if (fused)
        x[-1].fn = fused;
    x->insns = e->insns;
    if (ir_op_table[i->op].attributes & IR_A_EXIT) {
        encode_exit(i, x);
    } else {
        encode_fields(e, i, x);
        encode_immediate(e, i, x);
    }
    e->context.kind = ir_x_kind_after(i, e->context.kind);
    e->previous = i;
    e->count++;
}

static void encode_end(struct encoder *e)
{
    struct ir_insn leave = {.op = IR_leave, .width = IR_64, .a = IR_SLOT_ZERO};

    encode_op(e, &leave, IR_F_ALL);
    e->previous = NULL;
}

void ir_x_encode_each(const struct ir_builder *builder, const struct ir_guest *guest,
                      struct ir_xinsn *out)
{
    struct encoder e = {.guest = guest, .out = out};
    uint16_t live[IR_MAX_INSNS];

    ir_flags_live(builder, guest, live);
    for (unsigned n = 0; n < builder->count; n++) {
        const struct ir_insn *i = &builder->insn[n];

        e.count = n;
        e.previous = NULL;
        e.context.kind = IR_K_END;
        if (i->op == IR_insn)
            e.offset = (uint16_t)i->imm;
        else
            encode_op(&e, i, live[n]);
    }
}

unsigned ir_x_encode(const struct ir_builder *builder, const struct ir_guest *guest,
                     struct ir_xinsn *out)
{
    struct encoder e = {.guest = guest, .out = out, .context = {.kind = IR_K_END}};
    uint16_t live[IR_MAX_INSNS];
    const struct ir_insn *last = NULL;

    ir_flags_live(builder, guest, live);
    for (unsigned n = 0; n < builder->count; n++) {
        const struct ir_insn *i = &builder->insn[n];

        if (i->op == IR_insn) {
            e.insns++;
            e.offset = (uint16_t)i->imm;
            continue;
        }
        encode_op(&e, i, live[n]);
        last = i;
    }
    if (!last || !(ir_op_table[last->op].attributes & IR_A_LAST))
        encode_end(&e);
    return e.count;
}
