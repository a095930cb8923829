/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that two processors share: locked accesses over two pages that are apart, against plain
 * and locked ones to the halves; translations that the other processor forgets when it is told to
 * (SDM volume 3, 4.10.5), for reads, writes, accessed and dirty bits, and code.
 */
#define MODE 64
#include "guest.inc"
#include "smp.inc"
#define WINDOW 0x40000000000      /* two pages: page_a and page_c, which are no neighbours */
#define ROUNDS 10000
#define CHANGES 200
#define A 0x20
#define D 0x40
#define W 2
#define IN_PAGE_A 4092            /* of 8 bytes: 4 in each page */

/* Tells the other processor to forget the first page, and waits until it has. */
#define SHOOT_DOWN                                                                                  \
    invlpg (%rbx);                                                                                  \
    movl $0, flushed;                                                                               \
    movl $0xc4050, ICR(%rbp);                                                                       \
    78: pause;                                                                                      \
    cmpl $0, flushed;                                                                               \
    je 78b
/* Waits until the other processor has been round its loop once from beginning to end. */
#define NEXT_ROUND                                                                                  \
    mov rounds, %eax;                                                                               \
    add $2, %eax;                                                                                   \
    79: pause;                                                                                      \
    cmp rounds, %eax;                                                                               \
    ja 79b
#define STOP_SECOND                                                                                 \
    movl $1, stop;                                                                                  \
    WAIT_SECOND;                                                                                    \
    movl $0, stop

    /* The other processor runs the function while the first page changes from one to the other. */
    .macro change_pages function
    movl $0, wrong
    movl $1, must
    movl $1, next
    movl $page_a + 7, table_1
    invlpg (%rbx)
    SECOND(\function)
    mov $CHANGES, %ecx
1:  NEXT_ROUND
    xorl $3, next
    mov $page_a, %eax
    xor $page_c, %eax
    xor %eax, table_1
    SHOOT_DOWN
    dec %ecx
    jnz 1b
    NEXT_ROUND
    STOP_SECOND
    EXPECT_MEM(4, wrong, 0)
    EXPECT_MEM(4, must, 1)
    .endm

    TEST_BEGIN
    CASE(two processors)
    START_SECOND
    EXPECT_MEM(4, ap_up, 1)
    cmpl $1, ap_up
    jne no_processor
    SET_GATE(0x50, forget)
    SET_GATE(PF_, note_fault)
    mov $WINDOW, %rbx
    movl $table_3 + 7, page_l4 + 8 * 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $page_a + 7, table_1
    movl $page_c + 7, table_1 + 8

    CASE(locked over two pages that are apart and locked in each)
    SECOND(add_halves)
    NEXT_ROUND
    call add_whole
    STOP_SECOND
    mov rounds, %eax
    add $ROUNDS, %eax
    sub page_a + IN_PAGE_A, %eax
    EXPECT(eax, 0)
    mov rounds, %eax
    add $ROUNDS, %eax
    sub page_c, %eax
    EXPECT(eax, 0)

    CASE(plain stores to the halves are not lost)
    SECOND(store_halves)
    NEXT_ROUND
    call add_nothing
    STOP_SECOND
    EXPECT_MEM(4, lost, 0)

    CASE(a lock that lies over two pages that are apart)
    movl $0, page_a + 4094
    movl $0, page_c
    movl $0, guarded
    BOTH(add_guarded)
    EXPECT_MEM(4, guarded, 2 * ROUNDS)

    CASE(compare and exchange over two pages that are apart)
    movl $0, page_a + IN_PAGE_A
    movl $0, page_c
    BOTH(add_compared)
    EXPECT_MEM(4, page_a + IN_PAGE_A, 2 * ROUNDS)
    EXPECT_MEM(4, page_c, 4 * ROUNDS)

    CASE(reads see the new page when the other processor was told)
    mov $APIC, %ebp
    movl $1, page_a
    movl $2, page_c
    change_pages read_window

    CASE(code comes from the new page when the other processor was told)
    movl $0x01b8, page_a          /* mov $1, %eax; ret */
    movl $0xc30000, page_a + 3
    movl $0x02b8, page_c
    movl $0xc30000, page_c + 3
    change_pages call_window

    CASE(writes end when the other processor was told)
    movl $page_a + 7, table_1
    movl $0, faults
    SECOND(write_window)
    NEXT_ROUND
    EXPECT_MEM(4, faults, 0)
    lock andl $~W, table_1
    SHOOT_DOWN
    mov page_a, %ecx
    NEXT_ROUND
    cmp page_a, %ecx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    cmpl $0, faults
    EXPECT_FLAGS(FLAG_ZF, 0)
    lock orl $W, table_1          /* the other processor may fault once more, not for ever */
    mov page_a, %ecx
    NEXT_ROUND
    NEXT_ROUND
    cmp page_a, %ecx
    EXPECT_FLAGS(FLAG_ZF, 0)

    CASE(accessed and dirty bits are set again when the other processor was told)
    mov $CHANGES, %ecx
    movl $0, wrong
1:  lock andl $~(A | D), table_1
    SHOOT_DOWN
    NEXT_ROUND
    mov table_1, %eax
    and $A | D, %eax
    cmp $A | D, %eax
    je 2f
    incl wrong
2:  dec %ecx
    jnz 1b
    EXPECT_MEM(4, wrong, 0)
    STOP_SECOND

    CASE(a page that is gone)
    SECOND(write_window)
    NEXT_ROUND
    movl $0, faults
    movl $0, table_1
    SHOOT_DOWN
    NEXT_ROUND
    cmpl $0, faults
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT_MEM(8, fault_address, WINDOW)
    STOP_SECOND
no_processor:
    TEST_END

/* The second processor goes round from 1: until it is told to stop. */
    .macro loop_until_stop
    incl rounds
    cmpl $0, stop
    je 1b
    sti
    ret
    .endm
/* ---- over two pages ---- */

add_whole:
    mov $WINDOW + IN_PAGE_A, %rdi
    mov $0x100000001, %rax
    mov $ROUNDS, %ecx
1:  lock add %rax, (%rdi)
    dec %ecx
    jnz 1b
    ret
add_halves:
    movl $0, rounds
1:  lock incl page_a + IN_PAGE_A
    lock incl page_c
    loop_until_stop

add_nothing:
    mov $WINDOW + IN_PAGE_A, %rdi
    mov $ROUNDS, %ecx
1:  lock addq $0, (%rdi)
    dec %ecx
    jnz 1b
    ret
store_halves:
1:  inc %ecx
    mov %ecx, page_a + IN_PAGE_A
    mov %ecx, page_c
    mov $20, %edx
2:  dec %edx
    jnz 2b
    cmp %ecx, page_a + IN_PAGE_A
    jne 3f
    cmp %ecx, page_c
    je 4f
3:  incl lost
4:  loop_until_stop

add_guarded:
    mov $WINDOW + 4094, %rdi
    mov $ROUNDS, %ecx
1:  mov $-1, %eax
2:  xchg %eax, (%rdi)
    test %eax, %eax
    jz 3f
    pause
    jmp 1b
3:  incl guarded
    xor %eax, %eax
    xchg %eax, (%rdi)
    dec %ecx
    jnz 1b
    ret

add_compared:
    mov $WINDOW + IN_PAGE_A, %rdi
    mov $0x200000001, %rsi
    mov $ROUNDS, %ecx
1:  mov (%rdi), %rax
2:  lea (%rax, %rsi), %rdx
    lock cmpxchg %rdx, (%rdi)
    jne 2b
    dec %ecx
    jnz 1b
    ret

/* ---- the other processor's loops; it is told by interrupts ---- */

    /* eax: what was there; right before the processor was told or after. */
    .macro judge
    cmp must, %eax
    je 2f
    cmp next, %eax
    je 2f
    incl wrong
2:  sti
    nop
    .endm

read_window:
    mov $WINDOW, %rdi
1:  cli
    mov (%rdi), %eax
    judge
    loop_until_stop
call_window:
    mov $WINDOW, %rdi
1:  cli
    call *%rdi
    judge
    loop_until_stop
write_window:
    mov $WINDOW, %rdi
1:  incl (%rdi)
write_done:
    loop_until_stop

forget:
    push %rax
    push %rbx
    mov $WINDOW, %rbx
    invlpg (%rbx)
    mov next, %eax
    mov %eax, must
    mov $APIC, %eax
    movl $0, 0xb0(%rax)
    movl $1, flushed
    pop %rbx
    pop %rax
    iretq

note_fault:
    push %rax
    mov %cr2, %rax
    mov %rax, fault_address
    incl faults
    pop %rax
    add $8, %rsp
    movq $write_done, (%rsp)
    iretq

    SECOND_PROCESSOR

    .bss
    .align 8
fault_address: .skip 8
lost: .skip 4
guarded: .skip 4
wrong: .skip 4
must: .skip 4
next: .skip 4
flushed: .skip 4
rounds: .skip 4
stop: .skip 4
faults: .skip 4
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
page_a: .skip 4096
    .skip 4096
page_c: .skip 4096
