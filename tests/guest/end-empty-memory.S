/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A jump into empty memory, where all bytes are ones: the first instruction there does not exist.
 * Empty memory and unknown ports read as ones and swallow writes.
 */
#define MODE 64
#include "guest.inc"
#define EMPTY 0xc0000000

    TEST_BEGIN
    CASE(empty memory)
    mov $EMPTY, %ebx
    mov (%rbx), %rax
    EXPECT(rax, -1)
    movq $0, (%rbx)
    mov (%rbx), %rax
    EXPECT(rax, -1)
    lock incq (%rbx)
    mov $0x10, %ecx
    lock xadd %rcx, (%rbx)
    EXPECT(rcx, -1)
    movdqu 3(%rbx), %xmm0
    EXPECT_XMM(xmm0, -1, -1)
    mov %rbx, %rdi
    mov $100, %ecx
    xor %eax, %eax
    rep stosb
    mov (%rbx), %al
    EXPECT(al, 0xff)

    CASE(unknown ports)
    mov $0x5678, %edx
    in %dx, %al
    EXPECT(al, 0xff)
    in %dx, %ax
    EXPECT(ax, 0xffff)
    in %dx, %eax
    EXPECT(eax, 0xffffffff)
    xor %eax, %eax
    out %eax, %dx
    out %al, %dx
    mov $0x4000, %ecx             /* hammered */
1:  out %ax, %dx
    in %dx, %ax
    dec %ecx
    jnz 1b
    EXPECT(ax, 0xffff)

    CASE(code in empty memory)
    FAULTS_TO(UD, 0, EMPTY, jmp *%rbx)
    mov $0xfeb00000, %ebx         /* no device is there */
    FAULTS_TO(UD, 0, 0xfeb00000, jmp *%rbx)
    TEST_END
