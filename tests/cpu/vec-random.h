/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random vector operands with many values at the edges: NaNs, infinities, denormals, limits. */
#ifndef LATHE_TESTS_CPU_VEC_RANDOM_H
#define LATHE_TESTS_CPU_VEC_RANDOM_H

#include "emulator/isa/x86/vec.h"

struct vec_random {
    uint64_t seed; /* not 0 */
};
#define VEC_RANDOM_INIT                                                                            \
    {                                                                                              \
        0x9e3779b97f4a7c15u                                                                        \
    }

uint64_t vec_random(struct vec_random *r);
/* fp: mostly floating-point values. */
void vec_random_vector(struct vec_random *r, union x86_vec *v, bool fp);
/* All exceptions masked, no flags, any rounding, DAZ and FTZ sometimes. */
uint32_t vec_random_mxcsr(struct vec_random *r);
uint64_t vec_random_integer(struct vec_random *r);

#endif
