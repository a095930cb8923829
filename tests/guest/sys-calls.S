/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SYSCALL and SYSRET to 64- and 32-bit code, SYSENTER and SYSEXIT, SWAPGS, FS and GS bases, far
 * transfers and interrupts of long mode (IST, canonical addresses, IRET), compatibility mode.
 */
#define MODE 64
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))
#define EFER 0xc0000080
#define STAR 0xc0000081
#define LSTAR 0xc0000082
#define CSTAR 0xc0000083
#define FMASK 0xc0000084
#define FS_BASE 0xc0000100
#define GS_BASE 0xc0000101
#define KERNEL_GS 0xc0000102
#define SYSENTER_CS 0x174
#define SYSENTER_ESP 0x175
#define SYSENTER_EIP 0x176
#define BASE S(4)                 /* code 0, data 0, code32 3, data 3, code64 3 */

    .macro set_msr msr, high, low
    mov $\msr, %ecx
    mov $\low, %eax
    mov $\high, %edx
    wrmsr
    .endm

#define SET_MSR(msr, high, low) set_msr msr, ONE_WORD(high), ONE_WORD(low)

    TEST_BEGIN
    MAKE_DESCRIPTOR S(4), 0, 0xfffff, 0x9b, DESC_LONG
    MAKE_DESCRIPTOR S(5), 0, 0xfffff, 0x93, DESC_BIG
    MAKE_DESCRIPTOR S(6), 0, 0xfffff, 0xfb, DESC_BIG
    MAKE_DESCRIPTOR S(7), 0, 0xfffff, 0xf3, DESC_BIG
    MAKE_DESCRIPTOR S(8), 0, 0xfffff, 0xfb, DESC_LONG

    CASE(SYSCALL needs SCE)
    FAULTS(UD, 0, syscall)
    FAULTS(UD, 0, sysretq)
    mov $EFER, %ecx
    rdmsr
    or $1, %eax
    wrmsr

    CASE(SYSRET to 64-bit code and SYSCALL from it)
    SET_MSR(STAR, (S(6) + 3) << 16 | S(4), 0)
    SET_MSR(LSTAR, 0, entry_64)
    SET_MSR(CSTAR, 0, entry_32)
    SET_MSR(FMASK, 0, FLAG_IF | FLAG_DF | FLAG_CF)
    mov %rsp, kernel_sp
    mov $1f, %ecx
    mov $FLAG_DF | FLAG_CF | 2, %r11d
    sysretq
1:  mov %cs, %eax
    mov %ss, %ebx
    pushf
    pop %rsi
    mov %rsp, %r14
    syscall
2:  NEVER()
    .align 8
entry_64:
    mov %cs, %edx
    mov %ss, %edi
    pushf
    pop %r10
    mov kernel_sp, %rsp
    cld
    EXPECT(eax, S(8) + 3)
    EXPECT(ebx, S(7) + 3)
    EXPECT(rsi, FLAG_DF | FLAG_CF | 2)
    EXPECT(rcx, 2b)
    EXPECT(r11, FLAG_DF | FLAG_CF | 2)
    EXPECT(edx, S(4))
    EXPECT(edi, S(5))
    EXPECT(r10, 2)

    CASE(SYSRET to compatibility mode where there is no SYSCALL)
    mov $1f, %ecx
    mov $2, %r11d
    arm UD, 0, 0, 0, __LINE__, 2f, 3f
    sysretl
    .code32
1:  mov %cs, %eax
    mov %ss, %ebx
2:  syscall
3:  int $0x81
    .code64
entry_32:
    EXPECT(eax, S(6) + 3)
    EXPECT(ebx, S(7) + 3)
    EXPECT_MEM(4, want_flags, 0)

    CASE(SYSRET to an address that is not canonical)
    mov $0x0000800000000000, %rcx
    mov $2, %r11d
    FAULTS(GP, 0, sysretq)

    CASE(SYSENTER and SYSEXIT)
    SET_MSR(SYSENTER_CS, 0, 0)
    TO_USER
    FAULTS(GP, 0, sysenter)
    TO_KERNEL
    SET_MSR(SYSENTER_CS, 0, S(4))
    SET_MSR(SYSENTER_ESP, 0, stack_top)
    SET_MSR(SYSENTER_EIP, 0, entered)
    TO_USER
    mov $0x77, %ebx
    mov %rsp, %r14
    sysenter
    NEVER()
entered:
    mov %cs, %eax
    mov %ss, %edx
    mov %rsp, %rdi
    EXPECT(eax, S(4))
    EXPECT(edx, S(5))
    EXPECT(rdi, stack_top)
    EXPECT(ebx, 0x77)
    SET_MSR(SYSENTER_EIP, 0, entered_again)
    mov $1f, %edx
    mov $user_stack_top, %ecx
    sysexitl
    .code32
1:  mov %cs, %eax
    mov %ss, %ebx
    mov %esp, %edi
    sysenter
    .code64
entered_again:
    EXPECT(eax, S(6) + 3)
    EXPECT(ebx, S(7) + 3)
    EXPECT(edi, user_stack_top)

    CASE(FS and GS bases)
    SET_MSR(FS_BASE, 0x1, area)
    mov $FS_BASE, %ecx
    rdmsr
    EXPECT(edx, 1)
    SET_MSR(FS_BASE, 0, area)
    mov %fs:8, %rax
    EXPECT(rax, 0x1111)
    SET_MSR(GS_BASE, 0, area - 8)
    mov %gs:8, %rax
    EXPECT(rax, 0x2222)
    SET_MSR(KERNEL_GS, 0, area)
    swapgs
    mov %gs:8, %rax
    EXPECT(rax, 0x1111)
    swapgs
    mov $KERNEL_GS, %ecx
    rdmsr
    EXPECT(eax, area)
    mov $0x8000, %edx
    FAULTS(GP, 0, wrmsr)          /* not canonical */
    mov $FS_BASE, %ecx
    FAULTS(GP, 0, wrmsr)
    mov $LSTAR, %ecx
    FAULTS(GP, 0, wrmsr)
    mov $SYSENTER_EIP, %ecx
    FAULTS(GP, 0, wrmsr)
    mov %cr4, %rax
    btr $16, %rax
    mov %rax, %cr4
    FAULTS(UD, 0, rdfsbase %rax)
    mov %cr4, %rax
    bts $16, %rax
    mov %rax, %cr4
    rdfsbase %rax
    EXPECT(rax, area)
    mov $area + 8, %eax
    wrgsbase %rax
    mov %gs:-8, %rax
    EXPECT(rax, 0x2222)
    mov $-1, %rax
    wrgsbase %eax
    rdgsbase %rax
    EXPECT(rax, 0xffffffff)
    mov $0x0000800000000000, %rax
    FAULTS(GP, 0, wrfsbase %rax)
    TO_USER
    FAULTS(GP, 0, swapgs)
    rdfsbase %rax
    EXPECT(rax, area)
    TO_KERNEL
    mov $SEL_USER_DATA, %eax      /* a selector sets the base of its descriptor */
    mov %eax, %fs
    rdfsbase %rax
    EXPECT(rax, 0)

    CASE(far transfers of long mode)
    movl $1f, pointer
    movw $S(4), pointer + 4
    ljmp *pointer
1:  mov %cs, %eax
    EXPECT(eax, S(4))
    movl $2f, pointer
    movl $0, pointer + 4
    movw $SEL_CODE64, pointer + 8
    rex.w ljmp *pointer
2:  mov %cs, %eax
    EXPECT(eax, SEL_CODE64)
    movl $0x8000, pointer + 4
    FAULTS(GP, 0, rex.w ljmp *pointer)
    MAKE_DESCRIPTOR S(9), 0, 0xfffff, 0x9b, 0xe0        /* D and L */
    movl $2b, pointer
    movw $S(9), pointer + 4
    FAULTS(GP, S(9), ljmp *pointer)
    FAULTS(UD, 0, .byte 0xea, 0, 0, 0, 0, 0, 0)
    FAULTS(UD, 0, .byte 0x9a, 0, 0, 0, 0, 0, 0)

    CASE(call gates of long mode)
    MAKE_GATE S(10), SEL_CODE64, far_64, 0xec
    movw $S(10), pointer + 4
    lcall *pointer
    EXPECT(eax, SEL_CODE64)
    EXPECT(rbx, SEL_CODE64)
    TO_USER
    lcall *pointer
    EXPECT(eax, SEL_CODE64)
    EXPECT(rbx, SEL_USER_CODE64)
    EXPECT(rcx, user_stack_top)
    EXPECT(rdx, SEL_USER_DATA)
    TO_KERNEL
    movb $1, gdt + S(10) + 13     /* the upper half has a type */
    FAULTS(GP, S(10), lcall *pointer)
    movb $0, gdt + S(10) + 13
    MAKE_GATE S(10), SEL_CODE32, far_64, 0xec
    FAULTS(GP, SEL_CODE32, lcall *pointer)
    MAKE_GATE S(10), SEL_CODE64, far_64, 0xe4
    FAULTS(GP, S(10), lcall *pointer)   /* no gates of 16 bits */

    CASE(interrupts of long mode)
    SET_GATE(0x40, note)
    mov %ss, %eax
    EXPECT(eax, 0)                /* since the way back from level 3 */
    mov $SEL_DATA, %eax
    mov %eax, %ss
    movb $0, idt + 16 * 0x40 + 4
    mov %rsp, %rbp
    sub $3, %rsp                  /* the frame is aligned to 16 */
    mov %rsp, %rsi
    int $0x40
    mov %rbp, %rsp
    EXPECT(r8, SEL_CODE64)
    sub %r9, %rsi
    EXPECT(rsi, 0)
    and $15, %r10d
    EXPECT(r10, 8)
    EXPECT(r11, SEL_DATA)
    movb $1, idt + 16 * 0x40 + 4  /* IST 1 */
    int $0x40
    EXPECT(r10, ist1_top - 40)
    movb $0, idt + 16 * 0x40 + 4
    movl $0x8000, idt + 16 * 0x40 + 8
    FAULTS(GP, 0, int $0x40)
    movl $0, idt + 16 * 0x40 + 8
    movw $SEL_CODE32, idt + 16 * 0x40 + 2
    FAULTS(GP, SEL_CODE32, int $0x40)
    movw $SEL_CODE64, idt + 16 * 0x40 + 2
    movb $0x85, idt + 16 * 0x40 + 5     /* no task gates */
    FAULTS(GP, 0x40 * 8 + 2, int $0x40)
    movb $0x86, idt + 16 * 0x40 + 5     /* and none of 16 bits */
    FAULTS(GP, 0x40 * 8 + 2, int $0x40)
    movb $0x8e, idt + 16 * 0x40 + 5

    CASE(IRET of long mode)
    mov %rsp, %rbp
    push $0                       /* a null SS at level 0 is fine */
    push %rbp
    push $2
    push $SEL_CODE64
    push $1f
    iretq
1:  mov %ss, %eax
    EXPECT(eax, 0)
    mov $SEL_DATA, %eax
    mov %eax, %ss
    mov %rsp, %rbp
    push $3
    push %rbp
    push $2
    push $SEL_USER_CODE64
    push $1b
    FAULTS(GP, 0, iretq)          /* but not at level 3 */
    movq $SEL_DATA, 32(%rsp)
    FAULTS(GP, SEL_DATA, iretq)
    movq $SEL_USER_DATA, 32(%rsp)
    movq $SEL_TSS, 8(%rsp)
    FAULTS(GP, SEL_TSS, iretq)
    movq $SEL_CODE64, 8(%rsp)
    movq $SEL_DATA, 32(%rsp)
    mov $0x0000800000000000, %rax
    mov %rax, (%rsp)
    FAULTS(GP, 0, iretq)
    orq $FLAG_NT, 16(%rsp)
    pushf
    orq $FLAG_NT, (%rsp)
    popf
    FAULTS(GP, 0, iretq)          /* NT: there are no tasks */
    pushf
    andq $~FLAG_NT, (%rsp)
    popf
    mov %rbp, %rsp

    CASE(compatibility mode)
    movl $1f, pointer
    movw $SEL_CODE32, pointer + 4
    ljmp *pointer
    .code32
1:  mov $-1, %eax
    inc %eax
    dec %ecx
    mov $0x80000000, %ebx
    add %ebx, %ebx
    pushal
    popal
    aaa
    push $SEL_CODE64
    push $2f
    lret
    .code64
2:  EXPECT(ebx, 0)
    FAULTS(UD, 0, .byte 0x60)     /* pusha */
    FAULTS(UD, 0, .byte 0x37)     /* aaa */
    FAULTS(UD, 0, .byte 0x06)
    FAULTS(UD, 0, .byte 0xce)
    FAULTS(UD, 0, .byte 0xd6)
    FAULTS(UD, 0, .byte 0x62, 0x00)
    FAULTS(UD, 0, .byte 0xd4, 10)
    FAULTS(UD, 0, .byte 0x82, 0xc0, 1)
    FAULTS(UD, 0, .byte 0xc4, 0x00)
    TEST_END

far_64:
    mov %cs, %eax
    mov 8(%rsp), %rbx
    mov 16(%rsp), %rcx
    mov 24(%rsp), %rdx
    rex.w lret

note:
    mov 8(%rsp), %r8
    mov 24(%rsp), %r9
    mov %rsp, %r10
    mov 32(%rsp), %r11
    iretq

    .data
    .align 16
area: .quad 0x2222, 0x1111
pointer: .skip 16
