/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops that move values, and those that look at flags. None changes the host's flags. */
#include "emulator/jit/x86-64/translate.h"

static void move_imm(struct jit_translation *t, unsigned slot, uint64_t value)
{
    unsigned reg = jit_target(t, slot, ASM_RAX);

    asm_imm(&t->b, reg, value);
    jit_put(t, slot, reg);
}

static bool move_mov(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned reg = jit_target(t, i->dst, ASM_RAX);

    if (i->width > IR_64)
        return false;
    if (i->flags & IR_IMM) {
        move_imm(t, i->dst, jit_cut(i->imm, i->width));
    } else {
        asm_load(&t->b, i->width, reg, jit_slot(t, i->b));
        jit_put(t, i->dst, reg);
    }
    return true;
}

static bool move_sext(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned reg = jit_target(t, i->dst, ASM_RAX), spare = 64 - (8u << (i->width & 3));

    if (i->width > IR_64 || i->width2 > IR_64 || i->width > i->width2)
        return false;
    if (i->flags & IR_IMM) {
        move_imm(t, i->dst, jit_cut((int64_t)((uint64_t)i->imm << spare) >> spare, i->width2));
        return true;
    }
    asm_load_signed(&t->b, i->width, i->width2, reg, jit_slot(t, i->b));
    jit_put(t, i->dst, reg);
    return true;
}

/* The low 8 or 16 bits by a partial write, the second byte by rotating the register. */
static bool move_insert(struct jit_translation *t, const struct ir_insn *i)
{
    struct asm_buf *b = &t->b;

    if (i->width == IR_64 || (i->imm != 0 && i->imm != 8))
        return false;
    if (i->imm == 8) {
        if (i->width != IR_8)
            return false;
        asm_load(b, IR_8, ASM_RCX, jit_slot(t, i->a));
        asm_load(b, IR_64, ASM_RAX, jit_slot(t, i->dst));
        asm_8(b, 0x88); /* mov ah, cl */
        asm_8(b, 0xcc);
        jit_put(t, i->dst, ASM_RAX);
        return true;
    }
    if (i->width == IR_32)
        return false;
    asm_load(b, i->width, ASM_RCX, jit_slot(t, i->a));
    if (i->dst != IR_SLOT_SINK)
        asm_store(b, i->width, jit_slot(t, i->dst), ASM_RCX);
    return true;
}

static bool move_extract(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned reg = jit_target(t, i->dst, ASM_RAX);

    if (i->imm == 0 && i->width <= IR_64) {
        asm_load(&t->b, i->width, reg, jit_slot(t, i->a));
    } else if (i->imm == 8 && i->width == IR_8) {
        asm_load(&t->b, IR_64, ASM_RAX, jit_slot(t, i->a));
        asm_8(&t->b, 0x0f); /* movzx eax, ah */
        asm_8(&t->b, 0xb6);
        asm_8(&t->b, 0xc4);
        reg = ASM_RAX;
    } else {
        return false;
    }
    jit_put(t, i->dst, reg);
    return true;
}

static bool move_lea(struct jit_translation *t, const struct ir_insn *i)
{
    struct asm_buf *b = &t->b;
    unsigned reg = jit_target(t, i->dst, ASM_RAX);

    if (!jit_fits(i->imm) || i->width > IR_64)
        return false;
    asm_lea(b, i->width == IR_64 && !(i->flags & IR_ADDR32) ? IR_64 : IR_32, reg,
            jit_operand_m(t, i));
    if (i->width < IR_32)
        asm_load(b, i->width, reg, asm_r(reg));
    jit_put(t, i->dst, reg);
    return true;
}

static bool move_pcrel(struct jit_translation *t, const struct ir_insn *i)
{
    int64_t offset = i->imm;
    unsigned reg = jit_target(t, i->dst, ASM_RAX);

    if (!jit_fits(offset) || i->width > IR_64)
        return false;
    asm_load(&t->b, IR_64, reg, ENV(code_base));
    asm_lea(&t->b, i->width == IR_64 ? IR_64 : IR_32, reg, asm_m(reg, (int32_t)offset));
    if (i->width < IR_32)
        asm_load(&t->b, i->width, reg, asm_r(reg));
    jit_put(t, i->dst, reg);
    return true;
}

bool jit_emit_move(struct jit_translation *t, const struct ir_insn *i)
{
    bool done = false;

    switch (i->op) {
    case IR_mov:
        done = move_mov(t, i);
        break;
    case IR_sext:
        done = move_sext(t, i);
        break;
    case IR_insert:
        done = move_insert(t, i);
        break;
    case IR_extract:
        done = move_extract(t, i);
        break;
    case IR_lea:
        done = move_lea(t, i);
        break;
    case IR_pcrel:
        done = move_pcrel(t, i);
        break;
    }
    if (done)
        t->host_next = t->host;
    return done;
}

/* ---- setcc, select ---- */

static void cond_setcc(struct jit_translation *t, const struct ir_insn *i)
{
    asm_setcc(&t->b, jit_flags_cond(t, i->cond), ASM_RAX);
    jit_put(t, i->dst, ASM_RAX);
}

static void cond_select(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned cc = jit_flags_cond(t, i->cond), wide = i->width == IR_64 ? IR_64 : IR_32;

    if (i->flags & IR_IMM)
        asm_imm(&t->b, ASM_RCX, jit_cut(i->imm, i->width));
    else
        asm_load(&t->b, i->width, ASM_RCX, jit_slot(t, i->b));
    asm_load(&t->b, i->width, ASM_RAX, jit_slot(t, i->a));
    asm_op(&t->b, wide, 0x0f40 | cc, ASM_RAX, asm_r(ASM_RCX));
    jit_put(t, i->dst, ASM_RAX);
}

bool jit_emit_cond(struct jit_translation *t, const struct ir_insn *i)
{
    if (i->op != IR_setcc && (i->op != IR_select || i->width > IR_64))
        return false;
    if (i->op == IR_setcc)
        cond_setcc(t, i);
    else
        cond_select(t, i);
    t->host_next = t->host;
    return true;
}
