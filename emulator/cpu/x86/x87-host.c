/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 arithmetic. On an x86-64 host the host's own x87 does it, under the guest's rounding and
 * precision with all exceptions masked, so that results and status are exact, transcendental
 * functions included. Other hosts have no implementation yet.
 */
#include <math.h>
#include <string.h>

#include "emulator/cpu/x86/x87.h"

#if defined(__x86_64__)

static long double host_real(struct x87_real value)
{
    long double result = 0;

    memcpy(&result, &value.significand, 8);
    memcpy((uint8_t *)&result + 8, &value.exponent, 2);
    return result;
}

static struct x87_real host_bits(long double value)
{
    struct x87_real result;

    memcpy(&result.significand, &value, 8);
    memcpy(&result.exponent, (uint8_t *)&value + 8, 2);
    return result;
}

/* From here to host_leave the host's x87 runs under the guest's control word. The value goes
 * through so that the compiler keeps the operation behind this. */
static inline long double host_enter(uint16_t control, long double value)
{
    uint16_t masked = control | X87_EXCEPTIONS;

    __asm__ volatile("fnclex\n\tfldcw %1" : "+t"(value) : "m"(masked));
    return value;
}

static inline void host_leave(long double value, unsigned *status)
{
    uint16_t word, control = X87_CONTROL_RESET;

    __asm__ volatile("fnstsw %0\n\tfnclex\n\tfldcw %1" : "=a"(word) : "m"(control), "t"(value));
    *status = word & (X87_EXCEPTIONS | X87_CONDITIONS);
}

struct x87_real x87_binary(enum x87_op op, struct x87_real left, struct x87_real right,
                           uint16_t control, unsigned *status)
{
    long double a = host_enter(control, host_real(left)), b = host_real(right), r;

    switch (op) {
    case X87_ADD:
        r = a + b;
        break;
    case X87_MUL:
        r = a * b;
        break;
    case X87_SUB:
        r = a - b;
        break;
    case X87_SUBR:
        r = b - a;
        break;
    case X87_DIV:
        r = a / b;
        break;
    default:
        r = b / a;
        break;
    }
    host_leave(r, status);
    return host_bits(r);
}

#define HOST_ONE(instruction) __asm__ volatile(instruction : "=t"(r) : "0"(a))
/* ST(1) stays below. */
#define HOST_TWO(instruction) __asm__ volatile(instruction : "=t"(r) : "0"(a), "u"(b))
/* ST(1) is popped: the result replaces both. */
#define HOST_TWO_POP(instruction) __asm__ volatile(instruction : "=t"(r) : "0"(a), "u"(b) : "st(1)")
/* A second result is pushed: it is in ST(0), the first in ST(1). */
#define HOST_PUSH(instruction) __asm__ volatile(instruction : "=t"(pushed), "=u"(r) : "0"(a))

static long double host_unary(enum x87_op op, long double a, long double b, long double *second)
{
    long double r = a, pushed = 0;

    switch (op) {
    case X87_SQRT:
        HOST_ONE("fsqrt");
        break;
    case X87_RNDINT:
        HOST_ONE("frndint");
        break;
    case X87_F2XM1:
        HOST_ONE("f2xm1");
        break;
    case X87_SIN:
        HOST_ONE("fsin");
        break;
    case X87_COS:
        HOST_ONE("fcos");
        break;
    case X87_SCALE:
        HOST_TWO("fscale");
        break;
    case X87_PREM:
        HOST_TWO("fprem");
        break;
    case X87_PREM1:
        HOST_TWO("fprem1");
        break;
    case X87_YL2X:
        HOST_TWO_POP("fyl2x");
        break;
    case X87_YL2XP1:
        HOST_TWO_POP("fyl2xp1");
        break;
    case X87_PATAN:
        HOST_TWO_POP("fpatan");
        break;
    case X87_SINCOS:
        HOST_PUSH("fsincos");
        break;
    case X87_XTRACT:
        HOST_PUSH("fxtract");
        break;
    default:
        break;
    }
    *second = r;
    return op == X87_SINCOS || op == X87_XTRACT ? pushed : r;
}

/* FPTAN pushes 1 unless the operand is out of range (C2), when it pushes nothing: the compiler must
 * not be left with a stack whose depth it cannot know. */
static long double host_tangent(long double a)
{
    long double r;

    __asm__ volatile("fptan\n\tfnstsw %%ax\n\ttestb $4, %%ah\n\tjnz 1f\n\tfstp %%st(0)\n1:"
                     : "=t"(r)
                     : "0"(a)
                     : "ax", "cc", "st(7)");
    return r;
}

struct x87_real x87_unary(enum x87_op op, struct x87_real top, struct x87_real below,
                          uint16_t control, struct x87_real *second, unsigned *status)
{
    long double b = host_real(below), a = host_enter(control, host_real(top)), other = 0, r;

    if (op == X87_PTAN) {
        other = host_tangent(a);
        host_leave(other, status);
        *second = host_bits(other);
        return host_bits(1.0L);
    }
    r = host_unary(op, a, b, &other);
    host_leave(r, status);
    *second = host_bits(other);
    return host_bits(r);
}

struct x87_real x87_constant(enum x87_op op, uint16_t control)
{
    long double r = 0;
    unsigned status;

    r = host_enter(control, r);
    switch (op) {
    case X87_ONE:
        __asm__ volatile("fld1" : "=t"(r));
        break;
    case X87_L2T:
        __asm__ volatile("fldl2t" : "=t"(r));
        break;
    case X87_L2E:
        __asm__ volatile("fldl2e" : "=t"(r));
        break;
    case X87_PI:
        __asm__ volatile("fldpi" : "=t"(r));
        break;
    case X87_LG2:
        __asm__ volatile("fldlg2" : "=t"(r));
        break;
    case X87_LN2:
        __asm__ volatile("fldln2" : "=t"(r));
        break;
    default:
        break;
    }
    host_leave(r, &status);
    return host_bits(r);
}

struct x87_real x87_from_memory(enum x87_format format, uint64_t bits, uint16_t high,
                                unsigned *status)
{
    long double r = 0;

    *status = 0;
    if (format == X87_F80)
        return (struct x87_real){bits, high};
    __asm__ volatile("fnclex");
    switch (format) {
    case X87_F32:
        __asm__ volatile("flds %1" : "=t"(r) : "m"(bits));
        break;
    case X87_F64:
        __asm__ volatile("fldl %1" : "=t"(r) : "m"(bits));
        break;
    case X87_I16:
        __asm__ volatile("filds %1" : "=t"(r) : "m"(bits));
        break;
    case X87_I32:
        __asm__ volatile("fildl %1" : "=t"(r) : "m"(bits));
        break;
    default:
        __asm__ volatile("fildll %1" : "=t"(r) : "m"(bits));
        break;
    }
    host_leave(r, status);
    return host_bits(r);
}

/* Stores that pop leave the compiler's stack as it was: the operand is pushed within. */
#define HOST_STORE(instruction)                                                                    \
    __asm__ volatile("fldt %1\n\t" instruction " %0" : "=m"(bits) : "m"(a) : "st(7)")

uint64_t x87_to_memory(enum x87_format format, bool truncate, struct x87_real value,
                       uint16_t control, unsigned *status)
{
    long double a = host_enter(control, host_real(value));
    uint64_t bits = 0;

    switch (format) {
    case X87_F32:
        HOST_STORE("fstps");
        break;
    case X87_F64:
        HOST_STORE("fstpl");
        break;
    case X87_I16:
        if (truncate)
            HOST_STORE("fisttps");
        else
            HOST_STORE("fistps");
        break;
    case X87_I32:
        if (truncate)
            HOST_STORE("fisttpl");
        else
            HOST_STORE("fistpl");
        break;
    default:
        if (truncate)
            HOST_STORE("fisttpll");
        else
            HOST_STORE("fistpll");
        break;
    }
    host_leave(a, status);
    return bits;
}

struct x87_real x87_from_bcd(const uint8_t bcd[10])
{
    struct {
        uint8_t digits[10];
    } in;
    long double r;

    memcpy(in.digits, bcd, 10);
    __asm__ volatile("fbld %1" : "=t"(r) : "m"(in));
    return host_bits(r);
}

void x87_to_bcd(struct x87_real value, uint8_t bcd[10], uint16_t control, unsigned *status)
{
    long double a = host_enter(control, host_real(value));
    struct {
        uint8_t digits[10];
    } out;

    __asm__ volatile("fldt %1\n\tfbstp %0" : "=m"(out) : "m"(a) : "st(7)");
    host_leave(a, status);
    memcpy(bcd, out.digits, 10);
}

#else
#error "the x87 of guests needs an x86-64 host"
#endif
