/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The jump tables of one executor: virtual pc to code. Each table belongs to one mode and one
 * address space, and env->jumps is the table of the current ones, so that a look-up compares the
 * pc and nothing else. What is in a table may be dead, but its memory is not freed before the table
 * has been emptied (reclaim.h). Own thread.
 */
#ifndef EMU_IR_JUMPS_H
#define EMU_IR_JUMPS_H

#include "emulator/api/error.h"
#include "emulator/ir/env.h"

#define IR_JUMP_TABLES 16
#define IR_JUMP_NOTED  1024 /* so many entries are emptied one by one, more of them all at once */

/* What a table is for. */
struct ir_jump_key {
    uint64_t mode, space;
    uint64_t flushes; /* how many had been when it was last empty */
    uint64_t use;     /* the larger, the later; 0: free */
    uint64_t tag;     /* another one each time it is emptied */
    bool wanted;      /* it has its memory */
};

/*
 * While a table's tag is current, what the guest's virtual addresses of code stand for does not
 * change; no other table of the machine has it. It is a number spread over the bits that an address
 * of a page has 0 or all the same, so that address ^ tag tells both. IR_JUMPS_NO_TAG is no table's.
 */
#define IR_JUMPS_TAGS ((1u << 28) - 1)
static inline uint64_t ir_jumps_tag(uint32_t number)
{
    return (number & 0xfff) | (uint64_t)(number >> 12) << 48;
}
#define IR_JUMPS_NO_TAG ir_jumps_tag(IR_JUMPS_TAGS)

/* What is in it. */
struct ir_jump_fill {
    unsigned count; /* entries made since it was empty, with doubles */
    uint16_t noted[IR_JUMP_NOTED];
};

struct ir_jump_set {
    struct ir_jumps *table; /* IR_JUMP_TABLES, and one that stays empty */
    struct ir_jump_key key[IR_JUMP_TABLES];
    struct ir_jump_fill fill[IR_JUMP_TABLES];
    struct ir_jump_key *current, *previous;
    uint64_t flushes, uses;
    bool hidden;
};

bool ir_jumps_init(struct ir_env *env, struct emu_error *err);
void ir_jumps_finish(struct ir_env *env);

/* Code for the pc in the current mode and space. */
void ir_jumps_put(struct ir_env *env, uint64_t pc, const void *code);
/* While hidden, nothing is found and put: for code that must end at its first exit. */
void ir_jumps_hide(struct ir_env *env, bool hidden);

/* A pc's index: the upper bits of a product. */
#define IR_JUMP_FACTOR 0x61c88647u
static inline unsigned ir_jump_index(uint64_t pc)
{
    return (uint32_t)pc * IR_JUMP_FACTOR >> (32 - IR_JUMP_BITS);
}

/* The code for the pc, or NULL. */
static inline const void *ir_jumps_get(const struct ir_env *env, uint64_t pc)
{
    unsigned index = ir_jump_index(pc);

    return env->jumps->entry[index].pc == pc ? env->jumps->entry[index].code : NULL;
}

#endif
