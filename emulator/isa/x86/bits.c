/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bit tests and scans, POPCNT, CRC32, BMI1, BMI2, ADX and random numbers (SDM volume 1, 7.3.8, 5.1
 * and 7.3.16). Flags that the manual leaves undefined are what the ops make of them.
 */
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

static enum ir_width width_of(const struct x86_lift *l)
{
    return x86_lift_width(x86_lift_size(l, 0));
}

/* ---- BT, BTS, BTR, BTC: parameter: op | memory op << 16; BT has none for memory ---- */

static void bit_register(struct x86_lift *l, enum ir_op op)
{
    uint16_t value = x86_lift_read(l, 0);
    uint16_t target = op == IR_bt ? IR_SLOT_SINK : x86_lift_target(l, 0);
    struct ir_insn *insn = x86_lift_unary(l, op, width_of(l), target, value);
    insn->flags |= IR_SETF;
    if (x86_lift_is_imm(l, 1)) {
        insn->imm = x86_lift_imm(l, 1) & 0xff;
        insn->flags |= IR_IMM;
    } else {
        insn->b = X86_SLOT_GPR(x86_lift_reg(l, 1));
    }
    if (op != IR_bt)
        x86_lift_commit(l, 0, target);
}

/* A register indexes a bit string: its upper bits, signed, choose the word. */
static struct ir_address bit_string_address(struct x86_lift *l, enum x86_lift_access access)
{
    unsigned size = x86_lift_size(l, 0), shift = size == 2 ? 4 : size == 4 ? 5 : 6;
    uint16_t word = ir_temp(l->b), offset = ir_temp(l->b);
    struct ir_insn *sext = ir_mov(l->b, width_of(l), word, X86_SLOT_GPR(x86_lift_reg(l, 1)));
    sext->op = IR_sext;
    sext->width2 = IR_64;
    ir_alui(l->b, IR_sar, IR_64, word, word, shift);
    uint16_t start = x86_lift_effective(l, 0, 0);
    struct ir_insn *lea = ir_emit(l->b, IR_lea, x86_lift_width(l->asize));
    lea->dst = offset;
    lea->a = start;
    lea->b = word;
    lea->scale = (uint8_t)(shift - 3);
    return x86_lift_segment_address(l, x86_lift_segment(l, 0), offset, size, access);
}

static void bit_memory(struct x86_lift *l, enum ir_op op)
{
    unsigned size = x86_lift_size(l, 0);
    enum x86_lift_access access = op == IR_bt ? X86_LIFT_READ : X86_LIFT_WRITE;
    uint16_t index = x86_lift_read(l, 1);
    struct ir_address m = x86_lift_is_imm(l, 1) ? x86_lift_address(l, 0, size, access)
                                                : bit_string_address(l, access);
    if (op != IR_bt) {
        struct ir_insn *insn =
            ir_rmw(l->b, (enum ir_op)(l->parameter >> 16), width_of(l), IR_SLOT_SINK, &m, index);
        insn->flags |= IR_SETF | (l->lock ? IR_LOCK : 0);
        return;
    }
    uint16_t value = ir_temp(l->b);
    ir_load(l->b, width_of(l), value, &m);
    struct ir_insn *insn = x86_lift_unary(l, IR_bt, width_of(l), IR_SLOT_SINK, value);
    insn->b = index;
    insn->flags |= IR_SETF;
}

bool x86_lift_bit_test(struct x86_lift *l)
{
    enum ir_op op = (enum ir_op)(l->parameter & 0xffff);
    if (x86_lift_is_mem(l, 0))
        bit_memory(l, op);
    else
        bit_register(l, op);
    return true;
}

/* ---- scans and counts: parameter: the op ---- */

/* BSF and BSR keep the destination when the source is 0. */
bool x86_lift_scan(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), target = x86_lift_target(l, 0);
    if (x86_lift_size(l, 0) < 4)
        ir_mov(l->b, IR_64, target, X86_SLOT_GPR(x86_lift_reg(l, 0)));
    x86_lift_unary(l, (enum ir_op)l->parameter, width_of(l), target, value)->flags |= IR_SETF;
    x86_lift_commit(l, 0, target);
    return true;
}

bool x86_lift_count(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), target = x86_lift_target(l, 0);
    x86_lift_unary(l, (enum ir_op)l->parameter, width_of(l), target, value)->flags |= IR_SETF;
    x86_lift_commit(l, 0, target);
    return true;
}

bool x86_lift_crc32(struct x86_lift *l)
{
    uint16_t data = x86_lift_read_zx(l, 1), size = x86_lift_const(l, x86_lift_size(l, 1));
    uint16_t crc = X86_SLOT_GPR(x86_lift_reg(l, 0));
    x86_lift_write(l, 0, x86_lift_call_slots(l, X86_HELPER_crc32, crc, data, size));
    return true;
}

/* ---- BMI1 ---- */

/* Z, N and a cleared C and V from a result; then C from a slot that holds 0 or 1. */
static void flags_of(struct x86_lift *l, uint16_t result, uint16_t carry)
{
    ir_alu(l->b, IR_or, width_of(l), IR_SLOT_SINK, result, result)->flags |= IR_SETF;
    if (carry != IR_SLOT_ZERO)
        x86_lift_put_flags(l, carry, IR_F_C);
}

bool x86_lift_andn(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 2), inverse = ir_temp(l->b);
    x86_lift_unary(l, IR_not, width_of(l), inverse, x86_lift_read(l, 1));
    uint16_t target = x86_lift_target(l, 0);
    ir_alu(l->b, IR_and, width_of(l), target, inverse, value)->flags |= IR_SETF;
    return true;
}

/* BLSI: a & -a, C: a is not 0. BLSR: a & (a - 1), BLSMSK: a ^ (a - 1), C: a is 0. Both carries are
 * those of the neg or sub. parameter: the second op | first << 16. */
bool x86_lift_lowest_bit(struct x86_lift *l)
{
    enum ir_op first = (enum ir_op)(l->parameter >> 16);
    uint16_t value = x86_lift_read(l, 1), other = ir_temp(l->b);
    if (first == IR_neg)
        x86_lift_unary(l, IR_neg, width_of(l), other, value)->flags |= IR_SETF;
    else
        ir_alui(l->b, IR_sub, width_of(l), other, value, 1)->flags |= IR_SETF;
    uint16_t carry = x86_lift_condition(l, IR_COND_C);
    ir_alu(l->b, (enum ir_op)(l->parameter & 0xffff), width_of(l), x86_lift_target(l, 0), value,
           other)
        ->flags |= IR_SETF;
    x86_lift_put_flags(l, carry, IR_F_C);
    return true;
}

bool x86_lift_bextr(struct x86_lift *l)
{
    uint16_t value = x86_lift_read_zx(l, 1), control = x86_lift_read(l, 2);
    uint16_t result = x86_lift_call_slots(l, X86_HELPER_bextr, value, control, IR_SLOT_ZERO);
    flags_of(l, result, IR_SLOT_ZERO);
    x86_lift_write(l, 0, result);
    return true;
}

/* ---- BMI2 ---- */

bool x86_lift_bzhi(struct x86_lift *l)
{
    uint16_t value = x86_lift_read_zx(l, 1), index = ir_temp(l->b);
    ir_mov(l->b, IR_8, index, x86_lift_read(l, 2));
    uint16_t result = x86_lift_call_slots(l, X86_HELPER_bzhi, value, index, IR_SLOT_ZERO);
    ir_alui(l->b, IR_sub, IR_32, IR_SLOT_SINK, index, 8 * x86_lift_size(l, 0))->flags |= IR_SETF;
    flags_of(l, result, x86_lift_condition(l, IR_COND_NC));
    x86_lift_write(l, 0, result);
    return true;
}

/* PDEP, PEXT: parameter: the helper. */
bool x86_lift_deposit(struct x86_lift *l)
{
    uint16_t value = x86_lift_read_zx(l, 1), mask = x86_lift_read_zx(l, 2);
    x86_lift_write(
        l, 0, x86_lift_call_slots(l, (enum x86_helper)l->parameter, value, mask, IR_SLOT_ZERO));
    return true;
}

/* With one register for both halves the high one stays. */
bool x86_lift_mulx(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 2), low = ir_temp(l->b), high = ir_temp(l->b);
    ir_alu(l->b, IR_umulw, width_of(l), low, X86_SLOT_GPR(X86_RDX), value)->c = high;
    x86_lift_write(l, 1, low);
    x86_lift_write(l, 0, high);
    return true;
}

bool x86_lift_rorx(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1);
    ir_alui(l->b, IR_ror, width_of(l), x86_lift_target(l, 0), value, x86_lift_imm(l, 2) & 63);
    return true;
}

/* SARX, SHLX, SHRX: parameter: the op. */
bool x86_lift_shiftx(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), count = x86_lift_read(l, 2);
    ir_alu(l->b, (enum ir_op)l->parameter, width_of(l), x86_lift_target(l, 0), value, count);
    return true;
}

/* ---- ADX ---- */

bool x86_lift_adcx(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), target = x86_lift_target(l, 0);
    uint16_t flags = x86_lift_get_flags(l);
    ir_alu(l->b, IR_adc, width_of(l), target, target, value)->flags |= IR_SETF;
    x86_lift_put_flags(l, flags, IR_F_ALL & ~IR_F_C);
    return true;
}

/* The carry goes in and out by V. */
bool x86_lift_adox(struct x86_lift *l)
{
    uint16_t value = x86_lift_read(l, 1), target = x86_lift_target(l, 0);
    uint16_t flags = x86_lift_get_flags(l);
    x86_lift_put_flags(l, x86_lift_condition(l, IR_COND_V), IR_F_C);
    ir_alu(l->b, IR_adc, width_of(l), target, target, value)->flags |= IR_SETF;
    uint16_t carry = x86_lift_condition(l, IR_COND_C);
    ir_alui(l->b, IR_shl, IR_32, carry, carry, 11);
    x86_lift_put_flags(l, flags, IR_F_ALL & ~IR_F_V);
    x86_lift_put_flags(l, carry, IR_F_V);
    return true;
}

/* ---- random numbers: parameter: 1 for RDSEED ---- */

bool x86_lift_random(struct x86_lift *l)
{
    uint16_t value = x86_lift_call(l, X86_HELPER_rdrand, x86_lift_size(l, 0), l->parameter, 0);
    x86_lift_write(l, 0, value);
    return true;
}
