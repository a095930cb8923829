/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Data transfer (SDM volume 1, 7.3.1 and 7.3.2): moves, exchanges, conversions, addresses. Moves to
 * and from control and debug registers go to system.c.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"
#include "emulator/isa/x86/system.h"

static ZydisRegisterClass register_class(const struct x86_lift *l, unsigned i)
{
    return x86_lift_is_reg(l, i) ? ZydisRegisterGetClass(l->op[i].reg.value)
                                 : ZYDIS_REGCLASS_INVALID;
}

/* ---- MOV ---- */

static bool move_to_segment(struct x86_lift *l)
{
    if (x86_lift_reg(l, 0) == X86_CS)
        return x86_lift_raise(l, X86_UD);
    uint16_t value = x86_lift_read(l, 1), seg = x86_lift_const(l, x86_lift_reg(l, 0));
    ir_call(l->b, X86_HELPER_load_seg, IR_SLOT_SINK, seg, value, IR_SLOT_ZERO);
    return true;
}

static bool move_from_segment(struct x86_lift *l)
{
    uint16_t value = ir_temp(l->b);
    ir_mov(l->b, IR_16, value, X86_SLOT_SEG(x86_lift_reg(l, 1), selector));
    if (!x86_lift_is_mem(l, 0)) {
        x86_lift_write_gpr(l, x86_lift_reg(l, 0), l->osize, value);
        return true;
    }
    struct ir_address m = x86_lift_address(l, 0, 2, X86_LIFT_WRITE);
    ir_store(l->b, IR_16, &m, value);
    return true;
}

/* To a register of 32 or 64 bits: no temporary in between. */
static void move_to_whole(struct x86_lift *l)
{
    uint16_t dst = X86_SLOT_GPR(x86_lift_reg(l, 0));
    unsigned size = x86_lift_size(l, 0);
    if (x86_lift_is_imm(l, 1)) {
        ir_movi(l->b, x86_lift_width(size), dst, x86_lift_imm(l, 1));
    } else if (x86_lift_is_mem(l, 1)) {
        struct ir_address m = x86_lift_address(l, 1, size, X86_LIFT_READ);
        ir_load(l->b, x86_lift_width(size), dst, &m);
    } else {
        ir_mov(l->b, x86_lift_width(size), dst, X86_SLOT_GPR(x86_lift_reg(l, 1)));
    }
}

bool x86_lift_mov(struct x86_lift *l)
{
    ZydisRegisterClass to = register_class(l, 0), from = register_class(l, 1);
    if (to == ZYDIS_REGCLASS_SEGMENT)
        return move_to_segment(l);
    if (from == ZYDIS_REGCLASS_SEGMENT)
        return move_from_segment(l);
    if (to == ZYDIS_REGCLASS_CONTROL || to == ZYDIS_REGCLASS_DEBUG)
        return x86_lift_move_to_system(l, to == ZYDIS_REGCLASS_DEBUG);
    if (from == ZYDIS_REGCLASS_CONTROL || from == ZYDIS_REGCLASS_DEBUG)
        return x86_lift_move_from_system(l, from == ZYDIS_REGCLASS_DEBUG);
    if (x86_lift_is_reg(l, 0) && !x86_lift_is_gpr(l, 0))
        return false; /* test registers */
    if (x86_lift_is_reg(l, 0) && x86_lift_size(l, 0) >= 4)
        move_to_whole(l);
    else
        x86_lift_write(l, 0, x86_lift_read(l, 1));
    return true;
}

/* ---- extension ---- */

bool x86_lift_movzx(struct x86_lift *l)
{
    enum ir_width from = x86_lift_width(x86_lift_size(l, 1));
    uint16_t target = x86_lift_target(l, 0);
    if (x86_lift_is_mem(l, 1)) {
        struct ir_address m = x86_lift_address(l, 1, x86_lift_size(l, 1), X86_LIFT_READ);
        ir_load(l->b, from, target, &m);
    } else {
        ir_mov(l->b, from, target, x86_lift_read(l, 1));
    }
    x86_lift_commit(l, 0, target);
    return true;
}

/* d = the low `from` bits of a, sign-extended to `to`. */
static void sign_extend(struct x86_lift *l, enum ir_width from, enum ir_width to, uint16_t dst,
                        uint16_t src)
{
    struct ir_insn *insn = ir_mov(l->b, from, dst, src);
    insn->op = IR_sext;
    insn->width2 = to;
}

bool x86_lift_movsx(struct x86_lift *l)
{
    enum ir_width from = x86_lift_width(x86_lift_size(l, 1)),
                  to = x86_lift_width(x86_lift_size(l, 0));
    if (from >= to) { /* MOVSXD without REX.W */
        x86_lift_write(l, 0, x86_lift_read(l, 1));
        return true;
    }
    uint16_t target = x86_lift_target(l, 0);
    if (x86_lift_is_mem(l, 1)) {
        struct ir_address m = x86_lift_address(l, 1, x86_lift_size(l, 1), X86_LIFT_READ);
        struct ir_insn *insn = ir_load(l->b, from, target, &m);
        insn->op = IR_lds;
        insn->width2 = to;
    } else {
        sign_extend(l, from, to, target, x86_lift_read(l, 1));
    }
    x86_lift_commit(l, 0, target);
    return true;
}

/* CBW, CWDE, CDQE: parameter: bytes of the result. */
bool x86_lift_extend_a(struct x86_lift *l)
{
    unsigned size = (unsigned)l->parameter;
    uint16_t to = size == 2 ? ir_temp(l->b) : X86_SLOT_GPR(X86_RAX);
    sign_extend(l, x86_lift_width(size / 2), x86_lift_width(size), to, X86_SLOT_GPR(X86_RAX));
    if (size == 2)
        x86_lift_write_gpr(l, X86_RAX, 2, to);
    return true;
}

/* CWD, CDQ, CQO: parameter: bytes. */
bool x86_lift_extend_d(struct x86_lift *l)
{
    unsigned size = (unsigned)l->parameter;
    uint16_t to = size == 2 ? ir_temp(l->b) : X86_SLOT_GPR(X86_RDX);
    ir_alui(l->b, IR_sar, x86_lift_width(size), to, X86_SLOT_GPR(X86_RAX), size * 8 - 1);
    if (size == 2)
        x86_lift_write_gpr(l, X86_RDX, 2, to);
    return true;
}

/* ---- conditions ---- */

bool x86_lift_cmov(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), target = x86_lift_target(l, 0);
    uint16_t old = X86_SLOT_GPR(x86_lift_reg(l, 0));
    ir_alu(l->b, IR_select, x86_lift_width(x86_lift_size(l, 0)), target, old, value)->cond =
        (uint8_t)l->parameter;
    x86_lift_commit(l, 0, target);
    return true;
}

bool x86_lift_setcc(struct x86_lift *l)
{
    x86_lift_write(l, 0, x86_lift_condition(l, (enum ir_cond)l->parameter));
    return true;
}

/* ---- addresses ---- */

bool x86_lift_lea(struct x86_lift *l)
{
    if (x86_lift_is_reg(l, 1))
        return false;
    uint16_t target = x86_lift_target(l, 0);
    x86_lift_effective_to(l, 1, x86_lift_size(l, 0), target);
    x86_lift_commit(l, 0, target);
    return true;
}

bool x86_lift_xlat(struct x86_lift *l)
{
    uint16_t al = ir_temp(l->b), offset = ir_temp(l->b), value = ir_temp(l->b);
    ir_mov(l->b, IR_8, al, X86_SLOT_GPR(X86_RAX));
    ir_alu(l->b, IR_add, x86_lift_width(l->asize), offset, X86_SLOT_GPR(X86_RBX), al);
    struct ir_address m =
        x86_lift_segment_address(l, x86_lift_implied_segment(l, X86_DS), offset, 1, X86_LIFT_READ);
    ir_load(l->b, IR_8, value, &m);
    x86_lift_write_gpr(l, X86_RAX, 1, value);
    return true;
}

/* LDS, LES, LSS, LFS, LGS: parameter: the segment. */
bool x86_lift_load_pointer(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    uint16_t offset = ir_temp(l->b), selector = ir_temp(l->b);
    struct ir_address m = x86_lift_address(l, 1, size, X86_LIFT_READ);
    ir_load(l->b, x86_lift_width(size), offset, &m);
    m = x86_lift_address_at(l, 1, size, 2, X86_LIFT_READ);
    ir_load(l->b, IR_16, selector, &m);
    uint16_t seg = x86_lift_const(l, l->parameter);
    ir_call(l->b, X86_HELPER_load_seg, IR_SLOT_SINK, seg, selector, IR_SLOT_ZERO);
    x86_lift_write(l, 0, offset);
    return true;
}

/* ---- bytes ---- */

/* Bytes of src reversed; 16 bits too, which the op bswap does not do. */
static uint16_t reverse(struct x86_lift *l, unsigned size, uint16_t src)
{
    uint16_t to = ir_temp(l->b);
    if (size == 2)
        ir_alui(l->b, IR_rol, IR_16, to, src, 8);
    else
        x86_lift_unary(l, IR_bswap, x86_lift_width(size), to, src);
    return to;
}

bool x86_lift_movbe(struct x86_lift *l)
{
    x86_lift_write(l, 0, reverse(l, x86_lift_size(l, 0), x86_lift_read(l, 1)));
    return true;
}

/* 16 bits are undefined, and 0 on the processors there are. */
bool x86_lift_bswap(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    uint16_t value = size == 2 ? IR_SLOT_ZERO : reverse(l, size, x86_lift_read(l, 0));
    x86_lift_write(l, 0, value);
    return true;
}

/* ---- exchanges ---- */

static uint16_t copy(struct x86_lift *l, unsigned i)
{
    uint16_t slot = ir_temp(l->b);
    ir_mov(l->b, IR_64, slot, x86_lift_read(l, i));
    return slot;
}

/* A locked op where memory operand i is read and written. */
static struct ir_insn *exchange_memory(struct x86_lift *l, enum ir_op op, unsigned i, uint16_t dst,
                                       uint16_t value, bool locked)
{
    unsigned size = x86_lift_size(l, i);
    struct ir_address m = x86_lift_address(l, i, size, X86_LIFT_WRITE);
    struct ir_insn *insn = ir_rmw(l->b, op, x86_lift_width(size), dst, &m, value);
    if (locked)
        insn->flags |= IR_LOCK;
    return insn;
}

/* With memory it is locked, prefix or not. */
bool x86_lift_xchg(struct x86_lift *l)
{
    unsigned mem = x86_lift_is_mem(l, 1) ? 1 : 0;
    if (x86_lift_is_mem(l, mem)) {
        uint16_t value = x86_lift_read(l, 1 - mem), old = ir_temp(l->b);
        exchange_memory(l, IR_mxchg, mem, old, value, true);
        x86_lift_write(l, 1 - mem, old);
        return true;
    }
    uint16_t first = copy(l, 0), second = copy(l, 1);
    x86_lift_write(l, 0, second);
    x86_lift_write(l, 1, first);
    return true;
}

/* F3 90 with REX.B is not PAUSE: it exchanges R8 and the accumulator. */
bool x86_lift_pause(struct x86_lift *l)
{
    bool other = (l->insn->attributes & ZYDIS_ATTRIB_HAS_REX) && l->insn->raw.rex.B;
    if (!other) {
        ir_call(l->b, X86_HELPER_pause, IR_SLOT_SINK, IR_SLOT_ZERO, IR_SLOT_ZERO, IR_SLOT_ZERO);
        return true;
    }
    uint16_t first = ir_temp(l->b), second = ir_temp(l->b);
    ir_mov(l->b, IR_64, first, X86_SLOT_GPR(X86_RAX));
    ir_mov(l->b, IR_64, second, X86_SLOT_GPR(X86_R8));
    x86_lift_write_gpr(l, X86_RAX, l->osize, second);
    x86_lift_write_gpr(l, X86_R8, l->osize, first);
    return true;
}

bool x86_lift_xadd(struct x86_lift *l)
{
    if (x86_lift_is_mem(l, 0)) {
        uint16_t value = x86_lift_read(l, 1), old = ir_temp(l->b);
        exchange_memory(l, IR_madd, 0, old, value, l->lock)->flags |= IR_SETF;
        x86_lift_write(l, 1, old);
        return true;
    }
    uint16_t first = copy(l, 0), second = copy(l, 1), sum = ir_temp(l->b);
    ir_alu(l->b, IR_add, x86_lift_width(x86_lift_size(l, 0)), sum, first, second)->flags |= IR_SETF;
    x86_lift_write(l, 1, first);
    x86_lift_write(l, 0, sum);
    return true;
}

/* The accumulator gets what was found, but is left alone (also its upper half) when equal. */
static void cmpxchg_accumulator(struct x86_lift *l, unsigned size, uint16_t found)
{
    uint16_t rax = X86_SLOT_GPR(X86_RAX);
    if (size < 4)
        x86_lift_write_gpr(l, X86_RAX, size, found);
    else
        ir_alu(l->b, IR_select, IR_64, rax, found, rax)->cond = IR_COND_Z;
}

bool x86_lift_cmpxchg(struct x86_lift *l)
{
    unsigned size = x86_lift_size(l, 0);
    enum ir_width width = x86_lift_width(size);
    if (x86_lift_is_mem(l, 0)) {
        uint16_t value = x86_lift_read(l, 1), found = ir_temp(l->b);
        ir_mov(l->b, IR_64, found, X86_SLOT_GPR(X86_RAX));
        exchange_memory(l, IR_mcmpxchg, 0, found, value, l->lock)->flags |= IR_SETF;
        cmpxchg_accumulator(l, size, found);
        return true;
    }
    uint16_t found = x86_lift_read_zx(l, 0), value = x86_lift_read_zx(l, 1);
    ir_alu(l->b, IR_sub, width, IR_SLOT_SINK, X86_SLOT_GPR(X86_RAX), found)->flags |= IR_SETF;
    uint16_t old = size < 4 ? found : X86_SLOT_GPR(x86_lift_reg(l, 0)), put = ir_temp(l->b);
    ir_alu(l->b, IR_select, IR_64, put, old, value)->cond = IR_COND_Z;
    cmpxchg_accumulator(l, size, found);
    if (size < 4) /* else all 64 bits stay when they differ */
        x86_lift_write(l, 0, put);
    else
        ir_mov(l->b, IR_64, old, put);
    return true;
}

/* CMPXCHG8B, CMPXCHG16B: parameter: bytes. */
bool x86_lift_cmpxchg_wide(struct x86_lift *l)
{
    unsigned size = (unsigned)l->parameter;
    uint16_t linear = x86_lift_linear(l, 0, size, X86_LIFT_WRITE);
    enum x86_helper helper = size == 8 ? X86_HELPER_cmpxchg8b : X86_HELPER_cmpxchg16b;
    int64_t how = (l->lock ? 1 : 0) | (x86_lift_segment(l, 0) == X86_SS ? 2 : 0);
    ir_call(l->b, helper, IR_SLOT_SINK, linear, x86_lift_const(l, how), IR_SLOT_ZERO);
    return true;
}
