/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic of the op table as inline functions alu_NAME_WIDTH(env, a, b, setf): the result,
 * and with setf the flags. Shared by the register ops and the read-modify-write ops, which call
 * them a second time for the flags once memory is written.
 */
#ifndef EMU_IR_ALU_H
#define EMU_IR_ALU_H

#include "emulator/ir/flags.h"

#define ALU_WIDTHS(T) T(8) T(16) T(32) T(64)
#define ALU_FN(name, w)                                                                            \
    IR_INLINE uint##w##_t alu_##name##_##w(struct ir_env *env, uint##w##_t a, uint##w##_t b,       \
                                           bool setf)
#define ALU_SIGN(value, w) ((uint64_t)(value) >> ((w)-1) & 1)
#define ALU_V(bit)         ((uint64_t)(bit) << 11)

/* ---- sums and logic ---- */

#define ALU_SIMPLE(w)                                                                              \
    ALU_FN(add, w)                                                                                 \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a + b);                                                      \
        if (setf)                                                                                  \
            ir_flags_set(env, r, b, IR_KIND(ADD, w));                                              \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(sub, w)                                                                                 \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a - b);                                                      \
        if (setf)                                                                                  \
            ir_flags_set(env, r, b, IR_KIND(SUB, w));                                              \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(adc, w)                                                                                 \
    {                                                                                              \
        uint64_t carry = ir_flags_carry(env);                                                      \
        uint##w##_t r = (uint##w##_t)(a + b + carry);                                              \
        if (setf) {                                                                                \
            ir_flags_set(env, r, b, IR_KIND(ADC, w));                                              \
            env->flags.carry_in = carry;                                                           \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(sbb, w)                                                                                 \
    {                                                                                              \
        uint64_t carry = ir_flags_carry(env);                                                      \
        uint##w##_t r = (uint##w##_t)(a - b - carry);                                              \
        if (setf) {                                                                                \
            ir_flags_set(env, r, b, IR_KIND(SBB, w));                                              \
            env->flags.carry_in = carry;                                                           \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(neg, w)                                                                                 \
    {                                                                                              \
        return alu_sub_##w(env, 0, a, setf);                                                       \
    }                                                                                              \
    ALU_FN(not, w)                                                                                 \
    {                                                                                              \
        return (uint##w##_t) ~a;                                                                   \
    }
ALU_WIDTHS(ALU_SIMPLE)
#undef ALU_SIMPLE

#define ALU_LOGIC(name, how, w)                                                                    \
    ALU_FN(name, w)                                                                                \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a how b);                                                    \
        if (setf) {                                                                                \
            env->flags.result = r;                                                                 \
            env->flags.kind = IR_KIND(LOGIC, w);                                                   \
        }                                                                                          \
        return r;                                                                                  \
    }
#define ALU_LOGICS(w) ALU_LOGIC(and, &, w) ALU_LOGIC(or, |, w) ALU_LOGIC(xor, ^, w)
ALU_WIDTHS(ALU_LOGICS)
#undef ALU_LOGICS
#undef ALU_LOGIC

/* inc1 and dec1: where nobody looks at C afterwards. */
#define ALU_STEP(name, how, KIND, w)                                                               \
    ALU_FN(name, w)                                                                                \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a how 1);                                                    \
        if (setf) {                                                                                \
            env->flags.carry_in = ir_flags_carry(env);                                             \
            env->flags.result = r;                                                                 \
            env->flags.kind = IR_KIND(KIND, w);                                                    \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(name##1, w)                                                                             \
    {                                                                                              \
        uint##w##_t r = (uint##w##_t)(a how 1);                                                    \
        if (setf) {                                                                                \
            env->flags.carry_in = 0;                                                               \
            env->flags.result = r;                                                                 \
            env->flags.kind = IR_KIND(KIND, w);                                                    \
        }                                                                                          \
        return r;                                                                                  \
    }
#define ALU_STEPS(w) ALU_STEP(inc, +, INC, w) ALU_STEP(dec, -, DEC, w)
ALU_WIDTHS(ALU_STEPS)
#undef ALU_STEPS
#undef ALU_STEP

#define ALU_MUL(w, s64)                                                                            \
    ALU_FN(mul, w)                                                                                 \
    {                                                                                              \
        s64 product = (s64)(int##w##_t)a * (int##w##_t)b;                                          \
        uint##w##_t r = (uint##w##_t)product;                                                      \
        if (setf)                                                                                  \
            ir_flags_set(env, r, product != (int##w##_t)r ? IR_F_C | IR_F_V : 0,                   \
                         IR_KIND(MIXED, w));                                                       \
        return r;                                                                                  \
    }
ALU_MUL(8, int64_t)
ALU_MUL(16, int64_t)
ALU_MUL(32, int64_t)
ALU_MUL(64, __int128)
#undef ALU_MUL

/* ---- shifts and rotates ---- */

#define ALU_COUNT(count, w) ((unsigned)(count) & ((w) == 64 ? 63u : 31u))

#define ALU_SHIFTS(w)                                                                              \
    ALU_FN(shl, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w);                                                              \
        uint##w##_t r = (uint##w##_t)((uint64_t)a << n);                                           \
        if (setf && n) {                                                                           \
            uint64_t c = n > (w) ? 0 : (uint64_t)a >> ((w)-n) & 1;                                 \
            ir_flags_set(env, r, c | ALU_V(c ^ ALU_SIGN(r, w)), IR_KIND(MIXED, w));                \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(shr, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w);                                                              \
        uint##w##_t r = (uint##w##_t)((uint64_t)a >> n);                                           \
        if (setf && n) {                                                                           \
            uint64_t c = (uint64_t)a >> (n - 1) & 1;                                               \
            ir_flags_set(env, r, c | ALU_V(n == 1 ? ALU_SIGN(a, w) : 0), IR_KIND(MIXED, w));       \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(sar, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w);                                                              \
        int64_t wide = (int##w##_t)a;                                                              \
        uint##w##_t r = (uint##w##_t)(wide >> n);                                                  \
        if (setf && n)                                                                             \
            ir_flags_set(env, r, (uint64_t)(wide >> (n - 1)) & 1, IR_KIND(MIXED, w));              \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(rol, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w), m = n % (w);                                                 \
        uint##w##_t r = m ? (uint##w##_t)(a << m | a >> ((w)-m)) : a;                              \
        if (setf && n)                                                                             \
            ir_flags_put(env, (r & 1) | ALU_V((r & 1) ^ ALU_SIGN(r, w)), IR_F_C | IR_F_V);         \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(ror, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w), m = n % (w);                                                 \
        uint##w##_t r = m ? (uint##w##_t)(a >> m | a << ((w)-m)) : a;                              \
        uint64_t c = ALU_SIGN(r, w);                                                               \
        if (setf && n)                                                                             \
            ir_flags_put(env, c | ALU_V(c ^ ((uint64_t)r >> ((w)-2) & 1)), IR_F_C | IR_F_V);       \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(rcl, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w) % ((w) + 1u);                                                 \
        unsigned __int128 ring = (unsigned __int128)ir_flags_carry(env) << (w) | a;                \
        uint##w##_t r;                                                                             \
        if (!n)                                                                                    \
            return a;                                                                              \
        ring = ring << n | ring >> ((w) + 1 - n);                                                  \
        r = (uint##w##_t)ring;                                                                     \
        if (setf) {                                                                                \
            uint64_t c = (uint64_t)(ring >> (w)) & 1;                                              \
            ir_flags_put(env, c | ALU_V(c ^ ALU_SIGN(r, w)), IR_F_C | IR_F_V);                     \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    ALU_FN(rcr, w)                                                                                 \
    {                                                                                              \
        unsigned n = ALU_COUNT(b, w) % ((w) + 1u);                                                 \
        unsigned __int128 ring = (unsigned __int128)ir_flags_carry(env) << (w) | a;                \
        uint##w##_t r;                                                                             \
        if (!n)                                                                                    \
            return a;                                                                              \
        ring = ring >> n | ring << ((w) + 1 - n);                                                  \
        r = (uint##w##_t)ring;                                                                     \
        if (setf) {                                                                                \
            uint64_t v = ALU_SIGN(r, w) ^ ((uint64_t)r >> ((w)-2) & 1);                            \
            ir_flags_put(env, ((uint64_t)(ring >> (w)) & 1) | ALU_V(v), IR_F_C | IR_F_V);          \
        }                                                                                          \
        return r;                                                                                  \
    }
ALU_WIDTHS(ALU_SHIFTS)
#undef ALU_SHIFTS

/* ---- single bits ---- */

/* C alone: what nobody looks at needs no keeping, but only the encoder knows (alu_bt1). */
#define ALU_BITS(w)                                                                                \
    IR_INLINE uint##w##_t alu_bit_##w(uint##w##_t b)                                               \
    {                                                                                              \
        return (uint##w##_t)((uint##w##_t)1 << (b & ((w)-1)));                                     \
    }                                                                                              \
    ALU_FN(bt, w)                                                                                  \
    {                                                                                              \
        if (setf)                                                                                  \
            ir_flags_put(env, a >> (b & ((w)-1)) & 1, IR_F_C);                                     \
        return a;                                                                                  \
    }                                                                                              \
    ALU_FN(bt1, w)                                                                                 \
    {                                                                                              \
        if (setf)                                                                                  \
            ir_flags_raw(env, a >> (b & ((w)-1)) & 1);                                             \
        return a;                                                                                  \
    }                                                                                              \
    ALU_FN(bts, w)                                                                                 \
    {                                                                                              \
        return (uint##w##_t)(alu_bt_##w(env, a, b, setf) | alu_bit_##w(b));                        \
    }                                                                                              \
    ALU_FN(btr, w)                                                                                 \
    {                                                                                              \
        return (uint##w##_t)(alu_bt_##w(env, a, b, setf) & ~alu_bit_##w(b));                       \
    }                                                                                              \
    ALU_FN(btc, w)                                                                                 \
    {                                                                                              \
        return (uint##w##_t)(alu_bt_##w(env, a, b, setf) ^ alu_bit_##w(b));                        \
    }
ALU_WIDTHS(ALU_BITS)
#undef ALU_BITS

#endif
