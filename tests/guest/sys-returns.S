/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls and returns that do not go together: recursion deeper than any return predictor, returns to
 * elsewhere, stacks that are left and switched, code that has changed or is mapped elsewhere when
 * the return comes back to it, returns at another privilege, near and far ones mixed. Each is done
 * often, so that translated code has seen the plain case before.
 */
#define MODE 64
#include "guest.inc"
#define TIMES 300
#define WINDOW 0x40000000000      /* an entry of its own in the first table */
#define STACK (stacks + 0x40000)  /* the top of a large one */
#define COROUTINE (stacks + 0x1000)

    .macro repeat
    movl $TIMES, times
1:
    .endm
    .macro again
    decl times
    jnz 1b
    .endm
    .macro on_stack top
    mov %rsp, saved_rsp
    mov $\top, %esp
    .endm
    .macro off_stack
    mov saved_rsp, %rsp
    .endm

    TEST_BEGIN
    CASE(plain calls)
    xor %eax, %eax
    repeat
    call outer
    again
    EXPECT(eax, 5 * TIMES)

    CASE(deep recursion)
    on_stack STACK
    movl $20, times
    xor %eax, %eax
1:  mov $10000, %ecx
    call descend
    again
    off_stack
    EXPECT(eax, 20 * 10000)

    CASE(returns to elsewhere)
    xor %eax, %eax
    xor %ebx, %ebx
    repeat
    call skips_an_inc
    inc %ebx
    inc %eax
    again
    EXPECT(eax, TIMES)
    EXPECT(ebx, 0)

    CASE(a return address that is taken off)
    xor %eax, %eax
    repeat
    call drops_its_caller
    again
    EXPECT(eax, 3 * TIMES)

    CASE(a jump and a call as one)
    xor %eax, %eax
    repeat
    push $2f
    jmp add_1
2:  mov $add_1, %edx
    push $2f
    push %rdx
    ret
2:
    again
    EXPECT(eax, 2 * TIMES)

    CASE(a call of the next instruction)
    xor %eax, %eax
    repeat
    call 2f
2:  pop %rdx
    add $3f - 2b, %rdx
    call add_1
    jmp *%rdx
    inc %eax
3:
    again
    EXPECT(eax, TIMES)

    CASE(a return with parameters)
    mov %rsp, %rbp
    xor %eax, %eax
    repeat
    push $5
    push $7
    call add_two
    again
    EXPECT(eax, 12 * TIMES)
    sub %rsp, %rbp
    EXPECT(ebp, 0)

    CASE(frames that are left)
    xor %eax, %eax
    repeat
    call leaves_ten_frames
    again
    EXPECT(eax, 11 * TIMES)

    CASE(two stacks in turn)
    xor %eax, %eax
    mov $COROUTINE - 8, %rdi
    movq $coroutine, (%rdi)
    repeat
    call turn
    call turn_deeper
    again
    EXPECT(eax, 2 * TIMES)
    sub $COROUTINE - 8, %rdi
    EXPECT(edi, 0)

    CASE(code behind the call that has changed)
    xor %eax, %eax
    repeat
    call changes_the_next
2:  add $0, %eax                  /* 83 c0 ib */
    again
    EXPECT(eax, TIMES * (TIMES + 1) / 2)

    CASE(code of another page that has changed)
    call fill_pages
    mov $changes_page, %edx
    movb $0, added
    xor %ebx, %ebx
    repeat
    call page
    movzbl %al, %eax
    add %eax, %ebx
    again
    EXPECT(ebx, 255 * 256 / 2 + 43 * 44 / 2)

    CASE(a page that is mapped elsewhere)
    call fill_pages
    mov $WINDOW, %rbx
    movl $table_3 + 7, page_l4 + 8 * 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $page + 7, table_1
    mov $maps_same, %edx
    repeat
    call *%rbx
    again
    EXPECT(eax, 1)
    mov $maps_other, %edx
    repeat
    movl $page + 7, table_1
    invlpg (%rbx)
    call *%rbx
    cmp $2, %eax
    jne 2f
    again
2:  EXPECT(eax, 2)
    mov $maps_other_space, %edx
    repeat
    movl $page + 7, table_1
    invlpg (%rbx)
    call *%rbx
    cmp $2, %eax
    jne 2f
    again
2:  EXPECT(eax, 2)

    CASE(a page that is mapped no more)
    movl $page + 7, table_1
    invlpg (%rbx)
    mov $maps_nothing, %edx
    mov %rsp, %rbp
    FAULTS_TO(PF_, 0x10, 2, call *%rbx)
    EXPECT_MEM(8, fault_cr2, WINDOW + 2)
    mov %rbp, %rsp

    CASE(a return at another privilege)
    repeat
    mov %rsp, saved_rsp
    TO_USER
    call to_kernel
2:  mov %cs, %eax
    mov saved_rsp, %rsp
    again
    EXPECT(eax, SEL_CODE64)

    CASE(near and far)
    xor %eax, %eax
    repeat
    call returns_far
    lcall *far_near
    push $SEL_CODE64
    call swaps_to_far
    again
    EXPECT(eax, 3 * TIMES)

    CASE(returns that nothing called)
    mov $0x7e57ab1ec0de0001, %rcx
    on_stack STACK
    push %rcx
    FAULTS_TO(GP, 0, 0xc0de0001, ret)
    EXPECT_MEM(8, fault_pc, 0x7e57ab1ec0de0001)
    off_stack
    TEST_END

    .align 16
outer:
    call middle
    call add_1
    ret
middle:
    call add_1
    call *add_1_pointer
    call inner
    ret
inner:
    call add_1
    push $add_1
    ret
add_1:
    inc %eax
    ret

descend:
    dec %ecx
    jz 1f
    call descend
1:  inc %eax
    ret

skips_an_inc:
    addq $2, (%rsp)               /* inc %ebx */
    ret

drops_its_caller:
    call 1f
    add $100, %eax                /* never */
    ret
1:  add $3, %eax
    add $8, %rsp
    ret

add_two:
    add 8(%rsp), %eax
    add 16(%rsp), %eax
    ret $16

leaves_ten_frames:
    mov %rsp, %rbp
    mov $10, %ecx
1:  inc %eax
    dec %ecx
    jz 2f
    call 1b
    add $1000, %eax               /* never */
2:  mov %rbp, %rsp
    inc %eax
    ret

/* rdi: the other stack. */
turn:
    xchg %rdi, %rsp
    ret
turn_deeper:
    call turn
    ret
coroutine:
    inc %eax
    call turn
    jmp coroutine

changes_the_next:
    mov (%rsp), %rdx
    incb 2(%rdx)
    mov times, %ecx
    mov $TIMES + 1, %esi
    sub %ecx, %esi
    movzbl 2(%rdx), %ecx          /* the immediate is signed: the rest is added here */
    movsbl %cl, %ecx
    sub %ecx, %esi
    add %esi, %eax
    ret

/* page: call *%rdx, mov $1.., %eax, ret; other_page the same with 2. */
fill_pages:
    movl $0x01b8d2ff, page
    movl $0xc3000000, page + 4
    movl $0x02b8d2ff, other_page
    movl $0xc3000000, other_page + 4
    ret
changes_page:
    mov added, %al
    mov %al, page + 3
    incb added
    ret

maps_same:
    ret
maps_other:
    movl $other_page + 7, table_1
    invlpg (%rbx)
    ret
maps_other_space:
    movl $other_page + 7, table_1
    mov %cr3, %rcx
    mov %rcx, %cr3
    ret
maps_nothing:
    movl $0, table_1
    invlpg (%rbx)
    ret

/* Called at level 3; returns at level 0 to the same place. */
to_kernel:
    mov (%rsp), %rdx
    TO_KERNEL
    push %rdx
    ret

returns_far:
    pop %rdx
    push $SEL_CODE64
    push %rdx
    inc %eax
    lretq
returns_near:
    pop %rdx                      /* 32 bits each of pc and selector */
    mov %edx, %edx
    push %rdx
    inc %eax
    ret
swaps_to_far:
    inc %eax
    lretq

    .data
    .align 8
add_1_pointer: .quad add_1
far_near: .long returns_near, SEL_CODE64
times: .long 0
added: .byte 0
    .bss
    .align 4096
page: .skip 4096
other_page: .skip 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
saved_rsp: .skip 8
    .align 4096
stacks: .skip 0x40000
