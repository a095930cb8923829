/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer: one op a line, in the form that parse.c reads back. */
#include <inttypes.h>

#include "emulator/ir/text.h"

const struct ir_text_flag ir_text_flags[IR_TEXT_FLAGS] = {
    {"addr32", IR_ADDR32},   {"lock", IR_LOCK},      {"stack", IR_STACK},
    {"aligned", IR_ALIGNED}, {"call", IR_HINT_CALL}, {"ret", IR_HINT_RET},
};

const char *const ir_text_conds[16] = {"v", "nv", "c", "nc", "z",  "nz", "cz", "ncz",
                                       "n", "nn", "p", "np", "lt", "ge", "le", "gt"};

const struct ir_text_slot ir_text_slots[IR_TEXT_SLOTS] = {
    {"zero", IR_SLOT_ZERO},
    {"sink", IR_SLOT_SINK},
    {"pc", IR_SLOT_PC},
    {"result", IR_SLOT(struct ir_env, result)},
};

struct printer {
    const struct ir_guest *guest;
    const struct ir_insn *i;
    FILE *out;
};

/* ---- operands ---- */

static void print_slot(const struct printer *p, unsigned slot)
{
    const char *name = p->guest && p->guest->slot_name ? p->guest->slot_name(slot) : NULL;
    unsigned temp0 = IR_SLOT_TEMP(0);

    for (unsigned n = 0; n < IR_TEXT_SLOTS; n++)
        if (ir_text_slots[n].slot == slot)
            name = ir_text_slots[n].name;
    if (slot < 4 * IR_VTEMPS && slot % 4)
        fprintf(p->out, "v%u.%u", slot / 4, slot % 4);
    else if (slot < 4 * IR_VTEMPS)
        fprintf(p->out, "v%u", slot / 4);
    else if (slot >= temp0 && slot < temp0 + IR_TEMPS)
        fprintf(p->out, "t%u", slot - temp0);
    else if (name)
        fputs(name, p->out);
    else
        fprintf(p->out, "s%u", slot);
}

static void print_number(const struct printer *p, int64_t value)
{
    if (value > -10000 && value < 10000)
        fprintf(p->out, "%" PRId64, value);
    else
        fprintf(p->out, "%#" PRIx64, (uint64_t)value);
}

static void print_slot_or_immediate(const struct printer *p, unsigned slot)
{
    if (!(p->i->flags & IR_IMM)) {
        print_slot(p, slot);
        return;
    }
    fputc('#', p->out);
    print_number(p, p->i->imm);
}

static void print_address(const struct printer *p)
{
    fputc('[', p->out);
    print_slot(p, p->i->a);
    if (p->i->b != IR_SLOT_ZERO || p->i->scale) {
        fputs(" + ", p->out);
        print_slot(p, p->i->b);
        if (p->i->scale)
            fprintf(p->out, "*%u", 1u << p->i->scale);
    }
    if (p->i->imm) {
        fputs(" + ", p->out);
        print_number(p, p->i->imm);
    }
    fputc(']', p->out);
}

static void print_named(const struct printer *p, char mark, const char *name, uint64_t index)
{
    fputc(mark, p->out);
    if (name)
        fputs(name, p->out);
    else
        fprintf(p->out, "%" PRIu64, index);
}

static void print_helper(const struct printer *p)
{
    uint64_t n = (uint64_t)p->i->imm;

    print_named(p, '@', p->guest && n < p->guest->helper_count ? p->guest->helpers[n].name : NULL,
                n);
}

static void print_vec(const struct printer *p)
{
    uint64_t n = (uint64_t)p->i->imm >> 8;

    print_named(p, '@', p->guest && n < p->guest->vec_count ? p->guest->vecs[n].name : NULL, n);
    fprintf(p->out, ":%u", (unsigned)p->i->imm & 0xff);
}

static void print_c(const struct printer *p)
{
    if (p->i->op == IR_shld || p->i->op == IR_shrd)
        print_slot_or_immediate(p, p->i->c);
    else
        print_slot(p, p->i->c);
}

static void print_immediate(const struct printer *p)
{
    print_number(p, p->i->imm);
    if (p->i->op == IR_insn)
        fprintf(p->out, ", %u", p->i->width2);
}

static void print_operand(const struct printer *p, char operand)
{
    switch (operand) {
    case 'd':
    case 'D':
        print_slot(p, p->i->dst);
        break;
    case 'a':
        print_slot(p, p->i->a);
        break;
    case 'b':
        print_slot(p, p->i->b);
        break;
    case 'B':
        print_slot_or_immediate(p, p->i->b);
        break;
    case 'c':
    case 'e':
        print_c(p);
        break;
    case 'm':
        print_address(p);
        break;
    case 'k':
        fputs(ir_text_conds[p->i->cond & 15], p->out);
        break;
    case 'h':
        print_helper(p);
        break;
    case 'v':
        print_vec(p);
        break;
    default:
        print_immediate(p);
    }
}

/* ---- lines ---- */

static void print_name(const struct printer *p, const struct ir_op_info *info)
{
    bool second = false;

    for (const char *o = info->operands; *o; o++)
        second |= *o == 'w';
    fputs(info->name, p->out);
    if (p->i->op == IR_insn)
        return;
    fprintf(p->out, ".%u", 8u << p->i->width);
    if (second)
        fprintf(p->out, ".%u", 8u << p->i->width2);
    if (p->i->flags & IR_SETF)
        fputc('!', p->out);
    for (unsigned n = 0; n < IR_TEXT_FLAGS; n++)
        if (p->i->flags & ir_text_flags[n].flag)
            fprintf(p->out, ".%s", ir_text_flags[n].name);
}

static void print_line(const struct printer *p)
{
    const struct ir_op_info *info = &ir_op_table[p->i->op];
    const char *between = " ";

    print_name(p, info);
    for (const char *o = info->operands; *o; o++) {
        if (*o == 'w')
            continue;
        fputs(between, p->out);
        print_operand(p, *o);
        between = ", ";
    }
    fputc('\n', p->out);
}

void ir_print(const struct ir_builder *builder, const struct ir_guest *guest, FILE *out)
{
    struct printer p = {.guest = guest, .out = out};

    for (unsigned n = 0; n < builder->count; n++) {
        p.i = &builder->insn[n];
        if (p.i->op < IR_OP_COUNT)
            print_line(&p);
        else
            fputs("; no such op\n", out);
    }
}
