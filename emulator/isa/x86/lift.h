/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to isa/x86: what the functions that lift one instruction each share. lift.c decodes with
 * Zydis and finds the form's row (forms-*.inc); the row's function appends ops. Nothing here reads
 * guest state other than env.mode and the CPU model.
 */
#ifndef EMU_ISA_X86_LIFT_H
#define EMU_ISA_X86_LIFT_H

#define ZYDIS_STATIC_BUILD
#include <Zydis/Zydis.h>

#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/ir/ir.h"

/* The instruction being lifted. */
struct x86_lift {
    struct ir_builder *b;
    const struct x86_cpu_model *model; /* for x86_lift_has only */
    const ZydisDecodedInstruction *insn;
    const ZydisDecodedOperand *op; /* insn->operand_count, explicit ones first */
    uint64_t mode;                 /* X86_MODE_... */
    emu_gva pc;                    /* of the block when it was lifted: hints only, see jump.c */
    unsigned offset;               /* of the instruction from the block's pc */
    unsigned length;
    unsigned osize; /* operand size by mode and prefixes: 2, 4, 8 bytes */
    unsigned ssize; /* the same for what uses the stack: no 4 in 64-bit code */
    unsigned asize; /* address size: 2, 4, 8 bytes */
    int parameter;  /* of the form's row */
    bool lock;      /* LOCK prefix (already checked that the form allows it) */
    uint8_t rep;    /* the last of 0xf2 and 0xf3, or 0 */
    bool ended;     /* the block's last op is there */
};

/*
 * Lifts one form. False: these operands are not a form of it; what was emitted is dropped, and the
 * next table is asked, at last #UD. A form that raises at once (x86_lift_raise) returns true.
 */
typedef bool x86_lift_fn(struct x86_lift *l);

/* ---- the tables ---- */

struct x86_form {
    x86_lift_fn *lift;
    int parameter;
    int feature; /* enum x86_feature, or X86_FEATURE_always */
    const char *name, *chapter, *test;
};
#define X86_FEATURE_always (-1)

/* Indexed by ZydisMnemonic; rows without a function are empty. */
extern const struct x86_form x86_forms_integer[ZYDIS_MNEMONIC_MAX_VALUE + 1];
extern const struct x86_form x86_forms_vector[ZYDIS_MNEMONIC_MAX_VALUE + 1];
extern const struct x86_form x86_forms_x87[ZYDIS_MNEMONIC_MAX_VALUE + 1];

/* Every function that a row names. */
#define FORM(mnemonic, function, parameter, feature, chapter, test) x86_lift_fn x86_lift_##function;
#include "emulator/isa/x86/forms-integer.inc"
#include "emulator/isa/x86/forms-vector.inc"
#include "emulator/isa/x86/forms-x87.inc"
#undef FORM

/* ---- what the mode and the model say ---- */

static inline bool x86_lift_code64(const struct x86_lift *l)
{
    return l->mode & X86_MODE_CODE64;
}
static inline unsigned x86_lift_cpl(const struct x86_lift *l)
{
    return l->mode & X86_MODE_CPL;
}
/* Protected mode, not virtual-8086 mode. */
static inline bool x86_lift_protected(const struct x86_lift *l)
{
    return (l->mode & (X86_MODE_PE | X86_MODE_VM86)) == X86_MODE_PE;
}
static inline bool x86_lift_has(const struct x86_lift *l, enum x86_feature feature)
{
    return x86_model_has(l->model, feature);
}

/* ---- widths ---- */

enum ir_width x86_lift_width(unsigned bytes); /* 1, 2, 4, 8, 16, 32 */
/* Bytes of operand i. */
static inline unsigned x86_lift_size(const struct x86_lift *l, unsigned i)
{
    return l->op[i].size / 8;
}

/* ---- operands (operand.c) ---- */

static inline bool x86_lift_is_reg(const struct x86_lift *l, unsigned i)
{
    return l->op[i].type == ZYDIS_OPERAND_TYPE_REGISTER;
}
static inline bool x86_lift_is_mem(const struct x86_lift *l, unsigned i)
{
    return l->op[i].type == ZYDIS_OPERAND_TYPE_MEMORY;
}
static inline bool x86_lift_is_imm(const struct x86_lift *l, unsigned i)
{
    return l->op[i].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
}
bool x86_lift_is_gpr(const struct x86_lift *l, unsigned i);
bool x86_lift_is_mmx(const struct x86_lift *l, unsigned i);
bool x86_lift_is_vec(const struct x86_lift *l, unsigned i); /* XMM or YMM 0..15 */
static inline int64_t x86_lift_imm(const struct x86_lift *l, unsigned i)
{
    return l->op[i].imm.value.s;
}
/* Register number 0..15 of a general (also high byte: 0..3), vector, MMX or ST operand. */
unsigned x86_lift_reg(const struct x86_lift *l, unsigned i);
/* The slot of a vector register operand. */
uint16_t x86_lift_vec_slot(const struct x86_lift *l, unsigned i);

/* A temporary that holds a constant. */
uint16_t x86_lift_const(struct x86_lift *l, int64_t value);

/*
 * The linear address of memory operand i for an access of `size` bytes at `offset` from it:
 * segment base, wrap to the address size, RIP-relative; emits the segment check (write: the access
 * changes memory) where the segment is not flat. For use with ir_load, ir_store, ir_rmw and ops
 * with 'm'.
 */
enum x86_lift_access { X86_LIFT_READ, X86_LIFT_WRITE };
struct ir_address x86_lift_address(struct x86_lift *l, unsigned i, unsigned size,
                                   enum x86_lift_access access);
struct ir_address x86_lift_address_at(struct x86_lift *l, unsigned i, int64_t offset, unsigned size,
                                      enum x86_lift_access access);
/* The same as a value in a temporary: for helpers that take a linear address. */
uint16_t x86_lift_linear(struct x86_lift *l, unsigned i, unsigned size,
                         enum x86_lift_access access);
/* The effective address (no segment), cut to the address size, in a temporary. */
uint16_t x86_lift_effective(struct x86_lift *l, unsigned i, int64_t offset);
/* An address from a segment and an offset slot (size as for x86_lift_address). */
struct ir_address x86_lift_segment_address(struct x86_lift *l, enum x86_seg_name seg,
                                           uint16_t offset, unsigned size,
                                           enum x86_lift_access access);
/* Memory operand i's segment. */
enum x86_seg_name x86_lift_segment(const struct x86_lift *l, unsigned i);

/*
 * The value of integer operand i (general register, memory, immediate) in a slot: the register's
 * own where that works (only the low bits of the operand's size count), or a temporary.
 */
uint16_t x86_lift_read(struct x86_lift *l, unsigned i);
/* The same, zero-extended to 64 bits for helpers. */
uint16_t x86_lift_read_zx(struct x86_lift *l, unsigned i);
/*
 * Writes a slot to integer operand i. A memory operand is checked and stored; a register of 8 or 16
 * bits keeps its other bits, one of 32 is zero-extended.
 */
void x86_lift_write(struct x86_lift *l, unsigned i, uint16_t value);
/* Writes `bytes` bytes of a slot to general register n (8: only the low byte's register). */
void x86_lift_write_gpr(struct x86_lift *l, unsigned n, unsigned bytes, uint16_t value);
/* Faults as a write of memory operand i would. */
void x86_lift_probe(struct x86_lift *l, unsigned i);
/*
 * For ops whose destination is register operand i: where to let the op write (the register itself
 * or a temporary), and what finishes the write.
 */
uint16_t x86_lift_target(struct x86_lift *l, unsigned i);
void x86_lift_commit(struct x86_lift *l, unsigned i, uint16_t target);

/* ---- calls, exceptions, checks (control.c) ---- */

/* A call of a helper with constants a, b, c; result in a fresh temporary. */
uint16_t x86_lift_call(struct x86_lift *l, enum x86_helper helper, int64_t a, int64_t b, int64_t c);
/* The same with slots. */
uint16_t x86_lift_call_slots(struct x86_lift *l, enum x86_helper helper, uint16_t a, uint16_t b,
                             uint16_t c);
/* Raises; ends the block. X86_UD, X86_NM, X86_DE.. without, X86_GP etc. with an error code of 0.
 * Always true, so that a lift function can return it. */
bool x86_lift_raise(struct x86_lift *l, enum x86_vector vector);
/* CPL must be 0: otherwise raises #GP(0) and returns false (the caller then returns true). */
bool x86_lift_privileged(struct x86_lift *l);
/* Ends the block and goes back to the run loop: behind helpers with IR_H_LEAVES (lift.c does). */
void x86_lift_leave(struct x86_lift *l);
/* Ends the block after a helper that has written pc (marked J). */
void x86_lift_jumped(struct x86_lift *l);

/* ---- control transfer (control.c); the delta is from the block's pc ---- */

void x86_lift_jump(struct x86_lift *l, int64_t delta, uint8_t hint);
void x86_lift_jump_slot(struct x86_lift *l, uint16_t target, uint8_t hint);
/* Side exits. */
void x86_lift_branch(struct x86_lift *l, enum ir_cond cond, int64_t delta);
void x86_lift_branch_zero(struct x86_lift *l, enum ir_width width, uint16_t slot, bool not_zero,
                          int64_t delta);

/* ---- the stack (stack.c) ---- */

/* The address of the stack's top plus offset, checked for size bytes. */
struct ir_address x86_lift_stack(struct x86_lift *l, int64_t offset, unsigned size,
                                 enum x86_lift_access access);
/* rSP += delta at the stack's width. */
void x86_lift_stack_move(struct x86_lift *l, int64_t delta);
/* Stores size bytes of value below the top, then moves the pointer. */
void x86_lift_push(struct x86_lift *l, unsigned size, uint16_t value);

#endif
