/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 (Intel SDM volume 1 chapter 8), private to cpu/x86 and the lifter: operation codes, the
 * packed arguments of the helpers, and what the parts share. All on the vcpu's thread.
 */
#ifndef EMU_CPU_X86_X87_H
#define EMU_CPU_X86_X87_H

#include "emulator/cpu/x86/cpu.h"

/* Exceptions, in the status word (raised) and the control word (masked). */
#define X87_IE         0x0001u
#define X87_DE         0x0002u
#define X87_ZE         0x0004u
#define X87_OE         0x0008u
#define X87_UE         0x0010u
#define X87_PE         0x0020u
#define X87_EXCEPTIONS 0x003fu

#define X87_SF         0x0040u /* stack fault */
#define X87_ES         0x0080u /* an unmasked exception is pending */
#define X87_C0         0x0100u
#define X87_C1         0x0200u
#define X87_C2         0x0400u
#define X87_C3         0x4000u
#define X87_B          0x8000u
#define X87_CONDITIONS (X87_C0 | X87_C1 | X87_C2 | X87_C3)

#define X87_CONTROL_RESET 0x037fu

/* An 80-bit real as it lies in memory. */
struct x87_real {
    uint64_t significand;
    uint16_t exponent; /* and sign */
};

enum x87_format { X87_REG, X87_F32, X87_F64, X87_F80, X87_I16, X87_I32, X87_I64, X87_BCD };

enum x87_op {
    /* destination = destination op source */
    X87_ADD,
    X87_MUL,
    X87_COM,
    X87_COMP_,
    X87_SUB,
    X87_SUBR,
    X87_DIV,
    X87_DIVR,
    /* on ST(0), and ST(1) where two are needed */
    X87_CHS,
    X87_ABS,
    X87_TST,
    X87_XAM,
    X87_SQRT,
    X87_RNDINT,
    X87_F2XM1,
    X87_SIN,
    X87_COS,
    X87_SCALE,
    X87_PREM,
    X87_PREM1,
    X87_YL2X,
    X87_YL2XP1,
    X87_PATAN, /* pop */
    X87_PTAN,
    X87_SINCOS,
    X87_XTRACT, /* push */
    /* moves */
    X87_FST,
    X87_FSTP,
    X87_XCH,
    X87_FREE,
    X87_FREEP,
    X87_INCSTP,
    X87_DECSTP,
    /* constants, in the order of their opcodes */
    X87_ONE,
    X87_L2T,
    X87_L2E,
    X87_PI,
    X87_LG2,
    X87_LN2,
    X87_ZERO,
    /* control */
    X87_INIT,
    X87_CLEX,
    X87_LDCW,
    X87_STCW,
    X87_STSW,
    X87_STENV,
    X87_LDENV,
    X87_SAVE,
    X87_RSTOR,
};

/* Argument a of the x87 helpers. */
#define X87_ARG(op, format, dst, src, pops)                                                        \
    ((uint64_t)(op) | (uint64_t)(format) << 8 | (uint64_t)(dst) << 12 | (uint64_t)(src) << 16 |    \
     (uint64_t)(pops) << 20)
#define X87_ARG_TRUNCATE  (1ull << 24) /* FISTTP */
#define X87_ARG_UNORDERED (1ull << 25) /* FUCOM: quiet NaNs raise nothing */
#define X87_ARG_EFLAGS    (1ull << 26) /* FCOMI: result to the flag unit */
#define X87_ARG_STACK     (1ull << 27) /* to memory by SS: #SS instead of #GP */
/* For the saved pointers: 11 bits of opcode; the segment of an operand in memory, whose offset is
 * in x87.operand. */
#define X87_ARG_OPCODE_SHIFT  32
#define X87_ARG_SEGMENT_SHIFT 44
#define X87_ARG_MEMORY        (1ull << 47)

static inline enum x87_op x87_arg_op(uint64_t a)
{
    return a & 0xff;
}
static inline enum x87_format x87_arg_format(uint64_t a)
{
    return (a >> 8) & 0xf;
}
static inline unsigned x87_arg_dst(uint64_t a)
{
    return (a >> 12) & 0xf;
}
static inline unsigned x87_arg_src(uint64_t a)
{
    return (a >> 16) & 0xf;
}
static inline unsigned x87_arg_pops(uint64_t a)
{
    return (a >> 20) & 3;
}

/* ---- the stack (x87-stack.c) ---- */

static inline unsigned x87_physical(const struct x86_x87 *x87, unsigned i)
{
    return (x87->top + i) & 7;
}
static inline bool x87_empty(const struct x86_x87 *x87, unsigned i)
{
    return !(x87->tag >> x87_physical(x87, i) & 1);
}
struct x87_real x87_get(const struct x86_x87 *x87, unsigned i);
/* Writes ST(i) and marks it in use. */
void x87_put(struct x86_x87 *x87, unsigned i, struct x87_real value);
void x87_pop(struct x86_x87 *x87);
/* ST(i) as an operand: false, with the stack fault noted, when it is empty. */
bool x87_need(struct x86_x87 *x87, unsigned i);
/* Makes room: false when ST(7) is in use (stack overflow noted). Top has not moved. */
bool x87_can_push(struct x86_x87 *x87);
void x87_push(struct x86_x87 *x87, struct x87_real value);

/* Adds raised exceptions and C1 to the status word, and ES and B when one is not masked. True: the
 * result is to be written (nothing unmasked that suppresses it). */
bool x87_note(struct x86_x87 *x87, unsigned host_status);
static inline bool x87_masked(const struct x86_x87 *x87, unsigned exception)
{
    return x87->control & exception;
}
/* The value that a masked invalid operation gives: a negative quiet NaN. */
extern const struct x87_real x87_indefinite;

/* The status word as FNSTSW gives it. */
static inline uint16_t x87_status(const struct x86_x87 *x87)
{
    return (uint16_t)(x87->status | x87->top << 11);
}
void x87_set_status(struct x86_x87 *x87, uint16_t value);
/* The 16-bit tag word of FNSTENV, and back. */
uint16_t x87_full_tags(const struct x86_x87 *x87);
void x87_set_full_tags(struct x86_x87 *x87, uint16_t tags);
void x87_init(struct x86_x87 *x87);

/* Raises #MF if an exception is pending, as waiting instructions do; with CR0.NE clear sets FERR#
 * and stops. Not IR_OK: the helper returns x87_stopped. */
enum ir_status x87_check(struct x86_cpu *cpu);
static inline bool x87_raises(const struct x86_cpu *cpu)
{
    return (cpu->cr0 & X86_CR0_NE) || cpu->ferr.fn == NULL;
}
static inline enum ir_status x87_stopped(const struct x86_cpu *cpu)
{
    return x87_raises(cpu) ? IR_FAULT : IR_JUMPED;
}
/* After a control instruction: FERR# ends with the last pending exception. */
void x87_settle(struct x86_cpu *cpu);
/* The same, and remembers the instruction for FNSTENV. */
enum ir_status x87_begin(struct x86_cpu *cpu, uint64_t a);

/* ---- arithmetic (x87-host.c): status gets exceptions and conditions as x87 hardware sets them
 * ---- */

struct x87_real x87_binary(enum x87_op op, struct x87_real left, struct x87_real right,
                           uint16_t control, unsigned *status);
/* top: ST(0), below: ST(1). For pushing ops *second is the value that ends in ST(1). */
struct x87_real x87_unary(enum x87_op op, struct x87_real top, struct x87_real below,
                          uint16_t control, struct x87_real *second, unsigned *status);
struct x87_real x87_constant(enum x87_op op, uint16_t control);
/* Memory bits to a real. F80 in bits and high. */
struct x87_real x87_from_memory(enum x87_format format, uint64_t bits, uint16_t high,
                                unsigned *status);
/* A real to F32, F64 or an integer format. */
uint64_t x87_to_memory(enum x87_format format, bool truncate, struct x87_real value,
                       uint16_t control, unsigned *status);
struct x87_real x87_from_bcd(const uint8_t bcd[10]);
void x87_to_bcd(struct x87_real value, uint8_t bcd[10], uint16_t control, unsigned *status);

/* Classes of reals by their bits. */
static inline bool x87_is_nan(struct x87_real v)
{
    return (v.exponent & 0x7fff) == 0x7fff && v.significand << 1 != 0;
}
static inline bool x87_is_unsupported(struct x87_real v)
{
    return (v.exponent & 0x7fff) != 0 && !(v.significand >> 63);
}
static inline bool x87_is_signaling(struct x87_real v)
{
    return x87_is_nan(v) && !(v.significand >> 62 & 1);
}
static inline bool x87_is_denormal(struct x87_real v)
{
    return (v.exponent & 0x7fff) == 0 && v.significand != 0;
}
static inline bool x87_is_zero(struct x87_real v)
{
    return (v.exponent & 0x7fff) == 0 && v.significand == 0;
}
static inline bool x87_is_infinite(struct x87_real v)
{
    return (v.exponent & 0x7fff) == 0x7fff && v.significand == 1ull << 63;
}

#define X86_SLOT_X87_OPERAND                                                                       \
    ((uint16_t)((offsetof(struct x86_cpu, x87) + offsetof(struct x86_x87, operand)) /              \
                sizeof(uint64_t)))
#define X86_SLOT_MMX(n)                                                                            \
    ((uint16_t)((offsetof(struct x86_cpu, x87) + offsetof(struct x86_x87, st) + 16 * (n)) /        \
                sizeof(uint64_t)))

#endif
