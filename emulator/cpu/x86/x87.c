/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The helpers for x87 arithmetic, loads, stores and moves (SDM volume 1 chapter 8). */
#include "emulator/cpu/x86/x87.h"

#include <string.h>

#include "emulator/cpu/x86/helpers.h"

/* The second operand: a register, or a memory value, whose conversion may raise. */
static struct x87_real x87_source(struct x86_x87 *x87, uint64_t a, uint64_t b, uint64_t c,
                                  unsigned *status)
{
    enum x87_format format = x87_arg_format(a);

    *status = 0;
    if (format == X87_REG)
        return x87_get(x87, x87_arg_src(a));
    if (format == X87_BCD) {
        uint8_t digits[10];
        memcpy(digits, &b, 8);
        memcpy(digits + 8, &c, 2);
        return x87_from_bcd(digits);
    }
    return x87_from_memory(format, b, (uint16_t)c, status);
}

static void x87_pops(struct x86_x87 *x87, uint64_t a)
{
    for (unsigned n = x87_arg_pops(a); n > 0; n--)
        x87_pop(x87);
}

/* The destination (and a register source) must be in use; a masked fault gives the indefinite. */
static bool x87_arith_needs(struct x86_x87 *x87, uint64_t a)
{
    bool both = !x87_empty(x87, x87_arg_dst(a)) &&
                (x87_arg_format(a) != X87_REG || !x87_empty(x87, x87_arg_src(a)));

    if (both)
        return true;
    if (x87_note(x87, X87_IE | X87_SF)) {
        x87_put(x87, x87_arg_dst(a), x87_indefinite);
        x87_pops(x87, a);
    }
    return false;
}

enum ir_status x86_helper_x87_arith(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;
    unsigned converted, computed;
    struct x87_real source, result;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    if (!x87_arith_needs(x87, a))
        return IR_OK;
    source = x87_source(x87, a, b, c, &converted);
    if (converted & X87_IE) /* a signalling NaN is one for the operation, which chooses by that */
        source.significand &= ~(1ull << 62);
    result =
        x87_binary(x87_arg_op(a), x87_get(x87, x87_arg_dst(a)), source, x87->control, &computed);
    /* What comes before a denormal operand (SDM volume 1, 8.6): it is not even looked at. */
    if ((computed & (X87_IE | X87_ZE)) || x87_is_nan(x87_get(x87, x87_arg_dst(a))))
        converted &= ~X87_DE;
    if (converted & ~x87->control & (X87_IE | X87_DE))
        computed = 0; /* it stopped there */
    if (x87_note(x87, (converted & X87_EXCEPTIONS) | (computed & (X87_EXCEPTIONS | X87_C1)))) {
        x87_put(x87, x87_arg_dst(a), result);
        x87_pops(x87, a);
    }
    return IR_OK;
}

/* ---- comparisons ---- */

/* A denormal's exponent counts as 1: a pseudo-denormal compares like the normal number it is. */
static unsigned x87_power(struct x87_real v)
{
    return (v.exponent & 0x7fff) == 0 ? 1 : v.exponent & 0x7fff;
}

/* Exact, as both are reals of 64 bits. */
static bool x87_less(struct x87_real left, struct x87_real right)
{
    bool left_negative = left.exponent >> 15, right_negative = right.exponent >> 15;
    unsigned left_power = x87_power(left), right_power = x87_power(right);
    bool smaller;

    if (x87_is_zero(left) && x87_is_zero(right))
        return false;
    if (left_negative != right_negative)
        return left_negative;
    if (left_power != right_power)
        smaller = left_power < right_power;
    else if (left.significand != right.significand)
        smaller = left.significand < right.significand;
    else
        return false;
    return smaller != left_negative;
}

/* C3, C2, C0 of a comparison, and the exceptions that it raises. */
static unsigned x87_compare(struct x87_real left, struct x87_real right, bool unordered,
                            unsigned *raised)
{
    bool strange = x87_is_unsupported(left) || x87_is_unsupported(right);

    if (strange || x87_is_nan(left) || x87_is_nan(right)) {
        if (strange || !unordered || x87_is_signaling(left) || x87_is_signaling(right))
            *raised |= X87_IE;
        return X87_C0 | X87_C2 | X87_C3;
    }
    if (x87_is_denormal(left) || x87_is_denormal(right))
        *raised |= X87_DE;
    if (x87_less(left, right))
        return X87_C0;
    return x87_less(right, left) ? 0 : X87_C3;
}

/* The whole of a comparison but for where its result goes; false: suppressed by an exception. */
static bool x87_compare_step(struct x86_x87 *x87, uint64_t a, uint64_t b, uint64_t c,
                             unsigned *conditions)
{
    unsigned raised;
    struct x87_real source;

    if (x87_empty(x87, 0) || (x87_arg_format(a) == X87_REG && x87_empty(x87, x87_arg_src(a)))) {
        *conditions = X87_C0 | X87_C2 | X87_C3;
        return x87_note(x87, X87_IE | X87_SF);
    }
    source = x87_source(x87, a, b, c, &raised);
    raised &= X87_EXCEPTIONS;
    if (x87_is_nan(x87_get(x87, 0)) || x87_is_unsupported(x87_get(x87, 0)))
        raised &= ~X87_DE;
    *conditions = x87_compare(x87_get(x87, 0), source, a & X87_ARG_UNORDERED, &raised);
    return x87_note(x87, raised);
}

enum ir_status x86_helper_x87_compare(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;
    unsigned conditions;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    if (x87_compare_step(x87, a, b, c, &conditions)) {
        x87->status = (uint16_t)((x87->status & ~(X87_C0 | X87_C2 | X87_C3)) | conditions);
        x87_pops(x87, a);
    }
    return IR_OK;
}

enum ir_status x86_helper_x87_compare_i(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned conditions;
    uint64_t flags = 0;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    if (!x87_compare_step(&cpu->x87, a, b, c, &conditions))
        return IR_OK;
    flags |= conditions & X87_C0 ? IR_F_C : 0;
    flags |= conditions & X87_C2 ? IR_F_P : 0;
    flags |= conditions & X87_C3 ? IR_F_Z : 0;
    ir_flags_put(env, flags, IR_F_ALL);
    x87_pops(&cpu->x87, a);
    return IR_OK;
}

/* ---- one operand ---- */

/* Class in C3, C2, C0; sign in C1. */
static void x87_examine(struct x86_x87 *x87)
{
    struct x87_real v = x87_get(x87, 0);
    unsigned class;

    if (x87_empty(x87, 0))
        class = X87_C3 | X87_C0;
    else if (x87_is_unsupported(v))
        class = 0;
    else if (x87_is_nan(v))
        class = X87_C0;
    else if (x87_is_infinite(v))
        class = X87_C2 | X87_C0;
    else if (x87_is_zero(v))
        class = X87_C3;
    else if (x87_is_denormal(v))
        class = X87_C3 | X87_C2;
    else
        class = X87_C2;
    class |= v.exponent >> 15 ? X87_C1 : 0;
    x87->status = (uint16_t)((x87->status & ~X87_CONDITIONS) | class);
}

/* FCHS, FABS, FTST, FXAM look at bits only. True: done. */
static bool x87_simple(struct x86_x87 *x87, enum x87_op op)
{
    static const struct x87_real zero = {0, 0};
    struct x87_real v;
    unsigned raised = 0, conditions;

    if (op == X87_XAM) {
        x87_examine(x87);
        return true;
    }
    if (op != X87_CHS && op != X87_ABS && op != X87_TST)
        return false;
    if (x87_empty(x87, 0)) {
        bool go_on = x87_note(x87, X87_IE | X87_SF);
        if (go_on && op == X87_TST)
            x87->status |= X87_C0 | X87_C2 | X87_C3;
        else if (go_on)
            x87_put(x87, 0, x87_indefinite);
        return true;
    }
    v = x87_get(x87, 0);
    if (op == X87_TST) {
        conditions = x87_compare(v, zero, false, &raised);
        if (x87_note(x87, raised))
            x87->status = (uint16_t)((x87->status & ~(X87_C0 | X87_C2 | X87_C3)) | conditions);
        return true;
    }
    v.exponent = op == X87_CHS ? v.exponent ^ 0x8000 : v.exponent & 0x7fff;
    x87_note(x87, 0);
    x87_put(x87, 0, v);
    return true;
}

static bool x87_has_two(enum x87_op op)
{
    return op == X87_SCALE || op == X87_PREM || op == X87_PREM1 || op == X87_YL2X ||
           op == X87_YL2XP1 || op == X87_PATAN;
}

static bool x87_unary_needs(struct x86_x87 *x87, enum x87_op op)
{
    bool push = op == X87_PTAN || op == X87_SINCOS || op == X87_XTRACT;

    if (push && !x87_empty(x87, 0) && !x87_empty(x87, 7)) {
        if (x87_note(x87, X87_IE | X87_SF | X87_C1)) {
            x87_put(x87, 0, x87_indefinite);
            x87_push(x87, x87_indefinite);
        }
        return false;
    }
    if (x87_empty(x87, 0) || (x87_has_two(op) && x87_empty(x87, 1))) {
        if (!x87_note(x87, X87_IE | X87_SF))
            return false;
        if (op == X87_YL2X || op == X87_YL2XP1 || op == X87_PATAN)
            x87_pop(x87);
        x87_put(x87, 0, x87_indefinite);
        if (push)
            x87_push(x87, x87_indefinite);
        return false;
    }
    return true;
}

/* C0, C2 and C3 are a result of the partial remainders, C2 of the trigonometric ones. */
static unsigned x87_unary_conditions(enum x87_op op)
{
    switch (op) {
    case X87_PREM:
    case X87_PREM1:
        return X87_CONDITIONS;
    case X87_SIN:
    case X87_COS:
    case X87_SINCOS:
    case X87_PTAN:
        return X87_C2;
    default:
        return 0;
    }
}

enum ir_status x86_helper_x87_unary(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;
    enum x87_op op = x87_arg_op(a);
    unsigned status, conditions = x87_unary_conditions(op);
    struct x87_real result, second;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    if (x87_simple(x87, op) || !x87_unary_needs(x87, op))
        return IR_OK;
    result = x87_unary(op, x87_get(x87, 0), x87_get(x87, 1), x87->control, &second, &status);
    if (!x87_note(x87, status & (X87_EXCEPTIONS | X87_C1)))
        return IR_OK;
    x87->status = (uint16_t)((x87->status & ~conditions) | (status & conditions));
    if ((status & X87_C2) && conditions == X87_C2)
        return IR_OK; /* out of range: nothing changes */
    if (op == X87_YL2X || op == X87_YL2XP1 || op == X87_PATAN)
        x87_pop(x87);
    if (op == X87_PTAN || op == X87_SINCOS || op == X87_XTRACT) {
        x87_put(x87, 0, second);
        x87_push(x87, result);
    } else {
        x87_put(x87, 0, result);
    }
    return IR_OK;
}

/* ---- loads and stores ---- */

enum ir_status x86_helper_x87_load(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;
    enum x87_op op = x87_arg_op(a);
    unsigned status = 0;
    struct x87_real value;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    bool constant = op >= X87_ONE && op <= X87_ZERO;
    bool by_register = !constant && x87_arg_format(a) == X87_REG;
    /* An empty source is seen before there being no room. */
    if ((by_register && !x87_need(x87, x87_arg_src(a))) || !x87_can_push(x87)) {
        if (x87_masked(x87, X87_IE))
            x87_push(x87, x87_indefinite);
        return IR_OK;
    }
    if (constant)
        value = x87_constant(op, x87->control);
    else
        value = x87_source(x87, a, b, c, &status);
    if (x87_note(x87, status & X87_EXCEPTIONS))
        x87_push(x87, value);
    return IR_OK;
}

static void x87_put_bytes(uint8_t *image, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        image[i] = (uint8_t)(value >> (8 * i));
}

/* ST(0), or the indefinite for an empty one, in the format of memory; returns its size. */
static unsigned x87_store_image(struct x86_x87 *x87, uint64_t a, uint8_t image[10],
                                unsigned *status)
{
    static const uint8_t sizes[] = {0, 4, 8, 10, 2, 4, 8, 10};
    enum x87_format format = x87_arg_format(a);
    bool empty = x87_empty(x87, 0);
    struct x87_real value = empty ? x87_indefinite : x87_get(x87, 0);

    *status = 0;
    if (format == X87_BCD) {
        x87_to_bcd(value, image, x87->control, status);
    } else if (format == X87_F80) {
        x87_put_bytes(image, value.significand, 8);
        x87_put_bytes(image + 8, value.exponent, 2);
    } else {
        uint64_t bits = x87_to_memory(format, a & X87_ARG_TRUNCATE, value, x87->control, status);
        x87_put_bytes(image, bits, sizes[format]);
    }
    if (empty)
        *status = X87_IE | X87_SF;
    return sizes[format];
}

/* Faults as the store will. Without a store by an exception of its own, all the same. */
static enum ir_status x87_probe_bytes(struct x86_cpu *cpu, uint64_t a, uint64_t b, unsigned size)
{
    unsigned access = a & X87_ARG_STACK ? IR_ACCESS_STACK : 0, head = size > 8 ? 8 : size;
    enum ir_status status = x86_guest_probe(&cpu->ir, b, head, access);

    if (status == IR_OK && size > head)
        status = x86_guest_probe(&cpu->ir, b + head, size - head, access);
    return status;
}

static enum ir_status x87_store_bytes(struct x86_cpu *cpu, uint64_t a, uint64_t b,
                                      const uint8_t *image, unsigned size)
{
    unsigned access = a & X87_ARG_STACK ? IR_ACCESS_STACK : 0, head = size > 8 ? 8 : size;
    enum ir_status status = x87_probe_bytes(cpu, a, b, size);

    if (status == IR_OK)
        status = x86_guest_store(&cpu->ir, b, image, head, access);
    if (status == IR_OK && size > head)
        status = x86_guest_store(&cpu->ir, b + head, image + head, size - head, access);
    return status;
}

/* Unmasked exceptions but for precision leave memory and the stack as they are. */
enum ir_status x86_helper_x87_store(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;
    uint8_t image[10];
    unsigned status, size;
    bool stored;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    size = x87_store_image(x87, a, image, &status);
    stored = !(status & ~x87->control & (X87_EXCEPTIONS & ~X87_PE));
    enum ir_status done =
        stored ? x87_store_bytes(cpu, a, b, image, size) : x87_probe_bytes(cpu, a, b, size);
    if (done != IR_OK)
        return done;
    x87_note(x87, status & (X87_EXCEPTIONS | X87_SF | X87_C1));
    if (stored)
        x87_pops(x87, a);
    return IR_OK;
}

/* ---- moves between registers ---- */

static void x87_exchange(struct x86_x87 *x87, unsigned i)
{
    struct x87_real top, other;

    if (x87_empty(x87, 0) || x87_empty(x87, i)) {
        if (!x87_note(x87, X87_IE | X87_SF))
            return;
        if (x87_empty(x87, 0))
            x87_put(x87, 0, x87_indefinite);
        if (x87_empty(x87, i))
            x87_put(x87, i, x87_indefinite);
    } else {
        x87_note(x87, 0);
    }
    top = x87_get(x87, 0);
    other = x87_get(x87, i);
    x87_put(x87, 0, other);
    x87_put(x87, i, top);
}

static void x87_copy_top(struct x86_x87 *x87, uint64_t a)
{
    struct x87_real value = x87_get(x87, 0);

    if (x87_empty(x87, 0)) {
        if (!x87_note(x87, X87_IE | X87_SF))
            return;
        value = x87_indefinite;
    } else {
        x87_note(x87, 0);
    }
    x87_put(x87, x87_arg_dst(a), value);
    x87_pops(x87, a);
}

static void x87_free(struct x86_x87 *x87, unsigned i)
{
    x87->tag = (uint8_t)(x87->tag & ~(1u << x87_physical(x87, i)));
}

enum ir_status x86_helper_x87_move(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    switch (x87_arg_op(a)) {
    case X87_XCH:
        x87_exchange(x87, x87_arg_src(a));
        break;
    case X87_FREE:
        x87_free(x87, x87_arg_dst(a));
        break;
    case X87_FREEP:
        x87_free(x87, x87_arg_dst(a));
        x87_pop(x87);
        break;
    case X87_INCSTP:
    case X87_DECSTP:
        x87->top = (x87->top + (x87_arg_op(a) == X87_INCSTP ? 1 : 7)) & 7;
        x87_note(x87, 0);
        break;
    default:
        x87_copy_top(x87, a);
        break;
    }
    return IR_OK;
}

enum ir_status x86_helper_x87_cmov(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;

    if (x87_begin(cpu, a) != IR_OK)
        return x87_stopped(cpu);
    if (x87_empty(x87, 0) || x87_empty(x87, x87_arg_src(a))) {
        if (x87_note(x87, X87_IE | X87_SF))
            x87_put(x87, 0, x87_indefinite);
    } else if (b) {
        x87_put(x87, 0, x87_get(x87, x87_arg_src(a)));
    }
    return IR_OK;
}
