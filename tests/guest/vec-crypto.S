/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AES, carry-less products and SHA: the FIPS 197 appendix B; other values are those of a host, and all forms. */
#define MODE 64
#include "guest.inc"
#include "vec-values.inc"

/* LEGACY(op, first, second, result): an instruction with SSE encoding only; XMM0 is counts. */
#define LEGACY(...) legacy_row __LINE__, __VA_ARGS__
    .macro legacy_row line, op, imm, a, b, q1, q0
    movdqu counts, %xmm0
    movdqu \a, %xmm1
    movdqu \b, %xmm9
    \op \imm %xmm9, %xmm1
    expect_xmm xmm1, \q1, \q0, \line
    .endm

    TEST_BEGIN
    CASE(aesenc)
    BINARY_128(aesenc, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x55921a0d523890b4, 0x4be2beff37a099a8)
    BINARY_128(aesenc, words_a, order, 0x0000000000000000, 0x0000000000000000, 0x1cdf34d8fa6b1259, 0x9896ec19c6fe8512)
    CASE(aesenclast)
    BINARY_128(aesenclast, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0xfc9608b232ba2cea, 0x1ccc3b03d2e8d14d)
    BINARY_128(aesenclast, words_a, order, 0x0000000000000000, 0x0000000000000000, 0x6d181b4159f61e6b, 0xe31b6162ccb9ca10)
    CASE(aesdec)
    BINARY_128(aesdec, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0xb07523ff67c58674, 0x07773b9ac3acbdb9)
    BINARY_128(aesdec, words_a, order, 0x0000000000000000, 0x0000000000000000, 0x099792cdc63af753, 0xa0d543bfc121ba26)
    CASE(aesdeclast)
    BINARY_128(aesdeclast, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0xd2fd7345940d955c, 0x763bea763a8368ba)
    BINARY_128(aesdeclast, words_a, order, 0x0000000000000000, 0x0000000000000000, 0x5d735fb0b283335a, 0x8e2b7f536e84ed7b)
    CASE(aesimc and aeskeygenassist)
    UNARY_128(aesimc, bytes_a, 0x0000000000000000, 0x0000000000000000, 0x9a659a656219bdd6, 0x41ddbc21a24b58cd)
    UNARY_128_IMM(aeskeygenassist, 0x0, bytes_a, 0x0000000000000000, 0x0000000000000000, 0xcdd2cdd2d2cdd2cd, 0x7ccd16d2cd16d27c)
    UNARY_128_IMM(aeskeygenassist, 0x1, bytes_a, 0x0000000000000000, 0x0000000000000000, 0xcdd2cdd3d2cdd2cd, 0x7ccd16d3cd16d27c)
    UNARY_128_IMM(aeskeygenassist, 0x36, bytes_a, 0x0000000000000000, 0x0000000000000000, 0xcdd2cde4d2cdd2cd, 0x7ccd16e4cd16d27c)
    CASE(pclmulqdq)
    BINARY_128_IMM(pclmulqdq, 0x0, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x3faa00ea15142b7e, 0x7daa1754fe06c000)
    BINARY_128_IMM(pclmulqdq, 0x1, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x156ad53faaaa41b8, 0x3158460da41d3800)
    BINARY_128_IMM(pclmulqdq, 0x10, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x403fffaa15bfd47b, 0xdf7af48ac8c35000)
    BINARY_128_IMM(pclmulqdq, 0x11, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x3fffea8015aa15d2, 0x87a2ac01ceb42200)
    BINARY_128_IMM(pclmulqdq, 0xee, bytes_a, bytes_b, 0x0000000000000000, 0x0000000000000000, 0x3faa00ea15142b7e, 0x7daa1754fe06c000)
    CASE(SHA steps)
    LEGACY(sha1nexte, "", bytes_a, bytes_b, 0xa0609f5fff01fe20, 0x7f01807f00fe0380)
    LEGACY(sha1msg1, "", bytes_a, bytes_b, 0xff7f00810101fc90, 0x007f007efffffca0)
    LEGACY(sha1msg2, "", bytes_a, bytes_b, 0x01030341fdfcfcde, 0x0002f90303fa0382)
    LEGACY(sha256msg1, "", bytes_a, bytes_b, 0x007ebbc812ef0eff, 0x60b77f42cddc73a1)
    LEGACY(sha256msg2, "", bytes_a, bytes_b, 0xb5ee94f9e72c60b1, 0xb16f8f50c1e9a29f)
    LEGACY(sha256rnds2, "", bytes_a, bytes_b, 0xd0cc12140e72c011, 0x3a370bb8f6d05923)
    LEGACY(sha1rnds4, "$0,", bytes_a, bytes_b, 0xc982fb0010ceef24, 0xd753bbacf30499e9)
    LEGACY(sha1rnds4, "$1,", bytes_a, bytes_b, 0xa2f75cb04caa9418, 0xa6bdb0d4185a37b0)
    LEGACY(sha1rnds4, "$2,", bytes_a, bytes_b, 0x5972c4a04219c3d0, 0x2964228f802aea9a)
    LEGACY(sha1rnds4, "$3,", bytes_a, bytes_b, 0x06ea5e35611e1c33, 0x99e6980c6f3c6d3d)

    CASE(FIPS 197 appendix B encrypts)
    movdqu fips_key, %xmm1
    movdqu fips_text, %xmm0
    pxor %xmm1, %xmm0
    .irp constant, 1, 2, 4, 8, 16, 32, 64, 128, 27, 54
    aeskeygenassist $\constant, %xmm1, %xmm2
    pshufd $0xff, %xmm2, %xmm2
    movdqa %xmm1, %xmm3
    .rept 3
    pslldq $4, %xmm3
    pxor %xmm3, %xmm1
    .endr
    pxor %xmm2, %xmm1
    .if \constant == 54
    aesenclast %xmm1, %xmm0
    .else
    aesenc %xmm1, %xmm0
    .endif
    .endr
    EXPECT_XMM(xmm0, 0x320b6a19978511dc, 0xfb09dc021d842539)
    TEST_END

    .data
    .align 16
fips_key:
    .byte 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6
    .byte 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c
fips_text:
    .byte 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d
    .byte 0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34
