/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All flags as the bits of a word, which are where the host has them too: getf and putf. */
#include "emulator/jit/x86-64/translate.h"

#define WORD_AH (IR_F_ALL & ~IR_F_V) /* what lahf gives */

/* rax = all of the guest's flags. What the host lacks then is A after logic, where it is 0. Changes
 * rcx, rdx and the host's flags. */
static void word_get(struct jit_translation *t)
{
    struct asm_buf *b = &t->b;

    if (!jit_flags_bring(t, IR_F_ALL)) {
        jit_call_stub(t, t->stubs->flags);
        return;
    }
    asm_setcc(b, IR_COND_V, ASM_RCX);
    asm_8(b, 0x9f);                            /* lahf */
    asm_op(b, IR_32, 0xc1, 5, asm_r(ASM_RAX)); /* shr eax, 8 */
    asm_8(b, 8);
    asm_alu_imm(b, IR_32, ASM_AND, asm_r(ASM_RAX), WORD_AH & t->host);
    asm_op(b, IR_32, 0xc1, 4, asm_r(ASM_RCX)); /* shl ecx, 11: V's place */
    asm_8(b, 11);
    asm_alu(b, IR_32, ASM_OR, ASM_RAX, asm_r(ASM_RCX));
}

/* What somebody looks at of those that the op leaves alone stays. */
static void word_put(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned mask = (unsigned)i->imm & IR_F_ALL, kept = IR_F_ALL & ~mask;
    struct asm_buf *b = &t->b;

    if (t->region.live[t->op] & kept) {
        word_get(t);
        asm_alu_imm(b, IR_32, ASM_AND, asm_r(ASM_RAX), (int32_t)kept);
    } else {
        asm_imm(b, ASM_RAX, 0);
    }
    asm_load(b, IR_32, ASM_RCX, jit_slot(t, i->b));
    asm_alu_imm(b, IR_32, ASM_AND, asm_r(ASM_RCX), (int32_t)mask);
    asm_alu(b, IR_32, ASM_OR, ASM_RAX, asm_r(ASM_RCX));
    jit_flags_result(t, ASM_RAX, IR_K_RAW);
}

bool jit_emit_flag_word(struct jit_translation *t, const struct ir_insn *i)
{
    if (i->op == IR_getf) {
        word_get(t);
        jit_put(t, i->dst, ASM_RAX);
        return true;
    }
    if (i->op != IR_putf || (i->flags & IR_IMM))
        return false;
    word_put(t, i);
    return true;
}
