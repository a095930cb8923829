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

/* For each byte at which an instruction begins, what must not be compared when execution ends
 * there: flags; and what the instruction may have changed when it faults: vector registers. */
struct case_masks {
    uint16_t flags[CASE_CODE_MAX + 2], vec[CASE_CODE_MAX + 2];
    uint16_t x87;                     /* status, wherever it ends */
    uint8_t vague[CASE_CODE_MAX + 2]; /* not 0: some faults there are not to be compared at all */
};

/* False: the code depends on something undefined, or is no valid code. */
bool case_analyse(const struct fuzz_case *c, struct case_masks *masks);

/* Did it end by a fault that may as well have been another one, or none? */
bool case_vague(const struct fuzz_case *c, const struct case_masks *masks,
                const struct case_state *out);

/* Is it up to the processor which of two accesses the instruction at this byte makes first? */
bool case_vague_order(const struct case_masks *masks, unsigned at);

/* ---- the three ways to run it ---- */

/* On the host itself (host.c). One thread, once a process. False: this host cannot. */
bool case_host_init(void);
void case_host_run(const struct fuzz_case *c, struct case_state *out);
/* Counts up with each tenth of a second of processor time; an engine whose run takes longer than
 * CASE_PATIENCE of them is to leave: the handler sets *request. */
extern volatile unsigned case_ticks;
#define CASE_PATIENCE 3
void case_host_watch(_Atomic uint32_t *request);

struct case_engine; /* engine.c */
struct case_engine *case_engine_new(bool jit);
void case_engine_free(struct case_engine *engine);
enum case_cache {
    CASE_WARM,  /* as the last run left it */
    CASE_COLD,  /* nothing is in the TLB */
    CASE_FRESH, /* ... and nothing is translated: what comes out does not depend on earlier cases */
};
void case_engine_run(struct case_engine *engine, const struct fuzz_case *c, enum case_cache cache,
                     struct case_state *out);

/* ---- comparing (compare.c) ---- */

/* Is `is` what `want` says? out may be NULL; otherwise differences are printed, as comments. */
bool case_same(const struct fuzz_case *c, const struct case_masks *masks,
               const struct case_state *want, const struct case_state *is, FILE *out);

#endif
