/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The portable executor: runs IR on any host. Each op of a block is one small function; blocks
 * follow each other through the jump tables without going back to the run loop.
 */
#ifndef EMU_IR_EXEC_H
#define EMU_IR_EXEC_H

#include "emulator/ir/blocks.h"
#include "emulator/ir/ir.h"

/* Prepares env (tlb, guest and blocks are set by the guest, mode and space may be). */
bool ir_exec_init(struct ir_env *env, struct emu_error *err);
void ir_exec_finish(struct ir_env *env);

/*
 * Executes from env->pc in env->mode until a request comes (IR_OK), a helper jumped (IR_JUMPED), or
 * a fault was raised (IR_FAULT). When it returns, env->pc is exact and env->flags are up to date.
 * Own vcpu thread.
 */
enum ir_status ir_exec_run(struct ir_env *env);
/* Executes exactly one guest instruction in a block that is thrown away. Same statuses. */
enum ir_status ir_exec_one(struct ir_env *env);
/* Executes a given builder as one block, then returns: tests. */
enum ir_status ir_exec_builder(struct ir_env *env, struct ir_builder *builder);

/*
 * Another way to run blocks, under the same run loop: set env->backend after ir_exec_init, while
 * the vcpu does not run. Single instructions stay with the portable executor.
 */
struct ir_backend {
    /* A block, one malloc(), with code and memory set; NULL: none can be had now. */
    struct ir_block *(*compile)(struct ir_env *env, const struct ir_builder *builder,
                                emu_gpa address, bool straddles);
    /* Is this one to be compiled again, to take its place? Own thread, no block in use. */
    bool (*again)(struct ir_env *env, const struct ir_block *block);
    /* Runs from the block on; status as of ir_exec_run or IR_X_NEXT_BLOCK. */
    enum ir_status (*enter)(struct ir_env *env, struct ir_block *block);
    /* Dead blocks may be freed from now on: remember none. */
    void (*forget)(struct ir_env *env);
};

/* For a backend, between blocks. The block at env->pc if it can be entered without translating and
 * nothing waits for the run loop; NULL else. */
struct ir_block *ir_exec_known(struct ir_env *env);
/* What the run loop makes of the end of an instruction: see ir_guest.resume. */
enum ir_status ir_exec_settle(struct ir_env *env, enum ir_status status);
/*
 * For a backend within compile, whose builder this replaces: the code at another pc of the same
 * page, which is not near its end. NULL: nothing that can be kept. Own thread.
 */
const struct ir_builder *ir_exec_piece(struct ir_env *env, uint64_t pc);

#endif
