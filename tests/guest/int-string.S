/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * String instructions: all sizes, both directions, REP, REPE, REPNE, overlap, address sizes, and
 * faults in the middle with the state from which they go on; string input and output.
 */
#define MODE 64
#include "guest.inc"

    .macro setup source, target, count
    mov $\source, %esi
    mov $\target, %edi
    mov $\count, %ecx
    .endm
#define EXPECT_REGS(source, target, count)                                                          \
    EXPECT(rsi, source);                                                                            \
    EXPECT(rdi, target);                                                                            \
    EXPECT(rcx, count)

    TEST_BEGIN
    CASE(MOVS)
    setup text, area, 5
    movsb
    EXPECT_REGS(text + 1, area + 1, 5)
    movsw
    movsl
    movsq
    EXPECT_REGS(text + 15, area + 15, 5)
    EXPECT_MEM(8, area, 0x3736353433323130)
    EXPECT_MEM(4, area + 8, 0x62613938)
    setup text, area + 32, 5
    rep movsb
    EXPECT_REGS(text + 5, area + 37, 0)
    EXPECT_MEM(8, area + 32, 0x3433323130)
    setup text, area + 40, 2
    rep movsq
    EXPECT_REGS(text + 16, area + 56, 0)
    EXPECT_MEM(8, area + 48, 0x6665646362613938)
    setup text, area, 0
    rep movsl
    EXPECT_REGS(text, area, 0)
    std
    setup text + 7, area + 71, 8
    rep movsb
    EXPECT_REGS(text - 1, area + 63, 0)
    setup text + 8, area + 80, 2
    rep movsl
    cld
    EXPECT_REGS(text, area + 72, 0)
    EXPECT_MEM(8, area + 64, 0x3736353433323130)
    EXPECT_MEM(4, area + 76, 0x37363534)
    EXPECT_MEM(4, area + 80, 0x62613938)

    CASE(MOVS that overlaps)
    movb $0xaa, area
    setup area, area + 1, 20
    rep movsb                     /* fills */
    EXPECT_MEM(8, area + 13, 0xaaaaaaaaaaaaaaaa)
    mov $0x0807060504030201, %rax
    mov %rax, area
    setup area, area + 2, 8
    rep movsb
    EXPECT_MEM(8, area + 2, 0x0201020102010201)
    mov %rax, area
    std
    setup area + 7, area + 9, 8
    rep movsb
    cld
    EXPECT_MEM(8, area + 2, 0x0807060504030201)
    mov %rax, area + 4
    setup area + 4, area, 8
    rep movsb
    EXPECT_MEM(8, area, 0x0807060504030201)
    setup area, area + 3, 2
    rep movsq

    CASE(STOS)
    mov $0x1122334455667788, %rax
    setup 0, area, 3
    rep stosb
    EXPECT_REGS(0, area + 3, 0)
    EXPECT_MEM(2, area + 1, 0x8888)
    setup 0, area, 3
    rep stosw
    EXPECT_MEM(4, area + 2, 0x77887788)
    setup 0, area + 64, 3
    rep stosq
    EXPECT_REGS(0, area + 88, 0)
    EXPECT_MEM(8, area + 80, 0x1122334455667788)
    std
    setup 0, area + 64, 3
    rep stosl
    cld
    EXPECT_REGS(0, area + 52, 0)
    EXPECT_MEM(4, area + 56, 0x55667788)

    CASE(LODS)
    mov $-1, %rax
    setup text, 0, 3
    lodsb
    EXPECT(rax, 0xffffffffffffff30)
    lodsw
    EXPECT(rax, 0xffffffffffff3231)
    lodsl
    EXPECT(rax, 0x36353433)
    lodsq
    EXPECT(rax, 0x6564636261393837)
    setup text, 0, 3
    rep lodsb
    EXPECT(al, 0x32)
    EXPECT_REGS(text + 3, 0, 0)

    CASE(CMPS)
    setup text, text2, 16
    repe cmpsb
    EXPECT_FLAGS(FLAGS_ARITH, 0x91 | 4)
    EXPECT_REGS(text + 7, text2 + 7, 9)
    setup text2, text, 16
    repe cmpsb
    EXPECT_FLAGS(FLAG_CF | FLAG_ZF, 0)
    setup text, text, 16
    repe cmpsb
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_REGS(text + 16, text + 16, 0)
    setup text, text2 + 1, 3
    repne cmpsw
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT_REGS(text + 6, text2 + 7, 0)
    setup text, text, 3
    repne cmpsl
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_REGS(text + 4, text + 4, 2)
    setup text, text2, 0
    stc
    repe cmpsb                    /* no round, no flags */
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    setup text, text2, 2
    repe cmpsq
    EXPECT_REGS(text + 8, text2 + 8, 1)

    CASE(SCAS)
    mov $0x35, %eax
    setup 0, text, 16
    repne scasb
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_REGS(0, text + 6, 10)
    mov $0x7a, %eax
    setup 0, text, 16
    repne scasb
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT_REGS(0, text + 16, 0)
    std
    mov $0x30, %eax
    setup 0, text + 15, 16
    repne scasb
    cld
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT_REGS(0, text - 1, 0)
    mov $0x3130, %eax
    setup 0, text, 3
    repe scasw
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT_REGS(0, text + 4, 1)
    mov $0x3736353433323130, %rax
    scasq
    EXPECT_FLAGS(FLAG_ZF, 0)

    CASE(address sizes)
    movabs $0xffffffff00000000 + text, %rsi
    movabs $0xffffffff00000000 + area, %rdi
    mov $0xffffffff00000004, %rcx
    rep movsb (%esi), %es:(%edi)
    EXPECT_REGS(text + 4, area + 4, 0)
    mov $0xffffffff00000000, %rcx
    mov $text, %rsi
    rep lodsb (%esi)
    EXPECT(rsi, text)
    mov $0xc0000100, %ecx         /* FS has a base */
    mov $text2 - 0x100, %eax
    xor %edx, %edx
    wrmsr
    mov $0x106, %esi
    lodsb %fs:(%rsi)
    EXPECT(al, 0x58)

    CASE(a fault in the middle)
    movl $table_3 + 7, page_l4 + 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    movl $page + 7, table_1
    mov $0x8000000000, %rbx
    lea 0xff8(%rbx), %rdi
    mov $text, %esi
    mov $32, %ecx
    FAULTS(PF_, 2, rep movsb)
    EXPECT_MEM(8, fault_cr2, 0x8000001000)
    EXPECT_REGS(text + 8, 0x8000001000, 24)
    EXPECT_MEM(8, page + 0xff8, 0x3736353433323130)
    lea 0xffc(%rbx), %rdi
    mov $text, %esi
    mov $4, %ecx
    FAULTS(PF_, 2, rep movsq)
    EXPECT_REGS(text, 0x8000000ffc, 4)
    lea 0xff0(%rbx), %rsi
    mov $area, %edi
    mov $9, %ecx
    FAULTS(PF_, 0, rep movsl)
    EXPECT_REGS(0x8000001000, area + 16, 5)
    lea 0xffe(%rbx), %rdi
    mov $3, %ecx
    FAULTS(PF_, 2, rep stosb)
    EXPECT(rdi, 0x8000001000)
    EXPECT(rcx, 1)
    std
    lea 1(%rbx), %rdi
    mov $3, %ecx
    FAULTS(PF_, 2, rep stosb)
    cld
    EXPECT(rdi, 0x7fffffffff)
    EXPECT(rcx, 1)
    mov $0x34, %eax
    lea 0xffd(%rbx), %rdi
    mov $9, %ecx
    FAULTS(PF_, 0, repne scasb)
    EXPECT(rdi, 0x8000001000)
    EXPECT(rcx, 6)
    lea 0xffe(%rbx), %rsi
    mov %rsi, %rdi
    mov $9, %ecx
    FAULTS(PF_, 0, repe cmpsb)
    EXPECT_REGS(0x8000001000, 0x8000001000, 7)
    movl $page2 + 7, table_1 + 8  /* and it goes on */
    mov $0x34, %eax
    repne scasb
    EXPECT(rcx, 0)

    CASE(large moves over many pages)
    mov $big, %edi
    mov $0x10000 / 8, %ecx
    mov $0x0123456789abcdef, %rax
    rep stosq
    EXPECT_MEM(8, big + 0xfff8, 0x0123456789abcdef)
    setup big, big + 0x10003, 0xfffd
    rep movsb
    EXPECT_MEM(8, big + 0x10003, 0x0123456789abcdef)
    EXPECT_MEM(1, big + 0x1ffff, 0x67)
    EXPECT_REGS(big + 0xfffd, big + 0x20000, 0)

    CASE(ports)
    mov $0x80, %edx
    setup text, area, 3
    rep outsb
    EXPECT_REGS(text + 3, area, 0)
    mov $0x5678, %edx
    mov $2, %ecx
    rep insl
    EXPECT_REGS(text + 3, area + 8, 0)
    EXPECT_MEM(8, area, -1)
    insb
    EXPECT(rdi, area + 9)
    outsw
    EXPECT(rsi, text + 5)
    TEST_END

    .data
    .ascii "________"
text: .ascii "0123456789abcdef"
text2: .ascii "012345X789abcdef"
    .bss
    .align 4096
area: .skip 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
page: .skip 4096
page2: .skip 4096
big: .skip 0x20000
