/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FMA in its three orders, packed and scalar; conversions from and to F16. */
#define MODE 64
#include "guest.inc"
#include "vec-values.inc"

/* FMA3(operation, suffix, MXCSR, a, b, c, 256-bit result of a * b + c, MXCSR): all three orders. */
#define FMA3(op, suffix, ...) fma_row __LINE__, op, suffix, __VA_ARGS__
    .macro fma_row line, op, suffix, args:vararg
    fma_one \line, \op\()132\suffix, a, c, b, \args
    fma_one \line, \op\()213\suffix, b, a, c, \args
    fma_one \line, \op\()231\suffix, c, a, b, \args
    .endm
    .macro fma_one line, op, first, second, third, mxcsr, a, b, c, q3, q2, q1, q0, flags
    movl $\mxcsr, mxcsr_cell
    ldmxcsr mxcsr_cell
    fma_load ymm2, \first, \a, \b, \c
    fma_load ymm9, \second, \a, \b, \c
    fma_load ymm10, \third, \a, \b, \c
    \op %ymm10, %ymm9, %ymm2
    expect_ymm ymm2, \q3, \q2, \q1, \q0, \line
    expect_mxcsr 0xffff, \flags, \line
    fma_load ymm2, \first, \a, \b, \c
    \op %xmm10, %xmm9, %xmm2
    expect_ymm ymm2, 0, 0, \q1, \q0, \line
    .endm
    .macro fma_load reg, which, a, b, c
    .ifc \which, a
    vmovdqu \a, %\reg
    .endif
    .ifc \which, b
    vmovdqu \b, %\reg
    .endif
    .ifc \which, c
    vmovdqu \c, %\reg
    .endif
    .endm

/* FMA_SCALAR(instruction, first, second, third, result, MXCSR) */
#define FMA_SCALAR(...) fma_scalar_row __LINE__, __VA_ARGS__
    .macro fma_scalar_row line, op, a, b, c, q1, q0, flags
    mxcsr_clear
    vmovdqu \a, %ymm2
    vmovdqu \b, %xmm9
    \op \c, %xmm9, %xmm2
    expect_ymm ymm2, 0, 0, \q1, \q0, \line
    expect_mxcsr 0xffff, \flags, \line
    .endm
/* TO_HALF(immediate, MXCSR, source, result of 256 bits, MXCSR) */
#define TO_HALF(...) to_half_row __LINE__, __VA_ARGS__
    .macro to_half_row line, imm, mxcsr, a, q1, q0, flags
    movl $\mxcsr, mxcsr_cell
    ldmxcsr mxcsr_cell
    vmovdqu \a, %ymm1
    vmovdqu before, %ymm2
    vcvtps2ph $\imm, %ymm1, %xmm2
    expect_ymm ymm2, 0, 0, \q1, \q0, \line
    expect_mxcsr 0xffff, \flags, \line
    vcvtps2ph $\imm, %xmm1, %xmm2
    expect_ymm ymm2, 0, 0, 0, \q0, \line
    vcvtps2ph $\imm, %ymm1, cell
    expect_mem 8, cell + 8, \q1, \line
    .endm

    TEST_BEGIN
    CASE(vfmadd)
    FMA3(vfmadd, ps, 0x1f80, singles_n, singles_b, singles_n, 0x411000003f2aaaab, 0x7f80000042c80000, 0x3ec00000ff800000, 0x4026666640600000, 0x1faa)
    FMA3(vfmadd, ps, 0x5f80, singles_n, singles_b, singles_n, 0x411000013f2aaaab, 0x7f80000042c80000, 0x3ec00000ff7fffff, 0x4026666740600000, 0x5faa)
    FMA3(vfmadd, ps, 0x9fc0, singles_n, singles_b, singles_n, 0x411000003f2aaaab, 0x7f80000042c80000, 0x3ec00000ff800000, 0x4026666640600000, 0x9fe8)
    FMA3(vfmadd, ps, 0x1f80, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff80000042c80000, 0x3e800000ff800000, 0x3fe6666640200000, 0x1fa9)
    FMA3(vfmadd, ps, 0x5f80, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff80000042c80000, 0x3e800001ff7fffff, 0x3fe6666740200000, 0x5fa9)
    FMA3(vfmadd, ps, 0x9fc0, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff80000042c80000, 0x3e800000ff800000, 0x3fe6666640200000, 0x9fe9)
    FMA3(vfmadd, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x1fa2)
    FMA3(vfmadd, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000001, 0x5fa2)
    FMA3(vfmadd, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x9fe0)
    FMA3(vfmadd, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x4014000000000000, 0x1fa0)
    FMA3(vfmadd, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x4014000000000000, 0x5fa0)
    FMA3(vfmadd, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x4014000000000000, 0x9fe0)
    FMA3(vfmadd, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x1fa2)
    FMA3(vfmadd, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000001, 0x5fa2)
    FMA3(vfmadd, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x9fe0)
    CASE(vfmsub)
    FMA3(vfmsub, ps, 0x1f80, singles_n, singles_b, singles_n, 0xc110000000000000, 0x7f800000c2c80000, 0xbe000000ff800000, 0xbfb333333fc00000, 0x1faa)
    FMA3(vfmsub, ps, 0x5f80, singles_n, singles_b, singles_n, 0xc10fffff00000000, 0x7f800000c2c80000, 0xbe000000ff7fffff, 0xbfb333333fc00000, 0x5faa)
    FMA3(vfmsub, ps, 0x9fc0, singles_n, singles_b, singles_n, 0xc110000000000000, 0x7f800000c2c80000, 0xbe000000ff800000, 0xbfb333333fc00000, 0x9fe8)
    FMA3(vfmsub, ps, 0x1f80, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff800000c2c80000, 0xbe800000ff800000, 0xc00ccccd3f000000, 0x1fa9)
    FMA3(vfmsub, ps, 0x5f80, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff800000c2c80000, 0xbe7fffffff7fffff, 0xc00ccccc3f000000, 0x5fa9)
    FMA3(vfmsub, ps, 0x9fc0, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff800000c2c80000, 0xbe800000ff800000, 0xc00ccccd3f000000, 0x9fe9)
    FMA3(vfmsub, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x1fa2)
    FMA3(vfmsub, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xbfffffffffffffff, 0x5fa2)
    FMA3(vfmsub, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x9fe0)
    FMA3(vfmsub, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x3ff0000000000000, 0x1fa0)
    FMA3(vfmsub, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x3ff0000000000000, 0x5fa0)
    FMA3(vfmsub, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x3ff0000000000000, 0x9fe0)
    FMA3(vfmsub, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x1fa2)
    FMA3(vfmsub, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x5fa2)
    FMA3(vfmsub, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x9fe0)
    CASE(vfnmadd)
    FMA3(vfnmadd, ps, 0x1f80, singles_n, singles_b, singles_n, 0x4110000000000000, 0xff80000042c80000, 0x3e0000007f800000, 0x3fb33333bfc00000, 0x1faa)
    FMA3(vfnmadd, ps, 0x5f80, singles_n, singles_b, singles_n, 0x4110000000000000, 0xff80000042c80000, 0x3e0000007f800000, 0x3fb33333bfc00000, 0x5faa)
    FMA3(vfnmadd, ps, 0x9fc0, singles_n, singles_b, singles_n, 0x4110000000000000, 0xff80000042c80000, 0x3e0000007f800000, 0x3fb33333bfc00000, 0x9fe8)
    FMA3(vfnmadd, ps, 0x1f80, singles_a, singles_n, singles_n, 0xc19000007fc12345, 0x7f80000042c80000, 0x3e8000007f800000, 0x400ccccdbf000000, 0x1fa9)
    FMA3(vfnmadd, ps, 0x5f80, singles_a, singles_n, singles_n, 0xc19000007fc12345, 0x7f80000042c80000, 0x3e8000007f800000, 0x400ccccdbf000000, 0x5fa9)
    FMA3(vfnmadd, ps, 0x9fc0, singles_a, singles_n, singles_n, 0xc19000007fc12345, 0x7f80000042c80000, 0x3e8000007f800000, 0x400ccccdbf000000, 0x9fe9)
    FMA3(vfnmadd, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x1fa2)
    FMA3(vfnmadd, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0xbfd3333333333332, 0x4000000000000000, 0x5fa2)
    FMA3(vfnmadd, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0xbfd3333333333333, 0x4000000000000000, 0x9fe0)
    FMA3(vfnmadd, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0xbfd51eb851eb851f, 0xbff0000000000000, 0x1fa0)
    FMA3(vfnmadd, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0xbfd51eb851eb851e, 0xbff0000000000000, 0x5fa0)
    FMA3(vfnmadd, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0xbfd51eb851eb851f, 0xbff0000000000000, 0x9fe0)
    FMA3(vfnmadd, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0xc02e000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d70a, 0xc010000000000000, 0x1fa2)
    FMA3(vfnmadd, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0xc02e000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d709, 0xc00fffffffffffff, 0x5fa2)
    FMA3(vfnmadd, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0xc02e000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d70a, 0xc010000000000000, 0x9fe0)
    CASE(vfnmsub)
    FMA3(vfnmsub, ps, 0x1f80, singles_n, singles_b, singles_n, 0xc1100000bf2aaaab, 0xff800000c2c80000, 0xbec000007f800000, 0xc0266666c0600000, 0x1faa)
    FMA3(vfnmsub, ps, 0x5f80, singles_n, singles_b, singles_n, 0xc1100000bf2aaaab, 0xff800000c2c80000, 0xbec000007f800000, 0xc0266666c0600000, 0x5faa)
    FMA3(vfnmsub, ps, 0x9fc0, singles_n, singles_b, singles_n, 0xc1100000bf2aaaab, 0xff800000c2c80000, 0xbec000007f800000, 0xc0266666c0600000, 0x9fe8)
    FMA3(vfnmsub, ps, 0x1f80, singles_a, singles_n, singles_n, 0xc21000007fc12345, 0x7f800000c2c80000, 0xbe8000007f800000, 0xbfe66666c0200000, 0x1fa9)
    FMA3(vfnmsub, ps, 0x5f80, singles_a, singles_n, singles_n, 0xc21000007fc12345, 0x7f800000c2c80000, 0xbe8000007f800000, 0xbfe66666c0200000, 0x5fa9)
    FMA3(vfnmsub, ps, 0x9fc0, singles_a, singles_n, singles_n, 0xc21000007fc12345, 0x7f800000c2c80000, 0xbe8000007f800000, 0xbfe66666c0200000, 0x9fe9)
    FMA3(vfnmsub, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0xc020000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x1fa2)
    FMA3(vfnmsub, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0xc020000000000000, 0xc202a05f20000000, 0x3fd3333333333334, 0xc000000000000000, 0x5fa2)
    FMA3(vfnmsub, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0xc020000000000000, 0xc202a05f20000000, 0x3fd3333333333333, 0xc000000000000000, 0x9fe0)
    FMA3(vfnmsub, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0x3fd147ae147ae147, 0xc014000000000000, 0x1fa0)
    FMA3(vfnmsub, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0x3fd147ae147ae148, 0xc014000000000000, 0x5fa0)
    FMA3(vfnmsub, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0xfff0000000000000, 0x3fd147ae147ae147, 0xc014000000000000, 0x9fe0)
    FMA3(vfnmsub, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0xc031000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d70a, 0xc010000000000000, 0x1fa2)
    FMA3(vfnmsub, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0xc031000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d709, 0xc010000000000000, 0x5fa2)
    FMA3(vfnmsub, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0xc031000000000000, 0xc415af1d78b58c40, 0xbfb70a3d70a3d70a, 0xc010000000000000, 0x9fe0)
    CASE(vfmaddsub)
    FMA3(vfmaddsub, ps, 0x1f80, singles_n, singles_b, singles_n, 0x4110000000000000, 0x7f800000c2c80000, 0x3ec00000ff800000, 0x402666663fc00000, 0x1faa)
    FMA3(vfmaddsub, ps, 0x5f80, singles_n, singles_b, singles_n, 0x4110000100000000, 0x7f800000c2c80000, 0x3ec00000ff7fffff, 0x402666673fc00000, 0x5faa)
    FMA3(vfmaddsub, ps, 0x9fc0, singles_n, singles_b, singles_n, 0x4110000000000000, 0x7f800000c2c80000, 0x3ec00000ff800000, 0x402666663fc00000, 0x9fe8)
    FMA3(vfmaddsub, ps, 0x1f80, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff800000c2c80000, 0x3e800000ff800000, 0x3fe666663f000000, 0x1fa9)
    FMA3(vfmaddsub, ps, 0x5f80, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff800000c2c80000, 0x3e800001ff7fffff, 0x3fe666673f000000, 0x5fa9)
    FMA3(vfmaddsub, ps, 0x9fc0, singles_a, singles_n, singles_n, 0x421000007fc12345, 0xff800000c2c80000, 0x3e800000ff800000, 0x3fe666663f000000, 0x9fe9)
    FMA3(vfmaddsub, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0xc202a05f20000000, 0xbfd3333333333333, 0xc000000000000000, 0x1fa2)
    FMA3(vfmaddsub, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0xc202a05f20000000, 0xbfd3333333333333, 0xbfffffffffffffff, 0x5fa2)
    FMA3(vfmaddsub, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0x4020000000000000, 0xc202a05f20000000, 0xbfd3333333333333, 0xc000000000000000, 0x9fe0)
    FMA3(vfmaddsub, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x3ff0000000000000, 0x1fa0)
    FMA3(vfmaddsub, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x3ff0000000000000, 0x5fa0)
    FMA3(vfmaddsub, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0xbfd147ae147ae147, 0x3ff0000000000000, 0x9fe0)
    FMA3(vfmaddsub, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x1fa2)
    FMA3(vfmaddsub, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x5fa2)
    FMA3(vfmaddsub, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0x4031000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x9fe0)
    CASE(vfmsubadd)
    FMA3(vfmsubadd, ps, 0x1f80, singles_n, singles_b, singles_n, 0xc11000003f2aaaab, 0x7f80000042c80000, 0xbe000000ff800000, 0xbfb3333340600000, 0x1faa)
    FMA3(vfmsubadd, ps, 0x5f80, singles_n, singles_b, singles_n, 0xc10fffff3f2aaaab, 0x7f80000042c80000, 0xbe000000ff7fffff, 0xbfb3333340600000, 0x5faa)
    FMA3(vfmsubadd, ps, 0x9fc0, singles_n, singles_b, singles_n, 0xc11000003f2aaaab, 0x7f80000042c80000, 0xbe000000ff800000, 0xbfb3333340600000, 0x9fe8)
    FMA3(vfmsubadd, ps, 0x1f80, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff80000042c80000, 0xbe800000ff800000, 0xc00ccccd40200000, 0x1fa9)
    FMA3(vfmsubadd, ps, 0x5f80, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff80000042c80000, 0xbe7fffffff7fffff, 0xc00ccccc40200000, 0x5fa9)
    FMA3(vfmsubadd, ps, 0x9fc0, singles_a, singles_n, singles_n, 0x419000007fc12345, 0xff80000042c80000, 0xbe800000ff800000, 0xc00ccccd40200000, 0x9fe9)
    FMA3(vfmsubadd, pd, 0x1f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0x3fd3333333333333, 0x4000000000000000, 0x1fa2)
    FMA3(vfmsubadd, pd, 0x5f80, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0x3fd3333333333333, 0x4000000000000001, 0x5fa2)
    FMA3(vfmsubadd, pd, 0x9fc0, doubles_n, doubles_d, doubles_n, 0x0000000000000000, 0x4202a05f20000000, 0x3fd3333333333333, 0x4000000000000000, 0x9fe0)
    FMA3(vfmsubadd, pd, 0x1f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x4014000000000000, 0x1fa0)
    FMA3(vfmsubadd, pd, 0x5f80, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x4014000000000000, 0x5fa0)
    FMA3(vfmsubadd, pd, 0x9fc0, doubles_a, doubles_n, doubles_n, 0xfff8000000000123, 0x7ff0000000000000, 0x3fd51eb851eb851f, 0x4014000000000000, 0x9fe0)
    FMA3(vfmsubadd, pd, 0x1f80, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x1fa2)
    FMA3(vfmsubadd, pd, 0x5f80, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000001, 0x5fa2)
    FMA3(vfmsubadd, pd, 0x9fc0, doubles_n, doubles_n, doubles_d, 0x402e000000000000, 0x4415af1d78b58c40, 0x3fb70a3d70a3d70a, 0x4010000000000000, 0x9fe0)
    CASE(scalar)
    FMA_SCALAR(vfmadd132ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd40980000, 0x1f80)
    FMA_SCALAR(vfmadd132sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x4000000000000000, 0x1fa2)
    FMA_SCALAR(vfmadd213ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd40800000, 0x1f80)
    FMA_SCALAR(vfmadd213sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x4008000000000000, 0x1fa2)
    FMA_SCALAR(vfmadd231ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd40800000, 0x1f80)
    FMA_SCALAR(vfmadd231sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x3ff8000000000000, 0x1fa2)
    FMA_SCALAR(vfmsub132ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd40300000, 0x1f80)
    FMA_SCALAR(vfmsub132sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xc000000000000000, 0x1fa2)
    FMA_SCALAR(vfmsub213ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdbf800000, 0x1f80)
    FMA_SCALAR(vfmsub213sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x4008000000000000, 0x1fa2)
    FMA_SCALAR(vfmsub231ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80)
    FMA_SCALAR(vfmsub231sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xbff8000000000000, 0x1fa2)
    FMA_SCALAR(vfnmadd132ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdc0300000, 0x1f80)
    FMA_SCALAR(vfnmadd132sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x4000000000000000, 0x1fa2)
    FMA_SCALAR(vfnmadd213ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccd3f800000, 0x1f80)
    FMA_SCALAR(vfnmadd213sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xc008000000000000, 0x1fa2)
    FMA_SCALAR(vfnmadd231ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdbf800000, 0x1f80)
    FMA_SCALAR(vfnmadd231sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0x3ff8000000000000, 0x1fa2)
    FMA_SCALAR(vfnmsub132ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdc0980000, 0x1f80)
    FMA_SCALAR(vfnmsub132sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xc000000000000000, 0x1fa2)
    FMA_SCALAR(vfnmsub213ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdc0800000, 0x1f80)
    FMA_SCALAR(vfnmsub213sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xc008000000000000, 0x1fa2)
    FMA_SCALAR(vfnmsub231ss, singles_a, singles_n, singles_b, 0x008000007f7fffff, 0xbdcccccdc0800000, 0x1f80)
    FMA_SCALAR(vfnmsub231sd, doubles_a, doubles_n, doubles_d, 0xbfb999999999999a, 0xbff8000000000000, 0x1fa2)
    CASE(vcvtph2ps)
    CONVERT(vcvtph2ps, 0x1f80, halves, x, y, 0x800000003eaaa000, 0xc77fe0007fe02000, 0x7f80000033800000, 0xc00000003f800000, 0x1f81)
    CONVERT(vcvtph2ps, 0x1f80, halves + 16, x, y, 0x4040000041200000, 0xff8000007fc02000, 0x387fc00038800000, 0x477fe00000000000, 0x1f80)
    CONVERT(vcvtph2ps, 0x9fc0, halves, x, x, 0x0000000000000000, 0x0000000000000000, 0x7f80000033800000, 0xc00000003f800000, 0x9fc0)
    CONVERT(vcvtph2ps, 0x1fc0, halves + 16, x, y, 0x4040000041200000, 0xff8000007fc02000, 0x387fc00038800000, 0x477fe00000000000, 0x1fc0)
    CASE(vcvtps2ph)
    TO_HALF(0, 0x1f80, singles_a, 0x42007e097c008000, 0x00007c00ae663e00, 0x1fb9)
    TO_HALF(0, 0x1f80, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x1fba)
    TO_HALF(0, 0x1f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x1fa0)
    TO_HALF(1, 0x1f80, singles_a, 0x42007e097c008000, 0x00007bffae673e00, 0x1fb9)
    TO_HALF(1, 0x1f80, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x1fba)
    TO_HALF(1, 0x1f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x1fa0)
    TO_HALF(2, 0x1f80, singles_a, 0x42007e097c008000, 0x00017c00ae663e00, 0x1fb9)
    TO_HALF(2, 0x1f80, singles_b, 0x00013c00fc000000, 0x38007c0034cd4100, 0x1fba)
    TO_HALF(2, 0x1f80, singles_n, 0x48803556c7805640, 0x3400c20040003c00, 0x1fa0)
    TO_HALF(3, 0x1f80, singles_a, 0x42007e097c008000, 0x00007bffae663e00, 0x1fb9)
    TO_HALF(3, 0x1f80, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x1fba)
    TO_HALF(3, 0x1f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x1fa0)
    TO_HALF(4, 0x1f80, singles_a, 0x42007e097c008000, 0x00007c00ae663e00, 0x1fb9)
    TO_HALF(4, 0x1f80, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x1fba)
    TO_HALF(4, 0x1f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x1fa0)
    TO_HALF(0, 0x5f80, singles_a, 0x42007e097c008000, 0x00007c00ae663e00, 0x5fb9)
    TO_HALF(0, 0x5f80, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x5fba)
    TO_HALF(0, 0x5f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x5fa0)
    TO_HALF(1, 0x5f80, singles_a, 0x42007e097c008000, 0x00007bffae673e00, 0x5fb9)
    TO_HALF(1, 0x5f80, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x5fba)
    TO_HALF(1, 0x5f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x5fa0)
    TO_HALF(2, 0x5f80, singles_a, 0x42007e097c008000, 0x00017c00ae663e00, 0x5fb9)
    TO_HALF(2, 0x5f80, singles_b, 0x00013c00fc000000, 0x38007c0034cd4100, 0x5fba)
    TO_HALF(2, 0x5f80, singles_n, 0x48803556c7805640, 0x3400c20040003c00, 0x5fa0)
    TO_HALF(3, 0x5f80, singles_a, 0x42007e097c008000, 0x00007bffae663e00, 0x5fb9)
    TO_HALF(3, 0x5f80, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x5fba)
    TO_HALF(3, 0x5f80, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x5fa0)
    TO_HALF(4, 0x5f80, singles_a, 0x42007e097c008000, 0x00017c00ae663e00, 0x5fb9)
    TO_HALF(4, 0x5f80, singles_b, 0x00013c00fc000000, 0x38007c0034cd4100, 0x5fba)
    TO_HALF(4, 0x5f80, singles_n, 0x48803556c7805640, 0x3400c20040003c00, 0x5fa0)
    TO_HALF(0, 0x9fc0, singles_a, 0x42007e097c008000, 0x00007c00ae663e00, 0x9ff9)
    TO_HALF(0, 0x9fc0, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x9fe8)
    TO_HALF(0, 0x9fc0, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x9fe0)
    TO_HALF(1, 0x9fc0, singles_a, 0x42007e097c008000, 0x00007bffae673e00, 0x9ff9)
    TO_HALF(1, 0x9fc0, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x9fe8)
    TO_HALF(1, 0x9fc0, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x9fe0)
    TO_HALF(2, 0x9fc0, singles_a, 0x42007e097c008000, 0x00017c00ae663e00, 0x9ff9)
    TO_HALF(2, 0x9fc0, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x9fe8)
    TO_HALF(2, 0x9fc0, singles_n, 0x48803556c7805640, 0x3400c20040003c00, 0x9fe0)
    TO_HALF(3, 0x9fc0, singles_a, 0x42007e097c008000, 0x00007bffae663e00, 0x9ff9)
    TO_HALF(3, 0x9fc0, singles_b, 0x00003c00fc000000, 0x38007bff34cc4100, 0x9fe8)
    TO_HALF(3, 0x9fc0, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x9fe0)
    TO_HALF(4, 0x9fc0, singles_a, 0x42007e097c008000, 0x00007c00ae663e00, 0x9ff9)
    TO_HALF(4, 0x9fc0, singles_b, 0x00003c00fc000000, 0x38007c0034cd4100, 0x9fe8)
    TO_HALF(4, 0x9fc0, singles_n, 0x48803555c7805640, 0x3400c20040003c00, 0x9fe0)
    TEST_END
