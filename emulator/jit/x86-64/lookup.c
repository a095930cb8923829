/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The jump to another block by its pc: the look-up in the jump table, in line, so that each place
 * has an indirect jump of its own and the host predicts each by itself; and the entry that such a
 * jump leads to.
 */
#include "emulator/ir/jumps.h"
#include "emulator/jit/x86-64/translate.h"

/* ecx = twice the index of the pc in rax, to be scaled by 8 */
static void lookup_index(struct asm_buf *b)
{
    asm_op(b, IR_32, 0x69, ASM_RCX, asm_r(ASM_RAX)); /* imul */
    asm_32(b, IR_JUMP_FACTOR);
    asm_op(b, IR_32, 0xc1, 5, asm_r(ASM_RCX)); /* shr */
    asm_8(b, 32 - IR_JUMP_BITS - 1);
    asm_alu_imm(b, IR_32, ASM_AND, asm_r(ASM_RCX), -2);
}

static struct asm_rm lookup_entry(size_t member)
{
    return asm_mx(ASM_RDX, ASM_RCX, 3, (int32_t)member);
}

static void lookup_compare(struct asm_buf *b)
{
    lookup_index(b);
    asm_load(b, IR_64, ASM_RDX, ENV(jumps));
    asm_alu(b, IR_64, ASM_CMP, ASM_RAX, lookup_entry(offsetof(struct ir_jumps, entry[0].pc)));
}

static void lookup_jump(struct asm_buf *b)
{
    asm_op(b, IR_32, 0xff, 4, lookup_entry(offsetof(struct ir_jumps, entry[0].code)));
}

void jit_emit_lookup(struct jit_translation *t)
{
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    jit_branch_stub(t, IR_COND_NZ, t->stubs->miss);
    lookup_compare(&t->b);
    jit_branch_stub(t, IR_COND_NZ, t->stubs->miss);
    lookup_jump(&t->b);
}

uint32_t jit_stub_lookup(struct asm_buf *b)
{
    uint32_t miss;

    lookup_compare(b);
    miss = asm_jcc(b, IR_COND_NZ);
    lookup_jump(b);
    return miss;
}

/*
 * rax: pc. The page's start is pc less the offset in it. When the block dies links.c writes a jump
 * over the first five bytes, by one store of eight: the first instruction has seven.
 */
void jit_emit_entry(struct jit_translation *t)
{
    asm_bytes(&t->b, (const uint8_t[]){0x48, 0x8d, 0x88}, 3); /* lea rcx, [rax + 32 bits] */
    asm_32(&t->b, -(uint32_t)t->entry_offset);
    asm_store(&t->b, IR_64, ENV(code_base), ASM_RCX);
}
