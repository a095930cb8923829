/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A translation on its way. Host registers: rbp points into the state (ENV_BIAS past its start, so
 * that what is used often has short displacements), rax, rcx and rdx are free for each op, nine
 * hold pinned slots of the guest and two the first temporaries. Flags are in the host's register
 * while they last, and made again from operands where somebody looks later (flags.c).
 */
#ifndef EMU_JIT_X86_64_TRANSLATE_H
#define EMU_JIT_X86_64_TRANSLATE_H

#include "emulator/ir/region.h"
#include "emulator/jit/internal.h"
#include "emulator/jit/x86-64/asm.h"

#define ENV_BIAS    768
#define ENV(member) asm_m(ASM_RBP, (int32_t)offsetof(struct ir_env, member) - ENV_BIAS)

/* Which register holds which slot: the guest's pinned ones, then two temporaries. */
#define PIN_COUNT 11
#define PIN_GUEST 9
extern const uint8_t jit_pin_reg[PIN_COUNT];
unsigned jit_pins(const struct ir_guest *guest, uint16_t slot[PIN_COUNT]);

#define MAX_FIXUPS  8192
#define COUNT_SITES (IR_MAX_INSNS * 2)
enum fixup_kind { FIX_STUB, FIX_SITE, FIX_LINK, FIX_BLOCK, FIX_LABEL };
struct fixup {
    uint32_t at;
    uint8_t kind;
    uint16_t index;
    const uint8_t *stub;
};

/*
 * Flags that the state does not hold yet: those of the first op, then what the others changed of
 * them. Their operands are still where they were, or kept. None: the state has them, or they are
 * looked at by nobody.
 */
#define MAX_PENDING 4
struct pending {
    uint8_t count;
    uint16_t op[MAX_PENDING];
    uint16_t kept[MAX_PENDING]; /* the slot that operand a was copied to, or 0 */
};

/* Code behind the main line. */
enum tail_kind { TAIL_SLOW, TAIL_EXIT, TAIL_EDGE, TAIL_POLL, TAIL_HOT, TAIL_DEEP, TAIL_RETURN };
struct tail {
    uint32_t from[2]; /* distances that lead here; 0: none */
    uint32_t back;    /* slow, deep: where to go on */
    uint16_t op;
    uint8_t count; /* slow: ops */
    uint8_t kind;
    bool vectors;      /* slow: vector slots are in registers where it goes on */
    uint32_t env_kind; /* t->kind where the check failed */
    bool flags;        /* and so are flags that are stored as they are */
    struct pending pending;
};

/* Ops for the portable executor: flags to be made first, then the op, if any. */
struct site_draft {
    struct pending pending;
    uint16_t op;
    bool has_op;
};

/* Where vector slots are while a block runs (vector.h). */
enum jit_vectors { JIT_VECTORS_UNKNOWN, JIT_VECTORS_SAVED, JIT_VECTORS_LOADED };

struct link_draft {
    uint32_t jump, tail, tag; /* tag: 0 within the page */
    int32_t page;
    uint16_t offset;
};

/* Where what is allocated with a block lies behind it. */
struct layout {
    size_t links, spans, sites, bytes;
    size_t site[COUNT_SITES];
};

struct jit_translation {
    struct ir_region region;
    struct ir_xinsn x[IR_MAX_INSNS + 1];
    struct fixup fixup[MAX_FIXUPS];
    struct tail tail[IR_MAX_INSNS * 2];
    struct site_draft site[COUNT_SITES];
    struct link_draft link[IR_MAX_INSNS];
    uint32_t label[IR_MAX_INSNS]; /* where the code of an IR_insn is */
    unsigned fixups, tails, sites, links;
    uint8_t reg[4096]; /* of a slot, or ASM_NONE */
    uint8_t code[256 << 10];

    struct asm_buf b;
    const struct ir_guest *guest;
    const struct jit_stubs *stubs;
    struct layout layout;
    uint16_t entry_offset; /* of the block in its page */
    bool may_link;         /* it is all in one page */
    unsigned op;           /* index of the current one */
    /* of the place where the next op begins */
    struct pending pending;
    uint32_t kind; /* of env->flags if nothing is pending, or IR_K_END: not known */
    uint16_t host; /* flags that the host's flag register holds for the guest */
    uint16_t host_next;
    uint16_t keeping; /* where the current op's operand a was copied to, or 0 */
    unsigned next_kept;
    uint32_t tail_kind;        /* t->kind where the current op's check may fail */
    struct pending op_pending; /* before the current op */
    enum jit_vectors vectors;
    bool vector_faults; /* vector ops that may fault are not native */
    unsigned features;  /* of the host: vector.h */
};

static inline const struct ir_insn *jit_op(const struct jit_translation *t, unsigned n)
{
    return &t->region.code.insn[n];
}

static inline struct asm_rm jit_env_slot(unsigned slot)
{
    return asm_m(ASM_RBP, (int32_t)slot * 8 - ENV_BIAS);
}
/* Where the slot is. */
static inline struct asm_rm jit_slot(const struct jit_translation *t, unsigned slot)
{
    return t->reg[slot & 4095] != ASM_NONE ? asm_r(t->reg[slot & 4095]) : jit_env_slot(slot);
}
static inline bool jit_in_reg(const struct jit_translation *t, unsigned slot)
{
    return t->reg[slot & 4095] != ASM_NONE;
}
/* The register to make a slot's new value in, and to put it there in the end. */
static inline unsigned jit_target(const struct jit_translation *t, unsigned slot, unsigned scratch)
{
    return jit_in_reg(t, slot) ? t->reg[slot & 4095] : scratch;
}
void jit_put(struct jit_translation *t, unsigned slot, unsigned reg);

uint64_t jit_cut(int64_t value, unsigned width);
static inline bool jit_fits(int64_t value)
{
    return value == (int32_t)value;
}

void jit_call_stub(struct jit_translation *t, const uint8_t *stub);
void jit_jump_stub(struct jit_translation *t, const uint8_t *stub);
void jit_branch_stub(struct jit_translation *t, enum ir_cond cc, const uint8_t *stub);
/* To the block whose pc is in rax (lookup.c), and where such jumps come in. */
void jit_emit_lookup(struct jit_translation *t);
/* The same in a stub, requests aside; returns where the distance to what does a miss is. */
uint32_t jit_stub_lookup(struct asm_buf *b);
void jit_emit_entry(struct jit_translation *t);
/* The whole op by the portable executor. */
void jit_emit_slow(struct jit_translation *t);
/* The pending flags by the portable executor. */
void jit_emit_pending(struct jit_translation *t);
/* The whole op behind the main line, reached from these places; comes back here. */
void jit_tail_slow(struct jit_translation *t, uint32_t from, uint32_t also);
/* All ops from first to the current one. */
void jit_tail_slow_ops(struct jit_translation *t, uint32_t from, uint32_t also, unsigned first);
/* The last slow tail goes on where the host's flags are those of the guest, stored as they are. */
void jit_tail_flags(struct jit_translation *t);
/* Brings vector slots into registers, and comes back. */
void jit_tail_load(struct jit_translation *t, uint32_t from);

/* Where to go when the check of an access fails, and where the access is when it does not. */
struct jit_miss {
    uint32_t tag, align;
    struct asm_rm host;
};
/* The check. The host's place is rcx + rdx; rax is not used. */
struct jit_miss jit_memory_check(struct jit_translation *t, const struct ir_insn *i, bool write);
/* Now it is in rcx alone; rdx is free. */
void jit_memory_settle(struct jit_translation *t, struct jit_miss *miss);

/*
 * Where the check of a store fails because the page holds code: the same op, if what it writes is
 * none. Returns where the distance to the slow way is. Only for ops that jit_memory_is_store.
 */
uint32_t jit_memory_watch(struct jit_translation *t, const struct ir_insn *i);
bool jit_memory_is_store(const struct ir_insn *i);

/* ---- places that are known in the end (place.c) ---- */

/* reg = the address of something that is allocated with the block; its index, or with FIX_BLOCK its
 * place in struct jit_block */
void jit_emit_pointer(struct jit_translation *t, unsigned reg, enum fixup_kind kind,
                      unsigned index);
/* To the code of an IR_insn of this region; opcode: that of jmp, or 0x0f80 | cc. */
void jit_emit_to_label(struct jit_translation *t, unsigned opcode, unsigned op);
/* A block of what was emitted; NULL: no memory. entry: where its links enter. */
struct ir_block *jit_place(struct jit_translation *t, struct jit *jit, uint32_t entry);

/* ---- exits (exits.c) ---- */

/* rax = pc at an offset from the start of the page, cut to a width */
void jit_exit_pc(struct jit_translation *t, int64_t offset, unsigned width);
/* Out of the translation; what is pending gets stored. */
void jit_exit_outside(struct jit_translation *t, const struct ir_insn *i);
/* The rest of the current op behind the main line, reached from there. */
void jit_exit_tail(struct jit_translation *t, uint32_t from, enum tail_kind kind);

/* May an exit to this place in the page be patched? */
bool jit_may_link(const struct jit_translation *t, int64_t offset);
/* The same in another page, not far away. */
bool jit_may_link_far(const struct jit_translation *t, int64_t offset);
/* Its check, which changes rdx; returns where the distances are to what does a difference, or a
 * request; then code_base has to be moved (before the jump, and before the tail). */
void jit_link_check(struct jit_translation *t, int64_t offset, uint32_t differs[2]);
void jit_link_page(struct jit_translation *t, int64_t offset);
/* A jump (e9) or call (e8) that is patched once the target is known, its distance aligned to change
 * at once; the link's number. Until then it leads to the link's tail. */
unsigned jit_link_jump(struct jit_translation *t, unsigned opcode, int64_t offset);
void jit_link_tail(struct jit_translation *t, unsigned link);

/* ---- calls and returns (calls.c) ---- */

/* A jmp or jmpi that is a call, its flags flushed; false: not as one, nothing was emitted. */
bool jit_emit_call(struct jit_translation *t, const struct ir_insn *i);
/* To the pc in rax. */
void jit_emit_return(struct jit_translation *t);
/* Behind the main line: too many frames; a return to somewhere else. */
void jit_tail_deep(struct jit_translation *t, const struct tail *tail);
void jit_tail_return(struct jit_translation *t);

/* Operand m but for what of imm has no room in it; a in rdx and b in rcx if they have no registers.
 */
struct asm_rm jit_operand_m(struct jit_translation *t, const struct ir_insn *i);
/* rcx = the soft TLB's entry for the address in rdx */
void jit_tlb_entry(struct asm_buf *b);
/* target = target op B; an immediate of 64 bits goes through rcx */
void jit_alu_apply(struct jit_translation *t, const struct ir_insn *i, unsigned operation,
                   unsigned target);

/* ---- groups of ops: false: no native form, nothing was emitted ---- */

bool jit_emit_move(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_alu(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_shift(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_multiply(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_bits(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_memory(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_rmw(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_cond(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_exit(struct jit_translation *t, const struct ir_insn *i);
bool jit_emit_flag_word(struct jit_translation *t, const struct ir_insn *i);

/* ---- flags (flags.c) ---- */

/*
 * Around an op that sets flags (IR_SETF): before it, which keeps what has to be kept of its
 * operands (changes rcx); and after it, when the host's register holds these flags. False: they
 * can't be made again later, so the op has to store them.
 */
bool jit_flags_begin(struct jit_translation *t, const struct ir_insn *i);
void jit_flags_end(struct jit_translation *t, const struct ir_insn *i, unsigned host);
/* Before an op writes its slots: stores what could not be made of them any more. */
void jit_flags_guard(struct jit_translation *t, const struct ir_insn *i);
/* The state holds all flags after this; changes rax, rcx, rdx and perhaps the host's flags. */
void jit_flags_flush(struct jit_translation *t);
/* The same in a way that keeps the host's flags; false: not possible. */
bool jit_flags_flush_quietly(struct jit_translation *t);
/* How a redone op goes, for a site. */
struct ir_xinsn jit_flags_redo(const struct jit_translation *t, const struct pending *pending,
                               unsigned n);

/* For ops that store their flags themselves: flags.b = operand B, the immediate or that slot;
 * changes rcx, keeps the host's flags. */
void jit_flags_store_b(struct jit_translation *t, const struct ir_insn *i, unsigned slot);
/* Stores how flags came about; nothing is pending then. The result is in a register,
 * zero-extended. */
void jit_flags_result(struct jit_translation *t, unsigned reg, uint32_t kind);
void jit_flags_kind(struct jit_translation *t, uint32_t kind);
/* After an op whose flags are stored as they are (IR_K_RAW), V being 0: all six in the host's
 * register, for a reader that expects them there. Changes rax. */
void jit_flags_raw_again(struct jit_translation *t);
/* Tries to bring the flags in `need` into the host's register; false: the state holds all flags.
 * Changes rax, rcx and rdx unless they are there. */
bool jit_flags_bring(struct jit_translation *t, unsigned need);
/* The condition as a host condition code; changes rax, rcx and rdx unless the host has it. */
unsigned jit_flags_cond(struct jit_translation *t, unsigned cond);
/* The guest's C in the host's carry; changes rax, rcx and rdx. */
void jit_flags_carry(struct jit_translation *t);
/* Before ops that keep C: puts it there as 0 or 1, for carry_in; nothing when carry_in has it
 * already. Changes rax, rcx and rdx. */
void jit_flags_keep_carry(struct jit_translation *t, struct asm_rm place);
bool jit_flags_has_carry(const struct jit_translation *t);
/* Stores the flags of a shift by an immediate whose operand a was kept; false: another op. */
bool jit_shift_again(struct jit_translation *t, const struct ir_insn *i, unsigned kept);

#endif
