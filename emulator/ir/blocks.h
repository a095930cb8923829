/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of translated code and the table that finds them by guest-physical address and mode, one
 * table a machine. It also knows which 64-byte granules of which pages hold translated code, so
 * that stores elsewhere on such a page cost little.
 */
#ifndef EMU_IR_BLOCKS_H
#define EMU_IR_BLOCKS_H

#include "emulator/ir/env.h"

struct ir_xinsn; /* exec.h */

#define IR_MODE_DEAD UINT64_MAX /* mode of a block that must not be entered any more */

struct ir_block {
    _Atomic uint64_t mode; /* compared with env->mode at each entry */
    emu_gpa address;       /* of its first byte */
    uint32_t size;         /* guest bytes; all in one page */
    uint32_t insns;        /* guest instructions */
    struct ir_xinsn *code; /* the portable executor's form */
    struct ir_block *hash_next;
    struct ir_block *page_next; /* blocks of the same page */
};

/* ram_size bounds what pages are tracked; capacity in ops bounds memory. */
struct ir_blocks *ir_blocks_new(struct emu_error *err);
void ir_blocks_free(struct ir_blocks *blocks);

/* Any vcpu, no lock. NULL: not there. */
struct ir_block *ir_blocks_find(struct ir_blocks *blocks, emu_gpa address, uint64_t mode);
/*
 * Adds a block; frees the memory of dead ones when its budget is used up (then every block is
 * dropped first). The caller must have made sure that no vcpu holds a fast write entry for the page
 * (see ir_blocks_protect). Returns the block now in the table: that given, or an equal one that
 * another vcpu added first.
 */
struct ir_block *ir_blocks_add(struct ir_blocks *blocks, struct ir_block *block);

/*
 * Is there code in the page? TLB fills ask: a page with code gets no fast write tag. Any thread.
 */
bool ir_blocks_page_has_code(struct ir_blocks *blocks, emu_gpa page);
/*
 * Marks a page as one with code before its bytes are read. True: it was not one before, and the
 * caller must make every vcpu drop fast write entries for it before it reads the bytes.
 */
bool ir_blocks_protect(struct ir_blocks *blocks, emu_gpa page);

/*
 * Tells of a store: blocks that overlap the granules of the range die. Returns true when `current`
 * (may be NULL) is one of them; with only_look nothing dies, so that a store into the running block
 * can be put off (IR_ALONE).
 */
bool ir_blocks_store(struct ir_blocks *blocks, emu_gpa address, uint64_t size,
                     const struct ir_block *current, bool only_look);
/* All blocks die. */
void ir_blocks_flush(struct ir_blocks *blocks);

#endif
