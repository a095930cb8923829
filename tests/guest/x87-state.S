/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FXSAVE and XSAVE: areas, the compact format, the init optimization, XCR0 and the rules of #GP. */
#define MODE 64
#include "guest.inc"
#include "x87-values.inc"

    .macro fill area, value
    lea \area, %rdi
    mov $1024 / 4, %ecx
    mov $\value, %eax
    rep stosl
    .endm
    /* The components of an XSAVE or XRSTOR. */
    .macro components value
    mov $\value, %eax
    xor %edx, %edx
    .endm
    .macro set_state
    fninit
    fldpi
    fld1
    movdqu pattern, %xmm0
    movdqu pattern + 16, %xmm15
    vmovdqu pattern, %ymm7
    .endm
    .macro lose_state
    fninit
    movl $0x1f80, cell
    ldmxcsr cell
    vzeroall
    .endm

    TEST_BEGIN
    CASE(FXSAVE)
    set_state
    fill area, 0x55555555
    movl $0x3f80, cell
    ldmxcsr cell
    fxsave64 area
    EXPECT_MEM(2, area, 0x037f)
    EXPECT_MEM(2, area + 2, 0x3000)
    EXPECT_MEM(1, area + 4, 0xc0)
    EXPECT_MEM(1, area + 5, 0)
    EXPECT_MEM(4, area + 24, 0x3f80)
    EXPECT_MEM(4, area + 28, 0xffff)
    EXPECT_MEM(8, area + 32, 0x8000000000000000)
    EXPECT_MEM(8, area + 40, 0x3fff)
    EXPECT_MEM(8, area + 48, 0xc90fdaa22168c235)
    EXPECT_MEM(8, area + 160, 0x0706050403020100)
    EXPECT_MEM(8, area + 160 + 15 * 16, 0x1716151413121110)
    EXPECT_MEM(8, area + 464, 0x5555555555555555)
    EXPECT_FSW(0x3800, 0x3000)

    CASE(FXRSTOR)
    lose_state
    fxrstor64 area
    EXPECT_FSW(0x7fff, 0x3000)
    EXPECT_MXCSR(0xffff, 0x3f80)
    EXPECT_XMM(xmm0, 0x0f0e0d0c0b0a0908, 0x0706050403020100)
    EXPECT_XMM(xmm15, 0x1f1e1d1c1b1a1918, 0x1716151413121110)
    EXPECT_VALUE(ONE)
    EXPECT_VALUE(PI_)

    CASE(FXRSTOR faults)
    FAULTS(GP, 0, fxsave area + 8)
    FAULTS(GP, 0, fxrstor area + 8)
    movl $0x10000, area + 24
    FAULTS(GP, 0, fxrstor area)
    movl $0x1f80, area + 24
    fxrstor area

    CASE(FXSAVE does not wait and keeps what is pending)
    fninit
    fldcw no_zero_divide
    fld1
    fldz
    fdivrp %st, %st(1)
    fxsave area
    EXPECT_MEM(2, area + 2, 0xb084)
    fninit
    fxrstor area
    FAULTS(MF, 0, fwait)
    fnclex

    CASE(XGETBV and XSETBV)
    xor %ecx, %ecx
    xgetbv
    EXPECT(rax, 7)
    EXPECT(rdx, 0)
    mov $6, %eax
    FAULTS(GP, 0, xsetbv)
    mov $5, %eax
    FAULTS(GP, 0, xsetbv)
    mov $0x80000007, %eax
    FAULTS(GP, 0, xsetbv)
    mov $5, %ecx
    FAULTS(GP, 0, xgetbv)
    mov $7, %eax
    FAULTS(GP, 0, xsetbv)
    TO_USER
    xor %ecx, %ecx
    FAULTS(GP, 0, xsetbv)
    xgetbv
    TO_KERNEL
    xor %ecx, %ecx
    xgetbv
    EXPECT(rax, 7)

    CASE(CPUID tells the size)
    mov $0xd, %eax
    xor %ecx, %ecx
    cpuid
    EXPECT(rbx, 0x340)
    and $7, %eax
    EXPECT(rax, 7)
    mov $0xd, %eax
    mov $2, %ecx
    cpuid
    EXPECT(rax, 256)
    EXPECT(rbx, 576)

    CASE(XSAVE)
    lose_state
    set_state
    fill area, 0
    components -1
    xsave64 area
    EXPECT_MEM(8, area + 512, 7)
    EXPECT_MEM(8, area + 520, 0)
    EXPECT_MEM(2, area + 2, 0x3000)
    EXPECT_MEM(8, area + 160, 0x0706050403020100)
    EXPECT_MEM(8, area + 576 + 7 * 16, 0x1716151413121110)

    CASE(XSAVE of one component)
    fill area, 0x55555555
    movq $0x3, area + 512
    components 4
    xsave64 area
    EXPECT_MEM(8, area + 512, 7)
    EXPECT_MEM(8, area, 0x5555555555555555)
    EXPECT_MEM(8, area + 160, 0x5555555555555555)
    EXPECT_MEM(8, area + 576 + 7 * 16, 0x1716151413121110)
    EXPECT_MEM(4, area + 24, 0x1f80)

    CASE(XRSTOR)
    fill area, 0
    components 7
    xsave64 area
    lose_state
    components 7
    xrstor64 area
    EXPECT_FSW(0x7fff, 0x3000)
    EXPECT_XMM(xmm0, 0x0f0e0d0c0b0a0908, 0x0706050403020100)
    EXPECT_YMM(ymm7, 0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100)
    EXPECT_VALUE(ONE)
    EXPECT_VALUE(PI_)

    CASE(XRSTOR of components that are not in the area gives their initial state)
    set_state
    movq $0, area + 512
    movl $0x1f80, area + 24
    components 7
    xrstor64 area
    EXPECT_FSW(0xffff, 0)
    EXPECT_YMM(ymm7, 0, 0, 0, 0)
    set_state
    movq $3, area + 512
    components 6
    xrstor64 area
    EXPECT_FSW(0x3800, 0x3000)
    EXPECT_YMM(ymm7, 0, 0, 0x0f0e0d0c0b0a0908, 0x0706050403020100)

    CASE(XSAVEOPT leaves out what is in its initial state)
    lose_state
    fill area, 0x55555555
    movq $0, area + 512
    components 7
    xsaveopt64 area
    movq area + 512, %rax
    and $4, %eax
    EXPECT(rax, 0)
    EXPECT_MEM(8, area + 576 + 7 * 16, 0x5555555555555555)

    CASE(XSAVEC is compact)
    set_state
    fill area, 0
    components 5
    xsavec64 area
    EXPECT_MEM(8, area + 520, 0x8000000000000005)
    EXPECT_MEM(8, area + 512, 5)
    EXPECT_MEM(8, area + 160, 0)
    EXPECT_MEM(8, area + 576 + 7 * 16, 0x1716151413121110)
    lose_state
    components 7
    xrstor64 area
    EXPECT_YMM(ymm7, 0x1f1e1d1c1b1a1918, 0x1716151413121110, 0, 0)
    EXPECT_VALUE(ONE)
    lose_state
    fill area, 0
    components 7
    xsavec64 area
    EXPECT_MEM(8, area + 520, 0x8000000000000007)
    movq area + 512, %rax
    and $4, %eax
    EXPECT(rax, 0)

    CASE(faults of XSAVE and XRSTOR)
    set_state
    fill area, 0
    components 7
    xsave64 area
    FAULTS(GP, 0, xsave area + 16)
    FAULTS(GP, 0, xrstor area + 32)
    FAULTS(GP, 0, xsavec area + 8)
    movq $8, area + 512
    FAULTS(GP, 0, xrstor area)
    movq $7, area + 512
    movq $1, area + 520
    FAULTS(GP, 0, xrstor area)
    movq $0, area + 520
    movq $1, area + 528
    FAULTS(GP, 0, xrstor area)
    movq $0, area + 528
    movl $0x10000, area + 24
    FAULTS(GP, 0, xrstor area)
    movl $0x1f80, area + 24
    movq $3, area + 512
    movabs $0x8000000000000001, %rax
    mov %rax, area + 520
    components 7
    FAULTS(GP, 0, xrstor area)
    FAULTS(UD, 0, .byte 0xf0, 0x0f, 0xae, 0x24, 0x25; .long area)

    CASE(XGETBV 1 tells what is in use)
    lose_state
    mov $1, %ecx
    xgetbv
    and $4, %eax
    EXPECT(rax, 0)
    vmovdqu pattern, %ymm7
    xgetbv
    and $4, %eax
    EXPECT(rax, 4)
    TEST_END

    .data
no_zero_divide:
    .word CW_NO_ZM
    .align 32
pattern:
    .quad 0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918
    .bss
    .align 64
area:
    .skip 1024
cell:
    .skip 16
