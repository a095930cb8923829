/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector slots in vector registers of the host. The guest's live one to one in those of the host
 * from the first block that uses them on, until C code is called or the run ends: env->vectors_out
 * tells. Each block knows where in it they certainly are there; its first vector op looks.
 */
#ifndef EMU_JIT_X86_64_VECTOR_H
#define EMU_JIT_X86_64_VECTOR_H

#include "emulator/jit/x86-64/translate.h"

/* Of the host: what jit_host_vectors() finds. */
#define JIT_SSE    (1u << 0) /* up to SSE4.2, and LAHF */
#define JIT_AVX    (1u << 1) /* up to AVX2, FMA and F16C */
#define JIT_AES    (1u << 2)
#define JIT_PCLMUL (1u << 3)
#define JIT_SHA    (1u << 4)
#define JIT_LZCNT  (1u << 5) /* not a vector's, but found with them */
unsigned jit_host_vectors(void);

/* ---- where the guest's registers are (vector-state.c) ---- */

/* At the start of a block. */
void jit_vector_begin(struct jit_translation *t, const struct jit_order *order);
/* The register that holds a vector slot; ASM_NONE: it is elsewhere, or part of one. */
unsigned jit_vector_reg(const struct jit_translation *t, unsigned slot);
/* Is it, or is it part of, a vector slot that registers hold? Does an op have such an operand?
 * Then nobody but vector*.c may make it native. */
bool jit_vector_slot(const struct jit_translation *t, unsigned slot);
bool jit_vector_touches(const struct jit_translation *t, const struct ir_insn *i);
/* From here on they are in registers. May change the host's flags; t->host says so. */
void jit_vector_need(struct jit_translation *t);
/* Emitted behind what is called or jumped to: bring them back, as the main line expects. */
void jit_vector_again(struct jit_translation *t);

/* The shared code. Save leaves all general registers alone, load too. */
void jit_vector_save_stub(struct asm_buf *b, const struct ir_guest *guest, unsigned features);
void jit_vector_load_stub(struct asm_buf *b, const struct ir_guest *guest, unsigned features);

/* ---- ops; false: no native form, nothing was emitted ---- */

/* Any op that concerns vectors, alone or together with the ones behind it. */
bool jit_emit_vector(struct jit_translation *t, const struct ir_insn *i);

/* vector.c for vector-memory.c: the op as one instruction with its operand b in memory (aligned to
 * its size or not), or NULL; and the instruction. */
const struct ir_host_op *jit_vector_from_memory(const struct jit_translation *t,
                                                const struct ir_insn *i, bool aligned);
void jit_vector_emit(struct jit_translation *t, const struct ir_insn *i,
                     const struct ir_host_op *op, struct asm_rm b);
/* The op n, in the same guest instruction as the one before it, or NULL. */
const struct ir_insn *jit_vector_next(const struct jit_translation *t, unsigned n);
/* Does any op from n on, of the same guest instruction, read the slot? */
bool jit_vector_read_later(const struct jit_translation *t, unsigned n, unsigned slot);
/* The op as one instruction whose destination may be memory, or NULL. */
const struct ir_host_op *jit_vector_to_memory(const struct jit_translation *t,
                                              const struct ir_insn *i);

/* vector-memory.c: accesses, and a vector op with the store behind it. */
bool jit_vector_narrow(struct jit_translation *t, const struct ir_insn *i);
bool jit_vector_load(struct jit_translation *t, const struct ir_insn *i);
bool jit_vector_store(struct jit_translation *t, const struct ir_insn *i);

#endif
