/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operands of lifted instructions: registers to slots, effective and linear addresses (SDM volume
 * 1, 3.7), reads and writes with the merging rules of 8- and 16-bit registers.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

enum ir_width x86_lift_width(unsigned bytes)
{
    switch (bytes) {
    case 1:
        return IR_8;
    case 2:
        return IR_16;
    case 4:
        return IR_32;
    case 16:
        return IR_128;
    case 32:
        return IR_256;
    default:
        return IR_64;
    }
}

static ZydisRegisterClass operand_class(const struct x86_lift *l, unsigned i)
{
    return x86_lift_is_reg(l, i) ? ZydisRegisterGetClass(l->op[i].reg.value)
                                 : ZYDIS_REGCLASS_INVALID;
}

bool x86_lift_is_gpr(const struct x86_lift *l, unsigned i)
{
    ZydisRegisterClass class = operand_class(l, i);
    return class == ZYDIS_REGCLASS_GPR8 || class == ZYDIS_REGCLASS_GPR16 ||
           class == ZYDIS_REGCLASS_GPR32 || class == ZYDIS_REGCLASS_GPR64;
}

bool x86_lift_is_mmx(const struct x86_lift *l, unsigned i)
{
    return operand_class(l, i) == ZYDIS_REGCLASS_MMX;
}

bool x86_lift_is_vec(const struct x86_lift *l, unsigned i)
{
    ZydisRegisterClass class = operand_class(l, i);
    return (class == ZYDIS_REGCLASS_XMM || class == ZYDIS_REGCLASS_YMM) &&
           x86_lift_reg(l, i) < X86_VECTORS;
}

static bool operand_is_high_byte(ZydisRegister reg)
{
    return reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
}

/* Zydis counts AH..BH as 4..7 of the byte registers and SPL and on from 8. */
static unsigned register_number(ZydisRegister reg)
{
    unsigned id = (unsigned)ZydisRegisterGetId(reg);
    if (ZydisRegisterGetClass(reg) == ZYDIS_REGCLASS_GPR8 && id >= 4)
        id -= 4;
    return id;
}

unsigned x86_lift_reg(const struct x86_lift *l, unsigned i)
{
    return register_number(l->op[i].reg.value);
}

uint16_t x86_lift_vec_slot(const struct x86_lift *l, unsigned i)
{
    return X86_SLOT_VEC(x86_lift_reg(l, i));
}

uint16_t x86_lift_const(struct x86_lift *l, int64_t value)
{
    if (value == 0)
        return IR_SLOT_ZERO;
    uint16_t slot = ir_temp(l->b);
    ir_movi(l->b, IR_64, slot, value);
    return slot;
}

/* ---- addresses ---- */

enum x86_seg_name x86_lift_segment(const struct x86_lift *l, unsigned i)
{
    ZydisRegister reg = l->op[i].mem.segment;
    if (reg < ZYDIS_REGISTER_ES || reg > ZYDIS_REGISTER_GS)
        return X86_DS;
    return (enum x86_seg_name)(reg - ZYDIS_REGISTER_ES);
}

enum x86_seg_name x86_lift_implied_segment(const struct x86_lift *l, enum x86_seg_name seg)
{
    ZydisInstructionAttributes attributes = l->insn->attributes;
    if (attributes & ZYDIS_ATTRIB_HAS_SEGMENT_FS)
        return X86_FS;
    if (attributes & ZYDIS_ATTRIB_HAS_SEGMENT_GS)
        return X86_GS;
    if (attributes & ZYDIS_ATTRIB_HAS_SEGMENT_CS)
        return X86_CS;
    if (attributes & ZYDIS_ATTRIB_HAS_SEGMENT_SS)
        return X86_SS;
    if (attributes & ZYDIS_ATTRIB_HAS_SEGMENT_DS)
        return X86_DS;
    return attributes & ZYDIS_ATTRIB_HAS_SEGMENT_ES ? X86_ES : seg;
}

/* Is there a base to add or a limit to check? In 64-bit code only FS and GS can have a base; a
 * flat code segment still takes no writes. */
static bool segment_has_base(const struct x86_lift *l, enum x86_seg_name seg,
                             enum x86_lift_access access)
{
    if (x86_lift_code64(l) && seg != X86_FS && seg != X86_GS)
        return false;
    if (!x86_lift_code64(l) && seg == X86_CS && access == X86_LIFT_WRITE)
        return true;
    return !(l->mode & X86_MODE_FLAT(seg));
}

static uint16_t address_register(ZydisRegister reg)
{
    return reg == ZYDIS_REGISTER_NONE ? IR_SLOT_ZERO : X86_SLOT_GPR(register_number(reg));
}

/* base + index * scale + displacement, not cut to the address size. */
static struct ir_address address_parts(struct x86_lift *l, unsigned i, int64_t offset)
{
    const ZydisDecodedOperandMem *mem = &l->op[i].mem;
    struct ir_address m = {.base = IR_SLOT_ZERO, .index = IR_SLOT_ZERO};
    m.disp = (mem->disp.has_displacement ? mem->disp.value : 0) + offset;
    if (mem->base == ZYDIS_REGISTER_RIP || mem->base == ZYDIS_REGISTER_EIP) {
        m.base = ir_temp(l->b);
        struct ir_insn *insn = ir_emit(l->b, IR_pcrel, IR_64);
        insn->dst = m.base;
        insn->imm = (int64_t)(l->offset + l->length) + m.disp;
        m.disp = 0;
        return m;
    }
    m.base = address_register(mem->base);
    m.index = address_register(mem->index);
    while (m.scale < 3 && (1u << m.scale) < mem->scale)
        m.scale++;
    return m;
}

static void emit_lea(struct x86_lift *l, enum ir_width width, uint16_t dst,
                     const struct ir_address *m)
{
    struct ir_insn *insn = ir_emit(l->b, IR_lea, width);
    insn->dst = dst;
    insn->a = m->base;
    insn->b = m->index;
    insn->scale = m->scale;
    insn->imm = m->disp;
    insn->flags = m->addr32 ? IR_ADDR32 : 0;
}

uint16_t x86_lift_effective(struct x86_lift *l, unsigned i, int64_t offset)
{
    struct ir_address m = address_parts(l, i, offset);
    uint16_t slot = ir_temp(l->b);
    emit_lea(l, x86_lift_width(l->asize), slot, &m);
    return slot;
}

void x86_lift_effective_to(struct x86_lift *l, unsigned i, unsigned size, uint16_t dst)
{
    struct ir_address m = address_parts(l, i, 0);
    emit_lea(l, x86_lift_width(size < l->asize ? size : l->asize), dst, &m);
}

static void segment_check(struct x86_lift *l, enum x86_seg_name seg, uint16_t offset, unsigned size,
                          enum x86_lift_access access)
{
    uint16_t what = x86_lift_const(l, seg | (access == X86_LIFT_WRITE) << 8 | (int64_t)size << 16);
    ir_call(l->b, X86_HELPER_seg_check, IR_SLOT_SINK, what, offset, IR_SLOT_ZERO);
}

struct ir_address x86_lift_segment_address(struct x86_lift *l, enum x86_seg_name seg,
                                           uint16_t offset, unsigned size,
                                           enum x86_lift_access access)
{
    struct ir_address m = {.base = offset, .index = IR_SLOT_ZERO};
    m.stack = seg == X86_SS;
    if (!segment_has_base(l, seg, access))
        return m;
    if (!x86_lift_code64(l) && size)
        segment_check(l, seg, offset, size, access);
    m.base = X86_SLOT_SEG_BASE(seg);
    m.index = offset;
    m.addr32 = !x86_lift_code64(l);
    return m;
}

struct ir_address x86_lift_address_at(struct x86_lift *l, unsigned i, int64_t offset, unsigned size,
                                      enum x86_lift_access access)
{
    enum x86_seg_name seg = x86_lift_segment(l, i);
    bool has_base = segment_has_base(l, seg, access);
    if (l->asize != 2 && (!has_base || (l->asize == 8 && !l->op[i].mem.index))) {
        struct ir_address m = address_parts(l, i, offset);
        m.addr32 = l->asize == 4;
        m.stack = seg == X86_SS;
        if (has_base)
            m.index = X86_SLOT_SEG_BASE(seg);
        return m;
    }
    return x86_lift_segment_address(l, seg, x86_lift_effective(l, i, offset), size, access);
}

struct ir_address x86_lift_address(struct x86_lift *l, unsigned i, unsigned size,
                                   enum x86_lift_access access)
{
    return x86_lift_address_at(l, i, 0, size, access);
}

uint16_t x86_lift_linear(struct x86_lift *l, unsigned i, unsigned size, enum x86_lift_access access)
{
    struct ir_address m = x86_lift_address(l, i, size, access);
    uint16_t slot = ir_temp(l->b);
    emit_lea(l, IR_64, slot, &m);
    return slot;
}

/* ---- reads ---- */

static uint16_t read_high_byte(struct x86_lift *l, unsigned n)
{
    uint16_t slot = ir_temp(l->b);
    struct ir_insn *insn = ir_emit(l->b, IR_extract, IR_8);
    insn->dst = slot;
    insn->a = X86_SLOT_GPR(n);
    insn->imm = 8;
    return slot;
}

static uint16_t read_memory(struct x86_lift *l, unsigned i)
{
    unsigned size = x86_lift_size(l, i);
    struct ir_address m = x86_lift_address(l, i, size, X86_LIFT_READ);
    uint16_t slot = ir_temp(l->b);
    ir_load(l->b, x86_lift_width(size), slot, &m);
    return slot;
}

uint16_t x86_lift_read(struct x86_lift *l, unsigned i)
{
    if (x86_lift_is_mem(l, i))
        return read_memory(l, i);
    if (x86_lift_is_imm(l, i))
        return x86_lift_const(l, x86_lift_imm(l, i));
    unsigned n = x86_lift_reg(l, i);
    if (operand_is_high_byte(l->op[i].reg.value))
        return read_high_byte(l, n);
    return X86_SLOT_GPR(n);
}

uint16_t x86_lift_read_zx(struct x86_lift *l, unsigned i)
{
    uint16_t from = x86_lift_read(l, i);
    if (x86_lift_is_mem(l, i))
        return from;
    uint16_t slot = ir_temp(l->b);
    ir_mov(l->b, x86_lift_width(x86_lift_size(l, i)), slot, from);
    return slot;
}

/* ---- writes ---- */

static void insert(struct x86_lift *l, unsigned n, enum ir_width width, unsigned shift,
                   uint16_t value)
{
    struct ir_insn *insn = ir_emit(l->b, IR_insert, width);
    insn->dst = X86_SLOT_GPR(n);
    insn->a = value;
    insn->imm = shift;
}

void x86_lift_write_gpr(struct x86_lift *l, unsigned n, unsigned bytes, uint16_t value)
{
    enum ir_width width = x86_lift_width(bytes);
    if (bytes < 4)
        insert(l, n, width, 0, value);
    else if (bytes == 4 || value != X86_SLOT_GPR(n))
        ir_mov(l->b, width, X86_SLOT_GPR(n), value);
}

static void write_register(struct x86_lift *l, unsigned i, uint16_t value)
{
    unsigned n = x86_lift_reg(l, i);
    if (operand_is_high_byte(l->op[i].reg.value))
        insert(l, n, IR_8, 8, value);
    else
        x86_lift_write_gpr(l, n, x86_lift_size(l, i), value);
}

void x86_lift_probe(struct x86_lift *l, unsigned i)
{
    unsigned size = x86_lift_size(l, i);
    struct ir_address m = x86_lift_address(l, i, size, X86_LIFT_WRITE);
    ir_probe(l->b, x86_lift_width(size), &m);
}

void x86_lift_write(struct x86_lift *l, unsigned i, uint16_t value)
{
    if (!x86_lift_is_mem(l, i)) {
        write_register(l, i, value);
        return;
    }
    unsigned size = x86_lift_size(l, i);
    struct ir_address m = x86_lift_address(l, i, size, X86_LIFT_WRITE);
    ir_store(l->b, x86_lift_width(size), &m, value);
}

uint16_t x86_lift_target(struct x86_lift *l, unsigned i)
{
    if (x86_lift_size(l, i) >= 4)
        return X86_SLOT_GPR(x86_lift_reg(l, i));
    return ir_temp(l->b);
}

void x86_lift_commit(struct x86_lift *l, unsigned i, uint16_t target)
{
    if (x86_lift_size(l, i) < 4)
        write_register(l, i, target);
}
