/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one instruction reads and leaves undefined: shared by the analysis and the generator. */
#ifndef LATHE_TESTS_FUZZ_CPU_ANALYSE_H
#define LATHE_TESTS_FUZZ_CPU_ANALYSE_H

#include "tests/fuzz/cpu/forms.h"

/* Flags that the instruction looks at. */
unsigned insn_flags_read(const struct insn *insn);
/* Which flags are undefined after it, if `before` are before. */
unsigned insn_flags_after(const struct insn *insn, unsigned before);
/* Its result, or another register, is undefined, or differs between processors. */
bool insn_undefined(const struct insn *insn);
/* Vector registers that it may have changed when it faults. */
unsigned insn_fault_vectors(const struct insn *insn);
/* Goes elsewhere, or may. */
bool insn_is_branch(const struct insn *insn);
/* Of a relative branch, or of a LEA that makes a code address: the distance from its end. */
bool insn_has_target(const struct insn *insn, int64_t *distance);

#endif
