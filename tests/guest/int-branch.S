/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions (Jcc, SETcc, CMOVcc over all flags), loops, calls and returns, the stack with 16- and
 * 64-bit operands, ENTER and LEAVE, flag instructions, PUSHF and POPF.
 */
#define MODE 64
#include "guest.inc"

    /* Whether the condition holds with each of these flags (a list of 0 and 1). */
    .macro condition cc, flags, holds, line
    push $2 + \flags
    popf
    mov $0, %eax
    j\cc 8f
    jmp 9f
8:  mov $1, %eax
9:  expect_reg eax, \holds, \line
    push $2 + \flags
    popf
    mov $0x5500, %ebx
    set\cc %bl
    expect_reg ebx, 0x5500 + \holds, \line
    mov $-1, %rcx
    mov $7, %edx
    cmov\cc %edx, %ecx
    .if \holds
    expect_reg rcx, 7, \line
    .else
    expect_reg rcx, 0xffffffff, \line
    .endif
    .endm
#define HOLDS(cc, flags) condition cc, flags, 1, __LINE__
#define FAILS(cc, flags) condition cc, flags, 0, __LINE__

    TEST_BEGIN
    CASE(conditions)
    HOLDS(o, FLAG_OF)
    FAILS(o, 0)
    FAILS(no, FLAG_OF)
    HOLDS(no, FLAG_CF)
    HOLDS(b, FLAG_CF)
    FAILS(b, FLAG_ZF)
    FAILS(ae, FLAG_CF)
    HOLDS(ae, FLAG_ZF)
    HOLDS(e, FLAG_ZF)
    FAILS(e, FLAG_CF)
    HOLDS(ne, FLAG_CF)
    FAILS(ne, FLAG_ZF)
    HOLDS(be, FLAG_CF)
    HOLDS(be, FLAG_ZF)
    FAILS(be, FLAG_SF)
    HOLDS(a, FLAG_OF)
    FAILS(a, FLAG_ZF)
    FAILS(a, FLAG_CF)
    HOLDS(s, FLAG_SF)
    FAILS(s, FLAG_OF)
    FAILS(ns, FLAG_SF)
    HOLDS(ns, 0)
    HOLDS(p, FLAG_PF)
    FAILS(p, 0)
    FAILS(np, FLAG_PF)
    HOLDS(np, 0)
    HOLDS(l, FLAG_SF)
    HOLDS(l, FLAG_OF)
    FAILS(l, FLAG_SF + FLAG_OF)
    FAILS(l, FLAG_ZF)
    HOLDS(ge, FLAG_SF + FLAG_OF)
    FAILS(ge, FLAG_OF)
    HOLDS(le, FLAG_ZF)
    HOLDS(le, FLAG_SF)
    FAILS(le, FLAG_SF + FLAG_OF)
    HOLDS(g, 0)
    HOLDS(g, FLAG_SF + FLAG_OF)
    FAILS(g, FLAG_ZF)
    FAILS(g, FLAG_SF)

    CASE(conditions with memory)
    cmp %eax, %eax
    setne cell
    EXPECT_MEM(1, cell, 0)
    movq $0x77, cell
    mov $1, %ebx
    cmovne cell, %rbx
    EXPECT(rbx, 1)
    cmove cell, %rbx
    EXPECT(rbx, 0x77)
    mov $0x8000000000, %rcx       /* the load is made all the same */
    FAULTS(PF_, 0, cmovne (%rcx), %rbx)
    FAULTS(PF_, 0, cmovne (%rcx), %ebx)

    CASE(loops)
    mov $0x100000003, %rcx
    xor %eax, %eax
1:  inc %eax
    addr32 loop 1b
    EXPECT(eax, 3)
    EXPECT(rcx, 0)
    mov $5, %ecx
    xor %eax, %eax
1:  inc %eax
    cmp $3, %eax
    loopne 1b
    EXPECT(rcx, 2)
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov $5, %ecx
1:  cmp %eax, %eax
    loope 1b
    EXPECT(rcx, 0)
    mov $0x100000000, %rcx
    jrcxz 2f
    jecxz 3f
2:  NEVER()
3:  xor %ecx, %ecx
    jrcxz 4f
    NEVER()
4:
    CASE(calls and returns)
    mov %rsp, %rbp
    call 1f
1:  pop %rax
    EXPECT(rax, 1b)
    mov $2f, %eax
    call *%rax
    EXPECT(rbx, 0x1234)
    movq $2f, cell
    call *cell
    EXPECT(rbx, 0x1234)
    jmp 3f
2:  mov $0x1234, %ebx
    ret
3:  push $1
    push $2
    call 4f
    cmp %rsp, %rbp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    jmp 5f
4:  ret $16
5:  mov $6f, %eax
    jmp *%rax
    NEVER()
6:  movq $7f, cell
    jmp *cell
    NEVER()
7:  movq $8f, cell
    mov $cell, %esp
    ret
8:  mov %rsp, %rax
    mov %rbp, %rsp
    EXPECT(rax, cell + 8)

    CASE(PUSH and POP)
    push $-1
    EXPECT_MEM(8, (%rsp), -1)
    pushw $0x1234
    pop %ax
    EXPECT(ax, 0x1234)
    pop %rax
    EXPECT(rax, -1)
    push %rsp
    pop %rax
    cmp %rax, %rsp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    movq $0x1122334455667788, %rax
    push %rax
    mov %rsp, %rcx
    pop %rsp
    mov %rsp, %rdx
    mov %rcx, %rsp
    EXPECT(rdx, 0x1122334455667788)
    pop cell
    EXPECT_MEM(8, cell, 0x1122334455667788)
    pushw %ax
    popw cell
    EXPECT_MEM(2, cell, 0x7788)
    push $0
    push $0x55
    pop (%rsp)                    /* the address is that behind the pop */
    pop %rax
    EXPECT(rax, 0x55)
    push %fs
    pop %rax
    EXPECT(rax, 0)
    cmp %rsp, %rbp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)

    CASE(ENTER and LEAVE)
    mov %rsp, %r12
    mov $0x77, %ebp
    enter $32, $0
    lea -8(%r12), %rax
    cmp %rax, %rbp
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    sub %rsp, %rax
    EXPECT(rax, 32)
    leave
    EXPECT(rbp, 0x77)
    mov %r12, %rbp
    enter $16, $3
    mov %rbp, %rax
    sub %rsp, %rax
    EXPECT(rax, 24 + 16)
    cmp %rbp, -24(%rbp)
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    leave
    cmp %rsp, %r12
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov %r12, %rsp

    CASE(flag instructions)
    push $2
    popf
    stc
    EXPECT_FLAGS(FLAGS_ARITH, FLAG_CF)
    cmc
    EXPECT_FLAGS(FLAGS_ARITH, 0)
    cmc
    clc
    EXPECT_FLAGS(FLAG_CF, 0)
    std
    EXPECT_FLAGS(FLAG_DF, FLAG_DF)
    cld
    EXPECT_FLAGS(FLAG_DF, 0)
    mov $0xffff, %eax
    sahf
    EXPECT_FLAGS(0xff, 0xd7)
    mov $0, %eax
    lahf
    EXPECT(rax, 0xd700)
    sahf
    push $0x240cd7
    popf
    EXPECT_FLAGS(0x3fffff, 0x240cd7)
    pushw $2
    popfw                         /* the upper half stays */
    EXPECT_FLAGS(0x3fffff, 0x240002)
    push $2
    popf
    EXPECT_FLAGS(0x3fffff, 2)
    TEST_END

    .data
    .align 16
cell: .quad 0, 0
