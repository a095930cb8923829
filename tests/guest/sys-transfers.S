/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Far jumps, calls and returns in protected mode: every error code, conforming code, call gates of
 * 16 and 32 bits with and without a change of privilege, parameters, IRET of all kinds.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))

    TEST_BEGIN
    CASE(far jumps and their faults)
    MAKE_DESCRIPTOR S(0), 0, 0xfffff, 0x9a, 0xc0        /* code, level 0 */
    MAKE_DESCRIPTOR S(1), 0, 0xfffff, 0x1a, 0xc0        /* not present */
    MAKE_DESCRIPTOR S(2), 0, 0xfffff, 0x9e, 0xc0        /* conforming, level 0 */
    MAKE_DESCRIPTOR S(3), 0, 0xfff, 0x9a, 0x40          /* limit 4 KiB */
    MAKE_DESCRIPTOR S(4), 0, 0xfffff, 0xfa, 0xc0        /* code, level 3 */
    MAKE_DESCRIPTOR S(5), 0, 0xfffff, 0xfe, 0xc0        /* conforming, level 3 */
    FAULTS(GP, 0, ljmp $0, $1f)
    FAULTS(GP, 0, ljmp $3, $1f)
    FAULTS(GP, 0x1000, ljmp $0x1000, $1f)
    FAULTS(GP, SEL_DATA, ljmp $SEL_DATA, $1f)
    FAULTS(GP, 0x0c, ljmp $0x0c, $1f)
    FAULTS(NP, S(1), ljmp $S(1), $1f)
    FAULTS(GP, 0, ljmp $S(3), $1f)
    FAULTS(GP, S(4), ljmp $S(4), $1f)
    FAULTS(GP, S(5), ljmp $S(5), $1f)
    FAULTS(GP, S(0), ljmp $S(0) + 1, $1f)
    FAULTS(GP, S(0), lcall $S(0) + 3, $1f)
    FAULTS(GP, 0, lcall $0, $1f)
    FAULTS(NP, S(1), lcall $S(1), $1f)
    FAULTS(GP, 0, lcall $S(3), $1f)
    ljmp $S(0), $2f
1:  NEVER()
2:  mov %cs, %eax
    EXPECT(eax, S(0))
    EXPECT_MEM(1, gdt + SEL_FREE + 5, 0x9b)
    ljmp $S(2), $3f
3:  mov %cs, %eax
    EXPECT(eax, S(2))
    ljmp $S(2) + 3, $4f
4:  mov %cs, %eax
    EXPECT(eax, S(2))
    movl $5f, pointer
    movw $SEL_CODE32, pointer + 4
    ljmp *pointer
5:  mov %cs, %eax
    EXPECT(eax, SEL_CODE32)
    FAULTS(UD, 0, .byte 0xff, 0xe8)
    FAULTS(UD, 0, .byte 0xff, 0xd8)

    CASE(far calls and returns)
    mov %esp, %ebp
    lcall $S(0), $far_function
    EXPECT(eax, S(0))
    EXPECT(ebx, SEL_CODE32)
    sub %esp, %ebp
    EXPECT(ebp, 0)
    push $1
    push $2
    mov %esp, %ebp
    lcall $S(0), $far_function_pops
    sub %ebp, %esp
    mov %esp, %eax
    add %ebp, %esp
    EXPECT(eax, 8)
    movl $far_function, pointer
    movw $S(0), pointer + 4
    lcall *pointer
    EXPECT(eax, S(0))

    CASE(faults of far returns)
    push $0
    push $1b
    FAULTS(GP, 0, lret)
    movl $SEL_DATA, 4(%esp)
    FAULTS(GP, SEL_DATA, lret)
    movl $S(1), 4(%esp)
    FAULTS(NP, S(1), lret)
    movl $0x1000, 4(%esp)
    FAULTS(GP, 0x1000, lret)
    movl $S(4), 4(%esp)
    FAULTS(GP, S(4), lret)
    movl $S(0) + 1, 4(%esp)
    FAULTS(GP, S(0), lret)
    movl $S(3), 4(%esp)
    FAULTS(GP, 0, lret)
    add $8, %esp

    CASE(a far return to level 3)
    mov %esp, kernel_sp
    push $SEL_USER_DATA
    push $user_stack_top
    push $0xaa                    /* what lret 4 drops on both stacks */
    push $S(4) + 3
    push $1f
    lret $4
1:  mov %esp, %eax
    mov %cs, %ebx
    mov %ss, %ecx
    TO_KERNEL
    EXPECT(eax, user_stack_top + 4)
    EXPECT(ebx, S(4) + 3)
    EXPECT(ecx, SEL_USER_DATA)

    CASE(faults of a far return to level 3)
    push $SEL_DATA
    push $user_stack_top
    push $S(4) + 3
    push $1b
    FAULTS(GP, SEL_DATA, lret)
    movl $0, 12(%esp)
    FAULTS(GP, 0, lret)
    MAKE_DESCRIPTOR S(6), 0, 0xfffff, 0x72, 0xc0
    movl $S(6) + 3, 12(%esp)
    FAULTS(SS_, S(6), lret)
    movl $0x1003, 12(%esp)
    FAULTS(GP, 0x1000, lret)
    add $16, %esp

    CASE(call gates to the same level)
    MAKE_GATE S(7), S(0), far_function, 0x8c
    MAKE_GATE S(8), S(0), far_function, 0x0c
    MAKE_GATE S(9), SEL_DATA, far_function, 0x8c
    MAKE_GATE S(10), S(1), far_function, 0x8c
    MAKE_GATE S(11), 0, far_function, 0x8c
    lcall $S(7), $0x12345678
    EXPECT(eax, S(0))
    EXPECT(ebx, SEL_CODE32)
    FAULTS(NP, S(8), lcall $S(8), $0)
    FAULTS(GP, SEL_DATA, lcall $S(9), $0)
    FAULTS(NP, S(1), lcall $S(10), $0)
    FAULTS(GP, 0, lcall $S(11), $0)
    FAULTS(GP, S(7), lcall $S(7) + 1, $0)
    MAKE_GATE S(7), S(0), 6f, 0x8c
    ljmp $S(7), $0
6:  mov %cs, %eax
    EXPECT(eax, S(0))
    ljmp $SEL_CODE32, $7f
7:

    CASE(call gates to level 0)
    MAKE_GATE S(7), S(0), gate_function, 0xec, 3
    MAKE_GATE S(8), S(0), gate_function, 0x8c
    MAKE_GATE S(9), S(4), 1b, 0xec
    TO_USER
    FAULTS(GP, S(8), lcall $S(8), $0)
    FAULTS(GP, S(0), ljmp $S(7), $0)
    push $0x11
    push $0x22
    push $0x33
    mov %esp, %ebp
    lcall $S(7) + 3, $0
    EXPECT(eax, S(0))
    EXPECT(ebx, SEL_USER_CODE32)
    EXPECT(ecx, 0x33)
    EXPECT(edx, 0x11)
    EXPECT(esi, SEL_USER_DATA)
    sub %ebp, %edi
    EXPECT(edi, 0)
    sub %esp, %ebp
    EXPECT(ebp, -12 & 0xffffffff)
    TO_KERNEL

    CASE(call gates to conforming code stay at the level)
    MAKE_GATE S(7), S(2), far_function, 0xec
    TO_USER
    lcall $S(7), $0
    EXPECT(eax, S(2) + 3)
    EXPECT(ebx, SEL_USER_CODE32)
    lcall $S(2), $far_function
    EXPECT(eax, S(2) + 3)
    FAULTS(GP, S(0), lcall $S(0), $far_function)
    TO_KERNEL

    CASE(faults of the stack that a gate brings)
    MAKE_DESCRIPTOR S(8), 0, 0xfffff, 0xba, 0xc0        /* code, level 1 */
    MAKE_DESCRIPTOR S(9), 0, 0xfffff, 0xb2, 0xc0        /* data, level 1 */
    MAKE_DESCRIPTOR S(10), 0, 0xfffff, 0x32, 0xc0       /* not present */
    MAKE_DESCRIPTOR S(11), 0, 0xfffff, 0xb0, 0xc0       /* read only */
    MAKE_GATE S(7), S(8), gate_function, 0xec, 3
    movl $ring1_stack, tss + 12
    TO_USER
    movl $0, tss + 16
    FAULTS(TS, 0, lcall $S(7), $0)
    movl $S(9), tss + 16
    FAULTS(TS, S(9), lcall $S(7), $0)
    movl $SEL_DATA + 1, tss + 16
    FAULTS(TS, SEL_DATA, lcall $S(7), $0)
    movl $S(11) + 1, tss + 16
    FAULTS(TS, S(11), lcall $S(7), $0)
    movl $S(10) + 1, tss + 16
    FAULTS(SS_, S(10), lcall $S(7), $0)
    movl $0x1001, tss + 16
    FAULTS(TS, 0x1000, lcall $S(7), $0)
    movl $S(9) + 1, tss + 16
    push $0x11
    push $0x22
    push $0x33
    lcall $S(7), $0
    EXPECT(eax, S(8) + 1)
    EXPECT(ecx, 0x33)
    TO_KERNEL

    CASE(gates of 16 bits)
    MAKE_DESCRIPTOR S(6), function_16, 0xffff, 0x9a, 0
    MAKE_GATE S(7), S(6), 0, 0x84
    mov %esp, %ebp
    lcall $S(7), $0
1:  NEVER()
after_same_16:
    sub %esp, %ebp
    EXPECT(ebp, 4)
    pop %eax
    sub $1b, %eax
    EXPECT(ax, 0)
    MAKE_GATE S(7), S(6), 0, 0xe4, 2
    MAKE_DESCRIPTOR S(6), function_16 + 16, 0xffff, 0x9a, 0
    TO_USER
    pushw $0x1111
    pushw $0x2222
    mov %esp, %ebp
    lcall $S(7), $0
    NEVER()
after_gate_16:

    CASE(IRET to the same level)
    pushf
    orl $FLAG_CF | FLAG_DF | FLAG_ID | FLAG_AC, (%esp)
    push $S(0)
    push $1f
    iret
1:  mov %cs, %eax
    EXPECT(eax, S(0))
    EXPECT_FLAGS(FLAG_CF | FLAG_DF | FLAG_ID | FLAG_AC, FLAG_CF | FLAG_DF | FLAG_ID | FLAG_AC)
    pushf
    andl $~(FLAG_DF | FLAG_ID | FLAG_AC), (%esp)
    popf
    ljmp $SEL_CODE32, $2f

2:
    CASE(faults of IRET)
    push $2
    push $0
    push $1b
    FAULTS(GP, 0, iret)
    movl $SEL_DATA, 4(%esp)
    FAULTS(GP, SEL_DATA, iret)
    movl $S(1), 4(%esp)
    FAULTS(NP, S(1), iret)
    movl $S(4), 4(%esp)
    FAULTS(GP, S(4), iret)
    movl $S(3), 4(%esp)
    FAULTS(GP, 0, iret)
    movl $S(0) + 1, 4(%esp)
    FAULTS(GP, S(0), iret)
    add $12, %esp

    CASE(what IRET at level 3 may change)
    push $SEL_USER_DATA
    push $user_stack_top
    mov %esp, kernel_sp
    addl $8, kernel_sp
    push $2 | 0x1000              /* IOPL 1 */
    push $SEL_USER_CODE32
    push $1f
    iret
1:  pushf
    orl $FLAG_IOPL | FLAG_IF, (%esp)
    push %cs
    push $1f
    iret
1:  EXPECT_FLAGS(FLAG_IOPL | FLAG_IF, 0x1000)
    pushf
    orl $FLAG_IOPL | FLAG_IF | FLAG_VM | FLAG_VIF, (%esp)
    popf
    EXPECT_FLAGS(FLAG_IOPL | FLAG_IF | FLAG_VM | FLAG_VIF, 0x1000)
    TO_KERNEL
    push $2
    popf
    TEST_END

far_function:
    mov %cs, %eax
    mov 4(%esp), %ebx
    lret

far_function_pops:
    lret $8

gate_function:
    mov %cs, %eax
    mov 4(%esp), %ebx
    mov 8(%esp), %ecx
    mov 16(%esp), %edx
    mov 24(%esp), %esi
    mov 20(%esp), %edi
    lret $12

    .code16
    .align 16
function_16:
    ljmpl $SEL_CODE32, $after_same_16
    .align 16
    mov %esp, %ebp                /* ip, cs, two parameters, sp, ss */
    cmpw $SEL_USER_CODE32, %ss:2(%ebp)
    jne 1f
    cmpw $0x2222, %ss:4(%ebp)
    jne 1f
    cmpw $0x1111, %ss:6(%ebp)
    jne 1f
    cmpw $SEL_USER_DATA, %ss:10(%ebp)
    jne 1f
    movw $0, %ss:2(%ebp)
    ljmpl $SEL_CODE32, $gate_16_fine
1:  ljmpl $SEL_CODE32, $gate_16_wrong
    .code32
gate_16_wrong:
    mov kernel_sp, %esp
    NEVER()
gate_16_fine:
    mov kernel_sp, %esp
    jmp after_gate_16

    .bss
pointer: .skip 8
    .skip 256
ring1_stack: .skip 8
    .text
