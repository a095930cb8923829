/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two processors: INIT and SIPI, contended locked instructions of every kind and width, also over
 * cache lines and pages, interrupts to each other, a page that loses its mapping.
 */
#define MODE 64
#include "guest.inc"
#include "smp.inc"
#define ROUNDS 20000

    TEST_BEGIN
    CASE(INIT and SIPI start the second processor)
    START_SECOND
    EXPECT_MEM(4, ap_up, 1)
    cmpl $1, ap_up
    jne no_processor
    EXPECT_MEM(4, ap_id, 1)
    EXPECT_MEM(8, ap_cr0, 0x60000010)
    EXPECT_MEM(4, ap_edx_is_signature, 1)

    CASE(LOCK XADD)
    BOTH(work_xadd)
    EXPECT_MEM(8, cell, 2 * ROUNDS)

    CASE(LOCK CMPXCHG)
    movq $0, cell
    BOTH(work_cmpxchg)
    EXPECT_MEM(8, cell, 2 * ROUNDS)

    CASE(LOCK CMPXCHG16B)
    movq $0, cell
    movq $0, cell + 8
    BOTH(work_cmpxchg16b)
    EXPECT_MEM(8, cell, 2 * ROUNDS)
    EXPECT_MEM(8, cell + 8, 4 * ROUNDS)

    CASE(XCHG as a lock)
    movq $0, cell
    BOTH(work_xchg)
    EXPECT_MEM(8, cell, 2 * ROUNDS)

    CASE(LOCK BTS as a lock)
    movq $0, cell
    BOTH(work_bts)
    EXPECT_MEM(8, cell, 2 * ROUNDS)

    CASE(LOCK INC of 1 and 2 bytes and ADD of 4)
    movq $0, cell
    BOTH(work_small)
    EXPECT_MEM(1, cell, (2 * ROUNDS) & 0xff)
    EXPECT_MEM(2, cell + 2, 2 * ROUNDS)
    EXPECT_MEM(4, cell + 4, 6 * ROUNDS)

    CASE(over the border of a cache line)
    movq $0, line + 61
    BOTH(work_line)
    EXPECT_MEM(8, line + 61, 2 * ROUNDS)

    CASE(over the border of a page)
    movq $0, pages + 4092
    BOTH(work_page)
    EXPECT_MEM(8, pages + 4092, 2 * ROUNDS)

    CASE(stores are seen in order)
    movl $-1, cell2
    movl $-1, cell3
    BOTH(work_order)
    EXPECT_MEM(4, disorder, 0)

    CASE(an interrupt to the other)
    SET_GATE(0x50, handler)
    mov $APIC, %ebp
    movl $1 << 24, ICR_HIGH(%rbp)
    movl $0x4050, ICR(%rbp)
    call wait_interrupt
    EXPECT_MEM(4, interrupts, 1)
    EXPECT_MEM(4, interrupt_id, 1)
    movl $0xc4050, ICR(%rbp)
    call wait_interrupt
    EXPECT_MEM(4, interrupts, 2)

    CASE(code that the other changes)
    movq $work_patch, work
    mov $1000, %ecx
1:  call page_code
    dec %ecx
    jnz 1b
2:  pause
    cmpq $0, work
    jne 2b
    call page_code
    EXPECT(eax, 500)

    CASE(INIT stops it and a second start goes from the beginning)
    mov $APIC, %ebp
    movl $0, ap_up
    movl $1 << 24, ICR_HIGH(%rbp)
    movl $0x4500, ICR(%rbp)
    movl $0x4600 + TRAMPOLINE / 4096, ICR(%rbp)
1:  pause
    cmpl $0, ap_up
    je 1b
    EXPECT_MEM(4, ap_up, 1)
no_processor:
    TEST_END

wait_interrupt:
    mov $2000000000, %ecx
    mov interrupts, %eax
1:  pause
    cmpl interrupts, %eax
    jne 2f
    dec %ecx
    jnz 1b
2:  ret

work_xadd:
    mov $ROUNDS, %ecx
1:  mov $1, %eax
    lock xadd %rax, cell
    dec %ecx
    jnz 1b
    ret
work_cmpxchg:
    mov $ROUNDS, %ecx
1:  mov cell, %rax
2:  lea 1(%rax), %rdx
    lock cmpxchg %rdx, cell
    jne 2b
    dec %ecx
    jnz 1b
    ret
work_cmpxchg16b:
    push %rbx
    mov $ROUNDS, %esi
1:  mov cell, %rax
    mov cell + 8, %rdx
2:  lea 1(%rax), %rbx
    lea 2(%rdx), %rcx
    lock cmpxchg16b cell
    jne 2b
    dec %esi
    jnz 1b
    pop %rbx
    ret
work_xchg:
    mov $ROUNDS, %ecx
1:  mov $1, %eax
2:  xchg %eax, guard
    test %eax, %eax
    jz 3f
    pause
    jmp 2b
3:  incq cell
    movl $0, guard
    dec %ecx
    jnz 1b
    ret
work_bts:
    mov $ROUNDS, %ecx
1:  lock btsl $0, guard
    jnc 3f
    pause
    jmp 1b
3:  incq cell
    lock btrl $0, guard
    dec %ecx
    jnz 1b
    ret
work_small:
    mov $ROUNDS, %ecx
1:  lock incb cell
    lock incw cell + 2
    lock addl $3, cell + 4
    dec %ecx
    jnz 1b
    ret
work_line:
    mov $ROUNDS, %ecx
1:  lock incq line + 61
    dec %ecx
    jnz 1b
    ret
work_page:
    mov $ROUNDS, %ecx
1:  lock incq pages + 4092
    dec %ecx
    jnz 1b
    ret

/* The first writes two cells in order, the second reads them the other way round. */
work_order:
    mov $APIC, %edx
    mov 0x20(%rdx), %eax
    mov $ROUNDS, %ecx
    test %eax, %eax
    jnz 2f
1:  mov %ecx, cell2
    mov %ecx, cell3
    dec %ecx
    jnz 1b
    ret
2:  mov cell3, %eax               /* the cells count down */
    mov cell2, %edx
    cmp %edx, %eax
    jae 3f                        /* cell2 is as new or newer: not above */
    incl disorder
3:  dec %ecx
    jnz 2b
    ret

work_patch:
    mov $0, %eax
1:  inc %eax
    mov %eax, page_code + 1
    cmp $500, %eax
    jb 1b
    ret

handler:
    push %rax
    push %rdx
    mov $APIC, %edx
    mov 0x20(%rdx), %eax
    shr $24, %eax
    mov %eax, interrupt_id
    lock incl interrupts
    movl $0, 0xb0(%rdx)
    pop %rdx
    pop %rax
    iretq

    SECOND_PROCESSOR

    .data
    .align 64
page_code:
    mov $0, %eax
    ret
    .bss
    .align 64
cell: .skip 16
    .align 64
cell2: .skip 64
cell3: .skip 64
line: .skip 128
guard: .skip 4
disorder: .skip 4
interrupts: .skip 4
interrupt_id: .skip 4
    .align 4096
pages: .skip 8192
