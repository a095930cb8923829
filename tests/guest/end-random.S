/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pseudo-random bytes as code at level 3, in 64-, 32- and 16-bit code segments: every exception and
 * a timer against endless loops lead to the next seed. What counts is that the machine survives
 * and that the frame's memory, which level 3 cannot reach, is whole. A bounded number of seeds.
 */
#define MODE 64
#include "guest.inc"
#define APIC 0xfee00000
#define WINDOW 0x80000000
#ifndef SEEDS
#define SEEDS 3000
#endif
#define CODE16 SEL_FREE
#define DATA16 (SEL_FREE + 8)

    TEST_BEGIN
    CASE(random code)
    MAKE_DESCRIPTOR CODE16, WINDOW, 0xffff, 0xfa, 0
    MAKE_DESCRIPTOR DATA16, WINDOW, 0xffff, 0xf2, 0
    mov $0xff, %al
    out %al, $0x21
    out %al, $0xa1
    xor %ecx, %ecx                /* level 3 has the window alone */
1:  andl $~4, page_l2(, %rcx, 8)
    inc %ecx
    cmp $2048, %ecx
    jb 1b
    movl $table + 7, page_l2 + 8 * 1024
    xor %ecx, %ecx
    mov $window + 7, %eax
1:  mov %rax, table(, %rcx, 8)
    add $4096, %eax
    inc %ecx
    cmp $4, %ecx
    jb 1b
    mov %cr3, %rax
    mov %rax, %cr3
    xor %ecx, %ecx                /* all vectors lead to the next seed */
1:  mov $next_seed, %eax
    mov %ecx, %edx
    shl $4, %edx
    mov %ax, idt(%rdx)
    shr $16, %eax
    mov %ax, idt + 6(%rdx)
    inc %ecx
    cmp $256, %ecx
    jb 1b
    mov $APIC, %ebp
    movl $0x1ff, 0xf0(%rbp)
    movl $0xb, 0x3e0(%rbp)
    movl $0x40, 0x320(%rbp)
    mov %rsp, kernel_sp
    movl $SEEDS, seeds

next_seed:
    cld
    mov kernel_sp, %rsp
    mov $APIC, %ebp
    movl $0, 0x380(%rbp)
    movl $0, 0xb0(%rbp)
    decl seeds
    js all_seeds
    mov $window, %edi
    mov $48, %ecx
    mov state, %rax
1:  call random
    mov %rax, (%rdi)
    add $8, %edi
    dec %ecx
    jnz 1b
    mov $(4096 - 48 * 8) / 8, %ecx
    push %rax
    mov $0xf4f4f4f4f4f4f4f4, %rax
    rep stosq
    pop %rax
    mov %rax, state
    fninit
    movl $0x1f80, cell
    ldmxcsr cell
    mov %rax, %r8
    mov $WINDOW + 0x1800, %ebx
    mov $WINDOW + 0x2000, %ecx
    mov $WINDOW + 0x0800, %edx
    mov $WINDOW + 0x2800, %esi
    mov $WINDOW + 0x1400, %edi
    mov $WINDOW + 0x3000, %r9d
    mov $7, %r10d
    mov %rbx, %r11
    mov %rdx, %r12
    mov %rcx, %r13
    mov $-1, %r14
    mov %rdi, %r15
    movl $2000000, 0x380(%rbp)    /* two milliseconds */
    mov $WINDOW + 0x2200, %ebp
    incl turn
    cmpl $3, turn
    jb 1f
    movl $0, turn
1:  mov turn, %eax
    push %rax
    mov segments(, %rax, 8), %rax
    mov %rax, cell
    pop %rax
    mov %eax, %ecx
    mov stacks(, %rax, 8), %rax
    pushq stack_segments(, %rcx, 8)
    push %rax
    push $FLAG_IF | 2
    pushq cell
    cmpl $2, turn
    je 2f
    mov $WINDOW, %eax
    push %rax
    mov %r8, %rax
    iretq
2:  push $0
    mov $DATA16 + 3, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %r8, %rax
    iretq

all_seeds:
    lgdt gdt_pointer
    mov $SEL_USER_DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    EXPECT_MEM(8, guard, 0x600d600d600d600d)
    TEST_END

random: /* xorshift of rax; uses rdx */
    mov %rax, %rdx
    shl $13, %rdx
    xor %rdx, %rax
    mov %rax, %rdx
    shr $7, %rdx
    xor %rdx, %rax
    mov %rax, %rdx
    shl $17, %rdx
    xor %rdx, %rax
    ret

    .data
    .align 8
#ifndef SEED
#define SEED 0x123456789abcdef1
#endif
state: .quad SEED
guard: .quad 0x600d600d600d600d
segments: .quad SEL_USER_CODE64, SEL_USER_CODE32, CODE16 + 3
stack_segments: .quad SEL_USER_DATA, SEL_USER_DATA, DATA16 + 3
stacks: .quad WINDOW + 0x3800, WINDOW + 0x3800, 0x3800
    .bss
cell: .skip 8
seeds: .skip 4
turn: .skip 4
    .align 4096
table: .skip 4096
window: .skip 4 * 4096
