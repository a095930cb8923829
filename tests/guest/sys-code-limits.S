/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code segments of one base and different limits: the same code in memory runs in one and faults in
 * the other, however often it has run before.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))
#define PLACE 0x200000  /* where a page begins */
#define ACROSS 0x202000 /* another one */

    TEST_BEGIN
    MAKE_DESCRIPTOR S(0), 0, 0xfff, 0x9a, 0xc0  /* 16 MiB */
    MAKE_DESCRIPTOR S(1), 0, 0x1ff, 0x9a, 0xc0  /* up to PLACE */
    MAKE_DESCRIPTOR S(2), 0, 0x201, 0x9a, 0xc0  /* up to ACROSS */
    MAKE_DESCRIPTOR S(3), 0, 0x1fe, 0x9a, 0xc0  /* a page less than S(1) */
    MAKE_DESCRIPTOR S(4), 0, 0x202, 0x9a, 0xc0  /* a page more than S(2) */
    movl $0xcb404040, PLACE - 2                 /* inc %eax; inc %eax; inc %eax; lret */
    movl $0x345678b8, ACROSS - 2                /* mov $0x12345678, %eax; lret */
    movl $0x0000cb12, ACROSS + 2

    CASE(code that goes on behind the limit)
    mov %esp, %ebp
    xor %eax, %eax
    lcall $SEL_CODE32, $PLACE - 2
    EXPECT(eax, 3)
    lcall $S(0), $PLACE - 2
    EXPECT(eax, 6)
    FAULTS_TO(GP, 0, PLACE, lcall $S(1), $PLACE - 2)
    ljmp $SEL_CODE32, $1f
1:  mov %ebp, %esp
    EXPECT(eax, 8)
    lcall $S(4), $PLACE - 2
    EXPECT(eax, 11)
    FAULTS_TO(GP, 0, PLACE, lcall $S(1), $PLACE - 2)
    ljmp $SEL_CODE32, $1f
1:  mov %ebp, %esp
    EXPECT(eax, 13)
    FAULTS(GP, 0, lcall $S(3), $PLACE - 2)

    CASE(an instruction across the limit)
    lcall $S(0), $ACROSS - 2
    EXPECT(eax, 0x12345678)
    xor %eax, %eax
    FAULTS_TO(GP, 0, ACROSS - 2, lcall $S(2), $ACROSS - 2)
    ljmp $SEL_CODE32, $1f
1:  mov %ebp, %esp
    EXPECT(eax, 0)
    lcall $S(4), $ACROSS - 2
    EXPECT(eax, 0x12345678)
    xor %eax, %eax
    FAULTS_TO(GP, 0, ACROSS - 2, lcall $S(2), $ACROSS - 2)
    ljmp $SEL_CODE32, $1f
1:  mov %ebp, %esp
    EXPECT(eax, 0)
    TEST_END
