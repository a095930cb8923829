/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults of vector instructions: alignment, CR0 and CR4 and XCR0 that forbid them, reserved
 * encodings, accesses that cross into a page that is not there, masked moves and gathers.
 */
#define MODE 64
#include "guest.inc"
#include "vec-values.inc"

/* The last byte before HOLE is mapped, the 2 MiB from there are not. */
#define HOLE 0x2000000

    .macro cr0 set, clear
    mov %cr0, %rax
    or $\set, %rax
    and $~(\clear), %rax
    mov %rax, %cr0
    .endm
    .macro cr4 set, clear
    mov %cr4, %rax
    or $\set, %rax
    and $~(\clear), %rax
    mov %rax, %cr4
    .endm
    .macro xcr0 value
    xor %ecx, %ecx
    xor %edx, %edx
    mov $\value, %eax
    xsetbv
    .endm

/* GATHER(op, destination x or y, index x or y, index, result): the mask is the signs of before. */
#define GATHER(...) gather_row __LINE__, __VA_ARGS__
    .macro gather_row line, op, size, index_size, index, q3, q2, q1, q0
    vmovdqu before, %ymm2
    vmovdqu \index, %ymm1
    vmovdqu before, %ymm3
    \op %\size\()mm2, bytes_a(, %\index_size\()mm1, 4), %\size\()mm3
    expect_ymm ymm3, \q3, \q2, \q1, \q0, \line
    expect_ymm ymm2, 0, 0, 0, 0, \line
    .endm

    TEST_BEGIN
    CASE(legacy SSE operands are aligned)
    FAULTS(GP, 0, movaps before + 8, %xmm0)
    FAULTS(GP, 0, movapd before + 1, %xmm0)
    FAULTS(GP, 0, movdqa before + 4, %xmm0)
    FAULTS(GP, 0, movaps %xmm0, cell + 8)
    FAULTS(GP, 0, movntps %xmm0, cell + 8)
    FAULTS(GP, 0, movntdq %xmm0, cell + 8)
    FAULTS(GP, 0, movntdqa cell + 8, %xmm0)
    FAULTS(GP, 0, addps before + 8, %xmm0)
    FAULTS(GP, 0, paddb before + 8, %xmm0)
    FAULTS(GP, 0, pshufd $0, before + 8, %xmm0)
    FAULTS(GP, 0, cvtps2dq before + 8, %xmm0)
    FAULTS(GP, 0, aesenc before + 8, %xmm0)
    movups before + 1, %xmm0
    movdqu before + 1, %xmm0
    lddqu before + 1, %xmm0
    movsd before + 1, %xmm0
    addss before + 1, %xmm0
    cvtps2pd before + 4, %xmm0
    pcmpistri $0, before + 1, %xmm0
    pmovzxbw before + 1, %xmm0

    CASE(VEX operands are aligned only for aligned moves)
    FAULTS(GP, 0, vmovaps before + 8, %xmm0)
    FAULTS(GP, 0, vmovaps before + 16, %ymm0)
    FAULTS(GP, 0, vmovdqa %ymm0, cell + 16)
    FAULTS(GP, 0, vmovntps %ymm0, cell + 16)
    FAULTS(GP, 0, vmovntdqa cell + 16, %ymm0)
    vaddps before + 1, %ymm0, %ymm1
    vpaddb before + 1, %ymm0, %ymm1
    vpshufd $0, before + 1, %xmm1

    CASE(a task that was switched)
    cr0 8, 0
    FAULTS(NM, 0, movaps %xmm0, %xmm1)
    FAULTS(NM, 0, addps %xmm0, %xmm1)
    FAULTS(NM, 0, vaddps %ymm0, %ymm1, %ymm1)
    FAULTS(NM, 0, vzeroall)
    FAULTS(NM, 0, ldmxcsr mxcsr_cell)
    FAULTS(NM, 0, pcmpistri $0, %xmm0, %xmm1)
    FAULTS(NM, 0, fxsave cell)
    FAULTS(NM, 0, xsave cell)
    FAULTS(UD, 0, ud2)
    prefetcht0 cell
    sfence
    movnti %eax, cell
    popcnt %eax, %ecx
    clts

    CASE(emulation makes SSE undefined)
    cr0 4, 0
    FAULTS(UD, 0, addps %xmm0, %xmm1)
    FAULTS(UD, 0, movdqa %xmm0, %xmm1)
    FAULTS(UD, 0, ldmxcsr mxcsr_cell)
    vaddps %ymm0, %ymm1, %ymm1
    cr0 0, 4

    CASE(without OSFXSR SSE is undefined)
    cr4 0, 0x200
    FAULTS(UD, 0, addps %xmm0, %xmm1)
    FAULTS(UD, 0, movdqa %xmm0, %xmm1)
    FAULTS(UD, 0, stmxcsr cell)
    FAULTS(UD, 0, pcmpistri $0, %xmm0, %xmm1)
    cr4 0x200, 0

    CASE(without OSXSAVE AVX is undefined)
    cr4 0, 0x40000
    FAULTS(UD, 0, vaddps %ymm0, %ymm1, %ymm1)
    FAULTS(UD, 0, vmovaps %xmm0, %xmm1)
    FAULTS(UD, 0, vzeroupper)
    FAULTS(UD, 0, xsave cell)
    FAULTS(UD, 0, xgetbv)
    andn %eax, %ecx, %edx
    cr4 0x40000, 0

    CASE(XCR0 without AVX state)
    xcr0 3
    FAULTS(UD, 0, vaddps %xmm0, %xmm1, %xmm1)
    FAULTS(UD, 0, vpaddb %ymm0, %ymm1, %ymm1)
    addps %xmm0, %xmm1
    andn %eax, %ecx, %edx
    xcr0 7

    CASE(reserved encodings)
    FAULTS(UD, 0, .byte 0xf0, 0x0f, 0x58, 0xc1)             /* lock addps */
    FAULTS(UD, 0, .byte 0x66, 0xc5, 0xf8, 0x58, 0xc1)       /* 66 vaddps */
    FAULTS(UD, 0, .byte 0xf2, 0xc5, 0xf8, 0x58, 0xc1)       /* f2 vaddps */
    FAULTS(UD, 0, .byte 0x48, 0xc5, 0xf8, 0x58, 0xc1)       /* rex vaddps */
    FAULTS(UD, 0, .byte 0xc5, 0xf0, 0x28, 0xc1)             /* vmovaps with vvvv */
    FAULTS(UD, 0, .byte 0xc5, 0xfc, 0x12, 0xc1)             /* vmovhlps with L */
    FAULTS(UD, 0, .byte 0xc5, 0xfc, 0xae, 0x10)             /* vldmxcsr with L */

    CASE(a page that is not there)
    movq $0, page_l2 + HOLE / 0x200000 * 8
    mov %cr3, %rax
    mov %rax, %cr3
    mov $HOLE, %ebx
    vmovdqu bytes_a, %ymm0
    FAULTS_AT(PF_, 0, HOLE, movups -8(%rbx), %xmm0)
    FAULTS_AT(PF_, 0, HOLE, vmovups -8(%rbx), %ymm0)
    FAULTS_AT(PF_, 2, HOLE, movups %xmm0, -8(%rbx))
    FAULTS_AT(PF_, 2, HOLE, vmovups %ymm0, -31(%rbx))
    FAULTS_AT(PF_, 0, HOLE, vaddps -4(%rbx), %ymm0, %ymm0)
    FAULTS_AT(PF_, 0, HOLE, movsd -7(%rbx), %xmm0)
    FAULTS_AT(PF_, 2, HOLE, movq %xmm0, -7(%rbx))
    FAULTS_AT(PF_, 0, HOLE, pshufb (%rbx), %xmm0)
    EXPECT_YMM(ymm0, 0x00010002fffefffd, 0x1122334455667788, 0x7f807f8001fffe10, 0x80ff7f0100fe0280)
    movq $0, -8(%rbx)
    FAULTS_AT(PF_, 2, HOLE, vmovups %ymm0, -8(%rbx))
    EXPECT_MEM(8, HOLE - 8, 0)

    CASE(operands shorter than the register end before the page)
    movsd -8(%rbx), %xmm1
    movss -4(%rbx), %xmm1
    pmovzxbw -8(%rbx), %xmm1
    pmovsxbq -2(%rbx), %xmm1
    cvtps2pd -8(%rbx), %xmm1
    vpbroadcastb -1(%rbx), %ymm1
    movlps %xmm0, -8(%rbx)
    pextrb $0, %xmm0, -1(%rbx)
    insertps $0, -4(%rbx), %xmm1
    FAULTS_AT(PF_, 0, HOLE, pmovzxbw -7(%rbx), %xmm1)

    CASE(masked moves touch only what the mask selects)
    movq $-1, -8(%rbx)
    vmovdqu mask_low, %ymm2
    vmaskmovps -8(%rbx), %ymm2, %ymm3
    EXPECT_YMM(ymm3, 0, 0, 0, -1)
    vpmaskmovd -8(%rbx), %ymm2, %ymm3
    EXPECT_YMM(ymm3, 0, 0, 0, -1)
    vmaskmovps %ymm0, %ymm2, -8(%rbx)
    EXPECT_MEM(8, HOLE - 8, 0x80ff7f0100fe0280)
    vmovdqu mask_third, %ymm2
    FAULTS_AT(PF_, 0, HOLE, vmaskmovps -8(%rbx), %ymm2, %ymm3)
    FAULTS_AT(PF_, 2, HOLE, vpmaskmovd %ymm0, %ymm2, -8(%rbx))
    EXPECT_YMM(ymm3, 0, 0, 0, -1)
    EXPECT_MEM(8, HOLE - 8, 0x80ff7f0100fe0280)
    vpxor %xmm2, %xmm2, %xmm2
    vmaskmovps (%rbx), %ymm2, %ymm3
    EXPECT_YMM(ymm3, 0, 0, 0, 0)
    vmaskmovpd %ymm0, %ymm2, (%rbx)
    lea (%rbx), %rdi
    maskmovdqu %xmm2, %xmm0

    CASE(a gather that faults keeps what it has)
    vmovdqu gather_index, %xmm1
    vpcmpeqd %ymm2, %ymm2, %ymm2
    vmovdqu before, %ymm3
    movq $0x44332211, -8(%rbx)
    FAULTS_AT(PF_, 0, HOLE + 16, vpgatherdd %xmm2, -8(%rbx, %xmm1, 4), %xmm3)
    EXPECT_XMM(xmm3, 0xfedcba9876543210, 0x4433221144332211)
    EXPECT_XMM(xmm2, 0xffffffffffffffff, 0)
    vmovdqu gather_good, %xmm1
    vpgatherdd %xmm2, -8(%rbx, %xmm1, 4), %xmm3
    EXPECT_YMM(ymm3, 0, 0, 0x4433221144332211, 0x4433221144332211)
    EXPECT_YMM(ymm2, 0, 0, 0, 0)
    vmovdqu gather_index, %xmm1
    vpgatherdd %xmm2, -8(%rbx, %xmm1, 4), %xmm3
    EXPECT_XMM(xmm3, 0x4433221144332211, 0x4433221144332211)

    CASE(gathers by their mask)
    GATHER(vgatherdps, y, y, index_long, 0x5566778800010002, 0x5555555555555555, 0x1122334476543210, 0x0123456700fe0280)
    GATHER(vgatherdpd, y, x, index_long, 0xfffefffd11223344, 0x5555555555555555, 0x556677887f807f80, 0x0123456789abcdef)
    GATHER(vgatherqps, x, y, index_quad, 0x0000000000000000, 0x0000000000000000, 0x1122334476543210, 0x0123456780ff7f01)
    GATHER(vgatherqpd, y, y, index_quad, 0xfffefffd11223344, 0x5555555555555555, 0x0000000000000000, 0x0123456789abcdef)
    GATHER(vpgatherdd, y, y, index_long, 0x5566778800010002, 0x5555555555555555, 0x1122334476543210, 0x0123456700fe0280)
    GATHER(vpgatherdq, y, x, index_long, 0xfffefffd11223344, 0x5555555555555555, 0x556677887f807f80, 0x0123456789abcdef)
    GATHER(vpgatherqd, x, y, index_quad, 0x0000000000000000, 0x0000000000000000, 0x1122334476543210, 0x0123456780ff7f01)
    GATHER(vpgatherqq, y, y, index_quad, 0xfffefffd11223344, 0x5555555555555555, 0x0000000000000000, 0x0123456789abcdef)

    CASE(a masked load of quadwords)
    vmovdqu before, %ymm2
    vpmaskmovq bytes_a, %ymm2, %ymm3
    EXPECT_YMM(ymm3, 0x00010002fffefffd, 0, 0x7f807f8001fffe10, 0)
    vmaskmovpd bytes_a, %ymm2, %ymm3
    EXPECT_YMM(ymm3, 0x00010002fffefffd, 0, 0x7f807f8001fffe10, 0)

    CASE(a gather whose registers are the same is undefined)
    FAULTS(UD, 0, .byte 0xc4, 0xe2, 0x69, 0x90, 0x14, 0x8b)  /* destination and mask */
    FAULTS(UD, 0, .byte 0xc4, 0xe2, 0x69, 0x90, 0x0c, 0x8b)  /* destination and index */
    TEST_END

    .data
    .align 32
mask_low:
    .quad 0x8000000080000000, 0, 0, 0
mask_third:
    .quad 0x8000000080000000, 0x80000000, 0, 0
gather_index:
    .long 0, 0, 6, 0
index_long:
    .long 0, 3, -1, 5, 2, 1, 7, 4
index_quad:
    .quad 1, -2, 3, 5
gather_good:
    .long 0, 0, 0, 0
