/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jump cache of one executor: virtual pc to block. */
#ifndef EMU_IR_JUMPS_H
#define EMU_IR_JUMPS_H

#include "emulator/ir/env.h"

/* Generations of the TLB are below this, so that a new salt matches no old entry. */
#define IR_JUMP_SALT_STEP (1ull << 16)
/* While a block runs that is to be thrown away: matches no entry. */
#define IR_JUMP_SALT_NONE (UINT64_MAX - IR_JUMP_SALT_STEP + 1)

static inline unsigned ir_jump_index(uint64_t pc)
{
    return (unsigned)(pc ^ pc >> IR_JUMP_BITS) & ((1u << IR_JUMP_BITS) - 1);
}

static inline uint64_t ir_jump_generation(const struct ir_env *env)
{
    return env->tlb_generation + env->jump_salt;
}

#endif
