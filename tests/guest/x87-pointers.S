/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the x87 remembers of its last instruction (SDM volume 1, 8.1.8 and 8.1.9): addresses of
 * instruction and operand, the operand's segment, the opcode; who changes them and who does not;
 * the environment in 32 and 16 bits and as FXSAVE has it.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))
#define ENV_FIP 12
#define ENV_FCS 16
#define ENV_FDP 20
#define ENV_FDS 24

/* Runs the instruction and looks at everything. */
#define POINTERS(opcode, segment, offset, ...)                                                      \
    77: __VA_ARGS__;                                                                                \
    fnstenv image;                                                                                  \
    EXPECT_MEM(4, image + ENV_FIP, 77b);                                                            \
    EXPECT_MEM(4, image + ENV_FCS, (opcode) << 16 | SEL_CODE32);                                    \
    EXPECT_MEM(4, image + ENV_FDP, offset);                                                         \
    EXPECT_MEM(4, image + ENV_FDS, 0xffff0000 | segment)

    TEST_BEGIN
    MAKE_DESCRIPTOR S(0), area, 0xfff, 0x92, 0x40
    mov $S(0), %eax
    mov %eax, %fs
    mov $area, %ebx
    mov $2, %ecx

    CASE(after FNINIT there is nothing)
    fninit
    fnstenv image
    EXPECT_MEM(4, image + ENV_FIP, 0)
    EXPECT_MEM(4, image + ENV_FCS, 0)
    EXPECT_MEM(4, image + ENV_FDP, 0)
    EXPECT_MEM(4, image + ENV_FDS, 0xffff0000)

    CASE(operands in memory)
    POINTERS(0x103, SEL_USER_DATA, area, flds (%ebx))
    POINTERS(0x044, SEL_USER_DATA, area + 20, fadds 4(%ebx, %ecx, 8); nop)
    POINTERS(0x505, SEL_USER_DATA, area + 8, fldl area + 8)
    POINTERS(0x32d, SEL_USER_DATA, area + 16, fldt area + 16)
    POINTERS(0x703, SEL_USER_DATA, area, filds (%ebx))
    POINTERS(0x703 + 8 * 5, SEL_USER_DATA, area, fildll (%ebx))
    POINTERS(0x703 + 8 * 4, SEL_USER_DATA, area, fbld (%ebx))
    fninit
    flds (%ebx)
    POINTERS(0x113, SEL_USER_DATA, area, fsts (%ebx))
    POINTERS(0x51d, SEL_USER_DATA, area + 8, fstpl area + 8)

    CASE(the segment is that of the access)
    POINTERS(0x105, S(0), 8, flds %fs:8)
    mov %ebp, %edx
    mov %ebx, %ebp
    POINTERS(0x145, SEL_DATA, area + 4, flds 4(%ebp))
    POINTERS(0x145, SEL_USER_DATA, area + 4, flds %ds:4(%ebp))
    mov %edx, %ebp

    CASE(instructions without an operand in memory)
    fninit
    flds (%ebx)
    POINTERS(0x1e8, SEL_USER_DATA, area, fld1)
    POINTERS(0x6c1, SEL_USER_DATA, area, faddp)
    POINTERS(0x1e0, SEL_USER_DATA, area, fchs)
    POINTERS(0x1c9, SEL_USER_DATA, area, fxch)
    POINTERS(0x0d1, SEL_USER_DATA, area, fcom)
    POINTERS(0x3f1, SEL_USER_DATA, area, fcomi)
    POINTERS(0x2c1, SEL_USER_DATA, area, fcmovb %st(1), %st)

    CASE(control instructions change nothing)
    fninit
1:  flds (%ebx)
    fnstcw word
    fldcw word
    fnstsw word
    fnstsw %ax
    fnclex
    fwait
    .byte 0xdb, 0xe0              /* FENI, a nop by now */
    fnstenv image
    fldenv image
    fnstenv image
    EXPECT_MEM(4, image + ENV_FIP, 1b)
    EXPECT_MEM(4, image + ENV_FCS, 0x103 << 16 | SEL_CODE32)
    EXPECT_MEM(4, image + ENV_FDP, area)
    EXPECT_MEM(4, image + ENV_FDS, 0xffff0000 | SEL_USER_DATA)

    CASE(a handler finds the instruction that failed)
    fninit
    fldcw no_zero_divide
    fld1
1:  fdivs zero
    FAULTS(MF, 0, fldl area + 8)
    fnstenv image
    EXPECT_MEM(4, image + ENV_FIP, 1b)
    EXPECT_MEM(4, image + ENV_FCS, 0x035 << 16 | SEL_CODE32)
    EXPECT_MEM(4, image + ENV_FDP, zero)
    fnclex
    fninit

    CASE(the 16-bit environment has no opcode)
1:  flds (%ebx)
    data16 fnstenv image
    EXPECT_MEM(2, image + 6, 1b)
    EXPECT_MEM(2, image + 8, SEL_CODE32)
    EXPECT_MEM(2, image + 10, area)
    EXPECT_MEM(2, image + 12, SEL_USER_DATA)

    CASE(FSAVE has the environment and then forgets)
    movl $-1, image + 108
1:  fldl area + 8
    fnsave image
    EXPECT_MEM(4, image + ENV_FIP, 1b)
    EXPECT_MEM(4, image + ENV_FCS, 0x505 << 16 | SEL_CODE32)
    EXPECT_MEM(4, image + ENV_FDP, area + 8)
    EXPECT_MEM(4, image + 108, -1)
    fnstenv image2
    EXPECT_MEM(4, image2 + ENV_FIP, 0)
    EXPECT_MEM(4, image2 + ENV_FDP, 0)
    frstor image
    fnstenv image2
    EXPECT_MEM(4, image2 + ENV_FIP, 1b)
    EXPECT_MEM(4, image2 + ENV_FCS, 0x505 << 16 | SEL_CODE32)
    EXPECT_MEM(4, image2 + ENV_FDP, area + 8)
    fninit
    movl $-1, image + 94
    data16 fnsave image
    EXPECT_MEM(4, image + 94, -1)

    CASE(FXSAVE)
    fninit
1:  fldl %fs:8
    fxsave fx
    EXPECT_MEM(2, fx + 6, 0x505)
    EXPECT_MEM(4, fx + 8, 1b)
    EXPECT_MEM(2, fx + 12, SEL_CODE32)
    EXPECT_MEM(4, fx + 16, 8)
    EXPECT_MEM(2, fx + 20, S(0))
    fninit
    fxrstor fx
    fnstenv image
    EXPECT_MEM(4, image + ENV_FIP, 1b)
    EXPECT_MEM(4, image + ENV_FDP, 8)
    EXPECT_MEM(4, image + ENV_FDS, 0xffff0000 | S(0))
    TEST_END

    .data
no_zero_divide: .word 0x037b
    .align 16
zero: .long 0
    .bss
    .align 16
area: .skip 64
word: .skip 16
image: .skip 128
image2: .skip 128
fx: .skip 512
