/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code that is changed by what stores several pieces, or on the side: PUSHA and ENTER over the
 * instruction behind them, and LTR, which sets the busy bit of a descriptor that is code as well.
 */
#define MODE 32
#include "guest.inc"

    TEST_BEGIN
    CASE(PUSHA over the next instruction)
    mov %esp, saved_esp
    mov $1f + 5, %esp
    mov $0x12345678, %eax
    mov $0xb8909090, %ecx         /* its last byte is the opcode at 1 */
    jmp 2f
    .skip 32, 0x90
2:  pushal
1:  mov $0x11111111, %eax
    mov saved_esp, %esp
    EXPECT(eax, 0x12345678)

    CASE(ENTER over the next instruction)
    mov %esp, saved_esp
    mov $1f + 5, %esp
    mov $0x23456789, %ebp
    enter $0, $0
1:  mov $0x11111111, %eax
    mov saved_esp, %esp
    EXPECT(eax, 0x23456789)

    CASE(LTR of what is behind it)
    lgdt near_gdt_pointer
    mov $1, %ecx
    mov $8, %edx
    ltr %dx
code_descriptor:
    .byte 0xb8, 2, 0, 0, 0        /* mov $2, %eax: limit and base */
    .byte 0x89, 0xc1              /* mov %eax, %ecx; when busy 8b: mov %ecx, %eax */
    .byte 0x90
    lgdt gdt_pointer
    EXPECT(eax, 1)
    EXPECT(ecx, 1)
    MAKE_DESCRIPTOR SEL_TSS, tss, 103, 0x89, 0
    mov $SEL_TSS, %eax
    ltr %ax
    TEST_END

near_gdt_pointer:
    .word 15
    .long code_descriptor - 8

    .bss
    .balign 8
saved_esp:
    .skip 4
