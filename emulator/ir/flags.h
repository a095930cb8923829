/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lazy flags: the kinds that struct ir_flags can hold, and conditions over them. A kind is one of
 * the values below plus a width (IR_8..IR_64). In all but RAW, result is the operation's result,
 * zero-extended, so that Z, N and P need nothing else.
 */
#ifndef EMU_IR_FLAGS_H
#define EMU_IR_FLAGS_H

#include "emulator/ir/ir.h"

enum ir_flag_kind {
    IR_K_RAW = 0,    /* result: the six bits in their places */
    IR_K_ADD = 4,    /* b: the addend */
    IR_K_ADC = 8,    /* and carry_in */
    IR_K_SUB = 12,   /* b: the subtrahend */
    IR_K_SBB = 16,   /* and carry_in */
    IR_K_LOGIC = 20, /* C, V and A are 0 */
    IR_K_INC = 24,   /* carry_in: C as it was */
    IR_K_DEC = 28,
    IR_K_MIXED = 32, /* b: C, V and A in their places */
    IR_K_END = 36,
};
#define IR_KIND(name, bits) ((uint32_t)IR_K_##name + (uint32_t)IR_##bits)

/* Forced, because the specialised handlers rest on it; not under sanitizers, where attributes of
 * caller and callee may differ. */
#if defined(__OPTIMIZE__) && !defined(IR_DISPATCH_LOOP)
#define IR_INLINE static inline __attribute__((always_inline))
#else
#define IR_INLINE static inline
#endif
#define IR_NOINLINE    __attribute__((noinline))
#define IR_LIKELY(x)   __builtin_expect(!!(x), 1)
#define IR_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Bits a condition looks at. */
extern const uint16_t ir_cond_uses[16];

/* Whatever the kind: C as 0 or 1; a condition. */
uint64_t ir_flags_carry(const struct ir_env *env);
bool ir_flags_cond(const struct ir_env *env, unsigned cond);
/* A condition over flag bits in their places. */
bool ir_bits_cond(uint64_t bits, unsigned cond);

IR_INLINE void ir_flags_raw(struct ir_env *env, uint64_t bits)
{
    env->flags.result = bits;
    env->flags.kind = IR_K_RAW;
}

IR_INLINE void ir_flags_set(struct ir_env *env, uint64_t result, uint64_t b, uint32_t kind)
{
    env->flags.result = result;
    env->flags.b = b;
    env->flags.kind = kind;
}

IR_INLINE bool ir_even_parity(uint64_t value)
{
    return !__builtin_parity((unsigned)value & 0xff);
}

/*
 * Liveness of flag bits: live[i] is what somebody may look at after op i (IR_F_...). Anything that
 * may leave the block or fault looks at all. guest may be NULL.
 */
void ir_flags_live(const struct ir_builder *builder, const struct ir_guest *guest, uint16_t *live);
/* The same for one op that goes on to the next. */
unsigned ir_flags_live_before(const struct ir_insn *i, const struct ir_guest *guest,
                              unsigned after);
/* What the op itself looks at; not what a shift may leave alone. */
unsigned ir_flags_used(const struct ir_insn *i);

#endif
