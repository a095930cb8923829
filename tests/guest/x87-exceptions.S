/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 at large: moves of all formats, arithmetic, comparison, precision and rounding control, exceptions
 * masked and as #MF, stack faults, pointers, the environment, FXSAVE; transcendental samples.
 */
#define MODE 64
#include "guest.inc"
#define IE 0x01
#define DNE 0x02
#define ZE 0x04
#define OE 0x08
#define UE 0x10
#define PE 0x20
#define SF 0x40
#define ES 0x80
#define C0 0x100
#define C1 0x200
#define C2 0x400
#define C3 0x4000
#define B 0x8000

    .macro control value
    movw $\value, word
    fldcw word
    .endm
    .macro status_clear
    fnclex
    .endm

    TEST_BEGIN
    CASE(FNINIT)
    fninit
    fnstcw word
    EXPECT_MEM(2, word, 0x37f)
    EXPECT_FSW(0xffff, 0)

    CASE(constants)
    fld1
    EXPECT_ST(0x3fff, 0x8000000000000000)
    fldz
    EXPECT_ST(0, 0)
    fldpi
    EXPECT_ST(0x4000, 0xc90fdaa22168c235)
    fldl2e
    EXPECT_ST(0x3fff, 0xb8aa3b295c17f0bc)
    fldl2t
    EXPECT_ST(0x4000, 0xd49a784bcd1b8afe)
    fldlg2
    EXPECT_ST(0x3ffd, 0x9a209a84fbcff799)
    fldln2
    EXPECT_ST(0x3ffe, 0xb17217f7d1cf79ac)
    control 0xb7f                 /* up */
    fldpi
    EXPECT_ST(0x4000, 0xc90fdaa22168c235)
    fldl2t
    EXPECT_ST(0x4000, 0xd49a784bcd1b8aff)
    control 0x77f                 /* down */
    fldpi
    EXPECT_ST(0x4000, 0xc90fdaa22168c234)
    control 0x37f

    CASE(moves)
    flds single
    EXPECT_ST(0x4000, 0xc000000000000000)
    fldl double
    EXPECT_ST(0xbfff, 0xc000000000000000)
    fldt extended
    EXPECT_ST(0x3fff, 0x8000000000000001)
    filds integer
    EXPECT_ST(0xc00d, 0xfffe000000000000)
    fildl integer
    EXPECT_ST(0x401d, 0xffff000200000000)
    fildll integer
    EXPECT_ST(0x401d, 0xffff000200000000)
    fldt extended
    fsts word
    EXPECT_MEM(4, word, 0x3f800000)
    EXPECT_FSW(PE | C1, PE)
    fstpl word
    EXPECT_MEM(8, word, 0x3ff0000000000000)
    fnclex
    fldl double
    fists word
    EXPECT_MEM(2, word, 0xfffe)   /* -1.5 to the even -2 */
    fisttpl word
    EXPECT_MEM(4, word, -1 & 0xffffffff)
    flds large
    fistps word
    EXPECT_MEM(2, word, 0x8000)
    EXPECT_FSW(IE | PE, IE | PE)
    fnclex
    fldl double
    fistpll word
    EXPECT_MEM(8, word, -2)
    fnclex
    fbld packed
    EXPECT_ST(0xc00f, 0xf120000000000000)
    fbld packed
    fbstp word
    EXPECT_MEM(8, word, 0x123456)
    EXPECT_MEM(2, word + 8, 0x8000)

    CASE(exchange and the stack)
    fld1
    fldz
    fxch %st(1)
    EXPECT_ST(0x3fff, 0x8000000000000000)
    EXPECT_ST(0, 0)
    fld1
    fldz
    fcmove %st(1), %st
    fstp %st(0)
    fstp %st(0)
    fld1
    fchs
    fabs
    EXPECT_ST(0x3fff, 0x8000000000000000)
    fincstp
    EXPECT_FSW(0x3800, 0x0800)
    fdecstp
    EXPECT_FSW(0x3800, 0)

    CASE(arithmetic)
    fld1
    fadds single
    EXPECT_ST(0x4001, 0x8000000000000000)
    fld1
    fsubl double
    EXPECT_ST(0x4000, 0xa000000000000000)
    fld1
    fsubrl double
    EXPECT_ST(0xc000, 0xa000000000000000)
    fld1
    fdivs single
    EXPECT_FSW(PE | C1, PE | C1)
    EXPECT_ST(0x3ffd, 0xaaaaaaaaaaaaaaab)
    fnclex
    fld1
    fdivrs single
    EXPECT_ST(0x4000, 0xc000000000000000)
    fld1
    fiadds integer2
    EXPECT_ST(0x4001, 0x8000000000000000)
    fld1
    fimull integer2
    EXPECT_ST(0x4000, 0xc000000000000000)
    flds single
    fsqrt
    EXPECT_ST(0x3fff, 0xddb3d742c265539e)
    fldl double
    frndint
    EXPECT_ST(0xc000, 0x8000000000000000)
    fildl integer2
    fld1
    fscale
    EXPECT_ST(0x4002, 0x8000000000000000)
    fstp %st(0)
    fldl double
    fxtract
    EXPECT_ST(0xbfff, 0xc000000000000000)
    EXPECT_ST(0, 0)
    fld1
    flds single
    fprem
    EXPECT_FSW(C2, 0)
    EXPECT_ST(0, 0)
    fstp %st(0)
    flds single
    fldl large_double
    fprem1
    EXPECT_FSW(C2, 0)
    fstp %st(0)
    fstp %st(0)
    fnclex

    CASE(precision and rounding control)
    control 0x07f                 /* 24 bits */
    fld1
    fdivs single
    EXPECT_ST(0x3ffd, 0xaaaaab0000000000)
    control 0x27f                 /* 53 bits */
    fld1
    fdivs single
    EXPECT_ST(0x3ffd, 0xaaaaaaaaaaaaa800)
    control 0xf7f                 /* towards zero */
    fld1
    fdivs single
    EXPECT_ST(0x3ffd, 0xaaaaaaaaaaaaaaaa)
    control 0xb7f
    fld1
    fdivs single
    EXPECT_ST(0x3ffd, 0xaaaaaaaaaaaaaaab)
    control 0x37f
    fnclex

    CASE(comparison)
    fldz
    fld1
    fcom %st(1)
    EXPECT_FSW(C0 | C2 | C3, 0)
    fxch
    fcom %st(1)
    EXPECT_FSW(C0 | C2 | C3, C0)
    fcom %st(0)
    EXPECT_FSW(C0 | C2 | C3, C3)
    fcomi %st(1), %st
    EXPECT_FLAGS(FLAGS_ARITH, FLAG_CF)
    fldt quiet_nan
    fucomi %st(1), %st
    EXPECT_FLAGS(FLAG_ZF | FLAG_PF | FLAG_CF, FLAG_ZF | FLAG_PF | FLAG_CF)
    EXPECT_FSW(IE, 0)
    fucom %st(1)
    EXPECT_FSW(C0 | C2 | C3 | IE, C0 | C2 | C3)
    fcom %st(1)
    EXPECT_FSW(IE, IE)
    fnclex
    ftst
    EXPECT_FSW(C0 | C2 | C3 | IE, C0 | C2 | C3 | IE)
    fnclex
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C0)
    fcompp
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C2)
    fchs
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C2 | C1)
    fstp %st(0)
    fxam
    EXPECT_FSW(C0 | C2 | C3, C0 | C3)
    fldz
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C3)
    fstp %st(0)
    flds infinity
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C0 | C2)
    fstp %st(0)
    fldt denormal
    fxam
    EXPECT_FSW(C0 | C1 | C2 | C3, C2 | C3)
    fstp %st(0)
    fnclex

    CASE(masked exceptions)
    fldz
    fld1
    fdivp
    EXPECT_FSW(0xff, ZE)
    EXPECT_ST(0x7fff, 0x8000000000000000)
    fnclex
    fldz
    fldz
    fdivrp
    EXPECT_FSW(0xff, IE)
    EXPECT_ST(0xffff, 0xc000000000000000)
    fnclex
    fldt signaling_nan
    fadds single
    EXPECT_FSW(0xff, IE)
    EXPECT_ST(0x7fff, 0xc000000000000001)
    fnclex
    fldt denormal
    fadds single
    EXPECT_FSW(0xff, DNE | PE)
    fstp %st(0)
    fnclex
    fldt huge
    fmul %st(0), %st
    EXPECT_FSW(0xff, OE | PE)
    EXPECT_ST(0x7fff, 0x8000000000000000)
    fnclex
    fldt tiny
    fmul %st(0), %st
    EXPECT_FSW(0xff, UE | PE)
    EXPECT_ST(0, 0)
    fnclex
    flds minus_one
    fsqrt
    EXPECT_FSW(0xff, IE)
    EXPECT_ST(0xffff, 0xc000000000000000)
    fnclex
    flds signaling_single         /* a load of another format looks at the value */
    EXPECT_FSW(0xff, IE)
    EXPECT_ST(0x7fff, 0xc000010000000000)
    fnclex

    CASE(stack faults)
    fadd %st(1), %st
    EXPECT_FSW(IE | SF | C1 | ES, IE | SF)
    fnclex
    fninit
    fld1
    fld1
    fld1
    fld1
    fld1
    fld1
    fld1
    fld1
    EXPECT_FSW(IE | SF, 0)
    fld1
    EXPECT_FSW(IE | SF | C1, IE | SF | C1)
    EXPECT_ST(0xffff, 0xc000000000000000)
    fninit

    CASE(unmasked exceptions come with the next instruction)
    control 0x37b                 /* ZE */
    fldz
    fld1
1:  fdiv %st(1), %st
    EXPECT_FSW(0xff | B, ZE | ES | B)
    FAULTS(MF, 0, fadd %st(0), %st)
    FAULTS(MF, 0, fwait)
    FAULTS(MF, 0, movq %mm0, %mm1)
    FAULTS(MF, 0, fstp %st(0))
    fnstenv environment           /* waits for nothing, masks all */
    EXPECT_MEM(2, environment, 0x37b)
    EXPECT_MEM(4, environment + 12, 1b)
    EXPECT_MEM(2, environment + 4, ZE | ES | B | 0x3000)
    EXPECT_MEM(2, environment + 8, 0x4fff)
    fnclex
    fwait
    EXPECT_ST(0x3fff, 0x8000000000000000)  /* the operands were kept */
    EXPECT_ST(0, 0)
    fninit
    control 0x37e                 /* IE: the stack fault */
    fld %st(3)
    EXPECT_FSW(IE | SF | ES | 0x3800, IE | SF | ES)
    FAULTS(MF, 0, fld1)
    fninit

    CASE(environment and state)
    fninit
    fld1
    flds single
    fnsave state
    EXPECT_FSW(0xffff, 0)
    EXPECT_MEM(2, state + 4, 0x3000)
    EXPECT_MEM(2, state + 8, 0x0fff)
    EXPECT_MEM(8, state + 28, 0xc000000000000000)
    EXPECT_MEM(2, state + 36, 0x4000)
    frstor state
    EXPECT_ST(0x4000, 0xc000000000000000)
    fxsave fx
    EXPECT_MEM(2, fx, 0x37f)
    EXPECT_MEM(2, fx + 2, 0x3800)
    EXPECT_MEM(1, fx + 4, 0x80)
    EXPECT_MEM(8, fx + 32, 0x8000000000000000)
    fninit
    fxrstor fx
    EXPECT_ST(0x3fff, 0x8000000000000000)
    fld1
    fnstenv environment
    fldenv environment
    EXPECT_FSW(0x3800, 0x3800)
    ffree %st(0)
    fnstenv environment
    EXPECT_MEM(2, environment + 8, 0xffff)

    CASE(transcendental samples)
    fninit
    fldz
    fsin
    EXPECT_ST(0, 0)
    fldz
    fcos
    EXPECT_ST(0x3fff, 0x8000000000000000)
    fldz
    fptan
    EXPECT_ST(0x3fff, 0x8000000000000000)
    EXPECT_ST(0, 0)
    fld1
    fld1
    fpatan
    EXPECT_ST(0x3ffe, 0xc90fdaa22168c235)
    fld1
    f2xm1
    EXPECT_ST(0x3fff, 0x8000000000000000)
    flds single
    fadds minus_one
    fld1
    fxch
    fyl2x
    EXPECT_ST(0x3fff, 0x8000000000000000)
    fldt large_angle
    fsin
    EXPECT_FSW(C2, C2)
    fstp %st(0)
    fldz
    fsincos
    EXPECT_ST(0x3fff, 0x8000000000000000)
    EXPECT_ST(0, 0)
    fld1
    fldz
    fyl2xp1
    EXPECT_ST(0, 0)
    TEST_END

    .data
    .align 16
single: .long 0x40400000            /* 3 */
minus_one: .long 0xbf800000
large: .long 0x47c35000             /* 100000 */
infinity: .long 0x7f800000
signaling_single: .long 0x7f800001
integer2: .word 3, 0
double: .quad 0xbff8000000000000    /* -1.5 */
large_double: .quad 0x4024000000000000
extended: .quad 0x8000000000000001
    .word 0x3fff
quiet_nan: .quad 0xc000000000000000
    .word 0x7fff
signaling_nan: .quad 0x8000000000000001
    .word 0x7fff
denormal: .quad 1
    .word 0
huge: .quad 0x8000000000000000
    .word 0x7ffe
tiny: .quad 0x8000000000000000
    .word 1
large_angle: .quad 0x8000000000000000
    .word 0x3fff + 63
packed: .byte 0x56, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 0x80
    .align 8
integer: .word 0x8001, 0x7fff, 0, 0
    .bss
    .align 16
word: .skip 16
environment: .skip 32
state: .skip 112
    .align 16
fx: .skip 512
