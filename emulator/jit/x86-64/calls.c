/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guest calls and returns as calls and returns of the host, which predicts the latter. A call
 * leaves a frame on the host's stack: the pc to come back to, and where in this block code goes on
 * then. A return to the pc of the last frame is one of the host; any other drops that frame, as the
 * host's predictor does, and looks the pc up. A frame is as good as an entry of the jump table that
 * was current when it was made (env->returns_stale), and the run loop never sees one.
 */
#include "emulator/jit/x86-64/translate.h"

#define CALL_FRAME_CODE 0 /* from rsp */
#define CALL_FRAME_PC   8

/* The op that made the return pc, which is in temporary 0, or NULL. */
static const struct ir_insn *call_back(const struct jit_translation *t)
{
    for (unsigned n = t->op; n-- > 0 && jit_op(t, n)->op != IR_insn;)
        if (jit_op(t, n)->dst == IR_SLOT_TEMP(0))
            return jit_op(t, n)->op == IR_pcrel ? jit_op(t, n) : NULL;
    return NULL;
}

static void call_frame(struct jit_translation *t)
{
    asm_alu(&t->b, IR_64, ASM_CMP, ASM_RSP, ENV(returns_end));
    jit_exit_tail(t, asm_jcc(&t->b, IR_COND_C), TAIL_DEEP);
    t->tail[t->tails - 1].back = asm_pos(&t->b);
    asm_push(&t->b, t->reg[IR_SLOT_TEMP(0)]);
}

/* All frames go: who returns to them looks the pc up. */
void jit_tail_deep(struct jit_translation *t, const struct tail *tail)
{
    asm_load(&t->b, IR_64, ASM_RSP, ENV(returns));
    asm_jmp_back(&t->b, tail->back);
}

/* Where the call comes back to: rax is the pc. */
static void call_landing(struct jit_translation *t, const struct ir_insn *back)
{
    asm_alu_imm(&t->b, IR_64, ASM_ADD, asm_r(ASM_RSP), 8);
    if (back->width != IR_64 || !jit_may_link(t, back->imm)) {
        jit_emit_lookup(t);
        return;
    }
    asm_lea(&t->b, IR_64, ASM_RCX, asm_m(ASM_RAX, -(int32_t)back->imm));
    asm_store(&t->b, IR_64, ENV(code_base), ASM_RCX);
    jit_link_tail(t, jit_link_jump(t, 0xe9, back->imm));
}

/* Within the page: the call itself is patched. */
static void call_linked(struct jit_translation *t, int64_t offset, const struct ir_insn *back)
{
    uint32_t request;
    unsigned link;

    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    request = asm_jcc(&t->b, IR_COND_NZ);
    call_frame(t);
    link = jit_link_jump(t, 0xe8, offset);
    call_landing(t, back);
    asm_here(&t->b, request);
    jit_link_tail(t, link);
}

/* To another page: where the tag differs the call leads to the link's tail, and comes back to the
 * same landing. */
static void call_linked_far(struct jit_translation *t, int64_t offset, const struct ir_insn *back)
{
    uint32_t differs[2], landing, tail;
    unsigned link;

    jit_link_check(t, offset, differs);
    call_frame(t);
    jit_link_page(t, offset);
    link = jit_link_jump(t, 0xe8, offset);
    landing = asm_pos(&t->b);
    call_landing(t, back);
    asm_here(&t->b, differs[0]);
    asm_here(&t->b, differs[1]);
    jit_link_page(t, offset);
    call_frame(t);
    tail = asm_call(&t->b);
    asm_jmp_back(&t->b, landing);
    asm_here(&t->b, tail);
    jit_link_tail(t, link);
}

/* To the pc in rax: the call leads to a look-up, which jumps. */
static void call_looked_up(struct jit_translation *t, const struct ir_insn *back)
{
    uint32_t lookup;

    call_frame(t);
    lookup = asm_call(&t->b);
    call_landing(t, back);
    asm_here(&t->b, lookup);
    jit_emit_lookup(t);
}

/* A call of the next instruction is how code finds out its own pc. */
bool jit_emit_call(struct jit_translation *t, const struct ir_insn *i)
{
    const struct ir_insn *back = call_back(t);

    if (back == NULL || (i->op == IR_jmp && i->imm == back->imm))
        return false;
    if (i->op == IR_jmp && i->width == IR_64 && jit_may_link(t, i->imm)) {
        call_linked(t, i->imm, back);
        return true;
    }
    if (i->op == IR_jmp && i->width == IR_64 && jit_may_link_far(t, i->imm)) {
        call_linked_far(t, i->imm, back);
        return true;
    }
    if (i->op == IR_jmp)
        jit_exit_pc(t, i->imm, i->width & 3);
    else
        asm_load(&t->b, i->width & 3, ASM_RAX, jit_slot(t, i->a));
    call_looked_up(t, back);
    return true;
}

void jit_emit_return(struct jit_translation *t)
{
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    jit_branch_stub(t, IR_COND_NZ, t->stubs->miss);
    asm_alu(&t->b, IR_64, ASM_CMP, ASM_RAX, asm_m(ASM_RSP, CALL_FRAME_PC));
    jit_exit_tail(t, asm_jcc(&t->b, IR_COND_NZ), TAIL_RETURN);
    asm_ret(&t->b);
}

/* The frame is dropped by a host's return, so that its predictor stays in step. */
void jit_tail_return(struct jit_translation *t)
{
    uint32_t empty, here;

    asm_alu(&t->b, IR_64, ASM_CMP, ASM_RSP, ENV(returns));
    empty = asm_jcc(&t->b, IR_COND_Z);
    here = asm_lea_code(&t->b, ASM_RCX);
    asm_store(&t->b, IR_64, asm_m(ASM_RSP, CALL_FRAME_CODE), ASM_RCX);
    asm_ret(&t->b);
    asm_here(&t->b, here);
    asm_alu_imm(&t->b, IR_64, ASM_ADD, asm_r(ASM_RSP), 8);
    asm_here(&t->b, empty);
    jit_emit_lookup(t);
}
