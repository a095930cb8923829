/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector instructions that fault: #XM with the flags of MXCSR, alignment #GP, masked moves over a
 * page that is not there, VEX encodings with reserved fields, what 128-bit forms do to the rest.
 */
#define MODE 64
#include "guest.inc"

    .macro mxcsr value
    movl $\value, word
    ldmxcsr word
    .endm

    TEST_BEGIN
    CASE(masked exceptions set their flags)
    mxcsr 0x1f80
    movss one, %xmm0
    divss zero, %xmm0
    EXPECT_MXCSR(0x3f, 0x04)
    EXPECT_XMM(xmm0, 0, 0x7f800000)
    mxcsr 0x1f80
    movss one, %xmm0
    divss three, %xmm0
    EXPECT_MXCSR(0x3f, 0x20)
    EXPECT_XMM(xmm0, 0, 0x3eaaaaab)
    mxcsr 0x7f80                  /* towards zero */
    movss one, %xmm0
    divss three, %xmm0
    EXPECT_XMM(xmm0, 0, 0x3eaaaaaa)
    mxcsr 0x1f80
    movss denormal, %xmm0
    addss zero, %xmm0
    EXPECT_MXCSR(0x3f, 0x02)
    EXPECT_XMM(xmm0, 0, 1)
    mxcsr 0x1fc0                  /* DAZ */
    movss denormal, %xmm0
    addss zero, %xmm0
    EXPECT_MXCSR(0x3f, 0)
    EXPECT_XMM(xmm0, 0, 0)
    mxcsr 0x9f80                  /* FZ */
    movss small, %xmm0
    mulss half, %xmm0
    EXPECT_MXCSR(0x3f, 0x30)
    EXPECT_XMM(xmm0, 0, 0)

    CASE(unmasked exceptions)
    mxcsr 0x1d80                  /* ZE */
    movss one, %xmm0
    FAULTS(XM, 0, divss zero, %xmm0)
    EXPECT_XMM(xmm0, 0, 0x3f800000)
    EXPECT_MXCSR(0x3f, 0x04)
    mxcsr 0x1f00                  /* IE */
    xorps %xmm1, %xmm1
    FAULTS(XM, 0, divss %xmm1, %xmm1)
    EXPECT_MXCSR(0x3f, 0x01)
    mxcsr 0x0f80                  /* PE: of one element, nothing is written */
    movaps packed, %xmm2
    FAULTS(XM, 0, divps threes, %xmm2)
    EXPECT_XMM(xmm2, 0x3f80000040400000, 0x3f80000040400000)
    FAULTS(XM, 0, vdivps threes, %xmm2, %xmm2)
    cvtsi2ss three, %xmm3         /* 0x40400000 is exact */
    FAULTS(XM, 0, cvtss2si half, %eax)
    mxcsr 0x1f00
    FAULTS(XM, 0, ucomiss signaling, %xmm0)
    FAULTS(XM, 0, comiss quiet, %xmm0)
    ucomiss quiet, %xmm0
    EXPECT_FLAGS(FLAGS_ARITH, 0x45)
    mov %cr4, %rax
    btr $10, %rax                 /* without OSXMMEXCPT: #UD */
    mov %rax, %cr4
    FAULTS(UD, 0, comiss quiet, %xmm0)
    bts $10, %rax
    mov %rax, %cr4
    movl $0x10000, word
    FAULTS(GP, 0, ldmxcsr word)
    mxcsr 0x1f80

    CASE(alignment)
    mov $area, %ebx
    FAULTS(GP, 0, movaps 4(%rbx), %xmm0)
    FAULTS(GP, 0, movdqa %xmm0, 8(%rbx))
    FAULTS(GP, 0, addps 4(%rbx), %xmm0)
    FAULTS(GP, 0, movntps %xmm0, 8(%rbx))
    FAULTS(GP, 0, vmovaps 16(%rbx), %ymm0)
    FAULTS(GP, 0, vmovdqa 8(%rbx), %xmm0)
    vaddps 4(%rbx), %xmm0, %xmm0
    vmovups 4(%rbx), %ymm0
    movups 4(%rbx), %xmm0
    pcmpistri $0, 3(%rbx), %xmm0

    CASE(the rest of the register)
    vpcmpeqd %ymm1, %ymm1, %ymm1
    pxor %xmm1, %xmm1
    EXPECT_YMM(ymm1, -1, -1, 0, 0)
    vpcmpeqd %ymm1, %ymm1, %ymm1
    vpxor %xmm2, %xmm2, %xmm1
    EXPECT_YMM(ymm1, 0, 0, 0, 0)
    vpcmpeqd %ymm1, %ymm1, %ymm1
    vzeroupper
    EXPECT_YMM(ymm1, 0, 0, -1, -1)
    movq %xmm1, %xmm1
    EXPECT_YMM(ymm1, 0, 0, 0, -1)

    CASE(masked moves over a page that is not there)
    movl $table_3 + 7, page_l4 + 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $page + 7, table_1
    mov $0x8000000000, %rbx
    movl $0x11223344, page + 0xffc
    vpxor %xmm1, %xmm1, %xmm1
    movl $-1, word
    vmovd word, %xmm1             /* the first element alone */
    vmaskmovps 0xffc(%rbx), %ymm1, %ymm0
    EXPECT_YMM(ymm0, 0, 0, 0, 0x11223344)
    vmaskmovps %ymm0, %ymm1, 0xffc(%rbx)
    vpcmpeqd %ymm1, %ymm1, %ymm1
    FAULTS_AT(PF_, 0, 0x1000, vmaskmovps 0xffc(%rbx), %ymm1, %ymm0)
    FAULTS_AT(PF_, 2, 0x1000, vpmaskmovd %ymm0, %ymm1, 0xffc(%rbx))
    FAULTS_AT(PF_, 2, 0x1000, vmovups %ymm0, 0xff0(%rbx))
    EXPECT_MEM(4, page + 0xffc, 0x11223344)
    vpcmpeqd %xmm2, %xmm2, %xmm2  /* a gather whose second element faults keeps the first */
    vmovq indices, %xmm3
    vpxor %xmm0, %xmm0, %xmm0
    FAULTS_AT(PF_, 0, 0x1000, vpgatherdd %xmm2, (%rbx, %xmm3), %xmm0)
    EXPECT_XMM(xmm0, 0, 0x11223344)
    EXPECT_XMM(xmm2, -1, 0xffffffff00000000)

    CASE(encodings)
    FAULTS(UD, 0, .byte 0xc5, 0xf0, 0x10, 0x00)         /* vmovups with vvvv */
    FAULTS(UD, 0, .byte 0x66, 0xc5, 0xf8, 0x58, 0xc0)   /* a prefix before VEX */
    FAULTS(UD, 0, .byte 0xf0, 0xc5, 0xf8, 0x58, 0xc0)
    FAULTS(UD, 0, .byte 0x48, 0xc5, 0xf8, 0x58, 0xc0)
    FAULTS(UD, 0, .byte 0xc4, 0xe2, 0xfd, 0x18, 0xc0)   /* vbroadcastss with W */
    FAULTS(UD, 0, .byte 0x62, 0xf1, 0x7c, 0x48, 0x58, 0xc0)     /* EVEX */
    TEST_END

    .data
    .align 32
packed: .long 0x40400000, 0x3f800000, 0x40400000, 0x3f800000
threes: .long 0x40400000, 0x40400000, 0x40400000, 0x40400000
one: .long 0x3f800000
three: .long 0x40400000
zero: .long 0
half: .long 0x3f000000
denormal: .long 1
small: .long 0x00800001
signaling: .long 0x7f800001
quiet: .long 0x7fc00001
indices: .long 0xffc, 0x1000
    .bss
    .align 4096
area: .skip 128
word: .skip 4
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
page: .skip 4096
