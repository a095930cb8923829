/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways out of a piece of code: to another place of the region, another block, or the run loop. */
#include "emulator/ir/jumps.h"
#include "emulator/jit/x86-64/translate.h"

/* The bits that the new pc has. */
static unsigned exit_width(const struct ir_insn *i)
{
    if (i->op != IR_brz && i->op != IR_brnz)
        return i->width & 3;
    return i->width2 ? i->width2 & 3 : IR_64;
}

void jit_exit_pc(struct jit_translation *t, int64_t offset, unsigned width)
{
    if (jit_fits(offset)) {
        asm_load(&t->b, IR_64, ASM_RAX, ENV(code_base));
        asm_alu_imm(&t->b, IR_64, ASM_ADD, asm_r(ASM_RAX), (int32_t)offset);
    } else {
        asm_imm(&t->b, ASM_RAX, (uint64_t)offset);
        asm_alu(&t->b, IR_64, ASM_ADD, ASM_RAX, ENV(code_base));
    }
    if (width < IR_64)
        asm_load(&t->b, width, ASM_RAX, asm_r(ASM_RAX));
}

bool jit_may_link(const struct jit_translation *t, int64_t offset)
{
    return t->may_link && (uint64_t)offset < IR_PAGE_SIZE && t->links < IR_MAX_INSNS;
}

bool jit_may_link_far(const struct jit_translation *t, int64_t offset)
{
    return t->may_link && jit_fits(offset) && (uint64_t)offset >= IR_PAGE_SIZE &&
           t->links < IR_MAX_INSNS;
}

void jit_link_check(struct jit_translation *t, int64_t offset, uint32_t differs[2])
{
    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    differs[0] = asm_jcc(&t->b, IR_COND_NZ);
    asm_align(&t->b, 8, 2);
    t->link[t->links].tag = asm_pos(&t->b) + 2;
    asm_8(&t->b, 0x48); /* mov rdx, 64 bits */
    asm_8(&t->b, 0xb8 | ASM_RDX);
    asm_64(&t->b, IR_JUMPS_NO_TAG);
    asm_alu(&t->b, IR_64, ASM_XOR, ASM_RDX, ENV(jumps_tag));
    asm_alu(&t->b, IR_64, ASM_CMP, ASM_RDX, ENV(code_base));
    differs[1] = asm_jcc(&t->b, IR_COND_NZ);
}

void jit_link_page(struct jit_translation *t, int64_t offset)
{
    asm_alu_imm(&t->b, IR_64, ASM_ADD, ENV(code_base), (int32_t)(offset & (int64_t)IR_PAGE_MASK));
}

unsigned jit_link_jump(struct jit_translation *t, unsigned opcode, int64_t offset)
{
    struct link_draft *link = &t->link[t->links];

    link->page = (int32_t)(offset & (int64_t)IR_PAGE_MASK);
    link->offset = (uint16_t)(offset & ~(int64_t)IR_PAGE_MASK);
    if (link->page == 0)
        link->tag = 0;
    asm_align(&t->b, 4, 1);
    link->jump = asm_pos(&t->b) + 1;
    asm_8(&t->b, opcode);
    asm_32(&t->b, 0);
    return t->links++;
}

/* Joined now and then where the tag differs, looked up else. */
static void link_tail_far(struct jit_translation *t)
{
    asm_alu_imm(&t->b, IR_32, ASM_SUB, asm_m(ASM_RDX, offsetof(struct jit_link, wait)), 1);
    jit_branch_stub(t, IR_COND_N, t->stubs->link);
    jit_emit_lookup(t);
}

void jit_link_tail(struct jit_translation *t, unsigned n)
{
    struct link_draft *link = &t->link[n];

    link->tail = asm_pos(&t->b);
    asm_here(&t->b, link->jump);
    jit_exit_pc(t, link->offset, IR_64);
    jit_emit_pointer(t, ASM_RDX, FIX_LINK, n);
    if (link->page == 0)
        jit_jump_stub(t, t->stubs->link);
    else
        link_tail_far(t);
}

static void exit_linked(struct jit_translation *t, int64_t offset)
{
    uint32_t request;
    unsigned link;

    asm_alu_imm(&t->b, IR_32, ASM_CMP, ENV(request), 0);
    request = asm_jcc(&t->b, IR_COND_NZ);
    link = jit_link_jump(t, 0xe9, offset);
    asm_here(&t->b, request);
    jit_link_tail(t, link);
}

static void exit_linked_far(struct jit_translation *t, int64_t offset)
{
    uint32_t differs[2];
    unsigned link;

    jit_link_check(t, offset, differs);
    jit_link_page(t, offset);
    link = jit_link_jump(t, 0xe9, offset);
    asm_here(&t->b, differs[0]);
    asm_here(&t->b, differs[1]);
    jit_link_page(t, offset);
    jit_link_tail(t, link);
}

void jit_exit_outside(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned width = exit_width(i);

    jit_flags_flush(t);
    if (i->op == IR_jmp && (i->flags & IR_HINT_CALL) && jit_emit_call(t, i))
        return;
    if (i->op != IR_leave && width == IR_64 && jit_may_link(t, i->imm)) {
        exit_linked(t, i->imm);
        return;
    }
    if (i->op != IR_leave && width == IR_64 && jit_may_link_far(t, i->imm)) {
        exit_linked_far(t, i->imm);
        return;
    }
    jit_exit_pc(t, i->imm, width);
    if (i->op == IR_leave)
        jit_jump_stub(t, t->stubs->leave);
    else
        jit_emit_lookup(t);
}

/* Does somebody look at what is pending where this exit leads to within the region? */
static bool exit_needs_flags(const struct jit_translation *t)
{
    return t->pending.count != 0 && t->region.live_in[t->region.target[t->op] - 1] != 0;
}

void jit_exit_tail(struct jit_translation *t, uint32_t from, enum tail_kind kind)
{
    t->tail[t->tails++] = (struct tail){
        .from = {from}, .op = (uint16_t)t->op, .kind = (uint8_t)kind, .pending = t->pending};
}

static void exit_branch(struct jit_translation *t, unsigned cc)
{
    unsigned target = t->region.target[t->op];

    if (target == 0)
        jit_exit_tail(t, asm_jcc(&t->b, cc), TAIL_EXIT);
    else if (exit_needs_flags(t) && !jit_flags_flush_quietly(t))
        jit_exit_tail(t, asm_jcc(&t->b, cc), TAIL_EDGE);
    else
        jit_emit_to_label(t, 0x0f80 | cc, target - 1);
    t->host_next = t->host;
}

static void exit_zero(struct jit_translation *t, const struct ir_insn *i)
{
    if (jit_in_reg(t, i->a))
        asm_op(&t->b, i->width, i->width == IR_8 ? 0x84 : 0x85, t->reg[i->a & 4095],
               jit_slot(t, i->a));
    else
        asm_alu_imm(&t->b, i->width, ASM_CMP, jit_slot(t, i->a), 0);
    t->host = 0;
    exit_branch(t, i->op == IR_brz ? IR_COND_Z : IR_COND_NZ);
}

/* Within the region there is nothing to do where the target comes next. */
static void exit_jump(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned target = t->region.target[t->op];

    if (target == 0) {
        jit_exit_outside(t, i);
        return;
    }
    if (exit_needs_flags(t))
        jit_flags_flush(t);
    if (target - 1 != t->op + 1)
        jit_emit_to_label(t, 0xe9, target - 1);
}

static void exit_indirect(struct jit_translation *t, const struct ir_insn *i)
{
    jit_flags_flush(t);
    if ((i->flags & IR_HINT_CALL) && jit_emit_call(t, i))
        return;
    asm_load(&t->b, i->width & 3, ASM_RAX, jit_slot(t, i->a));
    if (i->flags & IR_HINT_RET)
        jit_emit_return(t);
    else
        jit_emit_lookup(t);
}

bool jit_emit_exit(struct jit_translation *t, const struct ir_insn *i)
{
    switch (i->op) {
    case IR_br:
        exit_branch(t, jit_flags_cond(t, i->cond));
        break;
    case IR_brz:
    case IR_brnz:
        exit_zero(t, i);
        break;
    case IR_jmp:
        exit_jump(t, i);
        break;
    case IR_jmpi:
        exit_indirect(t, i);
        break;
    default:
        jit_exit_outside(t, i);
    }
    return true;
}
