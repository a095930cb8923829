/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSE and AVX floating point: results, NaN rules, MXCSR flags, rounding, DAZ and FTZ. */
#define MODE 64
#include "guest.inc"
#include "vec-values.inc"

#define COMPARE_VEX(...) compare_vex_row __LINE__, __VA_ARGS__
    .macro compare_vex_row line, op, imm, a, b, q3, q2, q1, q0, flags
    mxcsr_clear
    vmovdqu \a, %ymm0
    \op $\imm, \b, %ymm0, %ymm1
    expect_ymm ymm1, \q3, \q2, \q1, \q0, \line
    expect_mxcsr 0xffff, \flags, \line
    .endm
/* ROUND(op, immediate, source, 256-bit result, MXCSR), with MXCSR rounding up */
#define ROUND(...) round_row __LINE__, __VA_ARGS__
    .macro round_row line, op, imm, a, q3, q2, q1, q0, flags
    movl $0x5f80, mxcsr_cell
    ldmxcsr mxcsr_cell
    vmovdqu \a, %ymm1
    \op $\imm, %xmm1, %xmm0
    expect_xmm xmm0, \q1, \q0, \line
    v\op $\imm, \a, %ymm9
    expect_ymm ymm9, \q3, \q2, \q1, \q0, \line
    expect_mxcsr 0xffff, \flags, \line
    .endm
/* COMPARE_FLAGS(op, first, second, flags, MXCSR) */
#define COMPARE_FLAGS(...) compare_flags_row __LINE__, __VA_ARGS__
    .macro compare_flags_row line, op, args:vararg
    compare_flags_one \line, \op, \args
    compare_flags_one \line, v\op, \args
    .endm
    .macro compare_flags_one line, op, a, b, flags, mxcsr
    mxcsr_clear
    vmovdqu \a, %xmm0
    vmovdqu \b, %xmm1
    push $2 + FLAGS_ARITH
    popfq
    \op %xmm1, %xmm0
    expect_flags FLAGS_ARITH, \flags, \line
    expect_mxcsr 0xffff, \mxcsr, \line
    .endm

    TEST_BEGIN
    CASE(add)
    FLOAT(addps, 0x1f80, singles_a, singles_b, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f800000, 0x3e4cccce40800000, 0x1fa8, 0x1fab)
    FLOAT(addps, 0x1f80, singles_b, singles_a, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f800000, 0x3e4cccce40800000, 0x1fa8, 0x1fab)
    FLOAT(addps, 0x1f80, singles_n, singles_b, 0x411000003faaaaab, 0xff80000042c80000, 0x3f4000007f7fffff, 0x4013333340600000, 0x1fa0, 0x1fa2)
    FLOAT(addpd, 0x1f80, doubles_a, doubles_b, 0xfff8000000000123, 0x7ff0000000000000, 0x7fefffffffffffff, 0x4012000000000000, 0x1fa0, 0x1fa1)
    FLOAT(addpd, 0x1f80, doubles_b, doubles_a, 0x7ffc000000000456, 0x7ff0000000000000, 0x7fefffffffffffff, 0x4012000000000000, 0x1fa0, 0x1fa1)
    FLOAT(addpd, 0x1f80, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x1fa2, 0x1fa2)
    FLOAT_128(addss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd40800000, 0x1f80, 0)
    FLOAT_128(addss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a40800000, 0x1f80, 0)
    FLOAT_128(addss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x4000000040600000, 0x1f80, 0)
    FLOAT_128(addsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4012000000000000, 0x1f80, 0)
    FLOAT_128(addsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x4012000000000000, 0x1f80, 0)
    FLOAT_128(addsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0x4000000000000000, 0x1fa2, 0)
    CASE(sub)
    FLOAT(subps, 0x1f80, singles_a, singles_b, 0x404000007fc12345, 0x7f80000080000000, 0xbf00000000000000, 0xbecccccdbf800000, 0x1fa0, 0x1fa3)
    FLOAT(subps, 0x1f80, singles_b, singles_a, 0xc04000007fc12345, 0xff80000000000000, 0x3f00000000000000, 0x3ecccccd3f800000, 0x1fa0, 0x1fa3)
    FLOAT(subps, 0x1f80, singles_n, singles_b, 0x41100000bf2aaaaa, 0x7f80000042c80000, 0xbe800000ff7fffff, 0x3fd9999abfc00000, 0x1fa0, 0x1fa2)
    FLOAT(subpd, 0x1f80, doubles_a, doubles_b, 0xfff8000000000123, 0x7ff0000000000000, 0xffefffffffffffff, 0xbff8000000000000, 0x1fa0, 0x1fa1)
    FLOAT(subpd, 0x1f80, doubles_b, doubles_a, 0x7ffc000000000456, 0xfff0000000000000, 0x7fefffffffffffff, 0x3ff8000000000000, 0x1fa0, 0x1fa1)
    FLOAT(subpd, 0x1f80, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x1fa2, 0x1fa2)
    FLOAT_128(subss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccdbf800000, 0x1f80, 0)
    FLOAT_128(subss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a3f800000, 0x1f80, 0)
    FLOAT_128(subss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x40000000bfc00000, 0x1f80, 0)
    FLOAT_128(subsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0xbff8000000000000, 0x1f80, 0)
    FLOAT_128(subsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x3ff8000000000000, 0x1f80, 0)
    FLOAT_128(subsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0xc000000000000000, 0x1fa2, 0)
    CASE(mul)
    FLOAT(mulps, 0x1f80, singles_a, singles_b, 0x000000037fc12345, 0xff80000080000000, 0x004000007f800000, 0xbcf5c29040700000, 0x1fa8, 0x1fab)
    FLOAT(mulps, 0x1f80, singles_b, singles_a, 0x000000037fc12345, 0xff80000080000000, 0x004000007f800000, 0xbcf5c29040700000, 0x1fa8, 0x1fab)
    FLOAT(mulps, 0x1f80, singles_n, singles_b, 0x000000093eaaaaab, 0x7f80000000000000, 0x3e000000ff800000, 0x3f19999a40200000, 0x1fa8, 0x1faa)
    FLOAT(mulpd, 0x1f80, doubles_a, doubles_b, 0xfff8000000000123, 0xfff8000000000000, 0xffb9999999999999, 0x4012000000000000, 0x1fa0, 0x1fa1)
    FLOAT(mulpd, 0x1f80, doubles_b, doubles_a, 0x7ffc000000000456, 0xfff8000000000000, 0xffb9999999999999, 0x4012000000000000, 0x1fa0, 0x1fa1)
    FLOAT(mulpd, 0x1f80, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8004cccccccccccd, 0x001ffffffffffffe, 0x1fb2, 0x1fb2)
    FLOAT_128(mulss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd40700000, 0x1f80, 0)
    FLOAT_128(mulss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a40700000, 0x1f80, 0)
    FLOAT_128(mulss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x4000000040200000, 0x1f80, 0)
    FLOAT_128(mulsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4012000000000000, 0x1f80, 0)
    FLOAT_128(mulsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x4012000000000000, 0x1f80, 0)
    FLOAT_128(mulsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0x001ffffffffffffe, 0x1f82, 0)
    CASE(div)
    FLOAT(divps, 0x1f80, singles_a, singles_b, 0x7f8000007fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f19999a, 0x1fa0, 0x1fab)
    FLOAT(divps, 0x1f80, singles_b, singles_a, 0x000000007fc12345, 0xffc00000ffc00000, 0x7e0000003f800000, 0xc04000003fd55555, 0x1fa0, 0x1fb3)
    FLOAT(divps, 0x1f80, singles_n, singles_b, 0x7f8000003eaaaaab, 0x000000007f800000, 0x3f00000080600000, 0x40d555553ecccccd, 0x1fb0, 0x1fbe)
    FLOAT(divpd, 0x1f80, doubles_a, doubles_b, 0xfff8000000000123, 0x7ff0000000000000, 0x8000666666666666, 0x3fe0000000000000, 0x1fb0, 0x1fb1)
    FLOAT(divpd, 0x1f80, doubles_b, doubles_a, 0x7ffc000000000456, 0x0000000000000000, 0xfff0000000000000, 0x4000000000000000, 0x1fa8, 0x1fa9)
    FLOAT(divpd, 0x1f80, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaab, 0x0008000000000000, 0x1fb2, 0x1fb2)
    FLOAT_128(divss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f19999a, 0x1fa0, 0)
    FLOAT_128(divss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a3fd55555, 0x1fa0, 0)
    FLOAT_128(divss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x400000003ecccccd, 0x1fa0, 0)
    FLOAT_128(divsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x3fe0000000000000, 0x1f80, 0)
    FLOAT_128(divsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x4000000000000000, 0x1f80, 0)
    FLOAT_128(divsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0x0008000000000000, 0x1fb2, 0)
    CASE(min)
    FLOAT(minps, 0x1f80, singles_a, singles_b, 0x000000013f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x1f80, 0x1f83)
    FLOAT(minps, 0x1f80, singles_b, singles_a, 0x000000017f812345, 0xff80000080000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x1f80, 0x1f83)
    FLOAT(minps, 0x1f80, singles_n, singles_b, 0x000000013eaaaaab, 0xff80000000000000, 0x3e800000c0400000, 0x3e99999a3f800000, 0x1f80, 0x1f82)
    FLOAT(minpd, 0x1f80, doubles_a, doubles_b, 0x7ff4000000000456, 0x0000000000000000, 0xbfb999999999999a, 0x3ff8000000000000, 0x1f80, 0x1f81)
    FLOAT(minpd, 0x1f80, doubles_b, doubles_a, 0xfff8000000000123, 0x0000000000000000, 0xbfb999999999999a, 0x3ff8000000000000, 0x1f80, 0x1f81)
    FLOAT(minpd, 0x1f80, doubles_d, doubles_n, 0x3ff0000000000000, 0x8000000000000000, 0xbfd3333333333333, 0x000fffffffffffff, 0x1f82, 0x1f82)
    FLOAT_128(minss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x1f80, 0)
    FLOAT_128(minss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a3fc00000, 0x1f80, 0)
    FLOAT_128(minss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x400000003f800000, 0x1f80, 0)
    FLOAT_128(minsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x3ff8000000000000, 0x1f80, 0)
    FLOAT_128(minsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x3ff8000000000000, 0x1f80, 0)
    FLOAT_128(minsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0x000fffffffffffff, 0x1f82, 0)
    CASE(max)
    FLOAT(maxps, 0x1f80, singles_a, singles_b, 0x404000003f800000, 0x7f80000000000000, 0x3f0000007f7fffff, 0x3e99999a40200000, 0x1f80, 0x1f83)
    FLOAT(maxps, 0x1f80, singles_b, singles_a, 0x404000007f812345, 0x7f80000080000000, 0x3f0000007f7fffff, 0x3e99999a40200000, 0x1f80, 0x1f83)
    FLOAT(maxps, 0x1f80, singles_n, singles_b, 0x411000003f800000, 0xc0f0000042c80000, 0x3f0000007f7fffff, 0x4000000040200000, 0x1f80, 0x1f82)
    FLOAT(maxpd, 0x1f80, doubles_a, doubles_b, 0x7ff4000000000456, 0x7ff0000000000000, 0x7fefffffffffffff, 0x4008000000000000, 0x1f80, 0x1f81)
    FLOAT(maxpd, 0x1f80, doubles_b, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x7fefffffffffffff, 0x4008000000000000, 0x1f80, 0x1f81)
    FLOAT(maxpd, 0x1f80, doubles_d, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x0010000000000000, 0x4000000000000000, 0x1f82, 0x1f82)
    FLOAT_128(maxss, 0x1f80, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd40200000, 0x1f80, 0)
    FLOAT_128(maxss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a40200000, 0x1f80, 0)
    FLOAT_128(maxss, 0x1f80, singles_n, singles_b, 0x0000000000000000, 0x0000000000000000, 0x3e800000c0400000, 0x4000000040200000, 0x1f80, 0)
    FLOAT_128(maxsd, 0x1f80, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4008000000000000, 0x1f80, 0)
    FLOAT_128(maxsd, 0x1f80, doubles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x7fefffffffffffff, 0x4008000000000000, 0x1f80, 0)
    FLOAT_128(maxsd, 0x1f80, doubles_d, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x0010000000000000, 0x4000000000000000, 0x1f82, 0)
    CASE(horizontal)
    FLOAT(addsubps, 0x1f80, singles_a, singles_b, 0x404000007fc12345, 0xffc0000080000000, 0x3f00000000000000, 0x3e4ccccebf800000, 0x1fa0, 0x1fa3)
    FLOAT(addsubps, 0x1f80, singles_b, singles_a, 0x404000007fc12345, 0xffc0000000000000, 0x3f00000000000000, 0x3e4cccce3f800000, 0x1fa0, 0x1fa3)
    FLOAT(addsubps, 0x1f80, singles_n, singles_b, 0x41100000bf2aaaaa, 0xff80000042c80000, 0x3f400000ff7fffff, 0x40133333bfc00000, 0x1fa0, 0x1fa2)
    FLOAT(addsubpd, 0x1f80, doubles_a, doubles_b, 0xfff8000000000123, 0x7ff0000000000000, 0x7fefffffffffffff, 0xbff8000000000000, 0x1fa0, 0x1fa1)
    FLOAT(addsubpd, 0x1f80, doubles_b, doubles_a, 0x7ffc000000000456, 0xfff0000000000000, 0x7fefffffffffffff, 0x3ff8000000000000, 0x1fa0, 0x1fa1)
    FLOAT(addsubpd, 0x1f80, doubles_d, doubles_n, 0x4014000000000000, 0xc202a05f20000000, 0xbfd3333333333333, 0xc000000000000000, 0x1fa2, 0x1fa2)
    FLOAT(haddps, 0x1f80, singles_a, singles_b, 0x3f800000ff800000, 0x7fc123457f800000, 0x7f7fffff40333333, 0x7f7fffff3fb33333, 0x1fa0, 0x1fa3)
    FLOAT(haddps, 0x1f80, singles_b, singles_a, 0x7fc123457f800000, 0x3f800000ff800000, 0x7f7fffff3fb33333, 0x7f7fffff40333333, 0x1fa0, 0x1fa3)
    FLOAT(haddps, 0x1f80, singles_n, singles_b, 0x3f800000ff800000, 0x4115555542b90000, 0x7f7fffff40333333, 0xc030000040400000, 0x1fa0, 0x1fa2)
    FLOAT(haddpd, 0x1f80, doubles_a, doubles_b, 0x7ffc000000000456, 0xfff8000000000123, 0x7fefffffffffffff, 0x3ff6666666666666, 0x1fa0, 0x1fa1)
    FLOAT(haddpd, 0x1f80, doubles_b, doubles_a, 0xfff8000000000123, 0x7ffc000000000456, 0x3ff6666666666666, 0x7fefffffffffffff, 0x1fa0, 0x1fa1)
    FLOAT(haddpd, 0x1f80, doubles_d, doubles_n, 0x4202a05f20200000, 0x3ff0000000000000, 0x3ffb333333333333, 0x001fffffffffffff, 0x1fa2, 0x1fa2)
    FLOAT(hsubps, 0x1f80, singles_a, singles_b, 0x3f8000007f800000, 0x7fc12345ff800000, 0x7f7fffff400ccccd, 0x7f7fffff3fcccccd, 0x1fa0, 0x1fa3)
    FLOAT(hsubps, 0x1f80, singles_b, singles_a, 0x7fc12345ff800000, 0x3f8000007f800000, 0x7f7fffff3fcccccd, 0x7f7fffff400ccccd, 0x1fa0, 0x1fa3)
    FLOAT(hsubps, 0x1f80, singles_n, singles_b, 0x3f8000007f800000, 0xc10aaaab42d70000, 0x7f7fffff400ccccd, 0xc0500000bf800000, 0x1fa0, 0x1fa2)
    FLOAT(hsubpd, 0x1f80, doubles_a, doubles_b, 0x7ffc000000000456, 0xfff8000000000123, 0xffefffffffffffff, 0x3ff999999999999a, 0x1fa0, 0x1fa1)
    FLOAT(hsubpd, 0x1f80, doubles_b, doubles_a, 0xfff8000000000123, 0x7ffc000000000456, 0x3ff999999999999a, 0xffefffffffffffff, 0x1fa0, 0x1fa1)
    FLOAT(hsubpd, 0x1f80, doubles_d, doubles_n, 0x4202a05f1fe00000, 0xbff0000000000000, 0x4002666666666666, 0x8000000000000001, 0x1fa2, 0x1fa2)
    CASE(square root)
    CONVERT(vsqrtps, 0x1f80, singles_a, y, y, 0x3fddb3d77fc12345, 0x7f80000080000000, 0x200000005f7fffff, 0xffc000003f9cc471, 0x1fa1)
    CONVERT(vsqrtps, 0x1f80, singles_a, x, x, 0x0000000000000000, 0x0000000000000000, 0x200000005f7fffff, 0xffc000003f9cc471, 0x1fa1)
    CONVERT(vsqrtps, 0x1f80, singles_b, y, y, 0x1a3504f33f800000, 0xffc0000000000000, 0x3f3504f35f7fffff, 0x3f0c378c3fca62c2, 0x1fa3)
    CONVERT(vsqrtps, 0x1f80, singles_b, x, x, 0x0000000000000000, 0x0000000000000000, 0x3f3504f35f7fffff, 0x3f0c378c3fca62c2, 0x1fa0)
    CONVERT(vsqrtps, 0x1f80, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x1fa1)
    CONVERT(vsqrtps, 0x1f80, singles_n, x, x, 0x0000000000000000, 0x0000000000000000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x1fa1)
    CONVERT(vsqrtpd, 0x1f80, doubles_a, y, y, 0xfff8000000000123, 0x7ff0000000000000, 0xfff8000000000000, 0x3ff3988e1409212e, 0x1fa1)
    CONVERT(vsqrtpd, 0x1f80, doubles_a, x, x, 0x0000000000000000, 0x0000000000000000, 0xfff8000000000000, 0x3ff3988e1409212e, 0x1fa1)
    CONVERT(vsqrtpd, 0x1f80, doubles_b, y, y, 0x7ffc000000000456, 0x0000000000000000, 0x5fefffffffffffff, 0x3ffbb67ae8584caa, 0x1fa1)
    CONVERT(vsqrtpd, 0x1f80, doubles_b, x, x, 0x0000000000000000, 0x0000000000000000, 0x5fefffffffffffff, 0x3ffbb67ae8584caa, 0x1fa0)
    CONVERT(vsqrtpd, 0x1f80, doubles_d, y, y, 0x3ff0000000000000, 0x8000000000000000, 0x2000000000000000, 0x1fffffffffffffff, 0x1fa2)
    CONVERT(vsqrtpd, 0x1f80, doubles_d, x, x, 0x0000000000000000, 0x0000000000000000, 0x2000000000000000, 0x1fffffffffffffff, 0x1fa2)
    CONVERT(vsqrtpd, 0x1f80, doubles_n, y, y, 0x4000000000000000, 0x40f86a0000000000, 0xfff8000000000000, 0x3ff6a09e667f3bcd, 0x1fa1)
    CONVERT(vsqrtpd, 0x1f80, doubles_n, x, x, 0x0000000000000000, 0x0000000000000000, 0xfff8000000000000, 0x3ff6a09e667f3bcd, 0x1fa1)
    FLOAT_128(sqrtss, 0x1f80, singles_b, singles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a3f9cc471, 0x1fa0, 0)
    FLOAT_128(sqrtss, 0x1f80, singles_b, singles_n, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3e99999a3f800000, 0x1f80, 0)
    FLOAT_128(sqrtsd, 0x1f80, singles_b, doubles_a, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3ff3988e1409212e, 0x1fa0, 0)
    FLOAT_128(sqrtsd, 0x1f80, singles_b, doubles_n, 0x0000000000000000, 0x0000000000000000, 0x3f0000007f7fffff, 0x3ff6a09e667f3bcd, 0x1fa0, 0)
    UNARY_128(sqrtps, singles_n, 0x0000000000000000, 0x0000000000000000, 0x3f000000ffc00000, 0x3fb504f33f800000)
    UNARY_128(sqrtpd, doubles_b, 0x0000000000000000, 0x0000000000000000, 0x5fefffffffffffff, 0x3ffbb67ae8584caa)
    CASE(rounding control and DAZ and FTZ)
    FLOAT(addps, 0x3f80, singles_a, singles_b, 0x404000007fc12345, 0xffc0000080000000, 0x3f0000007f7fffff, 0x3e4ccccd40800000, 0x3fa8, 0x3fab)
    FLOAT(addpd, 0x3f80, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x3fa2, 0x3fa2)
    FLOAT(mulps, 0x3f80, singles_a, singles_b, 0x000000037fc12345, 0xff80000080000000, 0x004000007f7fffff, 0xbcf5c29140700000, 0x3fa8, 0x3fab)
    FLOAT(mulpd, 0x3f80, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8004cccccccccccd, 0x001ffffffffffffe, 0x3fb2, 0x3fb2)
    FLOAT(divps, 0x3f80, singles_a, singles_b, 0x7f7fffff7fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaab3f199999, 0x3fa0, 0x3fab)
    FLOAT(divpd, 0x3f80, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaab, 0x0007ffffffffffff, 0x3fb2, 0x3fb2)
    FLOAT(subps, 0x3f80, singles_a, singles_b, 0x403fffff7fc12345, 0x7f80000080000000, 0xbf00000080000000, 0xbecccccebf800000, 0x3fa0, 0x3fa3)
    FLOAT(subpd, 0x3f80, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x3fa2, 0x3fa2)
    CONVERT(vsqrtps, 0x3f80, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x3fa1)
    FLOAT(mulpd, 0x3f80, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x3fb2, 0x3fb2)
    FLOAT(minps, 0x3f80, singles_a, singles_b, 0x000000013f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x3f80, 0x3f83)
    FLOAT(addps, 0x5f80, singles_a, singles_b, 0x404000017fc12345, 0xffc0000000000000, 0x3f0000017f800000, 0x3e4cccce40800000, 0x5fa8, 0x5fab)
    FLOAT(addpd, 0x5f80, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333332, 0x4000000000000001, 0x5fa2, 0x5fa2)
    FLOAT(mulps, 0x5f80, singles_a, singles_b, 0x000000037fc12345, 0xff80000080000000, 0x004000007f800000, 0xbcf5c29040700000, 0x5fa8, 0x5fab)
    FLOAT(mulpd, 0x5f80, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8004cccccccccccc, 0x001ffffffffffffe, 0x5fb2, 0x5fb2)
    FLOAT(divps, 0x5f80, singles_a, singles_b, 0x7f8000007fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f19999a, 0x5fa0, 0x5fab)
    FLOAT(divpd, 0x5f80, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaaa, 0x0008000000000000, 0x5fb2, 0x5fb2)
    FLOAT(subps, 0x5f80, singles_a, singles_b, 0x404000007fc12345, 0x7f80000080000000, 0xbeffffff00000000, 0xbecccccdbf800000, 0x5fa0, 0x5fa3)
    FLOAT(subpd, 0x5f80, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333334, 0xbfffffffffffffff, 0x5fa2, 0x5fa2)
    CONVERT(vsqrtps, 0x5f80, singles_n, y, y, 0x404000003f13cd3b, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f43f800000, 0x5fa1)
    FLOAT(mulpd, 0x5f80, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000001, 0x0000000000000001, 0x5fb2, 0x5fb2)
    FLOAT(minps, 0x5f80, singles_a, singles_b, 0x000000013f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x5f80, 0x5f83)
    FLOAT(addps, 0x7f80, singles_a, singles_b, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f7fffff, 0x3e4ccccd40800000, 0x7fa8, 0x7fab)
    FLOAT(addpd, 0x7f80, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333332, 0x4000000000000000, 0x7fa2, 0x7fa2)
    FLOAT(mulps, 0x7f80, singles_a, singles_b, 0x000000037fc12345, 0xff80000080000000, 0x004000007f7fffff, 0xbcf5c29040700000, 0x7fa8, 0x7fab)
    FLOAT(mulpd, 0x7f80, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8004cccccccccccc, 0x001ffffffffffffe, 0x7fb2, 0x7fb2)
    FLOAT(divps, 0x7f80, singles_a, singles_b, 0x7f7fffff7fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f199999, 0x7fa0, 0x7fab)
    FLOAT(divpd, 0x7f80, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaaa, 0x0007ffffffffffff, 0x7fb2, 0x7fb2)
    FLOAT(subps, 0x7f80, singles_a, singles_b, 0x403fffff7fc12345, 0x7f80000080000000, 0xbeffffff00000000, 0xbecccccdbf800000, 0x7fa0, 0x7fa3)
    FLOAT(subpd, 0x7f80, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xbfffffffffffffff, 0x7fa2, 0x7fa2)
    CONVERT(vsqrtps, 0x7f80, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x7fa1)
    FLOAT(mulpd, 0x7f80, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x7fb2, 0x7fb2)
    FLOAT(minps, 0x7f80, singles_a, singles_b, 0x000000013f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x7f80, 0x7f83)
    FLOAT(addps, 0x1fc0, singles_a, singles_b, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f800000, 0x3e4cccce40800000, 0x1fe8, 0x1fe9)
    FLOAT(addpd, 0x1fc0, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x1fe0, 0x1fe0)
    FLOAT(mulps, 0x1fc0, singles_a, singles_b, 0x000000007fc12345, 0xff80000080000000, 0x004000007f800000, 0xbcf5c29040700000, 0x1fe8, 0x1fe9)
    FLOAT(mulpd, 0x1fc0, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8004cccccccccccd, 0x0000000000000000, 0x1ff0, 0x1ff0)
    FLOAT(divps, 0x1fc0, singles_a, singles_b, 0x7f8000007fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f19999a, 0x1fe0, 0x1fe5)
    FLOAT(divpd, 0x1fc0, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaab, 0x0000000000000000, 0x1fe0, 0x1fe0)
    FLOAT(subps, 0x1fc0, singles_a, singles_b, 0x404000007fc12345, 0x7f80000080000000, 0xbf00000000000000, 0xbecccccdbf800000, 0x1fe0, 0x1fe1)
    FLOAT(subpd, 0x1fc0, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x1fe0, 0x1fe0)
    CONVERT(vsqrtps, 0x1fc0, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x1fe1)
    FLOAT(mulpd, 0x1fc0, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1ff0, 0x1ff0)
    FLOAT(minps, 0x1fc0, singles_a, singles_b, 0x000000003f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x1fc0, 0x1fc1)
    FLOAT(addps, 0x9f80, singles_a, singles_b, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f800000, 0x3e4cccce40800000, 0x9fa8, 0x9fab)
    FLOAT(addpd, 0x9f80, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x9fa2, 0x9fa2)
    FLOAT(mulps, 0x9f80, singles_a, singles_b, 0x000000007fc12345, 0xff80000080000000, 0x000000007f800000, 0xbcf5c29040700000, 0x9fb8, 0x9fbb)
    FLOAT(mulpd, 0x9f80, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8000000000000000, 0x001ffffffffffffe, 0x9fb2, 0x9fb2)
    FLOAT(divps, 0x9f80, singles_a, singles_b, 0x7f8000007fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f19999a, 0x9fa0, 0x9fab)
    FLOAT(divpd, 0x9f80, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaab, 0x0000000000000000, 0x9fb2, 0x9fb2)
    FLOAT(subps, 0x9f80, singles_a, singles_b, 0x404000007fc12345, 0x7f80000080000000, 0xbf00000000000000, 0xbecccccdbf800000, 0x9fa0, 0x9fa3)
    FLOAT(subpd, 0x9f80, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x9fa2, 0x9fa2)
    CONVERT(vsqrtps, 0x9f80, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x9fa1)
    FLOAT(mulpd, 0x9f80, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x9fb2, 0x9fb2)
    FLOAT(minps, 0x9f80, singles_a, singles_b, 0x000000013f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x9f80, 0x9f83)
    FLOAT(addps, 0x9fc0, singles_a, singles_b, 0x404000007fc12345, 0xffc0000000000000, 0x3f0000007f800000, 0x3e4cccce40800000, 0x9fe8, 0x9fe9)
    FLOAT(addpd, 0x9fc0, doubles_d, doubles_n, 0x4014000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x9fe0, 0x9fe0)
    FLOAT(mulps, 0x9fc0, singles_a, singles_b, 0x000000007fc12345, 0xff80000080000000, 0x000000007f800000, 0xbcf5c29040700000, 0x9ff8, 0x9ff9)
    FLOAT(mulpd, 0x9fc0, doubles_d, doubles_n, 0x4010000000000000, 0x8000000000000000, 0x8000000000000000, 0x0000000000000000, 0x9ff0, 0x9ff0)
    FLOAT(divps, 0x9fc0, singles_a, singles_b, 0x7f8000007fc12345, 0xffc00000ffc00000, 0x010000003f800000, 0xbeaaaaaa3f19999a, 0x9fe0, 0x9fe5)
    FLOAT(divpd, 0x9fc0, doubles_d, doubles_n, 0x3fd0000000000000, 0x8000000000000000, 0x802aaaaaaaaaaaab, 0x0000000000000000, 0x9fe0, 0x9fe0)
    FLOAT(subps, 0x9fc0, singles_a, singles_b, 0x404000007fc12345, 0x7f80000080000000, 0xbf00000000000000, 0xbecccccdbf800000, 0x9fe0, 0x9fe1)
    FLOAT(subpd, 0x9fc0, doubles_d, doubles_n, 0xc008000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x9fe0, 0x9fe0)
    CONVERT(vsqrtps, 0x9fc0, singles_n, y, y, 0x404000003f13cd3a, 0xffc0000041200000, 0x3f000000ffc00000, 0x3fb504f33f800000, 0x9fe1)
    FLOAT(mulpd, 0x9fc0, doubles_d, doubles_d, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x9ff0, 0x9ff0)
    FLOAT(minps, 0x9fc0, singles_a, singles_b, 0x000000003f800000, 0xff80000000000000, 0x008000007f7fffff, 0xbdcccccd3fc00000, 0x9fc0, 0x9fc1)
    CASE(comparisons give masks)
    FLOAT_IMM(cmpps, 0x1f80, 0x0, singles_a, singles_b, 0x0000000000000000, 0x00000000ffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x0, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x1, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x1, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x2, singles_a, singles_b, 0x0000000000000000, 0x00000000ffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x2, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x3, singles_a, singles_b, 0x00000000ffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x3, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x4, singles_a, singles_b, 0xffffffffffffffff, 0xffffffff00000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x4, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x5, singles_a, singles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x5, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x6, singles_a, singles_b, 0xffffffffffffffff, 0xffffffff00000000, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x6, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f80, 0x1f81)
    FLOAT_IMM(cmpps, 0x1f80, 0x7, singles_a, singles_b, 0xffffffff00000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f83)
    FLOAT_IMM(cmppd, 0x1f80, 0x7, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f80, 0x1f81)
    COMPARE_VEX(vcmpps, 8, singles_a, singles_b, 0x00000000ffffffff, 0x00000000ffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 8, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 9, singles_a, singles_b, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 9, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 10, singles_a, singles_b, 0x00000000ffffffff, 0x00000000ffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 10, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 11, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 11, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 12, singles_a, singles_b, 0xffffffff00000000, 0xffffffff00000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 12, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 13, singles_a, singles_b, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 13, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 14, singles_a, singles_b, 0xffffffff00000000, 0xffffffff00000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 14, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 15, singles_a, singles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 15, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 16, singles_a, singles_b, 0x0000000000000000, 0x00000000ffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 16, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 17, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 17, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 18, singles_a, singles_b, 0x0000000000000000, 0x00000000ffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 18, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 19, singles_a, singles_b, 0x00000000ffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 19, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 20, singles_a, singles_b, 0xffffffffffffffff, 0xffffffff00000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 20, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 21, singles_a, singles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 21, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 22, singles_a, singles_b, 0xffffffffffffffff, 0xffffffff00000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 22, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 23, singles_a, singles_b, 0xffffffff00000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 23, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 24, singles_a, singles_b, 0x00000000ffffffff, 0x00000000ffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 24, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 25, singles_a, singles_b, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 25, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 26, singles_a, singles_b, 0x00000000ffffffff, 0x00000000ffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 26, doubles_a, doubles_b, 0xffffffffffffffff, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 27, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 27, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 28, singles_a, singles_b, 0xffffffff00000000, 0xffffffff00000000, 0xffffffff00000000, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 28, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    COMPARE_VEX(vcmpps, 29, singles_a, singles_b, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 29, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 30, singles_a, singles_b, 0xffffffff00000000, 0xffffffff00000000, 0x0000000000000000, 0x0000000000000000, 0x1f83)
    COMPARE_VEX(vcmppd, 30, doubles_a, doubles_b, 0x0000000000000000, 0xffffffffffffffff, 0x0000000000000000, 0x0000000000000000, 0x1f81)
    COMPARE_VEX(vcmpps, 31, singles_a, singles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f83)
    COMPARE_VEX(vcmppd, 31, doubles_a, doubles_b, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x1f81)
    FLOAT_128_IMM(cmpss, 0x1f80, 0x0, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd00000000, 0x1f80, 0)
    FLOAT_128_IMM(cmpsd, 0x1f80, 0x0, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x0000000000000000, 0x1f80, 0)
    FLOAT_128_IMM(cmpss, 0x1f80, 0x1, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccdffffffff, 0x1f80, 0)
    FLOAT_128_IMM(cmpsd, 0x1f80, 0x1, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0xffffffffffffffff, 0x1f80, 0)
    FLOAT_128_IMM(cmpss, 0x1f80, 0x2, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccdffffffff, 0x1f80, 0)
    FLOAT_128_IMM(cmpsd, 0x1f80, 0x2, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0xffffffffffffffff, 0x1f80, 0)
    FLOAT_128_IMM(cmpss, 0x1f80, 0x3, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd00000000, 0x1f80, 0)
    FLOAT_128_IMM(cmpsd, 0x1f80, 0x3, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x0000000000000000, 0x1f80, 0)
    FLOAT_128_IMM(cmpss, 0x1f80, 0x7, singles_a, singles_b, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccdffffffff, 0x1f80, 0)
    FLOAT_128_IMM(cmpsd, 0x1f80, 0x7, doubles_a, doubles_b, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0xffffffffffffffff, 0x1f80, 0)
    CASE(dot products)
    FLOAT_IMM(dpps, 0x1f80, 0xf1, singles_n, singles_b, 0x0000000000000000, 0x000000007f800000, 0x0000000000000000, 0x00000000ff800000, 0x1fa8, 0x1faa)
    FLOAT_128_IMM(dppd, 0x1f80, 0xf1, doubles_n, doubles_d, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x001b333333333331, 0x1fb2, 0)
    FLOAT_IMM(dpps, 0x1f80, 0xff, singles_n, singles_b, 0x7f8000007f800000, 0x7f8000007f800000, 0xff800000ff800000, 0xff800000ff800000, 0x1fa8, 0x1faa)
    FLOAT_128_IMM(dppd, 0x1f80, 0xff, doubles_n, doubles_d, 0x0000000000000000, 0x0000000000000000, 0x001b333333333331, 0x001b333333333331, 0x1fb2, 0)
    FLOAT_IMM(dpps, 0x1f80, 0x35, singles_n, singles_b, 0x000000007f800000, 0x000000007f800000, 0x0000000040466666, 0x0000000040466666, 0x1fa0, 0x1fa0)
    FLOAT_128_IMM(dppd, 0x1f80, 0x35, doubles_n, doubles_d, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x001b333333333331, 0x1fb2, 0)
    CASE(rounding to integers)
    ROUND(roundps, 0, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x000000007f7fffff, 0x8000000040000000, 0x5fa1)
    ROUND(roundps, 0, singles_n, 0x4110000000000000, 0xc100000042c80000, 0x00000000c0400000, 0x400000003f800000, 0x5fa0)
    ROUND(roundpd, 0, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    ROUND(roundpd, 0, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    FLOAT_128_IMM(roundss, 0x1f80, 0x0, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x0, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 1, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x000000007f7fffff, 0xbf8000003f800000, 0x5fa1)
    ROUND(roundps, 1, singles_n, 0x4110000000000000, 0xc100000042c80000, 0x00000000c0400000, 0x400000003f800000, 0x5fa0)
    ROUND(roundpd, 1, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0xbff0000000000000, 0x4000000000000000, 0x5fa0)
    ROUND(roundpd, 1, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0xbff0000000000000, 0x3ff0000000000000, 0x5fa0)
    FLOAT_128_IMM(roundss, 0x1f80, 0x1, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x1, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 2, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x3f8000007f7fffff, 0x8000000040000000, 0x5fa1)
    ROUND(roundps, 2, singles_n, 0x411000003f800000, 0xc0e0000042c80000, 0x3f800000c0400000, 0x400000003f800000, 0x5fa0)
    ROUND(roundpd, 2, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    ROUND(roundpd, 2, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    FLOAT_128_IMM(roundss, 0x1f80, 0x2, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x2, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 3, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x000000007f7fffff, 0x800000003f800000, 0x5fa1)
    ROUND(roundps, 3, singles_n, 0x4110000000000000, 0xc0e0000042c80000, 0x00000000c0400000, 0x400000003f800000, 0x5fa0)
    ROUND(roundpd, 3, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    ROUND(roundpd, 3, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x3ff0000000000000, 0x5fa0)
    FLOAT_128_IMM(roundss, 0x1f80, 0x3, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x3, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 4, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x3f8000007f7fffff, 0x8000000040000000, 0x5fa1)
    ROUND(roundps, 4, singles_n, 0x411000003f800000, 0xc0e0000042c80000, 0x3f800000c0400000, 0x400000003f800000, 0x5fa0)
    ROUND(roundpd, 4, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    ROUND(roundpd, 4, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x4000000000000000, 0x5fa0)
    FLOAT_128_IMM(roundss, 0x1f80, 0x4, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x4, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 8, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x000000007f7fffff, 0x8000000040000000, 0x5f81)
    ROUND(roundps, 8, singles_n, 0x4110000000000000, 0xc100000042c80000, 0x00000000c0400000, 0x400000003f800000, 0x5f80)
    ROUND(roundpd, 8, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5f80)
    ROUND(roundpd, 8, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x4000000000000000, 0x5f80)
    FLOAT_128_IMM(roundss, 0x1f80, 0x8, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0x8, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    ROUND(roundps, 11, singles_a, 0x404000007fc12345, 0x7f80000080000000, 0x000000007f7fffff, 0x800000003f800000, 0x5f81)
    ROUND(roundps, 11, singles_n, 0x4110000000000000, 0xc0e0000042c80000, 0x00000000c0400000, 0x400000003f800000, 0x5f80)
    ROUND(roundpd, 11, doubles_n, 0x4010000000000000, 0x4202a05f20000000, 0x8000000000000000, 0x4000000000000000, 0x5f80)
    ROUND(roundpd, 11, doubles_a, 0xfff8000000000123, 0x7ff0000000000000, 0x8000000000000000, 0x3ff0000000000000, 0x5f80)
    FLOAT_128_IMM(roundss, 0x1f80, 0xb, singles_a, singles_n, 0x0000000000000000, 0x0000000000000000, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80, 0)
    FLOAT_128_IMM(roundsd, 0x1f80, 0xb, doubles_a, doubles_n, 0x0000000000000000, 0x0000000000000000, 0xbfb999999999999a, 0x4000000000000000, 0x1f80, 0)
    CASE(comparisons to flags)
    COMPARE_FLAGS(comiss, singles_a + 0, singles_b + 0, 0x001, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 4, singles_b + 4, 0x001, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 8, singles_b + 8, 0x040, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 12, singles_b + 12, 0x001, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 16, singles_b + 16, 0x040, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 20, singles_b + 20, 0x000, 0x1f80)
    COMPARE_FLAGS(comiss, singles_a + 24, singles_b + 24, 0x045, 0x1f81)
    COMPARE_FLAGS(comiss, singles_a + 28, singles_b + 28, 0x000, 0x1f82)
    COMPARE_FLAGS(ucomiss, singles_a + 0, singles_b + 0, 0x001, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 4, singles_b + 4, 0x001, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 8, singles_b + 8, 0x040, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 12, singles_b + 12, 0x001, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 16, singles_b + 16, 0x040, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 20, singles_b + 20, 0x000, 0x1f80)
    COMPARE_FLAGS(ucomiss, singles_a + 24, singles_b + 24, 0x045, 0x1f81)
    COMPARE_FLAGS(ucomiss, singles_a + 28, singles_b + 28, 0x000, 0x1f82)
    COMPARE_FLAGS(comisd, doubles_a + 0, doubles_b + 0, 0x001, 0x1f80)
    COMPARE_FLAGS(comisd, doubles_a + 8, doubles_b + 8, 0x001, 0x1f80)
    COMPARE_FLAGS(comisd, doubles_a + 16, doubles_b + 16, 0x000, 0x1f80)
    COMPARE_FLAGS(comisd, doubles_a + 24, doubles_b + 24, 0x045, 0x1f81)
    COMPARE_FLAGS(ucomisd, doubles_a + 0, doubles_b + 0, 0x001, 0x1f80)
    COMPARE_FLAGS(ucomisd, doubles_a + 8, doubles_b + 8, 0x001, 0x1f80)
    COMPARE_FLAGS(ucomisd, doubles_a + 16, doubles_b + 16, 0x000, 0x1f80)
    COMPARE_FLAGS(ucomisd, doubles_a + 24, doubles_b + 24, 0x045, 0x1f81)

    CASE(approximations are good to 12 bits)
    .macro approximate line, op, operands, value, result
    mov $\value, %eax
    movd %eax, %xmm1
    \op \operands
    movd %xmm0, %eax
    sub $\result - 0x2000, %eax
    cmp $0x4000, %eax
    expect_flags FLAG_CF, FLAG_CF, \line
    .endm
#define APPROXIMATE(op, operands, ...) approximate __LINE__, op, operands, __VA_ARGS__
    APPROXIMATE(rcpps, "%xmm1, %xmm0", 0x40000000, 0x3f000000)
    APPROXIMATE(vrcpps, "%ymm1, %ymm0", 0x40000000, 0x3f000000)
    APPROXIMATE(rcpps, "%xmm1, %xmm0", 0x40400000, 0x3eaaaaab)
    APPROXIMATE(vrcpps, "%ymm1, %ymm0", 0x40400000, 0x3eaaaaab)
    APPROXIMATE(rcpps, "%xmm1, %xmm0", 0xc1200000, 0xbdcccccd)
    APPROXIMATE(vrcpps, "%ymm1, %ymm0", 0xc1200000, 0xbdcccccd)
    APPROXIMATE(rsqrtps, "%xmm1, %xmm0", 0x40800000, 0x3f000000)
    APPROXIMATE(vrsqrtps, "%ymm1, %ymm0", 0x40800000, 0x3f000000)
    APPROXIMATE(rsqrtps, "%xmm1, %xmm0", 0x40000000, 0x3f3504f3)
    APPROXIMATE(vrsqrtps, "%ymm1, %ymm0", 0x40000000, 0x3f3504f3)
    APPROXIMATE(rcpss, "%xmm1, %xmm0", 0x40400000, 0x3eaaaaab)
    APPROXIMATE(vrcpss, "%xmm1, %xmm0, %xmm0", 0x40400000, 0x3eaaaaab)
    APPROXIMATE(rsqrtss, "%xmm1, %xmm0", 0x40000000, 0x3f3504f3)
    APPROXIMATE(vrsqrtss, "%xmm1, %xmm0, %xmm0", 0x40000000, 0x3f3504f3)

    CASE(an unmasked exception leaves the destination)
    .macro unmasked mxcsr, op, after, line
    movl $\mxcsr, mxcsr_cell
    ldmxcsr mxcsr_cell
    movups singles_a, %xmm0
    movups singles_b, %xmm1
    faults XM, 0, 0, 0, \line, "\op"
    expect_xmm xmm0, 0x008000007f7fffff, 0xbdcccccd3fc00000, \line
    expect_mxcsr 0xffff, \after, \line
    .endm
#define UNMASKED(...) unmasked __VA_ARGS__, __LINE__
    UNMASKED(0x1b80, "addps %xmm1, %xmm0", 0x1ba8)
    UNMASKED(0x0f80, "addps %xmm1, %xmm0", 0x0fa8)
    UNMASKED(0x1b80, "mulps %xmm1, %xmm0", 0x1ba8)
    UNMASKED(0x0f80, "vaddps %ymm1, %ymm0, %ymm0", 0x0fa8)

    CASE(a denormal operand unmasked)
    movl $0x1e80, mxcsr_cell
    ldmxcsr mxcsr_cell
    movups doubles_d, %xmm0
    FAULTS(XM, 0, addpd doubles_n, %xmm0)
    EXPECT_MXCSR(0xffff, 0x1e82)
    EXPECT_XMM(xmm0, 0x0010000000000000, 0x000fffffffffffff)

    CASE(a flag that is set and then unmasked does not fault)
    movl $0x1f3f & ~0x0200, mxcsr_cell
    ldmxcsr mxcsr_cell
    movups singles_n, %xmm0
    addps %xmm0, %xmm0
    EXPECT_XMM(xmm0, 0x3f000000c0c00000, 0x4080000040000000)

    CASE(an undefined opcode instead without OSXMMEXCPT)
    mov %cr4, %rax
    and $~0x400, %rax
    mov %rax, %cr4
    movl $0x1b80, mxcsr_cell
    ldmxcsr mxcsr_cell
    movups singles_a, %xmm0
    FAULTS(UD, 0, addps singles_b, %xmm0)
    or $0x400, %rax
    mov %rax, %cr4
    mxcsr_clear

    CASE(reserved bits of MXCSR)
    movl $0x11f80, cell
    FAULTS(GP, 0, ldmxcsr cell)
    FAULTS(GP, 0, vldmxcsr cell)
    movl $0xffbf, cell
    ldmxcsr cell
    vstmxcsr cell + 4
    EXPECT_MEM(4, cell + 4, 0xffbf)
    mxcsr_clear
    TEST_END
