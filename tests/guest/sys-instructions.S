/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control registers and MSRs with their reserved bits, CPUID against what works, XCR0 and XSAVE
 * sizes, the time stamp counter, SMSW, LMSW, CLTS, UMIP, alignment checks, #NM.
 */
#define MODE 64
#include "guest.inc"

    .macro load_cr reg, set, clear
    mov %\reg, %rax
    mov $\set, %rbx
    or %rbx, %rax
    mov $\clear, %rbx
    not %rbx
    and %rbx, %rax
    .endm
#define CR_FAULTS(reg, set, clear)                                                                  \
    load_cr reg, set, clear;                                                                        \
    FAULTS(GP, 0, mov %rax, %reg)
#define CPUID(leaf, subleaf)                                                                        \
    mov $leaf, %eax;                                                                                \
    mov $subleaf, %ecx;                                                                             \
    cpuid

    TEST_BEGIN
    CASE(CR0)
    CR_FAULTS(cr0, 0x20000000, 0x40000000)      /* NW without CD */
    CR_FAULTS(cr0, 0, 1)                        /* PG without PE */
    CR_FAULTS(cr0, 0x100000000, 0)
    CR_FAULTS(cr0, 0, 0x80000000)               /* not out of 64-bit code */
    mov %cr0, %rcx
    load_cr cr0, 0x1000, 0                      /* reserved low bits are dropped */
    mov %rax, %cr0
    mov %cr0, %rax
    cmp %rax, %rcx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    FAULTS(UD, 0, .byte 0x0f, 0x20, 0xc8)       /* CR1 */
    FAULTS(UD, 0, .byte 0x0f, 0x22, 0xe8)       /* CR5 */

    CASE(CR4)
    CR_FAULTS(cr4, 0x8000, 0)
    CR_FAULTS(cr4, 0x80000000, 0)
    CR_FAULTS(cr4, 0x100000000, 0)
    CR_FAULTS(cr4, 0x2000, 0)                   /* VMXE */
    CR_FAULTS(cr4, 0, 0x20)                     /* PAE stays in long mode */

    CASE(every reserved bit of CR4 and CR0)
    mov $~0x770fff, %rbp          /* 12, 13, 14: LA57, VMXE, SMXE are not offered */
    mov $63, %ecx
1:  bt %rcx, %rbp
    jnc 2f
    mov %cr4, %rax
    mov %rax, %rdx
    bts %rcx, %rax
    FAULTS(GP, 0, mov %rax, %cr4)
    mov %cr4, %rax
    cmp %rax, %rdx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
2:  mov %cr0, %rax
    bts %rcx, %rax
    cmp $32, %ecx
    jb 3f
    FAULTS(GP, 0, mov %rax, %cr0)
3:  dec %ecx
    jns 1b

    CASE(CR3)
    mov %cr3, %rcx
    mov %rcx, %rax
    bts $52, %rax
    FAULTS(GP, 0, mov %rax, %cr3)
    mov %rcx, %rax
    bts $63, %rax
    FAULTS(GP, 0, mov %rax, %cr3)

    CASE(EFER)
    mov $0xc0000080, %ecx
    rdmsr
    and $0xd00, %eax
    EXPECT(eax, 0xd00)
    rdmsr
    bts $1, %eax
    FAULTS(GP, 0, wrmsr)
    rdmsr
    btr $8, %eax                                /* LME under paging */
    FAULTS(GP, 0, wrmsr)
    rdmsr
    bts $0, %edx
    FAULTS(GP, 0, wrmsr)
    rdmsr
    btr $10, %eax                               /* LMA cannot be written */
    wrmsr
    rdmsr
    bt $10, %eax
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)

    CASE(MSRs)
    mov $0x12345678, %ecx
    FAULTS(GP, 0, rdmsr)
    FAULTS(GP, 0, wrmsr)
    mov $0x277, %ecx                            /* PAT */
    rdmsr
    EXPECT(eax, 0x00070406)
    EXPECT(edx, 0x00070406)
    mov $2, %eax                                /* no such type */
    FAULTS(GP, 0, wrmsr)
    mov $0x10, %ecx
    rdmsr
    mov %eax, %esi
    rdmsr
    sub %esi, %eax
    js 1f
    mov $0xfe, %ecx                             /* MTRRCAP */
    rdmsr
    FAULTS(GP, 0, wrmsr)
1:  mov $0x1a0, %ecx
    rdmsr
    TO_USER
    FAULTS(GP, 0, rdmsr)
    FAULTS(GP, 0, wrmsr)
    TO_KERNEL

    CASE(CPUID: leaves)
    CPUID(0, 0)
    cmp $0xd, %eax
    setae %bl
    EXPECT(bl, 1)
    CPUID(0x80000000, 0)
    cmp $0x80000008, %eax
    setae %bl
    EXPECT(bl, 1)
    CPUID(0x80000008, 0)
    EXPECT(ah, 48)
    cmp $36, %al
    setae %bl
    EXPECT(bl, 1)
    CPUID(7, 1)
    EXPECT(ebx, 0)

    CASE(CPUID: OSXSAVE and OSPKE follow CR4)
    CPUID(1, 0)
    bt $27, %ecx
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    mov %cr4, %rax
    btr $18, %rax
    mov %rax, %cr4
    CPUID(1, 0)
    bt $27, %ecx
    EXPECT_FLAGS(FLAG_CF, 0)
    xor %ecx, %ecx
    FAULTS(UD, 0, xgetbv)
    FAULTS(UD, 0, xsave (%rax))
    FAULTS(UD, 0, vaddps %xmm0, %xmm0, %xmm0)
    mov %cr4, %rax
    bts $18, %rax
    mov %rax, %cr4

    CASE(XCR0)
    mov $0xd, %eax
    xor %ecx, %ecx
    cpuid
    and $7, %eax
    EXPECT(eax, 7)
    xor %ecx, %ecx
    xor %edx, %edx
    mov $6, %eax
    FAULTS(GP, 0, xsetbv)                       /* without x87 */
    mov $5, %eax
    FAULTS(GP, 0, xsetbv)                       /* AVX without SSE */
    mov $0x407, %eax
    FAULTS(GP, 0, xsetbv)
    mov $7, %eax
    mov $1, %edx
    FAULTS(GP, 0, xsetbv)
    xor %edx, %edx
    mov $1, %ecx
    FAULTS(GP, 0, xsetbv)
    mov $2, %ecx
    FAULTS(GP, 0, xgetbv)
    xor %ecx, %ecx
    mov $3, %eax
    xsetbv
    FAULTS(UD, 0, vaddps %xmm0, %xmm0, %xmm0)
    CPUID(0xd, 0)
    EXPECT(ebx, 576)
    xor %ecx, %ecx
    xor %edx, %edx
    mov $7, %eax
    xsetbv
    CPUID(0xd, 0)
    EXPECT(ebx, 832)
    CPUID(0xd, 2)
    EXPECT(eax, 256)
    EXPECT(ebx, 576)
    TO_USER
    FAULTS(GP, 0, xsetbv)
    TO_KERNEL

    CASE(XSAVE and XRSTOR)
    mov $area, %esi
    xor %edx, %edx
    mov $7, %eax
    FAULTS(GP, 0, xsave 8(%rsi))
    vpcmpeqd %ymm3, %ymm3, %ymm3
    xsave (%rsi)
    EXPECT_MEM(8, area + 576 + 48, -1)
    EXPECT_MEM(8, area + 160 + 48, -1)
    EXPECT_MEM(4, area + 24, 0x1f80)
    testb $6, area + 512
    setnz %bl
    EXPECT(bl, 1)
    vzeroall
    xrstor (%rsi)
    EXPECT_YMM(ymm3, -1, -1, -1, -1)
    movq $3, area + 512           /* no AVX there: it becomes the initial state */
    xrstor (%rsi)
    EXPECT_YMM(ymm3, 0, 0, -1, -1)
    movq $0x10, area + 512
    FAULTS(GP, 0, xrstor (%rsi))
    movq $3, area + 512
    movq $1, area + 520
    FAULTS(GP, 0, xrstor (%rsi))
    movq $0, area + 520
    movl $0x10000, area + 24      /* MXCSR */
    FAULTS(GP, 0, xrstor (%rsi))
    movl $0x1f80, area + 24
    fxsave (%rsi)
    FAULTS(GP, 0, fxsave 8(%rsi))
    movl $0x10000, area + 24
    FAULTS(GP, 0, fxrstor (%rsi))

    CASE(CR0 TS and EM)
    mov %cr0, %rax
    or $8, %rax
    mov %rax, %cr0
    FAULTS(NM, 0, fld1)
    FAULTS(NM, 0, addps %xmm0, %xmm0)
    FAULTS(NM, 0, vaddps %xmm0, %xmm0, %xmm0)
    FAULTS(NM, 0, paddb %mm0, %mm0)
    FAULTS(NM, 0, fwait)
    FAULTS(NM, 0, fxsave (%rsi))
    FAULTS(NM, 0, xsave (%rsi))
    clts
    mov %cr0, %rax
    or $4, %rax
    mov %rax, %cr0
    FAULTS(NM, 0, fld1)
    FAULTS(UD, 0, addps %xmm0, %xmm0)
    FAULTS(UD, 0, paddb %mm0, %mm0)
    and $~4, %rax
    mov %rax, %cr0
    mov %cr4, %rax
    btr $9, %rax
    mov %rax, %cr4
    FAULTS(UD, 0, addps %xmm0, %xmm0)
    bts $9, %rax
    mov %rax, %cr4

    CASE(SMSW and LMSW)
    smsw %rax
    mov %cr0, %rbx
    cmp %rax, %rbx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov $9, %eax
    lmsw %ax
    mov %cr0, %rax
    and $0xf, %eax
    EXPECT(eax, 9)
    mov $0, %eax
    lmsw %ax                      /* PE stays */
    mov %cr0, %rax
    and $0xf, %eax
    EXPECT(eax, 1)
    mov $3, %eax
    lmsw %ax

    CASE(UMIP)
    mov %cr4, %rax
    bts $11, %rax
    mov %rax, %cr4
    sgdt area
    TO_USER
    FAULTS(GP, 0, sgdt area)
    FAULTS(GP, 0, sidt area)
    FAULTS(GP, 0, sldt %eax)
    FAULTS(GP, 0, str %eax)
    FAULTS(GP, 0, smsw %eax)
    TO_KERNEL
    mov %cr4, %rax
    btr $11, %rax
    mov %rax, %cr4
    TO_USER
    str %eax
    EXPECT(eax, SEL_TSS)
    sidt area
    EXPECT_MEM(2, area, 4095)
    EXPECT_MEM(8, area + 2, idt)
    TO_KERNEL

    CASE(the time stamp counter)
    rdtsc
    mov %eax, %esi
    rdtscp
    sub %esi, %eax
    sets %bl
    EXPECT(bl, 0)
    EXPECT(ecx, 0)
    mov %cr4, %rax
    bts $2, %rax
    mov %rax, %cr4
    rdtsc
    TO_USER
    FAULTS(GP, 0, rdtsc)
    FAULTS(GP, 0, rdtscp)
    TO_KERNEL
    mov %cr4, %rax
    btr $2, %rax
    mov %rax, %cr4
    mov $0xc0000103, %ecx
    mov $0x1234, %eax
    xor %edx, %edx
    wrmsr
    rdtscp
    EXPECT(ecx, 0x1234)
    rdpid %rcx
    EXPECT(rcx, 0x1234)

    CASE(alignment checks)
    mov %cr0, %rax
    bts $18, %rax
    mov %rax, %cr0
    mov $area, %ebx
    pushf
    orq $FLAG_AC, (%rsp)
    popf
    mov 1(%rbx), %eax             /* not at level 0 */
    TO_USER
    mov (%rbx), %eax
    FAULTS(AC_, 0, mov 1(%rbx), %eax)
    FAULTS(AC_, 0, mov %ax, 1(%rbx))
    FAULTS(AC_, 0, mov 4(%rbx), %rax)
    mov 1(%rbx), %al
    FAULTS(GP, 0, movdqa 8(%rbx), %xmm0)
    FAULTS(AC_, 0, addl $1, 2(%rbx))
    TO_KERNEL
    pushf
    andq $~FLAG_AC, (%rsp)
    popf
    mov %cr0, %rax
    btr $18, %rax
    mov %rax, %cr0

    CASE(instructions that nobody has)
    FAULTS(UD, 0, .byte 0x0f, 0x0b)
    FAULTS(UD, 0, .byte 0x0f, 0xff, 0xc0)
    FAULTS(UD, 0, .byte 0x0f, 0xb9, 0xc0)
    FAULTS(UD, 0, .byte 0x0f, 0x04)
    FAULTS(UD, 0, rsm)
    FAULTS(UD, 0, vmcall)
    FAULTS(UD, 0, .byte 0xf0, 0x90)
    FAULTS(UD, 0, .byte 0xfe, 0xf8)
    FAULTS(UD, 0, .byte 0xff, 0xff)
    FAULTS(UD, 0, .byte 0x8d, 0xc0)             /* LEA of a register */
    FAULTS(GP, 0, .byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66; .byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90)
    wbinvd
    invd
    mov $0x1234, %ecx             /* no such counter */
    FAULTS(GP, 0, rdpmc)
    FAULTS(UD, 0, monitor)
    FAULTS(UD, 0, mwait)
    TEST_END
    .bss
    .align 64
area: .skip 1024
