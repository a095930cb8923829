/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference model in plain C: slow and simple. */
#include "tests/ir/reference.h"

struct model {
    unsigned bits;
    uint64_t mask, a, b, c, d, in;
    struct reference out;
};

static unsigned bit(uint64_t value, unsigned n)
{
    return value >> n & 1;
}

static void put(struct model *m, uint64_t flag, bool value)
{
    m->out.flags = value ? m->out.flags | flag : m->out.flags & ~flag;
}

static void put_znp(struct model *m, uint64_t value)
{
    unsigned ones = 0;

    for (unsigned n = 0; n < 8; n++)
        ones += bit(value, n);
    put(m, IR_F_P, ones % 2 == 0);
    put(m, IR_F_Z, (value & m->mask) == 0);
    put(m, IR_F_N, bit(value, m->bits - 1));
}

/* A chain of full adders; subtraction adds the complement and turns the carries round. */
static void model_sum(struct model *m, uint64_t a, uint64_t b, unsigned carry, bool subtract)
{
    uint64_t sum = 0;
    unsigned c = subtract ? !carry : carry, before = 0;

    for (unsigned n = 0; n < m->bits; n++) {
        unsigned x = bit(a, n), y = bit(b, n) ^ subtract;

        before = c;
        sum |= (uint64_t)(x ^ y ^ c) << n;
        c = (x & y) | (x & c) | (y & c);
        if (n == 3)
            put(m, IR_F_A, c ^ subtract);
    }
    put(m, IR_F_C, c ^ subtract);
    put(m, IR_F_V, c ^ before);
    put_znp(m, sum);
    m->out.d = sum;
}

static void model_logic(struct model *m, uint64_t value)
{
    m->out.flags = 0;
    put_znp(m, value);
    m->out.d = value & m->mask;
}

static void model_step(struct model *m, bool down)
{
    uint64_t carry = m->in & IR_F_C;

    model_sum(m, m->a, 1, 0, down);
    put(m, IR_F_C, carry);
}

/* ---- products, by shift and add over 128 bits in two halves ---- */

static void model_product(struct model *m, bool is_signed, bool wide)
{
    uint64_t sign = 1ull << (m->bits - 1);
    bool negative = is_signed && (!(m->a & sign) != !(m->b & sign));
    uint64_t a = is_signed && (m->a & sign) ? (0 - m->a) & m->mask : m->a;
    uint64_t b = is_signed && (m->b & sign) ? (0 - m->b) & m->mask : m->b;
    unsigned __int128 product = 0;
    uint64_t low, high;
    bool fits;

    for (unsigned n = 0; n < m->bits; n++)
        if (bit(b, n))
            product += (unsigned __int128)a << n;
    if (negative)
        product = -product;
    low = (uint64_t)product & m->mask;
    high = (uint64_t)(product >> m->bits) & m->mask;
    fits = is_signed ? high == (low & sign ? m->mask : 0) : high == 0;
    model_logic(m, low);
    put(m, IR_F_C, !fits);
    put(m, IR_F_V, !fits);
    m->out.e = wide ? high : 0;
}

/* ---- shifts and rotates, one step at a time ---- */

static unsigned model_count(const struct model *m, uint64_t count)
{
    return (unsigned)count & (m->bits == 64 ? 63 : 31);
}

static void model_shift(struct model *m, enum ir_op op)
{
    unsigned count = model_count(m, m->b), carry = 0;
    uint64_t value = m->a, sign = bit(m->a, m->bits - 1);

    m->out.d = m->a;
    if (!count)
        return;
    for (unsigned n = 0; n < count; n++) {
        carry = op == IR_shl ? bit(value, m->bits - 1) : bit(value, 0);
        value = op == IR_shl ? value << 1 & m->mask : value >> 1;
        if (op == IR_sar)
            value |= sign << (m->bits - 1);
    }
    model_logic(m, value);
    put(m, IR_F_C, carry);
    if (op == IR_shl)
        put(m, IR_F_V, carry ^ bit(value, m->bits - 1));
    if (op == IR_shr)
        put(m, IR_F_V, count == 1 && sign);
}

static void model_rotate(struct model *m, enum ir_op op)
{
    unsigned count = model_count(m, m->b), top = m->bits - 1;
    bool left = op == IR_rol || op == IR_rcl, through = op == IR_rcl || op == IR_rcr;
    unsigned carry = m->in & IR_F_C ? 1 : 0;
    uint64_t value = m->a;

    if (through)
        count %= m->bits + 1;
    for (unsigned n = 0; n < count; n++) {
        unsigned out = bit(value, left ? top : 0), into = through ? carry : out;

        value = left ? (value << 1 & m->mask) | into : value >> 1 | (uint64_t)into << top;
        carry = out;
    }
    m->out.d = value;
    if (!count)
        return;
    put(m, IR_F_C, carry);
    put(m, IR_F_V, bit(value, top) ^ (left ? carry : bit(value, top - 1)));
}

/* The bits that come in: those of b and then, at width 16, those of a again. */
static void model_double(struct model *m, bool left)
{
    unsigned count = model_count(m, m->c), top = m->bits - 1, carry = 0;
    uint64_t value = m->a;

    m->out.d = value;
    if (!count)
        return;
    for (unsigned n = 0; n < count; n++) {
        uint64_t from = n < m->bits ? m->b : m->a;
        unsigned place = n % m->bits;

        carry = bit(value, left ? top : 0);
        if (left)
            value = (value << 1 & m->mask) | bit(from, top - place);
        else
            value = value >> 1 | (uint64_t)bit(from, place) << top;
    }
    model_logic(m, value);
    put(m, IR_F_C, carry);
    put(m, IR_F_V, bit(value, top) ^ bit(m->a, top));
}

/* ---- bits ---- */

static void model_scan(struct model *m, bool forward)
{
    m->out.flags = m->a ? 0 : IR_F_Z;
    m->out.d = m->bits == 32 ? m->d & UINT32_MAX : m->d;
    for (unsigned n = 0; n < m->bits; n++) {
        unsigned place = forward ? m->bits - 1 - n : n;

        if (bit(m->a, place))
            m->out.d = place;
    }
}

static void model_zeros(struct model *m, bool trailing)
{
    unsigned n = 0;

    while (n < m->bits && !bit(m->a, trailing ? n : m->bits - 1 - n))
        n++;
    m->out.d = n;
    m->out.flags = (m->a ? 0 : IR_F_C) | (n ? 0 : IR_F_Z);
}

static void model_ones(struct model *m)
{
    m->out.d = 0;
    for (unsigned n = 0; n < m->bits; n++)
        m->out.d += bit(m->a, n);
    m->out.flags = m->a ? 0 : IR_F_Z;
}

static void model_bit(struct model *m, enum ir_op op)
{
    uint64_t one = 1ull << m->b % m->bits;

    put(m, IR_F_C, m->a & one);
    if (op == IR_bts)
        m->out.d = m->a | one;
    if (op == IR_btr)
        m->out.d = m->a & ~one;
    if (op == IR_btc)
        m->out.d = m->a ^ one;
}

static void model_swap(struct model *m)
{
    m->out.d = 0;
    for (unsigned n = 0; m->bits > 16 && n < m->bits; n += 8)
        m->out.d |= (m->a >> n & 0xff) << (m->bits - 8 - n);
}

/* ---- all ---- */

static bool model_additive(struct model *m, enum ir_op op)
{
    unsigned carry = m->in & IR_F_C ? 1 : 0;

    switch (op) {
    case IR_add:
        model_sum(m, m->a, m->b, 0, false);
        return true;
    case IR_adc:
        model_sum(m, m->a, m->b, carry, false);
        return true;
    case IR_sub:
        model_sum(m, m->a, m->b, 0, true);
        return true;
    case IR_sbb:
        model_sum(m, m->a, m->b, carry, true);
        return true;
    case IR_neg:
        model_sum(m, 0, m->a, 0, true);
        return true;
    case IR_inc:
    case IR_dec:
        model_step(m, op == IR_dec);
        return true;
    default:
        return false;
    }
}

static void model_other(struct model *m, enum ir_op op)
{
    switch (op) {
    case IR_and:
        model_logic(m, m->a & m->b);
        break;
    case IR_or:
        model_logic(m, m->a | m->b);
        break;
    case IR_xor:
        model_logic(m, m->a ^ m->b);
        break;
    case IR_not:
        m->out.d = ~m->a & m->mask;
        break;
    case IR_mul:
    case IR_smulw:
    case IR_umulw:
        model_product(m, op != IR_umulw, op != IR_mul);
        break;
    case IR_shld:
    case IR_shrd:
        model_double(m, op == IR_shld);
        break;
    case IR_bsf:
    case IR_bsr:
        model_scan(m, op == IR_bsf);
        break;
    case IR_tzcnt:
    case IR_lzcnt:
        model_zeros(m, op == IR_tzcnt);
        break;
    case IR_popcnt:
        model_ones(m);
        break;
    case IR_bswap:
        model_swap(m);
        break;
    case IR_bt:
    case IR_bts:
    case IR_btr:
    case IR_btc:
        model_bit(m, op);
        break;
    case IR_shl:
    case IR_shr:
    case IR_sar:
        model_shift(m, op);
        break;
    default:
        model_rotate(m, op);
    }
}

struct reference reference_op(enum ir_op op, enum ir_width width, uint64_t a, uint64_t b,
                              uint64_t c, uint64_t d, uint64_t in)
{
    struct model m = {.bits = 8u << width, .d = d, .in = in, .c = c};

    m.mask = UINT64_MAX >> (64 - m.bits);
    m.a = a & m.mask;
    m.b = b & m.mask;
    m.out.d = d;
    m.out.flags = in;
    if (!model_additive(&m, op))
        model_other(&m, op);
    return m.out;
}

bool reference_cond(unsigned cond, uint64_t flags)
{
    bool c = flags & IR_F_C, z = flags & IR_F_Z, n = flags & IR_F_N, v = flags & IR_F_V;
    bool p = flags & IR_F_P;
    const bool value[16] = {v, !v, c, !c, z,      !z,     c || z,        !(c || z),
                            n, !n, p, !p, n != v, n == v, z || (n != v), !z && n == v};

    return value[cond];
}
