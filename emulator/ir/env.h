/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an executor of IR needs to know of a guest processor. The guest's state struct starts with
 * a struct ir_env; every slot that IR names is a uint64_t in that state, numbered by its offset
 * divided by 8. Vector slots are 32 bytes, aligned, and numbered by their first uint64_t.
 */
#ifndef EMU_IR_ENV_H
#define EMU_IR_ENV_H

#include <stdatomic.h>

#include "emulator/api/types.h"
#include "emulator/ir/host-op.h"

/* ---- the flag unit ---- */

/* Places as in x86 EFLAGS, so that the commonest guest needs no shuffling. */
#define IR_F_C   0x001u /* carry; after a subtraction: borrow */
#define IR_F_P   0x004u /* even parity of the low byte */
#define IR_F_A   0x010u /* carry out of bit 3 */
#define IR_F_Z   0x040u
#define IR_F_N   0x080u /* sign */
#define IR_F_V   0x800u /* signed overflow */
#define IR_F_ALL (IR_F_C | IR_F_P | IR_F_A | IR_F_Z | IR_F_N | IR_F_V)

/* In pairs: bit 0 negates. */
enum ir_cond {
    IR_COND_V,
    IR_COND_NV,
    IR_COND_C,
    IR_COND_NC,
    IR_COND_Z,
    IR_COND_NZ,
    IR_COND_CZ,
    IR_COND_NCZ, /* C or Z: unsigned below or equal after sub */
    IR_COND_N,
    IR_COND_NN,
    IR_COND_P,
    IR_COND_NP,
    IR_COND_LT,
    IR_COND_GE, /* N != V */
    IR_COND_LE,
    IR_COND_GT, /* Z or N != V */
};

/*
 * The portable executor keeps flags lazily: how they came about, not what they are. kind tells the
 * operation and width (private to ir/flags.h); ir_flags_get and ir_flags_put translate.
 */
struct ir_flags {
    uint64_t result, b, carry_in;
    uint32_t kind;
};

/* ---- the soft TLB ---- */

#define IR_PAGE_BITS 12
#define IR_PAGE_SIZE (1ull << IR_PAGE_BITS)
#define IR_PAGE_MASK (~(IR_PAGE_SIZE - 1))
#define IR_TLB_BITS  10

/*
 * One entry for each index; a tag is the address of a page. An entry matches an access when va -
 * tag, an offset, is at most IR_PAGE_SIZE - size: one comparison checks page, rights and page
 * crossing. The tag of an entry without rights is a page of another index, that no address with
 * this index is in. What needs attention on each access (registers, watched pages, stores to pages
 * with code) has no rights and goes to the slow path. A table belongs to one address space and one
 * privilege.
 */
#define IR_TLB_SIZE (1u << IR_TLB_BITS)
/* Where a page of guest memory holds translated code (blocks.h). */
struct ir_code_watch {
    _Atomic uint64_t granules; /* bit n: a live block has bytes in the 64 from 64 * n on */
    _Atomic uint32_t version;  /* changes with each store */
    uint64_t number;           /* of the page */
};
struct ir_tlb_entry {
    uint64_t read, write;
    uint8_t *host;              /* of the page's first byte */
    struct ir_code_watch *code; /* NULL, or all that forbids stores is code in the page */
};
struct ir_tlb {
    struct ir_tlb_entry entry[IR_TLB_SIZE];
};
static inline unsigned ir_tlb_index(uint64_t va)
{
    return (unsigned)(va >> IR_PAGE_BITS) & (IR_TLB_SIZE - 1);
}
/* The tag without rights. */
static inline uint64_t ir_tlb_none(unsigned index)
{
    return index == 0 ? IR_PAGE_SIZE : 0;
}
static inline void ir_tlb_clear_entry(struct ir_tlb *tlb, unsigned index)
{
    tlb->entry[index].read = tlb->entry[index].write = ir_tlb_none(index);
}

/* ---- statuses ---- */

enum ir_status {
    IR_OK = 0,
    IR_FAULT,  /* an exception was raised; pc is that of the faulting instruction */
    IR_JUMPED, /* the helper wrote pc, and mode if it had to */
    IR_ALONE,  /* nothing was done: run this instruction in a block of its own (it writes into the
                  block that it is in) */
};

struct ir_env;
struct ir_block;
struct ir_builder;

/* Access kinds for the slow paths. */
#define IR_ACCESS_STACK   (1u << 0) /* faults are stack faults */
#define IR_ACCESS_ALIGNED (1u << 1) /* misaligned: a fault, whatever the page */
#define IR_ACCESS_LOCKED  (1u << 2)

/*
 * A helper: rare and heavy operations in C. What it returns goes into env->result. It may read and
 * write any state; pc and, where its descriptor says so, the flags are up to date in env.
 */
typedef enum ir_status ir_helper_fn(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c);
struct ir_helper {
    const char *name;
    ir_helper_fn *fn;
    uint32_t attributes; /* IR_H_... */
};
#define IR_H_FLAGS_IN  (1u << 0) /* reads the flags by ir_flags_get */
#define IR_H_FLAGS_OUT (1u << 1) /* writes the flags by ir_flags_put */
#define IR_H_FAULTS    (1u << 2) /* may return something else than IR_OK */
#define IR_H_LEAVES                                                                                \
    (1u << 3) /* may change what the rest of the block was made from: the mode,                    \
               * or its code. The block ends by `leave` behind the instruction */

/* A vector op in C. Sizes are bytes read or written at each slot; 0: operand not used. */
typedef enum ir_status ir_vec_fn(struct ir_env *env, void *d, const void *a, const void *b,
                                 const void *c, unsigned imm);
struct ir_vec {
    const char *name;
    ir_vec_fn *fn;
    uint8_t d_size, a_size, b_size, c_size;
    bool reads_d;
    bool faults; /* may return IR_FAULT (floating-point exceptions that the guest unmasked) */
};

/* A page of code to be lifted by a thread that is no vcpu's. */
struct ir_code_copy {
    uint64_t mode; /* as env->mode */
    uint64_t pc;   /* that its first byte has */
    const void
        *model; /* the guest's: what else its code depends on; lasts as long as the machine */
    uint8_t bytes[IR_PAGE_SIZE];
};

/* A guest architecture, as its executors see it. */
struct ir_guest {
    const char *name;
    const struct ir_helper *helpers;
    size_t helper_count;
    const struct ir_vec *vecs;
    size_t vec_count;
    /* The name of a slot, or NULL: for the printer. */
    const char *(*slot_name)(unsigned slot);
    unsigned slots; /* size of the state in slots, for the verifier; 0: not checked */
    /* The slots that a JIT should keep in host registers, the most important one first. */
    const uint16_t *pinned;
    unsigned pinned_count;
    /* Vector slots, side by side, that a JIT should keep in vector registers of the host: in the
     * one of the same number. And the vector ops as instructions of such a host ([vec_count], the
     * second for other operands), NULL: none. Ops that may fault do only while the mode key has a
     * bit of vec_fault_mode. */
    uint16_t vector_first;
    unsigned vector_count;
    const struct ir_host_op (*host_ops)[2];
    uint64_t vec_fault_mode;

    /* Slow paths of the soft TLB: miss, page crossing, registers, watched and code pages. size is
     * 1..8, 16 or 32; value points to that many bytes. */
    enum ir_status (*load)(struct ir_env *env, uint64_t va, void *value, unsigned size,
                           unsigned access);
    enum ir_status (*store)(struct ir_env *env, uint64_t va, const void *value, unsigned size,
                            unsigned access);
    enum ir_status (*probe)(struct ir_env *env, uint64_t va, unsigned size, unsigned access);
    /* Read-modify-write: *host is where to work, in RAM or in a bounce buffer. When rmw_begin
     * returned IR_OK, rmw_end must follow, and cannot fail. */
    enum ir_status (*rmw_begin)(struct ir_env *env, uint64_t va, unsigned size, unsigned access,
                                void **host);
    void (*rmw_end)(struct ir_env *env);

    /* Lifts from env->pc under env->mode into builder: at most max_insns instructions, all of whose
     * first bytes are in one page. A fetch that faults raises at run time, not here, unless it is
     * the first. IR_FAULT: raised. */
    enum ir_status (*lift)(struct ir_env *env, struct ir_builder *builder, unsigned max_insns);
    /* The guest-physical address that pc stands for now, for looking blocks up; false: it cannot be
     * fetched from a cached block (fault, registers). */
    bool (*code_address)(struct ir_env *env, emu_gpa *out);

    /* copy_code: the page that pc is in, own thread; false: lifting it takes more than a copy has.
     * lift_copy: as lift, from an offset in the page, any thread; raises nothing, IR_ALONE: an
     * instruction there goes on in the next page. NULL: there are neither. */
    bool (*copy_code)(struct ir_env *env, struct ir_code_copy *out);
    enum ir_status (*lift_copy)(const struct ir_code_copy *copy, unsigned offset,
                                struct ir_builder *builder);

    /* After an instruction that ended with IR_FAULT, IR_JUMPED or, by IR_leave, IR_OK: does what
     * the run loop would do, as to deliver the fault. True: execution goes on at pc; false: the run
     * loop has to look, and hears IR_OK. NULL: the run loop hears of everything itself. */
    bool (*resume)(struct ir_env *env, enum ir_status status);
};

#define IR_TEMPS  48
#define IR_KEPT   8
#define IR_VTEMPS 8

struct ir_xinsn;

/* A jump table (jumps.h). */
#define IR_JUMP_BITS 14
#define IR_JUMPS     (1u << IR_JUMP_BITS)
struct ir_jumps {
    struct {
        uint64_t pc;
        const void *code;
    } entry[IR_JUMPS];
};

struct ir_env {
    _Alignas(32) uint64_t vtemp[IR_VTEMPS][4]; /* vector temporaries */
    uint64_t temp[IR_TEMPS];                   /* live within one guest instruction */
    uint64_t zero;                             /* 0 always: "no base", "no index" */
    uint64_t sink;                             /* written, never read: "no destination" */
    uint64_t pc;                               /* of the current block's first instruction */
    uint64_t result;                           /* of a helper */
    struct ir_flags flags;
    uint64_t kept[IR_KEPT]; /* the backend's: operands that flags may have to be made of again */

    _Atomic uint32_t request; /* not 0: leave at the next block boundary */
    struct ir_jumps *jumps;   /* the table of the current mode and space */
    uint64_t mode;            /* key: all that changes how code is lifted */
    uint64_t space;           /* a number for what virtual addresses of code stand for now */
    struct ir_tlb *tlb;       /* of the current space and privilege */
    uint64_t instructions;    /* executed; flushed to the vcpu's counter by the run loop */

    const struct ir_guest *guest;
    struct ir_blocks *blocks;         /* shared by all vcpus of the machine */
    struct ir_block *block;           /* being executed, or NULL */
    void *executor;                   /* private to the executor */
    const struct ir_backend *backend; /* exec.h; NULL: the portable executor */
    void *backend_data;
    struct ir_code_watch *watch; /* the backend's: of a store in line to a page with code */
    uint64_t watch_granules;
    uint64_t code_base;   /* the backend's: pc that the start of the block's page has */
    uint32_t vectors_out; /* the backend's: not 0 while vector slots are in host registers */
    /* The backend's: frames of guest calls on the host's stack (its end without any, and how far
     * they may grow). They stand for pcs of the current jump table: who changes or empties that
     * sets returns_stale. */
    uint64_t returns, returns_end;
    uint64_t jumps_tag; /* of what is in the current jump table: see jumps.h */
    uint32_t returns_stale;
};

#define IR_SLOT(type, member) ((uint16_t)(offsetof(type, member) / sizeof(uint64_t)))
#define IR_SLOT_ZERO          IR_SLOT(struct ir_env, zero)
#define IR_SLOT_SINK          IR_SLOT(struct ir_env, sink)
#define IR_SLOT_PC            IR_SLOT(struct ir_env, pc)
#define IR_SLOT_TEMP(n)       ((uint16_t)(IR_SLOT(struct ir_env, temp) + (n)))
#define IR_SLOT_KEPT(n)       ((uint16_t)(IR_SLOT(struct ir_env, kept) + (n)))
#define IR_SLOT_VTEMP(n)      ((uint16_t)(IR_SLOT(struct ir_env, vtemp) + 4 * (n)))

static inline uint64_t *ir_slot(struct ir_env *env, unsigned slot)
{
    return (uint64_t *)env + slot;
}

/* Own thread, whenever mode or space have changed while code runs. */
void ir_jumps_select(struct ir_env *env);
/* All virtual addresses of code may stand for something else now, in this space and others. */
void ir_jumps_flush(struct ir_env *env);
/* The space, which is not the current one, never comes back. */
void ir_jumps_forget(struct ir_env *env, uint64_t space);

/* All six flags in their IR_F_ places. */
uint64_t ir_flags_get(const struct ir_env *env);
/* Replaces the flags named in mask. */
void ir_flags_put(struct ir_env *env, uint64_t bits, uint64_t mask);

#endif
