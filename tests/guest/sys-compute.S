/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two processors compute for a while: integers, flags, calls by a table, doubles, x87, string
 * instructions, code that changes itself, a shared counter. Each result depends on every step, so
 * that it shows when something outside disturbed the guest: tests/accel changes the engine meanwhile.
 */
#define MODE 64
#include "guest.inc"
#define APIC 0xfee00000
#define ICR 0x300
#define TRAMPOLINE 0x8000
#define ROUNDS 200000
/* The same in C: tests/accel/test-switch.c says how they were found. */
#define RESULT0 0x94355dd8cad6cb7d
#define RESULT1 0xd3dc6437d7c35369

    TEST_BEGIN
    CASE(the second processor starts)
    mov $trampoline, %esi
    mov $TRAMPOLINE, %edi
    mov $trampoline_end - trampoline, %ecx
    rep movsb
    mov $APIC, %ebp
    movl $0x1ff, 0xf0(%rbp)
    movl $0x000c4500, ICR(%rbp)   /* INIT to all others */
    movl $0x000c4600 + TRAMPOLINE / 4096, ICR(%rbp)
    mov $2000000000, %ecx
1:  pause
    cmpl $0, ap_up
    jne 2f
    dec %ecx
    jnz 1b
2:  EXPECT_MEM(4, ap_up, 1)
    cmpl $1, ap_up
    jne no_processor

    CASE(both compute)
    mov $1, %edi
    mov $area, %esi
    mov $code0, %ebp
    call compute
    mov %rax, result
1:  pause
    cmpl $2, ap_up
    jne 1b
    EXPECT_MEM(8, result, RESULT0)
    EXPECT_MEM(8, result + 8, RESULT1)
    EXPECT_MEM(8, counter, 2 * ROUNDS)
no_processor:
    TEST_END

/* rdi: seed, rsi: 4 KiB to work in, rbp: code of this processor; the result in rax. */
compute:
    mov %rdi, %r8
    xor %r9d, %r9d
    xorps %xmm0, %xmm0
    fninit
    fldz
    mov $ROUNDS, %r10d
1:  imul multiplier, %r8
    add increment, %r8
    mov %r8, %rax
    rol $17, %rax
    add %rax, %r9
    adc $0, %r9
    mov %r8, %rdx
    shr $62, %rdx
    call *functions(, %rdx, 8)
    mov %r9, (%rsi)
    mov %r8, 8(%rsi)
    mov 3(%rsi), %rax
    xor %rax, %r9
    mov %r8, %rax
    shr $33, %rax
    cvtsi2sd %rax, %xmm1
    mulsd scale, %xmm1
    addsd %xmm1, %xmm0
    sqrtsd %xmm0, %xmm0
    movq %xmm0, %rax
    xor %rax, %r9
    mov %r8, %rax
    shr $40, %rax
    mov %eax, 24(%rsi)
    fiaddl 24(%rsi)
    fsqrt
    fld %st(0)
    fstpt 32(%rsi)
    add 32(%rsi), %r9
    lock incq counter
    test $63, %r10d
    jnz 2f
    call change
2:  dec %r10d
    jnz 1b
    fstp %st(0)
    mov %r9, %rax
    ret

/* A copy of what was written, and a new constant in the code that is called next. */
change:
    push %rsi
    lea 256(%rsi), %rdi
    mov $32, %ecx
    rep movsq
    pop %rsi
    add 264(%rsi), %r9
    mov %r9d, 1(%rbp)
    call *%rbp
    add %rax, %r9
    ret

function0:
    xor %r8, %r9
    ret
function1:
    sub %r8, %r9
    sbb $7, %r9
    ret
function2:
    bswap %r9
    ret
function3:
    lea 5(%r9, %r9, 2), %r9
    ret

ap_main:
    mov $SEL_DATA, %eax
    mov %eax, %ss
    mov $ap_stack_top, %rsp
    lidt idt_pointer
    movl $1, ap_up
    mov $2, %edi
    mov $area + 4096, %esi
    mov $code1, %ebp
    call compute
    mov %rax, result + 8
    movl $2, ap_up
1:  cli
    hlt
    jmp 1b

trampoline:
    .code16
    lgdtl %cs:ap_gdt - trampoline
    mov $0x6a0, %eax
    mov %eax, %cr4
    mov $page_l4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    mov $0x900, %eax
    xor %edx, %edx
    wrmsr
    mov $0x80010033, %eax
    mov %eax, %cr0
    ljmpl $SEL_CODE64, $ap_main
ap_gdt:
    .word 0x60
    .long gdt
trampoline_end:
    .code64

    .data
    .align 64
multiplier: .quad 6364136223846793005
increment: .quad 1442695040888963407
scale: .double 0.37
functions: .quad function0, function1, function2, function3
    .align 4096
code0:
    mov $0, %eax
    ret
    .align 4096
code1:
    mov $0, %eax
    ret
    .align 4096
    .bss
    .align 4096
area: .skip 8192
counter: .skip 8
result: .skip 16
ap_up: .skip 4
    .align 4096
ap_stack: .skip 4096
ap_stack_top: .skip 8
