/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 control: #MF at the next waiting instruction, CR0.NE, MP, TS and EM, words, environments and
 * FSAVE images in their 16-bit and 32-bit protected-mode layouts. 32-bit mode, so that the pointers
 * fit.
 */
#define MODE 32
#include "guest.inc"
#include "x87-values.inc"

    .macro set_cr0 set, clear
    mov %cr0, %eax
    or $\set, %eax
    and $~(\clear), %eax
    mov %eax, %cr0
    .endm
#define CR0_MP 2
#define CR0_EM 4
#define CR0_TS 8

    /* 1 / 0 with the exception unmasked: pending from here on. */
    .macro pending
    fninit
    fldcw no_zero_divide
    fld1
    fldz
    fdivrp %st, %st(1)
    .endm

    TEST_BEGIN
    CASE(reset values)
    fninit
    fnstcw cell
    EXPECT_MEM(2, cell, 0x037f)
    EXPECT_FSW(0xffff, 0)
    movl $-1, %eax
    fnstsw %ax
    EXPECT(eax, 0xffff0000)

    CASE(reserved bits of the control word)
    movw $0xffff, cell
    fldcw cell
    fnstcw cell
    EXPECT_MEM(2, cell, 0x1f7f)
    movw $0x003f, cell
    fldcw cell
    fnstcw cell
    EXPECT_MEM(2, cell, 0x007f)

    CASE(a pending exception waits for an instruction that asks)
    pending
    EXPECT_FSW(0xffff, 0xb084)
    FAULTS(MF, 0, fwait)
    FAULTS(MF, 0, fld1)
    FAULTS(MF, 0, fnop)
    FAULTS(MF, 0, fstps cell)
    FAULTS(MF, 0, fadd %st(1), %st)
    FAULTS(MF, 0, fldcw no_zero_divide)
    FAULTS(MF, 0, fldenv image)
    FAULTS(MF, 0, frstor image)
    FAULTS(MF, 0, fincstp)
    FAULTS(MF, 0, ffree %st(0))
    FAULTS(MF, 0, fxch %st(1))
    FAULTS(MF, 0, fxam)
    FAULTS(MF, 0, fcomi %st(1), %st)
    FAULTS(MF, 0, emms)
    FAULTS(MF, 0, movd %eax, %mm0)
    EXPECT_FSW(0xffff, 0xb084)
    fnclex
    EXPECT_FSW(0xffff, 0x3000)
    EXPECT_VALUE(ZERO)
    EXPECT_VALUE(ONE)

    CASE(instructions that do not wait)
    pending
    fnstcw cell
    EXPECT_MEM(2, cell, 0x037b)
    fnstsw cell
    EXPECT_MEM(2, cell, 0xb084)
    fnstenv image
    EXPECT_MEM(2, image + 4, 0xb084)
    fwait
    fninit
    fwait

    CASE(the saved instruction pointer is that of the failing instruction)
    fninit
    fldcw no_zero_divide
    fld1
    fldz
1:  fdivrp %st, %st(1)
    FAULTS(MF, 0, fld1)
    fnstenv image
    EXPECT_MEM(4, image + 12, 1b)
    fnclex

    CASE(unmasking a flag that is set makes it pending)
    fninit
    fld1
    fldz
    fdivrp %st, %st(1)
    EXPECT_FSW(0x80ff, 0x0004)
    fldcw no_zero_divide
    EXPECT_FSW(0x80ff, 0x8084)
    FAULTS(MF, 0, fwait)
    fnclex
    fwait

    CASE(FNSTENV masks all exceptions)
    fninit
    fldcw no_zero_divide
    fnstenv image
    EXPECT_MEM(2, image, 0x037b)
    fnstcw cell
    EXPECT_MEM(2, cell, 0x037f)

    CASE(the 32-bit environment)
    fninit
    fld1
    fldz
    fldt infinity
    fldt denormal
    fnstenv image
    EXPECT_MEM(4, image, 0xffff037f)
    EXPECT_MEM(4, image + 4, 0xffff2000)
    EXPECT_MEM(4, image + 8, 0xffff1aff)
    EXPECT_FSW(0xffff, 0x2000)
    fninit
    fldenv image
    EXPECT_FSW(0xffff, 0x2000)
    fxam
    EXPECT_FSW(0x4500, 0x4400)

    CASE(the 16-bit environment)
    data16 fnstenv image16
    EXPECT_MEM(2, image16, 0x037f)
    EXPECT_MEM(2, image16 + 2, 0x6400)
    EXPECT_MEM(2, image16 + 4, 0x1aff)
    EXPECT_MEM(2, image16 + 14, 0x5555)
    fninit
    data16 fldenv image16
    EXPECT_FSW(0xffff, 0x6400)

    CASE(tags that are loaded tell only which registers are empty)
    fninit
    fldpi
    fnstenv image
    EXPECT_MEM(2, image + 8, 0x3fff)
    movw $0x7fff, image + 8
    fldenv image
    fnstenv image
    EXPECT_MEM(2, image + 8, 0x3fff)
    movw $0xffff, image + 8
    fldenv image
    fxam
    EXPECT_FSW(0x4500, 0x4100)

    CASE(a loaded status word can be pending)
    fninit
    fnstenv image
    movw $0x037e, image
    movw $0x0001, image + 4
    fldenv image
    EXPECT_FSW(0xffff, 0x8081)
    FAULTS(MF, 0, fwait)
    fnclex

    CASE(FSAVE and FRSTOR in 32 bits)
    fninit
    fldpi
    fld1
    fnsave image
    EXPECT_FSW(0xffff, 0)
    fnstcw cell
    EXPECT_MEM(2, cell, 0x037f)
    EXPECT_MEM(2, image + 8, 0x0fff)
    EXPECT_MEM(8, image + 28, 0x8000000000000000)
    EXPECT_MEM(2, image + 36, 0x3fff)
    EXPECT_MEM(8, image + 38, 0xc90fdaa22168c235)
    EXPECT_MEM(2, image + 46, 0x4000)
    frstor image
    EXPECT_FSW(0xffff, 0x3000)
    EXPECT_VALUE(ONE)
    EXPECT_VALUE(PI_)

    CASE(FSAVE and FRSTOR in 16 bits)
    fninit
    fldpi
    data16 fnsave image
    EXPECT_MEM(2, image + 2, 0x3800)
    EXPECT_MEM(8, image + 14, 0xc90fdaa22168c235)
    data16 frstor image
    EXPECT_FSW(0xffff, 0x3800)
    EXPECT_VALUE(PI_)

    CASE(TS makes all but WAIT unavailable)
    set_cr0 CR0_TS, CR0_MP
    FAULTS(NM, 0, fld1)
    FAULTS(NM, 0, fnstsw cell)
    FAULTS(NM, 0, fninit)
    FAULTS(NM, 0, emms)
    fwait
    set_cr0 CR0_MP, 0
    FAULTS(NM, 0, fwait)
    clts
    fwait

    CASE(EM makes x87 unavailable and MMX undefined)
    set_cr0 CR0_EM, 0
    FAULTS(NM, 0, fld1)
    FAULTS(NM, 0, fninit)
    FAULTS(UD, 0, emms)
    FAULTS(UD, 0, paddb %mm0, %mm1)
    fwait
    set_cr0 0, CR0_EM

    CASE(the nops of older processors)
    fninit
    fnop
    .byte 0xdb, 0xe0
    .byte 0xdb, 0xe1
    .byte 0xdb, 0xe4
    EXPECT_FSW(0xffff, 0)
    TEST_END

    .data
no_zero_divide:
    .word CW_NO_ZM
infinity:
    .quad 0x8000000000000000
    .word 0x7fff
denormal:
    .quad 1
    .word 0
    .align 16
image16:
    .fill 16, 1, 0x55
    .bss
    .align 16
cell:
    .skip 16
image:
    .skip 128
