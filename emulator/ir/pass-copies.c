/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass that drops copies of temporaries: an op that writes a temporary which the next op moves
 * to its place, and nobody else reads, writes to that place itself.
 */
#include "emulator/ir/ir.h"

#include <string.h>

static bool copies_is_temp(unsigned slot)
{
    return slot >= IR_SLOT_TEMP(0) && slot < IR_SLOT_TEMP(0) + IR_TEMPS;
}

/* The width of what the op leaves in its destination. */
static unsigned copies_result_width(const struct ir_insn *i)
{
    switch (i->op) {
    case IR_sext:
    case IR_lds:
        return i->width2;
    case IR_setcc:
        return IR_8;
    case IR_getf:
        return IR_64;
    default:
        return i->width;
    }
}

/* Does the op write one temporary, and nothing else but flags? */
static bool copies_produces(const struct ir_insn *i)
{
    const struct ir_op_info *info = &ir_op_table[i->op];

    return info->operands[0] == 'd' && !strchr(info->operands, 'e') && i->width <= IR_64 &&
           !(info->attributes & (IR_A_STORE | IR_A_CALL | IR_A_VEC)) && copies_is_temp(i->dst);
}

static bool copies_reads(const struct ir_insn *i, unsigned slot)
{
    const char *operands = ir_op_table[i->op].operands;

    if (ir_op_table[i->op].attributes & IR_A_VEC)
        return i->dst == slot || i->a == slot || i->b == slot || i->c == slot;
    return (strpbrk(operands, "am") && i->a == slot) ||
           (strpbrk(operands, "bBm") && i->b == slot) || (strchr(operands, 'c') && i->c == slot) ||
           (strchr(operands, 'D') && i->dst == slot);
}

/* Does anything from op n on, in the same guest instruction, read what the slot holds now? */
static bool copies_read_later(const struct ir_builder *builder, unsigned n, unsigned slot)
{
    for (; n < builder->count && builder->insn[n].op != IR_insn; n++) {
        const struct ir_insn *i = &builder->insn[n];

        if (copies_reads(i, slot))
            return true;
        if (copies_produces(i) && i->dst == slot)
            return false;
    }
    return false;
}

/* Op n produces what op n + 1 only carries on. */
static bool copies_joins(const struct ir_builder *builder, unsigned n)
{
    const struct ir_insn *i = &builder->insn[n], *move = i + 1;

    return n + 1 < builder->count && move->op == IR_mov && !(move->flags & IR_IMM) &&
           move->width <= IR_64 && copies_produces(i) && move->b == i->dst &&
           copies_result_width(i) <= move->width && !copies_read_later(builder, n + 2, i->dst);
}

void ir_pass_copies(struct ir_builder *builder)
{
    unsigned kept = 0;

    for (unsigned n = 0; n < builder->count; n++) {
        struct ir_insn i = builder->insn[n];

        if (copies_joins(builder, n))
            i.dst = builder->insn[++n].dst;
        builder->insn[kept++] = i;
    }
    builder->count = kept;
}
