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

/* Bytes of a page, by their offset in it. */
struct ir_span {
    uint16_t first, size;
};

struct ir_block {
    _Atomic uint64_t mode; /* env->mode of who may enter */
    emu_gpa address;       /* of its first byte */
    uint32_t size;         /* guest bytes; all in one page unless it straddles */
    uint32_t insns;        /* guest instructions */
    struct ir_xinsn *code; /* the portable executor's form, right behind this; or the backend's */
    uint32_t version;      /* ir_blocks_version of the page before its bytes were read */
    uint32_t memory;       /* bytes that the block takes, itself and its code */
    /* One instruction over the end of a page: who looks it up has to check that the code goes on in
     * the same second page. */
    bool straddles;
    uint32_t second_version; /* as version */
    emu_gpa second;          /* address of the second page */
    /* More bytes of its page than those at the address; they live as long as the block. */
    const struct ir_span *span;
    uint16_t spans;
    uint8_t tier;  /* a block takes the place of an equal one of a lower tier */
    uint32_t year; /* these are the table's; when it was added */
    _Atomic(struct ir_block *) hash_next;
    struct ir_block *page_next;   /* blocks of the same page; later of the same fate */
    struct ir_block *second_next; /* blocks that go on in the same second page */
};

struct ir_blocks *ir_blocks_new(struct emu_error *err);
void ir_blocks_free(struct ir_blocks *blocks);

/* For a backend: told under the table's lock of blocks that died, and before each is freed. Set
 * while the table is empty. */
struct ir_blocks_hooks {
    void (*killed)(void *opaque, struct ir_block *block);
    void (*freed)(void *opaque, struct ir_block *block);
};
void ir_blocks_set_hooks(struct ir_blocks *blocks, const struct ir_blocks_hooks *hooks,
                         void *opaque);

/* Any vcpu, no lock. NULL: not there. */
struct ir_block *ir_blocks_find(struct ir_blocks *blocks, emu_gpa address, uint64_t mode);
/*
 * Adds a block, one malloc() with its code behind it, that now belongs to the table. When the
 * budget is used up the older half is dropped first; memory is freed once no executor can be
 * inside. The caller must have made sure that no vcpu holds a fast write entry for the page (see
 * ir_blocks_protect). Returns the block now in the table: that given, or an equal one that another
 * vcpu added first. NULL: the page was written to since block->version was taken; the block is
 * gone.
 */
struct ir_block *ir_blocks_add(struct ir_blocks *blocks, struct ir_block *block);

/* Changes with each store to a page that is or was one with code. Taken before the page is
 * protected and read, it lets ir_blocks_add see a translation that a store has overtaken. */
uint32_t ir_blocks_version(struct ir_blocks *blocks, emu_gpa page);

/*
 * Is there code in the page? TLB fills ask: a page with code gets no fast write tag. Any thread.
 */
bool ir_blocks_page_has_code(struct ir_blocks *blocks, emu_gpa page);
/*
 * The same, with what a store to such a page needs to be done in line: NULL where there is no code.
 * It may store to granules without code, of a page that has some; then add 1 to the version, and
 * look whether the granules are the same still. If not it tells ir_blocks_store of the page. The
 * record stays for ever.
 */
struct ir_code_watch *ir_blocks_watch(struct ir_blocks *blocks, emu_gpa page);
/*
 * Marks a page as one with code before its bytes are read. True: it was not one before, and the
 * caller must make every vcpu drop fast write entries for it before it reads the bytes.
 */
bool ir_blocks_protect(struct ir_blocks *blocks, emu_gpa page);

/*
 * Tells of a store once its bytes are written (told earlier, a translation could read the old bytes
 * unnoticed): blocks that overlap the range die. Returns true when `current` (may be NULL) is one
 * of them. With only_look nothing dies and it may be asked before, so that a store into the running
 * block can be put off (IR_ALONE).
 */
bool ir_blocks_store(struct ir_blocks *blocks, emu_gpa address, uint64_t size,
                     const struct ir_block *current, bool only_look);
/* A number below limit, another one each time; all blocks die before they begin again. Any thread.
 */
uint32_t ir_blocks_number(struct ir_blocks *blocks, uint32_t limit);
/* All blocks die. */
void ir_blocks_flush(struct ir_blocks *blocks);

#endif
