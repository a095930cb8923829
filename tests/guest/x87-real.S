/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The x87 environment in real mode (SDM volume 1, figures 8-10 and 8-12): pointers are linear
 * addresses of 20 bits and more, with the opcode; FLDENV takes them back; FSAVE and FRSTOR.
 */
#define MODE 16
#include "guest.inc"
#define CS_BASE 0x10000
#define DS_BASE 0x10000

    TEST_BEGIN
    CASE(the 16-bit environment)
    fninit
1:  flds area
    fnstenv image
    EXPECT_MEM(2, image, 0x037f)
    EXPECT_MEM(2, image + 2, 0x3800)
    EXPECT_MEM(2, image + 4, 0x7fff)
    EXPECT_MEM(2, image + 6, 1b)
    EXPECT_MEM(2, image + 8, 0x1106)  /* linear address bits 19..16, 0, opcode: d9 06 */
    EXPECT_MEM(2, image + 10, area)
    EXPECT_MEM(2, image + 12, 0x1000)

    CASE(the 32-bit environment)
    data32 fnstenv image
    EXPECT_MEM(4, image, 0xffff037f)
    EXPECT_MEM(4, image + 4, 0xffff3800)
    EXPECT_MEM(4, image + 8, 0xffff7fff)
    EXPECT_MEM(4, image + 12, 0xffff0000 + 1b)
    EXPECT_MEM(4, image + 16, 0x1106)
    EXPECT_MEM(4, image + 20, 0xffff0000 + area)
    EXPECT_MEM(4, image + 24, 0x1000)

    CASE(an operand above 1 MiB)
    mov $0xffff, %ax
    mov %ax, %fs
1:  fldl %fs:0x1234
    data32 fnstenv image
    EXPECT_MEM(4, image + 12, 0xffff0000 + 1b)
    EXPECT_MEM(4, image + 16, 0x1506)
    EXPECT_MEM(4, image + 20, 0xffff1224)
    EXPECT_MEM(4, image + 24, 0x00010000)
    fnstenv image                 /* 16 bits keep 20 of the address */
    EXPECT_MEM(2, image + 10, 0x1224)
    EXPECT_MEM(2, image + 12, 0)

    CASE(FLDENV takes the addresses back)
    movl $0x00405678, pointers + 12
    movl $0x05432305, pointers + 16
    movl $0xffff9abc, pointers + 20
    movl $0x07654000, pointers + 24
    data32 fldenv pointers
    data32 fnstenv image
    EXPECT_MEM(4, image + 12, 0xffff5678)
    EXPECT_MEM(4, image + 16, 0x05432305)
    EXPECT_MEM(4, image + 20, 0xffff9abc)
    EXPECT_MEM(4, image + 24, 0x07654000)

    CASE(FSAVE and FRSTOR in both sizes)
    fninit
    fld1
1:  fldpi
    movl $-1, image + 94
    fnsave image
    EXPECT_MEM(2, image + 6, 1b)
    EXPECT_MEM(2, image + 8, 0x11eb)
    EXPECT_MEM(2, image + 14 + 8, 0x4000)
    EXPECT_MEM(2, image + 24 + 8, 0x3fff)
    EXPECT_MEM(4, image + 94, -1)
    frstor image
    data32 fnsave image
    EXPECT_MEM(4, image + 16, 0x11eb)
    EXPECT_MEM(2, image + 28 + 8, 0x4000)
    EXPECT_MEM(2, image + 38 + 8, 0x3fff)
    data32 frstor image
    EXPECT_ST(0x4000, 0xc90fdaa22168c235)
    EXPECT_ST(0x3fff, 0x8000000000000000)
    TEST_END

    .data
    .align 16
pointers: .long 0x037f, 0, 0xffff, 0, 0, 0, 0
    .bss
    .align 16
area: .skip 16
image: .skip 128
