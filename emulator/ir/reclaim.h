/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the memory of dead blocks may be freed. Blocks die and leave the table at once; later they
 * are retired under a new generation. An executor shows the generation that it has seen; it moves
 * to a newer one only between blocks, and empties its jump tables then. What was retired under a
 * generation is freed once every executor has seen it or is outside.
 */
#ifndef EMU_IR_RECLAIM_H
#define EMU_IR_RECLAIM_H

#include "emulator/ir/blocks.h"

#define IR_EPOCH_OUTSIDE UINT64_MAX

struct ir_epoch {
    _Atomic uint64_t seen; /* or IR_EPOCH_OUTSIDE */
    uint64_t known;        /* own thread: the generation that its jump tables belong to */
    struct ir_epoch *next;
};

void ir_epoch_register(struct ir_blocks *blocks, struct ir_epoch *epoch);
void ir_epoch_unregister(struct ir_blocks *blocks, struct ir_epoch *epoch);
/*
 * Own thread, holding no block: enters, or shows a newer generation. True when the generation is
 * not that of the last time: remembered blocks must be forgotten.
 */
bool ir_epoch_enter(struct ir_blocks *blocks, struct ir_epoch *epoch);
void ir_epoch_leave(struct ir_epoch *epoch);
/* Inside: is there a newer generation? */
bool ir_epoch_late(struct ir_blocks *blocks, const struct ir_epoch *epoch);

/* Bytes of blocks to keep (IR_BLOCKS_BUDGET otherwise), and for tests, bytes held now in all. */
#define IR_BLOCKS_BUDGET (32u << 20)
void ir_blocks_set_budget(struct ir_blocks *blocks, size_t bytes);
size_t ir_blocks_memory(struct ir_blocks *blocks);

/* Serialises what this host cannot do atomically: locked accesses that are not aligned. */
void ir_blocks_lock_misaligned(struct ir_blocks *blocks);
void ir_blocks_unlock_misaligned(struct ir_blocks *blocks);

#endif
