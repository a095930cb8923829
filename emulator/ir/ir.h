/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The intermediate representation: straight-line code with side exits, over slots of the guest's
 * state (env.h). One guest instruction becomes an "insn" mark and a few ops; all its faulting ops
 * come before it changes any slot but temporaries, so that a fault leaves the state as it was
 * before the instruction.
 */
#ifndef EMU_IR_IR_H
#define EMU_IR_IR_H

#include <stdio.h>

#include "emulator/ir/env.h"

enum ir_op {
#define OP(name, operands, defines, uses, attributes, meaning) IR_##name,
#include "emulator/ir/ir-ops.inc"
#undef OP
    IR_OP_COUNT
};

enum ir_width { IR_8, IR_16, IR_32, IR_64, IR_128, IR_256 };
static inline unsigned ir_width_bytes(enum ir_width width)
{
    return 1u << width;
}

/* Attributes in the op table. */
#define IR_A_MEM   (1u << 0) /* has an address operand and may fault */
#define IR_A_STORE (1u << 1)
#define IR_A_RMW   ((1u << 2) | IR_A_MEM | IR_A_STORE)
#define IR_A_CALL  (1u << 3)
#define IR_A_VEC   (1u << 4)
#define IR_A_EXIT  (1u << 5) /* may end the block */
#define IR_A_LAST  (1u << 6) /* ends the block */
#define IR_A_SHIFT (1u << 7) /* defines flags only if its count is not 0 */
#define IR_A_FLAGS (1u << 8) /* defines flags without IR_SETF */

struct ir_op_info {
    const char *name;
    const char *operands;
    uint16_t defines, uses;
    uint16_t attributes;
};
extern const struct ir_op_info ir_op_table[IR_OP_COUNT];

/* Flags of an insn. */
#define IR_SETF      (1u << 0) /* defines the flags of its table row */
#define IR_IMM       (1u << 1) /* operand B (c for shld and shrd) is imm */
#define IR_ADDR32    (1u << 2) /* the address is cut to 32 bits */
#define IR_LOCK      (1u << 3)
#define IR_STACK     (1u << 4) /* faults are stack faults */
#define IR_ALIGNED   (1u << 5)
#define IR_HINT_CALL (1u << 6) /* jmp, jmpi: a call; temp 0 holds the return pc */
#define IR_HINT_RET  (1u << 7) /* jmpi: a return */

struct ir_insn {
    uint16_t op;    /* enum ir_op */
    uint8_t width;  /* enum ir_width */
    uint8_t width2; /* see the op table */
    uint8_t cond;   /* enum ir_cond */
    uint8_t scale;  /* 0..3 */
    uint8_t flags;
    uint16_t dst, a, b, c;
    int64_t imm;
};

#define IR_MAX_INSNS       1024 /* ops in a block */
#define IR_MAX_GUEST_INSNS 64

/* Ops being collected. Plain memory; reusable by ir_builder_reset. */
struct ir_builder {
    struct ir_insn insn[IR_MAX_INSNS];
    unsigned count;
    unsigned guest_insns;
    unsigned guest_bytes; /* covered, from the block's pc */
    unsigned temps;       /* in use by the current guest instruction */
    unsigned vtemps;
    bool overflow; /* ran out of room: the lifter must roll back the last instruction */
    bool one_time; /* must not be kept: straddles a page, or comes from registers */
};

void ir_builder_reset(struct ir_builder *builder);
/* True when another guest instruction (at most 64 ops) certainly fits. */
bool ir_builder_has_room(const struct ir_builder *builder);
/* Marks the start of a guest instruction and frees the temporaries of the one before. */
void ir_begin_insn(struct ir_builder *builder, unsigned offset, unsigned length);
/* A fresh temporary slot, valid until the next ir_begin_insn. */
uint16_t ir_temp(struct ir_builder *builder);
uint16_t ir_vtemp(struct ir_builder *builder);
/* Appends; returns it for setting further fields, never NULL. */
struct ir_insn *ir_emit(struct ir_builder *builder, enum ir_op op, enum ir_width width);

/* The common shapes. */
struct ir_insn *ir_mov(struct ir_builder *b, enum ir_width width, uint16_t dst, uint16_t src);
struct ir_insn *ir_movi(struct ir_builder *b, enum ir_width width, uint16_t dst, int64_t value);
struct ir_insn *ir_alu(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                       uint16_t a, uint16_t src);
struct ir_insn *ir_alui(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                        uint16_t a, int64_t value);
struct ir_insn *ir_call(struct ir_builder *b, unsigned helper, uint16_t dst, uint16_t a,
                        uint16_t b_slot, uint16_t c);

/* An address operand, as ops with 'm' take it. */
struct ir_address {
    uint16_t base, index; /* IR_SLOT_ZERO: none */
    uint8_t scale;
    bool addr32, stack;
    int64_t disp;
};
struct ir_insn *ir_load(struct ir_builder *b, enum ir_width width, uint16_t dst,
                        const struct ir_address *m);
struct ir_insn *ir_store(struct ir_builder *b, enum ir_width width, const struct ir_address *m,
                         uint16_t value);
struct ir_insn *ir_probe(struct ir_builder *b, enum ir_width width, const struct ir_address *m);
struct ir_insn *ir_rmw(struct ir_builder *b, enum ir_op op, enum ir_width width, uint16_t dst,
                       const struct ir_address *m, uint16_t value);

/*
 * Checks what the executors rely on: slots in range, operands as the table says, one last op at the
 * end, temporaries written before read, no guest slot changed before a faulting op of the same
 * instruction. Returns NULL, or a static sentence; *where is the op's index.
 */
const char *ir_verify(const struct ir_builder *builder, const struct ir_guest *guest,
                      unsigned *where);
/* One op a line; guest may be NULL. ir_parse reads the same form back: NULL or a sentence. */
void ir_print(const struct ir_builder *builder, const struct ir_guest *guest, FILE *out);
const char *ir_parse(const char *text, const struct ir_guest *guest, struct ir_builder *out);

/* Passes; each leaves valid IR. */
void ir_pass_flags(struct ir_builder *builder,
                   const struct ir_guest *guest); /* drops IR_SETF
                                                   * where no one looks */
void ir_pass_copies(struct ir_builder *builder);  /* drops temporaries that are only moved on */

#endif
