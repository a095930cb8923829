/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 arithmetic. On an x86-64 host the host's own x87 does it, under the guest's control word, so
 * that results and status are exact, transcendental functions and unmasked exceptions included.
 * Other hosts have no implementation yet.
 */
#include <string.h>

#include "emulator/cpu/x86/x87.h"

#if defined(__x86_64__)

/* Operands and results of one operation, as they lie in memory. */
struct host_frame {
    struct {
        uint8_t bytes[10];
    } a, b, result, second;
    uint64_t bits;
    uint16_t control, status;
};

static struct host_frame host_frame(struct x87_real a, struct x87_real b, uint16_t control)
{
    struct host_frame f = {.control = control};

    memcpy(f.a.bytes, &a.significand, 8);
    memcpy(f.a.bytes + 8, &a.exponent, 2);
    memcpy(f.b.bytes, &b.significand, 8);
    memcpy(f.b.bytes + 8, &b.exponent, 2);
    return f;
}

static struct x87_real host_real(const uint8_t bytes[10])
{
    struct x87_real value;

    memcpy(&value.significand, bytes, 8);
    memcpy(&value.exponent, bytes + 8, 2);
    return value;
}

static unsigned host_status(const struct host_frame *f)
{
    return f->status & (X87_EXCEPTIONS | X87_CONDITIONS);
}

/* Runs instructions under the guest's control word on an empty stack. One piece of assembly: what
 * the compiler puts between could clear C1. Unmasked exceptions stay pending for the host until
 * FNCLEX or FNINIT, neither of which waits for them: so results are those of hardware here, too. */
#define HOST_RUN(f, body)                                                                          \
    __asm__ volatile("fninit\n\tfldcw %[control]\n\t" body "\n\tfninit"                            \
                     : [result] "+m"((f)->result), [second] "+m"((f)->second),                     \
                       [bits] "+m"((f)->bits), [status] "=m"((f)->status)                          \
                     : [a] "m"((f)->a), [b] "m"((f)->b), [control] "m"((f)->control)               \
                     : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)")

/* How many operands go in and how many results come out; a result may be missing. */
#define HOST_RESULT              "\n\tfnstsw %[status]\n\tfnclex\n\tfstpt %[result]"
#define HOST_ONE(f, instruction) HOST_RUN(f, "fldt %[a]\n\t" instruction HOST_RESULT)
#define HOST_TWO(f, instruction) HOST_RUN(f, "fldt %[b]\n\tfldt %[a]\n\t" instruction HOST_RESULT)
#define HOST_PUSH(f, instruction)                                                                  \
    HOST_RUN(f, "fldt %[a]\n\t" instruction HOST_RESULT "\n\tfstpt %[second]")

struct x87_real x87_binary(enum x87_op op, struct x87_real left, struct x87_real right,
                           uint16_t control, unsigned *status)
{
    struct host_frame f = host_frame(left, right, control);

    switch (op) {
    case X87_ADD:
        HOST_TWO(&f, "fadd %%st(1), %%st");
        break;
    case X87_MUL:
        HOST_TWO(&f, "fmul %%st(1), %%st");
        break;
    case X87_SUB:
        HOST_TWO(&f, "fsub %%st(1), %%st");
        break;
    case X87_SUBR:
        HOST_TWO(&f, "fsubr %%st(1), %%st");
        break;
    case X87_DIV:
        HOST_TWO(&f, "fdiv %%st(1), %%st");
        break;
    default:
        HOST_TWO(&f, "fdivr %%st(1), %%st");
        break;
    }
    *status = host_status(&f);
    return host_real(f.result.bytes);
}

static void host_unary(enum x87_op op, struct host_frame *f)
{
    switch (op) {
    case X87_SQRT:
        HOST_ONE(f, "fsqrt");
        break;
    case X87_RNDINT:
        HOST_ONE(f, "frndint");
        break;
    case X87_F2XM1:
        HOST_ONE(f, "f2xm1");
        break;
    case X87_SIN:
        HOST_ONE(f, "fsin");
        break;
    case X87_COS:
        HOST_ONE(f, "fcos");
        break;
    case X87_SCALE:
        HOST_TWO(f, "fscale");
        break;
    case X87_PREM:
        HOST_TWO(f, "fprem");
        break;
    case X87_PREM1:
        HOST_TWO(f, "fprem1");
        break;
    case X87_YL2X:
        HOST_TWO(f, "fyl2x");
        break;
    case X87_YL2XP1:
        HOST_TWO(f, "fyl2xp1");
        break;
    case X87_PATAN:
        HOST_TWO(f, "fpatan");
        break;
    case X87_PTAN:
        HOST_PUSH(f, "fptan");
        break;
    case X87_SINCOS:
        HOST_PUSH(f, "fsincos");
        break;
    default:
        HOST_PUSH(f, "fxtract");
        break;
    }
}

struct x87_real x87_unary(enum x87_op op, struct x87_real top, struct x87_real below,
                          uint16_t control, struct x87_real *second, unsigned *status)
{
    struct host_frame f = host_frame(top, below, control);

    host_unary(op, &f);
    *second = host_real(f.second.bytes);
    *status = host_status(&f);
    return host_real(f.result.bytes);
}

#define HOST_LOAD(f, instruction) HOST_RUN(f, instruction HOST_RESULT)

struct x87_real x87_constant(enum x87_op op, uint16_t control)
{
    struct x87_real zero = {0, 0};
    struct host_frame f = host_frame(zero, zero, control);

    switch (op) {
    case X87_ONE:
        HOST_LOAD(&f, "fld1");
        break;
    case X87_L2T:
        HOST_LOAD(&f, "fldl2t");
        break;
    case X87_L2E:
        HOST_LOAD(&f, "fldl2e");
        break;
    case X87_PI:
        HOST_LOAD(&f, "fldpi");
        break;
    case X87_LG2:
        HOST_LOAD(&f, "fldlg2");
        break;
    case X87_LN2:
        HOST_LOAD(&f, "fldln2");
        break;
    default:
        return zero;
    }
    return host_real(f.result.bytes);
}

struct x87_real x87_from_memory(enum x87_format format, uint64_t bits, uint16_t high,
                                unsigned *status)
{
    struct x87_real raw = {bits, high};
    struct host_frame f = host_frame(raw, raw, X87_CONTROL_RESET);

    *status = 0;
    f.bits = bits;
    switch (format) {
    case X87_F80:
        return raw;
    case X87_F32:
        HOST_LOAD(&f, "flds %[bits]");
        break;
    case X87_F64:
        HOST_LOAD(&f, "fldl %[bits]");
        break;
    case X87_I16:
        HOST_LOAD(&f, "filds %[bits]");
        break;
    case X87_I32:
        HOST_LOAD(&f, "fildl %[bits]");
        break;
    default:
        HOST_LOAD(&f, "fildll %[bits]");
        break;
    }
    *status = host_status(&f);
    return host_real(f.result.bytes);
}

#define HOST_STORE(f, instruction) HOST_RUN(f, "fldt %[a]\n\t" instruction "\n\tfnstsw %[status]")

static void host_store_integer(enum x87_format format, bool truncate, struct host_frame *f)
{
    switch (format) {
    case X87_I16:
        if (truncate)
            HOST_STORE(f, "fisttps %[bits]");
        else
            HOST_STORE(f, "fistps %[bits]");
        break;
    case X87_I32:
        if (truncate)
            HOST_STORE(f, "fisttpl %[bits]");
        else
            HOST_STORE(f, "fistpl %[bits]");
        break;
    default:
        if (truncate)
            HOST_STORE(f, "fisttpll %[bits]");
        else
            HOST_STORE(f, "fistpll %[bits]");
        break;
    }
}

uint64_t x87_to_memory(enum x87_format format, bool truncate, struct x87_real value,
                       uint16_t control, unsigned *status)
{
    struct host_frame f = host_frame(value, value, control);

    if (format == X87_F32)
        HOST_STORE(&f, "fstps %[bits]");
    else if (format == X87_F64)
        HOST_STORE(&f, "fstpl %[bits]");
    else
        host_store_integer(format, truncate, &f);
    *status = host_status(&f);
    return f.bits;
}

struct x87_real x87_from_bcd(const uint8_t bcd[10])
{
    struct x87_real zero = {0, 0};
    struct host_frame f = host_frame(zero, zero, X87_CONTROL_RESET);

    memcpy(f.a.bytes, bcd, 10);
    HOST_LOAD(&f, "fbld %[a]");
    return host_real(f.result.bytes);
}

void x87_to_bcd(struct x87_real value, uint8_t bcd[10], uint16_t control, unsigned *status)
{
    struct host_frame f = host_frame(value, value, control);

    HOST_STORE(&f, "fbstp %[result]");
    *status = host_status(&f);
    memcpy(bcd, f.result.bytes, 10);
}

#else
#error "the x87 of guests needs an x86-64 host"
#endif
