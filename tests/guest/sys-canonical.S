/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses that are not canonical (SDM volume 1, 3.3.7.1): #SS where the stack segment is meant,
 * else #GP; bases of segments and tables, MSRs, targets of far transfers and gates, the stack that
 * a gate brings, code that runs into the hole; what ignores such addresses.
 */
#define MODE 64
#include "guest.inc"
#define HOLE 0x0000800000000000
#define HIGH 0xffff800000000000
#define S(n) (SEL_FREE + 8 * (n))

    .macro msr_canonical number
    mov $\number, %ecx
    rdmsr
    mov %eax, %esi
    mov %edx, %edi
    xor %eax, %eax
    mov $0x8000, %edx
    FAULTS(GP, 0, wrmsr)
    mov $-1, %eax
    mov $0xffff7fff, %edx
    FAULTS(GP, 0, wrmsr)
    mov $0x7fff, %edx
    wrmsr
    xor %eax, %eax
    mov $0xffff8000, %edx
    wrmsr
    rdmsr
    EXPECT(edx, 0xffff8000)
    mov %esi, %eax
    mov %edi, %edx
    wrmsr
    .endm

    TEST_BEGIN
    mov $HOLE, %r14
    xor %ecx, %ecx

    CASE(accesses by rsp)
    TO_USER
    mov %rsp, %r15
    lea 8(%r14), %rsp
    FAULTS(SS_, 0, push %rax)
    FAULTS(SS_, 0, pushq $1)
    FAULTS(SS_, 0, pop %rax)
    FAULTS(SS_, 0, pushf)
    FAULTS(SS_, 0, popf)
    FAULTS(SS_, 0, call user_stack_top)
    FAULTS(SS_, 0, call *%rax)
    FAULTS(SS_, 0, ret)
    FAULTS(SS_, 0, lretq)
    FAULTS(SS_, 0, iretq)
    FAULTS(SS_, 0, enter $8, $0)
    FAULTS(SS_, 0, mov (%rsp), %al)
    FAULTS(SS_, 0, movb $1, 8(%rsp, %rcx, 8))
    FAULTS(SS_, 0, addl $1, (%rsp))
    FAULTS(SS_, 0, lock incl (%rsp))
    FAULTS(SS_, 0, movups (%rsp), %xmm0)
    FAULTS(SS_, 0, fldl (%rsp))
    FAULTS(GP, 0, mov %fs:(%rsp), %al)
    lea 8(%r14), %rax
    cmp %rax, %rsp
    mov %r15, %rsp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)

    CASE(at the border of the hole)
    mov %r14, %rsp                /* below it there is nothing mapped */
    FAULTS(PF_, 6, push %rax)
    lea -4(%r14), %rsp
    FAULTS(SS_, 0, pop %rax)
    mov $HIGH - 4, %rax
    mov %rax, %rsp
    FAULTS(SS_, 0, pop %rax)
    FAULTS(GP, 0, mov -4(%r14), %rax)
    FAULTS(PF_, 4, mov -8(%r14), %rax)
    mov %r15, %rsp

    CASE(accesses by rbp)
    mov %rbp, %r13
    mov %r14, %rbp
    FAULTS(SS_, 0, mov (%rbp), %al)
    FAULTS(SS_, 0, mov %al, 4(%rbp, %rcx))
    FAULTS(GP, 0, mov (%rcx, %rbp), %al)
    FAULTS(GP, 0, mov %gs:(%rbp), %al)
    FAULTS(SS_, 0, leave)
    cmp %r15, %rsp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov %r13, %rbp

    CASE(accesses by other registers)
    FAULTS(GP, 0, mov (%r14), %al)
    FAULTS(GP, 0, lock xadd %eax, (%r14))
    FAULTS(GP, 0, movdqa (%r14), %xmm0)
    FAULTS(GP, 0, movaps %xmm0, 1(%r14))
    FAULTS(GP, 0, fldt (%r14))
    FAULTS(GP, 0, fnstenv (%r14))
    FAULTS(GP, 0, call *(%r14))
    FAULTS(GP, 0, push (%r14))
    FAULTS(GP, 0, pop (%r14))
    FAULTS(GP, 0, xsave (%r14))
    mov %r14, %rsi
    mov $user_stack_top, %edi
    FAULTS(GP, 0, movsb)
    FAULTS(GP, 0, lodsq)
    mov %r14, %rdi
    FAULTS(GP, 0, stosb)
    FAULTS(GP, 0, scasl)
    rep movsb                     /* none of them */
    mov $1, %ecx
    FAULTS(GP, 0, rep stosb)
    EXPECT(ecx, 1)
    xor %ecx, %ecx
    TO_KERNEL

    CASE(what does not access ignores the address)
    invlpg (%r14)
    prefetcht0 (%r14)
    prefetchnta -1(%r14)
    lea 5(%r14), %rax
    nopl (%r14)
    FAULTS(GP, 0, clflush (%r14))
    FAULTS(GP, 0, clflushopt (%r14))
    movq $0, pointer
    mov %r14, pointer + 8
    xor %eax, %eax
    FAULTS(GP, 0, invpcid pointer, %rax)

    CASE(CLFLUSH faults like a load of a byte)
    mov $0x40000000000, %rbx
    FAULTS(PF_, 0, clflush (%rbx))
    FAULTS(PF_, 0, clflushopt 1(%rbx))
    EXPECT_MEM(8, fault_cr2, 0x40000000001)
    TO_USER
    FAULTS(PF_, 4, clflush (%rbx))
    clflush pointer
    TO_KERNEL

    CASE(bases in MSRs)
    msr_canonical 0xc0000100      /* FS */
    msr_canonical 0xc0000101      /* GS */
    msr_canonical 0xc0000102      /* the kernel's GS */
    msr_canonical 0xc0000082      /* LSTAR */
    msr_canonical 0xc0000083      /* CSTAR */
    msr_canonical 0x175           /* SYSENTER_ESP */
    msr_canonical 0x176           /* SYSENTER_EIP */

    CASE(bases of tables)
    movw $0xfff, pointer
    mov %r14, pointer + 2
    FAULTS(GP, 0, lgdt pointer)
    FAULTS(GP, 0, lidt pointer)
    MAKE_DESCRIPTOR S(0), 0, 0xff, 0x82, 0
    movq $0x00008000, gdt + S(0) + 8
    mov $S(0), %eax
    FAULTS(GP, S(0), lldt %ax)
    MAKE_DESCRIPTOR S(0), 0, 0xff, 0x89, 0
    FAULTS(GP, S(0), ltr %ax)
    EXPECT_MEM(1, gdt + S(0) + 5, 0x89)
    sldt %ecx
    EXPECT(ecx, 0)
    str %ecx
    EXPECT(ecx, SEL_TSS)

    CASE(targets of far transfers)
    mov %r14, pointer
    movw $SEL_CODE64, pointer + 8
    FAULTS(GP, 0, rex.w ljmp *pointer)
    FAULTS(GP, 0, rex.w lcall *pointer)
    push $SEL_CODE64
    push %r14
    FAULTS(GP, 0, lretq)
    add $16, %rsp
    MAKE_GATE S(2), SEL_CODE64, 0, 0x8c
    movl $0x8000, gdt + S(2) + 8
    movl $0, pointer
    movw $S(2), pointer + 4
    FAULTS(GP, 0, lcall *pointer)
    FAULTS(GP, 0, ljmp *pointer)

    CASE(targets of interrupts)
    movl $0x8000, idt + 16 * 0x40 + 8
    FAULTS(GP, 0, int $0x40)
    movl $0, idt + 16 * 0x40 + 8

    CASE(the stack that an interrupt brings)
    movb $1, idt + 16 * SS_ + 4   /* these have another */
    movb $1, idt + 16 * PF_ + 4
    movb $2, idt + 16 * 0x81 + 4
    movb $0xee, idt + 16 * 0x40 + 5
    mov tss + 4, %r12
    lea 64(%r14), %rax
    mov %rax, tss + 4
    TO_USER
    FAULTS(SS_, 0, int $0x40)
    TO_KERNEL
    mov %r14, tss + 4
    TO_USER
    FAULTS(PF_, 2, int $0x40)     /* below the hole there is nothing mapped */
    TO_KERNEL
    mov %r12, tss + 4
    mov tss + 36, %r12            /* and IST 1 for level 0 */
    lea 64(%r14), %rax
    mov %rax, tss + 36
    movb $1, idt + 16 * 0x40 + 4
    movb $0, idt + 16 * SS_ + 4
    FAULTS(SS_, 0, int $0x40)
    mov %r12, tss + 36
    TEST_END
    .bss
    .align 16
pointer: .skip 16
