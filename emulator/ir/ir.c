/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The op table and the builder: collects the ops of one block. */
#include "emulator/ir/ir.h"

const struct ir_op_info ir_op_table[IR_OP_COUNT] = {
#define OP(name, operands, defines, uses, attributes, meaning)                                     \
    {#name, operands, defines, uses, attributes},
#include "emulator/ir/ir-ops.inc"
#undef OP
};

#define OPS_FOR_ONE 64 /* the most ops of one guest instruction */
#define OPS_FOR_END 4  /* and of what closes a block */

void ir_builder_reset(struct ir_builder *builder)
{
    builder->count = 0;
    builder->guest_insns = 0;
    builder->guest_bytes = 0;
    builder->temps = 0;
    builder->vtemps = 0;
    builder->overflow = false;
    builder->one_time = false;
}

bool ir_builder_has_room(const struct ir_builder *builder)
{
    return !builder->overflow && builder->count + OPS_FOR_ONE + OPS_FOR_END <= IR_MAX_INSNS &&
           builder->guest_insns < IR_MAX_GUEST_INSNS;
}

void ir_begin_insn(struct ir_builder *builder, unsigned offset, unsigned length)
{
    struct ir_insn *i = ir_emit(builder, IR_insn, IR_8);

    i->imm = offset;
    i->width2 = (uint8_t)length;
    builder->temps = 0;
    builder->vtemps = 0;
    builder->guest_insns++;
    builder->guest_bytes = offset + length;
}

uint16_t ir_temp(struct ir_builder *builder)
{
    if (builder->temps == IR_TEMPS) {
        builder->overflow = true;
        return IR_SLOT_TEMP(IR_TEMPS - 1);
    }
    return IR_SLOT_TEMP(builder->temps++);
}

uint16_t ir_vtemp(struct ir_builder *builder)
{
    if (builder->vtemps == IR_VTEMPS) {
        builder->overflow = true;
        return IR_SLOT_VTEMP(IR_VTEMPS - 1);
    }
    return IR_SLOT_VTEMP(builder->vtemps++);
}

struct ir_insn *ir_emit(struct ir_builder *builder, enum ir_op op, enum ir_width width)
{
    struct ir_insn *i;

    if (builder->count == IR_MAX_INSNS) {
        builder->overflow = true;
        builder->count--;
    }
    i = &builder->insn[builder->count++];
    *i = (struct ir_insn){.op = (uint16_t)op,
                          .width = (uint8_t)width,
                          .dst = IR_SLOT_SINK,
                          .a = IR_SLOT_ZERO,
                          .b = IR_SLOT_ZERO,
                          .c = IR_SLOT_ZERO};
    return i;
}

struct ir_insn *ir_mov(struct ir_builder *b, enum ir_width width, uint16_t dst, uint16_t src)
{
    struct ir_insn *i = ir_emit(b, IR_mov, width);

    i->dst = dst;
    i->b = src;
    return i;
}

struct ir_insn *ir_movi(struct ir_builder *b, enum ir_width width, uint16_t dst, int64_t value)
{
    struct ir_insn *i = ir_emit(b, IR_mov, width);

    i->dst = dst;
    i->imm = value;
    i->flags = IR_IMM;
    return i;
}

struct ir_insn *ir_alu(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                       uint16_t a, uint16_t src)
{
    struct ir_insn *i = ir_emit(b, op, width);

    i->dst = dst;
    i->a = a;
    i->b = src;
    return i;
}

struct ir_insn *ir_alui(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                        uint16_t a, int64_t value)
{
    struct ir_insn *i = ir_emit(b, op, width);

    i->dst = dst;
    i->a = a;
    i->imm = value;
    i->flags = IR_IMM;
    return i;
}

struct ir_insn *ir_call(struct ir_builder *b, unsigned helper, uint16_t dst, uint16_t a,
                        uint16_t b_slot, uint16_t c)
{
    struct ir_insn *i = ir_emit(b, IR_call, IR_64);

    i->dst = dst;
    i->a = a;
    i->b = b_slot;
    i->c = c;
    i->imm = helper;
    return i;
}

static struct ir_insn *emit_memory(struct ir_builder *b, enum ir_op op, enum ir_width width,
                                   const struct ir_address *m)
{
    struct ir_insn *i = ir_emit(b, op, width);

    i->a = m->base;
    i->b = m->index;
    i->scale = m->scale;
    i->imm = m->disp;
    i->flags = (uint8_t)((m->addr32 ? IR_ADDR32 : 0) | (m->stack ? IR_STACK : 0));
    return i;
}

struct ir_insn *ir_load(struct ir_builder *b, enum ir_width width, uint16_t dst,
                        const struct ir_address *m)
{
    struct ir_insn *i = emit_memory(b, IR_ld, width, m);

    i->dst = dst;
    return i;
}

struct ir_insn *ir_store(struct ir_builder *b, enum ir_width width, const struct ir_address *m,
                         uint16_t value)
{
    struct ir_insn *i = emit_memory(b, IR_st, width, m);

    i->c = value;
    return i;
}

struct ir_insn *ir_probe(struct ir_builder *b, enum ir_width width, const struct ir_address *m)
{
    return emit_memory(b, IR_probe, width, m);
}

struct ir_insn *ir_rmw(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                       const struct ir_address *m, uint16_t value)
{
    struct ir_insn *i = emit_memory(b, op, width, m);

    i->dst = dst;
    i->c = value;
    return i;
}
