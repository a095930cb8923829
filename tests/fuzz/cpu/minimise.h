/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a case that shows a difference as small as it gets. */
#ifndef LATHE_TESTS_FUZZ_CPU_MINIMISE_H
#define LATHE_TESTS_FUZZ_CPU_MINIMISE_H

#include "tests/fuzz/cpu/case.h"

/* Does the case still show it? Called some thousand times. */
typedef bool case_differs_fn(void *opaque, const struct fuzz_case *c);

void case_minimise(struct fuzz_case *c, case_differs_fn *differs, void *opaque);

#endif
