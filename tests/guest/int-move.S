/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Data movement: MOV of all forms and sizes, extensions, LEA, XLAT, BSWAP, MOVBE; the exchanging
 * instructions with and without LOCK; no-operations; RDRAND and RDSEED.
 */
#define MODE 64
#include "guest.inc"

    TEST_BEGIN
    CASE(MOV between registers)
    mov $0x1122334455667788, %rax
    mov %rax, %r15
    EXPECT(r15, 0x1122334455667788)
    mov $-1, %rbx
    mov %ax, %bx
    EXPECT(rbx, 0xffffffffffff7788)
    mov %eax, %ebx
    EXPECT(rbx, 0x55667788)
    mov $-1, %rbx
    mov %ah, %bl
    EXPECT(rbx, 0xffffffffffffff77)
    mov %al, %bh
    EXPECT(rbx, 0xffffffffffff8877)
    mov %al, %sil
    EXPECT(sil, 0x88)
    mov $-5, %rcx
    EXPECT(rcx, 0xfffffffffffffffb)
    mov $0x80000000, %ecx
    EXPECT(rcx, 0x80000000)

    CASE(MOV with memory)
    mov %rax, cell
    movb $0x99, cell + 1
    movw $0xabcd, cell + 2
    movl $0x12345678, cell + 4
    EXPECT_MEM(8, cell, 0x12345678abcd9988)
    movq $-2, cell
    EXPECT_MEM(8, cell, -2)
    movabs %rax, cell
    movabs cell, %al
    movabs cell, %rax
    EXPECT(rax, 0x1122334455667788)
    mov $cell - 16, %ebx
    mov $4, %ecx
    mov (%rbx, %rcx, 4), %edx
    EXPECT(edx, 0x55667788)
    mov 8(%rbx, %rcx, 2), %dx
    EXPECT(edx, 0x55667788)
    mov cell + 2(%rip), %dl
    EXPECT(dl, 0x66)
    movabs $0xffffffff00000000 + cell, %rbx
    mov (%ebx), %dh
    EXPECT(dh, 0x88)

    CASE(extensions)
    mov $0x80, %eax
    movsx %al, %ebx
    EXPECT(rbx, 0xffffff80)
    movsx %al, %rbx
    EXPECT(rbx, 0xffffffffffffff80)
    movsx %al, %bx
    movzx %al, %ebx
    EXPECT(rbx, 0x80)
    mov $0x80008000, %eax
    movsx %ax, %ebx
    EXPECT(rbx, 0xffff8000)
    movzx %ax, %rbx
    EXPECT(rbx, 0x8000)
    movslq %eax, %rbx
    EXPECT(rbx, 0xffffffff80008000)
    movsx %ax, %rbx
    EXPECT(rbx, 0xffffffffffff8000)
    mov $0x80, %eax
    cbw
    EXPECT(rax, 0xff80)
    cwde
    EXPECT(rax, 0xffffff80)
    cdqe
    EXPECT(rax, 0xffffffffffffff80)
    mov $0x1111, %edx
    cwd
    EXPECT(rdx, 0xffff)
    cdq
    EXPECT(rdx, 0xffffffff)
    cqo
    EXPECT(rdx, -1)

    CASE(LEA)
    mov $0x1000000000, %rax
    mov $3, %ecx
    lea 5(%rax, %rcx, 8), %rbx
    EXPECT(rbx, 0x100000001d)
    lea 5(%rax, %rcx, 8), %ebx
    EXPECT(rbx, 0x1d)
    mov $-1, %rbx
    lea 5(%rax, %rcx, 8), %bx
    EXPECT(rbx, 0xffffffffffff001d)
    lea -1(%ecx), %rbx
    EXPECT(rbx, 2)
    lea -8(%ecx), %rbx
    EXPECT(rbx, 0xfffffffb)

    CASE(XLAT)
    mov $digits, %ebx
    mov $0x1103, %eax
    xlat
    EXPECT(rax, 0x1133)

    CASE(BSWAP and MOVBE)
    mov $0x1122334455667788, %rax
    bswap %rax
    EXPECT(rax, 0x8877665544332211)
    bswap %eax
    EXPECT(rax, 0x11223344)
    mov $0x1122334455667788, %rax
    movbe %rax, cell
    EXPECT_MEM(8, cell, 0x8877665544332211)
    movbe cell, %eax
    EXPECT(rax, 0x11223344)
    movbe cell + 4, %ax
    EXPECT(rax, 0x11225566)

    CASE(XCHG)
    mov $1, %eax
    mov $2, %ecx
    xchg %rax, %rcx
    EXPECT(rax, 2)
    EXPECT(rcx, 1)
    mov $-1, %rcx
    xchg %eax, %ecx
    EXPECT(rax, 0xffffffff)
    EXPECT(rcx, 2)
    movq $0x7766554433221100, %rdx
    mov %rdx, cell
    xchg %cl, cell + 3
    EXPECT(rcx, 0x33)
    EXPECT_MEM(8, cell, 0x7766554402221100)
    xchg %rcx, cell
    EXPECT(rcx, 0x7766554402221100)
    mov $-1, %r8
    xchg %r8d, %eax
    .byte 0x90
    EXPECT(r8, 0xffffffff)

    CASE(XADD)
    mov $5, %eax
    mov $7, %ecx
    xadd %eax, %ecx
    EXPECT(eax, 7)
    EXPECT(ecx, 12)
    movq $-1, cell
    lock xadd %rcx, cell
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, FLAG_CF)
    EXPECT(rcx, -1)
    EXPECT_MEM(8, cell, 11)

    CASE(CMPXCHG)
    mov $11, %eax
    mov $99, %ecx
    lock cmpxchg %rcx, cell
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT(rax, 11)
    EXPECT_MEM(8, cell, 99)
    lock cmpxchg %rcx, cell
    EXPECT_FLAGS(FLAGS_ARITH, 0x81)
    EXPECT(rax, 99)
    mov $-1, %rax
    mov $1, %ebx
    cmpxchg %ecx, %ebx
    EXPECT(rax, 1)
    EXPECT(rbx, 1)
    cmpxchg %ecx, %ebx
    EXPECT(rbx, 99)
    mov $99, %eax
    mov $0x42, %ecx
    cmpxchg %cl, cell
    EXPECT_MEM(1, cell, 0x42)

    CASE(CMPXCHG8B and CMPXCHG16B)
    mov $0x0000000200000001, %rax
    mov %rax, cell
    mov $1, %eax
    mov $2, %edx
    mov $3, %ebx
    mov $4, %ecx
    lock cmpxchg8b cell
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_MEM(8, cell, 0x0000000400000003)
    stc
    lock cmpxchg8b cell
    EXPECT_FLAGS(FLAG_ZF | FLAG_CF, FLAG_CF)
    EXPECT(rax, 3)
    EXPECT(rdx, 4)
    movq $3, cell
    movq $4, cell + 8
    movabs $0x1111111111111111, %rbx
    movabs $0x2222222222222222, %rcx
    cmpxchg16b cell
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_MEM(8, cell + 8, 0x2222222222222222)
    lock cmpxchg16b cell
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT(rdx, 0x2222222222222222)
    FAULTS(GP, 0, cmpxchg16b cell + 8)
    FAULTS(UD, 0, .byte 0x0f, 0xc7, 0xc8)
    FAULTS(UD, 0, .byte 0xf0, 0x87, 0xc0)

    CASE(no-operations)
    mov $0x1122334455667788, %rax
    nop
    .byte 0x66, 0x90
    nopl 0x8(%rax, %rax)
    pause
    endbr64
    endbr32
    mov $cell, %ebx
    prefetchnta (%rbx)
    prefetcht0 (%rbx)
    prefetcht1 (%rbx)
    prefetcht2 (%rbx)
    prefetchw (%rbx)
    prefetcht0 (%rax)             /* never faults */
    clflush (%rbx)
    clflushopt (%rbx)
    lfence
    sfence
    mfence
    EXPECT(rax, 0x1122334455667788)

    CASE(random numbers)
    mov $100, %ecx
1:  rdrand %rax
    jc 2f
    dec %ecx
    jnz 1b
2:  EXPECT_FLAGS(FLAGS_ARITH, FLAG_CF)
    rdrand %rbx
    cmp %rax, %rbx
    EXPECT_FLAGS(FLAG_ZF, 0)
    mov $-1, %rax
    rdseed %eax
    shr $32, %rax
    EXPECT(rax, 0)
    rdrand %ax
    TEST_END

    .data
    .align 16
cell: .quad 0, 0
digits: .ascii "0123456789"
