/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vector moves: what they keep and clear of the destination, halves, scalars, masks, inserts. */
#define MODE 64
#include "guest.inc"
#include "vec-values.inc"

#define A0 0x80ff7f0100fe0280 /* bytes_a */
#define A1 0x7f807f8001fffe10
#define A2 0x1122334455667788
#define A3 0x00010002fffefffd
#define P0 0x0123456789abcdef /* before */
#define P1 0xfedcba9876543210
#define P2 0x5555555555555555
#define P3 0xaaaaaaaaaaaaaaaa

/* WHOLE(op): loads, stores and copies of 16 and 32 bytes. */
#define WHOLE(op) whole_row __LINE__, op
    .macro whole_row line, op
    vmovdqu before, %ymm1
    \op bytes_a, %xmm1
    expect_ymm ymm1, P3, P2, A1, A0, \line
    vmovdqu before, %ymm9
    v\op bytes_a, %xmm9
    expect_ymm ymm9, 0, 0, A1, A0, \line
    v\op bytes_a, %ymm9
    expect_ymm ymm9, A3, A2, A1, A0, \line
    .endm
#define STORE(op) store_row __LINE__, op
    .macro store_row line, op
    vmovdqu bytes_a, %ymm11
    vmovdqu before, %ymm0
    vmovdqu %ymm0, cell
    \op %xmm11, cell
    expect_mem 8, cell + 8, A1, \line
    expect_mem 8, cell + 16, P2, \line
    v\op %ymm11, cell
    expect_mem 8, cell, A0, \line
    expect_mem 8, cell + 24, A3, \line
    .endm
/* PART(instruction of ymm1 = before and bytes_a, result) */
#define PART(op, ...) part_row __LINE__, op, __VA_ARGS__
    .macro part_row line, op, q3, q2, q1, q0
    vmovdqu before, %ymm1
    vmovdqu before, %ymm3
    vmovdqu bytes_a, %ymm2
    \op
    expect_ymm ymm1, \q3, \q2, \q1, \q0, \line
    .endm
#define TO_GPR(op, value) to_gpr_row __LINE__, op, value
    .macro to_gpr_row line, op, value
    mov $-1, %rax
    vmovdqu bytes_a, %ymm2
    \op
    expect_reg rax, \value, \line
    .endm
#define TO_MEMORY(op, value) to_memory_row __LINE__, op, value
    .macro to_memory_row line, op, value
    vmovdqu bytes_a, %ymm2
    movq $0, cell
    \op
    expect_mem 8, cell, \value, \line
    .endm

    TEST_BEGIN
    mov $0x1122334455667788, %rcx
    CASE(whole registers)
    .irp op, movaps, movapd, movups, movupd, movdqa, movdqu, lddqu, movntdqa
    WHOLE(\op)
    .endr
    .irp op, movaps, movapd, movups, movupd, movdqa, movdqu, movntps, movntpd, movntdq
    STORE(\op)
    .endr
    PART("movaps %xmm2, %xmm1", P3, P2, A1, A0)
    PART("vmovaps %xmm2, %xmm1", 0, 0, A1, A0)
    PART("vmovdqu %ymm2, %ymm1", A3, A2, A1, A0)

    CASE(low parts)
    PART("movd %ecx, %xmm1", P3, P2, 0, 0x55667788)
    PART("movq %rcx, %xmm1", P3, P2, 0, 0x1122334455667788)
    PART("vmovd %ecx, %xmm1", 0, 0, 0, 0x55667788)
    PART("vmovq %rcx, %xmm1", 0, 0, 0, 0x1122334455667788)
    PART("movq %xmm2, %xmm1", P3, P2, 0, A0)
    PART("vmovq %xmm2, %xmm1", 0, 0, 0, A0)
    PART("movq bytes_a, %xmm1", P3, P2, 0, A0)
    TO_GPR("movd %xmm2, %eax", 0x00fe0280)
    TO_GPR("vmovq %xmm2, %rax", A0)
    TO_MEMORY("movd %xmm2, cell", 0x00fe0280)
    TO_MEMORY("movq %xmm2, cell", A0)
    TO_MEMORY("vmovq %xmm2, cell", A0)

    CASE(scalars)
    PART("movss %xmm2, %xmm1", P3, P2, P1, 0x0123456700fe0280)
    PART("movsd %xmm2, %xmm1", P3, P2, P1, A0)
    PART("movss bytes_a, %xmm1", P3, P2, 0, 0x00fe0280)
    PART("movsd bytes_a, %xmm1", P3, P2, 0, A0)
    PART("vmovss %xmm2, %xmm3, %xmm1", 0, 0, P1, 0x0123456700fe0280)
    PART("vmovsd %xmm2, %xmm3, %xmm1", 0, 0, P1, A0)
    PART("vmovss bytes_a, %xmm1", 0, 0, 0, 0x00fe0280)
    PART("vmovsd bytes_a, %xmm1", 0, 0, 0, A0)
    TO_MEMORY("movss %xmm2, cell", 0x00fe0280)
    TO_MEMORY("vmovsd %xmm2, cell", A0)

    CASE(halves)
    .irp op, movlps, movlpd
    PART("\op bytes_a, %xmm1", P3, P2, P1, A0)
    PART("v\op bytes_a, %xmm3, %xmm1", 0, 0, P1, A0)
    TO_MEMORY("\op %xmm2, cell", A0)
    .endr
    .irp op, movhps, movhpd
    PART("\op bytes_a, %xmm1", P3, P2, A0, P0)
    PART("v\op bytes_a, %xmm3, %xmm1", 0, 0, A0, P0)
    TO_MEMORY("v\op %xmm2, cell", A1)
    .endr
    PART("movhlps %xmm2, %xmm1", P3, P2, P1, A1)
    PART("movlhps %xmm2, %xmm1", P3, P2, A0, P0)
    PART("vmovhlps %xmm2, %xmm3, %xmm1", 0, 0, P1, A1)
    PART("vmovlhps %xmm2, %xmm3, %xmm1", 0, 0, A0, P0)

    CASE(duplicates)
    PART("movddup %xmm2, %xmm1", P3, P2, A0, A0)
    PART("vmovddup %ymm2, %ymm1", A2, A2, A0, A0)
    PART("movsldup %xmm2, %xmm1", P3, P2, 0x01fffe1001fffe10, 0x00fe028000fe0280)
    PART("movshdup %xmm2, %xmm1", P3, P2, 0x7f807f807f807f80, 0x80ff7f0180ff7f01)
    PART("vmovshdup %ymm2, %ymm1", 0x0001000200010002, 0x1122334411223344, 0x7f807f807f807f80, 0x80ff7f0180ff7f01)

    CASE(signs)
    TO_GPR("movmskps %xmm2, %eax", 2)
    TO_GPR("vmovmskps %ymm2, %eax", 0x42)
    TO_GPR("movmskpd %xmm2, %eax", 1)
    TO_GPR("vmovmskpd %ymm2, %eax", 1)
    TO_GPR("pmovmskb %xmm2, %eax", 0x56c5)
    TO_GPR("vpmovmskb %ymm2, %eax", 0x0f0156c5)

    CASE(inserts)
    PART("pinsrb $3, %ecx, %xmm1", P3, P2, P1, 0x0123456788abcdef)
    PART("pinsrw $5, %ecx, %xmm1", P3, P2, 0xfedcba9877883210, P0)
    PART("pinsrd $2, %ecx, %xmm1", P3, P2, 0xfedcba9855667788, P0)
    PART("pinsrq $1, %rcx, %xmm1", P3, P2, 0x1122334455667788, P0)
    PART("vpinsrb $15, bytes_a, %xmm3, %xmm1", 0, 0, 0x80dcba9876543210, P0)
    PART("vpinsrw $0, bytes_a, %xmm3, %xmm1", 0, 0, P1, 0x0123456789ab0280)
    PART("vpinsrd $3, %ecx, %xmm3, %xmm1", 0, 0, 0x5566778876543210, P0)
    PART("vpinsrq $0, %rcx, %xmm3, %xmm1", 0, 0, P1, 0x1122334455667788)
    PART("insertps $0x95, %xmm2, %xmm1", P3, P2, 0xfedcba9800000000, 0x01fffe1000000000)
    PART("vinserti128 $1, %xmm2, %ymm3, %ymm1", A1, A0, P1, P0)
    PART("vinsertf128 $0, %xmm2, %ymm3, %ymm1", P3, P2, A1, A0)

    CASE(extracts)
    TO_GPR("pextrb $7, %xmm2, %eax", 0x80)
    TO_GPR("pextrw $3, %xmm2, %eax", 0x80ff)
    TO_GPR("pextrd $2, %xmm2, %eax", 0x01fffe10)
    TO_GPR("pextrq $1, %xmm2, %rax", A1)
    TO_GPR("extractps $1, %xmm2, %eax", 0x80ff7f01)
    TO_GPR("vpextrb $6, %xmm2, %eax", 0xff)
    TO_GPR("vpextrw $4, %xmm2, %eax", 0xfe10)
    TO_GPR("vextractps $0, %xmm2, %eax", 0x00fe0280)
    TO_MEMORY("pextrw $3, %xmm2, cell", 0x80ff)
    TO_MEMORY("vpextrd $1, %xmm2, cell", 0x80ff7f01)
    TO_MEMORY("vpextrq $0, %xmm2, cell", A0)
    PART("vextracti128 $1, %ymm2, %xmm1", 0, 0, A3, A2)
    PART("vextractf128 $0, %ymm2, %xmm1", 0, 0, A1, A0)

    CASE(zeroing)
    vmovdqu bytes_a, %ymm1
    vmovdqu bytes_a, %ymm15
    vzeroupper
    EXPECT_YMM(ymm1, 0, 0, A1, A0)
    EXPECT_YMM(ymm15, 0, 0, A1, A0)
    vzeroall
    EXPECT_YMM(ymm15, 0, 0, 0, 0)

    CASE(byte masks and integers that go around the cache)
    vmovdqu bytes_a, %xmm1
    vmovdqu bytes_b, %xmm2
    movq $0, cell
    lea cell, %rdi
    maskmovdqu %xmm1, %xmm2
    EXPECT_MEM(8, cell, 0x7f01000000fe0080)
    movnti %rcx, cell
    EXPECT_MEM(8, cell, 0x1122334455667788)
    TEST_END
