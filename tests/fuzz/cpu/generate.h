/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random cases: see generate.c (code) and generate-state.c (what it starts with). */
#ifndef LATHE_TESTS_FUZZ_CPU_GENERATE_H
#define LATHE_TESTS_FUZZ_CPU_GENERATE_H

#include "tests/fuzz/cpu/case.h"
#include "tests/fuzz/cpu/forms.h"

struct generator {
    uint64_t random; /* not 0 */
    const struct forms *forms;
    struct fuzz_case *c;
    unsigned at;        /* bytes made */
    unsigned undefined; /* flags */
    unsigned depth;     /* of pieces within pieces */
    unsigned pointer;   /* a general register that points to scratch memory, aligned by 64 */
    unsigned index;     /* one with a small value */
    unsigned profile;   /* which instructions are likely */
    bool looping;       /* the whole case, or this part of it, runs several times */
};

uint64_t generator_random(struct generator *g);
static inline unsigned generator_below(struct generator *g, unsigned limit)
{
    return (unsigned)(generator_random(g) >> 33) % limit;
}
/* True once in n times. */
static inline bool generator_once(struct generator *g, unsigned n)
{
    return generator_below(g, n) == 0;
}

/* A case, always the same one for a seed. */
void generate_case(const struct forms *forms, uint64_t seed, struct fuzz_case *c);

/* ---- between the files ---- */

void generate_state(struct generator *g);
/* MXCSR and x87 control word that can be loaded: mostly with all exceptions masked. */
uint32_t generate_mxcsr(struct generator *g);
uint16_t generate_x87_control(struct generator *g);
uint64_t generate_value(struct generator *g);

/* Bytes as they are. */
void generate_bytes(struct generator *g, const void *bytes, unsigned length);
/* One random instruction of the group. False: none fitted. */
bool generate_insn(struct generator *g, enum form_group group);
/* The same of any group, by the profile. */
void generate_any(struct generator *g);
/* If flags are undefined, an instruction that defines all. */
void generate_define_flags(struct generator *g);
/* A sequence of up to n pieces (generate.c): instructions and more. */
void generate_pieces(struct generator *g, unsigned n);
/* A piece that is more than one instruction (generate-pieces.c). */
void generate_piece(struct generator *g);
/* The loop around a part: count at begin, jump at end. Returns where it begins. */
unsigned generate_loop_begin(struct generator *g, unsigned counter, bool set);
void generate_loop_end(struct generator *g, unsigned counter, unsigned begin);

#endif
