/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When global code goes: by INVLPG and CR4.PGE, not by CR3. Then one linear address with other code
 * in each address space and the kernel around it in global pages: what the emulator remembers of
 * the kernel for all spaces must not hold for this code. It gives that up after some hundred of such
 * calls, so that these cases come last.
 */
#define MODE 64
#include "guest.inc"
#define WINDOW 0x40000000000 /* what the test maps: its own entry in the first table */
#define TIMES  300           /* so often that what is remembered of kernels is given up */
#define G      0x100

    .macro cr4 insn, bit
    mov %cr4, %rax
    \insn $\bit, %rax
    mov %rax, %cr4
    .endm

    TEST_BEGIN
    mov $WINDOW, %rbx
    xor %ecx, %ecx                /* the frame is global */
1:  orl $G, page_l2(, %rcx, 8)
    inc %ecx
    cmp $2048, %ecx
    jb 1b
    cr4 btr, 7
    cr4 bts, 7
    mov $page_l4, %esi            /* another table with the same frame */
    mov $other_l4, %edi
    mov $512, %ecx
    rep movsq
    movl $table_3 + 7, page_l4 + 8 * 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $other_3 + 7, other_l4 + 8 * 8
    movl $other_2 + 7, other_3
    movl $other_1 + 7, other_2
    movl $page + 7, table_1
    movl $other_page + 7, other_1
    movl $0xc3c0ff48, page        /* inc %rax; ret */
    movl $0x64c08348, other_page  /* add $100, %rax; ret */
    movb $0xc3, other_page + 4
    mov $page_l4, %r12d
    mov $other_l4, %r13d

    CASE(global code outlives CR3)
    movl $page + 7 + G, table_1
    invlpg (%rbx)
    xor %eax, %eax
    call *%rbx
    EXPECT(eax, 1)
    mov %r13, %cr3
    mov %r12, %cr3
    call *%rbx
    EXPECT(eax, 2)
    movb $0xc3, page              /* changed code is seen all the same: only RET */
    mov %r13, %cr3
    mov %r12, %cr3
    call *%rbx
    EXPECT(eax, 2)

    CASE(INVLPG of global code)
    movl $other_page + 7 + G, table_1
    invlpg (%rbx)
    call *%rbx
    EXPECT(eax, 102)
    mov $TIMES, %ecx
    xor %eax, %eax
    mov $page + 7 + G, %edi
    mov $other_page + 7 + G, %esi
1:  mov %edi, table_1
    invlpg (%rbx)
    call *%rbx
    mov %esi, table_1
    invlpg (%rbx)
    call *%rbx
    dec %ecx
    jnz 1b
    EXPECT(eax, TIMES * 100)

    CASE(CR4.PGE forgets global code)
    xor %edx, %edx
    movl $page + 7 + G, table_1   /* the other page was there last */
    cr4 btr, 7
    cr4 bts, 7
    mov %edx, %eax
    call *%rbx
    EXPECT(eax, 0)
    movl $other_page + 7, table_1
    cr4 btr, 7
    mov %edx, %eax
    call *%rbx
    EXPECT(eax, 100)
    cr4 bts, 7

    CASE(the same address in two spaces)
    movl $page + 7, table_1
    movb $0x48, page
    invlpg (%rbx)
    xor %eax, %eax
    mov $TIMES, %ecx
1:  mov %r13, %cr3
    call *%rbx
    mov %r12, %cr3
    call *%rbx
    dec %ecx
    jnz 1b
    EXPECT(eax, TIMES * 101)

    CASE(many times in one space and then in the other)
    xor %eax, %eax
    mov $TIMES, %ecx
1:  call *%rbx
    dec %ecx
    jnz 1b
    mov %r13, %cr3
    call *%rbx
    EXPECT(eax, TIMES + 100)
    mov %r12, %cr3

    CASE(spaces that are kept)
    mov %cr4, %rax
    bts $17, %rax
    mov %rax, %cr4
    lea 1(%r12), %r14
    lea 2(%r13), %r15
    mov %r14, %cr3
    mov %r15, %cr3
    bts $63, %r14
    bts $63, %r15
    xor %eax, %eax
    mov $TIMES, %ecx
1:  mov %r15, %cr3
    call *%rbx
    mov %r14, %cr3
    call *%rbx
    dec %ecx
    jnz 1b
    EXPECT(eax, TIMES * 101)
    mov %r12, %cr3
    cr4 btr, 17

    CASE(the same address at level 3)
    xor %eax, %eax
    mov $TIMES, %ecx
    SET_GATE(0x40, to_other)
    movb $0xee, idt + 16 * 0x40 + 5
    SET_GATE(0x41, to_first)
    movb $0xee, idt + 16 * 0x41 + 5
    TO_USER
1:  int $0x40
    call *%rbx
    int $0x41
    call *%rbx
    dec %ecx
    jnz 1b
    TO_KERNEL
    EXPECT(eax, TIMES * 101)
    call *%rbx
    EXPECT(eax, TIMES * 101 + 1)

    CASE(an instruction from a global page into one that is not)
    movl $edge_page + 7 + G, table_1 + 8
    movl $edge_page + 7 + G, other_1 + 8
    movl $page + 7, table_1 + 16
    movl $other_page + 7, other_1 + 16
    movb $0xb8, edge_page + 0xffd /* mov $imm32, %eax; ret, of which two bytes are the next page's */
    movw $0x1234, edge_page + 0xffe
    movl $0x00c35678, page
    movl $0x00c39abc, other_page
    lea 0x1ffd(%rbx), %rdx
    mov $TIMES, %ecx
    xor %edi, %edi
1:  mov %r13, %cr3
    call *%rdx
    add %rax, %rdi
    mov %r12, %cr3
    call *%rdx
    sub %rax, %rdi
    dec %ecx
    jnz 1b
    EXPECT(rdi, TIMES * (0x9abc0000 - 0x56780000))

    TEST_END

to_other:
    mov %r13, %cr3
    iretq
to_first:
    mov %r12, %cr3
    iretq

    .bss
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
other_1: .skip 4096
other_2: .skip 4096
other_3: .skip 4096
other_l4: .skip 4096
page: .skip 4096
other_page: .skip 4096
edge_page: .skip 4096
