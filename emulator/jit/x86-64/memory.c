/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads, stores and read-modify-write ops: the soft-TLB check in line, and on a miss the whole op
 * by the portable executor, which has not changed anything before.
 */
#include "emulator/jit/x86-64/translate.h"

struct asm_rm jit_operand_m(struct jit_translation *t, const struct ir_insn *i)
{
    unsigned base = ASM_NONE, index = ASM_NONE;

    if (i->a != IR_SLOT_ZERO) {
        base = jit_target(t, i->a, ASM_RDX);
        asm_load(&t->b, IR_64, base, jit_slot(t, i->a));
    }
    if (i->b != IR_SLOT_ZERO) {
        index = jit_target(t, i->b, ASM_RCX);
        asm_load(&t->b, IR_64, index, jit_slot(t, i->b));
    }
    return asm_mx(base, index, i->scale & 3u, jit_fits(i->imm) ? (int32_t)i->imm : 0);
}

/* rdx = the address; rcx is used */
static void memory_address(struct jit_translation *t, const struct ir_insn *i)
{
    struct asm_buf *b = &t->b;
    bool large = !jit_fits(i->imm), narrow = i->flags & IR_ADDR32;
    struct asm_rm m = jit_operand_m(t, i);

    if (m.reg != ASM_NONE && m.index == ASM_NONE && i->imm == 0 && !narrow)
        asm_mov(b, ASM_RDX, m.reg);
    else
        asm_lea(b, !large && narrow ? IR_32 : IR_64, ASM_RDX, m);
    if (!large)
        return;
    asm_imm(b, ASM_RCX, (uint64_t)i->imm);
    asm_alu(b, narrow ? IR_32 : IR_64, ASM_ADD, ASM_RDX, asm_r(ASM_RCX));
}

void jit_tlb_entry(struct asm_buf *b)
{
    asm_shifted(b, ASM_RCX, ASM_RDX, IR_PAGE_BITS - 5);
    asm_alu_imm(b, IR_32, ASM_AND, asm_r(ASM_RCX), (IR_TLB_SIZE - 1) << 5);
    asm_alu(b, IR_64, ASM_ADD, ASM_RCX, ENV(tlb));
}
_Static_assert(sizeof(struct ir_tlb_entry) == 32, "the index is shifted by 5");

struct jit_miss jit_memory_check(struct jit_translation *t, const struct ir_insn *i, bool write)
{
    struct asm_buf *b = &t->b;
    unsigned size = ir_width_bytes(i->width);
    struct jit_miss miss = {.host = asm_mx(ASM_RCX, ASM_RDX, 0, 0)};
    size_t tag = write ? offsetof(struct ir_tlb_entry, write) : offsetof(struct ir_tlb_entry, read);

    memory_address(t, i);
    if ((i->flags & IR_ALIGNED) && size > 1) {
        asm_op(b, IR_8, 0xf6, 0, asm_r(ASM_RDX)); /* test */
        asm_8(b, size - 1);
        miss.align = asm_jcc(b, IR_COND_NZ);
    }
    jit_tlb_entry(b);
    asm_alu(b, IR_64, ASM_SUB, ASM_RDX, asm_m(ASM_RCX, (int32_t)tag));
    asm_alu_imm(b, IR_64, ASM_CMP, asm_r(ASM_RDX), (int32_t)(IR_PAGE_SIZE - size));
    miss.tag = asm_jcc(b, IR_COND_NCZ);
    asm_load(b, IR_64, ASM_RCX, asm_m(ASM_RCX, offsetof(struct ir_tlb_entry, host)));
    return miss;
}

void jit_memory_settle(struct jit_translation *t, struct jit_miss *miss)
{
    asm_alu(&t->b, IR_64, ASM_ADD, ASM_RCX, asm_r(ASM_RDX));
    miss->host = asm_m(ASM_RCX, 0);
}

static void memory_load(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host)
{
    unsigned reg = jit_target(t, i->dst, ASM_RDX);

    if (i->op == IR_lds)
        asm_load_signed(&t->b, i->width, i->width2, reg, host);
    else
        asm_load(&t->b, i->width, reg, host);
    jit_put(t, i->dst, reg);
}

static void memory_store(struct jit_translation *t, const struct ir_insn *i, struct jit_miss *miss)
{
    unsigned reg = jit_target(t, i->c, ASM_RDX);

    if (reg == ASM_RDX)
        jit_memory_settle(t, miss);
    asm_load(&t->b, IR_64, reg, jit_slot(t, i->c));
    asm_store(&t->b, i->width, miss->host, reg);
}

bool jit_emit_memory(struct jit_translation *t, const struct ir_insn *i)
{
    struct jit_miss miss;

    if (i->width > (i->op == IR_probe ? IR_256 : IR_64) ||
        (i->op == IR_lds && (i->width > i->width2 || i->width2 > IR_64)))
        return false;
    miss = jit_memory_check(t, i, i->op == IR_st || i->op == IR_probe);
    if (i->op == IR_ld || i->op == IR_lds)
        memory_load(t, i, miss.host);
    else if (i->op == IR_st)
        memory_store(t, i, &miss);
    jit_tail_slow(t, miss.tag, miss.align);
    return true;
}

/* ---- read-modify-write ---- */

static int rmw_operation(unsigned op)
{
    switch (op) {
    case IR_madd:
    case IR_minc:
        return ASM_ADD;
    case IR_msub:
    case IR_mdec:
        return ASM_SUB;
    case IR_mand:
        return ASM_AND;
    case IR_mor:
        return ASM_OR;
    case IR_mxor:
        return ASM_XOR;
    default:
        return -1;
    }
}

/* Nobody wants the old value or flags: one instruction does it all. */
static void rmw_plain(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host,
                      unsigned operation, bool step)
{
    unsigned reg = jit_target(t, i->c, ASM_RDX);

    if (!step)
        asm_load(&t->b, IR_64, reg, jit_slot(t, i->c));
    if (i->flags & IR_LOCK)
        asm_8(&t->b, 0xf0);
    if (step)
        asm_alu_imm(&t->b, i->width, operation, host, 1);
    else
        asm_op(&t->b, i->width, operation << 3 | (i->width == IR_8 ? 0 : 1), reg, host);
}

static void rmw_kind(struct jit_translation *t, uint32_t kind)
{
    asm_op(&t->b, IR_32, 0xc7, 0, ENV(flags.kind));
    asm_32(&t->b, kind);
    t->kind = kind;
    t->pending.count = 0;
}

/* rdx op= c, or 1 */
static void rmw_apply(struct jit_translation *t, const struct ir_insn *i, unsigned operation,
                      bool step)
{
    if (step)
        asm_alu_imm(&t->b, i->width, operation, asm_r(ASM_RDX), 1);
    else
        asm_alu(&t->b, i->width, operation, ASM_RDX, jit_slot(t, i->c));
    if (i->width < IR_32)
        asm_load(&t->b, i->width, ASM_RDX, asm_r(ASM_RDX));
}

/* rdx = what was there, rdx added to it in memory; sums and differences only */
static void rmw_fetch_add(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host,
                          unsigned operation, bool step)
{
    struct asm_buf *b = &t->b;

    if (step)
        asm_imm(b, ASM_RDX, operation == ASM_ADD ? 1 : UINT64_MAX);
    else
        asm_load(b, IR_64, ASM_RDX, jit_slot(t, i->c));
    if (!step && operation == ASM_SUB)
        asm_op(b, IR_64, 0xf7, 3, asm_r(ASM_RDX)); /* neg */
    if (i->flags & IR_LOCK)
        asm_8(b, 0xf0);
    asm_op(b, i->width, i->width == IR_8 ? 0x0fc0 : 0x0fc1, ASM_RDX, host);
    if (i->dst == IR_SLOT_SINK)
        return;
    asm_load(b, i->width, ASM_RCX, asm_r(ASM_RDX));
}

/* The flags from the result in rdx. For steps env->sink holds C as it was. */
static void rmw_flags(struct jit_translation *t, const struct ir_insn *i, bool logic, bool step)
{
    struct asm_buf *b = &t->b;

    if (step && !jit_flags_has_carry(t)) {
        asm_load(b, IR_64, ASM_RAX, ENV(sink));
        asm_store(b, IR_64, ENV(flags.carry_in), ASM_RAX);
    } else if (!step && !logic) {
        asm_load(b, i->width, ASM_RAX, jit_slot(t, i->c));
        asm_store(b, IR_64, ENV(flags.b), ASM_RAX);
    }
    asm_store(b, IR_64, ENV(flags.result), ASM_RDX);
    rmw_kind(t, ir_x_kind_after(i, IR_K_END));
}

/* rax = what is expected, and then what was there */
static void rmw_compare(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host)
{
    struct asm_buf *b = &t->b;

    asm_load(b, IR_64, ASM_RDX, jit_slot(t, i->c));
    asm_load(b, i->width, ASM_RAX, jit_slot(t, i->dst));
    if (i->flags & IR_LOCK)
        asm_8(b, 0xf0);
    asm_op(b, i->width, i->width == IR_8 ? 0x0fb0 : 0x0fb1, ASM_RDX, host);
    if (i->width < IR_64)
        asm_load(b, i->width, ASM_RAX, asm_r(ASM_RAX));
    if (i->flags & IR_SETF) {
        asm_load(b, i->width, ASM_RDX, jit_slot(t, i->dst));
        asm_alu(b, i->width, ASM_SUB, ASM_RDX, asm_r(ASM_RAX));
        if (i->width < IR_32)
            asm_load(b, i->width, ASM_RDX, asm_r(ASM_RDX));
        asm_store(b, IR_64, ENV(flags.b), ASM_RAX);
        asm_store(b, IR_64, ENV(flags.result), ASM_RDX);
        rmw_kind(t, ir_x_kind_after(i, IR_K_END));
    }
    jit_put(t, i->dst, ASM_RAX);
}

static void rmw_exchange(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host)
{
    asm_load(&t->b, IR_64, ASM_RDX, jit_slot(t, i->c));
    asm_op(&t->b, i->width, i->width == IR_8 ? 0x86 : 0x87, ASM_RDX, host);
    asm_load(&t->b, i->width, ASM_RDX, asm_r(ASM_RDX));
    jit_put(t, i->dst, ASM_RDX);
}

/* Where the old value or flags are wanted: by a fetch-and-add, or where nobody else may look, by a
 * load and a store. */
static void rmw_full(struct jit_translation *t, const struct ir_insn *i, struct asm_rm host,
                     unsigned operation, bool step)
{
    bool logic = operation == ASM_AND || operation == ASM_OR || operation == ASM_XOR;
    bool whole = (i->flags & IR_LOCK) || i->dst != IR_SLOT_SINK;

    if (whole)
        rmw_fetch_add(t, i, host, operation, step);
    else
        asm_load(&t->b, i->width, ASM_RDX, host);
    if (i->flags & IR_SETF)
        rmw_apply(t, i, operation, step);
    if (!whole)
        asm_store(&t->b, i->width, host, ASM_RDX);
    if (i->flags & IR_SETF)
        rmw_flags(t, i, logic, step);
    if (i->dst != IR_SLOT_SINK)
        jit_put(t, i->dst, ASM_RCX);
}

static bool rmw_is_plain(const struct ir_insn *i)
{
    return !(i->flags & IR_SETF) && i->dst == IR_SLOT_SINK;
}

static bool rmw_is_step(const struct ir_insn *i)
{
    return i->op == IR_minc || i->op == IR_mdec;
}

static bool rmw_can(const struct ir_insn *i)
{
    int operation = rmw_operation(i->op);

    if (i->width > IR_64)
        return false;
    if (i->op == IR_mxchg || i->op == IR_mcmpxchg)
        return true;
    return operation >= 0 && (rmw_is_plain(i) || operation == ASM_ADD || operation == ASM_SUB ||
                              (i->dst == IR_SLOT_SINK && !(i->flags & IR_LOCK)));
}

/* rcx + rdx is where; what the op does once it may. */
static void rmw_body(struct jit_translation *t, const struct ir_insn *i, struct jit_miss *miss)
{
    int operation = rmw_operation(i->op);

    jit_memory_settle(t, miss);
    if (i->op == IR_mxchg)
        rmw_exchange(t, i, miss->host);
    else if (i->op == IR_mcmpxchg)
        rmw_compare(t, i, miss->host);
    else if (rmw_is_plain(i))
        rmw_plain(t, i, miss->host, (unsigned)operation, rmw_is_step(i));
    else
        rmw_full(t, i, miss->host, (unsigned)operation, rmw_is_step(i));
}

bool jit_emit_rmw(struct jit_translation *t, const struct ir_insn *i)
{
    struct jit_miss miss;

    if (!rmw_can(i))
        return false;
    if ((i->flags & IR_SETF) && rmw_is_step(i))
        jit_flags_keep_carry(t, ENV(sink));
    miss = jit_memory_check(t, i, true);
    t->tail_kind = t->kind;
    rmw_body(t, i, &miss);
    jit_tail_slow(t, miss.tag, miss.align);
    return true;
}

/* ---- stores to pages with code ---- */

bool jit_memory_is_store(const struct ir_insn *i)
{
    bool rmw = (ir_op_table[i->op].attributes & IR_A_RMW) == IR_A_RMW;

    return rmw ? rmw_can(i) : i->op == IR_st && i->width <= IR_64;
}

uint32_t jit_memory_watch(struct jit_translation *t, const struct ir_insn *i)
{
    struct jit_miss miss = {.host = asm_mx(ASM_RCX, ASM_RDX, 0, 0)};
    uint32_t slow;

    memory_address(t, i);
    asm_imm(&t->b, ASM_RAX, ir_width_bytes(i->width) - 1);
    jit_call_stub(t, t->stubs->watch);
    slow = asm_jcc(&t->b, IR_COND_C);
    if (i->op == IR_st)
        memory_store(t, i, &miss);
    else
        rmw_body(t, i, &miss);
    jit_call_stub(t, t->stubs->watched);
    return slow;
}
