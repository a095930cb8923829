/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single bits and counts of bits: bt and its kin, scans, population counts. */
#include "emulator/jit/x86-64/vector.h"

/* ---- bt, bts, btr, btc ---- */

static int bits_extension(unsigned op)
{
    switch (op) {
    case IR_bt:
        return 4;
    case IR_bts:
        return 5;
    case IR_btr:
        return 6;
    case IR_btc:
        return 7;
    default:
        return -1;
    }
}

/* Only C changes; of the rest the host promises to leave Z alone. */
static bool bits_test(struct jit_translation *t, const struct ir_insn *i, unsigned extension)
{
    bool sets = i->flags & IR_SETF;
    struct asm_buf *b = &t->b;

    if (i->width < IR_16 || i->width > IR_64 || (sets && !jit_flags_begin(t, i)))
        return false;
    if (!(i->flags & IR_IMM))
        asm_load(b, i->width, ASM_RCX, jit_slot(t, i->b));
    asm_load(b, i->width, ASM_RAX, jit_slot(t, i->a));
    if (i->flags & IR_IMM) {
        asm_op(b, i->width, 0x0fba, extension, asm_r(ASM_RAX));
        asm_8(b, (unsigned)i->imm & ((8u << i->width) - 1));
    } else {
        asm_op(b, i->width, 0x0f83 | extension << 3, ASM_RCX, asm_r(ASM_RAX));
    }
    if (i->op != IR_bt)
        jit_put(t, i->dst, ASM_RAX);
    if (sets)
        jit_flags_end(t, i, (t->host & IR_F_Z) | IR_F_C);
    return true;
}

/* ---- scans and counts ---- */

struct bits_count {
    uint16_t opcode;
    uint16_t host; /* flags that the host has as they are defined */
    bool prefixed; /* f3: without the feature it is another instruction */
};

static bool bits_count_of(const struct jit_translation *t, unsigned op, struct bits_count *out)
{
    switch (op) {
    case IR_bsf:
        *out = (struct bits_count){0x0fbc, IR_F_Z, false};
        return true;
    case IR_bsr:
        *out = (struct bits_count){0x0fbd, IR_F_Z, false};
        return true;
    case IR_tzcnt:
        *out = (struct bits_count){0x0fbc, IR_F_Z | IR_F_C, true};
        return __builtin_cpu_supports("bmi");
    case IR_lzcnt:
        *out = (struct bits_count){0x0fbd, IR_F_Z | IR_F_C, true};
        return t->features & JIT_LZCNT;
    case IR_popcnt:
        *out = (struct bits_count){0x0fb8, IR_F_ALL, true};
        return __builtin_cpu_supports("popcnt");
    default:
        return false;
    }
}

/* bsf and bsr leave their destination alone when there is no bit. */
static bool bits_count(struct jit_translation *t, const struct ir_insn *i)
{
    bool sets = i->flags & IR_SETF, scan = i->op == IR_bsf || i->op == IR_bsr;
    struct asm_buf *b = &t->b;
    struct bits_count count;

    if (i->width < IR_32 || i->width > IR_64 || !bits_count_of(t, i->op, &count) ||
        (sets && !jit_flags_begin(t, i)))
        return false;
    asm_load(b, i->width, ASM_RCX, jit_slot(t, i->a));
    if (scan)
        asm_load(b, i->width, ASM_RAX, jit_slot(t, i->dst));
    asm_op_prefix(b, count.prefixed ? 0xf3 : 0, i->width, count.opcode, ASM_RAX, asm_r(ASM_RCX));
    jit_put(t, i->dst, ASM_RAX);
    if (sets)
        jit_flags_end(t, i, count.host);
    return true;
}

bool jit_emit_bits(struct jit_translation *t, const struct ir_insn *i)
{
    int extension = bits_extension(i->op);

    return extension >= 0 ? bits_test(t, i, (unsigned)extension) : bits_count(t, i);
}
