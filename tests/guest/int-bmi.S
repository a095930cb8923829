/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BMI1 and BMI2: values with their flags, in registers and with memory, 32 and 64 bits. */
#define MODE 64
#include "guest.inc"

    TEST_BEGIN
    mov $0x00ff00f0, %ebx
    mov %rbx, cell

    CASE(ANDN)
    mov $0x0f0f0f0f, %ecx
    andn %rbx, %rcx, %rax
    EXPECT(rax, 0x00f000f0)
    EXPECT_FLAGS(FLAG_CF | FLAG_OF | FLAG_ZF | FLAG_SF, 0)
    mov $-1, %rcx
    andn %ebx, %ecx, %eax
    EXPECT(rax, 0)
    EXPECT_FLAGS(FLAG_CF | FLAG_OF | FLAG_ZF | FLAG_SF, FLAG_ZF)
    xor %ecx, %ecx
    andn cell, %ecx, %eax
    EXPECT(rax, 0x00ff00f0)

    CASE(BEXTR)
    mov $0x0c04, %ecx
    bextr %rcx, %rbx, %rax
    EXPECT(rax, 0x00f)
    EXPECT_FLAGS(FLAG_CF | FLAG_OF | FLAG_ZF, 0)
    mov $0x0845, %ecx
    bextr %ecx, %ebx, %eax
    EXPECT(rax, 0)
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov $0xff10, %ecx
    bextr %rcx, cell, %rax
    EXPECT(rax, 0xff)
    mov $0x0004, %ecx
    bextr %rcx, cell, %rax
    EXPECT(rax, 0)

    CASE(BLSI BLSR BLSMSK)
    blsi %rbx, %rax
    EXPECT(rax, 0x10)
    EXPECT_FLAGS(FLAG_CF | FLAG_OF | FLAG_ZF | FLAG_SF, FLAG_CF)
    blsr %rbx, %rax
    EXPECT(rax, 0x00ff00e0)
    EXPECT_FLAGS(FLAG_CF | FLAG_OF | FLAG_ZF | FLAG_SF, 0)
    blsmsk %rbx, %rax
    EXPECT(rax, 0x1f)
    xor %ecx, %ecx
    blsi %rcx, %rax
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, FLAG_ZF)
    blsr %rcx, %rax
    EXPECT(rax, 0)
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, FLAG_CF | FLAG_ZF)
    blsmsk %ecx, %eax
    EXPECT(rax, 0xffffffff)
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF | FLAG_SF, FLAG_CF | FLAG_SF)

    CASE(BZHI)
    mov $8, %ecx
    bzhi %rcx, %rbx, %rax
    EXPECT(rax, 0xf0)
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, 0)
    mov $64, %ecx
    bzhi %rcx, %rbx, %rax
    EXPECT(rax, 0x00ff00f0)
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    mov $0x100, %ecx
    bzhi %ecx, %ebx, %eax
    EXPECT(rax, 0)
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, FLAG_ZF)

    CASE(PDEP and PEXT keep the flags)
    mov $0xabc, %ecx
    stc
    pdep %rbx, %rcx, %rax
    EXPECT(rax, 0x00ab00c0)
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    mov $0x12345678, %ecx
    pext %rbx, %rcx, %rax
    EXPECT(rax, 0x347)
    pext cell, %ecx, %eax
    EXPECT(rax, 0x347)

    CASE(shifts without flags)
    mov $0x8000000000000001, %rbx
    mov $65, %ecx
    stc
    shlx %rcx, %rbx, %rax
    EXPECT(rax, 2)
    shrx %rcx, %rbx, %rax
    EXPECT(rax, 0x4000000000000000)
    sarx %rcx, %rbx, %rax
    EXPECT(rax, 0xc000000000000000)
    rorx $1, %rbx, %rax
    EXPECT(rax, 0xc000000000000000)
    mov $0x80000001, %ebx
    mov $33, %ecx
    sarx %ecx, %ebx, %eax
    EXPECT(rax, 0xc0000000)
    rorx $4, %ebx, %eax
    EXPECT(rax, 0x18000000)
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    TEST_END
    .data
    .align 8
cell: .quad 0
