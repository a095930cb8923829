/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A region: pieces of guest code of one page that jump to each other, as one list of ops. Its pcs
 * count from the start of the page. A backend translates it whole, so that loops stay inside and
 * flags that nobody looks at are known as such.
 */
#ifndef EMU_IR_REGION_H
#define EMU_IR_REGION_H

#include "emulator/ir/blocks.h"
#include "emulator/ir/ir.h"

#define IR_REGION_PIECES 24
/* Code that begins this close to the end of a page is left alone: it may go on in the next. */
#define IR_REGION_MARGIN 16

/* How to leave a loop between two instructions with flags that anyone may look at. */
enum ir_poll {
    IR_POLL_NO,
    IR_POLL_HERE,  /* before this IR_insn: all flags are as they should be */
    IR_POLL_AFTER, /* the same after it: no flag is looked at before it replaces them all */
};

struct ir_region {
    struct ir_builder code;
    struct ir_span span[IR_REGION_PIECES]; /* what of the page it covers, in no order */
    unsigned spans;
    uint16_t mark[IR_PAGE_SIZE];     /* by offset in the page: index + 1 of the IR_insn there */
    uint16_t target[IR_MAX_INSNS];   /* of exits: index + 1 of the IR_insn they lead to, or 0 */
    bool label[IR_MAX_INSNS];        /* an exit of the region leads to this IR_insn */
    bool loop[IR_MAX_INSNS];         /* and it comes later: a loop begins here */
    bool whole[IR_MAX_INSNS];        /* of labels: all flags count as looked at */
    uint8_t poll[IR_MAX_INSNS];      /* enum ir_poll; at least one in each loop */
    uint16_t replaces[IR_MAX_INSNS]; /* of IR_POLL_AFTER: the op that replaces the flags; it may
                                      * have lost its IR_SETF */
    uint16_t live[IR_MAX_INSNS];     /* flags that may be looked at after the op */
    uint16_t live_in[IR_MAX_INSNS];  /* of labels: before it */
};

/* The piece at an offset of a copied page; false: nothing that can be kept. Any thread. */
bool ir_region_piece(const struct ir_guest *guest, const struct ir_code_copy *copy, unsigned offset,
                     struct ir_builder *out);
/* Begins with one piece, at an offset in its page; false: no room. */
bool ir_region_begin(struct ir_region *region, const struct ir_builder *piece, unsigned offset);
/*
 * Where another piece would be of use: a place in the page that an exit leads to and that is not in
 * the region. -1: none, or no room for more. Each place is given once.
 */
int ir_region_wants(struct ir_region *region);
/* Adds the piece at that place, up to where it meets what is there already; false: no room. */
bool ir_region_add(struct ir_region *region, const struct ir_builder *piece, unsigned offset);
/* Resolves the exits, finds out which flags are live where, and drops IR_SETF where none is. */
void ir_region_finish(struct ir_region *region, const struct ir_guest *guest);

#endif
