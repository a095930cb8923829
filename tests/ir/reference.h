/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the arithmetic ops should do, worked out bit by bit or with plain wide numbers, independent
 * of the executor; and on x86-64 hosts, what the processor itself does.
 */
#ifndef LATHE_TESTS_IR_REFERENCE_H
#define LATHE_TESTS_IR_REFERENCE_H

#include "emulator/ir/ir.h"

struct reference {
    uint64_t d;     /* result, or what dst held before where the op leaves it */
    uint64_t e;     /* high half of widening products */
    uint64_t flags; /* all six */
};

/* in: flags before; d: dst before; c: the count of shld and shrd. */
struct reference reference_op(enum ir_op op, enum ir_width width, uint64_t a, uint64_t b,
                              uint64_t c, uint64_t d, uint64_t in);

bool reference_cond(unsigned cond, uint64_t flags);

/*
 * The host's own answer; false if it has none. *defined are the flags that it defines for these
 * operands, of which the result must agree with the reference.
 */
bool reference_host(enum ir_op op, enum ir_width width, uint64_t a, uint64_t b, uint64_t in,
                    struct reference *out, uint64_t *defined);

#endif
