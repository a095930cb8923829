/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Direct jumps, branches and calls into the next page: the same code at two addresses with another
 * page behind it, pages that are mapped elsewhere or not at all, with and without a change of the
 * address space, at two privileges, changed code. Each is done often, so that translated code has
 * seen the plain case before.
 */
#define MODE 64
#include "guest.inc"
#define TIMES 600
#define WINDOW 0x40000000000      /* an entry of its own in the first table: pages of table_1 */
#define FIRST WINDOW              /* the code in front */
#define ALIAS (WINDOW + 0x8000)   /* the same at another address */
#define P 1
#define W 2
#define U 4

    .macro repeat
    movl $TIMES, times
1:
    .endm
    .macro again
    decl times
    jnz 1b
    .endm
    /* The page in front at an address, and another one behind it. */
    .macro map address, behind
    movl $front + 7, table_1 + (\address - WINDOW) / 512
    movl $\behind - 0x200 + 7, table_1 + (\address - WINDOW) / 512 + 8
    .endm
    .macro forget address
    mov $\address + 0x1000, %rdx
    invlpg (%rdx)
    .endm

/* Where the code in front begins: each ends in the same place of the page behind. */
#define JUMPS    0
#define BRANCHES 0x40
#define CALLS    0x80

    TEST_BEGIN
    movl $table_3 + 7, page_l4 + 8 * 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    mov $front_code, %esi
    mov $front, %edi
    mov $front_code_end - front_code, %ecx
    rep movsb
    mov $behind_code, %esi
    mov $one, %edi
    mov $behind_code_end - behind_code, %ecx
    rep movsb
    mov $behind_code, %esi
    mov $two, %edi
    mov $behind_code_end - behind_code, %ecx
    rep movsb
    movb $2, two + 1
    map FIRST, one
    map ALIAS, two

    CASE(a page and the next)
    xor %ebx, %ebx
    repeat
    mov $FIRST + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    mov $FIRST + BRANCHES, %rcx
    call *%rcx
    add %eax, %ebx
    mov $FIRST + CALLS, %rcx
    call *%rcx
    add %eax, %ebx
    again
    EXPECT(ebx, (1 + 1 + 11) * TIMES)

    CASE(the same code with another page behind)
    xor %ebx, %ebx
    repeat
    mov $ALIAS + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    mov $FIRST + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    mov $ALIAS + BRANCHES, %rcx
    call *%rcx
    add %eax, %ebx
    mov $ALIAS + CALLS, %rcx
    call *%rcx
    add %eax, %ebx
    again
    EXPECT(ebx, (2 + 1 + 2 + 12) * TIMES)

    CASE(another page behind by INVLPG)
    xor %ebx, %ebx
    repeat
    map FIRST, two
    forget FIRST
    mov $FIRST + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    mov $FIRST + CALLS, %rcx
    call *%rcx
    add %eax, %ebx
    map FIRST, one
    forget FIRST
    mov $FIRST + BRANCHES, %rcx
    call *%rcx
    add %eax, %ebx
    again
    EXPECT(ebx, (2 + 12 + 1) * TIMES)

    CASE(another page behind by CR3)
    xor %ebx, %ebx
    repeat
    map FIRST, two
    mov %cr3, %rax
    mov %rax, %cr3
    mov $FIRST + CALLS, %rcx
    call *%rcx
    add %eax, %ebx
    map FIRST, one
    mov %cr3, %rax
    mov %rax, %cr3
    mov $FIRST + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    again
    EXPECT(ebx, (12 + 1) * TIMES)

    CASE(no page behind)
    mov $FIRST + JUMPS, %rcx
    repeat
    call *%rcx
    again
    movl $0, table_1 + 8
    forget FIRST
    mov %rsp, %rbp
    FAULTS_TO(PF_, 0x10, 0x1200, call *%rcx)
    EXPECT_MEM(8, fault_cr2, FIRST + 0x1200)
    EXPECT_MEM(8, fault_pc, FIRST + 0x1200)
    mov %rbp, %rsp
    map FIRST, one
    forget FIRST
    call *%rcx
    EXPECT(eax, 1)

    CASE(a page behind for the kernel alone)
    mov %rsp, saved_rsp
    TO_USER
    repeat
    call *%rcx
    again
    TO_KERNEL
    movl $one - 0x200 + P + W, table_1 + 8
    forget FIRST
    repeat
    call *%rcx
    again
    EXPECT(eax, 1)
    TO_USER
    FAULTS_TO(PF_, 0x15, 0x1200, call *%rcx)
    TO_KERNEL
    mov saved_rsp, %rsp
    EXPECT_MEM(8, fault_cr2, FIRST + 0x1200)
    map FIRST, one
    forget FIRST

    CASE(code behind that changes)
    xor %ebx, %ebx
    repeat
    mov times, %eax
    mov %eax, one + 1
    mov $FIRST + JUMPS, %rcx
    call *%rcx
    add %eax, %ebx
    mov $FIRST + CALLS, %rcx
    call *%rcx
    lea -10(%rbx, %rax), %ebx
    again
    EXPECT(ebx, TIMES * (TIMES + 1))
    TEST_END

/* Of a page of its own, and position-independent. */
    .align 64
front_code:
    jmp front_code + 0x1200
    .align 64
    xor %eax, %eax
    jz front_code + 0x1200
    .align 64
    call front_code + 0x1200
    add $10, %eax
    ret
front_code_end:
behind_code:
    mov $1, %eax
    ret
behind_code_end:

    .data
times: .long 0
    .bss
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
front: .skip 4096
one_page: .skip 0x200
one: .skip 4096 - 0x200
two_page: .skip 0x200
two: .skip 4096 - 0x200
saved_rsp: .skip 8
