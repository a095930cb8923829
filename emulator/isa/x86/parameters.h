/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How rows of forms-integer.inc pack their parameter. */
#ifndef EMU_ISA_X86_PARAMETERS_H
#define EMU_ISA_X86_PARAMETERS_H

/* An op for registers and one for memory. */
#define OPS(reg, mem) (IR_##reg | IR_##mem << 16)
/* A string helper and the bytes of an element. */
#define STRING(helper, size) (X86_HELPER_##helper | (size) << 8)
/* A software interrupt's kind (helper soft_int) and vector. */
#define INT(kind, vector) ((kind) | (vector) << 8)

/* A system form: the helper, what it needs, and what follows it. */
#define SYS(helper, bits, a) (X86_HELPER_##helper | (bits) | (a) << SYS_A_SHIFT)
#define SYS_CPL0             (1 << 8)  /* #GP(0) unless CPL is 0 */
#define SYS_UD_CPL           (1 << 9)  /* #UD unless CPL is 0 */
#define SYS_PROTECTED        (1 << 10) /* #UD in real and virtual-8086 mode */
#define SYS_GP_REAL          (1 << 11) /* #GP(0) in real mode */
#define SYS_JUMP             (1 << 12) /* marked J: the helper writes pc */
#define SYS_SIZE             (1 << 13) /* a: operand size, 4 or 8 */
#define SYS_A_SHIFT          16        /* a: a constant */

#endif
