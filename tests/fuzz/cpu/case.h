/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case of the processor fuzzer: code of ring 3 in 64-bit mode, the state that it starts with, and
 * what came of it. Host and guest have the same pages at the same addresses:
 *   control (the loops' counters), code (writable), scratch (compared), a page that only reads, and
 *   nothing for 64 KiB and more around the last two.
 */
#ifndef LATHE_TESTS_FUZZ_CPU_CASE_H
#define LATHE_TESTS_FUZZ_CPU_CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "emulator/cpu/x86/state.h"

#define CASE_CONTROL      0x20000000u
#define CASE_CODE         0x20010000u
#define CASE_CODE_SIZE    0x2000u
#define CASE_SCRATCH      0x20030000u
#define CASE_SCRATCH_SIZE 0x2000u
#define CASE_READONLY     (CASE_SCRATCH + CASE_SCRATCH_SIZE)
#define CASE_END          0x20050000u /* of what is reserved */
#define CASE_CODE_MAX     1024u       /* bytes of a sequence, the final UD2 not counted */
#define CASE_COUNTERS     2           /* uint64_t each, at CASE_CONTROL */

#define CASE_NO_END 0xff /* fault.vector: it did not come to an end */

struct case_x87 {
    uint16_t control, status; /* status with TOP */
    uint8_t tag;              /* one bit a physical register, set: in use */
    uint8_t st[8][16];        /* ST(i), 10 bytes each */
};

struct case_fault {
    uint8_t vector;
    uint32_t error;   /* #PF only, else 0 */
    uint64_t address; /* #PF only, else 0 */
};

struct case_state {
    uint64_t gpr[16], flags, pc;
    uint64_t vec[16][4];
    uint32_t mxcsr;
    struct case_x87 x87;
    struct case_fault fault;
    uint64_t counter[CASE_COUNTERS];
    uint8_t memory[CASE_SCRATCH_SIZE];
    uint8_t code[CASE_CODE_SIZE]; /* afterwards; before: the case's code, and 0 around it */
};

struct fuzz_case {
    bool undefined; /* as kept: what comes of it is undefined, and the fuzzer is to know it */
    unsigned start; /* of the code, from CASE_CODE */
    unsigned length;
    uint8_t code[CASE_CODE_MAX + 2]; /* UD2 follows */
    struct case_state in;            /* pc, fault and code do not count */
};

/* Everything 0 but flags and control words. */
void case_state_init(struct case_state *state);
/* Puts the UD2 behind the code. */
void case_end(struct fuzz_case *c);
/* What the code pages hold before. */
void case_image(const struct fuzz_case *c, uint8_t image[CASE_CODE_SIZE]);

/* ---- text (case-text.c): what ./dev fuzz cpu prints and cpu-seeds.txt keeps ---- */

void case_print(FILE *out, const struct fuzz_case *c);
/* Reads the next case. 1: there is one; 0: end of file; -1: printed what is wrong. */
int case_read(FILE *in, struct fuzz_case *c);
/* The instructions, as comments. */
void case_disassemble(FILE *out, const struct fuzz_case *c);

/* ---- what is undefined (analyse.c) ---- */

/* What must not be compared when execution ends at an instruction. */
struct case_mask {
    uint16_t flags;
    uint16_t vec;   /* registers that the instruction may have changed when it faults */
    uint16_t x87;   /* of the status word */
    uint8_t vague;  /* not 0: some faults there are not to be compared at all */
    uint8_t either; /* bytes of [rsi] and [rdi], of which it may access either first; or 0 */
    bool narrow;    /* these are [esi] and [edi] */
};

/* For each byte at which an instruction begins, but for x87. */
struct case_masks {
    struct case_mask at[CASE_CODE_MAX + 2];
    uint16_t x87; /* wherever it ends */
};

/* False: the code depends on something undefined, or is no valid code. */
bool case_analyse(const struct fuzz_case *c, struct case_masks *masks);

/* The mask for an outcome, if the code that ran is that of the case. */
struct case_mask case_mask_of(const struct fuzz_case *c, const struct case_masks *masks,
                              const struct case_state *out);

/* Did it end by a fault that may as well have been another one, or none? */
bool case_vague(const struct case_mask *mask, const struct case_state *out);

/* ---- what is undefined of what the host really executes (trace.c) ---- */

struct forms;
enum case_traced {
    CASE_TRACED,    /* *mask is for its outcome */
    CASE_UNDEFINED, /* it executed, or used, something that is not to be compared with the host */
    CASE_MOMENT,    /* ... and that need not be the same twice */
    CASE_LOST,      /* it went elsewhere than in the run with the outcome `want` */
};
/* out: for the instructions that are not as the case has them, as comments; or NULL. */
enum case_traced case_trace(const struct forms *forms, const struct fuzz_case *c,
                            const struct case_state *want, struct case_mask *mask, FILE *out);

/* ---- the three ways to run it ---- */

/* On the host itself (host.c). One thread, once a process. False: this host cannot. */
bool case_host_init(void);
void case_host_run(const struct fuzz_case *c, struct case_state *out);
/* Is called before each instruction, on the signal stack; false ends the run (CASE_NO_END). */
typedef bool case_step_fn(void *opaque, uint64_t pc, const uint64_t gpr[16]);
/* The same, instruction by instruction. out->flags are those of a run with the trap flag. */
void case_host_trace(const struct fuzz_case *c, case_step_fn *step, void *opaque,
                     struct case_state *out);
/* Counts up with each tenth of a second of processor time; an engine whose run takes longer than
 * CASE_PATIENCE of them is to leave: the handler sets *request. */
extern volatile unsigned case_ticks;
#define CASE_PATIENCE 3
void case_host_watch(_Atomic uint32_t *request);

struct case_engine; /* engine.c */
enum case_way {
    CASE_PORTABLE,
    CASE_JIT,
    CASE_JIT_SPARE, /* regions come from the spare thread, before the next run */
};
struct case_engine *case_engine_new(enum case_way way);
void case_engine_free(struct case_engine *engine);
enum case_cache {
    CASE_WARM,  /* as the last run left it */
    CASE_COLD,  /* nothing is in the TLB */
    CASE_FRESH, /* ... and nothing is translated: what comes out does not depend on earlier cases */
};
void case_engine_run(struct case_engine *engine, const struct fuzz_case *c, enum case_cache cache,
                     struct case_state *out);

/* ---- comparing (compare.c) ---- */

/* May the case's code read `size` bytes there, size > 0? */
bool case_readable(uint64_t address, unsigned size);

/* Where Linux hides which pages are there (of its own, and the last page of user space): errors of
 * page faults do not say P. */
#define CASE_HIDDEN 0x7ffffffff000ull

/* Is `is` what `want` says? out may be NULL; otherwise differences are printed, as comments. */
bool case_same(const struct case_mask *mask, const struct case_state *want,
               const struct case_state *is, FILE *out);

#endif
