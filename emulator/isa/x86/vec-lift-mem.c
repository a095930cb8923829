/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifts vector instructions that go through helpers: masked moves and gathers, whose elements fault
 * one by one, MXCSR, VZEROALL and VZEROUPPER (SDM volume 2).
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/vec-forms.h"

#include "emulator/cpu/x86/vector.h"

static unsigned vector_bytes(const struct x86_lift *l)
{
    return x86_vec_width_of(l) == X86_VEC_Y ? 32 : 16;
}

/* ---- masked moves ---- */

/* Parameter: bytes of an element. VEX: data, mask, memory in one order or the other. */
bool x86_lift_vec_maskmov(struct x86_lift *l)
{
    bool store = x86_lift_is_mem(l, 0);
    unsigned memory = store ? 0 : 2, data = store ? 2 : 0, bytes = vector_bytes(l);
    if (!x86_vec_usable(l))
        return true;
    uint16_t address = x86_lift_linear(l, memory, bytes, store ? X86_LIFT_WRITE : X86_LIFT_READ);
    int64_t what =
        X86_MASKED(x86_lift_reg(l, data), x86_lift_reg(l, 1), l->parameter, bytes, store);
    if (x86_lift_segment(l, memory) == X86_SS)
        what |= X86_MASKED_STACK;
    x86_lift_call_slots(l, X86_HELPER_vec_masked, address, x86_lift_const(l, what), IR_SLOT_ZERO);
    return true;
}

/* MASKMOVDQU stores to DS:rDI, which is an implied operand. */
bool x86_lift_vec_maskmovdqu(struct x86_lift *l)
{
    if (!x86_vec_usable(l))
        return true;
    uint16_t address = x86_lift_linear(l, 2, 16, X86_LIFT_WRITE);
    int64_t what = X86_MASKED(x86_lift_reg(l, 0), x86_lift_reg(l, 1), 1, 16, true);
    x86_lift_call_slots(l, X86_HELPER_vec_masked, address, x86_lift_const(l, what), IR_SLOT_ZERO);
    return true;
}

/* ---- gathers ---- */

static unsigned gather_scale(const struct x86_lift *l)
{
    unsigned scale = 0;
    while (scale < 3 && (1u << scale) < l->op[1].mem.scale)
        scale++;
    return scale;
}

/* Base and displacement, without the index, which is a vector. */
static uint16_t gather_base(struct x86_lift *l)
{
    const ZydisDecodedOperandMem *mem = &l->op[1].mem;
    uint16_t slot = ir_temp(l->b), base = IR_SLOT_ZERO;
    if (mem->base != ZYDIS_REGISTER_NONE)
        base = X86_SLOT_GPR((unsigned)ZydisRegisterGetId(mem->base));
    ir_alui(l->b, IR_add, IR_64, slot, base, mem->disp.has_displacement ? mem->disp.value : 0);
    return slot;
}

/* Parameter: VEC_GATHER. */
bool x86_lift_vec_gather(struct x86_lift *l)
{
    unsigned d = x86_lift_reg(l, 0), mask = x86_lift_reg(l, 2);
    unsigned index = (unsigned)ZydisRegisterGetId(l->op[1].mem.index);
    enum x86_seg_name seg = x86_lift_segment(l, 1);
    if (d == mask || d == index || mask == index)
        return false;
    if (!x86_vec_usable(l))
        return true;
    int64_t what = X86_GATHER(d, mask, index, l->parameter & 0xff, l->parameter >> 8,
                              vector_bytes(l), gather_scale(l), l->asize) |
                   (int64_t)seg << X86_GATHER_SEGMENT;
    x86_lift_call_slots(l, X86_HELPER_vec_gather, gather_base(l), x86_lift_const(l, what),
                        IR_SLOT_ZERO);
    return true;
}

/* ---- MXCSR ---- */

bool x86_lift_vec_ldmxcsr(struct x86_lift *l)
{
    if (!x86_vec_usable(l))
        return true;
    x86_lift_call_slots(l, X86_HELPER_ldmxcsr, x86_lift_read(l, 0), IR_SLOT_ZERO, IR_SLOT_ZERO);
    return true;
}

bool x86_lift_vec_stmxcsr(struct x86_lift *l)
{
    if (!x86_vec_usable(l))
        return true;
    uint16_t value = x86_lift_call(l, X86_HELPER_stmxcsr, 0, 0, 0);
    x86_lift_write(l, 0, value);
    return true;
}

/* ---- zeroing ---- */

/* Parameter: 1 for whole registers. */
bool x86_lift_vec_zero(struct x86_lift *l)
{
    if (!x86_vec_usable(l))
        return true;
    bool all = l->parameter || x86_vec_width_of(l) == X86_VEC_Y;
    struct x86_vec_use use = {IR_SLOT_ZERO, IR_SLOT_ZERO, IR_SLOT_ZERO, IR_SLOT_ZERO, 0};
    if (x86_lift_code64(l))
        return x86_vec_emit(l, all ? X86_VOP_vzeroall : X86_VOP_vzeroupper,
                            all ? X86_VEC_Y : X86_VEC_X, &use);
    x86_lift_call(l, X86_HELPER_vec_zero, all, 8, 0);
    return true;
}
