/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one instruction reads and leaves undefined: shared by the analysis and the generator. */
#ifndef LATHE_TESTS_FUZZ_CPU_ANALYSE_H
#define LATHE_TESTS_FUZZ_CPU_ANALYSE_H

#include "tests/fuzz/cpu/case.h"
#include "tests/fuzz/cpu/forms.h"

/* Has it a REP prefix of use? */
bool insn_is_repeated(const struct insn *insn);
/* Flags that the instruction looks at. */
unsigned insn_flags_read(const struct insn *insn);
/* Which flags are undefined after it, if `before` are before. */
unsigned insn_flags_after(const struct insn *insn, unsigned before);
/* Its result, or another register, is undefined, or differs between processors. */
bool insn_undefined(const struct insn *insn);
/* If it ends there, by a fault, and `before` are the undefined flags: */
struct case_mask insn_mask(const struct insn *insn, unsigned before);
/* Conditions of the x87 status word that it leaves undefined. */
unsigned insn_x87_undefined(const struct insn *insn);
/* Flags that POPF may set here: no trap flag, nothing that does not stay in the process. */
#define POPF_KNOWN (IR_F_ALL | X86_FLAG_DF | X86_FLAG_AC)
/* Goes elsewhere, or may. */
bool insn_is_branch(const struct insn *insn);
/* Of a relative branch, or of a LEA that makes a code address: the distance from its end. */
bool insn_has_target(const struct insn *insn, int64_t *distance);

/* BSF and BSR of 32 bits leave a zero's destination alone or half alone: it makes no difference
 * behind MOV r32, r32 of that register. */
bool insn_scan_defined(const struct insn *insn, const struct insn *before);

/* ---- clean.c ---- */

/* If the instruction gives away what differs between processors: is it overwritten by the `room`
 * bytes of code behind it, which are at `next`? */
bool insn_cleaned(const struct insn *insn, uint32_t next, const uint8_t *behind, unsigned room);
/* Makes that code for the image of FXSAVE, or XSAVE; returns its length. */
unsigned clean_image(uint8_t *code, uint32_t at, uint32_t image, bool extended);

#endif
