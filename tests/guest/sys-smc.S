/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code that changes: the next instruction, the same block, a block that has run, another page, an
 * instruction over a page border, code through another mapping, a loop that patches itself, REP
 * MOVS and pushes over code, code and data in one page.
 */
#define MODE 64
#include "guest.inc"

    TEST_BEGIN
    CASE(the next instruction)
    xor %eax, %eax
    movb $0x11, 1f + 1
1:  mov $0x22, %al
    EXPECT(eax, 0x11)

    CASE(a block that has run)
    mov $5, %ecx
    xor %ebx, %ebx
1:  call patched
    add %eax, %ebx
    incb patched + 1
    dec %ecx
    jnz 1b
    EXPECT(ebx, 1 + 2 + 3 + 4 + 5)

    CASE(a loop that patches itself)
    mov $4, %ecx
    xor %ebx, %ebx
1:  add $1, %ebx                  /* 83 c3 ib */
    addb $1, 1b + 2
    dec %ecx
    jnz 1b
    EXPECT(ebx, 1 + 2 + 3 + 4)

    CASE(another page)
    call fill_return_1
    call page
    EXPECT(eax, 1)
    movl $2, page + 1
    call page
    EXPECT(eax, 2)
    mov $page + 1, %edi
    mov $3, %eax
    stosb
    call page
    EXPECT(eax, 3)

    CASE(an instruction over a page border)
    movb $0xb8, page + 0xffd
    movl $7, page + 0xffe
    movb $0xc3, page + 0x1002
    mov $page + 0xffd, %edx
    call *%rdx
    EXPECT(eax, 7)
    movb $1, page + 0x1001
    call *%rdx
    EXPECT(eax, 0x01000007)
    movb $8, page + 0xffe
    call *%rdx
    EXPECT(eax, 0x01000008)
    movw $0x0302, page + 0xfff
    call *%rdx
    EXPECT(eax, 0x01030208)

    CASE(code through another mapping)
    movl $table_3 + 7, page_l4 + 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $page + 7, table_1
    mov $0x8000000000, %rbx
    call fill_return_1
    call *%rbx
    EXPECT(eax, 1)
    movl $4, page + 1
    call *%rbx
    EXPECT(eax, 4)
    movl $5, 1(%rbx)
    call page
    EXPECT(eax, 5)
    call *%rbx
    EXPECT(eax, 5)

    CASE(the mapping changes under the code)
    movl $0x05b8, page2           /* mov $5.. */
    movl $6, page2 + 1
    movb $0xc3, page2 + 5
    movl $page2 + 7, table_1
    invlpg (%rbx)
    call *%rbx
    EXPECT(eax, 6)
    movl $page + 7, table_1
    invlpg (%rbx)
    call *%rbx
    EXPECT(eax, 5)

    CASE(wide stores and REP MOVS)
    mov $new_code, %esi
    mov $page, %edi
    mov $6, %ecx
    rep movsb
    call page
    EXPECT(eax, 0x55667788)
    movdqu other_code, %xmm0
    movdqu %xmm0, page
    call page
    EXPECT(eax, 0x12345678)
    lock incb page + 1
    call page
    EXPECT(eax, 0x12345679)
    mov $0x99, %eax
    xchg %al, page + 1
    call page
    EXPECT(eax, 0x12345699)
    fldl new_code
    fstpl page
    call page
    EXPECT(eax, 0x55667788)

    CASE(pushes over code)
    mov %rsp, %rbp
    mov $page + 8, %esp
    pushq other_code
    mov %rbp, %rsp
    call page
    EXPECT(eax, 0x12345678)

    CASE(the instruction after a REP that overwrites itself)
    mov $2f, %edi
    mov $0x90, %al                /* nop over the INC */
    mov $2, %ecx
    xor %ebx, %ebx
    rep stosb
2:  inc %ebx
    EXPECT(ebx, 0)

    CASE(code and data in one page)
    mov $1000, %ecx
1:  incl page + 0x800
    call page
    dec %ecx
    jnz 1b
    EXPECT_MEM(4, page + 0x800, 1000)
    EXPECT(eax, 0x12345678)

    CASE(marks that a page walk puts into code)
    mov $0x8000000000, %rbx
    movl $page2 + 7, table_1 + 8  /* the entry is the operand of an instruction */
    movl $0, table_1 + 12         /* then add %al, (%rax) twice */
    movb $0xb8, table_1 + 7       /* mov $entry, %eax */
    movb $0xc3, table_1 + 16
    call table_1 + 7
    EXPECT(eax, page2 + 7)
    mov 0x1000(%rbx), %cl
    call table_1 + 7
    EXPECT(eax, page2 + 0x27)
    mov %cl, 0x1000(%rbx)
    call table_1 + 7
    EXPECT(eax, page2 + 0x67)

    CASE(two modes see one page of code)
    movl $0xcb48c031, page        /* xor %eax, %eax; 64: lretq, 32: dec %eax; lret */
    movl $page, far_page
    movl $SEL_CODE32, far_page + 4
    lcall *far_page
    EXPECT(eax, 0xffffffff)
    mov $0x77, %eax
    push $SEL_CODE64
    push $1f
    jmp page
1:  EXPECT(eax, 0)
    TEST_END

fill_return_1:
    movb $0xb8, page
    movl $1, page + 1
    movb $0xc3, page + 5
    ret

    .align 16
patched:
    mov $1, %eax
    ret

    .data
new_code:
    mov $0x55667788, %eax
    ret
    nop
    nop
other_code:
    mov $0x12345678, %eax
    ret
    nop
    nop
    .fill 16, 1, 0x90
far_page: .long 0, 0
    .bss
    .align 4096
page: .skip 4096
page2: .skip 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
