/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The portable executor's code: an array of fixed-size ops, each with the function that does it.
 * Functions call each other in tail position; where the compiler does not promise that (without
 * optimisation, under sanitizers: IR_DISPATCH_LOOP) they return the next op to a loop.
 */
#ifndef EMU_IR_XINSN_H
#define EMU_IR_XINSN_H

#include <string.h>

#include "emulator/ir/blocks.h"
#include "emulator/ir/flags.h"
#include "emulator/ir/jumps.h"
#include "emulator/ir/reclaim.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "slots and guest memory share an order");

struct ir_xinsn;
typedef const struct ir_xinsn *ir_x_fn(struct ir_env *env, const struct ir_xinsn *ip);

struct ir_xinsn {
    ir_x_fn *fn;
    union {
        struct {
            uint16_t d, a, b, c; /* slots */
        };
        uint64_t mask; /* of exits: bits that the new pc has */
    };
    int64_t imm;    /* cut to the width; or a function */
    uint8_t scale;  /* of an address; of vec: the immediate byte */
    uint8_t cond;   /* of lds: bits above width2 */
    uint8_t cut;    /* bits to cut off an address, or off a result */
    uint8_t align;  /* bits of an address that must be 0 */
    uint8_t access; /* IR_ACCESS_... */
    uint8_t insns;  /* guest instructions begun in the block so far */
    union {
        uint16_t offset; /* of the guest instruction from the block's pc */
        uint16_t source; /* of exits, which do not fault: the slot that they look at */
    };
};
_Static_assert(sizeof(struct ir_xinsn) == 32, "two ops in a cache line");

/* Beside enum ir_status, for the run loop only: no block is known for the new pc. */
#define IR_X_NEXT_BLOCK ((enum ir_status)100)

/* What env->executor points to. */
struct ir_executor {
    enum ir_status status; /* why the last run ended */
    struct ir_epoch epoch;
    struct ir_jump_set jumps;
    struct ir_builder builder;
    struct ir_xinsn scratch[IR_MAX_INSNS + 1];
};
static inline struct ir_executor *ir_executor(struct ir_env *env)
{
    return env->executor;
}

#if !defined(IR_DISPATCH_LOOP) && !defined(__OPTIMIZE__)
#define IR_DISPATCH_LOOP 1
#endif
#if defined(__has_attribute)
#if __has_attribute(musttail)
#define IR_MUSTTAIL __attribute__((musttail))
#endif
#endif
#ifndef IR_MUSTTAIL
#define IR_MUSTTAIL
#endif

#ifdef IR_DISPATCH_LOOP
#define IR_TAIL(function) return function(env, ip)
#define IR_GO(next)       return (next)
#else
#define IR_TAIL(function) IR_MUSTTAIL return function(env, ip)
#define IR_GO(next)                                                                                \
    do {                                                                                           \
        ip = (next);                                                                               \
        IR_MUSTTAIL return ip->fn(env, ip);                                                        \
    } while (0)
#endif
#define IR_NEXT IR_GO(ip + 1)
/* After an out-of-line function that returns the next op, or NULL to stop. Also for functions with
 * more parameters, to which the promise of musttail cannot be made; they are sibling calls still.
 */
#ifdef IR_DISPATCH_LOOP
#define IR_RESUME(next) return (next)
#else
#define IR_RESUME(next)                                                                            \
    do {                                                                                           \
        ip = (next);                                                                               \
        return ip ? ip->fn(env, ip) : NULL;                                                        \
    } while (0)
#endif

#define IR_X(name)  static const struct ir_xinsn *name(struct ir_env *env, const struct ir_xinsn *ip)
#define IR_R(field) (*ir_slot(env, ip->field))

/* ---- out of line (exec.c, exec-memory.c) ---- */

/* Ends the run with a status other than IR_OK at ip's instruction; NULL. */
const struct ir_xinsn *ir_x_stop(struct ir_env *env, const struct ir_xinsn *ip,
                                 enum ir_status status);
/* What an op calls that has no such form, helper or vector op: IR that the verifier refuses. They
 * leave without doing anything. */
ir_x_fn ir_x_no_form;
ir_helper_fn ir_x_no_helper;
ir_vec_fn ir_x_no_vec;
/* Ends the run at a block boundary; NULL. */
const struct ir_xinsn *ir_x_end(struct ir_env *env, enum ir_status status);
/* Accesses by the guest's slow path; the next op, or NULL. */
const struct ir_xinsn *ir_x_load(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                 unsigned size);
const struct ir_xinsn *ir_x_load_signed(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                        unsigned size);
const struct ir_xinsn *ir_x_store(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                  unsigned size);
const struct ir_xinsn *ir_x_probe(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                  unsigned size);
/* NULL: stopped. Otherwise where to work until ir_x_rmw_end. */
void *ir_x_rmw_begin(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va, unsigned size);
void ir_x_rmw_end(struct ir_env *env, const struct ir_xinsn *ip);

/* ---- choosing the function for an op (ops-*.c): NULL if the op has no such form ---- */

/* What the encoder knows where the op stands. */
struct ir_x_context {
    uint32_t kind; /* of the flags before it; IR_K_END: not known */
    uint16_t live; /* flag bits that may be looked at after it */
};
typedef ir_x_fn *ir_x_select(const struct ir_insn *i, const struct ir_x_context *context);
ir_x_select ir_x_select_alu, ir_x_select_wide, ir_x_select_shift, ir_x_select_bits,
    ir_x_select_move, ir_x_select_memory, ir_x_select_rmw, ir_x_select_cond, ir_x_select_exit,
    ir_x_select_call;

/* compare and branch as one: for a br right after this sub or and; NULL if there is none */
ir_x_fn *ir_x_select_fused(const struct ir_insn *producer, const struct ir_insn *branch);

/* The form of two-operand ops: bit 0 flags wanted, bit 1 immediate. */
static inline unsigned ir_x_form(const struct ir_insn *i)
{
    return ((i->flags & IR_SETF) ? 1u : 0u) | ((i->flags & IR_IMM) ? 2u : 0u);
}

/* Encodes a block; returns how many ops, at most builder->count + 1. The last one always ends. */
unsigned ir_x_encode(const struct ir_builder *builder, const struct ir_guest *guest,
                     struct ir_xinsn *out);
/* For a backend that lets single ops be done here: one to one, out[n] for op n, none fused, not
 * counted, nothing taken for granted of the flags before. */
void ir_x_encode_each(const struct ir_builder *builder, const struct ir_guest *guest,
                      struct ir_xinsn *out);
/* What ops may take for granted of env->flags.kind after an op; IR_K_END: nothing. */
uint32_t ir_x_kind_after(const struct ir_insn *i, uint32_t before);

#endif
